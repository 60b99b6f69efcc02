//! Lines with signs and aligned columns, the shape that plans and drift reports share.

use std::fmt;

use unicode_width::UnicodeWidthStr;

use crate::render::style::{Styles, paint};
use crate::render::wrap::wrap;

/// What a line tells by its first character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Added,
    Removed,
    Changed,
    Replaced,
    /// Not read, or not the stack's.
    Unknown,
    /// Left as it is although it differs, or out of order.
    Held,
    /// Worth knowing.
    Note,
}

impl Sign {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "+",
            Self::Removed => "-",
            Self::Changed => "~",
            Self::Replaced => "±",
            Self::Unknown => "?",
            Self::Held => "!",
            Self::Note => " ",
        }
    }

    pub fn style(self, styles: &Styles) -> anstyle::Style {
        match self {
            Self::Added => styles.added,
            Self::Removed => styles.removed,
            Self::Changed | Self::Replaced => styles.changed,
            Self::Unknown => styles.unknown,
            Self::Held => styles.warning,
            Self::Note => styles.muted,
        }
    }
}

/// One line. All texts are escaped already.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub sign: Sign,
    pub cells: [String; 3],
    /// What it means for people.
    pub effect: String,
    /// Words behind the effect: a cause.
    pub mark: &'static str,
    pub codes: Vec<&'static str>,
}

impl Row {
    pub fn new(sign: Sign, cells: [String; 3]) -> Self {
        Self { sign, cells, effect: String::new(), mark: "", codes: Vec::new() }
    }

    #[must_use]
    pub fn effect(mut self, text: impl Into<String>) -> Self {
        self.effect = text.into();
        self
    }

    #[must_use]
    pub fn code(mut self, code: &'static str) -> Self {
        self.codes.push(code);
        self
    }
}

/// Rows under one heading, aligned with each other. Where the width does not suffice, effects go onto lines of their own.
pub(crate) struct Rows<'a> {
    pub rows: &'a [Row],
    pub styles: &'a Styles,
    pub width: usize,
    pub indent: usize,
}

impl fmt::Display for Rows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = [0, 1, 2].map(|n| self.rows.iter().map(|row| row.cells[n].width()).max().unwrap_or(0));
        let effects = self.rows.iter().map(|row| row.effect.width()).max().unwrap_or(0);
        let tails = self.rows.iter().map(tail_width).max().unwrap_or(0);
        let cells: usize = widths.iter().filter(|width| **width > 0).map(|width| width + 2).sum();
        let fits = self.indent + 2 + cells + effects + 2 + tails <= self.width;
        for row in self.rows {
            let mut line = Line::new(self.indent);
            line.put(f, row.sign.style(self.styles), row.sign.as_str(), 1)?;
            line.gap = 1;
            for (n, cell) in row.cells.iter().enumerate() {
                let style = if n == 2 { self.styles.muted } else { anstyle::Style::new() };
                line.put(f, style, cell, widths[n])?;
            }
            let says_more = !row.effect.is_empty() || !row.codes.is_empty() || !row.mark.is_empty();
            if says_more && !fits {
                writeln!(f)?;
                line = Line::new(self.indent + 6);
            }
            if fits {
                line.put(f, anstyle::Style::new(), &row.effect, effects)?;
            } else {
                let text = wrap(&row.effect, self.width.saturating_sub(self.indent + 6));
                for (n, part) in text.lines().enumerate() {
                    if n > 0 {
                        writeln!(f)?;
                        line = Line::new(self.indent + 6);
                    }
                    line.put(f, anstyle::Style::new(), part, 0)?;
                }
            }
            line.put(f, self.styles.warning, row.mark, row.mark.width())?;
            for code in &row.codes {
                line.put(f, self.styles.code, code, code.width())?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

fn tail_width(row: &Row) -> usize {
    let codes = row.codes.iter().map(|code| code.width() + 2);
    codes.chain([row.mark.width()]).sum()
}

/// Writes cells with the space between them before the next one, so that no line ends in spaces.
pub(crate) struct Line {
    pending: usize,
    gap: usize,
    empty: bool,
}

impl Line {
    pub fn new(indent: usize) -> Self {
        Self { pending: indent, gap: 2, empty: true }
    }

    /// Writes a text and remembers how far it falls short of its column. A column of no width takes no space.
    pub fn put(
        &mut self,
        f: &mut fmt::Formatter<'_>,
        style: anstyle::Style,
        text: &str,
        column: usize,
    ) -> fmt::Result {
        let width = text.width();
        if column == 0 && width == 0 {
            return Ok(());
        }
        if !self.empty {
            self.pending += self.gap;
            self.gap = 2;
        }
        self.empty = false;
        if width > 0 {
            write!(f, "{:pad$}{}", "", paint(style, text), pad = self.pending)?;
            self.pending = 0;
        }
        self.pending += column.saturating_sub(width);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_effect_stays_inside_the_width_and_beside_its_cells_where_it_fits() {
        let effect =
            "waiting for partner since 2025-12-30 10:00 UTC, expires about 2026-01-06 10:00 UTC; unread";
        let cells = ["invitation".to_owned(), "999999999999".to_owned(), String::new()];
        let rows = [Row::new(Sign::Note, cells).effect(effect).code("RAM330")];
        for (width, lines) in [(80, 3), (160, 1)] {
            let text = Rows { rows: &rows, styles: &Styles::plain(), width, indent: 4 }.to_string();
            assert_eq!(text.lines().count(), lines, "{text}");
            // The code stands behind the last of them, wherever that ends.
            let widest = text.lines().map(|line| line.trim_end_matches("  RAM330").width()).max();
            assert!(widest.is_some_and(|widest| widest <= width), "{text}");
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ");
            assert!(words(&text).contains(&words(effect)), "{text}");
        }
    }
}
