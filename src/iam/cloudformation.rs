//! The policy as a CloudFormation template: a managed policy to attach to the role.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::iam::policy::Policy;
use crate::iam::scope::{AccountPolicy, Role};

/// A template with one resource, `RamctlPolicy`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Template<'a> {
    #[serde(rename = "AWSTemplateFormatVersion")]
    version: &'static str,
    description: String,
    resources: BTreeMap<&'static str, Resource<'a>>,
    outputs: BTreeMap<&'static str, Output>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Resource<'a> {
    r#type: &'static str,
    properties: Properties<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Properties<'a> {
    description: String,
    policy_document: &'a Policy,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    value: Reference,
}

#[derive(Debug, Serialize)]
struct Reference {
    #[serde(rename = "Ref")]
    to: &'static str,
}

/// The template for the account of a policy.
pub fn template<'a>(stack: &str, role: Role, of: &'a AccountPolicy) -> Template<'a> {
    const NAME: &str = "RamctlPolicy";
    let (verb, verbs) = match role {
        Role::Plan => ("plan", "plans"),
        Role::Apply => ("apply", "applies"),
    };
    let resource = Resource {
        r#type: "AWS::IAM::ManagedPolicy",
        properties: Properties {
            description: format!("For the identity with which ramctl {verbs} the stack {stack}"),
            policy_document: &of.policy,
        },
    };
    Template {
        version: "2010-09-09",
        description: format!("What ramctl needs in this account to {verb} the stack {stack}"),
        resources: BTreeMap::from([(NAME, resource)]),
        outputs: BTreeMap::from([("PolicyArn", Output { value: Reference { to: NAME } })]),
    }
}
