//! Whole files that Terraform 1.15 takes or refuses: ramctl does the same, and formatting them twice changes nothing.
//!
//! A line is `accepted TEXT` or `refused TEXT`, the text as a JSON string. `tests/clients/terraform_language.py --write` takes the verdicts.

use ramctl::diag::{Diagnostic, SourceMap};
use ramctl::lang::fmt::format;

use super::{compiled, told};

const TABLES: [(&str, &str); 2] = [
    ("newlines.cases", include_str!("../../cases/lang/newlines.cases")),
    ("mutations.cases", include_str!("../../cases/lang/mutations.cases")),
];

/// Table and line, verdict, text.
fn rows() -> Vec<(String, &'static str, String)> {
    let mut out = Vec::new();
    for (name, table) in TABLES {
        for (number, line) in table.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
            let (verdict, text) = line.split_once(' ').expect("a verdict and a text");
            let text = serde_json::from_str(text).expect("a JSON string");
            out.push((format!("{name}:{}", number + 1), verdict, text));
        }
    }
    out
}

#[test]
fn files_are_accepted_and_refused_as_terraform_does() {
    let rows = rows();
    assert!(rows.len() > 3_000, "{} rows", rows.len());
    let mut failures = Vec::new();
    for (place, verdict, text) in &rows {
        let mut sources = SourceMap::default();
        let stack = compiled(&mut sources, &format!("ramctl {{\n  stack = \"x\"\n}}\n{text}"));
        let ours = if stack.diagnostics.iter().any(Diagnostic::is_error) { "refused" } else { "accepted" };
        if ours != *verdict {
            failures.push(format!("{place}: {verdict}\n{text}{}", told(&sources, &stack.diagnostics)));
        }
    }
    assert!(failures.is_empty(), "{} of {} differ:\n{}", failures.len(), rows.len(), failures.join("\n"));
}

#[test]
fn formatting_twice_changes_nothing_and_formatting_changes_no_verdict() {
    for (place, verdict, text) in rows() {
        let mut sources = SourceMap::default();
        let file = sources.add("stack.ram.hcl", text.as_str());
        let Ok(once) = format(&sources, file) else { continue };
        let again = sources.add("once.ram.hcl", once.as_str());
        let twice = format(&sources, again).unwrap_or_else(|_| panic!("{place}: {once}"));
        assert_eq!(once, twice, "{place}");
        if verdict == "accepted" {
            let stack = compiled(&mut sources, &format!("ramctl {{\n  stack = \"x\"\n}}\n{once}"));
            assert!(!stack.diagnostics.iter().any(Diagnostic::is_error), "{place}: {once}");
        }
    }
}
