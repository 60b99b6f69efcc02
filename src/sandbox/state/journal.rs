//! The file that holds the state: rows as they change, appended before a change is answered.
//!
//! A line is a transaction, so what a killed process leaves behind is whole lines and at most one torn one, which was never
//! acknowledged. Each line bears its number and a digest of all lines up to it: a line that is missing, damaged or from elsewhere is found
//! when the file is read. When most of the file is history, the rows as they are now are written beside it and take its place.
#![expect(clippy::disallowed_methods, reason = "the sandbox keeps its state in a directory that it is given")]

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::sandbox::state::State;

const FILE: &str = "journal.ndjson";
const HEADER: &[u8] = b"{\"format\":\"ramctl-sandbox-state\",\"version\":2}\n";
/// Below this size the journal is never rewritten.
const SMALL: u64 = 4 << 20;

#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error(
        "the sandbox state in {0} is in use by another process; beside a running `ramctl sandbox serve`, leave --sandbox out and set the \
         AWS_ENDPOINT_URL and the keys that it printed"
    )]
    InUse(PathBuf),
    #[error("cannot {doing} {path}")]
    Io {
        doing: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(
        "the sandbox state in {path} is damaged: line {line} {why}. To go on from what stands before it, keep the first {} lines of the file \
         and remove the rest; to start again from the seed, remove the file",
        line - 1
    )]
    Corrupt { path: PathBuf, line: u64, why: String },
    #[error(
        "{path} was written by another program or another version of ramctl. To start again from the seed, remove the file"
    )]
    Foreign { path: PathBuf },
}

pub(crate) struct Journal {
    directory: PathBuf,
    file: File,
    end: End,
    /// Bytes in the file when it was last rewritten.
    compact_size: u64,
    /// What a person should be told about what was read.
    notice: Option<String>,
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
        create_private_folder(directory).map_err(failed("create", directory))?;
        let lock_path = directory.join("lock");
        let lock = open_private(&lock_path).map_err(failed("open", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::InUse(directory.to_owned())),
            Err(TryLockError::Error(source)) => return Err(failed("lock", &lock_path)(source)),
        }
        let path = directory.join(FILE);
        let mut file = open_private(&path).map_err(failed("open", &path))?;
        let length = file.metadata().map_err(failed("read", &path))?.len();
        let end = replay(&mut file, &path, state)?;
        file.set_len(end.size).map_err(failed("write", &path))?;
        file.seek(SeekFrom::End(0)).map_err(failed("write", &path))?;
        if end.lines == 0 {
            file.write_all(HEADER).map_err(failed("write", &path))?;
        }
        let notice = (length > end.size).then(|| {
            format!(
                "the last line of {} was cut off, as when a process is killed while it writes; its {} bytes were removed. \
                 No change that was acknowledged is lost.",
                path.display(),
                length - end.size
            )
        });
        let end = if end.lines == 0 { End::of_header() } else { end };
        Ok(Self { directory: directory.to_owned(), file, compact_size: end.size, end, notice, _lock: lock })
    }

    pub(crate) fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// Writes one line of changed rows. After an error the file ends where it ended before.
    pub(crate) fn append(&mut self, rows: &[u8]) -> io::Result<()> {
        let mut end = self.end;
        let written = self.file.write_all(&end.frame(rows));
        if written.is_err() {
            self.file.set_len(self.end.size)?;
            self.file.seek(SeekFrom::Start(self.end.size))?;
        } else {
            self.end = end;
        }
        written
    }

    /// Whether most of the file is history.
    pub(crate) fn is_long(&self) -> bool {
        self.end.size > SMALL.max(self.compact_size * 3)
    }

    /// Replaces the history by the rows as they are.
    pub(crate) fn compact(&mut self, state: &State) -> io::Result<()> {
        let beside = self.directory.join("journal.ndjson.new");
        let file = open_private(&beside)?;
        file.set_len(0)?;
        let mut out = BufWriter::with_capacity(1 << 16, file);
        let mut end = End::of_header();
        out.write_all(HEADER)?;
        state.all(|rows| out.write_all(&end.frame(rows)))?;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        std::fs::rename(&beside, self.directory.join(FILE))?;
        (self.file, self.end, self.compact_size) = (file, end, end.size);
        Ok(())
    }

    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }
}

