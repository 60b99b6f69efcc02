//! AWS in memory, for tests of what works through the ports: slow, forgetful and in a bad mood where a test asks for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use uuid::Uuid;

use crate::cloud::{
    AccountRow, AssociationKind, Caller, Cloud, CloudError, CreatedShare, ErrorKind, IamRead, IamWrite,
    Members, NewPermission, NewShare, OrgRead, OrganizationRow, Page, PageRequest, RamRead, RamWrite,
    RoleState, ShareScope, TagRead, UnitRow, UsageRead, UseRow,
};
use crate::live::{
    AssociationRow, CustomerPermissionRow, InvitationRow, PermissionDetail, PermissionRow,
    PermissionVersionRow, ReceivedResourceRow, ShareRow, SourceRow,
};
use crate::model::{
    AccountId, AssociationStatus, FeatureSet, InvitationArn, InvitationStatus, PermissionArn, Place,
    Principal, Region, ResourceArn, ResourceType, RootId, ShareArn, ShareStatus, TagFilters, Tags,
};
use crate::org::ParentId;

/// The fake, shared by its clients.
#[derive(Clone, Default)]
pub(crate) struct FakeCloud(Arc<Mutex<World>>);

/// Everything there is, and how it behaves.
pub(crate) struct World {
    pub shares: BTreeMap<ShareArn, FakeShare>,
    pub customer_permissions: Vec<CustomerPermissionRow>,
    /// Policies of versions, by permission; the greatest number is not always the default.
    pub policies: BTreeMap<PermissionArn, FakePolicies>,
    /// Rows per page; each listing begins with an empty page when `empty_first_page`.
    pub page: usize,
    pub empty_first_page: bool,
    /// Page sizes over this are refused.
    pub largest_page: u16,
    /// Reads of an association or share after which it settles.
    pub settle_after: u32,
    /// Reads for which a new share is not found.
    pub hidden_for: u32,
    /// Entities whose association fails, with the message.
    pub failing: BTreeMap<String, String>,
    /// Principals that wait for an invitation to be accepted, and whether RAM calls them external.
    pub invited: BTreeMap<String, bool>,
    /// Invitations, each with the account that received it. Sent to whom `invited` names.
    pub invitations: Vec<(AccountId, InvitationRow)>,
    /// Looks of a consumer for which an accepted share is not visible yet.
    pub unseen_for: u32,
    /// Accounts that cannot be reached.
    pub unreachable: BTreeMap<AccountId, ErrorKind>,
    pub faults: Vec<Fault>,
    /// Each call, as IAM spells it, with its account.
    pub calls: Vec<String>,
    pub tokens: BTreeMap<Uuid, ShareArn>,
    /// Versions that were made, by the token that made them.
    pub permission_tokens: BTreeMap<Uuid, String>,
    pub organization: Option<FakeOrganization>,
    /// Resources that bear tags; types are not looked at.
    pub tagged: Vec<(Place, ResourceArn, Tags)>,
    /// Network interfaces and attachments: the ids of their subnets and gateways, and their accounts.
    pub uses: Vec<UseRow>,
    next_share: u32,
}

pub(crate) struct FakeShare {
    pub place: Place,
    pub row: ShareRow,
    pub resources: Vec<(AssociationRow, u32)>,
    pub principals: Vec<(AssociationRow, u32)>,
    pub sources: Vec<SourceRow>,
    pub permissions: Vec<PermissionRow>,
    settle: u32,
    hidden: u32,
}

/// The versions of a permission.
#[derive(Clone, Default)]
pub(crate) struct FakePolicies {
    pub versions: BTreeMap<u32, String>,
    pub default: u32,
}

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

/// Makes calls of one action fail.
pub(crate) struct Fault {
    pub action: &'static str,
    /// How many calls; counts down.
    pub times: usize,
    pub kind: ErrorKind,
    pub code: &'static str,
    pub message: &'static str,
    /// The call is carried out and its answer lost.
    pub carried_out: bool,
}

impl Fault {
    pub(crate) fn new(action: &'static str, times: usize, kind: ErrorKind) -> Self {
        Self { action, times, kind, code: "FakeException", message: "scripted", carried_out: false }
    }
}

impl Default for World {
    fn default() -> Self {
        Self {
            shares: BTreeMap::new(),
            customer_permissions: Vec::new(),
            policies: BTreeMap::new(),
            page: 1000,
            empty_first_page: false,
            largest_page: 500,
            settle_after: 1,
            hidden_for: 0,
            failing: BTreeMap::new(),
            invited: BTreeMap::new(),
            invitations: Vec::new(),
            unseen_for: 0,
            unreachable: BTreeMap::new(),
            faults: Vec::new(),
            calls: Vec::new(),
            tokens: BTreeMap::new(),
            permission_tokens: BTreeMap::new(),
            organization: None,
            tagged: Vec::new(),
            uses: Vec::new(),
            next_share: 1,
        }
    }
}

