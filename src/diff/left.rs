//! Differences that the `lifecycle` of a block leaves alone: they are no changes, and are never passed over in silence.

use crate::desired::{DesiredShare, ExtraAttribute, IgnorableAttribute};
use crate::diff::change::{Cause, Delta, Left, LeftBy, Membership, Part, Present, Wanted};
use crate::diff::history::History;
use crate::diff::tags::own_tags;
use crate::live::{Association, LiveShare};
use crate::model::{AssociationStatus, IgnoredTags, Principal, ResourceArn, Tags};
use crate::org::OrgView;

/// How many differences are left alone: ignored, and kept as extras. What is not carried over is in neither.
pub fn left_counts<'a>(left: impl IntoIterator<Item = &'a Left>) -> (usize, usize) {
    left.into_iter().fold((0, 0), |(ignored, kept), left| match left.by {
        LeftBy::IgnoreChanges => (ignored + 1, kept),
        LeftBy::KeepExtra => (ignored, kept + 1),
        LeftBy::NotCarried => (ignored, kept),
    })
}

/// Whether something that nobody declares is there and is to stay. What FAILED gives nothing, and what leaves is on its way.
fn stays(association: &Association) -> bool {
    !matches!(
        association.status,
        AssociationStatus::Failed | AssociationStatus::Disassociating | AssociationStatus::Disassociated
    )
}

/// Adds what others put on the share, where `keep_extra` says so. `in_place` is false where the share is made in another account or
/// Region: what is there can be on no share elsewhere.
pub(crate) fn keep(
    desired: &DesiredShare,
    live: &LiveShare,
    in_place: bool,
    wanted: &mut Wanted,
    org: &OrgView,
) {
    if desired.lifecycle.keep_extra.is_empty() {
        return;
    }
    // What the files had when they were last applied is theirs, and goes with them.
    let history = History::new(desired, live, &wanted.stamp);
    let of_others =
        |part: &Part| attribute(part).is_some_and(|one| history.cause(section(one), part).0 == Cause::Drift);
    for extra in &desired.lifecycle.keep_extra {
        match extra {
            ExtraAttribute::Principals => {
                let removed = |principal: &Principal| Part::Principal {
                    principal: principal.clone(),
                    label: String::new(),
                    how: Membership::Removed,
                };
                let there = live.principals.iter().filter(|(_, on)| stays(on));
                for (principal, _) in there.filter(|(one, _)| of_others(&removed(one))) {
                    let label = || crate::diff::label::principal_label(principal, org);
                    wanted.principals.entry(principal.clone()).or_insert_with(label);
                }
                let removed =
                    |source: &String| Part::Source { source: source.clone(), how: Membership::Removed };
                let sources = live.sources.iter().filter(|(_, on)| stays(on));
                let sources = sources.filter(|(one, _)| of_others(&removed(one)));
                wanted.sources.extend(sources.map(|(source, _)| source.clone()));
            }
            ExtraAttribute::Resources if in_place => {
                let removed = |resource: &ResourceArn| Part::Resource {
                    resource: resource.clone(),
                    resource_type: None,
                    how: Membership::Removed,
                };
                let there = live.resources.iter().filter(|(_, on)| stays(on));
                for (resource, _) in there.filter(|(one, _)| of_others(&removed(one))) {
                    wanted.resources.entry(resource.clone()).or_insert(None);
                }
            }
            ExtraAttribute::Resources => {}
            ExtraAttribute::Tags => {
                let removed =
                    |(key, before): (String, String)| Part::Tag { key, how: Delta::Removed { before } };
                let mut there = own_tags(&live.tags);
                there.retain(|key, value| of_others(&removed((key.clone(), value.clone()))));
                keep_tags(&mut wanted.tags, &there);
            }
        }
    }
}

/// Adds tags that others put on.
pub(crate) fn keep_tags(wanted: &mut Tags, live: &Tags) {
    for (key, value) in own_tags(live) {
        wanted.entry(key).or_insert(value);
    }
}

/// The share as its block says, with nothing ignored and nothing kept.
pub(crate) fn as_written(
    desired: &DesiredShare,
    live: &LiveShare,
    after: &Wanted,
    ignored: &IgnoredTags,
) -> Wanted {
    let labels = desired.principals.iter();
    let mut tags = desired.tags.clone();
    ignored.as_live(&mut tags, &own_tags(&live.tags));
    Wanted {
        name: desired.name.clone(),
        allow_external_principals: desired.allow_external_principals,
        retain_sharing: desired.retain_sharing,
        resources: desired.resources.clone(),
        principals: labels.map(|(principal, written)| (principal.clone(), written.label.clone())).collect(),
        sources: desired.sources.clone(),
        permissions: desired.permissions.iter().map(|(kind, one)| (kind.clone(), one.arn.clone())).collect(),
        tags,
        ..after.clone()
    }
}

