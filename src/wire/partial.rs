//! That a run was about a part of the stack, and what it leaves out.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::diff::{Causes, Partial, Scope};
use crate::model::{AccountId, Address, Region};
use crate::wire::malformed::{Malformed, id, ids};
use crate::wire::parts::{PlaceDocument, texts};

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PartialDocument {
    targets: Vec<String>,
    excluded: Vec<String>,
    accounts: Vec<String>,
    regions: Vec<String>,
    /// Only what was changed in AWS since the last apply.
    drift_only: bool,
    left_out: LeftOutDocument,
    /// Permissions that are no targets and are changed with the shares that need them.
    along: Vec<NeedDocument>,
}

/// One address beside others.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct NeedDocument {
    address: String,
    /// What it needs, or what needs it.
    others: Vec<String>,
}

impl NeedDocument {
    fn all(needs: &BTreeMap<Address, BTreeSet<Address>>) -> Vec<Self> {
        let one = |(address, others): (&Address, &BTreeSet<Address>)| Self {
            address: address.to_string(),
            others: texts(others),
        };
        needs.iter().map(one).collect()
    }

    fn read(all: &[Self]) -> Result<BTreeMap<Address, BTreeSet<Address>>, Malformed> {
        let one = |Self { address, others }: &Self| {
            Ok((id(address, Address::parse)?, ids(others, Address::parse)?))
        };
        all.iter().map(one).collect()
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct LeftOutDocument {
    /// Shares that were compared, or found by the search and declared by no block.
    shares: usize,
    /// How many of them differ.
    changes: usize,
    /// Customer managed permissions that differ.
    permissions: usize,
    /// What others share and is not as `inbound` blocks say.
    inbound: usize,
    /// Sharing inside the organization differs.
    sharing: bool,
    /// Accounts and Regions of the stack that were not read.
    unread: Vec<PlaceDocument>,
    /// Shares that go, although what takes over from them is left out.
    orphans: Vec<String>,
    /// Shares and permissions that are left out because they need something that `excluded` names and that is to be changed; `others` is what they
    /// need.
    dependents: Vec<NeedDocument>,
}

impl PartialDocument {
    pub fn new(partial: &Partial) -> Self {
        let Partial {
            scope,
            shares,
            changes,
            permissions,
            inbound,
            sharing,
            unread,
            orphans,
            dependents,
            along,
        } = partial;
        let Scope { targets, excluded, accounts, regions, causes } = scope;
        Self {
            targets: texts(targets),
            excluded: texts(excluded),
            accounts: texts(accounts),
            regions: texts(regions),
            drift_only: *causes == Causes::Drift,
            left_out: LeftOutDocument {
                shares: *shares,
                changes: *changes,
                permissions: *permissions,
                inbound: *inbound,
                sharing: *sharing,
                unread: unread.iter().map(|place| PlaceDocument::new(place, &Default::default())).collect(),
                orphans: texts(orphans),
                dependents: NeedDocument::all(dependents),
            },
            along: NeedDocument::all(along),
        }
    }

    pub fn read(&self) -> Result<Partial, Malformed> {
        let Self { targets, excluded, accounts, regions, drift_only, left_out, along } = self;
        let LeftOutDocument { shares, changes, permissions, inbound, sharing, unread, orphans, dependents } =
            left_out;
        Ok(Partial {
            scope: Scope {
                targets: ids(targets, Address::parse)?,
                excluded: ids(excluded, Address::parse)?,
                accounts: ids(accounts, AccountId::parse)?,
                regions: ids(regions, Region::parse)?,
                causes: if *drift_only { Causes::Drift } else { Causes::All },
            },
            shares: *shares,
            changes: *changes,
            permissions: *permissions,
            inbound: *inbound,
            sharing: *sharing,
            unread: unread.iter().map(PlaceDocument::read).collect::<Result<_, _>>()?,
            orphans: ids(orphans, Address::parse)?,
            dependents: NeedDocument::read(dependents)?,
            along: NeedDocument::read(along)?,
        })
    }
}
