//! A light scan of HCL text: where its tokens, brackets and items are.
//!
//! The parser stops at the first mistake and reports a point. This scan finds what is never closed, and the borders of items, so
//! that each can be parsed for itself and several mistakes are reported in one run. It reads no grammar beyond brackets, strings,
//! heredocs and comments.

use std::ops::Range;

use crate::lang::syntax::directives::OpenDirective;
use crate::lang::syntax::tokens::{
    Blot, BlotKind, MAX_ERRORS, MAX_OPEN, MAX_TOKENS, Scan, ScanError, ScanErrorKind, Token, TokenKind,
};
use crate::lang::syntax::words::{is_operator, is_word_start, starts_block, word_length};

pub(crate) enum Frame {
    Bracket {
        open: char,
        at: usize,
        holds: Holds,
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
    /// A whole text that is a template.
    File,
}

impl Frame {
    /// Whether newlines directly inside it mean nothing.
    pub(crate) fn ignores_newlines(&self) -> bool {
        match self {
            Self::Bracket { holds, .. } => *holds == Holds::Values,
            Self::Template { .. } => true,
            Self::Quote { .. } | Self::Heredoc { .. } | Self::File => false,
        }
    }
}

/// What stands between two brackets, which decides what a newline means there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// The arguments and blocks of a block: each on lines of its own.
    Items,
    /// The elements of an object: a newline ends one.
    Elements,
    /// Anything else: newlines mean nothing.
    Values,
}

pub(crate) struct Scanner<'a> {
    pub(crate) text: &'a str,
    pub(crate) at: usize,
    pub(crate) frames: Vec<Frame>,
    pub(crate) out: Scan,
    /// A closing brace stood at another indentation than its opening one: the opening one.
    suspect: Option<usize>,
    /// Close what is open where a line at column one starts a block.
    resync: bool,
    /// The text is an expression as a whole, in which newlines mean nothing.
    pub(crate) bare: bool,
    /// Where the last heredoc ended.
    pub(crate) heredoc_end: Option<usize>,
    /// The last two tokens, also inside of templates.
    pub(crate) last: [Option<(TokenKind, Range<usize>)>; 2],
    /// Directives of templates that wait for their ends.
    pub(crate) directives: Vec<OpenDirective>,
}

/// Scans a text. Where brackets stay open, a second scan assumes that a block at column one starts anew.
pub(crate) fn scan(text: &str) -> Scan {
    let first = Scanner::new(text, false).run();
    let unclosed = |error: &ScanError| matches!(error.kind, ScanErrorKind::Unclosed(_));
    if first.errors.iter().any(unclosed) { Scanner::new(text, true).run() } else { first }
}

/// Scans a text that is an expression as a whole.
pub(crate) fn scan_expression(text: &str) -> Scan {
    let mut scanner = Scanner::new(text, false);
    scanner.bare = true;
    scanner.run()
}

