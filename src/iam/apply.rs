//! What apply and destroy call besides reading. A step that is added to plans is added here.
//!
//! RAM's condition keys, all that the service authorization reference lists (page of November 2026), and what becomes of each. A statement
//! has a key only where the reference lists it for each of its actions; `tests.rs` holds the statements against that table.
//!
//! - `ram:Principal`, `ram:ResourceArn`, `ram:RequestedResourceType`: hold the content of shares that are made or filled to that of the
//!   files. Not for taking away: what somebody added by hand has to go.
//! - `ram:RequestedAllowsExternalPrincipals` (creating, updating) and `ram:RetainSharingOnAccountLeaveOrganization` (creating): false, unless a
//!   share of the account says true.
//! - `ram:PermissionArn`: the permissions that blocks name. `ram:PermissionResourceType`: the types of the stack's own permissions
//!   ([`permissions`](crate::iam::permissions)).
//! - `ram:ShareOwnerAccountId`: whose invitations are accepted and rejected ([`receive`](crate::iam::receive)).
//! - `ram:ResourceShareName`: a share without the stack's tag is filled only under a name of the files, because a share that is being made
//!   has no tag yet. Not on a share that is there: that is the name before a rename, which the files no longer tell, and its tag
//!   `ramctl:stack` keeps to the stack's own. Creating has no such key. Not for invitations: `inbound` names are patterns of another syntax.
//! - `aws:RequestTag`, `aws:ResourceTag`, `aws:TagKeys`: the stack's own shares and permissions and no others.
//! - `ram:ResourceTag` is not used: it has the values of `aws:ResourceTag`, on fewer actions.
//! - `ram:AllowsExternalPrincipals`: false for a share without the stack's tag that is filled, unless a share of the account says true. Not for the
//!   stack's own: it is the state before the change, and a share that somebody opened by hand has to be closed.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{TypeFacts, default_permission, type_of, type_with_code};
use crate::desired::{declared_name, declared_permission_arn, permission_arns};
use crate::iam::permissions::write_permissions;
use crate::iam::policy::Statement;
use crate::iam::read::{RAM_SERVICE, in_regions, ram_role};
use crate::iam::receive;
use crate::iam::scope::{Scope, names_of};
use crate::iam::wildcard::{PrincipalValues, literal, principal_values};
use crate::lang::{RemovedAction, ShareBlock, SharingWish};
use crate::model::{BlockKind, Region, ResourceType, TAG_STACK};

/// What may be shared with whom, as conditions. RAM asks about each principal and each resource by itself, so each condition passes
/// where its key is absent.
struct Content {
    principals: PrincipalValues,
    /// Codes and other spellings of all types. `None`: some resource's type is unknown, so the key cannot be narrowed.
    types: Option<BTreeSet<String>>,
    resources: ResourceValues,
}

/// What `ram:ResourceArn` may be.
enum ResourceValues {
    /// The ARNs in the files.
    Literal(BTreeSet<String>),
    /// Patterns: a search by tags may find any resource of its type, or the ARNs are too many for a policy.
    Patterns(BTreeSet<String>),
}

/// Characters of ARNs in one statement. Three statements have them, and a policy has 6,144 characters.
const MOST_IN_ARNS: usize = 1_000;

impl Content {
    fn narrow(&self, statement: Statement) -> Statement {
        let statement = match &self.resources {
            ResourceValues::Literal(arns) => {
                statement.only("ArnEqualsIfExists", "ram:ResourceArn", arns.iter().cloned())
            }
            ResourceValues::Patterns(arns) => {
                statement.only("ArnLikeIfExists", "ram:ResourceArn", arns.iter().cloned())
            }
        };
        self.narrow_kinds(statement)
    }

