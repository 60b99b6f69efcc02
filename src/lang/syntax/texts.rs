//! The scan inside of strings, heredocs and template files.

use crate::lang::syntax::scan::{Frame, Scanner};
use crate::lang::syntax::tokens::{Blot, BlotKind, ScanErrorKind, TokenKind};
use crate::lang::syntax::words::{is_word, word_length};

impl Scanner<'_> {
    pub(crate) fn heredoc_start(&mut self) -> bool {
        let rest = self.rest();
        let flush = usize::from(rest[2..].starts_with('-'));
        let marker = &rest[2 + flush..];
        let end = word_length(marker);
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

    pub(crate) fn in_heredoc(&mut self) {
        let Some(Frame::Heredoc { at, marker, line_start }) = self.frames.last_mut() else { return };
        let (start, at) = (self.at, *at);
        let rest = &self.text[start..];
        if *line_start {
            *line_start = false;
            let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
            let trimmed = line.trim();
            if trimmed == marker {
                self.at += line.trim_end().len();
                self.heredoc_end = Some(self.at);
                self.frames.pop();
                self.end_directives(self.frames.len());
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

    /// In a template that is a whole text.
    pub(crate) fn in_file(&mut self) {
        match self.rest().find(['$', '%']) {
            None => self.at = self.text.len(),
            Some(skip) => {
                self.at += skip;
                self.template_start(self.rest());
            }
        }
    }

    /// At `$` or `%` in a text.
    pub(crate) fn template_start(&mut self, rest: &str) {
        if rest.starts_with("$${") || rest.starts_with("%%{") {
            self.at += 3;
        } else if rest.starts_with("${") || rest.starts_with("%{") {
            self.frames.push(Frame::Template { at: self.at });
            self.at += 2;
        } else {
            self.at += 1;
        }
    }

    pub(crate) fn in_quote(&mut self) {
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
                    self.end_directives(self.frames.len());
                    self.push_token(TokenKind::Text, at);
                }
            }
            b'\\' => self.at += 1 + rest[1..].chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8),
            b'\n' => self.string_ended_by_line(),
            _ => self.template_start(rest),
        }
    }

    /// A newline inside quotes: the outermost string of this line is at fault, or a `${` in it.
    pub(crate) fn string_ended_by_line(&mut self) {
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
}
