//! Whether the caller's IAM policies allow a call: the action, the resource and the condition keys that AWS documents for it.
//!
//! Source: service authorization reference for RAM, Organizations, IAM and STS; RAM user guide, "How AWS RAM works with IAM".

use serde_json::Value;

use crate::sandbox::services::iam::{PolicyContext, Request, Verdict, authorize};
use crate::sandbox::services::{Call, Refusal, Service, ram};
use crate::sandbox::state::State;

/// Refuses what no policy of the caller allows.
pub(crate) fn permit(
    call: &Call<'_>,
    state: &State,
    service: Service,
    operation: &str,
) -> Result<(), Refusal> {
    if call.caller.role.is_none() || operation == "GetCallerIdentity" {
        return Ok(());
    }
    let mut context = PolicyContext::default();
    context.set("aws:RequestedRegion", [call.region]);
    context.set("aws:PrincipalAccount", [call.caller.account.as_str()]);
    context.set("aws:PrincipalArn", [call.caller.arn.as_str()]);
    let resource = match service {
        Service::Ram => ram::describe_request(call, state, &mut context),
        Service::Sts => text(call.input, "RoleArn").unwrap_or("*").to_owned(),
        Service::Iam => iam_resource(call, &mut context),
        Service::Organizations => {
            if let Some(principal) = text(call.input, "ServicePrincipal") {
                context.set("organizations:ServicePrincipal", [principal]);
            }
            "*".to_owned()
        }
        Service::Tagging | Service::CloudTrail => "*".to_owned(),
    };
    let mut actions = vec![format!("{}:{operation}", service.prefix())];
    if service == Service::Ram {
        actions.extend(dependent_actions(operation, call.input).iter().map(|action| (*action).to_owned()));
    }
    for action in actions {
        let verdict = authorize(
            state,
            call.caller,
            &Request { action: &action, resource: &resource, context: &context },
        );
        let why = match verdict {
            Verdict::Allowed => continue,
            Verdict::Denied => "with an explicit deny in an identity-based policy".to_owned(),
            Verdict::Silent => format!("because no identity-based policy allows the {action} action"),
        };
        let message = format!(
            "User: {} is not authorized to perform: {action} on resource: {resource} {why}",
            call.caller.arn
        );
        let code = match service {
            Service::Sts | Service::Iam => "AccessDenied",
            _ => "AccessDeniedException",
        };
        let status = if service == Service::Organizations { 400 } else { 403 };
        return Err(Refusal::new(code, message).with_status(status));
    }
    Ok(())
}

/// What a RAM call needs besides its own action.
fn dependent_actions(operation: &str, input: &Value) -> &'static [&'static str] {
    let holds = |name: &str| input.get(name).and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    match operation {
        "CreateResourceShare" if holds("resourceArns") || holds("principals") => {
            &["ram:AssociateResourceShare"]
        }
        "EnableSharingWithAwsOrganization" => &[
            "iam:CreateServiceLinkedRole",
            "organizations:DescribeOrganization",
            "organizations:EnableAWSServiceAccess",
        ],
        _ => &[],
    }
}

fn iam_resource(call: &Call<'_>, context: &mut PolicyContext) -> String {
    if let Some(service) = text(call.input, "AWSServiceName") {
        context.set("iam:AWSServiceName", [service]);
        return format!("arn:aws:iam::{}:role/aws-service-role/{service}/*", call.caller.account);
    }
    match text(call.input, "RoleName") {
        Some("AWSServiceRoleForResourceAccessManager") => format!(
            "arn:aws:iam::{}:role/aws-service-role/ram.amazonaws.com/AWSServiceRoleForResourceAccessManager",
            call.caller.account
        ),
        Some(name) => format!("arn:aws:iam::{}:role/{name}", call.caller.account),
        None => "*".to_owned(),
    }
}

fn text<'a>(input: &'a Value, name: &str) -> Option<&'a str> {
    input.get(name).and_then(Value::as_str)
}