    /// All but the resources one by one.
    fn narrow_kinds(&self, statement: Statement) -> Statement {
        let statement = if self.principals.values.is_empty() {
            statement.only("Null", "ram:Principal", ["true".to_owned()])
        } else if self.principals.patterns {
            statement.only("StringLikeIfExists", "ram:Principal", self.principals.values.clone())
        } else {
            statement.only("StringEqualsIfExists", "ram:Principal", self.principals.values.clone())
        };
        match &self.types {
            None => statement,
            Some(types) if types.is_empty() => {
                statement.only("Null", "ram:RequestedResourceType", ["true".to_owned()])
            }
            // RAM's own spelling of types varies in case.
            Some(types) => statement.only(
                "StringEqualsIgnoreCaseIfExists",
                "ram:RequestedResourceType",
                types.iter().cloned(),
            ),
        }
    }
}

pub(crate) fn write_statements(scope: &Scope<'_>, notes: &mut Vec<String>) -> Vec<Statement> {
    let mut out = Vec::new();
    if scope.sharing == Some(SharingWish::Enabled) {
        out.extend(enable_sharing(scope));
    }
    if !scope.shares.is_empty() {
        out.extend(share(scope, notes));
        out.extend(permissions(scope));
        out.extend(sharer_actions(scope, notes));
    }
    if !scope.regions.is_empty() {
        // In every Region: a share that left the files is found and deleted wherever it is.
        out.push(owned_anywhere(scope, Statement::new("DeleteShares", &["ram:DeleteResourceShare"])));
    }
    out.extend(ownership(scope));
    out.extend(write_permissions(scope));
    out.extend(receive::write_statements(scope));
    out
}

/// What `import` and `removed` blocks ask for: the two ways in which a share changes its owner.
fn ownership(scope: &Scope<'_>) -> Vec<Statement> {
    let mut out = Vec::new();
    let adopted: BTreeSet<String> = scope
        .declaration
        .imports
        .iter()
        .filter(|block| block.to.value.kind == BlockKind::Share)
        .filter(|block| block.id.value.arn().account() == scope.account.as_str())
        .map(|block| block.id.value.to_string())
        .collect();
    if !adopted.is_empty() {
        // Not yet the stack's, so the tag cannot narrow it: these shares, and only to make them the stack's.
        out.push(Statement::new("AdoptShares", &["ram:TagResource"]).on(adopted).only(
            "StringEquals",
            format!("aws:RequestTag/{TAG_STACK}"),
            [scope.declaration.stack.value.to_string()],
        ));
    }
    let releases = scope
        .declaration
        .removed
        .iter()
        .any(|block| block.action == RemovedAction::Release && block.from.value.kind == BlockKind::Share);
    if releases && !scope.regions.is_empty() {
        // The block that named account and Region is gone: the share may be in any Region.
        let statement = Statement::new("ReleaseShares", &["ram:UntagResource"]);
        out.push(owned_anywhere(scope, statement).only(
            "ForAllValues:StringLike",
            "aws:TagKeys",
            ["ramctl:*".to_owned()],
        ));
    }
    out
}

/// RAM's call and what it does in Organizations and IAM in the caller's name (service authorization reference: dependent actions). The
/// last of them ramctl also calls itself, where trusted access is on and the role is missing.
fn enable_sharing(scope: &Scope<'_>) -> [Statement; 3] {
    let service = || [RAM_SERVICE.to_owned()];
    [
        in_regions(
            Statement::new("EnableSharing", &["ram:EnableSharingWithAwsOrganization"]),
            [&scope.organization_region],
        ),
        Statement::new("EnableTrustedAccess", &["organizations:EnableAWSServiceAccess"]).only(
            "StringEquals",
            "organizations:ServicePrincipal",
            service(),
        ),
        Statement::new("CreateServiceLinkedRole", &["iam:CreateServiceLinkedRole"])
            .on([ram_role(scope)])
            .only("StringEquals", "iam:AWSServiceName", service()),
    ]
}

