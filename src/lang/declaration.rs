//! What the files say: every block evaluated and typed, every value with its place, names of units and accounts still symbolic.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Code, Span, Spanned};
use crate::lang::checks::CheckBlock;
use crate::model::{
    AccountId, Address, Arn, IgnoredTags, PermissionArn, Principal, Region, ResourceArn, ResourceType,
    ShareArn, StackName, TagQuery, Tags,
};

/// A whole stack.
#[derive(Clone, Debug)]
pub struct Declaration {
    pub stack: Spanned<StackName>,
    /// What the stack was called before: shares and permissions with these names are its own.
    pub formerly: Vec<Spanned<StackName>>,
    /// Regions that are read even where no share names them.
    pub regions: Vec<Spanned<Region>>,
    /// Tags that are neither read as differences nor removed.
    pub ignore_tags: IgnoredTags,
    pub organization: Option<OrganizationBlock>,
    pub accounts: BTreeMap<Address, AccountBlock>,
    /// In source order.
    pub permissions: Vec<PermissionBlock>,
    /// In source order.
    pub shares: Vec<ShareBlock>,
    /// In source order.
    pub inbound: Vec<InboundBlock>,
    pub checks: Vec<CheckBlock>,
    pub safety: Safety,
    /// Every `allow`, in source order within its kind of block.
    pub acknowledgements: Vec<Acknowledgement>,
    pub imports: Vec<ImportBlock>,
    pub moved: Vec<MovedBlock>,
    pub removed: Vec<RemovedBlock>,
    /// The time of the run, as `plantimestamp()` gives it.
    pub now: jiff::Timestamp,
}

impl Declaration {
    /// A stack with a name and nothing else, in 1970: nothing has expired.
    pub fn empty(stack: Spanned<StackName>) -> Self {
        Self {
            stack,
            formerly: Vec::new(),
            regions: Vec::new(),
            ignore_tags: IgnoredTags::default(),
            organization: None,
            accounts: BTreeMap::new(),
            permissions: Vec::new(),
            shares: Vec::new(),
            inbound: Vec::new(),
            checks: Vec::new(),
            safety: Safety::default(),
            acknowledgements: Vec::new(),
            imports: Vec::new(),
            moved: Vec::new(),
            removed: Vec::new(),
            now: jiff::Timestamp::UNIX_EPOCH,
        }
    }
}

/// The `organization` block.
#[derive(Clone, Debug)]
pub struct OrganizationBlock {
    pub span: Span,
    /// Where the organization is read and sharing is enabled.
    pub management_account: Spanned<AccountId>,
    pub sharing: Spanned<SharingWish>,
    pub sweep: Option<SweepBlock>,
}

/// `sweep` in the `organization` block: shares of the stack are searched for in every active account of the organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepBlock {
    pub span: Span,
    /// The role in each account that the files do not name, without a leading slash. A path may stand before the name.
    pub role_name: Spanned<String>,
}

/// What the stack wants of sharing inside the organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharingWish {
    /// Turn it on where it is off. Never turned off again by ramctl.
    Enabled,
    /// Fail where it is off.
    Required,
    /// Off on purpose: read, told where it is on, and neither turned on nor off.
    Disabled,
    /// Neither read nor changed.
    Unmanaged,
}

/// An `account` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountBlock {
    pub span: Span,
    pub id: Spanned<AccountId>,
    pub assume_role: Option<AssumeRole>,
    /// Replaces the stack's Regions for this account. The Regions of its own shares are always read.
    pub regions: Option<Vec<Spanned<Region>>>,
}

/// The role through which an account is reached; none means the credentials of the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssumeRole {
    pub span: Span,
    /// A full role ARN; `role_name` is completed with the account's id.
    pub arn: String,
    /// Shared secret with the role's trust policy. Never printed.
    pub external_id: Option<String>,
    pub session_name: Option<String>,
    /// Seconds, 900 to 43,200.
    pub duration_seconds: Option<u32>,
}

/// One instance of a `permission` block: a customer managed permission.
#[derive(Clone, Debug)]
pub struct PermissionBlock {
    pub address: Address,
    pub span: Span,
    pub account: Spanned<AccountId>,
    pub region: Spanned<Region>,
    /// None: the default, made from the address.
    pub name: Option<Spanned<String>>,
    pub resource_type: Spanned<ResourceType>,
    pub actions: Vec<Spanned<String>>,
    /// The `Condition` element of the policy template.
    pub condition: Option<Spanned<serde_json::Value>>,
    pub tags: BTreeMap<String, Spanned<String>>,
    pub tags_span: Option<Span>,
    pub lifecycle: Lifecycle,
}

/// One instance of a `share` block.
#[derive(Clone, Debug)]
pub struct ShareBlock {
    pub address: Address,
    /// The block's header, `share "tgw"`.
    pub span: Span,
    /// The sharing account.
    pub account: Spanned<AccountId>,
    pub region: Spanned<Region>,
    /// None: the default, made from the address.
    pub name: Option<Spanned<String>>,
    /// Those that are named by their ARN.
    pub resources: Vec<Spanned<ResourceArn>>,
    /// Those that are named by their tags.
    pub tagged: Vec<Spanned<TagQuery>>,
    pub principals: Vec<Spanned<PrincipalExpr>>,
    /// Accounts, ARNs, organization ids or paths that constrain service principals.
    pub sources: Vec<Spanned<String>>,
    pub permissions: Vec<PermissionUse>,
    pub allow_external_principals: Option<Spanned<bool>>,
    pub retain_sharing_on_account_leave_organization: Option<Spanned<bool>>,
    pub accept_invitations: Option<Spanned<bool>>,
    pub tags: BTreeMap<String, Spanned<String>>,
    pub tags_span: Option<Span>,
    /// After this time the share is planned for deletion.
    pub expires: Option<Spanned<jiff::Timestamp>>,
    pub lifecycle: Lifecycle,
}

