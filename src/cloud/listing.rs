//! Whole listings over the ports: what both reading and applying ask for.

use crate::cloud::pages::all_pages;
use crate::cloud::{
    AssociationKind, CloudError, ErrorKind, IamRead, OrgRead, RamRead, RoleState, ShareScope, belonging,
};
use crate::live::{
    AssociationRow, AwsPermissionRow, CustomerPermissionRow, InvitationRow, PermissionDetail, PermissionRow,
    PermissionVersionRow, ReceivedResourceRow, ShareRow, SourceRow,
};
use crate::model::{PermissionArn, ShareArn, StackName};

/// The most that a listing of RAM gives per page (`maxResults` 1 to 500 in the service model).
pub(crate) const RAM_PAGE: u16 = 500;

/// Organizations gives at most 20 rows a page.
pub(crate) const ORG_PAGE: u16 = 20;

/// Resource Groups Tagging gives at most 100 rows a page.
pub(crate) const TAG_PAGE: u16 = 100;

/// EC2 gives 5 to 1,000 rows a page.
pub(crate) const EC2_PAGE: u16 = 1000;

/// The service principal of RAM and its service-linked role.
pub(crate) const RAM_SERVICE: &str = "ram.amazonaws.com";
pub(crate) const RAM_ROLE: &str = "AWSServiceRoleForResourceAccessManager";

/// The shares in a scope that the account owns.
pub(crate) async fn shares<R: RamRead>(
    ram: &R,
    scope: &ShareScope,
    size: u16,
) -> Result<Vec<ShareRow>, CloudError> {
    let caller = ram.caller();
    let judge = |row: &ShareRow| belonging::own_share(caller, scope, row);
    all_pages(caller, "ram:GetResourceShares", size, judge, |page| async move {
        ram.get_resource_shares(scope, &page).await
    })
    .await
}

/// The shares of the account whose tags name the stack. A row without that tag is no answer to this.
pub(crate) async fn stack_shares<R: RamRead>(
    ram: &R,
    stack: &StackName,
    size: u16,
) -> Result<Vec<ShareRow>, CloudError> {
    let caller = ram.caller();
    let judge = |row: &ShareRow| belonging::share_of_stack(caller, stack, row);
    all_pages(caller, "ram:GetResourceShares", size, judge, |page| async move {
        ram.get_shares_of_stack(stack, &page).await
    })
    .await
}

