//! What a reader calls one character: grapheme clusters, as Terraform counts them.

use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// The characters of a text.
///
/// Terraform's library follows Unicode 15.0. Since 15.1 the consonants of an Indic conjunct are one cluster; here each starts its own.
pub(crate) fn characters(text: &str) -> impl Iterator<Item = &str> {
    text.graphemes(true).flat_map(|cluster| Parts { rest: cluster })
}

/// A cluster, cut before each consonant that follows on a mark.
struct Parts<'t> {
    rest: &'t str,
}

impl<'t> Iterator for Parts<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let mut before = self.rest.chars().next()?;
        let mut end = before.len_utf8();
        if self.rest.is_ascii() {
            end = self.rest.len();
        }
        for c in self.rest[end..].chars() {
            if is_consonant(c) && (is_combining_mark(before) || matches!(before, '\u{200c}' | '\u{200d}')) {
                break;
            }
            before = c;
            end += c.len_utf8();
        }
        let (part, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(part)
    }
}

/// A letter of an Indic script; no other letters follow on a mark inside of a cluster.
fn is_consonant(c: char) -> bool {
    let is_indic = matches!(u32::from(c), 0x0900..=0x0dff | 0x0f00..=0x109f | 0x1700..=0x1aff | 0x1b00..=0x1c4f
        | 0xa800..=0xaaff | 0xabc0..=0xabff | 0x10a00..=0x10a5f | 0x11000..=0x11fff);
    is_indic && c.is_alphabetic() && !is_combining_mark(c)
}
