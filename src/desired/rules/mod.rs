//! RAM's rules, one function each. A rule looks at one share, or at the whole stack, and says what it finds.
//!
//! Sources: AWS RAM user guide and API reference, unless a rule names another.

#[cfg(test)]
mod tests;

mod consent;
mod expiry;
mod flags;
mod identity;
mod inbound;
mod names;
mod organization;
mod managed;
mod permissions;
mod principals;
mod quotas;
mod resources;
mod stack;
mod tagged;
mod tags;

pub(crate) use organization::accounts_that_are_read_are_open;
pub use stack::{NoSearch, nowhere_is_looked};

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::settle::Organization;
use crate::desired::view::ShareView;
use crate::diag::{Diagnostic, Span};
use crate::lang::Declaration;

type Found = Vec<Diagnostic>;

/// Rules over one share.
const SHARE: &[fn(&ShareView<'_>, &mut Found)] = &[
    names::has_usable_length,
    names::has_usual_characters,
    resources::listed_once,
    resources::belong_to_the_account,
    resources::are_in_the_region,
    resources::global_ones_are_in_us_east_1,
    resources::are_in_the_partition,
    resources::can_be_shared,
    resources::have_a_known_type,
    tagged::can_be_searched,
    tagged::find_something,
    tagged::are_of_the_account,
    principals::listed_once,
    principals::do_not_include_the_owner,
    principals::are_in_the_partition,
    principals::roles_and_users_only_where_allowed,
    principals::services_only_where_allowed,
    principals::services_stand_alone,
    principals::sources_only_with_services,
    principals::sources_have_a_form,
    permissions::one_per_type,
    permissions::have_a_form,
    permissions::are_for_the_type,
    permissions::customer_managed_only_where_allowed,
    permissions::are_in_the_place,
    permissions::types_are_known,
    permissions::have_a_resource,
    tags::of_shares_fit,
    flags::retaining_needs_external_principals,
    flags::retaining_is_for_accounts,
    flags::retaining_is_for_types_that_leave,
    quotas::resources_fit,
    quotas::principals_fit,
];

/// Rules over the whole stack.
const STACK: &[fn(&Declaration, &[ShareView<'_>], &mut Found)] = &[
    stack::accounts_have_one_block,
    stack::names_are_distinct,
    stack::former_names_are_others,
    stack::units_and_names_have_an_organization,
    stack::units_need_sharing,
    identity::imports_are_from_the_place,
    identity::imports_are_distinct,
    identity::moves_lead_one_way,
    identity::moved_addresses_are_free,
    identity::removed_addresses_are_free,
    expiry::shares_have_time_left,
    inbound::names_are_patterns,
    inbound::senders_are_others,
    inbound::each_decides_something,
    inbound::senders_are_not_of_the_stack,
    consent::has_time_left,
    managed::permissions_fit,
    managed::names_are_distinct,
    managed::types_have_few,
];

/// Rules over one share that take the organization.
const ORGANIZATION: &[fn(&ShareView<'_>, &Organization<'_>, &mut Found)] = &[
    organization::units_are_in_it,
    organization::has_all_features,
    organization::accounts_are_active,
    organization::strangers_only_where_allowed,
    organization::types_that_stay_inside_stay,
];

/// Every finding of the rules that need no organization, in source order.
pub(crate) fn check(declaration: &Declaration, shares: &[ShareView<'_>]) -> Found {
    let mut found = Vec::new();
    for rule in STACK {
        rule(declaration, shares, &mut found);
    }
    for share in shares {
        for rule in SHARE {
            rule(share, &mut found);
        }
    }
    found
}

/// What the organization, as it is now, has against a share. It may have come about with no change of the files.
pub(crate) fn check_inside(share: &ShareView<'_>, organization: &Organization<'_>) -> Found {
    let mut found = Vec::new();
    for rule in ORGANIZATION {
        rule(share, organization, &mut found);
    }
    found
}

/// Sorts by place and folds what several instances of one block have in common into the first of them.
pub(crate) fn tidy(mut found: Found) -> Found {
    // A stable sort: at one place the rules' order holds.
    found.sort_by_key(|finding| finding.span);
    let mut kept: Vec<(Diagnostic, Vec<String>)> = Vec::new();
    let mut at: BTreeMap<(&'static str, Span), usize> = BTreeMap::new();
    for finding in found {
        let Some(span) = finding.span else {
            kept.push((finding, Vec::new()));
            continue;
        };
        match at.get(&(finding.code.id, span)) {
            Some(index) if kept[*index].0.detail == finding.detail => {}
            Some(index) => kept[*index].1.push(finding.detail),
            None => {
                at.insert((finding.code.id, span), kept.len());
                kept.push((finding, Vec::new()));
            }
        }
    }
    kept.into_iter()
        .map(|(mut finding, others)| {
            if !others.is_empty() {
                let told = same_here(&finding.detail, &others);
                finding.detail.push_str(&told);
            }
            finding
        })
        .collect()
}

/// Names what else is so at the same place: by the words in which the sentences about the others differ from the first.
fn same_here(first: &str, others: &[String]) -> String {
    const NAMED: usize = 5;
    let mut told: Vec<String> = Vec::new();
    for other in others {
        let words: Vec<(&str, &str)> = first.split(' ').zip(other.split(' ')).collect();
        let alike = first.split(' ').count() == other.split(' ').count();
        let name = if alike {
            let differing: BTreeSet<&str> = words
                .iter()
                .filter(|(a, b)| a != b)
                .map(|(_, b)| b.trim_matches(['.', ',', ';', ':', '(', ')']))
                .collect();
            differing.into_iter().collect::<Vec<_>>().join(", ")
        } else {
            format!("\n{other}")
        };
        if !told.contains(&name) {
            told.push(name);
        }
    }
    let more = told.len().saturating_sub(NAMED);
    told.truncate(NAMED);
    match more {
        0 => format!(" The same here for: {}.", told.join("; ").trim_end_matches('.')),
        more => format!(" The same here for: {}; and {more} more.", told.join("; ").trim_end_matches('.')),
    }
}