pub(crate) fn account(text: &str) -> AccountId {
    AccountId::parse(text).expect("valid")
}

pub(crate) fn place_at(account_id: &str, region: &str) -> Place {
    Place { account: account(account_id), region: Region::parse(region).expect("valid") }
}

pub(crate) fn share_arn(place: &Place, n: u32) -> ShareArn {
    let text = format!(
        "arn:aws:ram:{}:{}:resource-share/{n:08}-0000-0000-0000-000000000000",
        place.region, place.account
    );
    ShareArn::parse(&text).expect("valid")
}

impl FakeCloud {
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().expect("no test panics while it holds the world")
    }

    /// Adds a share that is settled.
    pub(crate) fn add_share(&self, place: &Place, resources: &[&str], principals: &[&str]) -> ShareArn {
        let mut world = self.world();
        let arn = share_arn(place, world.next_share);
        world.next_share += 1;
        let settled = |entity: &&str| {
            let mut row = association_row(&arn, entity, false);
            row.status = AssociationStatus::Associated;
            (row, 0)
        };
        let mut row = share_row_of(&arn, place, "share");
        row.status = ShareStatus::Active;
        let share = FakeShare {
            place: place.clone(),
            row,
            resources: resources.iter().map(settled).collect(),
            principals: principals.iter().map(settled).collect(),
            sources: Vec::new(),
            permissions: Vec::new(),
            settle: 0,
            hidden: 0,
        };
        world.shares.insert(arn.clone(), share);
        arn
    }

    /// Calls of an action so far.
    pub(crate) fn count(&self, action: &'static str) -> usize {
        self.world().calls.iter().filter(|call| call.as_str() == action).count()
    }

    fn client(&self, account: &AccountId, region: Option<&Region>) -> Result<FakeClient, CloudError> {
        let caller = Caller {
            account: account.clone(),
            region: region.cloned(),
            name: format!("arn:aws:iam::{account}:role/ramctl"),
        };
        match self.world().unreachable.get(account) {
            Some(kind) => Err(caller.error(*kind, "sts:AssumeRole", "scripted")),
            None => Ok(FakeClient { cloud: self.clone(), caller }),
        }
    }
}

fn share_row_of(arn: &ShareArn, place: &Place, name: &str) -> ShareRow {
    ShareRow {
        arn: arn.clone(),
        name: name.into(),
        owner: place.account.clone(),
        status: ShareStatus::Pending,
        status_message: None,
        allow_external_principals: false,
        retain_sharing: false,
        feature_set: FeatureSet::Standard,
        tags: Tags::new(),
        created: None,
        updated: None,
    }
}

fn association_row(share: &ShareArn, entity: &str, external: bool) -> AssociationRow {
    AssociationRow {
        share: share.clone(),
        entity: entity.into(),
        status: AssociationStatus::Associating,
        status_message: None,
        external,
        created: None,
        updated: None,
    }
}

fn invitation_row(share: &ShareArn, n: usize) -> InvitationRow {
    let text = format!("{}-{n}", share.as_str().replace("resource-share/", "resource-share-invitation/"));
    InvitationRow {
        arn: InvitationArn::parse(&text).expect("valid"),
        share: share.clone(),
        share_name: "share".into(),
        sender: share.arn().account_id().expect("a share has an owner"),
        status: InvitationStatus::Pending,
        created: None,
    }
}

/// One account (and Region) of the fake.
#[derive(Clone)]
pub(crate) struct FakeClient {
    cloud: FakeCloud,
    caller: Caller,
}

impl FakeClient {
    fn place(&self) -> Place {
        Place {
            account: self.caller.account.clone(),
            region: self.caller.region.clone().expect("RAM is regional"),
        }
    }

    /// Does a call: notes it, fails where a fault says so, else changes or reads the world.
    async fn call<T>(
        &self,
        action: &'static str,
        act: impl FnOnce(&mut World) -> Result<T, CloudError>,
    ) -> Result<T, CloudError> {
        // Lets others in between, as a network does.
        tokio::task::yield_now().await;
        let mut world = self.cloud.world();
        world.calls.push(action.to_owned());
        let fault =
            world.faults.iter_mut().find(|fault| fault.action == action && fault.times > 0).map(|fault| {
                fault.times -= 1;
                let error = CloudError {
                    code: fault.code.into(),
                    maybe_done: fault.carried_out,
                    ..self.caller.error(fault.kind, action, fault.message)
                };
                (error, fault.carried_out)
            });
        match fault {
            Some((error, true)) => {
                act(&mut world)?;
                Err(error)
            }
            Some((error, false)) => Err(error),
            None => act(&mut world),
        }
    }

