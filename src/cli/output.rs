//! The only place that writes: results to stdout, everything else to stderr.
#![expect(clippy::disallowed_methods, reason = "this module is where output leaves the program")]

use std::fmt::{self, Display};
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anstream::{AutoStream, ColorChoice};

use crate::cli::files::FolderError;
use crate::diag::{Diagnostic, SourceMap};
use crate::model::StackName;
use crate::render::{DiagnosticsView, Styles};
use crate::wire::pretty;

/// Where a run writes to.
///
/// A reader who closed the pipe (`ramctl plan | head`) is no error: the rest is dropped and the run goes on. Any other failure
/// to write stdout (a full disk) is remembered for [`Output::finish`].
pub(crate) struct Output {
    color: ColorChoice,
    stdout_error: Option<io::Error>,
    told: Mutex<Told>,
}

/// What was said on stderr that a result must say too.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub errors: Vec<String>,
    pub diagnostics: Vec<Diagnostic>,
    /// What the diagnostics point into.
    pub sources: SourceMap,
    /// What the stack is called.
    pub stack: Option<StackName>,
    /// A result could not be written.
    pub unwritten: bool,
}

impl Output {
    /// `NO_COLOR`, `CLICOLOR_FORCE` and whether a stream is a terminal are anstream's to judge.
    pub(crate) fn new(no_color: bool) -> Self {
        Self {
            color: if no_color { ColorChoice::Never } else { ColorChoice::Auto },
            stdout_error: None,
            told: Mutex::default(),
        }
    }

    /// Writes a result.
    pub(crate) fn result(&mut self, text: impl Display) {
        if self.stdout_error.is_some() {
            return;
        }
        let mut stdout = AutoStream::new(io::stdout(), self.color);
        if let Err(error) = write!(stdout, "{text}").and_then(|()| stdout.flush()) {
            self.stdout_error = Some(error);
        }
    }

    /// Writes one result line.
    pub(crate) fn line(&mut self, text: impl Display) {
        self.result(format_args!("{text}\n"));
    }

    /// Writes a JSON document, indented, with a newline at its end.
    pub(crate) fn json(&mut self, document: &impl serde::Serialize) {
        self.result(pretty(document));
    }

    /// Styles of text for stdout. They are stripped again where stdout takes no colour.
    pub(crate) fn styles(&self) -> Styles {
        Styles::coloured()
    }

    /// Writes a note to stderr; a failure to do so has nowhere to be told.
    pub(crate) fn note(&self, text: impl Display) {
        let _ = writeln!(AutoStream::new(io::stderr(), self.color), "{text}");
    }

    /// Says what went wrong.
    pub(crate) fn error(&self, text: impl Display) {
        let text = text.to_string();
        self.note(format_args!("error: {text}"));
        self.tell(|told| told.errors.push(text));
    }

    /// Shows what the compiler and the rules found; nothing where there is nothing.
    pub(crate) fn diagnostics(&self, diagnostics: &[Diagnostic], sources: &SourceMap) {
        self.remember(diagnostics, sources);
        if !diagnostics.is_empty() {
            let styles = Styles::coloured();
            self.note_raw(DiagnosticsView { sources, diagnostics, styles, width: self.width() });
        }
    }

    /// Keeps what was found for the results, without showing it. What has no places comes without sources, and leaves those that others
    /// point into.
    pub(crate) fn remember(&self, diagnostics: &[Diagnostic], sources: &SourceMap) {
        self.tell(|told| {
            let new = diagnostics.iter().filter(|found| !told.diagnostics.contains(found));
            let new: Vec<Diagnostic> = new.cloned().collect();
            told.diagnostics.extend(new);
            if !sources.is_empty() {
                told.sources = sources.clone();
            }
        });
    }

    /// Remembers what the stack is called, where that is known.
    pub(crate) fn name(&self, stack: Option<StackName>) {
        self.tell(|told| told.stack = stack);
    }

    /// Reads what was told so far.
    pub(crate) fn told<T>(&self, read: impl FnOnce(&Told) -> T) -> T {
        read(&self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Remembers something that was told.
    pub(crate) fn tell(&self, write: impl FnOnce(&mut Told)) {
        write(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// A writer of notes for another task.
    pub(crate) fn for_notes(&self) -> Self {
        Self { color: self.color, stdout_error: None, told: Mutex::default() }
    }

    /// Writes to stderr with no newline of its own.
    pub(crate) fn note_raw(&self, text: impl Display) {
        let mut stderr = AutoStream::new(io::stderr(), self.color);
        let _ = write!(stderr, "{text}").and_then(|()| stderr.flush());
    }

    /// Whether a person can be asked: stdin and stderr are terminals.
    pub(crate) fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Whether everything so far got through to stdout.
    pub(crate) fn was_shown(&self) -> bool {
        self.stdout_error.is_none()
    }

    /// Whether progress may redraw lines on stderr.
    pub(crate) fn stderr_is_terminal(&self) -> bool {
        io::stderr().is_terminal()
    }

    /// Columns for text on stdout: the terminal's, else `COLUMNS`, else 100.
    pub(crate) fn width(&self) -> usize {
        let terminal = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
        let columns = || std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
        terminal.or_else(columns).unwrap_or(100).clamp(40, 400)
    }

    /// Reads one line from stdin; none at its end.
    pub(crate) fn read_line(&self) -> io::Result<Option<String>> {
        let mut line = String::new();
        Ok((io::stdin().read_line(&mut line)? > 0).then(|| line.trim().to_owned()))
    }

    /// The failure to write stdout, unless the reader merely went away.
    pub(crate) fn finish(self) -> io::Result<()> {
        match self.stdout_error {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        }
    }
}

/// A stream of lines. Each is handed to the operating system whole and at once, so that a run that is killed leaves whole lines.
#[derive(Debug)]
pub(crate) struct LineWriter {
    path: Option<PathBuf>,
    state: Mutex<(LineTarget, Option<io::Error>)>,
}

#[derive(Debug)]
enum LineTarget {
    Stdout,
    File(File),
}

impl LineWriter {
    /// None: standard output. A file is emptied.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, FolderError> {
        let target = match path {
            None => LineTarget::Stdout,
            Some(path) => LineTarget::File(
                File::create(path)
                    .map_err(|source| FolderError::Write { path: path.display().to_string(), source })?,
            ),
        };
        Ok(Self { path: path.map(Path::to_owned), state: Mutex::new((target, None)) })
    }

    /// Writes a line. After one that could not be written no other is: a stream has no holes.
    pub(crate) fn write(&self, line: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (target, failed) = &mut *state;
        if failed.is_some() {
            return;
        }
        let line = format!("{line}\n");
        let written = match target {
            LineTarget::Stdout => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(line.as_bytes()).and_then(|()| stdout.flush())
            }
            LineTarget::File(file) => file.write_all(line.as_bytes()),
        };
        *failed = written.err();
    }

    /// Why a line could not be written, unless the reader merely went away.
    pub(crate) fn failure(&self) -> Option<FolderError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let source = state.1.take().filter(|error| error.kind() != io::ErrorKind::BrokenPipe)?;
        let path = self.path.as_ref().map_or("standard output".to_owned(), |path| path.display().to_string());
        Some(FolderError::Write { path, source })
    }
}

/// An error with its causes, outermost first, joined as `a: b: c`.
pub(crate) struct Chain<'a>(pub &'a dyn std::error::Error);

impl Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}
