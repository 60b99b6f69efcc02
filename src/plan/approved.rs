//! A plan that somebody consented to: the only thing that `apply` takes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::diff::{InvitationState, Remark};
use crate::model::{Address, Principal, ShareArn};
use crate::plan::body::{Plan, PlanBody, Refusal};
use crate::plan::check::{CheckResult, CheckStanding};
use crate::plan::consent::{Allowance, Consent, HazardStanding};
use crate::plan::expected::Expected;
use crate::plan::hazard::Hazard;
use crate::plan::step::PlannedStep;

/// Made by [`Plan::approve`], or by [`SavedPlan::approve`](crate::plan::SavedPlan::approve) once AWS was read again, and by nothing else.
#[derive(Clone, Debug)]
pub struct ApprovedPlan {
    steps: Vec<PlannedStep>,
    /// The principals of each share that RAM is expected to invite. It takes the others in without asking them.
    invited: BTreeMap<Address, BTreeSet<Principal>>,
    /// Those of them whose invitation this plan sends and somebody else has to accept. RAM is sure to ask them.
    asked_of_others: BTreeMap<Address, BTreeSet<Principal>>,
    /// The shares that bear the stack's tags and that the plan was made from, proven to be the stack's or not.
    known: BTreeSet<ShareArn>,
    /// By block, shares without an owner's tags that have its share's name. Tags follow a share with a delay, so one of them may be
    /// what a run that was cut short made moments ago.
    namesakes: BTreeMap<Address, BTreeSet<ShareArn>>,
    /// By block, shares that bear its tags and do not prove to be its own.
    unproven: BTreeMap<Address, BTreeSet<ShareArn>>,
    /// What the shares that it widens hold at the end.
    expected: Vec<Expected>,
}

/// Why a plan must not be carried out. What weighs more hides the rest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The configuration itself forbids what the plan would do.
    #[error("the configuration forbids the plan")]
    Forbidden(Vec<Refusal>),
    /// Checks that have no answer, for their conditions have no value.
    #[error("checks could not be evaluated: {}", .0.join(", "))]
    Broken(Vec<String>),
    /// Checks that say no.
    #[error("checks deny the plan: {}", .0.join(", "))]
    Denied(Vec<String>),
    /// Hazards that nobody agreed to. These allowances would.
    #[error("the plan has hazards that nobody allowed")]
    Unconsented(Vec<Allowance>),
    /// Checks that would deny the plan and speak of what could not be read.
    #[error("checks cannot be answered: {}", .0.join(", "))]
    Undecided(Vec<String>),
}

impl Plan {
    /// The plan with what the stack's checks say of it.
    #[must_use]
    pub fn checked(mut self, checks: Vec<CheckResult>) -> Self {
        self.body_mut().checks = checks;
        self
    }

    /// The plan with what the command line agrees to marked on its hazards.
    #[must_use]
    pub fn given(mut self, consent: &Consent) -> Self {
        self.body_mut().give(consent);
        self
    }

    /// Turns a plan into one that may be applied: nothing forbids it, and each of its hazards was agreed to.
    pub fn approve(&self, consent: &Consent) -> Result<ApprovedPlan, Refused> {
        self.body().judge(consent)?;
        Ok(ApprovedPlan::of(self.body()))
    }
}

impl PlanBody {
    /// Marks what the command line agrees to.
    pub(crate) fn give(&mut self, consent: &Consent) {
        self.each_hazard(|hazard, at| {
            if hazard.standing == HazardStanding::Open && consent.covers(hazard.code, at) {
                hazard.standing = HazardStanding::AllowedByFlag;
            }
        });
    }

    /// Opens again what the files agreed to until a time that is over.
    pub(crate) fn lapse(&mut self, now: Timestamp) {
        self.each_hazard(|hazard, _| {
            if hazard.standing.is_over(now) {
                hazard.standing = HazardStanding::Open;
            }
        });
    }

