//! Service-linked roles.

use serde::Deserialize;
use serde_json::json;

use crate::sandbox::clock::Millis;
use crate::sandbox::services::iam::{INVALID, new_role, no_such_role, required, roles, store};
use crate::sandbox::services::{Answer, Call, Operation, Refusal, answer, uuid};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_account::Role;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateServiceLinkedRole", create),
    Operation::write("DeleteServiceLinkedRole", delete),
    Operation::read("GetServiceLinkedRoleDeletionStatus", deletion_status),
];

/// The role of a service in an account.
pub(crate) fn service_linked_role(partition: &str, account: &str, service: &str, now: Millis) -> Role {
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}],
    });
    let (name, policy) = names(service);
    Role {
        path: format!("/aws-service-role/{service}/"),
        attached: vec![format!("arn:{partition}:iam::aws:policy/aws-service-role/{policy}")],
        ..new_role(partition, account, &name, trust.to_string(), now)
    }
}

/// Role name and policy name; RAM's are AWS's, those of other services follow the usual pattern.
fn names(service: &str) -> (String, String) {
    if service == "ram.amazonaws.com" {
        return (
            "AWSServiceRoleForResourceAccessManager".into(),
            "AWSResourceAccessManagerServiceRolePolicy".into(),
        );
    }
    let word = service.split('.').next().unwrap_or_default();
    let word: String =
        word.chars().next().into_iter().flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect();
    (format!("AWSServiceRoleFor{word}"), format!("AWS{word}ServiceRolePolicy"))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    #[serde(rename = "AWSServiceName")]
    service: Option<String>,
    description: Option<String>,
    role_name: Option<String>,
    deletion_task_id: Option<String>,
}

fn create(call: &Call<'_>, state: &mut State) -> Answer {
    let input: Input = call.input(INVALID)?;
    let service = required(input.service, "AWSServiceName")?;
    if !service.ends_with(".amazonaws.com") || service.len() > 128 {
        return Err(Refusal::new(
            "InvalidInput",
            format!("{service} is not a service that has service-linked roles."),
        ));
    }
    let role = Role {
        description: input.description.unwrap_or_default(),
        ..service_linked_role(state.partition(), &call.caller.account, &service, call.now)
    };
    if state.roles.contains(&Role::key(&role.account, &role.name)) {
        return Err(Refusal::new(
            "InvalidInput",
            format!(
                "Service role name {} has been taken in this account, please try a different suffix.",
                role.name
            ),
        ));
    }
    let output = json!({"Role": roles::out(&role)});
    store(state, role);
    answer(&output)
}

fn delete(call: &Call<'_>, state: &mut State) -> Answer {
    let input: Input = call.input(INVALID)?;
    let name = required(input.role_name, "roleName")?;
    let key = Role::key(&call.caller.account, &name);
    let role = state.roles.get(&key).filter(|role| role.path.starts_with("/aws-service-role/"));
    let path = role.map(|role| role.path.clone()).ok_or_else(|| no_such_role(&name))?;
    state.roles.remove(&key);
    answer(&json!({"DeletionTaskId": format!("task{path}{name}/{}", uuid())}))
}

fn deletion_status(call: &Call<'_>, _: &State) -> Answer {
    let input: Input = call.input(INVALID)?;
    required(input.deletion_task_id, "deletionTaskId")?;
    answer(&json!({"Status": "SUCCEEDED"}))
}
