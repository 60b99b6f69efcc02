//! GetResourcePolicies: the resource-based policy that RAM keeps for what it shares.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::model::{Arn, Principal};
use crate::sandbox::services::ram::admission::source_type;
use crate::sandbox::services::ram::{INVALID, malformed_arn, object, pager, permissions, required};
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
        let form = Form::of(&arn);
        let statements = statements(call, state, &text, form, input.principal.as_deref());
        if let Some(policy) = form.policy(statements) {
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

/// How a service writes its policies.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// As recorded of a subnet: the older version, numbered statements, a list of principals even where nobody is on the share.
    Numbered,
    /// As the user guide shows policies.
    Guide,
}

impl Form {
    fn of(arn: &Arn) -> Self {
        if arn.service() == "ec2" { Self::Numbered } else { Self::Guide }
    }

    /// The policy of these statements, if there are any.
    fn policy(self, statements: Vec<Map<String, Value>>) -> Option<Value> {
        if statements.is_empty() {
            return None;
        }
        let numbered = statements.into_iter().enumerate().map(|(at, mut statement)| {
            if self == Self::Numbered {
                statement.insert("Sid".into(), format!("RamStatement{}", at + 1).into());
            }
            Value::Object(statement)
        });
        let statements: Vec<Value> = numbered.collect();
        let version = if self == Self::Numbered { "2008-10-17" } else { "2012-10-17" };
        Some(json!({"Version": version, "Statement": statements}))
    }

    /// The accounts, roles and users of one statement.
    fn principal(self, mut named: Vec<String>) -> Option<Value> {
        match (self, named.len()) {
            (Self::Guide, 0) => None,
            (Self::Guide, 1) => Some(json!({"AWS": named.remove(0)})),
            _ => Some(json!({"AWS": named})),
        }
    }
}

/// One statement per share and kind of principal, of all shares that hold the resource.
fn statements(
    call: &Call<'_>,
    state: &State,
    arn: &str,
    form: Form,
    only: Option<&str>,
) -> Vec<Map<String, Value>> {
    let index = Member::entity_index(call.region, Side::Resource, arn);
    let mut statements = Vec::new();
    for member in state.members.indexed(&index).filter_map(|key| state.members.get(key)) {
        if member.entity != arn || member.status != Association::Associated {
            continue;
        }
        let Some(code) = &member.resource_type else { continue };
        let Some(template) = template(state, &Attachment::key(&member.share, code)) else { continue };
        let on = |side| {
            state.members_of(&member.share, side).filter(|member| member.status == Association::Associated)
        };
        let mut named = Vec::new();
        for principal in on(Side::Principal).filter(|member| only.is_none_or(|only| only == member.entity)) {
            match Principal::read(&principal.entity) {
                Principal::Account(id) => named.push(format!("arn:{}:iam::{id}:root", state.partition())),
                Principal::Role(arn) | Principal::User(arn) => named.push(arn.as_str().to_owned()),
                Principal::Organization(org) => {
                    let condition = json!({"StringEquals": {"aws:PrincipalOrgID": org.id().as_str()}});
                    statements.push(statement(&template, arn, json!("*"), &condition));
                }
                Principal::OrganizationalUnit(unit) => {
                    let Some(org) = state.org() else { continue };
                    let above = state.units_above(Some(unit.id().as_str()));
                    let path: Vec<&str> = above.iter().rev().map(|unit| unit.id.as_str()).collect();
                    let path = format!("{}/{}/{}/*", org.id, org.root, path.join("/"));
                    let condition = json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": [path]}});
                    statements.push(statement(&template, arn, json!("*"), &condition));
                }
                Principal::Service(service) => {
                    let sources = on(Side::Source).map(|source| source.entity.as_str());
                    for condition in origins(&call.caller.account, sources) {
                        statements.push(statement(&template, arn, json!({"Service": service}), &condition));
                    }
                }
                Principal::Other(_) => {}
            }
        }
        // Who is on the share otherwise has statements of its own.
        let others = on(Side::Principal).count() > named.len();
        if let Some(principal) =
            form.principal(named).filter(|principal| !others || principal["AWS"] != json!([]))
        {
            statements.push(statement(&template, arn, principal, &json!({})));
        }
    }
    statements
}

/// The policy of what is attached, with the share's values in the condition.
fn template(state: &State, attachment: &str) -> Option<Value> {
    let attached = state.attachments.get(attachment)?;
    let text = permissions::attached(state, attached)?.policy(state, attached.version)?;
    Some(permissions::rendered(serde_json::from_str(&text).ok()?, &attached.values))
}

/// Where a service may call for: one condition for each kind of source, or a call would have to come from all of them. The owner's
/// account is always among the accounts.
fn origins<'a>(owner: &str, sources: impl Iterator<Item = &'a str>) -> Vec<Value> {
    let mut accounts = BTreeSet::from([owner]);
    let (mut arns, mut organizations, mut paths) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for source in sources {
        match source_type(source) {
            Some("ACCOUNT") => accounts.insert(source),
            Some("ORGANIZATION") => organizations.insert(source),
            Some("ORGANIZATION_PATH") => paths.insert(source),
            _ => arns.insert(source),
        };
    }
    [
        ("StringEquals", "aws:SourceAccount", accounts),
        ("ArnLike", "aws:SourceArn", arns),
        ("StringEquals", "aws:SourceOrgID", organizations),
        ("ForAnyValue:StringLike", "aws:SourceOrgPaths", paths),
    ]
    .into_iter()
    .filter(|(_, _, values)| !values.is_empty())
    .map(|(operator, key, values)| json!({operator: {key: values}}))
    .collect()
}

fn statement(template: &Value, arn: &str, principal: Value, condition: &Value) -> Map<String, Value> {
    let mut conditions = template.get("Condition").cloned().unwrap_or_else(|| json!({}));
    for (operator, keys) in condition.as_object().into_iter().flatten() {
        for (key, value) in keys.as_object().into_iter().flatten() {
            conditions[operator.as_str()][key.as_str()] = value.clone();
        }
    }
    let mut statement = object([
        ("Effect", "Allow".into()),
        ("Principal", principal),
        ("Action", template.get("Action").cloned().unwrap_or_default()),
        ("Resource", arn.into()),
    ]);
    if conditions.as_object().is_some_and(|conditions| !conditions.is_empty()) {
        statement.insert("Condition".into(), conditions);
    }
    statement
}
