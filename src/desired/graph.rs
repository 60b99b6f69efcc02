//! The desired-state graph: objects as nodes, "needs" as edges.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graphmap::DiGraphMap;

use crate::desired::identity::Identity;
use crate::desired::inbound::DesiredInbound;
use crate::desired::safeguards::Safeguards;
use crate::diag::{Span, Spanned};
use crate::lang::{Lifecycle, SharingWish};
use crate::model::{
    AccountId, Address, Gap, IgnoredTags, PermissionArn, PermissionPolicy, Place, Principal, Region,
    ResourceArn, ResourceType, StackName, TAG_STACK, Tags,
};

/// A stack, settled.
#[derive(Clone, Debug)]
pub struct DesiredGraph {
    pub stack: StackName,
    /// What the stack was called before.
    pub formerly: BTreeSet<StackName>,
    pub sharing: Option<DesiredSharing>,
    /// Every account and Region in which the stack has, or may have left, shares: what must be read.
    pub places: BTreeSet<Place>,
    /// Names of accounts for people: label of the `account` block.
    pub account_labels: BTreeMap<AccountId, String>,
    pub shares: BTreeMap<Address, DesiredShare>,
    /// Customer managed permissions.
    pub permissions: BTreeMap<Address, ManagedPermission>,
    /// Shares that could not be settled because a fact was unreadable. Never created, changed or deleted.
    pub unresolved: BTreeMap<Address, Unresolved>,
    /// What accounts of the stack take from others.
    pub inbound: BTreeMap<Address, DesiredInbound>,
    /// Accounts that ramctl has credentials for.
    pub reached: BTreeSet<AccountId>,
    /// Accounts that the files name, without a role and without anything in them to read. ramctl can look into the one of them that the
    /// credentials of the run belong to.
    pub unreached: BTreeSet<AccountId>,
    /// Tags that are neither read as differences nor removed.
    pub ignore_tags: IgnoredTags,
    /// Which live shares are to become whose.
    pub identity: Identity,
    pub safeguards: Safeguards,
    /// The time of the run: what expires by then goes.
    pub now: jiff::Timestamp,
    /// Nodes in a fixed order; `edges` names them by index.
    pub nodes: Vec<Node>,
    /// An edge a -> b: b needs a first.
    pub edges: DiGraphMap<NodeId, ()>,
}

impl DesiredGraph {
    /// The name of the stack among the tags of something, the one that it has or one that it had. None: it is not the stack's.
    pub(crate) fn name_on<'t>(&self, tags: &'t Tags) -> Option<&'t str> {
        let name = tags.get(TAG_STACK)?.as_str();
        let is_own =
            name == self.stack.as_str() || self.formerly.iter().any(|before| before.as_str() == name);
        is_own.then_some(name)
    }

    /// The names that shares of the stack may bear, the one that it has first.
    pub fn names(&self) -> impl Iterator<Item = &StackName> {
        std::iter::once(&self.stack).chain(&self.formerly)
    }
}

/// Index into [`DesiredGraph::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// An object that exists in AWS once the stack is applied.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    OrganizationSharing,
    /// A customer managed permission with its default version.
    ManagedPermission(Address),
    Share(Address),
    Permission(Address, ResourceType),
    Resource(Address, ResourceArn),
    /// No object but a state: every resource is on the share. Stands between many resources and many principals, which would
    /// need an edge for each pair otherwise.
    Resources(Address),
    Principal(Address, Principal),
}

/// Sharing inside the organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredSharing {
    pub wish: SharingWish,
    pub management_account: AccountId,
    /// Where RAM is called. Any Region does: the effect is on the whole organization.
    pub region: Region,
    pub span: Span,
}

/// One share as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredShare {
    pub address: Address,
    pub span: Span,
    pub place: Place,
    pub name: String,
    pub allow_external_principals: bool,
    pub retain_sharing: bool,
    /// Accept for consumers that ramctl has credentials for.
    pub accept_invitations: bool,
    /// Each with its RAM type; none where the catalog does not know the ARN's form.
    pub resources: BTreeMap<ResourceArn, Option<ResourceType>>,
    /// Those of them that a search by tags found and the block does not name.
    pub found: BTreeSet<ResourceArn>,
    /// The searches by tags, as written.
    pub searches: BTreeSet<String>,
    pub principals: BTreeMap<Principal, DesiredPrincipal>,
    pub sources: BTreeSet<String>,
    /// Only types with a `permission` block: what is unset is AWS's default and never a difference.
    pub permissions: BTreeMap<ResourceType, DesiredPermission>,
    /// Without ramctl's own.
    pub tags: Tags,
    /// After this time the share is to be gone.
    pub expires: Option<jiff::Timestamp>,
    pub lifecycle: Lifecycle,
}

impl DesiredShare {
    /// Whether the share's time is over.
    pub fn is_expired(&self, now: jiff::Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

/// How a principal was written, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredPrincipal {
    pub span: Span,
    /// `ou Workloads/Prod`, `account sandbox`, `organization`, `role deploy`.
    pub label: String,
}

/// The permission of one type on a share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredPermission {
    pub arn: PermissionArn,
    pub span: Span,
    /// Whether the share is to have the default version; else it keeps the one that it has.
    pub latest: bool,
}

/// One customer managed permission as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedPermission {
    pub address: Address,
    pub span: Span,
    pub place: Place,
    /// Made of place and name, so it is known before the permission is (RAM API, `CreatePermission`: the example of its answer).
    pub arn: PermissionArn,
    pub resource_type: ResourceType,
    pub policy: PermissionPolicy,
    /// Without ramctl's own.
    pub tags: Tags,
    pub lifecycle: Lifecycle,
}

/// A share that cannot be settled now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    pub place: Place,
    pub span: Span,
    /// What was to be looked up, as written: `ou("Workloads/Prod")`.
    pub wanted: Vec<Spanned<String>>,
    pub gap: Gap,
    /// `lifecycle.prevent_destroy`.
    pub protected: bool,
    /// The share as far as it is settled.
    pub settled: Box<DesiredShare>,
    /// Whether it may have principals that are not settled.
    pub opens_principals: bool,
    /// Whether it may have resources that are not settled.
    pub opens_resources: bool,
}

impl Unresolved {
    /// Whether the files name what the organization does not have.
    pub fn is_misnamed(&self) -> bool {
        self.gap.cause.is_of_the_files()
    }
}