    fn page_of<T>(
        &self,
        world: &World,
        action: &'static str,
        rows: Vec<T>,
        page: &PageRequest,
    ) -> Result<Page<T>, CloudError> {
        if page.size > world.largest_page {
            return Err(self.caller.error(ErrorKind::PageSize, action, "maxResults is too large"));
        }
        let at = match &page.token {
            None if world.empty_first_page => return Ok(Page { items: vec![], next: Some("0".into()) }),
            None => 0,
            Some(token) => token.parse::<usize>().expect("a token of ours"),
        };
        let size = world.page.min(page.size.into());
        let total = rows.len();
        let items: Vec<T> = rows.into_iter().skip(at).take(size).collect();
        let next = (at + size < total).then(|| (at + size).to_string());
        Ok(Page { items, next })
    }

    fn visible<'w>(
        &self,
        world: &'w mut World,
        share: &ShareArn,
        action: &'static str,
    ) -> Result<&'w mut FakeShare, CloudError> {
        let unknown = || CloudError {
            code: "UnknownResourceException".into(),
            ..self.caller.error(
                ErrorKind::NotFound,
                action,
                format!("ResourceShare {share} could not be found."),
            )
        };
        let found = world.shares.get_mut(share).ok_or_else(unknown)?;
        if found.hidden > 0 {
            found.hidden -= 1;
            return Err(unknown());
        }
        Ok(found)
    }

    /// Adds members, once for entities that are there.
    fn add(&self, world: &mut World, share: &ShareArn, members: &Members) -> Result<(), CloudError> {
        let needs_org = members.principals.iter().any(Principal::needs_organization_sharing);
        if needs_org
            && let Some(org) = world.organization.as_mut()
            && org.onboarding > 0
        {
            org.onboarding -= 1;
            return Err(CloudError {
                code: "InvalidParameterException".into(),
                ..self.caller.error(
                    ErrorKind::OrganizationSharing,
                    "ram:AssociateResourceShare",
                    "onboarding",
                )
            });
        }
        let (settle, invited) = (world.settle_after, world.invited.clone());
        let found = world.shares.get_mut(share).expect("checked by the caller");
        for (rows, entities) in [
            (&mut found.resources, members.resources.iter().map(|arn| arn.as_str()).collect::<Vec<_>>()),
            (&mut found.principals, members.principals.iter().map(|principal| principal.as_str()).collect()),
        ] {
            for entity in entities {
                rows.retain(|(row, _)| {
                    row.entity != entity || row.status != AssociationStatus::Disassociated
                });
                if !rows.iter().any(|(row, _)| row.entity == entity) {
                    let external = invited.get(entity).copied().unwrap_or(false);
                    rows.push((association_row(share, entity, external), settle));
                    if let (true, Some(account)) =
                        (invited.contains_key(entity), Principal::read(entity).account())
                    {
                        let n = world.invitations.len();
                        world.invitations.push((account, invitation_row(share, n)));
                    }
                }
            }
        }
        for source in &members.sources {
            found.sources.push(SourceRow {
                share: share.clone(),
                source: source.clone(),
                status: AssociationStatus::Associated,
                status_message: None,
                created: None,
                updated: None,
            });
        }
        Ok(())
    }
}

/// Moves an association on by one read.
fn advance(
    rows: &mut [(AssociationRow, u32)],
    failing: &BTreeMap<String, String>,
    invited: &BTreeMap<String, bool>,
) {
    for (row, left) in rows {
        if *left > 0 {
            *left -= 1;
            continue;
        }
        match row.status {
            AssociationStatus::Associating => {
                if let Some(message) = failing.get(&row.entity) {
                    row.status = AssociationStatus::Failed;
                    row.status_message = Some(message.clone());
                } else if !invited.contains_key(&row.entity) {
                    row.status = AssociationStatus::Associated;
                }
            }
            AssociationStatus::Disassociating => row.status = AssociationStatus::Disassociated,
            _ => {}
        }
    }
}

impl Cloud for FakeCloud {
    type Ram = FakeClient;
    type Organization = FakeClient;
    type Iam = FakeClient;
    type Tagging = FakeClient;
    type Usage = FakeClient;

    async fn ram(&self, place: &Place) -> Result<FakeClient, CloudError> {
        self.client(&place.account, Some(&place.region))
    }

    async fn organization(&self, account: &AccountId) -> Result<FakeClient, CloudError> {
        self.client(account, None)
    }

    async fn iam(&self, account: &AccountId) -> Result<FakeClient, CloudError> {
        self.client(account, None)
    }

    async fn tagging(&self, place: &Place) -> Result<FakeClient, CloudError> {
        self.client(&place.account, Some(&place.region))
    }

