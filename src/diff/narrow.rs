//! A comparison of a part of a stack, which never passes for the whole.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::DesiredGraph;
use crate::diff::beside::keep_touched;
use crate::diff::change::{Cause, Change, Diff, Edit, Membership, Part, Purpose, ShareDiff, Verdict, Wanted};
use crate::diff::dependents::{Use, dependents, needed};
use crate::diff::elsewhere::left_out;
use crate::diff::inbound::{InboundItem, InboundVerdict};
use crate::diff::invitation::InvitationState;
use crate::diff::permission::{
    PermissionChange, PermissionDiff, PermissionPart, PermissionVerdict, Room, VersionAfter,
};
use crate::live::{LiveShare, Sweep};
use crate::model::{
    AccountId, Address, GapCause, PermissionArn, Place, Principal, Region, ResourceArn, ShareArn,
};
use crate::org::OrgView;

/// What a run is about. Whatever is not narrowed is all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Blocks or instances; a block stands for all of its instances. None: all.
    pub targets: BTreeSet<Address>,
    pub excluded: BTreeSet<Address>,
    /// None: all.
    pub accounts: BTreeSet<AccountId>,
    /// None: all.
    pub regions: BTreeSet<Region>,
    pub causes: Causes,
}

/// Whose changes a run is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Causes {
    #[default]
    All,
    /// What was changed in AWS since the last apply. What was changed in the files is left out.
    Drift,
}

/// That a comparison is of a part of the stack, and what it leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partial {
    pub scope: Scope,
    /// Shares that were compared, or found and declared by no block, and left out.
    pub shares: usize,
    /// How many of them differ.
    pub changes: usize,
    /// Customer managed permissions that differ and are left out.
    pub permissions: usize,
    /// What others share, is not as `inbound` blocks say, and is left out.
    pub inbound: usize,
    /// Sharing inside the organization differs and is left out.
    pub sharing: bool,
    /// What the stack names and nobody read.
    pub unread: BTreeSet<Place>,
    /// Shares that go, although one that takes over their resources is left out.
    pub orphans: BTreeSet<Address>,
    /// What is left out because it needs something that `--exclude` names and that is to be changed: by address, what it needs.
    pub dependents: BTreeMap<Address, BTreeSet<Address>>,
    /// Permissions that are changed because a chosen share needs them: by address, the shares.
    pub along: BTreeMap<Address, BTreeSet<Address>>,
}

/// What was left out of the reading for a scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotRead {
    pub places: BTreeSet<Place>,
    /// Where what an account receives was left out.
    pub receiving: BTreeSet<Place>,
}

impl Scope {
    pub fn is_whole(&self) -> bool {
        *self == Self::default()
    }

    /// What has to be read whole: of addresses that the configuration has, the Regions of their accounts. Everywhere else the stack's shares are
    /// searched for by their tag, because a share that was declared in another account or Region before is still there.
    pub fn places(&self, graph: &DesiredGraph) -> BTreeSet<Place> {
        let declared = |target: &Address| {
            let shares = graph.shares.values().map(|share| (&share.address, &share.place));
            let permissions = graph.permissions.iter().map(|(address, one)| (address, &one.place));
            let open = graph.unresolved.iter().map(|(address, share)| (address, &share.place));
            let found = shares.chain(open).chain(permissions).filter(|(address, _)| covers(target, address));
            found.map(|(_, place)| place.clone()).collect::<BTreeSet<Place>>()
        };
        let receives = |target: &&Address| graph.inbound.keys().any(|address| covers(target, address));
        let of_targets: Vec<BTreeSet<Place>> =
            self.targets.iter().filter(|target| !receives(target)).map(declared).collect();
        // What no file has may be live anywhere.
        let anywhere = self.targets.is_empty() || of_targets.iter().any(BTreeSet::is_empty);
        let accounts: BTreeSet<&AccountId> =
            of_targets.iter().flatten().map(|place| &place.account).collect();
        let can_hold = |place: &&Place| anywhere || accounts.contains(&place.account);
        graph.places.iter().filter(can_hold).filter(|place| self.has_place(place)).cloned().collect()
    }

    /// Where what is received has to be read: for `inbound` blocks, and for shares for which ramctl accepts, wherever it does.
    /// Destroying, nothing is accepted, so only blocks count.
    pub fn receiving(&self, graph: &DesiredGraph, org: &OrgView, purpose: Purpose) -> BTreeSet<Place> {
        let blocks = graph.inbound.values().filter(|block| self.has(&block.address, &block.place));
        let mut out: BTreeSet<Place> = blocks.map(|block| block.place.clone()).collect();
        if purpose == Purpose::Apply {
            let shares = graph.shares.values().filter(|share| self.has(&share.address, &share.place));
            out.extend(shares.flat_map(|share| graph.receivers(share, org)));
        }
        out
    }

