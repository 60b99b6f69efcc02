//! GetResourcePolicies: the resource-based policy that RAM keeps for what it shares.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::model::{Arn, Principal};
use crate::sandbox::services::ram::permissions::resolve;
use crate::sandbox::services::ram::{INVALID, malformed_arn, pager, required};
use crate::sandbox::services::{Answer, Call, Operation, Refusal, answer};
use crate::sandbox::settings::Resources;
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ram::*;

pub(super) const OPERATIONS: &[Operation] = &[Operation::read("GetResourcePolicies", get)];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    resource_arns: Option<Vec<String>>,
    principal: Option<String>,
}

fn get(call: &Call<'_>, state: &State) -> Answer {
    let input: Input = call.input(INVALID)?;
    let mut policies = Vec::new();
    for text in required(input.resource_arns, "resourceArns")? {
        let arn = Arn::parse(&text).map_err(|_| malformed_arn(&text))?;
        let mine = arn.account() == call.caller.account;
        let gone = call.behaviour.resources == Resources::Listed
            && !state.resources.contains(&format!("{}/{text}", call.caller.account));
        if !mine || gone {
            return Err(Refusal::new(
                "ResourceArnNotFoundException",
                format!("The resource {text} could not be found."),
            ));
        }
        let statements = statements(call, state, &text, input.principal.as_deref());
        if !statements.is_empty() {
            let policy = json!({"Version": "2012-10-17", "Statement": statements});
            policies.push((text, policy.to_string()));
        }
    }
    policies.sort();
    let page = pager(call, "GetResourcePolicies", false)?.take_sorted(policies);
    let mut output = json!({"policies": page.rows});
    if let Some(next) = page.next {
        output["nextToken"] = next.into();
    }
    answer(&output)
}

/// One statement per share and kind of principal, of all shares that hold the resource.
fn statements(call: &Call<'_>, state: &State, arn: &str, only: Option<&str>) -> Vec<Value> {
    let index = Member::entity_index(call.region, Side::Resource, arn);
    let mut statements = Vec::new();
    for member in state.members.indexed(&index).filter_map(|key| state.members.get(key)) {
        if member.entity != arn || member.status != Association::Associated {
            continue;
        }
        let Some(code) = &member.resource_type else { continue };
        let attached = state.attachments.get(&Attachment::key(&member.share, code));
        let permission = attached.and_then(|attached| {
            resolve(call, state, &attached.permission).ok()?.policy(state, attached.version)
        });
        let Some(template) = permission.and_then(|text| serde_json::from_str::<Value>(&text).ok()) else {
            continue;
        };
        let principals: Vec<&Member> = state
            .members_of(&member.share, Side::Principal)
            .filter(|principal| principal.status == Association::Associated)
            .filter(|principal| only.is_none_or(|only| only == principal.entity))
            .collect();
        let mut named = Vec::new();
        for principal in principals {
            match Principal::read(&principal.entity) {
                Principal::Account(id) => named.push(Value::from(format!("arn:aws:iam::{id}:root"))),
                Principal::Role(arn) | Principal::User(arn) => named.push(Value::from(arn.as_str())),
                Principal::Organization(org) => {
                    let condition = json!({"StringEquals": {"aws:PrincipalOrgID": org.id().as_str()}});
                    statements.push(statement(&template, arn, json!("*"), Some(condition)));
                }
                Principal::OrganizationalUnit(unit) => {
                    let Some(org) = state.org() else { continue };
                    let above = state.units_above(Some(unit.id().as_str()));
                    let path: Vec<&str> = above.iter().rev().map(|unit| unit.id.as_str()).collect();
                    let path = format!("{}/{}/{}/*", org.id, org.root, path.join("/"));
                    let condition = json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": [path]}});
                    statements.push(statement(&template, arn, json!("*"), Some(condition)));
                }
                Principal::Service(service) => {
                    let mut accounts = vec![call.caller.account.clone()];
                    accounts.extend(
                        state.members_of(&member.share, Side::Source).map(|source| source.entity.clone()),
                    );
                    accounts.sort();
                    accounts.dedup();
                    let condition = json!({"StringEquals": {"aws:SourceAccount": accounts}});
                    statements.push(statement(&template, arn, json!({"Service": service}), Some(condition)));
                }
                Principal::Other(_) => {}
            }
        }
        if !named.is_empty() {
            statements.push(statement(&template, arn, json!({"AWS": named}), None));
        }
    }
    statements
}

fn statement(template: &Value, arn: &str, principal: Value, condition: Option<Value>) -> Value {
    let mut conditions = template.get("Condition").cloned().unwrap_or_else(|| json!({}));
    for (operator, keys) in condition.iter().filter_map(Value::as_object).flatten() {
        for (key, value) in keys.as_object().into_iter().flatten() {
            conditions[operator.as_str()][key.as_str()] = value.clone();
        }
    }
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": principal,
        "Action": template.get("Action").cloned().unwrap_or_default(),
        "Resource": arn,
    });
    if conditions.as_object().is_some_and(|conditions| !conditions.is_empty()) {
        statement["Condition"] = conditions;
    }
    statement
}