    async fn usage(&self, place: &Place) -> Result<FakeClient, CloudError> {
        self.client(&place.account, Some(&place.region))
    }
}

impl RamRead for FakeClient {
    fn caller(&self) -> &Caller {
        &self.caller
    }

    async fn get_resource_shares(
        &self,
        scope: &ShareScope,
        page: &PageRequest,
    ) -> Result<Page<ShareRow>, CloudError> {
        const ACTION: &str = "ram:GetResourceShares";
        self.call(ACTION, |world| {
            let rows = match scope {
                ShareScope::All => {
                    let here = self.place();
                    world
                        .shares
                        .values()
                        .filter(|share| share.place == here)
                        .map(|share| share.row.clone())
                        .collect()
                }
                ShareScope::One(arn) => {
                    let share = self.visible(world, arn, ACTION)?;
                    if share.settle > 0 {
                        share.settle -= 1;
                    } else {
                        share.row.status = match &share.row.status {
                            ShareStatus::Pending => ShareStatus::Active,
                            ShareStatus::Deleting => ShareStatus::Deleted,
                            other => other.clone(),
                        };
                    }
                    vec![share.row.clone()]
                }
            };
            self.page_of(world, ACTION, rows, page)
        })
        .await
    }

    async fn get_resource_share_associations(
        &self,
        kind: AssociationKind,
        scope: &ShareScope,
        page: &PageRequest,
    ) -> Result<Page<AssociationRow>, CloudError> {
        const ACTION: &str = "ram:GetResourceShareAssociations";
        self.call(ACTION, |world| {
            let here = self.place();
            let (failing, invited) = (world.failing.clone(), world.invited.clone());
            let first = page.token.is_none();
            let mut rows = Vec::new();
            for (arn, share) in &mut world.shares {
                let one = match scope {
                    ShareScope::All if share.place == here => false,
                    ShareScope::One(wanted) if wanted == arn => true,
                    _ => continue,
                };
                let list = match kind {
                    AssociationKind::Resource => &mut share.resources,
                    AssociationKind::Principal => &mut share.principals,
                };
                if one && first {
                    advance(list, &failing, &invited);
                }
                rows.extend(list.iter().map(|(row, _)| row.clone()));
            }
            self.page_of(world, ACTION, rows, page)
        })
        .await
    }

    async fn list_permission_associations(
        &self,
        page: &PageRequest,
    ) -> Result<Page<PermissionRow>, CloudError> {
        const ACTION: &str = "ram:ListPermissionAssociations";
        self.call(ACTION, |world| {
            let here = self.place();
            let shares = world.shares.values().filter(|share| share.place == here);
            let rows = shares.flat_map(|share| share.permissions.clone()).collect();
            self.page_of(world, ACTION, rows, page)
        })
        .await
    }

    async fn list_resource_share_permissions(
        &self,
        share: &ShareArn,
        page: &PageRequest,
    ) -> Result<Page<PermissionRow>, CloudError> {
        const ACTION: &str = "ram:ListResourceSharePermissions";
        self.call(ACTION, |world| {
            let rows = self.visible(world, share, ACTION)?.permissions.clone();
            self.page_of(world, ACTION, rows, page)
        })
        .await
    }

    async fn list_source_associations(
        &self,
        scope: &ShareScope,
        page: &PageRequest,
    ) -> Result<Page<SourceRow>, CloudError> {
        const ACTION: &str = "ram:ListSourceAssociations";
        self.call(ACTION, |world| {
            let here = self.place();
            let shares = world.shares.iter().filter(|(arn, share)| match scope {
                ShareScope::All => share.place == here,
                ShareScope::One(wanted) => wanted == *arn,
            });
            let rows = shares.flat_map(|(_, share)| share.sources.clone()).collect();
            self.page_of(world, ACTION, rows, page)
        })
        .await
    }

    async fn list_customer_permissions(
        &self,
        page: &PageRequest,
    ) -> Result<Page<CustomerPermissionRow>, CloudError> {
        const ACTION: &str = "ram:ListPermissions";
        self.call(ACTION, |world| self.page_of(world, ACTION, world.customer_permissions.clone(), page)).await
    }

    async fn get_permission(
        &self,
        permission: &PermissionArn,
        version: Option<&str>,
    ) -> Result<PermissionDetail, CloudError> {
        const ACTION: &str = "ram:GetPermission";
        self.call(ACTION, |world| {
            let policies = self.policies(world, permission, ACTION)?;
            let number = version.map_or(policies.default, |version| version.parse().expect("a number"));
            let policy = policies.versions.get(&number);
            let policy =
                policy.ok_or_else(|| self.caller.error(ErrorKind::NotFound, ACTION, "no such version"))?;
            Ok(PermissionDetail {
                arn: permission.clone(),
                version: number.to_string(),
                default_version: number == policies.default,
                status: "ATTACHABLE".into(),
                policy: policy.clone(),
            })
        })
        .await
    }