impl ShareBlock {
    /// The tags without their places.
    pub fn plain_tags(&self) -> Tags {
        self.tags.iter().map(|(key, value)| (key.clone(), value.value.clone())).collect()
    }
}

/// A principal as written; names are settled against the organization by `desired`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PrincipalExpr {
    /// An id or ARN, complete as it stands.
    Literal(Principal),
    /// `account.sandbox`: an `account` block of this stack.
    Declared { address: Address, id: AccountId },
    /// `account("sandbox-7")`: by name in the organization.
    AccountNamed(String),
    /// `ou("Workloads/Prod")`: by path of names.
    UnitAtPath(String),
    /// `ou("ou-ab12-9xyz1234")` or a bare unit id.
    UnitById(crate::model::OuId),
    /// `organization()`.
    Organization,
}

/// A `permission "TYPE" { use = ... }` block inside a share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionUse {
    pub span: Span,
    pub resource_type: Spanned<ResourceType>,
    /// Name or ARN as written; the address of the block where [`PermissionUse::declared`] is set.
    pub permission: Spanned<String>,
    /// `permission.LABEL`: a customer managed permission of this stack.
    pub declared: Option<Address>,
    pub version: VersionWish,
}

/// Which version of a permission a share is to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionWish {
    /// Nothing is said: the default version of a customer managed permission; of AWS's, whichever the share has.
    Unsaid,
    /// `version = "latest"`: the default version.
    Latest,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lifecycle {
    pub prevent_destroy: bool,
    pub ignore_changes: BTreeSet<IgnorableAttribute>,
    /// What others add to these stays.
    pub keep_extra: BTreeSet<ExtraAttribute>,
}

/// Attributes that `lifecycle.ignore_changes` may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IgnorableAttribute {
    Name,
    Tags,
    Resources,
    Principals,
    Permissions,
    AllowExternalPrincipals,
    RetainSharing,
}

impl IgnorableAttribute {
    /// The word of the language.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Tags => "tags",
            Self::Resources => "resources",
            Self::Principals => "principals",
            Self::Permissions => "permissions",
            Self::AllowExternalPrincipals => "allow_external_principals",
            Self::RetainSharing => "retain_sharing_on_account_leave_organization",
        }
    }
}

/// Attributes that `lifecycle.keep_extra` may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExtraAttribute {
    Principals,
    Resources,
    Tags,
}

impl ExtraAttribute {
    /// The word of the language.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Principals => "principals",
            Self::Resources => "resources",
            Self::Tags => "tags",
        }
    }
}

/// One instance of an `inbound` block: what may be shared to an account of the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundBlock {
    pub address: Address,
    pub span: Span,
    /// The receiving account.
    pub account: Spanned<AccountId>,
    pub region: Spanned<Region>,
    /// The sending account.
    pub from: Spanned<AccountId>,
    /// A glob over share names; none: every name.
    pub name: Option<Spanned<String>>,
    pub action: Spanned<InboundAction>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InboundAction {
    Accept,
    Reject,
}

/// The `safety` block: thresholds past which a plan needs consent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Safety {
    pub max_revoked_percent: Option<Spanned<u32>>,
    pub max_granted_accounts: Option<Spanned<u32>>,
}

/// One element of an `allow` list: a hazard that the stack's authors agree to beforehand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    pub scope: AcknowledgementScope,
    pub code: &'static Code,
    pub reason: String,
    /// From then on it agrees to nothing.
    pub until: Option<jiff::Timestamp>,
    pub span: Span,
}

/// What an [`Acknowledgement`] is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AcknowledgementScope {
    /// The `ramctl` block's: the hazard wherever it is.
    Stack,
    /// One share's or permission's own.
    Block(Address),
}

/// An `import` block with `to = share.x` and `id = "arn:..."`: adopt a share or a permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportBlock {
    pub span: Span,
    pub to: Spanned<Address>,
    /// Of the kind that `to` is.
    pub id: Spanned<ImportId>,
}

/// What is adopted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImportId {
    Share(ShareArn),
    Permission(PermissionArn),
}

impl ImportId {
    pub fn arn(&self) -> &Arn {
        match self {
            Self::Share(arn) => arn.arn(),
            Self::Permission(arn) => arn.arn(),
        }
    }
}

impl std::fmt::Display for ImportId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.arn().fmt(f)
    }
}

/// A `moved` block with `from = share.a` and `to = share.b`: a block has another address now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedBlock {
    pub span: Span,
    pub from: Spanned<Address>,
    pub to: Spanned<Address>,
}

/// `removed { from = share.gone }`: what becomes of a share whose block is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovedBlock {
    pub span: Span,
    pub from: Spanned<Address>,
    pub action: RemovedAction,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemovedAction {
    Destroy,
    /// Stop owning it: the share stays as it is.
    Release,
}
