//! Tokens of HCL, as far as spacing needs them.
//!
//! The parser has accepted the text before it comes here, so this lexer reports nothing: whatever it does not know is a token of its own.

use unicode_segmentation::UnicodeSegmentation;

/// What spacing must know of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Newline,
    /// `# ...`, `// ...` up to the end of the line.
    LineComment,
    /// `/* ... */`
    InlineComment,
    Ident,
    /// The word `in`, an identifier too.
    In,
    Number,
    /// Either quote of a template.
    OpenQuote,
    CloseQuote,
    /// Literal text of a quoted template.
    Literal,
    /// A heredoc as a whole, up to and with its closing marker.
    Heredoc,
    /// `${`, `%{`, with `~`
    OpenSequence,
    /// `}`, `~}`
    CloseSequence,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    OpenParen,
    CloseParen,
    Dot,
    DoubleColon,
    Comma,
    Ellipsis,
    Equal,
    Bang,
    Minus,
    Colon,
    Question,
    /// Any operator with a side to its left and one to its right, other than minus.
    Operator,
    Other,
}

impl Kind {
    pub(crate) fn is_ident(self) -> bool {
        matches!(self, Self::Ident | Self::In)
    }

    /// +1 for what opens, -1 for what closes.
    pub(crate) fn bracket_change(self) -> isize {
        match self {
            Self::OpenBrace | Self::OpenBracket | Self::OpenParen | Self::OpenSequence => 1,
            Self::CloseBrace | Self::CloseBracket | Self::CloseParen | Self::CloseSequence => -1,
            _ => 0,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind,
    pub(crate) text: &'a str,
}

impl Token<'_> {
    /// Width in user-perceived characters, the unit that columns are counted in.
    pub(crate) fn columns(&self) -> usize {
        if self.text.is_ascii() { self.text.len() } else { self.text.graphemes(true).count() }
    }
}

/// All tokens of a text; what lies between them is blanks and tabs.
pub(crate) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer { text, at: 0, nest: Vec::new() };
    std::iter::from_fn(|| lexer.next()).collect()
}

/// What the lexer is inside of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// A quoted template's text.
    Quotes,
    /// `${ }` or `%{ }`.
    Sequence,
    /// `{ }` of code.
    Braces,
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    nest: Vec<Inside>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn take(&mut self, kind: Kind, length: usize) -> Token<'a> {
        let text = &self.rest()[..length];
        self.at += length;
        Token { kind, text }
    }

    fn next(&mut self) -> Option<Token<'a>> {
        if self.nest.last() == Some(&Inside::Quotes) { self.next_in_quotes() } else { self.next_in_code() }
    }

    fn next_in_quotes(&mut self) -> Option<Token<'a>> {
        let rest = self.rest();
        if rest.is_empty() {
            return None;
        }
        if rest.starts_with('"') {
            self.nest.pop();
            return Some(self.take(Kind::CloseQuote, 1));
        }
        if rest.starts_with("${") || rest.starts_with("%{") {
            return Some(self.open_sequence());
        }
        let literal = quoted_literal(rest);
        Some(self.take(Kind::Literal, literal))
    }

    fn open_sequence(&mut self) -> Token<'a> {
        self.nest.push(Inside::Sequence);
        let length = if self.rest()[2..].starts_with('~') { 3 } else { 2 };
        self.take(Kind::OpenSequence, length)
    }

    fn next_in_code(&mut self) -> Option<Token<'a>> {
        let rest = self.rest();
        // A carriage return that ends no line is a blank to the parser: left in place it would end one after formatting.
        let bytes = rest.as_bytes();
        let blank = |at: &usize| match bytes[*at] {
            b' ' | b'\t' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        let blanks = (0..bytes.len()).take_while(blank).count();
        self.at += blanks;
        let rest = self.rest();
        let first = rest.chars().next()?;
        let token = match first {
            '\n' => self.take(Kind::Newline, 1),
            '\r' if rest.starts_with("\r\n") => self.take(Kind::Newline, 2),
            '#' => self.take(Kind::LineComment, line_length(rest)),
            '/' if rest.starts_with("//") => self.take(Kind::LineComment, line_length(rest)),
            '/' if rest.starts_with("/*") => {
                let length = rest[2..].find("*/").map_or(rest.len(), |end| end + 4);
                self.take(Kind::InlineComment, length)
            }
            '"' => {
                self.nest.push(Inside::Quotes);
                self.take(Kind::OpenQuote, 1)
            }
            '<' if rest.starts_with("<<") => match heredoc_length(rest) {
                Some(length) => self.take(Kind::Heredoc, length),
                None => self.take(Kind::Other, 2),
            },
            '{' => {
                self.nest.push(Inside::Braces);
                self.take(Kind::OpenBrace, 1)
            }
            '}' => match self.nest.pop() {
                Some(Inside::Sequence) => self.take(Kind::CloseSequence, 1),
                _ => self.take(Kind::CloseBrace, 1),
            },
            '~' if rest.starts_with("~}") && self.nest.last() == Some(&Inside::Sequence) => {
                self.nest.pop();
                self.take(Kind::CloseSequence, 2)
            }
            '0'..='9' => self.take(Kind::Number, number_length(rest)),
            _ if is_ident_start(first) => {
                let length = ident_length(rest);
                let kind = if &rest[..length] == "in" { Kind::In } else { Kind::Ident };
                self.take(kind, length)
            }
            _ => {
                let (kind, length) = punctuation(rest, first);
                self.take(kind, length)
            }
        };
        Some(token)
    }
}

