//! The whole stack against everything that was read.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{AcknowledgementScope, DesiredGraph, DesiredShare, Identity};
use crate::diag::hazards;
use crate::diff::beside::beside;
use crate::diff::blocked;
use crate::diff::change::{
    Cause, Change, DeleteReason, Diff, Edit, Left, LeftBy, Ownership, Part, Present, Purpose, Remark,
    ShareDiff, Unmanaged, UnresolvedShare, Verdict, Wanted,
};
use crate::diff::claim::{Claim, claim};
use crate::diff::edits;
use crate::diff::elsewhere::Unsearched;
use crate::diff::health;
use crate::diff::inbound;
use crate::diff::invited::Invited;
use crate::diff::narrow::Scope;
use crate::diff::offered::Offered;
use crate::diff::outlook::Outlook;
use crate::diff::owned::{self, Sorted};
use crate::diff::permission_compare;
use crate::diff::record::Misfit;
use crate::diff::sharing;
use crate::diff::stamp::Stamp;
use crate::live::{LiveState, Policies};
use crate::model::{Address, BlockKind, Gap, GapCause, Observed, Place, Principal, ShareArn, TAG_IMPORTED};
use crate::org::OrgView;

/// Compares a stack with what was read.
pub fn diff(desired: &DesiredGraph, live: &LiveState, org: &OrgView) -> Diff {
    compare(desired, live, org, Purpose::Apply)
}

/// As [`diff`], for a stack that is to go: every share that it owns is deleted. Sharing inside the organization stays as it is.
pub fn destroy(desired: &DesiredGraph, live: &LiveState, org: &OrgView) -> Diff {
    compare(desired, live, org, Purpose::Destroy)
}

fn compare(desired: &DesiredGraph, live: &LiveState, org: &OrgView, purpose: Purpose) -> Diff {
    let sorted = owned::sort(desired, live, org);
    let unknown = unread_places(desired, live);
    let permissions = permission_compare::permissions(desired, live, &unknown, purpose);
    let outlook = Outlook::new(live, &permissions);
    let claimed = match purpose {
        Purpose::Apply => wanted_shares(desired, live, &sorted, &unknown, &outlook, org),
        Purpose::Destroy => unwanted_shares(desired, &sorted, &outlook, org),
    };
    let strays = stray_shares(desired, &sorted, &claimed, purpose);
    let Claimed { mut shares, moved: _, imported } = claimed;
    shares.extend(strays);
    // Stable: a share to keep stays ahead of its duplicates.
    shares.sort_by(|a, b| (a.place(), &a.address).cmp(&(b.place(), &b.address)));

    let own = shares.iter().filter(|share| !share.is_left_to_inbound(desired));
    let own = own.filter_map(|share| Some(share.before()?.share.arn.clone())).collect();
    let inbound = inbound::compare(desired, live, org, &own, purpose);
    let timed = desired.shares.values().any(|share| share.expires.is_some())
        || desired.safeguards.acknowledgements.iter().any(|word| word.until.is_some())
        || shares.iter().any(|share| !share.invitations.is_empty())
        || !inbound.is_empty();
    let Sorted { owned, mut unmanaged, .. } = sorted;
    unmanaged.retain(|share| !imported.contains(&share.arn));
    unmanaged.sort_by(|a, b| (&a.place, &a.arn).cmp(&(&b.place, &b.arn)));
    let beside = beside(&shares, live);
    Diff {
        stack: desired.stack.clone(),
        purpose,
        account_labels: desired.account_labels.clone(),
        sharing: match purpose {
            Purpose::Destroy => None,
            Purpose::Apply => desired.sharing.as_ref().map(|wish| {
                let place = Place { account: wish.management_account.clone(), region: wish.region.clone() };
                sharing::compare(wish, &org.sharing, place)
            }),
        },
        shares,
        permissions,
        policies: Policies::of(live),
        unmanaged,
        beside,
        inbound,
        unreceived: unreceived(desired, live, org, purpose),
        places: desired
            .places
            .iter()
            .chain(live.places.keys())
            .chain(live.received.keys())
            .cloned()
            .collect(),
        unknown,
        sweep: live.sweep.clone(),
        organization_account: desired.sharing.as_ref().map(|wish| wish.management_account.clone()),
        organization_gap: match (&desired.sharing, &org.snapshot) {
            (Some(_), Observed::Unknown(gap)) if gap.cause != GapCause::NotConfigured => Some(gap.clone()),
            _ => None,
        },
        unresolved: desired
            .unresolved
            .iter()
            // What is to go is known by its tags.
            .filter(|(_, one)| purpose == Purpose::Apply || !one.is_misnamed())
            .map(|(address, unresolved)| {
                let wanted = unresolved.wanted.iter().map(|wanted| wanted.value.clone()).collect();
                let tags = desired.identity.tags(address);
                let found = tags.filter_map(|tag| owned.get(&tag)).flatten();
                let found: Vec<Present> = found.cloned().collect();
                let share = UnresolvedShare {
                    place: unresolved.place.clone(),
                    span: unresolved.span,
                    wanted,
                    gap: renamed(&unresolved.gap, &found, org),
                    differences: match purpose {
                        Purpose::Apply => blocked::differences(unresolved, found, desired, &outlook, org),
                        Purpose::Destroy => Vec::new(),
                    },
                };
                (address.clone(), share)
            })
            .collect(),
        safeguards: desired.safeguards.clone(),
        partial: None,
        now: timed.then_some(desired.now),
    }
}

