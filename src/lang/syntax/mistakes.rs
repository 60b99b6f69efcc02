//! Syntax errors in the product's words.

use std::ops::Range;

use hcl_edit::parser::Error;

use crate::diag::{Diagnostic, Span, language as codes, suggest};
use crate::lang::syntax::parse::Place;
use crate::lang::syntax::slips::{self, Expected};
use crate::lang::syntax::tokens::{DirectiveMistake, Scan, ScanError, ScanErrorKind, TokenKind};
use crate::lang::syntax::words::word_length;

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
        Kind::TooMany(what) => {
            Diagnostic::error(&codes::RAM004, span, format!("Up to here the file has more {what} than ramctl reads of one file."))
                .help("Split the file.")
        }
        Kind::Directive(mistake) => of_directive(span, &text[error.range.clone()], mistake),
        Kind::BadCharacter(c @ ('\'' | '`')) if starts_line(text, error.range.start) => {
            Diagnostic::error(&codes::RAM001, span, format!("The character {c} has no meaning here."))
                .help("The name of an argument stands without quotes: name = value.")
        }
        Kind::BadCharacter(c) => bad_character(Diagnostic::error(&codes::RAM001, span, String::new()), *c),
    };
    match (other, &error.kind) {
        (Some(other), Kind::Directive(DirectiveMistake::SecondElse)) => diagnostic.label(other, "first here"),
        (Some(other), Kind::MarkerWithText) => diagnostic.label(other, "the heredoc starts here"),
        (Some(other), _) => diagnostic.label(other, "opened here"),
        (None, _) => diagnostic,
    }
}

fn starts_line(text: &str, offset: usize) -> bool {
    text[..offset].trim_end_matches([' ', '\t']).chars().next_back().is_none_or(|c| c == '\n')
}

fn of_directive(span: Span, written: &str, mistake: &DirectiveMistake) -> Diagnostic {
    use DirectiveMistake as Mistake;
    let (detail, help) = match mistake {
        Mistake::Unclosed(word) => {
            let diagnostic = Diagnostic::error(&codes::RAM002, span, format!("This %{{ {word} }} has no end."));
            return diagnostic.help(format!("Close it with %{{ end{word} }} in the same string or heredoc."));
        }
        Mistake::BelongsToNone(word) => {
            let opener = if word == "endfor" { "for" } else { "if" };
            let form = if opener == "for" { "for x in list" } else { "if condition" };
            (
                format!("This %{{ {word} }} belongs to no %{{ {opener} }}."),
                format!("Write %{{ {form} }}...%{{ end{opener} }}."),
            )
        }
        Mistake::ForForm => (
            "A %{ for } names its elements, and what they are in.".to_owned(),
            "Write %{ for x in list }...%{ endfor }, or %{ for key, value in map }...%{ endfor }.".to_owned(),
        ),
        Mistake::ElseIf => (
            "A template has no else if.".to_owned(),
            "Put an if of its own into the else: %{ else }%{ if condition }...%{ endif }%{ endif }.".to_owned(),
        ),
        Mistake::SecondElse => (
            "This %{ if } has two %{ else }.".to_owned(),
            "Keep one of the two, or put an if of its own into the first: %{ else }%{ if condition }...%{ endif }%{ endif }.".to_owned(),
        ),
        Mistake::ElseOfFor => {
            ("A %{ for } has no else.".to_owned(), "Put the %{ for } into a %{ if length(list) > 0 }.".to_owned())
        }
        Mistake::OtherEnd(open) => (
            format!("A %{{ {open} }} ends with %{{ end{open} }}, and this is {written}."),
            format!("Write %{{ end{open} }}."),
        ),
        Mistake::TextAfter(word) => {
            (format!("Nothing may follow the word {word} in a directive."), format!("Write %{{ {word} }}."))
        }
        Mistake::Unknown(word) => {
            const WORDS: [&str; 5] = ["if", "else", "endif", "for", "endfor"];
            let literal = format!("For the text {written} itself, write %{written}.");
            let near = match word.as_str() {
                "elseif" | "elsif" | "elif" => Some("else"),
                "end" | "fi" => Some("endif"),
                "done" => Some("endfor"),
                word => suggest::closest(word, WORDS),
            };
            let help = near.map_or(literal.clone(), |near| format!("Did you mean %{{ {near} }}? {literal}"));
            ("A directive starts with if, else, endif, for or endfor.".to_owned(), help)
        }
    };
    Diagnostic::error(&codes::RAM001, span, detail).help(help)
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

/// An error of the parser. `start` is where the part that was parsed starts in `text`, `parsed` what the parser got for it.
pub(crate) fn of_parser(
    place: Place,
    text: &str,
    scan: &Scan,
    start: usize,
    parsed: &str,
    error: &Error,
) -> Diagnostic {
    let message = error.message();
    let label =
        message.strip_prefix("invalid ").and_then(|rest| rest.split_once(';')).map(|(label, _)| label);
    let offset = if start + parsed.len() >= text.len() && at_end(parsed, error) {
        text.len()
    } else {
        start + error.location().offset()
    };
    // Here the parser has taken the character that it did not expect.
    let offset = if label == Some("object value assignment") { offset.saturating_sub(1) } else { offset };
    // Where the parser goes back, it goes back to before the space.
    let rest = text.get(offset..).unwrap_or_default();
    let offset = text.len() - if rest.is_empty() { 0 } else { rest.trim_start_matches([' ', '\t']).len() };
    let (range, found) = token_at(text, scan, offset);
    let span = place.span(range.clone());
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
            let span = place.span(escape_before(text, offset).unwrap_or(range));
            return Diagnostic::error(&codes::RAM001, span, "This backslash sequence has no meaning.").help(
                "Known are \\n \\r \\t \\\" \\\\ \\uXXXX and \\UXXXXXXXX; a literal backslash is \\\\.",
            );
        }
        Some(label) if label.starts_with("unicode") => {
            let span = place.span(escape_before(text, offset).unwrap_or(range));
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
    let words = expected_words(label, message);
    let expected = match words.as_str() {
        "a value" => Expected::Value,
        "" => Expected::Nothing,
        words => Expected::Words(words),
    };
    let top = scan.token_at(offset).is_none_or(|token| token.depth == 0);
    if let Some(slip) = slips::find(text, offset, expected, top) {
        let diagnostic = Diagnostic::error(&codes::RAM001, place.span(slip.range), slip.detail);
        return match slip.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        };
    }
    if scan.cuts_value_at(offset) {
        return Diagnostic::error(&codes::RAM001, span, "A value ends at the end of its line.")
            .help("Put a value of several lines in parentheses: (...).");
    }
    let diagnostic = |expected: &str| {
        Diagnostic::error(&codes::RAM001, span, format!("Expected {expected}, found {found}."))
    };
    match (label, expected) {
        (Some("structure"), _) if found == "\":\"" => {
            diagnostic("\"=\"").help("Arguments are written name = value.")
        }
        (Some("structure"), _) => diagnostic("= and a value, or a block in braces")
            .help("Write name = value for an argument, name \"label\" { ... } for a block."),
        (Some("block body"), _) => diagnostic("a new line or }")
            .help("A block on one line holds one argument at most; give each its own line."),
        (_, Expected::Nothing) => Diagnostic::error(
            &codes::RAM001,
            span,
            format!("Expected the end of the value or an operator, found {found}."),
        ),
        (_, Expected::Words("\"]\"")) => diagnostic("\",\" or \"]\"").help("Separate elements by commas."),
        (_, Expected::Words("\")\" or expression")) => {
            diagnostic("\",\" or \")\"").help("Separate arguments by commas.")
        }
        (_, Expected::Words("\"{\"")) if is_computed(&text[range.start..]) => Diagnostic::error(
            &codes::RAM001,
            span,
            "A label is a fixed text and cannot be computed.",
        )
        .help(if top && is_repeatable(text[start..].trim_start()) {
            "Write the label without ${...}. For several blocks of one form write for_each; each.key tells them apart."
        } else {
            "Write the label without ${...}. Write one block for each label."
        }),
        (_, Expected::Words("\"{\"")) if found == "\"=\"" => {
            diagnostic("\"{\"").help("A block has no \"=\" before its brace; an argument has no labels.")
        }
        (_, Expected::Words("\"{\"")) => {
            diagnostic("\"{\"").help("Put the brace on the line of the block's name and labels.")
        }
        (_, Expected::Words("\")\"")) => diagnostic("an operator or \")\""),
        (_, Expected::Words("a new line" | "a new line or eof")) => {
            diagnostic("the end of the line").help("Give each argument and each block its own line.")
        }
        _ => diagnostic(&words),
    }
}

