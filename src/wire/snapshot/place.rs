//! The accounts and Regions of a snapshot, with their shares.

use serde::{Deserialize, Serialize};

use crate::diff::Asked;
use crate::live::{Association, AttachedPermission, CustomerPermissionRow, Departed, LivePlace, LiveShare};
use crate::model::{
    AssociationStatus, FeatureSet, Observed, PermissionArn, Place, Principal, ResourceArn, ResourceType,
    ShareArn, ShareStatus, Tags,
};
use crate::wire::malformed::times;
use crate::wire::snapshot::SnapshotError;
use crate::wire::snapshot::document::{ReadRecord, id, once};
use crate::wire::snapshot::readings::{self, OfferedRecord, PolicyRecord, VersionsRecord};

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PlaceRecord {
    account: String,
    region: String,
    pub(crate) read: ReadRecord<LivePlaceRecord>,
}

/// One account in one Region.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct LivePlaceRecord {
    pub(crate) shares: Vec<ShareRecord>,
    /// Shares that RAM still lists as DELETED.
    pub(crate) deleted: Vec<DeletedRecord>,
    /// Principals that left a share and are still listed.
    pub(crate) departed: Vec<DepartedRecord>,
    pub(crate) customer_permissions: Vec<CustomerPermissionRecord>,
    /// Policies that were asked for.
    pub(crate) permission_policies: Vec<PolicyRecord>,
    /// Lists of versions that were asked for.
    pub(crate) permission_versions: Vec<VersionsRecord>,
    /// The permissions that AWS has, where a share names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) aws_permissions: Option<ReadRecord<Vec<OfferedRecord>>>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct DeletedRecord {
    arn: String,
    pub(crate) tags: Tags,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ShareRecord {
    pub(crate) arn: String,
    pub(crate) name: String,
    /// RAM's word.
    status: String,
    pub(crate) status_message: Option<String>,
    allow_external_principals: bool,
    retain_sharing: bool,
    /// RAM's word.
    feature_set: String,
    pub(crate) tags: Tags,
    created: Option<String>,
    /// When RAM last changed the share itself.
    updated: Option<String>,
    pub(crate) resources: Vec<AssociationRecord>,
    pub(crate) principals: Vec<AssociationRecord>,
    pub(crate) sources: Vec<AssociationRecord>,
    permissions: Vec<PermissionRecord>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct AssociationRecord {
    /// The resource, principal or source.
    entity: String,
    /// RAM's word.
    status: String,
    pub(crate) status_message: Option<String>,
    external: bool,
    created: Option<String>,
    updated: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PermissionRecord {
    resource_type: String,
    arn: String,
    version: String,
    default_version: bool,
    /// RAM's word.
    feature_set: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct CustomerPermissionRecord {
    pub(crate) arn: String,
    version: String,
    resource_type: String,
    /// RAM's word.
    status: String,
    /// RAM's word.
    feature_set: String,
    pub(crate) tags: Tags,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct DepartedRecord {
    share: String,
    principal: String,
    joined: Option<String>,
    left: Option<String>,
}

impl PlaceRecord {
    pub fn new(place: &Place, found: &Observed<LivePlace>) -> Self {
        let Place { account, region } = place;
        Self {
            account: account.to_string(),
            region: region.to_string(),
            read: ReadRecord::new(found, LivePlaceRecord::new),
        }
    }

    pub fn read(&self) -> Result<(Place, Observed<LivePlace>), SnapshotError> {
        let Self { account, region, read } = self;
        let place = Place { account: id(account)?, region: id(region)? };
        let found = read.read(|record| record.read(&place))?;
        Ok((place, found))
    }
}

impl LivePlaceRecord {
    fn new(place: &LivePlace) -> Self {
        let LivePlace { shares, deleted, departed, customer_permissions, readings, share_by_share: _ } =
            place;
        let deleted = deleted.iter();
        let (permission_policies, permission_versions) = readings::records(readings);
        Self {
            shares: shares.values().map(ShareRecord::new).collect(),
            deleted: deleted
                .map(|(arn, tags)| DeletedRecord { arn: arn.to_string(), tags: tags.clone() })
                .collect(),
            departed: departed
                .iter()
                .map(|((share, principal), Departed { joined, left })| DepartedRecord {
                    share: share.to_string(),
                    principal: principal.to_string(),
                    joined: joined.map(|time| time.to_string()),
                    left: left.map(|time| time.to_string()),
                })
                .collect(),
            customer_permissions: customer_permissions.iter().map(CustomerPermissionRecord::new).collect(),
            permission_policies,
            permission_versions,
            aws_permissions: readings::offered(readings),
        }
    }

    fn read(&self, place: &Place) -> Result<LivePlace, SnapshotError> {
        let Self {
            shares,
            deleted,
            departed,
            customer_permissions,
            permission_policies,
            permission_versions,
            aws_permissions,
        } = self;
        let shares = once(shares.iter().map(|share| {
            let share = share.read()?;
            in_place(&share.arn, place)?;
            Ok((share.arn.clone(), share))
        }))?;
        let deleted = once(deleted.iter().map(|DeletedRecord { arn, tags }| {
            let arn = id(arn)?;
            in_place(&arn, place)?;
            Ok((arn, tags.clone()))
        }))?;
        let departed = departed.iter().map(|DepartedRecord { share, principal, joined, left }| {
            let times = Departed { joined: times(joined.as_deref())?, left: times(left.as_deref())? };
            Ok::<_, SnapshotError>(((id(share)?, Principal::read(principal)), times))
        });
        Ok(LivePlace {
            share_by_share: false,
            shares,
            deleted,
            departed: departed.collect::<Result<_, _>>()?,
            customer_permissions: customer_permissions
                .iter()
                .map(CustomerPermissionRecord::read)
                .collect::<Result<_, _>>()?,
            readings: readings::read(permission_policies, permission_versions, aws_permissions.as_ref())?,
        })
    }
}

/// A share of another account or Region would be compared, and told of, in the wrong place.
fn in_place(share: &ShareArn, place: &Place) -> Result<(), SnapshotError> {
    let arn = share.arn();
    if arn.account() == place.account.as_str() && arn.region() == place.region.as_str() {
        return Ok(());
    }
    Err(SnapshotError::Elsewhere { share: share.to_string(), place: place.to_string() })
}

impl ShareRecord {
    /// What is on the share, as a record of it knows it, in the order of the document.
    pub(crate) fn members(&self) -> Vec<Asked> {
        let mut out = vec![
            Asked::name(&self.name),
            Asked::allow_external_principals(self.allow_external_principals),
            Asked::retain_sharing(self.retain_sharing),
        ];
        for resource in self.resources.iter().filter_map(|row| ResourceArn::parse(&row.entity).ok()) {
            out.extend([Asked::resource(&resource), Asked::found(&resource)]);
        }
        out.extend(self.principals.iter().map(|row| Asked::principal(&Principal::read(&row.entity))));
        out.extend(self.sources.iter().map(|row| Asked::source(&row.entity)));
        out.extend(self.permission_arns().map(|(kind, arn)| Asked::permission(&kind, &arn)));
        out.extend(self.tags.iter().map(|(key, value)| Asked::tag(key, value)));
        out
    }

    /// The type and ARN of each permission, in the order of the document.
    pub(crate) fn permission_arns(&self) -> impl Iterator<Item = (ResourceType, PermissionArn)> {
        let parsed = |record: &PermissionRecord| {
            Some((ResourceType::parse(&record.resource_type).ok()?, PermissionArn::parse(&record.arn).ok()?))
        };
        self.permissions.iter().filter_map(parsed)
    }

    fn new(share: &LiveShare) -> Self {
        let LiveShare {
            arn,
            name,
            status,
            status_message,
            allow_external_principals,
            retain_sharing,
            feature_set,
            tags,
            created,
            updated,
            resources,
            principals,
            sources,
            permissions,
        } = share;
        let permissions = permissions.iter().map(|(resource_type, attached)| {
            let AttachedPermission { arn, version, default_version, feature_set } = attached;
            PermissionRecord {
                resource_type: resource_type.to_string(),
                arn: arn.to_string(),
                version: version.clone(),
                default_version: *default_version,
                feature_set: feature_set.to_string(),
            }
        });
        Self {
            arn: arn.to_string(),
            name: name.clone(),
            status: status.to_string(),
            status_message: status_message.clone(),
            allow_external_principals: *allow_external_principals,
            retain_sharing: *retain_sharing,
            feature_set: feature_set.to_string(),
            tags: tags.clone(),
            created: created.map(|time| time.to_string()),
            updated: updated.map(|time| time.to_string()),
            resources: associations(resources),
            principals: associations(principals),
            sources: associations(sources),
            permissions: permissions.collect(),
        }
    }

    fn read(&self) -> Result<LiveShare, SnapshotError> {
        let Self {
            arn,
            name,
            status,
            status_message,
            allow_external_principals,
            retain_sharing,
            feature_set,
            tags,
            created,
            updated,
            resources,
            principals,
            sources,
            permissions,
        } = self;
        Ok(LiveShare {
            arn: id(arn)?,
            name: name.clone(),
            status: ShareStatus::read(status),
            status_message: status_message.clone(),
            allow_external_principals: *allow_external_principals,
            retain_sharing: *retain_sharing,
            feature_set: FeatureSet::read(feature_set),
            tags: tags.clone(),
            created: times(created.as_deref())?,
            updated: times(updated.as_deref())?,
            resources: once(resources.iter().map(|row| Ok((id(&row.entity)?, row.read()?))))?,
            principals: once(principals.iter().map(|row| Ok((Principal::read(&row.entity), row.read()?))))?,
            sources: once(sources.iter().map(|row| Ok((row.entity.clone(), row.read()?))))?,
            permissions: once(permissions.iter().map(|record| {
                let PermissionRecord { resource_type, arn, version, default_version, feature_set } = record;
                let attached = AttachedPermission {
                    arn: id(arn)?,
                    version: version.clone(),
                    default_version: *default_version,
                    feature_set: FeatureSet::read(feature_set),
                };
                Ok((id(resource_type)?, attached))
            }))?,
        })
    }
}

fn associations<'a, K: ToString + 'a>(
    rows: impl IntoIterator<Item = (&'a K, &'a Association)>,
) -> Vec<AssociationRecord> {
    let record = |(entity, association): (&K, &Association)| {
        let Association { status, status_message, external, created, updated } = association;
        AssociationRecord {
            entity: entity.to_string(),
            status: status.to_string(),
            status_message: status_message.clone(),
            external: *external,
            created: created.map(|time| time.to_string()),
            updated: updated.map(|time| time.to_string()),
        }
    };
    rows.into_iter().map(record).collect()
}

impl AssociationRecord {
    fn read(&self) -> Result<Association, SnapshotError> {
        let Self { entity: _, status, status_message, external, created, updated } = self;
        Ok(Association {
            status: AssociationStatus::read(status),
            status_message: status_message.clone(),
            external: *external,
            created: times(created.as_deref())?,
            updated: times(updated.as_deref())?,
        })
    }
}

impl CustomerPermissionRecord {
    fn new(row: &CustomerPermissionRow) -> Self {
        let CustomerPermissionRow { arn, version, resource_type, status, feature_set, tags } = row;
        Self {
            arn: arn.to_string(),
            version: version.clone(),
            resource_type: resource_type.to_string(),
            status: status.clone(),
            feature_set: feature_set.to_string(),
            tags: tags.clone(),
        }
    }

    fn read(&self) -> Result<CustomerPermissionRow, SnapshotError> {
        let Self { arn, version, resource_type, status, feature_set, tags } = self;
        Ok(CustomerPermissionRow {
            arn: id(arn)?,
            version: version.clone(),
            resource_type: id(resource_type)?,
            status: status.clone(),
            feature_set: FeatureSet::read(feature_set),
            tags: tags.clone(),
        })
    }
}
