//! A plan that was read from a file: it can be shown, and applied once AWS was seen to be as it was.

use jiff::Timestamp;

use crate::plan::again::{NotApproved, Reread};
use crate::plan::approved::ApprovedPlan;
use crate::plan::body::{Plan, PlanBody};
use crate::plan::consent::Consent;

/// A plan made from the differences that a file holds, by [`wire`](crate::wire) alone. Nobody knows how old it is, so nothing but
/// reading AWS again leads to carrying it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedPlan {
    plan: Plan,
}

impl SavedPlan {
    pub(crate) fn new(plan: Plan) -> Self {
        Self { plan }
    }

    pub fn body(&self) -> &PlanBody {
        self.plan.body()
    }

    /// The plan with what the command line agrees to now marked on its hazards, and without what was agreed to until a time that is
    /// over.
    #[must_use]
    pub fn given(mut self, consent: &Consent, now: Timestamp) -> Self {
        let body = self.plan.body_mut();
        body.lapse(now);
        body.give(consent);
        self
    }

    /// Allows the plan to be carried out, if nothing that it was made from has changed.
    pub fn approve(&self, consent: &Consent, now: &Reread) -> Result<ApprovedPlan, NotApproved> {
        self.body().approve_again(consent, now)
    }
}
