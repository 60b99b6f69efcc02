//! One share against its live form, part by part.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{DesiredGraph, DesiredShare, IgnorableAttribute};
use crate::diff::change::{
    Cause, Delta, Edit, Entity, Left, Membership, Part, Present, Remark, UndeclaredStanding, Wanted,
};
use crate::diff::history::History;
use crate::diff::label::principal_label;
use crate::diff::left;
use crate::diff::outlook::Outlook;
use crate::diff::record::Written;
use crate::diff::section::Section;
use crate::diff::stamp::Stamp;
use crate::diff::tags::{own_tags, tag_changes};
use crate::diff::unset::{default_permission, is_default};
use crate::live::{Association, AttachedPermission, LiveShare};
use crate::model::{
    AssociationStatus, Observed, PermissionArn, PolicyChange, ResourceArn, ResourceType, ShareStatus,
    TAG_ADDRESS, TAG_STACK, Tags,
};
use crate::org::OrgView;

/// The share as it is to be; `live` gives the values of what `ignore_changes` names, and what `keep_extra` keeps. Resources and permissions
/// are of one account and Region, so a share that is made elsewhere has those of its block.
pub(crate) fn wanted(
    desired: &DesiredShare,
    live: Option<&Present>,
    graph: &DesiredGraph,
    org: &OrgView,
) -> Wanted {
    let stamp = Stamp::of(desired);
    let DesiredShare {
        address,
        span,
        place,
        name,
        allow_external_principals,
        retain_sharing,
        accept_invitations: _,
        resources,
        found: _, // the resources among them
        searches: _,
        principals,
        sources,
        permissions,
        tags,
        expires: _,
        lifecycle,
    } = desired;
    let mut wanted = Wanted {
        place: place.clone(),
        span: *span,
        name: name.clone(),
        allow_external_principals: *allow_external_principals,
        retain_sharing: *retain_sharing,
        resources: resources.clone(),
        principals: principals.iter().map(|(p, as_written)| (p.clone(), as_written.label.clone())).collect(),
        sources: sources.clone(),
        permissions: permissions.iter().map(|(kind, p)| (kind.clone(), p.arn.clone())).collect(),
        tags: tags.clone(),
        ownership: Tags::from([
            (TAG_STACK.to_owned(), graph.stack.to_string()),
            (TAG_ADDRESS.to_owned(), address.tag_value()),
        ]),
        stamp,
        replaces: BTreeSet::new(),
    };
    let Some(Present { place: live_place, share: live }) = live else { return wanted };
    let in_place = live_place == place;
    for ignored in &lifecycle.ignore_changes {
        match ignored {
            IgnorableAttribute::Name => wanted.name.clone_from(&live.name),
            IgnorableAttribute::Tags => wanted.tags = own_tags(&live.tags),
            IgnorableAttribute::Resources if in_place => {
                wanted.resources = live
                    .resources
                    .keys()
                    .map(|arn| (arn.clone(), resources.get(arn).cloned().flatten()))
                    .collect();
            }
            IgnorableAttribute::Principals => {
                wanted.principals =
                    live.principals.keys().map(|p| (p.clone(), principal_label(p, org))).collect();
                wanted.sources = live.sources.keys().cloned().collect();
            }
            IgnorableAttribute::Permissions if in_place => {
                wanted.permissions =
                    live.permissions.iter().map(|(kind, p)| (kind.clone(), p.arn.clone())).collect();
            }
            IgnorableAttribute::Resources | IgnorableAttribute::Permissions => {}
            IgnorableAttribute::AllowExternalPrincipals => {
                wanted.allow_external_principals = live.allow_external_principals;
            }
            IgnorableAttribute::RetainSharing => wanted.retain_sharing = live.retain_sharing,
        }
    }
    left::keep(desired, live, in_place, &mut wanted, org);
    graph.ignore_tags.as_live(&mut wanted.tags, &own_tags(&live.tags));
    wanted
}

/// The parts that differ, each with its cause, and of how many nothing tells who made them.
pub(crate) fn edits(
    desired: &DesiredShare,
    live: &LiveShare,
    after: &Wanted,
    org: &OrgView,
    outlook: &Outlook<'_>,
) -> (Vec<Edit>, usize) {
    let history = History::new(desired, live, &after.stamp);
    let mut out = Vec::new();
    let mut untold = 0;
    let mut push = |section, parts: Vec<Part>| {
        out.extend(parts.into_iter().map(|part| {
            let (cause, told) = history.cause(section, &part);
            untold += usize::from(!told);
            Edit { part, cause }
        }));
    };
    push(Section::Settings, settings(live, after));
    push(Section::Permissions, permissions(desired, live, after, outlook));
    for (section, part) in member_parts(live, after, org) {
        push(section, vec![part]);
    }
    push(Section::Tags, tags(live, after));
    for edit in &mut out {
        if let Part::PermissionVersion { permission, .. } = &edit.part {
            edit.cause = outlook.cause(permission).unwrap_or(edit.cause);
        }
    }

    if out.is_empty() {
        let ignored: BTreeSet<Section> =
            desired.lifecycle.ignore_changes.iter().filter_map(section_of).collect();
        let behind = |section: Section| !ignored.contains(&section) && !history.agrees(section);
        if history.is_provisional() || Section::ALL.into_iter().any(behind) {
            out.push(Edit { part: Part::Record, cause: Cause::Pending });
        }
    }
    (out, untold)
}

