//! The items of a scanned text: its arguments and blocks, told apart by newlines alone.

use std::ops::Range;

use crate::lang::syntax::tokens::{BlotKind, Scan, Token, TokenKind};

impl Scan {
    /// The ranges of items directly inside a range: parts that newlines at that depth border.
    pub(crate) fn items(&self, range: Range<usize>, depth: usize) -> Vec<Range<usize>> {
        let mut items = Vec::new();
        let mut current: Option<Range<usize>> = None;
        for token in self.tokens_in(&range) {
            if token.kind == TokenKind::Newline && token.depth == depth {
                items.extend(current.take());
            } else if token.kind != TokenKind::Newline {
                let start = current.as_ref().map_or(token.range.start, |c| c.start);
                current = Some(start..token.range.end);
            }
        }
        items.extend(current);
        items
    }

    /// What the braces of an item hold, if it is a block: the range between them.
    pub(crate) fn block_body(&self, item: &Range<usize>, depth: usize) -> Option<Range<usize>> {
        let mut tokens = self.tokens_in(item).iter();
        let open = tokens.by_ref().find(|token| match token.kind {
            TokenKind::Word | TokenKind::Text => false,
            TokenKind::Number | TokenKind::Open | TokenKind::Close => true,
            TokenKind::Operator | TokenKind::Newline => true,
        })?;
        let close = tokens.next_back()?;
        (open.kind == TokenKind::Open && close.kind == TokenKind::Close && close.depth == depth)
            .then_some(open.range.end..close.range.start)
    }

    /// About how many nodes the tree of an item has. Templates count by what in them stands between nodes.
    pub(crate) fn nodes(&self, text: &str, item: &Range<usize>) -> usize {
        let nodes = |token: &Token| match token.kind {
            TokenKind::Text => nodes_in_template(&text[token.range.clone()]),
            TokenKind::Newline => 0,
            TokenKind::Word
            | TokenKind::Number
            | TokenKind::Open
            | TokenKind::Close
            | TokenKind::Operator => 1,
        };
        self.tokens_in(item).iter().map(nodes).sum()
    }

    /// The tokens that lie inside a range.
    fn tokens_in(&self, range: &Range<usize>) -> &[Token] {
        let start = self.tokens.partition_point(|token| token.range.start < range.start);
        let end = self.tokens.partition_point(|token| token.range.end <= range.end);
        self.tokens.get(start..end).unwrap_or_default()
    }

    /// Whether the end of a line at an offset cuts a value in two.
    pub(crate) fn cuts_value_at(&self, offset: usize) -> bool {
        let index = self.blots.partition_point(|blot| blot.range.end <= offset);
        self.blots.get(index).is_some_and(|blot| blot.kind == BlotKind::Wall && blot.range.start <= offset)
    }

    /// The token at an offset, or the next one.
    pub(crate) fn token_at(&self, offset: usize) -> Option<&Token> {
        let index = self.tokens.partition_point(|token| token.range.end <= offset);
        self.tokens.get(index)
    }
}

/// About how many nodes the tree of a template has.
pub(crate) fn nodes_in_template(text: &str) -> usize {
    let bytes = text.as_bytes();
    if memchr::memchr2_iter(b'$', b'%', bytes).any(|at| bytes.get(at + 1) == Some(&b'{')) {
        1 + 2 * text.bytes().filter(u8::is_ascii_punctuation).count()
    } else {
        1
    }
}
