//! What changed in AWS since a plan was made, fact by fact.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::access::{AccessDelta, Grantee};
use crate::diff::{PermissionDiff, Present, Remark};
use crate::live::{
    Association, AttachedPermission, CustomerPermissionRow, LiveShare, LiveState, Policies, PolicyOf,
};
use crate::model::{
    AccountId, Address, AssociationStatus, Observed, PermissionArn, PermissionPolicy, Place, Principal,
    Region, ResourceArn, ShareArn, Usage,
};
use crate::org::{OrgView, SharingState};
use crate::plan::basis::{Basis, Behind, Standing};
use crate::plan::body::PlannedShare;
use crate::plan::grants::grants_beside;

/// One fact that is no longer what a plan was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// A share that the plan changes.
    Share {
        address: Address,
        arn: ShareArn,
        place: Place,
        change: ShareChange,
        /// Since when it is so, where AWS says so: of a share that appeared, and of a member that is on it. The share's own time does
        /// not move when members or tags change.
        since: Option<Timestamp>,
    },
    /// A share that the plan leaves alone, and through which somebody keeps what the plan takes elsewhere, gives something else now, or
    /// is gone.
    Beside { arn: ShareArn, name: String, place: Place, gone: bool },
    /// A customer managed permission that the plan makes or changes.
    Permission { address: Address, arn: PermissionArn, place: Place, change: PermissionChanged },
    /// A version of a permission by which it was told who gains and loses.
    Policy { permission: PermissionArn, region: Region },
    /// Sharing inside the organization.
    Sharing { before: SharingState, after: SharingState },
    /// Who is behind a principal.
    Principal { principal: Principal, label: String, change: StandingChange },
    /// An account that loses a resource has something in it now, and had nothing.
    Usage { address: Address, resource: ResourceArn, account: AccountId, count: usize },
    /// A share that the plan makes or keeps, and whose `expires` is over by now.
    Expired { address: Address, at: Timestamp },
}

/// A share whose block says that it is over by now, and that the plan makes, changes or keeps with steps.
pub(crate) fn expired(share: &PlannedShare, now: Timestamp) -> Option<Difference> {
    let kept = share.diff.after().is_some() && !share.steps.is_empty();
    let ends = share.diff.remarks.iter().find_map(|remark| match remark {
        Remark::Expires { at, left: _ } => Some(*at),
        _ => None,
    });
    let at = ends.filter(|at| kept && *at <= now)?;
    Some(Difference::Expired { address: share.diff.address.clone(), at })
}

/// What happened to a permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PermissionChanged {
    /// The plan changes it, and it is deleted.
    Gone,
    /// The plan would make it, and it is there.
    Appeared,
    /// It has another default version, other tags or other shares.
    Other,
}

/// Compares a permission with what it was. What a version allows never changes, so its number stands for it.
pub(crate) fn permission(diff: &PermissionDiff, live: &LiveState) -> Option<Difference> {
    let found = live.places.get(diff.place()).and_then(Observed::known)?;
    let row_of = |arn: &PermissionArn| {
        let there = |row: &&CustomerPermissionRow| row.arn == *arn && !row.status.starts_with("DELET");
        found.customer_permissions.iter().find(there)
    };
    let change = match diff.before() {
        None => row_of(diff.arn()).map(|_| PermissionChanged::Appeared),
        Some(before) => match row_of(&before.row.arn) {
            None => Some(PermissionChanged::Gone),
            Some(now) => {
                let has = |share: &&LiveShare| share.permissions.values().any(|one| one.arn == now.arn);
                let users: BTreeSet<&ShareArn> =
                    found.shares.values().filter(has).map(|share| &share.arn).collect();
                let same = *now == before.row && users == before.users.iter().collect();
                (!same).then_some(PermissionChanged::Other)
            }
        },
    };
    let (address, arn, place) = (diff.address.clone(), diff.arn().clone(), diff.place().clone());
    change.map(|change| Difference::Permission { address, arn, place, change })
}

/// What happened to a share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShareChange {
    /// The plan changes it, and it is deleted.
    Gone,
    /// The plan would make it, and a share of its address is there.
    Appeared,
    /// One part of it. None: not there.
    Part { kind: &'static str, subject: String, before: Option<String>, after: Option<String> },
}

/// What happened to a principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StandingChange {
    Accounts {
        joined: BTreeSet<AccountId>,
        left: BTreeSet<AccountId>,
    },
    /// A unit has another name or place in the tree; the label is the earlier one.
    Renamed {
        now: String,
    },
    /// It was inside the organization and is not, or the other way round.
    Moved {
        inside: bool,
    },
}

/// The facts of one share, each under its kind and subject.
type Facts<'a> = BTreeMap<(&'static str, String), (String, Option<Timestamp>)>;

