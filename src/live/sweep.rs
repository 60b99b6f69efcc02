//! Where shares of the stack were looked for beside the accounts and Regions that its files name.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{AccountId, Gap, Region};

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
    /// The enabled Regions in which shares with the stack's tag were asked for. Those that the files name are not among them.
    pub regions: BTreeMap<AccountId, BTreeSet<Region>>,
    /// Accounts whose enabled Regions could not be listed.
    pub gaps: BTreeMap<AccountId, Gap>,
}

impl Sweep {
    /// Whether everything was looked at that was to be.
    pub fn is_complete(&self) -> bool {
        match self {
            Self::NotAsked => true,
            Self::Done(swept) => swept.gaps.is_empty(),
        }
    }
}
