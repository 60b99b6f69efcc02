//! What customer managed permissions ask for: reading them, making them, changing them, adopting and releasing them.

use std::collections::BTreeSet;

use crate::iam::policy::Statement;
use crate::iam::read::in_regions;
use crate::iam::scope::{Scope, names_of};
use crate::lang::{ImportBlock, ImportId, PermissionBlock, RemovedAction};
use crate::model::{BlockKind, Region, TAG_STACK};

/// Policies and versions, where the listings leave something open: of the account's permissions and, for shares that are behind,
/// of AWS's.
pub(crate) fn read_permissions(scope: &Scope<'_>) -> Statement {
    // A search for shares that left the files may find some in any Region.
    let mut arns = vec![anywhere(scope)];
    let partitions: BTreeSet<_> = scope.regions.iter().map(Region::partition).collect();
    arns.extend(
        partitions.iter().map(|partition| format!("arn:{}:ram::aws:permission/*", partition.as_str())),
    );
    // Versions are counted only where the stack makes them.
    let makes = scope.declaration.permissions.iter().any(|block| block.account.value == *scope.account);
    let actions: &[&str] =
        if makes { &["ram:GetPermission", "ram:ListPermissionVersions"] } else { &["ram:GetPermission"] };
    Statement::new("ReadPermissions", actions).on(arns)
}

/// The account's permissions in these Regions. A name may be anything, so that one that left the files can still be deleted.
fn own(scope: &Scope<'_>, regions: &BTreeSet<Region>) -> Vec<String> {
    let account = scope.account;
    let arn =
        |region: &Region| format!("arn:{}:ram:{region}:{account}:permission/*", region.partition().as_str());
    regions.iter().map(arn).collect()
}

/// The account's permissions in any Region.
fn anywhere(scope: &Scope<'_>) -> String {
    format!("arn:{}:ram:*:{}:permission/*", scope.partition(), scope.account)
}

pub(crate) fn write_permissions(scope: &Scope<'_>) -> Vec<Statement> {
    let declared: Vec<&PermissionBlock> =
        scope.declaration.permissions.iter().filter(|block| block.account.value == *scope.account).collect();
    let stack = || [scope.declaration.stack.value.to_string()];
    let (request_tag, resource_tag) =
        (format!("aws:RequestTag/{TAG_STACK}"), format!("aws:ResourceTag/{TAG_STACK}"));
    let tagged =
        |statement: Statement| statement.only("StringEquals", &resource_tag, names_of(scope.declaration));
    let owned = |statement: Statement, regions: &BTreeSet<Region>| tagged(statement.on(own(scope, regions)));
    let owned_anywhere = |statement: Statement| tagged(statement.on([anywhere(scope)]));
    let mut out = Vec::new();
    let regions: BTreeSet<Region> = declared.iter().map(|block| block.region.value.clone()).collect();
    if !declared.is_empty() {
        let types: BTreeSet<String> =
            declared.iter().map(|block| block.resource_type.value.to_string()).collect();
        out.push(
            in_regions(Statement::new("CreatePermissions", &["ram:CreatePermission"]), &regions)
                .only("StringEquals", &request_tag, stack())
                .only("StringEqualsIgnoreCase", "ram:PermissionResourceType", types),
        );
        const CHANGE: &[&str] = &[
            "ram:CreatePermissionVersion",
            "ram:DeletePermissionVersion",
            "ram:SetDefaultPermissionVersion",
        ];
        out.push(owned(Statement::new("ChangePermissions", CHANGE), &regions));
        // The owner stays: neither is a permission given to another stack nor let go.
        out.push(owned(Statement::new("TagPermissions", &["ram:TagResource"]), &regions).only(
            "StringEqualsIfExists",
            &request_tag,
            stack(),
        ));
        out.push(owned(Statement::new("UntagPermissions", &["ram:UntagResource"]), &regions).only(
            "ForAllValues:StringNotEquals",
            "aws:TagKeys",
            [TAG_STACK.to_owned()],
        ));
    }
    if !scope.regions.is_empty() {
        // Whether the stack had permissions that have left its files, the files do not say. So also where it declares none, in every
        // Region, as with shares; the tag keeps it to the stack's own.
        out.push(owned_anywhere(Statement::new("DeletePermissions", &["ram:DeletePermission"])));
    }
    if !scope.shares.is_empty() {
        // The call is about two resources, and the tag is the share's: the other half is with the shares. What is left over may be AWS's.
        let statement = Statement::new("DetachPermissions", &["ram:DisassociateResourceSharePermission"]);
        let partition = scope.partition();
        let of_aws = format!("arn:{partition}:ram::aws:permission/*");
        out.push(statement.on(own(scope, &scope.share_regions()).into_iter().chain([of_aws])));
    }
    if spoken_of(scope) && !scope.regions.is_empty() {
        // The block that named account and Region is gone: the permission may be in any Region.
        let statement = Statement::new("ReleasePermissions", &["ram:UntagResource"]);
        out.push(owned_anywhere(statement).only(
            "ForAllValues:StringLike",
            "aws:TagKeys",
            ["ramctl:*".to_owned()],
        ));
    }
    out.extend(adopted(scope, &declared));
    out
}

/// Whether a `removed` block lets a permission go.
fn spoken_of(scope: &Scope<'_>) -> bool {
    let removed = scope.declaration.removed.iter();
    removed
        .filter(|block| block.action == RemovedAction::Release)
        .any(|block| block.from.value.kind == BlockKind::Permission)
}

/// What `import` blocks ask for. What is adopted is not yet the stack's, so its tag cannot narrow these; its ARN does.
fn adopted(scope: &Scope<'_>, declared: &[&PermissionBlock]) -> Vec<Statement> {
    let here = |block: &&ImportBlock| block.id.value.arn().account() == scope.account.as_str();
    let imports: Vec<&ImportBlock> = scope.declaration.imports.iter().filter(here).collect();
    let of = |permissions: bool| -> Vec<String> {
        let is_it = |block: &&&ImportBlock| matches!(block.id.value, ImportId::Permission(_)) == permissions;
        imports.iter().filter(is_it).map(|block| block.id.value.to_string()).collect()
    };
    let (permissions, shares) = (of(true), of(false));
    let mut out = Vec::new();
    if !shares.is_empty() {
        // One that was made from a resource policy is promoted first. Whether one was, the files do not say.
        out.push(Statement::new("PromoteShares", &["ram:PromoteResourceShareCreatedFromPolicy"]).on(shares));
    }
    if !permissions.is_empty() {
        let made = declared.iter().filter_map(|block| crate::desired::declared_permission_arn(block));
        let all: BTreeSet<String> =
            permissions.iter().cloned().chain(made.map(|arn| arn.to_string())).collect();
        out.push(
            Statement::new("PromotePermissions", &["ram:PromotePermissionCreatedFromPolicy"]).on(permissions),
        );
        out.push(Statement::new("AdoptPermissions", &["ram:TagResource"]).on(all).only(
            "StringEquals",
            format!("aws:RequestTag/{TAG_STACK}"),
            [scope.declaration.stack.value.to_string()],
        ));
    }
    out
}