/// Whether an item at the top of a file is a block that takes `for_each`.
fn is_repeatable(item: &str) -> bool {
    slips::BLOCKS.contains(&(&item[..word_length(item)], true))
}

/// Whether a text starts with a string that has something to evaluate in it.
fn is_computed(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default();
    line.starts_with('"') && (line.contains("${") || line.contains("%{"))
}

/// What the parser expected, in the words of the messages; nothing where it says nothing.
fn expected_words(label: Option<&str>, message: &str) -> String {
    match label {
        Some("expression") => return "a value".into(),
        Some("traversal operator") => return "a name, a number or * after the dot".into(),
        _ => {}
    }
    if message.contains("unexpected token") {
        return String::new();
    }
    let Some((_, words)) = message.rsplit_once("expected ") else { return String::new() };
    let words = words.split("; ").next().unwrap_or(words).replace('`', "\"").replace("newline", "a new line");
    match words.as_str() {
        "identifier" | "letter" => "a name".into(),
        _ => words,
    }
}

/// Whether the parser stopped at the end of its input: it gives the offset of the last byte then, and a column beyond.
fn at_end(parsed: &str, error: &Error) -> bool {
    let location = error.location();
    let Some(before) = parsed.get(..location.offset()) else { return false };
    let line = before.rfind('\n').map_or(0, |newline| newline + 1);
    let rest = &parsed[location.offset()..];
    rest.chars().nth(1).is_none() && location.column() > before[line..].chars().count() + rest.chars().count()
}

/// The backslash sequence that an offset lies in or just behind.
fn escape_before(text: &str, offset: usize) -> Option<Range<usize>> {
    let start = text.get(..offset)?.rfind('\\')?;
    let letter = text[start + 1..].chars().next()?;
    let digits = match letter {
        'u' => 4,
        'U' => 8,
        _ => 0,
    };
    let after = start + 1 + letter.len_utf8();
    let found = text[after..].bytes().take(digits).take_while(u8::is_ascii_hexdigit).count();
    Some(start..after + found)
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
            (offset..end, format!("{:?}", &text[offset..end]))
        }
        TokenKind::Text => {
            let end =
                text[token.range.clone()].find('\n').map_or(token.range.end, |at| token.range.start + at);
            (token.range.start..end, "a string".into())
        }
        TokenKind::Operator => {
            let operator =
                slips::operator_at(&text[token.range.start..]).unwrap_or(&text[token.range.clone()]);
            (token.range.start..token.range.start + operator.len(), format!("{operator:?}"))
        }
        _ => {
            let word = &text[token.range.clone()];
            let short: String = word.chars().take(40).collect();
            (token.range.clone(), format!("{short:?}"))
        }
    }
}