/// A name that the organization does not have, with what the units and accounts of the live share are called now.
fn renamed(gap: &Gap, live: &[Present], org: &OrgView) -> Gap {
    let mut gap = gap.clone();
    let (Some(snapshot), GapCause::NoSuchName) = (org.snapshot.known(), gap.cause) else { return gap };
    let principals = live.iter().flat_map(|present| present.share.principals.keys());
    let known = principals.filter_map(|principal| match principal {
        Principal::OrganizationalUnit(arn) => {
            let id = arn.id();
            Some(if snapshot.units.contains_key(&id) {
                format!("Unit {id} of the live share is now {}.", snapshot.path_of(&id))
            } else {
                format!("Unit {id} of the live share is no longer in the organization.")
            })
        }
        Principal::Account(id) if gap.action.ends_with("ListAccounts") => {
            let account = snapshot.accounts.get(id)?;
            Some(format!("Account {id} of the live share is now called {:?}.", account.name))
        }
        _ => None,
    });
    let said: Vec<String> = std::iter::once(gap.detail.clone()).chain(known).collect();
    gap.detail = said.join(" ");
    gap
}

/// A place that the stack needs and nobody read is as unknown as one that could not be read.
fn unread_places(desired: &DesiredGraph, live: &LiveState) -> BTreeMap<Place, Gap> {
    let permissions = desired.permissions.values().map(|permission| &permission.place);
    let needed = desired.shares.values().map(|share| &share.place).chain(permissions).chain(&desired.places);
    let mut out: BTreeMap<Place, Gap> = needed
        .filter(|place| !live.places.contains_key(place))
        .map(|place| {
            let gap = Gap {
                action: "ram:GetResourceShares".to_owned(),
                caller: String::new(),
                cause: GapCause::NotConfigured,
                detail: "this account and Region was not read in this run".to_owned(),
            };
            (place.clone(), gap)
        })
        .collect();
    for (place, observed) in &live.places {
        if let Observed::Unknown(gap) = observed {
            out.insert(place.clone(), gap.clone());
        }
    }
    out
}

