//! The organization of a snapshot.

use serde::{Deserialize, Serialize};

use crate::model::{AccountId, OuArn, OuId, RootId};
use crate::org::{AccountStanding, OrgAccount, OrgSnapshot, OrganizationalUnit, ParentId};
use crate::wire::snapshot::SnapshotError;
use crate::wire::snapshot::document::{id, once};

/// The tree of units and accounts.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct OrganizationRecord {
    arn: String,
    management_account: String,
    all_features: bool,
    root: String,
    pub(crate) units: Vec<UnitRecord>,
    pub(crate) accounts: Vec<AccountRecord>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct UnitRecord {
    arn: String,
    pub(crate) name: String,
    /// The id of a unit or of the root.
    parent: String,
}

/// Why an account is not active.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
enum StandingWord {
    PendingActivation,
    Suspended,
    PendingClosure,
    Closed,
}

impl StandingWord {
    fn of(standing: AccountStanding) -> Option<Self> {
        match standing {
            AccountStanding::Active | AccountStanding::Inactive => None,
            AccountStanding::PendingActivation => Some(Self::PendingActivation),
            AccountStanding::Suspended => Some(Self::Suspended),
            AccountStanding::PendingClosure => Some(Self::PendingClosure),
            AccountStanding::Closed => Some(Self::Closed),
        }
    }

    fn read(active: bool, word: Option<Self>) -> AccountStanding {
        match (active, word) {
            (true, _) => AccountStanding::Active,
            (false, None) => AccountStanding::Inactive,
            (false, Some(Self::PendingActivation)) => AccountStanding::PendingActivation,
            (false, Some(Self::Suspended)) => AccountStanding::Suspended,
            (false, Some(Self::PendingClosure)) => AccountStanding::PendingClosure,
            (false, Some(Self::Closed)) => AccountStanding::Closed,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct AccountRecord {
    id: String,
    pub(crate) name: String,
    /// False for suspended, closed and not yet active accounts.
    active: bool,
    /// Why it is not active: `pending_activation`, `suspended`, `pending_closure` or `closed`. Absent where it is active, or where that was
    /// not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    standing: Option<StandingWord>,
    /// The id of a unit or of the root.
    parent: String,
}

impl OrganizationRecord {
    pub fn new(tree: &OrgSnapshot) -> Self {
        let OrgSnapshot { arn, management_account, all_features, root, units, accounts } = tree;
        let unit = |(_, unit): (&OuId, &OrganizationalUnit)| {
            let OrganizationalUnit { arn, name, parent } = unit;
            UnitRecord { arn: arn.to_string(), name: name.clone(), parent: parent_text(parent) }
        };
        let accounts = accounts.iter().map(|(id, account)| {
            let OrgAccount { name, standing, parent } = account;
            AccountRecord {
                id: id.to_string(),
                name: name.clone(),
                active: standing.is_active(),
                standing: StandingWord::of(*standing),
                parent: parent_text(parent),
            }
        });
        Self {
            arn: arn.to_string(),
            management_account: management_account.to_string(),
            all_features: *all_features,
            root: root.to_string(),
            units: units.iter().map(unit).collect(),
            accounts: accounts.collect(),
        }
    }

    pub fn read(&self) -> Result<OrgSnapshot, SnapshotError> {
        let Self { arn, management_account, all_features, root, units, accounts } = self;
        let root: RootId = id(root)?;
        let parent = |text: &str| match text.parse::<OuId>() {
            Ok(unit) => Ok(ParentId::Unit(unit)),
            Err(_) if text == root.as_str() => Ok(ParentId::Root(root.clone())),
            Err(error) => Err(SnapshotError::Text(error.into())),
        };
        let units = once(units.iter().map(|unit| {
            let UnitRecord { arn, name, parent: above } = unit;
            let arn: OuArn = id(arn)?;
            Ok((arn.id(), OrganizationalUnit { arn, name: name.clone(), parent: parent(above)? }))
        }))?;
        let accounts = once(accounts.iter().map(|account| {
            let AccountRecord { id: account, name, active, standing, parent: above } = account;
            let standing = StandingWord::read(*active, *standing);
            let found = OrgAccount { name: name.clone(), standing, parent: parent(above)? };
            let account: AccountId = id(account)?;
            Ok((account, found))
        }))?;
        let orphan = |what: String, above: &ParentId| match above {
            ParentId::Unit(unit) if !units.contains_key(unit) => {
                Err(SnapshotError::Orphan { what, parent: unit.to_string() })
            }
            ParentId::Unit(_) | ParentId::Root(_) => Ok(()),
        };
        units.iter().try_for_each(|(id, unit)| orphan(id.to_string(), &unit.parent))?;
        accounts.iter().try_for_each(|(id, account)| orphan(id.to_string(), &account.parent))?;
        Ok(OrgSnapshot {
            arn: id(arn)?,
            management_account: id(management_account)?,
            all_features: *all_features,
            root: root.clone(),
            units,
            accounts,
        })
    }
}

fn parent_text(parent: &ParentId) -> String {
    match parent {
        ParentId::Root(root) => root.to_string(),
        ParentId::Unit(unit) => unit.to_string(),
    }
}
