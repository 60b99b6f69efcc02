//! How far a plan was carried out, by what AWS shows.

use std::collections::BTreeMap;

use crate::live::{Association, CustomerPermissionRow, LiveShare, LiveState, VersionAsked};
use crate::model::{
    AssociationStatus, FeatureSet, Observed, PermissionArn, Place, Principal, ResourceArn, ShareArn,
    TAG_ADDRESS, TAG_STACK,
};
use crate::org::{OrgView, SharingState};
use crate::plan::body::PlanBody;
use crate::plan::step::{PlannedStep, ShareRef, Step, StepId};

/// How many steps show their effect. A plan has only steps whose effect was not there when it was made.
pub(crate) fn done(plan: &PlanBody, live: &LiveState, org: &OrgView) -> usize {
    let mut made = BTreeMap::new();
    for step in &plan.steps {
        if let Some(arn) = made_by(step, live) {
            made.insert(step.id, arn);
        }
    }
    plan.steps.iter().filter(|step| shows(step, &made, live, org)).count()
}

/// The share that a step made, found by the tags that it gave.
fn made_by(step: &PlannedStep, live: &LiveState) -> Option<ShareArn> {
    let Step::CreateResourceShare { tags, .. } = &step.step else { return None };
    let Some(Observed::Known(place)) = live.places.get(&step.place) else { return None };
    let own = |share: &&LiveShare| {
        [TAG_STACK, TAG_ADDRESS].iter().all(|tag| share.tags.get(*tag) == tags.get(*tag))
    };
    // A share that is replaced bears the same tags and is the older one.
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
        Step::CreatePermissionVersion { permission, policy } => {
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
        Step::PromotePermissionCreatedFromPolicy { permission: _, becomes } => {
            customer(step, becomes, live).is_some()
        }
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
        Step::UntagResource { share: on, keys } => {
            share(on).is_some_and(|live| !keys.iter().any(|key| live.tags.contains_key(key)))
        }
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