/// The differences that the block's `lifecycle` leaves alone.
pub(crate) fn left_alone(
    desired: &DesiredShare,
    before: &Present,
    after: &Wanted,
    graph: &DesiredGraph,
    outlook: &Outlook<'_>,
    org: &OrgView,
) -> Vec<Left> {
    if !left::leaves(desired) {
        return Vec::new();
    }
    let live = &before.share;
    let written = left::as_written(desired, live, after, &graph.ignore_tags);
    let members = member_parts(live, &written, org).into_iter().map(|(_, part)| part);
    let permissions = permissions(desired, live, &written, outlook);
    let settings = settings(live, &written).into_iter();
    let differences = settings.chain(permissions).chain(members).chain(tags(live, &written));
    left::left(desired, before, after, differences.collect())
}

/// The section that is wholly under an ignored attribute. Name and flags are only parts of the settings.
fn section_of(ignored: &IgnorableAttribute) -> Option<Section> {
    match ignored {
        IgnorableAttribute::Name
        | IgnorableAttribute::AllowExternalPrincipals
        | IgnorableAttribute::RetainSharing => Some(Section::Settings),
        IgnorableAttribute::Tags => Some(Section::Tags),
        IgnorableAttribute::Resources => Some(Section::Resources),
        IgnorableAttribute::Principals => Some(Section::Principals),
        IgnorableAttribute::Permissions => Some(Section::Permissions),
    }
}

/// The principals, resources and sources that come, go or are repaired.
pub(crate) fn member_parts(live: &LiveShare, after: &Wanted, org: &OrgView) -> Vec<(Section, Part)> {
    let resources = members(after.resources.keys(), &live.resources).map(|(resource, how)| {
        let resource_type = after.resources.get(resource).cloned().flatten();
        (Section::Resources, Part::Resource { resource: resource.clone(), resource_type, how })
    });
    let sources = members(after.sources.iter(), &live.sources)
        .map(|(source, how)| (Section::Principals, Part::Source { source: source.clone(), how }));
    let principals = members(after.principals.keys(), &live.principals).map(|(principal, how)| {
        let label = after.principals.get(principal).cloned();
        let label = label.unwrap_or_else(|| principal_label(principal, org));
        (Section::Principals, Part::Principal { principal: principal.clone(), label, how })
    });
    resources.chain(sources).chain(principals).collect()
}

pub(crate) fn settings(live: &LiveShare, after: &Wanted) -> Vec<Part> {
    let mut out = Vec::new();
    if live.name != after.name {
        out.push(Part::Name { before: live.name.clone(), after: after.name.clone() });
    }
    if live.allow_external_principals != after.allow_external_principals {
        out.push(Part::AllowExternalPrincipals {
            before: live.allow_external_principals,
            after: after.allow_external_principals,
        });
    }
    out
}

/// Types that a block names, what is left on the share for nothing, and what gave way to another permission by hand. What is unset is
/// AWS's default, or what ramctl found when it first applied.
fn permissions(desired: &DesiredShare, live: &LiveShare, after: &Wanted, outlook: &Outlook<'_>) -> Vec<Part> {
    let mut out = Vec::new();
    for (kind, permission) in &after.permissions {
        let resource_type = kind.clone();
        match live.permissions.get(kind) {
            None => out.push(Part::Permission {
                resource_type,
                how: Delta::Added { after: permission.clone() },
                // Nothing of the type is there yet.
                actions: Observed::Known(PolicyChange::default()),
            }),
            Some(attached) if attached.arn != *permission => out.push(Part::Permission {
                resource_type,
                how: Delta::Changed { before: attached.arn.clone(), after: permission.clone() },
                actions: outlook.change(&after.place, attached, permission),
            }),
            Some(attached) => {
                let next = outlook.next(&after.place, attached).filter(|_| follows(desired, kind));
                out.extend(next.map(|next| Part::PermissionVersion {
                    resource_type,
                    permission: permission.clone(),
                    before: attached.version.clone(),
                    after: next,
                    actions: outlook.change(&after.place, attached, permission),
                }));
            }
        }
    }
    for (kind, attached) in live.permissions.iter().filter(|(kind, _)| !is_idle(live, after, kind)) {
        let found = after.stamp.memo().found(kind, &attached.arn);
        if after.permissions.contains_key(kind) || is_default(kind, &attached.arn) || found != Some(false) {
            continue;
        }
        let Some(default) = default_permission(kind, &attached.arn) else { continue };
        out.push(Part::Permission {
            resource_type: kind.clone(),
            actions: outlook.change(&after.place, attached, &default),
            how: Delta::Changed { before: attached.arn.clone(), after: default },
        });
    }
    out.extend(live.permissions.iter().filter(|(kind, _)| is_idle(live, after, kind)).map(
        |(kind, attached)| Part::Permission {
            resource_type: kind.clone(),
            how: Delta::Removed { before: attached.arn.clone() },
            // Nothing of the type is there any more.
            actions: Observed::Known(PolicyChange::default()),
        },
    ));
    out
}

