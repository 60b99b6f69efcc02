//! From a comparison to a plan.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::{Access, AccessDelta};
use crate::diff::{
    Change, Delta, Diff, Edit, Left, Membership, Part, PermissionChange, PermissionProblem,
    PermissionVerdict, ShareDiff, SharingDiff, SharingVerdict, Verdict, is_outside,
};
use crate::model::{Address, PermissionArn, Principal, ResourceArn, Usage};
use crate::org::OrgView;
use crate::plan::acceptance;
use crate::plan::basis::Basis;
use crate::plan::body::{
    Blocked, Dropped, Plan, PlanBody, PlannedInbound, PlannedPermission, PlannedShare, PlannedSharing,
    Refusal,
};
use crate::plan::chain::Chain;
use crate::plan::details::Parts;
use crate::plan::fingerprint::Fingerprint;
use crate::plan::grants::all_sides;
use crate::plan::handover::{Handovers, renumbered, renumbering};
use crate::plan::hazard;
use crate::plan::permission::{self, Ready};
use crate::plan::policies;
use crate::plan::step::{PlannedStep, Step, StepId};
use crate::plan::token::Tokens;
use crate::plan::usage;

/// Turns what differs into what to do. `org` is what the comparison was made with. Nobody was asked yet what accounts have in what they
/// lose: [`PlanBody::usage_questions`] says what to ask.
pub fn plan(diff: &Diff, org: &OrgView) -> Plan {
    plan_knowing(diff, org, &Usage::default())
}

/// As [`plan`], with the answers.
pub fn plan_knowing(diff: &Diff, org: &OrgView, usage: &Usage) -> Plan {
    let mut steps = Vec::new();
    let sharing = diff
        .sharing
        .as_ref()
        .map(|sharing| PlannedSharing { diff: sharing.clone(), step: sharing_step(sharing, &mut steps) });
    let mut shares: Vec<PlannedShare> = diff.shares.iter().map(describe).collect();
    block(diff, &mut shares);
    block_by_outsiders(&mut shares, org);
    let permissions = diff.permissions.iter().map(|one| permission::describe(diff, one));
    let mut permissions: Vec<PlannedPermission> = permissions.collect();
    block_by_permission(&permissions, &mut shares);
    block_successors(&mut shares);
    acceptance::keep(&mut shares);
    permission::block_used(&mut permissions, &shares);
    let ready = permission::heads(&diff.stack, &mut permissions, &shares, &mut steps);
    let sharing_step = sharing.as_ref().and_then(|sharing| sharing.step);
    let (sides, rights) = all_sides(diff, &shares);
    let handovers = Handovers::of(&shares, &sides, org);
    write_steps(diff, sharing_step, &ready, &mut shares, &mut steps);
    permission::tails(&mut permissions, &shares, &mut steps);
    let inbound = acceptance::inbound(diff, &mut steps);
    let interruptions = handovers.order(&shares, &mut steps);
    let found = Access::of(&sides, &rights, org);
    for (index, share) in shares.iter_mut().enumerate() {
        let mut parts = Parts::of(index, &sides, &found, org);
        if let Verdict::Changed(change) = &share.diff.verdict {
            share.details = parts.details(change, &share.dropped);
        }
        share.access = parts.delta();
        share.owner_included = parts.owner_included();
        share.usage = usage::of_share(share, &found, usage);
        share.hazards = hazard::of_share(diff, share, &found, org);
    }
    let mut numbered = Numbered { sharing, shares, permissions, inbound, steps };
    numbered.in_order();
    let Numbered { sharing, shares, permissions, inbound, steps } = numbered;
    let (access, partly) = (found.totals(), found.partly());
    let policies = policies::of_plan(found.needed(), &rights);
    let hazards = hazard::of_plan(diff, &shares, &access);
    let fingerprint = Fingerprint::of(diff, &steps, &policies, org);
    let touched = touched(&shares);
    let basis = Basis::of(diff.organization_account.as_ref(), &touched, &diff.beside, org);
    let Diff {
        stack,
        purpose,
        account_labels,
        sharing: _,
        shares: _,
        permissions: _,
        policies: _,
        unmanaged,
        beside,
        inbound: _,
        unreceived,
        places,
        unknown,
        sweep,
        organization_account: _,
        organization_gap,
        unresolved,
        safeguards,
        partial,
        now,
    } = diff.clone();
    Plan::new(PlanBody {
        stack,
        purpose,
        account_labels,
        sharing,
        refusals: refusals(diff),
        shares,
        permissions,
        unmanaged,
        beside,
        inbound,
        unreceived,
        places,
        unknown,
        sweep,
        organization_gap,
        unresolved,
        safeguards,
        partial,
        steps,
        interruptions,
        access,
        partly,
        policies,
        hazards,
        checks: Vec::new(),
        fingerprint,
        basis,
        now,
    })
}

