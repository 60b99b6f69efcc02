//! What plan and drift call. One list per API that is read: a call that is added there is added here.

use std::collections::BTreeSet;

use crate::iam::permissions::read_permissions;
use crate::iam::policy::Statement;
use crate::iam::scope::Scope;
use crate::lang::SharingWish;
use crate::model::Region;

/// The role that RAM makes for itself when sharing inside the organization is turned on.
const RAM_ROLE: &str = "AWSServiceRoleForResourceAccessManager";
pub(crate) const RAM_SERVICE: &str = "ram.amazonaws.com";

pub(crate) fn read_statements(scope: &Scope<'_>) -> Vec<Statement> {
    let mut out = Vec::new();
    if !scope.regions.is_empty() {
        // Listings are about no single share, so the Region is all that can narrow them.
        out.push(in_regions(
            Statement::new(
                "ReadShares",
                &[
                    "ram:GetResourceShareAssociations",
                    "ram:GetResourceShares",
                    "ram:ListPermissionAssociations",
                    "ram:ListPermissions",
                    "ram:ListSourceAssociations",
                ],
            ),
            &scope.regions,
        ));
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
        SharingWish::Enabled | SharingWish::Required => {
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
