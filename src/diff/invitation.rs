//! Principals that have to accept an invitation: where each stands, and what of the comparison changes by it.
//!
//! The owner of a share sees no invitations, only that a principal is ASSOCIATING. Whether one was accepted is judged by the shares
//! that the consumer sees; an invitation that is no longer listed proves nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::desired::{
    DesiredGraph, DesiredShare, IgnorableAttribute, InvitedBecause, Invites, invitation_window,
};
use crate::diff::change::{Cause, Change, Edit, Entity, Membership, Part, Present, Remark, Verdict, Wanted};
use crate::diff::label::principal_label;
use crate::live::{Association, Departed, LiveState, Received};
use crate::model::{AccountId, AssociationStatus, Gap, InvitationStatus, Observed, Place, Principal};
use crate::org::OrgView;

/// A principal of a share that is invited and does not see the share yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Who accepts: the principal's account, in the Region of the share.
    pub consumer: Place,
    /// Why it is invited. None where that is not known.
    pub because: Option<InvitedBecause>,
    pub state: InvitationState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvitationState {
    /// Goes out when this plan puts the principal on the share.
    ToSend { accept: Acceptor },
    /// The one before came to nothing, and this plan sends another.
    ToResend { lapse: Lapse, accept: Acceptor },
    /// Sent, and neither accepted nor over.
    Pending { window: Option<Window>, accept: Acceptor },
    /// Accepted. AWS does not show it everywhere yet; that may take hours (terraform issues 33701 and 34953).
    Settling,
    /// The account turned it down. Not sent again while the configuration stays as it is.
    Rejected { sent: Option<Timestamp> },
}

/// Who accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acceptor {
    Ramctl,
    /// Somebody in the account: ramctl has no credentials for it, or the share says `accept_invitations = false`.
    Consumer,
    /// ramctl would, but what the account receives could not be read.
    Unread(Gap),
}

/// What became of an invitation that was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lapse {
    Expired,
    /// Turned down, and the configuration was changed since: somebody wants to try again.
    Rejected,
    /// The principal left the share before the invitation's time was over: it was turned down, or somebody took it off. The sender
    /// cannot tell which.
    Ended,
}

/// When an invitation was sent and when it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    pub since: Timestamp,
    pub expires: Expiry,
}

/// RAM gives no time at which an invitation ends, only the windows of the resource types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expiry {
    About(Timestamp),
    /// The types on the share are not known.
    Either(Timestamp, Timestamp),
}

impl Invitation {
    /// Whether somebody has to accept it whom ramctl cannot stand in for.
    pub fn is_waited_for(&self) -> bool {
        match self.state.acceptor() {
            Some(Acceptor::Consumer | Acceptor::Unread(_)) => {
                self.because.is_some() || matches!(self.state, InvitationState::Pending { .. })
            }
            Some(Acceptor::Ramctl) | None => false,
        }
    }
}

impl InvitationState {
    pub fn acceptor(&self) -> Option<&Acceptor> {
        match self {
            Self::ToSend { accept }
            | Self::ToResend { lapse: _, accept }
            | Self::Pending { window: _, accept } => Some(accept),
            Self::Settling | Self::Rejected { .. } => None,
        }
    }

    /// Whether it was accepted, visible or not.
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Settling)
    }

    /// Whether the account has nothing when this plan is carried out, unless somebody in it does something.
    pub fn stays_open(&self) -> bool {
        match self {
            Self::Pending { window: _, accept } => *accept != Acceptor::Ramctl,
            Self::Rejected { .. } => true,
            Self::ToSend { .. } | Self::ToResend { .. } | Self::Settling => false,
        }
    }

    /// Whether this plan accepts.
    pub fn is_accepted_here(&self) -> bool {
        self.acceptor() == Some(&Acceptor::Ramctl)
    }
}

/// What the comparison of one share knows.
pub(crate) struct Invited<'a> {
    pub desired: &'a DesiredGraph,
    pub share: &'a DesiredShare,
    pub live: &'a LiveState,
    pub org: &'a OrgView,
}

