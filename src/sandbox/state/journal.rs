//! The file that holds the state: rows as they change, appended before a change is answered.
//!
//! A line is a transaction, so what a killed process leaves behind is whole lines and at most one torn one, which was never
//! acknowledged. When most of the file is history, the rows as they are now are written beside it and take its place.
#![expect(clippy::disallowed_methods, reason = "the sandbox keeps its state in a directory that it is given")]

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::sandbox::state::State;

const FILE: &str = "journal.ndjson";
const HEADER: &[u8] = b"{\"format\":\"ramctl-sandbox-state\",\"version\":1}\n";
/// Below this size the journal is never rewritten.
const SMALL: u64 = 4 << 20;

#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("the sandbox state in {0} is in use by another process")]
    InUse(PathBuf),
    #[error("cannot {doing} {path}")]
    Io {
        doing: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{path} line {line} is not a sandbox journal line: {why}")]
    Corrupt { path: PathBuf, line: usize, why: String },
}

pub(crate) struct Journal {
    directory: PathBuf,
    file: File,
    /// Bytes in the file, and how many it had when it was last rewritten.
    size: u64,
    compact_size: u64,
    /// Held as long as the sandbox runs: one process at a time.
    _lock: File,
}

impl Journal {
    /// Opens or creates the journal of a directory and reads it into `state`.
    pub(crate) fn open(directory: &Path, state: &mut State) -> Result<Self, JournalError> {
        let failed = |doing, path: &Path| {
            let path = path.to_owned();
            move |source| JournalError::Io { doing, path, source }
        };
        std::fs::create_dir_all(directory).map_err(failed("create", directory))?;
        let lock_path = directory.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(failed("open", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::InUse(directory.to_owned())),
            Err(TryLockError::Error(source)) => return Err(failed("lock", &lock_path)(source)),
        }
        let path = directory.join(FILE);
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(failed("open", &path))?;
        let size = replay(&mut file, &path, state)?;
        file.set_len(size).map_err(failed("write", &path))?;
        file.seek(SeekFrom::End(0)).map_err(failed("write", &path))?;
        let mut journal =
            Self { directory: directory.to_owned(), file, size, compact_size: size, _lock: lock };
        if size == 0 {
            journal.append(HEADER).map_err(failed("write", &path))?;
        }
        Ok(journal)
    }

    /// Writes one line. After an error the file ends where it ended before.
    pub(crate) fn append(&mut self, line: &[u8]) -> io::Result<()> {
        let written = self.file.write_all(line);
        if written.is_err() {
            self.file.set_len(self.size)?;
            self.file.seek(SeekFrom::Start(self.size))?;
        } else {
            self.size += line.len() as u64;
        }
        written
    }

    /// Whether most of the file is history.
    pub(crate) fn is_long(&self) -> bool {
        self.size > SMALL.max(self.compact_size * 3)
    }

    /// Replaces the history by the rows as they are.
    pub(crate) fn compact(&mut self, state: &State) -> io::Result<()> {
        let beside = self.directory.join("journal.ndjson.new");
        let mut out = BufWriter::with_capacity(1 << 16, File::create(&beside)?);
        let mut size = HEADER.len() as u64;
        out.write_all(HEADER)?;
        state.all(|line| {
            size += line.len() as u64;
            out.write_all(line)
        })?;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        std::fs::rename(&beside, self.directory.join(FILE))?;
        (self.file, self.size, self.compact_size) = (file, size, size);
        Ok(())
    }

    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }
}

/// Reads the whole lines of the file and returns how long they are together.
fn replay(file: &mut File, path: &Path, state: &mut State) -> Result<u64, JournalError> {
    let failed = |source| JournalError::Io { doing: "read", path: path.to_owned(), source };
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let (mut size, mut number, mut line) = (0, 0, Vec::new());
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line).map_err(failed)? as u64;
        if length == 0 || line.last() != Some(&b'\n') {
            return Ok(size);
        }
        number += 1;
        let corrupt = |why: String| JournalError::Corrupt { path: path.to_owned(), line: number, why };
        if number == 1 {
            if line != HEADER {
                return Err(corrupt("it was written by another program or version".into()));
            }
        } else {
            let rows: Vec<(String, String, Value)> =
                serde_json::from_slice(&line).map_err(|error| corrupt(error.to_string()))?;
            for (table, key, row) in rows {
                state.load(&table, key, row).map_err(corrupt)?;
            }
        }
        size += length;
    }
}
