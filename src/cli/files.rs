//! The stack's folder on disk: its HCL files, its variable files, and what `file()` and friends may read.
#![expect(clippy::disallowed_methods, reason = "this module is where the stack's files enter the program")]

use std::ffi::OsStr;
use std::fs;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

use crate::cli::regular::{ReadError, other_kind, read_regular};
use crate::lang::encoding::{self, NotUtf8};
use crate::lang::functions::{FileError, StackFiles};
use crate::render::escape;

/// Largest file that is read, in bytes.
pub(crate) const MAX_FILE_BYTES: usize = 64 << 20;

/// Largest snapshot that is read, in bytes. A Region at all its quotas comes to a tenth of this.
const MAX_SNAPSHOT_BYTES: usize = 512 << 20;

/// The folder of one stack, with every symlink in its own path resolved.
pub(crate) struct StackFolder {
    root: PathBuf,
}

/// Why the stack cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FolderError {
    #[error("the stack's folder {path} cannot be opened")]
    Folder { path: String, source: io::Error },
    #[error("there is no {path}, neither a saved plan nor the folder of a stack")]
    NoPlan { path: String },
    #[error("the stack's folder {path} cannot be listed")]
    List { path: String, source: io::Error },
    #[error("{path} cannot be read")]
    Read { path: String, source: io::Error },
    #[error("{path} cannot be written")]
    Write { path: String, source: io::Error },
    #[error("{path} is larger than {limit} bytes")]
    TooLarge { path: String, limit: usize },
    #[error("{path} is {kind}; ramctl reads regular files only, so write what it holds to a file first")]
    Kind { path: String, kind: &'static str },
    #[error("{path} changes while it is read; run again when the program that writes it is done")]
    Changing { path: String },
    #[error(
        "these entries of {path} are named like files of the stack and cannot be read as such: {entries}; repair, rename or \
         remove them, because without them the stack is another one"
    )]
    Entries { path: String, entries: String },
    #[error("{path} {fault}; save the file as UTF-8")]
    NotUtf8 { path: String, fault: NotUtf8 },
    #[error("standard input {0}; ramctl reads UTF-8")]
    InputNotUtf8(NotUtf8),
    #[error(
        "there are no *.ram.hcl files in {path}, but {names}: a name counts in lower case, so rename what belongs to the stack"
    )]
    OtherCase { path: String, names: String },
    #[error("there are no *.ram.hcl files in {path}; name the folder of a stack")]
    Empty { path: String },
    #[error("{path} is a file; a stack is a folder of *.ram.hcl files, so name its folder")]
    File { path: String },
}

/// A text file as the user would name it.
pub(crate) struct TextFile {
    pub name: String,
    pub text: String,
}

impl StackFolder {
    pub(crate) fn open(path: &Path) -> Result<Self, FolderError> {
        let error = |source| FolderError::Folder { path: shown(path), source };
        let root = path.canonicalize().map_err(error)?;
        match other_kind(&fs::metadata(&root).map_err(error)?) {
            Some("a folder") => {}
            Some(kind) => return Err(FolderError::Kind { path: shown(path), kind }),
            None => return Err(FolderError::File { path: shown(path) }),
        }
        Ok(Self { root })
    }

    /// The names in the folder that end in one of the suffixes, in order. Hidden files, as editors leave them, are left out.
    ///
    /// An entry with such a name that cannot be read as a file is an error: a plan without it would delete what it declares.
    pub(crate) fn names(&self, suffixes: &[&str]) -> Result<Vec<String>, FolderError> {
        let error = |source| FolderError::List { path: shown(&self.root), source };
        let mut names = Vec::new();
        let mut unreadable = Vec::new();
        for entry in fs::read_dir(&self.root).map_err(error)? {
            let entry = entry.map_err(error)?;
            let name = entry.file_name();
            let bytes = name.as_encoded_bytes();
            if bytes.starts_with(b".") || !suffixes.iter().any(|suffix| bytes.ends_with(suffix.as_bytes())) {
                continue;
            }
            match (name.to_str(), fault(&entry)) {
                (Some(name), None) => names.push(name.to_owned()),
                (Some(name), Some(fault)) => unreadable.push(format!("{} is {fault}", escape(name))),
                (None, _) => unreadable.push(format!("{} has a name that is not UTF-8", shown_bytes(&name))),
            }
        }
        if !unreadable.is_empty() {
            unreadable.sort();
            let entries = unreadable.join(", ");
            return Err(FolderError::Entries { path: shown(&self.root), entries });
        }
        names.sort();
        Ok(names)
    }

