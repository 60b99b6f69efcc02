//! What RAM remembers.
//!
//! A row's key begins with its place, `ACCOUNT/REGION/`, so that a listing of one account and Region is one range.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::sandbox::clock::Millis;
use crate::sandbox::state::table::Row;

pub(crate) type Tags = BTreeMap<String, String>;

/// The partition of a Region, as ARNs name it.
pub(crate) fn partition_of(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}

/// The Region in which the global services of a partition live.
pub(crate) fn home_region(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "cn-northwest-1",
        "aws-us-gov" => "us-gov-west-1",
        _ => "us-east-1",
    }
}

/// `ACCOUNT/REGION/`.
pub(crate) fn place(account: &str, region: &str) -> String {
    format!("{account}/{region}/")
}

/// Which share: the three parts of its key and of its ARN.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct ShareId {
    pub account: String,
    pub region: String,
    pub uuid: String,
}

impl ShareId {
    pub(crate) fn key(&self) -> String {
        format!("{}/{}/{}", self.account, self.region, self.uuid)
    }

    pub(crate) fn arn(&self) -> String {
        let partition = partition_of(&self.region);
        format!("arn:{partition}:ram:{}:{}:resource-share/{}", self.region, self.account, self.uuid)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ShareStatus {
    Pending,
    Active,
    Failed,
    Deleting,
    Deleted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum FeatureSet {
    CreatedFromPolicy,
    PromotingToStandard,
    Standard,
}

/// Key: [`ShareId::key`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Share {
    pub id: ShareId,
    pub name: String,
    pub allow_external: bool,
    pub status: ShareStatus,
    pub message: Option<String>,
    pub feature_set: FeatureSet,
    /// `retainSharingOnAccountLeaveOrganization`, where it was given.
    pub retain: Option<bool>,
    pub tags: Tags,
    pub created: Millis,
    pub updated: Millis,
    /// When PENDING, DELETING or DELETED ends.
    pub due: Option<Millis>,
}

impl Share {
    /// Whether the share is there for anyone but those who list DELETED rows.
    pub(crate) fn is_live(&self) -> bool {
        !matches!(self.status, ShareStatus::Deleting | ShareStatus::Deleted)
    }
}

impl Row for Share {
    fn due(&self) -> Option<Millis> {
        self.due
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Side {
    Principal,
    Resource,
    Source,
}

impl Side {
    pub(crate) const ALL: [Self; 3] = [Self::Principal, Self::Resource, Self::Source];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Principal => "PRINCIPAL",
            Self::Resource => "RESOURCE",
            Self::Source => "SOURCE",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Association {
    Associating,
    Associated,
    Failed,
    Disassociating,
    Disassociated,
    Suspended,
    Suspending,
    Restoring,
    /// A status of a newer API, which only the control endpoint gives.
    #[serde(untagged)]
    Newer(String),
}

impl Association {
    /// Whether the entity is on the share, or is about to be.
    pub(crate) fn is_on(&self) -> bool {
        match self {
            Self::Associating
            | Self::Associated
            | Self::Suspended
            | Self::Suspending
            | Self::Restoring
            | Self::Newer(_) => true,
            Self::Failed | Self::Disassociating | Self::Disassociated => false,
        }
    }
}

/// A resource, principal or source of a share. Key: `ACCOUNT/REGION/SIDE/UUID/ENTITY`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Member {
    pub share: ShareId,
    pub side: Side,
    pub entity: String,
    /// The type of a resource, `ec2:Subnet`.
    pub resource_type: Option<String>,
    pub status: Association,
    pub message: Option<String>,
    pub external: bool,
    pub created: Millis,
    pub updated: Millis,
    /// When the status next changes by itself. `None` while ASSOCIATING: an invitation has to be accepted.
    pub due: Option<Millis>,
    /// What ASSOCIATING ends with, where it ends in FAILED.
    pub fails: Option<String>,
    /// The consumer took itself off the share.
    #[serde(default)]
    pub left: bool,
}

impl Member {
    pub(crate) fn key(share: &ShareId, side: Side, entity: &str) -> String {
        format!("{}{entity}", Self::prefix(share, side))
    }

    /// Begins the keys of all members of one side of a share.
    pub(crate) fn prefix(share: &ShareId, side: Side) -> String {
        format!("{}{}/{}/", place(&share.account, &share.region), side.as_str(), share.uuid)
    }

    /// Index text: who or what, in which Region, on whosever share.
    pub(crate) fn entity_index(region: &str, side: Side, entity: &str) -> String {
        format!("{region} {} {entity}", side.as_str())
    }
}

impl Row for Member {
    fn index(&self, _key: &str) -> Vec<String> {
        vec![Self::entity_index(&self.share.region, self.side, &self.entity)]
    }

    fn due(&self) -> Option<Millis> {
        self.due
    }
}

/// A permission attached to a share for one resource type. Key: `ACCOUNT/REGION/UUID/TYPE`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Attachment {
    pub share: ShareId,
    pub resource_type: String,
    pub permission: String,
    pub version: u32,
    /// Of the version's template parameters.
    #[serde(default)]
    pub values: ParameterValues,
    pub updated: Millis,
}

impl Attachment {
    pub(crate) fn key(share: &ShareId, resource_type: &str) -> String {
        format!("{}/{resource_type}", share.key())
    }
}

impl Row for Attachment {
    fn index(&self, _key: &str) -> Vec<String> {
        vec![self.permission.clone()]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum PermissionStatus {
    Attachable,
    Unattachable,
    Deprecated,
    Deleting,
    Deleted,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PermissionVersion {
    pub policy: String,
    pub created: Millis,
    pub parameters: Vec<TemplateParameter>,
}

/// A placeholder that a policy template declares; a share gives the values.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TemplateParameter {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: ParameterKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ParameterKind {
    String,
    StringList,
}

/// Values of template parameters, by name.
pub(crate) type ParameterValues = BTreeMap<String, Vec<String>>;

/// A customer managed permission. Key: `ACCOUNT/REGION/NAME`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Permission {
    pub account: String,
    pub region: String,
    pub name: String,
    pub resource_type: String,
    pub status: PermissionStatus,
    pub feature_set: FeatureSet,
    pub versions: BTreeMap<u32, PermissionVersion>,
    pub default: u32,
    /// The number that the next version gets; numbers are not used twice.
    pub next: u32,
    pub tags: Tags,
    pub created: Millis,
    pub updated: Millis,
    /// When DELETING or DELETED ends.
    pub due: Option<Millis>,
}

impl Permission {
    /// A permission that RAM made from a resource policy.
    pub(crate) fn made_by_policy(
        share: &ShareId,
        name: String,
        resource_type: &str,
        policy: String,
        now: Millis,
    ) -> Self {
        let version = PermissionVersion { policy, created: now, parameters: Vec::new() };
        Self {
            account: share.account.clone(),
            region: share.region.clone(),
            name,
            resource_type: resource_type.to_owned(),
            status: PermissionStatus::Attachable,
            feature_set: FeatureSet::CreatedFromPolicy,
            versions: BTreeMap::from([(1, version)]),
            default: 1,
            next: 2,
            tags: Tags::new(),
            created: now,
            updated: now,
            due: None,
        }
    }

    pub(crate) fn key(account: &str, region: &str, name: &str) -> String {
        format!("{}{name}", place(account, region))
    }

    pub(crate) fn arn(&self) -> String {
        let partition = partition_of(&self.region);
        format!("arn:{partition}:ram:{}:{}:permission/{}", self.region, self.account, self.name)
    }
}

impl Row for Permission {
    fn due(&self) -> Option<Millis> {
        self.due
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum InvitationStatus {
    Pending,
    Accepted,
    Rejected,
    Expired,
}

/// Key: `RECEIVER/REGION/UUID`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Invitation {
    pub uuid: String,
    pub share: ShareId,
    pub receiver: String,
    /// The principal as the share names it: the account, or a role or user in it.
    pub principal: String,
    pub status: InvitationStatus,
    pub created: Millis,
    /// When PENDING ends.
    pub due: Option<Millis>,
}

impl Invitation {
    /// Index text: pending invitations by who sent them.
    pub(crate) fn pending_index(sender: &str) -> String {
        format!("pending from {sender}")
    }

    pub(crate) fn key(&self) -> String {
        format!("{}{}", place(&self.receiver, &self.share.region), self.uuid)
    }

    pub(crate) fn arn(&self) -> String {
        format!(
            "arn:{}:ram:{}:{}:resource-share-invitation/{}",
            partition_of(&self.share.region),
            self.share.region,
            self.share.account,
            self.uuid
        )
    }
}

impl Row for Invitation {
    fn index(&self, _key: &str) -> Vec<String> {
        let mut texts = vec![self.share.key()];
        if self.status == InvitationStatus::Pending {
            texts.push(Self::pending_index(&self.share.account));
        }
        texts
    }

    fn due(&self) -> Option<Millis> {
        self.due
    }
}

/// A running or finished ReplacePermissionAssociations. Key: `ACCOUNT/REGION/UUID`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Work {
    pub account: String,
    pub region: String,
    pub uuid: String,
    pub from: String,
    pub from_version: Option<u32>,
    pub to: String,
    pub to_version: u32,
    /// Of the new version's template parameters.
    #[serde(default)]
    pub values: ParameterValues,
    pub done: bool,
    pub created: Millis,
    pub updated: Millis,
    pub due: Option<Millis>,
}

impl Row for Work {
    fn due(&self) -> Option<Millis> {
        self.due
    }
}

/// The answer that a client token was given. Key: `ACCOUNT/REGION/TOKEN`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Token {
    pub operation: String,
    /// Digest of the request's parameters.
    pub request: String,
    pub answer: String,
    pub due: Option<Millis>,
}

impl Row for Token {
    fn due(&self) -> Option<Millis> {
        self.due
    }
}

/// A resource that exists in an account, with the tags that Resource Groups Tagging shows. Key: `ACCOUNT/ARN`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Resource {
    pub arn: String,
    /// The Region that it is in; empty for a global one.
    pub region: String,
    pub tags: Tags,
    /// Makes every association of the resource end in FAILED with this message.
    pub fails: Option<String>,
}

impl Row for Resource {}

/// How many versions AWS has published of one of its managed permissions, where it is more than one. Key: the permission's name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Published {
    pub versions: u32,
}

impl Row for Published {}
