//! A plan that was read from a file: it can be shown, and applied once AWS was seen to be as it was.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::diff::{Change, Present, SharingVerdict, Verdict};
use crate::live::{Extent, LiveState};
use crate::model::{Address, Gap, Observed, Place, ShareArn, TAG_ADDRESS, TAG_STACK, Tags};
use crate::org::{OrgView, SharingState};
use crate::plan::approved::{ApprovedPlan, Refused};
use crate::plan::body::{PlanBody, PlannedShare};
use crate::plan::consent::Consent;
use crate::plan::progress;
use crate::plan::stale::{self, Difference, ShareChange};
use crate::plan::step::{PlannedStep, ShareRef, Step, StepId};

/// Made from a document by [`wire`](crate::wire) alone. Not a [`Plan`](crate::plan::Plan): nobody knows how old it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedPlan {
    body: PlanBody,
}

/// Steps that do not hang together, so that they cannot come from a planner.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Incoherent {
    #[error("step {} stands at place {at}", .id.0)]
    Numbering { id: StepId, at: usize },
    #[error("step {} needs step {}, which does not come before it", .id.0, .need.0)]
    Forward { id: StepId, need: StepId },
    #[error("step {} works on a share that no step before it makes", .id.0)]
    NoShare { id: StepId },
    #[error("{address} names step {}, which is not there or is of another share", .id.0)]
    Foreign { address: Address, id: StepId },
}

/// Why a saved plan is not carried out.
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

/// What has to be read again before a saved plan can be approved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    pub places: BTreeMap<Place, Extent>,
    /// Who is behind the principals.
    pub principals: bool,
    /// Whether sharing inside the organization is on.
    pub sharing: bool,
}

impl SavedPlan {
    pub(crate) fn new(body: PlanBody) -> Result<Self, Incoherent> {
        for (at, step) in body.steps.iter().enumerate() {
            let id = step.id;
            if id.0 as usize != at {
                return Err(Incoherent::Numbering { id, at });
            }
            if let Some(need) = step.needs.iter().find(|need| **need >= id) {
                return Err(Incoherent::Forward { id, need: *need });
            }
            if let Some(ShareRef::CreatedBy(maker)) = step.step.share() {
                let made = body.steps.get(maker.0 as usize).is_some_and(|made| {
                    maker < id
                        && matches!(made.step, Step::CreateResourceShare { .. })
                        && made.address == step.address
                });
                if !made || !step.needs.iter().any(|need| *need >= maker) {
                    return Err(Incoherent::NoShare { id });
                }
            }
        }
        for share in &body.shares {
            let address = &share.diff.address;
            let own = |id: &&StepId| {
                body.steps.get(id.0 as usize).is_some_and(|step| step.address.as_ref() == Some(address))
            };
            if let Some(id) = share.steps.iter().find(|id| !own(id)) {
                return Err(Incoherent::Foreign { address: address.clone(), id: *id });
            }
        }
        Ok(Self { body })
    }

    pub fn body(&self) -> &PlanBody {
        &self.body
    }

    /// The shares that are changed, as they were.
    fn before(&self) -> impl Iterator<Item = (&PlannedShare, &Present)> {
        self.body.shares.iter().filter(|share| !share.steps.is_empty()).filter_map(|share| {
            match &share.diff.verdict {
                Verdict::Changed(change) => Some((share, change.before()?)),
                Verdict::InSync { .. } | Verdict::Unread { .. } | Verdict::NotImported { .. } => None,
            }
        })
    }

    /// The shares that are made: where, and by which tags they are known.
    fn made(&self) -> impl Iterator<Item = (&Place, &Address, &Tags)> {
        self.body.steps.iter().filter_map(|step| match &step.step {
            Step::CreateResourceShare { tags, .. } => Some((&step.place, step.address.as_ref()?, tags)),
            _ => None,
        })
    }

    /// Nothing more is read than what the steps were computed from. Where several shares of a place are touched, its listings
    /// take fewer calls than its shares one by one, and a share that is to be made can only be found there.
    pub fn touched(&self) -> Touched {
        let mut out = Touched::default();
        for (_, before) in self.before() {
            let extent = out.places.entry(before.place.clone()).or_insert(Extent::Shares(BTreeSet::new()));
            if let Extent::Shares(arns) = extent {
                arns.insert(before.share.arn.clone());
            }
        }
        out.places.extend(self.made().map(|(place, _, _)| (place.clone(), Extent::Whole)));
        // Permissions are in the listings of their place alone.
        let changed = self.body.permissions.iter().filter(|permission| !permission.steps.is_empty());
        out.places.extend(changed.map(|permission| (permission.diff.place().clone(), Extent::Whole)));
        for extent in out.places.values_mut() {
            if matches!(extent, Extent::Shares(arns) if arns.len() > 1) {
                *extent = Extent::Whole;
            }
        }
        out.principals = !self.body.steps.is_empty() && !self.body.basis.principals.is_empty();
        out.sharing = !self.body.steps.is_empty() && self.sharing().is_some();
        out
    }

