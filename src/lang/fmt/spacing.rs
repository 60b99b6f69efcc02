//! Whether a space stands between two tokens of one line.

use crate::lang::fmt::token::Kind;

/// Whether `right` is set off from `left` by a space. `before` stands left of `left` on the same line.
pub(crate) fn is_spaced(before: Option<Kind>, left: Kind, right: Kind) -> bool {
    use Kind::*;
    match (left, right) {
        (Ident | In, OpenParen) => false,
        (DoubleColon, _) | (_, DoubleColon) => false,
        (Dot, _) | (_, Dot) => false,
        (_, Comma | Ellipsis) => false,
        (Comma, _) => true,
        (Literal | OpenQuote, _) | (_, Literal | CloseQuote) => false,
        // `for x in [...]`: the word is no collection to index.
        (In, _) if before.is_some_and(Kind::is_ident) => true,
        (Ident | In | Number, OpenBracket) => false,
        (_, OpenBracket) if left.bracket_change() < 0 => false,
        (Bang, _) => false,
        (Minus, _) => before.is_some_and(ends_operand),
        (OpenBrace, CloseBrace) => false,
        (OpenBrace, _) | (_, CloseBrace) => true,
        (OpenSequence, OpenBrace) | (CloseBrace, CloseSequence) => true,
        (CloseSequence, OpenSequence) => false,
        _ => left.bracket_change() <= 0 && right.bracket_change() >= 0,
    }
}

/// Whether a minus after this token subtracts; after anything else it negates.
fn ends_operand(before: Kind) -> bool {
    use Kind::*;
    !matches!(
        before,
        OpenParen | OpenBrace | OpenBracket | Equal | Colon | Comma | Question | Operator | Minus | Bang
    )
}
