//! What a change gives and takes.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::reach::{Reach, reach};
use crate::live::{Association, LiveShare};
use crate::model::{AccountId, AssociationStatus, Place, Principal, ResourceArn, ShareStatus};
use crate::org::OrgView;

/// What one share gives, at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grants {
    pub owner: AccountId,
    pub principals: BTreeSet<Principal>,
    pub resources: BTreeSet<ResourceArn>,
}

impl Grants {
    /// What a live share gives. What failed, is suspended or on its way out gives nothing.
    pub fn of_live(place: &Place, share: &LiveShare) -> Self {
        let gives = |association: &Association| {
            use AssociationStatus as S;
            share.status != ShareStatus::Failed
                && !matches!(
                    association.status,
                    S::Failed | S::Disassociating | S::Disassociated | S::Suspended | S::Suspending
                )
        };
        Self {
            owner: place.account.clone(),
            principals: keys_of(&share.principals, gives),
            resources: keys_of(&share.resources, gives),
        }
    }
}

fn keys_of<K: Ord + Clone>(
    map: &BTreeMap<K, Association>,
    keep: impl Fn(&Association) -> bool,
) -> BTreeSet<K> {
    map.iter().filter(|(_, association)| keep(association)).map(|(key, _)| key.clone()).collect()
}

/// Accounts that gain or lose the use of at least one resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessDelta {
    pub gain: BTreeSet<AccountId>,
    pub lose: BTreeSet<AccountId>,
    /// Principals that come, go or get other resources, and behind which the accounts are not known.
    pub unknown: BTreeSet<Principal>,
    /// The sharing account is inside one of its own principals afterwards.
    pub owner_included: bool,
}

/// The delta of one share; a side that is absent gives nothing.
pub fn delta(before: Option<&Grants>, after: Option<&Grants>, org: &OrgView) -> AccessDelta {
    let (reach0, reach1) = (reach_of(before, org), reach_of(after, org));
    let none = BTreeSet::new();
    let resources0 = before.map_or(&none, |grants| &grants.resources);
    let resources1 = after.map_or(&none, |grants| &grants.resources);

    let gives = |grants: Option<&Grants>, principal| {
        grants.is_some_and(|grants| grants.principals.contains(principal) && !grants.resources.is_empty())
    };
    let unknown = reach0
        .unknown
        .union(&reach1.unknown)
        .filter(|principal| resources0 != resources1 || gives(before, principal) != gives(after, principal));
    AccessDelta {
        gain: grown(&reach0.accounts, &reach1.accounts, resources0, resources1),
        lose: grown(&reach1.accounts, &reach0.accounts, resources1, resources0),
        unknown: unknown.cloned().collect(),
        owner_included: reach1.owner_included,
    }
}

pub(crate) fn reach_of(grants: Option<&Grants>, org: &OrgView) -> Reach {
    grants.map(|grants| reach(&grants.principals, &grants.owner, org)).unwrap_or_default()
}

/// The accounts that have a pair of account and resource in `to` and not in `from`.
fn grown(
    from: &BTreeSet<AccountId>,
    to: &BTreeSet<AccountId>,
    from_resources: &BTreeSet<ResourceArn>,
    to_resources: &BTreeSet<ResourceArn>,
) -> BTreeSet<AccountId> {
    if to_resources.is_empty() {
        BTreeSet::new()
    } else if to_resources.is_subset(from_resources) {
        to.difference(from).cloned().collect()
    } else {
        to.clone()
    }
}

/// The delta of many shares together: what one share takes and another gives is neither gained nor lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessTotals {
    pub gain: BTreeSet<AccountId>,
    pub lose: BTreeSet<AccountId>,
    pub unknown: BTreeSet<Principal>,
}

