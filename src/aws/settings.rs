//! How AWS is reached.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::model::{AccountId, Region};

/// What a [`Connector`](crate::aws::Connector) needs to know.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How each account is reached. An account that is not here is reached with the credentials of the process.
    pub accounts: BTreeMap<AccountId, Access>,
    /// The Region for STS, IAM and Organizations. None: that of the environment or profile, else us-east-1.
    pub home: Option<Region>,
    /// Every service at this URL. None: the environment's `AWS_ENDPOINT_URL*` variables, else AWS.
    pub endpoint: Option<String>,
    /// The profile that the environment names (`AWS_PROFILE`), for errors to name. It is not read from here.
    pub profile: Option<String>,
    /// Instead of the credentials of the process.
    pub credentials: Option<Keys>,
    /// A sandbox is in use: no client may leave loopback, and neither environment, profile nor instance metadata is read.
    /// Needs `endpoint` and `credentials`.
    pub loopback_only: bool,
    /// No client may leave loopback; everything else is as usual. For endpoint variables that name a stand-in on this machine.
    pub guard: bool,
    pub rates: Rates,
    /// How often a call is tried in all before it counts as failed.
    pub attempts: u32,
    /// How long one try of a call may take; all tries together take at most three times as long.
    pub patience: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            accounts: BTreeMap::new(),
            home: None,
            endpoint: None,
            profile: None,
            credentials: None,
            loopback_only: false,
            guard: false,
            rates: Rates::Published,
            attempts: 8,
            patience: Duration::from_secs(20),
        }
    }
}

/// How one account is reached.
#[derive(Clone, Debug)]
pub enum Access {
    Role(AssumedRole),
    Keys(Keys),
}

/// A role to assume with the credentials of the process.
#[derive(Clone)]
pub struct AssumedRole {
    pub arn: String,
    /// Shared secret with the role's trust policy. Never printed.
    pub external_id: Option<String>,
    /// None: `ramctl`.
    pub session_name: Option<String>,
    /// None: what STS gives, one hour.
    pub duration_seconds: Option<u32>,
}

impl fmt::Debug for AssumedRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssumedRole").field("arn", &self.arn).finish_non_exhaustive()
    }
}

/// An access key. The secret is never printed.
#[derive(Clone)]
pub struct Keys {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: Option<String>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

/// How fast ramctl calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rates {
    /// At most what AWS publishes for Organizations, and a cautious guess for RAM, which publishes nothing.
    #[default]
    Published,
    /// As fast as answers come.
    Unlimited,
}