    /// The names in the folder that end in one of the suffixes but for upper and lower case, in order: files that are passed over.
    pub(crate) fn names_of_other_case(&self, suffixes: &[&str]) -> Result<Vec<String>, FolderError> {
        let error = |source| FolderError::List { path: shown(&self.root), source };
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.root).map_err(error)? {
            let name = shown_bytes(&entry.map_err(error)?.file_name());
            let folded = name.to_lowercase();
            let ends = |name: &str| suffixes.iter().any(|suffix| name.ends_with(suffix));
            if !name.starts_with('.') && ends(&folded) && !ends(&name) {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// A path inside the folder, symlinks resolved.
    fn inside(&self, path: &str) -> Result<PathBuf, FileError> {
        let full = self.root.join(path).canonicalize().map_err(|error| file_error(&error))?;
        if full.starts_with(&self.root) { Ok(full) } else { Err(FileError::OutsideStack) }
    }
}

impl StackFiles for StackFolder {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let full = self.inside(path)?;
        read_regular(&full, MAX_FILE_BYTES).map_err(|error| match error {
            ReadError::Io(error) => file_error(&error),
            ReadError::Kind(kind) => FileError::NotAFile { kind },
            ReadError::TooLarge => FileError::TooLarge { limit: MAX_FILE_BYTES },
            ReadError::Changing => FileError::Unreadable("another program writes to it meanwhile".to_owned()),
        })
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, FileError> {
        let top = self.inside(if folder.is_empty() { "." } else { folder })?;
        let mut found = Vec::new();
        let mut folders = vec![(top, String::new())];
        while let Some((dir, prefix)) = folders.pop() {
            for entry in fs::read_dir(&dir).map_err(|error| file_error(&error))? {
                let entry = entry.map_err(|error| file_error(&error))?;
                let Ok(name) = entry.file_name().into_string() else { continue };
                let kind = entry.file_type().map_err(|error| file_error(&error))?;
                let path = format!("{prefix}{name}");
                // Links to folders are not followed: a link may lead outside, or in a circle.
                if kind.is_dir() {
                    folders.push((entry.path(), format!("{path}/")));
                } else if kind.is_file()
                    || entry.path().canonicalize().is_ok_and(|to| to.is_file() && to.starts_with(&self.root))
                {
                    found.push(path);
                }
            }
        }
        found.sort();
        Ok(found)
    }

    fn folder(&self) -> String {
        self.root.display().to_string()
    }
}

fn file_error(error: &io::Error) -> FileError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FileError::NotFound,
        _ => FileError::Unreadable(error.to_string()),
    }
}

/// A path for messages.
pub(crate) fn shown(path: &Path) -> String {
    shown_bytes(path.as_os_str())
}

/// A name for messages; bytes that are no UTF-8 are written as `\xff`.
fn shown_bytes(name: &OsStr) -> String {
    let mut out = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        out.push_str(&escape(chunk.valid()).to_string());
        chunk.invalid().iter().for_each(|byte| out.push_str(&format!("\\x{byte:02x}")));
    }
    out
}

/// Why an entry cannot be read as a file; none where it can.
fn fault(entry: &fs::DirEntry) -> Option<String> {
    match fs::metadata(entry.path()) {
        Ok(found) => other_kind(&found).map(str::to_owned),
        Err(error) if entry.file_type().is_ok_and(|kind| kind.is_symlink()) => {
            Some(format!("a link that leads to no file ({error})"))
        }
        Err(error) => Some(format!("unreadable ({error})")),
    }
}

/// Reads a text file and names it as the user typed it.
pub(crate) fn read_text(path: &Path) -> Result<TextFile, FolderError> {
    read_text_as(path, path.display().to_string())
}

/// Reads a text file under a name for people.
pub(crate) fn read_text_as(path: &Path, name: String) -> Result<TextFile, FolderError> {
    read_text_within(path, name, MAX_FILE_BYTES)
}

/// Reads a snapshot.
pub(crate) fn read_snapshot(path: &Path) -> Result<TextFile, FolderError> {
    read_text_within(path, path.display().to_string(), MAX_SNAPSHOT_BYTES)
}

