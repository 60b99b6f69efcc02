//! What became of a plan's steps. Filled in by `apply`, drawn by `render`.

use crate::model::{Principal, ShareArn};

use crate::plan::step::StepId;

/// One result per step, in the plan's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub steps: Vec<StepOutcome>,
    /// Whether the run was asked to stop before it was through.
    pub interrupted: bool,
}

/// The code of a step that failed because another run made the same thing first.
pub const ANOTHER_RUN_WAS_FASTER: &str = "another_run_was_faster";

impl Outcome {
    /// Whether a new plan is all that it takes: steps failed because another run was faster, and none failed for another reason.
    pub fn lost_to_another_run(&self) -> bool {
        let mut failures = self.steps.iter().filter_map(|step| match &step.result {
            StepResult::Failed { code, .. } => Some(code == ANOTHER_RUN_WAS_FASTER),
            _ => None,
        });
        !self.interrupted && failures.next().is_some_and(|first| first && failures.all(|lost| lost))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepOutcome {
    pub id: StepId,
    pub result: StepResult,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepResult {
    Done {
        /// The share that the step made, where it made one.
        share: Option<ShareArn>,
        /// Principals that have yet to accept an invitation.
        waiting_for: Vec<Principal>,
    },
    /// An invitation was accepted, and the account does not see the share yet. The next plan looks again; steps that depend on it are
    /// left to that plan.
    Unseen {
        /// What was looked for, in words.
        what: String,
    },
    Failed {
        /// Error code of AWS, or a word of ours: `timeout`, `association_failed`.
        code: String,
        /// Foreign text.
        message: String,
        help: Option<String>,
        /// The call may have taken effect, wholly or in part.
        maybe_done: bool,
    },
    /// Not started because this step, on which it depends, failed.
    Skipped { because_of: StepId },
    /// Not started because the run was asked to stop.
    NotStarted,
}
