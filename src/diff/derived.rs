//! Whether a comparison that somebody could have written by hand hangs together.
//!
//! Access is told from the sides of a share and steps are made from its parts, so the parts must lead from one side to the other. What no
//! reader is shown must follow from what is shown: the stack's own tags, which share another one replaces, where an invitation is accepted.

use std::collections::BTreeSet;

use crate::diff::change::{Change, Diff, Edit, Membership, Part, Present, ShareDiff, Verdict, Wanted};
use crate::diff::edits::{member_parts, settings, tags};
use crate::diff::invitation::InvitationState;
use crate::diff::narrow::Causes;
use crate::diff::permission::{PermissionChange, PermissionDiff, PermissionVerdict};
use crate::model::{Address, Principal, ShareArn, StackName, TAG_ADDRESS, TAG_IMPORTED, TAG_STACK, Tags};
use crate::org::OrgView;

/// The first block of a comparison whose facts do not follow from one another.
pub(crate) fn first_underived<'a>(diff: &'a Diff, org: &OrgView) -> Option<&'a Address> {
    let share = diff.shares.iter().find(|share| !hangs_together(share, diff)).map(|share| &share.address);
    let permission = || {
        let found = diff.permissions.iter().find(|permission| !permission_hangs_together(permission, diff));
        found.map(|permission| &permission.address)
    };
    share.or_else(permission).or_else(|| first_with_other_parts(diff, org))
}

/// Whether the tags by which the stack knows its own are those of this stack and block.
fn are_own(ownership: &Tags, stack: &StackName, address: &Address) -> bool {
    ownership.iter().all(|(key, value)| match key.as_str() {
        TAG_STACK => value == stack.as_str(),
        TAG_ADDRESS => *value == address.tag_value(),
        TAG_IMPORTED => value == "true",
        _ => false,
    }) && [TAG_STACK, TAG_ADDRESS].iter().all(|key| ownership.contains_key(*key))
}

fn hangs_together(share: &ShareDiff, diff: &Diff) -> bool {
    let region = &share.place().region;
    if share.invitations.values().any(|invitation| invitation.consumer.region != *region) {
        return false;
    }
    let Verdict::Changed(change) = &share.verdict else { return true };
    let after = match change {
        Change::Create { after } | Change::Update { after, .. } | Change::Replace { after, .. } => after,
        Change::Delete { .. } | Change::Release { .. } => return true,
    };
    let of_address = |arn: &ShareArn| {
        let mut own = diff.shares.iter().filter(|other| other.address == share.address);
        own.any(|other| other.before().is_some_and(|before| before.share.arn == *arn))
    };
    let replaced = match change {
        Change::Replace { before, .. } => after.replaces.contains(&before.share.arn),
        _ => true,
    };
    let attached = match change {
        Change::Update { before, after, edits } => edits_of_permissions_follow(before, after, edits),
        _ => true,
    };
    are_own(&after.ownership, &diff.stack, &share.address)
        && replaced
        && after.replaces.iter().all(of_address)
        && attached
}

/// Whether another version is one of the permission that is attached, and another permission is a part of the change.
fn edits_of_permissions_follow(before: &Present, after: &Wanted, edits: &[Edit]) -> bool {
    let live = &before.share.permissions;
    let is_attached = |edit: &Edit| match &edit.part {
        Part::PermissionVersion { permission, .. } => {
            live.values().any(|attached| attached.arn == *permission)
        }
        _ => true,
    };
    let is_swapped = |edit: &Edit, kind| matches!(&edit.part, Part::Permission { resource_type, .. } if resource_type == kind);
    edits.iter().all(is_attached)
        && after.permissions.iter().all(|(kind, arn)| {
            let stays = live.get(kind).is_none_or(|attached| attached.arn == *arn);
            stays || edits.iter().any(|edit| is_swapped(edit, kind) || edit.part == Part::Promoted)
        })
}

fn permission_hangs_together(permission: &PermissionDiff, diff: &Diff) -> bool {
    let PermissionVerdict::Changed(change) = &permission.verdict else { return true };
    if let Some(before) = change.before() {
        let users: BTreeSet<&ShareArn> = diff
            .shares
            .iter()
            .filter_map(|share| share.before())
            .filter(|share| share.share.permissions.values().any(|attached| attached.arn == before.row.arn))
            .map(|share| &share.share.arn)
            .collect();
        if !users.into_iter().all(|share| before.users.contains(share)) {
            return false;
        }
    }
    let same = match change {
        PermissionChange::Update { before, after, edits: _ } => before.row.arn == after.arn,
        _ => true,
    };
    same && change.after().is_none_or(|after| are_own(&after.ownership, &diff.stack, &permission.address))
}

