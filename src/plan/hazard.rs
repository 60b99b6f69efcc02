//! Changes that a person should not miss, each with its code.

use std::collections::BTreeSet;

use crate::access::AccessTotals;
use crate::diag::{Code, hazards as codes};
use crate::diff::{
    Cause, Change, DeleteReason, Diff, InboundItem, InboundVerdict, InvitationState, Lapse, Membership, Part,
    PermissionChange, PermissionDiff, PermissionPart, PermissionVerdict, Present, Purpose, ShareDiff,
    Thresholds, Verdict, Wanted, is_outside,
};
use crate::model::{
    AccountId, Address, Observed, PolicyChange, Principal, ResourceArn, ResourceType, ShareArn, TAG_IMPORTED,
    UsedKind,
};
use crate::org::OrgView;
use crate::plan::body::{Detail, PlannedShare};
use crate::plan::consent::{HazardStanding, standing};
use crate::plan::usage::Losses;

/// A change that needs consent, by code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hazard {
    pub code: &'static Code,
    pub subject: HazardSubject,
    pub standing: HazardStanding,
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
    /// A share of somebody else.
    Received(ShareArn),
    /// The plan as a whole.
    Plan,
    /// So many of so many associations of the stack go, and this percentage may.
    Revoked {
        associations: usize,
        of: usize,
        percent: u32,
    },
    /// So many accounts gain access, and so many may. Behind the principals it is not known who gains.
    Granted {
        accounts: usize,
        unknown: usize,
        limit: u32,
    },
}

type Found = Vec<(&'static Code, HazardSubject)>;

/// The hazards of one share's change. `totals` is what accounts gain and lose over the whole stack: what one share takes and
/// another gives is no loss. `losses` says who loses which subnet.
pub(crate) fn of_share(
    diff: &Diff,
    share: &PlannedShare,
    totals: &AccessTotals,
    losses: &Losses<'_>,
    org: &OrgView,
) -> Vec<Hazard> {
    let Verdict::Changed(change) = &share.diff.verdict else { return Vec::new() };
    let change = Changing { diff, share, change, totals, losses, org };
    let mut found = Found::new();
    for detail in &share.details {
        change.part(detail, &mut found);
    }
    change.whole(&mut found);
    let at = Some(&share.diff.address);
    found.into_iter().map(|(code, subject)| hazard(diff, code, subject, at)).collect()
}

/// The hazards of one permission's change.
pub(crate) fn of_permission(diff: &Diff, permission: &PermissionDiff) -> Vec<Hazard> {
    let PermissionVerdict::Changed(PermissionChange::Update { edits, .. }) = &permission.verdict else {
        return Vec::new();
    };
    let taken = edits.iter().any(|edit| match &edit.part {
        PermissionPart::Imported { owner: Some(owner) } => owner != diff.stack.as_str(),
        _ => false,
    });
    let hazard = || hazard(diff, &codes::RAM210, HazardSubject::Share, Some(&permission.address));
    if taken { vec![hazard()] } else { Vec::new() }
}

/// The hazards of what becomes of a share of somebody else. Destroying asks too: the stack's own shares it can make again, an
/// invitation of others it cannot.
pub(crate) fn of_inbound(diff: &Diff, item: &InboundItem) -> Vec<Hazard> {
    match &item.verdict {
        InboundVerdict::Leave { by } => {
            let subject = HazardSubject::Received(item.share.clone());
            vec![hazard(diff, &codes::RAM218, subject, Some(&by.address))]
        }
        InboundVerdict::Accept { .. }
        | InboundVerdict::Reject { .. }
        | InboundVerdict::Stuck { .. }
        | InboundVerdict::Undecided { .. } => Vec::new(),
    }
}

/// The hazards of the plan as a whole.
pub(crate) fn of_plan(diff: &Diff, shares: &[PlannedShare], totals: &AccessTotals) -> Vec<Hazard> {
    let mut found = Found::new();
    if diff.purpose == Purpose::Apply {
        let goes = |share: &ShareDiff| matches!(share.verdict, Verdict::Changed(Change::Delete { .. }));
        if diff.shares.len() > 1
            && diff.shares.iter().all(goes)
            && diff.unresolved.is_empty()
            && diff.partial.is_none()
        {
            found.push((&codes::RAM208, HazardSubject::Plan));
        }
        let Thresholds { max_revoked_percent, max_granted_accounts } = diff.safeguards.thresholds;
        found.extend(revocations(shares, max_revoked_percent));
        let (accounts, unknown) = (totals.gain.len(), totals.unknown.len());
        if let Some(limit) = max_granted_accounts
            && (accounts > limit as usize || unknown > 0)
        {
            found.push((&codes::RAM216, HazardSubject::Granted { accounts, unknown, limit }));
        }
    }
    found.into_iter().map(|(code, subject)| hazard(diff, code, subject, None)).collect()
}

fn hazard(diff: &Diff, code: &'static Code, subject: HazardSubject, at: Option<&Address>) -> Hazard {
    Hazard { code, subject, standing: standing(&diff.safeguards.acknowledgements, code, at) }
}

/// Whether more of what the stack's shares hold goes than may.
fn revocations(shares: &[PlannedShare], percent: u32) -> Option<(&'static Code, HazardSubject)> {
    let (mut associations, mut of) = (0, 0);
    for share in shares {
        let Some(before) = share.diff.before() else { continue };
        of += before.share.principals.len() + before.share.resources.len();
        if let Verdict::Changed(change) = &share.diff.verdict
            && share.blocked.is_none()
        {
            associations += leaving(before, change);
        }
    }
    // Exact: no rounding decides.
    let over = associations * 100 > of * percent as usize;
    (of >= Thresholds::LEAST && over)
        .then_some((&codes::RAM215, HazardSubject::Revoked { associations, of, percent }))
}

/// How many principals and resources a change takes off its share.
fn leaving(before: &Present, change: &Change) -> usize {
    let (principals, resources) = (&before.share.principals, &before.share.resources);
    match change {
        Change::Update { after, .. } | Change::Replace { after, .. } => {
            principals.keys().filter(|key| !after.principals.contains_key(*key)).count()
                + resources.keys().filter(|key| !after.resources.contains_key(*key)).count()
        }
        Change::Delete { .. } => principals.len() + resources.len(),
        Change::Create { .. } | Change::Release { .. } => 0,
    }
}

/// One share's change and what surrounds it.
struct Changing<'a> {
    diff: &'a Diff,
    share: &'a PlannedShare,
    change: &'a Change,
    totals: &'a AccessTotals,
    losses: &'a Losses<'a>,
    org: &'a OrgView,
}

