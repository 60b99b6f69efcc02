//! What the compiler and the rules found, as JSON: the answer of `validate --json`, and of every command that came to nothing.

use serde::Serialize;

use crate::diag::{Diagnostic, SourceMap};
use crate::wire::FORMAT_VERSION;
use crate::wire::parts::DiagnosticDocument;

/// Every finding of a run, in source order, and what went wrong beside them.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DiagnosticsDocument {
    format_version: &'static str,
    kind: &'static str,
    /// `validate`, or the command that came to nothing: `plan`, `apply`, `destroy`, `drift`.
    command: String,
    /// Name of the stack; null where it is not known.
    stack: Option<String>,
    /// Whether there is no error.
    valid: bool,
    /// Of the errors and the diagnostics together.
    error_count: usize,
    warning_count: usize,
    /// What is wrong and has no place in the stack's files: a folder that is missing, AWS that cannot be reached.
    errors: Vec<String>,
    diagnostics: Vec<DiagnosticDocument>,
}

impl DiagnosticsDocument {
    pub fn new(
        command: &str,
        stack: Option<&str>,
        errors: &[String],
        diagnostics: &[Diagnostic],
        sources: &SourceMap,
    ) -> Self {
        let found = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
        let error_count = errors.len() + found;
        Self {
            format_version: FORMAT_VERSION,
            kind: "diagnostics",
            command: command.to_owned(),
            stack: stack.map(str::to_owned),
            valid: error_count == 0,
            error_count,
            warning_count: diagnostics.len() - found,
            errors: errors.to_vec(),
            diagnostics: diagnostics.iter().map(|found| DiagnosticDocument::new(found, sources)).collect(),
        }
    }
}
