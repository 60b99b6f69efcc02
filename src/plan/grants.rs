//! What each share gives before and after a plan.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::{Grants, Right, Rights, Sides, Version, rights_of};
use crate::diff::{
    Change, Delta, Diff, Part, PermissionChange, PermissionDiff, PermissionPart, PermissionVerdict, Present,
    ShareDiff, Verdict, unaccepted,
};
use crate::live::Association;
use crate::model::{AssociationStatus, PermissionArn, Principal, ResourceType};
use crate::plan::body::{Dropped, PlannedShare};

/// The sides of all shares of a plan, then those of the shares beside them, and which rights hold others. A blocked change is none.
pub(crate) fn all_sides(diff: &Diff, shares: &[PlannedShare]) -> (Vec<Sides>, Rights) {
    let (renewed, mut rights) = (renewed(diff), Rights::knowing(diff.policies.clone()));
    made(diff, &mut rights);
    let mut out: Vec<Sides> = shares
        .iter()
        .map(|share| {
            let kept = !share.kept_for.is_empty();
            let waits = share.diff.before().map(|present| waiting(share, present));
            let waits = waits.unwrap_or_default();
            let (mut before, mut after) = sides(&share.diff, (kept, &waits), &renewed, &mut rights);
            if !share.dropped.is_empty() {
                after = before.clone().map(|grants| without(grants, &share.dropped));
            }
            if let Some(before) = &mut before {
                before.invited = waits;
            }
            if share.blocked.is_some() { (before.clone(), before) } else { (before, after) }
        })
        .collect();
    out.extend(diff.beside.iter().map(|present| {
        let grants = Some(grants_beside(present));
        (grants.clone(), grants)
    }));
    (out, rights)
}

/// What the stack's own permissions allow is known without a question.
fn made(diff: &Diff, rights: &mut Rights) {
    for permission in &diff.permissions {
        let (after, version) = match &permission.verdict {
            PermissionVerdict::InSync { after, .. } => (after, Version::Default),
            PermissionVerdict::Changed(PermissionChange::Create { after }) => (after, Version::Default),
            PermissionVerdict::Changed(PermissionChange::Promote { before, after }) => {
                rights.make(&before.row.arn, Version::Default, &after.policy);
                (after, Version::Default)
            }
            PermissionVerdict::Changed(PermissionChange::Update { after, edits, .. }) => {
                let renews = edits.iter().any(|edit| matches!(edit.part, PermissionPart::Policy { .. }));
                (after, if renews { Version::Next } else { Version::Default })
            }
            PermissionVerdict::Changed(
                PermissionChange::Delete { .. } | PermissionChange::Release { .. },
            )
            | PermissionVerdict::Unread { .. }
            | PermissionVerdict::NotHad { .. }
            | PermissionVerdict::Unproven { .. } => continue,
        };
        rights.make(&after.arn, version, &after.policy);
    }
}

/// The customer managed permissions whose policy the plan changes. A share has the new version where a part of its change says so.
fn renewed(diff: &Diff) -> Renewed<'_> {
    let changes = diff.permissions.iter().filter(|one| {
        let PermissionVerdict::Changed(PermissionChange::Update { edits, .. }) = &one.verdict else {
            return false;
        };
        edits.iter().any(|edit| matches!(edit.part, PermissionPart::Policy { .. }))
    });
    changes.map(PermissionDiff::arn).collect()
}

type Renewed<'a> = BTreeSet<&'a PermissionArn>;

/// What the share gives before and after. What was not read gives, as far as this plan goes, the same. `kept`: the share that is replaced
/// stays for those who have yet to accept the new one.
fn sides(
    share: &ShareDiff,
    (kept, waits): (bool, &BTreeSet<Principal>),
    renewed: &Renewed<'_>,
    rights: &mut Rights,
) -> Sides {
    let mut before = share.before().map(|present| Grants::of_live(&present.place, &present.share));
    let mut after = match &share.verdict {
        Verdict::Unread { .. } | Verdict::NotImported { .. } => None,
        Verdict::InSync { .. } => before.clone(),
        Verdict::Changed(change) => grants_after(change, renewed, rights),
    };
    // Who is invited has nothing before it accepts. What this plan sends counts as given: from then on it is theirs to take.
    let replaced = matches!(share.verdict, Verdict::Changed(Change::Replace { .. }));
    for (principal, invitation) in &share.invitations {
        if let (Some(before), false) = (&mut before, replaced || invitation.state.is_accepted()) {
            before.principals.remove(principal);
        }
        let had = before.as_ref().is_some_and(|before| before.principals.contains(principal));
        let keeps = kept && had && !waits.contains(principal);
        if let (Some(after), false) = (&mut after, keeps) {
            if invitation.state.stays_open() {
                after.principals.remove(principal);
            } else if invitation.state.is_sent_to_others() {
                after.invited.insert(principal.clone());
            }
        }
    }
    (before, after)
}

/// What a share gives once some of it is taken off.
fn without(mut grants: Grants, dropped: &Dropped) -> Grants {
    grants.principals.retain(|principal| !dropped.principals.contains(principal));
    grants.resources.retain(|resource, _| !dropped.resources.contains(resource));
    grants
}

