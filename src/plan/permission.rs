//! The calls that one permission needs: before the shares that use it, and after them.
//!
//! A version is made before shares are moved to it, and moving is each share's own affair, between the principals that leave it and
//! those that join. The record of what was applied is written when all of them have moved, and a permission goes when no share has
//! it any more.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::{
    Change, Delta, Diff, Part, PermissionChange, PermissionDiff, PermissionEdit, PermissionPart,
    PermissionStamp, PermissionVerdict, PresentPermission, Room, Verdict, VersionAfter, WantedPermission,
    Written,
};
use crate::model::{
    Address, PermissionArn, Place, ShareArn, StackName, TAG_ADDRESS, TAG_APPLIED, TAG_STACK, Tags,
};
use crate::plan::body::{PermissionBlocked, PlannedPermission, PlannedShare};
use crate::plan::hazard;
use crate::plan::step::{PlannedStep, ShareRef, Step, StepId};
use crate::plan::token::Tokens;

/// What shares have to wait for.
#[derive(Default)]
pub(crate) struct Ready {
    /// The step after which a permission is there with the version that is wanted.
    pub(crate) permissions: BTreeMap<PermissionArn, StepId>,
    /// The step that moves a share out of the way of a new version.
    pub(crate) shares: BTreeMap<ShareArn, StepId>,
}

/// A permission of the stack, and whether anything is in its way.
pub(crate) fn describe(whole: &Diff, diff: &PermissionDiff) -> PlannedPermission {
    let blocked = match &diff.verdict {
        PermissionVerdict::Changed(PermissionChange::Update { edits, .. }) => {
            edits.iter().find_map(|edit| match &edit.part {
                PermissionPart::Policy {
                    version: VersionAfter::New { room: Room::None { users }, .. },
                    ..
                } => Some(PermissionBlocked::VersionsHeld { users: users.clone() }),
                _ => None,
            })
        }
        _ => None,
    };
    PlannedPermission {
        diff: diff.clone(),
        hazards: hazard::of_permission(whole, diff),
        blocked,
        steps: Vec::new(),
    }
}

/// Keeps permissions that shares have and do not give up in this plan.
pub(crate) fn block_used(permissions: &mut [PlannedPermission], shares: &[PlannedShare]) {
    for permission in permissions {
        let PermissionVerdict::Changed(PermissionChange::Delete { before, reason: _ }) =
            &permission.diff.verdict
        else {
            continue;
        };
        let users = before.users.iter();
        let stay: BTreeSet<ShareArn> =
            users.filter(|user| leaver(user, &before.row.arn, shares).is_none()).cloned().collect();
        if !stay.is_empty() {
            permission.blocked = Some(PermissionBlocked::InUse { users: stay });
        }
    }
}

/// The share of the stack that gives a permission up in this plan.
fn leaver<'a>(
    user: &ShareArn,
    permission: &PermissionArn,
    shares: &'a [PlannedShare],
) -> Option<&'a PlannedShare> {
    let is_it = |share: &&PlannedShare| {
        share.diff.before().is_some_and(|before| before.share.arn == *user)
            && share.blocked.is_none()
            && share.kept_for.is_empty()
    };
    shares.iter().find(is_it).filter(|share| match &share.diff.verdict {
        Verdict::Changed(Change::Delete { .. }) => true,
        // `lifecycle` may keep the permission, and the share in the place of this one has it then.
        Verdict::Changed(Change::Replace { after, .. }) => {
            !after.permissions.values().any(|one| one == permission)
        }
        Verdict::Changed(Change::Update { edits, .. }) => edits.iter().any(|edit| match &edit.part {
            Part::Permission { how: Delta::Changed { before, .. } | Delta::Removed { before }, .. } => {
                before == permission
            }
            _ => false,
        }),
        _ => false,
    })
}

