//! A plan as data.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::Arc;

use jiff::Timestamp;

use crate::access::{AccessDelta, Grantee, Partly};
use crate::diag::Span;
use crate::diff::{
    Cause, Change, Edit, ImportProblem, InboundItem, Part, Partial, PermissionChange, PermissionDiff,
    PermissionPart, PermissionProblem, PermissionVerdict, Present, Purpose, Safeguards, ShareDiff,
    SharingDiff, SharingVerdict, Sweep, Unmanaged, UnresolvedShare, Verdict, Wanted, left_counts,
};
use crate::live::Association;
use crate::model::{
    AccountId, Address, AssociationStatus, Beyond, Gap, Observed, PermissionArn, Place, Principal,
    ResourceArn, ShareArn, StackName, Users,
};
use crate::org::SharingState;
use crate::plan::basis::Basis;
use crate::plan::check::CheckResult;
use crate::plan::fingerprint::Fingerprint;
use crate::plan::handover::Interruption;
use crate::plan::hazard::Hazard;
use crate::plan::policies::NeededPolicies;
use crate::plan::step::{PlannedStep, Step, StepId};

/// What is to be done. Only [`plan`](crate::plan::plan) makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    body: PlanBody,
}

/// Everything that a plan says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanBody {
    pub stack: StackName,
    pub purpose: Purpose,
    /// Names of accounts for people.
    pub account_labels: BTreeMap<AccountId, String>,
    pub sharing: Option<PlannedSharing>,
    /// Every share of the stack, also those that stay as they are. By place, then address.
    pub shares: Vec<PlannedShare>,
    /// Every customer managed permission of the stack. By place, then address.
    pub permissions: Vec<PlannedPermission>,
    pub unmanaged: Vec<Unmanaged>,
    /// Live shares that the plan leaves alone and that hold resources of those that it changes.
    pub beside: Vec<Present>,
    /// What others share with accounts of the stack.
    pub inbound: Vec<PlannedInbound>,
    /// Where what is received could not be read.
    pub unreceived: BTreeMap<Place, Gap>,
    /// All places that were to be read.
    pub places: BTreeSet<Place>,
    pub unknown: BTreeMap<Place, Gap>,
    /// Where else shares of the stack were looked for.
    pub sweep: Sweep,
    pub organization_gap: Option<Gap>,
    pub unresolved: BTreeMap<Address, UnresolvedShare>,
    /// What the stack says about its own hazards.
    pub safeguards: Safeguards,
    /// Present where the plan is for a part of the stack.
    pub partial: Option<Partial>,
    /// Every step comes after its needs.
    pub steps: Vec<PlannedStep>,
    /// Where somebody is without something for a while, although it has it before and after.
    pub interruptions: Vec<Interruption>,
    /// Who gains and loses, over all shares that were read.
    pub access: AccessDelta,
    /// Who of them keeps a resource with other actions.
    pub partly: Vec<Partly>,
    /// What had to be known of permissions to tell that.
    pub policies: NeededPolicies,
    /// Hazards of the plan as a whole.
    pub hazards: Vec<Hazard>,
    /// What the stack's checks say of it. Empty where it has none, or before they were asked.
    pub checks: Vec<CheckResult>,
    /// Why this plan must not be carried out, whoever consents.
    pub refusals: Vec<Refusal>,
    pub fingerprint: Fingerprint,
    /// What the changes used of the organization.
    pub basis: Basis,
    /// The time of the run, where something in the stack expires or waits for an invitation.
    pub now: Option<Timestamp>,
}

/// Sharing inside the organization, and the step that turns it on where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedSharing {
    pub diff: SharingDiff,
    pub step: Option<StepId>,
}

/// One share of the stack with what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedShare {
    pub diff: ShareDiff,
    /// The change, part by part. For a share that is made, what is put on it; for one that goes, what it held.
    pub details: Vec<Detail>,
    /// Who gains and loses with this share, in the plan as a whole.
    pub access: AccessDelta,
    /// The sharing account is inside one of its own principals afterwards.
    pub owner_included: bool,
    /// The subnets and transit gateways of this share that accounts lose by the plan as a whole, and what those accounts have in them.
    pub usage: BTreeMap<ResourceArn, Observed<Users>>,
    pub hazards: Vec<Hazard>,
    /// Why the change is not carried out.
    pub blocked: Option<Blocked>,
    /// Outside principals that no block declares and that the block's `lifecycle` leaves on the share.
    pub outsiders: BTreeSet<Principal>,
    /// Accounts for which the live share stays although it is replaced or too many: they use it, and have yet to accept the invitation
    /// to what takes its place. It goes with a later plan.
    pub kept_for: BTreeSet<AccountId>,
    /// Where the share is too many and stays for those: what is taken off it, for the share that takes its place does not hold it.
    pub dropped: Dropped,
    pub steps: Vec<StepId>,
}

