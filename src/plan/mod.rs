//! From differences to steps: what to call, in which order, and what a person must consent to.
//!
//! Decides everything that `apply` does and knows nothing of how calls are made.

mod acceptance;
mod again;
mod approved;
mod basis;
mod body;
mod build;
mod chain;
mod cause;
mod check;
mod consent;
mod details;
mod expected;
mod fingerprint;
mod grants;
mod handover;
mod hazard;
mod notice;
mod outcome;
mod permission;
mod policies;
mod progress;
mod proposal;
mod quota;
mod saved;
mod sources;
mod stale;
mod stale_notice;
mod step;
mod token;
mod told;
mod unproven;
mod usage;

#[cfg(test)]
pub(crate) mod access_laws;
#[cfg(test)]
pub(crate) mod access_worlds;
#[cfg(test)]
mod again_tests;
#[cfg(test)]
mod handover_laws;
#[cfg(test)]
mod hazard_tests;
#[cfg(test)]
mod identity_laws;
#[cfg(test)]
mod interrupted_laws;
#[cfg(test)]
pub(crate) mod laws;
#[cfg(test)]
mod narrow_laws;
#[cfg(test)]
mod narrow_permission_laws;
#[cfg(test)]
pub(crate) mod permission_laws;
#[cfg(test)]
mod simulator;
#[cfg(test)]
mod simulator_permissions;
#[cfg(test)]
mod tests;

pub use again::{NotApproved, Reread, Stale, StepName, Touched};
pub use approved::{ApprovedPlan, Refused};
pub use basis::{Basis, Behind, Standing};
pub use body::{
    Blocked, Counts, Detail, Dropped, Felt, PermissionBlocked, Plan, PlanBody, PlannedInbound,
    PlannedPermission, PlannedShare, PlannedSharing, Refusal,
};
pub use build::{plan, plan_knowing};
pub(crate) use cause::{by_account, same_cause};
pub use check::{AssertionResult, AssertionStanding, CheckResult, CheckStanding};
pub use consent::{Allowance, AllowanceError, Consent, HazardStanding};
pub use expected::Expected;
pub use fingerprint::Fingerprint;
pub use handover::{Holder, Interruption};
pub use hazard::{Hazard, HazardSubject};
pub use notice::remedy;
pub use outcome::{ANOTHER_RUN_WAS_FASTER, Outcome, StepOutcome, StepResult};
pub use policies::{NeededPolicies, NeededPolicy};
pub use quota::{Counted, OverQuota};
pub use saved::SavedPlan;
pub use stale::{Difference, PermissionChanged, ShareChange, StandingChange};
pub use step::{PlannedStep, ShareRef, Step, StepId};
pub use token::Tokens;
pub use told::{listed, second};
pub use unproven::{takes_over, told_misfit};
pub(crate) use usage::Unread;
