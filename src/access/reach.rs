//! From principals to accounts.

use std::collections::BTreeSet;

use crate::model::{AccountId, Principal};
use crate::org::OrgView;

/// The accounts behind some principals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Without the account that shares: it owns what it shares.
    pub accounts: BTreeSet<AccountId>,
    /// Principals behind which the accounts are not known: the organization was not read, or they are of another one.
    pub unknown: BTreeSet<Principal>,
    /// The sharing account is in one of the units or the organization. RAM's policy then lets every principal of that account
    /// in without an identity policy (`"Principal": "*"`; AWS RAM user guide, "Terms and concepts for AWS RAM").
    pub owner_included: bool,
}

/// Expands principals. Services reach no account.
pub fn reach<'a>(
    principals: impl IntoIterator<Item = &'a Principal>,
    owner: &AccountId,
    org: &OrgView,
) -> Reach {
    let mut out = Reach::default();
    for principal in principals {
        match accounts_of(principal, org) {
            Some(accounts) => out.accounts.extend(accounts),
            None => {
                out.unknown.insert(principal.clone());
            }
        }
    }
    out.owner_included = out.accounts.remove(owner);
    out
}

/// None where nobody can tell.
fn accounts_of(principal: &Principal, org: &OrgView) -> Option<BTreeSet<AccountId>> {
    let snapshot = org.snapshot.known();
    match principal {
        Principal::Account(id) => Some([id.clone()].into()),
        Principal::Role(_) | Principal::User(_) => Some([principal.account()?].into()),
        Principal::Service(_) => Some(BTreeSet::new()),
        Principal::Organization(arn) => {
            let snapshot = snapshot.filter(|snapshot| snapshot.arn.id() == arn.id())?;
            Some(snapshot.accounts.keys().cloned().collect())
        }
        Principal::OrganizationalUnit(arn) => {
            let snapshot = snapshot.filter(|snapshot| snapshot.units.contains_key(&arn.id()))?;
            Some(snapshot.accounts_within(&arn.id()))
        }
        Principal::Other(_) => None,
    }
}
