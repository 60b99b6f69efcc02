//! Typical slips: what stands where the parser stopped, and what its writer most likely meant.
//!
//! The parser knows what it expected; a newcomer needs to hear what is missing. Only the text around the place is looked at.

use std::ops::Range;

use crate::lang::syntax::words::{after_space, is_word_start, word_length};

/// A slip that was recognized.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Slip {
    pub(crate) range: Range<usize>,
    pub(crate) detail: String,
    pub(crate) help: Option<String>,
}

/// What the parser says about the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected<'a> {
    /// The start of an expression.
    Value,
    /// Nothing in particular: what stands there fits nowhere.
    Nothing,
    /// These words.
    Words(&'a str),
}

/// The blocks at the top of a file, and whether they take `for_each`.
pub(crate) const BLOCKS: [(&str, bool); 13] = [
    ("account", true),
    ("check", false),
    ("import", false),
    ("inbound", true),
    ("locals", false),
    ("moved", false),
    ("organization", false),
    ("permission", true),
    ("ramctl", false),
    ("removed", false),
    ("safety", false),
    ("share", true),
    ("variable", false),
];

/// Longest first.
const OPERATORS: [&str; 20] = [
    "...", "&&", "||", "==", "!=", "<=", ">=", "=>", "+", "-", "*", "/", "%", "<", ">", "!", "?", ":", "=",
    ".",
];

/// The slip at an offset, if it is a known one.
///
/// `top`: it is outside of any brackets and braces.
pub(crate) fn find(text: &str, offset: usize, expected: Expected<'_>, top: bool) -> Option<Slip> {
    let near = Near::new(text, offset);
    near.foreign_operator(expected)
        .or_else(|| near.number())
        .or_else(|| near.missing_equals(expected, top))
        .or_else(|| near.comma_after_argument(expected))
        .or_else(|| near.missing_value(expected))
        .or_else(|| near.stray(expected))
        .or_else(|| near.expected_words(expected))
}

/// The operator that a text starts with.
pub(crate) fn operator_at(text: &str) -> Option<&'static str> {
    OPERATORS.into_iter().find(|operator| text.starts_with(operator))
}

/// The text on both sides of an offset.
struct Near<'a> {
    text: &'a str,
    line_start: usize,
    /// Before, on the same line, without the space at its end.
    before: &'a str,
    /// From the offset on.
    after: &'a str,
    offset: usize,
    /// Whether space stands between `before` and `after`, and how much.
    apart: bool,
    spaces: usize,
}

