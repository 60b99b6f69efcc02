//! An account and a Region.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{AccountId, Place, Region};
use crate::wire::malformed::{Malformed, id};

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PlaceDocument {
    account: String,
    /// Label of the `account` block, where there is one.
    account_label: Option<String>,
    region: String,
}

impl PlaceDocument {
    pub fn new(place: &Place, labels: &BTreeMap<AccountId, String>) -> Self {
        let Place { account, region } = place;
        Self {
            account: account.to_string(),
            account_label: labels.get(account).cloned(),
            region: region.to_string(),
        }
    }

    /// The label is that of the plan's list of accounts.
    pub fn read(&self) -> Result<Place, Malformed> {
        let Self { account, account_label: _, region } = self;
        Ok(Place { account: id(account, AccountId::parse)?, region: id(region, Region::parse)? })
    }
}