/// Resources and principals that leave a share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    pub resources: BTreeSet<ResourceArn>,
    pub principals: BTreeSet<Principal>,
}

impl Dropped {
    /// What a share holds and another one does not. What leaves already is left to RAM.
    pub(crate) fn between(before: &Present, after: &Wanted) -> Self {
        let is_there = |on: &Association| on.status != AssociationStatus::Disassociating;
        let Present { place: _, share } = before;
        let resources =
            share.resources.iter().filter(|(one, on)| !after.resources.contains_key(*one) && is_there(on));
        let principals =
            share.principals.iter().filter(|(one, on)| !after.principals.contains_key(*one) && is_there(on));
        Self {
            resources: resources.map(|(one, _)| one.clone()).collect(),
            principals: principals.map(|(one, _)| one.clone()).collect(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.principals.is_empty()
    }

    pub fn len(&self) -> usize {
        self.resources.len() + self.principals.len()
    }
}

/// A share of somebody else, or an invitation to one, and the step that it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedInbound {
    pub item: InboundItem,
    pub hazards: Vec<Hazard>,
    pub step: Option<StepId>,
}

/// One customer managed permission of the stack with what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedPermission {
    pub diff: PermissionDiff,
    pub hazards: Vec<Hazard>,
    /// Why the change is not carried out.
    pub blocked: Option<PermissionBlocked>,
    pub steps: Vec<StepId>,
}

/// Why a permission of the plan has no steps although it differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PermissionBlocked {
    /// It has five versions, and each that could go is on shares that this plan cannot move: version to shares.
    VersionsHeld { users: BTreeMap<String, BTreeSet<ShareArn>> },
    /// It would be deleted, and shares have it that keep it.
    InUse { users: BTreeSet<ShareArn> },
}

/// One part of a change and those that it concerns, in the plan as a whole. Thousands of resources may concern the same thousands of
/// accounts, so they share one set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    pub edit: Edit,
    pub gain: Arc<BTreeSet<Grantee>>,
    pub lose: Arc<BTreeSet<Grantee>>,
    /// Principals of this part behind which the accounts are not known.
    pub unknown: Arc<BTreeSet<Principal>>,
    /// Of a principal or source that comes or goes: what it gains or loses.
    pub resources: Felt,
    /// Where all of them have the resource before and after: the actions that they gain or lose. Empty elsewhere.
    pub actions: Arc<BTreeSet<Beyond>>,
}

/// How many resources somebody gains or loses, and the first of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Felt {
    pub count: usize,
    pub first: Option<ResourceArn>,
}

/// Why a share of the plan has no steps although it differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Blocked {
    /// It needs sharing inside the organization, and whether that is on could not be read.
    SharingUnread,
    /// It needs sharing inside the organization, which is off and stays off.
    SharingOff,
    /// Its successor is blocked, so it stays.
    SuccessorBlocked,
    /// Accounts that use it have yet to accept the invitation to its successor.
    AwaitingAcceptance,
    /// It uses a permission of the stack that could not be read.
    PermissionUnread,
    /// It uses a permission of the stack that is not brought to its desired form.
    PermissionBlocked,
    /// Its block closes it to outside principals, and its `lifecycle` leaves one on it: RAM refuses that.
    OutsiderStays,
    /// Its block names an outside principal, and its `lifecycle` keeps it closed to them: RAM refuses that.
    StaysClosed,
}

/// Why a plan cannot be approved.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// The share would be deleted or replaced, and its block says `prevent_destroy`.
    PreventDestroy { address: Address },
    /// The stack requires sharing inside the organization, and it is off.
    SharingRequired { state: SharingState },
    /// Sharing inside the organization cannot be turned on.
    SharingImpossible { state: SharingState },
    /// An `import` block names a share that its block cannot have.
    Import { address: Address, span: Span, arn: ShareArn, problem: ImportProblem },
    /// A `permission` block cannot have the permission that it names.
    Permission { address: Address, span: Span, arn: PermissionArn, problem: PermissionProblem },
}

