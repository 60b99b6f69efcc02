//! What Organizations, IAM, STS and CloudTrail remember.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::sandbox::clock::Millis;
use crate::sandbox::state::rows_ram::Tags;
use crate::sandbox::state::table::Row;

/// The one organization. Key: its id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Organization {
    pub partition: String,
    pub id: String,
    pub root: String,
    pub management: String,
    pub all_features: bool,
    pub created: Millis,
}

impl Organization {
    /// What begins the ARNs of everything in it.
    pub(crate) fn prefix(&self) -> String {
        format!("arn:{}:organizations::{}", self.partition, self.management)
    }

    pub(crate) fn arn(&self) -> String {
        format!("{}:organization/{}", self.prefix(), self.id)
    }

    pub(crate) fn root_arn(&self) -> String {
        format!("{}:root/{}/{}", self.prefix(), self.id, self.root)
    }

    pub(crate) fn unit_arn(&self, unit: &str) -> String {
        format!("{}:ou/{}/{unit}", self.prefix(), self.id)
    }

    pub(crate) fn account_arn(&self, account: &str) -> String {
        format!("{}:account/{}/{account}", self.prefix(), self.id)
    }
}

impl Row for Organization {}

/// An organizational unit. Key: its id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Unit {
    pub id: String,
    pub name: String,
    /// The root's or a unit's id.
    pub parent: String,
    pub tags: Tags,
}

impl Row for Unit {
    fn index(&self, _key: &str) -> Vec<String> {
        vec![self.parent.clone()]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum AccountState {
    PendingActivation,
    Active,
    Suspended,
    PendingClosure,
    Closed,
}

/// An AWS account, in the organization or outside it. Key: its id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    pub id: String,
    pub name: String,
    pub email: String,
    pub state: AccountState,
    /// The root's or a unit's id; `None` outside the organization.
    pub parent: Option<String>,
    pub invited: bool,
    pub joined: Millis,
    pub tags: Tags,
}

impl Row for Account {
    fn index(&self, _key: &str) -> Vec<String> {
        self.parent.iter().cloned().collect()
    }
}

/// Trusted access of a service. Key: the service principal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ServiceAccess {
    pub since: Millis,
}

impl Row for ServiceAccess {}

/// A delegated administrator. Key: `ACCOUNT/SERVICE`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Delegation {
    pub account: String,
    pub service: String,
    pub since: Millis,
}

impl Row for Delegation {}

/// A CreateAccount request. Key: its id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AccountRequest {
    pub id: String,
    pub account: String,
    pub name: String,
    pub requested: Millis,
    /// When the account is there.
    pub ready: Millis,
}

impl Row for AccountRequest {}

/// An IAM role. Key: `ACCOUNT/NAME`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Role {
    pub partition: String,
    pub account: String,
    pub name: String,
    pub path: String,
    pub id: String,
    pub description: String,
    /// The trust policy, JSON.
    pub trust: String,
    pub max_session: u32,
    /// Inline policies, JSON, by name.
    pub inline: BTreeMap<String, String>,
    /// ARNs of attached managed policies.
    pub attached: Vec<String>,
    pub tags: Tags,
    pub created: Millis,
}

impl Role {
    pub(crate) fn key(account: &str, name: &str) -> String {
        format!("{account}/{name}")
    }

    pub(crate) fn arn(&self) -> String {
        format!("arn:{}:iam::{}:role{}{}", self.partition, self.account, self.path, self.name)
    }
}

impl Row for Role {}

/// An access key: an account's own, or one that AssumeRole gave. Key: the access key id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AccessKey {
    pub account: String,
    pub secret: String,
    /// Who the key speaks for, as GetCallerIdentity names it.
    pub arn: String,
    pub user_id: String,
    /// The role of a session, as `ACCOUNT/NAME`.
    pub role: Option<String>,
    pub session_token: Option<String>,
    pub expires: Option<Millis>,
}

impl Row for AccessKey {
    /// An expired session is forgotten a day later; until then it is told that it has expired.
    fn due(&self) -> Option<Millis> {
        self.expires.map(|at| at + crate::sandbox::clock::DAY)
    }
}

/// A mutating call, as CloudTrail tells it. Key: `ACCOUNT/REGION/TIME-NUMBER`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TrailEvent {
    pub id: String,
    pub at: Millis,
    pub name: String,
    /// `ram.amazonaws.com`.
    pub source: String,
    pub region: String,
    pub account: String,
    pub actor: String,
    pub access_key: String,
    pub role: Option<String>,
    pub user_agent: String,
    pub request: serde_json::Value,
    pub response: serde_json::Value,
    pub error: Option<(String, String)>,
    pub resources: Vec<String>,
    pub request_id: String,
}

impl Row for TrailEvent {
    /// Event history keeps 90 days.
    fn due(&self) -> Option<Millis> {
        Some(self.at + 90 * crate::sandbox::clock::DAY)
    }
}

/// A setting of the sandbox itself. Key: its name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Meta {
    pub value: String,
}

impl Row for Meta {}
