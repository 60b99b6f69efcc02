//! Regular files, read whole: never a pipe or a device that may have no end, never half of what another program is writing.
#![expect(clippy::disallowed_methods, reason = "files enter the program here")]

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

/// How often a file is read that another program writes to meanwhile.
const ATTEMPTS: usize = 2;

/// Why a file has no bytes.
#[derive(Debug)]
pub(crate) enum ReadError {
    Io(io::Error),
    /// It is something else: `a named pipe`.
    Kind(&'static str),
    TooLarge,
    /// Another program writes to it.
    Changing,
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The bytes of a regular file of at most so many bytes.
pub(crate) fn read_regular(path: &Path, limit: usize) -> Result<Vec<u8>, ReadError> {
    read_steadily(|| open(path), |file| Ok(Facts::of(&file.metadata()?)), limit)
}

/// What a file is that is no regular one. None: it is a regular one.
pub(crate) fn other_kind(found: &Metadata) -> Option<&'static str> {
    let kind = found.file_type();
    if kind.is_file() {
        return None;
    }
    if kind.is_dir() {
        return Some("a folder");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return Some("a pipe");
        }
        if kind.is_socket() {
            return Some("a socket");
        }
        if kind.is_block_device() || kind.is_char_device() {
            return Some("a device");
        }
    }
    Some("no regular file")
}

/// Opens without waiting, then looks at what was opened: between a look at a path and its opening it can become something else.
fn open(path: &Path) -> Result<File, ReadError> {
    let mut options = fs::OpenOptions::new();
    options.read(true);
    // A pipe without a writer would keep `open` waiting.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK | libc::O_NOCTTY);
    let file = options.open(path)?;
    match other_kind(&file.metadata()?) {
        Some(kind) => Err(ReadError::Kind(kind)),
        None => Ok(file),
    }
}

/// What changes when somebody writes to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Facts {
    bytes: u64,
    modified: Option<SystemTime>,
}

impl Facts {
    fn of(found: &Metadata) -> Self {
        Self { bytes: found.len(), modified: found.modified().ok() }
    }
}

/// Reads until a file is the same before and after.
fn read_steadily<F: Read>(
    open: impl Fn() -> Result<F, ReadError>,
    facts: impl Fn(&F) -> io::Result<Facts>,
    limit: usize,
) -> Result<Vec<u8>, ReadError> {
    let most = u64::try_from(limit).expect("a constant below 2^64");
    for _ in 0..ATTEMPTS {
        let mut file = open()?;
        let before = facts(&file)?;
        let mut bytes = Vec::new();
        file.by_ref().take(most + 1).read_to_end(&mut bytes)?;
        if bytes.len() > limit {
            return Err(ReadError::TooLarge);
        }
        if facts(&file)? == before && u64::try_from(bytes.len()).is_ok_and(|count| count == before.bytes) {
            return Ok(bytes);
        }
    }
    Err(ReadError::Changing)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// A file that another program writes to while it is read, as many times as are left.
    struct Written<'a> {
        text: &'static [u8],
        writes_left: &'a Cell<usize>,
        grown: u64,
    }

    impl Read for Written<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.writes_left.get() > 0 {
                self.writes_left.set(self.writes_left.get() - 1);
                self.grown += 1;
            }
            self.text.read(buffer)
        }
    }

    fn read_while_written(writes: usize) -> Result<Vec<u8>, ReadError> {
        let writes_left = Cell::new(writes);
        let facts = |file: &Written<'_>| Ok(Facts { bytes: 4 + file.grown, modified: None });
        read_steadily(|| Ok(Written { text: b"text", writes_left: &writes_left, grown: 0 }), facts, 100)
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_read_once_more_and_then_refused() {
        assert_eq!(read_while_written(0).expect("steady"), b"text");
        assert_eq!(read_while_written(1).expect("steady the second time"), b"text");
        assert!(matches!(read_while_written(100), Err(ReadError::Changing)));
    }

    #[test]
    fn a_write_of_the_same_size_shows_in_the_time_of_the_file() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let path = file.path();
        fs::write(path, "one").expect("written");
        let facts = |path: &Path| Facts::of(&fs::metadata(path).expect("facts"));
        let before = facts(path);
        let later = before.modified.expect("a time") + std::time::Duration::from_secs(1);
        fs::write(path, "two").expect("written");
        File::options().write(true).open(path).and_then(|file| file.set_modified(later)).expect("a time");
        assert_ne!(facts(path), before);
        assert_eq!(read_regular(path, 3).expect("read"), b"two");
        assert!(matches!(read_regular(path, 2), Err(ReadError::TooLarge)));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_is_refused_without_waiting() {
        let dir = tempfile::tempdir().expect("a folder");
        let socket = dir.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
        for (path, kind) in [(dir.path(), "a folder"), (Path::new("/dev/zero"), "a device")] {
            assert!(matches!(read_regular(path, 10), Err(ReadError::Kind(found)) if found == kind));
        }
        assert!(matches!(read_regular(&socket, 10), Err(ReadError::Io(_))), "a socket cannot be opened");
    }
}
