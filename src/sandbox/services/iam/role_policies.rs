//! The policies of roles: inline ones, and AWS's managed ones by ARN.

use serde::Deserialize;
use serde_json::json;

use crate::sandbox::services::iam::roles::{check_document, encoded};
use crate::sandbox::services::iam::{INVALID, required, role, store};
use crate::sandbox::services::{Answer, Call, Operation, Refusal, answer};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_account::Role;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("PutRolePolicy", put),
    Operation::read("GetRolePolicy", get),
    Operation::read("ListRolePolicies", list),
    Operation::write("DeleteRolePolicy", delete),
    Operation::write("AttachRolePolicy", attach),
    Operation::write("DetachRolePolicy", detach),
    Operation::read("ListAttachedRolePolicies", list_attached),
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    role_name: Option<String>,
    policy_name: Option<String>,
    policy_document: Option<String>,
    policy_arn: Option<String>,
}

/// A role that is not a service's own.
fn changeable(call: &Call<'_>, state: &State, name: Option<String>) -> Result<Role, Refusal> {
    let role = role(call, state, name)?;
    if role.path.starts_with("/aws-service-role/") {
        return Err(Refusal::new(
            "UnmodifiableEntity",
            "Cannot perform the operation on a service-linked role.",
        ));
    }
    Ok(role)
}

fn no_such_policy(name: &str) -> Refusal {
    Refusal::new("NoSuchEntity", format!("The role policy with name {name} cannot be found."))
        .with_status(404)
}

fn put(call: &Call<'_>, state: &mut State) -> Answer {
    let input: Input = call.input(INVALID)?;
    let mut role = changeable(call, state, input.role_name)?;
    let document = required(input.policy_document, "policyDocument")?;
    check_document(&document)?;
    role.inline.insert(required(input.policy_name, "policyName")?, document);
    store(state, role);
    answer(&json!({}))
}

fn get(call: &Call<'_>, state: &State) -> Answer {
    let input: Input = call.input(INVALID)?;
    let role = role(call, state, input.role_name)?;
    let name = required(input.policy_name, "policyName")?;
    let document = role.inline.get(&name).ok_or_else(|| no_such_policy(&name))?;
    answer(&json!({"RoleName": role.name, "PolicyName": name, "PolicyDocument": encoded(document)}))
}

fn list(call: &Call<'_>, state: &State) -> Answer {
    let input: Input = call.input(INVALID)?;
    let role = role(call, state, input.role_name)?;
    answer(&json!({"PolicyNames": role.inline.keys().collect::<Vec<_>>(), "IsTruncated": false}))
}

fn delete(call: &Call<'_>, state: &mut State) -> Answer {
    let input: Input = call.input(INVALID)?;
    let mut role = changeable(call, state, input.role_name)?;
    let name = required(input.policy_name, "policyName")?;
    role.inline.remove(&name).ok_or_else(|| no_such_policy(&name))?;
    store(state, role);
    answer(&json!({}))
}

fn attach(call: &Call<'_>, state: &mut State) -> Answer {
    let input: Input = call.input(INVALID)?;
    let mut role = changeable(call, state, input.role_name)?;
    let arn = required(input.policy_arn, "policyArn")?;
    if !arn.starts_with(&format!("arn:{}:iam::aws:policy/", state.partition())) {
        return Err(Refusal::new(
            "NoSuchEntity",
            format!("Policy {arn} does not exist or is not attachable."),
        )
        .with_status(404));
    }
    if !role.attached.contains(&arn) {
        role.attached.push(arn);
    }
    store(state, role);
    answer(&json!({}))
}

fn detach(call: &Call<'_>, state: &mut State) -> Answer {
    let input: Input = call.input(INVALID)?;
    let mut role = changeable(call, state, input.role_name)?;
    let arn = required(input.policy_arn, "policyArn")?;
    if !role.attached.contains(&arn) {
        return Err(Refusal::new("NoSuchEntity", format!("Policy {arn} was not found.")).with_status(404));
    }
    role.attached.retain(|attached| *attached != arn);
    store(state, role);
    answer(&json!({}))
}

fn list_attached(call: &Call<'_>, state: &State) -> Answer {
    let input: Input = call.input(INVALID)?;
    let role = role(call, state, input.role_name)?;
    let attached: Vec<_> = role
        .attached
        .iter()
        .map(|arn| json!({"PolicyName": arn.rsplit('/').next().unwrap_or_default(), "PolicyArn": arn}))
        .collect();
    answer(&json!({"AttachedPolicies": attached, "IsTruncated": false}))
}