    async fn list_permission_versions(
        &self,
        permission: &PermissionArn,
        page: &PageRequest,
    ) -> Result<Page<PermissionVersionRow>, CloudError> {
        const ACTION: &str = "ram:ListPermissionVersions";
        self.call(ACTION, |world| {
            let policies = self.policies(world, permission, ACTION)?.clone();
            let row = |number: &u32| PermissionVersionRow {
                version: number.to_string(),
                default_version: *number == policies.default,
                status: "ATTACHABLE".into(),
            };
            self.page_of(world, ACTION, policies.versions.keys().map(row).collect(), page)
        })
        .await
    }

    async fn get_resource_share_invitations(
        &self,
        scope: &ShareScope,
        page: &PageRequest,
    ) -> Result<Page<InvitationRow>, CloudError> {
        const ACTION: &str = "ram:GetResourceShareInvitations";
        self.call(ACTION, |world| {
            let region = self.place().region;
            let mine = world.invitations.iter().filter(|(account, row)| {
                *account == self.caller.account
                    && row.share.arn().region() == region.as_str()
                    && match scope {
                        ShareScope::All => true,
                        ShareScope::One(share) => row.share == *share,
                    }
            });
            let rows = mine.map(|(_, row)| row.clone()).collect();
            self.page_of(world, ACTION, rows, page)
        })
        .await
    }

    async fn get_received_shares(
        &self,
        scope: &ShareScope,
        page: &PageRequest,
    ) -> Result<Page<ShareRow>, CloudError> {
        const ACTION: &str = "ram:GetResourceShares";
        self.call(ACTION, |world| {
            let me = self.place();
            let rows: Vec<ShareRow> = world
                .shares
                .values()
                .filter(|share| {
                    share.place.region == me.region
                        && share.principals.iter().any(|(row, _)| {
                            row.status == AssociationStatus::Associated
                                && Principal::read(&row.entity).account().as_ref() == Some(&me.account)
                        })
                        && match scope {
                            ShareScope::All => true,
                            ShareScope::One(wanted) => share.row.arn == *wanted,
                        }
                })
                .map(|share| share.row.clone())
                .collect();
            if !rows.is_empty() && world.unseen_for > 0 {
                world.unseen_for -= 1;
                return self.page_of(world, ACTION, Vec::new(), page);
            }
            self.page_of(world, ACTION, rows, page)
        })
        .await
    }

    async fn list_received_resources(
        &self,
        shares: &[ShareArn],
        page: &PageRequest,
    ) -> Result<Page<ReceivedResourceRow>, CloudError> {
        const ACTION: &str = "ram:ListResources";
        self.call(ACTION, |world| {
            let rows = shares.iter().filter_map(|share| world.shares.get(share)).flat_map(|share| {
                share.resources.iter().map(|_| ReceivedResourceRow {
                    share: share.row.arn.clone(),
                    resource_type: ResourceType::parse("ec2:Subnet").expect("valid"),
                })
            });
            let rows = rows.collect();
            self.page_of(world, ACTION, rows, page)
        })
        .await
    }
}

impl RamWrite for FakeClient {
    async fn enable_sharing_with_aws_organization(&self) -> Result<(), CloudError> {
        self.call("ram:EnableSharingWithAwsOrganization", |world| {
            world.organization.as_mut().expect("a test with an organization").enabling = true;
            Ok(())
        })
        .await
    }

    async fn create_resource_share(
        &self,
        share: &NewShare,
        token: &Uuid,
    ) -> Result<CreatedShare, CloudError> {
        self.call("ram:CreateResourceShare", |world| {
            if let Some(arn) = world.tokens.get(token) {
                // A replay: the answer of the first time, whatever became of the share.
                return Ok(CreatedShare { arn: arn.clone(), status: ShareStatus::Pending });
            }
            let place = self.place();
            let arn = share_arn(&place, world.next_share);
            let mut row = share_row_of(&arn, &place, &share.name);
            row.allow_external_principals = share.allow_external_principals;
            row.retain_sharing = share.retain_sharing;
            row.tags = share.tags.clone();
            let (settle, hidden) = (world.settle_after, world.hidden_for);
            world.shares.insert(
                arn.clone(),
                FakeShare {
                    place,
                    row,
                    resources: Vec::new(),
                    principals: Vec::new(),
                    sources: Vec::new(),
                    permissions: Vec::new(),
                    settle,
                    hidden,
                },
            );
            if let Err(error) = self.add(world, &arn, &share.members) {
                world.shares.remove(&arn);
                return Err(error);
            }
            world.next_share += 1;
            world.tokens.insert(*token, arn.clone());
            Ok(CreatedShare { arn, status: ShareStatus::Pending })
        })
        .await
    }

