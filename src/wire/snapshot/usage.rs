//! Who uses which subnets and transit gateways, in a snapshot.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Observed, ResourceArn, Users};
use crate::wire::snapshot::SnapshotError;
use crate::wire::snapshot::document::{ReadRecord, id};

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct UsageRecord {
    /// ARN of a subnet or transit gateway that the stack would take from accounts.
    resource: String,
    /// Accounts with something in it, and how many network interfaces or attachments each has.
    read: ReadRecord<BTreeMap<String, usize>>,
}

impl UsageRecord {
    pub fn new(resource: &ResourceArn, users: &Observed<Users>) -> Self {
        let record = |users: &Users| users.iter().map(|(id, n)| (id.to_string(), *n)).collect();
        Self { resource: resource.to_string(), read: ReadRecord::new(users, record) }
    }

    pub fn read(&self) -> Result<(ResourceArn, Observed<Users>), SnapshotError> {
        let Self { resource, read } = self;
        let users = read.read(|users| users.iter().map(|(account, n)| Ok((id(account)?, *n))).collect())?;
        Ok((id(resource)?, users))
    }
}
