//! RAM's listings.

use std::sync::Arc;

use aws_sdk_ram::types::{PermissionTypeFilter, ResourceOwner, ResourceShareAssociationType};

use crate::aws::error::{Effect, convert};
use crate::aws::rates::Limiter;
use crate::aws::rows::{self, read_all};
use crate::cloud::{AssociationKind, Caller, CloudError, Page, PageRequest, RamRead, ShareScope};
use crate::live::{
    AssociationRow, CustomerPermissionRow, PermissionDetail, PermissionRow, PermissionVersionRow, ShareRow,
    SourceRow,
};
use crate::model::{PermissionArn, ShareArn};

/// RAM in one account and Region. Clones share the client and its rate.
#[derive(Clone, Debug)]
pub struct RamClient {
    pub(crate) client: aws_sdk_ram::Client,
    pub(crate) caller: Arc<Caller>,
    pub(crate) limiter: Arc<Limiter>,
}

impl RamClient {
    pub(crate) fn new(client: aws_sdk_ram::Client, caller: Caller, limiter: Limiter) -> Self {
        Self { client, caller: Arc::new(caller), limiter: Arc::new(limiter) }
    }
}

/// The filter by share that most listings take.
fn filter(scope: &ShareScope) -> Option<Vec<String>> {
    match scope {
        ShareScope::All => None,
        ShareScope::One(arn) => Some(vec![arn.to_string()]),
    }
}

/// An empty token means the same as none.
pub(crate) fn next(token: Option<&str>) -> Option<String> {
    token.filter(|token| !token.is_empty()).map(ToOwned::to_owned)
}

impl RamRead for RamClient {
    fn caller(&self) -> &Caller {
        &self.caller
    }

    async fn get_resource_shares(
        &self,
        scope: &ShareScope,
        page: &PageRequest,
    ) -> Result<Page<ShareRow>, CloudError> {
        const ACTION: &str = "ram:GetResourceShares";
        self.limiter.admit("GetResourceShares").await;
        let answer = self
            .client
            .get_resource_shares()
            .resource_owner(ResourceOwner::SelfValue)
            .set_resource_share_arns(filter(scope))
            .max_results(page.size.into())
            .set_next_token(page.token.clone())
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Reads, error))?;
        Ok(Page {
            items: read_all(&self.caller, ACTION, answer.resource_shares(), rows::share)?,
            next: next(answer.next_token()),
        })
    }

    async fn get_resource_share_associations(
        &self,
        kind: AssociationKind,
        scope: &ShareScope,
        page: &PageRequest,
    ) -> Result<Page<AssociationRow>, CloudError> {
        const ACTION: &str = "ram:GetResourceShareAssociations";
        self.limiter.admit("GetResourceShareAssociations").await;
        let kind = match kind {
            AssociationKind::Resource => ResourceShareAssociationType::Resource,
            AssociationKind::Principal => ResourceShareAssociationType::Principal,
        };
        let answer = self
            .client
            .get_resource_share_associations()
            .association_type(kind)
            .set_resource_share_arns(filter(scope))
            .max_results(page.size.into())
            .set_next_token(page.token.clone())
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Reads, error))?;
        Ok(Page {
            items: read_all(&self.caller, ACTION, answer.resource_share_associations(), rows::association)?,
            next: next(answer.next_token()),
        })
    }

    async fn list_permission_associations(
        &self,
        page: &PageRequest,
    ) -> Result<Page<PermissionRow>, CloudError> {
        const ACTION: &str = "ram:ListPermissionAssociations";
        self.limiter.admit("ListPermissionAssociations").await;
        let answer = self
            .client
            .list_permission_associations()
            .max_results(page.size.into())
            .set_next_token(page.token.clone())
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Reads, error))?;
        Ok(Page {
            items: read_all(&self.caller, ACTION, answer.permissions(), rows::permission)?,
            next: next(answer.next_token()),
        })
    }

    async fn list_resource_share_permissions(
        &self,
        share: &ShareArn,
        page: &PageRequest,
    ) -> Result<Page<PermissionRow>, CloudError> {
        const ACTION: &str = "ram:ListResourceSharePermissions";
        self.limiter.admit("ListResourceSharePermissions").await;
        let answer = self
            .client
            .list_resource_share_permissions()
            .resource_share_arn(share.as_str())
            .max_results(page.size.into())
            .set_next_token(page.token.clone())
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Reads, error))?;
        let read = |row: &_| rows::permission_of(share, row);
        Ok(Page {
            items: read_all(&self.caller, ACTION, answer.permissions(), read)?,
            next: next(answer.next_token()),
        })
    }

    async fn list_source_associations(
        &self,
        scope: &ShareScope,
        page: &PageRequest,
    ) -> Result<Page<SourceRow>, CloudError> {
        const ACTION: &str = "ram:ListSourceAssociations";
        self.limiter.admit("ListSourceAssociations").await;
        let answer = self
            .client
            .list_source_associations()
            .set_resource_share_arns(filter(scope))
            .max_results(page.size.into())
            .set_next_token(page.token.clone())
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Reads, error))?;
        Ok(Page {
            items: read_all(&self.caller, ACTION, answer.source_associations(), rows::source)?,
            next: next(answer.next_token()),
        })
    }

    async fn list_customer_permissions(
        &self,
        page: &PageRequest,
    ) -> Result<Page<CustomerPermissionRow>, CloudError> {
        const ACTION: &str = "ram:ListPermissions";
        self.limiter.admit("ListPermissions").await;
        let answer = self
            .client
            .list_permissions()
            .permission_type(PermissionTypeFilter::CustomerManaged)
            .max_results(page.size.into())
            .set_next_token(page.token.clone())
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Reads, error))?;
        Ok(Page {
            items: read_all(&self.caller, ACTION, answer.permissions(), rows::customer_permission)?,
            next: next(answer.next_token()),
        })
    }

    async fn get_permission(
        &self,
        permission: &PermissionArn,
        version: Option<&str>,
    ) -> Result<PermissionDetail, CloudError> {
        const ACTION: &str = "ram:GetPermission";
        let unreadable = |error| rows::unreadable(&self.caller, ACTION, &error);
        let version = version.map(rows::version_number).transpose().map_err(unreadable)?;
        self.limiter.admit("GetPermission").await;
        let answer = self
            .client
            .get_permission()
            .permission_arn(permission.as_str())
            .set_permission_version(version)
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Reads, error))?;
        rows::permission_detail(answer.permission()).map_err(unreadable)
    }

    async fn list_permission_versions(
        &self,
        permission: &PermissionArn,
        page: &PageRequest,
    ) -> Result<Page<PermissionVersionRow>, CloudError> {
        const ACTION: &str = "ram:ListPermissionVersions";
        self.limiter.admit("ListPermissionVersions").await;
        let answer = self
            .client
            .list_permission_versions()
            .permission_arn(permission.as_str())
            .max_results(page.size.into())
            .set_next_token(page.token.clone())
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Reads, error))?;
        Ok(Page {
            items: read_all(&self.caller, ACTION, answer.permissions(), rows::permission_version)?,
            next: next(answer.next_token()),
        })
    }
}
