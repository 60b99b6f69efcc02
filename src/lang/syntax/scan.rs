//! A light scan of HCL text: where its tokens, brackets and items are.
//!
//! The parser stops at the first mistake and reports a point. This scan finds what is never closed, and the borders of items, so
//! that each can be parsed for itself and several mistakes are reported in one run. It reads no grammar beyond brackets, strings,
//! heredocs and comments.

use std::ops::Range;

/// A mistake that the scan itself sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScanError {
    pub(crate) kind: ScanErrorKind,
    pub(crate) range: Range<usize>,
    /// A further place: the other bracket.
    pub(crate) other: Option<Range<usize>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ScanErrorKind {
    /// A quoted string that its line ends.
    UnclosedString,
    /// `${` or `%{` that its line ends.
    UnclosedTemplate,
    UnclosedHeredoc,
    /// A line of a heredoc that starts with the marker and goes on.
    MarkerWithText,
    UnclosedComment,
    Unclosed(char),
    /// A closing bracket that fits no opening one; the one that is open, if any, is the other place.
    Unmatched {
        found: char,
        open: Option<char>,
    },
    BadCharacter(char),
    /// More brackets open at once than any parser should follow; the scan ends here.
    TooDeep,
    /// More tokens or mistakes than are worth the memory; the scan ends here.
    TooMany(&'static str),
}

/// Tokens of one text.
const MAX_TOKENS: usize = 4_000_000;
/// Mistakes of one text that are looked for.
pub(crate) const MAX_ERRORS: usize = 1_000;

/// Brackets, strings and templates that may be open at once. The parser itself takes fewer.
const MAX_OPEN: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Word,
    Number,
    /// A whole quoted string or heredoc.
    Text,
    /// `{`, `[` or `(`.
    Open,
    /// `}`, `]` or `)`.
    Close,
    Operator,
    Newline,
}

/// A part of the text that the parser gets something else for, byte for byte as long.
#[derive(Clone, Debug)]
pub(crate) struct Blot {
    pub(crate) kind: BlotKind,
    pub(crate) range: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlotKind {
    /// A number with a large exponent or hundreds of digits. The parser gets zeros; the digits are read from the source.
    LargeNumber,
    /// A heredoc with no line, which the parser reads on to the next line that holds its marker.
    EmptyHeredoc,
}

impl Blot {
    pub(crate) fn text(&self) -> String {
        match self.kind {
            BlotKind::LargeNumber => "0".repeat(self.range.len()),
            BlotKind::EmptyHeredoc => format!("{:<width$}", "\"\"", width = self.range.len()),
        }
    }
}

/// A token outside of strings; what stands in a template's braces is part of the string's token.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) range: Range<usize>,
    /// How many brackets are open before an opening one, and after a closing one.
    pub(crate) depth: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) tokens: Vec<Token>,
    pub(crate) errors: Vec<ScanError>,
    /// What the parser cannot hold or misreads, in order.
    pub(crate) blots: Vec<Blot>,
}

enum Frame {
    Bracket {
        open: char,
        at: usize,
        indent: usize,
    },
    /// `${` or `%{` inside a string or heredoc.
    Template {
        at: usize,
    },
    Quote {
        at: usize,
    },
    Heredoc {
        at: usize,
        marker: String,
        line_start: bool,
    },
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    frames: Vec<Frame>,
    out: Scan,
    /// A closing brace stood at another indentation than its opening one: the opening one.
    suspect: Option<usize>,
    /// Close what is open where a line at column one starts a block.
    resync: bool,
}

