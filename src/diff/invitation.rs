//! Principals that have to accept an invitation, and where each stands.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::desired::InvitedBecause;
use crate::diff::change::Present;
use crate::live::Association;
use crate::model::{AccountId, AssociationStatus, Gap, Place, Principal, ShareStatus};

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
    /// Sent when RAM took the account for a stranger. It is one of the organization, and sharing inside is on: put on again it needs none.
    Needless,
    /// Accepted, as RAM took the account for a stranger. It is one of the organization, sharing inside is on, and the share closes for strangers, which
    /// RAM refuses while it has one: put on again the account counts as inside.
    Outgrown,
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
    /// It was on the share at the last apply, and nothing in AWS tells of it any more: its invitation expired, was turned down, or somebody
    /// took the principal off, long ago.
    Gone,
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
            Self::Needless | Self::Outgrown | Self::Settling | Self::Rejected { .. } => None,
        }
    }

    /// Whether it was accepted, visible or not.
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Settling | Self::Outgrown)
    }

    /// Whether the account has nothing when this plan is carried out, unless somebody in it does something.
    pub fn stays_open(&self) -> bool {
        match self {
            Self::Pending { window: _, accept } => *accept != Acceptor::Ramctl,
            Self::Rejected { .. } => true,
            Self::ToSend { .. }
            | Self::ToResend { .. }
            | Self::Needless
            | Self::Outgrown
            | Self::Settling => false,
        }
    }

    /// Whether this plan sends it, and somebody else has to accept it.
    pub fn is_sent_to_others(&self) -> bool {
        match self {
            Self::ToSend { accept } | Self::ToResend { lapse: _, accept } => *accept != Acceptor::Ramctl,
            Self::Pending { .. }
            | Self::Needless
            | Self::Outgrown
            | Self::Settling
            | Self::Rejected { .. } => false,
        }
    }

    /// Whether this plan accepts.
    pub fn is_accepted_here(&self) -> bool {
        self.acceptor() == Some(&Acceptor::Ramctl)
    }
}

/// The principals of a live share that RAM invited and that have yet to accept: they have nothing of it. The live share alone tells, so
/// that a saved plan says the same. Who was invited because sharing was off counts as having it, which errs on the side of asking.
pub fn unaccepted(present: &Present) -> BTreeSet<Principal> {
    let Present { place, share } = present;
    if share.status == ShareStatus::Failed {
        return BTreeSet::new();
    }
    let is_asked = |principal: &Principal| {
        share.retain_sharing && principal.account().is_some_and(|account| account != place.account)
    };
    let waits = |(principal, on): &(&Principal, &Association)| {
        on.status == AssociationStatus::Associating && (on.external || is_asked(principal))
    };
    share.principals.iter().filter(waits).map(|(principal, _)| principal.clone()).collect()
}

/// Accounts that use a share now and have yet to accept its successor, which ramctl cannot do for them: while there is one, the old
/// share stays.
pub fn dependents(before: &Present, successor: &BTreeMap<Principal, Invitation>) -> BTreeSet<AccountId> {
    if before.share.status == ShareStatus::Failed {
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
