//! Exit codes: a contract with CI. 0, 1 and 2 mean what they mean in Terraform.
//!
//! Where several fit, the one that stands in the way most is told: 1, then 5, then 3, which no flag lifts, then 4, which `--allow` does,
//! then 6, then 2. With 3, 4 and 5 nothing was changed; with 6 nothing was changed in what was not read.

use std::process::ExitCode;

use crate::plan::PlanBody;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, or nothing to do. For drift: in sync and complete.
    Done,
    /// Bad input, a failed call, a partly applied plan.
    Error,
    /// `plan --detailed-exitcode`: there are changes. `drift`: there is drift.
    Changes,
    /// A check said no. `fmt --check`: a file is not in canonical style.
    Denied,
    /// A hazard that nobody allowed.
    Unconsented,
    /// A plan is not applied because what it was made from has changed.
    Stale,
    /// Something could not be read: what was read is no proof of the rest.
    Incomplete,
}

impl Exit {
    /// How a run ends that did what it could: well, or with what the files name wrongly, what is in its way, or what nobody could read.
    pub(crate) fn of_plan(plan: &PlanBody) -> Self {
        match (left_undone(plan).is_empty(), plan.is_complete()) {
            (false, _) => Self::Error,
            (true, false) => Self::Incomplete,
            (true, true) => Self::Done,
        }
    }

    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Error => 1,
            Self::Changes => 2,
            Self::Denied => 3,
            Self::Unconsented => 4,
            Self::Stale => 5,
            Self::Incomplete => 6,
        }
    }
}

/// What a plan leaves as it is although it is not as declared, each as a sentence. A run that leaves something undone does not end well.
pub(crate) fn left_undone(plan: &PlanBody) -> Vec<&'static str> {
    let reasons = [
        (
            plan.has_misnamed(),
            "the files name what the organization or AWS does not have; those shares are left alone.",
        ),
        (
            plan.has_outsider_in_the_way(),
            "a share is left as it is, because AWS refuses an outside principal on a closed share (RAM349, RAM370).",
        ),
        (
            plan.has_import_of_nothing(),
            "an import block names what is not there; its block is left alone, and nothing is made for it.",
        ),
        (
            plan.has_permission_in_the_way(),
            "a permission is left as it is, because shares that stay have it (RAM321, RAM322).",
        ),
    ];
    reasons.into_iter().filter(|(applies, _)| *applies).map(|(_, reason)| reason).collect()
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
