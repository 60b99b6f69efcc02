//! What the ports take and give beside RAM's own rows (those are in `live`).

use jiff::Timestamp;

use crate::model::{
    AccountId, OrganizationArn, OuArn, PermissionArn, Principal, ResourceArn, ResourceType, ShareArn,
    ShareStatus, Tags,
};
use crate::org::AccountStanding;

/// Which shares a listing is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShareScope {
    All,
    One(ShareArn),
}

/// `associationType` of `GetResourceShareAssociations`. Sources have a listing of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AssociationKind {
    Resource,
    Principal,
}

/// What `AssociateResourceShare` adds and `DisassociateResourceShare` takes away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members {
    pub resources: Vec<ResourceArn>,
    pub principals: Vec<Principal>,
    pub sources: Vec<String>,
}

/// One network interface in a subnet, or one attachment to a transit gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UseRow {
    /// Of the interface or attachment: it is counted once.
    pub id: String,
    /// Id of the subnet or transit gateway.
    pub resource: String,
    pub account: AccountId,
}

/// The input of `CreateResourceShare`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewShare {
    pub name: String,
    pub allow_external_principals: bool,
    pub retain_sharing: bool,
    pub tags: Tags,
    pub permissions: Vec<PermissionArn>,
    pub members: Members,
}

/// The input of `CreatePermission`. Its name is the ARN's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPermission {
    pub arn: PermissionArn,
    pub resource_type: ResourceType,
    /// JSON.
    pub template: String,
    pub tags: Tags,
}

/// What `CreateResourceShare` answers. A replayed token gives the share that it made the first time, deleted or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedShare {
    pub arn: ShareArn,
    pub status: ShareStatus,
    pub created: Option<Timestamp>,
}

/// What `CreatePermissionVersion` answers, with the same caveat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedVersion {
    /// The number of the version.
    pub version: String,
    pub created: Option<Timestamp>,
}

/// `DescribeOrganization`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationRow {
    pub arn: OrganizationArn,
    pub management_account: AccountId,
    pub all_features: bool,
}

/// A row of `ListOrganizationalUnitsForParent`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRow {
    pub arn: OuArn,
    /// Foreign text.
    pub name: String,
}

/// A row of `ListAccounts` or `ListAccountsForParent`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    pub id: AccountId,
    /// Foreign text.
    pub name: String,
    pub standing: AccountStanding,
    /// `Account.Paths`: `o-.../r-.../ou-.../123456789012/`. Empty where the service does not give it.
    pub paths: Vec<String>,
}

/// Whether an IAM role exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleState {
    Exists,
    Missing,
}
