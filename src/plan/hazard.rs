//! Changes that a person should not miss, each with its code.

use crate::access::{AccessDelta, Grants};
use crate::diag::{Code, hazards as codes};
use crate::diff::{
    Change, Diff, Membership, Part, PermissionChange, PermissionDiff, PermissionPart, PermissionVerdict,
    ShareDiff, Verdict, is_outside,
};
use crate::model::{Observed, PolicyChange, Principal, ResourceArn, ResourceType, StackName};
use crate::org::OrgView;
use crate::plan::body::Detail;

/// A change that needs consent, by code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hazard {
    pub code: &'static Code,
    pub subject: HazardSubject,
}

/// What a hazard is about, within its share or the plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HazardSubject {
    Principal(Principal),
    Resource(ResourceArn),
    /// The permission of a type.
    Permission(ResourceType),
    /// The share, or the permission, as a whole.
    Share,
    /// The plan as a whole.
    Plan,
}

/// The hazards of one share's change.
pub(crate) fn of_share(
    diff: &Diff,
    change: &Change,
    details: &[Detail],
    access: &AccessDelta,
    before: Option<&Grants>,
    org: &OrgView,
) -> Vec<Hazard> {
    let mut out = Vec::new();
    for detail in details {
        if let Part::Principal { principal, label: _, how } = &detail.edit.part {
            let about = || HazardSubject::Principal(principal.clone());
            match how {
                Membership::Added | Membership::Repaired { .. } => {
                    if is_stranger(principal, change, diff, org) {
                        out.push(Hazard { code: &codes::RAM201, subject: about() });
                    }
                    if matches!(principal, Principal::Organization(_)) {
                        out.push(Hazard { code: &codes::RAM202, subject: about() });
                    }
                    let open = change.after().is_some_and(|after| after.sources.is_empty());
                    if matches!(principal, Principal::Service(_)) && open {
                        out.push(Hazard { code: &codes::RAM209, subject: about() });
                    }
                }
                Membership::Removed => {
                    let keeps_share = !matches!(change, Change::Delete { .. });
                    if keeps_share && !(detail.lose.is_empty() && detail.unknown.is_empty()) {
                        out.push(Hazard { code: &codes::RAM203, subject: about() });
                    }
                }
            }
        }
        if let Part::Permission { resource_type, actions, .. }
        | Part::PermissionVersion { resource_type, actions, .. } = &detail.edit.part
            && actions.known().is_none_or(PolicyChange::widens)
            && before.is_some_and(|grants| !grants.principals.is_empty() && !grants.resources.is_empty())
        {
            let subject = HazardSubject::Permission(resource_type.clone());
            out.push(Hazard { code: &codes::RAM217, subject });
        }
        if let Part::Resource { resource, how: Membership::Removed, .. } = &detail.edit.part
            && !matches!(change, Change::Delete { .. })
            && !(detail.lose.is_empty() && detail.unknown.is_empty())
        {
            out.push(Hazard { code: &codes::RAM203, subject: HazardSubject::Resource(resource.clone()) });
        }
    }
    let owner_was_included = before
        .is_some_and(|grants| crate::access::reach(&grants.principals, &grants.owner, org).owner_included);
    let share_hazards = [
        (access.owner_included && !owner_was_included, &codes::RAM204),
        (opens_to_strangers(change), &codes::RAM205),
        (
            matches!(change, Change::Delete { .. })
                && before.is_some_and(|grants| !grants.principals.is_empty()),
            &codes::RAM206,
        ),
        (matches!(change, Change::Replace { .. }), &codes::RAM207),
        (takes_over(change, diff), &codes::RAM210),
        (empties(change), &codes::RAM211),
    ];
    let share_hazards = share_hazards.into_iter().filter(|(applies, _)| *applies);
    out.extend(share_hazards.map(|(_, code)| Hazard { code, subject: HazardSubject::Share }));
    out
}

/// The hazards of one permission's change.
pub(crate) fn of_permission(stack: &StackName, diff: &PermissionDiff) -> Vec<Hazard> {
    let PermissionVerdict::Changed(PermissionChange::Update { edits, .. }) = &diff.verdict else {
        return Vec::new();
    };
    let taken = edits.iter().any(|edit| match &edit.part {
        PermissionPart::Imported { owner: Some(owner) } => owner != stack.as_str(),
        _ => false,
    });
    let hazard = Hazard { code: &codes::RAM210, subject: HazardSubject::Share };
    if taken { vec![hazard] } else { Vec::new() }
}

/// The hazards of the plan as a whole.
pub(crate) fn of_plan(diff: &Diff) -> Vec<Hazard> {
    let goes = |share: &&ShareDiff| matches!(share.verdict, Verdict::Changed(Change::Delete { .. }));
    let all_go = diff.shares.len() > 1 && diff.shares.iter().all(|share| goes(&share));
    if all_go && diff.unresolved.is_empty() && diff.partial.is_none() {
        vec![Hazard { code: &codes::RAM208, subject: HazardSubject::Plan }]
    } else {
        Vec::new()
    }
}

/// Outside of the organization, or, where that is not known, on a share that allows it and no account of the stack.
fn is_stranger(principal: &Principal, change: &Change, diff: &Diff, org: &OrgView) -> bool {
    match &org.snapshot {
        Observed::Known(_) => is_outside(principal, org),
        Observed::Unknown(_) => {
            change.after().is_some_and(|after| after.allow_external_principals)
                && principal.account().is_some_and(|account| !diff.account_labels.contains_key(&account))
        }
    }
}

/// Whether a share of another stack becomes this one's.
fn takes_over(change: &Change, diff: &Diff) -> bool {
    let Change::Update { edits, .. } = change else { return false };
    edits.iter().any(|edit| match &edit.part {
        Part::Imported { owner: Some(owner) } => owner != diff.stack.as_str(),
        _ => false,
    })
}

/// Whether a share that stays loses all that is on it.
fn empties(change: &Change) -> bool {
    let Change::Update { before, after, edits: _ } = change else { return false };
    !before.share.resources.is_empty() && after.resources.is_empty()
}

fn opens_to_strangers(change: &Change) -> bool {
    let before = change.before().is_some_and(|before| before.share.allow_external_principals);
    change.after().is_some_and(|after| after.allow_external_principals) && !before
}
