//! Declared permissions against the listing of customer managed permissions. In one account and Region a name is one permission, so
//! the ARN is known before anything is read, and what bears it is it or is in its way.

mod edits;
mod strays;
mod version;

use std::collections::BTreeMap;

use crate::desired::{DesiredGraph, ExtraAttribute, IgnorableAttribute, Import, ManagedPermission};
use crate::diff::change::Purpose;
use crate::diff::left::keep_tags;
use crate::diff::owned::address_of_tag;
use crate::diff::permission::{
    PermissionChange, PermissionDiff, PermissionPart, PermissionProblem, PermissionVerdict,
    PresentPermission, WantedPermission,
};
use crate::diff::permission_compare::edits::edits;
use crate::diff::permission_compare::strays::strays;
use crate::diff::record::{self, Misfit};
use crate::diff::stamp::PermissionStamp;
use crate::diff::tags::own_tags;
use crate::live::{CustomerPermissionRow, LivePlace, LiveShare, LiveState, VersionAsked};
use crate::model::{
    BlockKind, FeatureSet, Gap, Observed, PermissionArn, Place, TAG_ADDRESS, TAG_STACK, Tags,
};

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

fn wanted(permission: &ManagedPermission, graph: &DesiredGraph, live: Option<&Tags>) -> WantedPermission {
    let stamp = PermissionStamp::of(permission);
    let ManagedPermission { address, span, place, arn, resource_type, policy, tags, lifecycle } = permission;
    let mut tags = tags.clone();
    if let Some(live) = live {
        if lifecycle.ignore_changes.contains(&IgnorableAttribute::Tags) {
            tags = own_tags(live);
        } else if lifecycle.keep_extra.contains(&ExtraAttribute::Tags) {
            keep_tags(&mut tags, live);
        }
        graph.ignore_tags.as_live(&mut tags, &own_tags(live));
    }
    WantedPermission {
        place: place.clone(),
        span: *span,
        arn: arn.clone(),
        resource_type: resource_type.clone(),
        policy: policy.clone(),
        tags,
        ownership: Tags::from([
            (TAG_STACK.to_owned(), graph.stack.to_string()),
            (TAG_ADDRESS.to_owned(), address.tag_value()),
        ]),
        stamp,
    }
}

/// What a record that does not fit was written for, as far as its place shows.
fn trace(row: &CustomerPermissionRow, misfit: Misfit, desired: &DesiredGraph, found: &LivePlace) -> Misfit {
    if misfit != Misfit::Elsewhere {
        return misfit;
    }
    let Some(stack) = desired.name_on(&row.tags) else { return misfit };
    let binding = record::binding_of(&row.tags);
    let original = found.customer_permissions.iter().find(|other| {
        other.arn != row.arn
            && record::binding_of(&other.tags) == binding
            && record::of_live_permission(stack, &other.tags, &other.arn).is_some_and(|proof| proof.is_ok())
    });
    if let Some(original) = original {
        return Misfit::CopiedFrom { arn: original.arn.arn().clone() };
    }
    let addresses = desired.permissions.keys();
    match record::written_for(stack, &row.tags, row.arn.as_str(), addresses) {
        Some(address) => Misfit::OtherAddress { address: address.clone() },
        None => misfit,
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
    let after = |live: Option<&Tags>| wanted(permission, desired, live);
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
            // The import was carried out, and what it took over was deleted since.
            None if was_own(permission, desired, found) => {
                PermissionVerdict::Changed(PermissionChange::Create { after: after(None) })
            }
            None => refused(PermissionProblem::NotThere { arn: import.arn.clone() }),
            Some(row) => promoted(permission, row, place, found, desired, import),
        };
    };
    let identity = match whose(permission, row, desired, import, found) {
        Ok(identity) => identity,
        Err(problem) => return refused(problem),
    };
    if !row.resource_type.as_str().eq_ignore_ascii_case(permission.resource_type.as_str()) {
        let live = row.resource_type.clone();
        return refused(match identity.first() {
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

/// Whether a deleted permission that RAM still lists has the name of the block and proves to be its own.
fn was_own(permission: &ManagedPermission, desired: &DesiredGraph, found: &LivePlace) -> bool {
    let is_own = |row: &&CustomerPermissionRow| {
        let proof = desired
            .name_on(&row.tags)
            .and_then(|stack| record::of_live_permission(stack, &row.tags, &row.arn));
        let Some(Ok(tag)) = proof else { return false };
        desired.identity.tags(&permission.address).any(|own| own == tag)
    };
    let mut gone =
        found.customer_permissions.iter().filter(|row| row.arn == permission.arn && !is_there(row));
    gone.any(|row| is_own(&row))
}

/// What an import of another ARN than the block's own comes to: a promotion, or nothing.
fn promoted(
    permission: &ManagedPermission,
    row: &CustomerPermissionRow,
    place: &Place,
    found: &LivePlace,
    desired: &DesiredGraph,
    import: &Import<PermissionArn>,
) -> PermissionVerdict {
    let after = wanted(permission, desired, None);
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
            let (arn, live) = (row.arn.clone(), version.policy.clone());
            refused(after, PermissionProblem::PolicyDiffers { arn, live })
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
    desired: &DesiredGraph,
    import: Option<&Import<PermissionArn>>,
    found: &LivePlace,
) -> Result<Vec<PermissionPart>, PermissionProblem> {
    let identity = &desired.identity;
    if row.feature_set != FeatureSet::Standard {
        return Err(PermissionProblem::NameFromPolicy);
    }
    let owner = row.tags.get(TAG_STACK);
    let own = desired.name_on(&row.tags);
    let proof = own.and_then(|stack| record::of_live_permission(stack, &row.tags, &row.arn));
    let renamed = own.filter(|name| *name != desired.stack.as_str());
    let renamed = renamed.map(|from| PermissionPart::StackRenamed { from: from.to_owned() });
    if let Some(Ok(tag)) = proof {
        let previous = identity.previous(&permission.address);
        return if tag == permission.address.tag_value() {
            Ok(renamed.into_iter().collect())
        } else if let Some(from) = previous.into_iter().find(|from| from.tag_value() == tag) {
            Ok(renamed.into_iter().chain([PermissionPart::Moved { from }]).collect())
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
        // What was its own under a former name is not another's.
        let own = own.map(|_| desired.stack.to_string());
        Ok(vec![PermissionPart::Imported { owner: own.or_else(|| owner.cloned()) }])
    } else if let Some(Err(misfit)) = proof {
        let misfit = trace(row, misfit, desired, found);
        Err(PermissionProblem::Unproven { misfit })
    } else {
        Err(PermissionProblem::NameTaken { owner: owner.cloned() })
    }
}
