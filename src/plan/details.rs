//! A change part by part, each part with the accounts that it concerns.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::access::{Grants, reach};
use crate::diff::{Cause, Change, Delta, Edit, Membership, Part, Present, Wanted, principal_label};
use crate::live::Association;
use crate::model::{
    AccountId, AssociationStatus, ConditionChange, Observed, PolicyChange, Principal, ResourceArn,
};
use crate::org::OrgView;
use crate::plan::body::Detail;

/// What a change leaves the share to give. What is stuck in a state that no step mends gives nothing.
pub(crate) fn grants_after(change: &Change) -> Option<Grants> {
    if let Change::Release { before } = change {
        return Some(Grants::of_live(&before.place, &before.share));
    }
    let after = change.after()?;
    let mut grants = Grants {
        owner: after.place.account.clone(),
        principals: after.principals.keys().cloned().collect(),
        resources: after.resources.keys().cloned().collect(),
    };
    if let Change::Update { before, .. } = change {
        let stuck = |association: Option<&Association>| {
            use AssociationStatus as S;
            association.is_some_and(|association| {
                matches!(association.status, S::Suspended | S::Suspending | S::Disassociating)
            })
        };
        grants.principals.retain(|principal| !stuck(before.share.principals.get(principal)));
        grants.resources.retain(|resource| !stuck(before.share.resources.get(resource)));
    }
    Some(grants)
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
        Change::Release { .. } => Vec::new(),
    };
    let (before, after) = (Side::of(before, org), Side::of(after, org));
    edits.into_iter().map(|edit| detail(edit, &before, &after, org)).collect()
}

/// One side of a change with its accounts, worked out once for all parts.
struct Side<'a> {
    grants: Option<&'a Grants>,
    accounts: Arc<BTreeSet<AccountId>>,
    unknown: Arc<BTreeSet<Principal>>,
}

impl<'a> Side<'a> {
    fn of(grants: Option<&'a Grants>, org: &OrgView) -> Self {
        let reached = grants.map(|grants| reach(&grants.principals, &grants.owner, org)).unwrap_or_default();
        Self { grants, accounts: Arc::new(reached.accounts), unknown: Arc::new(reached.unknown) }
    }

    fn gives_something(&self) -> bool {
        self.grants.is_some_and(|grants| !grants.resources.is_empty())
    }

    /// The accounts that have something before and after.
    fn kept_by(&self, after: &Self) -> Arc<BTreeSet<AccountId>> {
        if !self.gives_something() || !after.gives_something() {
            return Arc::default();
        }
        Arc::new(self.accounts.intersection(&after.accounts).cloned().collect())
    }

    fn holds(&self, resource: &ResourceArn) -> bool {
        self.grants.is_some_and(|grants| grants.resources.contains(resource))
    }
}

/// Whether somebody may no longer do what he could.
fn narrows(change: &PolicyChange) -> bool {
    !change.removed.is_empty() || change.conditions != ConditionChange::Same
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
        actions: Observed::Known(PolicyChange::default()),
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

fn detail(edit: Edit, before: &Side<'_>, after: &Side<'_>, org: &OrgView) -> Detail {
    let mut out = Detail { edit, gain: Arc::default(), lose: Arc::default(), unknown: Arc::default() };
    if let Part::Permission { actions, .. } | Part::PermissionVersion { actions, .. } = &out.edit.part {
        let kept = before.kept_by(after);
        let (gain, lose) = match actions {
            Observed::Known(change) => (change.widens(), narrows(change)),
            Observed::Unknown(_) => (true, true),
        };
        (out.gain, out.lose) =
            (if gain { kept.clone() } else { Arc::default() }, if lose { kept } else { Arc::default() });
        return out;
    }
    let (Part::Principal { how, .. } | Part::Resource { how, .. }) = &out.edit.part else { return out };
    let ((from, to), slot) = match how {
        Membership::Added | Membership::Repaired { .. } => ((before, after), &mut out.gain),
        Membership::Removed => ((after, before), &mut out.lose),
    };
    match &out.edit.part {
        Part::Principal { principal, .. } => {
            if let Some(grants) = to.grants.filter(|_| to.gives_something()) {
                let mut one = reach([principal], &grants.owner, org);
                if from.gives_something() {
                    one.accounts.retain(|account| !from.accounts.contains(account));
                }
                *slot = Arc::new(one.accounts);
                out.unknown = Arc::new(one.unknown);
            }
        }
        Part::Resource { resource, .. } if to.holds(resource) => {
            if from.holds(resource) {
                *slot = Arc::new(to.accounts.difference(&from.accounts).cloned().collect());
                out.unknown = Arc::new(to.unknown.difference(&from.unknown).cloned().collect());
            } else {
                slot.clone_from(&to.accounts);
                out.unknown.clone_from(&to.unknown);
            }
        }
        _ => {}
    }
    out
}
