//! What a plan used of the organization: who was behind the principals that it changes.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::reach;
use crate::diff::{Change, Present, ShareDiff, Wanted, is_outside, principal_label};
use crate::model::{AccountId, Observed, Principal};
use crate::org::{OrgSnapshot, OrgView};

/// What of the organization a plan was made from. There is nothing where the organization was not read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Basis {
    /// The account through which the organization is read, where the stack names one.
    pub account: Option<AccountId>,
    /// Of the shares that something is done with.
    pub principals: BTreeMap<Principal, Behind>,
    /// The part of the tree that says who is behind the principals of all shares of the plan, also of those that stay.
    pub tree: Option<OrgSnapshot>,
}

/// Who is behind a principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    /// Kind and name for people, as in `ou Workloads/Dev`. Foreign text.
    pub label: String,
    pub standing: Standing,
}

/// What the organization says of a principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It stands for these accounts, all of them of the organization unless it names a single one.
    Accounts(BTreeSet<AccountId>),
    /// It is of another organization, or of none.
    Outside,
    /// Nobody can tell, for it is a service or something that ramctl does not know.
    Unknowable,
}

impl Basis {
    /// What a plan uses of the organization. Of each of its shares, whether anything is done with it.
    pub(crate) fn of(
        account: Option<&AccountId>,
        shares: &[(&ShareDiff, bool)],
        beside: &[Present],
        org: &OrgView,
    ) -> Self {
        let mut touched: BTreeSet<&Principal> =
            shares.iter().filter(|(_, touched)| *touched).flat_map(|(share, _)| sides_of(share)).collect();
        let beside = beside.iter().flat_map(|present| present.share.principals.keys());
        // Where nothing is done, nothing depends on who keeps what.
        if !touched.is_empty() {
            touched.extend(beside.clone());
        }
        let all: BTreeSet<&Principal> =
            shares.iter().flat_map(|(share, _)| sides_of(share)).chain(beside).collect();
        Self {
            account: account.cloned(),
            principals: look(touched.into_iter().cloned(), org),
            tree: org.snapshot.known().map(|tree| tree.excerpt(all)),
        }
    }

    /// The same principals in another view of the organization.
    pub(crate) fn again(&self, org: &OrgView) -> BTreeMap<Principal, Behind> {
        look(self.principals.keys().cloned(), org)
    }
}

/// The principals of both sides of a change.
pub(crate) fn principals(change: &Change) -> BTreeSet<&Principal> {
    sides(change.before(), change.after())
}

fn sides_of(share: &ShareDiff) -> BTreeSet<&Principal> {
    sides(share.before(), share.after())
}

fn sides<'a>(before: Option<&'a Present>, after: Option<&'a Wanted>) -> BTreeSet<&'a Principal> {
    let before = before.into_iter().flat_map(|present| present.share.principals.keys());
    before.chain(after.into_iter().flat_map(|after| after.principals.keys())).collect()
}

fn look(principals: impl Iterator<Item = Principal>, org: &OrgView) -> BTreeMap<Principal, Behind> {
    let Observed::Known(snapshot) = &org.snapshot else { return BTreeMap::new() };
    principals
        .map(|principal| {
            // The sharing account is left out of no answer here: it is somebody else for each share.
            let nobody = &snapshot.management_account;
            let reached = reach([&principal], nobody, org);
            let mut accounts = reached.accounts();
            if reached.owner_included {
                accounts.insert(nobody.clone());
            }
            let standing = if is_outside(&principal, org) {
                Standing::Outside
            } else if reached.unknown.is_empty() && !accounts.is_empty() {
                Standing::Accounts(accounts)
            } else if matches!(principal, Principal::Organization(_) | Principal::OrganizationalUnit(_)) {
                // A unit that is there and empty, or one that is not there any more.
                Standing::Accounts(BTreeSet::new())
            } else {
                Standing::Unknowable
            };
            let behind = Behind { label: principal_label(&principal, org), standing };
            (principal, behind)
        })
        .collect()
}
