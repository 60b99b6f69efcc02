//! The state behind its lock, and the transactions on it.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};

use crate::sandbox::clock::{Clock, Millis};
use crate::sandbox::state::State;
use crate::sandbox::state::journal::{Journal, JournalError};
use crate::sandbox::state::rows_account::Meta;

/// The state, its journal and the time it lives in.
pub(crate) struct Store {
    state: RwLock<State>,
    /// `None`: in memory only.
    journal: Mutex<Option<Journal>>,
    pub(crate) clock: Clock,
}

impl Store {
    /// Opens the state that is kept in a directory; without one it lives as long as the process.
    pub(crate) fn open(directory: Option<&Path>) -> Result<Self, JournalError> {
        let mut state = State::default();
        let journal = directory.map(|directory| Journal::open(directory, &mut state)).transpose()?;
        let clock = Clock::default();
        if let Some(ahead) = state.meta.get(CLOCK_AHEAD).and_then(|meta| meta.value.parse().ok()) {
            clock.set_ahead(ahead);
        }
        Ok(Self { state: RwLock::new(state), journal: Mutex::new(journal), clock })
    }

    /// Looks at the state as it is now.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State, Millis) -> T) -> T {
        let now = self.clock.now();
        {
            let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
            if state.first_due().is_none_or(|at| at > now) {
                return look(&state, now);
            }
        }
        let mut transaction = self.begin();
        self.settle(&mut transaction, now);
        look(&transaction.state, now)
    }

    /// Changes the state: all of it when `change` succeeds and the journal has it, else nothing.
    pub(crate) fn write<T, E: From<std::io::Error>>(
        &self,
        change: impl FnOnce(&mut State, Millis) -> Result<T, E>,
    ) -> Result<T, E> {
        let now = self.clock.now();
        let mut transaction = self.begin();
        self.settle(&mut transaction, now);
        let answer = change(&mut transaction.state, now)?;
        self.record(&transaction.state)?;
        transaction.commit();
        Ok(answer)
    }

    /// Moves the clock forward; what falls due on the way happens in its order.
    pub(crate) fn advance(&self, by: Millis) -> std::io::Result<Millis> {
        let (ahead, now) = self.write(|state, now| {
            let ahead =
                state.meta.get(CLOCK_AHEAD).and_then(|meta| meta.value.parse::<Millis>().ok()).unwrap_or(0);
            let ahead = ahead + by;
            state.meta.put(CLOCK_AHEAD, Meta { value: ahead.to_string() });
            Ok::<_, std::io::Error>((ahead, now + by))
        })?;
        self.clock.set_ahead(ahead);
        Ok(now)
    }

    /// What a person should be told about how the state was read.
    pub(crate) fn notice(&self) -> Option<String> {
        self.journal().as_ref()?.notice().map(str::to_owned)
    }

    /// Makes sure that the disk has it all.
    pub(crate) fn flush(&self) -> std::io::Result<()> {
        match &*self.journal() {
            Some(journal) => journal.sync(),
            None => Ok(()),
        }
    }

    fn settle(&self, transaction: &mut Transaction<'_>, now: Millis) {
        transaction.state.settle(now);
        // Nobody was promised these changes, and time makes them again after a restart: a failure to write them waits for the next
        // change that somebody is promised.
        let _ = self.record(&transaction.state);
        transaction.commit();
    }

    fn record(&self, state: &State) -> std::io::Result<()> {
        let mut journal = self.journal();
        let Some(journal) = &mut *journal else { return Ok(()) };
        let mut line = Vec::new();
        state.changes(&mut line)?;
        if line.is_empty() {
            return Ok(());
        }
        journal.append(&line)?;
        if journal.is_long() {
            // The change is safe already: a rewrite that fails is tried again after the next one.
            let _ = journal.compact(state);
        }
        Ok(())
    }

    fn begin(&self) -> Transaction<'_> {
        Transaction { state: self.state.write().unwrap_or_else(PoisonError::into_inner) }
    }

    fn journal(&self) -> MutexGuard<'_, Option<Journal>> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const CLOCK_AHEAD: &str = "clock_ahead_ms";

/// What is not committed when it ends, by an error or a panic, has not happened.
struct Transaction<'a> {
    state: RwLockWriteGuard<'a, State>,
}

