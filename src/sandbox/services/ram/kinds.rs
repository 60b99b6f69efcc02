//! What RAM can share: the resource types and the permissions that AWS manages for them.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::catalog::{self, RegionScope, TypeFacts};
use crate::model::Arn;
use crate::sandbox::clock::{HOUR, Millis};
use crate::sandbox::services::ram::{INVALID, one_of, pager};
use crate::sandbox::services::{Answer, Call, Operation, answer};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ram::partition_of;

pub(super) const OPERATIONS: &[Operation] = &[Operation::read("ListResourceTypes", list_resource_types)];

/// A resource type that RAM knows, and what RAM makes of what the catalog leaves open.
pub(super) struct Kind {
    facts: &'static TypeFacts,
    /// Names of the AWS managed permissions; the default first.
    permissions: Vec<String>,
}

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    catalog::types()
        .map(|facts| {
            let code = facts.code.as_str();
            let default = facts.default_permission.clone().unwrap_or_else(|| made_up_default(code));
            Kind {
                facts,
                permissions: std::iter::once(default).chain(facts.other_permissions.clone()).collect(),
            }
        })
        .collect()
});

/// The sandbox's own name where no source names a type's default permission.
fn made_up_default(code: &str) -> String {
    let words = code.split([':', '-', '.']).map(|word| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect::<String>())
            .unwrap_or_default()
    });
    format!("AWSRAMDefaultPermission{}", words.collect::<String>())
}

impl Kind {
    /// `ec2:Subnet`.
    pub(super) fn code(&self) -> &'static str {
        self.facts.code.as_str()
    }

    /// Whether the type is shared with accounts outside the organization.
    pub(super) fn outside(&self) -> bool {
        self.facts.outside_organization.unwrap_or(true)
    }

    pub(super) fn iam_principals(&self) -> bool {
        self.facts.iam_principals.unwrap_or(true)
    }

    pub(super) fn service_principals(&self) -> bool {
        self.facts.service_principals.unwrap_or(true)
    }

    pub(super) fn customer_permissions(&self) -> bool {
        self.facts.customer_managed_permissions.unwrap_or(true)
    }

    pub(super) fn is_global(&self) -> bool {
        self.facts.region_scope == Some(RegionScope::Global)
    }

    pub(super) fn invitation_window(&self) -> Millis {
        Millis::from(self.facts.invitation_hours.unwrap_or(12)) * HOUR
    }

    pub(super) fn consumer_can_leave(&self) -> bool {
        self.facts.consumer_can_leave.unwrap_or(false)
    }

    /// What the owning service must allow whoever shares `arn`. Actions that only read are about no single resource.
    pub(super) fn sharer_actions(&self, arn: &str) -> Vec<(&'static str, String)> {
        let actions: &'static [String] = self.facts.sharer_actions.as_deref().unwrap_or_default();
        let about = |action: &str| if action.contains(":Describe") { "*" } else { arn }.to_owned();
        actions.iter().map(|action| (action.as_str(), about(action))).collect()
    }

    pub(super) fn default_permission(&'static self, partition: &'static str) -> Managed {
        Managed { partition, name: &self.permissions[0], kind: self, is_default: true }
    }

    /// `resourceRegionScope`.
    pub(super) fn scope(&self) -> &'static str {
        if self.is_global() { "GLOBAL" } else { "REGIONAL" }
    }
}

pub(super) fn all() -> &'static [Kind] {
    &KINDS
}

/// The type of a resource, from the form of its ARN.
pub(super) fn of_arn(arn: &Arn) -> Option<&'static Kind> {
    by_code(catalog::type_of(arn)?.code.as_str())
}

/// The type of a resource that is on a share.
#[cfg(test)]
fn of_entity(arn: &str) -> Option<&'static Kind> {
    of_arn(&Arn::parse(arn).ok()?)
}

/// The type with a code, in whatever case.
pub(super) fn by_code(code: &str) -> Option<&'static Kind> {
    all().iter().find(|kind| kind.code().eq_ignore_ascii_case(code))
}

/// A permission that AWS manages.
#[derive(Clone, Copy)]
pub(super) struct Managed {
    partition: &'static str,
    pub name: &'static str,
    pub kind: &'static Kind,
    pub is_default: bool,
}

impl Managed {
    pub(super) fn arn(self) -> String {
        format!("arn:{}:ram::aws:permission/{}", self.partition, self.name)
    }

    /// The current version: AWS's where it was recorded, else 1, until somebody lets AWS publish another.
    pub(super) fn version(self, state: &State) -> u32 {
        state
            .published
            .get(self.name)
            .map_or_else(|| first_version(self.name), |published| published.versions)
    }

    /// The policy's text. The actions are AWS's for the types that are shared most, the service's reading actions for the rest.
    pub(super) fn policy(self, version: u32) -> String {
        let service = self.kind.code().split(':').next().unwrap_or_default();
        let mut actions: Vec<String> = match actions(self.kind.code()) {
            Some(actions) if self.is_default => {
                actions.iter().map(|action| format!("{service}:{action}")).collect()
            }
            _ => ["Describe*", "Get*", "List*"].iter().map(|action| format!("{service}:{action}")).collect(),
        };
        actions.extend((2..=version).map(|version| format!("{service}:AddedInVersion{version}")));
        serde_json::json!({"Effect": "Allow", "Action": actions}).to_string()
    }
}

