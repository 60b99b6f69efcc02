//! Whether AWS is still as it was when a plan was made from it: what to read again, and what differs.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::diff::{Change, Membership, Part, Present, Remark, SharingVerdict, Verdict, proven};
use crate::live::{Extent, LiveShare, LiveState, Policies, PolicyOf};
use crate::model::{
    Address, Gap, Observed, Place, ResourceArn, ShareArn, TAG_ADDRESS, TAG_STACK, Tags, Usage,
};
use crate::org::{OrgView, SharingState};
use crate::plan::approved::{ApprovedPlan, Refused};
use crate::plan::body::{Plan, PlanBody, PlannedShare};
use crate::plan::consent::Consent;
use crate::plan::progress;
use crate::plan::stale::{self, Difference, ShareChange};
use crate::plan::step::{PlannedStep, Step};

/// Why a plan is not carried out although somebody agreed to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotApproved {
    /// The plan itself forbids it.
    Refused(Refused),
    /// What the plan was made from could not be read again.
    Unread(BTreeSet<Gap>),
    Stale(Stale),
}

/// What is no longer as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// What the plan itself does not explain.
    pub differences: Vec<Difference>,
    /// What is as the plan would make it. Empty where none of its steps shows its effect.
    pub own: Vec<Difference>,
    /// Steps whose effect is there already.
    pub done: Vec<StepName>,
    pub left: Vec<StepName>,
}

/// A step as people know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepName {
    pub operation: &'static str,
    /// The block that it is for; none for the organization.
    pub address: Option<Address>,
}

/// What has to be read again before a plan that is not of this moment can be carried out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    pub places: BTreeMap<Place, Extent>,
    /// Who is behind the principals.
    pub principals: bool,
    /// Whether sharing inside the organization is on.
    pub sharing: bool,
    /// What EC2 is asked about the resources that accounts lose.
    pub usage: BTreeMap<Place, BTreeSet<ResourceArn>>,
    /// The versions of permissions by which it is told who gains and loses, as far as they were known.
    pub policies: BTreeMap<PolicyOf, Place>,
}

/// What [`PlanBody::touched`] asks for, read just now.
#[derive(Clone, Debug)]
pub struct Reread {
    /// What counts as now.
    pub at: Timestamp,
    pub live: LiveState,
    pub org: OrgView,
    pub usage: Usage,
    pub policies: Policies,
}

impl Plan {
    /// As [`Plan::approve`], where time has passed since the plan was made.
    pub fn approve_again(&self, consent: &Consent, now: &Reread) -> Result<ApprovedPlan, NotApproved> {
        self.body().approve_again(consent, now)
    }
}

impl PlanBody {
    /// Allows the plan to be carried out, if nothing that it was made from has changed.
    pub(crate) fn approve_again(&self, consent: &Consent, now: &Reread) -> Result<ApprovedPlan, NotApproved> {
        let mut lapsed = None;
        if self.has_lapsed(now.at) {
            lapsed.insert(self.clone()).lapse(now.at);
        }
        let judged = lapsed.as_ref().unwrap_or(self).judge(consent);
        if let Err(refused @ (Refused::Forbidden(_) | Refused::Broken(_))) = judged {
            return Err(NotApproved::Refused(refused));
        }
        // No consent makes a plan fresh, so nobody is asked for one first.
        if let Some(stale) = self.stale(now) {
            return Err(NotApproved::Stale(stale));
        }
        judged.map_err(NotApproved::Refused)?;
        let gaps = self.gaps(now);
        if !gaps.is_empty() {
            return Err(NotApproved::Unread(gaps));
        }
        Ok(ApprovedPlan::of(self))
    }

    /// The shares that are changed, as they were, and, where the plan takes something from somebody, those that hold the same
    /// resources and stay: whoever they give them to loses nothing.
    fn compared(&self) -> impl Iterator<Item = (&PlannedShare, &Present)> {
        let held = self.taken();
        self.shares.iter().filter_map(move |share| {
            let before = match &share.diff.verdict {
                Verdict::Changed(change) if !share.steps.is_empty() => change.before()?,
                Verdict::InSync { before, .. } => {
                    let holds = before.share.resources.keys().any(|resource| held.contains(resource));
                    (holds || !share.steps.is_empty()).then_some(before)?
                }
                Verdict::Changed(_) | Verdict::Unread { .. } | Verdict::NotImported { .. } => return None,
            };
            Some((share, before))
        })
    }

