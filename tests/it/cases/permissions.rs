//! Permissions of a case: rows of the listing, policies of their versions.

use std::collections::BTreeMap;

use ramctl::desired::{DesiredGraph, ManagedPermission};
use ramctl::diff::{PermissionStamp, permission_record};
use ramctl::live::{CustomerPermissionRow, LiveState, PermissionDetail, PermissionVersionRow, VersionAsked};
use ramctl::model::{
    FeatureSet, Gap, GapCause, Observed, PermissionArn, Place, TAG_ADDRESS, TAG_APPLIED, TAG_STACK, Tags,
};

pub fn arn(place: &Place, name: &str) -> PermissionArn {
    let text = format!("arn:aws:ram:{}:{}:permission/{name}", place.region, place.account);
    PermissionArn::parse(&text).expect("a permission's ARN")
}

/// The tags of a permission of the stack; those of an apply where the files before still have it.
pub fn tags(
    arn: &PermissionArn,
    address: &str,
    own: Option<&ManagedPermission>,
    graph: &DesiredGraph,
) -> Tags {
    let mut tags = own.map(|own| own.tags.clone()).unwrap_or_default();
    tags.insert(TAG_STACK.into(), graph.stack.to_string());
    tags.insert(TAG_ADDRESS.into(), own.map_or_else(|| address.to_owned(), |own| own.address.tag_value()));
    let stamp = own.map_or_else(PermissionStamp::unapplied, PermissionStamp::of);
    let record = permission_record(&tags, &stamp, arn);
    tags.insert(TAG_APPLIED.into(), record);
    tags
}

/// The permission as RAM shows it when everything has been carried out.
pub fn add(live: &mut LiveState, permission: &ManagedPermission, graph: &DesiredGraph, versions: &[String]) {
    let place = &permission.place;
    let customer = CustomerPermissionRow {
        arn: permission.arn.clone(),
        version: versions.len().to_string(),
        resource_type: permission.resource_type.clone(),
        status: "ATTACHABLE".into(),
        feature_set: FeatureSet::Standard,
        tags: tags(&permission.arn, &permission.address.to_string(), Some(permission), graph),
    };
    row(live, place, customer, versions, false);
}

/// A row of the listing, and what is read of it besides.
pub fn row(
    live: &mut LiveState,
    place: &Place,
    row: CustomerPermissionRow,
    versions: &[String],
    unreadable: bool,
) {
    let Some(Observed::Known(found)) = live.places.get_mut(place) else { panic!("{place} is not read") };
    let detail = |number: usize, policy: &String| PermissionDetail {
        arn: row.arn.clone(),
        version: number.to_string(),
        default_version: number.to_string() == row.version,
        status: "ATTACHABLE".into(),
        policy: policy.clone(),
    };
    for (index, policy) in versions.iter().enumerate() {
        let detail = detail(index + 1, policy);
        let answer = if unreadable {
            Observed::Unknown(Gap {
                action: "ram:GetPermission".into(),
                caller: format!("arn:aws:iam::{}:role/ramctl", place.account),
                cause: GapCause::AccessDenied,
                detail: "AccessDeniedException: not authorized to perform: ram:GetPermission".into(),
            })
        } else {
            Observed::Known(detail.clone())
        };
        if detail.default_version {
            found.readings.add_policy(&row.arn, VersionAsked::Default, answer.clone());
        }
        found.readings.add_policy(&row.arn, VersionAsked::Numbered(detail.version), answer);
    }
    let versions = (1..=versions.len()).map(|number| PermissionVersionRow {
        version: number.to_string(),
        default_version: number.to_string() == row.version,
        status: "ATTACHABLE".into(),
    });
    found.readings.add_versions(&row.arn, Observed::Known(versions.collect()));
    found.customer_permissions.push(row);
}

/// Says of each attached version of a customer managed permission whether it is the default.
pub fn flag(live: &mut LiveState) {
    for place in live.places.values_mut() {
        let Observed::Known(place) = place else { continue };
        let defaults: BTreeMap<PermissionArn, String> =
            place.customer_permissions.iter().map(|row| (row.arn.clone(), row.version.clone())).collect();
        for attached in place.shares.values_mut().flat_map(|share| share.permissions.values_mut()) {
            if let Some(default) = defaults.get(&attached.arn) {
                attached.default_version = *default == attached.version;
            }
        }
    }
}

/// AWS's permissions, each with the policies of its versions; the last is the default.
pub fn aws(live: &mut LiveState, all: &BTreeMap<String, Vec<String>>) {
    for (name, versions) in all {
        let arn = PermissionArn::parse(&format!("arn:aws:ram::aws:permission/{name}")).expect("an ARN");
        for place in live.places.values_mut() {
            let Observed::Known(place) = place else { continue };
            for (index, policy) in versions.iter().enumerate() {
                let number = (index + 1).to_string();
                let is_default = index + 1 == versions.len();
                let detail = PermissionDetail {
                    arn: arn.clone(),
                    version: number.clone(),
                    default_version: is_default,
                    status: "ATTACHABLE".into(),
                    policy: policy.clone(),
                };
                let answer = Observed::Known(detail);
                if is_default {
                    place.readings.add_policy(&arn, VersionAsked::Default, answer.clone());
                }
                place.readings.add_policy(&arn, VersionAsked::Numbered(number), answer);
            }
            let attached = place.shares.values_mut().flat_map(|share| share.permissions.values_mut());
            for attached in attached.filter(|attached| attached.arn == arn) {
                attached.default_version = attached.version == versions.len().to_string();
            }
        }
    }
}