/// Creating, filling and changing shares.
fn share(scope: &Scope<'_>, notes: &mut Vec<String>) -> Vec<Statement> {
    let content = content(scope, notes);
    let regions = scope.share_regions();
    let stack = || [scope.declaration.stack.value.to_string()];
    let request_tag = format!("aws:RequestTag/{TAG_STACK}");
    let of_stack =
        |statement: Statement| in_regions(statement, &regions).only("StringEquals", &request_tag, stack());

    let external =
        addresses(scope, |share| share.allow_external_principals.as_ref().is_some_and(|it| it.value));
    let retaining = addresses(scope, |share| {
        share.retain_sharing_on_account_leave_organization.as_ref().is_some_and(|it| it.value)
    });
    const CHANGE: &[&str] = &[
        "ram:DisassociateResourceShare",
        "ram:DisassociateResourceSharePermission",
        // Whether a permission came or went is seen nowhere else.
        "ram:ListResourceSharePermissions",
    ];
    let no = |found: &Vec<String>| found.is_empty().then(|| "false".to_owned());
    if !external.is_empty() {
        notes.push(format!(
            "{}: allow_external_principals is true, so the policy does not hold ram:RequestedAllowsExternalPrincipals to false for any \
             share of the account.",
            external.join(", ")
        ));
    }
    vec![
        content.narrow(
            of_stack(Statement::new("CreateShares", &["ram:CreateResourceShare"]))
                .only("Bool", "ram:RequestedAllowsExternalPrincipals", no(&external))
                .only("BoolIfExists", "ram:RetainSharingOnAccountLeaveOrganization", no(&retaining)),
        ),
        // A share is filled as it is made, which needs this action too. The action has no key for the tags of a request, and a share that
        // is being made has none yet; its name is one of the files'. No key tells it from a share that somebody made by hand under such a name,
        // so that one can be filled too, with what the files share and with nothing else, unless it is open to outside principals.
        content.narrow(
            in_regions(Statement::new("FillNewShares", &["ram:AssociateResourceShare"]), &regions)
                .only("Null", format!("aws:ResourceTag/{TAG_STACK}"), ["true".to_owned()])
                .only("StringEqualsIfExists", "ram:ResourceShareName", names(scope))
                .only("BoolIfExists", "ram:AllowsExternalPrincipals", no(&external)),
        ),
        content.narrow(owned(scope, Statement::new("FillShares", &["ram:AssociateResourceShare"]), &regions)),
        // Not narrowed to the stack's principals: what somebody added by hand has to be taken away.
        owned(scope, Statement::new("ChangeShares", CHANGE), &regions),
        owned(scope, Statement::new("UpdateShares", &["ram:UpdateResourceShare"]), &regions).only(
            "BoolIfExists",
            "ram:RequestedAllowsExternalPrincipals",
            no(&external),
        ),
        // The owner stays: neither is a share given to another stack nor let go.
        owned(scope, Statement::new("TagShares", &["ram:TagResource"]), &regions).only(
            "StringEqualsIfExists",
            &request_tag,
            stack(),
        ),
        owned(scope, Statement::new("UntagShares", &["ram:UntagResource"]), &regions).only(
            "ForAllValues:StringNotEquals",
            "aws:TagKeys",
            [TAG_STACK.to_owned()],
        ),
    ]
}

/// Attaching the permissions that blocks name, and those of the stack: a share that gives one up may have to be moved to its default
/// version first, to make room for another. Types without a block have AWS's default. RAM attaches it by itself, and ramctl does where
/// somebody put another one in its place.
fn permissions(scope: &Scope<'_>) -> Vec<Statement> {
    let naming: Vec<&ShareBlock> = scope
        .shares
        .iter()
        .copied()
        .filter(|share| !share.permissions.is_empty() || defaults(scope, share).next().is_some())
        .collect();
    let own = || scope.declaration.permissions.iter().filter(|block| block.account.value == *scope.account);
    let named = naming.iter().flat_map(|share| permission_arns(scope.declaration, share));
    let named = named.chain(own().filter_map(declared_permission_arn)).map(|arn| arn.to_string());
    let arns: BTreeSet<String> =
        named.chain(scope.shares.iter().flat_map(|share| defaults(scope, share))).collect();
    if arns.is_empty() {
        return Vec::new();
    }
    let regions = naming.iter().map(|share| &share.region.value);
    let regions: BTreeSet<Region> = regions.chain(own().map(|block| &block.region.value)).cloned().collect();
    const ATTACH: &str = "ram:AssociateResourceSharePermission";
    vec![
        owned(scope, Statement::new("AttachPermissions", &[ATTACH]), &regions).only(
            "ArnEqualsIfExists",
            "ram:PermissionArn",
            arns.iter().cloned(),
        ),
        // The call is about two resources, and the tag is the share's.
        Statement::new("UsePermissions", &[ATTACH]).on(arns),
    ]
}