    /// The state of sharing that the plan was made from, where it looked.
    fn sharing(&self) -> Option<SharingState> {
        match &self.body.sharing.as_ref()?.diff.verdict {
            SharingVerdict::InSync => Some(SharingState::Enabled),
            SharingVerdict::MakeRole => Some(SharingState::HalfEnabled),
            SharingVerdict::Enable { from: state }
            | SharingVerdict::RequiredButOff { state }
            | SharingVerdict::Impossible { state } => Some(*state),
            SharingVerdict::Unread { .. } | SharingVerdict::NotManaged => None,
        }
    }

    /// Allows the plan to be carried out, if nothing that it was made from has changed: `live` and `org` are what
    /// [`touched`](Self::touched) asks for, read just now.
    pub fn approve(
        &self,
        consent: &Consent,
        live: &LiveState,
        org: &OrgView,
    ) -> Result<ApprovedPlan, NotApproved> {
        let judged = self.body.judge(consent);
        if let Err(refused @ (Refused::Forbidden(_) | Refused::Broken(_))) = judged {
            return Err(NotApproved::Refused(refused));
        }
        // No consent makes a plan fresh, so nobody is asked for one first.
        if let Some(stale) = self.stale(live, org) {
            return Err(NotApproved::Stale(stale));
        }
        judged.map_err(NotApproved::Refused)?;
        let gaps = self.gaps(live, org);
        if !gaps.is_empty() {
            return Err(NotApproved::Unread(gaps));
        }
        Ok(ApprovedPlan::of(&self.body))
    }

    /// What is no longer as it was, as far as it was read.
    fn stale(&self, live: &LiveState, org: &OrgView) -> Option<Stale> {
        let differences = self.differences(live, org);
        if differences.is_empty() {
            return None;
        }
        let ids = progress::done(&self.body, live, org);
        let (own, differences) = differences
            .into_iter()
            .partition(|difference| !ids.is_empty() && progress::explains(&self.body, &ids, difference));
        let named = |is_done: bool| {
            let steps = self.body.steps.iter().filter(|step| ids.contains(&step.id) == is_done);
            let name = |step: &PlannedStep| StepName {
                operation: step.step.operation(),
                address: step.address.clone(),
            };
            steps.map(name).collect()
        };
        Some(Stale { differences, own, done: named(true), left: named(false) })
    }

    /// The plan with what the command line agrees to now marked on its hazards, and without what was agreed to until a time that is
    /// over.
    #[must_use]
    pub fn given(mut self, consent: &Consent, now: Timestamp) -> Self {
        self.body.lapse(now);
        self.body.give(consent);
        self
    }

    fn gaps(&self, live: &LiveState, org: &OrgView) -> BTreeSet<Gap> {
        let Touched { places, principals, sharing } = self.touched();
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
        out
    }

    fn differences(&self, live: &LiveState, org: &OrgView) -> Vec<Difference> {
        let mut out = Vec::new();
        if let (Some(before), Observed::Known(after)) = (self.sharing(), &org.sharing)
            && before != *after
            && !self.body.steps.is_empty()
        {
            out.push(Difference::Sharing { before, after: *after });
        }
        for (share, before) in self.before() {
            out.extend(stale::share(&share.diff.address, before, live));
        }
        for permission in self.body.permissions.iter().filter(|permission| !permission.steps.is_empty()) {
            out.extend(stale::permission(&permission.diff, live));
        }
        let known: BTreeSet<&ShareArn> = self.body.shares.iter().filter_map(known).collect();
        for (place, address, tags) in self.made() {
            let Some(Observed::Known(read)) = live.places.get(place) else { continue };
            let own = |tag| tags.get(tag);
            let same = read.shares.values().filter(|share| {
                [TAG_STACK, TAG_ADDRESS].iter().all(|tag| share.tags.get(*tag) == own(*tag))
                    && !known.contains(&share.arn)
            });
            out.extend(same.map(|share| Difference::Share {
                address: address.clone(),
                arn: share.arn.clone(),
                place: place.clone(),
                change: ShareChange::Appeared,
                since: share.created,
            }));
        }
        if !self.body.steps.is_empty() {
            out.extend(stale::basis(&self.body.basis, org));
        }
        out
    }
}

/// The live share of a planned one, as it was.
fn known(share: &PlannedShare) -> Option<&ShareArn> {
    match &share.diff.verdict {
        Verdict::InSync { before, .. } => Some(&before.share.arn),
        Verdict::Changed(change) => match change {
            Change::Create { .. } => None,
            Change::Update { before, .. }
            | Change::Replace { before, .. }
            | Change::Delete { before, .. }
            | Change::Release { before } => Some(&before.share.arn),
        },
        Verdict::Unread { .. } | Verdict::NotImported { .. } => None,
    }
}
