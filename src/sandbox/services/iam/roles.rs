//! Roles.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::clock::{Millis, iso};
use crate::sandbox::services::iam::{INVALID, administrator, policy, required, role, store};
use crate::sandbox::services::sts::{ACCESS_ROLE, DEFAULT_SESSION};
use crate::sandbox::services::{Answer, Call, Operation, Refusal, answer, random_id};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_account::Role;
use crate::sandbox::state::rows_ram::Tags;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read("GetRole", get),
    Operation::read("ListRoles", list),
    Operation::write("CreateRole", create),
    Operation::write("UpdateAssumeRolePolicy", update_trust),
    Operation::write("DeleteRole", delete),
];

/// A role with nothing attached.
pub(crate) fn new_role(partition: &str, account: &str, name: &str, trust: String, now: Millis) -> Role {
    Role {
        partition: partition.to_owned(),
        account: account.to_owned(),
        name: name.to_owned(),
        path: "/".into(),
        id: format!("AROA{}", random_id(16)),
        description: String::new(),
        trust,
        max_session: DEFAULT_SESSION,
        inline: BTreeMap::new(),
        attached: Vec::new(),
        tags: Tags::new(),
        created: now,
    }
}

/// The role by which the management account administers an account.
pub(crate) fn access_role(partition: &str, account: &str, management: &str, now: Millis) -> Role {
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"AWS": format!("arn:{partition}:iam::{management}:root")},
            "Action": "sts:AssumeRole",
        }],
    });
    Role {
        attached: vec![administrator(partition)],
        ..new_role(partition, account, ACCESS_ROLE, trust.to_string(), now)
    }
}

pub(super) fn out(role: &Role) -> Value {
    json!({
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn(),
        "CreateDate": iso(role.created),
        // IAM answers policies percent-encoded.
        "AssumeRolePolicyDocument": encoded(&role.trust),
        "Description": role.description,
        "MaxSessionDuration": role.max_session,
        "Tags": role.tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect::<Vec<_>>(),
    })
}

pub(super) fn encoded(policy: &str) -> String {
    percent_encoding::utf8_percent_encode(policy, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    role_name: Option<String>,
    path: Option<String>,
    path_prefix: Option<String>,
    description: Option<String>,
    assume_role_policy_document: Option<String>,
    policy_document: Option<String>,
    max_session_duration: Option<String>,
}

fn get(call: &Call<'_>, state: &State) -> Answer {
    let input: Input = call.input(INVALID)?;
    answer(&json!({"Role": out(&role(call, state, input.role_name)?)}))
}

fn list(call: &Call<'_>, state: &State) -> Answer {
    let input: Input = call.input(INVALID)?;
    let roles: Vec<Value> = state
        .roles
        .under(&format!("{}/", call.caller.account))
        .filter(|(_, role)| input.path_prefix.as_ref().is_none_or(|prefix| role.path.starts_with(prefix)))
        .map(|(_, role)| out(role))
        .collect();
    answer(&json!({"Roles": roles, "IsTruncated": false}))
}

pub(crate) fn check_document(text: &str) -> Result<(), Refusal> {
    policy::parse(text).map(|_| ()).map_err(|why| {
        Refusal::new("MalformedPolicyDocument", format!("The policy is not in the valid JSON format: {why}"))
    })
}

fn create(call: &Call<'_>, state: &mut State) -> Answer {
    let input: Input = call.input(INVALID)?;
    let name = required(input.role_name, "roleName")?;
    let trust = required(input.assume_role_policy_document, "assumeRolePolicyDocument")?;
    let valid = (1..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b));
    let path = input.path.unwrap_or_else(|| "/".into());
    if !valid || !path.starts_with('/') || !path.ends_with('/') || path.len() > 512 {
        return Err(Refusal::new(INVALID, "The specified value for roleName or path is invalid."));
    }
    check_document(&trust)?;
    if state.roles.contains(&Role::key(&call.caller.account, &name)) {
        return Err(Refusal::new("EntityAlreadyExists", format!("Role with name {name} already exists."))
            .with_status(409));
    }
    let max_session =
        input.max_session_duration.and_then(|text| text.parse().ok()).unwrap_or(DEFAULT_SESSION);
    let role = Role {
        path,
        max_session,
        description: input.description.unwrap_or_default(),
        ..new_role(state.partition(), &call.caller.account, &name, trust, call.now)
    };
    let output = json!({"Role": out(&role)});
    store(state, role);
    answer(&output)
}

fn update_trust(call: &Call<'_>, state: &mut State) -> Answer {
    let input: Input = call.input(INVALID)?;
    let mut role = role(call, state, input.role_name)?;
    role.trust = required(input.policy_document, "policyDocument")?;
    check_document(&role.trust)?;
    store(state, role);
    answer(&json!({}))
}

fn delete(call: &Call<'_>, state: &mut State) -> Answer {
    let input: Input = call.input(INVALID)?;
    let role = role(call, state, input.role_name)?;
    if role.path.starts_with("/aws-service-role/") {
        return Err(Refusal::new(
            "UnmodifiableEntity",
            "Cannot perform the operation on a service-linked role.",
        ));
    }
    if !role.attached.is_empty() || !role.inline.is_empty() {
        return Err(Refusal::new("DeleteConflict", "Cannot delete entity, must detach all policies first.")
            .with_status(409));
    }
    state.roles.remove(&Role::key(&role.account, &role.name));
    answer(&json!({}))
}