    fn has_inbound(&self, item: &InboundItem) -> bool {
        let chosen = match item.verdict.by() {
            Some(by) => self.has(&by.address, &item.place),
            None => self.targets.is_empty() && self.has_place(&item.place),
        };
        // Invitations come from outside. Whether an account is in a share by hand, or the block was changed, nobody can tell.
        let came = match item.verdict {
            InboundVerdict::Leave { .. } => false,
            InboundVerdict::Accept { .. }
            | InboundVerdict::Reject { .. }
            | InboundVerdict::Stuck { .. }
            | InboundVerdict::Undecided { .. } => true,
        };
        chosen && (came || self.causes == Causes::All)
    }

    pub(crate) fn has_place(&self, place: &Place) -> bool {
        (self.accounts.is_empty() || self.accounts.contains(&place.account))
            && (self.regions.is_empty() || self.regions.contains(&place.region))
    }

    /// Whether a run of this scope is about an address that the files have in a place.
    pub fn has(&self, address: &Address, place: &Place) -> bool {
        (self.targets.is_empty() || self.targets.iter().any(|target| covers(target, address)))
            && !self.excludes(address)
            && self.has_place(place)
    }

    /// Whether an address is one that the run is without.
    pub(crate) fn excludes(&self, address: &Address) -> bool {
        self.excluded.iter().any(|excluded| covers(excluded, address))
    }

    /// The addresses of the scope that neither the files nor what was read have.
    pub fn unknown<'a>(&'a self, graph: &DesiredGraph, diff: &Diff) -> Vec<&'a Address> {
        let known: BTreeSet<&Address> = known(graph, diff);
        let named = self.targets.iter().chain(&self.excluded);
        named.filter(|name| !known.iter().any(|address| covers(name, address))).collect()
    }
}

/// Every address that a share, permission or `inbound` block of the stack has.
pub fn known<'a>(graph: &'a DesiredGraph, diff: &'a Diff) -> BTreeSet<&'a Address> {
    let live = diff.shares.iter().map(|share| &share.address);
    let permissions = diff.permissions.iter().map(|permission| &permission.address);
    let declared = graph.shares.keys().chain(graph.unresolved.keys()).chain(graph.inbound.keys());
    declared.chain(live).chain(permissions).chain(diff.sweep.passed()).collect()
}

/// Whether an address is another one, or a block with that instance.
fn covers(name: &Address, address: &Address) -> bool {
    name == address || (name.key.is_none() && (name.kind, &name.label) == (address.kind, &address.label))
}

/// The part of a comparison that a run is about. What needs something that is left out is left out too.
pub fn narrow(diff: Diff, scope: &Scope, unread: NotRead) -> Diff {
    part(diff, scope, unread, Use::Plan)
}

/// As [`narrow`], for a report: nothing is changed, so what is left out is what the scope leaves out.
pub fn narrow_report(diff: Diff, scope: &Scope, unread: NotRead) -> Diff {
    part(diff, scope, unread, Use::Report)
}

fn part(mut diff: Diff, scope: &Scope, unread: NotRead, how: Use) -> Diff {
    if scope.is_whole() {
        return diff;
    }
    let NotRead { places: mut unread, receiving } = unread;
    diff.shares.iter_mut().for_each(|share| left_out(share, scope));
    let dependents = dependents(&diff, scope, how);
    set_aside(&mut diff, scope, &mut unread);
    diff.unreceived.retain(|place, _| !receiving.contains(place));
    let differs = |item: &InboundItem| item.verdict.by().is_some();
    let inbound = diff.inbound.iter().filter(|item| differs(item) && !scope.has_inbound(item)).count();
    diff.inbound.retain(|item| scope.has_inbound(item));
    unread.extend(receiving.into_iter().filter(|place| !diff.places.contains(place)));
    diff.unresolved.retain(|address, share| scope.has(address, &share.place));
    diff.unmanaged.retain(|share| scope.targets.is_empty() && scope.has_place(&share.place));
    // What no block declares is deleted or released by a run that is about it.
    let passed = diff.sweep.passed().count();
    let mut partial = Partial {
        scope: scope.clone(),
        shares: passed,
        changes: passed,
        permissions: 0,
        inbound,
        sharing: false,
        unread,
        orphans: BTreeSet::new(),
        dependents,
        along: BTreeMap::new(),
    };
    let mut heirs: BTreeSet<ResourceArn> = BTreeSet::new();
    let mut kept = Vec::new();
    for share in std::mem::take(&mut diff.shares) {
        let differs = matches!(share.verdict, Verdict::Changed(_) | Verdict::NotImported { .. });
        let depends = partial.dependents.contains_key(&share.address);
        let whole = scope.has(&share.address, share.place()) && !depends;
        let resources = taken_over(&share);
        let before = share.before().cloned();
        match scope.causes {
            Causes::All if whole => kept.push(share),
            Causes::Drift if whole && let Some(drifted) = drifted(share) => kept.push(drifted),
            Causes::All | Causes::Drift => {
                partial.shares += 1;
                partial.changes += usize::from(differs);
                heirs.extend(resources);
                diff.beside.extend(before);
            }
        }
    }
    let orphaned = kept.iter().filter(|share| {
        let goes = match &share.verdict {
            Verdict::Changed(Change::Delete { before, .. }) => Some(before),
            _ => None,
        };
        goes.is_some_and(|before| before.share.resources.keys().any(|arn| heirs.contains(arn)))
    });
    partial.orphans = orphaned.map(|share| share.address.clone()).collect();
    diff.shares = kept;
    keep_touched(&mut diff.beside, &diff.shares);
    diff.beside.sort_by(|a, b| (&a.place, &a.share.arn).cmp(&(&b.place, &b.share.arn)));
    keep_permissions(&mut diff, scope, &mut partial);
    // Sharing comes with what needs it.
    let names_places = !(scope.targets.is_empty() && scope.accounts.is_empty() && scope.regions.is_empty());
    let left_out = scope.causes == Causes::Drift || (names_places && !diff.shares.iter().any(needs_sharing));
    if left_out && let Some(sharing) = diff.sharing.take() {
        use crate::diff::SharingVerdict as V;
        partial.sharing =
            matches!(sharing.verdict, V::Enable { .. } | V::MakeRole | V::RequiredButOff { .. });
    }
    diff.partial = Some(partial);
    diff
}

