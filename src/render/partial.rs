//! That a run was about a part of the stack: said wherever its result is.

use crate::diff::{Causes, Partial, Scope};
use crate::render::escape::escape;
use crate::render::parts::count;

/// What the run was about and what it leaves out, in sentences.
pub(crate) fn sentences(partial: &Partial) -> Vec<String> {
    let Partial { scope, shares, changes, permissions, sharing, unread, orphans } = partial;
    let Scope { targets, excluded, accounts, regions, causes } = scope;
    let list =
        |texts: Vec<String>| texts.iter().map(|text| escape(text).to_string()).collect::<Vec<_>>().join(", ");
    let mut about = Vec::new();
    if !targets.is_empty() {
        about.push(format!("only {}", list(targets.iter().map(ToString::to_string).collect())));
    }
    if !excluded.is_empty() {
        about.push(format!("without {}", list(excluded.iter().map(ToString::to_string).collect())));
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
    let mut left_out = vec![format!("{}, {changes} of them with changes", count(*shares, "share", "shares"))];
    if *permissions > 0 {
        left_out.push(format!("{} with changes", count(*permissions, "permission", "permissions")));
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
        let names = list(orphans.iter().map(ToString::to_string).collect());
        out.push(format!(
            "What takes over the resources of {names} is left out, so access is lost until it is applied."
        ));
    }
    out
}
