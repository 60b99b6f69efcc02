//! What IAM is asked about a RAM request: resources and condition keys.
//!
//! Source: service authorization reference; RAM user guide, "Example IAM policies": RAM authorizes each principal and each resource of a
//! request on its own, so that a policy never sees `ram:Principal` and `ram:RequestedResourceType` together.

use serde_json::Value;

use crate::model::{Arn, PermissionArn};
use crate::sandbox::services::Call;
use crate::sandbox::services::iam::PolicyContext;
use crate::sandbox::services::ram::{kinds, share_id};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ram::Permission;

fn text<'a>(input: &'a Value, name: &str) -> Option<&'a str> {
    input.get(name).and_then(Value::as_str)
}

fn texts<'a>(input: &'a Value, name: &str) -> Vec<&'a str> {
    input.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// One thing that the request is about, with the keys that a policy sees.
pub(crate) struct Subject {
    /// An ARN; `*` where the request is about none that exists.
    pub resource: String,
    pub context: PolicyContext,
    /// What the owning service must allow too, each with the ARN that it is about.
    pub service_actions: Vec<(&'static str, String)>,
}

/// What the request is about, at least one subject; all of them must be allowed. `context` has the keys of any request.
pub(crate) fn subjects(
    call: &Call<'_>,
    state: &State,
    operation: &str,
    mut context: PolicyContext,
) -> Vec<Subject> {
    let resource = describe(call, state, &mut context);
    let subject = |context| Subject { resource: resource.clone(), context, service_actions: Vec::new() };
    match operation {
        "CreateResourceShare" | "AssociateResourceShare" | "DisassociateResourceShare" => {
            let mut parts = Vec::new();
            for principal in texts(call.input, "principals") {
                let mut context = context.clone();
                context.set("ram:Principal", [principal]);
                parts.push(subject(context));
            }
            for arn in texts(call.input, "resourceArns") {
                let kind = Arn::parse(arn).ok().and_then(|arn| kinds::of_arn(&arn));
                let mut part = subject(context.clone());
                part.context.set("ram:ResourceArn", [arn]);
                part.context.set("ram:RequestedResourceType", kind.map(|kind| kind.code()));
                if operation != "DisassociateResourceShare" {
                    part.service_actions =
                        kind.map_or_else(Vec::new, |kind| kind.sharer_actions(arn)).into_iter().collect();
                }
                parts.push(part);
            }
            if parts.is_empty() { vec![subject(context)] } else { parts }
        }
        "AssociateResourceSharePermission" | "DisassociateResourceSharePermission" => {
            // Two resources, and the tags are those of the share.
            let permission = text(call.input, "permissionArn").unwrap_or("*").to_owned();
            let of_permission = context.without("aws:ResourceTag/");
            vec![
                subject(context),
                Subject { resource: permission, context: of_permission, service_actions: Vec::new() },
            ]
        }
        _ => vec![subject(context)],
    }
}

/// Sets the keys that the request has; returns the ARN that it is about.
fn describe(call: &Call<'_>, state: &State, context: &mut PolicyContext) -> String {
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
        if let Ok(parsed) = PermissionArn::parse(arn) {
            let key = Permission::key(parsed.arn().account(), parsed.arn().region(), parsed.name());
            for (key, value) in state.permissions.get(&key).into_iter().flat_map(|found| &found.tags) {
                context.set(&format!("aws:ResourceTag/{key}"), [value.as_str()]);
            }
        }
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
