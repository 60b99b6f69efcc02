//! What a plan gives and takes: one set of grantee, resource and right, over all shares that were read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::access::reach::{Grantee, Reach, reach_of};
use crate::access::right::{Grants, Right, type_of};
use crate::access::rights::{Missing, Needed, OnType, Rights};
use crate::model::{Beyond, Place, Principal, ResourceArn, ResourceType};
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

/// Of whom keeps others: the actions that it gains or loses.
type Partial = BTreeMap<Grantee, Arc<BTreeSet<Beyond>>>;

/// What each right gives of what somebody gains or loses. None: all of it, or nobody can tell. A right that gives nothing of it is not here.
type ByRight = BTreeMap<Right, Option<Arc<BTreeSet<Beyond>>>>;

/// Those who gain or lose something by one right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    pub who: BTreeSet<Grantee>,
    /// The actions, where each of them keeps others. Empty where somebody keeps none, or nobody can tell.
    pub actions: BTreeSet<Beyond>,
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
    /// Of those who gain: who has it before too, and which actions are new to it.
    pub more: Partial,
    /// Of those who lose: who has it after too, and which actions it has no more.
    pub less: Partial,
    /// Of those who gain: who has it by several rights after, and what each gives of the gain.
    gain_by: BTreeMap<Grantee, Arc<ByRight>>,
    /// Of those who lose: who has it by several rights before, and what each gave of the loss.
    lose_by: BTreeMap<Grantee, Arc<ByRight>>,
}

/// Somebody who has a resource before and after, with other actions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Partly {
    pub more: BTreeSet<Beyond>,
    pub less: BTreeSet<Beyond>,
    pub grantees: BTreeSet<Grantee>,
    pub resources: BTreeSet<ResourceArn>,
}

impl Shift {
    /// Which of these gain something by a right.
    pub fn gained_by(&self, right: &Right, whom: &BTreeSet<Grantee>) -> Moved {
        moved(self.gain.intersection(whom), right, (&self.more, &self.gain_by))
    }

    /// Which of these lose something that a right gave.
    pub fn lost_by(&self, right: &Right, whom: &BTreeSet<Grantee>) -> Moved {
        moved(self.lose.intersection(whom), right, (&self.less, &self.lose_by))
    }

    fn is_none(&self) -> bool {
        self.gain.is_empty() && self.lose.is_empty() && self.unknown.is_empty()
    }
}

fn moved<'s>(
    whom: impl Iterator<Item = &'s Grantee>,
    right: &Right,
    (parts, by): (&Partial, &BTreeMap<Grantee, Arc<ByRight>>),
) -> Moved {
    let (mut who, mut actions) = (BTreeSet::new(), Some(BTreeSet::new()));
    // Thousands may share one set of actions.
    let mut seen = BTreeSet::new();
    for grantee in whom {
        let part = match by.get(grantee) {
            None => parts.get(grantee),
            Some(rights) => match rights.get(right) {
                None => continue,
                Some(part) => part.as_ref(),
            },
        };
        who.insert(grantee.clone());
        match (part, &mut actions) {
            (Some(part), Some(all)) if seen.insert(Arc::as_ptr(part)) => all.extend(part.iter().cloned()),
            (Some(_), _) => {}
            (None, _) => actions = None,
        }
    }
    Moved { who, actions: actions.unwrap_or_default() }
}

/// What becomes of every resource of the plan. Resources that are on the same shares with the same rights have one answer.
#[derive(Debug)]
pub struct Access<'a> {
    /// Where somebody gains or loses, or may.
    shifts: BTreeMap<&'a ResourceArn, Arc<Shift>>,
    reaches: Vec<[Reach; 2]>,
    needed: Needed,
    /// By share and side, without who has yet to accept; only where there is somebody.
    accepted: BTreeMap<(usize, usize), Reach>,
}

/// On which shares a resource is, with which right.
type Holders<'a> = [Vec<(usize, &'a Right)>; 2];