/// Where a journal ends: what the next line goes on from.
#[derive(Clone, Copy)]
struct End {
    /// Bytes.
    size: u64,
    lines: u64,
    /// Digest of all lines.
    digest: u64,
}

impl End {
    /// Behind the header.
    fn of_header() -> Self {
        Self { size: HEADER.len() as u64, lines: 1, digest: 0 }
    }

    /// The next line, `[NUMBER,"DIGEST",ROWS]`; the end is behind it from then on.
    fn frame(&mut self, rows: &[u8]) -> Vec<u8> {
        let number = self.lines + 1;
        self.digest = chained(self.digest, rows);
        let mut line = format!("[{number},\"{:016x}\",", self.digest).into_bytes();
        line.extend_from_slice(rows);
        line.extend_from_slice(b"]\n");
        self.lines = number;
        self.size += line.len() as u64;
        line
    }

    /// The rows of the next line, if that is what the line is; `Err` tells what it is.
    fn unframe<'a>(&mut self, line: &'a [u8]) -> Result<&'a [u8], String> {
        let number = self.lines + 1;
        let Some(rest) = line.strip_prefix(format!("[{number},\"").as_bytes()) else {
            return Err(match serde_json::from_slice::<(u64, Value, Value)>(line) {
                Ok((other, ..)) => format!("is number {other}, so lines before it are missing or were moved"),
                Err(_) => "is not a line of changes".into(),
            });
        };
        let (digest, rest) = rest.split_at_checked(16).ok_or("is not a line of changes")?;
        let rows = rest.strip_prefix(b"\",").and_then(|rest| rest.strip_suffix(b"]\n"));
        let rows = rows.ok_or("is not a line of changes")?;
        let next = chained(self.digest, rows);
        if digest != format!("{next:016x}").as_bytes() {
            return Err("does not hold what was written: its digest differs".into());
        }
        *self = Self { size: self.size + line.len() as u64, lines: number, digest: next };
        Ok(rows)
    }
}

fn chained(before: u64, rows: &[u8]) -> u64 {
    let digest = Sha256::new().chain_update(before.to_be_bytes()).chain_update(rows).finalize();
    digest.iter().take(8).fold(0, |all, byte| all << 8 | u64::from(*byte))
}

/// A folder that is its owner's alone where it is made; one that is there keeps its mode.
fn create_private_folder(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// A file that is its owner's alone, made where it is not there.
fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

/// Reads the whole lines of the file and returns where they end.
fn replay(file: &mut File, path: &Path, state: &mut State) -> Result<End, JournalError> {
    let failed = |source| JournalError::Io { doing: "read", path: path.to_owned(), source };
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let mut end = End { size: 0, lines: 0, digest: 0 };
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line).map_err(failed)?;
        if length == 0 || line.last() != Some(&b'\n') {
            return Ok(end);
        }
        if end.lines == 0 {
            if line != HEADER {
                return Err(JournalError::Foreign { path: path.to_owned() });
            }
            end = End::of_header();
            continue;
        }
        let corrupt = |why| JournalError::Corrupt { path: path.to_owned(), line: end.lines + 1, why };
        let mut next = end;
        let rows = next.unframe(&line).map_err(corrupt)?;
        let rows: Vec<(String, String, Value)> =
            serde_json::from_slice(rows).map_err(|error| corrupt(format!("cannot be read: {error}")))?;
        for (table, key, row) in rows {
            state.load(&table, key, row).map_err(|why| corrupt(format!("cannot be read: {why}")))?;
        }
        end = next;
    }
}