impl Transaction<'_> {
    fn commit(&mut self) {
        self.state.commit();
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        self.state.rollback();
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests look at the journal's file")]
mod tests {
    use super::*;
    use crate::sandbox::clock::{HOUR, SECOND};
    use crate::sandbox::state::rows_ram::{Published, Share, ShareId, ShareStatus};

    fn publish(store: &Store, name: &str, versions: u32) -> Result<(), std::io::Error> {
        store.write(|state, _| {
            state.published.put(name, Published { versions });
            Ok(())
        })
    }

    fn versions(store: &Store) -> Vec<(String, u32)> {
        store.read(|state, _| {
            state.published.iter().map(|(key, row)| (key.to_owned(), row.versions)).collect()
        })
    }

    fn deleting(due: Millis) -> Share {
        Share {
            id: ShareId { account: "1".into(), region: "r".into(), uuid: "u".into() },
            name: "s".into(),
            allow_external: false,
            status: ShareStatus::Deleting,
            message: None,
            feature_set: crate::sandbox::state::rows_ram::FeatureSet::Standard,
            retain: None,
            tags: Default::default(),
            created: 0,
            updated: 0,
            due: Some(due),
        }
    }

    #[test]
    fn a_change_that_fails_or_panics_has_not_happened() {
        let store = Store::open(None).unwrap();
        publish(&store, "kept", 1).unwrap();
        let failed: Result<(), std::io::Error> = store.write(|state, _| {
            state.published.put("kept", Published { versions: 9 });
            Err(std::io::Error::other("refused"))
        });
        assert!(failed.is_err());
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            store.write(|state, _| {
                state.published.remove("kept");
                if state.published.len() == 0 {
                    panic!("a defect")
                }
                Ok::<_, std::io::Error>(())
            })
        }));
        assert!(panicked.is_err());
        assert_eq!(versions(&store), [("kept".to_owned(), 1)]);
    }

    #[test]
    fn a_journal_cut_off_anywhere_holds_every_change_before_the_cut() {
        let whole = tempfile::tempdir().unwrap();
        let mut ends = Vec::new();
        {
            let store = Store::open(Some(whole.path())).unwrap();
            for n in 1..=4 {
                publish(&store, &format!("p{n}"), n).unwrap();
                ends.push(std::fs::read(whole.path().join("journal.ndjson")).unwrap().len());
            }
        }
        let bytes = std::fs::read(whole.path().join("journal.ndjson")).unwrap();
        for cut in 0..=bytes.len() {
            let directory = tempfile::tempdir().unwrap();
            std::fs::write(directory.path().join("journal.ndjson"), &bytes[..cut]).unwrap();
            let store = Store::open(Some(directory.path())).unwrap();
            let whole_changes = ends.iter().filter(|end| **end <= cut).count();
            assert_eq!(versions(&store).len(), whole_changes, "cut at {cut}");
            publish(&store, "after", 5).unwrap();
            drop(store);
            let store = Store::open(Some(directory.path())).unwrap();
            assert_eq!(versions(&store).len(), whole_changes + 1, "reopened after a cut at {cut}");
        }
    }

    #[test]
    fn a_rewritten_journal_holds_the_same_and_goes_on() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(Some(directory.path())).unwrap();
        for n in 1..=3 {
            publish(&store, "p", n).unwrap();
        }
        let before = std::fs::metadata(directory.path().join("journal.ndjson")).unwrap().len();
        store.journal().as_mut().unwrap().compact(&store.begin().state).unwrap();
        assert!(std::fs::metadata(directory.path().join("journal.ndjson")).unwrap().len() < before);
        publish(&store, "q", 7).unwrap();
        drop(store);
        assert_eq!(
            versions(&Store::open(Some(directory.path())).unwrap()),
            [("p".to_owned(), 3), ("q".to_owned(), 7)]
        );
    }

    #[test]
    fn one_store_at_a_time_has_a_directory() {
        let directory = tempfile::tempdir().unwrap();
        let first = Store::open(Some(directory.path())).unwrap();
        assert!(matches!(Store::open(Some(directory.path())), Err(JournalError::InUse(_))));
        drop(first);
        assert!(Store::open(Some(directory.path())).is_ok());
    }

    #[test]
    fn a_foreign_journal_is_refused() {
        for text in ["{}\n", "not json\n"] {
            let directory = tempfile::tempdir().unwrap();
            std::fs::write(directory.path().join("journal.ndjson"), text).unwrap();
            let error = Store::open(Some(directory.path())).err().unwrap();
            assert!(matches!(error, JournalError::Foreign { .. }), "{error}");
        }
    }

    /// The lines of a journal of four changes, with their ends.
    fn four_changes() -> Vec<String> {
        let whole = tempfile::tempdir().unwrap();
        let store = Store::open(Some(whole.path())).unwrap();
        for n in 1..=4 {
            publish(&store, &format!("p{n}"), n).unwrap();
        }
        let text = std::fs::read_to_string(whole.path().join("journal.ndjson")).unwrap();
        text.split_inclusive('\n').map(str::to_owned).collect()
    }

    #[test]
    fn a_line_that_is_missing_damaged_moved_or_foreign_is_named_with_the_way_out() {
        let lines = four_changes();
        let without = |gone: usize| {
            lines
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != gone)
                .map(|(_, line)| line.as_str())
                .collect::<String>()
        };
        let with = |at: usize, line: String| {
            let mut changed = lines.clone();
            changed[at] = line;
            changed.concat()
        };
        let swapped = [0, 1, 3, 2, 4].map(|at| lines[at].as_str()).concat();
        for (what, text, line, why) in [
            ("one is missing", without(2), 3, "is number 4, so lines before it are missing"),
            ("the first is missing", without(1), 2, "is number 3"),
            ("two are swapped", swapped, 3, "is number 4"),
            ("a row says something else", with(2, lines[2].replace("p2", "p9")), 3, "its digest differs"),
            ("a digest is another", with(3, lines[3].replacen(",\"", ",\"f", 1)), 4, "not a line of changes"),
            ("it is no line of changes", with(4, "hello\n".into()), 5, "not a line of changes"),
            (
                "its end is gone",
                with(2, format!("{}\n", &lines[2][..lines[2].len() - 4])),
                3,
                "not a line of changes",
            ),
        ] {
            let directory = tempfile::tempdir().unwrap();
            std::fs::write(directory.path().join("journal.ndjson"), &text).unwrap();
            let error = Store::open(Some(directory.path())).err().expect(what);
            assert!(
                matches!(&error, JournalError::Corrupt { line: at, .. } if *at == line),
                "{what}: {error}"
            );
            let error = error.to_string();
            assert!(
                error.contains(why) && error.contains(&format!("keep the first {} lines", line - 1)),
                "{what}: {error}"
            );
            assert_eq!(
                std::fs::read_to_string(directory.path().join("journal.ndjson")).unwrap(),
                text,
                "{what}: it is left alone"
            );
        }
    }

    #[test]
    fn a_last_line_that_was_cut_off_is_told() {
        let text = four_changes().concat();
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("journal.ndjson"), &text[..text.len() - 5]).unwrap();
        let store = Store::open(Some(directory.path())).unwrap();
        assert_eq!(versions(&store).len(), 3);
        assert!(store.notice().unwrap().contains("was cut off"), "{:?}", store.notice());
        drop(store);
        assert_eq!(Store::open(Some(directory.path())).unwrap().notice(), None);
    }

    #[cfg(unix)]
    #[test]
    fn the_state_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let parent = tempfile::tempdir().unwrap();
        let directory = parent.path().join("made");
        let journal = directory.join("journal.ndjson");
        let store = Store::open(Some(&directory)).unwrap();
        assert_eq!((mode(&directory), mode(&journal)), (0o700, 0o600));
        store.journal().as_mut().unwrap().compact(&store.begin().state).unwrap();
        assert_eq!(mode(&journal), 0o600);
        drop(store);
        std::fs::set_permissions(&journal, PermissionsExt::from_mode(0o644)).unwrap();
        let _store = Store::open(Some(&directory)).unwrap();
        assert_eq!(mode(&journal), 0o600, "one that others could read is closed to them");
    }

    #[test]
    fn a_moved_clock_makes_things_happen_and_stays_moved() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(Some(directory.path())).unwrap();
        let now = store.clock.now();
        store
            .write(|state, _| {
                state.shares.put("1/r/u", deleting(now + 60 * SECOND));
                Ok::<_, std::io::Error>(())
            })
            .unwrap();
        let status =
            |store: &Store| store.read(|state, _| state.shares.get("1/r/u").map(|share| share.status));
        assert_eq!(status(&store), Some(ShareStatus::Deleting));
        store.advance(61 * SECOND).unwrap();
        assert_eq!(status(&store), Some(ShareStatus::Deleted));
        drop(store);
        let store = Store::open(Some(directory.path())).unwrap();
        assert_eq!(status(&store), Some(ShareStatus::Deleted));
        store.advance(3 * HOUR).unwrap();
        assert_eq!(status(&store), None);
    }
}