/// How many shares and permissions change in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Shares that are adopted. Where anything on one is changed as well, it counts below too.
    pub import: usize,
    /// Shares that go to another address. Where anything on one is changed as well, it counts below too.
    pub moved: usize,
    /// Shares and permissions that bear a former name of the stack and get its own. Where anything on one is changed as well, it counts below too.
    pub taken_over: usize,
    /// Shares that the stack lets go.
    pub release: usize,
    pub create: usize,
    pub update: usize,
    pub replace: usize,
    pub delete: usize,
    pub in_sync: usize,
    /// Shares that could not be compared or settled.
    pub unknown: usize,
    pub blocked: usize,
    /// Shares that are not the stack's in its places, and permissions that bear its tags and no record that fits.
    pub unmanaged: usize,
    /// Invitations that ramctl accepts.
    pub accept: usize,
    /// Invitations that ramctl rejects.
    pub reject: usize,
    /// Shares of others that accounts leave.
    pub leave: usize,
    /// Invitations that somebody else has to accept.
    pub waiting: usize,
    /// Differences that `ignore_changes` leaves alone.
    pub ignored: usize,
    /// What others put on shares and `keep_extra` keeps.
    pub kept: usize,
}

impl Plan {
    pub(crate) fn new(body: PlanBody) -> Self {
        Self { body }
    }

    pub(crate) fn body_mut(&mut self) -> &mut PlanBody {
        &mut self.body
    }

    pub fn body(&self) -> &PlanBody {
        &self.body
    }
}

/// A plan reads as what it says; only carrying it out asks where it came from.
impl Deref for Plan {
    type Target = PlanBody;

    fn deref(&self) -> &PlanBody {
        &self.body
    }
}

impl PlanBody {
    /// Whether it is known if sharing inside the organization is on, or nobody asked.
    pub(crate) fn sharing_is_read(&self) -> bool {
        self.sharing
            .as_ref()
            .is_none_or(|sharing| !matches!(sharing.diff.verdict, SharingVerdict::Unread { .. }))
    }

    pub fn steps(&self) -> &[PlannedStep] {
        &self.steps
    }

    /// Whether there is nothing to do. An empty plan may still be incomplete or blocked.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether anything differs: also what is blocked.
    pub fn has_changes(&self) -> bool {
        let permission = |one: &PlannedPermission| matches!(one.diff.verdict, PermissionVerdict::Changed(_));
        !self.is_empty()
            || self.shares.iter().any(|share| matches!(share.diff.verdict, Verdict::Changed(_)))
            || self.permissions.iter().any(permission)
    }

    /// Whether all was read that the plan depends on.
    pub fn is_complete(&self) -> bool {
        self.unknown.is_empty()
            && self.unreceived.is_empty()
            && self.sweep.is_complete()
            && self.organization_gap.is_none()
            && self.unresolved.is_empty()
            && self.sharing_is_read()
            && !self.shares.iter().any(|share| {
                matches!(share.diff.verdict, Verdict::Unread { .. }) || share.diff.gaps().next().is_some()
            })
            && !self
                .permissions
                .iter()
                .any(|permission| matches!(permission.diff.verdict, PermissionVerdict::Unread { .. }))
    }

    /// Whether the files name what AWS does not have or does not take. Those shares are left alone.
    pub fn has_misnamed(&self) -> bool {
        let refused = |share: &PlannedShare| match &share.diff.verdict {
            Verdict::Unread { after: _, gap } => gap.cause.is_of_the_files(),
            _ => false,
        };
        self.unresolved.values().any(|share| share.gap.cause.is_of_the_files())
            || self.shares.iter().any(refused)
    }

    /// Whether a share stays as it is because of an outside principal on what is to be, or stays, closed: RAM would refuse that.
    pub fn has_outsider_in_the_way(&self) -> bool {
        let refused = |share: &PlannedShare| {
            matches!(share.blocked, Some(Blocked::OutsiderStays | Blocked::StaysClosed))
        };
        self.shares.iter().any(refused)
    }

    /// Whether an `import` block names what is not there. Its block alone is left as it is.
    pub fn has_import_of_nothing(&self) -> bool {
        let share = |share: &PlannedShare| matches!(&share.diff.verdict, Verdict::NotImported { problem, .. } if problem.is_of_nothing());
        let permission = |permission: &PlannedPermission| {
            matches!(
                permission.diff.verdict,
                PermissionVerdict::NotHad { problem: PermissionProblem::NotThere { .. }, .. }
            )
        };
        self.shares.iter().any(share) || self.permissions.iter().any(permission)
    }

    /// Whether a permission is left as it is although it is to be changed or to go.
    pub fn has_permission_in_the_way(&self) -> bool {
        self.permissions.iter().any(|permission| permission.blocked.is_some())
    }