/// Scans a text. Where brackets stay open, a second scan assumes that a block at column one starts anew.
pub(crate) fn scan(text: &str) -> Scan {
    let first = Scanner::new(text, false).run();
    let unclosed = |error: &ScanError| matches!(error.kind, ScanErrorKind::Unclosed(_));
    if first.errors.iter().any(unclosed) { Scanner::new(text, true).run() } else { first }
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str, resync: bool) -> Self {
        Self { text, at: 0, frames: Vec::new(), out: Scan::default(), suspect: None, resync }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn error(&mut self, kind: ScanErrorKind, range: Range<usize>, other: Option<Range<usize>>) {
        self.out.errors.push(ScanError { kind, range, other });
    }

    /// Brackets that are open; none inside a string.
    fn depth(&self) -> Option<usize> {
        self.frames.iter().all(|frame| matches!(frame, Frame::Bracket { .. })).then_some(self.frames.len())
    }

    fn push_token(&mut self, kind: TokenKind, start: usize) {
        if let Some(depth) = self.depth() {
            self.out.tokens.push(Token { kind, range: start..self.at, depth });
        }
    }

    fn line_end(&self, from: usize) -> usize {
        self.text[from..].find(['\n', '\r']).map_or(self.text.len(), |end| from + end)
    }

    fn indent_of(&self, at: usize) -> usize {
        let line_start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        self.text[line_start..].len() - self.text[line_start..].trim_start_matches([' ', '\t']).len()
    }

    fn run(mut self) -> Scan {
        while self.at < self.text.len() {
            if self.frames.len() > MAX_OPEN {
                let (start, end) = (self.at, self.line_end(self.at).min(self.at + 1));
                self.error(ScanErrorKind::TooDeep, start..end.max(start), None);
                return self.out;
            }
            let many = [
                (self.out.tokens.len() > MAX_TOKENS, "words and signs"),
                (self.out.errors.len() > MAX_ERRORS, "mistakes"),
            ];
            if let Some((_, what)) = many.into_iter().find(|(reached, _)| *reached) {
                self.error(ScanErrorKind::TooMany(what), self.at..self.at, None);
                return self.out;
            }
            match self.frames.last() {
                Some(Frame::Quote { .. }) => self.in_quote(),
                Some(Frame::Heredoc { .. }) => self.in_heredoc(),
                _ => self.in_code(),
            }
        }
        // The end of the text ends its last line.
        if self.frames.iter().any(|frame| matches!(frame, Frame::Quote { .. })) {
            self.string_ended_by_line();
        }
        self.close_all();
        self.out
    }

    /// At the end, or where the scan starts anew: everything open is a mistake; the likeliest culprit is named.
    fn close_all(&mut self) {
        let culprit = self.frames.first().map(|frame| match frame {
            Frame::Bracket { open, at, .. } => (ScanErrorKind::Unclosed(*open), *at, *at + 1),
            Frame::Template { at } => (ScanErrorKind::UnclosedTemplate, *at, *at + 2),
            Frame::Quote { at } => (ScanErrorKind::UnclosedString, *at, self.line_end(*at)),
            Frame::Heredoc { at, .. } => (ScanErrorKind::UnclosedHeredoc, *at, self.line_end(*at)),
        });
        let inner = self.frames.iter().rev().find_map(|frame| match frame {
            Frame::Heredoc { at, .. } => Some((ScanErrorKind::UnclosedHeredoc, *at, self.line_end(*at))),
            Frame::Quote { at } => Some((ScanErrorKind::UnclosedString, *at, self.line_end(*at))),
            _ => None,
        });
        if let Some((kind, start, end)) = inner {
            self.error(kind, start..end, None);
        } else if let Some((kind, start, end)) = culprit {
            match self.suspect {
                Some(suspect) if suspect > start => {
                    self.error(ScanErrorKind::Unclosed('{'), suspect..suspect + 1, None);
                }
                _ => self.error(kind, start..end, None),
            }
        }
        self.frames.clear();
        self.suspect = None;
    }

    fn in_code(&mut self) {
        let start = self.at;
        let Some(c) = self.rest().chars().next() else { return };
        if self.resync
            && !self.frames.is_empty()
            && self.depth().is_some()
            && (start == 0 || self.text.as_bytes()[start - 1] == b'\n')
            && starts_block(self.rest())
        {
            self.close_all();
            // A border between items.
            self.out.tokens.push(Token { kind: TokenKind::Newline, range: start..start, depth: 0 });
        }
        match c {
            '\n' => {
                self.at += 1;
                self.push_token(TokenKind::Newline, start);
            }
            ' ' | '\t' | '\r' => self.at += 1,
            '#' => self.at = self.line_end(start),
            '/' if self.rest().starts_with("//") => self.at = self.line_end(start),
            '/' if self.rest().starts_with("/*") => match self.rest()[2..].find("*/") {
                Some(end) => self.at += end + 4,
                None => {
                    self.error(ScanErrorKind::UnclosedComment, start..start + 2, None);
                    self.at = self.text.len();
                }
            },
            '"' => {
                self.at += 1;
                self.frames.push(Frame::Quote { at: start });
            }
            '<' if self.rest().starts_with("<<") && self.heredoc_start() => {}
            '{' | '[' | '(' => {
                self.at += 1;
                self.push_token(TokenKind::Open, start);
                let indent = self.indent_of(start);
                self.frames.push(Frame::Bracket { open: c, at: start, indent });
            }
            '}' | ']' | ')' => self.close(c),
            '0'..='9' => self.number(),
            _ if is_word_start(c) => {
                let rest = self.rest();
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                self.at += end;
                self.push_token(TokenKind::Word, start);
            }
            '=' | '!' | '<' | '>' | '+' | '-' | '*' | '/' | '%' | '&' | '|' | '?' | ':' | '.' | ',' | '~' => {
                self.at += 1;
                self.push_token(TokenKind::Operator, start);
            }
            _ => {
                self.at += c.len_utf8();
                // Quotes of other kinds usually come in pairs: one mistake a line.
                let line_has_one = self.out.errors.last().is_some_and(|error| {
                    matches!(error.kind, ScanErrorKind::BadCharacter(_))
                        && !self.text[error.range.end..start].contains('\n')
                });
                if !line_has_one {
                    self.error(ScanErrorKind::BadCharacter(c), start..self.at, None);
                }
            }
        }
    }

    fn number(&mut self) {
        let start = self.at;
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let mut end = digits(self.rest());
        let rest = self.rest();
        if rest[end..].starts_with('.') && digits(&rest[end + 1..]) > 0 {
            end += 1 + digits(&rest[end + 1..]);
        }
        if rest[end..].starts_with(['e', 'E']) {
            let sign = usize::from(rest[end + 1..].starts_with(['+', '-']));
            let exponent = digits(&rest[end + 1 + sign..]);
            if exponent > 0 {
                end += 1 + sign + exponent;
            }
        }
        self.at += end;
        if !rest[..end].parse::<f64>().is_ok_and(f64::is_finite) {
            self.out.blots.push(Blot { kind: BlotKind::LargeNumber, range: start..self.at });
        }
        self.push_token(TokenKind::Number, start);
    }

    fn heredoc_start(&mut self) -> bool {
        let rest = self.rest();
        let flush = usize::from(rest[2..].starts_with('-'));
        let marker = &rest[2 + flush..];
        let end = marker.find(|c| !is_word(c)).unwrap_or(marker.len());
        let line = &marker[end..];
        if end == 0 || !(line.starts_with('\n') || line.starts_with("\r\n")) {
            return false;
        }
        let newline = if line.starts_with('\n') { 1 } else { 2 };
        let at = self.at;
        self.frames.push(Frame::Heredoc { at, marker: marker[..end].to_owned(), line_start: true });
        self.at += 2 + flush + end + newline;
        true
    }

    fn in_heredoc(&mut self) {
        let Some(Frame::Heredoc { at, marker, line_start }) = self.frames.last_mut() else { return };
        let (start, at) = (self.at, *at);
        let rest = &self.text[start..];
        if *line_start {
            *line_start = false;
            let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
            let trimmed = line.trim();
            if trimmed == marker {
                self.at += line.trim_end().len();
                self.frames.pop();
                if self.text[at..start].matches('\n').count() == 1 {
                    self.out.blots.push(Blot { kind: BlotKind::EmptyHeredoc, range: at..self.at });
                }
                self.push_token(TokenKind::Text, at);
                return;
            }
            let marker_with_text =
                trimmed.strip_prefix(marker.as_str()).is_some_and(|after| after.starts_with(|c| !is_word(c)));
            if marker_with_text {
                let lead = line.len() - line.trim_start().len();
                self.error(
                    ScanErrorKind::MarkerWithText,
                    start + lead..start + line.trim_end().len(),
                    Some(at..self.line_end(at)),
                );
                return;
            }
        }
        match rest.find(['\n', '$', '%']) {
            None => self.at = self.text.len(),
            Some(skip) => {
                self.at += skip;
                let rest = &rest[skip..];
                if rest.starts_with('\n') {
                    self.at += 1;
                    if let Some(Frame::Heredoc { line_start, .. }) = self.frames.last_mut() {
                        *line_start = true;
                    }
                } else {
                    self.template_start(rest);
                }
            }
        }
    }

    /// At `$` or `%` in a text.
    fn template_start(&mut self, rest: &str) {
        if rest.starts_with("$${") || rest.starts_with("%%{") {
            self.at += 3;
        } else if rest.starts_with("${") || rest.starts_with("%{") {
            self.frames.push(Frame::Template { at: self.at });
            self.at += 2;
        } else {
            self.at += 1;
        }
    }

    fn in_quote(&mut self) {
        let rest = self.rest();
        let Some(skip) = rest.find(['"', '\\', '\n', '$', '%']) else {
            self.at = self.text.len();
            return;
        };
        self.at += skip;
        let rest = &rest[skip..];
        match rest.as_bytes()[0] {
            b'"' => {
                self.at += 1;
                if let Some(Frame::Quote { at }) = self.frames.pop() {
                    self.push_token(TokenKind::Text, at);
                }
            }
            b'\\' => self.at += 1 + rest[1..].chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8),
            b'\n' => self.string_ended_by_line(),
            _ => self.template_start(rest),
        }
    }

    /// A newline inside quotes: the outermost string of this line is at fault, or a `${` in it.
    fn string_ended_by_line(&mut self) {
        let line_start = self.text[..self.at].rfind('\n').map_or(0, |newline| newline + 1);
        let first = self.frames.iter().position(|frame| match frame {
            Frame::Quote { at } => *at >= line_start,
            _ => false,
        });
        let first = first.unwrap_or(self.frames.len() - 1);
        let template = self.frames[first..].iter().find_map(|frame| match frame {
            Frame::Template { at } => Some(*at),
            _ => None,
        });
        let end = self.text[..self.at].trim_end_matches('\r').len();
        match (template, &self.frames[first]) {
            (Some(at), _) => self.error(ScanErrorKind::UnclosedTemplate, at..at + 2, None),
            (None, Frame::Quote { at }) => {
                let at = *at;
                self.error(ScanErrorKind::UnclosedString, at..end.max(at + 1), None);
            }
            (None, _) => {}
        }
        self.frames.truncate(first);
    }

    fn close(&mut self, found: char) {
        let start = self.at;
        self.at += 1;
        let fits = |frame: &Frame| match frame {
            Frame::Bracket { open, .. } => {
                matches!((open, found), ('{', '}') | ('[', ']') | ('(', ')'))
            }
            Frame::Template { .. } => found == '}',
            Frame::Quote { .. } | Frame::Heredoc { .. } => false,
        };
        match self.frames.last() {
            Some(frame) if fits(frame) => {}
            Some(Frame::Bracket { open, at, .. }) => {
                let (open, at) = (*open, *at);
                let kind = ScanErrorKind::Unmatched { found, open: Some(open) };
                self.error(kind, start..self.at, Some(at..at + 1));
                // Back to the bracket that it fits, inside the innermost string.
                let floor = self
                    .frames
                    .iter()
                    .rposition(|frame| matches!(frame, Frame::Quote { .. } | Frame::Heredoc { .. }))
                    .map_or(0, |at| at + 1);
                if let Some(outer) = self.frames[floor..].iter().rposition(fits) {
                    self.frames.truncate(floor + outer + 1);
                } else {
                    return;
                }
            }
            Some(Frame::Template { at }) => {
                let at = *at;
                let kind = ScanErrorKind::Unmatched { found, open: Some('{') };
                self.error(kind, start..self.at, Some(at..at + 2));
                return;
            }
            _ => {
                self.error(ScanErrorKind::Unmatched { found, open: None }, start..self.at, None);
                return;
            }
        }
        if let Some(Frame::Bracket { open: '{', at, indent }) = self.frames.last() {
            let first_on_line = self.text[..start].trim_end_matches([' ', '\t']).ends_with('\n');
            if first_on_line && self.indent_of(start) != *indent && self.suspect.is_none() {
                self.suspect = Some(*at);
            }
        }
        self.frames.pop();
        if self.frames.is_empty() {
            self.suspect = None;
        }
        self.push_token(TokenKind::Close, start);
    }
}