/// Leaves the permissions that are chosen, and those that a chosen share needs: each comes with its share, and goes only when it is chosen
/// itself. What the run is without never comes.
fn keep_permissions(diff: &mut Diff, scope: &Scope, partial: &mut Partial) {
    let mut used: BTreeMap<PermissionArn, BTreeSet<Address>> = BTreeMap::new();
    for share in &diff.shares {
        let after = share.after().into_iter().flat_map(|after| after.permissions.values());
        for arn in after.chain(needed(share)) {
            used.entry(arn.clone()).or_default().insert(share.address.clone());
        }
    }
    let moved: BTreeSet<&ShareArn> =
        diff.shares.iter().filter_map(|share| Some(&share.before()?.share.arn)).collect();
    for mut permission in std::mem::take(&mut diff.permissions) {
        let changed = matches!(permission.verdict, PermissionVerdict::Changed(_));
        let depends = partial.dependents.contains_key(&permission.address);
        let chosen = scope.has(&permission.address, permission.place()) && !depends;
        let users = used
            .get(permission.arn())
            .filter(|_| permission.after().is_some() && !scope.excludes(&permission.address) && !depends);
        let counts = scope.causes == Causes::All || !changed;
        if (users.is_some() || chosen) && counts {
            if let (false, true, Some(users)) = (chosen, changed, users) {
                partial.along.insert(permission.address.clone(), users.clone());
            }
            stay_within(&mut permission, &moved);
            diff.permissions.push(permission);
        } else {
            partial.permissions += usize::from(changed);
        }
    }
}

/// Leaves out what was not read. Where the search for shares failed outside of the accounts and Regions of the run, that matters only to a share
/// that is not created for it.
fn set_aside(diff: &mut Diff, scope: &Scope, unread: &mut BTreeSet<Place>) {
    let kept_back = |share: &ShareDiff| {
        let is_open =
            matches!(&share.verdict, Verdict::Unread { gap, .. } if gap.cause == GapCause::Elsewhere);
        is_open && scope.has(&share.address, share.place())
    };
    if !diff.shares.iter().any(kept_back) {
        unread.extend(diff.unknown.keys().filter(|place| !scope.has_place(place)).cloned());
        if let Sweep::Done(swept) = &mut diff.sweep {
            let in_scope =
                |account: &AccountId| scope.accounts.is_empty() || scope.accounts.contains(account);
            swept.gaps.retain(|account, _| scope.regions.is_empty() && in_scope(account));
        }
    }
    diff.places.retain(|place| !unread.contains(place));
    diff.unknown.retain(|place, _| !unread.contains(place));
}

/// Makes no room for a version by moving shares that are left out.
fn stay_within(permission: &mut PermissionDiff, moved: &BTreeSet<&ShareArn>) {
    let PermissionVerdict::Changed(PermissionChange::Update { edits, .. }) = &mut permission.verdict else {
        return;
    };
    for edit in edits {
        let PermissionPart::Policy { version: VersionAfter::New { room, .. }, .. } = &mut edit.part else {
            continue;
        };
        let Room::Made { version, users } = room else { continue };
        let left_out: BTreeSet<ShareArn> =
            users.iter().filter(|user| !moved.contains(user)).cloned().collect();
        if !left_out.is_empty() {
            *room = Room::None { users: [(version.clone(), left_out)].into() };
        }
    }
}

