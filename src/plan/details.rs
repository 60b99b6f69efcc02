//! A change part by part, each part with the accounts that it concerns.

use std::collections::BTreeSet;

use crate::access::{Grants, reach};
use crate::diff::{Cause, Change, Delta, Edit, Membership, Part, Present, Wanted, principal_label};
use crate::model::Principal;
use crate::org::OrgView;
use crate::plan::body::Detail;

/// What a share gives once it is as wanted.
pub(crate) fn grants_of_wanted(after: &Wanted) -> Grants {
    Grants {
        owner: after.place.account.clone(),
        principals: after.principals.keys().cloned().collect(),
        resources: after.resources.keys().cloned().collect(),
    }
}

/// The parts of a change. What is made or goes as a whole is listed as if it came or went member by member.
pub(crate) fn details(
    change: &Change,
    before: Option<&Grants>,
    after: Option<&Grants>,
    org: &OrgView,
) -> Vec<Detail> {
    let edits = match change {
        Change::Create { after } | Change::Replace { after, .. } => arriving(after),
        Change::Update { edits, .. } => edits.clone(),
        Change::Delete { before, .. } => leaving(before, org),
    };
    edits.into_iter().map(|edit| detail(edit, before, after, org)).collect()
}

fn arriving(after: &Wanted) -> Vec<Edit> {
    let Wanted { resources, principals, sources, permissions, .. } = after;
    let added = || Membership::Added;
    let principals = principals.iter().map(|(principal, label)| Part::Principal {
        principal: principal.clone(),
        label: label.clone(),
        how: added(),
    });
    let resources = resources.iter().map(|(resource, kind)| Part::Resource {
        resource: resource.clone(),
        resource_type: kind.clone(),
        how: added(),
    });
    let sources = sources.iter().map(|source| Part::Source { source: source.clone(), how: added() });
    let permissions = permissions.iter().map(|(kind, arn)| Part::Permission {
        resource_type: kind.clone(),
        how: Delta::Added { after: arn.clone() },
    });
    principals
        .chain(sources)
        .chain(resources)
        .chain(permissions)
        .map(|part| Edit { part, cause: Cause::Pending })
        .collect()
}

fn leaving(before: &Present, org: &OrgView) -> Vec<Edit> {
    let removed = || Membership::Removed;
    let principals = before.share.principals.keys().map(|principal| Part::Principal {
        principal: principal.clone(),
        label: principal_label(principal, org),
        how: removed(),
    });
    let resources = before.share.resources.keys().map(|resource| Part::Resource {
        resource: resource.clone(),
        resource_type: None,
        how: removed(),
    });
    principals.chain(resources).map(|part| Edit { part, cause: Cause::Pending }).collect()
}

fn detail(edit: Edit, before: Option<&Grants>, after: Option<&Grants>, org: &OrgView) -> Detail {
    let mut out = Detail { edit, gain: BTreeSet::new(), lose: BTreeSet::new(), unknown: BTreeSet::new() };
    let all = |grants: Option<&Grants>| {
        grants.map(|grants| reach(&grants.principals, &grants.owner, org)).unwrap_or_default()
    };
    let gives = |grants: Option<&Grants>| grants.is_some_and(|grants| !grants.resources.is_empty());
    let owner = after.or(before).map(|grants| grants.owner.clone());
    match &out.edit.part {
        Part::Principal { principal, label: _, how } => {
            let Some(owner) = owner else { return out };
            let (from, to) = match how {
                Membership::Added | Membership::Repaired { .. } => (before, after),
                Membership::Removed => (after, before),
            };
            if !gives(to) {
                return out;
            }
            let one = reach([principal], &owner, org);
            out.unknown = one.unknown;
            let others = if gives(from) { all(from).accounts } else { BTreeSet::new() };
            let accounts = one.accounts.difference(&others).cloned().collect();
            match how {
                Membership::Added | Membership::Repaired { .. } => out.gain = accounts,
                Membership::Removed => out.lose = accounts,
            }
        }
        Part::Resource { resource, resource_type: _, how } => {
            let holders =
                |grants: Option<&Grants>| all(grants.filter(|grants| grants.resources.contains(resource)));
            let (had, has) = (holders(before), holders(after));
            match how {
                Membership::Added | Membership::Repaired { .. } => {
                    out.gain = has.accounts.difference(&had.accounts).cloned().collect();
                    out.unknown = unknown(&has.unknown, &had.unknown);
                }
                Membership::Removed => {
                    out.lose = had.accounts.difference(&has.accounts).cloned().collect();
                    out.unknown = unknown(&had.unknown, &has.unknown);
                }
            }
        }
        Part::Name { .. }
        | Part::AllowExternalPrincipals { .. }
        | Part::Source { .. }
        | Part::Permission { .. }
        | Part::Tag { .. }
        | Part::Record => {}
    }
    out
}

fn unknown(of: &BTreeSet<Principal>, but: &BTreeSet<Principal>) -> BTreeSet<Principal> {
    of.difference(but).cloned().collect()
}