/// The permissions by which a share that takes the place of another lets people do more or less with what both hold. It has the default
/// version of what its block names, and else AWS's default.
pub(crate) fn rights(before: &Present, after: &Wanted, outlook: &Outlook<'_>) -> Vec<Edit> {
    let Present { place, share: live } = before;
    if *place != after.place || live.status == ShareStatus::Failed {
        return Vec::new();
    }
    let stays = |kind: &ResourceType| {
        // What has no type here may be of any.
        let of_kind = |resource: &ResourceArn| {
            let found = after.resources.get(resource).and_then(Option::as_ref);
            found.is_none_or(|found| found.as_str().eq_ignore_ascii_case(kind.as_str()))
        };
        live.resources.keys().any(|one| after.resources.contains_key(one) && of_kind(one))
    };
    let right = |(kind, attached): (&ResourceType, &AttachedPermission)| {
        let (named, unnamed) = (after.permissions.get(kind).cloned(), is_default(kind, &attached.arn));
        let to = named
            .or_else(|| unnamed.then(|| attached.arn.clone()))
            .or_else(|| default_permission(kind, &attached.arn))?;
        let resource_type = kind.clone();
        let actions = || outlook.change(place, attached, &to);
        let part = if to != attached.arn {
            let how = Delta::Changed { before: attached.arn.clone(), after: to.clone() };
            Part::Permission { resource_type, how, actions: actions() }
        } else {
            let next = outlook.next(place, attached)?;
            let (permission, version) = (to.clone(), attached.version.clone());
            Part::PermissionVersion {
                resource_type,
                permission,
                before: version,
                after: next,
                actions: actions(),
            }
        };
        Some(Edit { part, cause: Cause::Pending })
    };
    live.permissions.iter().filter(|(kind, _)| stays(kind)).filter_map(right).collect()
}

/// What ramctl found on a share for types that no block names: what the record says, and for a share that is not the stack's yet, what is
/// there. None where the record is older than that, and something is there that may have been found or not.
pub(crate) fn found<'l>(
    desired: &DesiredShare,
    live: &'l LiveShare,
    imported: bool,
) -> Option<Vec<(&'l ResourceType, &'l PermissionArn)>> {
    let applied = Written::on_share(&live.tags).filter(|_| !imported);
    let undeclared = live.permissions.iter().map(|(kind, attached)| (kind, &attached.arn));
    let undeclared =
        undeclared.filter(|(kind, arn)| !desired.permissions.contains_key(*kind) && !is_default(kind, arn));
    let was_found = |(kind, arn): (&'l ResourceType, &'l PermissionArn)| {
        let found = match &applied {
            Some(applied) => applied.stamp.memo().found(kind, arn)?,
            None => true,
        };
        Some(found.then_some((kind, arn)))
    };
    let found: Option<Vec<_>> = undeclared.map(was_found).collect();
    found.map(|found| found.into_iter().flatten().collect())
}

/// Whether a permission that is not one of AWS's defaults is left over from resources that leave or have left the share: it would
/// count for the next resource of its type, which is to have the default, and it could not be deleted. RAM takes it off when all
/// resources of the type are gone, so not while one may be on its way.
fn is_idle(live: &LiveShare, after: &Wanted, kind: &ResourceType) -> bool {
    let another = |one: &Option<ResourceType>| {
        one.as_ref().is_some_and(|one| !one.as_str().eq_ignore_ascii_case(kind.as_str()))
    };
    let mut under_way = live.resources.values().map(|on| &on.status);
    !after.permissions.contains_key(kind)
        && live.permissions.get(kind).is_some_and(|attached| !attached.arn.is_aws_default())
        && after.resources.values().all(another)
        && !under_way.any(|status| *status == AssociationStatus::Disassociating)
}