impl<'a> Access<'a> {
    pub fn of(shares: &'a [Sides], rights: &Rights, org: &OrgView) -> Self {
        let side = |grants: &Option<Grants>| {
            grants.as_ref().map(|grants| reach_of(grants, &grants.principals, org)).unwrap_or_default()
        };
        let reaches: Vec<[Reach; 2]> =
            shares.iter().map(|(before, after)| [side(before), side(after)]).collect();
        // Of shares that somebody has yet to accept: who is behind the others.
        let accepted = shares.iter().enumerate().flat_map(|(index, (before, after))| {
            [before, after].into_iter().enumerate().filter_map(move |(side, grants)| {
                let grants = grants.as_ref().filter(|grants| !grants.invited.is_empty())?;
                Some(((index, side), reach_of(grants, grants.present(), org)))
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
        let mut answers: BTreeMap<(Option<&ResourceType>, Holders<'a>), Arc<Shift>> = BTreeMap::new();
        let (mut shifts, mut needed) = (BTreeMap::new(), Needed::new());
        for (resource, holders) in holders {
            let stays = |(index, _): &(usize, &Right)| {
                let waits = |side| reaches_of.accepted.contains_key(&(*index, side));
                reaches[*index][0] == reaches[*index][1] && !waits(0) && !waits(1)
            };
            if holders[0] == holders[1] && holders[0].iter().all(stays) {
                continue;
            }
            let kind = type_of(resource);
            let shift = answers.entry((kind, holders)).or_insert_with_key(|(kind, holders)| {
                let mut rights = OnType::new(rights, *kind, places(holders, shares));
                let shift = shift(holders, &reaches_of, &mut rights);
                needed.append(&mut rights.needed);
                Arc::new(shift)
            });
            if !shift.is_none() {
                shifts.insert(resource, Arc::clone(shift));
            }
        }
        let ReachesOf { all: _, accepted } = reaches_of;
        Self { shifts, reaches, accepted, needed }
    }

    /// What has to be known of permissions for this answer, and where to ask. It does not hang on what is known already.
    pub fn needed(&self) -> &Needed {
        &self.needed
    }

    /// Who keeps something with other actions, those alike together.
    pub fn partly(&self) -> Vec<Partly> {
        type Alike<'s> = (&'s BTreeSet<Beyond>, &'s BTreeSet<Beyond>);
        let none = BTreeSet::new();
        let mut by_shift: BTreeMap<*const Shift, (&Shift, BTreeSet<ResourceArn>)> = BTreeMap::new();
        for (resource, shift) in &self.shifts {
            let entry = by_shift.entry(Arc::as_ptr(shift)).or_insert_with(|| (shift, BTreeSet::new()));
            entry.1.insert((*resource).clone());
        }
        let mut out = Vec::new();
        for (shift, resources) in by_shift.into_values() {
            let mut alike: BTreeMap<Alike<'_>, BTreeSet<Grantee>> = BTreeMap::new();
            let who: BTreeSet<&Grantee> = shift.more.keys().chain(shift.less.keys()).collect();
            for grantee in who {
                let [more, less] =
                    [&shift.more, &shift.less].map(|of| of.get(grantee).map_or(&none, |actions| &**actions));
                alike.entry((more, less)).or_default().insert(grantee.clone());
            }
            out.extend(alike.into_iter().map(|((more, less), grantees)| Partly {
                more: more.clone(),
                less: less.clone(),
                grantees,
                resources: resources.clone(),
            }));
        }
        out.sort();
        out
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

/// In which place each right is given by a share.
fn places<'a>(holders: &Holders<'a>, shares: &[Sides]) -> BTreeMap<&'a Right, Place> {
    let mut out = BTreeMap::new();
    for (side, holders) in holders.iter().enumerate() {
        for (index, right) in holders {
            let grants = [&shares[*index].0, &shares[*index].1][side].as_ref();
            let Some(grants) = grants else { continue };
            let place = || Place { account: grants.owner.clone(), region: grants.region.clone() };
            out.entry(*right).or_insert_with(place);
        }
    }
    out
}

/// The rights of all who have a resource, on one side.
struct Side<'a, 'r> {
    grantees: BTreeMap<&'r Grantee, BTreeSet<&'a Right>>,
    unknown: BTreeMap<&'r Principal, BTreeSet<&'a Right>>,
}

/// Who has something on one side that the other one does not give. Of whom it has there as well, which actions, where that is known.
#[derive(Default)]
struct Lacking {
    grantees: BTreeSet<Grantee>,
    actions: Partial,
    /// Of whom has it by several rights.
    by: BTreeMap<Grantee, Arc<ByRight>>,
}

impl<'a, 'r> Side<'a, 'r> {
    fn of(holders: &[(usize, &'a Right)], reach: impl Fn(usize) -> &'r Reach) -> Self {
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

    fn beyond(&self, other: &Self, rights: &mut OnType<'a>) -> Lacking {
        let mut out = Lacking::default();
        let mut known: BTreeMap<(&BTreeSet<&'a Right>, BTreeSet<&'a Right>), Arc<ByRight>> = BTreeMap::new();
        for (grantee, own) in &self.grantees {
            // What a grantee has of its own, and through its whole account or for anybody.
            let wider = grantee.wider().and_then(|wider| other.grantees.get(&wider));
            let others = other.grantees.get(grantee).into_iter().chain(wider).flatten().copied();
            match rights.missing(own, others.clone()) {
                Missing::Nothing => continue,
                Missing::Whole | Missing::Unread => {}
                Missing::Actions(actions) => drop(out.actions.insert((*grantee).clone(), actions)),
            }
            if own.len() > 1 {
                let by = known.entry((own, others.clone().collect())).or_insert_with(|| {
                    let of_one = |right: &&'a Right| {
                        let part = match rights.missing(&BTreeSet::from([*right]), others.clone()) {
                            Missing::Nothing => return None,
                            Missing::Whole | Missing::Unread => None,
                            Missing::Actions(actions) => Some(actions),
                        };
                        Some(((*right).clone(), part))
                    };
                    Arc::new(own.iter().filter_map(of_one).collect())
                });
                out.by.insert((*grantee).clone(), Arc::clone(by));
            }
            out.grantees.insert((*grantee).clone());
        }
        out
    }

    fn unknown_beyond(&self, other: &Self, rights: &mut OnType<'a>) -> BTreeSet<Principal> {
        let mut missing = |(principal, own): &(&&Principal, &BTreeSet<&'a Right>)| {
            let others = other.unknown.get(*principal).into_iter().flatten().copied();
            rights.missing(own, others) != Missing::Nothing
        };
        let found = self.unknown.iter().filter(|one| missing(one));
        found.map(|(principal, _)| (*principal).clone()).collect()
    }
}

fn shift<'a>(holders: &Holders<'a>, reaches: &ReachesOf<'_>, rights: &mut OnType<'a>) -> Shift {
    let before = Side::of(&holders[0], |share| reaches.of(share, 0));
    let after = Side::of(&holders[1], |share| reaches.of(share, 1));
    // What is theirs to take is no gain when it is offered again, and no loss when it goes.
    let had = Side::of(&holders[0], |share| reaches.accepted(share, 0));
    let accepted = Side::of(&holders[1], |share| reaches.accepted(share, 1));
    let gain = after.beyond(&before, rights);
    let lose = had.beyond(&accepted, rights);
    let mut unknown = had.unknown_beyond(&accepted, rights);
    unknown.append(&mut after.unknown_beyond(&before, rights));
    Shift {
        gain: gain.grantees,
        lose: lose.grantees,
        unknown,
        after: after.grantees.keys().map(|grantee| (*grantee).clone()).collect(),
        more: gain.actions,
        less: lose.actions,
        gain_by: gain.by,
        lose_by: lose.by,
    }
}
