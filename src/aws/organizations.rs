//! Organizations' listings.

use crate::aws::call::Calls;
use crate::aws::rates::Limiter;
use crate::aws::rows;
use crate::cloud::{AccountRow, Caller, CloudError, OrgRead, OrganizationRow, Page, PageRequest, UnitRow};
use crate::model::RootId;
use crate::org::ParentId;

/// Organizations as one account sees it.
#[derive(Clone, Debug)]
pub struct OrganizationsClient {
    client: aws_sdk_organizations::Client,
    calls: Calls,
}

impl OrganizationsClient {
    pub(crate) fn new(client: aws_sdk_organizations::Client, caller: Caller, limiter: Limiter) -> Self {
        Self { client, calls: Calls::new(caller, limiter) }
    }
}

fn parent_id(parent: &ParentId) -> &str {
    match parent {
        ParentId::Root(id) => id.as_str(),
        ParentId::Unit(id) => id.as_str(),
    }
}

impl OrgRead for OrganizationsClient {
    fn caller(&self) -> &Caller {
        self.calls.caller()
    }

    async fn describe_organization(&self) -> Result<OrganizationRow, CloudError> {
        const ACTION: &str = "organizations:DescribeOrganization";
        let request = self.client.describe_organization().send();
        let answer = self.calls.read(ACTION, request).await?;
        rows::organization(answer.organization())
            .map_err(|error| rows::unreadable(self.calls.caller(), ACTION, &error))
    }

    async fn list_roots(&self, page: &PageRequest) -> Result<Page<RootId>, CloudError> {
        const ACTION: &str = "organizations:ListRoots";
        let request =
            self.client.list_roots().max_results(page.size.into()).set_next_token(page.token.clone()).send();
        let answer = self.calls.read(ACTION, request).await?;
        let list = ("Roots", answer.roots.as_ref());
        rows::page(self.calls.caller(), ACTION, list, answer.next_token(), rows::root)
    }

    async fn list_accounts(&self, page: &PageRequest) -> Result<Page<AccountRow>, CloudError> {
        const ACTION: &str = "organizations:ListAccounts";
        let request = self
            .client
            .list_accounts()
            .max_results(page.size.into())
            .set_next_token(page.token.clone())
            .send();
        let answer = self.calls.read(ACTION, request).await?;
        let list = ("Accounts", answer.accounts.as_ref());
        rows::page(self.calls.caller(), ACTION, list, answer.next_token(), rows::account)
    }

    async fn list_accounts_for_parent(
        &self,
        parent: &ParentId,
        page: &PageRequest,
    ) -> Result<Page<AccountRow>, CloudError> {
        const ACTION: &str = "organizations:ListAccountsForParent";
        let request = self
            .client
            .list_accounts_for_parent()
            .parent_id(parent_id(parent))
            .max_results(page.size.into())
            .set_next_token(page.token.clone())
            .send();
        let answer = self.calls.read(ACTION, request).await?;
        let list = ("Accounts", answer.accounts.as_ref());
        rows::page(self.calls.caller(), ACTION, list, answer.next_token(), rows::account)
    }

    async fn list_organizational_units_for_parent(
        &self,
        parent: &ParentId,
        page: &PageRequest,
    ) -> Result<Page<UnitRow>, CloudError> {
        const ACTION: &str = "organizations:ListOrganizationalUnitsForParent";
        let request = self
            .client
            .list_organizational_units_for_parent()
            .parent_id(parent_id(parent))
            .max_results(page.size.into())
            .set_next_token(page.token.clone())
            .send();
        let answer = self.calls.read(ACTION, request).await?;
        let list = ("OrganizationalUnits", answer.organizational_units.as_ref());
        rows::page(self.calls.caller(), ACTION, list, answer.next_token(), rows::unit)
    }

    async fn list_aws_service_access(&self, page: &PageRequest) -> Result<Page<String>, CloudError> {
        const ACTION: &str = "organizations:ListAWSServiceAccessForOrganization";
        let request = self
            .client
            .list_aws_service_access_for_organization()
            .max_results(page.size.into())
            .set_next_token(page.token.clone())
            .send();
        let answer = self.calls.read(ACTION, request).await?;
        let list = ("EnabledServicePrincipals", answer.enabled_service_principals.as_ref());
        rows::page(self.calls.caller(), ACTION, list, answer.next_token(), rows::enabled_service)
    }
}
