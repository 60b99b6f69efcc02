//! Values files: HCL arguments, a JSON object, or what `terraform output -json` prints.

use crate::diag::{Diagnostic, FileId, SourceFile, Span, language as codes};
use crate::lang::compile::hidden;
use crate::lang::compile::json_keys::{Twice, twice};
use crate::lang::eval::{Eval, Evaluator, Failed, Scope, references};
use crate::lang::memory::JSON_VALUE;
use crate::lang::syntax::parse_body;
use crate::lang::value::{Value, from_json};

/// A value that was given for a variable.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) value: Value,
    pub(crate) span: Span,
    pub(crate) name_span: Span,
}

#[derive(Debug, Default)]
pub(crate) struct ValuesFile {
    pub(crate) values: Vec<(String, Eval<Given>)>,
    /// The file was not written for this stack alone: names that it does not declare are no mistake.
    pub(crate) may_have_more: bool,
}

/// Reads a values file; mistakes are reported.
pub(crate) fn read(file: FileId, source: &SourceFile, evaluator: &mut Evaluator<'_>) -> ValuesFile {
    evaluator.diagnostics.extend(hidden::check(file, &source.text));
    if source.name.ends_with(".json") {
        read_json(file, source, evaluator)
    } else {
        read_hcl(file, source, evaluator)
    }
}

fn read_hcl(file: FileId, source: &SourceFile, evaluator: &mut Evaluator<'_>) -> ValuesFile {
    let max_bytes = evaluator.world.limits.file_bytes;
    let body = match parse_body(file, &source.text, max_bytes, &mut evaluator.memory) {
        Ok(body) => body,
        Err(diagnostics) => {
            evaluator.diagnostics.extend(diagnostics);
            return ValuesFile::default();
        }
    };
    for block in &body.blocks {
        let detail = format!("A values file has arguments only; {} is a block.", block.keyword.value);
        evaluator.report(
            &codes::RAM065,
            block.header,
            detail,
            format!("Write {} = {{ ... }}.", block.keyword.value),
        );
    }
    let mut out = ValuesFile::default();
    for attribute in &body.attributes {
        let expr = &attribute.value;
        let value = match references(expr).first() {
            Some(reference) => {
                let detail = "A values file has constants; it cannot refer to anything.";
                Err(evaluator.report(
                    &codes::RAM065,
                    reference.span,
                    detail,
                    "Compute the value in locals of the stack.",
                ))
            }
            None => {
                evaluator.check_names(expr, &Scope::EMPTY);
                evaluator.eval(expr, &Scope::EMPTY)
            }
        };
        let given = value.map(|value| Given { value, span: expr.span, name_span: attribute.name.span });
        out.values.push((attribute.name.value.to_string(), given));
    }
    out
}

fn read_json(file: FileId, source: &SourceFile, evaluator: &mut Evaluator<'_>) -> ValuesFile {
    let text = source.text.trim_start_matches('\u{feff}');
    let values = text.bytes().filter(|byte| matches!(byte, b',' | b':' | b'[' | b'{')).count();
    let bytes = values.saturating_mul(JSON_VALUE).saturating_add(2 * text.len());
    if evaluator.take(bytes, Span::new(file, 0..0)).is_err() {
        return ValuesFile::default();
    }
    let document: serde_json::Value = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(error) => {
            let span = json_place(file, &source.text, error.line(), error.column());
            let detail = format!("The file is not valid JSON: {error}.");
            evaluator.diagnostics.push(Diagnostic::error(&codes::RAM065, span, detail));
            return ValuesFile::default();
        }
    };
    if let Some(Twice { key, first, second }) = twice(text) {
        let base = source.text.len() - text.len();
        let span = |range: std::ops::Range<usize>| Span::new(file, base + range.start..base + range.end);
        let detail = format!("The key {key:?} occurs twice.");
        evaluator.diagnostics.push(
            Diagnostic::error(&codes::RAM003, span(second), detail)
                .label(span(first), "first here")
                .help("Keep one of the two."),
        );
        return ValuesFile::default();
    }
    let serde_json::Value::Object(entries) = document else {
        let detail = "A JSON values file is one object, with a value for each variable.";
        evaluator.report(&codes::RAM065, Span::new(file, 0..1), detail, "Write { \"NAME\": VALUE }.");
        return ValuesFile::default();
    };
    let outputs = !entries.is_empty() && entries.values().all(is_output);
    let mut out = ValuesFile { values: Vec::new(), may_have_more: outputs };
    for (name, value) in &entries {
        let span = key_place(file, &source.text, name);
        let (value, sensitive) = if outputs {
            (&value["value"], value["sensitive"] == serde_json::Value::Bool(true))
        } else {
            (value, false)
        };
        let given = match from_json(value) {
            Some(value) => Ok(Given { value: value.marked(sensitive), span, name_span: span }),
            None => {
                let detail = format!("A number in {name:?} is larger than ramctl computes with.");
                evaluator.diagnostics.push(Diagnostic::error(&codes::RAM005, span, detail));
                Err(Failed)
            }
        };
        out.values.push((name.clone(), given));
    }
    out
}

/// An entry of `terraform output -json`: `{ "sensitive": ..., "type": ..., "value": ... }`.
fn is_output(value: &serde_json::Value) -> bool {
    let Some(entry) = value.as_object() else { return false };
    entry.contains_key("value")
        && entry.contains_key("type")
        && entry.get("sensitive").is_some_and(serde_json::Value::is_boolean)
        && entry.len() == 3
}

fn json_place(file: FileId, text: &str, line: usize, column: usize) -> Span {
    let line_start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (line_start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let end = text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
    Span::new(file, at..end)
}

/// Where a key of the outermost object stands, as far as a search finds it.
fn key_place(file: FileId, text: &str, key: &str) -> Span {
    let quoted = serde_json::Value::from(key).to_string();
    let mut from = 0;
    while let Some(at) = text[from..].find(&quoted).map(|at| from + at) {
        let end = at + quoted.len();
        if text[end..].trim_start().starts_with(':') {
            return Span::new(file, at..end);
        }
        from = end;
    }
    Span::new(file, 0..0)
}