impl<'a> Near<'a> {
    fn new(text: &'a str, offset: usize) -> Self {
        let (before, after) = text.split_at_checked(offset).unwrap_or((text, ""));
        let trimmed = before.trim_end_matches([' ', '\t']);
        let line = trimmed.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            text,
            line_start: line,
            before: &trimmed[line..],
            after,
            offset,
            apart: trimmed.len() < before.len(),
            spaces: before.len() - trimmed.len(),
        }
    }

    fn slip(&self, length: usize, detail: impl Into<String>, help: impl Into<String>) -> Option<Slip> {
        let range = self.offset..self.offset + length;
        Some(Slip { range, detail: detail.into(), help: Some(help.into()) })
    }

    fn operator_after(&self) -> Option<&'static str> {
        operator_at(self.after)
    }

    fn operator_before(&self) -> Option<&'static str> {
        OPERATORS.into_iter().find(|operator| self.before.ends_with(operator))
    }

    fn word_after(&self) -> &'a str {
        let end = self.after.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.after.len());
        &self.after[..end]
    }

    fn word_before(&self) -> &'a str {
        let start = self.before.rfind(|c: char| !c.is_alphanumeric() && c != '_');
        let start = start.map_or(0, |at| at + self.before[at..].chars().next().map_or(1, char::len_utf8));
        &self.before[start..]
    }

    /// Operators of other languages.
    fn foreign_operator(&self, expected: Expected<'_>) -> Option<Slip> {
        let word = self.word_after();
        if self.apart && !self.before.is_empty() && expected != Expected::Value {
            match word {
                "and" => return self.slip(3, "There is no operator \"and\".", "Write a && b."),
                "or" => return self.slip(2, "There is no operator \"or\".", "Write a || b."),
                "is" => return self.slip(2, "There is no operator \"is\".", "Write a == b."),
                "in" if self.word_before() != "for" && expected == Expected::Nothing => {
                    return self.slip(2, "There is no operator \"in\".", "Write contains(list, value).");
                }
                _ => {}
            }
        }
        if expected != Expected::Value && self.apart {
            match self.word_before() {
                "not" => {
                    return self.slip(word.len().max(1), "There is no operator \"not\".", "Write !value.");
                }
                "if" => {
                    return self.slip(
                        word.len().max(1),
                        "An expression has no \"if\" of this form.",
                        "Write condition ? value : other value.",
                    );
                }
                "for" => {
                    return self.slip(
                        word.len().max(1),
                        "A for expression stands in brackets or braces.",
                        "Write [for x in list : x], or {for key, value in map : key => value}.",
                    );
                }
                _ => {}
            }
        }
        let doubled = |operator: &str| self.after.starts_with(operator);
        if self.before.ends_with('-') && doubled(">") {
            return self.slip(1, "There is no operator \"->\".", "The arrow of a for expression is =>.");
        }
        for (single, double, help) in
            [("&", "&&", "Write a && b."), ("|", "||", "Write a || b; there are no pipes.")]
        {
            let range = if self.before.ends_with(single) && !self.before.ends_with(double) {
                self.operator_range(single)
            } else if doubled(single) && !doubled(double) {
                self.offset..self.offset + 1
            } else {
                continue;
            };
            let detail = format!("There is no operator \"{single}\".");
            return Some(Slip { range, detail, help: Some(help.into()) });
        }
        if doubled("..") && !doubled("...") {
            return self.slip(
                2,
                "There is no operator \"..\".",
                "Write range(from, to) for a series of numbers.",
            );
        }
        None
    }

    /// `region "eu-central-1"`: an argument without its `=`.
    fn missing_equals(&self, expected: Expected<'_>, top: bool) -> Option<Slip> {
        let Expected::Words("\"{\"" | "\"=\"" | "\"{\", \"=\", \"\"\" or identifier") = expected else {
            return None;
        };
        // Behind the brace of a block on one line.
        let start = self.line_start + brace_outside_strings(self.before).map_or(0, |at| at + 1);
        let item = self.text[start..].trim_start_matches([' ', '\t']);
        let start = self.text.len() - item.len();
        let (name, value) = item.split_at(word_length(item));
        let value = value.strip_prefix([' ', '\t'])?.trim_start_matches([' ', '\t']);
        if name.is_empty() || matches!(name, "if" | "for" | "not" | "else") || (top && is_block_word(name)) {
            return None;
        }
        let written = Written::of(value);
        let is_missing = match value[written.labels_end..].chars().next() {
            Some('{') => false,
            None | Some('\n' | '\r' | '#') => {
                written.labels == 1 && !braces_follow(&value[written.labels_end..])
            }
            Some('/') if is_comment(&value[written.labels_end..]) => written.labels == 1,
            Some(',' | '}') => written.labels == 1,
            Some('=') => written.labels == 1 && value[written.labels_end..].starts_with("=="),
            Some(c) if c.is_ascii_digit() => written.labels == 0,
            Some('.' | '(' | '[' | '?' | '+' | '-' | '*' | '/' | '%' | '<' | '>' | '!' | '&' | '|') => {
                written.labels <= 1
            }
            Some(_) => false,
        };
        if !is_missing {
            return None;
        }
        let whole = value[..written.end].trim_end();
        let shown = if written.is_closed && whole.chars().count() <= 60 && !whole.starts_with("<<") {
            whole
        } else {
            "..."
        };
        let comma = if value[written.end..].starts_with(',') { ", without the comma" } else { "" };
        let block = if written.end == written.labels_end || whole.len() <= written.labels_end {
            format!(" A block has braces: {name} {{ ... }}.")
        } else {
            String::new()
        };
        Some(Slip {
            range: start..start + name.len(),
            detail: format!("An \"=\" is missing after {name}."),
            help: Some(format!("Write {name} = {shown}{comma}.{block}")),
        })
    }

    /// `region = "x",`
    fn comma_after_argument(&self, expected: Expected<'_>) -> Option<Slip> {
        let ends_item = matches!(
            expected,
            Expected::Words("a new line" | "a new line or eof" | "\"}\", a new line or identifier")
        );
        if !ends_item || !self.after.starts_with(',') {
            return None;
        }
        self.slip(
            1,
            "Arguments are not separated by commas.",
            "Delete the comma; each argument stands on a line of its own.",
        )
    }

    fn number(&self) -> Option<Slip> {
        if self.after.starts_with('.') && self.after[1..].starts_with(|c: char| c.is_ascii_digit()) {
            let digits = self.after[1..].find(|c: char| !c.is_ascii_digit()).unwrap_or(self.after.len() - 1);
            let ends_in_value =
                self.before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ')' | ']' | '"'));
            if !ends_in_value {
                let number = &self.after[..=digits];
                return self.slip(digits + 1, "A number starts with a digit.", format!("Write 0{number}."));
            }
        }
        if self.apart || !self.word_before().ends_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let word = self.word_after();
        let help = match word.chars().next()? {
            '_' => "Write the digits without underscores.",
            'x' | 'X' | 'b' | 'B' | 'o' if self.word_before() == "0" => {
                "Numbers are decimal; write parseint(\"ff\", 16) for another base."
            }
            _ => "Put an operator between the two, or quote a text: \"...\".",
        };
        self.slip(word.len(), format!("A number does not go on with {word:?}."), help)
    }

    fn operator_range(&self, operator: &str) -> Range<usize> {
        let end = self.offset - self.spaces;
        end - operator.len()..end
    }

    /// An operator with nothing on one side.
    fn missing_value(&self, expected: Expected<'_>) -> Option<Slip> {
        let what = |operator| if operator == "." { "name" } else { "value" };
        let ends = |rest: &str| {
            let rest = rest.trim_start_matches([' ', '\t']);
            rest.is_empty() || rest.starts_with(['\n', '\r', ')', ']', '}', ',', '#'])
        };
        // The parser went back to before an operator that is followed by nothing.
        if let Some(operator) = self.operator_after()
            && expected != Expected::Value
            && ends(&self.after[operator.len()..])
        {
            let detail = format!("A {} is missing after \"{operator}\".", what(operator));
            return Some(Slip { range: self.offset..self.offset + operator.len(), detail, help: None });
        }
        if expected != Expected::Value && !(expected == Expected::Nothing && self.after.is_empty()) {
            return None;
        }
        if self.before.ends_with('=') && self.after.starts_with('=') && !self.apart {
            let range = self.offset - 1..self.offset + 1;
            let detail = "\"==\" compares two values; an argument is set with \"=\".".into();
            return Some(Slip { range, detail, help: Some("Write name = value.".into()) });
        }
        if let Some(before) = self.operator_before() {
            let detail = match self.operator_after() {
                Some(after) => format!("A {} is missing between \"{before}\" and \"{after}\".", what(before)),
                None if ends(self.after) => format!("A {} is missing after \"{before}\".", what(before)),
                None => return None,
            };
            let range = match self.after.chars().next() {
                Some(c) if c != '\n' && c != '\r' => self.offset..self.offset + c.len_utf8(),
                _ => self.operator_range(before),
            };
            return Some(Slip { range, detail, help: None });
        }
        match self.word_before() {
            word @ ("if" | "in") if ends(self.after) => {
                let length = usize::from(!self.after.is_empty() && !self.after.starts_with(['\n', '\r']));
                let range = self.offset..self.offset + length;
                Some(Slip { range, detail: format!("A value is missing after \"{word}\"."), help: None })
            }
            _ if self.after.starts_with([']', ')', ',']) => {
                let range = self.offset..self.offset + 1;
                let detail = format!("A value is missing before \"{}\".", &self.after[..1]);
                Some(Slip { range, detail, help: None })
            }
            _ => {
                let operator =
                    self.operator_after().filter(|operator| *operator != "." && *operator != "...")?;
                let range = self.offset..self.offset + operator.len();
                Some(Slip { range, detail: format!("A value is missing before \"{operator}\"."), help: None })
            }
        }
    }

    /// What stands after a whole expression and is no operator.
    fn stray(&self, expected: Expected<'_>) -> Option<Slip> {
        if !matches!(expected, Expected::Nothing | Expected::Words("a new line" | "a new line or eof")) {
            return None;
        }
        if self.before.is_empty() {
            return self.at_line_start();
        }
        if self.after.starts_with('=') && !self.after.starts_with("==") && !self.after.starts_with("=>") {
            return self.slip(1, "A value cannot be set here.", "Write == to compare.");
        }
        if self.after.starts_with('!') {
            return self.slip(
                1,
                "\"!\" stands before a value, not after it.",
                "Write !value, or a != b to compare.",
            );
        }
        if self.after.starts_with(':') {
            return self.slip(1, "This \":\" belongs to no \"?\".", "Write condition ? value : other value.");
        }
        if self.after.starts_with('"') && self.before.ends_with('"') {
            return self.slip(1, "Two strings stand side by side.", "Join them in one: \"${a}${b}\".");
        }
        None
    }

    /// Where an item should start.
    fn at_line_start(&self) -> Option<Slip> {
        if self.after.starts_with('"') {
            return self.slip(1, "The name of an argument stands without quotes.", "Write name = value.");
        }
        if self.after.starts_with('{') {
            return self.slip(
                1,
                "A brace at the start of a line begins no block.",
                "Put it behind the block's name.",
            );
        }
        let goes_on = self.operator_after().is_some()
            || self.after.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '(' | '['));
        if goes_on && !self.follows_an_item() {
            let length = self.operator_after().map_or(1, str::len);
            return self.slip(length, "An argument or a block starts with a name.", "Write name = value.");
        }
        if goes_on {
            let end = self.after.find(['\n', '\r']).unwrap_or(self.after.len());
            let length = self.after[..end].trim_end().len();
            let detail = "A value ends at the end of its line.";
            return self.slip(length, detail, "Put a value of several lines in parentheses: (...).");
        }
        None
    }

    /// Whether a value stands before, on a line of its own: no brace that opens a block, nor the start of the file.
    fn follows_an_item(&self) -> bool {
        let mut lines = self.text[..self.line_start].lines().rev().map(str::trim);
        let last = lines.find(|line| !line.is_empty() && !is_comment(line));
        last.is_some_and(|line| !line.ends_with('{'))
    }

    /// Better words than the parser's.
    fn expected_words(&self, expected: Expected<'_>) -> Option<Slip> {
        let Expected::Words(words) = expected else { return None };
        let length = self.after.chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8);
        match words {
            "\":\"" if self.after.starts_with("=>") => self.slip(
                2,
                "A \":\" is missing before the result of this for expression.",
                "Write [for x in list : x], or {for key, value in map : key => value} for an object.",
            ),
            "\":\"" if self.before.contains('?') && !self.before.ends_with("?") => {
                let detail = "This conditional has no second value.";
                self.slip(length, detail, "Write condition ? value : other value.")
            }
            "\"]\"" if self.after.starts_with("=>") => self.slip(
                2,
                "A for expression in brackets makes a tuple, which has no keys and so no \"=>\".",
                "Write {for key, value in map : key => value} for an object, or [for x in list : x].",
            ),
            "\"=>\"" => self.slip(
                length,
                "A for expression in braces makes an object; the \"=>\" between key and value is missing.",
                "Write {for key, value in map : key => value}, or [for x in list : x] for a list.",
            ),
            "\"=\" or \":\"" => self.slip(length, "This key has no value.", "Write key = value."),
            "\"]\"" | "\")\" or expression" | "\")\"" if self.after.starts_with(',') => self.slip(
                length,
                "A value is missing before this comma.",
                "Write the value, or leave the comma out.",
            ),
            _ => None,
        }
    }
}

