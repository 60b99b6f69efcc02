//! From principals to those who hold what is shared with them.

use std::collections::BTreeSet;
use std::fmt;

use crate::access::right::Grants;
use crate::model::{AccountId, Principal};
use crate::org::OrgView;

/// Who can be given something: all of an account, one of its roles and users, or a service on somebody's behalf.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grantee {
    Account(AccountId),
    /// A role or user. What its whole account is given it is given too.
    Identity {
        account: AccountId,
        principal: Principal,
    },
    /// An AWS service for requests on behalf of one source, or of anybody where there is none. What it may do for anybody it may do for
    /// each source too.
    Service {
        principal: Principal,
        source: Option<String>,
    },
}

impl Grantee {
    /// Whether it is all of an account.
    pub fn is_account(&self) -> bool {
        matches!(self, Self::Account(_))
    }

    /// A service is of no account.
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Account(account) | Self::Identity { account, .. } => Some(account),
            Self::Service { .. } => None,
        }
    }

    /// Who has what this one has too: the whole account, or the service for anybody.
    pub fn wider(&self) -> Option<Self> {
        match self {
            Self::Account(_) | Self::Service { source: None, .. } => None,
            Self::Identity { account, .. } => Some(Self::Account(account.clone())),
            Self::Service { principal, source: Some(_) } => {
                Some(Self::Service { principal: principal.clone(), source: None })
            }
        }
    }
}

impl fmt::Display for Grantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(account) => account.fmt(f),
            Self::Identity { principal, .. } | Self::Service { principal, source: None } => principal.fmt(f),
            Self::Service { principal, source: Some(source) } => write!(f, "{principal} for {source}"),
        }
    }
}

/// Who is behind some principals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Without the account that shares, which owns what it shares, and without closed accounts, in which nobody can use anything.
    pub grantees: BTreeSet<Grantee>,
    /// Principals behind which the accounts are not known: the organization was not read, or they are of another one.
    pub unknown: BTreeSet<Principal>,
    /// The sharing account is in one of the units or the organization. RAM's policy then lets every principal of that account
    /// in without an identity policy (`"Principal": "*"`; AWS RAM user guide, "Terms and concepts for AWS RAM").
    pub owner_included: bool,
}

impl Reach {
    /// The accounts in which somebody is reached.
    pub fn accounts(&self) -> BTreeSet<AccountId> {
        self.grantees.iter().filter_map(|grantee| grantee.account().cloned()).collect()
    }
}

/// Expands principals. Services reach no account.
pub fn reach<'a>(
    principals: impl IntoIterator<Item = &'a Principal>,
    owner: &AccountId,
    org: &OrgView,
) -> Reach {
    let mut out = Reach::default();
    for principal in principals {
        match grantees_of(principal, org) {
            Some(grantees) => out.grantees.extend(grantees),
            None => {
                out.unknown.insert(principal.clone());
            }
        }
    }
    out.owner_included = out.grantees.contains(&Grantee::Account(owner.clone()));
    let accounts = org.snapshot.known().map(|snapshot| &snapshot.accounts);
    let is_closed = |account: &AccountId| {
        accounts.and_then(|all| all.get(account)).is_some_and(|account| account.standing.is_closed())
    };
    out.grantees.retain(|grantee| grantee.account().is_none_or(|of| of != owner && !is_closed(of)));
    out
}

/// As [`reach`], with the services among some principals of a share, each on behalf of the share's sources.
pub fn reach_of<'a>(
    grants: &Grants,
    principals: impl IntoIterator<Item = &'a Principal>,
    org: &OrgView,
) -> Reach {
    let principals: Vec<&Principal> = principals.into_iter().collect();
    let mut out = reach(principals.iter().copied(), &grants.owner, org);
    for service in principals.into_iter().filter(|one| matches!(one, Principal::Service(_))) {
        let of = |source: Option<&String>| Grantee::Service {
            principal: service.clone(),
            source: source.cloned(),
        };
        if grants.sources.is_empty() {
            out.grantees.insert(of(None));
        } else {
            out.grantees.extend(grants.sources.iter().map(|source| of(Some(source))));
        }
    }
    out
}

/// None where nobody can tell.
fn grantees_of(principal: &Principal, org: &OrgView) -> Option<BTreeSet<Grantee>> {
    let snapshot = org.snapshot.known();
    let whole = |accounts: BTreeSet<AccountId>| accounts.into_iter().map(Grantee::Account).collect();
    match principal {
        Principal::Account(id) => Some([Grantee::Account(id.clone())].into()),
        Principal::Role(_) | Principal::User(_) => {
            let identity = Grantee::Identity { account: principal.account()?, principal: principal.clone() };
            Some([identity].into())
        }
        Principal::Service(_) => Some(BTreeSet::new()),
        Principal::Organization(arn) => {
            let snapshot = snapshot.filter(|snapshot| snapshot.arn.id() == arn.id())?;
            Some(whole(snapshot.accounts.keys().cloned().collect()))
        }
        Principal::OrganizationalUnit(arn) => {
            let snapshot = snapshot.filter(|snapshot| snapshot.units.contains_key(&arn.id()))?;
            Some(whole(snapshot.accounts_within(&arn.id())))
        }
        Principal::Other(_) => None,
    }
}