    async fn update_resource_share(
        &self,
        share: &ShareArn,
        name: Option<&str>,
        allow_external_principals: Option<bool>,
        _token: &Uuid,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:UpdateResourceShare";
        self.call(ACTION, |world| {
            let row = &mut self.visible(world, share, ACTION)?.row;
            row.name = name.map_or(std::mem::take(&mut row.name), ToOwned::to_owned);
            row.allow_external_principals =
                allow_external_principals.unwrap_or(row.allow_external_principals);
            Ok(())
        })
        .await
    }

    async fn delete_resource_share(&self, share: &ShareArn, _token: &Uuid) -> Result<(), CloudError> {
        const ACTION: &str = "ram:DeleteResourceShare";
        self.call(ACTION, |world| {
            self.visible(world, share, ACTION)?.row.status = ShareStatus::Deleting;
            Ok(())
        })
        .await
    }

    async fn associate_resource_share(
        &self,
        share: &ShareArn,
        members: &Members,
        _token: &Uuid,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:AssociateResourceShare";
        self.call(ACTION, |world| {
            self.visible(world, share, ACTION)?;
            self.add(world, share, members)
        })
        .await
    }

    async fn disassociate_resource_share(
        &self,
        share: &ShareArn,
        members: &Members,
        _token: &Uuid,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:DisassociateResourceShare";
        self.call(ACTION, |world| {
            let gone: BTreeSet<String> = (members.resources.iter().map(|arn| arn.to_string()))
                .chain(members.principals.iter().map(|principal| principal.to_string()))
                .collect();
            let settle = world.settle_after;
            let found = self.visible(world, share, ACTION)?;
            for (row, left) in found.resources.iter_mut().chain(&mut found.principals) {
                if gone.contains(&row.entity) {
                    row.status = AssociationStatus::Disassociating;
                    *left = settle;
                }
            }
            found.sources.retain(|row| !members.sources.contains(&row.source));
            Ok(())
        })
        .await
    }

    async fn associate_resource_share_permission(
        &self,
        share: &ShareArn,
        permission: &PermissionArn,
        replace: bool,
        _token: &Uuid,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:AssociateResourceSharePermission";
        self.call(ACTION, |world| {
            let found = self.visible(world, share, ACTION)?;
            if replace {
                found.permissions.clear();
            }
            found.permissions.push(PermissionRow {
                share: share.clone(),
                permission: permission.clone(),
                version: "1".into(),
                default_version: true,
                resource_type: ResourceType::parse("ec2:Subnet").expect("valid"),
                feature_set: FeatureSet::Standard,
            });
            Ok(())
        })
        .await
    }

    async fn disassociate_resource_share_permission(
        &self,
        share: &ShareArn,
        permission: &PermissionArn,
        _token: &Uuid,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:DisassociateResourceSharePermission";
        self.call(ACTION, |world| {
            self.visible(world, share, ACTION)?.permissions.retain(|row| row.permission != *permission);
            Ok(())
        })
        .await
    }

    async fn tag_resource(&self, share: &ShareArn, tags: &Tags) -> Result<(), CloudError> {
        const ACTION: &str = "ram:TagResource";
        self.call(ACTION, |world| {
            self.visible(world, share, ACTION)?.row.tags.extend(tags.clone());
            Ok(())
        })
        .await
    }

    async fn untag_resource(&self, share: &ShareArn, keys: &[String]) -> Result<(), CloudError> {
        const ACTION: &str = "ram:UntagResource";
        self.call(ACTION, |world| {
            self.visible(world, share, ACTION)?.row.tags.retain(|key, _| !keys.contains(key));
            Ok(())
        })
        .await
    }

    async fn promote_resource_share_created_from_policy(&self, share: &ShareArn) -> Result<(), CloudError> {
        const ACTION: &str = "ram:PromoteResourceShareCreatedFromPolicy";
        self.call(ACTION, |world| {
            let found = self.visible(world, share, ACTION)?;
            if found.row.feature_set != FeatureSet::CreatedFromPolicy {
                return Err(self.caller.error(ErrorKind::InvalidRequest, ACTION, "not made from a policy"));
            }
            found.row.feature_set = FeatureSet::Standard;
            Ok(())
        })
        .await
    }

    async fn create_permission(&self, permission: &NewPermission, token: &Uuid) -> Result<(), CloudError> {
        self.call("ram:CreatePermission", |world| {
            if world.permission_tokens.insert(*token, "1".into()).is_none() {
                let versions = BTreeMap::from([(1, permission.template.clone())]);
                world.policies.insert(permission.arn.clone(), FakePolicies { versions, default: 1 });
            }
            Ok(())
        })
        .await
    }