/// What stands where the labels or the value of an item do.
struct Written {
    /// How many labels there are, and where they end, with the space behind them.
    labels: usize,
    labels_end: usize,
    /// Where the line, a comment, a comma or the block around ends what is written, and whether its brackets are closed there.
    end: usize,
    is_closed: bool,
}

impl Written {
    fn of(text: &str) -> Self {
        let mut at = 0;
        let mut labels = 0;
        loop {
            let rest = &text[at..];
            let length = match rest.chars().next() {
                Some('"') => string_length(rest),
                Some(c) if is_word_start(c) => word_length(rest),
                _ => break,
            };
            labels += 1;
            at += length;
            at += text[at..].len() - text[at..].trim_start_matches([' ', '\t']).len();
        }
        let labels_end = at;
        let mut open = 0_usize;
        while let Some(c) = text[at..].chars().next() {
            match c {
                '"' => {
                    at += string_length(&text[at..]);
                    continue;
                }
                '\n' | '\r' | '#' => break,
                '/' if is_comment(&text[at..]) => break,
                '(' | '[' | '{' => open += 1,
                ',' | '}' | ')' | ']' if open == 0 => break,
                '}' | ')' | ']' => open -= 1,
                _ => {}
            }
            at += c.len_utf8();
        }
        Self { labels, labels_end, end: at, is_closed: open == 0 }
    }
}

