//! Which accounts lose single resources.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::access::delta::{Grants, reach_of};
use crate::access::reach::Reach;
use crate::model::{AccountId, Principal, ResourceArn};
use crate::org::OrgView;

/// Who loses a resource by all shares together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    pub accounts: BTreeSet<AccountId>,
    /// Principals that lose it, and behind which the accounts are not known.
    pub unknown: BTreeSet<Principal>,
    /// Accounts that are known to keep it.
    pub kept: BTreeSet<AccountId>,
}

/// Every resource of those that `wanted` names that somebody loses. What one share takes and another gives is not lost. Resources that
/// are on the same shares have one answer.
pub fn losses<'a>(
    shares: &'a [(Option<Grants>, Option<Grants>)],
    org: &OrgView,
    wanted: impl Fn(&ResourceArn) -> bool,
) -> BTreeMap<&'a ResourceArn, Arc<Lost>> {
    type Holders = [Vec<usize>; 2];
    let mut holders: BTreeMap<&ResourceArn, Holders> = BTreeMap::new();
    for (index, (before, after)) in shares.iter().enumerate() {
        for (side, grants) in [before, after].into_iter().enumerate() {
            for resource in grants.iter().flat_map(|grants| &grants.resources).filter(|one| wanted(one)) {
                holders.entry(resource).or_default()[side].push(index);
            }
        }
    }
    let mut reaches: BTreeMap<(usize, usize), Reach> = BTreeMap::new();
    let mut answers: BTreeMap<Holders, Arc<Lost>> = BTreeMap::new();
    let mut out = BTreeMap::new();
    for (resource, signature) in holders {
        let lost = answers.entry(signature).or_insert_with_key(|signature| {
            let mut side = |side: usize| -> Reach {
                let mut all = Reach::default();
                for index in &signature[side] {
                    let one = reaches.entry((*index, side)).or_insert_with(|| {
                        let (before, after) = &shares[*index];
                        reach_of([before, after][side].as_ref(), org)
                    });
                    all.accounts.extend(one.accounts.iter().cloned());
                    all.unknown.extend(one.unknown.iter().cloned());
                }
                all
            };
            let (before, after) = (side(0), side(1));
            Arc::new(Lost {
                accounts: before.accounts.difference(&after.accounts).cloned().collect(),
                unknown: before.unknown.difference(&after.unknown).cloned().collect(),
                kept: after.accounts,
            })
        });
        if !lost.accounts.is_empty() || !lost.unknown.is_empty() {
            out.insert(resource, Arc::clone(lost));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::fixture::*;

    fn grants(principals: &[Principal], resources: &[u32]) -> Option<Grants> {
        Some(Grants {
            owner: account(HUB),
            principals: principals.iter().cloned().collect(),
            resources: resources.iter().map(|n| tgw(*n)).collect(),
        })
    }

    #[test]
    fn each_resource_is_lost_by_those_that_no_other_share_gives_it() {
        let dev_1 = || principal("333333333333");
        let shares = [
            // The unit `d` is 333333333333 and 444444444444.
            (grants(&[ou("d")], &[1, 2, 3]), grants(&[ou("d")], &[3])),
            (grants(&[dev_1()], &[1]), grants(&[dev_1()], &[1])),
        ];
        let found = losses(&shares, &org(), |resource| *resource != tgw(9));
        let told: Vec<(ResourceArn, String)> = found
            .iter()
            .map(|(resource, lost)| {
                let short = lost.accounts.iter().map(|account| &account.as_str()[..1]);
                ((*resource).clone(), short.collect())
            })
            .collect();
        assert_eq!(told, [(tgw(1), "4".to_owned()), (tgw(2), "34".to_owned())]);
        assert_eq!(found[&tgw(1)].kept, [account("333333333333")].into());
        assert!(losses(&shares, &org(), |resource| *resource == tgw(3)).is_empty());
    }

    #[test]
    fn what_is_behind_a_unit_is_unknown_without_the_organization() {
        let shares = [(grants(&[ou("d")], &[1]), grants(&[], &[1]))];
        let found = losses(&shares, &unread_org(), |_| true);
        assert_eq!(found[&tgw(1)].unknown, [ou("d")].into());
        assert!(found[&tgw(1)].accounts.is_empty());
    }
}
