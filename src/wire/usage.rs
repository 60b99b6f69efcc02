//! What losing accounts have in subnets and transit gateways.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{AccountId, Observed, ResourceArn, Users};
use crate::wire::malformed::{Malformed, id};
use crate::wire::parts::GapDocument;

/// A subnet or transit gateway that accounts lose, and what those accounts have in it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct UsageDocument {
    resource: String,
    /// The losing accounts with network interfaces in the subnet, or with attachments to the transit gateway. Null: not known.
    users: Option<Vec<UserDocument>>,
    /// Why it is not known; null where it is.
    gap: Option<GapDocument>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct UserDocument {
    account: String,
    /// Label of the `account` block, where there is one.
    account_label: Option<String>,
    /// Network interfaces or attachments; never 0.
    count: usize,
}

impl UsageDocument {
    pub fn all(
        usage: &BTreeMap<ResourceArn, Observed<Users>>,
        labels: &BTreeMap<AccountId, String>,
    ) -> Vec<Self> {
        let user = |(account, count): (&AccountId, &usize)| UserDocument {
            account: account.to_string(),
            account_label: labels.get(account).cloned(),
            count: *count,
        };
        let document = |(resource, users): (&ResourceArn, &Observed<Users>)| Self {
            resource: resource.to_string(),
            users: users.known().map(|users| users.iter().map(user).collect()),
            gap: users.gap().map(GapDocument::new),
        };
        usage.iter().map(document).collect()
    }

    pub fn read(&self) -> Result<(ResourceArn, Observed<Users>), Malformed> {
        let Self { resource, users, gap } = self;
        let users = match (users, gap) {
            (Some(users), None) => Observed::Known(
                users
                    .iter()
                    .map(|UserDocument { account, account_label: _, count }| {
                        Ok((id(account, AccountId::parse)?, *count))
                    })
                    .collect::<Result<Users, Malformed>>()?,
            ),
            (None, Some(gap)) => Observed::Unknown(gap.read()),
            _ => return Err(Malformed::new(resource, "either its users or why they are not known")),
        };
        Ok((id(resource, ResourceArn::parse)?, users))
    }
}
