//! That a run was about a part of the stack: said wherever its result is.

use std::collections::BTreeSet;

use crate::diff::{Causes, Partial, Scope};
use crate::model::Address;
use crate::render::escape::escape;
use crate::render::parts::{self, count};

/// How many shares and permissions are named that come or stay away with others.
const NAMED: usize = 10;

/// Addresses in a row.
fn addresses<'a>(all: impl Iterator<Item = &'a Address>) -> String {
    all.map(parts::address).collect::<Vec<_>>().join(", ")
}

/// What the run was about and what it leaves out, in sentences.
pub(crate) fn sentences(partial: &Partial) -> Vec<String> {
    let Partial { scope, shares, changes, permissions, inbound, sharing, unread, orphans, dependents, along } =
        partial;
    let Scope { targets, excluded, accounts, regions, causes } = scope;
    let list =
        |texts: Vec<String>| texts.iter().map(|text| escape(text).to_string()).collect::<Vec<_>>().join(", ");
    let mut about = Vec::new();
    if !targets.is_empty() {
        about.push(format!("only {}", addresses(targets.iter())));
    }
    if !excluded.is_empty() {
        about.push(format!("without {}", addresses(excluded.iter())));
    }
    if !accounts.is_empty() {
        about.push(format!("account {}", list(accounts.iter().map(ToString::to_string).collect())));
    }
    if !regions.is_empty() {
        about.push(format!("Region {}", list(regions.iter().map(ToString::to_string).collect())));
    }
    if *causes == Causes::Drift {
        about.push("only what was changed in AWS since the last apply".to_owned());
    }
    let mut left_out = vec![match (*shares, *changes) {
        (1, 0) => "1 share, which has no changes".to_owned(),
        (1, _) => "1 share, which has changes".to_owned(),
        (n, 0) => format!("{}, none of them with changes", count(n, "share", "shares")),
        (n, changes) => format!("{}, {changes} of them with changes", count(n, "share", "shares")),
    }];
    if *permissions > 0 {
        left_out.push(format!("{} with changes", count(*permissions, "permission", "permissions")));
    }
    if *inbound > 0 {
        left_out.push(format!("{} from others not as declared", count(*inbound, "share", "shares")));
    }
    if *sharing {
        left_out.push("sharing inside the organization, which differs".to_owned());
    }
    if !unread.is_empty() {
        let n = count(unread.len(), "account and Region", "accounts and Regions");
        left_out.push(format!("{n} not read"));
    }
    let mut out = vec![format!("{}.", about.join(", ")), format!("Left out: {}.", left_out.join("; "))];
    if !orphans.is_empty() {
        let names = addresses(orphans.iter());
        out.push(format!(
            "What takes over the resources of {names} is left out, so access is lost until it is applied."
        ));
    }
    let text = parts::address;
    let named = |others: &BTreeSet<Address>| addresses(others.iter());
    let needs = dependents.iter().map(|(address, needs)| {
        format!(
            "{} is left out too, for it needs a change of {}, which is left out.",
            text(address),
            named(needs)
        )
    });
    let comes = along.iter().map(|(address, users)| {
        format!("{} is changed too, for {} cannot be changed without it.", text(address), named(users))
    });
    let all: Vec<String> = needs.chain(comes).collect();
    out.extend(all.iter().take(NAMED).cloned());
    if let rest @ 1.. = all.len().saturating_sub(NAMED) {
        let (needs, comes) = (dependents.len().saturating_sub(NAMED), along.len());
        let comes = comes.min(rest - needs);
        let said = [(needs, "left out too"), (comes, "changed too")].into_iter().filter(|(n, _)| *n > 0);
        let said: Vec<String> =
            said.map(|(n, what)| format!("{n} more {} {what}", if n == 1 { "is" } else { "are" })).collect();
        out.push(format!("{}; the JSON names them.", said.join(", and ")));
    }
    out
}