/// How long the string is that a text starts with, to its quote or the end of the line. What is in `${...}` may have quotes of its own.
fn string_length(text: &str) -> usize {
    let mut open = 0_usize;
    let mut in_string = true;
    let mut at = 1;
    while let Some(c) = text[at..].chars().next() {
        match c {
            '\n' => return at,
            '\\' if in_string => at += text[at + 1..].chars().next().map_or(0, char::len_utf8),
            '$' | '%' if in_string && text[at + 1..].starts_with('{') => {
                open += 1;
                in_string = false;
                at += 1;
            }
            '{' if !in_string => open += 1,
            '}' if !in_string => {
                open -= 1;
                in_string = open == 0;
            }
            // A string in an interpolation is passed over whole.
            '"' if !in_string => at += string_length_inside(&text[at..]) - 1,
            '"' => return at + 1,
            _ => {}
        }
        at += c.len_utf8();
    }
    at
}

/// As [`string_length`], for a string in an interpolation, taken to have none of its own.
fn string_length_inside(text: &str) -> usize {
    text[1..]
        .find(['"', '\n'])
        .map_or(text.len(), |end| if text[1 + end..].starts_with('"') { end + 2 } else { end + 1 })
}

fn is_comment(text: &str) -> bool {
    text.starts_with('#') || text.starts_with("//") || text.starts_with("/*")
}