impl Changing<'_> {
    fn part(&self, detail: &Detail, found: &mut Found) {
        match &detail.edit.part {
            Part::Principal { principal, label: _, how } => {
                let about = || HazardSubject::Principal(principal.clone());
                match how {
                    Membership::Added | Membership::Repaired { .. } => {
                        if self.stands_already(principal, how, detail.edit.cause) {
                            return;
                        }
                        if self.is_stranger(principal) {
                            found.push((&codes::RAM201, about()));
                        }
                        if matches!(principal, Principal::Organization(_)) {
                            found.push((&codes::RAM202, about()));
                        }
                        if matches!(principal, Principal::Service(_)) && self.has_no_sources() {
                            found.push((&codes::RAM209, about()));
                        }
                    }
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
            Part::Source { source: _, how: Membership::Removed } if self.has_no_sources() => {
                for principal in self.after().into_iter().flat_map(|after| after.principals.keys()) {
                    let told = || found.iter().any(|(code, _)| **code == codes::RAM209);
                    if matches!(principal, Principal::Service(_)) && !told() {
                        found.push((&codes::RAM209, HazardSubject::Principal(principal.clone())));
                    }
                }
            }
            // What could not be read may be more.
            Part::Permission { resource_type, actions, .. }
            | Part::PermissionVersion { resource_type, actions, .. } => {
                let somebody = self.change.before().is_some_and(|before| {
                    let grants = crate::access::Grants::of_live(&before.place, &before.share);
                    !grants.principals.is_empty() && !grants.resources.is_empty()
                });
                if somebody && actions.known().is_none_or(PolicyChange::widens) {
                    found.push((&codes::RAM217, HazardSubject::Permission(resource_type.clone())));
                }
            }
            Part::Name { .. }
            | Part::AllowExternalPrincipals { .. }
            | Part::Resource { .. }
            | Part::Source { .. }
            | Part::Tag { .. }
            | Part::Imported { .. }
            | Part::Promoted
            | Part::Moved { .. }
            | Part::Record => {}
        }
    }

    /// The code for what leaves a share that stays, and takes these resources from somebody. What the files never granted may be taken
    /// back without one, but for subnets with something in them: it has no other place to be.
    fn removal<'r>(
        &self,
        detail: &Detail,
        mut taken: impl Iterator<Item = &'r ResourceArn>,
    ) -> Option<&'static Code> {
        let keeps_share = !matches!(self.change, Change::Delete { .. });
        if !keeps_share || !self.is_lost(&detail.lose, &detail.unknown) {
            None
        } else if taken.any(|resource| self.breaks(resource, &detail.lose, &detail.unknown)) {
            Some(&codes::RAM212)
        } else {
            (detail.edit.cause != Cause::Drift).then_some(&codes::RAM203)
        }
    }

    fn whole(&self, found: &mut Found) {
        let access = &self.share.access;
        let before = self.change.before().map(|before| &before.share);
        let owner_was_included = self.change.before().is_some_and(|before| {
            let grants = crate::access::Grants::of_live(&before.place, &before.share);
            crate::access::reach(&grants.principals, &grants.owner, self.org).owner_included
        });
        let deletes = matches!(self.change, Change::Delete { .. });
        let unasked = deletes && self.diff.purpose == Purpose::Apply;
        let ends_access = unasked && self.is_lost(&access.lose, &access.unknown);
        // Who wrote `expires` has agreed to that end already.
        let expired = matches!(self.change, Change::Delete { reason: DeleteReason::Expired, .. });
        let retains = self.after().is_some_and(|after| after.retain_sharing);
        let replaces = matches!(self.change, Change::Replace { .. });
        // What a replacement does not take over is told by no part of it.
        let breaks_whole = (deletes || replaces)
            && self.diff.purpose == Purpose::Apply
            && self.before_resources().any(|resource| self.breaks(resource, &access.lose, &access.unknown));
        let opens = self.after().is_some_and(|after| after.allow_external_principals)
            && !before.is_some_and(|before| before.allow_external_principals);
        let was_imported = before.is_some_and(|before| before.tags.contains_key(TAG_IMPORTED));
        let of_the_share: [(bool, &'static Code); 9] = [
            (access.owner_included && !owner_was_included, &codes::RAM204),
            (opens, &codes::RAM205),
            (ends_access && !expired, &codes::RAM206),
            (replaces, &codes::RAM207),
            (self.takes_over(), &codes::RAM210),
            (self.empties(), &codes::RAM211),
            (breaks_whole, &codes::RAM212),
            (retains && !before.is_some_and(|before| before.retain_sharing), &codes::RAM213),
            ((deletes || replaces) && was_imported, &codes::RAM214),
        ];
        let of_the_share = of_the_share.into_iter().filter(|(applies, _)| *applies);
        found.extend(of_the_share.map(|(_, code)| (code, HazardSubject::Share)));
    }

    fn after(&self) -> Option<&Wanted> {
        self.change.after()
    }

    fn before_resources(&self) -> impl Iterator<Item = &ResourceArn> {
        self.change.before().into_iter().flat_map(|before| before.share.resources.keys())
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
        let ran_out = || {
            let state = self.share.diff.invitations.get(principal).map(|invitation| &invitation.state);
            matches!(state, Some(InvitationState::ToResend { lapse: Lapse::Expired, accept: _ }))
        };
        cause == Cause::Drift && (matches!(how, Membership::Repaired { .. }) || ran_out())
    }

    /// Whether somebody of these loses something once the whole plan is carried out.
    fn is_lost(&self, accounts: &BTreeSet<AccountId>, principals: &BTreeSet<Principal>) -> bool {
        !accounts.is_disjoint(&self.totals.lose) || !principals.is_disjoint(&self.totals.unknown)
    }

    /// Whether these lose a subnet with something of theirs in it, or with nobody knows what.
    fn breaks(
        &self,
        resource: &ResourceArn,
        accounts: &BTreeSet<AccountId>,
        principals: &BTreeSet<Principal>,
    ) -> bool {
        matches!(UsedKind::of(resource), Some((UsedKind::Subnet, _)))
            && self.share.breaks(resource, self.losses, accounts, principals)
    }

    /// Outside of the organization, or, where that is not known, on a share that allows it and no account of the stack.
    fn is_stranger(&self, principal: &Principal) -> bool {
        match &self.org.snapshot {
            Observed::Known(_) => is_outside(principal, self.org),
            Observed::Unknown(_) => {
                self.after().is_some_and(|after| after.allow_external_principals)
                    && principal
                        .account()
                        .is_some_and(|account| !self.diff.account_labels.contains_key(&account))
            }
        }
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
