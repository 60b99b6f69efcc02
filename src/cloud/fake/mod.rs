//! AWS in memory, for tests of what works through the ports: slow, forgetful and in a bad mood where a test asks for it.

mod associations;
mod faults;
mod invitations;
mod organization;
mod others;
mod permissions;
mod ram_read;
mod ram_write;

pub(crate) use faults::Fault;
pub(crate) use organization::FakeOrganization;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::Timestamp;
use uuid::Uuid;

use crate::cloud::fake::associations::association_row;
use crate::cloud::fake::permissions::FakePolicies;
use crate::cloud::{Caller, Cloud, CloudError, CreatedVersion, ErrorKind, NewShare, UseRow};
use crate::live::{
    AssociationRow, AwsPermissionRow, CustomerPermissionRow, InvitationRow, PermissionRow, ShareRow,
    SourceRow,
};
use crate::model::{
    AccountId, AssociationStatus, FeatureSet, PermissionArn, Place, Region, ResourceArn, ShareArn,
    ShareStatus, Tags,
};

/// The fake, shared by its clients.
#[derive(Clone, Default)]
pub(crate) struct FakeCloud(Arc<Mutex<World>>);

/// Everything there is, and how it behaves.
pub(crate) struct World {
    pub shares: BTreeMap<ShareArn, FakeShare>,
    pub customer_permissions: Vec<CustomerPermissionRow>,
    pub aws_permissions: Vec<AwsPermissionRow>,
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
    /// The time of AWS.
    pub now: Timestamp,
    /// Whether tokens are remembered for ever, or not at all.
    pub remembers: bool,
    /// The request that came with a token, the share that it made, and when.
    pub tokens: BTreeMap<Uuid, (NewShare, ShareArn, Timestamp)>,
    /// The same for permissions and versions; the request is a text.
    pub permission_tokens: BTreeMap<Uuid, (String, CreatedVersion)>,
    pub organization: Option<FakeOrganization>,
    /// Resources that bear tags; types are not looked at.
    pub tagged: Vec<(Place, ResourceArn, Tags)>,
    /// Network interfaces and attachments: the ids of their subnets and gateways, and their accounts.
    pub uses: Vec<UseRow>,
    /// Those that every account has enabled.
    pub regions: Vec<Region>,
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

impl Default for World {
    fn default() -> Self {
        Self {
            shares: BTreeMap::new(),
            customer_permissions: Vec::new(),
            aws_permissions: Vec::new(),
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
            now: Timestamp::from_second(1_700_000_000).expect("in range"),
            remembers: true,
            tokens: BTreeMap::new(),
            permission_tokens: BTreeMap::new(),
            organization: None,
            tagged: Vec::new(),
            uses: Vec::new(),
            regions: Vec::new(),
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
