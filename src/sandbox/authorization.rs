//! Whether the caller's IAM policies allow a call: the action, the resource and the condition keys that AWS documents for it.
//!
//! Source: service authorization reference for RAM, Organizations, IAM and STS (condition keys, dependent actions); RAM user guide, "How AWS
//! RAM works with IAM", "Example IAM policies for AWS RAM" and "Troubleshooting".

use serde_json::Value;

use crate::sandbox::services::iam::{PolicyContext, Request, Verdict, authorize};
use crate::sandbox::services::{Call, Refusal, Service, ram};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ram::{home_region, partition_of};

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
    for question in questions(call, state, service, operation, context) {
        let Question { action, resource, context } = &question;
        let why = match authorize(state, call.caller, &Request { action, resource, context }) {
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
            Service::Ec2 => "UnauthorizedOperation",
            Service::Ram | Service::Organizations | Service::Tagging | Service::CloudTrail => {
                "AccessDeniedException"
            }
        };
        let status = if service == Service::Organizations { 400 } else { 403 };
        return Err(Refusal::new(code, message).with_status(status));
    }
    Ok(())
}

/// What one policy evaluation is asked.
struct Question {
    action: String,
    resource: String,
    context: PolicyContext,
}

/// Everything that must be allowed for a call.
fn questions(
    call: &Call<'_>,
    state: &State,
    service: Service,
    operation: &str,
    mut context: PolicyContext,
) -> Vec<Question> {
    let action = format!("{}:{operation}", service.prefix());
    let resource = match service {
        Service::Ram => return ram_questions(call, state, operation, &action, context),
        Service::Sts => text(call.input, "RoleArn").unwrap_or("*").to_owned(),
        Service::Iam => iam_resource(call, &mut context),
        Service::Organizations => {
            if let Some(principal) = text(call.input, "ServicePrincipal") {
                context.set("organizations:ServicePrincipal", [principal]);
            }
            "*".to_owned()
        }
        Service::Tagging | Service::CloudTrail | Service::Ec2 => "*".to_owned(),
    };
    vec![Question { action, resource, context }]
}

/// RAM asks about each principal and resource by itself, and about what it does in other services on the caller's behalf.
fn ram_questions(
    call: &Call<'_>,
    state: &State,
    operation: &str,
    action: &str,
    context: PolicyContext,
) -> Vec<Question> {
    let holds = |name| call.input.get(name).and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    let makes_with_content =
        operation == "CreateResourceShare" && (holds("resourceArns") || holds("principals"));
    let mut questions = Vec::new();
    for subject in ram::subjects(call, state, operation, context.clone()) {
        let ram::Subject { resource, context: keys, service_actions } = subject;
        let question = |action: &str| Question {
            action: action.into(),
            resource: resource.clone(),
            context: keys.clone(),
        };
        questions.push(question(action));
        if makes_with_content {
            questions.push(question("ram:AssociateResourceShare"));
        }
        questions.extend(service_actions.into_iter().map(|(action, resource)| Question {
            action: action.to_owned(),
            resource,
            context: context.clone(),
        }));
    }
    if operation == "EnableSharingWithAwsOrganization" {
        questions.extend(enabling(call, context));
    }
    questions
}

/// Turning on sharing makes these calls in the caller's name, where those services live.
fn enabling(call: &Call<'_>, mut context: PolicyContext) -> [Question; 3] {
    const RAM: &str = "ram.amazonaws.com";
    context.set("aws:RequestedRegion", [home_region(partition_of(call.region))]);
    context.set("iam:AWSServiceName", [RAM]);
    context.set("organizations:ServicePrincipal", [RAM]);
    let question = |action: &str, resource: String| Question {
        action: action.to_owned(),
        resource,
        context: context.clone(),
    };
    [
        question("organizations:DescribeOrganization", "*".to_owned()),
        question("organizations:EnableAWSServiceAccess", "*".to_owned()),
        question("iam:CreateServiceLinkedRole", service_linked_role(call.region, &call.caller.account, RAM)),
    ]
}

/// The ARN of a role that a service owns.
fn service_linked_role(region: &str, account: &str, service: &str) -> String {
    let name = if service == "ram.amazonaws.com" { "AWSServiceRoleForResourceAccessManager" } else { "*" };
    format!("arn:{}:iam::{account}:role/aws-service-role/{service}/{name}", partition_of(region))
}

fn iam_resource(call: &Call<'_>, context: &mut PolicyContext) -> String {
    if let Some(service) = text(call.input, "AWSServiceName") {
        context.set("iam:AWSServiceName", [service]);
        return service_linked_role(call.region, &call.caller.account, service);
    }
    match text(call.input, "RoleName") {
        Some("AWSServiceRoleForResourceAccessManager") => {
            service_linked_role(call.region, &call.caller.account, "ram.amazonaws.com")
        }
        Some(name) => format!("arn:{}:iam::{}:role/{name}", partition_of(call.region), call.caller.account),
        None => "*".to_owned(),
    }
}

fn text<'a>(input: &'a Value, name: &str) -> Option<&'a str> {
    input.get(name).and_then(Value::as_str)
}