/// AWS's defaults for the types of a share's resources that none of its blocks names a permission for.
fn defaults<'a>(scope: &'a Scope<'_>, share: &'a ShareBlock) -> impl Iterator<Item = String> + 'a {
    let literal = share.resources.iter().filter_map(|arn| Some(&type_of(arn.value.arn())?.code));
    let searched = share.tagged.iter().map(|query| &query.value.resource_type);
    let named =
        |kind: &&ResourceType| share.permissions.iter().any(|used| used.resource_type.value == **kind);
    let types: BTreeSet<_> = literal.chain(searched).filter(|kind| !named(kind)).collect();
    let names = types.into_iter().filter_map(default_permission);
    names.map(|name| format!("arn:{}:ram::aws:permission/{name}", scope.partition()))
}

/// What RAM asks for in the services that own the resources.
fn sharer_actions(scope: &Scope<'_>, notes: &mut Vec<String>) -> Vec<Statement> {
    let mut reading = BTreeSet::new();
    let mut writing: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut silent = BTreeSet::new();
    for Named { like, facts, .. } in resources(scope) {
        let Some(facts) = facts else { continue };
        let Some(actions) = &facts.sharer_actions else {
            silent.insert(facts.code.as_str());
            continue;
        };
        for action in actions {
            if action.contains(":Describe") {
                reading.insert(action.as_str());
            } else {
                writing.entry(action).or_default().insert(like.clone());
            }
        }
    }
    if !silent.is_empty() {
        let types: Vec<&str> = silent.into_iter().collect();
        notes.push(format!(
            "{}: RAM may ask for actions of the owning service too (for most types its PutResourcePolicy); no source says which. If an \
             apply is refused, the message names the action.",
            types.join(", ")
        ));
    }
    let mut out = Vec::new();
    if !reading.is_empty() {
        let actions: Vec<&str> = reading.into_iter().collect();
        out.push(in_regions(Statement::new("DescribeSharedTypes", &actions), &scope.share_regions()));
    }
    // Actions with the same resources stand together.
    let mut by_resources: BTreeMap<BTreeSet<String>, Vec<&str>> = BTreeMap::new();
    for (action, resources) in writing {
        by_resources.entry(resources).or_default().push(action);
    }
    for (index, (resources, actions)) in by_resources.into_iter().enumerate() {
        out.push(Statement::new(format!("PutPolicies{}", index + 1), &actions).on(resources));
    }
    out
}

/// All resources of an ARN's type in its account and Region: the policy of one that leaves the share is changed too.
fn like_it(arn: &crate::model::Arn) -> String {
    let text = arn.as_str();
    let head = text.len() - arn.resource().len();
    match arn.resource().find(['/', ':']) {
        Some(at) => format!("{}*", &text[..=head + at]),
        None => text.to_owned(),
    }
}

/// A resource of the stack, or all that a search by tags may find.
struct Named {
    /// The ARN as it is written; the pattern for a search.
    arn: String,
    /// All ARNs like it, in its account and Region.
    like: String,
    facts: Option<&'static TypeFacts>,
}