/// The principals of a live share that have yet to accept it, and leave it with this plan or are invited anew by the share that takes its
/// place: they have nothing that they could lose. Those who stay are in none of the sides.
fn waiting(share: &PlannedShare, present: &Present) -> BTreeSet<Principal> {
    let mut waits = unaccepted(present);
    match &share.diff.verdict {
        Verdict::Changed(Change::Update { after, .. }) => {
            waits.retain(|principal| !after.principals.contains_key(principal));
        }
        Verdict::Changed(Change::Replace { .. } | Change::Delete { .. }) => {}
        _ => waits.clear(),
    }
    waits
}

/// What a share gives that the plan leaves alone. Who is outside and still being associated has yet to accept its invitation.
pub(crate) fn grants_beside(present: &Present) -> Grants {
    let mut grants = Grants::of_live(&present.place, &present.share);
    let invited = |association: &Association| {
        association.external && association.status == AssociationStatus::Associating
    };
    grants.principals.retain(|principal| !present.share.principals.get(principal).is_some_and(invited));
    grants
}

/// What a change leaves the share to give. What is stuck in a state that no step mends gives nothing.
fn grants_after(change: &Change, renewed: &Renewed<'_>, rights: &mut Rights) -> Option<Grants> {
    if let Change::Release { before } = change {
        return Some(Grants::of_live(&before.place, &before.share));
    }
    let after = change.after()?;
    let permissions = match change {
        Change::Replace { before, rights: changed, .. } => {
            let parts = changed.iter().map(|edit| &edit.part);
            replaced_permissions(before, parts, &after.permissions, renewed, rights)
        }
        Change::Update { before, edits, .. } => {
            let parts = edits.iter().map(|edit| &edit.part);
            permissions_after(before, parts, &after.permissions, renewed, rights)
        }
        _ => declared(&after.permissions, renewed).collect(),
    };
    let resources = after
        .resources
        .iter()
        .map(|(resource, kind)| (resource.clone(), Right::on(resource, kind.as_ref(), &permissions)));
    let mut grants = Grants {
        owner: after.place.account.clone(),
        region: after.place.region.clone(),
        principals: after.principals.keys().cloned().collect(),
        invited: BTreeSet::new(),
        sources: after.sources.clone(),
        resources: resources.collect(),
    };
    if let Change::Update { before, .. } = change {
        let stuck = |association: Option<&Association>| {
            use AssociationStatus as S;
            association.is_some_and(|association| {
                matches!(association.status, S::Suspended | S::Suspending | S::Disassociating)
            })
        };
        grants.principals.retain(|principal| !stuck(before.share.principals.get(principal)));
        grants.sources.retain(|source| !stuck(before.share.sources.get(source)));
        grants.resources.retain(|resource, _| !stuck(before.share.resources.get(resource)));
    }
    Some(grants)
}

fn after_plan(arn: &PermissionArn, renewed: &Renewed<'_>) -> Right {
    let version = if renewed.contains(arn) { Version::Next } else { Version::Default };
    Right::named(arn, version)
}

fn declared<'a>(
    permissions: &'a BTreeMap<ResourceType, PermissionArn>,
    renewed: &'a Renewed<'_>,
) -> impl Iterator<Item = (ResourceType, Right)> + 'a {
    permissions.iter().map(|(kind, arn)| (kind.clone(), after_plan(arn, renewed)))
}

/// The permissions of a share that takes the place of another one. It has what its block names, and AWS's defaults.
fn replaced_permissions<'a>(
    before: &Present,
    parts: impl Iterator<Item = &'a Part>,
    wanted: &BTreeMap<ResourceType, PermissionArn>,
    renewed: &Renewed<'_>,
    rights: &mut Rights,
) -> BTreeMap<ResourceType, Right> {
    let live = rights_of(&before.share.permissions);
    let mut out: BTreeMap<ResourceType, Right> = declared(wanted, renewed).collect();
    out.extend(changed_permissions(&live, parts, renewed, rights));
    out
}

/// The permissions of a share that stays: those that are on it, as the parts of its change leave them.
fn permissions_after<'a>(
    before: &Present,
    parts: impl Iterator<Item = &'a Part>,
    wanted: &BTreeMap<ResourceType, PermissionArn>,
    renewed: &Renewed<'_>,
    rights: &mut Rights,
) -> BTreeMap<ResourceType, Right> {
    let live = rights_of(&before.share.permissions);
    // What is on no resource yet comes with its first one.
    let mut out: BTreeMap<ResourceType, Right> =
        declared(wanted, renewed).filter(|(kind, _)| !live.contains_key(kind)).collect();
    let changed = changed_permissions(&live, parts, renewed, rights);
    out.extend(live);
    out.extend(changed);
    out
}

/// The permissions that the parts of a change give, and what each allows beside the one before it.
fn changed_permissions<'a>(
    live: &BTreeMap<ResourceType, Right>,
    parts: impl Iterator<Item = &'a Part>,
    renewed: &Renewed<'_>,
    rights: &mut Rights,
) -> BTreeMap<ResourceType, Right> {
    let mut out = BTreeMap::new();
    for part in parts {
        let (kind, right, actions) = match part {
            Part::Permission {
                resource_type,
                how: Delta::Added { after } | Delta::Changed { after, .. },
                actions,
            } => (resource_type, after_plan(after, renewed), actions),
            Part::PermissionVersion { resource_type, permission, actions, .. } => {
                (resource_type, after_plan(permission, renewed), actions)
            }
            _ => continue,
        };
        if let Some(was) = live.get(kind) {
            rights.learn(was, &right, actions);
        }
        out.insert(kind.clone(), right);
    }
    out
}
