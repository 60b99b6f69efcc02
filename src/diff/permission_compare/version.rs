//! Which version of a permission comes to hold the wanted policy, and what makes room for it.

use std::collections::BTreeSet;

use crate::desired::DesiredGraph;
use crate::diff::owned;
use crate::diff::permission::{PresentPermission, Room, VersionAfter, WantedPermission};
use crate::live::{LivePlace, LiveShare, PermissionVersion, VersionAsked};
use crate::model::{ConditionChange, FeatureSet, Gap, Observed, PermissionPolicy, ShareArn};

/// The most versions that a permission has (RAM user guide, quotas).
const VERSIONS: usize = 5;

/// Where the wanted policy is to be had: in a version that is there, or in a new one.
pub(super) fn version_after(
    before: &PresentPermission,
    after: &WantedPermission,
    default: &PermissionVersion,
    found: &LivePlace,
    desired: &DesiredGraph,
) -> Result<VersionAfter, Gap> {
    let arn = &before.row.arn;
    let versions = match found.readings.versions(arn) {
        Observed::Known(versions) => versions,
        Observed::Unknown(gap) => return Err(gap),
    };
    let mut policies: Vec<(&String, &PermissionPolicy)> = Vec::new();
    for version in versions.iter().filter(|version| **version != default.version) {
        match found.readings.policy(arn, &VersionAsked::Numbered(version.clone())) {
            Observed::Known(known) => policies.push((version, &known.policy)),
            Observed::Unknown(gap) => return Err(gap),
        }
    }
    // Of several that say it the newest.
    if let Some((version, _)) = policies.iter().rev().find(|(_, policy)| **policy == after.policy) {
        return Ok(VersionAfter::Existing((*version).clone()));
    }
    let highest = versions.iter().filter_map(|version| version.parse().ok()).max().unwrap_or_default();
    let new = |room| VersionAfter::New { highest, room };
    if versions.len() < VERSIONS {
        return Ok(new(Room::Free));
    }
    let users = |version: &str| -> BTreeSet<_> {
        let has = |share: &&LiveShare| {
            share.permissions.values().any(|one| one.arn == *arn && one.version == version)
        };
        found.shares.values().filter(has).map(|share| share.arn.clone()).collect()
    };
    if let Some((version, _)) = policies.iter().find(|(version, _)| users(version).is_empty()) {
        let room = Room::Made { version: (*version).clone(), users: BTreeSet::new() };
        return Ok(new(room));
    }
    let own = |arn: &ShareArn| {
        let share = &found.shares[arn];
        let proof = owned::proof(desired, &share.tags, &share.arn);
        let Some(Ok(address)) = proof else { return false };
        share.feature_set == FeatureSet::Standard
            && desired.shares.keys().any(|declared| declared.tag_value() == address)
    };
    let can_go = |version: &str, policy: &PermissionPolicy| {
        // On the way the share has the default: nothing of that may be new to its principals and foreign to the end.
        let on_the_way = policy.change_to(&default.policy);
        let at_the_end = policy.change_to(&after.policy);
        users(version).iter().all(own)
            && on_the_way.conditions != ConditionChange::PerhapsWider
            && on_the_way.added.is_subset(&at_the_end.added)
    };
    let room = match policies.iter().find(|(version, policy)| can_go(version, policy)) {
        Some((version, _)) => Room::Made { version: (*version).clone(), users: users(version) },
        None => Room::None {
            users: policies.iter().map(|(version, _)| ((*version).clone(), users(version))).collect(),
        },
    };
    Ok(new(room))
}
