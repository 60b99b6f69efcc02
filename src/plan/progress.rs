//! How far a plan was carried out, by what AWS shows.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::proven;
use crate::live::{Association, CustomerPermissionRow, LiveShare, LiveState, VersionAsked};
use crate::model::{
    Address, AssociationStatus, FeatureSet, Observed, PermissionArn, Place, Principal, ResourceArn, ShareArn,
    TAG_ADDRESS, TAG_APPLIED, TAG_STACK,
};
use crate::org::{OrgView, SharingState};
use crate::plan::body::PlanBody;
use crate::plan::stale::{Difference, ShareChange};
use crate::plan::step::{PlannedStep, ShareRef, Step, StepId};

/// The steps that show their effect. A plan has only steps whose effect was not there when it was made.
pub(crate) fn done(plan: &PlanBody, live: &LiveState, org: &OrgView) -> BTreeSet<StepId> {
    let mut made = BTreeMap::new();
    for step in &plan.steps {
        if let Some(arn) = made_by(step, live) {
            made.insert(step.id, arn);
        }
    }
    plan.steps.iter().filter(|step| shows(step, &made, live, org)).map(|step| step.id).collect()
}

/// Whether what changed is what a step of the plan does, so that the plan itself is the likeliest cause. `done` are the steps that
/// show their effect.
pub(crate) fn explains(plan: &PlanBody, done: &BTreeSet<StepId>, difference: &Difference) -> bool {
    let at = |address: &Address| {
        let address = address.clone();
        plan.steps.iter().filter(move |step| step.address.as_ref() == Some(&address))
    };
    match difference {
        Difference::Share { address, arn, change, .. } => at(address).any(|step| match change {
            ShareChange::Gone => {
                matches!(&step.step, Step::DeleteResourceShare { share } if share == arn)
            }
            ShareChange::Appeared => {
                matches!(step.step, Step::CreateResourceShare { .. }) && done.contains(&step.id)
            }
            ShareChange::Part { kind, subject, before: _, after } => {
                does(&step.step, kind, subject, after.as_deref())
            }
        }),
        Difference::Permission { address, .. } => at(address).any(|step| done.contains(&step.id)),
        Difference::Policy { permission, region: _ } => plan.steps.iter().any(|step| {
            let changed = match &step.step {
                Step::CreatePermissionVersion { permission, .. }
                | Step::SetDefaultPermissionVersion { permission, .. } => Some(permission),
                _ => None,
            };
            changed == Some(permission) && done.contains(&step.id)
        }),
        Difference::Sharing { .. } => plan.steps.iter().any(|step| {
            let bootstrap =
                matches!(step.step, Step::EnableSharingWithAwsOrganization | Step::CreateServiceLinkedRole);
            bootstrap && done.contains(&step.id)
        }),
        Difference::Beside { .. }
        | Difference::Principal { .. }
        | Difference::Usage { .. }
        | Difference::Expired { .. } => false,
    }
}

/// Whether a step makes this part of a share what it is now.
fn does(step: &Step, kind: &str, subject: &str, now: Option<&str>) -> bool {
    let member = |resources: &[ResourceArn], principals: &[Principal], sources: &[String]| match kind {
        "resource" => resources.iter().any(|arn| arn.to_string() == subject),
        "principal" => principals.iter().any(|principal| principal.to_string() == subject),
        "source" => sources.iter().any(|source| source == subject),
        _ => false,
    };
    match step {
        Step::UpdateResourceShare { share: _, name, allow_external_principals } => match kind {
            "name" => name.as_deref() == now,
            "allow_external_principals" => {
                allow_external_principals.map(|allow| allow.to_string()).as_deref() == now
            }
            _ => false,
        },
        Step::AssociateResourceShare { share: _, resources, principals, sources } => {
            now.is_some() && member(resources, principals, sources)
        }
        Step::DisassociateResourceShare { share: _, resources, principals, sources } => {
            now.is_none() && member(resources, principals, sources)
        }
        Step::AssociateResourceSharePermission { share: _, permission, replace: _ } => {
            kind == "permission" && now.is_some_and(|now| now.starts_with(permission.as_str()))
        }
        Step::DisassociateResourceSharePermission { .. } => kind == "permission" && now.is_none(),
        Step::PromoteResourceShareCreatedFromPolicy { .. } => kind == "feature set",
        Step::TagResource { share: _, tags } => {
            kind == "tag" && now.is_some() && tags.get(subject).map(String::as_str) == now
        }
        Step::UntagResource { share: _, keys } => {
            kind == "tag" && now.is_none() && keys.iter().any(|key| key == subject)
        }
        _ => false,
    }
}

/// The share that a step made, found by the tags that it gave.
fn made_by(step: &PlannedStep, live: &LiveState) -> Option<ShareArn> {
    let Step::CreateResourceShare { tags, .. } = &step.step else { return None };
    let Some(Observed::Known(place)) = live.places.get(&step.place) else { return None };
    let stack = tags.get(TAG_STACK)?;
    let own = |share: &&LiveShare| match proven(stack, &share.tags, &share.arn) {
        Some(Ok(address)) => tags.get(TAG_ADDRESS).is_some_and(|wanted| wanted == address),
        _ => false,
    };
    // A share that is replaced has the same tags and is the older one.
    let newest = place.shares.values().filter(own).max_by_key(|share| share.created)?;
    Some(newest.arn.clone())
}

fn customer<'a>(
    step: &PlannedStep,
    permission: &PermissionArn,
    live: &'a LiveState,
) -> Option<&'a CustomerPermissionRow> {
    let place = live.places.get(&step.place)?.known()?;
    place.customer_permissions.iter().find(|row| row.arn == *permission && !row.status.starts_with("DELET"))
}

