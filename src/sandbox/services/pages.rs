//! Listings in pages. A token is the key behind which the next page starts, bound to the listing that gave it.

use std::hash::{DefaultHasher, Hash, Hasher};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// Where a listing goes on, and how much it may give.
pub(crate) struct Pager {
    size: usize,
    after: Option<String>,
    listing: u64,
    /// Gives nothing but a token for the first page.
    empty_first: bool,
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
        Some(Self { size: size.max(1), after, listing, empty_first })
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
                return Page { rows: page, next: last.map(|last: K| self.token(last.as_ref())) };
            }
            page.push(row);
            last = Some(key);
        }
        Page { rows: page, next: None }
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
