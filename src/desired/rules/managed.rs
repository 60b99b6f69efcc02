//! What a `permission` block may hold.
//!
//! Sources: RAM API reference, `CreatePermission`; RAM user guide, "Considerations for using customer managed permissions".

use std::collections::BTreeMap;

use crate::catalog::{type_with_code, types};
use crate::desired::permission::name_of;
use crate::desired::rules::tags;
use crate::desired::view::ShareView;
use crate::diag::rules::{RAM125, RAM152, RAM156, RAM157, RAM158, RAM159, RAM163, RAM164, RAM165, RAM181};
use crate::diag::suggest::closest;
use crate::diag::{Diagnostic, Span};
use crate::lang::{Declaration, ExtraAttribute, IgnorableAttribute, PermissionBlock};
use crate::model::conditions;

type Found = Vec<Diagnostic>;

/// Rules over one permission.
const PERMISSION: &[fn(&PermissionBlock, &mut Found)] = &[
    has_a_name_that_ram_takes,
    is_of_a_type_that_takes_it,
    has_actions,
    has_conditions_that_ram_takes,
    has_no_placeholders,
    ignores_tags_only,
    has_fitting_tags,
];

/// Customer managed permissions of one type in an account and Region (RAM user guide, quotas).
const OF_ONE_TYPE: usize = 10;

