//! Declared permissions against the listing of customer managed permissions. In one account and Region a name is one permission, so
//! the ARN is known before anything is read, and what bears it is it or is in its way.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{DesiredGraph, Identity, IgnorableAttribute, Import, ManagedPermission};
use crate::diff::change::{Cause, DeleteReason, Purpose};
use crate::diff::edits::{own_tags, tag_changes};
use crate::diff::owned::address_of_tag;
use crate::diff::permission::{
    PermissionChange, PermissionDiff, PermissionEdit, PermissionPart, PermissionProblem, PermissionStamp,
    PermissionVerdict, PresentPermission, Room, VersionAfter, WantedPermission,
};
use crate::live::{CustomerPermissionRow, LivePlace, LiveShare, LiveState, PermissionVersion, VersionAsked};
use crate::model::{
    Address, BlockKind, ConditionChange, FeatureSet, Gap, Observed, PermissionArn, PermissionPolicy, Place,
    ShareArn, StackName, TAG_ADDRESS, TAG_APPLIED, TAG_STACK, Tags,
};

/// The most versions that a permission has (RAM user guide, quotas).
const VERSIONS: usize = 5;

/// Every permission of the stack, by place and address.
pub(crate) fn permissions(
    desired: &DesiredGraph,
    live: &LiveState,
    unknown: &BTreeMap<Place, Gap>,
    purpose: Purpose,
) -> Vec<PermissionDiff> {
    let mut out = Vec::new();
    if purpose == Purpose::Apply {
        for (address, permission) in &desired.permissions {
            out.push(PermissionDiff {
                address: address.clone(),
                verdict: verdict(permission, desired, live, unknown),
                protected: permission.lifecycle.prevent_destroy,
            });
        }
    }
    let strays = strays(desired, live, &out, purpose);
    out.extend(strays);
    out.sort_by(|a, b| (a.place(), &a.address, a.arn()).cmp(&(b.place(), &b.address, b.arn())));
    out
}

fn wanted(permission: &ManagedPermission, stack: &StackName, live: Option<&Tags>) -> WantedPermission {
    let stamp = PermissionStamp::of(permission);
    let ManagedPermission { address, span, place, arn, resource_type, policy, tags, lifecycle } = permission;
    let ignored = lifecycle.ignore_changes.contains(&IgnorableAttribute::Tags);
    WantedPermission {
        place: place.clone(),
        span: *span,
        arn: arn.clone(),
        resource_type: resource_type.clone(),
        policy: policy.clone(),
        tags: live.filter(|_| ignored).map_or_else(|| tags.clone(), own_tags),
        ownership: Tags::from([
            (TAG_STACK.to_owned(), stack.to_string()),
            (TAG_ADDRESS.to_owned(), address.tag_value()),
        ]),
        stamp,
    }
}

fn is_there(row: &CustomerPermissionRow) -> bool {
    !row.status.starts_with("DELET")
}

fn present(place: &Place, found: &LivePlace, row: &CustomerPermissionRow) -> PresentPermission {
    let has = |share: &&LiveShare| share.permissions.values().any(|one| one.arn == row.arn);
    PresentPermission {
        place: place.clone(),
        row: row.clone(),
        users: found.shares.values().filter(has).map(|share| share.arn.clone()).collect(),
    }
}

fn verdict(
    permission: &ManagedPermission,
    desired: &DesiredGraph,
    live: &LiveState,
    unknown: &BTreeMap<Place, Gap>,
) -> PermissionVerdict {
    let place = &permission.place;
    let after = |live: Option<&Tags>| wanted(permission, &desired.stack, live);
    let found = match (unknown.get(place), live.places.get(place)) {
        (Some(gap), _) | (None, Some(Observed::Unknown(gap))) => {
            return PermissionVerdict::Unread { after: after(None), gap: gap.clone() };
        }
        (None, Some(Observed::Known(found))) => found,
        (None, None) => unreachable!("a place that was not read is unknown"),
    };
    let import = desired.identity.permission_imports.get(&permission.address);
    let refused = |problem| {
        let span = import.map_or(permission.span, |import| import.span);
        PermissionVerdict::NotHad { after: after(None), span, problem }
    };
    let row_of =
        |arn: &PermissionArn| found.customer_permissions.iter().find(|row| row.arn == *arn && is_there(row));
    let Some(row) = row_of(&permission.arn) else {
        let Some(import) = import else {
            return PermissionVerdict::Changed(PermissionChange::Create { after: after(None) });
        };
        return match row_of(&import.arn) {
            None => refused(PermissionProblem::NotThere { arn: import.arn.clone() }),
            Some(row) => promoted(permission, row, place, found, &desired.stack, import),
        };
    };
    let identity = match whose(permission, row, &desired.stack, &desired.identity, import, found) {
        Ok(identity) => identity,
        Err(problem) => return refused(problem),
    };
    if !row.resource_type.as_str().eq_ignore_ascii_case(permission.resource_type.as_str()) {
        let live = row.resource_type.clone();
        return refused(match identity {
            Some(PermissionPart::Imported { .. }) => PermissionProblem::OtherType { live },
            _ => PermissionProblem::TypeChanged { live },
        });
    }
    let before = present(place, found, row);
    let after = after(Some(&row.tags));
    match edits(&before, &after, found, identity, desired) {
        Err(gap) => PermissionVerdict::Unread { after, gap },
        Ok(edits) if edits.is_empty() => PermissionVerdict::InSync { before, after },
        Ok(edits) => PermissionVerdict::Changed(PermissionChange::Update { before, after, edits }),
    }
}

