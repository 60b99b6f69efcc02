//! The hazards of one share's change: of its parts, and of the share as a whole.

use std::collections::BTreeSet;

use crate::access::{Access, Grantee, Grants, reach, reach_of};
use crate::diag::{Code, hazards as codes};
use crate::diff::{
    Cause, Change, DeleteReason, Diff, InvitationState, Lapse, LeftBy, Membership, Part, Present, Purpose,
    Remark, ShareDiff, Verdict, Wanted, is_outside,
};
use crate::model::{Observed, PolicyChange, Principal, ResourceArn, TAG_IMPORTED, UsedKind};
use crate::org::OrgView;
use crate::plan::body::{Detail, PlannedShare};
use crate::plan::hazard::{Found, HazardSubject, is_of_former_stack, is_replaced, is_undeclared};

/// One share's change and what surrounds it.
pub(super) struct Changing<'a> {
    pub diff: &'a Diff,
    pub share: &'a PlannedShare,
    pub change: &'a Change,
    pub access: &'a Access<'a>,
    pub org: &'a OrgView,
}

impl Changing<'_> {
    pub fn part(&self, detail: &Detail, found: &mut Found) {
        match &detail.edit.part {
            Part::Principal { principal, label: _, how } => {
                let about = || HazardSubject::Principal(principal.clone());
                match how {
                    Membership::Added | Membership::Repaired { .. } => {
                        if self.stands_already(principal, how, detail.edit.cause) {
                            return;
                        }
                        if is_outside(principal, self.org) {
                            found.push((&codes::RAM201, about()));
                        }
                        if self.may_be_outside(principal) {
                            found.push((&codes::RAM225, about()));
                        }
                        if matches!(principal, Principal::Organization(_)) {
                            found.push((&codes::RAM202, about()));
                        }
                        if matches!(principal, Principal::Service(_)) && self.has_no_sources() {
                            found.push((&codes::RAM209, about()));
                        }
                    }
                    // Whoever loses by the rest of a replacement loses resources, which are told one by one.
                    Membership::Removed if self.is_replaced() => {}
                    Membership::Removed => {
                        let taken = self.before_resources();
                        found.extend(self.removal(detail, taken).map(|code| (code, about())));
                    }
                }
            }
            Part::Resource { resource, resource_type: _, how: Membership::Removed } => {
                let about = HazardSubject::Resource(resource.clone());
                found.extend(self.removal(detail, std::iter::once(resource)).map(|code| (code, about)));
            }
            // What the files add is also for whom they do not name and `lifecycle` leaves on the share.
            Part::Resource {
                resource, how: how @ (Membership::Added | Membership::Repaired { .. }), ..
            } => {
                // A replacement lists all that the new share holds.
                let is_new = !self.before_resources().any(|before| before == resource);
                if *how == Membership::Added && detail.edit.cause != Cause::Drift && is_new {
                    found.extend(self.widened_for_strangers(found));
                }
                for principal in self.share.outsiders.iter().filter(|outsider| gains(detail, outsider)) {
                    let about = (&codes::RAM201, HazardSubject::Principal(principal.clone()));
                    if !found.contains(&about) {
                        found.push(about);
                    }
                }
            }
            Part::Source { source, how } => {
                if *how == Membership::Removed && self.has_no_sources() {
                    for principal in self.after().into_iter().flat_map(|after| after.principals.keys()) {
                        let told = || found.iter().any(|(code, _)| **code == codes::RAM209);
                        if matches!(principal, Principal::Service(_)) && !told() {
                            found.push((&codes::RAM209, HazardSubject::Principal(principal.clone())));
                        }
                    }
                }
                let about = HazardSubject::Source(source.clone());
                found.extend(self.removal(detail, std::iter::empty()).map(|code| (code, about)));
            }
            // What could not be read may be more.
            Part::Permission { resource_type, actions, .. }
            | Part::PermissionVersion { resource_type, actions, .. } => {
                let about = || HazardSubject::Permission(resource_type.clone());
                if self.lets_do_more(detail, actions) {
                    found.push((&codes::RAM217, about()));
                }
                found.extend(self.removal(detail, std::iter::empty()).map(|code| (code, about())));
            }
            Part::Name { .. }
            | Part::AllowExternalPrincipals { .. }
            | Part::Tag { .. }
            | Part::Imported { .. }
            | Part::Promoted
            | Part::Moved { .. }
            | Part::StackRenamed { .. }
            | Part::Record => {}
        }
    }

    /// Whether somebody on the share may do more by another permission or version, now or once an invitation is accepted. What other shares
    /// give is no more.
    fn lets_do_more(&self, detail: &Detail, actions: &Observed<PolicyChange>) -> bool {
        let gains = !detail.gain.is_empty() || !detail.unknown.is_empty();
        let Some(before) = self.change.before() else { return false };
        if matches!(self.change, Change::Replace { .. }) {
            return gains;
        }
        let grants = Grants::of_live(&before.place, &before.share);
        let somebody = !grants.principals.is_empty() && !grants.resources.is_empty();
        let all_told = self.share.diff.invitations.is_empty()
            && !reach_of(&grants, &grants.principals, self.org).grantees.is_empty();
        somebody && actions.known().is_none_or(PolicyChange::widens) && (gains || !all_told)
    }

    /// Who is outside, was on the share before and gets more of it, now or once it accepts.
    fn widened_for_strangers(&self, found: &Found) -> Found {
        let (Change::Update { before, after, .. } | Change::Replace { before, after, .. }) = self.change
        else {
            return Found::new();
        };
        // Whoever is invited again is asked about for what is new alone.
        let again = |one: &Principal| {
            let Change::Update { edits, .. } = self.change else { return false };
            edits.iter().any(|edit| match &edit.part {
                Part::Principal { principal, how, .. } => {
                    principal == one && self.stands_already(one, how, edit.cause)
                }
                _ => false,
            })
        };
        let stays = after.principals.keys();
        let stays = stays.filter(|one| before.share.principals.contains_key(*one) || again(one));
        let hazard = |principal: &Principal| {
            let code = if is_outside(principal, self.org) {
                &codes::RAM201
            } else if self.may_be_outside(principal) {
                &codes::RAM225
            } else {
                return None;
            };
            Some((code, HazardSubject::Principal(principal.clone())))
        };
        stays.filter_map(hazard).filter(|hazard| !found.contains(hazard)).collect()
    }

    /// The code for what leaves a share that stays, and takes these resources from somebody. What the files never granted may be taken
    /// back without one, but for subnets with something in them: it has no other place to be.
    fn removal<'r>(
        &self,
        detail: &Detail,
        mut taken: impl Iterator<Item = &'r ResourceArn>,
    ) -> Option<&'static Code> {
        // What is left of a replacement that was cut short is asked about like the replacement.
        let keeps_share = !self.deletes() || self.is_replaced();
        if !keeps_share || detail.lose.is_empty() && detail.unknown.is_empty() {
            None
        } else if taken.any(|resource| self.breaks(resource, &detail.lose, &detail.unknown)) {
            Some(&codes::RAM212)
        } else {
            (detail.edit.cause != Cause::Drift).then_some(&codes::RAM203)
        }
    }

    pub fn whole(&self, found: &mut Found) {
        let access = &self.share.access;
        let before = self.change.before().map(|before| &before.share);
        let owner_was_included = self.change.before().into_iter().chain(self.predecessors()).any(|before| {
            let grants = Grants::of_live(&before.place, &before.share);
            reach(&grants.principals, &grants.owner, self.org).owner_included
        });
        let deletes = self.deletes();
        let unasked = deletes && self.diff.purpose == Purpose::Apply;
        let ends_access = unasked && (!access.lose.is_empty() || !access.unknown.is_empty());
        // Who wrote `expires` has agreed to that end already.
        let expired = matches!(self.change, Change::Delete { reason: DeleteReason::Expired, .. });
        let retains = self.after().is_some_and(|after| after.retain_sharing);
        let replaces = matches!(self.change, Change::Replace { .. });
        let breaks_whole = deletes
            && self.diff.purpose == Purpose::Apply
            && self.before_resources().any(|resource| self.breaks(resource, &access.lose, &access.unknown));
        let opens = self.after().is_some_and(|after| after.allow_external_principals)
            && !before.is_some_and(|before| before.allow_external_principals);
        let was_imported = before.is_some_and(|before| before.tags.contains_key(TAG_IMPORTED));
        let gone = match self.change {
            Change::Delete { before: _, reason } if deletes => Some(*reason),
            _ => None,
        };
        let is_new = matches!(self.change, Change::Create { .. });
        let lets_in_stranger =
            found.iter().any(|(code, _)| **code == codes::RAM201 || **code == codes::RAM225);
        let beside = self.share.diff.remarks.iter().any(|remark| matches!(remark, Remark::Unproven { .. }));
        let like = self.share.diff.remarks.iter().any(|remark| remark.lookalike().is_some());
        let copies = self.share.diff.remarks.iter().any(|remark| matches!(remark, Remark::OtherStack { .. }));
        let of_the_share: [(bool, &'static Code); 15] = [
            (self.share.owner_included && (!owner_was_included || self.adds_resources()), &codes::RAM204),
            // Whoever allows the outside principal of a new share allows its flag: without it the share could not be made.
            (opens && !(is_new && lets_in_stranger), &codes::RAM205),
            (ends_access && !expired && !self.is_replaced(), &codes::RAM206),
            (replaces, &codes::RAM207),
            (self.takes_over(), &codes::RAM210),
            (self.empties(), &codes::RAM211),
            (breaks_whole && !self.is_replaced(), &codes::RAM212),
            (retains && !before.is_some_and(|before| before.retain_sharing), &codes::RAM213),
            ((deletes || replaces) && was_imported, &codes::RAM214),
            (beside && matches!(self.change, Change::Create { .. }), &codes::RAM221),
            (
                gone.is_some_and(|reason| is_undeclared(self.diff, reason)) || self.destroys_extras(),
                &codes::RAM222,
            ),
            (like && is_new, &codes::RAM223),
            (is_new && self.diff.sweep.is_declined(), &codes::RAM240),
            (copies && is_new, &codes::RAM230),
            (
                gone.is_some_and(|reason| {
                    is_of_former_stack(self.diff, reason, before.map(|before| &before.tags))
                }),
                &codes::RAM231,
            ),
        ];
        let of_the_share = of_the_share.into_iter().filter(|(applies, _)| *applies);
        found.extend(of_the_share.map(|(_, code)| (code, HazardSubject::Share)));
        let interrupted = self.interrupted();
        found.extend(
            interrupted.map(|principal| (&codes::RAM241, HazardSubject::Principal(principal.clone()))),
        );
        if gone == Some(DeleteReason::Rival) {
            found.push((&codes::RAM219, self.other_of_the_address()));
        }
    }

    /// The share of the same address that is no rival. Where a narrowed run leaves it out, the hazard is about the one that goes.
    fn other_of_the_address(&self) -> HazardSubject {
        let stays = |share: &&ShareDiff| {
            share.address == self.share.diff.address
                && !matches!(
                    share.verdict,
                    Verdict::Changed(Change::Delete { before: _, reason: DeleteReason::Rival })
                )
        };
        let other = self.diff.shares.iter().filter(stays).find_map(ShareDiff::before);
        other.map_or(HazardSubject::Share, |other| HazardSubject::Second(other.share.arn.clone()))
    }

    /// Accounts that are taken off and put on again, and have access now.
    fn interrupted(&self) -> impl Iterator<Item = &Principal> {
        let invitations = self.share.diff.invitations.iter();
        let outgrown = invitations.filter(|(_, one)| one.state == InvitationState::Outgrown);
        outgrown.map(|(principal, _)| principal)
    }

    /// Whether the share goes because another one of its address takes its place, in a replacement that was cut short.
    fn is_replaced(&self) -> bool {
        is_replaced(&self.share.diff.verdict)
    }

    /// The shares that are still there of which this one takes the place: a replacement was cut short.
    fn predecessors(&self) -> impl Iterator<Item = &Present> {
        let replaces = match self.change {
            Change::Update { after, .. } => Some(&after.replaces).filter(|replaces| !replaces.is_empty()),
            _ => None,
        };
        replaces.into_iter().flat_map(|replaces| {
            let live = self.diff.shares.iter().filter_map(ShareDiff::before).chain(&self.diff.beside);
            live.filter(|one| replaces.contains(&one.share.arn))
        })
    }

    /// Whether the share goes with this plan.
    fn deletes(&self) -> bool {
        matches!(self.change, Change::Delete { .. }) && self.share.dropped.is_empty()
    }

    fn after(&self) -> Option<&Wanted> {
        self.change.after()
    }

    fn before_resources(&self) -> impl Iterator<Item = &ResourceArn> {
        self.change.before().into_iter().flat_map(|before| before.share.resources.keys())
    }

    /// Whether the stack is destroyed with what others put on a share, and its block keeps for them.
    fn destroys_extras(&self) -> bool {
        self.diff.purpose == Purpose::Destroy
            && matches!(self.change, Change::Delete { .. })
            && self.share.diff.left.iter().any(|left| left.by == LeftBy::KeepExtra)
    }

    /// Whether the files put a resource on the share that it did not hold.
    fn adds_resources(&self) -> bool {
        match self.change {
            Change::Update { edits, .. } => edits.iter().any(|edit| {
                edit.cause != Cause::Drift
                    && matches!(edit.part, Part::Resource { how: Membership::Added, .. })
            }),
            Change::Replace { before, after, .. } => {
                after.resources.keys().any(|resource| !before.share.resources.contains_key(resource))
            }
            Change::Create { .. } | Change::Delete { .. } | Change::Release { .. } => false,
        }
    }

    fn has_no_sources(&self) -> bool {
        self.after().is_some_and(|after| after.sources.is_empty())
    }

    /// Whether putting the principal on lets nobody in whom nobody agreed to: it is on the share that another one takes the place of,
    /// or the files had it when they were last applied and AWS made nothing of it, or let its invitation run out. One that somebody
    /// took off is let in anew.
    fn stands_already(&self, principal: &Principal, how: &Membership, cause: Cause) -> bool {
        if let Change::Replace { before, .. } = self.change {
            return before.share.principals.contains_key(principal);
        }
        if self.predecessors().any(|before| before.share.principals.contains_key(principal)) {
            return true;
        }
        let ran_out = || {
            let state = self.share.diff.invitations.get(principal).map(|invitation| &invitation.state);
            matches!(
                state,
                Some(InvitationState::ToResend { lapse: Lapse::Expired | Lapse::Gone, accept: _ })
            )
        };
        matches!(cause, Cause::Drift | Cause::Lapsed)
            && (matches!(how, Membership::Repaired { .. }) || ran_out())
    }

    /// Whether these lose a subnet with something of theirs in it, or with nobody knows what.
    fn breaks(
        &self,
        resource: &ResourceArn,
        grantees: &BTreeSet<Grantee>,
        principals: &BTreeSet<Principal>,
    ) -> bool {
        matches!(UsedKind::of(resource), Some((UsedKind::Subnet, _)))
            && self.share.breaks(resource, self.access, grantees, principals)
    }

    /// Whether it is unknown on which side of the organization's border a principal is, on a share that takes both. Labels in the files are
    /// names and prove nothing.
    fn may_be_outside(&self, principal: &Principal) -> bool {
        self.org.snapshot.known().is_none()
            && self.after().is_some_and(|after| after.allow_external_principals)
            && principal.account().is_some()
    }

    /// Whether a share that stays loses all that is on it.
    fn empties(&self) -> bool {
        let Change::Update { before, after, edits: _ } = self.change else { return false };
        !before.share.resources.is_empty() && after.resources.is_empty()
    }

    /// Whether a share of another stack becomes this one's.
    fn takes_over(&self) -> bool {
        let Change::Update { edits, .. } = self.change else { return false };
        edits.iter().any(|edit| match &edit.part {
            Part::Imported { owner: Some(owner) } => owner != self.diff.stack.as_str(),
            _ => false,
        })
    }
}

/// Whether somebody behind a principal gains by a part.
fn gains(detail: &Detail, principal: &Principal) -> bool {
    let account = principal.account();
    detail.unknown.contains(principal)
        || detail.gain.iter().any(|grantee| account.is_some() && account.as_ref() == grantee.account())
}
