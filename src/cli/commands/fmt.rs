//! `ramctl fmt`: files in canonical style.

use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::cli::args::FmtArgs;
use crate::cli::exit::Exit;
use crate::cli::files::{FolderError, StackFolder, TextFile, read_stdin, read_text, replace_text, shown};
use crate::cli::output::{Chain, Output};
use crate::diag::SourceMap;
use crate::lang::fmt;
use crate::render::escape;

/// The files of a folder that are formatted.
const SUFFIXES: [&str; 2] = [".ram.hcl", ".ramvars.hcl"];

pub(crate) fn run(args: &FmtArgs, output: &mut Output) -> Exit {
    let mut exit = Exit::Done;
    let mut worse = |next: Exit| {
        if exit != Exit::Error {
            exit = next;
        }
    };
    for path in &args.paths {
        let files = match files(path) {
            Ok(files) => files,
            Err(error) => {
                output.error(Chain(&error));
                worse(Exit::Error);
                continue;
            }
        };
        for file in files {
            match format(args, &file, output) {
                Ok(Exit::Done) => {}
                Ok(other) => worse(other),
                Err(error) => {
                    output.error(Chain(&error));
                    worse(Exit::Error);
                }
            }
        }
    }
    exit
}

/// A text and, unless it came from standard input, the file to write it back to.
enum Input {
    File(PathBuf),
    Stdin,
}

fn files(path: &Path) -> Result<Vec<Input>, FolderError> {
    if path.as_os_str() == "-" {
        return Ok(vec![Input::Stdin]);
    }
    let Ok(folder) = StackFolder::open(path) else { return Ok(vec![Input::File(path.to_path_buf())]) };
    let names = folder.names(&SUFFIXES)?;
    if names.is_empty() {
        return Err(FolderError::Empty { path: shown(path) });
    }
    Ok(names.into_iter().map(|name| Input::File(path.join(name))).collect())
}

/// Formats one file. A file with syntax errors is shown them and left as it is.
fn format(args: &FmtArgs, input: &Input, output: &mut Output) -> Result<Exit, FolderError> {
    let TextFile { name, text } = match input {
        Input::File(path) => read_text(path)?,
        Input::Stdin => read_stdin()?,
    };
    let mut sources = SourceMap::default();
    let id = sources.add(name.clone(), text.clone());
    let formatted = match fmt::format(&sources, id) {
        Ok(formatted) => formatted,
        Err(diagnostics) => {
            output.diagnostics(&diagnostics, &sources);
            return Ok(Exit::Error);
        }
    };
    let changes = formatted != text;
    match input {
        Input::Stdin if !args.check && !args.diff => output.result(&formatted),
        Input::File(path) if changes => {
            if !args.check {
                replace_text(path, &formatted)?;
            }
            output.line(escape(&name));
        }
        Input::Stdin | Input::File(_) => {}
    }
    if args.diff && changes {
        let diff = TextDiff::from_lines(&text, &formatted);
        let shown = diff.unified_diff().header(&name, &name).to_string();
        for line in shown.lines() {
            output.line(escape(line));
        }
    }
    Ok(if args.check && changes { Exit::Denied } else { Exit::Done })
}