/// What comes before the shares.
pub(crate) fn heads(
    stack: &StackName,
    permissions: &mut [PlannedPermission],
    shares: &[PlannedShare],
    steps: &mut Vec<PlannedStep>,
) -> Ready {
    let mut ready = Ready::default();
    for permission in permissions.iter_mut().filter(|permission| permission.blocked.is_none()) {
        let PermissionVerdict::Changed(change) = &permission.diff.verdict else { continue };
        let mut line = Line::new(&permission.diff, steps, &[]);
        let address = &permission.diff.address;
        match change {
            PermissionChange::Create { after } => line.push(Step::CreatePermission {
                tokens: Tokens::of_permission(stack, address, &after.arn),
                permission: after.arn.clone(),
                resource_type: after.resource_type.clone(),
                policy: after.policy.clone(),
                tags: all_tags(after),
            }),
            PermissionChange::Promote { before, after } => {
                line.push(Step::PromotePermissionCreatedFromPolicy {
                    tokens: Tokens::of_promotion(stack, address, &before.row.arn, &after.arn),
                    permission: before.row.arn.clone(),
                    becomes: after.arn.clone(),
                });
                line.push(Step::TagPermission { permission: after.arn.clone(), tags: all_tags(after) });
            }
            PermissionChange::Update { before, after, edits } => {
                line.update(stack, before, after, edits, shares, &mut ready);
            }
            PermissionChange::Delete { .. } | PermissionChange::Release { .. } => {}
        }
        let written = line.written;
        if let Some(last) = written.last() {
            ready.permissions.insert(permission.diff.arn().clone(), *last);
        }
        permission.steps = written;
    }
    ready
}

/// What comes after the shares.
pub(crate) fn tails(
    permissions: &mut [PlannedPermission],
    shares: &[PlannedShare],
    steps: &mut Vec<PlannedStep>,
) {
    let last = |share: &PlannedShare| share.steps.last().copied();
    for permission in permissions.iter_mut().filter(|permission| permission.blocked.is_none()) {
        let PermissionVerdict::Changed(change) = &permission.diff.verdict else { continue };
        let arn = permission.diff.arn().clone();
        let mut line = Line::new(&permission.diff, steps, &permission.steps);
        match change {
            PermissionChange::Create { .. } | PermissionChange::Promote { .. } => {}
            PermissionChange::Update { before: _, after, edits } => {
                let uses = |share: &&PlannedShare| {
                    let after = share.diff.after();
                    after.is_some_and(|after| after.permissions.values().any(|one| *one == arn))
                };
                line.waits.extend(shares.iter().filter(uses).filter_map(last));
                let gone: Vec<String> = edits.iter().filter_map(removed_tag).collect();
                if !gone.is_empty() {
                    line.push(Step::UntagPermission { permission: arn.clone(), keys: gone });
                }
                line.push(Step::TagPermission { permission: arn.clone(), tags: all_tags(after) });
            }
            PermissionChange::Delete { before, reason: _ } => {
                let leavers = before.users.iter().filter_map(|user| leaver(user, &arn, shares));
                line.waits.extend(leavers.filter_map(last));
                line.push(Step::DeletePermission { permission: arn.clone() });
            }
            PermissionChange::Release { before: _ } => {
                let keys = [TAG_STACK, TAG_ADDRESS, TAG_APPLIED].map(str::to_owned).into();
                line.push(Step::UntagPermission { permission: arn.clone(), keys });
            }
        }
        let written = line.written;
        permission.steps.extend(written);
    }
}

fn removed_tag(edit: &PermissionEdit) -> Option<String> {
    match &edit.part {
        PermissionPart::Tag { key, how: Delta::Removed { before: _ } } => Some(key.clone()),
        _ => None,
    }
}

/// Tags of the block, of ownership, and the record.
fn all_tags(after: &WantedPermission) -> Tags {
    let mut tags: Tags =
        after.tags.iter().chain(&after.ownership).map(|(key, value)| (key.clone(), value.clone())).collect();
    tags.insert(TAG_APPLIED.to_owned(), after.record(&after.stamp));
    tags
}