fn read_text_within(path: &Path, name: String, limit: usize) -> Result<TextFile, FolderError> {
    let shown = || escape(&name).to_string();
    let bytes = read_regular(path, limit).map_err(|error| match error {
        ReadError::Io(source) => FolderError::Read { path: shown(), source },
        ReadError::Kind(kind) => FolderError::Kind { path: shown(), kind },
        ReadError::TooLarge => FolderError::TooLarge { path: shown(), limit },
        ReadError::Changing => FolderError::Changing { path: shown() },
    })?;
    match encoding::text(bytes) {
        Ok(text) => Ok(TextFile { name, text }),
        Err(fault) => Err(FolderError::NotUtf8 { path: shown(), fault }),
    }
}

/// Whether a file is named, and no folder.
pub(crate) fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// Whether anything is at a path.
pub(crate) fn is_there(path: &Path) -> bool {
    path.exists()
}

/// What standard input is called.
const STDIN: &str = "standard input";

fn stdin_error(source: io::Error) -> FolderError {
    FolderError::Read { path: STDIN.to_owned(), source }
}

/// Everything on standard input.
pub(crate) fn read_stdin() -> Result<TextFile, FolderError> {
    read_input(io::stdin().lock())
}

fn read_input(mut input: impl Read) -> Result<TextFile, FolderError> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).map_err(stdin_error)?;
    let text = encoding::text(bytes).map_err(FolderError::InputNotUtf8)?;
    Ok(TextFile { name: STDIN.to_owned(), text })
}

/// Standard input line by line, as it comes.
#[derive(Debug, Default)]
pub(crate) struct InputLines {
    lines: usize,
    bytes: usize,
}

impl InputLines {
    /// The next line without space around it; none at the end.
    pub(crate) fn next_line(&mut self) -> Result<Option<String>, FolderError> {
        self.line_of(io::stdin().lock())
    }

    fn line_of(&mut self, mut input: impl BufRead) -> Result<Option<String>, FolderError> {
        let mut bytes = Vec::new();
        let count = input.read_until(b'\n', &mut bytes).map_err(stdin_error)?;
        if count == 0 {
            return Ok(None);
        }
        let line = encoding::text(bytes).map_err(|fault| {
            FolderError::InputNotUtf8(match fault {
                NotUtf8::Byte { line, offset } => {
                    NotUtf8::Byte { line: self.lines + line, offset: self.bytes + offset }
                }
                NotUtf8::Utf16 | NotUtf8::Utf32 => fault,
            })
        })?;
        self.lines += 1;
        self.bytes += count;
        Ok(Some(line.trim().to_owned()))
    }
}

/// Puts a new text in the place of a file, whole or not at all. A symlink stays one, and a file that may not be written is left
/// alone.
pub(crate) fn replace_text(path: &Path, text: &str) -> Result<(), FolderError> {
    let error = |source| FolderError::Write { path: shown(path), source };
    let target = path.canonicalize().map_err(error)?;
    let permissions = fs::metadata(&target).map_err(error)?.permissions();
    if permissions.readonly() {
        return Err(error(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only")));
    }
    swap_in(&target, text, Some(permissions)).map_err(error)
}

/// Writes a text beside its place and moves it there.
fn swap_in(target: &Path, text: &str, permissions: Option<fs::Permissions>) -> io::Result<()> {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    // Two runs that write one file do not write into each other's.
    name.push(format!(".{}.ramctl-new", std::process::id()));
    let beside = target.with_file_name(name);
    let write = || {
        fs::write(&beside, text)?;
        permissions.map_or(Ok(()), |permissions| fs::set_permissions(&beside, permissions))?;
        fs::rename(&beside, target)
    };
    write().inspect_err(|_| {
        // What is left over would only confuse; that it cannot be removed adds nothing to the first error.
        let _ = fs::remove_file(&beside);
    })
}

/// Writes a file, new or in the place of an old one, whole or not at all.
pub(crate) fn put_text(path: &Path, text: &str) -> Result<(), FolderError> {
    // What is no plain file (a pipe, /dev/stderr) cannot be replaced and is written to.
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return append_text(path, text);
    }
    if path.is_file() {
        return replace_text(path, text);
    }
    swap_in(path, text, None).map_err(|source| FolderError::Write { path: shown(path), source })
}

/// Makes a folder that is not there yet and is its owner's alone.
pub(crate) fn make_private_folder(path: &Path) -> Result<(), FolderError> {
    let mut folder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.create(path).map_err(|source| FolderError::Write { path: shown(path), source })
}

/// Writes a file that is its owner's alone, new or in the place of an old one, whole or not at all.
pub(crate) fn put_private(path: &Path, text: &str) -> Result<(), FolderError> {
    let error = |source| FolderError::Write { path: shown(path), source };
    // What is no plain file cannot be replaced and is written to.
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return append_text(path, text);
    }
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(format!(".ramctl-{}", std::process::id()));
    let beside = target.with_file_name(name);
    let write = || {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        io::Write::write_all(&mut file, text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, &target)
    };
    write().map_err(|source| {
        let _ = fs::remove_file(&beside);
        error(source)
    })
}

