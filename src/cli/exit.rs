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
    /// How a run ends that did what it could: well, or with what the files name wrongly or nobody could read.
    pub(crate) fn of_plan(plan: &PlanBody) -> Self {
        match (plan.has_misnamed() || plan.has_outsider_in_the_way(), plan.is_complete()) {
            (true, _) => Self::Error,
            (false, false) => Self::Incomplete,
            (false, true) => Self::Done,
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

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
