//! The formatter behind `ramctl fmt`: canonical style, decided by spacing alone.
//!
//! The style is that of `terraform fmt`: two spaces of indent per line that opens brackets, `=` aligned over runs of consecutive
//! one-line attributes, trailing comments aligned over runs of lines that have one, one space around operators. Only the white
//! space between tokens changes: comments, escapes, number spellings, line endings, blank lines and heredocs stay byte for byte.
//! A byte order mark goes, a missing final newline comes.
//!
//! Where `terraform fmt` rewrites more than space, this formatter does not: `"${x}"` stays a template, block labels without quotes stay
//! so, and what stands inside a heredoc is left alone.

mod layout;
mod meaning;
mod spacing;
mod token;

#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::diag::{Diagnostic, FileId, SourceMap};
use crate::lang::eval::Limits;
use layout::Layout;
use meaning::meaning;

/// The canonical form of a file. A text that is not HCL is refused with its syntax errors.
///
/// The result is parsed and compared with the text; should they differ, the text is returned as it came.
pub fn format(sources: &SourceMap, file: FileId) -> Result<String, Vec<Diagnostic>> {
    let text = &sources.file(file).text;
    let before = meaning(file, text, Limits::default().file_bytes)?;
    let formatted = respace(text);
    let kept = meaning(file, &formatted, usize::MAX).is_ok_and(|after| after == before);
    Ok(if kept { formatted } else { text.clone() })
}

/// Where the comments of a text are, which the parser has accepted.
pub(crate) fn comments(text: &str) -> Vec<Range<usize>> {
    let start = text.as_ptr() as usize;
    let comments = token::tokens(text)
        .into_iter()
        .filter(|token| matches!(token.kind, token::Kind::LineComment | token::Kind::InlineComment));
    comments
        .map(|token| {
            let at = token.text.as_ptr() as usize - start;
            at..at + token.text.len()
        })
        .collect()
}

fn respace(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Layout::of(&token::tokens(text)).to_string()
}
