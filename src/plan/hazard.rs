//! Changes that a person should not miss, each with its code.

mod share;

use crate::access::{Access, AccessDelta};
use crate::diag::{Code, hazards as codes};
use crate::diff::{
    Change, DeleteReason, Diff, InboundItem, InboundVerdict, PermissionChange, PermissionDiff,
    PermissionPart, PermissionVerdict, Present, Purpose, ShareDiff, Thresholds, Verdict,
};
use crate::model::{Address, Principal, ResourceArn, ResourceType, ShareArn};
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
    let code = match &permission.verdict {
        PermissionVerdict::Changed(PermissionChange::Update { edits, .. }) => {
            let taken = edits.iter().any(|edit| match &edit.part {
                PermissionPart::Imported { owner: Some(owner) } => owner != diff.stack.as_str(),
                _ => false,
            });
            taken.then_some(&codes::RAM210)
        }
        PermissionVerdict::Changed(PermissionChange::Delete { before: _, reason }) => {
            is_undeclared(diff, *reason).then_some(&codes::RAM222)
        }
        _ => None,
    };
    let hazard = |code| hazard(diff, code, HazardSubject::Share, Some(&permission.address));
    code.map(hazard).into_iter().collect()
}

/// Whether the stack is destroyed from files that never declared what goes: they may be those of another folder.
fn is_undeclared(diff: &Diff, reason: DeleteReason) -> bool {
    diff.purpose == Purpose::Destroy && reason == DeleteReason::NotDeclared
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
            associations += match share.dropped.len() {
                0 => leaving(before, change),
                dropped => dropped,
            };
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
