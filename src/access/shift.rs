//! What a plan gives and takes: one set of grantee, resource and right, over all shares that were read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::access::reach::{Grantee, Reach, reach};
use crate::access::right::{Grants, Right, Rights};
use crate::model::{Principal, ResourceArn};
use crate::org::OrgView;

/// What one share gives before and after. A share that nobody changes has two equal sides.
pub type Sides = (Option<Grants>, Option<Grants>);

/// Who gains and loses something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessDelta {
    pub gain: BTreeSet<Grantee>,
    pub lose: BTreeSet<Grantee>,
    /// Principals that come, go or get something else, and behind which the accounts are not known.
    pub unknown: BTreeSet<Principal>,
}

impl AccessDelta {
    pub fn is_empty(&self) -> bool {
        self.gain.is_empty() && self.lose.is_empty() && self.unknown.is_empty()
    }
}

/// What becomes of one resource by all shares together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shift {
    /// Who can do something with it that they could not do before.
    pub gain: BTreeSet<Grantee>,
    /// Who could do something with it that they cannot do after.
    pub lose: BTreeSet<Grantee>,
    pub unknown: BTreeSet<Principal>,
    /// Who has it after, with whatever right.
    pub after: BTreeSet<Grantee>,
}

impl Shift {
    fn is_none(&self) -> bool {
        self.gain.is_empty() && self.lose.is_empty() && self.unknown.is_empty()
    }
}

/// What becomes of every resource of the plan. Resources that are on the same shares with the same rights have one answer.
#[derive(Debug)]
pub struct Access<'a> {
    /// Where somebody gains or loses, or may.
    shifts: BTreeMap<&'a ResourceArn, Arc<Shift>>,
    reaches: Vec<[Reach; 2]>,
    /// By share and side, without who has yet to accept; only where there is somebody.
    accepted: BTreeMap<(usize, usize), Reach>,
}

/// On which shares a resource is, with which right.
type Holders<'a> = [Vec<(usize, &'a Right)>; 2];

impl<'a> Access<'a> {
    pub fn of(shares: &'a [Sides], rights: &Rights, org: &OrgView) -> Self {
        let side = |grants: &Option<Grants>| {
            grants.as_ref().map(|grants| reach(&grants.principals, &grants.owner, org)).unwrap_or_default()
        };
        let reaches: Vec<[Reach; 2]> =
            shares.iter().map(|(before, after)| [side(before), side(after)]).collect();
        // Of shares that somebody has yet to accept: who is behind the others.
        let accepted = shares.iter().enumerate().flat_map(|(index, (before, after))| {
            [before, after].into_iter().enumerate().filter_map(move |(side, grants)| {
                let grants = grants.as_ref().filter(|grants| !grants.invited.is_empty())?;
                Some(((index, side), reach(grants.present(), &grants.owner, org)))
            })
        });
        let reaches_of = ReachesOf { all: &reaches, accepted: accepted.collect() };
        let mut holders: BTreeMap<&ResourceArn, Holders<'a>> = BTreeMap::new();
        for (index, (before, after)) in shares.iter().enumerate() {
            for (side, grants) in [before, after].into_iter().enumerate() {
                for (resource, right) in grants.iter().flat_map(|grants| &grants.resources) {
                    holders.entry(resource).or_default()[side].push((index, right));
                }
            }
        }
        let mut answers: BTreeMap<Holders<'a>, Arc<Shift>> = BTreeMap::new();
        let mut shifts = BTreeMap::new();
        for (resource, holders) in holders {
            let stays = |(index, _): &(usize, &Right)| {
                let waits = |side| reaches_of.accepted.contains_key(&(*index, side));
                reaches[*index][0] == reaches[*index][1] && !waits(0) && !waits(1)
            };
            if holders[0] == holders[1] && holders[0].iter().all(stays) {
                continue;
            }
            let shift = answers
                .entry(holders)
                .or_insert_with_key(|holders| Arc::new(shift(holders, &reaches_of, rights)));
            if !shift.is_none() {
                shifts.insert(resource, Arc::clone(shift));
            }
        }
        let ReachesOf { all: _, accepted } = reaches_of;
        Self { shifts, reaches, accepted }
    }

    /// What becomes of a resource. None: nobody gains or loses it.
    pub fn shift(&self, resource: &ResourceArn) -> Option<&Arc<Shift>> {
        self.shifts.get(resource)
    }