    async fn create_permission_version(
        &self,
        permission: &PermissionArn,
        template: &str,
        token: &Uuid,
    ) -> Result<String, CloudError> {
        const ACTION: &str = "ram:CreatePermissionVersion";
        self.call(ACTION, |world| {
            if let Some(made) = world.permission_tokens.get(token) {
                return Ok(made.clone());
            }
            let policies = self.policies(world, permission, ACTION)?;
            let number = policies.versions.keys().last().map_or(1, |last| last + 1);
            policies.versions.insert(number, template.to_owned());
            policies.default = number;
            world.permission_tokens.insert(*token, number.to_string());
            Ok(number.to_string())
        })
        .await
    }

    async fn set_default_permission_version(
        &self,
        permission: &PermissionArn,
        version: &str,
        _token: &Uuid,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:SetDefaultPermissionVersion";
        self.call(ACTION, |world| {
            self.policies(world, permission, ACTION)?.default = version.parse().expect("a number");
            Ok(())
        })
        .await
    }

    async fn delete_permission_version(
        &self,
        permission: &PermissionArn,
        version: &str,
        _token: &Uuid,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:DeletePermissionVersion";
        self.call(ACTION, |world| {
            self.policies(world, permission, ACTION)?.versions.remove(&version.parse().expect("a number"));
            Ok(())
        })
        .await
    }

    async fn delete_permission(&self, permission: &PermissionArn, _token: &Uuid) -> Result<(), CloudError> {
        const ACTION: &str = "ram:DeletePermission";
        self.call(ACTION, |world| {
            self.policies(world, permission, ACTION)?;
            world.policies.remove(permission);
            Ok(())
        })
        .await
    }

    async fn promote_permission_created_from_policy(
        &self,
        permission: &PermissionArn,
        name: &str,
        _token: &Uuid,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:PromotePermissionCreatedFromPolicy";
        self.call(ACTION, |world| {
            let policies = self.policies(world, permission, ACTION)?.clone();
            let arn = permission.as_str().replace(permission.name(), name);
            world.policies.insert(PermissionArn::parse(&arn).expect("an ARN"), policies);
            Ok(())
        })
        .await
    }

    async fn tag_permission(&self, permission: &PermissionArn, tags: &Tags) -> Result<(), CloudError> {
        self.call("ram:TagResource", |world| {
            let rows = world.customer_permissions.iter_mut();
            rows.filter(|row| row.arn == *permission).for_each(|row| row.tags.extend(tags.clone()));
            Ok(())
        })
        .await
    }

    async fn untag_permission(&self, permission: &PermissionArn, keys: &[String]) -> Result<(), CloudError> {
        self.call("ram:UntagResource", |world| {
            let rows = world.customer_permissions.iter_mut();
            rows.filter(|row| row.arn == *permission)
                .for_each(|row| row.tags.retain(|key, _| !keys.contains(key)));
            Ok(())
        })
        .await
    }

    async fn accept_resource_share_invitation(
        &self,
        invitation: &InvitationArn,
        _token: &Uuid,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:AcceptResourceShareInvitation";
        self.call(ACTION, |world| {
            let share = self.answer(world, ACTION, invitation, InvitationStatus::Accepted)?;
            world.invited.remove(self.caller.account.as_str());
            for (row, _) in &mut world.shares.get_mut(&share).expect("it was shared").principals {
                if row.entity == self.caller.account.as_str() {
                    row.status = AssociationStatus::Associated;
                }
            }
            Ok(())
        })
        .await
    }

    async fn reject_resource_share_invitation(
        &self,
        invitation: &InvitationArn,
        _token: &Uuid,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:RejectResourceShareInvitation";
        self.call(ACTION, |world| {
            self.answer(world, ACTION, invitation, InvitationStatus::Rejected).map(|_| ())
        })
        .await
    }
}

impl FakeClient {
    fn policies<'w>(
        &self,
        world: &'w mut World,
        permission: &PermissionArn,
        action: &'static str,
    ) -> Result<&'w mut FakePolicies, CloudError> {
        let unknown =
            || self.caller.error(ErrorKind::NotFound, action, format!("{permission} could not be found"));
        world.policies.get_mut(permission).ok_or_else(unknown)
    }
}

impl FakeClient {
    /// Closes a pending invitation of the caller's; gives the share.
    fn answer(
        &self,
        world: &mut World,
        action: &'static str,
        invitation: &InvitationArn,
        status: InvitationStatus,
    ) -> Result<ShareArn, CloudError> {
        let found = world
            .invitations
            .iter_mut()
            .find(|(account, row)| row.arn == *invitation && *account == self.caller.account);
        let refused = |kind, code: &str| CloudError {
            code: format!("ResourceShareInvitation{code}Exception"),
            ..self.caller.error(kind, action, "scripted")
        };
        let Some((_, row)) = found else { return Err(refused(ErrorKind::NotFound, "ArnNotFound")) };
        match &row.status {
            InvitationStatus::Pending => {
                row.status = status;
                Ok(row.share.clone())
            }
            InvitationStatus::Accepted => Err(refused(ErrorKind::AlreadyDone, "AlreadyAccepted")),
            InvitationStatus::Rejected => Err(refused(ErrorKind::AlreadyDone, "AlreadyRejected")),
            InvitationStatus::Expired | InvitationStatus::Other(_) => {
                Err(refused(ErrorKind::NotFound, "Expired"))
            }
        }
    }
}

