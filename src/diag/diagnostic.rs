//! One finding about a configuration.

use crate::diag::codes::Code;
use crate::diag::source::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

/// A further place that explains the finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// What is wrong, where, why and what to do. The summary is the code's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    pub code: &'static Code,
    /// One or two sentences with the names.
    pub detail: String,
    /// What to write or do instead.
    pub help: Option<String>,
    /// Where; none for what stands in no file (a missing file, a command line value).
    pub span: Option<Span>,
    pub labels: Vec<Label>,
}

impl Diagnostic {
    pub fn error(code: &'static Code, span: Span, detail: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, Some(span), detail)
    }

    pub fn warning(code: &'static Code, span: Span, detail: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, Some(span), detail)
    }

    pub fn new(
        severity: Severity,
        code: &'static Code,
        span: Option<Span>,
        detail: impl Into<String>,
    ) -> Self {
        Self { severity, code, detail: detail.into(), help: None, span, labels: Vec::new() }
    }

    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
