//! Lines: their indent, and the columns of `=` and of trailing comments.

use std::fmt;
use std::ops::Range;

use crate::lang::fmt::spacing::is_spaced;
use crate::lang::fmt::token::{Kind, Token};

const INDENT: usize = 2;

/// A text as lines of tokens, each with the number of spaces before it.
pub(crate) struct Layout<'a> {
    lines: Vec<Line<'a>>,
}

struct Line<'a> {
    tokens: Vec<Token<'a>>,
    /// Spaces before each token.
    spaces: Vec<usize>,
    /// First token of `= value`, if that is complete on this line.
    assign: Option<usize>,
    /// The comment that ends the line, if something stands before it.
    comment: Option<usize>,
    /// As the text has it; the last line may have none.
    ending: &'a str,
}

impl<'a> Layout<'a> {
    pub(crate) fn of(tokens: &[Token<'a>]) -> Self {
        let mut lines: Vec<Line<'a>> = tokens
            .split_inclusive(|token| token.kind == Kind::Newline)
            .map(|tokens| match tokens.split_last() {
                Some((last, before)) if last.kind == Kind::Newline => Line::new(before, last.text),
                _ => Line::new(tokens, ""),
            })
            .collect();
        indent(&mut lines);
        align(&mut lines, |line| line.assign);
        align(&mut lines, |line| line.comment);
        Self { lines }
    }
}

impl<'a> Line<'a> {
    fn new(tokens: &[Token<'a>], ending: &'a str) -> Self {
        let comment = match tokens {
            [_, .., last] if last.kind == Kind::LineComment => Some(tokens.len() - 1),
            _ => None,
        };
        let code = &tokens[..comment.unwrap_or(tokens.len())];
        let assign = code
            .iter()
            .skip(1)
            .position(|token| token.kind == Kind::Equal)
            .map(|index| index + 1)
            .filter(|start| bracket_change(&code[*start..]) == 0);

        let mut spaces = vec![0; tokens.len()];
        let cells = [0..assign.unwrap_or(code.len()), assign.unwrap_or(code.len())..code.len()];
        for cell in cells {
            space_out(code, cell, &mut spaces);
        }
        Self { tokens: tokens.to_vec(), spaces, assign, comment, ending }
    }

    /// Columns before the token at `end`.
    fn columns(&self, end: usize) -> usize {
        self.tokens[..end].iter().zip(&self.spaces).map(|(token, spaces)| token.columns() + spaces).sum()
    }
}

/// Sets the spaces before all but the first token of a cell.
fn space_out(tokens: &[Token<'_>], cell: Range<usize>, spaces: &mut [usize]) {
    for index in cell.clone().skip(1) {
        let before = (index >= cell.start + 2).then(|| tokens[index - 2].kind);
        spaces[index] = usize::from(is_spaced(before, tokens[index - 1].kind, tokens[index].kind));
    }
}

fn bracket_change(tokens: &[Token<'_>]) -> isize {
    tokens.iter().map(|token| token.kind.bracket_change()).sum()
}

/// Indents each line by the number of lines that opened brackets which are still open.
///
/// A line that opens several brackets adds one level, and gives it back when as many are closed again.
fn indent(lines: &mut [Line<'_>]) {
    let mut open: Vec<usize> = Vec::new();
    for line in lines {
        if line.tokens.is_empty() {
            continue;
        }
        let change = bracket_change(&line.tokens);
        let mut closed = if change < 0 { change.unsigned_abs() } else { 0 };
        while closed > 0 {
            let Some(level) = open.last_mut() else { break };
            let now = closed.min(*level);
            closed -= now;
            *level -= now;
            if *level == 0 {
                open.pop();
            }
        }
        line.spaces[0] = INDENT * open.len();
        if change > 0 {
            open.push(change.unsigned_abs());
        }
    }
}

/// Puts the tokens that `cell` picks on one column in each run of consecutive lines that have one.
fn align(lines: &mut [Line<'_>], cell: impl Fn(&Line<'_>) -> Option<usize>) {
    for run in lines.chunk_by_mut(|above, below| cell(above).is_some() && cell(below).is_some()) {
        let widths: Vec<(usize, usize)> =
            run.iter().filter_map(|line| cell(line).map(|index| (index, line.columns(index)))).collect();
        let widest = widths.iter().map(|(_, width)| *width).max().unwrap_or(0);
        // A line without the cell is a run of its own, with no widths.
        for (line, (index, width)) in run.iter_mut().zip(widths) {
            line.spaces[index] = widest - width + 1;
        }
    }
}

impl fmt::Display for Layout<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            for (token, spaces) in line.tokens.iter().zip(&line.spaces) {
                write!(f, "{:spaces$}{}", "", token.text)?;
            }
            f.write_str(line.ending)?;
        }
        match self.lines.last() {
            Some(last) if last.ending.is_empty() && !last.tokens.is_empty() => f.write_str("\n"),
            _ => Ok(()),
        }
    }
}
