//! Changes that a person should not miss, each with its code.

mod share;

use std::collections::BTreeSet;

use crate::access::{Access, AccessDelta, Grantee};
use crate::diag::{Code, hazards as codes};
use crate::diff::{
    Change, DeleteReason, Diff, InboundItem, InboundVerdict, PermissionChange, PermissionDiff,
    PermissionPart, PermissionVerdict, Present, Purpose, ShareDiff, Thresholds, Verdict, Wanted,
};
use crate::model::{AccountId, Address, Principal, ResourceArn, ResourceType, ShareArn, TAG_STACK, Tags};
use crate::org::OrgView;
use crate::plan::body::PlannedShare;
use crate::plan::consent::{HazardStanding, standing};
use crate::plan::hazard::share::Changing;

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
    /// On whose behalf a service comes.
    Source(String),
    /// The permission of a type.
    Permission(ResourceType),
    /// The share, or the permission, as a whole.
    Share,
    /// A share of somebody else.
    Received(ShareArn),
    /// The share, beside this one, which proves to be that of the same address too.
    Second(ShareArn),
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

/// The hazards of one share's change. `access` is what becomes of each resource by all shares that were read: what one share takes and
/// another gives is no loss.
pub(crate) fn of_share(diff: &Diff, share: &PlannedShare, access: &Access<'_>, org: &OrgView) -> Vec<Hazard> {
    let Verdict::Changed(change) = &share.diff.verdict else { return Vec::new() };
    let change = Changing { diff, share, change, access, org };
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
    let mut found: Vec<&'static Code> = Vec::new();
    match &permission.verdict {
        PermissionVerdict::Changed(PermissionChange::Update { edits, .. }) => {
            let taken = edits.iter().any(|edit| match &edit.part {
                PermissionPart::Imported { owner: Some(owner) } => owner != diff.stack.as_str(),
                _ => false,
            });
            found.extend(taken.then_some(&codes::RAM210));
        }
        PermissionVerdict::Changed(PermissionChange::Delete { before, reason }) => {
            found.extend(is_undeclared(diff, *reason).then_some(&codes::RAM222));
            found.extend(is_of_former_stack(diff, *reason, Some(&before.row.tags)).then_some(&codes::RAM231));
        }
        _ => {}
    }
    let hazard = |code| hazard(diff, code, HazardSubject::Share, Some(&permission.address));
    found.into_iter().map(hazard).collect()
}

/// Whether the stack is destroyed from files that never declared what goes: they may be those of another folder.
fn is_undeclared(diff: &Diff, reason: DeleteReason) -> bool {
    diff.purpose == Purpose::Destroy && reason == DeleteReason::NotDeclared
}

/// Whether something goes that bears a former name of the stack and that these files have not taken over: perhaps a stack of that name is still
/// there.
fn is_of_former_stack(diff: &Diff, reason: DeleteReason, tags: Option<&Tags>) -> bool {
    let bears = tags.and_then(|tags| tags.get(TAG_STACK)).is_some_and(|name| name != diff.stack.as_str());
    let unasked = match reason {
        DeleteReason::NotDeclared
        | DeleteReason::MovedAway
        | DeleteReason::MoveTaken
        | DeleteReason::Destroy
        | DeleteReason::Removed => true,
        // The successor is declared here, or the end is.
        DeleteReason::Duplicate | DeleteReason::Rival | DeleteReason::Expired | DeleteReason::Successor => {
            false
        }
    };
    bears && unasked
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
pub(crate) fn of_plan(diff: &Diff, shares: &[PlannedShare], totals: &AccessDelta) -> Vec<Hazard> {
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
        // Two roles of one account are one account.
        let in_account: BTreeSet<&AccountId> = totals.gain.iter().filter_map(Grantee::account).collect();
        let (accounts, unknown) = (in_account.len(), totals.unknown.len());
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
    let goes = |share: &&PlannedShare| is_replaced(&share.diff.verdict);
    let halfway: BTreeSet<&Address> = shares.iter().filter(goes).map(|share| &share.diff.address).collect();
    for share in shares {
        let Some(before) = share.diff.before() else { continue };
        // Of a replacement that was cut short both shares are there; it counts as it did before.
        let stays = halfway.contains(&share.diff.address) && !is_replaced(&share.diff.verdict);
        if !stays {
            of += before.share.principals.len() + before.share.resources.len();
        }
        if let Verdict::Changed(change) = &share.diff.verdict
            && share.blocked.is_none()
        {
            associations += match share.dropped.len() {
                0 => leaving(before, change, successor(share, shares)),
                dropped => dropped,
            };
        }
    }
    // Exact: no rounding decides.
    let over = associations * 100 > of * percent as usize;
    (of >= Thresholds::LEAST && over)
        .then_some((&codes::RAM215, HazardSubject::Revoked { associations, of, percent }))
}

/// Whether a share goes because another one of its address takes its place, in a replacement that was cut short.
fn is_replaced(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Changed(Change::Delete { before: _, reason: DeleteReason::Duplicate }))
}

/// What a share holds that takes the place of one that goes, in a replacement that was cut short.
fn successor<'a>(share: &PlannedShare, shares: &'a [PlannedShare]) -> Option<&'a Wanted> {
    if !is_replaced(&share.diff.verdict) {
        return None;
    }
    let of_address = shares.iter().filter(|other| other.diff.address == share.diff.address);
    of_address.filter_map(|other| other.diff.after()).next()
}

fn left_by(before: &Present, after: &Wanted) -> usize {
    let Present { place: _, share } = before;
    share.principals.keys().filter(|key| !after.principals.contains_key(*key)).count()
        + share.resources.keys().filter(|key| !after.resources.contains_key(*key)).count()
}

/// How many principals and resources a change takes off its share.
fn leaving(before: &Present, change: &Change, successor: Option<&Wanted>) -> usize {
    let (principals, resources) = (&before.share.principals, &before.share.resources);
    match change {
        Change::Update { after, .. } | Change::Replace { after, .. } => left_by(before, after),
        Change::Delete { .. } => {
            successor.map_or(principals.len() + resources.len(), |after| left_by(before, after))
        }
        Change::Create { .. } | Change::Release { .. } => 0,
    }
}
