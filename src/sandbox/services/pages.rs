//! Listings in pages. A token is the key behind which the next page starts, bound to the listing that gave it.
//!
//! RAM lists in no order, and in another one the next time: the rows of a page may be shuffled, by a seed, the listing and how often it
//! was asked for. So the same calls get the same answers, whatever else is called beside them.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// How often each listing was asked for.
#[derive(Default)]
pub(crate) struct Turns(Mutex<BTreeMap<u64, u64>>);

impl Turns {
    /// More listings than anybody tells apart: from there on they begin anew.
    const MOST: usize = 10_000;

    fn next(&self, listing: u64) -> u64 {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.len() >= Self::MOST {
            turns.clear();
        }
        let turn = turns.entry(listing).or_default();
        *turn += 1;
        *turn
    }
}

/// Where a listing goes on, and how much it may give.
pub(crate) struct Pager {
    size: usize,
    after: Option<String>,
    listing: u64,
    /// Gives nothing but a token for the first page.
    empty_first: bool,
    /// Seeds the order of the page's rows; without it they come in the order of their keys.
    order: Option<u64>,
}

/// The rows of one page and the token of the next.
pub(crate) struct Page<T> {
    pub rows: Vec<T>,
    pub next: Option<String>,
}

impl Pager {
    /// `None` where the token is not one of this listing's.
    pub(crate) fn new(
        operation: &str,
        input: &Value,
        size: usize,
        token: Option<&str>,
        empty_first: bool,
    ) -> Option<Self> {
        let mut hasher = DefaultHasher::new();
        operation.hash(&mut hasher);
        for (name, value) in input.as_object().into_iter().flatten() {
            if !name.eq_ignore_ascii_case("nextToken") && !name.eq_ignore_ascii_case("maxResults") {
                (name, value.to_string()).hash(&mut hasher);
            }
        }
        let listing = hasher.finish();
        let after = match token {
            None => None,
            Some(token) => Some(read_token(token, listing)?),
        };
        Some(Self { size: size.max(1), after, listing, empty_first, order: None })
    }

    /// Shuffles the rows of the page. The same seed and turn give the same order.
    pub(crate) fn shuffled(self, seed: u64, turns: &Turns) -> Self {
        let mut hasher = DefaultHasher::new();
        (seed, self.listing, turns.next(self.listing)).hash(&mut hasher);
        Self { order: Some(hasher.finish()), ..self }
    }

    /// The key behind which the page starts; from the start, an empty one is before all keys.
    pub(crate) fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// Takes the page from rows in the order of their keys that start behind [`Pager::after`].
    pub(crate) fn take<K: AsRef<str>, T>(&self, rows: impl Iterator<Item = (K, T)>) -> Page<T> {
        if self.empty_first && self.after.is_none() {
            return Page { rows: Vec::new(), next: Some(self.token("")) };
        }
        let mut page = Vec::with_capacity(self.size.min(512));
        let mut last = None;
        for (key, row) in rows {
            if page.len() == self.size {
                return self.page(page, last.map(|last: K| self.token(last.as_ref())));
            }
            page.push(row);
            last = Some(key);
        }
        self.page(page, None)
    }

    fn page<T>(&self, mut rows: Vec<T>, next: Option<String>) -> Page<T> {
        if let Some(order) = self.order {
            fastrand::Rng::with_seed(order).shuffle(&mut rows);
        }
        Page { rows, next }
    }

    /// As [`Pager::take`] for rows that are all at hand: those before the token are passed over.
    pub(crate) fn take_sorted<T>(&self, rows: impl IntoIterator<Item = (String, T)>) -> Page<T> {
        let after = self.after.clone().unwrap_or_default();
        self.take(rows.into_iter().filter(move |(key, _)| after.is_empty() || *key > after))
    }

    fn token(&self, after: &str) -> String {
        URL_SAFE_NO_PAD.encode(format!("{:016x}{after}", self.listing))
    }
}

fn read_token(token: &str, listing: u64) -> Option<String> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let (listed, after) = text.split_at_checked(16)?;
    (u64::from_str_radix(listed, 16).ok()? == listing).then(|| after.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rows() -> impl Iterator<Item = (String, u32)> {
        (0..5).map(|n| (format!("k{n}"), n))
    }

    #[test]
    fn pages_follow_each_other_without_loss_or_repeat() {
        for empty_first in [false, true] {
            let (mut token, mut all, mut pages) = (None::<String>, Vec::new(), 0);
            loop {
                let pager =
                    Pager::new("List", &json!({"maxResults": 2}), 2, token.as_deref(), empty_first).unwrap();
                let page = pager.take_sorted(rows());
                all.extend(page.rows);
                pages += 1;
                token = page.next;
                if token.is_none() {
                    break;
                }
            }
            assert_eq!(all, [0, 1, 2, 3, 4]);
            assert_eq!(pages, if empty_first { 4 } else { 3 });
        }
    }

    #[test]
    fn the_order_is_another_at_each_turn_and_the_same_for_the_same_seed() {
        let lists = |seed| {
            let turns = Turns::default();
            let list = |name: &str| {
                let pager = Pager::new("List", &json!({"name": name}), 500, None, false).unwrap();
                pager.shuffled(seed, &turns).take_sorted((0..20).map(|n| (format!("k{n:02}"), n))).rows
            };
            let first = list("a");
            // What is listed in between does not matter.
            list("b");
            (first, list("a"))
        };
        let (first, second) = lists(1);
        assert_ne!(first, second);
        assert_eq!(lists(1), (first.clone(), second.clone()));
        assert_ne!(lists(2), (first.clone(), second.clone()));
        for mut all in [first, second] {
            assert_ne!(all, (0..20).collect::<Vec<_>>());
            all.sort_unstable();
            assert_eq!(all, (0..20).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_token_of_another_listing_is_refused() {
        let pager = Pager::new("List", &json!({"name": "a"}), 2, None, false).unwrap();
        let token = pager.take_sorted(rows()).next.unwrap();
        assert!(
            Pager::new("List", &json!({"name": "a", "nextToken": token}), 2, Some(&token), false).is_some()
        );
        assert!(Pager::new("List", &json!({"name": "b"}), 2, Some(&token), false).is_none());
        assert!(Pager::new("List", &json!({"name": "a"}), 2, Some("bogus"), false).is_none());
    }
}