/// Whether the share is to have the default version of its permission for a type.
fn follows(desired: &DesiredShare, kind: &ResourceType) -> bool {
    !desired.lifecycle.ignore_changes.contains(&IgnorableAttribute::Permissions)
        && desired.permissions.get(kind).is_some_and(|permission| permission.latest)
}

/// The members that come, go or are repaired, in order. What RAM is at work on is left to it.
fn members<'a, K: Ord + 'a>(
    after: impl Iterator<Item = &'a K>,
    live: &'a BTreeMap<K, Association>,
) -> impl Iterator<Item = (&'a K, Membership)> {
    let after: BTreeSet<&K> = after.collect();
    let all: BTreeSet<&K> = after.iter().copied().chain(live.keys()).collect();
    all.into_iter().filter_map(move |key| {
        let how = match (after.contains(key), live.get(key)) {
            (true, None) => Membership::Added,
            (true, Some(association)) if association.status == AssociationStatus::Failed => {
                Membership::Repaired { message: association.status_message.clone() }
            }
            (true, Some(_)) => return None,
            (false, Some(association)) if association.status == AssociationStatus::Disassociating => {
                return None;
            }
            (false, Some(_)) => Membership::Removed,
            (false, None) => return None,
        };
        Some((key, how))
    })
}

pub(crate) fn tags(live: &LiveShare, after: &Wanted) -> Vec<Part> {
    let changes = tag_changes(&own_tags(&live.tags), &after.tags);
    changes.into_iter().map(|(key, how)| Part::Tag { key, how }).collect()
}

/// What is worth knowing about a live share and is not changed.
pub(crate) fn remarks(live: &LiveShare, after: &Wanted) -> Vec<Remark> {
    let mut out = Vec::new();
    match &live.status {
        // A failed share is replaced, a deleted one is gone.
        ShareStatus::Active | ShareStatus::Failed | ShareStatus::Deleting | ShareStatus::Deleted => {}
        ShareStatus::Pending | ShareStatus::Other(_) => {
            out.push(Remark::Share { status: live.status.clone(), message: live.status_message.clone() });
        }
    }
    let mut look = |entity: Entity, desired: bool, association: &Association| {
        let Association { status, status_message, external, created, updated } = association;
        use AssociationStatus as S;
        match status {
            S::Associated | S::Disassociated | S::Failed => {}
            S::Associating if !desired => {}
            S::Associating | S::Disassociating | S::Restoring => out.push(Remark::Waiting {
                entity,
                status: status.clone(),
                // A row that comes back may keep the time at which it was first made.
                since: (*created).max(*updated),
                external: *external,
            }),
            S::Suspended | S::Suspending | S::Other(_) => {
                if desired {
                    out.push(Remark::Unhealthy {
                        entity,
                        status: status.clone(),
                        message: status_message.clone(),
                    });
                }
            }
        }
    };
    for (principal, association) in &live.principals {
        look(Entity::Principal(principal.clone()), after.principals.contains_key(principal), association);
    }
    for (resource, association) in &live.resources {
        look(Entity::Resource(resource.clone()), after.resources.contains_key(resource), association);
    }
    for (source, association) in &live.sources {
        look(Entity::Source(source.clone()), after.sources.contains(source), association);
    }
    out
}

/// The same of the permissions on a share that stays. The share that takes the place of another has none of them.
pub(crate) fn permission_remarks(
    desired: &DesiredShare,
    live: &LiveShare,
    after: &Wanted,
    outlook: &Outlook<'_>,
) -> Vec<Remark> {
    let mut out = Vec::new();
    for (kind, attached) in &live.permissions {
        let replaced = after.permissions.get(kind).is_some_and(|wanted| *wanted != attached.arn);
        if !replaced
            && !follows(desired, kind)
            && let Some(default) = outlook.next(&after.place, attached)
        {
            out.push(Remark::Outdated {
                resource_type: kind.clone(),
                permission: attached.arn.clone(),
                version: attached.version.clone(),
                default,
                actions: outlook.change(&after.place, attached, &attached.arn),
            });
        }
        if !after.permissions.contains_key(kind)
            && !is_default(kind, &attached.arn)
            && !is_idle(live, after, kind)
        {
            let standing = match after.stamp.memo().found(kind, &attached.arn) {
                Some(true) => UndeclaredStanding::Found,
                Some(false) if default_permission(kind, &attached.arn).is_some() => continue,
                Some(false) => UndeclaredStanding::NoDefault,
                None => UndeclaredStanding::Untold,
            };
            out.push(Remark::UndeclaredPermission {
                resource_type: kind.clone(),
                permission: attached.arn.clone(),
                standing,
            });
        }
    }
    out
}
