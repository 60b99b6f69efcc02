//! Which permission a share may have for a type.

use std::collections::BTreeMap;

use crate::catalog::{Kind, type_of_permission, type_with_code, types};
use crate::desired::permission::WrittenPermission;
use crate::desired::view::{PermissionView, ShareView};
use crate::diag::rules::{RAM125, RAM126, RAM150, RAM151, RAM152, RAM153, RAM154, RAM155};
use crate::diag::suggest::closest;
use crate::diag::{Diagnostic, Span};
use crate::model::ResourceType;

/// Type codes are compared without case, like everywhere in RAM's own documents.
fn same(a: &ResourceType, b: &ResourceType) -> bool {
    a.as_str().eq_ignore_ascii_case(b.as_str())
}

/// RAM150.
pub(crate) fn one_per_type(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<String, Span> = BTreeMap::new();
    for wanted in &share.block.permissions {
        let code = &wanted.resource_type.value;
        // Aliases count as the type that they are an alias of.
        let key = type_with_code(code).map_or(code, |facts| &facts.code).as_str().to_ascii_lowercase();
        let Some(before) = first.get(&key) else {
            first.insert(key, wanted.span);
            continue;
        };
        found.push(
            Diagnostic::error(
                &RAM150,
                wanted.resource_type.span,
                format!("{} has two permissions for {code}.", share.block.address),
            )
            .label(*before, "the first one")
            .help("Remove one, or split the resources over two shares, each with one of the permissions."),
        );
    }
}

/// RAM153.
pub(crate) fn have_a_form(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    for PermissionView { written: wanted, permission, .. } in &share.permissions {
        if permission.is_none() {
            found.push(
                Diagnostic::error(
                    &RAM153,
                    wanted.permission.span,
                    format!("{:?} is neither the name nor the ARN of a permission.", wanted.permission.value),
                )
                .help("Write a name such as \"AWSRAMDefaultPermissionSubnet\", or the whole ARN."),
            );
        }
    }
}

/// RAM151: for the permissions of this stack's blocks, and those of AWS whose type a source shows.
pub(crate) fn are_for_the_type(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    for PermissionView { written: wanted, permission, block } in &share.permissions {
        let code = &wanted.resource_type.value;
        if let Some(block) = block {
            if !same(&block.resource_type.value, code) {
                let theirs = &block.resource_type.value;
                found.push(
                    Diagnostic::error(
                        &RAM151,
                        wanted.permission.span,
                        format!("{} is for {theirs}, not for {code}.", block.address),
                    )
                    .label(wanted.resource_type.span, "the type that it is given for")
                    .label(block.resource_type.span, "the type that it is made for")
                    .help(format!(
                        "Write permission \"{theirs}\", or correct the type of {}.",
                        block.address
                    )),
                );
            }
            continue;
        }
        let Some(WrittenPermission::AwsManaged(arn)) = permission else { continue };
        let Some(facts) = type_of_permission(arn.name()) else { continue };
        let is = |name: &str| name.eq_ignore_ascii_case(code.as_str());
        if is(facts.code.as_str()) || facts.aliases.iter().any(|alias| is(alias)) {
            continue;
        }
        let help = match type_with_code(code).and_then(|facts| facts.default_permission.as_deref()) {
            Some(default) => format!("The default for {code} is {default}."),
            None => format!("If {} is meant, write permission \"{}\".", facts.code, facts.code),
        };
        found.push(
            Diagnostic::error(
                &RAM151,
                wanted.permission.span,
                format!("{} is for {}, not for {code}.", arn.name(), facts.code),
            )
            .label(wanted.resource_type.span, "the type that it is given for")
            .help(help),
        );
    }
}