/// Where nobody knows what is received, as [`unread_places`] for what is shared.
fn unreceived(
    desired: &DesiredGraph,
    live: &LiveState,
    org: &OrgView,
    purpose: Purpose,
) -> BTreeMap<Place, Gap> {
    let missing = Scope::default()
        .receiving(desired, org, purpose)
        .into_iter()
        .filter(|place| !live.received.contains_key(place));
    let missing = missing.map(|place| {
        let gap = Gap {
            action: "ram:GetResourceShareInvitations".to_owned(),
            caller: String::new(),
            cause: GapCause::NotConfigured,
            detail: "what this account receives was not read in this run".to_owned(),
        };
        (place, gap)
    });
    let gaps = live.received.iter().filter_map(|(place, found)| Some((place.clone(), found.gap()?.clone())));
    missing.chain(gaps).collect()
}

/// Every declared share, each followed by the live shares of its address that are too many.
fn wanted_shares(
    desired: &DesiredGraph,
    live: &LiveState,
    sorted: &Sorted,
    unknown: &BTreeMap<Place, Gap>,
    outlook: &Outlook<'_>,
    org: &OrgView,
) -> Claimed {
    let mut out = Claimed::default();
    let unsearched = Unsearched::new(live, unknown);
    let offered = Offered { desired, live };
    for (address, share) in &desired.shares {
        let tag = address.tag_value();
        let mut push = |mut verdict, mut remarks: Vec<Remark>, left: Vec<Left>| {
            let invitations = Invited { desired, share, live, org }.settle(&mut verdict, &mut remarks);
            health::tell_stuck(&mut remarks, desired.now);
            if !is_unread(&verdict) {
                remarks.extend(owner_inside(desired, share, org));
            }
            if let Some(at) = share.expires {
                remarks.push(Remark::Expires { at, left: at.duration_since(desired.now) });
            }
            out.shares.push(ShareDiff {
                address: address.clone(),
                verdict,
                protected: share.lifecycle.prevent_destroy,
                remarks,
                invitations,
                left,
                deleted: deleted(sorted, &tag),
            });
        };
        let wanted = |live| edits::wanted(share, live, desired, org);
        let gap = unknown.get(&share.place).cloned().or_else(|| unmanageable(desired, sorted, address));
        if let Some(gap) = gap {
            push(Verdict::Unread { after: wanted(None), gap }, Vec::new(), Vec::new());
            continue;
        }
        let expired = share.is_expired(desired.now);
        let claim = claim(share, desired, live, sorted, outlook);
        match &claim {
            Claim::Unread { gap } if !expired => {
                push(Verdict::Unread { after: wanted(None), gap: gap.clone() }, Vec::new(), Vec::new());
                continue;
            }
            Claim::Refused { arn, span, problem } if !expired => {
                let (arn, span, problem) = (arn.clone(), *span, problem.clone());
                let verdict = Verdict::NotImported { after: wanted(None), arn, span, problem };
                push(verdict, Vec::new(), Vec::new());
                continue;
            }
            Claim::Moved { from, .. } => drop(out.moved.insert(from.tag_value())),
            Claim::Imported { present, .. } if !expired => {
                out.imported.insert(present.share.arn.clone());
            }
            Claim::Nothing
            | Claim::Own(_)
            | Claim::Imported { .. }
            | Claim::Refused { .. }
            | Claim::Unread { .. } => {}
        }
        let (mut candidates, mut identity) = claim.into_parts();
        if expired {
            // What was never this block's is not deleted in its name.
            if identity.iter().any(|part| matches!(part, Part::Imported { .. })) {
                candidates.clear();
            }
            for gone in deletions(address, candidates, DeleteReason::Expired) {
                out.shares.push(ShareDiff { protected: share.lifecycle.prevent_destroy, ..gone });
            }
            continue;
        }
        owned::best_first(share, &mut candidates);
        let succession = owned::succession(&candidates);
        let mut candidates = candidates.into_iter();
        match candidates.next() {
            None if let Some(gap) = unsearched.keeps_back(share) => {
                push(Verdict::Unread { after: wanted(None), gap }, Vec::new(), Vec::new());
            }
            None => {
                let after = wanted(None);
                match offered.look(share, &after.permissions, None) {
                    Err(gap) => push(Verdict::Unread { after, gap }, Vec::new(), Vec::new()),
                    Ok(mut remarks) => {
                        remarks.extend(lookalikes(sorted, &desired.identity, address, &after));
                        push(Verdict::Changed(Change::Create { after }), remarks, Vec::new());
                    }
                }
            }
            Some(before) => {
                identity.extend(former_stack(desired, &before, &identity));
                let mut after = wanted(Some(&before));
                after.replaces.clone_from(&succession);
                let imported = identity.iter().any(|part| matches!(part, Part::Imported { .. }));
                let found = edits::found(share, &before.share, imported);
                let memo = after.stamp.memo().clone().finding(found);
                after.stamp = after.stamp.with(memo);
                // A replacement is a new share, and has nothing yet.
                let stays = owned::replace_reasons(share, &before).is_empty();
                match offered.look(share, &after.permissions, stays.then_some(&before.share)) {
                    Err(gap) => push(Verdict::Unread { after, gap }, Vec::new(), Vec::new()),
                    Ok(more) => {
                        let mut remarks = edits::remarks(&before.share, &after);
                        if stays {
                            remarks.extend(edits::permission_remarks(share, &before.share, &after, outlook));
                        }
                        remarks.extend(more);
                        remarks.extend(unit_made_again(&before, &after, org));
                        let left = edits::left_alone(share, &before, &after, desired, outlook, org);
                        let verdict = verdict(share, before, after, identity, outlook, org, &mut remarks);
                        push(verdict, remarks, left);
                    }
                }
            }
        }
        out.shares.extend(candidates.map(|before| {
            let reason = owned::second(&before, &succession, DeleteReason::Duplicate);
            // A protected share refuses to go also where it is the one too many: perhaps it is the one that is in use.
            ShareDiff { protected: share.lifecycle.prevent_destroy, ..deletion(address, before, reason) }
        }));
    }
    out
}

