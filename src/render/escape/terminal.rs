//! Foreign text made safe for a terminal.
//!
//! Other accounts choose the names and tags of their shares, AWS chooses its messages, and a pull request chooses the files: none
//! of them may move the cursor, change colours, reverse the reading direction, fake a line of a plan or hide itself.

use std::fmt::{self, Write};

use unicode_width::UnicodeWidthChar;

/// Combining marks that one character may bear before the rest are written as escapes.
const MARKS: usize = 3;

/// A foreign text for one line of a terminal: what is invisible, moves the cursor or changes direction is written as an escape,
/// `\n`, `\u{202e}`; a backslash is doubled, so that different texts stay different.
pub fn escape(text: &str) -> Escaped<'_> {
    Escaped { text, columns: None }
}

/// See [`escape`].
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a> {
    text: &'a str,
    columns: Option<usize>,
}

impl Escaped<'_> {
    /// Cuts the text so that it takes at most this many columns (and at least one), the last of them `…` where something was cut.
    #[must_use]
    pub fn at_most(mut self, columns: usize) -> Self {
        self.columns = Some(columns.max(1));
        self
    }

    /// Columns that the text takes on a terminal.
    pub fn width(&self) -> usize {
        let mut taken = 0;
        self.pieces(|_, columns| {
            taken += columns;
            Ok(())
        })
        .expect("counting cannot fail");
        taken
    }

    /// Gives each visible piece with its columns, cut to the limit.
    fn pieces(&self, mut each: impl FnMut(&str, usize) -> fmt::Result) -> fmt::Result {
        let Some(limit) = self.columns else {
            return uncut(self.text, each);
        };
        let mut whole = 0;
        let _ = uncut(self.text, |_, columns| {
            whole += columns;
            // Enough is known once the limit is passed; the text may be huge.
            if whole > limit { Err(fmt::Error) } else { Ok(()) }
        });
        if whole <= limit {
            return uncut(self.text, each);
        }
        let mut taken = 0;
        let mut done = Ok(());
        let _ = uncut(self.text, |piece, columns| {
            if taken + columns > limit - 1 {
                return Err(fmt::Error);
            }
            taken += columns;
            done = each(piece, columns);
            done
        });
        done?;
        each("…", 1)
    }
}

impl fmt::Display for Escaped<'_> {
    /// Width and alignment count columns, so that tables stay straight.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing = f.width().map_or(0, |wanted| wanted.saturating_sub(self.width()));
        let before = match f.align() {
            Some(fmt::Alignment::Right) => missing,
            Some(fmt::Alignment::Center) => missing / 2,
            Some(fmt::Alignment::Left) | None => 0,
        };
        (0..before).try_for_each(|_| f.write_char(' '))?;
        self.pieces(|piece, _| f.write_str(piece))?;
        (before..missing).try_for_each(|_| f.write_char(' '))
    }
}

/// The visible pieces of a text with the columns of each.
fn uncut(text: &str, mut each: impl FnMut(&str, usize) -> fmt::Result) -> fmt::Result {
    let mut buffer = String::new();
    // A mark at the very beginning would sit on whatever stands before the text.
    let mut marks = MARKS;
    let mut before = None;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let zero_width = c.width() == Some(0);
        let shown = if c == '\\' || begins_command(before, c, rest.as_str()) {
            false
        } else if hides_or_moves(c) {
            marks = MARKS;
            false
        } else if zero_width {
            marks += 1;
            marks <= MARKS
        } else {
            marks = 0;
            true
        };
        buffer.clear();
        if shown {
            buffer.push(c);
            each(&buffer, c.width().unwrap_or(0))?;
        } else {
            if matches!(c, '#' | ':') {
                buffer.extend(c.escape_unicode());
            } else {
                buffer.extend(c.escape_default());
            }
            each(&buffer, buffer.len())?;
        }
        before = Some(c);
    }
    Ok(())
}

/// Whether a CI system that reads the log would take what begins here for a command: GitHub Actions `::name` at the beginning of a
/// line and `##[name]` anywhere, Azure Pipelines `##vso[`, TeamCity `##teamcity[`. A text that is wrapped begins a line at any word.
fn begins_command(before: Option<char>, c: char, rest: &str) -> bool {
    match c {
        ':' => rest.starts_with(':') && matches!(before, None | Some(' ')),
        '#' => before == Some('#'),
        _ => false,
    }
}

