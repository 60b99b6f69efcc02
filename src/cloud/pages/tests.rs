use std::cell::RefCell;

use super::*;
use crate::model::AccountId;

fn caller() -> Caller {
    let account = AccountId::parse("222222222222").expect("valid");
    Caller { account, region: None, name: "a test".into() }
}

fn page(items: &[u32], next: Option<&str>) -> Result<Page<u32>, CloudError> {
    Ok(Page { items: items.to_vec(), next: next.map(Into::into) })
}

/// Rows of a million and more are of somebody else.
fn judge(row: &u32) -> Result<u32, String> {
    if *row < 1_000_000 { Ok(*row) } else { Err(format!("{row} is of somebody else")) }
}

/// Reads a listing whose n-th call gives the n-th answer, and what was asked.
async fn listing(
    answers: Vec<Result<Page<u32>, CloudError>>,
) -> (Result<Vec<u32>, CloudError>, Vec<PageRequest>) {
    let asked = RefCell::new(Vec::new());
    let answers = RefCell::new(answers.into_iter());
    let result = all_pages(&caller(), "ram:X", 500, judge, |request| {
        asked.borrow_mut().push(request);
        let answer = answers.borrow_mut().next().expect("no more calls than answers");
        async move { answer }
    })
    .await;
    (result, asked.into_inner())
}

/// The message of a listing that goes on as long as it is asked.
async fn endless(rows: impl Fn(u32) -> Vec<u32>) -> (String, u32) {
    let calls = RefCell::new(0);
    let result = all_pages(&caller(), "ram:X", 500, judge, |_| {
        let mut n = calls.borrow_mut();
        *n += 1;
        let answer = Ok(Page { items: rows(*n), next: Some(format!("token {n}")) });
        async move { answer }
    })
    .await;
    let error = result.expect_err("it has no end");
    assert_eq!(error.kind, ErrorKind::Unreadable);
    (error.message, calls.into_inner())
}

#[tokio::test]
async fn an_empty_page_with_a_token_is_not_the_end() {
    let (rows, asked) =
        listing(vec![page(&[], Some("a")), page(&[1], Some("b")), page(&[], Some("c")), page(&[2], None)])
            .await;
    assert_eq!(rows.expect("read"), [1, 2]);
    assert_eq!(asked.len(), 4);
}

#[tokio::test]
async fn a_token_that_comes_twice_is_an_error_and_not_the_end() {
    let (rows, asked) = listing(vec![page(&[1], Some("a")), page(&[2], Some("a"))]).await;
    assert_eq!(rows.expect_err("incomplete").kind, ErrorKind::Unreadable);
    assert_eq!(asked.len(), 2);
}

#[tokio::test]
async fn a_refused_page_size_starts_over_with_a_hundred() {
    let refused = caller().error(ErrorKind::PageSize, "ram:X", "");
    let (rows, asked) =
        listing(vec![page(&[1], Some("a")), Err(refused.clone()), page(&[1], Some("a")), page(&[2], None)])
            .await;
    assert_eq!(rows.expect("read"), [1, 2]);
    assert_eq!(asked.iter().map(|request| request.size).collect::<Vec<_>>(), [500, 500, 100, 100]);
    assert_eq!(asked[2].token, None);

    let (rows, _) = listing(vec![Err(refused.clone()), Err(refused)]).await;
    assert_eq!(rows.expect_err("refused twice").kind, ErrorKind::PageSize);
}

#[tokio::test]
async fn a_row_that_comes_twice_is_read_again_and_never_counted_twice() {
    // 2 moved to the second page while the first was read.
    let (rows, asked) = listing(vec![
        page(&[1, 2], Some("a")),
        page(&[2, 3], None),
        page(&[0, 1], Some("a")),
        page(&[2, 3], None),
    ])
    .await;
    assert_eq!(rows.expect("read"), [0, 1, 2, 3]);
    assert_eq!(asked.len(), 4);

    let twice = || page(&[1, 1], None);
    let (rows, asked) = listing(vec![twice(), twice(), twice()]).await;
    let error = rows.expect_err("it never fits together");
    assert_eq!(error.kind, ErrorKind::Unreadable);
    assert!(error.message.contains("twice"), "{}", error.message);
    assert_eq!(asked.len(), READINGS);
}

#[tokio::test]
async fn a_row_that_does_not_belong_spoils_the_listing() {
    let (rows, _) = listing(vec![page(&[1], Some("a")), page(&[1_000_000], None)]).await;
    let error = rows.expect_err("not of this place");
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Unreadable, "1000000 is of somebody else"));
}

#[tokio::test]
async fn pages_and_rows_without_end_are_stopped_at_the_stated_numbers() {
    let (message, calls) = endless(|_| Vec::new()).await;
    assert_eq!(calls as usize, MOST_EMPTY_PAGES, "{message}");
    let (message, calls) = endless(|n| vec![n]).await;
    assert_eq!(calls as usize, MOST_PAGES, "{message}");
    let (message, calls) = endless(|n| (n * 500..n * 500 + 500).collect()).await;
    assert_eq!(calls as usize, MOST_ROWS / 500 + 1, "{message}");
}

#[tokio::test]
async fn a_listing_that_crawls_is_given_up_after_the_stated_time() {
    let caller = caller();
    let longest = Duration::from_millis(50);
    let listing = Listing { caller: &caller, action: "ram:X", judge, longest };
    let result = listing
        .read(500, |request| async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let n: u32 = request.token.as_deref().map_or(0, |token| token.parse().expect("a number"));
            Ok(Page { items: vec![n], next: Some((n + 1).to_string()) })
        })
        .await;
    assert_eq!(result.expect_err("too long").kind, ErrorKind::Timeout);
}

#[tokio::test]
async fn a_page_token_has_a_length() {
    let long = "x".repeat(LONGEST_TOKEN + 1);
    let (rows, _) = listing(vec![page(&[1], Some(&long))]).await;
    assert_eq!(rows.expect_err("too long").kind, ErrorKind::Unreadable);
}