    /// Whether something that the files agreed to for a time is over.
    pub(crate) fn has_lapsed(&self, now: Timestamp) -> bool {
        self.hazards_by_address().any(|(_, hazard)| hazard.standing.is_over(now))
    }

    /// Every hazard with the block that it is about.
    fn each_hazard(&mut self, mut change: impl FnMut(&mut Hazard, Option<&Address>)) {
        for share in &mut self.shares {
            share.hazards.iter_mut().for_each(|hazard| change(hazard, Some(&share.diff.address)));
        }
        for permission in &mut self.permissions {
            permission.hazards.iter_mut().for_each(|hazard| change(hazard, Some(&permission.diff.address)));
        }
        for received in &mut self.inbound {
            let at = received.item.verdict.by().map(|by| &by.address);
            received.hazards.iter_mut().for_each(|hazard| change(hazard, at));
        }
        self.hazards.iter_mut().for_each(|hazard| change(hazard, None));
    }

    /// The allowances that agree to nothing in this plan.
    pub fn unused<'c>(&self, consent: &'c Consent) -> Vec<&'c Allowance> {
        let covers = |allowance: &Allowance| {
            self.hazards_by_address().any(|(at, hazard)| allowance.covers(hazard.code, at))
        };
        consent.allowances().iter().filter(|allowance| !covers(allowance)).collect()
    }

    /// Whether anything stands in the way of carrying it out.
    pub(crate) fn judge(&self, consent: &Consent) -> Result<(), Refused> {
        if !self.refusals.is_empty() {
            return Err(Refused::Forbidden(self.refusals.clone()));
        }
        let checks = |standing: CheckStanding| -> Vec<String> {
            let stand = self.checks.iter().filter(|check| check.stands_in_the_way());
            stand.filter(|check| check.standing() == standing).map(|check| check.name.clone()).collect()
        };
        let (broken, denied) = (checks(CheckStanding::Failed), checks(CheckStanding::Violated));
        if !broken.is_empty() {
            return Err(Refused::Broken(broken));
        }
        if !denied.is_empty() {
            return Err(Refused::Denied(denied));
        }
        let mut open: Vec<Allowance> = self
            .hazards_by_address()
            .filter(|(at, hazard)| {
                hazard.standing == HazardStanding::Open && !consent.covers(hazard.code, *at)
            })
            .map(|(at, hazard)| Allowance::of(hazard.code, at))
            .collect();
        open.sort();
        open.dedup();
        if !open.is_empty() {
            return Err(Refused::Unconsented(open));
        }
        let undecided = checks(CheckStanding::Unknown);
        if undecided.is_empty() { Ok(()) } else { Err(Refused::Undecided(undecided)) }
    }

    /// How many hazards nobody allowed, and how many are allowed.
    pub fn consent_counts(&self) -> (usize, usize) {
        let (open, allowed): (Vec<_>, Vec<_>) =
            self.hazards_by_address().partition(|(_, hazard)| hazard.standing == HazardStanding::Open);
        (open.len(), allowed.len())
    }

    /// Every hazard that the plan would bring about, with the block that it is about: what is blocked brings none.
    pub fn hazards_by_address(&self) -> impl Iterator<Item = (Option<&Address>, &Hazard)> {
        let of_shares = self
            .shares
            .iter()
            .filter(|share| share.blocked.is_none())
            .flat_map(|share| share.hazards.iter().map(|hazard| (Some(&share.diff.address), hazard)));
        let of_permissions =
            self.permissions.iter().filter(|permission| permission.blocked.is_none()).flat_map(
                |permission| permission.hazards.iter().map(|hazard| (Some(&permission.diff.address), hazard)),
            );
        let of_inbound = self.inbound.iter().flat_map(|received| {
            let at = received.item.verdict.by().map(|by| &by.address);
            received.hazards.iter().map(move |hazard| (at, hazard))
        });
        of_shares
            .chain(of_permissions)
            .chain(of_inbound)
            .chain(self.hazards.iter().map(|hazard| (None, hazard)))
    }
}

