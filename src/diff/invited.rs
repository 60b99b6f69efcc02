//! Which principals are invited and wait, and what of the comparison changes by it.
//!
//! The owner of a share sees no invitations, only that a principal is ASSOCIATING. Whether one was accepted is judged by the shares
//! that the consumer sees; an invitation that is no longer listed proves nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::desired::{DesiredGraph, DesiredShare, IgnorableAttribute, Invites, invitation_window};
use crate::diff::change::{Cause, Change, Edit, Entity, Membership, Part, Present, Remark, Verdict, Wanted};
use crate::diff::invitation::{Acceptor, Expiry, Invitation, InvitationState, Lapse, Window};
use crate::diff::label::principal_label;
use crate::live::{Association, Departed, LiveState, Received};
use crate::model::{AssociationStatus, InvitationStatus, Observed, Place, Principal};
use crate::org::OrgView;

/// What the comparison of one share knows.
pub(crate) struct Invited<'a> {
    pub desired: &'a DesiredGraph,
    pub share: &'a DesiredShare,
    pub live: &'a LiveState,
    pub org: &'a OrgView,
}

impl Invited<'_> {
    /// The principals that are waiting, and the comparison as it is with them: who is put on again is repaired, what was turned down is not
    /// sent again, and what waits for somebody is no longer merely under way.
    pub fn settle(
        &self,
        verdict: &mut Verdict,
        remarks: &mut Vec<Remark>,
    ) -> BTreeMap<Principal, Invitation> {
        let (before, after) = match &*verdict {
            Verdict::Unread { .. } | Verdict::NotImported { .. } => return BTreeMap::new(),
            Verdict::Changed(Change::Delete { .. } | Change::Release { .. }) => return BTreeMap::new(),
            Verdict::InSync { before, after } => (Some(before), after),
            Verdict::Changed(Change::Update { before, after, edits: _ }) => (Some(before), after),
            // The new share has nothing of the old one's invitations.
            Verdict::Changed(Change::Create { after } | Change::Replace { after, .. }) => (None, after),
        };
        let mut out = BTreeMap::new();
        for principal in after.principals.keys() {
            let Some(account) = principal.account() else { continue };
            let invites = self.desired.invites(self.share, principal, self.org);
            let consumer = Place { account, region: after.place.region.clone() };
            let because = match invites {
                Invites::Yes(because) => Some(because),
                Invites::No | Invites::Unknown => None,
            };
            let state = match before {
                None => self.new_one(invites, &consumer),
                Some(before) => self.on_share(before, principal, invites, &consumer, verdict),
            };
            if let Some(state) = state {
                out.insert(principal.clone(), Invitation { consumer, because, state });
            }
        }
        if let Some(before) = before {
            let stands = |principal: &Principal| before.share.principals.contains_key(principal);
            let renewed: BTreeSet<&Principal> = out
                .iter()
                .filter(|(_, invitation)| {
                    matches!(
                        invitation.state,
                        InvitationState::ToResend { .. }
                            | InvitationState::Needless
                            | InvitationState::Outgrown
                    )
                })
                .map(|(principal, _)| principal)
                .filter(|principal| stands(principal))
                .collect();
            let rejected: BTreeSet<&Principal> = out
                .iter()
                .filter(|(_, invitation)| matches!(invitation.state, InvitationState::Rejected { .. }))
                .map(|(principal, _)| principal)
                .collect();
            if !renewed.is_empty() || !rejected.is_empty() {
                *verdict = self.mended(before.clone(), after.clone(), verdict, &renewed, &rejected);
            }
        }
        if let Verdict::Changed(Change::Update { edits, .. }) = verdict {
            let ran_out = |principal: &Principal| {
                let state = out.get(principal).map(|invitation: &Invitation| &invitation.state);
                matches!(state, Some(InvitationState::ToResend { lapse: Lapse::Expired, accept: _ }))
            };
            for edit in edits.iter_mut().filter(|edit| edit.cause == Cause::Drift) {
                if principal_of(edit).is_some_and(ran_out) {
                    edit.cause = Cause::Lapsed;
                }
            }
        }
        remarks.retain(|remark| match remark {
            Remark::Waiting { entity: Entity::Principal(principal), .. } => !out.contains_key(principal),
            _ => true,
        });
        out
    }

    /// What is known of what the consumer receives. None where nobody asked.
    fn view(&self, consumer: &Place) -> Option<&Observed<Received>> {
        self.live.received.get(consumer)
    }

    fn acceptor(&self, consumer: &Place) -> Acceptor {
        if !self.share.accept_invitations || !self.desired.reached.contains(&consumer.account) {
            return Acceptor::Consumer;
        }
        match self.view(consumer) {
            Some(Observed::Known(_)) => Acceptor::Ramctl,
            Some(Observed::Unknown(gap)) => Acceptor::Unread(gap.clone()),
            None => Acceptor::Consumer,
        }
    }

    /// A principal that this plan puts on the share. Where nobody knows whether RAM invites it, it is told only where it can matter.
    fn new_one(&self, invites: Invites, consumer: &Place) -> Option<InvitationState> {
        let accept = self.acceptor(consumer);
        match invites {
            Invites::No => None,
            Invites::Yes(_) => Some(InvitationState::ToSend { accept }),
            Invites::Unknown => (accept == Acceptor::Ramctl || self.share.allow_external_principals)
                .then_some(InvitationState::ToSend { accept }),
        }
    }

    fn on_share(
        &self,
        before: &Present,
        principal: &Principal,
        invites: Invites,
        consumer: &Place,
        verdict: &Verdict,
    ) -> Option<InvitationState> {
        let arn = &before.share.arn;
        let received = self.view(consumer).and_then(Observed::known);
        let row = received.and_then(|received| received.invitations.get(arn));
        let status = row.map(|row| &row.status);
        let rejected = status == Some(&InvitationStatus::Rejected);
        let Some(association) = before.share.principals.get(principal) else {
            if invites == Invites::No {
                return None;
            }
            if rejected && cause_of(verdict, principal) == Some(Cause::Drift) {
                return Some(InvitationState::Rejected { sent: row.and_then(|row| row.created) });
            }
            let accept = self.acceptor(consumer);
            // The record of the last apply knows whom it put on.
            let asked = cause_of(verdict, principal) == Some(Cause::Drift);
            let gone = || (asked && matches!(invites, Invites::Yes(_))).then_some(Lapse::Gone);
            return match self.lapse(before, principal, status).or_else(gone) {
                Some(lapse) => Some(InvitationState::ToResend { lapse, accept }),
                None => self.new_one(invites, consumer),
            };
        };
        let sees_it = received.is_some_and(|received| received.shares.contains_key(arn));
        match &association.status {
            AssociationStatus::Associated
                if association.external
                    && invites == Invites::No
                    && before.share.allow_external_principals
                    && closes(verdict) =>
            {
                Some(InvitationState::Outgrown)
            }
            AssociationStatus::Associated => {
                let hidden = received.is_some() && !sees_it;
                (hidden && matches!(invites, Invites::Yes(_))).then_some(InvitationState::Settling)
            }
            AssociationStatus::Associating => {
                let pending = received.and_then(|received| received.pending(arn));
                let is_invited =
                    matches!(invites, Invites::Yes(_)) || association.external || pending.is_some();
                if !is_invited {
                    return None;
                }
                if sees_it || status == Some(&InvitationStatus::Accepted) {
                    return Some(InvitationState::Settling);
                }
                if rejected {
                    return Some(InvitationState::Rejected { sent: row.and_then(|row| row.created) });
                }
                if invites == Invites::No {
                    return Some(InvitationState::Needless);
                }
                let window = invitation_window(before.share.resources.keys());
                let since = pending.map_or_else(|| began(association), |row| row.created);
                let accept = self.acceptor(consumer);
                let over = since.is_some_and(|since| self.desired.now.duration_since(since) > window);
                let lapsed = status == Some(&InvitationStatus::Expired) || over;
                Some(if lapsed && pending.is_none() {
                    InvitationState::ToResend { lapse: Lapse::Expired, accept }
                } else {
                    InvitationState::Pending { window: since.map(|since| about(since, window)), accept }
                })
            }
            AssociationStatus::Failed if invites != Invites::No => {
                if rejected {
                    return Some(InvitationState::Rejected { sent: row.and_then(|row| row.created) });
                }
                self.new_one(invites, consumer)
            }
            _ => None,
        }
    }

    /// What became of the invitation of a principal that is on the share no more, where anything still tells.
    fn lapse(
        &self,
        before: &Present,
        principal: &Principal,
        status: Option<&InvitationStatus>,
    ) -> Option<Lapse> {
        match status {
            Some(InvitationStatus::Expired) => return Some(Lapse::Expired),
            Some(InvitationStatus::Rejected) => return Some(Lapse::Rejected),
            _ => {}
        }
        let place = self.live.places.get(&before.place).and_then(Observed::known)?;
        let Departed { joined, left } = place.departed.get(&(before.share.arn.clone(), principal.clone()))?;
        let lasted = left.as_ref()?.duration_since((*joined)?);
        // The clocks of RAM are not exact to the minute.
        let slack = SignedDuration::from_mins(5);
        let window = invitation_window(before.share.resources.keys());
        Some(if lasted + slack >= window { Lapse::Expired } else { Lapse::Ended })
    }

    /// The verdict with those repaired who are put on again and still stand, and with what was turned down left alone.
    fn mended(
        &self,
        before: Present,
        after: Wanted,
        verdict: &Verdict,
        renewed: &BTreeSet<&Principal>,
        rejected: &BTreeSet<&Principal>,
    ) -> Verdict {
        let mut edits = match verdict {
            Verdict::Changed(Change::Update { edits, .. }) => edits.clone(),
            _ => Vec::new(),
        };
        edits.retain(|edit| principal_of(edit).is_none_or(|principal| !rejected.contains(principal)));
        let ignored = self.share.lifecycle.ignore_changes.contains(&IgnorableAttribute::Principals);
        for principal in renewed.iter().filter(|_| !ignored) {
            if edits.iter().any(|edit| principal_of(edit) == Some(*principal)) {
                continue;
            }
            let label = after.principals.get(*principal).cloned();
            let part = Part::Principal {
                principal: (*principal).clone(),
                label: label.unwrap_or_else(|| principal_label(principal, self.org)),
                how: Membership::Repaired { message: None },
            };
            // Whoever accepted has to be put on again because of what the files say now.
            let closing = edits.iter().find(|edit| is_closing(edit)).map(|edit| edit.cause);
            let accepted = before
                .share
                .principals
                .get(*principal)
                .is_some_and(|association| association.status == AssociationStatus::Associated);
            let cause = closing.filter(|_| accepted).unwrap_or(Cause::Drift);
            edits.push(Edit { part, cause });
        }
        if edits.is_empty() {
            Verdict::InSync { before, after }
        } else {
            Verdict::Changed(Change::Update { before, after, edits })
        }
    }
}

