//! Text made safe for Markdown as code hosts read it.
//!
//! Foreign text stands in two places only: in a fenced block, where nothing but the fence itself has a meaning, and in a code
//! element in the middle of a sentence.

use std::fmt::{self, Write};

use crate::render::escape::escape;

/// One line for a block that three backticks open: a run that could close the block is written as `\u{60}`. The line is of a
/// terminal view, so it has no newline.
pub(crate) fn fenced(line: &str) -> impl fmt::Display {
    fmt::from_fn(move |f| {
        let mut rest = line;
        while let Some(at) = rest.find("```") {
            f.write_str(&rest[..at])?;
            let run = rest[at..].chars().take_while(|c| *c == '`').count();
            (0..run).try_for_each(|_| f.write_str(r"\u{60}"))?;
            rest = &rest[at + run..];
        }
        f.write_str(rest)
    })
}

/// A text in the middle of a sentence: a code element, in which hosts look for no mention and no link, with every ASCII sign as a
/// reference, which Markdown reads as the character and never as syntax.
pub(crate) fn code(text: &str, columns: usize) -> impl fmt::Display {
    fmt::from_fn(move |f| {
        f.write_str("<code>")?;
        for c in escape(text).at_most(columns).to_string().chars() {
            if c.is_ascii_punctuation() {
                write!(f, "&#{};", u32::from(c))?;
            } else {
                f.write_char(c)?;
            }
        }
        f.write_str("</code>")
    })
}

/// A text inside of an HTML comment that marks a document as ramctl's own: letters, digits and a few signs, the rest in
/// hexadecimal. It can neither end the comment nor be the marker of another text: no two hyphens meet in it.
pub(crate) fn marker(text: &str) -> impl fmt::Display {
    fmt::from_fn(move |f| {
        let mut before = b' ';
        text.bytes().try_for_each(|byte| match std::mem::replace(&mut before, byte) {
            b'-' if byte == b'-' => {
                before = b' ';
                f.write_str("%2D")
            }
            _ if byte == b'-' => f.write_char('-'),
            _ => plain(f, byte),
        })
    })
}

fn plain(f: &mut fmt::Formatter<'_>, byte: u8) -> fmt::Result {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'/' | b'_' => f.write_char(char::from(byte)),
        _ => write!(f, "%{byte:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_closes_its_fence() {
        assert_eq!(fenced("a ``` b `` c").to_string(), r"a \u{60}\u{60}\u{60} b `` c");
        assert_eq!(fenced("`````").to_string(), r"\u{60}".repeat(5));
    }

    #[test]
    fn a_code_element_holds_text_alone() {
        let shown = code("`</code>[x](y)@me#1\n", 100).to_string();
        assert_eq!(shown, "<code>&#96;&#60;&#47;code&#62;&#91;x&#93;&#40;y&#41;&#64;me&#35;1&#92;n</code>");
    }

    #[test]
    fn a_marker_cannot_end_its_comment() {
        assert_eq!(marker("infra/a--><b>").to_string(), "infra/a-%2D%3E%3Cb%3E");
        assert_eq!(marker("network-hub").to_string(), "network-hub");
        assert_eq!(marker("a---b-").to_string(), "a-%2D-b-");
    }
}
