//! RAM's listings.

use aws_sdk_ram::types::{PermissionTypeFilter, ResourceOwner, ResourceShareAssociationType, TagFilter};

use jiff::Timestamp;

use crate::aws::call::Calls;
use crate::aws::clock::AwsClock;
use crate::aws::rates::Limiter;
use crate::aws::rows;
use crate::cloud::{AssociationKind, Caller, CloudError, Page, PageRequest, RamRead, ShareScope};
use crate::live::{
    AssociationRow, AwsPermissionRow, CustomerPermissionRow, InvitationRow, PermissionDetail, PermissionRow,
    PermissionVersionRow, ReceivedResourceRow, ShareRow, SourceRow,
};
use crate::model::{PermissionArn, ShareArn, StackName, TAG_STACK};

/// RAM in one account and Region. Clones share the client and its rate.
#[derive(Clone, Debug)]
pub struct RamClient {
    pub(crate) client: aws_sdk_ram::Client,
    pub(crate) calls: Calls,
    clock: AwsClock,
}

impl RamClient {
    /// `clock` reads the answers of the client.
    pub(crate) fn new(
        client: aws_sdk_ram::Client,
        caller: Caller,
        limiter: Limiter,
        clock: AwsClock,
    ) -> Self {
        Self { client, calls: Calls::new(caller, limiter), clock }
    }

    async fn shares(
        &self,
        owner: ResourceOwner,
        (scope, tag): (&ShareScope, Option<TagFilter>),
        page: &PageRequest,
    ) -> Result<Page<ShareRow>, CloudError> {
        const ACTION: &str = "ram:GetResourceShares";
        let request = self
            .client
            .get_resource_shares()
            .resource_owner(owner)
            .set_resource_share_arns(filter(scope))
            .set_tag_filters(tag.map(|tag| vec![tag]))
            .max_results(page.size.into())
            .set_next_token(page.token.clone())
            .send();
        let answer = self.calls.read(ACTION, request).await?;
        let list = ("resourceShares", answer.resource_shares.as_ref());
        rows::page(self.calls.caller(), ACTION, list, answer.next_token(), rows::share)
    }
}

/// The filter by share that most listings take.
fn filter(scope: &ShareScope) -> Option<Vec<String>> {
    match scope {
        ShareScope::All => None,
        ShareScope::One(arn) => Some(vec![arn.to_string()]),
    }
}

impl RamRead for RamClient {
    fn caller(&self) -> &Caller {
        self.calls.caller()
    }

    fn aws_time(&self) -> Option<Timestamp> {
        self.clock.time()
    }

    async fn get_resource_shares(
        &self,
        scope: &ShareScope,
        page: &PageRequest,
    ) -> Result<Page<ShareRow>, CloudError> {
        self.shares(ResourceOwner::SelfValue, (scope, None), page).await
    }

    async fn get_shares_of_stack(
        &self,
        stack: &StackName,
        page: &PageRequest,
    ) -> Result<Page<ShareRow>, CloudError> {
        let tag = TagFilter::builder().tag_key(TAG_STACK).tag_values(stack.as_str()).build();
        self.shares(ResourceOwner::SelfValue, (&ShareScope::All, Some(tag)), page).await
    }

    async fn get_resource_share_associations(
        &self,
        kind: AssociationKind,
        scope: &ShareScope,
        page: &PageRequest,
    ) -> Result<Page<AssociationRow>, CloudError> {
        const ACTION: &str = "ram:GetResourceShareAssociations";
        let kind = match kind {
            AssociationKind::Resource => ResourceShareAssociationType::Resource,
            AssociationKind::Principal => ResourceShareAssociationType::Principal,
        };
        let request = self
            .client
            .get_resource_share_associations()
            .association_type(kind.clone())
            .set_resource_share_arns(filter(scope))
            .max_results(page.size.into())
            .set_next_token(page.token.clone())
            .send();
        let answer = self.calls.read(ACTION, request).await?;
        let list = ("resourceShareAssociations", answer.resource_share_associations.as_ref());
        rows::page(self.calls.caller(), ACTION, list, answer.next_token(), |row| {
            rows::association(&kind, row)
        })
    }

    async fn list_permission_associations(
        &self,
        page: &PageRequest,
    ) -> Result<Page<PermissionRow>, CloudError> {
        const ACTION: &str = "ram:ListPermissionAssociations";
        let request = self
            .client
            .list_permission_associations()
            .max_results(page.size.into())
            .set_next_token(page.token.clone())
            .send();
        let answer = self.calls.read(ACTION, request).await?;
        let list = ("permissions", answer.permissions.as_ref());
        rows::page(self.calls.caller(), ACTION, list, answer.next_token(), rows::permission)
    }

    async fn list_resource_share_permissions(
        &self,
        share: &ShareArn,
        page: &PageRequest,
    ) -> Result<Page<PermissionRow>, CloudError> {
        const ACTION: &str = "ram:ListResourceSharePermissions";
        let request = self
            .client
            .list_resource_share_permissions()
            .resource_share_arn(share.as_str())
            .max_results(page.size.into())
            .set_next_token(page.token.clone())
            .send();
        let answer = self.calls.read(ACTION, request).await?;
        let read = |row: &_| rows::permission_of(share, row);
        let list = ("permissions", answer.permissions.as_ref());
        rows::page(self.calls.caller(), ACTION, list, answer.next_token(), read)
    }