    /// The resources that the plan takes from somebody as far as a single share goes, whoever keeps them through another one.
    fn taken(&self) -> BTreeSet<&ResourceArn> {
        let takes = |change: &Change| match change {
            Change::Create { .. } | Change::Release { .. } => false,
            Change::Replace { .. } | Change::Delete { .. } => true,
            Change::Update { edits, .. } => edits.iter().any(|edit| match &edit.part {
                Part::Principal { how, .. } | Part::Resource { how, .. } => *how == Membership::Removed,
                Part::Permission { .. } | Part::PermissionVersion { .. } => true,
                _ => false,
            }),
        };
        let changes = self.shares.iter().filter(|share| !share.steps.is_empty()).filter_map(|share| {
            let Verdict::Changed(change) = &share.diff.verdict else { return None };
            takes(change).then(|| change.before()).flatten()
        });
        changes.flat_map(|before| before.share.resources.keys()).collect()
    }

    /// The shares that the plan leaves alone and through which somebody may keep what it takes.
    fn keepers(&self) -> impl Iterator<Item = &Present> {
        let taken = self.taken();
        self.beside
            .iter()
            .filter(move |present| present.share.resources.keys().any(|resource| taken.contains(resource)))
    }

    /// The shares that are made: where, and by which tags they are known.
    fn made(&self) -> impl Iterator<Item = (&Place, &Address, &Tags)> {
        self.steps.iter().filter_map(|step| match &step.step {
            Step::CreateResourceShare { tags, .. } => Some((&step.place, step.address.as_ref()?, tags)),
            _ => None,
        })
    }

    /// Nothing more is read than what the steps and the hazards were computed from. Where several shares of a place are touched, its
    /// listings take fewer calls than its shares one by one, and a share that is to be made can only be found there.
    pub fn touched(&self) -> Touched {
        let mut out = Touched::default();
        if self.steps.is_empty() {
            return out;
        }
        for before in self.compared().map(|(_, before)| before).chain(self.keepers()) {
            let extent = out.places.entry(before.place.clone()).or_insert(Extent::Shares(BTreeSet::new()));
            if let Extent::Shares(arns) = extent {
                arns.insert(before.share.arn.clone());
            }
        }
        out.places.extend(self.made().map(|(place, _, _)| (place.clone(), Extent::Whole)));
        // Permissions are in the listings of their place alone.
        let changed = self.permissions.iter().filter(|permission| !permission.steps.is_empty());
        out.places.extend(changed.map(|permission| (permission.diff.place().clone(), Extent::Whole)));
        for extent in out.places.values_mut() {
            if matches!(extent, Extent::Shares(arns) if arns.len() > 1) {
                *extent = Extent::Whole;
            }
        }
        out.principals = !self.basis.principals.is_empty();
        out.sharing = self.found_sharing().is_some();
        out.usage = self.usage_questions();
        let known = self.policies.iter().filter(|(_, needed)| needed.policy.known().is_some());
        out.policies = known.map(|(of, needed)| (of.clone(), needed.place.clone())).collect();
        out
    }

    /// The state of sharing that the plan was made from, where it looked.
    fn found_sharing(&self) -> Option<SharingState> {
        match &self.sharing.as_ref()?.diff.verdict {
            SharingVerdict::InSync => Some(SharingState::Enabled),
            SharingVerdict::MakeRole => Some(SharingState::HalfEnabled),
            SharingVerdict::Enable { from: state }
            | SharingVerdict::RequiredButOff { state }
            | SharingVerdict::OffAsDeclared { state }
            | SharingVerdict::OnUndeclared { state }
            | SharingVerdict::Impossible { state } => Some(*state),
            SharingVerdict::Unread { .. } | SharingVerdict::NotManaged => None,
        }
    }