/// Adds up before and after over all shares. Resources that are on the same shares are looked at once.
pub fn totals<'a>(
    shares: impl IntoIterator<Item = (Option<&'a Grants>, Option<&'a Grants>)>,
    org: &OrgView,
) -> AccessTotals {
    let mut out = AccessTotals::default();
    let mut reaches: Vec<[BTreeSet<AccountId>; 2]> = Vec::new();
    let mut holders: BTreeMap<&ResourceArn, [Vec<usize>; 2]> = BTreeMap::new();
    for (index, (before, after)) in shares.into_iter().enumerate() {
        let delta = delta(before, after, org);
        out.unknown.extend(delta.unknown);
        reaches.push([reach_of(before, org).accounts, reach_of(after, org).accounts]);
        for (side, grants) in [before, after].into_iter().enumerate() {
            for resource in grants.into_iter().flat_map(|grants| &grants.resources) {
                holders.entry(resource).or_default()[side].push(index);
            }
        }
    }
    let signatures: BTreeSet<[Vec<usize>; 2]> = holders.into_values().collect();
    let (mut gain, mut lose) = (BTreeSet::new(), BTreeSet::new());
    for [before, after] in signatures {
        let union = |side: usize, shares: &[usize]| -> BTreeSet<&AccountId> {
            shares.iter().flat_map(|share| &reaches[*share][side]).collect()
        };
        let (before, after) = (union(0, &before), union(1, &after));
        gain.extend(after.difference(&before).copied());
        lose.extend(before.difference(&after).copied());
    }
    out.gain = gain.into_iter().cloned().collect();
    out.lose = lose.into_iter().cloned().collect();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::fixture::*;

    fn grants(principals: &[Principal], resources: &[u32]) -> Grants {
        Grants {
            owner: account(HUB),
            principals: principals.iter().cloned().collect(),
            resources: resources.iter().map(|n| tgw(*n)).collect(),
        }
    }

    fn short(accounts: &BTreeSet<AccountId>) -> String {
        accounts.iter().map(|account| &account.as_str()[..1]).collect()
    }

    #[test]
    fn an_account_that_is_reached_twice_counts_once() {
        let dev_1 = principal("333333333333");
        let none: &[Principal] = &[];
        /// Principals before, resources before, principals after, resources after: gain, lose.
        type Case<'a> = (&'a [Principal], &'a [u32], &'a [Principal], &'a [u32], &'a str, &'a str);
        let cases: [Case; 9] = [
            (none, &[1], &[ou("d")], &[1], "34", ""),
            (std::slice::from_ref(&dev_1), &[1], &[dev_1.clone(), ou("d")], &[1], "4", ""),
            (&[dev_1.clone(), ou("d")], &[1], &[ou("d")], &[1], "", ""),
            (&[ou("w")], &[1], &[ou("p")], &[1], "", "34"),
            (&[ou("d")], &[1], &[ou("d")], &[1, 2], "34", ""),
            (&[ou("d")], &[1, 2], &[ou("p")], &[2], "5", "34"),
            (&[ou("d")], &[], &[ou("w")], &[], "", ""),
            (none, &[1], &[whole_organization()], &[1], "1345", ""),
            (&[principal("service.amazonaws.com")], &[1], none, &[1], "", ""),
        ];
        for (p0, r0, p1, r1, gain, lose) in cases {
            let found = delta(Some(&grants(p0, r0)), Some(&grants(p1, r1)), &org());
            assert_eq!((short(&found.gain), short(&found.lose)), (gain.to_owned(), lose.to_owned()));
            assert!(found.unknown.is_empty());
        }
    }

    #[test]
    fn the_owner_inside_its_own_principals_is_noted_and_not_counted() {
        let found = delta(None, Some(&grants(&[ou("i")], &[1])), &org());
        assert!(found.owner_included && found.gain.is_empty());
    }

    #[test]
    fn without_the_organization_the_delta_is_unknown_and_not_zero() {
        let (before, after) = (grants(&[], &[1]), grants(&[ou("d"), principal("333333333333")], &[1]));
        let found = delta(Some(&before), Some(&after), &unread_org());
        assert_eq!(found.unknown, [ou("d")].into());
        assert_eq!(short(&found.gain), "3");
        let same = delta(Some(&after), Some(&after), &unread_org());
        assert!(same.unknown.is_empty());
    }

    #[test]
    fn a_resource_that_moves_between_shares_is_neither_gained_nor_lost() {
        let (full, empty) = (grants(&[ou("d")], &[1]), grants(&[ou("d")], &[]));
        let found = totals([(Some(&full), None), (Some(&empty), Some(&full))], &org());
        assert_eq!(found, AccessTotals::default());
        let found = totals([(Some(&full), None), (None, Some(&grants(&[ou("w")], &[1, 2])))], &org());
        assert_eq!((short(&found.gain), short(&found.lose)), ("345".to_owned(), String::new()));
    }
}
