//! The tree of units and accounts, with look-up by id, name and path.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{AccountId, OrganizationArn, OuArn, OuId, RootId};

/// What a unit or an account hangs under.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParentId {
    Root(RootId),
    Unit(OuId),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationalUnit {
    pub arn: OuArn,
    /// Foreign text: anyone with the right in the management account chooses it.
    pub name: String,
    pub parent: ParentId,
}

/// Whether an account can be used, as Organizations says (`State`; API reference, `Account`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccountStanding {
    Active,
    /// Made and not set up yet.
    PendingActivation,
    /// By AWS, until the reason is gone.
    Suspended,
    PendingClosure,
    /// Closed, and to be had back for 90 days.
    Closed,
    /// One of those that are not active; it was not told which.
    Inactive,
}

impl AccountStanding {
    /// From the word of the API.
    pub fn of_state(state: &str) -> Self {
        match state {
            "ACTIVE" => Self::Active,
            "PENDING_ACTIVATION" => Self::PendingActivation,
            "SUSPENDED" => Self::Suspended,
            "PENDING_CLOSURE" => Self::PendingClosure,
            "CLOSED" => Self::Closed,
            _ => Self::Inactive,
        }
    }

    /// What an account of this standing is: `is closed`.
    pub fn told(self) -> &'static str {
        match self {
            Self::Active => "is active",
            Self::PendingActivation => "is not yet set up",
            Self::Suspended => "is suspended",
            Self::PendingClosure => "is being closed",
            Self::Closed => "is closed",
            Self::Inactive => "is suspended, closed or not yet set up",
        }
    }

    pub fn is_active(self) -> bool {
        self == Self::Active
    }

    /// Whether somebody closed the account: nobody in it can use anything. Other accounts that are not active come back by themselves.
    pub fn is_closed(self) -> bool {
        matches!(self, Self::PendingClosure | Self::Closed)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrgAccount {
    /// Foreign text.
    pub name: String,
    pub standing: AccountStanding,
    pub parent: ParentId,
}

/// The organization at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrgSnapshot {
    pub arn: OrganizationArn,
    pub management_account: AccountId,
    /// `FeatureSet` is `ALL`; RAM cannot share in an organization with consolidated billing only.
    pub all_features: bool,
    pub root: RootId,
    pub units: BTreeMap<OuId, OrganizationalUnit>,
    pub accounts: BTreeMap<AccountId, OrgAccount>,
}

impl OrgSnapshot {
    /// The unit at a path of names such as `Workloads/Prod`. Names are unique among siblings, so a path names one unit.
    pub fn unit_by_path(&self, path: &str) -> Option<&OuId> {
        let mut parent = ParentId::Root(self.root.clone());
        let mut found = None;
        for name in path.split('/') {
            let (id, _) = self.units.iter().find(|(_, unit)| unit.parent == parent && unit.name == name)?;
            parent = ParentId::Unit(id.clone());
            found = Some(id);
        }
        found
    }

    /// The path of names of a unit, `Workloads/Prod`; the id itself where the tree does not reach the root.
    pub fn path_of(&self, unit: &OuId) -> String {
        let mut names = Vec::new();
        let mut at = unit;
        // A unit has at most five ancestors; the bound keeps a malformed tree from looping.
        for _ in 0..16 {
            let Some(found) = self.units.get(at) else { break };
            names.push(found.name.as_str());
            match &found.parent {
                ParentId::Root(_) => {
                    names.reverse();
                    return names.join("/");
                }
                ParentId::Unit(parent) => at = parent,
            }
        }
        unit.to_string()
    }

    /// All paths of names, in order: the candidates for "did you mean".
    pub fn paths(&self) -> BTreeSet<String> {
        self.units.keys().map(|id| self.path_of(id)).collect()
    }

    /// The accounts with this name; Organizations does not keep names unique.
    pub fn accounts_by_name(&self, name: &str) -> Vec<&AccountId> {
        self.accounts.iter().filter(|(_, account)| account.name == name).map(|(id, _)| id).collect()
    }

    pub fn contains(&self, account: &AccountId) -> bool {
        self.accounts.contains_key(account)
    }

    /// Whether the account is in the unit or in one below it.
    pub fn is_within(&self, account: &AccountId, unit: &OuId) -> bool {
        let Some(found) = self.accounts.get(account) else { return false };
        let mut parent = &found.parent;
        for _ in 0..16 {
            match parent {
                ParentId::Unit(id) if id == unit => return true,
                ParentId::Unit(id) => match self.units.get(id) {
                    Some(above) => parent = &above.parent,
                    None => return false,
                },
                ParentId::Root(_) => return false,
            }
        }
        false
    }

    /// The accounts in a unit and in every unit below it.
    pub fn accounts_within(&self, unit: &OuId) -> BTreeSet<AccountId> {
        self.accounts.keys().filter(|account| self.is_within(account, unit)).cloned().collect()
    }
}