fn is_ident_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn ident_length(text: &str) -> usize {
    text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-' || is_mark(c))).unwrap_or(text.len())
}

/// Combining marks continue an identifier: a character that joins the grapheme before it.
fn is_mark(c: char) -> bool {
    if c.is_ascii() {
        return false;
    }
    let mut joined = String::from("a");
    joined.push(c);
    joined.graphemes(true).count() == 1
}

/// The part of a line before its ending.
fn line_length(text: &str) -> usize {
    let line = text.find('\n').unwrap_or(text.len());
    if text[..line].ends_with('\r') && line < text.len() { line - 1 } else { line }
}

fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| from + bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    end
}

/// Literal text of a quoted template: up to the closing quote or the next sequence.
fn quoted_literal(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => break,
            b'\\' => at += 2,
            sigil @ (b'$' | b'%') => match (bytes.get(at + 1), bytes.get(at + 2)) {
                (Some(b'{'), _) => break,
                (Some(second), Some(b'{')) if *second == sigil => at += 3,
                _ => at += 1,
            },
            _ => at += 1,
        }
    }
    let mut end = at.min(bytes.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    end
}

/// A heredoc from `<<` to the end of its closing marker, or nothing if it is none or does not end.
fn heredoc_length(text: &str) -> Option<usize> {
    let after = text.strip_prefix("<<")?;
    let after = after.strip_prefix('-').unwrap_or(after);
    let marker = &after[..ident_length(after)];
    if !marker.starts_with(is_ident_start) {
        return None;
    }
    let mut at = text.find('\n')? + 1;
    loop {
        let line = &text[at..];
        let inner = line.trim_start_matches([' ', '\t']);
        if let Some(tail) = inner.strip_prefix(marker)
            && ident_length(tail) == 0
        {
            return Some(text.len() - tail.len());
        }
        at += line.find('\n')? + 1;
    }
}

fn punctuation(text: &str, first: char) -> (Kind, usize) {
    const LONG: &[(&str, Kind)] = &[
        ("...", Kind::Ellipsis),
        ("==", Kind::Operator),
        ("!=", Kind::Operator),
        ("<=", Kind::Operator),
        (">=", Kind::Operator),
        ("=>", Kind::Other),
        ("&&", Kind::Operator),
        ("||", Kind::Operator),
        ("::", Kind::DoubleColon),
    ];
    if let Some((spelling, kind)) = LONG.iter().find(|(spelling, _)| text.starts_with(spelling)) {
        return (*kind, spelling.len());
    }
    let kind = match first {
        '[' => Kind::OpenBracket,
        ']' => Kind::CloseBracket,
        '(' => Kind::OpenParen,
        ')' => Kind::CloseParen,
        '.' => Kind::Dot,
        ',' => Kind::Comma,
        '=' => Kind::Equal,
        '!' => Kind::Bang,
        '-' => Kind::Minus,
        ':' => Kind::Colon,
        '?' => Kind::Question,
        '+' | '*' | '/' | '%' | '<' | '>' => Kind::Operator,
        _ => Kind::Other,
    };
    (kind, first.len_utf8())
}