/// Whether the next thing after a line is a brace.
fn braces_follow(text: &str) -> bool {
    after_space(text).starts_with('{')
}

/// The last brace of a line that is in no string.
fn brace_outside_strings(line: &str) -> Option<usize> {
    let mut found = None;
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        match c {
            '"' => at += string_length(&line[at..]).max(1) - 1,
            '{' => found = Some(at),
            _ => {}
        }
        at += if c == '"' { 1 } else { c.len_utf8() };
    }
    found
}

/// Whether a word starts a block where it stands at the top of a file.
fn is_block_word(word: &str) -> bool {
    BLOCKS.iter().any(|(keyword, _)| *keyword == word)
}

#[cfg(test)]
mod tests {
    use crate::diag::SourceMap;
    use crate::lang::memory::Memory;
    use crate::lang::syntax::{parse_body, parse_expression};

    /// Where the first error of a text is, and what it says.
    fn told(text: &str, body: bool) -> (usize, usize, String, String) {
        let mut sources = SourceMap::default();
        let file = sources.add("x", text);
        let errors = if body {
            parse_body(file, text, 1_000, &mut Memory::new(10_000_000)).expect_err("a mistake")
        } else {
            parse_expression(file, text, 1_000).expect_err("a mistake")
        };
        let position = sources.position(errors[0].span.expect("a place"));
        (position.line, position.column, errors[0].detail.clone(), errors[0].help.clone().unwrap_or_default())
    }

