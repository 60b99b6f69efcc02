//! Customer managed permissions in the tiny RAM: versions, which of them is the default, which are attached where.

use crate::live::{CustomerPermissionRow, LivePlace, LiveState, PermissionVersion, VersionAsked};
use crate::model::{FeatureSet, Observed, PermissionArn, PermissionPolicy, Place, ResourceType, Tags};
use crate::plan::step::Step;

/// The versions of a permission, the oldest first, and the default's.
pub(crate) fn versions(place: &LivePlace, arn: &PermissionArn) -> (Vec<String>, String) {
    let row = place.customer_permissions.iter().find(|row| row.arn == *arn).expect("the permission is there");
    let versions = place.readings.versions(arn).known().expect("read").to_vec();
    (versions, row.version.clone())
}

pub(crate) fn policy(place: &LivePlace, arn: &PermissionArn, version: &str) -> Option<PermissionPolicy> {
    let asked = VersionAsked::Numbered(version.to_owned());
    place.readings.policy(arn, &asked).known().map(|found| found.policy.clone())
}

/// Makes a permission with one version.
pub(crate) fn make(
    place: &mut LivePlace,
    arn: &PermissionArn,
    resource_type: &ResourceType,
    policy: &PermissionPolicy,
    tags: &Tags,
) {
    assert!(
        place.customer_permissions.iter().all(|row| row.arn != *arn),
        "a permission of the name is there"
    );
    place.customer_permissions.push(CustomerPermissionRow {
        arn: arn.clone(),
        version: "0".to_owned(),
        resource_type: resource_type.clone(),
        status: "ATTACHABLE".to_owned(),
        feature_set: FeatureSet::Standard,
        tags: tags.clone(),
    });
    place.readings.versions.insert(arn.clone(), Observed::Known(Vec::new()));
    add_version(place, arn, policy);
}

/// Makes a version, which becomes the default. RAM numbers upwards and never gives a number again.
pub(crate) fn add_version(place: &mut LivePlace, arn: &PermissionArn, policy: &PermissionPolicy) {
    let (mut all, default) = versions(place, arn);
    assert!(all.len() < 5, "five versions are the most");
    let greatest = all.iter().chain([&default]).map(|version| version.parse::<u32>().unwrap()).max();
    let number = (greatest.unwrap() + 1).to_string();
    let version = PermissionVersion { version: number.clone(), policy: policy.clone() };
    let key = (arn.clone(), VersionAsked::Numbered(number.clone()));
    place.readings.policies.insert(key, Observed::Known(version));
    all.push(number.clone());
    place.readings.versions.insert(arn.clone(), Observed::Known(all));
    set_default(place, arn, &number);
}

pub(crate) fn set_default(place: &mut LivePlace, arn: &PermissionArn, version: &str) {
    let asked = VersionAsked::Numbered(version.to_owned());
    let found = place.readings.policies.get(&(arn.clone(), asked)).expect("the version is there").clone();
    place.readings.policies.insert((arn.clone(), VersionAsked::Default), found);
    for row in place.customer_permissions.iter_mut().filter(|row| row.arn == *arn) {
        version.clone_into(&mut row.version);
    }
    let attached = place.shares.values_mut().flat_map(|share| share.permissions.values_mut());
    for attached in attached.filter(|attached| attached.arn == *arn) {
        attached.default_version = attached.version == version;
    }
}

fn is_attached(place: &LivePlace, arn: &PermissionArn, version: Option<&str>) -> bool {
    let mut attached = place.shares.values().flat_map(|share| share.permissions.values());
    attached.any(|one| one.arn == *arn && version.is_none_or(|version| version == one.version))
}

