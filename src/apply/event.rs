//! What an apply tells while it runs.

use crate::plan::{StepId, StepResult};

/// One thing that happened. Texts hold names and messages from AWS: foreign text, to be escaped where it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Started {
        step: StepId,
    },
    /// The call was made and AWS is at work.
    Waiting {
        step: StepId,
        what: String,
    },
    /// The call did not go through and is made again.
    Retrying {
        step: StepId,
        why: String,
    },
    /// Also of steps that were never started.
    Finished {
        step: StepId,
        result: StepResult,
    },
}
