//! Text with its styles, taken apart again.
//!
//! The terminal's view of a plan is the one telling of it; other formats take that telling and dress it anew. In a view every
//! escape sequence is one that `paint` wrote: foreign text has lost its own before it got there.

use crate::render::rows::Sign;

/// A piece of a line in one style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub text: String,
    pub bold: bool,
    pub dim: bool,
    pub colour: Option<Colour>,
}

/// The colours that [`crate::render::Styles::coloured`] uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colour {
    Red,
    Green,
    Yellow,
    Magenta,
    Cyan,
}

impl Segment {
    /// Whether a style is on it. Foreign text alone is never taken for a sign, as signs are painted.
    pub fn is_painted(&self) -> bool {
        self.bold || self.dim || self.colour.is_some()
    }
}

/// The lines of a view in [`crate::render::Styles::coloured`].
pub(crate) fn lines(view: &str) -> Vec<Vec<Segment>> {
    view.lines().map(line).collect()
}

fn line(text: &str) -> Vec<Segment> {
    let mut out = Vec::new();
    let (mut bold, mut dim, mut colour) = (false, false, None);
    let mut pieces = text.split("\u{1b}[");
    let mut put = |text: &str, bold, dim, colour| {
        if !text.is_empty() {
            out.push(Segment { text: text.to_owned(), bold, dim, colour });
        }
    };
    put(pieces.next().unwrap_or_default(), bold, dim, colour);
    for piece in pieces {
        let (codes, rest) = piece.split_once('m').unwrap_or(("", piece));
        for code in codes.split(';') {
            match code {
                "1" => bold = true,
                "2" => dim = true,
                "31" => colour = Some(Colour::Red),
                "32" => colour = Some(Colour::Green),
                "33" => colour = Some(Colour::Yellow),
                "35" => colour = Some(Colour::Magenta),
                "36" => colour = Some(Colour::Cyan),
                _ => (bold, dim, colour) = (false, false, None),
            }
        }
        put(rest, bold, dim, colour);
    }
    out
}

/// The sign that a line begins with, the columns before it, and what stands behind it.
pub(crate) fn sign(line: &[Segment]) -> Option<(Sign, usize, String)> {
    let blank = |segment: &Segment| !segment.is_painted() && segment.text.chars().all(|c| c == ' ');
    let indent = usize::from(line.first().is_some_and(blank));
    let found = line.get(indent).filter(|segment| segment.is_painted())?;
    let signs = [Sign::Added, Sign::Removed, Sign::Changed, Sign::Replaced, Sign::Unknown, Sign::Held];
    let sign = signs.into_iter().find(|sign| sign.as_str() == found.text)?;
    let before = line[..indent].iter().map(|segment| segment.text.len()).sum();
    Some((sign, before, plain(&line[indent + 1..])))
}

/// The text alone.
pub(crate) fn plain(line: &[Segment]) -> String {
    line.iter().map(|segment| segment.text.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::style::{Styles, paint};

    #[test]
    fn a_painted_line_comes_apart_where_its_styles_change() {
        let styles = Styles::coloured();
        let view = format!("    {} {}\nrest", paint(styles.error, "+"), paint(styles.muted, "x"));
        let lines = lines(&view);
        assert_eq!(lines.len(), 2);
        let shown: Vec<_> = lines[0].iter().map(|s| (s.text.as_str(), s.bold, s.dim, s.colour)).collect();
        assert_eq!(
            shown,
            [
                ("    ", false, false, None),
                ("+", true, false, Some(Colour::Red)),
                (" ", false, false, None),
                ("x", false, true, None)
            ]
        );
        assert_eq!(sign(&lines[0]), Some((Sign::Added, 4, " x".to_owned())));
    }

    #[test]
    fn a_text_that_looks_like_a_sign_is_none() {
        assert_eq!(sign(&lines("+ everything is fine")[0]), None);
    }
}
