//! What is wrong with a configuration. It is not read back.

use serde::{Deserialize, Serialize};

use crate::diag::{Diagnostic, Label, SourceMap};
use crate::wire::parts::SourceDocument;
use crate::wire::words::SeverityWord;

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct DiagnosticDocument {
    severity: SeverityWord,
    code: String,
    summary: String,
    detail: String,
    help: Option<String>,
    source: Option<SourceDocument>,
    labels: Vec<LabelDocument>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct LabelDocument {
    text: String,
    source: SourceDocument,
}

impl DiagnosticDocument {
    pub fn new(diagnostic: &Diagnostic, sources: &SourceMap) -> Self {
        let Diagnostic { severity, code, detail, help, span, labels } = diagnostic;
        let label = |label: &Label| {
            let Label { span, text } = label;
            LabelDocument { text: text.clone(), source: SourceDocument::new(*span, sources) }
        };
        Self {
            severity: (*severity).into(),
            code: code.id.to_owned(),
            summary: code.summary.to_owned(),
            detail: detail.clone(),
            help: help.clone(),
            source: span.map(|span| SourceDocument::new(span, sources)),
            labels: labels.iter().map(label).collect(),
        }
    }
}
