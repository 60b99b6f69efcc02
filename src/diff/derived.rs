//! Whether the parts of an update are those that lead from one of its sides to the other.
//!
//! Access is told from the sides and steps are made from the parts. Somebody who writes both by hand could let them differ.

use crate::diff::change::{Change, Diff, Edit, Membership, Part, Present, ShareDiff, Verdict, Wanted};
use crate::diff::edits::{member_parts, settings, tags};
use crate::diff::invitation::InvitationState;
use crate::diff::narrow::Causes;
use crate::model::{Address, Principal};
use crate::org::OrgView;

/// The first share of a comparison whose parts do not follow from its sides. In a plan of drift alone the pending parts are left out, so
/// nothing can be told of it.
pub(crate) fn first_underived<'a>(diff: &'a Diff, org: &OrgView) -> Option<&'a Address> {
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
