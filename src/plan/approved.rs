//! A plan that somebody consented to: the only thing that `apply` takes.

use crate::plan::step::PlannedStep;

/// Made by `Plan::approve` alone.
#[derive(Clone, Debug)]
pub struct ApprovedPlan {
    steps: Vec<PlannedStep>,
}

impl ApprovedPlan {
    #[expect(dead_code, reason = "Plan::approve comes with the plan")]
    pub(crate) fn new(steps: Vec<PlannedStep>) -> Self {
        Self { steps }
    }

    /// In an order in which every step comes after its needs.
    pub fn steps(&self) -> &[PlannedStep] {
        &self.steps
    }
}