/// What an import of another ARN than the block's own comes to: a promotion, or nothing.
fn promoted(
    permission: &ManagedPermission,
    row: &CustomerPermissionRow,
    place: &Place,
    found: &LivePlace,
    stack: &StackName,
    import: &Import<PermissionArn>,
) -> PermissionVerdict {
    let after = wanted(permission, stack, None);
    let span = import.span;
    let refused = |after, problem| PermissionVerdict::NotHad { after, span, problem };
    if row.feature_set != FeatureSet::CreatedFromPolicy {
        return refused(after, PermissionProblem::OtherName { arn: row.arn.clone() });
    }
    if !row.resource_type.as_str().eq_ignore_ascii_case(permission.resource_type.as_str()) {
        return refused(after, PermissionProblem::OtherType { live: row.resource_type.clone() });
    }
    match found.readings.policy(&row.arn, &VersionAsked::Default) {
        Observed::Unknown(gap) => PermissionVerdict::Unread { after, gap },
        Observed::Known(version) if version.policy != permission.policy => {
            refused(after, PermissionProblem::PolicyDiffers { arn: row.arn.clone() })
        }
        Observed::Known(_) => {
            let before = present(place, found, row);
            PermissionVerdict::Changed(PermissionChange::Promote { before, after })
        }
    }
}

/// Whether the permission of the block's name may be the block's, and what has to be said of whose it was.
fn whose(
    permission: &ManagedPermission,
    row: &CustomerPermissionRow,
    stack: &StackName,
    identity: &Identity,
    import: Option<&Import<PermissionArn>>,
    found: &LivePlace,
) -> Result<Option<PermissionPart>, PermissionProblem> {
    if row.feature_set != FeatureSet::Standard {
        return Err(PermissionProblem::NameFromPolicy);
    }
    let owner = row.tags.get(TAG_STACK);
    if owner.is_some_and(|owner| owner == stack.as_str()) {
        let tag = row.tags.get(TAG_ADDRESS).map_or("", String::as_str);
        let previous = identity.previous(&permission.address);
        return if tag == permission.address.tag_value() {
            Ok(None)
        } else if let Some(from) = previous.into_iter().find(|from| from.tag_value() == tag) {
            Ok(Some(PermissionPart::Moved { from }))
        } else if tag.is_empty() {
            // The name is its identity, so there is no doubt whose it is.
            Ok(Some(PermissionPart::Record))
        } else {
            Err(PermissionProblem::OtherAddress { address: address_of_tag(BlockKind::Permission, tag) })
        };
    }
    let asked = import.is_some_and(|import| {
        let made_from_policy = |row: &CustomerPermissionRow| {
            row.arn == import.arn && row.feature_set == FeatureSet::CreatedFromPolicy
        };
        // A promotion that was cut short before it was tagged; RAM deletes what was promoted once nothing has it.
        let cut_short = owner.is_none()
            && (found.customer_permissions.iter().any(made_from_policy)
                || !found.customer_permissions.iter().any(|row| row.arn == import.arn));
        import.arn == permission.arn || cut_short
    });
    if asked {
        Ok(Some(PermissionPart::Imported { owner: owner.cloned() }))
    } else {
        Err(PermissionProblem::NameTaken { owner: owner.cloned() })
    }
}

