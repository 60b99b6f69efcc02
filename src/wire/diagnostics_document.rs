//! What the compiler and the rules found, as JSON: the answer of `validate --json`, and of any other `--json` where the stack does not
//! compile.

use serde::Serialize;

use crate::diag::{Diagnostic, SourceMap};
use crate::wire::FORMAT_VERSION;
use crate::wire::parts::DiagnosticDocument;

/// Every finding of a run, in source order.
#[derive(Serialize)]
pub struct DiagnosticsDocument {
    format_version: &'static str,
    kind: &'static str,
    /// Name of the stack; null where it is not known.
    stack: Option<String>,
    /// Whether there is no error.
    valid: bool,
    error_count: usize,
    warning_count: usize,
    diagnostics: Vec<DiagnosticDocument>,
    /// What kept the stack from being read at all; null where it was read.
    failure: Option<String>,
}

impl DiagnosticsDocument {
    pub fn new(stack: Option<&str>, diagnostics: &[Diagnostic], sources: &SourceMap) -> Self {
        let error_count = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
        Self {
            format_version: FORMAT_VERSION,
            kind: "diagnostics",
            stack: stack.map(str::to_owned),
            valid: error_count == 0,
            error_count,
            warning_count: diagnostics.len() - error_count,
            diagnostics: diagnostics.iter().map(|found| DiagnosticDocument::new(found, sources)).collect(),
            failure: None,
        }
    }

    /// Of a stack that could not be read: a missing folder, a flag that is no value.
    pub fn unread(failure: impl Into<String>) -> Self {
        Self {
            failure: Some(failure.into()),
            valid: false,
            error_count: 1,
            ..Self::new(None, &[], &SourceMap::default())
        }
    }
}