impl Invited<'_> {
    /// The principals that are waiting, and the comparison as it is with them: what expired is repaired, what was turned down is not
    /// sent again, and what waits for somebody is no longer merely under way.
    pub fn settle(
        &self,
        verdict: &mut Verdict,
        remarks: &mut Vec<Remark>,
    ) -> BTreeMap<Principal, Invitation> {
        let (before, after) = match &*verdict {
            Verdict::Unread { .. } | Verdict::NotImported { .. } => return BTreeMap::new(),
            Verdict::Changed(Change::Delete { .. } | Change::Release { .. }) => return BTreeMap::new(),
            Verdict::InSync { before, after } => (Some(before.clone()), after.clone()),
            Verdict::Changed(Change::Update { before, after, edits: _ }) => {
                (Some(before.clone()), after.clone())
            }
            // The new share has nothing of the old one's invitations.
            Verdict::Changed(Change::Create { after } | Change::Replace { after, .. }) => {
                (None, after.clone())
            }
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
            let state = match &before {
                None => self.new_one(invites, &consumer),
                Some(before) => self.on_share(before, principal, invites, &consumer, verdict),
            };
            if let Some(state) = state {
                out.insert(principal.clone(), Invitation { consumer, because, state });
            }
        }
        if let Some(before) = before {
            self.mend(&out, before, after, verdict);
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
            return match self.lapse(before, principal, status) {
                Some(lapse) => Some(InvitationState::ToResend { lapse, accept }),
                None => self.new_one(invites, consumer),
            };
        };
        let sees_it = received.is_some_and(|received| received.shares.contains_key(arn));
        match &association.status {
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

    /// Repairs what expired where it still stands, and leaves alone what was turned down.
    fn mend(
        &self,
        found: &BTreeMap<Principal, Invitation>,
        before: Present,
        after: Wanted,
        verdict: &mut Verdict,
    ) {
        let ignored = self.share.lifecycle.ignore_changes.contains(&IgnorableAttribute::Principals);
        let stands = |principal: &&Principal| before.share.principals.contains_key(*principal);
        let with = |is: fn(&InvitationState) -> bool| -> BTreeSet<&Principal> {
            found
                .iter()
                .filter(|(_, invitation)| is(&invitation.state))
                .map(|(principal, _)| principal)
                .collect()
        };
        let rejected = with(|state| matches!(state, InvitationState::Rejected { .. }));
        let expired = with(|state| matches!(state, InvitationState::ToResend { .. }));
        let expired: Vec<&Principal> = expired.into_iter().filter(stands).filter(|_| !ignored).collect();
        if rejected.is_empty() && expired.is_empty() {
            return;
        }
        let mut edits = match verdict {
            Verdict::Changed(Change::Update { edits, .. }) => std::mem::take(edits),
            _ => Vec::new(),
        };
        let about = |edit: &Edit, principals: &BTreeSet<&Principal>| match &edit.part {
            Part::Principal { principal, .. } => principals.contains(principal),
            _ => false,
        };
        edits.retain(|edit| !about(edit, &rejected));
        for principal in expired {
            if edits.iter().any(|edit| about(edit, &[principal].into())) {
                continue;
            }
            let label = after.principals.get(principal).cloned();
            let part = Part::Principal {
                principal: principal.clone(),
                label: label.unwrap_or_else(|| principal_label(principal, self.org)),
                how: Membership::Repaired { message: None },
            };
            edits.push(Edit { part, cause: Cause::Drift });
        }
        *verdict = if edits.is_empty() {
            Verdict::InSync { before, after }
        } else {
            Verdict::Changed(Change::Update { before, after, edits })
        };
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
    edits.iter().find_map(|edit| match &edit.part {
        Part::Principal { principal, .. } if principal == wanted => Some(edit.cause),
        _ => None,
    })
}

/// Accounts that use a share now and have yet to accept its successor, which ramctl cannot do for them: while there is one, the old
/// share stays.
pub fn dependents(before: &Present, successor: &BTreeMap<Principal, Invitation>) -> BTreeSet<AccountId> {
    if before.share.status == crate::model::ShareStatus::Failed {
        return BTreeSet::new();
    }
    let uses = |principal: &Principal| {
        let association = before.share.principals.get(principal);
        association.is_some_and(|association| association.status == AssociationStatus::Associated)
    };
    let waits = |invitation: &Invitation| match invitation.state.acceptor() {
        None => matches!(invitation.state, InvitationState::Settling),
        Some(Acceptor::Ramctl) => false,
        // Nobody knows whether there will be one; within the organization there is none.
        Some(Acceptor::Consumer | Acceptor::Unread(_)) => invitation.because.is_some(),
    };
    successor
        .iter()
        .filter(|(principal, invitation)| uses(principal) && waits(invitation))
        .map(|(_, invitation)| invitation.consumer.account.clone())
        .collect()
}

#[cfg(test)]
mod tests;