/// All shares of the plan, and of each whether the plan depends on who is behind its principals: something is done with it, or it holds
/// a resource of one with which something is done, so that somebody may keep it there.
fn touched(shares: &[PlannedShare]) -> Vec<(&ShareDiff, bool)> {
    let changing = shares.iter().filter(|share| !share.steps.is_empty());
    let resources: BTreeSet<&ResourceArn> = changing.flat_map(held_by).collect();
    let depends = |share: &PlannedShare| {
        !share.steps.is_empty() || held_by(share).any(|resource| resources.contains(resource))
    };
    shares.iter().map(|share| (&share.diff, depends(share))).collect()
}

/// What the live share holds.
fn held_by(share: &PlannedShare) -> impl Iterator<Item = &ResourceArn> {
    share.diff.before().into_iter().flat_map(|before| before.share.resources.keys())
}

fn sharing_step(sharing: &SharingDiff, steps: &mut Vec<PlannedStep>) -> Option<StepId> {
    let step = match &sharing.verdict {
        SharingVerdict::Enable { from: _ } => Step::EnableSharingWithAwsOrganization,
        SharingVerdict::MakeRole => Step::CreateServiceLinkedRole,
        SharingVerdict::InSync
        | SharingVerdict::OffAsDeclared { .. }
        | SharingVerdict::OnUndeclared { .. }
        | SharingVerdict::RequiredButOff { .. }
        | SharingVerdict::Impossible { .. }
        | SharingVerdict::Unread { .. }
        | SharingVerdict::NotManaged => return None,
    };
    let id = StepId(0);
    steps.push(PlannedStep { id, needs: Vec::new(), place: sharing.place.clone(), address: None, step });
    Some(id)
}

/// What a change is, before anybody asks in which order it is made. Who gains and loses, and the hazards, take the whole plan to know.
fn describe(share: &ShareDiff) -> PlannedShare {
    PlannedShare {
        diff: share.clone(),
        details: Vec::new(),
        access: AccessDelta::default(),
        owner_included: false,
        usage: BTreeMap::new(),
        hazards: Vec::new(),
        blocked: None,
        outsiders: BTreeSet::new(),
        kept_for: BTreeSet::new(),
        dropped: Dropped::default(),
        steps: Vec::new(),
    }
}

/// Stops changes that leave an outside principal on a share that is to be closed, or put one on a share that stays closed: RAM refuses them, and
/// what else is changed depends on them.
fn block_by_outsiders(shares: &mut [PlannedShare], org: &OrgView) {
    for share in shares {
        let external = |principal: &Principal| {
            let on = share.diff.before().and_then(|before| before.share.principals.get(principal));
            is_outside(principal, org) || on.is_some_and(|on| on.external)
        };
        let joins = |principal: &Principal| {
            share.diff.before().is_none_or(|before| !before.share.principals.contains_key(principal))
        };
        let extras = share.diff.left.iter().filter_map(Left::extra_principal);
        share.outsiders = extras.filter(|principal| external(principal)).cloned().collect();
        let Verdict::Changed(change) = &share.diff.verdict else { continue };
        let Some(after) = change.after().filter(|after| !after.allow_external_principals) else { continue };
        if !share.outsiders.is_empty() {
            share.blocked = Some(Blocked::OutsiderStays);
        } else if share.diff.left.iter().any(Left::keeps_closed)
            && after.principals.keys().any(|one| joins(one) && is_outside(one, org))
        {
            share.blocked = Some(Blocked::StaysClosed);
        }
    }
}

/// Stops changes that need sharing inside the organization where it is not, and what waits for them.
fn block(diff: &Diff, shares: &mut [PlannedShare]) {
    let reason = match diff.sharing.as_ref().map(|sharing| &sharing.verdict) {
        Some(SharingVerdict::Unread { .. }) => Blocked::SharingUnread,
        Some(
            SharingVerdict::RequiredButOff { .. }
            | SharingVerdict::Impossible { .. }
            | SharingVerdict::OffAsDeclared { .. },
        ) => Blocked::SharingOff,
        Some(
            SharingVerdict::InSync
            | SharingVerdict::OnUndeclared { .. }
            | SharingVerdict::Enable { .. }
            | SharingVerdict::MakeRole
            | SharingVerdict::NotManaged,
        )
        | None => return,
    };
    for share in shares.iter_mut() {
        if let Verdict::Changed(change) = &share.diff.verdict
            && adds_from_organization(change)
        {
            share.blocked = Some(reason);
        }
    }
}

