//! Rows of one kind, in key order, with what changed since the last commit.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::sandbox::clock::Millis;

/// Something that the sandbox remembers.
pub(crate) trait Row: Clone + Serialize + DeserializeOwned {
    /// Further texts by which rows of this kind are looked up.
    fn index(&self, _key: &str) -> Vec<String> {
        Vec::new()
    }

    /// When the row next changes by itself.
    fn due(&self) -> Option<Millis> {
        None
    }
}

/// Rows by key. Every change is remembered until it is committed or rolled back.
pub(crate) struct Table<R> {
    rows: BTreeMap<String, R>,
    index: BTreeSet<(String, String)>,
    due: BTreeSet<(Millis, String)>,
    /// What each touched row was before the running transaction.
    before: BTreeMap<String, Option<R>>,
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), index: BTreeSet::new(), due: BTreeSet::new(), before: BTreeMap::new() }
    }
}

impl<R: Row> Table<R> {
    pub(crate) fn get(&self, key: &str) -> Option<&R> {
        self.rows.get(key)
    }

    pub(crate) fn contains(&self, key: &str) -> bool {
        self.rows.contains_key(key)
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &R)> {
        self.rows.iter().map(|(key, row)| (key.as_str(), row))
    }

    /// The rows whose key begins with `prefix`, in key order.
    pub(crate) fn under<'a>(&'a self, prefix: &str) -> impl Iterator<Item = (&'a str, &'a R)> + use<'a, R> {
        self.under_after(prefix, None)
    }

    /// As [`Table::under`], from behind the key `after` on.
    pub(crate) fn under_after<'a>(
        &'a self,
        prefix: &str,
        after: Option<&str>,
    ) -> impl Iterator<Item = (&'a str, &'a R)> + use<'a, R> {
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(after.to_owned()),
            _ => Bound::Included(prefix.to_owned()),
        };
        let prefix = prefix.to_owned();
        self.rows
            .range((from, Bound::Unbounded))
            .take_while(move |(key, _)| key.starts_with(&prefix))
            .map(|(key, row)| (key.as_str(), row))
    }

    /// Keys of the rows that bear an index text which begins with `prefix`.
    pub(crate) fn indexed<'a>(&'a self, prefix: &str) -> impl Iterator<Item = &'a str> + use<'a, R> {
        let from = (prefix.to_owned(), String::new());
        let prefix = prefix.to_owned();
        self.index
            .range(from..)
            .take_while(move |(text, _)| text.starts_with(&prefix))
            .map(|(_, key)| key.as_str())
    }

    pub(crate) fn put(&mut self, key: impl Into<String>, row: R) {
        self.replace(key.into(), Some(row));
    }

    pub(crate) fn remove(&mut self, key: &str) {
        if self.rows.contains_key(key) {
            self.replace(key.to_owned(), None);
        }
    }

    /// Changes the row in place; nothing happens where there is none.
    pub(crate) fn update(&mut self, key: &str, change: impl FnOnce(&mut R)) {
        if let Some(mut row) = self.rows.get(key).cloned() {
            change(&mut row);
            self.replace(key.to_owned(), Some(row));
        }
    }

    pub(crate) fn first_due(&self) -> Option<Millis> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Keys of the rows that have been due by `now`, earliest first.
    pub(crate) fn due_by(&self, now: Millis) -> Vec<String> {
        self.due.iter().take_while(|(at, _)| *at <= now).map(|(_, key)| key.clone()).collect()
    }

    /// The rows that the running transaction touched; `None` for those that are gone.
    pub(crate) fn changes(&self) -> impl Iterator<Item = (&str, Option<&R>)> {
        self.before.keys().map(|key| (key.as_str(), self.rows.get(key)))
    }

    pub(crate) fn commit(&mut self) {
        self.before.clear();
    }

    pub(crate) fn rollback(&mut self) {
        for (key, row) in std::mem::take(&mut self.before) {
            self.set(key, row);
        }
    }

    /// Takes a row from the journal: not a change.
    pub(crate) fn load(&mut self, key: String, row: Option<R>) {
        self.set(key, row);
    }

    fn replace(&mut self, key: String, row: Option<R>) {
        let before = self.set(key.clone(), row);
        self.before.entry(key).or_insert(before);
    }

    fn set(&mut self, key: String, row: Option<R>) -> Option<R> {
        if let Some(before) = self.rows.get(&key) {
            for text in before.index(&key) {
                self.index.remove(&(text, key.clone()));
            }
            if let Some(at) = before.due() {
                self.due.remove(&(at, key.clone()));
            }
        }
        match row {
            None => self.rows.remove(&key),
            Some(row) => {
                for text in row.index(&key) {
                    self.index.insert((text, key.clone()));
                }
                if let Some(at) = row.due() {
                    self.due.insert((at, key.clone()));
                }
                self.rows.insert(key, row)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Note(String, Option<Millis>);

    impl Row for Note {
        fn index(&self, _key: &str) -> Vec<String> {
            vec![self.0.clone()]
        }

        fn due(&self) -> Option<Millis> {
            self.1
        }
    }

    fn keys<'a>(rows: impl Iterator<Item = (&'a str, &'a Note)>) -> Vec<&'a str> {
        rows.map(|(key, _)| key).collect()
    }

    #[test]
    fn a_range_holds_the_prefix_and_starts_behind_the_token() {
        let mut table = Table::default();
        for key in ["a/1", "a/2", "a/3", "b/1"] {
            table.put(key, Note(key.into(), None));
        }
        assert_eq!(keys(table.under("a/")), ["a/1", "a/2", "a/3"]);
        assert_eq!(keys(table.under_after("a/", Some("a/1"))), ["a/2", "a/3"]);
        assert_eq!(keys(table.under_after("a/", Some(""))), ["a/1", "a/2", "a/3"]);
        assert_eq!(keys(table.under_after("a/", Some("a/9"))), Vec::<&str>::new());
    }

    #[test]
    fn a_rollback_restores_rows_index_and_schedule() {
        let mut table = Table::default();
        table.put("k", Note("first".into(), Some(5)));
        table.commit();
        table.update("k", |note| *note = Note("second".into(), Some(9)));
        table.put("l", Note("new".into(), Some(1)));
        table.rollback();
        assert_eq!(table.get("k"), Some(&Note("first".into(), Some(5))));
        assert!(!table.contains("l"));
        assert_eq!(table.indexed("first").collect::<Vec<_>>(), ["k"]);
        assert_eq!(table.indexed("second").count() + table.indexed("new").count(), 0);
        assert_eq!(table.first_due(), Some(5));
        assert_eq!(table.changes().count(), 0);
    }
}