    /// What is no longer as it was, as far as it was read.
    fn stale(&self, now: &Reread) -> Option<Stale> {
        let differences = self.differences(now);
        if differences.is_empty() {
            return None;
        }
        let ids = progress::done(self, &now.live, &now.org);
        let (own, differences) = differences
            .into_iter()
            .partition(|difference| !ids.is_empty() && progress::explains(self, &ids, difference));
        let named = |is_done: bool| {
            let steps = self.steps.iter().filter(|step| ids.contains(&step.id) == is_done);
            let name = |step: &PlannedStep| StepName {
                operation: step.step.operation(),
                address: step.address.clone(),
            };
            steps.map(name).collect()
        };
        Some(Stale { differences, own, done: named(true), left: named(false) })
    }

    fn gaps(&self, now: &Reread) -> BTreeSet<Gap> {
        let Reread { at: _, live, org, usage, policies: answers } = now;
        let Touched { places, principals, sharing, usage: questions, policies } = self.touched();
        let mut out: BTreeSet<Gap> = BTreeSet::new();
        for place in places.keys() {
            let read = live.places.get(place).expect("`touched` asks for each of its places");
            out.extend(read.gap().cloned());
        }
        if principals {
            out.extend(org.snapshot.gap().cloned());
        }
        if sharing {
            out.extend(org.sharing.gap().cloned());
        }
        for of in policies.keys() {
            out.extend(answers.get(of).gap().cloned());
        }
        // What was not known then counts as used already.
        for resource in questions.values().flatten() {
            let was_known = self
                .shares
                .iter()
                .any(|share| share.usage.get(resource).is_some_and(|users| users.known().is_some()));
            if was_known {
                out.extend(usage.found.get(resource).and_then(Observed::gap).cloned());
            }
        }
        out
    }

    fn differences(&self, now: &Reread) -> Vec<Difference> {
        let Reread { at, live, org, usage, policies } = now;
        let mut out = Vec::new();
        if self.steps.is_empty() {
            return out;
        }
        if let (Some(before), Observed::Known(after)) = (self.found_sharing(), &org.sharing)
            && before != *after
        {
            out.push(Difference::Sharing { before, after: *after });
        }
        for (share, before) in self.compared() {
            out.extend(stale::share(&share.diff.address, before, live));
        }
        out.extend(self.keepers().filter_map(|present| stale::beside(present, live)));
        for permission in self.permissions.iter().filter(|permission| !permission.steps.is_empty()) {
            out.extend(stale::permission(&permission.diff, live));
        }
        let known: BTreeSet<&ShareArn> =
            self.shares.iter().filter_map(|share| Some(&share.diff.before()?.share.arn)).collect();
        // These were there when the plan was made, and it asked for consent to make a share beside them (RAM221).
        let unproven: BTreeSet<&ShareArn> = self
            .shares
            .iter()
            .flat_map(|share| &share.diff.remarks)
            .filter_map(|remark| match remark {
                Remark::Unproven { arn, misfit: _ } => Some(arn),
                _ => None,
            })
            .collect();
        let still_proves_nothing = |share: &LiveShare| {
            let stack = share.tags.get(TAG_STACK);
            let proof = stack.and_then(|stack| proven(stack, &share.tags, &share.arn));
            unproven.contains(&share.arn) && proof.is_none_or(|proof| proof.is_err())
        };
        for (place, address, tags) in self.made() {
            let Some(Observed::Known(read)) = live.places.get(place) else { continue };
            let own = |tag| tags.get(tag);
            let same = read.shares.values().filter(|share| {
                [TAG_STACK, TAG_ADDRESS].iter().all(|tag| share.tags.get(*tag) == own(*tag))
                    && !known.contains(&share.arn)
                    && !still_proves_nothing(share)
            });
            out.extend(same.map(|share| Difference::Share {
                address: address.clone(),
                arn: share.arn.clone(),
                place: place.clone(),
                change: ShareChange::Appeared,
                since: share.created,
            }));
        }
        out.extend(self.policies.iter().filter_map(|(of, was)| stale::policy(of, &was.policy, policies)));
        out.extend(stale::basis(&self.basis, org));
        out.extend(self.shares.iter().filter_map(|share| stale::expired(share, *at)));
        for share in &self.shares {
            out.extend(stale::usage(share, &self.access, usage));
        }
        out
    }
}
