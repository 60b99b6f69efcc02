//! Where shares of the stack were looked for beside the accounts and Regions that its files name.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{AccountId, Address, Gap, Place, Region, ShareArn};

/// What is known of the rest of the stack's accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sweep {
    /// Nobody looked: the run reads a snapshot that says nothing of it.
    #[default]
    NotAsked,
    Done(Swept),
}

/// How far a sweep went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Breadth {
    /// At most to places that the files name and that are not read whole, because the run is about a part of the stack.
    #[default]
    Named,
    /// No further, because `--no-sweep` says so.
    Declined,
    /// To all Regions that the accounts have enabled.
    All,
}

/// What a share with the stack's tag is to a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// The run is about it, so its account and Region is read whole.
    Wanted,
    /// It is the stack's, no block declares it, and the run is about something else.
    Passed(Address),
    /// It is declared where the run does not look, or is not the stack's.
    Nothing,
}

/// What a sweep looked at. Where it found something, that account and Region is read whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    pub breadth: Breadth,
    /// The enabled Regions in which shares with the stack's tag were asked for. Those that are read whole because the files name them are not
    /// among them.
    pub regions: BTreeMap<AccountId, BTreeSet<Region>>,
    /// Accounts whose enabled Regions could not be listed.
    pub gaps: BTreeMap<AccountId, Gap>,
    /// Those of both that the files do not name: accounts of the organization, where the files ask for that.
    pub further: BTreeSet<AccountId>,
    /// Accounts that the files name and that ramctl has no credentials for. They were not searched.
    pub unreached: BTreeSet<AccountId>,
    /// Shares that no block declares and that the run is not about. They were found and left out.
    pub passed: BTreeMap<ShareArn, Address>,
}

impl Sweep {
    /// Whether Regions that the files do not name were looked at.
    pub fn is_wide(&self) -> bool {
        match self {
            Self::NotAsked => false,
            Self::Done(swept) => swept.breadth == Breadth::All,
        }
    }

    /// Whether the run was told not to look there.
    pub fn is_declined(&self) -> bool {
        match self {
            Self::NotAsked => false,
            Self::Done(swept) => swept.breadth == Breadth::Declined,
        }
    }

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

    /// The shares that were found and left out.
    pub fn passed(&self) -> impl Iterator<Item = &Address> {
        let passed = match self {
            Self::NotAsked => None,
            Self::Done(swept) => Some(&swept.passed),
        };
        passed.into_iter().flat_map(BTreeMap::values)
    }

    /// Counts places that hold nothing that the run is about as searched, and what was found there of the stack as left out.
    pub fn add(
        &mut self,
        places: impl IntoIterator<Item = Place>,
        passed: impl IntoIterator<Item = (ShareArn, Address)>,
    ) {
        for Place { account, region } in places {
            if *self == Self::NotAsked {
                *self = Self::Done(Swept::default());
            }
            if let Self::Done(swept) = self {
                swept.regions.entry(account).or_default().insert(region);
            }
        }
        if let Self::Done(swept) = self {
            swept.passed.extend(passed);
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
