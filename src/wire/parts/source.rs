//! Where in a file something is written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diag::{FileId, Position, SourceMap, Span};

/// Where something is written: a range of characters. The end is one past its last; both are counted from 1.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SourceDocument {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

impl SourceDocument {
    pub fn new(span: Span, sources: &SourceMap) -> Self {
        let (start, end) = (sources.position(span), sources.position(Span { start: span.end, ..span }));
        Self {
            file: sources.file(span.file).name.clone(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

/// The files that a document points into. Their texts are not at hand.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    pub sources: SourceMap,
    files: BTreeMap<String, FileId>,
}

impl Recorded {
    pub fn span(&mut self, source: &SourceDocument) -> Span {
        let SourceDocument { file, line, column, end_line, end_column } = source;
        let id = *self.files.entry(file.clone()).or_insert_with(|| self.sources.add(file.clone(), ""));
        let start = Position { line: *line, column: *column };
        self.sources.record(id, start, Position { line: *end_line, column: *end_column })
    }
}
