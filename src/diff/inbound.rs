//! What others share with accounts of the stack, against its `inbound` blocks.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::desired::{
    DesiredGraph, DesiredInbound, InboundAction, LONG_WINDOW, SHORT_WINDOW, can_be_left, decides,
};
use crate::diag::Span;
use crate::diff::change::Purpose;
use crate::diff::invitation::{Expiry, Window};
use crate::live::{InvitationRow, LiveState, ReceivedShare, ReceivedTypes};
use crate::model::{AccountId, Address, Gap, Observed, Place, ResourceType, ShareArn};
use crate::org::{OrgView, SharingState};

/// A share of somebody else, or an invitation to one, in a place for which there are `inbound` blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundItem {
    /// Who receives, and where.
    pub place: Place,
    pub share: ShareArn,
    /// Foreign text: the sender chooses it.
    pub name: String,
    pub sender: AccountId,
    pub verdict: InboundVerdict,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InboundVerdict {
    Accept {
        by: InboundBlock,
        window: Option<Window>,
    },
    Reject {
        by: InboundBlock,
        window: Option<Window>,
    },
    /// It is in already; the block says that it is not to be, or the stack goes.
    Leave {
        by: InboundBlock,
    },
    /// As `Leave`, and RAM does not let the account go.
    Stuck {
        by: InboundBlock,
        why: Staying,
    },
    /// No block says what to do with the invitation.
    Undecided {
        window: Option<Window>,
    },
}

impl InboundVerdict {
    /// The block that decided, where one did.
    pub fn by(&self) -> Option<&InboundBlock> {
        match self {
            Self::Accept { by, window: _ }
            | Self::Reject { by, window: _ }
            | Self::Leave { by }
            | Self::Stuck { by, why: _ } => Some(by),
            Self::Undecided { .. } => None,
        }
    }
}

/// The block that decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundBlock {
    pub address: Address,
    pub span: Span,
}

/// Why an account cannot leave a share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Staying {
    /// Types on it that only the owner can take back.
    Types(BTreeSet<ResourceType>),
    /// It comes through the organization and not to the account alone.
    ThroughOrganization,
    /// What is on it could not be read.
    Unread(Gap),
}

/// Shares whose contents decide whether an account can leave them: those that it would have to leave.
pub fn leaving(
    desired: &DesiredGraph,
    live: &LiveState,
    purpose: Purpose,
) -> BTreeMap<Place, BTreeSet<ShareArn>> {
    let mut out: BTreeMap<Place, BTreeSet<ShareArn>> = BTreeMap::new();
    for (place, received) in &live.received {
        let Observed::Known(received) = received else { continue };
        for (arn, share) in &received.shares {
            if is_to_leave(desired, place, share, purpose).is_some() {
                out.entry(place.clone()).or_default().insert(arn.clone());
            }
        }
    }
    out
}

/// Destroying, an account leaves what its blocks accept; else, what they reject.
fn is_to_leave<'a>(
    desired: &'a DesiredGraph,
    place: &Place,
    share: &ReceivedShare,
    purpose: Purpose,
) -> Option<&'a DesiredInbound> {
    let block = decides(&desired.inbound, place, &share.owner, &share.name)?;
    let unwanted = match purpose {
        Purpose::Apply => InboundAction::Reject,
        Purpose::Destroy => InboundAction::Accept,
    };
    (block.action == unwanted).then_some(block)
}

/// Everything that differs from what the blocks say, and every invitation of which no block speaks. `own` are shares of the stack,
/// which accepts those by itself.
pub(crate) fn compare(
    desired: &DesiredGraph,
    live: &LiveState,
    org: &OrgView,
    own: &BTreeSet<ShareArn>,
    purpose: Purpose,
) -> Vec<InboundItem> {
    let places = desired.inbound_places();
    let mut out = Vec::new();
    for place in &places {
        let Some(Observed::Known(received)) = live.received.get(place) else { continue };
        for (arn, share) in &received.shares {
            let Some(block) = is_to_leave(desired, place, share, purpose) else { continue };
            let by = InboundBlock { address: block.address.clone(), span: block.span };
            let verdict = match staying(share, org) {
                Some(why) => InboundVerdict::Stuck { by, why },
                None => InboundVerdict::Leave { by },
            };
            out.push(item(place, arn, &share.name, &share.owner, verdict));
        }
        if purpose == Purpose::Destroy {
            continue;
        }
        let invitations = received.invitations.keys().filter_map(|arn| received.pending(arn));
        for row in
            invitations.filter(|row| !own.contains(&row.share) && !received.shares.contains_key(&row.share))
        {
            let window = window(row, desired.now);
            let verdict = match decides(&desired.inbound, place, &row.sender, &row.share_name) {
                None => InboundVerdict::Undecided { window },
                Some(block) => {
                    let by = InboundBlock { address: block.address.clone(), span: block.span };
                    match block.action {
                        InboundAction::Accept => InboundVerdict::Accept { by, window },
                        InboundAction::Reject => InboundVerdict::Reject { by, window },
                    }
                }
            };
            out.push(item(place, &row.share, &row.share_name, &row.sender, verdict));
        }
    }
    out.sort_by(|a, b| (&a.place, &a.share).cmp(&(&b.place, &b.share)));
    out
}

fn item(
    place: &Place,
    share: &ShareArn,
    name: &str,
    sender: &AccountId,
    verdict: InboundVerdict,
) -> InboundItem {
    InboundItem {
        place: place.clone(),
        share: share.clone(),
        name: name.to_owned(),
        sender: sender.clone(),
        verdict,
    }
}

/// An account can leave what it received for itself, and of that what holds only the types that RAM began with (RAM user guide,
/// "Leaving a resource share"). Inside an organization that shares, a share of a member is taken to come through it.
fn staying(share: &ReceivedShare, org: &OrgView) -> Option<Staying> {
    let member = org.snapshot.known().is_some_and(|snapshot| {
        share.owner == snapshot.management_account || snapshot.contains(&share.owner)
    });
    if member && org.sharing == Observed::Known(SharingState::Enabled) {
        return Some(Staying::ThroughOrganization);
    }
    match &share.types {
        ReceivedTypes::Known(types) => {
            let stuck: BTreeSet<ResourceType> =
                types.iter().filter(|code| !can_be_left([*code])).cloned().collect();
            (!stuck.is_empty()).then_some(Staying::Types(stuck))
        }
        ReceivedTypes::Unread(gap) => Some(Staying::Unread(gap.clone())),
        ReceivedTypes::NotAsked => Some(Staying::Unread(Gap {
            action: "ram:ListResources".to_owned(),
            caller: String::new(),
            cause: crate::model::GapCause::NotConfigured,
            detail: "what is on the share was not read in this run".to_owned(),
        })),
    }
}

/// What is on a share shows only once it is accepted. One that is still pending after the short window has the long one.
fn window(row: &InvitationRow, now: Timestamp) -> Option<Window> {
    let since = row.created?;
    let at = |window| since.checked_add(window).unwrap_or(Timestamp::MAX);
    let (short, long) = (at(SHORT_WINDOW), at(LONG_WINDOW));
    let expires = if now > short { Expiry::About(long) } else { Expiry::Either(short, long) };
    Some(Window { since, expires })
}

#[cfg(test)]
mod tests;