/// Whether a character acts on the terminal or on its neighbours, or shows as nothing or as a plain space.
pub(crate) fn hides_or_moves(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' // fillers, marks without a glyph
            | '\u{180b}'..='\u{180f}'       // Mongolian selectors
            | '\u{200b}'..='\u{200f}'       // zero width, direction marks
            | '\u{202a}'..='\u{202e}'       // embeddings and overrides
            | '\u{2060}'..='\u{206f}'       // joiners, isolates, deprecated format characters
            | '\u{2800}' | '\u{3164}'       // blank glyphs
            | '\u{e000}'..='\u{f8ff}'       // private use
            | '\u{fe00}'..='\u{fe0f}'       // variation selectors
            | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'       // annotations
            | '\u{fffe}' | '\u{ffff}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{10ffff}'    // tags, more selectors, private use
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_of_any_script_is_left_alone() {
        for text in ["tgw-eu-central-1", "Prüfung 測試 اختبار", "e\u{301}", "a \"quoted\" <b>&</b>", ""]
        {
            assert_eq!(escape(text).to_string(), text);
        }
    }

    #[test]
    fn what_acts_on_the_terminal_or_hides_is_written_out() {
        for (hostile, shown) in [
            ("\u{1b}[2J\u{1b}[31mred", r"\u{1b}[2J\u{1b}[31mred"),
            ("\u{1b}]0;title\u{7}", r"\u{1b}]0;title\u{7}"),
            ("\u{1b}]8;;http://x\u{1b}\\link", r"\u{1b}]8;;http://x\u{1b}\\link"),
            ("\u{9b}31m", r"\u{9b}31m"),
            ("a\nPlan: 0 to create", r"a\nPlan: 0 to create"),
            ("overwrite\r+ nothing", r"overwrite\r+ nothing"),
            ("a\tb\u{8}\u{7f}\0", r"a\tb\u{8}\u{7f}\u{0}"),
            ("\u{85}\u{2028}\u{2029}", r"\u{85}\u{2028}\u{2029}"),
            ("abc\u{202e}txt.exe", r"abc\u{202e}txt.exe"),
            ("\u{2066}x\u{2069}\u{200f}", r"\u{2066}x\u{2069}\u{200f}"),
            ("prod\u{200b}", r"prod\u{200b}"),
            ("prod\u{a0}\u{3000}", r"prod\u{a0}\u{3000}"),
            ("\u{e0041}\u{feff}\u{ad}", r"\u{e0041}\u{feff}\u{ad}"),
            (r"C:\n", r"C:\\n"),
            ("::error::x ::y a::b", r"\u{3a}:error::x \u{3a}:y a::b"),
            ("##[error] #1 ###", r"#\u{23}[error] #1 #\u{23}\u{23}"),
        ] {
            assert_eq!(escape(hostile).to_string(), shown);
        }
    }

    #[test]
    fn marks_neither_pile_up_nor_sit_on_what_stands_before() {
        assert_eq!(escape("\u{301}a").to_string(), r"\u{301}a");
        let zalgo = format!("a{}", "\u{301}".repeat(5));
        assert_eq!(escape(&zalgo).to_string(), "a\u{301}\u{301}\u{301}\\u{301}\\u{301}");
    }

    #[test]
    fn different_texts_stay_different() {
        assert_ne!(escape("\n").to_string(), escape(r"\n").to_string());
        assert_ne!(escape("\u{202e}").to_string(), escape(r"\u{202e}").to_string());
    }

    #[test]
    fn a_limit_counts_columns_and_shows_that_something_was_cut() {
        for (text, columns, shown) in [
            ("abcdef", 6, "abcdef"),
            ("abcdef", 5, "abcd…"),
            ("abcdef", 1, "…"),
            ("abcdef", 0, "…"),
            ("測試測試", 8, "測試測試"),
            ("測試測試", 7, "測試測…"),
            ("測試測試", 6, "測試…"),
            ("ab\u{1b}cd", 6, "ab…"),
            ("", 1, ""),
        ] {
            let escaped = escape(text).at_most(columns);
            assert_eq!(escaped.to_string(), shown, "{text} in {columns}");
            assert!(escaped.width() <= columns.max(1));
        }
        assert_eq!(escape(&"x".repeat(1_000_000)).at_most(80).to_string().chars().count(), 80);
    }

    #[test]
    fn padding_counts_columns_too() {
        assert_eq!(format!("{:<6}|{:>4}|", escape("測試"), escape("\n")), "測試  |  \\n|");
    }

    proptest::proptest! {
        #[test]
        fn no_text_acts_on_the_terminal_and_no_limit_is_passed(text: String, columns in 1..40_usize) {
            let whole = escape(&text).to_string();
            proptest::prop_assert!(!whole.chars().any(hides_or_moves), "{whole:?}");
            let cut = escape(&text).at_most(columns);
            proptest::prop_assert!(cut.width() <= columns);
            proptest::prop_assert!(!cut.to_string().chars().any(hides_or_moves));
        }

        #[test]
        fn two_texts_are_never_shown_the_same(one: String, other: String) {
            proptest::prop_assert_eq!(one == other, escape(&one).to_string() == escape(&other).to_string());
        }
    }
}