fn find<'a>(place: &Place, arn: &ShareArn, live: &'a LiveState) -> Option<&'a LiveShare> {
    live.places.get(place)?.known()?.shares.get(arn)
}

fn shows(step: &PlannedStep, made: &BTreeMap<StepId, ShareArn>, live: &LiveState, org: &OrgView) -> bool {
    let share = |share: &ShareRef| match share {
        ShareRef::Known(arn) => find(&step.place, arn, live),
        ShareRef::CreatedBy(id) => find(&step.place, made.get(id)?, live),
    };
    match &step.step {
        Step::EnableSharingWithAwsOrganization | Step::CreateServiceLinkedRole => {
            org.sharing.known() == Some(&SharingState::Enabled)
        }
        Step::CreatePermission { permission, .. } => customer(step, permission, live).is_some(),
        Step::CreatePermissionVersion { permission, policy, .. } => {
            // What a version allows is not in the listings; where it was read, it is compared.
            let asked = VersionAsked::Default;
            let place = live.places.get(&step.place).and_then(Observed::known);
            let default = place.map(|place| place.readings.policy(permission, &asked));
            default.is_some_and(|found| found.known().is_some_and(|found| found.policy == *policy))
        }
        Step::SetDefaultPermissionVersion { permission, version } => {
            customer(step, permission, live).is_some_and(|row| row.version == *version)
        }
        // Which versions there are is not in the listings.
        Step::DeletePermissionVersion { .. } => false,
        Step::DeletePermission { permission } => customer(step, permission, live).is_none(),
        Step::PromotePermissionCreatedFromPolicy { becomes, .. } => customer(step, becomes, live).is_some(),
        Step::TagPermission { permission, tags } => customer(step, permission, live)
            .is_some_and(|row| tags.iter().all(|(key, value)| row.tags.get(key) == Some(value))),
        Step::UntagPermission { permission, keys } => customer(step, permission, live)
            .is_some_and(|row| !keys.iter().any(|key| row.tags.contains_key(key))),
        Step::PromoteResourceShareCreatedFromPolicy { share } => {
            find(&step.place, share, live).is_some_and(|live| live.feature_set == FeatureSet::Standard)
        }
        Step::CreateResourceShare { name, resources, principals, .. } => made
            .get(&step.id)
            .and_then(|arn| find(&step.place, arn, live))
            .is_some_and(|live| live.name == *name && holds(live, resources, principals, &[])),
        Step::UpdateResourceShare { share: on, name, allow_external_principals } => {
            share(on).is_some_and(|live| {
                name.as_ref().is_none_or(|name| *name == live.name)
                    && allow_external_principals.is_none_or(|allow| allow == live.allow_external_principals)
            })
        }
        Step::AssociateResourceShare { share: on, resources, principals, sources } => {
            share(on).is_some_and(|live| holds(live, resources, principals, sources))
        }
        Step::DisassociateResourceShare { share: on, resources, principals, sources } => share(on)
            .is_some_and(|live| {
                !resources.iter().any(|arn| live.resources.contains_key(arn))
                    && !principals.iter().any(|principal| live.principals.contains_key(principal))
                    && !sources.iter().any(|source| live.sources.contains_key(source))
            }),
        Step::AssociateResourceSharePermission { share: on, permission, replace: _ } => share(on)
            .is_some_and(|live| {
                live.permissions.values().any(|found| found.arn == *permission && found.default_version)
            }),
        Step::DisassociateResourceSharePermission { share: on, permission } => {
            share(on).is_some_and(|live| !live.permissions.values().any(|found| found.arn == *permission))
        }
        Step::TagResource { share: on, tags } => {
            share(on).is_some_and(|live| tags.iter().all(|(key, value)| live.tags.get(key) == Some(value)))
        }
        Step::RecordApplied { share: on, record } => {
            share(on).is_some_and(|live| live.tags.get(TAG_APPLIED) == Some(&record.bound(&live.arn)))
        }
        Step::UntagResource { share: on, keys } => {
            share(on).is_some_and(|live| !keys.iter().any(|key| live.tags.contains_key(key)))
        }
        // What the account sees was not read again; the owner sees whether it has accepted.
        Step::AcceptResourceShareInvitation { share: on, sender } => {
            let owner = Place { account: sender.clone(), region: step.place.region.clone() };
            let found = match on {
                ShareRef::Known(arn) => find(&owner, arn, live),
                ShareRef::CreatedBy(id) => made.get(id).and_then(|arn| find(&owner, arn, live)),
            };
            found.is_some_and(|share| {
                share.principals.iter().any(|(principal, association)| {
                    association.status == AssociationStatus::Associated
                        && principal.account().as_ref() == Some(&step.place.account)
                })
            })
        }
        Step::RejectResourceShareInvitation { .. } | Step::LeaveResourceShare { .. } => false,
        Step::DeleteResourceShare { share: arn } => find(&step.place, arn, live).is_none(),
    }
}

fn holds(live: &LiveShare, resources: &[ResourceArn], principals: &[Principal], sources: &[String]) -> bool {
    let there = |association: Option<&Association>| {
        association.is_some_and(|association| {
            matches!(association.status, AssociationStatus::Associated | AssociationStatus::Associating)
        })
    };
    resources.iter().all(|arn| there(live.resources.get(arn)))
        && principals.iter().all(|principal| there(live.principals.get(principal)))
        && sources.iter().all(|source| there(live.sources.get(source)))
}
