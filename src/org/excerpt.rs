//! As much of an organization as a plan looks at.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{AccountId, OuId, Principal};
use crate::org::{OrgSnapshot, OrganizationalUnit, ParentId};

impl OrgSnapshot {
    /// The part of the tree that answers every question about these principals as the whole tree does: the accounts and units that
    /// they name, the accounts in those units, and the units above them. The excerpt of an excerpt is the same.
    pub fn excerpt<'a>(&self, principals: impl IntoIterator<Item = &'a Principal>) -> Self {
        let mut members: BTreeSet<AccountId> = BTreeSet::new();
        let mut open: Vec<OuId> = Vec::new();
        for principal in principals {
            match principal {
                Principal::Organization(arn) if arn.id() == self.arn.id() => {
                    members.extend(self.accounts.keys().cloned());
                }
                Principal::OrganizationalUnit(arn) => {
                    members.extend(self.accounts_within(&arn.id()));
                    open.push(arn.id());
                }
                Principal::Account(_) | Principal::Role(_) | Principal::User(_) => {
                    members.extend(principal.account());
                }
                Principal::Organization(_) | Principal::Service(_) | Principal::Other(_) => {}
            }
        }
        let mut accounts = self.accounts.clone();
        accounts.retain(|id, _| members.contains(id));
        open.extend(accounts.values().filter_map(|account| above(&account.parent)));
        let mut units: BTreeMap<OuId, OrganizationalUnit> = BTreeMap::new();
        while let Some(id) = open.pop() {
            if let Some(unit) = self.units.get(&id).filter(|_| !units.contains_key(&id)) {
                open.extend(above(&unit.parent));
                units.insert(id, unit.clone());
            }
        }
        let Self { arn, management_account, all_features, root, units: _, accounts: _ } = self;
        Self {
            arn: arn.clone(),
            management_account: management_account.clone(),
            all_features: *all_features,
            root: root.clone(),
            units,
            accounts,
        }
    }
}

fn above(parent: &ParentId) -> Option<OuId> {
    match parent {
        ParentId::Root(_) => None,
        ParentId::Unit(unit) => Some(unit.clone()),
    }
}

#[cfg(test)]
mod tests {
    use crate::access::reach;
    use crate::diff::fixture::{HUB, account, org, ou, principal};
    use crate::diff::{is_outside, principal_label};
    use crate::model::{Observed, Principal};
    use crate::org::OrgView;

    #[test]
    fn an_excerpt_answers_as_the_whole_tree_does_and_is_its_own_excerpt() {
        let whole = org();
        let tree = whole.snapshot.known().expect("read").clone();
        let mut principals: Vec<Principal> = ["w", "d", "i", "x"].map(ou).into();
        principals.extend(["333333333333", "999999999999", "x.amazonaws.com"].map(principal));
        principals.push(Principal::Organization(tree.arn.clone()));
        for one in &principals {
            for other in &principals {
                let pair = [one, other];
                let excerpt = tree.excerpt(pair);
                assert_eq!(excerpt.excerpt(pair), excerpt);
                let part = OrgView { snapshot: Observed::Known(excerpt), sharing: whole.sharing.clone() };
                assert_eq!(reach(pair, &account(HUB), &part), reach(pair, &account(HUB), &whole));
                for principal in pair {
                    assert_eq!(principal_label(principal, &part), principal_label(principal, &whole));
                    assert_eq!(is_outside(principal, &part), is_outside(principal, &whole));
                }
            }
        }
        let nobody = tree.excerpt([]);
        assert!(nobody.accounts.is_empty() && nobody.units.is_empty());
        assert!(tree.excerpt(&[ou("d")]).accounts.len() < tree.accounts.len());
    }
}
