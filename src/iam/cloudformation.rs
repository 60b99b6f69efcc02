//! The policy as a CloudFormation template: a managed policy to attach to the role.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::iam::policy::Policy;
use crate::iam::scope::{AccountPolicy, Role};

/// A template with the resource `RamctlPolicy`, and `RamctlPolicy2` and so on where one policy is too long.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Template {
    #[serde(rename = "AWSTemplateFormatVersion")]
    version: &'static str,
    description: String,
    resources: BTreeMap<String, Resource>,
    outputs: BTreeMap<String, Output>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    r#type: &'static str,
    properties: Properties,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    description: String,
    policy_document: Policy,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    value: Reference,
}

#[derive(Debug, Serialize)]
struct Reference {
    #[serde(rename = "Ref")]
    to: String,
}

/// The template for the account of a policy.
pub fn template(stack: &str, role: Role, of: &AccountPolicy) -> Template {
    let (verb, verbs) = match role {
        Role::Plan => ("plan", "plans"),
        Role::Apply => ("apply", "applies"),
    };
    let numbered = |name: &str, at: usize| match at {
        0 => name.to_owned(),
        at => format!("{name}{}", at + 1),
    };
    let (mut resources, mut outputs) = (BTreeMap::new(), BTreeMap::new());
    for (at, policy_document) in of.policy.parts().into_iter().enumerate() {
        let name = numbered("RamctlPolicy", at);
        let properties = Properties {
            description: format!("For the identity with which ramctl {verbs} the stack {stack}"),
            policy_document,
        };
        outputs.insert(numbered("PolicyArn", at), Output { value: Reference { to: name.clone() } });
        resources.insert(name, Resource { r#type: "AWS::IAM::ManagedPolicy", properties });
    }
    Template {
        version: "2010-09-09",
        description: format!("What ramctl needs in this account to {verb} the stack {stack}"),
        resources,
        outputs,
    }
}