    /// Who is behind the principals of a share, by its index and side.
    pub fn reach(&self, share: usize, side: usize) -> &Reach {
        &self.reaches[share][side]
    }

    /// Who is behind those principals of a share that have nothing to accept any more.
    pub fn accepted(&self, share: usize, side: usize) -> &Reach {
        self.accepted.get(&(share, side)).unwrap_or_else(|| self.reach(share, side))
    }

    /// Over all resources.
    pub fn totals(&self) -> AccessDelta {
        let mut out = AccessDelta::default();
        let mut seen = BTreeSet::new();
        for shift in self.shifts.values().filter(|shift| seen.insert(Arc::as_ptr(shift))) {
            out.gain.extend(shift.gain.iter().cloned());
            out.lose.extend(shift.lose.iter().cloned());
            out.unknown.extend(shift.unknown.iter().cloned());
        }
        out
    }
}

/// Who is behind the principals of each share.
struct ReachesOf<'r> {
    all: &'r [[Reach; 2]],
    /// By share and side, without who has yet to accept; only where there is somebody.
    accepted: BTreeMap<(usize, usize), Reach>,
}

impl ReachesOf<'_> {
    fn of(&self, share: usize, side: usize) -> &Reach {
        &self.all[share][side]
    }

    fn accepted(&self, share: usize, side: usize) -> &Reach {
        self.accepted.get(&(share, side)).unwrap_or_else(|| self.of(share, side))
    }
}

/// The rights of all who have a resource, on one side.
struct Side<'a> {
    grantees: BTreeMap<&'a Grantee, BTreeSet<&'a Right>>,
    unknown: BTreeMap<&'a Principal, BTreeSet<&'a Right>>,
}

impl<'a> Side<'a> {
    fn of(holders: &[(usize, &'a Right)], reach: impl Fn(usize) -> &'a Reach) -> Self {
        let mut out = Self { grantees: BTreeMap::new(), unknown: BTreeMap::new() };
        for (index, right) in holders {
            let reach = reach(*index);
            for grantee in &reach.grantees {
                out.grantees.entry(grantee).or_default().insert(right);
            }
            for principal in &reach.unknown {
                out.unknown.entry(principal).or_default().insert(right);
            }
        }
        out
    }

    /// What a grantee has, of its own and through its whole account.
    fn rights(&self, grantee: &Grantee) -> impl Iterator<Item = &'a Right> {
        let account = match grantee {
            Grantee::Account(_) => None,
            Grantee::Identity { account, .. } => self.grantees.get(&Grantee::Account(account.clone())),
        };
        self.grantees.get(grantee).into_iter().chain(account).flatten().copied()
    }

    /// Who has something here that the other side does not give.
    fn beyond(&self, other: &Self, rights: &Rights) -> BTreeSet<Grantee> {
        let missing = |(grantee, own): &(&&Grantee, &BTreeSet<&Right>)| {
            own.iter().any(|right| !rights.holds(right, other.rights(grantee)))
        };
        self.grantees.iter().filter(missing).map(|(grantee, _)| (*grantee).clone()).collect()
    }

    fn unknown_beyond(&self, other: &Self, rights: &Rights) -> impl Iterator<Item = Principal> {
        self.unknown.iter().filter_map(|(principal, own)| {
            let others = || other.unknown.get(principal).into_iter().flatten().copied();
            own.iter().any(|right| !rights.holds(right, others())).then(|| (*principal).clone())
        })
    }
}

fn shift(holders: &Holders<'_>, reaches: &ReachesOf<'_>, rights: &Rights) -> Shift {
    let before = Side::of(&holders[0], |share| reaches.of(share, 0));
    let after = Side::of(&holders[1], |share| reaches.of(share, 1));
    // What is theirs to take is no gain when it is offered again, and no loss when it goes.
    let had = Side::of(&holders[0], |share| reaches.accepted(share, 0));
    let accepted = Side::of(&holders[1], |share| reaches.accepted(share, 1));
    Shift {
        gain: after.beyond(&before, rights),
        lose: had.beyond(&accepted, rights),
        unknown: had.unknown_beyond(&accepted, rights).chain(after.unknown_beyond(&before, rights)).collect(),
        after: after.grantees.keys().map(|grantee| (*grantee).clone()).collect(),
    }
}
