//! Characters of a file that a reader does not see: controls that turn the direction of text, and NUL.

use crate::diag::{Diagnostic, FileId, Severity, Span, language as codes};

/// Findings of one file; more of the same would tell nobody more.
const MOST: usize = 20;

/// Controls of the direction of text are warnings, NUL is an error. One a line.
pub(crate) fn check(file: FileId, text: &str) -> Vec<Diagnostic> {
    let mut out: Vec<Diagnostic> = Vec::new();
    let mut seen_to = 0;
    // The bytes with which one of the characters starts. Most files have none, and this is many times faster than reading characters.
    for at in memchr::memchr3_iter(0, 0xd8, 0xe2, text.as_bytes()) {
        let Some(c) = text[at..].chars().next() else { break };
        let severity = match c {
            '\0' => Severity::Error,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                Severity::Warning
            }
            _ => continue,
        };
        if at < seen_to {
            continue;
        }
        if out.len() == MOST {
            break;
        }
        seen_to = text[at..].find('\n').map_or(text.len(), |end| at + end);
        let code = u32::from(c);
        let (detail, help) = match severity {
            Severity::Error => (
                "Here is a NUL character, which no name and no ARN has.".to_owned(),
                "Delete it; an editor shows it as ^@.".to_owned(),
            ),
            _ => (
                format!(
                    "Here is U+{code:04X}, which turns the direction of the text after it: the line reads in another order than it is."
                ),
                format!("Delete it, or write it as \\u{code:04x} where a string needs it."),
            ),
        };
        let span = Span::new(file, at..at + c.len_utf8());
        out.push(Diagnostic::new(severity, &codes::RAM052, Some(span), detail).help(help));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::SourceMap;

    #[test]
    fn what_hides_in_a_file_is_found_once_a_line() {
        let text = "a = \"x\u{202e}y\u{202c}\"\n# \u{2066}\nb = \"\0\"\nc = \"\\u202e é \u{feff}\"\n";
        let mut sources = SourceMap::default();
        let file = sources.add("x", text);
        let found: Vec<(usize, usize, Severity)> = check(file, text)
            .into_iter()
            .map(|found| {
                let position = sources.position(found.span.expect("a place"));
                (position.line, position.column, found.severity)
            })
            .collect();
        assert_eq!(found, [(1, 7, Severity::Warning), (2, 3, Severity::Warning), (3, 6, Severity::Error)]);
    }
}
