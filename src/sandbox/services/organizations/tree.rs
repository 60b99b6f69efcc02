//! Reading the organization.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::clock::seconds;
use crate::sandbox::services::organizations::{
    INVALID, for_member, for_reader, invalid, is_parent, paged, path, required, written,
};
use crate::sandbox::services::{Answer, Call, Operation, Refusal, answer};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_account::{Account, AccountState, Organization, Unit};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read("DescribeOrganization", describe_organization),
    Operation::read("ListRoots", list_roots),
    Operation::read("ListAccounts", list_accounts),
    Operation::read("ListAccountsForParent", list_accounts_for_parent),
    Operation::read("ListOrganizationalUnitsForParent", list_units_for_parent),
    Operation::read("ListParents", list_parents),
    Operation::read("ListChildren", list_children),
    Operation::read("DescribeAccount", describe_account),
    Operation::read("DescribeOrganizationalUnit", describe_unit),
];

pub(super) fn organization(state: &State, org: &Organization) -> Value {
    json!({
        "Id": org.id,
        "Arn": org.arn(),
        "FeatureSet": if org.all_features { "ALL" } else { "CONSOLIDATED_BILLING" },
        "MasterAccountId": org.management,
        "MasterAccountArn": org.account_arn(&org.management),
        "MasterAccountEmail": state.accounts.get(&org.management).map_or("", |account| &account.email),
        "AvailablePolicyTypes": [],
    })
}

fn describe_organization(call: &Call<'_>, state: &State) -> Answer {
    let org = for_member(call, state)?;
    answer(&json!({"Organization": organization(state, org)}))
}

fn list_roots(call: &Call<'_>, state: &State) -> Answer {
    let org = for_reader(call, state)?;
    let root = json!({"Id": org.root, "Arn": org.root_arn(), "Name": "Root", "PolicyTypes": []});
    paged(call, "ListRoots", "Roots", [(org.root.clone(), root)])
}

pub(super) fn account(state: &State, org: &Organization, account: &Account) -> Value {
    let status = match account.state {
        AccountState::Suspended | AccountState::Closed => "SUSPENDED",
        AccountState::PendingClosure => "PENDING_CLOSURE",
        AccountState::Active | AccountState::PendingActivation => "ACTIVE",
    };
    json!({
        "Id": account.id,
        "Arn": org.account_arn(&account.id),
        "Email": account.email,
        "Name": account.name,
        "Status": status,
        "State": account.state,
        "Paths": [format!("{}{}/", path(state, org, account.parent.as_deref()), account.id)],
        "JoinedMethod": if account.invited { "INVITED" } else { "CREATED" },
        "JoinedTimestamp": seconds(account.joined),
    })
}

pub(super) fn unit(state: &State, org: &Organization, unit: &Unit) -> Value {
    json!({"Id": unit.id, "Arn": org.unit_arn(&unit.id), "Name": unit.name, "Path": path(state, org, Some(&unit.id))})
}

fn list_accounts(call: &Call<'_>, state: &State) -> Answer {
    let org = for_reader(call, state)?;
    let members = state.accounts.iter().filter(|(_, account)| account.parent.is_some());
    written(call, "ListAccounts", "Accounts", members, |row| account(state, org, row))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    parent_id: Option<String>,
    child_id: Option<String>,
    child_type: Option<String>,
    account_id: Option<String>,
    organizational_unit_id: Option<String>,
}

fn no_parent(id: &str) -> Refusal {
    Refusal::new("ParentNotFoundException", format!("You specified a parent {id} that doesn't exist."))
}

fn parent(state: &State, org: &Organization, id: Option<String>) -> Result<String, Refusal> {
    let id = required(id, "ParentId")?;
    if is_parent(state, org, &id) { Ok(id) } else { Err(no_parent(&id)) }
}

/// The accounts right under a parent.
fn accounts_under<'a>(state: &'a State, parent: &'a str) -> impl Iterator<Item = &'a Account> {
    state
        .accounts
        .indexed(parent)
        .filter_map(|id| state.accounts.get(id))
        .filter(move |account| account.parent.as_deref() == Some(parent))
}

