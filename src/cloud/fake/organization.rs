//! The organization and its reads; what RAM changes in it shows late.

use std::collections::BTreeMap;

use crate::cloud::fake::{FakeClient, World};
use crate::cloud::{
    AccountRow, Caller, CloudError, ErrorKind, OrgRead, OrganizationRow, Page, PageRequest, UnitRow,
};
use crate::model::RootId;
use crate::org::ParentId;

pub(crate) struct FakeOrganization {
    pub row: OrganizationRow,
    pub root: RootId,
    pub units: Vec<(ParentId, UnitRow)>,
    pub accounts: Vec<(ParentId, AccountRow)>,
    pub trusted_access: bool,
    pub role: bool,
    /// Reads of the two facts until an enable shows.
    pub lag: u32,
    pub enabling: bool,
    /// Calls with organization principals that still meet the onboarding error.
    pub onboarding: u32,
}

impl World {
    fn organization(
        &mut self,
        caller: &Caller,
        action: &'static str,
    ) -> Result<&mut FakeOrganization, CloudError> {
        self.organization.as_mut().ok_or_else(|| CloudError {
            code: "AWSOrganizationsNotInUseException".into(),
            ..caller.error(ErrorKind::NoOrganization, action, "no organization")
        })
    }
}

impl FakeClient {
    async fn org_page<T>(
        &self,
        action: &'static str,
        page: &PageRequest,
        rows: impl FnOnce(&mut FakeOrganization) -> Vec<T>,
    ) -> Result<Page<T>, CloudError> {
        self.list(action, page, |world| Ok(rows(world.organization(&self.caller, action)?))).await
    }
}

impl OrgRead for FakeClient {
    fn caller(&self) -> &Caller {
        &self.caller
    }

    async fn describe_organization(&self) -> Result<OrganizationRow, CloudError> {
        const ACTION: &str = "organizations:DescribeOrganization";
        self.call(ACTION, |world| Ok(world.organization(&self.caller, ACTION)?.row.clone())).await
    }

    async fn list_roots(&self, page: &PageRequest) -> Result<Page<RootId>, CloudError> {
        self.org_page("organizations:ListRoots", page, |org| vec![org.root.clone()]).await
    }

    async fn list_accounts(&self, page: &PageRequest) -> Result<Page<AccountRow>, CloudError> {
        self.org_page("organizations:ListAccounts", page, |org| {
            let rows = org.accounts.iter().map(|(_, row)| (row.id.clone(), row.clone()));
            rows.collect::<BTreeMap<_, _>>().into_values().collect()
        })
        .await
    }

    async fn list_accounts_for_parent(
        &self,
        parent: &ParentId,
        page: &PageRequest,
    ) -> Result<Page<AccountRow>, CloudError> {
        self.org_page("organizations:ListAccountsForParent", page, |org| {
            org.accounts.iter().filter(|(at, _)| at == parent).map(|(_, row)| row.clone()).collect()
        })
        .await
    }

    async fn list_organizational_units_for_parent(
        &self,
        parent: &ParentId,
        page: &PageRequest,
    ) -> Result<Page<UnitRow>, CloudError> {
        self.org_page("organizations:ListOrganizationalUnitsForParent", page, |org| {
            org.units.iter().filter(|(at, _)| at == parent).map(|(_, row)| row.clone()).collect()
        })
        .await
    }

    async fn list_aws_service_access(&self, page: &PageRequest) -> Result<Page<String>, CloudError> {
        self.org_page("organizations:ListAWSServiceAccessForOrganization", page, |org| {
            if org.enabling {
                if org.lag > 0 {
                    org.lag -= 1;
                } else {
                    (org.trusted_access, org.role) = (true, true);
                }
            }
            let mut services = vec!["sso.amazonaws.com".to_owned()];
            services.extend(org.trusted_access.then(|| "ram.amazonaws.com".to_owned()));
            services
        })
        .await
    }
}