/// The row of one share. An ARN that RAM does not know is none, not an error.
pub(crate) async fn share_row<R: RamRead>(ram: &R, share: &ShareArn) -> Result<Option<ShareRow>, CloudError> {
    match shares(ram, &ShareScope::One(share.clone()), RAM_PAGE).await {
        Ok(rows) => Ok(rows.into_iter().next()),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The principals or resources in a scope.
pub(crate) async fn associations<R: RamRead>(
    ram: &R,
    kind: AssociationKind,
    scope: &ShareScope,
    size: u16,
) -> Result<Vec<AssociationRow>, CloudError> {
    let caller = ram.caller();
    let judge = |row: &AssociationRow| belonging::association(caller, scope, row);
    all_pages(caller, "ram:GetResourceShareAssociations", size, judge, |page| async move {
        ram.get_resource_share_associations(kind, scope, &page).await
    })
    .await
}

/// The sources in a scope.
pub(crate) async fn sources<R: RamRead>(
    ram: &R,
    scope: &ShareScope,
    size: u16,
) -> Result<Vec<SourceRow>, CloudError> {
    let caller = ram.caller();
    let judge = |row: &SourceRow| belonging::source(caller, scope, row);
    all_pages(caller, "ram:ListSourceAssociations", size, judge, |page| async move {
        ram.list_source_associations(scope, &page).await
    })
    .await
}

/// The permissions of all shares that the account owns.
pub(crate) async fn attached_permissions<R: RamRead>(
    ram: &R,
    size: u16,
) -> Result<Vec<PermissionRow>, CloudError> {
    let caller = ram.caller();
    let judge = |row: &PermissionRow| belonging::attached_permission(caller, row);
    all_pages(caller, "ram:ListPermissionAssociations", size, judge, |page| async move {
        ram.list_permission_associations(&page).await
    })
    .await
}

/// The permissions of one share.
pub(crate) async fn share_permissions<R: RamRead>(
    ram: &R,
    share: &ShareArn,
) -> Result<Vec<PermissionRow>, CloudError> {
    let caller = ram.caller();
    let judge = |row: &PermissionRow| belonging::attached_permission(caller, row);
    all_pages(caller, "ram:ListResourceSharePermissions", RAM_PAGE, judge, |page| async move {
        ram.list_resource_share_permissions(share, &page).await
    })
    .await
}

/// The permissions that the account made itself.
pub(crate) async fn customer_permissions<R: RamRead>(
    ram: &R,
    size: u16,
) -> Result<Vec<CustomerPermissionRow>, CloudError> {
    let caller = ram.caller();
    let judge = |row: &CustomerPermissionRow| belonging::customer_permission(caller, row);
    all_pages(caller, "ram:ListPermissions", size, judge, |page| async move {
        ram.list_customer_permissions(&page).await
    })
    .await
}

/// The permissions that AWS has, each with its default version.
pub(crate) async fn aws_permissions<R: RamRead>(
    ram: &R,
    size: u16,
) -> Result<Vec<AwsPermissionRow>, CloudError> {
    let caller = ram.caller();
    let judge = |row: &AwsPermissionRow| belonging::aws_permission(row);
    all_pages(caller, "ram:ListPermissions", size, judge, |page| async move {
        ram.list_aws_permissions(&page).await
    })
    .await
}

/// The versions of a permission.
pub(crate) async fn permission_versions<R: RamRead>(
    ram: &R,
    permission: &PermissionArn,
) -> Result<Vec<PermissionVersionRow>, CloudError> {
    let judge = |row: &PermissionVersionRow| Ok((row.version.clone(), row.status.clone()));
    all_pages(ram.caller(), "ram:ListPermissionVersions", RAM_PAGE, judge, |page| async move {
        ram.list_permission_versions(permission, &page).await
    })
    .await
}

/// Invitations that the account received.
pub(crate) async fn invitations<R: RamRead>(
    ram: &R,
    scope: &ShareScope,
    size: u16,
) -> Result<Vec<InvitationRow>, CloudError> {
    let caller = ram.caller();
    let judge = |row: &InvitationRow| belonging::invitation(caller, scope, row);
    all_pages(caller, "ram:GetResourceShareInvitations", size, judge, |page| async move {
        ram.get_resource_share_invitations(scope, &page).await
    })
    .await
}

/// Shares of others that the account sees. One that it does not see, or not yet, is no row and no error.
pub(crate) async fn received_shares<R: RamRead>(
    ram: &R,
    scope: &ShareScope,
    size: u16,
) -> Result<Vec<ShareRow>, CloudError> {
    let caller = ram.caller();
    let judge = |row: &ShareRow| belonging::received_share(caller, scope, row);
    let rows = all_pages(caller, "ram:GetResourceShares", size, judge, |page| async move {
        ram.get_received_shares(scope, &page).await
    })
    .await;
    match (rows, scope) {
        (Err(error), ShareScope::One(_)) if error.kind == ErrorKind::NotFound => Ok(Vec::new()),
        (rows, _) => rows,
    }
}

/// What is on shares of others that the account sees.
pub(crate) async fn received_resources<R: RamRead>(
    ram: &R,
    shares: &[ShareArn],
    size: u16,
) -> Result<Vec<ReceivedResourceRow>, CloudError> {
    let judge = |row: &ReceivedResourceRow| belonging::received_resource(shares, row);
    all_pages(ram.caller(), "ram:ListResources", size, judge, |page| async move {
        ram.list_received_resources(shares, &page).await
    })
    .await
}

/// One version of a permission, the default where none is named. What RAM does not know, or calls deleted, is none.
pub(crate) async fn permission_there<R: RamRead>(
    ram: &R,
    permission: &PermissionArn,
    version: Option<&str>,
) -> Result<Option<PermissionDetail>, CloudError> {
    match ram.get_permission(permission, version).await {
        Ok(found) if found.status.starts_with("DELET") => Ok(None),
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The two facts behind organization sharing: whether RAM has trusted access, and whether its role exists.
///
/// Both are only seen from the management account.
pub(crate) async fn sharing_facts<O: OrgRead, I: IamRead>(
    org: &O,
    iam: &I,
) -> Result<(bool, bool), CloudError> {
    let services = all_pages(
        org.caller(),
        "organizations:ListAWSServiceAccessForOrganization",
        ORG_PAGE,
        |service: &String| Ok(service.clone()),
        |page| async move { org.list_aws_service_access(&page).await },
    )
    .await?;
    let role = iam.get_role(RAM_ROLE).await?;
    Ok((services.iter().any(|service| service == RAM_SERVICE), role == RoleState::Exists))
}
