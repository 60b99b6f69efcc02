//! Directives of templates: `%{ if }`, `%{ else }`, `%{ endif }`, `%{ for }`, `%{ endfor }`, and that they fit each other.

use std::ops::Range;

use crate::lang::syntax::scan::Scanner;
use crate::lang::syntax::tokens::{DirectiveMistake as Mistake, ScanErrorKind};
use crate::lang::syntax::words::{after_space, is_word, is_word_start, word_length};

/// A directive that waits for its end.
#[derive(Clone, Debug)]
pub(crate) struct OpenDirective {
    /// The index of the string or heredoc that it stands in, among what is open.
    frame: usize,
    range: Range<usize>,
    word: &'static str,
    /// Its `%{ else }`.
    otherwise: Option<Range<usize>>,
}

/// Whether what follows `for` has the form `x in ...` or `k, v in ...`.
fn names_elements(text: &str) -> bool {
    let name = |text: &str| -> Option<String> {
        let end = word_length(text);
        text.starts_with(is_word_start).then(|| after_space(&text[end..]).to_owned())
    };
    let Some(mut rest) = name(text) else { return false };
    if let Some(after) = rest.strip_prefix(',') {
        match name(after_space(after)) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    rest.strip_prefix("in").is_some_and(|after| !after.is_empty() && !after.starts_with(is_word))
}

impl Scanner<'_> {
    /// At the closing brace of what may be a directive, which started at an offset.
    pub(crate) fn directive(&mut self, at: usize) {
        let range = at..self.at;
        let Some(inside) = self.text[range.clone()].strip_prefix("%{") else { return };
        let inside = inside.strip_suffix('}').unwrap_or(inside);
        let inside = inside.strip_prefix('~').unwrap_or(inside);
        let inside = after_space(inside.strip_suffix('~').unwrap_or(inside));
        let end = word_length(inside);
        let (word, rest) = (&inside[..end], after_space(&inside[end..]));
        let Some(frame) = self.frames.len().checked_sub(1) else { return };
        let open = self.directives.last().filter(|open| open.frame == frame).cloned();
        let mistake = match (word, open) {
            ("if" | "for", _) => {
                let word = if word == "if" { "if" } else { "for" };
                let fits = word == "if" || names_elements(rest);
                self.directives.push(OpenDirective { frame, range: range.clone(), word, otherwise: None });
                if fits {
                    return;
                }
                (Mistake::ForForm, None)
            }
            ("else", _) if rest.starts_with("if") => (Mistake::ElseIf, None),
            ("else" | "endif" | "endfor", _) if !rest.is_empty() => {
                (Mistake::TextAfter(word.to_owned()), None)
            }
            ("else", None) | ("endif", None) | ("endfor", None) => {
                (Mistake::BelongsToNone(word.to_owned()), None)
            }
            ("else", Some(open)) if open.word == "for" => (Mistake::ElseOfFor, Some(open.range)),
            ("else", Some(OpenDirective { otherwise: Some(first), .. })) => {
                (Mistake::SecondElse, Some(first))
            }
            ("else", Some(_)) => {
                if let Some(open) = self.directives.last_mut() {
                    open.otherwise = Some(range);
                }
                return;
            }
            ("endif" | "endfor", Some(open)) => {
                self.directives.pop();
                if word == format!("end{}", open.word) {
                    return;
                }
                (Mistake::OtherEnd(open.word), Some(open.range))
            }
            _ => (Mistake::Unknown(word.to_owned()), None),
        };
        self.error(ScanErrorKind::Directive(mistake.0), range, mistake.1);
    }

    /// At the end of a string or heredoc that was open at an index: what is open in it stays without an end.
    pub(crate) fn end_directives(&mut self, frame: usize) {
        while let Some(open) = self.directives.pop_if(|open| open.frame >= frame) {
            self.error(ScanErrorKind::Directive(Mistake::Unclosed(open.word)), open.range, None);
        }
    }
}
