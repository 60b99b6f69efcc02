//! Syntax errors in the product's words.

use std::ops::Range;

use hcl_edit::parser::Error;

use crate::diag::{Diagnostic, Span, language as codes};
use crate::lang::syntax::parse::Place;
use crate::lang::syntax::scan::{Scan, ScanError, ScanErrorKind, TokenKind};

pub(crate) fn of_scan(place: Place, text: &str, error: &ScanError) -> Diagnostic {
    use ScanErrorKind as Kind;
    let span = place.span(error.range.clone());
    let other = error.other.clone().map(|range| place.span(range));
    let diagnostic = match &error.kind {
        Kind::UnclosedString => {
            Diagnostic::error(&codes::RAM002, span, "The line ends before the closing quote of this string.")
                .help("Close the string with \" on the same line. A text of several lines is a heredoc: <<EOT ... EOT.")
        }
        Kind::UnclosedTemplate => {
            let opener = &text[error.range.clone()];
            Diagnostic::error(&codes::RAM002, span, format!("This {opener} has no closing brace before the string ends."))
                .help(format!("Write {opener}...}}; a literal {opener} is written {}{opener}.", &opener[..1]))
        }
        Kind::UnclosedHeredoc => {
            let marker = text[error.range.clone()].trim_start_matches(['<', '-']).trim().to_owned();
            Diagnostic::error(&codes::RAM002, span, "The file ends before this heredoc does.")
                .help(format!("End the text with a line that holds only {marker}."))
        }
        Kind::MarkerWithText => Diagnostic::error(
            &codes::RAM006,
            span,
            "A line of a heredoc that starts with the marker and goes on is not supported: it is unclear whether the text ends here.",
        )
        .help("Leave the marker alone on its line to end the text, or choose another marker."),
        Kind::UnclosedComment => {
            Diagnostic::error(&codes::RAM002, span, "The file ends before this comment does.").help("Close it with */.")
        }
        Kind::Unclosed(open) => {
            let what = match open {
                '{' => "brace",
                '[' => "bracket",
                _ => "parenthesis",
            };
            Diagnostic::error(&codes::RAM002, span, format!("This {what} is never closed."))
                .help(format!("Add the missing {}.", closing(*open)))
        }
        Kind::Unmatched { found, open: Some(open) } => Diagnostic::error(
            &codes::RAM002,
            span,
            format!("Expected {} to close {open}, found {found}.", closing(*open)),
        ),
        Kind::Unmatched { found, open: None } => {
            Diagnostic::error(&codes::RAM002, span, format!("This {found} closes nothing."))
                .help("Remove it, or add what it should close.")
        }
        Kind::TooDeep => too_deep(span),
        Kind::BadCharacter(c) => bad_character(Diagnostic::error(&codes::RAM001, span, String::new()), *c),
    };
    match (other, &error.kind) {
        (Some(other), Kind::MarkerWithText) => diagnostic.label(other, "the heredoc starts here"),
        (Some(other), _) => diagnostic.label(other, "opened here"),
        (None, _) => diagnostic,
    }
}

fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(&codes::RAM004, span, "Expressions and blocks nest at most 64 levels deep.")
        .help("Name inner parts in locals.")
}

fn closing(open: char) -> char {
    match open {
        '{' => '}',
        '[' => ']',
        _ => ')',
    }
}