/// The current version of a permission before anything is published in the sandbox (documentation samples).
pub(crate) fn first_version(name: &str) -> u32 {
    match name {
        "AWSRAMPermissionGlueAllTablesReadWriteForDatabase"
        | "AWSRAMPermissionGlueDatabaseReadWrite"
        | "AWSRAMPermissionGlueTableReadWriteForDatabase" => 2,
        _ => 1,
    }
}

/// Actions of the default permissions, as the RAM console shows them.
fn actions(code: &str) -> Option<&'static [&'static str]> {
    Some(match code {
        // As recorded.
        "ec2:Subnet" => &["RunInstances", "CreateNetworkInterface", "DescribeSubnets"],
        "imagebuilder:Image" => &["GetImage", "ListImages"],
        "ec2:TransitGateway" => &[
            "DescribeTransitGateways",
            "CreateTransitGatewayVpcAttachment",
            "DeleteTransitGatewayVpcAttachment",
            "ModifyTransitGatewayVpcAttachment",
            "AcceptTransitGatewayVpcAttachment",
        ],
        "ec2:PrefixList" => &["DescribeManagedPrefixLists", "GetManagedPrefixListEntries"],
        "ec2:IpamPool" => &[
            "AllocateIpamPoolCidr",
            "GetIpamPoolAllocations",
            "GetIpamPoolCidrs",
            "ReleaseIpamPoolAllocation",
        ],
        "route53resolver:ResolverRule" => &[
            "GetResolverRule",
            "AssociateResolverRule",
            "DisassociateResolverRule",
            "ListResolverRules",
            "ListResolverRuleAssociations",
        ],
        _ => return None,
    })
}

pub(super) fn managed(partition: &'static str) -> impl Iterator<Item = Managed> {
    all().iter().flat_map(move |kind| {
        kind.permissions.iter().enumerate().map(move |(at, name)| Managed {
            partition,
            name,
            kind,
            is_default: at == 0,
        })
    })
}

/// The ARN of the permission that a type gets by itself; empty for a type that is none.
pub(crate) fn default_permission_arn(code: &str, region: &str) -> String {
    by_code(code).map(|kind| kind.default_permission(partition_of(region)).arn()).unwrap_or_default()
}

/// Whether AWS manages a permission of this name.
pub(crate) fn is_managed(name: &str) -> bool {
    managed_by_name("aws", name).is_some()
}

pub(super) fn managed_by_name(partition: &'static str, name: &str) -> Option<Managed> {
    managed(partition).find(|permission| permission.name == name)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListInput {
    resource_region_scope: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TypeOut {
    resource_type: &'static str,
    service_name: &'static str,
    resource_region_scope: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListOutput {
    resource_types: Vec<TypeOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

fn list_resource_types(call: &Call<'_>, _: &State) -> Answer {
    let input: ListInput = call.input(INVALID)?;
    let scope = input.resource_region_scope.as_deref();
    one_of(scope, "resourceRegionScope", &["ALL", "REGIONAL", "GLOBAL"])?;
    let mut kinds: Vec<(String, TypeOut)> = all()
        .iter()
        .filter(|kind| scope.is_none_or(|scope| scope == "ALL" || scope == kind.scope()))
        .map(|kind| {
            let service_name = kind.code().split(':').next().unwrap_or_default();
            (
                kind.code().to_owned(),
                TypeOut { resource_type: kind.code(), service_name, resource_region_scope: kind.scope() },
            )
        })
        .collect();
    kinds.sort_by(|(a, _), (b, _)| a.cmp(b));
    let page = pager(call, "ListResourceTypes", false)?.take_sorted(kinds);
    answer(&ListOutput { resource_types: page.rows, next_token: page.next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_tells_its_type() {
        for (arn, code) in [
            ("arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1", Some("ec2:Subnet")),
            ("arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1", Some("ec2:TransitGateway")),
            ("arn:aws:ec2:eu-central-1:222222222222:transit-gateway-attachment/x", None),
            ("arn:aws:ec2::222222222222:ipam-pool/ipam-pool-1", Some("ec2:IpamPool")),
            ("arn:aws:ec2:eu-central-1:222222222222:ipam-pool/ipam-pool-1", None),
            ("arn:aws:rds:eu-central-1:222222222222:cluster:blue", Some("rds:Cluster")),
            ("arn:aws:ssm:eu-central-1:222222222222:parameter/app/x", Some("ssm:Parameter")),
            ("arn:aws:glue:eu-central-1:222222222222:catalog", Some("glue:Catalog")),
            ("arn:aws:sqs:eu-central-1:222222222222:queue", None),
            ("arn:aws:ec2:eu-central-1:222222222222:vpc/vpc-1", None),
        ] {
            assert_eq!(of_entity(arn).map(|kind| kind.code()), code, "{arn}");
        }
    }

    #[test]
    fn no_two_managed_permissions_have_one_name() {
        let names: Vec<&str> = managed("aws").map(|permission| permission.name).collect();
        let distinct: std::collections::BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(names.len(), distinct.len());
        assert!(all().len() >= 80);
    }
}
