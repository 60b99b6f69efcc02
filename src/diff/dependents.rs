//! What needs something that a run leaves out. It is left out too, for nothing that is left out is changed.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::change::{Change, Diff, Part, ShareDiff, Verdict};
use crate::diff::narrow::{Causes, Scope};
use crate::diff::permission::{PermissionChange, PermissionDiff, PermissionVerdict};
use crate::model::{Address, PermissionArn, ShareArn};

/// What a comparison of a part of a stack is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// It is carried out: what needs something that is left out cannot be.
    Plan,
    /// It is told: each difference stands for itself.
    Report,
}

/// By address, what each share or permission needs that the run leaves out and that is not as it should be.
pub(crate) fn dependents(diff: &Diff, scope: &Scope, how: Use) -> BTreeMap<Address, BTreeSet<Address>> {
    let mut out: BTreeMap<Address, BTreeSet<Address>> = BTreeMap::new();
    if how == Use::Report || scope.causes == Causes::Drift {
        return out;
    }
    let missing: BTreeMap<&PermissionArn, &Address> = diff
        .permissions
        .iter()
        .filter(|one| scope.excludes(&one.address) && is_to_be_changed(one))
        .map(|one| (one.arn(), &one.address))
        .collect();
    for share in &diff.shares {
        let lacks: BTreeSet<Address> =
            needed(share).filter_map(|arn| missing.get(arn).copied()).cloned().collect();
        if scope.has(&share.address, share.place()) && !lacks.is_empty() {
            out.entry(share.address.clone()).or_default().extend(lacks);
        }
    }
    // A permission goes when the last share has given it up. Who names the permission itself is told which shares still have it.
    if scope.targets.is_empty() {
        let stay: BTreeMap<&ShareArn, &Address> = diff
            .shares
            .iter()
            .filter(|share| {
                matches!(share.verdict, Verdict::Changed(_))
                    && (scope.excludes(&share.address) || out.contains_key(&share.address))
            })
            .filter_map(|share| Some((&share.before()?.share.arn, &share.address)))
            .collect();
        let mut of_permissions = BTreeMap::new();
        for permission in diff.permissions.iter().filter(|one| scope.has(&one.address, one.place())) {
            let PermissionVerdict::Changed(PermissionChange::Delete { before, reason: _ }) =
                &permission.verdict
            else {
                continue;
            };
            let users: BTreeSet<Address> =
                before.users.iter().filter_map(|user| stay.get(user).copied()).cloned().collect();
            if !users.is_empty() {
                of_permissions.insert(permission.address.clone(), users);
            }
        }
        out.extend(of_permissions);
    }
    out
}

/// Whether a permission is not, or perhaps not, as a share that is to have it needs it.
fn is_to_be_changed(permission: &PermissionDiff) -> bool {
    match &permission.verdict {
        PermissionVerdict::InSync { .. } | PermissionVerdict::Unproven { .. } => false,
        PermissionVerdict::Unread { .. } | PermissionVerdict::NotHad { .. } => true,
        PermissionVerdict::Changed(change) => change.after().is_some(),
    }
}

/// The permissions without which a share cannot be changed: those that it is to have, and those without which RAM promotes it not.
pub(crate) fn needed(share: &ShareDiff) -> impl Iterator<Item = &PermissionArn> {
    let change = match &share.verdict {
        Verdict::Changed(change) => Some(change),
        _ => None,
    };
    let promoted = change.and_then(|change| match change {
        Change::Update { before, edits, .. } => {
            edits.iter().any(|edit| edit.part == Part::Promoted).then_some(before)
        }
        _ => None,
    });
    let attached = promoted.into_iter().flat_map(|before| before.share.permissions.values());
    let wanted = change.and_then(Change::after).into_iter().flat_map(|after| after.permissions.values());
    wanted.chain(attached.map(|attached| &attached.arn))
}