fn bad_character(mut diagnostic: Diagnostic, c: char) -> Diagnostic {
    let help = match c {
        '\'' | '`' | '\u{2018}' | '\u{2019}' => Some("Strings stand in double quotes: \"...\"."),
        '\u{201c}' | '\u{201d}' | '\u{201e}' => Some("Use the straight quote \" and not a typographic one."),
        ';' => Some("Put each argument on a line of its own; no semicolon is needed."),
        '\u{a0}' | '\u{200b}' | '\u{feff}' => {
            Some("Delete this invisible character; a pasted text often brings it along.")
        }
        '$' => Some("References need no ${...} outside of strings: write var.x."),
        _ => None,
    };
    diagnostic.detail =
        if c.is_control() || c.is_whitespace() || help.is_some_and(|help| help.contains("invisible")) {
            format!("The character U+{:04X} has no meaning here.", u32::from(c))
        } else {
            format!("The character {c} has no meaning here.")
        };
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// An error of the parser. `start` is where the part that was parsed starts in `text`.
pub(crate) fn of_parser(place: Place, text: &str, scan: &Scan, start: usize, error: &Error) -> Diagnostic {
    let offset = (start + error.location().offset()).min(text.len());
    let (range, found) = token_at(text, scan, offset);
    let span = place.span(range.clone());
    let message = error.message();
    let label =
        message.strip_prefix("invalid ").and_then(|rest| rest.split_once(';')).map(|(label, _)| label);
    match label {
        Some("nesting depth") => {
            return too_deep(span);
        }
        Some("binary operation") => {
            return Diagnostic::error(
                &codes::RAM004,
                span,
                "At most 128 operators can be chained in one expression.",
            )
            .help("Name parts of the expression in locals, or use sum(), join(), alltrue(), anytrue().");
        }
        Some("escape sequence") => {
            return Diagnostic::error(&codes::RAM001, span, "This backslash sequence has no meaning.").help(
                "Known are \\n \\r \\t \\\" \\\\ \\uXXXX and \\UXXXXXXXX; a literal backslash is \\\\.",
            );
        }
        Some(label) if label.starts_with("unicode") => {
            return Diagnostic::error(&codes::RAM001, span, "This is not the code of a Unicode character.")
                .help("Write \\u and 4 hexadecimal digits, or \\U and 8.");
        }
        _ => {}
    }
    if message.contains("found redefined attribute") {
        return Diagnostic::error(
            &codes::RAM003,
            span,
            format!("The argument {found} is set twice in this block."),
        )
        .help("Keep one of the two.");
    }
    if message.contains("unique object key") || message.contains("redefined") {
        return Diagnostic::error(
            &codes::RAM003,
            span,
            format!("The key {found} occurs twice in this object."),
        )
        .help("Keep one of the two.");
    }
    let diagnostic = |expected: &str| {
        Diagnostic::error(&codes::RAM001, span, format!("Expected {expected}, found {found}."))
    };
    match label {
        Some("expression") => diagnostic("a value"),
        Some("structure") => diagnostic("= and a value, or a block in braces")
            .help("Write name = value for an argument, name \"label\" { ... } for a block."),
        Some("block body") => diagnostic("a new line or }")
            .help("A block on one line holds one argument at most; give each its own line."),
        Some("traversal operator") => diagnostic("a name, a number or * after the dot"),
        _ => {
            let expected =
                message.rsplit_once("expected ").map_or("something else", |(_, expected)| expected);
            let expected = expected.split("; ").next().unwrap_or(expected).replace('`', "\"");
            let expected = expected.replace("newline", "a new line");
            match expected.as_str() {
                "identifier" | "letter" => diagnostic("a name"),
                _ if expected.is_empty() || expected.contains("unexpected token") => {
                    diagnostic("something else")
                }
                _ => diagnostic(&expected),
            }
        }
    }
}

/// The token at an offset, and what to call it.
fn token_at(text: &str, scan: &Scan, offset: usize) -> (Range<usize>, String) {
    let Some(token) = scan.token_at(offset) else {
        let mut start = offset.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let end = text[start..].chars().next().map_or(start, |c| start + c.len_utf8());
        let found = if end == start { "the end".to_owned() } else { format!("{:?}", &text[start..end]) };
        return (start..end, found);
    };
    match token.kind {
        TokenKind::Newline => (token.range.clone(), "the end of the line".into()),
        TokenKind::Text if offset > token.range.start => {
            let end = text[offset..].chars().next().map_or(offset, |c| offset + c.len_utf8());
            (offset..end, "this text".into())
        }
        TokenKind::Text => {
            let end =
                text[token.range.clone()].find('\n').map_or(token.range.end, |at| token.range.start + at);
            (token.range.start..end, "a string".into())
        }
        _ => {
            let word = &text[token.range.clone()];
            let short: String = word.chars().take(40).collect();
            (token.range.clone(), format!("{short:?}"))
        }
    }
}
