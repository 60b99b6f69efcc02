//! What was read, and what could not be.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use crate::model::ids::AccountId;

/// A fact about AWS that was either read or not. Unread is never absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observed<T> {
    Known(T),
    Unknown(Gap),
}

impl<T> Observed<T> {
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    pub fn gap(&self) -> Option<&Gap> {
        match self {
            Self::Known(_) => None,
            Self::Unknown(gap) => Some(gap),
        }
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Observed<U> {
        match self {
            Self::Known(value) => Observed::Known(f(value)),
            Self::Unknown(gap) => Observed::Unknown(gap),
        }
    }
}

/// A role through which an account is reached. The external id that may go with it is a secret and never leaves the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRole {
    pub arn: String,
    pub session_name: Option<String>,
    pub duration_seconds: Option<u32>,
    pub has_external_id: bool,
}

/// Where a run's facts about AWS come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// AWS itself, by so many calls. Accounts that have no role here were read with the credentials of the process.
    Aws { calls: u64, roles: BTreeMap<AccountId, AccountRole> },
    /// A snapshot that was taken earlier; no call was made.
    Snapshot { file: String, taken: Timestamp },
}

impl Origin {
    /// The roles through which accounts were read.
    pub fn roles(&self) -> &BTreeMap<AccountId, AccountRole> {
        static NONE: BTreeMap<AccountId, AccountRole> = BTreeMap::new();
        match self {
            Self::Aws { calls: _, roles } => roles,
            Self::Snapshot { .. } => &NONE,
        }
    }
}

impl From<u64> for Origin {
    fn from(calls: u64) -> Self {
        Self::Aws { calls, roles: BTreeMap::new() }
    }
}

/// One thing that could not be read, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The API action that failed, as IAM spells it: `ram:GetResourceShares`.
    pub action: String,
    /// The principal that called, where known: a role ARN, or "the default credentials".
    pub caller: String,
    pub cause: GapCause,
    /// What AWS or the network answered: code and message, foreign text.
    pub detail: String,
}

/// Why a read failed, as far as ramctl can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GapCause {
    /// No credentials, or expired ones, or ones for another account.
    Credentials,
    /// The account's role could not be assumed.
    CannotAssumeRole,
    AccessDenied,
    Throttled,
    /// No answer: DNS, connection, timeout.
    Unreachable,
    /// The service failed (5xx).
    Service,
    /// The answer made no sense to this version of ramctl.
    Unreadable,
    /// Nobody said where to read this: no `organization` block, no management account.
    NotConfigured,
    /// The snapshot that stands in for AWS does not have it.
    NotInSnapshot,
    /// The credentials work elsewhere, and this Region does not know them.
    RegionNotEnabled,
    /// The endpoint does not know the operation, or is not AWS.
    Unsupported,
    /// The organization was read and does not have what the files name.
    NoSuchName,
    /// The organization was read, and a principal that the files name is not in it or cannot be on the share for what it is.
    NotInOrganization,
    /// A permission that the files name is not there, or cannot be put on a share.
    Unattachable,
    /// The policy of a permission has placeholders, for which each share gives values that ramctl can neither read nor give.
    Placeholders,
    /// The share may be live in another account or Region that was not read.
    Elsewhere,
    /// The share is live in an account or Region that the run leaves out.
    LeftOut,
    Other,
}

impl GapCause {
    /// Whether all was read, and the files name what AWS does not have or does not take.
    pub fn is_of_the_files(self) -> bool {
        matches!(self, Self::NoSuchName | Self::NotInOrganization | Self::Unattachable)
    }

    /// The code that explains the cause, for `ramctl explain`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Credentials => "RAM440",
            Self::CannotAssumeRole => "RAM441",
            Self::AccessDenied => "RAM442",
            Self::Throttled => "RAM443",
            Self::Unreachable => "RAM444",
            Self::Service => "RAM445",
            Self::Unreadable => "RAM446",
            Self::NotConfigured => "RAM447",
            Self::Other => "RAM448",
            Self::NotInSnapshot => "RAM449",
            Self::RegionNotEnabled => "RAM450",
            Self::Unsupported => "RAM451",
            Self::NoSuchName => "RAM452",
            Self::Elsewhere => "RAM453",
            Self::NotInOrganization => "RAM455",
            Self::Unattachable => "RAM456",
            Self::Placeholders => "RAM457",
            Self::LeftOut => "RAM454",
        }
    }
}

impl fmt::Display for GapCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Credentials => "no usable credentials",
            Self::CannotAssumeRole => "cannot assume the role",
            Self::AccessDenied => "access denied",
            Self::Throttled => "throttled",
            Self::Unreachable => "no answer",
            Self::Service => "the service failed",
            Self::Unreadable => "unreadable answer",
            Self::NotConfigured => "not configured",
            Self::NotInSnapshot => "not in the snapshot",
            Self::RegionNotEnabled => "the Region is not enabled",
            Self::Unsupported => "the endpoint does not know the operation",
            Self::NoSuchName => "no such name",
            Self::Unattachable => "the permission cannot be attached",
            Self::Placeholders => "the permission has placeholders",
            Self::NotInOrganization => "not in the organization",
            Self::Elsewhere => "may be live elsewhere",
            Self::LeftOut => "live where this run changes nothing",
            Self::Other => "failed",
        })
    }
}
