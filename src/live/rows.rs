//! One row of each RAM listing, in ramctl's types. `aws` fills them, [`crate::live`] joins them.

use jiff::Timestamp;

use crate::model::{
    AccountId, AssociationStatus, FeatureSet, PermissionArn, ResourceType, ShareArn, ShareStatus, Tags,
};

/// A row of `GetResourceShares(resourceOwner = SELF)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareRow {
    pub arn: ShareArn,
    /// Foreign text.
    pub name: String,
    pub owner: AccountId,
    pub status: ShareStatus,
    pub status_message: Option<String>,
    pub allow_external_principals: bool,
    /// `resourceShareConfiguration.retainSharingOnAccountLeaveOrganization`; absent counts as false.
    pub retain_sharing: bool,
    pub feature_set: FeatureSet,
    pub tags: Tags,
    pub created: Option<Timestamp>,
    pub updated: Option<Timestamp>,
}

/// A row of `GetResourceShareAssociations`, of either type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssociationRow {
    pub share: ShareArn,
    /// The principal or resource as RAM writes it.
    pub entity: String,
    pub status: AssociationStatus,
    pub status_message: Option<String>,
    pub external: bool,
    pub created: Option<Timestamp>,
    pub updated: Option<Timestamp>,
}

/// A row of `ListPermissionAssociations`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionRow {
    pub share: ShareArn,
    pub permission: PermissionArn,
    pub version: String,
    /// False: the share is behind the permission's default version.
    pub default_version: bool,
    pub resource_type: ResourceType,
    pub feature_set: FeatureSet,
}

/// A row of `ListSourceAssociations`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRow {
    pub share: ShareArn,
    pub source: String,
    pub status: AssociationStatus,
    pub status_message: Option<String>,
    pub created: Option<Timestamp>,
    pub updated: Option<Timestamp>,
}

/// A row of `ListPermissions(permissionType = CUSTOMER_MANAGED)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerPermissionRow {
    pub arn: PermissionArn,
    pub version: String,
    pub resource_type: ResourceType,
    pub status: String,
    pub feature_set: FeatureSet,
    pub tags: Tags,
}

/// A row of `ListPermissions(permissionType = AWS_MANAGED)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsPermissionRow {
    pub arn: PermissionArn,
    pub version: String,
    pub resource_type: ResourceType,
    /// RAM's word. One that can be put on shares is ATTACHABLE.
    pub status: String,
}

/// `GetPermission`: one version of a permission with its policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionDetail {
    pub arn: PermissionArn,
    pub version: String,
    pub default_version: bool,
    pub status: String,
    /// JSON, as RAM gives it. Foreign text.
    pub policy: String,
}

/// A row of `ListPermissionVersions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionVersionRow {
    pub version: String,
    pub default_version: bool,
    pub status: String,
}

/// The six listings of one account and Region, as they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceRows {
    pub shares: Vec<ShareRow>,
    pub resources: Vec<AssociationRow>,
    pub principals: Vec<AssociationRow>,
    pub permissions: Vec<PermissionRow>,
    pub sources: Vec<SourceRow>,
    pub customer_permissions: Vec<CustomerPermissionRow>,
}
