//! The IAM condition keys of a RAM request.

use serde_json::Value;

use crate::model::Arn;
use crate::sandbox::services::Call;
use crate::sandbox::services::iam::PolicyContext;
use crate::sandbox::services::ram::{kinds, share_id};
use crate::sandbox::state::State;

fn text<'a>(input: &'a Value, name: &str) -> Option<&'a str> {
    input.get(name).and_then(Value::as_str)
}

fn texts<'a>(input: &'a Value, name: &str) -> Vec<&'a str> {
    input.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Sets the keys that the request has; returns the ARN that it is about, `*` where it is about none.
pub(crate) fn describe_request(call: &Call<'_>, state: &State, context: &mut PolicyContext) -> String {
    let input = call.input;
    let mut resource = "*".to_owned();
    if let Some(arn) = text(input, "resourceShareArn") {
        resource = arn.to_owned();
        if let Ok(id) = share_id(arn)
            && let Some(share) = state.shares.get(&id.key())
        {
            context.set("ram:ResourceShareName", [share.name.as_str()]);
            context
                .set("ram:AllowsExternalPrincipals", [if share.allow_external { "true" } else { "false" }]);
            context.set("ram:ShareOwnerAccountId", [share.id.account.as_str()]);
            for (key, value) in &share.tags {
                context.set(&format!("aws:ResourceTag/{key}"), [value.as_str()]);
            }
        }
    } else if let Some(arn) = text(input, "permissionArn")
        .or(text(input, "resourceArn"))
        .or(text(input, "resourceShareInvitationArn"))
    {
        resource = arn.to_owned();
    }
    if let Some(arn) = text(input, "permissionArn") {
        context.set("ram:PermissionArn", [arn]);
    }
    let permissions = texts(input, "permissionArns");
    if !permissions.is_empty() {
        context.set("ram:PermissionArn", permissions);
    }
    if let Some(name) = text(input, "name") {
        context.set("ram:ResourceShareName", [name]);
    }
    if let Some(flag) = input.get("allowExternalPrincipals").and_then(Value::as_bool) {
        context.set("ram:RequestedAllowsExternalPrincipals", [if flag { "true" } else { "false" }]);
    }
    if let Some(flag) = input
        .pointer("/resourceShareConfiguration/retainSharingOnAccountLeaveOrganization")
        .and_then(Value::as_bool)
    {
        context.set("ram:RetainSharingOnAccountLeaveOrganization", [if flag { "true" } else { "false" }]);
    }
    let principals = texts(input, "principals");
    if !principals.is_empty() {
        context.set("ram:Principal", principals);
    }
    let arns = texts(input, "resourceArns");
    if !arns.is_empty() {
        let codes: Vec<&str> =
            arns.iter().filter_map(|arn| Some(kinds::of_arn(&Arn::parse(arn).ok()?)?.code())).collect();
        context.set("ram:RequestedResourceType", codes);
        context.set("ram:ResourceArn", arns);
    }
    if let Some(code) = text(input, "resourceType") {
        context.set("ram:PermissionResourceType", [code]);
    }
    let tags = input.get("tags").and_then(Value::as_array).into_iter().flatten();
    let mut keys: Vec<&str> = texts(input, "tagKeys");
    for tag in tags {
        if let (Some(key), Some(value)) = (text(tag, "key"), text(tag, "value")) {
            context.set(&format!("aws:RequestTag/{key}"), [value]);
            keys.push(key);
        }
    }
    if !keys.is_empty() {
        context.set("aws:TagKeys", keys);
    }
    resource
}