/// Whether a share that takes principals outside the organization is to take none any more.
fn closes(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Changed(Change::Update { edits, .. }) => edits.iter().any(is_closing),
        _ => false,
    }
}

fn is_closing(edit: &Edit) -> bool {
    matches!(edit.part, Part::AllowExternalPrincipals { after: false, .. })
}

fn principal_of(edit: &Edit) -> Option<&Principal> {
    match &edit.part {
        Part::Principal { principal, .. } => Some(principal),
        _ => None,
    }
}

/// Since when a principal has been ASSOCIATING. A row that comes back may keep the time at which it was first made, so the later of
/// its times counts; taking it for younger than it is delays a repair and breaks nothing. Unverified against RAM.
fn began(association: &Association) -> Option<Timestamp> {
    association.created.max(association.updated)
}

fn about(since: Timestamp, window: SignedDuration) -> Window {
    // Past the end of time no invitation is pending.
    let expires = since.checked_add(window).unwrap_or(Timestamp::MAX);
    Window { since, expires: Expiry::About(expires) }
}

fn cause_of(verdict: &Verdict, wanted: &Principal) -> Option<Cause> {
    let Verdict::Changed(Change::Update { edits, .. }) = verdict else { return None };
    edits.iter().find(|edit| principal_of(edit) == Some(wanted)).map(|edit| edit.cause)
}

#[cfg(test)]
mod tests;
