//! What was asked of single permissions beyond the listings.

use serde::{Deserialize, Serialize};

use crate::live::{AwsPermissionRow, PermissionReadings, PermissionVersion, VersionAsked};
use crate::model::{Observed, PermissionArn, PermissionPolicy};
use crate::wire::snapshot::SnapshotError;
use crate::wire::snapshot::document::{ReadRecord, id};

/// One version of a permission that was asked for.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PolicyRecord {
    permission: String,
    /// The version that was asked for; null: whichever is the default.
    version: Option<String>,
    read: ReadRecord<VersionRecord>,
}

/// A version with what it allows.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct VersionRecord {
    version: String,
    /// The policy template, in the form in which ramctl writes one.
    policy: String,
}

/// A permission of AWS.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct OfferedRecord {
    arn: String,
    version: String,
    resource_type: String,
    /// RAM's word.
    status: String,
}

impl OfferedRecord {
    fn new(row: &AwsPermissionRow) -> Self {
        let AwsPermissionRow { arn, version, resource_type, status } = row;
        Self {
            arn: arn.to_string(),
            version: version.clone(),
            resource_type: resource_type.to_string(),
            status: status.clone(),
        }
    }

    fn read(&self) -> Result<AwsPermissionRow, SnapshotError> {
        let Self { arn, version, resource_type, status } = self;
        Ok(AwsPermissionRow {
            arn: id(arn)?,
            version: version.clone(),
            resource_type: id(resource_type)?,
            status: status.clone(),
        })
    }
}

/// What AWS offers, where it was asked for.
pub(crate) fn offered(readings: &PermissionReadings) -> Option<ReadRecord<Vec<OfferedRecord>>> {
    let found = readings.offered.as_ref()?;
    Some(ReadRecord::new(found, |rows| rows.iter().map(OfferedRecord::new).collect()))
}

/// The versions that a permission has.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct VersionsRecord {
    permission: String,
    /// The oldest first.
    read: ReadRecord<Vec<String>>,
}

/// Both kinds of answers.
pub(crate) fn records(readings: &PermissionReadings) -> (Vec<PolicyRecord>, Vec<VersionsRecord>) {
    let PermissionReadings { policies, versions, offered: _ } = readings;
    let policies = policies.iter().map(|((arn, asked), found)| PolicyRecord {
        permission: arn.to_string(),
        version: match asked {
            VersionAsked::Default => None,
            VersionAsked::Numbered(number) => Some(number.clone()),
        },
        read: ReadRecord::new(found, |found| {
            let PermissionVersion { version, policy } = found;
            VersionRecord { version: version.clone(), policy: policy.template() }
        }),
    });
    let versions = versions.iter().map(|(arn, found)| VersionsRecord {
        permission: arn.to_string(),
        read: ReadRecord::new(found, Clone::clone),
    });
    (policies.collect(), versions.collect())
}

/// The answers again.
pub(crate) fn read(
    policies: &[PolicyRecord],
    versions: &[VersionsRecord],
    offered: Option<&ReadRecord<Vec<OfferedRecord>>>,
) -> Result<PermissionReadings, SnapshotError> {
    let mut out = PermissionReadings::default();
    for PolicyRecord { permission, version, read } in policies {
        let arn: PermissionArn = id(permission)?;
        let asked = version.clone().map_or(VersionAsked::Default, VersionAsked::Numbered);
        let found = read.read(|VersionRecord { version, policy }| {
            let policy = PermissionPolicy::read(policy)
                .map_err(|source| SnapshotError::Policy { permission: permission.clone(), source })?;
            Ok(PermissionVersion { version: version.clone(), policy })
        })?;
        put(&mut out.policies, (arn, asked), found, permission)?;
    }
    for VersionsRecord { permission, read } in versions {
        put(&mut out.versions, id(permission)?, read.read(|all| Ok(all.clone()))?, permission)?;
    }
    let rows = |rows: &Vec<OfferedRecord>| rows.iter().map(OfferedRecord::read).collect();
    out.offered = offered.map(|found| found.read(rows)).transpose()?;
    Ok(out)
}

fn put<K: Ord, V>(
    into: &mut std::collections::BTreeMap<K, Observed<V>>,
    key: K,
    value: Observed<V>,
    what: &str,
) -> Result<(), SnapshotError> {
    match into.insert(key, value) {
        None => Ok(()),
        Some(_) => Err(SnapshotError::Twice { what: what.to_owned() }),
    }
}
