//! The language against tables of expressions and against whole stacks.
//!
//! `tests/cases/lang/*.txt` holds one case a line, `expression => JSON` or `expression => error CODE`. Lines that start with `#`
//! and a space are chapter headings and comments; a line that ends in `\` goes on in the next, joined by a newline.

use std::fs;
use std::path::Path;

use ramctl::diag::{Diagnostic, SourceMap};
use ramctl::lang::functions::{FileError, StackFiles};
use ramctl::lang::value::to_json;
use ramctl::lang::{Compiled, InputValues, Inputs, Limits, compile};

/// The files below `tests/cases/lang/files`.
struct CaseFiles;

const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/lang/files");

impl StackFiles for CaseFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        if path.split('/').any(|part| part == "..") || path.starts_with('/') {
            return Err(FileError::OutsideStack);
        }
        let full = Path::new(FILES).join(path);
        if full.is_dir() {
            return Err(FileError::NotAFile);
        }
        fs::read(full).map_err(|_| FileError::NotFound)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, FileError> {
        fn walk(folder: &Path, prefix: &str, out: &mut Vec<String>) {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
                if entry.path().is_dir() {
                    walk(&entry.path(), &format!("{name}/"), out);
                } else {
                    out.push(name);
                }
            }
        }
        let mut out = Vec::new();
        walk(&Path::new(FILES).join(folder), "", &mut out);
        out.sort();
        Ok(out)
    }

    fn folder(&self) -> String {
        "/stack".into()
    }
}

fn inputs(values: &[InputValues]) -> Inputs<'_> {
    Inputs { values, files: &CaseFiles, plan_timestamp: "2026-11-22T10:00:00Z", limits: Limits::default() }
}

/// What the expressions of the tables may refer to.
const STACK: &str = include_str!("../cases/lang/scope.ram.hcl");

fn compiled(sources: &mut SourceMap, text: &str) -> Compiled {
    let file = sources.add("stack.ram.hcl", text);
    compile(sources, &[file], &inputs(&[]))
}

fn told(sources: &SourceMap, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let place = diagnostic.span.map_or("-".into(), |span| {
            let position = sources.position(span);
            format!("{}:{}", position.line, position.column)
        });
        out.push_str(&format!("{place} {} {}\n", diagnostic.code, diagnostic.detail));
        for label in &diagnostic.labels {
            let position = sources.position(label.span);
            out.push_str(&format!("    {}:{} {}\n", position.line, position.column, label.text));
        }
        if let Some(help) = &diagnostic.help {
            out.push_str(&format!("    help: {help}\n"));
        }
    }
    out
}

/// The cases of a file: line number, expression, expectation.
fn cases(text: &str) -> Vec<(usize, String, String)> {
    let mut out = Vec::new();
    let mut pending = String::new();
    for (number, line) in text.lines().enumerate() {
        if pending.is_empty() && (line.trim().is_empty() || line.starts_with("# ")) {
            continue;
        }
        if let Some(start) = line.strip_suffix('\\') {
            pending.push_str(start);
            pending.push('\n');
            continue;
        }
        let whole = std::mem::take(&mut pending) + line;
        let (expression, expected) =
            whole.rsplit_once(" => ").unwrap_or_else(|| panic!("line {}: no ` => `", number + 1));
        out.push((number + 1, expression.to_owned(), expected.trim().to_owned()));
    }
    out
}

#[test]
fn every_expression_of_the_tables_has_its_value() {
    let mut failures = Vec::new();
    let mut count = 0;
    let mut files: Vec<_> = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/lang"))
        .expect("the tables are there")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    let mut sources = SourceMap::default();
    let stack = compiled(&mut sources, STACK);
    assert!(stack.declaration.is_some(), "{}", told(&sources, &stack.diagnostics));
    for path in files {
        let text = fs::read_to_string(&path).expect("readable");
        for (line, expression, expected) in cases(&text) {
            count += 1;
            let result = stack.evaluate(&mut sources, "case", &expression, &inputs(&[]));
            let actual = match &result {
                Ok(value) => to_json(value).to_string(),
                Err(diagnostics) => {
                    format!("error {}", diagnostics.first().map_or("(silent)", |first| first.code.id))
                }
            };
            let same = match serde_json::from_str::<serde_json::Value>(&expected) {
                Ok(json) => json.to_string() == actual,
                Err(_) => expected == actual,
            };
            if !same {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let why = result.err().map_or(String::new(), |diagnostics| told(&sources, &diagnostics));
                failures.push(format!(
                    "{name}:{line}: {expression}\n  expected {expected}\n  actual   {actual}\n{why}"
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {count} cases fail:\n{}", failures.len(), failures.join("\n"));
    assert!(count > 100, "the tables were read: {count} cases");
}