    async fn list_source_associations(
        &self,
        scope: &ShareScope,
        page: &PageRequest,
    ) -> Result<Page<SourceRow>, CloudError> {
        const ACTION: &str = "ram:ListSourceAssociations";
        let request = self
            .client
            .list_source_associations()
            .set_resource_share_arns(filter(scope))
            .max_results(page.size.into())
            .set_next_token(page.token.clone())
            .send();
        let answer = self.calls.read(ACTION, request).await?;
        let list = ("sourceAssociations", answer.source_associations.as_ref());
        rows::page(self.calls.caller(), ACTION, list, answer.next_token(), rows::source)
    }

    async fn list_customer_permissions(
        &self,
        page: &PageRequest,
    ) -> Result<Page<CustomerPermissionRow>, CloudError> {
        const ACTION: &str = "ram:ListPermissions";
        let request = self
            .client
            .list_permissions()
            .permission_type(PermissionTypeFilter::CustomerManaged)
            .max_results(page.size.into())
            .set_next_token(page.token.clone())
            .send();
        let answer = self.calls.read(ACTION, request).await?;
        let list = ("permissions", answer.permissions.as_ref());
        rows::page(self.calls.caller(), ACTION, list, answer.next_token(), rows::customer_permission)
    }

    async fn list_aws_permissions(&self, page: &PageRequest) -> Result<Page<AwsPermissionRow>, CloudError> {
        const ACTION: &str = "ram:ListPermissions";
        let request = self
            .client
            .list_permissions()
            .permission_type(PermissionTypeFilter::AwsManaged)
            .max_results(page.size.into())
            .set_next_token(page.token.clone())
            .send();
        let answer = self.calls.read(ACTION, request).await?;
        let list = ("permissions", answer.permissions.as_ref());
        rows::page(self.calls.caller(), ACTION, list, answer.next_token(), rows::aws_permission)
    }

    async fn get_permission(
        &self,
        permission: &PermissionArn,
        version: Option<&str>,
    ) -> Result<PermissionDetail, CloudError> {
        const ACTION: &str = "ram:GetPermission";
        let unreadable = |error| rows::unreadable(self.calls.caller(), ACTION, &error);
        let number = version.map(rows::version_number).transpose().map_err(unreadable)?;
        let request = self
            .client
            .get_permission()
            .permission_arn(permission.as_str())
            .set_permission_version(number)
            .send();
        let answer = self.calls.read(ACTION, request).await?;
        rows::permission_detail(permission, version, answer.permission()).map_err(unreadable)
    }

    async fn list_permission_versions(
        &self,
        permission: &PermissionArn,
        page: &PageRequest,
    ) -> Result<Page<PermissionVersionRow>, CloudError> {
        const ACTION: &str = "ram:ListPermissionVersions";
        let request = self
            .client
            .list_permission_versions()
            .permission_arn(permission.as_str())
            .max_results(page.size.into())
            .set_next_token(page.token.clone())
            .send();
        let answer = self.calls.read(ACTION, request).await?;
        let list = ("permissions", answer.permissions.as_ref());
        rows::page(self.calls.caller(), ACTION, list, answer.next_token(), |row| {
            rows::permission_version(permission, row)
        })
    }

    async fn get_resource_share_invitations(
        &self,
        scope: &ShareScope,
        page: &PageRequest,
    ) -> Result<Page<InvitationRow>, CloudError> {
        const ACTION: &str = "ram:GetResourceShareInvitations";
        let request = self
            .client
            .get_resource_share_invitations()
            .set_resource_share_arns(filter(scope))
            .max_results(page.size.into())
            .set_next_token(page.token.clone())
            .send();
        let answer = self.calls.read(ACTION, request).await?;
        let list = ("resourceShareInvitations", answer.resource_share_invitations.as_ref());
        rows::page(self.calls.caller(), ACTION, list, answer.next_token(), |row| {
            rows::invitation(self.calls.caller(), row)
        })
    }

    async fn get_received_shares(
        &self,
        scope: &ShareScope,
        page: &PageRequest,
    ) -> Result<Page<ShareRow>, CloudError> {
        self.shares(ResourceOwner::OtherAccounts, (scope, None), page).await
    }

    async fn list_received_resources(
        &self,
        shares: &[ShareArn],
        page: &PageRequest,
    ) -> Result<Page<ReceivedResourceRow>, CloudError> {
        const ACTION: &str = "ram:ListResources";
        let request = self
            .client
            .list_resources()
            .resource_owner(ResourceOwner::OtherAccounts)
            .set_resource_share_arns(Some(shares.iter().map(ToString::to_string).collect()))
            .max_results(page.size.into())
            .set_next_token(page.token.clone())
            .send();
        let answer = self.calls.read(ACTION, request).await?;
        let list = ("resources", answer.resources.as_ref());
        rows::page(self.calls.caller(), ACTION, list, answer.next_token(), rows::received_resource)
    }
}
