//! That a run was about a part of the stack, and what it leaves out.

use serde::{Deserialize, Serialize};

use crate::diff::{Causes, Partial, Scope};
use crate::model::{AccountId, Address, Region};
use crate::wire::malformed::{Malformed, ids};
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
}

impl PartialDocument {
    pub fn new(partial: &Partial) -> Self {
        let Partial { scope, shares, changes, permissions, inbound, sharing, unread, orphans } = partial;
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
            },
        }
    }

    pub fn read(&self) -> Result<Partial, Malformed> {
        let Self { targets, excluded, accounts, regions, drift_only, left_out } = self;
        let LeftOutDocument { shares, changes, permissions, inbound, sharing, unread, orphans } = left_out;
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
        })
    }
}
