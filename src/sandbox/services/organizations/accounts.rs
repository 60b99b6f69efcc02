//! Accounts: made, moved, closed, tagged, and leaving.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::clock::seconds;
use crate::sandbox::services::organizations::tree::no_account;
use crate::sandbox::services::organizations::{
    INVALID, for_management, for_member, for_reader, invalid, is_parent, paged, required,
};
use crate::sandbox::services::sts::ACCESS_ROLE;
use crate::sandbox::services::{Answer, Call, Operation, Refusal, answer, iam, ram, random_id};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_account::*;
use crate::sandbox::state::rows_ram::Tags;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateAccount", create),
    Operation::read("DescribeCreateAccountStatus", describe_status),
    Operation::read("ListCreateAccountStatus", list_status),
    Operation::write("MoveAccount", move_account),
    Operation::write("CloseAccount", close),
    Operation::write("RemoveAccountFromOrganization", remove),
    Operation::write("LeaveOrganization", leave),
    Operation::read("ListTagsForResource", list_tags),
    Operation::write("TagResource", tag),
    Operation::write("UntagResource", untag),
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TagIn {
    key: Option<String>,
    value: Option<String>,
}

fn tags(list: Vec<TagIn>) -> Result<Tags, Refusal> {
    list.into_iter().map(|tag| Ok((required(tag.key, "Tags.Key")?, tag.value.unwrap_or_default()))).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    email: Option<String>,
    account_name: Option<String>,
    role_name: Option<String>,
    tags: Option<Vec<TagIn>>,
    tag_keys: Option<Vec<String>>,
    resource_id: Option<String>,
    create_account_request_id: Option<String>,
    states: Option<Vec<String>>,
    account_id: Option<String>,
    source_parent_id: Option<String>,
    destination_parent_id: Option<String>,
}

fn create(call: &Call<'_>, state: &mut State) -> Answer {
    let org = for_management(call, state)?.clone();
    let input: Input = call.input(INVALID)?;
    let (email, name) = (required(input.email, "Email")?, required(input.account_name, "AccountName")?);
    if !email.contains('@')
        || !(6..=64).contains(&email.len())
        || name.is_empty()
        || name.chars().count() > 50
    {
        return Err(invalid("You specified an invalid email address or account name."));
    }
    let id = std::iter::repeat_with(|| format!("{:012}", fastrand::u64(100_000_000_000..1_000_000_000_000)))
        .find(|id| !state.accounts.contains(id))
        .expect("there are more numbers than accounts");
    state.accounts.put(
        id.clone(),
        Account {
            id: id.clone(),
            name: name.clone(),
            email,
            state: AccountState::Active,
            parent: Some(org.root),
            invited: false,
            joined: call.now,
            tags: tags(input.tags.unwrap_or_default())?,
        },
    );
    let role = Role {
        name: input.role_name.unwrap_or_else(|| ACCESS_ROLE.to_owned()),
        ..iam::access_role(&org.partition, &id, &org.management, call.now)
    };
    state.roles.put(Role::key(&id, &role.name), role);
    let request = AccountRequest {
        id: format!("car-{}", random_id(32).to_lowercase()),
        account: id,
        name,
        requested: call.now,
        ready: call.now + call.behaviour.account_ms,
    };
    let output = json!({"CreateAccountStatus": status(call, &request)});
    state.account_requests.put(request.id.clone(), request);
    answer(&output)
}

fn status(call: &Call<'_>, request: &AccountRequest) -> Value {
    let mut output = json!({
        "Id": request.id,
        "AccountName": request.name,
        "State": "IN_PROGRESS",
        "RequestedTimestamp": seconds(request.requested),
    });
    if call.now >= request.ready {
        output["State"] = "SUCCEEDED".into();
        output["AccountId"] = request.account.as_str().into();
        output["CompletedTimestamp"] = json!(seconds(request.ready));
    }
    output
}

fn describe_status(call: &Call<'_>, state: &State) -> Answer {
    for_management(call, state)?;
    let input: Input = call.input(INVALID)?;
    let id = required(input.create_account_request_id, "CreateAccountRequestId")?;
    let request = state.account_requests.get(&id).ok_or_else(|| {
        Refusal::new("CreateAccountStatusNotFoundException", "You specified a request that doesn't exist.")
    })?;
    answer(&json!({"CreateAccountStatus": status(call, request)}))
}

fn list_status(call: &Call<'_>, state: &State) -> Answer {
    for_management(call, state)?;
    let input: Input = call.input(INVALID)?;
    let rows =
        state.account_requests.iter().map(|(id, request)| (id.to_owned(), status(call, request))).filter(
            |(_, row)| {
                input.states.as_ref().is_none_or(|states| {
                    states.is_empty() || states.iter().any(|s| row["State"] == s.as_str())
                })
            },
        );
    paged(call, "ListCreateAccountStatus", "CreateAccountStatuses", rows)
}

