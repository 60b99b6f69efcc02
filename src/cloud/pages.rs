//! One listing from its first page to its last, or the reason why it cannot be believed.
//!
//! Three things would make part of a listing pass for the whole, or make it go on for ever, and each is bounded here:
//! - **pages without end**: at most [`MOST_PAGES`] pages, [`MOST_EMPTY_PAGES`] empty ones in a row, [`MOST_ROWS`] rows, and
//!   [`LONGEST`] in all. The largest listings that AWS's quotas allow are far below: 25,000 shares, resources or principals of a
//!   Region (50 pages), 50,000 accounts of an organization (2,500 pages);
//! - **rows that do not belong**: each row is judged before it counts. One of another account, Region or share means that the
//!   reply belongs to another call;
//! - **rows that come twice**: pages are no snapshot. Where something is made or removed while they are read, rows move between
//!   pages: one shows twice, and another may show nowhere. So a row that comes twice, equal or not, is taken as a sign that the
//!   pages do not fit together, and the listing is read again from its start, at most [`READINGS`] times. If it happens each
//!   time, the listing is unreadable: no row is chosen, and none is counted twice.

use std::collections::BTreeSet;
use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use crate::cloud::{Caller, CloudError, ErrorKind, Page, PageRequest};

/// The page size that every operation takes: the fall-back where a bigger one is refused.
const SAFE_PAGE: u16 = 100;

/// Pages of one listing.
pub(crate) const MOST_PAGES: usize = 10_000;

/// Empty pages in a row. EC2 filters after it has paged, so that a listing of few rows may begin with hundreds of empty pages.
pub(crate) const MOST_EMPTY_PAGES: usize = 1_000;

/// Rows of one listing: ten times RAM's quota for a Region, five times the accounts of the largest organization.
pub(crate) const MOST_ROWS: usize = 250_000;

/// How long one listing may take, all of its pages and readings together.
pub(crate) const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Bytes of a page token. Organizations' model allows 100,000 characters, which is the most of all services that are listed.
const LONGEST_TOKEN: usize = 400_000;

/// How often a listing is read when its pages do not fit together.
const READINGS: usize = 3;

/// Reads all rows of a listing.
///
/// `judge` says why a row does not belong to the listing, or gives what tells it from the other rows. Pages may be short or empty
/// while there is more, so only a missing token ends a listing.
pub(crate) async fn all_pages<T, K, R, F>(
    caller: &Caller,
    action: &'static str,
    size: u16,
    judge: impl Fn(&T) -> Result<K, String>,
    read: R,
) -> Result<Vec<T>, CloudError>
where
    K: Ord,
    R: FnMut(PageRequest) -> F,
    F: Future<Output = Result<Page<T>, CloudError>>,
{
    Listing { caller, action, judge, longest: LONGEST }.read(size, read).await
}

struct Listing<'a, J> {
    caller: &'a Caller,
    action: &'static str,
    judge: J,
    longest: Duration,
}

/// One go through the pages.
enum Reading<T> {
    Whole(Vec<T>),
    PagesTooBig,
    /// A row came twice.
    Twice,
}

impl<J> Listing<'_, J> {
    async fn read<T, K, R, F>(&self, size: u16, read: R) -> Result<Vec<T>, CloudError>
    where
        J: Fn(&T) -> Result<K, String>,
        K: Ord,
        R: FnMut(PageRequest) -> F,
        F: Future<Output = Result<Page<T>, CloudError>>,
    {
        match tokio::time::timeout(self.longest, self.readings(size, read)).await {
            Ok(rows) => rows,
            Err(_) => {
                let message = format!("the listing took more than {} seconds", self.longest.as_secs());
                Err(self.caller.error(ErrorKind::Timeout, self.action, message))
            }
        }
    }

    async fn readings<T, K, R, F>(&self, mut size: u16, mut read: R) -> Result<Vec<T>, CloudError>
    where
        J: Fn(&T) -> Result<K, String>,
        K: Ord,
        R: FnMut(PageRequest) -> F,
        F: Future<Output = Result<Page<T>, CloudError>>,
    {
        let mut readings = 0;
        while readings < READINGS {
            match self.once(size, &mut read).await? {
                Reading::Whole(rows) => return Ok(rows),
                Reading::PagesTooBig => size = SAFE_PAGE,
                Reading::Twice => readings += 1,
            }
        }
        Err(self
            .unreadable(format!("the listing gave a row twice, each of {READINGS} times that it was read")))
    }

    async fn once<T, K, R, F>(&self, size: u16, read: &mut R) -> Result<Reading<T>, CloudError>
    where
        J: Fn(&T) -> Result<K, String>,
        K: Ord,
        R: FnMut(PageRequest) -> F,
        F: Future<Output = Result<Page<T>, CloudError>>,
    {
        let mut request = PageRequest::first(size);
        let mut rows = Vec::new();
        let mut keys = BTreeSet::new();
        let mut tokens = BTreeSet::new();
        let mut empty_pages = 0;
        for _ in 0..MOST_PAGES {
            let page = match read(request.clone()).await {
                Ok(page) => page,
                Err(error) if error.kind == ErrorKind::PageSize && size > SAFE_PAGE => {
                    return Ok(Reading::PagesTooBig);
                }
                Err(error) => return Err(error),
            };
            empty_pages = if page.items.is_empty() { empty_pages + 1 } else { 0 };
            for row in page.items {
                if !keys.insert((self.judge)(&row).map_err(|what| self.unreadable(what))?) {
                    return Ok(Reading::Twice);
                }
                rows.push(row);
            }
            if rows.len() > MOST_ROWS {
                return Err(self.unreadable(format!("the listing has more than {MOST_ROWS} rows")));
            }
            let Some(token) = page.next else { return Ok(Reading::Whole(rows)) };
            if empty_pages == MOST_EMPTY_PAGES {
                return Err(self.unreadable(format!("{MOST_EMPTY_PAGES} pages in a row are empty")));
            }
            if token.len() > LONGEST_TOKEN {
                return Err(self.unreadable(format!("a page token has more than {LONGEST_TOKEN} bytes")));
            }
            // A token that comes back would go round for ever; stopping there would pass off a part as the whole.
            if !tokens.insert(fingerprint(&token)) {
                return Err(self.unreadable("the listing gave the same page token twice, so it has no end"));
            }
            request.token = Some(token);
        }
        Err(self.unreadable(format!("the listing has more than {MOST_PAGES} pages")))
    }

    fn unreadable(&self, what: impl Into<String>) -> CloudError {
        self.caller.error(ErrorKind::Unreadable, self.action, what)
    }
}

/// Tokens may be long, and there may be thousands. That two that differ look alike stops a listing and hides nothing.
fn fingerprint(token: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    token.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
