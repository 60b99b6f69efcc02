//! The ports, one trait per service and right: what only reads can be given to code that must not write.

use std::future::Future;

use jiff::Timestamp;
use uuid::Uuid;

use crate::live::{
    AssociationRow, AwsPermissionRow, CustomerPermissionRow, InvitationRow, PermissionDetail, PermissionRow,
    PermissionVersionRow, ReceivedResourceRow, ShareRow, SourceRow,
};
use crate::model::{
    AccountId, InvitationArn, PermissionArn, Place, Region, ResourceArn, RootId, ShareArn, StackName,
    TagFilters, Tags,
};
use crate::org::ParentId;

use crate::cloud::error::{Caller, CloudError};
use crate::cloud::page::{Page, PageRequest};
use crate::cloud::rows::{
    AccountRow, AssociationKind, CreatedShare, CreatedVersion, Members, NewPermission, NewShare,
    OrganizationRow, RoleState, ShareScope, UnitRow, UseRow,
};

/// The result of a port: a future that any thread may run.
macro_rules! answer {
    ($t:ty) => { impl Future<Output = Result<$t, CloudError>> + Send };
}

/// Gives the client for a place, with the credentials of its account.
///
/// Getting a client settles the credentials: a role that cannot be assumed, or credentials of another account, fail here and
/// not at the first call.
pub trait Cloud: Sync {
    type Ram: RamRead + RamWrite;
    type Organization: OrgRead;
    type Iam: IamRead + IamWrite;
    type Tagging: TagRead;
    type Usage: UsageRead;

    fn ram(&self, place: &Place) -> answer!(Self::Ram);
    fn organization(&self, account: &AccountId) -> answer!(Self::Organization);
    fn iam(&self, account: &AccountId) -> answer!(Self::Iam);
    fn tagging(&self, place: &Place) -> answer!(Self::Tagging);
    fn usage(&self, place: &Place) -> answer!(Self::Usage);
}

/// RAM's listings of what the account owns in the Region.
pub trait RamRead: Send + Sync {
    fn caller(&self) -> &Caller;

    /// The time of AWS, as its latest answer told it; it is that time or later. The machine's own clock may be wrong.
    fn aws_time(&self) -> Option<Timestamp>;

    fn get_resource_shares(&self, scope: &ShareScope, page: &PageRequest) -> answer!(Page<ShareRow>);

    /// `GetResourceShares(tagFilters = ramctl:stack)`: the shares whose tags name the stack.
    fn get_shares_of_stack(&self, stack: &StackName, page: &PageRequest) -> answer!(Page<ShareRow>);

    fn get_resource_share_associations(
        &self,
        kind: AssociationKind,
        scope: &ShareScope,
        page: &PageRequest,
    ) -> answer!(Page<AssociationRow>);

    fn list_permission_associations(&self, page: &PageRequest) -> answer!(Page<PermissionRow>);

    /// The permissions of one share: the listing above has no filter by share.
    fn list_resource_share_permissions(
        &self,
        share: &ShareArn,
        page: &PageRequest,
    ) -> answer!(Page<PermissionRow>);

    fn list_source_associations(&self, scope: &ShareScope, page: &PageRequest) -> answer!(Page<SourceRow>);

    /// `ListPermissions(permissionType = CUSTOMER_MANAGED)`.
    fn list_customer_permissions(&self, page: &PageRequest) -> answer!(Page<CustomerPermissionRow>);

    /// `ListPermissions(permissionType = AWS_MANAGED)`.
    fn list_aws_permissions(&self, page: &PageRequest) -> answer!(Page<AwsPermissionRow>);

    /// One version of a permission with its policy; the default version where none is named.
    fn get_permission(&self, permission: &PermissionArn, version: Option<&str>) -> answer!(PermissionDetail);

    fn list_permission_versions(
        &self,
        permission: &PermissionArn,
        page: &PageRequest,
    ) -> answer!(Page<PermissionVersionRow>);
    /// Invitations that the account received. The sender of an invitation has no such listing.
    fn get_resource_share_invitations(
        &self,
        scope: &ShareScope,
        page: &PageRequest,
    ) -> answer!(Page<InvitationRow>);

    /// `GetResourceShares(resourceOwner = OTHER-ACCOUNTS)`: shares of others that the account sees.
    fn get_received_shares(&self, scope: &ShareScope, page: &PageRequest) -> answer!(Page<ShareRow>);

    /// `ListResources(resourceOwner = OTHER-ACCOUNTS)` of these shares.
    fn list_received_resources(
        &self,
        shares: &[ShareArn],
        page: &PageRequest,
    ) -> answer!(Page<ReceivedResourceRow>);
}

