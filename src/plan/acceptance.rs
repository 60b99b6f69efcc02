//! The calls of those who receive: accept, reject, leave. They are made in the consumer's account, in the Region of the share.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::{
    Change, Diff, InboundItem, InboundVerdict, InvitationState, Membership, Part, ShareDiff, Verdict,
    dependents,
};
use crate::live::Association;
use crate::model::{AccountId, Address, AssociationStatus, Place, Principal};
use crate::plan::body::{Blocked, Detail, Dropped, PlannedInbound, PlannedShare};
use crate::plan::chain::replaces_in_part;
use crate::plan::hazard;
use crate::plan::step::{PlannedStep, ShareRef, Step, StepId};

/// Writes the steps by which ramctl accepts for the principals of one share, one for each account. They come when all else is done
/// on the share: what the account will see is complete by then.
pub(crate) fn accept(share: &PlannedShare, steps: &mut Vec<PlannedStep>) -> Vec<StepId> {
    let diff = &share.diff;
    let made = share
        .steps
        .iter()
        .copied()
        .find(|id| matches!(steps[id.0 as usize].step, Step::CreateResourceShare { .. }));
    let reference = match (made, diff.before()) {
        (Some(step), _) => ShareRef::CreatedBy(step),
        (None, Some(before)) => ShareRef::Known(before.share.arn.clone()),
        (None, None) => return Vec::new(),
    };
    let mut needs: Vec<StepId> = share.steps.iter().copied().chain(made).collect();
    needs.sort();
    // The last waits for all before it; the one that makes the share gives its ARN.
    let needs: Vec<StepId> =
        made.into_iter().chain(needs.last().copied()).collect::<BTreeSet<_>>().into_iter().collect();
    let consumers: BTreeSet<&Place> = diff
        .invitations
        .values()
        .filter(|invitation| invitation.state.is_accepted_here())
        .map(|invitation| &invitation.consumer)
        .collect();
    let mut written = Vec::new();
    for consumer in consumers {
        let step = Step::AcceptResourceShareInvitation {
            share: reference.clone(),
            sender: diff.place().account.clone(),
        };
        written.push(push(steps, needs.clone(), consumer, Some(&diff.address), step));
    }
    written
}

/// The steps for what `inbound` blocks say.
pub(crate) fn inbound(diff: &Diff, steps: &mut Vec<PlannedStep>) -> Vec<PlannedInbound> {
    let planned = |item: &InboundItem| {
        let InboundItem { place, share, name: _, sender, verdict } = item;
        let hazards = hazard::of_inbound(diff, item);
        let (step, by) = match verdict {
            InboundVerdict::Accept { by, window: _ } => {
                let share = ShareRef::Known(share.clone());
                (Step::AcceptResourceShareInvitation { share, sender: sender.clone() }, by)
            }
            InboundVerdict::Reject { by, window: _ } => {
                let (share, sender) = (share.clone(), sender.clone());
                (Step::RejectResourceShareInvitation { share, sender }, by)
            }
            InboundVerdict::Leave { by } => {
                let (share, account) = (share.clone(), place.account.clone());
                (Step::LeaveResourceShare { share, account }, by)
            }
            InboundVerdict::Stuck { .. } | InboundVerdict::Undecided { .. } => {
                return PlannedInbound { item: item.clone(), hazards, step: None };
            }
        };
        let id = push(steps, Vec::new(), place, Some(&by.address), step);
        PlannedInbound { item: item.clone(), hazards, step: Some(id) }
    };
    diff.inbound.iter().map(planned).collect()
}

fn push(
    steps: &mut Vec<PlannedStep>,
    needs: Vec<StepId>,
    place: &Place,
    address: Option<&Address>,
    step: Step,
) -> StepId {
    let id = StepId(u32::try_from(steps.len()).expect("a plan has fewer than 2^32 steps"));
    steps.push(PlannedStep { id, needs, place: place.clone(), address: address.cloned(), step });
    id
}

impl PlannedShare {
    /// Accounts that have yet to accept their invitation to the share, with or without this plan, and have a resource that it brings by this
    /// share once they do. No part of the plan counts them as gaining it.
    pub fn once_accepted(&self, detail: &Detail) -> BTreeSet<AccountId> {
        let brings = matches!(
            detail.edit.part,
            Part::Resource { how: Membership::Added | Membership::Repaired { .. }, .. }
        );
        let (true, Verdict::Changed(change), None) = (brings, &self.diff.verdict, self.blocked) else {
            return BTreeSet::new();
        };
        let waits = |principal: &Principal, state: &InvitationState| match change {
            // Who comes with this plan is counted.
            Change::Update { after, .. } => {
                state.stays_open() && state.acceptor().is_some() && after.principals.contains_key(principal)
            }
            // On the new share everybody is invited anew. Who uses the old one keeps it.
            Change::Replace { before, .. } => {
                let unaccepted = |on: &Association| on.status == AssociationStatus::Associating;
                state.is_sent_to_others() && before.share.principals.get(principal).is_some_and(unaccepted)
            }
            Change::Create { .. } | Change::Delete { .. } | Change::Release { .. } => false,
        };
        let waiting = self.diff.invitations.iter().filter(|(principal, one)| waits(principal, &one.state));
        let counted = |account: &AccountId| detail.gain.iter().any(|one| one.account() == Some(account));
        let accounts = waiting.map(|(_, invitation)| &invitation.consumer.account);
        accounts.filter(|account| !counted(account)).cloned().collect()
    }
}

/// Keeps old shares for those who use them and have yet to accept what takes their place. What the files drop meanwhile leaves them too.
pub(crate) fn keep(shares: &mut [PlannedShare]) {
    let mut kept: BTreeMap<usize, (BTreeSet<AccountId>, Dropped)> = BTreeMap::new();
    for (at, share) in shares.iter().enumerate() {
        match &share.diff.verdict {
            Verdict::Changed(Change::Replace { before, after, .. }) if replaces_in_part(before, after) => {
                kept.insert(at, (dependents(before, &share.diff.invitations), Dropped::default()));
            }
            Verdict::Changed(Change::Delete { before, reason }) if reason.is_of_a_second() => {
                let successor = shares.iter().find(|other| stays(&other.diff, &share.diff.address));
                if let Some(successor) = successor
                    && let Some(after) = successor.diff.after()
                    && replaces_in_part(before, after)
                {
                    let dropped = Dropped::between(before, after);
                    kept.insert(at, (dependents(before, &successor.diff.invitations), dropped));
                }
            }
            _ => {}
        }
    }
    for (at, (accounts, dropped)) in kept.into_iter().filter(|(_, (accounts, _))| !accounts.is_empty()) {
        let share = &mut shares[at];
        let goes = matches!(share.diff.verdict, Verdict::Changed(Change::Delete { .. }));
        match share.blocked {
            None if !dropped.is_empty() => share.dropped = dropped,
            None if goes => share.blocked = Some(Blocked::AwaitingAcceptance),
            _ => {}
        }
        share.kept_for = accounts;
    }
}

/// Whether a share has the address and is not one of those that are too many.
fn stays(share: &ShareDiff, address: &Address) -> bool {
    share.address == *address && !matches!(share.verdict, Verdict::Changed(Change::Delete { .. }))
}

#[cfg(test)]
mod tests;