/// What differs, or why that cannot be told.
fn edits(
    before: &PresentPermission,
    after: &WantedPermission,
    found: &LivePlace,
    identity: Option<PermissionPart>,
    desired: &DesiredGraph,
) -> Result<Vec<PermissionEdit>, Gap> {
    let applied = before.row.tags.get(TAG_APPLIED).and_then(|text| PermissionStamp::read(text));
    let cause = |agrees: fn(&PermissionStamp, &PermissionStamp) -> bool| {
        let known = applied.as_ref().is_some_and(|applied| agrees(applied, &after.stamp));
        if known { Cause::Drift } else { Cause::Pending }
    };
    let policy_cause = cause(|a, b| a.policy == b.policy);
    let tags_cause = cause(|a, b| a.tags == b.tags);
    let imported = matches!(identity, Some(PermissionPart::Imported { .. }));
    let mut out = Vec::new();
    if let Some(part) = identity.clone() {
        out.push(PermissionEdit { part, cause: Cause::Pending });
    }
    let default = match found.readings.policy(&before.row.arn, &VersionAsked::Default) {
        Observed::Known(default) => default,
        Observed::Unknown(gap) => return Err(gap),
    };
    if default.policy != after.policy {
        let version = version_after(before, after, default, found, desired)?;
        let change = default.policy.change_to(&after.policy);
        let part = PermissionPart::Policy { before: default.version.clone(), version, change };
        out.push(PermissionEdit { part, cause: if imported { Cause::Pending } else { policy_cause } });
    }
    for (key, how) in tag_changes(&own_tags(&before.row.tags), &after.tags) {
        let cause = if imported { Cause::Pending } else { tags_cause };
        out.push(PermissionEdit { part: PermissionPart::Tag { key, how }, cause });
    }
    let ignores_tags = after.tags == own_tags(&before.row.tags);
    let behind = policy_cause == Cause::Pending || (tags_cause == Cause::Pending && !ignores_tags);
    if out.is_empty() && behind {
        out.push(PermissionEdit { part: PermissionPart::Record, cause: Cause::Pending });
    }
    Ok(out)
}

/// Where the wanted policy is to be had: in a version that is there, or in a new one.
fn version_after(
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
    if versions.len() < VERSIONS {
        return Ok(VersionAfter::New(Room::Free));
    }
    let users = |version: &str| -> BTreeSet<_> {
        let has = |share: &&LiveShare| {
            share.permissions.values().any(|one| one.arn == *arn && one.version == version)
        };
        found.shares.values().filter(has).map(|share| share.arn.clone()).collect()
    };
    if let Some((version, _)) = policies.iter().find(|(version, _)| users(version).is_empty()) {
        let room = Room::Made { version: (*version).clone(), users: BTreeSet::new() };
        return Ok(VersionAfter::New(room));
    }
    let own = |arn: &ShareArn| {
        let share = &found.shares[arn];
        let address = share.tags.get(TAG_ADDRESS).map_or("", String::as_str);
        share.feature_set == FeatureSet::Standard
            && share.tags.get(TAG_STACK).is_some_and(|stack| stack == desired.stack.as_str())
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
    Ok(VersionAfter::New(room))
}

/// Live permissions of the stack that no block has. Those of a block that could not be compared stay.
fn strays(
    desired: &DesiredGraph,
    live: &LiveState,
    claimed: &[PermissionDiff],
    purpose: Purpose,
) -> Vec<PermissionDiff> {
    let had: BTreeSet<_> = claimed.iter().map(|permission| permission.arn().clone()).collect();
    let mut open: BTreeSet<String> = BTreeSet::new();
    let mut superseded: BTreeMap<String, &Address> = BTreeMap::new();
    for permission in claimed {
        let previous = desired.identity.previous(&permission.address);
        let tags = std::iter::once(&permission.address).chain(&previous).map(Address::tag_value);
        match &permission.verdict {
            PermissionVerdict::Unread { .. } | PermissionVerdict::NotHad { .. } => open.extend(tags),
            PermissionVerdict::InSync { .. } | PermissionVerdict::Changed(_) => {
                superseded.extend(tags.map(|tag| (tag, &permission.address)));
            }
        }
    }
    let declared: BTreeMap<String, &ManagedPermission> =
        desired.permissions.iter().map(|(address, one)| (address.tag_value(), one)).collect();
    let mut out = Vec::new();
    for (place, observed) in &live.places {
        let Observed::Known(found) = observed else { continue };
        for row in found.customer_permissions.iter().filter(|row| is_there(row)) {
            let own = row.tags.get(TAG_STACK).is_some_and(|stack| stack == desired.stack.as_str());
            let tag = row.tags.get(TAG_ADDRESS).map_or("", String::as_str);
            if !own || row.feature_set != FeatureSet::Standard || had.contains(&row.arn) || open.contains(tag)
            {
                continue;
            }
            let before = present(place, found, row);
            let reason = match purpose {
                Purpose::Destroy => DeleteReason::Destroy,
                Purpose::Apply if tag.is_empty() => DeleteReason::NoAddress,
                Purpose::Apply if superseded.contains_key(tag) => DeleteReason::Successor,
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
