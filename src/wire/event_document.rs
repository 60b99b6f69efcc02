//! What happens in an apply, as it happens: one JSON object a line.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::model::AccountId;
use crate::plan::{PlanBody, PlannedStep, StepResult};
use crate::wire::FORMAT_VERSION;
use crate::wire::apply_document::{ErrorDocument, ResultsDocument};
use crate::wire::parts::{PlaceDocument, texts};

/// One line of the stream. `kind` says which.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum EventDocument {
    /// The first line of every stream.
    Start {
        format_version: String,
        at: String,
        ramctl_version: String,
        /// `apply` or `destroy`.
        command: String,
        /// The stack's folder as it was typed.
        folder: String,
    },
    /// What is going to be done. Not there where no plan came about.
    Plan {
        at: String,
        stack: String,
        fingerprint: String,
        steps: Vec<StepName>,
    },
    StepStarted {
        at: String,
        step: StepName,
    },
    /// The call was made and AWS is at work.
    StepWaiting {
        at: String,
        step: StepName,
        what: String,
    },
    /// The call did not go through and is made again.
    StepRetrying {
        at: String,
        step: StepName,
        why: String,
    },
    StepDone {
        at: String,
        step: StepName,
        /// The share that the step made.
        share: Option<String>,
        /// Principals that have yet to accept an invitation.
        waiting_for: Vec<String>,
    },
    StepFailed {
        at: String,
        step: StepName,
        error: ErrorDocument,
    },
    StepSkipped {
        at: String,
        step: StepName,
        /// The step whose failure kept this one from starting.
        because_of: u32,
    },
    StepNotStarted {
        at: String,
        step: StepName,
    },
    /// The run was asked to stop: calls under way are finished, no new ones are made.
    Interrupted {
        at: String,
    },
    /// The last line. A stream without it is of a run that was killed, or is going on.
    End {
        at: String,
        exit_code: u8,
        /// Null where nothing was carried out.
        summary: Option<ResultsDocument>,
        /// What went wrong beside the steps.
        errors: Vec<String>,
    },
}

/// A step of the plan that the stream is about.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StepName {
    id: u32,
    /// RAM's or IAM's name of the operation.
    operation: String,
    address: Option<String>,
    place: PlaceDocument,
}

impl StepName {
    pub fn new(step: &PlannedStep, labels: &BTreeMap<AccountId, String>) -> Self {
        Self {
            id: step.id.0,
            operation: step.step.operation().to_owned(),
            address: step.address.as_ref().map(ToString::to_string),
            place: PlaceDocument::new(&step.place, labels),
        }
    }
}

impl EventDocument {
    pub fn start(at: Timestamp, version: &str, command: &str, folder: &str) -> Self {
        Self::Start {
            format_version: FORMAT_VERSION.to_owned(),
            at: at.to_string(),
            ramctl_version: version.to_owned(),
            command: command.to_owned(),
            folder: folder.to_owned(),
        }
    }

    pub fn plan(at: Timestamp, plan: &PlanBody) -> Self {
        Self::Plan {
            at: at.to_string(),
            stack: plan.stack.to_string(),
            fingerprint: plan.fingerprint.to_string(),
            steps: plan.steps.iter().map(|step| StepName::new(step, &plan.account_labels)).collect(),
        }
    }

    /// The end of a step.
    pub fn ended(at: Timestamp, step: StepName, result: &StepResult) -> Self {
        let at = at.to_string();
        match result {
            StepResult::Done { share, waiting_for } => Self::StepDone {
                at,
                step,
                share: share.as_ref().map(ToString::to_string),
                waiting_for: texts(waiting_for),
            },
            StepResult::Failed { code, message, help, maybe_done } => Self::StepFailed {
                at,
                step,
                error: ErrorDocument {
                    code: code.clone(),
                    message: message.clone(),
                    help: help.clone(),
                    maybe_done: *maybe_done,
                },
            },
            StepResult::Skipped { because_of } => Self::StepSkipped { at, step, because_of: because_of.0 },
            StepResult::NotStarted => Self::StepNotStarted { at, step },
        }
    }
}