fn is_unread(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Unread { .. })
}

/// The principals of a share that its own account is in, unless the files allow that. It may have come about with no change of the files: the
/// account was moved.
fn owner_inside(desired: &DesiredGraph, share: &DesiredShare, org: &OrgView) -> Vec<Remark> {
    let Observed::Known(snapshot) = &org.snapshot else { return Vec::new() };
    let owner = &share.place.account;
    let allowed = desired.safeguards.acknowledgements.iter().any(|word| {
        *word.code == hazards::RAM204
            && match &word.scope {
                AcknowledgementScope::Stack => true,
                AcknowledgementScope::Block(block) => *block == share.address,
            }
    });
    let inside = |principal: &Principal| match principal {
        Principal::Organization(arn) => arn.id() == snapshot.arn.id() && snapshot.contains(owner),
        Principal::OrganizationalUnit(arn) => snapshot.is_within(owner, &arn.id()),
        _ => false,
    };
    let named = share.principals.iter().filter(|(principal, _)| !allowed && inside(principal));
    named
        .map(|(principal, wanted)| Remark::OwnerInside {
            principal: principal.clone(),
            label: wanted.label.clone(),
        })
        .collect()
}

/// The one unit on a share that the organization no longer has, and the one that comes.
fn unit_made_again(before: &Present, after: &Wanted, org: &OrgView) -> Option<Remark> {
    let snapshot = org.snapshot.known()?;
    let is_gone = |principal: &&Principal| match principal {
        Principal::OrganizationalUnit(arn) => !snapshot.units.contains_key(&arn.id()),
        _ => false,
    };
    let comes = |(principal, _): &(&Principal, &String)| {
        matches!(principal, Principal::OrganizationalUnit(_))
            && !before.share.principals.contains_key(*principal)
    };
    let mut gone = before.share.principals.keys().filter(is_gone);
    let mut coming = after.principals.iter().filter(comes);
    match (gone.next(), gone.next(), coming.next(), coming.next()) {
        (Some(gone), None, Some((coming, label)), None) => {
            Some(Remark::UnitMadeAgain { before: gone.clone(), after: coming.clone(), label: label.clone() })
        }
        _ => None,
    }
}

