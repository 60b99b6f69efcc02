//! Where shares of the stack were looked for beside the accounts and Regions that its files name.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{AccountId, Gap, Place, Region};

/// What is known of the rest of the stack's accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sweep {
    /// Nobody looked: the run is about a part of the stack, was told not to, or reads a snapshot that says nothing of it.
    #[default]
    NotAsked,
    Done(Swept),
}

/// What a sweep looked at. Where it found something, that account and Region is read whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// The enabled Regions in which shares with the stack's tag were asked for. Those that are read whole because the files name them are not
    /// among them.
    pub regions: BTreeMap<AccountId, BTreeSet<Region>>,
    /// Accounts whose enabled Regions could not be listed.
    pub gaps: BTreeMap<AccountId, Gap>,
    /// Those of both that the files do not name: accounts of the organization, where the files ask for that.
    pub further: BTreeSet<AccountId>,
}

impl Sweep {
    /// Whether a place was asked for shares of the stack.
    pub fn has(&self, place: &Place) -> bool {
        match self {
            Self::NotAsked => false,
            Self::Done(swept) => {
                swept.regions.get(&place.account).is_some_and(|regions| regions.contains(&place.region))
            }
        }
    }

    /// Whether the files do not name an account, and it was searched because it is in the organization.
    pub fn is_further(&self, account: &AccountId) -> bool {
        match self {
            Self::NotAsked => false,
            Self::Done(swept) => swept.further.contains(account),
        }
    }

    /// Counts places that hold nothing that the run is about as searched.
    pub fn add(&mut self, places: impl IntoIterator<Item = Place>) {
        for Place { account, region } in places {
            if *self == Self::NotAsked {
                *self = Self::Done(Swept::default());
            }
            if let Self::Done(swept) = self {
                swept.regions.entry(account).or_default().insert(region);
            }
        }
    }

    /// Whether everything was looked at that was to be.
    pub fn is_complete(&self) -> bool {
        match self {
            Self::NotAsked => true,
            Self::Done(swept) => swept.gaps.is_empty(),
        }
    }
}
