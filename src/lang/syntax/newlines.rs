//! What a newline means, which depends on the bracket that it stands in.
//!
//! hcl-edit ends values at newlines that HCL ignores, and reads on over newlines that end a value in HCL. The former become space, the
//! latter become what no parser takes.

use std::ops::Range;

use crate::lang::syntax::scan::{Frame, Holds, Scanner};
use crate::lang::syntax::tokens::{Blot, BlotKind, TokenKind};
use crate::lang::syntax::words::{after_space, is_operator, starts_with_for};

impl Scanner<'_> {
    /// Whether an offset is on the line that ends a heredoc, whose newline the parser needs.
    pub(crate) fn is_after_heredoc(&self, at: usize) -> bool {
        self.heredoc_end
            .is_some_and(|end| self.text[end..at].trim().is_empty() && !self.text[end..at].contains('\n'))
    }

    /// To the end of the line.
    pub(crate) fn comment(&mut self) {
        let start = self.at;
        self.at = self.line_end(start);
        self.blot_space(start);
    }

    /// Blots what was read since, where newlines mean nothing.
    pub(crate) fn blot_space(&mut self, start: usize) {
        if self.frames.last().map_or(self.bare, Frame::ignores_newlines) {
            self.out.blots.push(Blot { kind: BlotKind::Space, range: start..self.at });
        }
    }

    /// At the end of a line: whether it cuts a value in two or borders elements, and where the last token before it ends. Outside of any
    /// bracket items are told apart before they are parsed.
    pub(crate) fn ends_value(&self) -> Option<(BlotKind, usize)> {
        let [before, Some((kind, last))] = &self.last else { return None };
        if *kind == TokenKind::Newline {
            return None;
        }
        let next = after_space(self.rest()).chars().next();
        // The parser takes a name and the parentheses below it for a call, once a bracket was closed before.
        let would_call = *kind == TokenKind::Word && next == Some('(');
        let cuts = match self.frames.last()? {
            Frame::Bracket { holds: Holds::Items | Holds::Elements, .. } => {
                if would_call
                    && matches!(self.frames.last(), Some(Frame::Bracket { holds: Holds::Elements, .. }))
                {
                    return Some((BlotKind::Border, last.end));
                }
                let open_end = *kind == TokenKind::Operator && !self.text[last.clone()].starts_with(',');
                let open_start = next.is_some_and(|c| c == '[' || is_operator(c));
                open_end || (open_start && *kind != TokenKind::Open) || would_call
            }
            // A splat stands on one line.
            Frame::Bracket { open: '[', .. } => {
                let outer = self.frames.iter().nth_back(1);
                let on_lines = outer.is_none_or(|frame| !frame.ignores_newlines());
                let star = |range: &Range<usize>| self.text[range.clone()].starts_with('*');
                let opened =
                    |token: &Option<(TokenKind, Range<usize>)>| matches!(token, Some((TokenKind::Open, _)));
                on_lines
                    && ((opened(&self.last[1]) && next == Some('*'))
                        || (*kind == TokenKind::Operator && star(last) && opened(before)))
            }
            _ => false,
        };
        cuts.then_some((BlotKind::Wall, last.end))
    }

    /// What the bracket just read opens.
    pub(crate) fn holds(&self, open: char) -> Holds {
        if open != '{' {
            return Holds::Values;
        }
        let among_items = match self.frames.last() {
            None => true,
            Some(Frame::Bracket { holds, .. }) => *holds == Holds::Items,
            Some(_) => false,
        };
        let after_header =
            matches!(self.out.tokens.last().map(|token| token.kind), Some(TokenKind::Word | TokenKind::Text));
        if among_items && after_header {
            Holds::Items
        } else if starts_with_for(self.rest()) {
            Holds::Values
        } else {
            Holds::Elements
        }
    }
}