/// Stops changes that give somebody something through a permission of the stack that is not as it should be.
fn block_by_permission(permissions: &[PlannedPermission], shares: &mut [PlannedShare]) {
    let stopped: BTreeMap<&PermissionArn, Blocked> = permissions
        .iter()
        .filter_map(|permission| match &permission.diff.verdict {
            PermissionVerdict::Unread { .. } => Some((permission.diff.arn(), Blocked::PermissionUnread)),
            PermissionVerdict::NotHad { .. } => Some((permission.diff.arn(), Blocked::PermissionBlocked)),
            PermissionVerdict::Changed(PermissionChange::Update { .. }) if permission.blocked.is_some() => {
                Some((permission.diff.arn(), Blocked::PermissionBlocked))
            }
            PermissionVerdict::InSync { .. }
            | PermissionVerdict::Changed(_)
            | PermissionVerdict::Unproven { .. } => None,
        })
        .collect();
    for share in shares.iter_mut().filter(|share| share.blocked.is_none()) {
        let Verdict::Changed(change) = &share.diff.verdict else { continue };
        let used = change.after().into_iter().flat_map(|after| after.permissions.values());
        share.blocked = used.filter(|_| gives(change)).find_map(|arn| stopped.get(arn).copied());
    }
}

/// Whether a change gives anybody anything. What only takes away, or renames, can always be carried out.
fn gives(change: &Change) -> bool {
    match change {
        Change::Create { .. } | Change::Replace { .. } => true,
        Change::Delete { .. } | Change::Release { .. } => false,
        Change::Update { edits, .. } => edits.iter().any(|edit| match &edit.part {
            Part::Principal { how, .. } | Part::Resource { how, .. } | Part::Source { how, .. } => {
                *how != Membership::Removed
            }
            Part::Permission { how, .. } => !matches!(how, Delta::Removed { .. }),
            Part::PermissionVersion { .. } | Part::Promoted => true,
            Part::AllowExternalPrincipals { after, .. } => *after,
            Part::Name { .. }
            | Part::Tag { .. }
            | Part::Imported { .. }
            | Part::Moved { .. }
            | Part::StackRenamed { .. }
            | Part::Record => false,
        }),
    }
}

/// A second share of a block stays where the first cannot be completed.
fn block_successors(shares: &mut [PlannedShare]) {
    let blocked = shares.iter().filter(|share| share.blocked.is_some());
    let stopped: Vec<Address> = blocked.map(|share| share.diff.address.clone()).collect();
    for share in shares.iter_mut() {
        let second = match &share.diff.verdict {
            Verdict::Changed(Change::Delete { before: _, reason }) => reason.is_of_a_second(),
            _ => false,
        };
        if second && stopped.contains(&share.diff.address) {
            share.blocked = Some(Blocked::SuccessorBlocked);
        }
    }
}

fn adds_from_organization(change: &Change) -> bool {
    let adds = |edit: &Edit| match &edit.part {
        Part::Principal { principal, label: _, how } => {
            principal.needs_organization_sharing() && *how != Membership::Removed
        }
        _ => false,
    };
    match change {
        Change::Create { after } | Change::Replace { after, .. } => {
            after.principals.keys().any(|principal| principal.needs_organization_sharing())
        }
        Change::Update { edits, .. } => edits.iter().any(adds),
        Change::Delete { .. } | Change::Release { .. } => false,
    }
}

