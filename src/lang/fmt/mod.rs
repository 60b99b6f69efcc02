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

use layout::Layout;
use meaning::meaning;

/// The canonical form of a file. A text that is not HCL is refused with what the parser says.
///
/// The result is parsed and compared with the text; should they differ, the text is returned as it came.
pub fn format(text: &str) -> Result<String, hcl_edit::parser::Error> {
    let text_after_mark = text.strip_prefix('\u{feff}').unwrap_or(text);
    let before = meaning(text_after_mark)?;
    let formatted = respace(text_after_mark);
    let kept = meaning(&formatted).is_ok_and(|after| after == before);
    Ok(if kept { formatted } else { text.to_owned() })
}

fn respace(text: &str) -> String {
    Layout::of(&token::tokens(text)).to_string()
}