/// The first share whose parts do not follow from its sides. In a plan of drift alone the pending parts are left out, so nothing can be told
/// of it.
fn first_with_other_parts<'a>(diff: &'a Diff, org: &OrgView) -> Option<&'a Address> {
    if diff.partial.as_ref().is_some_and(|partial| partial.scope.causes == Causes::Drift) {
        return None;
    }
    let differs = |share: &&ShareDiff| match &share.verdict {
        Verdict::Changed(Change::Update { before, after, edits }) => {
            !follow(share, before, after, edits, org)
        }
        _ => false,
    };
    diff.shares.iter().find(differs).map(|share| &share.address)
}

/// What permissions give depends on their versions, and whose a share is on its history; all else is in the two sides.
fn follow(share: &ShareDiff, before: &Present, after: &Wanted, edits: &[Edit], org: &OrgView) -> bool {
    let live = &before.share;
    // Who is invited anew is taken off and put on again, and who turned an invitation down is not asked again.
    let stays = |principal: &Principal| {
        live.principals.contains_key(principal) && after.principals.contains_key(principal)
    };
    let is_told_by_sides = |part: &Part| match part {
        Part::Principal { principal, how: Membership::Repaired { .. }, .. } => !stays(principal),
        Part::Principal { .. }
        | Part::Resource { .. }
        | Part::Source { .. }
        | Part::Name { .. }
        | Part::AllowExternalPrincipals { .. }
        | Part::Tag { .. } => true,
        Part::Permission { .. }
        | Part::PermissionVersion { .. }
        | Part::Imported { .. }
        | Part::Promoted
        | Part::Moved { .. }
        | Part::StackRenamed { .. }
        | Part::Record => false,
    };
    let found: Vec<&Part> =
        edits.iter().map(|edit| &edit.part).filter(|part| is_told_by_sides(part)).collect();
    let is_left = |part: &Part| match part {
        Part::Principal { principal, .. } => {
            let state = share.invitations.get(principal).map(|invitation| &invitation.state);
            matches!(state, Some(InvitationState::Rejected { .. })) && !found.contains(&part)
        }
        _ => false,
    };
    let derived: Vec<Part> = settings(live, after)
        .into_iter()
        .chain(member_parts(live, after, org).into_iter().map(|(_, part)| part))
        .chain(tags(live, after))
        .filter(|part| is_told_by_sides(part) && !is_left(part))
        .collect();
    found.into_iter().eq(&derived)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::diff;
    use crate::diff::fixture::*;

    /// An update of everything that the sides tell, and the organization that it was compared with.
    fn updated() -> (Diff, OrgView) {
        let mut desired = desired_share("tgw");
        let found = live_share(&desired, 1);
        desired.name = "other".to_owned();
        desired.principals = [as_written(ou("p"))].into();
        desired.resources.extend([(tgw(2), None)]);
        desired.tags.insert("team".to_owned(), "net".to_owned());
        (diff(&stack([desired]), &live([found]), &org()), org())
    }

    fn forged(change: impl FnOnce(&mut Present, &mut Wanted, &mut Vec<Edit>)) -> bool {
        let (mut diff, org) = updated();
        let Verdict::Changed(Change::Update { before, after, edits }) = &mut diff.shares[0].verdict else {
            panic!("an update");
        };
        change(before, after, edits);
        first_underived(&diff, &org).is_some()
    }

    #[test]
    fn parts_that_do_not_lead_from_one_side_to_the_other_are_found() {
        assert!(!forged(|_, _, _| {}));
        for at in 0..5 {
            assert!(forged(|_, _, edits| drop(edits.remove(at))), "part {at} is left out");
            assert!(forged(|_, _, edits| edits.push(edits[at].clone())), "part {at} comes twice");
        }
        // Somebody comes whom no side has, or stays for all that the sides say.
        assert!(forged(|_, _, edits| {
            for edit in edits {
                if let Part::Principal { principal: one, how: Membership::Added, .. } = &mut edit.part {
                    *one = principal("999999999999");
                }
            }
        }));
        assert!(forged(|_, after, _| after.principals.extend([(principal("333333333333"), String::new())])));
        assert!(forged(|_, after, _| after.resources.clear()));
        assert!(forged(|before, _, _| before.share.principals.clear()));
        assert!(forged(|_, after, _| after.name = "third".to_owned()));
        assert!(forged(|_, after, _| drop(after.tags.insert("team".to_owned(), "web".to_owned()))));
    }
}