    #[test]
    fn typical_slips_in_expressions_are_told_in_words_of_a_newcomer() {
        for (text, column, detail, help) in [
            ("1 +", 3, "A value is missing after \"+\".", ""),
            ("a &&", 3, "A value is missing after \"&&\".", ""),
            ("1 + * 2", 5, "A value is missing between \"+\" and \"*\".", ""),
            ("&& a", 1, "A value is missing before \"&&\".", ""),
            ("a.b.", 4, "A name is missing after \".\".", ""),
            ("true ? 1", 9, "This conditional has no second value.", "condition ? value"),
            ("true ? 1 :", 10, "A value is missing after \":\".", ""),
            ("true : 1", 6, "This \":\" belongs to no \"?\".", "condition ? value"),
            ("a ?: b", 4, "A value is missing between \"?\" and \":\".", ""),
            ("1 = 2", 3, "A value cannot be set here.", "=="),
            ("1 == = 2", 6, "A value is missing between \"==\" and \"=\".", ""),
            ("[1 2]", 4, "Expected \",\" or \"]\", found \"2\".", "commas"),
            ("f(1 2)", 5, "Expected \",\" or \")\", found \"2\".", "commas"),
            ("[1,,2]", 4, "A value is missing before \",\".", ""),
            ("a[]", 3, "A value is missing before \"]\".", ""),
            ("{for x in [1] : x}", 18, "A for expression in braces makes an object", "[for x in list : x]"),
            ("[for x in y => z]", 13, "A \":\" is missing before the result", "[for x in list : x]"),
            ("a ? [for x in y => z] : 1", 17, "A \":\" is missing before the result", "[for x in list : x]"),
            ("[for k, v in m : k => v]", 20, "A for expression in brackets makes a tuple", "{for key, value"),
            ("for x in [1] : x", 5, "A for expression stands in brackets or braces.", "[for x in list"),
            ("[for x in [1] : x if]", 21, "A value is missing after \"if\".", ""),
            ("\"a\" \"b\"", 5, "Two strings stand side by side.", "Join them"),
            ("1..2", 2, "There is no operator \"..\".", "range"),
            (".5", 1, "A number starts with a digit.", "0.5"),
            ("0x10", 2, "A number does not go on with \"x10\".", "parseint"),
            ("1_000", 2, "A number does not go on with \"_000\".", "underscores"),
            ("if true then 1", 4, "An expression has no \"if\" of this form.", "condition ? value"),
            ("not true", 5, "There is no operator \"not\".", "!value"),
            ("true and false", 6, "There is no operator \"and\".", "&&"),
            ("true or false", 6, "There is no operator \"or\".", "||"),
            ("1 in [1]", 3, "There is no operator \"in\".", "contains"),
            ("a -> b", 4, "There is no operator \"->\".", "=>"),
            ("a | b", 3, "There is no operator \"|\".", "||"),
            ("a & b", 3, "There is no operator \"&\".", "&&"),
            ("\"\\q\"", 2, "This backslash sequence has no meaning.", "literal backslash"),
            ("\"${1 + }\"", 8, "A value is missing after \"+\".", ""),
            ("\"${foo\"", 2, "This ${ has no closing brace before the string ends.", "$${"),
            ("\"%{ if true }x\"", 2, "This %{ if } has no end.", "endif"),
            ("\"%{ endfor }\"", 2, "This %{ endfor } belongs to no %{ for }.", "for x in list"),
            ("\"%{ endif }\"", 2, "This %{ endif } belongs to no %{ if }.", "if condition"),
            ("\"a %{ foo } b\"", 4, "A directive starts with if, else,", "write %%{ foo }"),
            ("\"%{name} %{level}\"", 2, "A directive starts with if, else,", "write %%{name}"),
            ("\"%{ if a }b%{ elif c }d%{ endif }\"", 12, "A directive starts with if, else,", "%{ else }"),
            ("\"%{ if a }b%{ else if c }d%{ endif }\"", 12, "A template has no else if.", "%{ else }%{ if"),
            (
                "\"%{ if a }b%{ else }c%{ else }d%{ endif }\"",
                22,
                "This %{ if } has two %{ else }.",
                "Keep one",
            ),
            ("\"%{ for a [1] }c%{ endfor }\"", 2, "A %{ for } names its elements,", "for x in list"),
            ("\"%{ for a in b }c%{ else }d%{ endfor }\"", 18, "A %{ for } has no else.", "length"),
            (
                "\"%{ for a in b }c%{ endif }\"",
                18,
                "A %{ for } ends with %{ endfor }, and this is %{ endif }.",
                "",
            ),
            ("\"%{ if a }b%{ endif c }\"", 12, "Nothing may follow the word endif", "%{ endif }"),
            ("<<EOT\n%{ if a }\nEOT\n", 1, "This %{ if } has no end.", "%{ endif }"),
            ("{ a = 1, b }", 12, "This key has no value.", "key = value"),
        ] {
            let (line, at, said, helped) = told(text, false);
            assert_eq!((line, at), (if text.starts_with("<<") { 2 } else { 1 }, column), "{text}: {said}");
            assert!(said.starts_with(detail), "{text}: {said}");
            assert!(helped.contains(help), "{text}: {helped}");
        }
    }