/// That a share bears a former name of the stack. What is imported is told as that.
fn former_stack(desired: &DesiredGraph, before: &Present, identity: &[Part]) -> Option<Part> {
    let from = desired.name_on(&before.share.tags).filter(|name| *name != desired.stack.as_str())?;
    let imported = identity.iter().any(|part| matches!(part, Part::Imported { .. }));
    (!imported).then(|| Part::StackRenamed { from: from.to_owned() })
}

/// The declared shares, and what of the rest is spoken for by them.
#[derive(Default)]
struct Claimed {
    shares: Vec<ShareDiff>,
    /// Address tags of shares that are under another address now.
    moved: BTreeSet<String>,
    imported: BTreeSet<ShareArn>,
}

/// Shares that are not the stack's and look like the one to be made. One bears its tags: perhaps it is the very share, and somebody
/// edited them. One has its name, or holds what it
/// holds: perhaps it was made by hand and should be adopted, or another tool took its tags off.
fn lookalikes(sorted: &Sorted, identity: &Identity, address: &Address, after: &Wanted) -> Vec<Remark> {
    let own: Vec<String> = identity.tags(address).collect();
    let unproven: BTreeMap<&ShareArn, &Misfit> = sorted.unproven(&own).collect();
    let copied = copied(sorted, &own, after);
    let is_copied = |share: &Unmanaged| copied.iter().any(|(one, _)| one.arn == share.arn);
    let alike = |share: &&Unmanaged| {
        share.place == after.place
            && share.name == after.name
            && !unproven.contains_key(&share.arn)
            && !is_copied(share)
    };
    let named = sorted.unmanaged.iter().filter(alike);
    let named =
        named.map(|share| Remark::NameTaken { arn: share.arn.clone(), ownership: share.ownership.clone() });
    let same = |share: &&Unmanaged| {
        share.place == after.place
            && share.name != after.name
            && share.ownership.is_open()
            && !unproven.contains_key(&share.arn)
            && holds_all(share, after)
    };
    let same = sorted.unmanaged.iter().filter(same);
    let same = same.map(|share| Remark::SameContents { arn: share.arn.clone(), name: share.name.clone() });
    let unproven = unproven
        .iter()
        .map(|(arn, misfit)| Remark::Unproven { arn: (*arn).clone(), misfit: (*misfit).clone() });
    let copied = copied.iter().map(|(share, stack)| Remark::OtherStack {
        arn: share.arn.clone(),
        stack: (*stack).to_owned(),
        name: share.name.clone(),
    });
    unproven.chain(copied).chain(named).chain(same).collect()
}

/// The shares of other stacks that a share to be made would be a copy of, each with its stack. Either the stack has another name now, or the
/// other one has not let go of what is handed over. An address alone proves nothing: many stacks have a share "main".
fn copied<'s>(sorted: &'s Sorted, own: &[String], after: &Wanted) -> Vec<(&'s Unmanaged, &'s str)> {
    let of_address: BTreeSet<&ShareArn> =
        own.iter().filter_map(|tag| sorted.of_others.get(tag)).flatten().collect();
    let alike = |share: &Unmanaged| {
        share.name == after.name || after.resources.keys().any(|one| share.resources.contains(one))
    };
    let is_copied = |share: &Unmanaged| {
        share.place == after.place
            && (of_address.contains(&share.arn) && alike(share) || holds_all(share, after))
    };
    let of_stack = |share: &'s Unmanaged| match &share.ownership {
        Ownership::OtherStack(stack) => Some((share, stack.as_str())),
        _ => None,
    };
    sorted.unmanaged.iter().filter_map(of_stack).filter(|(share, _)| is_copied(share)).collect()
}

