//! What a scan finds: tokens, mistakes, and what the parser gets something else for.

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
    Directive(DirectiveMistake),
    /// More brackets open at once than any parser should follow; the scan ends here.
    TooDeep,
    /// More tokens or mistakes than are worth the memory; the scan ends here.
    TooMany(&'static str),
}

/// What is wrong with a `%{ ... }`. The other place is the directive that it does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DirectiveMistake {
    Unclosed(&'static str),
    /// `else`, `endif` or `endfor` outside of an `if` or `for`.
    BelongsToNone(String),
    /// A `for` without names, `in` and a list.
    ForForm,
    ElseIf,
    SecondElse,
    ElseOfFor,
    /// `endfor` for an `if`, or the other way round: what is open.
    OtherEnd(&'static str),
    /// Something stands after a word that stands alone.
    TextAfter(String),
    /// No directive starts with this word.
    Unknown(String),
}

/// Tokens of one text.
pub(crate) const MAX_TOKENS: usize = 4_000_000;
/// Mistakes of one text that are looked for.
pub(crate) const MAX_ERRORS: usize = 1_000;

/// Brackets, strings and templates that may be open at once. The parser itself takes fewer.
pub(crate) const MAX_OPEN: usize = 200;

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
    /// The end of a line, or a comment up to it, where newlines mean nothing: inside parentheses, square brackets, a `for` in braces,
    /// and a template's braces. The parser ends values there.
    Space,
    /// The end of a line inside a value that ends there, which the parser reads on from. It gets what it never takes.
    Wall,
    /// The end of a line between two elements of an object, which the parser reads on from. It gets a comma.
    Border,
}

impl Blot {
    /// Writes what the parser gets for the last bytes of it, as many as asked for.
    pub(crate) fn write(&self, len: usize, out: &mut String) {
        let (start, filler) = match self.kind {
            BlotKind::LargeNumber => ("", '0'),
            BlotKind::EmptyHeredoc => ("\"\"", ' '),
            BlotKind::Space => ("", ' '),
            BlotKind::Wall => ("", '\0'),
            BlotKind::Border => (",", ' '),
        };
        out.push_str(start);
        out.extend(std::iter::repeat_n(filler, len.saturating_sub(start.len())));
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