/// Adds a text to the end of a file that several programs write to.
pub(crate) fn append_text(path: &Path, text: &str) -> Result<(), FolderError> {
    let error = |source| FolderError::Write { path: shown(path), source };
    let mut file = fs::OpenOptions::new().append(true).create(true).open(path).map_err(error)?;
    io::Write::write_all(&mut file, text.as_bytes()).map_err(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.ram.hcl");
        fs::write(&path, bytes).expect("written");
        match read_text_as(&path, "x.ram.hcl".to_owned()) {
            Ok(file) => file.text,
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_is_not_utf8_is_reported_with_its_line() {
        assert_eq!(read("a = \"ä\"\n".as_bytes()), "a = \"ä\"\n");
        assert!(read(b"a = 1\nb = \"\xe4\"\n").contains("is not UTF-8: line 2 has a byte at offset 11"));
        let utf16: Vec<u8> = "a = 1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&utf16), "x.ram.hcl is UTF-16; save the file as UTF-8");
        let marked: Vec<u8> = "\u{feff}ä".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(read(&marked), "x.ram.hcl is UTF-16; save the file as UTF-8");
    }

    #[test]
    fn standard_input_that_is_not_utf8_is_reported_as_files_are() {
        let all = |bytes: &[u8]| match read_input(bytes) {
            Ok(file) => file.text,
            Err(error) => error.to_string(),
        };
        assert_eq!(all("a = \"ä\"\n".as_bytes()), "a = \"ä\"\n");
        assert_eq!(
            all(b"a = 1\nb = \"\xe4\"\n"),
            "standard input is not UTF-8: line 2 has a byte at offset 11 that fits no character; ramctl reads UTF-8"
        );
        assert_eq!(all(b"\xff\xfea\0"), "standard input is UTF-16; ramctl reads UTF-8");
        assert_eq!(all(b"\xff\xfe\0\0a\0\0\0"), "standard input is UTF-32; ramctl reads UTF-8");
    }

    #[test]
    fn lines_of_standard_input_are_counted_where_one_is_not_utf8() {
        let mut input: &[u8] = b" 1 + 1 \n\n\"a\xe4\"\n";
        let mut lines = InputLines::default();
        assert_eq!(lines.line_of(&mut input).expect("UTF-8").as_deref(), Some("1 + 1"));
        assert_eq!(lines.line_of(&mut input).expect("UTF-8").as_deref(), Some(""));
        let error = lines.line_of(&mut input).expect_err("Latin-1").to_string();
        assert!(error.contains("is not UTF-8: line 3 has a byte at offset 11 that"), "{error}");
        assert_eq!(InputLines::default().line_of(&b""[..]).expect("the end"), None);
        let error = InputLines::default().line_of(&b"1\0+\x001\0\n\0"[..]).expect_err("UTF-16");
        assert_eq!(error.to_string(), "standard input is UTF-16; ramctl reads UTF-8");
    }

    #[test]
    fn files_of_another_case_are_found() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["a.ram.hcl", "B.RAM.HCL", "c.Ram.hcl", ".d.RAM.HCL", "e.hcl"] {
            fs::write(folder.path().join(name), "").expect("written");
        }
        let stack = StackFolder::open(folder.path()).expect("a folder");
        assert_eq!(stack.names(&[".ram.hcl"]).expect("listed"), ["a.ram.hcl"]);
        assert_eq!(stack.names_of_other_case(&[".ram.hcl"]).expect("listed"), ["B.RAM.HCL", "c.Ram.hcl"]);
    }
}