/// Whether a share has all resources of the one to be made, for all its principals.
fn holds_all(share: &Unmanaged, after: &Wanted) -> bool {
    !after.resources.is_empty()
        && !after.principals.is_empty()
        && after.resources.keys().all(|resource| share.resources.contains(resource))
        && after.principals.keys().all(|principal| share.principals.contains(principal))
}

fn verdict(
    desired: &DesiredShare,
    before: Present,
    mut after: Wanted,
    identity: Vec<Part>,
    outlook: &Outlook<'_>,
    org: &OrgView,
    remarks: &mut Vec<Remark>,
) -> Verdict {
    let reasons = owned::replace_reasons(desired, &before);
    if !reasons.is_empty() {
        after.replaces.insert(before.share.arn.clone());
        // A new share has AWS's defaults.
        after.stamp = Stamp::of(desired);
        let rights = edits::rights(&before, &after, outlook);
        return Verdict::Changed(Change::Replace { before, after, reasons, rights });
    }
    let (mut edits, untold) = edits::edits(desired, &before.share, &after, org, outlook);
    if untold > 0 {
        remarks.push(Remark::CauseUntold { differences: untold });
    }
    if !identity.is_empty() {
        // The record is renewed with the tags of ownership anyway. What the share was like before it was the stack's is nobody's drift.
        edits.retain(|edit| edit.part != Part::Record);
        if identity.iter().any(|part| matches!(part, Part::Imported { .. })) {
            after.ownership.insert(TAG_IMPORTED.to_owned(), "true".to_owned());
            edits.iter_mut().for_each(|edit| edit.cause = Cause::Pending);
        }
        if identity.contains(&Part::Promoted) {
            // Promotion attaches the default version that is there by then.
            edits.retain(|edit| !matches!(edit.part, Part::PermissionVersion { .. }));
        }
        edits.splice(0..0, identity.into_iter().map(|part| Edit { part, cause: Cause::Pending }));
    }
    if edits.is_empty() {
        Verdict::InSync { before, after }
    } else {
        Verdict::Changed(Change::Update { before, after, edits })
    }
}

/// Destroying: the declared shares that exist.
fn unwanted_shares(desired: &DesiredGraph, sorted: &Sorted, outlook: &Outlook<'_>, org: &OrgView) -> Claimed {
    let mut out = Claimed::default();
    // What the block keeps of others goes with the share.
    let kept = |address: &Address, gone: &ShareDiff| -> Vec<Left> {
        let (Some(share), Some(before)) = (desired.shares.get(address), gone.before()) else {
            return Vec::new();
        };
        let after = edits::wanted(share, Some(before), desired, org);
        let left = edits::left_alone(share, before, &after, desired, outlook, org);
        left.into_iter().filter(|one| one.by == LeftBy::KeepExtra).collect()
    };
    let settled = desired.shares.iter().map(|(address, share)| (address, share.lifecycle.prevent_destroy));
    // What is to go is known by its tags, whatever the files say of it.
    let misnamed = desired.unresolved.iter().filter(|(_, open)| open.is_misnamed());
    let misnamed = misnamed.map(|(address, open)| (address, open.protected));
    for (address, protected) in settled.chain(misnamed) {
        for tag in desired.identity.tags(address) {
            let owned = sorted.owned.get(&tag).cloned().unwrap_or_default();
            for gone in deletions(address, owned, DeleteReason::Destroy) {
                let left = kept(address, &gone);
                out.shares.push(ShareDiff { protected, left, ..gone });
            }
            out.moved.insert(tag);
        }
    }
    out
}