/// The units right under a parent.
pub(super) fn units_under<'a>(state: &'a State, parent: &'a str) -> impl Iterator<Item = &'a Unit> {
    state.units.indexed(parent).filter_map(|id| state.units.get(id)).filter(move |unit| unit.parent == parent)
}

pub(super) fn has_children(state: &State, parent: &str) -> bool {
    accounts_under(state, parent).next().is_some() || units_under(state, parent).next().is_some()
}

fn list_accounts_for_parent(call: &Call<'_>, state: &State) -> Answer {
    let org = for_reader(call, state)?;
    let input: Input = call.input(INVALID)?;
    let parent = parent(state, org, input.parent_id)?;
    let rows = accounts_under(state, &parent).map(|row| (&row.id, row));
    written(call, "ListAccountsForParent", "Accounts", rows, |row| account(state, org, row))
}

fn list_units_for_parent(call: &Call<'_>, state: &State) -> Answer {
    let org = for_reader(call, state)?;
    let input: Input = call.input(INVALID)?;
    let parent = parent(state, org, input.parent_id)?;
    let rows = units_under(state, &parent).map(|row| (&row.id, row));
    written(call, "ListOrganizationalUnitsForParent", "OrganizationalUnits", rows, |row| {
        unit(state, org, row)
    })
}

fn list_parents(call: &Call<'_>, state: &State) -> Answer {
    let org = for_reader(call, state)?;
    let input: Input = call.input(INVALID)?;
    let child = required(input.child_id, "ChildId")?;
    let of_account = state.accounts.get(&child).and_then(|account| account.parent.clone());
    let parent =
        of_account.or_else(|| state.units.get(&child).map(|unit| unit.parent.clone())).ok_or_else(|| {
            Refusal::new(
                "ChildNotFoundException",
                format!("You specified a child {child} that doesn't exist."),
            )
        })?;
    let kind = if parent == org.root { "ROOT" } else { "ORGANIZATIONAL_UNIT" };
    answer(&json!({"Parents": [{"Id": parent, "Type": kind}]}))
}

fn list_children(call: &Call<'_>, state: &State) -> Answer {
    let org = for_reader(call, state)?;
    let input: Input = call.input(INVALID)?;
    let parent = parent(state, org, input.parent_id)?;
    let kind = required(input.child_type, "ChildType")?;
    let ids: Vec<&str> = match kind.as_str() {
        "ACCOUNT" => accounts_under(state, &parent).map(|account| account.id.as_str()).collect(),
        "ORGANIZATIONAL_UNIT" => units_under(state, &parent).map(|unit| unit.id.as_str()).collect(),
        _ => return Err(invalid("ChildType must be ACCOUNT or ORGANIZATIONAL_UNIT.")),
    };
    let rows = ids.into_iter().map(|id| (id.to_owned(), json!({"Id": id, "Type": kind})));
    paged(call, "ListChildren", "Children", rows)
}

fn describe_account(call: &Call<'_>, state: &State) -> Answer {
    let org = for_reader(call, state)?;
    let input: Input = call.input(INVALID)?;
    let id = required(input.account_id, "AccountId")?;
    let found =
        state.accounts.get(&id).filter(|account| account.parent.is_some()).ok_or_else(|| no_account(&id))?;
    answer(&json!({"Account": account(state, org, found)}))
}

pub(super) fn no_account(id: &str) -> Refusal {
    Refusal::new("AccountNotFoundException", format!("You specified an account {id} that doesn't exist."))
}

pub(super) fn no_unit(id: &str) -> Refusal {
    let message = format!("You specified an organizational unit {id} that doesn't exist.");
    Refusal::new("OrganizationalUnitNotFoundException", message)
}

fn describe_unit(call: &Call<'_>, state: &State) -> Answer {
    let org = for_reader(call, state)?;
    let input: Input = call.input(INVALID)?;
    let id = required(input.organizational_unit_id, "OrganizationalUnitId")?;
    let found = state.units.get(&id).ok_or_else(|| no_unit(&id))?;
    answer(&json!({"OrganizationalUnit": unit(state, org, found)}))
}