/// Carries out a step on a permission. None: it is none.
pub(crate) fn carry_out(live: &mut LiveState, at: &Place, step: &Step) -> Option<()> {
    let Some(Observed::Known(place)) = live.places.get_mut(at) else { return None };
    let tags_of = |place: &mut LivePlace, arn: &PermissionArn, change: &dyn Fn(&mut Tags)| {
        let row = place.customer_permissions.iter_mut().find(|row| row.arn == *arn);
        change(&mut row.expect("the permission is there").tags);
    };
    match step {
        Step::CreatePermission { tokens: _, permission, resource_type, policy, tags } => {
            make(place, permission, resource_type, policy, tags);
        }
        Step::CreatePermissionVersion { tokens: _, highest: _, permission, policy } => {
            add_version(place, permission, policy);
        }
        Step::SetDefaultPermissionVersion { permission, version } => set_default(place, permission, version),
        Step::DeletePermissionVersion { permission, version } => {
            let (mut all, default) = versions(place, permission);
            assert_ne!(*version, default, "the default version cannot be deleted");
            assert!(!is_attached(place, permission, Some(version)), "a version that a share has");
            all.retain(|one| one != version);
            place.readings.versions.insert(permission.clone(), Observed::Known(all));
            place.readings.policies.remove(&(permission.clone(), VersionAsked::Numbered(version.clone())));
        }
        Step::DeletePermission { permission } => {
            assert!(!is_attached(place, permission, None), "a permission that a share has");
            place.customer_permissions.retain(|row| row.arn != *permission);
            place.readings.versions.remove(permission);
            place.readings.policies.retain(|(arn, _), _| arn != permission);
        }
        Step::PromotePermissionCreatedFromPolicy { tokens: _, permission, becomes } => {
            let row = place.customer_permissions.iter().find(|row| row.arn == *permission);
            let row = row.expect("the permission is there").clone();
            assert_eq!(row.feature_set, FeatureSet::CreatedFromPolicy);
            let found = place
                .readings
                .policy(permission, &VersionAsked::Default)
                .known()
                .expect("read")
                .policy
                .clone();
            make(place, becomes, &row.resource_type, &found, &Tags::new());
        }
        Step::TagPermission { permission, tags } => {
            tags_of(place, permission, &|found| found.extend(tags.clone()));
        }
        Step::UntagPermission { permission, keys } => {
            tags_of(place, permission, &|found| found.retain(|key, _| !keys.contains(key)));
        }
        Step::PromoteResourceShareCreatedFromPolicy { share } => promote(place, share),
        _ => return None,
    }
    Some(())
}

/// RAM wants a customer managed permission that says exactly the same.
fn promote(place: &mut LivePlace, share: &crate::model::ShareArn) {
    let mut found = place.shares.get(share).expect("the share is there").clone();
    assert_eq!(found.feature_set, FeatureSet::CreatedFromPolicy);
    found.feature_set = FeatureSet::Standard;
    for attached in found.permissions.values_mut() {
        let wanted = place
            .readings
            .policy(&attached.arn, &VersionAsked::Default)
            .known()
            .expect("read")
            .policy
            .clone();
        let twin = place.customer_permissions.iter().find(|row| {
            row.feature_set == FeatureSet::Standard
                && policy(place, &row.arn, &row.version).as_ref() == Some(&wanted)
        });
        let twin = twin.expect("a permission that says the same");
        (attached.arn, attached.version) = (twin.arn.clone(), twin.version.clone());
        (attached.default_version, attached.feature_set) = (true, FeatureSet::Standard);
    }
    place.shares.insert(share.clone(), found);
    let used: Vec<PermissionArn> = place
        .shares
        .values()
        .flat_map(|share| share.permissions.values().map(|attached| attached.arn.clone()))
        .collect();
    place
        .customer_permissions
        .retain(|row| row.feature_set == FeatureSet::Standard || used.contains(&row.arn));
}

/// What a share gets that is given a permission now: its default version.
pub(crate) fn attachment(place: &LivePlace, arn: &PermissionArn) -> crate::live::AttachedPermission {
    let row = place.customer_permissions.iter().find(|row| row.arn == *arn);
    let mut attached = crate::diff::fixture::attached(arn);
    if let Some(row) = row {
        row.version.clone_into(&mut attached.version);
    } else {
        assert!(arn.is_aws_managed(), "a permission that is not there: {arn}");
    }
    attached
}
