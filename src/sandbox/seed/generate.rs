//! Large content without a large file: accounts in units, shares in one account and Region. The same figures make the same rows.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::sandbox::clock::{DAY, Millis};
use crate::sandbox::services::{iam, ram};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_account::{Account, AccountState, Role, Unit};
use crate::sandbox::state::rows_ram::*;

/// Block `generate` of a seed.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Generate {
    /// Accounts 600000000000 and on, spread over the units.
    pub accounts: u32,
    /// Units right under the root, `generated-0` and on.
    pub units: u32,
    /// Shares `generated-0` and on.
    pub shares: u32,
    /// Resources and principals of each share.
    pub resources: u32,
    pub principals: u32,
    /// Label of the account that has the shares; the first in the order of ids where none is named.
    pub account: Option<String>,
    pub region: String,
}

impl Default for Generate {
    fn default() -> Self {
        let region = "eu-central-1".into();
        Self { accounts: 0, units: 1, shares: 0, resources: 1, principals: 1, account: None, region }
    }
}

const FIRST_ACCOUNT: u64 = 600_000_000_000;
/// What the shares hold.
const KIND: &str = "ec2:TransitGateway";

/// `owner` is the id of the account that has the shares.
pub(super) fn generate(state: &mut State, form: &Generate, owner: &str, now: Millis) {
    let org = state.org().cloned();
    if let Some(org) = &org {
        let unit_id = |at: u32| format!("ou-{}-gen{at:05}", org.root.trim_start_matches("r-"));
        let units = form.units.max(1);
        for at in 0..units {
            let unit = Unit {
                id: unit_id(at),
                name: format!("generated-{at}"),
                parent: org.root.clone(),
                tags: Tags::new(),
            };
            state.units.put(unit.id.clone(), unit);
        }
        for at in 0..form.accounts {
            let id = (FIRST_ACCOUNT + u64::from(at)).to_string();
            let role = iam::access_role(&org.partition, &id, &org.management, now);
            state.roles.put(Role::key(&id, &role.name), role);
            state.accounts.put(
                id.clone(),
                Account {
                    id,
                    name: format!("generated-{at}"),
                    email: format!("generated-{at}@example.com"),
                    state: AccountState::Active,
                    parent: Some(unit_id(at % units)),
                    invited: false,
                    joined: now - DAY,
                    tags: Tags::new(),
                },
            );
        }
    }
    let permission = ram::default_permission_arn(KIND, &form.region);
    for at in 0..form.shares {
        let uuid = format!("00000000-0000-4000-8000-{at:012}");
        let id = ShareId { account: owner.to_owned(), region: form.region.clone(), uuid };
        let share = Share {
            id: id.clone(),
            name: format!("generated-{at}"),
            allow_external: false,
            status: ShareStatus::Active,
            message: None,
            feature_set: FeatureSet::Standard,
            retain: None,
            tags: BTreeMap::from([("generated".to_owned(), at.to_string())]),
            created: now - DAY,
            updated: now - DAY,
            due: None,
        };
        state.shares.put(id.key(), share);
        for n in 0..form.resources {
            let partition = partition_of(&form.region);
            let arn =
                format!("arn:{partition}:ec2:{}:{owner}:transit-gateway/tgw-{at:08x}{n:09x}", form.region);
            let resource =
                Resource { arn: arn.clone(), region: form.region.clone(), tags: Tags::new(), fails: None };
            state.resources.put(format!("{owner}/{arn}"), resource);
            put_member(state, &id, Side::Resource, arn, Some(KIND.to_owned()), now);
        }
        for n in 0..form.principals {
            let account = FIRST_ACCOUNT + u64::from((at + n) % form.accounts.max(1));
            put_member(state, &id, Side::Principal, account.to_string(), None, now);
        }
        if form.resources > 0 {
            let attachment = Attachment {
                share: id.clone(),
                resource_type: KIND.to_owned(),
                permission: permission.clone(),
                version: 1,
                values: ParameterValues::new(),
                updated: now - DAY,
            };
            state.attachments.put(Attachment::key(&id, KIND), attachment);
        }
    }
}

fn put_member(
    state: &mut State,
    share: &ShareId,
    side: Side,
    entity: String,
    resource_type: Option<String>,
    now: Millis,
) {
    let key = Member::key(share, side, &entity);
    let member = Member {
        share: share.clone(),
        side,
        entity,
        resource_type,
        status: Association::Associated,
        message: None,
        external: false,
        created: now - DAY,
        updated: now - DAY,
        due: None,
        fails: None,
        left: false,
    };
    state.members.put(key, member);
}