/// Numbers the steps: all that is made or changed, then all that goes. A share goes only when its successor is complete, and
/// so is every share that takes over one of its resources.
fn write_steps(
    diff: &Diff,
    sharing: Option<StepId>,
    ready: &Ready,
    shares: &mut [PlannedShare],
    steps: &mut Vec<PlannedStep>,
) {
    // The last steps of each share: the one that completes it, and those by which it is accepted.
    let mut ends: BTreeMap<usize, Vec<StepId>> = BTreeMap::new();
    for (at, share) in shares.iter_mut().enumerate().filter(|(_, share)| share.blocked.is_none()) {
        if let Verdict::Changed(change) = &share.diff.verdict {
            let first = share.diff.before().and_then(|before| ready.shares.get(&before.share.arn)).copied();
            let (place, address) = (share.diff.place(), &share.diff.address);
            let mut chain = Chain::new(steps, place, address, sharing, &ready.permissions).after(first);
            match change {
                Change::Create { after } => {
                    chain.create(Tokens::of_share(&diff.stack, address, None), after);
                }
                Change::Replace { before, after, reasons: _, rights: _ } => {
                    let replaced = Some(&before.share.arn);
                    chain.trim(before, after);
                    chain.create(Tokens::of_share(&diff.stack, address, replaced), after);
                }
                Change::Update { before, after, edits } => {
                    if edits.iter().any(|edit| edit.part == Part::Promoted) {
                        let attached = before.share.permissions.values().map(|attached| &attached.arn);
                        chain.promote(&before.share.arn, attached);
                    }
                    chain.update(before, after, edits);
                }
                Change::Release { before } => chain.release(before),
                Change::Delete { before, reason: _ } => chain.drop(before, &share.dropped),
            }
            share.steps = chain.written();
        }
        let accepted = acceptance::accept(share, steps);
        ends.insert(at, share.steps.last().copied().into_iter().chain(accepted.iter().copied()).collect());
        share.steps.extend(accepted);
    }

    // The last steps of each share that has some, by what it takes over from shares that go.
    let mut by_address: BTreeMap<Address, Vec<StepId>> = BTreeMap::new();
    let mut by_resource: BTreeMap<ResourceArn, Vec<StepId>> = BTreeMap::new();
    for (at, ends) in ends {
        let share = &shares[at];
        by_address.entry(share.diff.address.clone()).or_default().extend(&ends);
        for resource in share.diff.after().into_iter().flat_map(|after| after.resources.keys()) {
            by_resource.entry(resource.clone()).or_default().extend(&ends);
        }
    }
    for share in shares.iter_mut() {
        if share.blocked.is_some() || !share.kept_for.is_empty() {
            continue;
        }
        let Verdict::Changed(Change::Delete { before, .. } | Change::Replace { before, .. }) =
            &share.diff.verdict
        else {
            continue;
        };
        let heirs = before.share.resources.keys().filter_map(|resource| by_resource.get(resource));
        let needs: BTreeSet<StepId> =
            heirs.chain(by_address.get(&share.diff.address)).flatten().copied().collect();
        let place = before.place.clone();
        let arn = before.share.arn.clone();
        let first = ready.shares.get(&arn).copied();
        let mut chain = Chain::new(steps, &place, &share.diff.address, None, &ready.permissions).after(first);
        chain.delete(&arn, needs);
        let written = chain.written();
        share.steps.extend(written);
    }
}

/// All that names steps by their numbers.
struct Numbered {
    sharing: Option<PlannedSharing>,
    shares: Vec<PlannedShare>,
    permissions: Vec<PlannedPermission>,
    inbound: Vec<PlannedInbound>,
    steps: Vec<PlannedStep>,
}

impl Numbered {
    /// Gives the steps new numbers where one has to come after a later one.
    fn in_order(&mut self) {
        let Some(numbers) = renumbering(&self.steps) else { return };
        self.steps = renumbered(std::mem::take(&mut self.steps), &numbers);
        let of_shares = self.shares.iter_mut().flat_map(|share| &mut share.steps);
        let of_permissions = self.permissions.iter_mut().flat_map(|permission| &mut permission.steps);
        let of_inbound = self.inbound.iter_mut().filter_map(|received| received.step.as_mut());
        let of_sharing = self.sharing.iter_mut().filter_map(|sharing| sharing.step.as_mut());
        for step in of_shares.chain(of_permissions).chain(of_inbound).chain(of_sharing) {
            *step = numbers[step];
        }
    }
}

fn refusals(diff: &Diff) -> Vec<Refusal> {
    let mut out = Vec::new();
    match diff.sharing.as_ref().map(|sharing| &sharing.verdict) {
        Some(SharingVerdict::RequiredButOff { state }) => {
            out.push(Refusal::SharingRequired { state: *state })
        }
        Some(SharingVerdict::Impossible { state }) => out.push(Refusal::SharingImpossible { state: *state }),
        _ => {}
    }
    for share in &diff.shares {
        // What is not there stops its block alone, like a name that nobody has.
        if let Verdict::NotImported { after: _, arn, span, problem } = &share.verdict
            && !problem.is_of_nothing()
        {
            let (address, arn, problem) = (share.address.clone(), arn.clone(), problem.clone());
            out.push(Refusal::Import { address, span: *span, arn, problem });
        }
        let goes = matches!(share.verdict, Verdict::Changed(Change::Delete { .. } | Change::Replace { .. }));
        if goes && share.protected {
            out.push(Refusal::PreventDestroy { address: share.address.clone() });
        }
    }
    for permission in &diff.permissions {
        let address = permission.address.clone();
        match &permission.verdict {
            PermissionVerdict::NotHad { problem: PermissionProblem::NotThere { .. }, .. } => {}
            PermissionVerdict::NotHad { after, span, problem } => {
                let (span, arn, problem) = (*span, after.arn.clone(), problem.clone());
                out.push(Refusal::Permission { address, span, arn, problem });
            }
            PermissionVerdict::Changed(PermissionChange::Delete { .. }) if permission.protected => {
                out.push(Refusal::PreventDestroy { address });
            }
            _ => {}
        }
    }
    out
}