/// Compares a share with what it was.
pub(crate) fn share(address: &Address, was: &Present, live: &LiveState) -> Vec<Difference> {
    let Present { place, share } = was;
    let found = live.places.get(place).and_then(|read| read.known()?.shares.get(&share.arn));
    let difference = |change, since| Difference::Share {
        address: address.clone(),
        arn: share.arn.clone(),
        place: place.clone(),
        change,
        since,
    };
    if live.places.get(place).is_some_and(|read| read.gap().is_some()) {
        return Vec::new();
    }
    let Some(now) = found else { return vec![difference(ShareChange::Gone, None)] };
    let (before, after) = (facts(share), facts(now));
    let keys: BTreeSet<&(&'static str, String)> = before.keys().chain(after.keys()).collect();
    let changed = keys.into_iter().filter_map(|key| {
        let (was, is) = (before.get(key), after.get(key));
        let text = |fact: Option<&(String, Option<Timestamp>)>| fact.map(|(text, _)| text.clone());
        if text(was) == text(is) {
            return None;
        }
        let (kind, subject) = (key.0, key.1.clone());
        let since = is.and_then(|(_, since)| *since);
        Some(difference(ShareChange::Part { kind, subject, before: text(was), after: text(is) }, since))
    });
    changed.collect()
}

/// Compares what a share gives that the plan leaves alone.
pub(crate) fn beside(was: &Present, live: &LiveState) -> Option<Difference> {
    let Present { place, share } = was;
    let read = live.places.get(place)?.known()?;
    let now = read.shares.get(&share.arn);
    let given = |share: &LiveShare| grants_beside(&Present { place: place.clone(), share: share.clone() });
    if now.is_some_and(|now| given(now) == given(share)) {
        return None;
    }
    let (arn, name, place) = (share.arn.clone(), share.name.clone(), place.clone());
    Some(Difference::Beside { arn, name, place, gone: now.is_none() })
}

/// Everything about a share that a step depends on. An association on its way counts as there: that it has settled, or that an
/// invitation was accepted meanwhile, changes nothing that a step does.
fn facts(share: &LiveShare) -> Facts<'_> {
    let LiveShare {
        arn: _, // it is found by it
        name,
        status,
        status_message: _, // a wording
        allow_external_principals,
        retain_sharing,
        feature_set,
        tags,
        created: _, // goes with the ARN
        updated: _, // stays where members and tags change
        resources,
        principals,
        sources,
        permissions,
    } = share;
    let mut out = Facts::new();
    for (kind, text) in [
        ("name", name.clone()),
        ("status", status.to_string()),
        ("allow_external_principals", allow_external_principals.to_string()),
        ("retain_sharing_on_account_leave_organization", retain_sharing.to_string()),
        ("feature set", feature_set.to_string()),
    ] {
        out.insert((kind, String::new()), (text, None));
    }
    out.extend(tags.iter().map(|(key, value)| (("tag", key.clone()), (value.clone(), None))));
    let members = |kind, (subject, association): (String, &Association)| {
        let Association { status, status_message: _, external, created: _, updated } = association;
        let status = match status {
            AssociationStatus::Associating => &AssociationStatus::Associated,
            other => other,
        };
        let outside = if *external { ", outside the organization" } else { "" };
        ((kind, subject), (format!("{status}{outside}"), *updated))
    };
    out.extend(resources.iter().map(|(arn, a)| members("resource", (arn.to_string(), a))));
    out.extend(principals.iter().map(|(principal, a)| members("principal", (principal.to_string(), a))));
    out.extend(sources.iter().map(|(source, a)| members("source", (source.clone(), a))));
    out.extend(permissions.iter().map(|(kind, attached)| {
        let AttachedPermission { arn, version, default_version, feature_set: _ } = attached;
        let behind = if *default_version { "" } else { ", not the default version" };
        (("permission", kind.to_string()), (format!("{arn} version {version}{behind}"), None))
    }));
    out
}

/// Who loses a subnet or a transit gateway of this share, had nothing in it and has something now.
pub(crate) fn usage(share: &PlannedShare, access: &AccessDelta, now: &Usage) -> Vec<Difference> {
    let mut out = Vec::new();
    for (resource, users) in &share.usage {
        let (Observed::Known(before), Some(Observed::Known(after))) = (users, now.found.get(resource)) else {
            continue;
        };
        let loses = |account: &AccountId| {
            let in_one = |all: &BTreeSet<Grantee>| all.iter().any(|one| one.account() == Some(account));
            let known = in_one(&access.lose) && in_one(&share.access.lose);
            known || (!share.access.unknown.is_empty() && *account != share.diff.place().account)
        };
        let come = after.iter().filter(|(account, _)| loses(account) && !before.contains_key(*account));
        out.extend(come.map(|(account, count)| Difference::Usage {
            address: share.diff.address.clone(),
            resource: resource.clone(),
            account: account.clone(),
            count: *count,
        }));
    }
    out
}

/// Compares what a version of a permission allows. Of the default version that may change.
pub(crate) fn policy(of: &PolicyOf, was: &Observed<PermissionPolicy>, now: &Policies) -> Option<Difference> {
    let (Observed::Known(was), Observed::Known(now)) = (was, now.get(of)) else { return None };
    let (permission, region) = (of.permission.clone(), of.region.clone());
    (was != now).then_some(Difference::Policy { permission, region })
}

/// Compares what was used of the organization.
pub(crate) fn basis(was: &Basis, org: &OrgView) -> Vec<Difference> {
    let now = was.again(org);
    let changed = was.principals.iter().filter_map(|(principal, before)| {
        let after = now.get(principal)?;
        let change = standing(principal, before, after)?;
        Some(Difference::Principal { principal: principal.clone(), label: before.label.clone(), change })
    });
    changed.collect()
}

fn standing(principal: &Principal, before: &Behind, after: &Behind) -> Option<StandingChange> {
    match (&before.standing, &after.standing) {
        (Standing::Accounts(was), Standing::Accounts(is)) if was != is => Some(StandingChange::Accounts {
            joined: is.difference(was).cloned().collect(),
            left: was.difference(is).cloned().collect(),
        }),
        (was, is) if was != is => Some(StandingChange::Moved { inside: matches!(is, Standing::Accounts(_)) }),
        // The files name a unit by its path; the name of an account means nothing to a step.
        _ if principal.needs_organization_sharing() && before.label != after.label => {
            Some(StandingChange::Renamed { now: after.label.clone() })
        }
        _ => None,
    }
}