/// Whether the block's `lifecycle` leaves anything alone.
pub(crate) fn leaves(desired: &DesiredShare) -> bool {
    !desired.lifecycle.ignore_changes.is_empty() || !desired.lifecycle.keep_extra.is_empty()
}

/// What is left alone of the parts in which the live share differs from its block as written. `carried` is the share as it is to be.
pub(crate) fn left(
    desired: &DesiredShare,
    before: &Present,
    carried: &Wanted,
    differences: Vec<Part>,
) -> Vec<Left> {
    let lifecycle = &desired.lifecycle;
    let history = History::new(desired, &before.share, &carried.stamp);
    // In another place the block's own resources and permissions count.
    let in_place = before.place == carried.place;
    let placed =
        |attribute| matches!(attribute, IgnorableAttribute::Resources | IgnorableAttribute::Permissions);
    let left = |part: Part| {
        let attribute = attribute(&part)?;
        if placed(attribute) && !in_place && !is_extra(&part) {
            return None;
        }
        let by = if lifecycle.ignore_changes.contains(&attribute) {
            LeftBy::IgnoreChanges
        } else if is_extra(&part) && extra(attribute).is_some_and(|one| lifecycle.keep_extra.contains(&one)) {
            LeftBy::KeepExtra
        } else {
            return None;
        };
        let (cause, _) = history.cause(section(attribute), &part);
        let by = match is_carried(&part, carried) {
            true => by,
            // The files had it, and take it back.
            false if in_place && by == LeftBy::KeepExtra && cause != Cause::Drift => return None,
            false => LeftBy::NotCarried,
        };
        Some(Left { attribute, cause, part: Some(part), by })
    };
    let mut out: Vec<Left> = differences.into_iter().filter_map(left).collect();
    let retains = IgnorableAttribute::RetainSharing;
    if lifecycle.ignore_changes.contains(&retains) && desired.retain_sharing != before.share.retain_sharing {
        let cause = Cause::Pending;
        out.push(Left { attribute: retains, cause, part: None, by: LeftBy::IgnoreChanges });
    }
    out
}

fn section(attribute: IgnorableAttribute) -> crate::diff::section::Section {
    use crate::diff::section::Section as S;
    match attribute {
        IgnorableAttribute::Name
        | IgnorableAttribute::AllowExternalPrincipals
        | IgnorableAttribute::RetainSharing => S::Settings,
        IgnorableAttribute::Tags => S::Tags,
        IgnorableAttribute::Resources => S::Resources,
        IgnorableAttribute::Principals => S::Principals,
        IgnorableAttribute::Permissions => S::Permissions,
    }
}

/// The attribute that a part is of. None for what no attribute names.
fn attribute(part: &Part) -> Option<IgnorableAttribute> {
    Some(match part {
        Part::Name { .. } => IgnorableAttribute::Name,
        Part::AllowExternalPrincipals { .. } => IgnorableAttribute::AllowExternalPrincipals,
        Part::Principal { .. } | Part::Source { .. } => IgnorableAttribute::Principals,
        Part::Resource { .. } => IgnorableAttribute::Resources,
        Part::Permission { .. } | Part::PermissionVersion { .. } => IgnorableAttribute::Permissions,
        Part::Tag { .. } => IgnorableAttribute::Tags,
        Part::Imported { .. }
        | Part::Promoted
        | Part::Moved { .. }
        | Part::StackRenamed { .. }
        | Part::Record => return None,
    })
}

fn extra(attribute: IgnorableAttribute) -> Option<ExtraAttribute> {
    match attribute {
        IgnorableAttribute::Principals => Some(ExtraAttribute::Principals),
        IgnorableAttribute::Resources => Some(ExtraAttribute::Resources),
        IgnorableAttribute::Tags => Some(ExtraAttribute::Tags),
        IgnorableAttribute::Name
        | IgnorableAttribute::Permissions
        | IgnorableAttribute::AllowExternalPrincipals
        | IgnorableAttribute::RetainSharing => None,
    }
}

/// Whether it is there and no block declares it.
fn is_extra(part: &Part) -> bool {
    match part {
        Part::Principal { how, .. } | Part::Resource { how, .. } | Part::Source { how, .. } => {
            *how == Membership::Removed
        }
        Part::Tag { how, .. } => matches!(how, Delta::Removed { .. }),
        _ => false,
    }
}

/// Whether the share has it after the change. Only one that is made in another place has not.
fn is_carried(part: &Part, after: &Wanted) -> bool {
    match part {
        Part::Resource { resource, how: Membership::Removed, .. } => after.resources.contains_key(resource),
        Part::Principal { principal, how: Membership::Removed, .. } => {
            after.principals.contains_key(principal)
        }
        Part::Source { source, how: Membership::Removed } => after.sources.contains(source),
        Part::Tag { key, how: Delta::Removed { .. } } => after.tags.contains_key(key),
        _ => true,
    }
}
