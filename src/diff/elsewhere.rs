//! Where else a declared share may be live. Identity is the address, in whichever account and Region it is, so what was not read there keeps
//! a share from being created.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{DesiredGraph, DesiredShare};
use crate::diff::change::{Change, ShareDiff, Verdict};
use crate::diff::narrow::Scope;
use crate::diff::owned::{self, address_of_tag};
use crate::live::{LivePlace, LiveState, Sight, Sweep};
use crate::model::{AccountId, Address, BlockKind, Gap, GapCause, Place, ShareArn, Tags};

/// The places whose state is unknown, and that no search for the stack's tag has covered.
pub(crate) struct Unsearched<'a> {
    places: BTreeMap<&'a Place, &'a Gap>,
    accounts: BTreeMap<&'a AccountId, &'a Gap>,
}

impl<'a> Unsearched<'a> {
    pub(crate) fn new(live: &'a LiveState, unknown: &'a BTreeMap<Place, Gap>) -> Self {
        let is_open = |place: &Place| !live.sweep.has(place) && !live.sweep.is_further(&place.account);
        let places = unknown.iter().filter(|(place, _)| is_open(place)).collect();
        let accounts = match &live.sweep {
            Sweep::NotAsked => BTreeMap::new(),
            // Nothing says that the stack ever was in an account that the files do not name.
            Sweep::Done(swept) => {
                swept.gaps.iter().filter(|(account, _)| !swept.further.contains(*account)).collect()
            }
        };
        Self { places, accounts }
    }

    /// Why a share that is not in its own place must not be created. None: its address is proven to be live nowhere else.
    pub(crate) fn keeps_back(&self, share: &DesiredShare) -> Option<Gap> {
        let others = self.places.iter().filter(|(place, _)| **place != &share.place);
        let first =
            others.clone().next().map(|(place, gap)| (format!("{} {}", place.account, place.region), *gap));
        let account = || {
            let (account, gap) = self.accounts.iter().next()?;
            Some((format!("the other Regions of {account}"), *gap))
        };
        let more = (others.count() + self.accounts.len()).saturating_sub(1);
        let (place, gap) = first.or_else(account)?;
        let Gap { action, caller, cause, detail } = gap;
        let more = match more {
            0 => String::new(),
            1 => " and 1 other place".to_owned(),
            more => format!(" and {more} other places"),
        };
        Some(Gap {
            action: action.clone(),
            caller: caller.clone(),
            cause: GapCause::Elsewhere,
            detail: format!("{} may be live in {place}{more}, not read: {cause}. {detail}", share.address),
        })
    }
}

/// A share that a narrowed run would move out of an account or Region that it leaves out.
pub(crate) fn left_out(share: &mut ShareDiff, scope: &Scope) {
    let Verdict::Changed(Change::Replace { before, after, .. }) = &share.verdict else { return };
    if scope.has_place(&before.place) {
        return;
    }
    let gap = Gap {
        action: "ram:GetResourceShares".to_owned(),
        caller: String::new(),
        cause: GapCause::LeftOut,
        detail: format!(
            "{} is live in {} {} ({}), which --region or --account leaves out",
            share.address, before.place.account, before.place.region, before.share.arn
        ),
    };
    let mut after = after.clone();
    after.replaces.clear();
    share.verdict = Verdict::Unread { after, gap };
    share.invitations.clear();
}

impl Scope {
    /// Whether a place holds a share that a run of this scope is about: one of its addresses, or one that does not prove what it is.
    pub fn is_about(&self, graph: &DesiredGraph, place: &Place, live: &LivePlace) -> bool {
        live.shares.values().any(|share| self.sight(graph, place, &share.tags, &share.arn) == Sight::Wanted)
    }

    /// What one share is to a run of this scope, by its tags.
    pub fn sight(&self, graph: &DesiredGraph, place: &Place, tags: &Tags, arn: &ShareArn) -> Sight {
        let tag = match owned::proof(graph, tags, arn) {
            None => return Sight::Nothing,
            Some(Err(_)) => return Sight::Wanted,
            Some(Ok(tag)) => tag,
        };
        let bears = |address: &&Address| graph.identity.tags(address).any(|own| own == tag);
        let shares = graph.shares.iter().map(|(address, share)| (address, &share.place));
        let open = graph.unresolved.iter().map(|(address, share)| (address, &share.place));
        let declared: Vec<(&Address, &Place)> =
            shares.chain(open).filter(|(address, _)| bears(address)).collect();
        let address = address_of_tag(BlockKind::Share, tag);
        if self.has(&address, place) || declared.iter().any(|(address, at)| self.has(address, at)) {
            Sight::Wanted
        } else if declared.is_empty() {
            Sight::Passed(address)
        } else {
            Sight::Nothing
        }
    }

    /// Narrows what was read to what the run is about. A place that was read and holds nothing of it counts as searched.
    pub fn keep(&self, graph: &DesiredGraph, live: &mut LiveState) {
        let chosen = self.places(graph);
        let searched: BTreeSet<Place> = live
            .places
            .iter()
            .filter(|(place, _)| !chosen.contains(place))
            .filter(|(place, found)| found.known().is_some_and(|found| !self.is_about(graph, place, found)))
            .map(|(place, _)| place.clone())
            .collect();
        let mut passed: BTreeMap<ShareArn, Address> = BTreeMap::new();
        for place in &searched {
            let shares =
                live.places.remove(place).and_then(|found| found.known().map(|it| it.shares.clone()));
            for (arn, share) in shares.into_iter().flatten() {
                if let Sight::Passed(address) = self.sight(graph, place, &share.tags, &arn) {
                    passed.insert(arn, address);
                }
            }
        }
        live.sweep.add(searched, passed);
    }
}

#[cfg(test)]
mod tests;