/// Whether a line starts a block: a word, labels, `{`.
fn starts_block(line: &str) -> bool {
    let line = &line[..line.find('\n').unwrap_or(line.len())];
    let mut rest = line.trim_start_matches(is_word);
    if rest.len() == line.len() {
        return false;
    }
    loop {
        rest = rest.trim_start_matches([' ', '\t']);
        if rest.starts_with('{') {
            return true;
        }
        let after = match rest.strip_prefix('"') {
            Some(label) => match label.find('"') {
                Some(end) => &label[end + 1..],
                None => return false,
            },
            None => rest.trim_start_matches(is_word),
        };
        if after.len() == rest.len() {
            return false;
        }
        rest = after;
    }
}

fn is_word_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || (!c.is_ascii() && is_name(&c.to_string()))
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-' || (!c.is_ascii() && is_name(&format!("a{c}")))
}

/// Whether a text is an HCL identifier.
pub(crate) fn is_name(text: &str) -> bool {
    hcl_edit::Ident::try_new(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> Vec<(ScanErrorKind, &str)> {
        scan(text).errors.into_iter().map(|error| (error.kind, &text[error.range])).collect()
    }

    #[test]
    fn good_texts_have_no_errors() {
        for text in [
            "a = \"x ${f({ b = \"}\" })} %{ if true }y%{ endif } $${ \\\" \"\n",
            "a = <<-EOT\n  x ${[1,\n2]} \"\n  EOT\nb = 1\n",
            "# { [ (\n// \"\n/* ${ */\na = 1 # }\n",
            "share \"ä\" {\n  b = { c = [1, (2)] }\n}\n",
        ] {
            assert_eq!(errors(text), [], "{text}");
        }
    }

    #[test]
    fn what_is_never_closed_is_found_where_it_opens() {
        use ScanErrorKind::*;
        for (text, kind, at) in [
            ("a = \"x\nb = 1\n", UnclosedString, "\"x"),
            ("a = \"x ${y\"\nb = 1\n", UnclosedTemplate, "${"),
            ("a = <<EOT\nx\n", UnclosedHeredoc, "<<EOT"),
            ("a = [1\n", Unclosed('['), "["),
            ("a {\n  b = 1\n", Unclosed('{'), "{"),
            ("a = (1]\n", Unmatched { found: ']', open: Some('(') }, "]"),
            ("a = 1\n}\n", Unmatched { found: '}', open: None }, "}"),
            ("a = 'x'\n", BadCharacter('\''), "'"),
            ("/* x\n", UnclosedComment, "/*"),
        ] {
            assert_eq!(errors(text).first(), Some(&(kind, at)), "{text}");
        }
    }

    #[test]
    fn an_unclosed_block_does_not_swallow_the_next() {
        let text = "a \"x\" {\n  b {\n    c = 1\n}\n\nd \"y\" {\n  e = 1\n}\n";
        let scan = scan(text);
        assert_eq!(scan.errors.len(), 1);
        assert_eq!(scan.errors[0].range, text.find("b {").unwrap() + 2..text.find("b {").unwrap() + 3);
        assert_eq!(scan.items(0..text.len(), 0).len(), 2);
    }
}