/// Steps of one permission, each after the one before.
struct Line<'a> {
    steps: &'a mut Vec<PlannedStep>,
    place: Place,
    address: Address,
    /// Steps of this permission that were written earlier.
    earlier: Vec<StepId>,
    /// What the next step waits for besides.
    waits: BTreeSet<StepId>,
    written: Vec<StepId>,
}

impl<'a> Line<'a> {
    fn new(diff: &PermissionDiff, steps: &'a mut Vec<PlannedStep>, earlier: &[StepId]) -> Self {
        Self {
            steps,
            place: diff.place().clone(),
            address: diff.address.clone(),
            earlier: earlier.to_vec(),
            waits: BTreeSet::new(),
            written: Vec::new(),
        }
    }

    fn push(&mut self, step: Step) {
        let address = self.address.clone();
        self.push_for(address, step);
    }

    fn push_for(&mut self, address: Address, step: Step) {
        let id = StepId(u32::try_from(self.steps.len()).expect("a plan has fewer than 2^32 steps"));
        let mut needs = std::mem::take(&mut self.waits);
        needs.extend(self.written.last().or(self.earlier.last()));
        self.steps.push(PlannedStep {
            id,
            needs: needs.into_iter().collect(),
            place: self.place.clone(),
            address: Some(address),
            step,
        });
        self.written.push(id);
    }

    fn update(
        &mut self,
        stack: &StackName,
        before: &PresentPermission,
        after: &WantedPermission,
        edits: &[PermissionEdit],
        shares: &[PlannedShare],
        ready: &mut Ready,
    ) {
        let permission = before.row.arn.clone();
        let version = edits.iter().find_map(|edit| match &edit.part {
            PermissionPart::Policy { version, .. } => Some(version),
            _ => None,
        });
        let Some(version) = version else { return };
        if edits.iter().any(|edit| edit.part.is_identity()) {
            // What is changed has the stack's name first, with a record that fits.
            let imports = edits.iter().any(|edit| matches!(edit.part, PermissionPart::Imported { .. }));
            let known = Written::on_permission(&before.row.tags).filter(|_| !imports);
            let claim = after.record(&known.map_or_else(PermissionStamp::unapplied, |known| known.stamp));
            let mut tags = after.ownership.clone();
            tags.insert(TAG_APPLIED.to_owned(), claim);
            self.push(Step::TagPermission { permission: permission.clone(), tags });
        }
        let (highest, room) = match version {
            VersionAfter::Existing(version) => {
                let version = version.clone();
                self.push(Step::SetDefaultPermissionVersion { permission, version });
                return;
            }
            VersionAfter::New { highest, room } => (*highest, room),
        };
        match room {
            Room::Free => {}
            Room::Made { version, users } => {
                for user in users {
                    let of_user = |share: &&PlannedShare| {
                        share.diff.before().is_some_and(|before| before.share.arn == *user)
                    };
                    let owner = shares.iter().find(of_user);
                    let address = owner.map_or(&self.address, |share| &share.diff.address).clone();
                    let (share, permission) = (ShareRef::Known(user.clone()), permission.clone());
                    let step = Step::AssociateResourceSharePermission { share, permission, replace: true };
                    self.push_for(address, step);
                    let moved = *self.written.last().expect("just written");
                    ready.shares.insert(user.clone(), moved);
                }
                let (permission, version) = (permission.clone(), version.clone());
                self.push(Step::DeletePermissionVersion { permission, version });
            }
            Room::None { users: _ } => unreachable!("a blocked permission has no steps"),
        }
        let tokens = Tokens::of_version(stack, &permission, highest);
        let policy = after.policy.clone();
        self.push(Step::CreatePermissionVersion { tokens, highest, permission, policy });
    }
}