fn member(state: &State, id: Option<String>) -> Result<Account, Refusal> {
    let id = required(id, "AccountId")?;
    state.accounts.get(&id).filter(|account| account.parent.is_some()).cloned().ok_or_else(|| no_account(&id))
}

fn move_account(call: &Call<'_>, state: &mut State) -> Answer {
    let org = for_management(call, state)?.clone();
    let input: Input = call.input(INVALID)?;
    let mut account = member(state, input.account_id)?;
    let from = required(input.source_parent_id, "SourceParentId")?;
    let to = required(input.destination_parent_id, "DestinationParentId")?;
    if account.parent.as_deref() != Some(&from) {
        return Err(Refusal::new(
            "SourceParentNotFoundException",
            format!("You specified a source parent {from} that the account isn't in."),
        ));
    }
    if !is_parent(state, &org, &to) {
        return Err(Refusal::new(
            "DestinationParentNotFoundException",
            format!("You specified a destination parent {to} that doesn't exist."),
        ));
    }
    if from == to {
        return Err(Refusal::new(
            "DuplicateAccountException",
            "The account is already present in the destination.",
        ));
    }
    account.parent = Some(to);
    state.accounts.put(account.id.clone(), account);
    answer(&json!({}))
}

fn close(call: &Call<'_>, state: &mut State) -> Answer {
    let org = for_management(call, state)?.clone();
    let input: Input = call.input(INVALID)?;
    let mut account = member(state, input.account_id)?;
    if account.id == org.management {
        return Err(Refusal::new("ConstraintViolationException", "You can't close the management account."));
    }
    if account.state != AccountState::Active {
        return Err(Refusal::new(
            "AccountAlreadyClosedException",
            "You attempted to close an account that is already closed.",
        ));
    }
    account.state = AccountState::Suspended;
    state.accounts.put(account.id.clone(), account);
    answer(&json!({}))
}

fn remove(call: &Call<'_>, state: &mut State) -> Answer {
    for_management(call, state)?;
    let input: Input = call.input(INVALID)?;
    let account = member(state, input.account_id)?;
    depart(call, state, account)
}

fn leave(call: &Call<'_>, state: &mut State) -> Answer {
    for_member(call, state)?;
    let account = member(state, Some(call.caller.account.clone()))?;
    depart(call, state, account)
}

fn depart(call: &Call<'_>, state: &mut State, account: Account) -> Answer {
    if state.org().is_some_and(|org| org.management == account.id) {
        return Err(Refusal::new(
            "MasterCannotLeaveOrganizationException",
            "You can't remove a management account from an organization.",
        ));
    }
    if state.delegations.under(&format!("{}/", account.id)).next().is_some() {
        return Err(Refusal::new(
            "ConstraintViolationException",
            "You can't remove an account that is a delegated administrator.",
        ));
    }
    ram::leave_organization(call, state, &account.id);
    state.accounts.put(account.id.clone(), Account { parent: None, ..account });
    answer(&json!({}))
}

/// Reads or changes the tags of an account or a unit.
fn with_tags<T>(state: &mut State, id: &str, change: impl FnOnce(&mut Tags) -> T) -> Result<T, Refusal> {
    let mut change = Some(change);
    let mut result = None;
    state.accounts.update(id, |row| result = change.take().map(|change| change(&mut row.tags)));
    state.units.update(id, |row| result = change.take().map(|change| change(&mut row.tags)));
    result.ok_or_else(|| {
        Refusal::new("TargetNotFoundException", format!("You specified a target {id} that doesn't exist."))
    })
}

fn list_tags(call: &Call<'_>, state: &State) -> Answer {
    for_reader(call, state)?;
    let input: Input = call.input(INVALID)?;
    let id = required(input.resource_id, "ResourceId")?;
    let found =
        state.accounts.get(&id).map(|row| &row.tags).or_else(|| state.units.get(&id).map(|row| &row.tags));
    let is_root = state.org().is_some_and(|org| org.root == id);
    let none = Tags::new();
    let tags = found.or(is_root.then_some(&none)).ok_or_else(|| {
        Refusal::new("TargetNotFoundException", format!("You specified a target {id} that doesn't exist."))
    })?;
    let rows = tags.iter().map(|(key, value)| (key.clone(), json!({"Key": key, "Value": value})));
    paged(call, "ListTagsForResource", "Tags", rows)
}

fn tag(call: &Call<'_>, state: &mut State) -> Answer {
    for_management(call, state)?;
    let input: Input = call.input(INVALID)?;
    let added = tags(required(input.tags, "Tags")?)?;
    with_tags(state, &required(input.resource_id, "ResourceId")?, |tags| tags.extend(added))?;
    answer(&json!({}))
}

fn untag(call: &Call<'_>, state: &mut State) -> Answer {
    for_management(call, state)?;
    let input: Input = call.input(INVALID)?;
    let keys = required(input.tag_keys, "TagKeys")?;
    with_tags(state, &required(input.resource_id, "ResourceId")?, |tags| {
        tags.retain(|key, _| !keys.contains(key))
    })?;
    answer(&json!({}))
}
