//! A run as workflow commands of GitHub Actions: marks on the lines of a pull request.

use std::fmt;

use crate::diag::{Diagnostic, SourceMap, Span};
use crate::drift::{DriftClass, DriftItem, DriftReport, PermissionClass};
use crate::render::escape::github;
use crate::render::parts;
use crate::render::report::{Found, Report};

/// Marks of one kind that GitHub shows for a step. Source: GitHub documentation "Troubleshooting workflows", limits of annotations.
const SHOWN: usize = 10;

/// Columns of one message.
const MESSAGE: usize = 1_000;

/// Draws a [`Report`].
#[derive(Clone, Debug)]
pub struct GithubView<'a> {
    report: &'a Report<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Error,
    Warning,
    Notice,
}

struct Mark {
    level: Level,
    span: Option<Span>,
    title: String,
    message: String,
}

impl<'a> GithubView<'a> {
    pub fn new(report: &'a Report<'a>) -> Self {
        Self { report }
    }

    fn marks(&self) -> Vec<Mark> {
        let Report { command, errors, diagnostics, .. } = self.report;
        let title = format!("ramctl {command}");
        let mut out: Vec<Mark> = errors
            .iter()
            .map(|error| Mark {
                level: Level::Error,
                span: None,
                title: title.clone(),
                message: error.clone(),
            })
            .collect();
        out.extend(diagnostics.iter().map(of_diagnostic));
        match self.report.found {
            Found::Nothing | Found::Valid { .. } => {}
            Found::Plan(plan) | Found::Applied { plan, .. } => {
                let told = plan.notices();
                out.extend(told.iter().filter(|notice| !diagnostics.contains(notice)).map(of_diagnostic));
            }
            Found::Drift(report) => out.extend(of_drift(report)),
        }
        let level = match self.report.found {
            Found::Nothing => Level::Error,
            _ if !self.report.is_complete() || self.report.is_refused() => Level::Error,
            _ => Level::Notice,
        };
        out.push(Mark { level, span: None, title, message: self.report.headlines().join(" ") });
        out
    }
}

impl fmt::Display for GithubView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let marks = self.marks();
        for level in [Level::Error, Level::Warning, Level::Notice] {
            let of_level: Vec<&Mark> = marks.iter().filter(|mark| mark.level == level).collect();
            // The last one is what the run comes to: it is there whatever is left out.
            let left_out = of_level.len().saturating_sub(SHOWN);
            for (index, mark) in of_level.iter().enumerate() {
                let is_last = index + 1 == of_level.len();
                if left_out > 0 && index + 1 >= SHOWN && !is_last {
                    continue;
                }
                let mut message = mark.message.clone();
                if is_last && left_out > 0 {
                    let more =
                        if left_out == 1 { "1 more is".to_owned() } else { format!("{left_out} more are") };
                    message.push_str(&format!(" ({more} not marked; the log has them all.)"));
                }
                write_mark(f, mark, &message, self.report.sources)?;
            }
        }
        Ok(())
    }
}

fn write_mark(f: &mut fmt::Formatter<'_>, mark: &Mark, message: &str, sources: &SourceMap) -> fmt::Result {
    let word = match mark.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Notice => "notice",
    };
    write!(f, "::{word} ")?;
    if let Some(span) = mark.span {
        let position = sources.position(span);
        let file = github::property(&sources.file(span.file).name, MESSAGE).to_string();
        write!(f, "file={file},line={},col={},", position.line, position.column)?;
    }
    writeln!(f, "title={}::{}", github::property(&mark.title, 200), github::message(message, MESSAGE))
}

fn of_diagnostic(diagnostic: &Diagnostic) -> Mark {
    let Diagnostic { severity: _, code, detail, help, span, labels: _ } = diagnostic;
    let help = help.as_ref().map(|help| format!(" To do: {help}")).unwrap_or_default();
    Mark {
        level: if diagnostic.is_error() { Level::Error } else { Level::Warning },
        span: *span,
        title: format!("{} {}", code.id, code.summary),
        message: format!("{detail}{help}"),
    }
}

fn of_drift(report: &DriftReport) -> Vec<Mark> {
    let item = |item: &DriftItem| {
        let word = match &item.class {
            DriftClass::InSync => return None,
            DriftClass::Waiting => "waits for invitations to be accepted",
            DriftClass::Modified { .. } | DriftClass::NeedsReplacement { .. } => "is modified",
            // Nobody asked for the newer version: the report tells of it, and no line is marked.
            DriftClass::Outdated { edits } if edits.is_empty() => return None,
            DriftClass::Outdated { .. } => "is outdated",
            DriftClass::ToRelease => "is to be released",
            DriftClass::NotImported { .. } => "cannot be imported",
            DriftClass::Missing { .. } => "is missing",
            DriftClass::Surplus { .. } => "is left over",
            DriftClass::Unhealthy { .. } => "is unhealthy",
            DriftClass::Unknown { .. } => "could not be compared",
        };
        let place = parts::place(&item.place, &report.account_labels);
        Some(Mark {
            level: Level::Warning,
            span: item.span,
            title: "ramctl drift".to_owned(),
            message: format!("{} {word} in {place}", item.address),
        })
    };
    let mut out: Vec<Mark> = report.items.iter().filter_map(item).collect();
    out.extend(report.permissions.iter().filter_map(|permission| {
        let word = match &permission.class {
            PermissionClass::InSync => return None,
            PermissionClass::Modified { .. } => "is modified",
            PermissionClass::ToRelease => "is to be released",
            PermissionClass::NotHad { .. } => "cannot be had",
            PermissionClass::Missing | PermissionClass::ToPromote => "is missing",
            PermissionClass::Surplus { .. } => "is left over",
            PermissionClass::Unproven { .. } => "is not proven to be the stack's",
            PermissionClass::Unknown { .. } => "could not be compared",
        };
        let place = parts::place(&permission.place, &report.account_labels);
        Some(Mark {
            level: Level::Warning,
            span: permission.span,
            title: "ramctl drift".to_owned(),
            message: format!("{} {word} in {place}", permission.address),
        })
    }));
    out.extend(report.unmanaged.iter().map(|share| Mark {
        level: Level::Warning,
        span: None,
        title: "ramctl drift".to_owned(),
        message: format!(
            "{} is a share of no block of this stack in {}",
            parts::name(&share.name),
            parts::place(&share.place, &report.account_labels)
        ),
    }));
    out
}
