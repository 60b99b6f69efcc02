//! Live permissions of the stack that no block has.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{DesiredGraph, ManagedPermission};
use crate::diff::change::{DeleteReason, Purpose};
use crate::diff::owned::address_of_tag;
use crate::diff::permission::{PermissionChange, PermissionDiff, PermissionVerdict};
use crate::diff::permission_compare::{is_there, present, trace};
use crate::diff::record;
use crate::live::LiveState;
use crate::model::{Address, BlockKind, FeatureSet, Observed};

/// Live permissions of the stack that no block has. Those of a block that could not be compared stay.
pub(super) fn strays(
    desired: &DesiredGraph,
    live: &LiveState,
    claimed: &[PermissionDiff],
    purpose: Purpose,
) -> Vec<PermissionDiff> {
    let had: BTreeSet<_> = claimed.iter().map(|permission| permission.arn().clone()).collect();
    let mut open: BTreeSet<String> = BTreeSet::new();
    let mut superseded: BTreeMap<String, &Address> = BTreeMap::new();
    for permission in claimed {
        let tags = desired.identity.tags(&permission.address);
        match &permission.verdict {
            PermissionVerdict::Unread { .. } | PermissionVerdict::NotHad { .. } => open.extend(tags),
            PermissionVerdict::Unproven { .. } => {}
            PermissionVerdict::InSync { .. } | PermissionVerdict::Changed(_) => {
                superseded.extend(tags.map(|tag| (tag, &permission.address)));
            }
        }
    }
    let declared: BTreeMap<String, &ManagedPermission> = desired
        .permissions
        .iter()
        .flat_map(|(address, one)| desired.identity.tags(address).map(move |tag| (tag, one)))
        .collect();
    let mut out = Vec::new();
    for (place, observed) in &live.places {
        let Observed::Known(found) = observed else { continue };
        for row in found.customer_permissions.iter().filter(|row| is_there(row)) {
            let own = desired.name_on(&row.tags);
            let proof = own.and_then(|stack| record::of_live_permission(stack, &row.tags, &row.arn));
            if row.feature_set != FeatureSet::Standard || had.contains(&row.arn) {
                continue;
            }
            let tag = match proof {
                None => continue,
                Some(Ok(tag)) if open.contains(tag) => continue,
                Some(Ok(tag)) => tag,
                Some(Err(misfit)) => {
                    let text = own.and_then(|stack| record::address(stack, &row.tags)).unwrap_or_default();
                    let misfit = trace(row, misfit, desired, found);
                    // Its own name stands for an address that no block can have.
                    let name = || Address {
                        kind: BlockKind::Permission,
                        label: row.arn.name().to_owned(),
                        key: None,
                    };
                    out.push(PermissionDiff {
                        address: Address::from_tag_value(BlockKind::Permission, text).unwrap_or_else(name),
                        verdict: PermissionVerdict::Unproven { before: present(place, found, row), misfit },
                        protected: false,
                    });
                    continue;
                }
            };
            let before = present(place, found, row);
            let reason = match purpose {
                Purpose::Destroy if declared.contains_key(tag) => DeleteReason::Destroy,
                Purpose::Destroy => DeleteReason::NotDeclared,
                Purpose::Apply if superseded.contains_key(tag) => DeleteReason::Successor,
                Purpose::Apply if desired.identity.removes_tag(tag) => DeleteReason::Removed,
                Purpose::Apply if desired.identity.moves_tag(tag) => DeleteReason::MovedAway,
                Purpose::Apply => DeleteReason::NotDeclared,
            };
            let block = superseded.get(tag).and_then(|address| desired.permissions.get(*address));
            let block = block.or_else(|| declared.get(tag).copied());
            let change = if desired.identity.releases_tag(tag) {
                PermissionChange::Release { before }
            } else {
                PermissionChange::Delete { before, reason }
            };
            out.push(PermissionDiff {
                address: address_of_tag(BlockKind::Permission, tag),
                verdict: PermissionVerdict::Changed(change),
                protected: block.is_some_and(|block| block.lifecycle.prevent_destroy),
            });
        }
    }
    out
}
