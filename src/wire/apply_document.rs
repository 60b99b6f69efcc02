//! A plan and what became of it, as JSON.

use serde::Serialize;

use crate::diag::SourceMap;
use crate::model::Origin;
use crate::plan::{Outcome, PlanBody, StepOutcome, StepResult};
use crate::wire::FORMAT_VERSION;
use crate::wire::parts::texts;
use crate::wire::plan_document::PlanDocument;

/// The plan that was carried out, and the result of each of its steps.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ApplyDocument {
    format_version: &'static str,
    kind: &'static str,
    plan: PlanDocument,
    /// The run was asked to stop before it was through.
    interrupted: bool,
    summary: ResultsDocument,
    /// In the order of the plan's steps. Empty where none was to be carried out, or the plan was refused.
    results: Vec<ResultDocument>,
}

/// How the steps ended.
#[derive(Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ResultsDocument {
    done: usize,
    failed: usize,
    skipped: usize,
    not_started: usize,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ResultDocument {
    step: u32,
    /// `done`, `failed`, `skipped` or `not_started`.
    result: &'static str,
    /// The share that the step made.
    share: Option<String>,
    /// Principals that have yet to accept an invitation.
    waiting_for: Vec<String>,
    error: Option<ErrorDocument>,
    /// The step whose failure kept this one from starting.
    because_of: Option<u32>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ErrorDocument {
    /// Error code of AWS, or a word of ramctl's.
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    /// The call may have taken effect, wholly or in part.
    pub(crate) maybe_done: bool,
}

impl ResultsDocument {
    pub fn of(outcome: &Outcome) -> Self {
        let mut out = Self::default();
        for step in &outcome.steps {
            let slot = match step.result {
                StepResult::Done { .. } => &mut out.done,
                StepResult::Failed { .. } => &mut out.failed,
                StepResult::Skipped { .. } => &mut out.skipped,
                StepResult::NotStarted => &mut out.not_started,
            };
            *slot += 1;
        }
        out
    }
}

impl ApplyDocument {
    /// `origin` says how many calls were made in all.
    pub fn new(plan: &PlanBody, outcome: &Outcome, sources: &SourceMap, origin: impl Into<Origin>) -> Self {
        let Outcome { steps, interrupted } = outcome;
        Self {
            format_version: FORMAT_VERSION,
            kind: "apply",
            plan: PlanDocument::new(plan, sources, origin),
            interrupted: *interrupted,
            summary: ResultsDocument::of(outcome),
            results: steps.iter().map(result).collect(),
        }
    }
}

fn result(outcome: &StepOutcome) -> ResultDocument {
    let StepOutcome { id, result } = outcome;
    let mut out = ResultDocument {
        step: id.0,
        result: "done",
        share: None,
        waiting_for: Vec::new(),
        error: None,
        because_of: None,
    };
    match result {
        StepResult::Done { share, waiting_for } => {
            out.share = share.as_ref().map(ToString::to_string);
            out.waiting_for = texts(waiting_for);
        }
        StepResult::Failed { code, message, help, maybe_done } => {
            out.result = "failed";
            out.error = Some(ErrorDocument {
                code: code.clone(),
                message: message.clone(),
                help: help.clone(),
                maybe_done: *maybe_done,
            });
        }
        StepResult::Skipped { because_of } => {
            out.result = "skipped";
            out.because_of = Some(because_of.0);
        }
        StepResult::NotStarted => out.result = "not_started",
    }
    out
}