/// RAM152.
pub(crate) fn customer_managed_only_where_allowed(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    for PermissionView { written: wanted, permission, .. } in &share.permissions {
        let Some(WrittenPermission::CustomerManaged(arn)) = permission else { continue };
        let Some(facts) = type_with_code(&wanted.resource_type.value) else { continue };
        if facts.customer_managed_permissions != Some(false) {
            continue;
        }
        let near = facts
            .default_permission
            .iter()
            .chain(&facts.other_permissions)
            .map(String::as_str)
            .collect::<Vec<_>>();
        let help = match (closest(arn.name(), near.iter().copied()), near.first()) {
            (Some(meant), _) => format!("Did you mean {meant}?"),
            (None, Some(default)) => format!("Use {default}, or leave the block out."),
            (None, None) => "Leave the block out for AWS's default.".to_owned(),
        };
        found.push(
            Diagnostic::error(
                &RAM152,
                wanted.permission.span,
                format!("{} is a customer managed permission; {} takes none.", arn.name(), facts.code),
            )
            .help(help),
        );
    }
}

/// RAM154, and RAM126 for another partition.
pub(crate) fn are_in_the_place(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    let (account, region) = (&share.block.account.value, &share.block.region.value);
    for PermissionView { written: wanted, permission, .. } in &share.permissions {
        let (arn, customer) = match permission {
            Some(WrittenPermission::AwsManaged(arn)) => (arn, false),
            Some(WrittenPermission::CustomerManaged(arn)) => (arn, true),
            None => continue,
        };
        let (at, partition) = (arn.arn(), share.partition().as_str());
        if at.partition() != partition {
            found.push(
                Diagnostic::error(
                    &RAM126,
                    wanted.permission.span,
                    format!(
                        "{arn} is in the partition {}; {} is in {partition}.",
                        at.partition(),
                        share.block.address
                    ),
                )
                .help(format!("Write the name alone: {:?}.", arn.name())),
            );
        } else if customer && (at.account() != account.as_str() || at.region() != region.as_str()) {
            found.push(
                Diagnostic::error(
                    &RAM154,
                    wanted.permission.span,
                    format!(
                        "{} is in account {}, {}; {} is in account {account}, {region}.",
                        arn.name(),
                        at.account(),
                        at.region(),
                        share.block.address
                    ),
                )
                .help(format!(
                    "Make the permission in account {account}, {region}, and write its name alone: {:?}.",
                    arn.name()
                )),
            );
        }
    }
}

/// RAM125, for the label of a `permission` block.
pub(crate) fn types_are_known(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    for wanted in &share.block.permissions {
        let code = &wanted.resource_type.value;
        if type_with_code(code).is_some() {
            continue;
        }
        let help = match closest(code.as_str(), types().map(|facts| facts.code.as_str())) {
            Some(meant) => format!("Did you mean {meant:?}?"),
            None => "Check the code. If it is right, go on: RAM decides when the plan is applied.".to_owned(),
        };
        found.push(
            Diagnostic::warning(
                &RAM125,
                wanted.resource_type.span,
                format!("The catalog does not know the type {code}."),
            )
            .help(help),
        );
    }
}

/// RAM155: only where the type of every resource is known.
pub(crate) fn have_a_resource(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    let known = share.resources.iter().map(|resource| match resource.kind {
        Kind::Type(facts) => Some(facts),
        Kind::Untyped(_) | Kind::NotInTable(_) | Kind::Unknown => None,
    });
    let Some(held) = known.collect::<Option<Vec<_>>>() else { return };
    let mut held = held;
    // A search may find one at any time.
    held.extend(share.queries.iter().filter_map(|query| query.facts));
    for wanted in &share.block.permissions {
        let code = &wanted.resource_type.value;
        let Some(facts) = type_with_code(code) else { continue };
        if !held.iter().any(|held| same(&held.code, &facts.code)) {
            found.push(
                Diagnostic::warning(
                    &RAM155,
                    wanted.resource_type.span,
                    format!("{} has no resource of the type {code}.", share.block.address),
                )
                .help(match held.first() {
                    Some(other) => format!("The resources are of the type {}.", other.code),
                    None => "Remove the block until there is one.".to_owned(),
                }),
            );
        }
    }
}
