//! From differences to steps: what to call, in which order, and what a person must consent to.

mod approved;
mod outcome;
mod step;

pub use approved::ApprovedPlan;
pub use outcome::{Outcome, StepOutcome, StepResult};
pub use step::{PlannedStep, ShareRef, Step, StepId};
