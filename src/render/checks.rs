//! What the stack's checks say of a plan: those that do not pass, and how many do.

use std::fmt;

use crate::diag::{Severity, SourceMap};
use crate::plan::{AssertionStanding, CheckResult, CheckStanding};
use crate::render::escape::escape;
use crate::render::parts;
use crate::render::rows::{Row, Rows, Sign};
use crate::render::style::{Styles, paint};

pub(crate) struct ChecksView<'a> {
    pub checks: &'a [CheckResult],
    pub sources: &'a SourceMap,
    pub styles: &'a Styles,
    pub width: usize,
}

impl fmt::Display for ChecksView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.checks.is_empty() {
            return Ok(());
        }
        let passed = self.checks.iter().filter(|check| check.standing() == CheckStanding::Passed).count();
        let stops = self.checks.iter().filter(|check| check.stands_in_the_way());
        let (style, title) = match stops.map(CheckResult::standing).max() {
            None | Some(CheckStanding::Passed) => (self.styles.strong, "CHECKS"),
            Some(CheckStanding::Unknown) => {
                (self.styles.unknown, "CHECKS: nothing is applied before all can be answered")
            }
            Some(CheckStanding::Violated | CheckStanding::Failed) => {
                (self.styles.error, "CHECKS: the plan is denied")
            }
        };
        let of = format!("{passed} of {} passed", self.checks.len());
        writeln!(f, "{}  {}", paint(style, title), paint(self.styles.muted, of))?;
        let rows: Vec<Row> = self.checks.iter().flat_map(|check| self.rows(check)).collect();
        write!(f, "{}", Rows { rows: &rows, styles: self.styles, width: self.width, indent: 0 })?;
        writeln!(f)
    }
}

impl ChecksView<'_> {
    fn rows(&self, check: &CheckResult) -> Vec<Row> {
        let CheckResult { name, span: _, severity, assertions } = check;
        let row = |word: &str, place, said: String| {
            let cells = [word.to_owned(), parts::name(name), place];
            Row::new(if word == "unknown" { Sign::Unknown } else { Sign::Held }, cells).effect(said)
        };
        let rows = assertions.iter().filter_map(|assertion| {
            let place = escape(&self.sources.place(assertion.span)).to_string();
            let said = |text: &str| escape(text).at_most(300).to_string();
            match &assertion.standing {
                AssertionStanding::Holds => None,
                AssertionStanding::Violated { message, partial } => {
                    let word = match severity {
                        Severity::Error => "denied",
                        Severity::Warning => "warning",
                    };
                    let part = if *partial { " (in what was read)" } else { "" };
                    Some(row(word, place, format!("{}{part}", said(message))))
                }
                AssertionStanding::Unknown { parts } => {
                    let what = parts.iter().map(|part| said(part)).collect::<Vec<_>>().join(", ");
                    Some(row("unknown", place, format!("not all of {what} was read")))
                }
                AssertionStanding::Failed { message } => Some(row("failed", place, said(message))),
            }
        });
        rows.collect()
    }
}
