//! A run as Markdown: a comment on a pull request, or the summary of a CI job.

use std::fmt;

use crate::render::escape::markdown;
use crate::render::report::{Report, Section};
use crate::render::rows::Sign;
use crate::render::segments::{Segment, plain, sign};

/// What GitHub takes for a comment. Source: the error that its API answers to a longer one ("body is too long (maximum is 65536
/// characters)").
pub const COMMENT_LIMIT: usize = 65_536;

/// Longest line that is shown whole.
const LINE: usize = 500;

/// Lines of a section that stand open in a comment; a longer one is folded.
const UNFOLDED: usize = 60;

/// Kept free for the closing of blocks and for the notice that something was left out.
const RESERVE: usize = 400;

/// Draws a [`Report`].
#[derive(Clone, Debug)]
pub struct MarkdownView<'a> {
    report: &'a Report<'a>,
    limit: usize,
}

impl<'a> MarkdownView<'a> {
    /// `limit` is how long the document may be, in UTF-16 units, which is no fewer than characters; below 4,096 it counts as that.
    pub fn new(report: &'a Report<'a>, limit: usize) -> Self {
        Self { report, limit: limit.max(4_096) }
    }

    fn head(&self) -> String {
        let Report { command, stack, .. } = self.report;
        let short: String = stack.chars().take(200).collect();
        // A bot that finds this line in a comment of its own replaces that comment.
        let mut out = format!("<!-- ramctl:{command}:{} -->\n", markdown::marker(&short));
        out.push_str(&format!("### ramctl {command} {}\n\n", markdown::code(stack, 80)));
        for line in self.report.headlines() {
            out.push_str(&format!("**{line}**\n\n"));
        }
        out
    }
}

impl fmt::Display for MarkdownView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = self.head();
        f.write_str(&head)?;
        let mut left = self.limit.saturating_sub(units(&head) + RESERVE);
        let sections = self.report.sections();
        let total: usize = sections.iter().map(|section| section.lines.len()).sum();
        let mut shown = 0;
        for Section { title, lines } in &sections {
            let state = if lines.len() > UNFOLDED { "" } else { " open" };
            let open = format!("<details{state}><summary>{title}</summary>\n\n```diff\n");
            let close = "```\n\n</details>\n\n";
            let Some(rest) = left.checked_sub(units(&open) + close.len()) else { break };
            left = rest;
            f.write_str(&open)?;
            for line in lines {
                let line = diff_line(line);
                let Some(rest) = left.checked_sub(units(&line) + 1) else {
                    left = 0;
                    break;
                };
                left = rest;
                shown += 1;
                writeln!(f, "{line}")?;
            }
            f.write_str(close)?;
        }
        if shown < total {
            writeln!(
                f,
                "**Cut to fit: {shown} of {total} lines are shown, {} are not.** The headline above counts everything. \
                 `--output text=FILE` and `--output html=FILE` write all of it.",
                total - shown
            )?;
        }
        Ok(())
    }
}

/// A line with its sign in column one, where a `diff` block looks for it; every other line begins with a space.
fn diff_line(line: &[Segment]) -> String {
    let (first, rest) = match sign(line) {
        Some((sign, indent, rest)) => {
            let first = match sign {
                Sign::Added => "+",
                Sign::Removed => "-",
                Sign::Changed | Sign::Replaced | Sign::Held => "!",
                Sign::Unknown => "?",
                Sign::Note => " ",
            };
            (first, format!("{:indent$}{rest}", ""))
        }
        None => {
            let text = plain(line);
            match text.strip_prefix(' ') {
                Some(rest) => (" ", rest.to_owned()),
                None if text.is_empty() => ("", text),
                None => (" ", text),
            }
        }
    };
    let rest = markdown::fenced(&rest).to_string();
    if rest.chars().count() > LINE {
        let cut: String = rest.chars().take(LINE).collect();
        return format!("{first}{cut}…");
    }
    format!("{first}{rest}")
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::SourceMap;
    use crate::model::Origin;
    use crate::render::outcome::Rerun;
    use crate::render::report::Found;

    fn with_errors(count: usize, limit: usize) -> String {
        let errors: Vec<String> =
            (0..count).map(|n| format!("error number {n} {}", "x".repeat(100))).collect();
        let report = Report {
            command: "plan",
            folder: ".",
            stack: "network",
            found: Found::Nothing,
            errors: &errors,
            diagnostics: &[],
            sources: &SourceMap::default(),
            origin: Origin::from(7),
            rerun: Rerun::Same,
        };
        MarkdownView::new(&report, limit).to_string()
    }

    #[test]
    fn what_does_not_fit_is_counted_and_the_headline_stays() {
        let document = with_errors(500, 8_000);
        assert!(units(&document) <= 8_000, "{}", document.len());
        assert!(document.starts_with("<!-- ramctl:plan:network -->\n### ramctl plan "), "{document}");
        assert!(document.contains("**500 errors.**"), "{document}");
        let shown = document.matches("error number").count();
        let notice = format!("**Cut to fit: {shown} of 500 lines are shown, {} are not.**", 500 - shown);
        assert!(document.contains(&notice) && shown > 20, "{notice} in {document}");
        let whole = with_errors(500, COMMENT_LIMIT * 2);
        assert!(!whole.contains("Cut to fit") && whole.contains("error number 499"));
    }

    #[test]
    fn what_is_long_is_folded() {
        assert!(with_errors(UNFOLDED, COMMENT_LIMIT).contains("<details open><summary>Messages</summary>"));
        assert!(with_errors(UNFOLDED + 1, COMMENT_LIMIT).contains("<details><summary>Messages</summary>"));
    }
}
