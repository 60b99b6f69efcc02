use super::*;
use crate::diff::fixture::*;

/// Length of a record with all that it is bound by, and no memo.
const BOUND: usize = 3 + 6 * 17 - 1;

fn record() -> Record {
    Record {
        stack: "network".into(),
        address: "share.tgw/eu central".into(),
        stamp: Stamp::of(&desired_share("tgw")),
        replaces: BTreeSet::new(),
    }
}

fn tagged(record: &Record, text: String) -> Tags {
    [(TAG_STACK, record.stack.clone()), (TAG_ADDRESS, record.address.clone()), (TAG_APPLIED, text)]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
}

fn judged(tags: &Tags, n: u32) -> Option<Result<String, Misfit>> {
    of_share("network", tags, &share_arn(&hub(), n)).map(|proof| proof.map(str::to_owned))
}

#[test]
fn a_record_fits_the_share_that_it_was_written_for_and_no_other() {
    let record = record();
    let arn = share_arn(&hub(), 1);
    let own = tagged(&record, record.bound(&arn));
    assert_eq!(judged(&own, 1), Some(Ok(record.address.clone())));
    assert_eq!(judged(&own, 2), Some(Err(Misfit::Elsewhere)), "a copy");
    let elsewhere = share_arn(&place(HUB, "us-east-1"), 1);
    assert_eq!(of_share("network", &own, &elsewhere), Some(Err(Misfit::Elsewhere)), "another Region");
    for (key, value) in [(TAG_ADDRESS, Some("share.other")), (TAG_ADDRESS, None)] {
        let mut edited = own.clone();
        edited.remove(key);
        edited.extend(value.map(|value| (key.to_owned(), value.to_owned())));
        assert_eq!(judged(&edited, 1), Some(Err(Misfit::Elsewhere)), "{key} {value:?}");
    }
    let mut of_another = own.clone();
    of_another.insert(TAG_STACK.into(), "billing".into());
    assert_eq!(judged(&of_another, 1), None);
    assert_eq!(
        of_share("billing", &of_another, &arn),
        Some(Err(Misfit::Elsewhere)),
        "taken to another stack"
    );
}

#[test]
fn what_is_no_record_of_this_form_is_told_apart() {
    let record = record();
    let good = record.bound(&share_arn(&hub(), 1));
    for (text, misfit) in [
        (
            "v1:0123456789abcdef.0123456789abcdef.0123456789abcdef.0123456789abcdef.0123456789abcdef",
            Misfit::Unbound,
        ),
        ("", Misfit::Unreadable),
        ("v2:", Misfit::Unreadable),
        ("v2:new.", Misfit::Unreadable),
        ("v3:x", Misfit::Unreadable),
        (&good[..BOUND - 1], Misfit::Elsewhere),
        (&good.replace('.', "-"), Misfit::Unreadable),
        (&format!("v2:é{}", "0".repeat(100)), Misfit::Unreadable),
    ] {
        assert_eq!(judged(&tagged(&record, text.to_owned()), 1), Some(Err(misfit)), "{text:?}");
    }
    let mut without = tagged(&record, good);
    without.remove(TAG_APPLIED);
    assert_eq!(judged(&without, 1), Some(Err(Misfit::NoRecord)));
}

#[test]
fn a_share_that_is_being_made_has_a_record_of_its_stack_and_address() {
    let record = record();
    let begun = tagged(&record, record.provisional());
    assert_eq!(judged(&begun, 1), Some(Ok(record.address.clone())));
    let written = Written::on_share(&begun).unwrap();
    assert!(written.provisional);
    assert_eq!(written.stamp, record.stamp);
    let mut elsewhere = begun.clone();
    elsewhere.insert(TAG_ADDRESS.into(), "share.other".into());
    assert_eq!(judged(&elsewhere, 1), Some(Err(Misfit::Elsewhere)));
}

#[test]
fn a_successor_says_what_it_takes_the_place_of_in_no_more_than_a_tag_holds() {
    let arns: BTreeSet<ShareArn> = (10..30).map(|n| share_arn(&hub(), n)).collect();
    let record = Record { replaces: arns.clone(), ..record() };
    for text in [record.provisional(), record.bound(&share_arn(&hub(), 1))] {
        assert!(text.len() <= 256, "{}", text.len());
        let written = Written::parse(&text).unwrap();
        assert!(written.takes_the_place_of(arns.first().unwrap()));
        assert!(!written.takes_the_place_of(&share_arn(&hub(), 2)));
        assert_eq!(written.restamped(&record.stamp), text);
    }
    let one = Record { replaces: arns.into_iter().take(1).collect(), ..record };
    for text in [one.provisional(), one.bound(&share_arn(&hub(), 1))] {
        assert!(text.len() <= 256, "{}", text.len());
        assert_eq!(Written::parse(&text).unwrap().stamp, one.stamp, "a replacement keeps its memo");
    }
}

#[test]
fn a_record_of_an_earlier_build_is_read_and_says_nothing_of_members() {
    let record = record();
    let arn = share_arn(&hub(), 1);
    let old = record.bound(&arn)[..BOUND].to_owned();
    let tags = tagged(&record, old.clone());
    assert_eq!(judged(&tags, 1), Some(Ok(record.address.clone())));
    let written = Written::on_share(&tags).unwrap();
    assert_eq!(*written.stamp.memo(), Memo::default());
    assert_eq!(written.restamped(&written.stamp), old);
}

#[test]
fn a_record_moves_with_its_share_to_another_arn() {
    let [before, after, old, new] = [1, 2, 3, 4].map(|n| share_arn(&hub(), n));
    let record = Record { replaces: [old.clone()].into(), ..record() };
    let renamed: BTreeMap<ShareArn, ShareArn> = [(before.clone(), after.clone()), (old, new.clone())].into();
    let tags = tagged(&record, record.bound(&before));
    let rebound = Written::on_share(&tags).unwrap().rebound(&tags, &after, &renamed, []);
    assert_eq!(rebound, Record { replaces: [new].into(), ..record }.bound(&after));
}

#[test]
fn a_permission_is_bound_to_its_arn() {
    let [own, other] = ["p", "q"].map(permission);
    let mut tags =
        Tags::from([(TAG_STACK.into(), "network".into()), (TAG_ADDRESS.into(), "permission.p".into())]);
    tags.insert(TAG_APPLIED.into(), of_permission(&tags, &PermissionStamp::unapplied(), &own));
    assert_eq!(of_live_permission("network", &tags, &own), Some(Ok("permission.p")));
    assert_eq!(of_live_permission("network", &tags, &other), Some(Err(Misfit::Elsewhere)));
    tags.insert(TAG_APPLIED.into(), "p1:0123456789abcdef.0123456789abcdef".into());
    assert_eq!(of_live_permission("network", &tags, &own), Some(Err(Misfit::Unbound)));
}
