//! What a share that a plan widens is to hold at the end, and nothing more. RAM has no conditional write: another run, or a hand, may
//! add to the share between the plan and its last step, and then this run's additions meet members that no plan weighed them with.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::{Change, Edit, Part, Verdict, Wanted};
use crate::live::{Association, LiveShare};
use crate::model::{AssociationStatus, PermissionArn, Place, Principal, ResourceArn, ResourceType, ShareArn};
use crate::plan::body::{PlanBody, PlannedShare};
use crate::plan::step::{PlannedStep, Step, StepId};

/// One share that exists already and that the plan gives something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    pub share: ShareArn,
    pub place: Place,
    /// All steps of the share. If one of them failed, the run says so already.
    pub steps: Vec<StepId>,
    /// The last of them that gives something.
    pub last: StepId,
    pub gives: Gives,
    pub principals: BTreeSet<Principal>,
    pub resources: BTreeSet<ResourceArn>,
    pub sources: BTreeSet<String>,
    /// Those of its principals and resources that were on the share before, and that no step touches.
    pub stood: Stood,
    /// Without a version where the plan moves the share to another one. Of a type that is not here, the plan knows nothing.
    pub permissions: BTreeMap<ResourceType, (PermissionArn, Option<String>)>,
}

/// Members of a share that a plan leaves on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stood {
    pub principals: BTreeSet<Principal>,
    pub resources: BTreeSet<ResourceArn>,
}

impl Stood {
    fn of(before: &LiveShare, after: &Wanted, edits: &[Edit]) -> Self {
        let touched_principals: BTreeSet<&Principal> = edits
            .iter()
            .filter_map(|edit| match &edit.part {
                Part::Principal { principal, .. } => Some(principal),
                _ => None,
            })
            .collect();
        let touched_resources: BTreeSet<&ResourceArn> = edits
            .iter()
            .filter_map(|edit| match &edit.part {
                Part::Resource { resource, .. } => Some(resource),
                _ => None,
            })
            .collect();
        let on = |association: &Association| association.status == AssociationStatus::Associated;
        let principals = before.principals.iter().filter(|(_, found)| on(found)).map(|(one, _)| one);
        let principals =
            principals.filter(|one| after.principals.contains_key(*one) && !touched_principals.contains(one));
        let resources = before.resources.iter().filter(|(_, found)| on(found)).map(|(one, _)| one);
        let resources =
            resources.filter(|one| after.resources.contains_key(*one) && !touched_resources.contains(one));
        Self { principals: principals.cloned().collect(), resources: resources.cloned().collect() }
    }
}

/// The kinds of things that the steps give.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gives {
    pub principals: bool,
    pub resources: bool,
    pub sources: bool,
    pub permissions: bool,
}

impl Gives {
    fn of<'a>(steps: impl Iterator<Item = &'a Step>) -> Self {
        let mut gives = Self::default();
        for step in steps {
            match step {
                Step::AssociateResourceShare { share: _, resources, principals, sources } => {
                    gives.resources |= !resources.is_empty();
                    gives.principals |= !principals.is_empty();
                    gives.sources |= !sources.is_empty();
                }
                Step::AssociateResourceSharePermission { .. } => gives.permissions = true,
                _ => {}
            }
        }
        gives
    }

    /// Whether something of another kind is given than principals: then it matters who else is on the share by now. Likewise for
    /// the other kinds.
    pub fn besides_principals(self) -> bool {
        self.resources || self.sources || self.permissions
    }

    pub fn besides_resources(self) -> bool {
        self.principals || self.sources || self.permissions
    }

    pub fn besides_permissions(self) -> bool {
        self.principals || self.resources || self.sources
    }
}

impl Expected {
    /// None for a share that is not widened, or that the plan makes: that one is whole after its first step, and whoever adds to it
    /// sees what it holds.
    pub(crate) fn of(share: &PlannedShare, plan: &PlanBody) -> Option<Self> {
        let Verdict::Changed(Change::Update { before, after, edits }) = &share.diff.verdict else {
            return None;
        };
        let own = share.steps.iter().map(|id| &plan.steps[id.0 as usize]);
        let giving: Vec<&PlannedStep> =
            own.filter(|step| Gives::of([&step.step].into_iter()) != Gives::default()).collect();
        let last = giving.last()?.id;
        let gives = Gives::of(giving.iter().map(|step| &step.step));
        let live = before.share.permissions.iter();
        let mut permissions: BTreeMap<_, _> = live
            .map(|(kind, attached)| (kind.clone(), (attached.arn.clone(), Some(attached.version.clone()))))
            .collect();
        for edit in edits {
            if let Part::Permission { resource_type, .. } | Part::PermissionVersion { resource_type, .. } =
                &edit.part
            {
                permissions.remove(resource_type);
            }
        }
        // A new version of a permission of the stack moves the shares that have the one before.
        for (arn, version) in permissions.values_mut() {
            if plan.permissions.iter().any(|one| one.diff.arn() == arn && !one.steps.is_empty()) {
                *version = None;
            }
        }
        for (kind, arn) in &after.permissions {
            permissions.entry(kind.clone()).or_insert_with(|| (arn.clone(), None));
        }
        Some(Self {
            share: before.share.arn.clone(),
            place: before.place.clone(),
            steps: share.steps.clone(),
            last,
            gives,
            principals: after.principals.keys().cloned().collect(),
            resources: after.resources.keys().cloned().collect(),
            sources: after.sources.clone(),
            stood: Stood::of(&before.share, after, edits),
            permissions,
        })
    }
}
