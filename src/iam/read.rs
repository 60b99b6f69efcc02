//! What plan and drift call. One list per API that is read: a call that is added there is added here.

use std::collections::{BTreeMap, BTreeSet};

use crate::iam::permissions::read_permissions;
use crate::iam::policy::Statement;
use crate::iam::receive;
use crate::iam::scope::Scope;
use crate::lang::SharingWish;
use crate::model::{Region, UsedKind};

/// The role that RAM makes for itself when sharing inside the organization is turned on.
const RAM_ROLE: &str = "AWSServiceRoleForResourceAccessManager";
pub(crate) const RAM_SERVICE: &str = "ram.amazonaws.com";

/// The listings of an account and Region. `ListPermissions` is also asked what AWS has to attach, where a share names a permission.
pub(crate) const LISTINGS: &[&str] = &[
    "ram:GetResourceShareAssociations",
    "ram:GetResourceShares",
    "ram:ListPermissionAssociations",
    "ram:ListPermissions",
    "ram:ListSourceAssociations",
];

pub(crate) fn read_statements(scope: &Scope<'_>) -> Vec<Statement> {
    let mut out = Vec::new();
    if !scope.regions.is_empty() {
        // Listings are about no single share. They are made in every Region: a share that left the files with the last block of its
        // Region is found there (`--no-sweep` turns that off).
        out.push(Statement::new("ReadShares", LISTINGS));
        out.push(Statement::new("ReadRegions", &["ec2:DescribeRegions"]));
        out.push(read_permissions(scope));
    }
    let searched: BTreeSet<&Region> = scope
        .shares
        .iter()
        .filter(|share| !share.tagged.is_empty())
        .map(|share| &share.region.value)
        .collect();
    if !searched.is_empty() {
        // About no single resource either (service authorization reference: no resource types, no condition keys of its own).
        out.push(in_regions(Statement::new("ReadTags", &["tag:GetResources"]), searched));
    }
    out.extend(read_usage(scope));
    out.extend(receive::read_statements(scope));
    let Some(sharing) = scope.sharing else { return out };
    // The parents of accounts come with the accounts (`Account.Paths`, since March 2026): nobody is asked for one.
    out.push(Statement::new(
        "ReadOrganization",
        &[
            "organizations:DescribeOrganization",
            "organizations:ListAccounts",
            "organizations:ListOrganizationalUnitsForParent",
            "organizations:ListRoots",
        ],
    ));
    match sharing {
        SharingWish::Enabled | SharingWish::Required | SharingWish::Disabled => {
            out.push(Statement::new(
                "ReadTrustedAccess",
                &["organizations:ListAWSServiceAccessForOrganization"],
            ));
            out.push(Statement::new("ReadServiceLinkedRole", &["iam:GetRole"]).on([ram_role(scope)]));
        }
        SharingWish::Unmanaged => {}
    }
    out
}

/// What accounts have in the subnets and transit gateways that the account shares, for when a plan takes one from them. Without the right
/// a plan is made all the same, and a subnet then counts as used.
fn read_usage(scope: &Scope<'_>) -> Option<Statement> {
    let mut shared: BTreeMap<UsedKind, BTreeSet<&Region>> = BTreeMap::new();
    for share in &scope.shares {
        let named = share.resources.iter().filter_map(|arn| UsedKind::of(&arn.value).map(|(kind, _)| kind));
        let found = share.tagged.iter().filter_map(|query| UsedKind::of_type(&query.value.resource_type));
        for kind in named.chain(found) {
            shared.entry(kind).or_default().insert(&share.region.value);
        }
    }
    let actions: Vec<&str> = shared.keys().map(|kind| kind.action()).collect();
    let regions: BTreeSet<&Region> = shared.values().flatten().copied().collect();
    // Listings of EC2 take no resource (service authorization reference).
    (!actions.is_empty()).then(|| in_regions(Statement::new("ReadUsage", &actions), regions))
}

/// The ARN of RAM's service-linked role in the scope's account.
pub(crate) fn ram_role(scope: &Scope<'_>) -> String {
    let (partition, account) = (scope.partition(), scope.account);
    format!("arn:{partition}:iam::{account}:role/aws-service-role/{RAM_SERVICE}/{RAM_ROLE}")
}

/// Only in these Regions.
pub(crate) fn in_regions<'a>(
    statement: Statement,
    regions: impl IntoIterator<Item = &'a Region>,
) -> Statement {
    statement.only("StringEquals", "aws:RequestedRegion", regions.into_iter().map(ToString::to_string))
}