/// The resources that a change puts on a share.
fn taken_over(share: &ShareDiff) -> BTreeSet<ResourceArn> {
    let Verdict::Changed(change) = &share.verdict else { return BTreeSet::new() };
    let before = change.before().map(|present| &present.share.resources);
    let after = change.after().into_iter().flat_map(|after| after.resources.keys());
    after.filter(|arn| before.is_none_or(|before| !before.contains_key(*arn))).cloned().collect()
}

fn needs_sharing(share: &ShareDiff) -> bool {
    let Verdict::Changed(change) = &share.verdict else { return false };
    change.after().is_some_and(|after| after.principals.keys().any(Principal::needs_organization_sharing))
}

/// What of a share was changed in AWS. None: nothing, as far as anybody can tell. A share that is not there counts where RAM still
/// lists it as deleted; a change of only the files, and what goes because of one, does not.
fn drifted(mut share: ShareDiff) -> Option<ShareDiff> {
    match &mut share.verdict {
        Verdict::InSync { .. } | Verdict::Unread { .. } => Some(share),
        Verdict::NotImported { .. } => None,
        Verdict::Changed(change) => {
            let keep = match change {
                Change::Create { .. } => !share.deleted.is_empty(),
                Change::Update { before, after, edits } => {
                    let (drift, pending) = edits.drain(..).partition(is_drift);
                    *edits = drift;
                    let pending: Vec<Edit> = pending;
                    pending.iter().for_each(|edit| leave_out(&edit.part, &before.share, after));
                    let added = |principal: &Principal| edits.iter().any(|edit| puts_on(edit, principal));
                    share.invitations.retain(|principal, invitation| match invitation.state {
                        InvitationState::ToSend { .. }
                        | InvitationState::ToResend { .. }
                        | InvitationState::Needless
                        | InvitationState::Outgrown => added(principal),
                        InvitationState::Pending { .. }
                        | InvitationState::Settling
                        | InvitationState::Rejected { .. } => true,
                    });
                    !edits.is_empty()
                }
                Change::Delete { reason, .. } => reason.is_of_a_second(),
                Change::Replace { reasons, .. } => {
                    reasons.iter().all(|reason| *reason == crate::diff::ReplaceReason::Failed)
                }
                Change::Release { .. } => false,
            };
            keep.then_some(share)
        }
    }
}

/// Leaves a part as it is in AWS, so that nothing is told of what it would give and take.
fn leave_out(part: &Part, live: &LiveShare, after: &mut Wanted) {
    match part {
        Part::Name { before, .. } => after.name.clone_from(before),
        Part::AllowExternalPrincipals { before, .. } => after.allow_external_principals = *before,
        Part::Principal { principal, label, how } => {
            if *how == Membership::Removed {
                after.principals.insert(principal.clone(), label.clone());
            } else if !live.principals.contains_key(principal) {
                after.principals.remove(principal);
            }
        }
        Part::Resource { resource, resource_type, how } => {
            if *how == Membership::Removed {
                after.resources.insert(resource.clone(), resource_type.clone());
            } else if !live.resources.contains_key(resource) {
                after.resources.remove(resource);
            }
        }
        Part::Source { source, how } => {
            if *how == Membership::Removed {
                after.sources.insert(source.clone());
            } else if !live.sources.contains_key(source) {
                after.sources.remove(source);
            }
        }
        Part::Permission { resource_type, .. } => {
            if after.permissions.contains_key(resource_type)
                && let Some(attached) = live.permissions.get(resource_type)
            {
                after.permissions.insert(resource_type.clone(), attached.arn.clone());
            }
        }
        Part::Tag { key, .. } => match live.tags.get(key) {
            Some(value) => drop(after.tags.insert(key.clone(), value.clone())),
            None => drop(after.tags.remove(key)),
        },
        Part::PermissionVersion { .. }
        | Part::Imported { .. }
        | Part::Promoted
        | Part::Moved { .. }
        | Part::StackRenamed { .. }
        | Part::Record => {}
    }
}

fn puts_on(edit: &Edit, wanted: &Principal) -> bool {
    match &edit.part {
        Part::Principal { principal, how, .. } => principal == wanted && *how != Membership::Removed,
        _ => false,
    }
}

fn is_drift(edit: &Edit) -> bool {
    let repaired = matches!(
        edit.part,
        Part::Principal { how: Membership::Repaired { .. }, .. }
            | Part::Resource { how: Membership::Repaired { .. }, .. }
            | Part::Source { how: Membership::Repaired { .. }, .. }
    );
    repaired || matches!(edit.cause, Cause::Drift | Cause::Both | Cause::Tags | Cause::Lapsed)
}
