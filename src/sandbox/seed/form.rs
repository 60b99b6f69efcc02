//! The form of `sandbox.hcl`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::sandbox::faults::Fault;
use crate::sandbox::seed::generate::Generate;
use crate::sandbox::settings::Behaviour;
use crate::sandbox::state::rows_account::AccountState;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seed {
    #[serde(default)]
    pub partition: Partition,
    pub organization: Option<OrganizationForm>,
    /// Accounts that are not in the organization, by name.
    #[serde(default)]
    pub outside: BTreeMap<String, AccountForm>,
    /// Resources by ARN.
    #[serde(default)]
    pub resource: BTreeMap<String, ResourceForm>,
    /// Customer managed permissions by name.
    #[serde(default)]
    pub permission: BTreeMap<String, PermissionForm>,
    /// How many versions AWS has published of its permissions, by name.
    #[serde(default)]
    pub published: BTreeMap<String, u32>,
    /// Shares by name.
    #[serde(default)]
    pub share: BTreeMap<String, ShareForm>,
    /// Network interfaces by a name of the seed's own.
    #[serde(default)]
    pub network_interface: BTreeMap<String, InterfaceForm>,
    /// Attachments to transit gateways by a name of the seed's own.
    #[serde(default)]
    pub transit_gateway_attachment: BTreeMap<String, AttachmentForm>,
    pub generate: Option<Generate>,
    #[serde(default)]
    pub settings: Behaviour,
    /// Faults by name.
    #[serde(default)]
    pub fault: BTreeMap<String, Fault>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) enum Partition {
    #[default]
    #[serde(rename = "aws")]
    Aws,
    #[serde(rename = "aws-cn")]
    China,
    #[serde(rename = "aws-us-gov")]
    UsGov,
}

impl Partition {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::China => "aws-cn",
            Self::UsGov => "aws-us-gov",
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Sharing {
    /// Trusted access and the service-linked role.
    Enabled,
    /// Trusted access alone.
    Half,
    /// The role alone.
    LeftoverRole,
    #[default]
    Off,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum FeatureSet {
    #[default]
    All,
    ConsolidatedBilling,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrganizationForm {
    pub id: Option<String>,
    /// The label of the management account.
    pub management_account: String,
    #[serde(default)]
    pub feature_set: FeatureSet,
    #[serde(default)]
    pub sharing: Sharing,
    /// Services that trusted access is on for, besides RAM.
    #[serde(default)]
    pub trusted_services: Vec<String>,
    /// Label of an account to the services that it administers.
    #[serde(default)]
    pub delegated_administrators: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub account: BTreeMap<String, AccountForm>,
    #[serde(default)]
    pub ou: BTreeMap<String, UnitForm>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UnitForm {
    pub id: Option<String>,
    #[serde(default)]
    pub account: BTreeMap<String, AccountForm>,
    #[serde(default)]
    pub ou: BTreeMap<String, UnitForm>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountForm {
    pub id: String,
    pub email: Option<String>,
    pub state: Option<AccountState>,
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// False: nothing can be assumed in the account, not even by the management account.
    pub roles: Option<bool>,
    #[serde(default)]
    pub role: BTreeMap<String, RoleForm>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleForm {
    pub path: Option<String>,
    /// Account ids or ARNs that may assume the role; the management account where none is named.
    #[serde(default)]
    pub trust: Vec<String>,
    pub external_id: Option<String>,
    /// An identity policy, JSON; without one the role may do everything.
    pub policy: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ResourceForm {
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Where an ARN has no Region but the resource has one, as IPAM pools do.
    pub region: Option<String>,
    /// Every association of the resource fails with this message.
    pub fails: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InterfaceForm {
    /// The ARN of a listed resource, or its id alone.
    pub subnet: String,
    /// Whose it is, by label or id.
    pub account: String,
    /// A service made it for the account.
    #[serde(default)]
    pub managed: bool,
    /// Managed, and listed only where managed resources are asked for.
    #[serde(default)]
    pub hidden: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AttachmentForm {
    /// The ARN of a listed resource, or its id alone.
    pub transit_gateway: String,
    /// Whose VPC it is, by label or id.
    pub account: String,
    pub state: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PermissionForm {
    pub account: String,
    pub region: String,
    pub resource_type: String,
    pub policy: String,
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShareForm {
    /// Where two shares have one name: the label tells them apart, this is the name.
    pub name: Option<String>,
    pub account: String,
    pub region: String,
    #[serde(default)]
    pub resources: Vec<String>,
    #[serde(default)]
    pub principals: Vec<String>,
    #[serde(default)]
    pub sources: Vec<String>,
    #[serde(default)]
    pub permissions: Vec<String>,
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    pub allow_external_principals: Option<bool>,
    pub retain_sharing_on_account_leave_organization: Option<bool>,
    /// Made by RAM from a resource policy.
    #[serde(default)]
    pub created_from_policy: bool,
}