    pub fn counts(&self) -> Counts {
        let blocked = self.unresolved.values().filter(|share| share.gap.cause.is_of_the_files()).count();
        let mut out = Counts {
            unknown: self.unresolved.len() - blocked,
            blocked,
            unmanaged: self.unmanaged.len(),
            ..Counts::default()
        };
        for step in &self.steps {
            match &step.step {
                Step::AcceptResourceShareInvitation { .. } => out.accept += 1,
                Step::RejectResourceShareInvitation { .. } => out.reject += 1,
                Step::LeaveResourceShare { .. } => out.leave += 1,
                _ => {}
            }
        }
        (out.ignored, out.kept) = left_counts(self.shares.iter().flat_map(|share| &share.diff.left));
        let invitations = self.shares.iter().filter(|share| share.blocked.is_none());
        let invitations = invitations.flat_map(|share| share.diff.invitations.values());
        out.waiting = invitations.filter(|invitation| invitation.is_waited_for()).count();
        for share in &self.shares {
            if let Verdict::Changed(Change::Update { edits, .. }) = &share.diff.verdict
                && share.blocked.is_none()
            {
                out.import +=
                    usize::from(edits.iter().any(|edit| matches!(edit.part, Part::Imported { .. })));
                out.moved += usize::from(edits.iter().any(|edit| matches!(edit.part, Part::Moved { .. })));
                out.taken_over +=
                    usize::from(edits.iter().any(|edit| matches!(edit.part, Part::StackRenamed { .. })));
                if edits.iter().all(|edit| edit.part.is_identity()) {
                    continue;
                }
            }
            let slot = match &share.diff.verdict {
                Verdict::Changed(_) if share.blocked.is_some() => &mut out.blocked,
                Verdict::NotImported { .. } => &mut out.blocked,
                Verdict::InSync { .. } => &mut out.in_sync,
                // What the files name keeps it back, and nothing is unknown of it.
                Verdict::Unread { gap, .. } if gap.cause.is_of_the_files() => &mut out.blocked,
                Verdict::Unread { .. } => &mut out.unknown,
                Verdict::Changed(Change::Create { .. }) => &mut out.create,
                Verdict::Changed(Change::Update { .. }) => &mut out.update,
                Verdict::Changed(Change::Replace { .. }) => &mut out.replace,
                Verdict::Changed(Change::Delete { .. }) if !share.dropped.is_empty() => &mut out.update,
                Verdict::Changed(Change::Delete { .. }) => &mut out.delete,
                Verdict::Changed(Change::Release { .. }) => &mut out.release,
            };
            *slot += 1;
        }
        self.permissions.iter().for_each(|permission| out.permission(permission));
        out
    }
}

impl Counts {
    fn permission(&mut self, permission: &PlannedPermission) {
        let slot = match &permission.diff.verdict {
            _ if permission.blocked.is_some() => &mut self.blocked,
            PermissionVerdict::NotHad { .. } => &mut self.blocked,
            PermissionVerdict::InSync { .. } => &mut self.in_sync,
            PermissionVerdict::Unread { .. } => &mut self.unknown,
            PermissionVerdict::Unproven { .. } => &mut self.unmanaged,
            PermissionVerdict::Changed(PermissionChange::Create { .. }) => &mut self.create,
            PermissionVerdict::Changed(PermissionChange::Promote { .. }) => &mut self.import,
            PermissionVerdict::Changed(PermissionChange::Delete { .. }) => &mut self.delete,
            PermissionVerdict::Changed(PermissionChange::Release { .. }) => &mut self.release,
            PermissionVerdict::Changed(PermissionChange::Update { edits, .. }) => {
                let imported = |part: &PermissionPart| matches!(part, PermissionPart::Imported { .. });
                let moved = |part: &PermissionPart| matches!(part, PermissionPart::Moved { .. });
                let renamed = |part: &PermissionPart| matches!(part, PermissionPart::StackRenamed { .. });
                self.import += usize::from(edits.iter().any(|edit| imported(&edit.part)));
                self.moved += usize::from(edits.iter().any(|edit| moved(&edit.part)));
                self.taken_over += usize::from(edits.iter().any(|edit| renamed(&edit.part)));
                if edits.iter().all(|edit| edit.part.is_identity()) {
                    return;
                }
                &mut self.update
            }
        };
        *slot += 1;
    }
}

impl PlannedShare {
    /// Who made the difference, over all parts of an update. None where the whole share comes or goes.
    pub fn cause(&self) -> Option<Cause> {
        match &self.diff.verdict {
            Verdict::Changed(Change::Update { edits, .. }) => {
                edits.iter().map(|edit| edit.cause).reduce(Cause::and)
            }
            _ => None,
        }
    }
}
