//! The searches by tags of a snapshot, and what they found.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::{Observed, Place, ResourceArn, TagFilters, TagSearch};
use crate::wire::parts::texts;
use crate::wire::snapshot::SnapshotError;
use crate::wire::snapshot::document::{ReadRecord, id};

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SearchRecord {
    account: String,
    region: String,
    /// What Resource Groups Tagging was asked for: `ec2:subnet`, or a service alone.
    type_filter: String,
    /// All of these keys, each with one of its values.
    tags: TagFilters,
    /// ARNs of resources.
    found: ReadRecord<Vec<String>>,
}

impl SearchRecord {
    pub fn new(search: &TagSearch, found: &Observed<BTreeSet<ResourceArn>>) -> Self {
        let TagSearch { place: Place { account, region }, type_filter, tags } = search;
        Self {
            account: account.to_string(),
            region: region.to_string(),
            type_filter: type_filter.clone(),
            tags: tags.clone(),
            found: ReadRecord::new(found, |arns| texts(arns)),
        }
    }

    pub fn read(&self) -> Result<(TagSearch, Observed<BTreeSet<ResourceArn>>), SnapshotError> {
        let Self { account, region, type_filter, tags, found } = self;
        let search = TagSearch {
            place: Place { account: id(account)?, region: id(region)? },
            type_filter: type_filter.clone(),
            tags: tags.clone(),
        };
        let arns = found.read(|arns| arns.iter().map(|arn| id(arn)).collect())?;
        Ok((search, arns))
    }
}