/// Scans a text that is a template as a whole.
pub(crate) fn scan_template(text: &str) -> Scan {
    let mut scanner = Scanner::new(text, false);
    scanner.frames.push(Frame::File);
    scanner.run()
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str, resync: bool) -> Self {
        Self {
            text,
            at: 0,
            frames: Vec::new(),
            out: Scan::default(),
            suspect: None,
            resync,
            bare: false,
            heredoc_end: None,
            last: [None, None],
            directives: Vec::new(),
        }
    }

    pub(crate) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(crate) fn error(&mut self, kind: ScanErrorKind, range: Range<usize>, other: Option<Range<usize>>) {
        self.out.errors.push(ScanError { kind, range, other });
    }

    /// Brackets that are open; none inside a string.
    fn depth(&self) -> Option<usize> {
        self.frames.iter().all(|frame| matches!(frame, Frame::Bracket { .. })).then_some(self.frames.len())
    }

    pub(crate) fn push_token(&mut self, kind: TokenKind, start: usize) {
        self.last = [self.last[1].take(), Some((kind, start..self.at))];
        if let Some(depth) = self.depth() {
            self.out.tokens.push(Token { kind, range: start..self.at, depth });
        }
    }

    pub(crate) fn line_end(&self, from: usize) -> usize {
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
                Some(Frame::File) => self.in_file(),
                _ => self.in_code(),
            }
        }
        // The end of the text ends its last line.
        if self.frames.iter().any(|frame| matches!(frame, Frame::Quote { .. })) {
            self.string_ended_by_line();
        }
        if matches!(self.frames.as_slice(), [Frame::File]) {
            self.end_directives(0);
        }
        self.close_all();
        self.out
    }

    /// At the end, or where the scan starts anew: everything open is a mistake; the likeliest culprit is named.
    fn close_all(&mut self) {
        let culprit = self.frames.iter().find_map(|frame| match frame {
            Frame::Bracket { open, at, .. } => Some((ScanErrorKind::Unclosed(*open), *at, *at + 1)),
            Frame::Template { at } => Some((ScanErrorKind::UnclosedTemplate, *at, *at + 2)),
            Frame::Quote { at } => Some((ScanErrorKind::UnclosedString, *at, self.line_end(*at))),
            Frame::Heredoc { at, .. } => Some((ScanErrorKind::UnclosedHeredoc, *at, self.line_end(*at))),
            Frame::File => None,
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
        self.directives.clear();
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
                if let Some((kind, from)) = self.ends_value() {
                    self.out.blots.push(Blot { kind, range: from..self.at });
                } else if !self.is_after_heredoc(start) {
                    self.blot_space(start);
                }
                self.push_token(TokenKind::Newline, start);
            }
            '\r' => {
                self.at += 1;
                if self.rest().starts_with('\n') && !self.is_after_heredoc(start) {
                    self.blot_space(start);
                }
            }
            ' ' | '\t' => {
                let space = self.rest().bytes().take_while(|b| matches!(b, b' ' | b'\t')).count();
                self.at += space;
            }
            '#' => self.comment(),
            '/' if self.rest().starts_with("//") => self.comment(),
            '/' if self.rest().starts_with("/*") => match self.rest()[2..].find("*/") {
                Some(end) => {
                    self.at += end + 4;
                    self.blot_space(start);
                }
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
                let holds = self.holds(c);
                self.push_token(TokenKind::Open, start);
                self.frames.push(Frame::Bracket { open: c, at: start, holds });
            }
            '}' | ']' | ')' => self.close(c),
            '0'..='9' => self.number(),
            _ if is_word_start(c) => {
                self.at += word_length(self.rest());
                self.push_token(TokenKind::Word, start);
            }
            _ if is_operator(c) => {
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

    fn close(&mut self, found: char) {
        let start = self.at;
        self.at += 1;
        let fits = |frame: &Frame| match frame {
            Frame::Bracket { open, .. } => {
                matches!((open, found), ('{', '}') | ('[', ']') | ('(', ')'))
            }
            Frame::Template { .. } => found == '}',
            Frame::Quote { .. } | Frame::Heredoc { .. } | Frame::File => false,
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
                    .rposition(|frame| {
                        matches!(frame, Frame::Quote { .. } | Frame::Heredoc { .. } | Frame::File)
                    })
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
        if let Some(Frame::Bracket { open: '{', at, .. }) = self.frames.last()
            && self.suspect.is_none()
        {
            let first_on_line = self.text[..start].trim_end_matches([' ', '\t']).ends_with('\n');
            if first_on_line && self.indent_of(start) != self.indent_of(*at) {
                self.suspect = Some(*at);
            }
        }
        if let Some(Frame::Template { at }) = self.frames.pop() {
            self.directive(at);
        }
        if self.frames.is_empty() {
            self.suspect = None;
        }
        self.push_token(TokenKind::Close, start);
    }
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