/// RAM's changes. Only what would make a second thing if it were repeated is given a client token: the same token again is a replay.
/// Every other call gets a new token from the client.
pub trait RamWrite: Send + Sync {
    fn enable_sharing_with_aws_organization(&self) -> answer!(());
    fn create_resource_share(&self, share: &NewShare, token: &Uuid) -> answer!(CreatedShare);
    fn update_resource_share(
        &self,
        share: &ShareArn,
        name: Option<&str>,
        allow_external_principals: Option<bool>,
    ) -> answer!(());
    fn delete_resource_share(&self, share: &ShareArn) -> answer!(());
    fn associate_resource_share(&self, share: &ShareArn, members: &Members) -> answer!(());
    fn disassociate_resource_share(&self, share: &ShareArn, members: &Members) -> answer!(());
    fn associate_resource_share_permission(
        &self,
        share: &ShareArn,
        permission: &PermissionArn,
        replace: bool,
    ) -> answer!(());
    fn disassociate_resource_share_permission(
        &self,
        share: &ShareArn,
        permission: &PermissionArn,
    ) -> answer!(());
    fn tag_resource(&self, share: &ShareArn, tags: &Tags) -> answer!(());
    fn untag_resource(&self, share: &ShareArn, keys: &[String]) -> answer!(());
    fn promote_resource_share_created_from_policy(&self, share: &ShareArn) -> answer!(());

    /// When RAM says that it made the permission.
    fn create_permission(&self, permission: &NewPermission, token: &Uuid) -> answer!(Option<Timestamp>);
    fn create_permission_version(
        &self,
        permission: &PermissionArn,
        template: &str,
        token: &Uuid,
    ) -> answer!(CreatedVersion);
    fn set_default_permission_version(&self, permission: &PermissionArn, version: &str) -> answer!(());
    fn delete_permission_version(&self, permission: &PermissionArn, version: &str) -> answer!(());
    fn delete_permission(&self, permission: &PermissionArn) -> answer!(());
    /// When RAM says that it made the new permission.
    fn promote_permission_created_from_policy(
        &self,
        permission: &PermissionArn,
        name: &str,
        token: &Uuid,
    ) -> answer!(Option<Timestamp>);
    /// `TagResource` on a permission.
    fn tag_permission(&self, permission: &PermissionArn, tags: &Tags) -> answer!(());
    /// `UntagResource` on a permission.
    fn untag_permission(&self, permission: &PermissionArn, keys: &[String]) -> answer!(());
    fn accept_resource_share_invitation(&self, invitation: &InvitationArn) -> answer!(());
    fn reject_resource_share_invitation(&self, invitation: &InvitationArn) -> answer!(());
}

/// The organization, as its management account or a delegated administrator may read it.
pub trait OrgRead: Send + Sync {
    fn caller(&self) -> &Caller;
    fn describe_organization(&self) -> answer!(OrganizationRow);
    fn list_roots(&self, page: &PageRequest) -> answer!(Page<RootId>);
    fn list_accounts(&self, page: &PageRequest) -> answer!(Page<AccountRow>);
    fn list_accounts_for_parent(&self, parent: &ParentId, page: &PageRequest) -> answer!(Page<AccountRow>);
    fn list_organizational_units_for_parent(
        &self,
        parent: &ParentId,
        page: &PageRequest,
    ) -> answer!(Page<UnitRow>);
    /// Service principals with trusted access.
    fn list_aws_service_access(&self, page: &PageRequest) -> answer!(Page<String>);
}

/// Resource Groups Tagging in one account and Region.
pub trait TagRead: Send + Sync {
    fn caller(&self) -> &Caller;

    /// Resources of a type (`ec2:subnet`, or a service alone) that bear all of the tags. The API also lists, for a while, resources
    /// that are deleted (seen in the field; undocumented).
    fn get_resources(
        &self,
        type_filter: &str,
        tags: &TagFilters,
        page: &PageRequest,
    ) -> answer!(Page<ResourceArn>);
}

/// EC2 in one account and Region: the account's Regions, and what accounts have in the subnets and transit gateways that it owns.
pub trait UsageRead: Send + Sync {
    fn caller(&self) -> &Caller;

    /// The Regions that are enabled for the account. One call, without pages.
    fn describe_regions(&self) -> answer!(Vec<Region>);

    /// The network interfaces in subnets: one row each, with the account that owns it, at most [`FILTER_VALUES`] subnets at a time. The
    /// owner's own are among them, and those that services manage.
    fn describe_network_interfaces(&self, subnets: &[String], page: &PageRequest) -> answer!(Page<UseRow>);

    /// What is attached to transit gateways: one row each, with the account that owns what is attached. What is gone or failed is
    /// left out.
    fn describe_transit_gateway_attachments(
        &self,
        gateways: &[String],
        page: &PageRequest,
    ) -> answer!(Page<UseRow>);
}

/// How many values a filter of EC2 takes (EC2 API reference, "Filter": at most 200).
pub const FILTER_VALUES: usize = 200;

pub trait IamRead: Send + Sync {
    fn get_role(&self, name: &str) -> answer!(RoleState);
}

pub trait IamWrite: Send + Sync {
    /// Success also where the role is there already.
    fn create_service_linked_role(&self, service: &str) -> answer!(());
}
