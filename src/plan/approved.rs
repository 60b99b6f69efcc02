//! A plan that somebody consented to: the only thing that `apply` takes.

use crate::plan::body::{Plan, Refusal};
use crate::plan::step::PlannedStep;

/// Made by [`Plan::approve`], or by [`SavedPlan::approve`](crate::plan::SavedPlan::approve) once AWS was read again, and by nothing else.
#[derive(Clone, Debug)]
pub struct ApprovedPlan {
    steps: Vec<PlannedStep>,
}

/// How somebody agreed to a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// To all of it, having been shown it: at the prompt, or beforehand by `--auto-approve`.
    Whole,
}

/// A plan that must not be carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the plan must not be carried out")]
pub struct Refused {
    pub refusals: Vec<Refusal>,
}

impl Plan {
    /// Turns a plan into one that may be applied. Refused where the configuration itself forbids what the plan would do.
    pub fn approve(&self, consent: Consent) -> Result<ApprovedPlan, Refused> {
        let Consent::Whole = consent;
        let body = self.body();
        if !body.refusals.is_empty() {
            return Err(Refused { refusals: body.refusals.clone() });
        }
        Ok(ApprovedPlan { steps: body.steps.clone() })
    }
}

impl ApprovedPlan {
    /// A saved plan whose facts were compared.
    pub(crate) fn verified(steps: Vec<PlannedStep>) -> Self {
        Self { steps }
    }

    /// In an order in which every step comes after its needs.
    pub fn steps(&self) -> &[PlannedStep] {
        &self.steps
    }
}

#[cfg(all(test, feature = "cli"))]
impl ApprovedPlan {
    /// A plan of any steps, for tests of what carries plans out.
    pub(crate) fn of_steps(steps: Vec<PlannedStep>) -> Self {
        Self { steps }
    }
}