    #[test]
    fn one_slip_of_a_line_is_told_once() {
        for text in
            ["'a' = 1\n", "a {\n  'b' = 1\n}\n", "a = 'b'\n", ".a = 1\n", "a {\n  b ou(\n    \"x\"\n  )\n}\n"]
        {
            let mut sources = SourceMap::default();
            let file = sources.add("x", text);
            let errors = parse_body(file, text, 1_000, &mut Memory::new(10_000_000)).expect_err("a mistake");
            assert_eq!(errors.len(), 1, "{text}: {errors:?}");
        }
    }

    #[test]
    fn typical_slips_in_files_are_told_in_words_of_a_newcomer() {
        for (text, place, detail, help) in [
            ("a =\nb = 1\n", (1, 3), "A value is missing after \"=\".", ""),
            ("a == 1\n", (1, 3), "\"==\" compares two values;", "name = value"),
            ("a: 1\n", (1, 2), "Expected \"=\", found \":\".", "name = value"),
            ("\"a\" = 1\n", (1, 1), "The name of an argument stands without quotes.", "name = value"),
            ("a = 1 b = 2\n", (1, 7), "Expected the end of the line, found \"b\".", "its own line"),
            ("a \"x\" = {\n}\n", (1, 7), "Expected \"{\", found \"=\".", "no \"=\""),
            ("share \"x${1}\" {\n}\n", (1, 7), "A label is a fixed text and cannot be computed.", "for_each"),
            ("region \"x\"\n", (1, 1), "An \"=\" is missing after region.", "region = \"x\"."),
            (
                "a {\n  region eu-west-1 # here\n}\n",
                (2, 3),
                "An \"=\" is missing after region.",
                "region = eu-west-1.",
            ),
            ("a {\n  b [\"c\"]\n}\n", (2, 3), "An \"=\" is missing after b.", "b = [\"c\"]."),
            ("a { b \"c\" }\n", (1, 5), "An \"=\" is missing after b.", "b = \"c\"."),
            (
                "a {\n  region \"eu-${x}\"\n}\n",
                (2, 3),
                "An \"=\" is missing after region.",
                "region = \"eu-${x}\".",
            ),
            (
                "a {\n  region \"x-${f(\"}\")}\" // here\n}\n",
                (2, 3),
                "An \"=\" is missing after region.",
                "region = \"x-${f(\"}\")}\".",
            ),
            ("a {\n  region \"x\",\n}\n", (2, 3), "An \"=\" is missing after region.", "without the comma."),
            ("a {\n  b account.x\n}\n", (2, 3), "An \"=\" is missing after b.", "Write b = account.x."),
            (
                "a {\n  b ou(\"x\"), 1\n}\n",
                (2, 3),
                "An \"=\" is missing after b.",
                "Write b = ou(\"x\"), without",
            ),
            ("a {\n  b ou(\n    \"x\"\n  )\n}\n", (2, 3), "An \"=\" is missing after b.", "Write b = ..."),
            ("a {\n  b c[0] + 1\n}\n", (2, 3), "An \"=\" is missing after b.", "Write b = c[0] + 1."),
            ("a {\n  b c == d\n}\n", (2, 3), "An \"=\" is missing after b.", "Write b = c == d."),
            ("a {\n  b c ? 1 : 2\n}\n", (2, 3), "An \"=\" is missing after b.", "Write b = c ? 1 : 2."),
            ("a {\n  b 3\n}\n", (2, 3), "An \"=\" is missing after b.", "Write b = 3."),
            ("a {\n  b <<EOT\nx\nEOT\n}\n", (2, 3), "An \"=\" is missing after b.", "Write b = ..."),
            ("share \"x\"\n", (1, 10), "Expected \"{\", found the end of the line.", "brace"),
            ("account \"x${1}\"\n", (1, 9), "A label is a fixed text", "for_each"),
            (
                "share \"x\" {\n  permission \"ec2:${1}\" {\n  }\n}\n",
                (2, 14),
                "A label is a fixed text",
                "Write one block",
            ),
            ("'a' = 1\n", (1, 1), "The character ' has no meaning here.", "without quotes"),
            ("a = 'b'\n", (1, 5), "The character ' has no meaning here.", "in double quotes"),
            (".a = 1\n", (1, 1), "An argument or a block starts with a name.", "name = value"),
            ("# x\n\n  + 1\n", (3, 3), "An argument or a block starts with a name.", "name = value"),
            ("a {\n  # x\n  .b\n}\n", (3, 3), "An argument or a block starts with a name.", "name = value"),
            ("$foo\n", (1, 1), "The character $ has no meaning here.", ""),
            ("a \"x\"\n{\n}\n", (1, 6), "Expected \"{\", found the end of the line.", "line of the block"),
            ("a = 1,\nb = 2\n", (1, 6), "Arguments are not separated by commas.", "Delete the comma"),
            ("a { b = 1, c = 2 }\n", (1, 10), "Arguments are not separated by commas.", "Delete the comma"),
            ("a = 1 +\n  2\n", (1, 7), "A value is missing after \"+\".", ""),
            ("a = 1\n  + 2\n", (2, 3), "A value ends at the end of its line.", "parentheses"),
            ("a = { b = 1\n  + 2 }\n", (1, 12), "A value ends at the end of its line.", "parentheses"),
            ("b {\n  a = c\n    .d\n}\n", (3, 5), "A value ends at the end of its line.", "parentheses"),
        ] {
            let (line, column, said, helped) = told(text, true);
            assert_eq!((line, column), place, "{text}: {said}");
            assert!(said.starts_with(detail), "{text}: {said}");
            assert!(helped.contains(help), "{text}: {helped}");
        }
    }
}
