//! Failures of a step, as its outcome tells them.

use std::time::Duration;

use jiff::Timestamp;

use crate::cloud::CloudError;
use crate::plan::{ANOTHER_RUN_WAS_FASTER, StepResult, second};

/// The word for a step that was cut short because the run was asked to stop.
pub(crate) const INTERRUPTED: &str = "interrupted";

/// Why a step did not end well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// AWS refused the call, or did not answer.
    Call(CloudError),
    /// The call went through and its effect cannot be looked at.
    Unverified(CloudError),
    /// AWS took the call and then failed to do it.
    Refused { code: &'static str, message: String, help: String },
    /// Another run was at the same thing. `did` goes on from "another run"; `at` is the time of AWS.
    Faster { did: String, at: Option<Timestamp> },
    /// There is nothing that could be accepted. No call was made.
    NoInvitation { message: String },
    /// AWS is still at it.
    Timeout { what: String, after: Duration },
    /// The run was asked to stop. `called`: the call was made.
    Stopped { called: bool, what: String },
}

impl Failure {
    /// Of a look at what was done: the call that it was for had gone through.
    pub(crate) fn of_a_look(self) -> Self {
        match self {
            Self::Call(error) => Self::Unverified(error),
            other => other,
        }
    }
}

impl From<Failure> for StepResult {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Call(error) => failed(&error, error.maybe_done),
            Failure::Unverified(error) => failed(&error, true),
            Failure::Refused { code, message, help } => {
                Self::Failed { code: code.to_owned(), message, help: Some(help), maybe_done: true }
            }
            Failure::Faster { did, at } => Self::Failed {
                code: ANOTHER_RUN_WAS_FASTER.to_owned(),
                message: match at {
                    Some(at) => format!("another run {did} at {}", second(at)),
                    None => format!("another run {did}"),
                },
                help: Some(
                    "Plan again: the new plan starts from what the other run made (RAM515).".to_owned(),
                ),
                maybe_done: false,
            },
            Failure::NoInvitation { message } => Self::Failed {
                code: "no_invitation".to_owned(),
                message,
                help: Some(
                    "Plan again: an invitation that shows late is accepted then, and the plan reports one that was rejected (RAM514).".to_owned(),
                ),
                maybe_done: false,
            },
            Failure::Timeout { what, after } => Self::Failed {
                code: "timeout".to_owned(),
                message: format!("{what}, {} after the call", seconds(after)),
                help: Some(
                    "The call went through. Plan again: what has settled by then is no longer a difference (RAM502)."
                        .to_owned(),
                ),
                maybe_done: true,
            },
            Failure::Stopped { called: false, .. } => Self::NotStarted,
            Failure::Stopped { called: true, what } => Self::Failed {
                code: INTERRUPTED.to_owned(),
                message: format!("stopped before the end: {what}"),
                help: Some("The call went through and AWS goes on with it. Plan again to see what is left (RAM503).".to_owned()),
                maybe_done: true,
            },
        }
    }
}

/// `1 second`, `300 seconds`.
pub(crate) fn seconds(time: Duration) -> String {
    match time.as_secs() {
        1 => "1 second".to_owned(),
        n => format!("{n} seconds"),
    }
}

fn failed(error: &CloudError, maybe_done: bool) -> StepResult {
    StepResult::Failed {
        code: if error.code.is_empty() { error.kind.to_string() } else { error.code.clone() },
        message: if error.message.is_empty() { error.detail() } else { error.message.clone() },
        help: error.help(),
        maybe_done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_whole_seconds() {
        let at = Timestamp::new(1_000_000, 123_456_789).expect("a time");
        let told = |failure: Failure| match StepResult::from(failure) {
            StepResult::Failed { message, .. } => message,
            other => panic!("{other:?}"),
        };
        let faster = Failure::Faster { did: "made it".to_owned(), at: Some(at) };
        assert_eq!(told(faster), "another run made it at 1970-01-12 13:46:40 UTC");
        for (after, says) in
            [(1, "it waits, 1 second after the call"), (2, "it waits, 2 seconds after the call")]
        {
            let timeout = Failure::Timeout { what: "it waits".to_owned(), after: Duration::from_secs(after) };
            assert_eq!(told(timeout), says);
        }
    }
}
