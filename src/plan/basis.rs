//! What a plan used of the organization: who was behind the principals that it changes.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::reach;
use crate::diff::{Change, ShareDiff, Verdict, is_outside, principal_label};
use crate::model::{AccountId, Observed, Principal};
use crate::org::OrgView;

/// Facts about the principals of the shares that change. There are none where the organization was not read: then nothing was used
/// of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Basis {
    /// The account through which the organization is read, where the stack names one.
    pub account: Option<AccountId>,
    pub principals: BTreeMap<Principal, Behind>,
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
    /// What these changes use of the organization.
    pub(crate) fn of<'a>(
        account: Option<&AccountId>,
        shares: impl IntoIterator<Item = &'a ShareDiff>,
        org: &OrgView,
    ) -> Self {
        let changes = shares.into_iter().filter_map(|share| match &share.verdict {
            Verdict::Changed(change) => Some(change),
            Verdict::InSync { .. } | Verdict::Unread { .. } | Verdict::NotImported { .. } => None,
        });
        let principals = changes.flat_map(principals).cloned();
        Self { account: account.cloned(), principals: look(principals, org) }
    }

    /// The same principals in another view of the organization.
    pub(crate) fn again(&self, org: &OrgView) -> Self {
        Self { account: self.account.clone(), principals: look(self.principals.keys().cloned(), org) }
    }
}

/// The principals of both sides of a change.
pub(crate) fn principals(change: &Change) -> BTreeSet<&Principal> {
    let before = change.before().into_iter().flat_map(|present| present.share.principals.keys());
    before.chain(change.after().into_iter().flat_map(|after| after.principals.keys())).collect()
}

fn look(principals: impl Iterator<Item = Principal>, org: &OrgView) -> BTreeMap<Principal, Behind> {
    let Observed::Known(snapshot) = &org.snapshot else { return BTreeMap::new() };
    principals
        .map(|principal| {
            // The sharing account is left out of no answer here: it is somebody else for each share.
            let nobody = &snapshot.management_account;
            let mut reached = reach([&principal], nobody, org);
            if reached.owner_included {
                reached.accounts.insert(nobody.clone());
            }
            let standing = if is_outside(&principal, org) {
                Standing::Outside
            } else if reached.unknown.is_empty() && !reached.accounts.is_empty() {
                Standing::Accounts(reached.accounts)
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
