//! Whether somebody may: trust policies, and the identity policies of roles.

use serde_json::Value;

use crate::sandbox::services::Caller;
use crate::sandbox::services::iam::policy::{PolicyContext, Request, Verdict, any, evaluate};
use crate::sandbox::state::State;

/// The managed policy that allows everything.
pub(crate) fn administrator(partition: &str) -> String {
    format!("arn:{partition}:iam::aws:policy/AdministratorAccess")
}

/// Whether a trust policy lets the caller assume the role.
pub(crate) fn trusts(trust: &str, caller: &Caller, state: &State, context: &PolicyContext) -> Verdict {
    let role = caller.role.as_ref().and_then(|key| state.roles.get(key)).map(|role| role.arn());
    let root = format!("arn:{}:iam::{}:root", state.partition(), caller.account);
    let means = |text: &str| {
        text == "*"
            || text == root
            || text == caller.account
            || text == caller.arn
            || role.as_deref() == Some(text)
    };
    let who = |principal: &Value| match principal {
        Value::String(text) => text == "*",
        Value::Object(kinds) => kinds.get("AWS").is_some_and(|aws| any(aws, means)),
        _ => false,
    };
    evaluate(trust, &Request { action: "sts:AssumeRole", resource: "*", context }, Some(&who))
}

/// What the caller's identity policies say. Keys that are not a role's are an account's own and may do anything.
pub(crate) fn authorize(state: &State, caller: &Caller, request: &Request<'_>) -> Verdict {
    let Some(key) = &caller.role else { return Verdict::Allowed };
    // A session outlives its role, but not what the role was allowed.
    let Some(role) = state.roles.get(key) else { return Verdict::Silent };
    let inline = role.inline.values().map(|document| evaluate(document, request, None));
    let attached = role
        .attached
        .iter()
        .map(|arn| managed(arn).map_or(Verdict::Silent, |text| evaluate(text, request, None)));
    inline.chain(attached).fold(Verdict::Silent, Verdict::and)
}

/// The text of the managed policies that the sandbox knows.
fn managed(arn: &str) -> Option<&'static str> {
    Some(match arn.rsplit('/').next()? {
        "AdministratorAccess" => r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
        "AWSResourceAccessManagerFullAccess" => {
            r#"{"Statement":[{"Effect":"Allow","Action":"ram:*","Resource":"*"}]}"#
        }
        "AWSResourceAccessManagerReadOnlyAccess" => {
            r#"{"Statement":[{"Effect":"Allow","Action":["ram:Get*","ram:List*"],"Resource":"*"}]}"#
        }
        "AWSOrganizationsReadOnlyAccess" => {
            r#"{"Statement":[{"Effect":"Allow","Action":["organizations:Describe*","organizations:List*"],"Resource":"*"}]}"#
        }
        _ => return None,
    })
}