/// Live shares of the stack that no block declares. A block that could not be settled or compared still declares its share, also
/// by the addresses that it had before.
fn stray_shares(
    desired: &DesiredGraph,
    sorted: &Sorted,
    claimed: &Claimed,
    purpose: Purpose,
) -> Vec<ShareDiff> {
    let addresses = || desired.shares.keys().chain(desired.unresolved.keys());
    let declared: BTreeSet<String> = addresses().map(Address::tag_value).collect();
    let previous = |address: &Address| {
        let before = desired.identity.previous(address).into_iter();
        before.map(|before| before.tag_value()).collect::<Vec<String>>()
    };
    let (mut left, mut superseded) = (BTreeSet::new(), BTreeSet::new());
    if !desired.identity.moves.is_empty() {
        let is_open = |share: &&ShareDiff| {
            matches!(share.verdict, Verdict::Unread { .. } | Verdict::NotImported { .. })
        };
        let open = claimed.shares.iter().filter(is_open).map(|share| &share.address);
        left.extend(open.chain(desired.unresolved.keys()).flat_map(previous));
        superseded.extend(addresses().flat_map(previous));
    }
    let strays = sorted
        .owned
        .iter()
        .filter(|(tag, _)| !declared.contains(*tag) && !claimed.moved.contains(*tag) && !left.contains(*tag));
    strays
        .flat_map(|(tag, present)| {
            let address = owned::address_of_tag(BlockKind::Share, tag);
            let released = desired.identity.releases_tag(tag);
            let reason = match purpose {
                Purpose::Apply if superseded.contains(tag) => DeleteReason::MoveTaken,
                Purpose::Apply if desired.identity.removes_tag(tag) => DeleteReason::Removed,
                Purpose::Apply if desired.identity.moves_tag(tag) => DeleteReason::MovedAway,
                Purpose::Apply | Purpose::Destroy => DeleteReason::NotDeclared,
            };
            let mut gone: Vec<ShareDiff> = deletions(&address, present.clone(), reason).collect();
            if released {
                for (share, before) in gone.iter_mut().zip(present) {
                    share.verdict = Verdict::Changed(Change::Release { before: before.clone() });
                }
            }
            gone
        })
        .collect()
}

/// All shares of one address go: those that hang together for one reason, and what else claims the address as its rival.
fn deletions(
    address: &Address,
    shares: Vec<Present>,
    reason: DeleteReason,
) -> impl Iterator<Item = ShareDiff> {
    let succession = owned::succession(&shares);
    shares.into_iter().enumerate().map(move |(at, before)| {
        let reason = if at == 0 { reason } else { owned::second(&before, &succession, reason) };
        deletion(address, before, reason)
    })
}

fn deletion(address: &Address, before: Present, reason: DeleteReason) -> ShareDiff {
    ShareDiff {
        address: address.clone(),
        verdict: Verdict::Changed(Change::Delete { before, reason }),
        protected: false,
        remarks: Vec::new(),
        invitations: BTreeMap::new(),
        left: Vec::new(),
        deleted: BTreeSet::new(),
    }
}

fn deleted(sorted: &Sorted, tag: &str) -> BTreeSet<ShareArn> {
    [tag, ""].iter().filter_map(|key| sorted.gone.get(*key)).flatten().cloned().collect()
}

/// The stack's own share in a form that cannot be compared is unread, not absent: else it would be made a second time.
fn unmanageable(desired: &DesiredGraph, sorted: &Sorted, address: &Address) -> Option<Gap> {
    let present = desired.identity.tags(address).find_map(|tag| sorted.unmanageable.get(&tag)?.first())?;
    Some(Gap {
        action: "ram:GetResourceShares".to_owned(),
        caller: String::new(),
        cause: GapCause::Unreadable,
        detail: format!("the share {} has the feature set {}", present.share.arn, present.share.feature_set),
    })
}

impl ShareDiff {
    /// Whether `inbound` blocks speak of the share in accounts that receive it, and not the share's own block.
    fn is_left_to_inbound(&self, desired: &DesiredGraph) -> bool {
        desired.shares.get(&self.address).is_some_and(|share| !share.accept_invitations)
    }
}