pub(crate) fn permissions_fit(declaration: &Declaration, _: &[ShareView<'_>], found: &mut Found) {
    for block in &declaration.permissions {
        for rule in PERMISSION {
            rule(block, found);
        }
    }
}

fn name_span(block: &PermissionBlock) -> Span {
    block.name.as_ref().map_or(block.span, |name| name.span)
}

/// RAM156. `AWSRAM` begins AWS's own names, and a share that says so means AWS's.
fn has_a_name_that_ram_takes(block: &PermissionBlock, found: &mut Found) {
    let name = name_of(block);
    let usual = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let problem = if name.is_empty() {
        "is empty".to_owned()
    } else if name.chars().count() > 36 {
        format!("has {} characters", name.chars().count())
    } else if let Some(odd) = name.chars().find(|c| !usual(*c)) {
        format!("has the character {odd:?} in it")
    } else if name.starts_with("AWSRAM") {
        "begins with AWSRAM, as AWS's own names do".to_owned()
    } else {
        return;
    };
    found.push(
        Diagnostic::error(&RAM156, name_span(block), format!("The name of {} {problem}.", block.address))
            .help("Use 1 to 36 letters, digits, hyphens, underscores and periods."),
    );
}

/// RAM152, and RAM125 where the type is not known.
fn is_of_a_type_that_takes_it(block: &PermissionBlock, found: &mut Found) {
    let code = &block.resource_type;
    let Some(facts) = type_with_code(&code.value) else {
        let help = match closest(code.value.as_str(), types().map(|facts| facts.code.as_str())) {
            Some(meant) => format!("Did you mean {meant:?}?"),
            None => "Check the code. If it is right, go on: RAM decides when the plan is applied.".to_owned(),
        };
        let detail = format!("The catalog does not know the type {}.", code.value);
        found.push(Diagnostic::warning(&RAM125, code.span, detail).help(help));
        return;
    };
    if facts.customer_managed_permissions == Some(false) {
        let detail =
            format!("{} would be a customer managed permission; {} takes none.", block.address, facts.code);
        let help = match &facts.default_permission {
            Some(default) => format!("Remove the block and use {default}."),
            None => "Remove the block: shares get AWS's default.".to_owned(),
        };
        found.push(Diagnostic::error(&RAM152, code.span, detail).help(help));
    }
}

/// RAM157.
fn has_actions(block: &PermissionBlock, found: &mut Found) {
    let example = block.resource_type.value.as_str().split(':').next().unwrap_or("ec2");
    if block.actions.is_empty() {
        found.push(
            Diagnostic::error(&RAM157, block.span, format!("{} allows no action.", block.address))
                .help(format!("Write actions = [\"{example}:...\"] in its statement.")),
        );
    }
    for action in &block.actions {
        let form = action.value.split_once(':').is_some_and(|(service, name)| {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
            !service.is_empty()
                && service.chars().all(plain)
                && !name.is_empty()
                && name.chars().all(|c| plain(c) || matches!(c, '*' | '?'))
        });
        if !form {
            let detail = format!("{:?} is no action.", action.value);
            found.push(
                Diagnostic::error(&RAM157, action.span, detail)
                    .help(format!("Write service and name, such as \"{example}:DescribeThings\".")),
            );
        }
    }
}

/// Keys that RAM sets itself.
const RESERVED: &[&str] = &[
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
];
const RESERVED_TAGS: &[&str] = &["aws:principaltag/aws:", "aws:requesttag/aws:", "aws:resourcetag/aws:"];

/// RAM158 for keys, RAM159 for operators and form.
fn has_conditions_that_ram_takes(block: &PermissionBlock, found: &mut Found) {
    let Some(condition) = &block.condition else { return };
    let Some(read) = conditions(&condition.value) else {
        let detail =
            format!("The condition of {} has another form than operator, key, value.", block.address);
        found.push(
            Diagnostic::error(&RAM159, condition.span, detail)
                .help("Write condition = { StringEquals = { \"aws:PrincipalTag/team\" = \"network\" } }."),
        );
        return;
    };
    for (operator, key) in read.keys() {
        if operator.contains("Not") || operator.contains(':') {
            let detail = format!("{} has the operator {operator}.", block.address);
            found.push(
                Diagnostic::error(&RAM159, condition.span, detail)
                    .help("Say what is allowed, with an operator such as StringEquals or StringLike."),
            );
        }
        let reserved =
            RESERVED.contains(&key.as_str()) || RESERVED_TAGS.iter().any(|prefix| key.starts_with(prefix));
        if reserved {
            let detail = format!("{} has the condition key {key}.", block.address);
            found.push(
                Diagnostic::error(&RAM158, condition.span, detail)
                    .help("Remove the key: who may use the share is what its principals say."),
            );
        }
    }
}

/// RAM165: the parameters that would give them values cannot be sent by this version.
fn has_no_placeholders(block: &PermissionBlock, found: &mut Found) {
    let Some(condition) = &block.condition else { return };
    if condition.value.to_string().contains("@{") {
        let detail = format!("The condition of {} has a placeholder @{{...}} in it.", block.address);
        found.push(Diagnostic::error(&RAM165, condition.span, detail).help(
            "Write the value itself; with for_each and each.value one block makes several permissions.",
        ));
    }
}

/// RAM164.
fn ignores_tags_only(block: &PermissionBlock, found: &mut Found) {
    let others: Vec<&str> = block
        .lifecycle
        .ignore_changes
        .iter()
        .filter(|attribute| **attribute != IgnorableAttribute::Tags)
        .map(|attribute| attribute.as_str())
        .collect();
    if !others.is_empty() {
        let detail = format!("{} cannot ignore changes of {}.", block.address, others.join(", "));
        found.push(Diagnostic::error(&RAM164, block.span, detail).help("Write ignore_changes = [tags]."));
    }
    let extra = block.lifecycle.keep_extra.iter().filter(|attribute| **attribute != ExtraAttribute::Tags);
    let extra: Vec<&str> = extra.map(|attribute| attribute.as_str()).collect();
    if !extra.is_empty() {
        let detail = format!("{} has no {}, so none can be kept.", block.address, extra.join(" and "));
        found.push(Diagnostic::error(&RAM164, block.span, detail).help("Write keep_extra = [tags]."));
    }
}

fn has_fitting_tags(block: &PermissionBlock, found: &mut Found) {
    let place = block.tags_span.unwrap_or(block.span);
    tags::check(&block.address, &block.tags, place, found);
}

/// RAM163.
pub(crate) fn names_are_distinct(declaration: &Declaration, _: &[ShareView<'_>], found: &mut Found) {
    let mut sorted: Vec<&PermissionBlock> = declaration.permissions.iter().collect();
    sorted.sort_by_key(|block| (name_span(block), &block.address));
    let mut first: BTreeMap<_, &PermissionBlock> = BTreeMap::new();
    for block in sorted {
        let name = name_of(block);
        let place = (&block.account.value, &block.region.value, name.clone());
        let Some(before) = first.get(&place) else {
            first.insert(place, block);
            continue;
        };
        let (account, region) = (&block.account.value, &block.region.value);
        let detail = format!(
            "{} and {} are both named {name:?} in account {account}, {region}.",
            block.address, before.address
        );
        let mut finding =
            Diagnostic::error(&RAM163, name_span(block), detail).help("Give one of them another name.");
        if name_span(before) != name_span(block) {
            finding = finding.label(name_span(before), format!("the name of {}", before.address));
        }
        found.push(finding);
    }
}

/// RAM181.
pub(crate) fn types_have_few(declaration: &Declaration, _: &[ShareView<'_>], found: &mut Found) {
    let mut of_type: BTreeMap<_, Vec<&PermissionBlock>> = BTreeMap::new();
    for block in &declaration.permissions {
        let code = block.resource_type.value.as_str().to_ascii_lowercase();
        of_type.entry((&block.account.value, &block.region.value, code)).or_default().push(block);
    }
    for ((account, region, _), mut blocks) in of_type {
        blocks.sort_by_key(|block| (block.span, &block.address));
        if let Some(beyond) = blocks.get(OF_ONE_TYPE) {
            let (n, code) = (blocks.len(), &beyond.resource_type.value);
            let detail = format!("The stack has {n} permissions for {code} in account {account}, {region}.");
            found.push(Diagnostic::warning(&RAM181, beyond.span, detail).help(format!(
                "Use one permission for several shares, or have the quota of {OF_ONE_TYPE} raised."
            )));
        }
    }
}

#[cfg(test)]
mod tests;