impl FakeClient {
    async fn org<T>(
        &self,
        action: &'static str,
        act: impl FnOnce(&mut FakeOrganization) -> Result<T, CloudError>,
    ) -> Result<T, CloudError> {
        self.call(action, |world| match world.organization.as_mut() {
            Some(org) => act(org),
            None => Err(CloudError {
                code: "AWSOrganizationsNotInUseException".into(),
                ..self.caller.error(ErrorKind::NoOrganization, action, "no organization")
            }),
        })
        .await
    }

    async fn org_page<T>(
        &self,
        action: &'static str,
        page: &PageRequest,
        rows: impl FnOnce(&mut FakeOrganization) -> Vec<T>,
    ) -> Result<Page<T>, CloudError> {
        let rows = self.org(action, |org| Ok(rows(org))).await?;
        self.page_of(&self.cloud.world(), action, rows, page)
    }
}

impl OrgRead for FakeClient {
    fn caller(&self) -> &Caller {
        &self.caller
    }

    async fn describe_organization(&self) -> Result<OrganizationRow, CloudError> {
        self.org("organizations:DescribeOrganization", |org| Ok(org.row.clone())).await
    }

    async fn list_roots(&self, page: &PageRequest) -> Result<Page<RootId>, CloudError> {
        self.org_page("organizations:ListRoots", page, |org| vec![org.root.clone()]).await
    }

    async fn list_accounts(&self, page: &PageRequest) -> Result<Page<AccountRow>, CloudError> {
        self.org_page("organizations:ListAccounts", page, |org| {
            org.accounts.iter().map(|(_, row)| row.clone()).collect()
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

impl TagRead for FakeClient {
    fn caller(&self) -> &Caller {
        &self.caller
    }

    async fn get_resources(
        &self,
        _type_filter: &str,
        tags: &TagFilters,
        page: &PageRequest,
    ) -> Result<Page<ResourceArn>, CloudError> {
        const ACTION: &str = "tag:GetResources";
        let here = self.place();
        self.call(ACTION, |world| {
            let bears = |own: &Tags| {
                tags.iter().all(|(key, values)| own.get(key).is_some_and(|value| values.contains(value)))
            };
            let rows = world.tagged.iter().filter(|(place, _, own)| *place == here && bears(own));
            let rows = rows.map(|(_, arn, _)| arn.clone()).collect();
            self.page_of(world, ACTION, rows, page)
        })
        .await
    }
}

impl FakeClient {
    async fn uses(
        &self,
        action: &'static str,
        ids: &[String],
        page: &PageRequest,
    ) -> Result<Page<UseRow>, CloudError> {
        self.call(action, |world| {
            assert!(ids.len() <= crate::cloud::FILTER_VALUES, "EC2 takes no more");
            let rows = world.uses.iter().filter(|row| ids.contains(&row.resource)).cloned().collect();
            self.page_of(world, action, rows, page)
        })
        .await
    }
}

impl UsageRead for FakeClient {
    fn caller(&self) -> &Caller {
        &self.caller
    }

    async fn describe_network_interfaces(
        &self,
        subnets: &[String],
        page: &PageRequest,
    ) -> Result<Page<UseRow>, CloudError> {
        self.uses("ec2:DescribeNetworkInterfaces", subnets, page).await
    }

    async fn describe_transit_gateway_attachments(
        &self,
        gateways: &[String],
        page: &PageRequest,
    ) -> Result<Page<UseRow>, CloudError> {
        self.uses("ec2:DescribeTransitGatewayAttachments", gateways, page).await
    }
}

impl IamRead for FakeClient {
    async fn get_role(&self, _name: &str) -> Result<RoleState, CloudError> {
        self.call("iam:GetRole", |world| {
            let exists = world.organization.as_ref().is_some_and(|org| org.role);
            Ok(if exists { RoleState::Exists } else { RoleState::Missing })
        })
        .await
    }
}

impl IamWrite for FakeClient {
    async fn create_service_linked_role(&self, _service: &str) -> Result<(), CloudError> {
        self.call("iam:CreateServiceLinkedRole", |world| {
            world.organization.as_mut().expect("a test with an organization").role = true;
            Ok(())
        })
        .await
    }
}