fn resources(scope: &Scope<'_>) -> Vec<Named> {
    let by_arn = scope.shares.iter().flat_map(|share| &share.resources).map(|arn| {
        let arn = arn.value.arn();
        Named { arn: arn.to_string(), like: like_it(arn), facts: type_of(arn) }
    });
    let searched = scope.shares.iter().flat_map(|share| share.tagged.iter().map(move |query| (share, query)));
    let by_tags = searched.flat_map(|(share, query)| {
        let facts = type_with_code(&query.value.resource_type);
        facts.into_iter().flat_map(move |facts| facts.arns.iter().map(move |form| (share, facts, form)))
    });
    let by_tags = by_tags.map(|(share, facts, form)| {
        let pattern =
            form.pattern(scope.partition(), share.region.value.as_str(), share.account.value.as_str());
        Named { arn: pattern.clone(), like: pattern, facts: Some(facts) }
    });
    by_arn.chain(by_tags).collect()
}

fn content(scope: &Scope<'_>, notes: &mut Vec<String>) -> Content {
    let written = scope.shares.iter().flat_map(|share| share.principals.iter()).map(|it| &it.value);
    let principals = principal_values(written, scope.partition());
    notes.extend(principals.notes.iter().cloned());
    let mut types = BTreeSet::new();
    let mut unknown = BTreeSet::new();
    for Named { arn, facts, .. } in resources(scope) {
        match facts {
            Some(facts) => {
                types.insert(facts.code.to_string());
                types.extend(facts.aliases.iter().cloned());
            }
            None => {
                unknown.insert(arn);
            }
        }
    }
    let types = if unknown.is_empty() {
        Some(types)
    } else {
        let arns: Vec<String> = unknown.into_iter().collect();
        notes.push(format!(
            "{}: the catalog does not know the type, so ram:RequestedResourceType is not narrowed.",
            arns.join(", ")
        ));
        None
    };
    Content { principals, types, resources: resource_values(scope, notes) }
}

/// The resources of the stack by their ARNs; by their type, account and Region where they are too many or a search may find others.
fn resource_values(scope: &Scope<'_>, notes: &mut Vec<String>) -> ResourceValues {
    let named = resources(scope);
    let literal: BTreeSet<String> = named.iter().map(|named| named.arn.clone()).collect();
    let searches = named.iter().any(|named| named.arn.contains(['*', '?']));
    let length: usize = literal.iter().map(String::len).sum();
    if length <= MOST_IN_ARNS {
        return if searches { ResourceValues::Patterns(literal) } else { ResourceValues::Literal(literal) };
    }
    notes.push(format!(
        "{} resources are too many to name in a policy, so it narrows ram:ResourceArn to their types, account and Region.",
        literal.len()
    ));
    ResourceValues::Patterns(named.into_iter().map(|named| named.like).collect())
}

/// Only shares of the stack, in these Regions.
fn owned(scope: &Scope<'_>, statement: Statement, regions: &BTreeSet<Region>) -> Statement {
    let account = scope.account;
    let shares = regions
        .iter()
        .map(|region| format!("arn:{}:ram:{region}:{account}:resource-share/*", region.partition().as_str()));
    of_stack(scope, statement.on(shares))
}

/// Only shares of the stack, in any Region.
fn owned_anywhere(scope: &Scope<'_>, statement: Statement) -> Statement {
    let share = format!("arn:{}:ram:*:{}:resource-share/*", scope.partition(), scope.account);
    of_stack(scope, statement.on([share]))
}

fn of_stack(scope: &Scope<'_>, statement: Statement) -> Statement {
    statement.only("StringEquals", format!("aws:ResourceTag/{TAG_STACK}"), names_of(scope.declaration))
}

/// The names that the stack's shares of the account are made with.
fn names(scope: &Scope<'_>) -> BTreeSet<String> {
    scope.shares.iter().map(|share| literal(&declared_name(share))).collect()
}

fn addresses(scope: &Scope<'_>, holds: impl Fn(&ShareBlock) -> bool) -> Vec<String> {
    scope.shares.iter().filter(|share| holds(share)).map(|share| share.address.to_string()).collect()
}