impl ApprovedPlan {
    /// A plan that was judged, or a saved one whose facts were compared.
    pub(crate) fn of(body: &PlanBody) -> Self {
        let mut invited: BTreeMap<Address, BTreeSet<Principal>> = BTreeMap::new();
        let mut asked_of_others: BTreeMap<Address, BTreeSet<Principal>> = BTreeMap::new();
        let mut namesakes: BTreeMap<Address, BTreeSet<ShareArn>> = BTreeMap::new();
        let mut unproven: BTreeMap<Address, BTreeSet<ShareArn>> = BTreeMap::new();
        for share in &body.shares {
            let named = share.diff.remarks.iter().filter_map(|remark| match remark {
                Remark::NameTaken { arn, ownership } if ownership.is_open() => Some(arn.clone()),
                _ => None,
            });
            namesakes.entry(share.diff.address.clone()).or_default().extend(named);
            let asked = share.diff.invitations.iter().filter(|(_, found)| {
                !matches!(found.state, InvitationState::Needless | InvitationState::Outgrown)
            });
            let principals = asked.map(|(principal, _)| principal.clone());
            invited.entry(share.diff.address.clone()).or_default().extend(principals);
            let of_others = share
                .diff
                .invitations
                .iter()
                .filter(|(_, found)| found.because.is_some() && found.state.is_sent_to_others());
            let principals = of_others.map(|(principal, _)| principal.clone());
            asked_of_others.entry(share.diff.address.clone()).or_default().extend(principals);
            let remarks = share.diff.remarks.iter().filter_map(|remark| match remark {
                Remark::Unproven { arn, misfit: _ } => Some(arn.clone()),
                _ => None,
            });
            unproven.entry(share.diff.address.clone()).or_default().extend(remarks);
        }
        let before = body.shares.iter().filter_map(|share| share.diff.before());
        let ours = unproven.values().flatten().cloned();
        let known = before.map(|before| before.share.arn.clone()).chain(ours).collect();
        let expected = body.shares.iter().filter_map(|share| Expected::of(share, body)).collect();
        Self { steps: body.steps.clone(), invited, asked_of_others, known, namesakes, unproven, expected }
    }

    /// In an order in which every step comes after its needs.
    pub fn steps(&self) -> &[PlannedStep] {
        &self.steps
    }

    /// Whether the plan was made from this share.
    pub fn knows(&self, share: &ShareArn) -> bool {
        self.known.contains(share)
    }

    /// Shares without an owner that have the name of the block's share.
    pub fn namesakes(&self, address: &Address) -> impl Iterator<Item = &ShareArn> {
        self.namesakes.get(address).into_iter().flatten()
    }

    /// Shares that may have been the block's own before somebody took off their tags or wrote others.
    pub fn estranged(&self, address: &Address) -> impl Iterator<Item = &ShareArn> {
        self.namesakes(address).chain(self.unproven.get(address).into_iter().flatten())
    }

    /// The principals of a block's share that RAM is sure to invite, and for which nobody accepts in this run.
    pub fn asked_of_others(&self, address: &Address) -> impl Iterator<Item = &Principal> {
        self.asked_of_others.get(address).into_iter().flatten()
    }

    /// What the shares that it widens hold at the end.
    pub fn expected(&self) -> &[Expected] {
        &self.expected
    }

    /// Whether RAM is expected to take a principal of a block's share in without an invitation.
    pub fn is_inside(&self, address: &Address, principal: &Principal) -> bool {
        self.invited.get(address).is_some_and(|invited| !invited.contains(principal))
    }
}

#[cfg(all(test, feature = "cli"))]
impl ApprovedPlan {
    /// A plan of any steps, for tests of what carries plans out.
    pub(crate) fn of_steps(steps: Vec<PlannedStep>) -> Self {
        let (known, expected) = (BTreeSet::new(), Vec::new());
        let (invited, asked_of_others) = (BTreeMap::new(), BTreeMap::new());
        let (namesakes, unproven) = (BTreeMap::new(), BTreeMap::new());
        Self { steps, invited, asked_of_others, known, namesakes, unproven, expected }
    }
}
