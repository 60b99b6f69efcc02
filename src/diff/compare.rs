//! The whole stack against everything that was read.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{DesiredGraph, DesiredShare};
use crate::diff::change::{
    Change, DeleteReason, Diff, Present, Purpose, Remark, ShareDiff, UnresolvedShare, Verdict, Wanted,
};
use crate::diff::edits;
use crate::diff::owned::{self, Sorted};
use crate::diff::sharing;
use crate::live::LiveState;
use crate::model::{Address, Gap, GapCause, Observed, Place, ShareArn};
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
    let sorted = owned::sort(&desired.stack, live, org);
    let unknown = unread_places(desired, live);
    let mut shares = match purpose {
        Purpose::Apply => wanted_shares(desired, &sorted, &unknown, org),
        Purpose::Destroy => unwanted_shares(desired, &sorted),
    };
    shares.extend(stray_shares(desired, &sorted, purpose));
    // Stable: a share to keep stays ahead of its duplicates.
    shares.sort_by(|a, b| (a.place(), &a.address).cmp(&(b.place(), &b.address)));

    let mut unmanaged = sorted.unmanaged;
    unmanaged.sort_by(|a, b| (&a.place, &a.arn).cmp(&(&b.place, &b.arn)));
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
        unmanaged,
        places: desired.places.iter().chain(live.places.keys()).cloned().collect(),
        unknown,
        organization_gap: match (&desired.sharing, &org.snapshot) {
            (Some(_), Observed::Unknown(gap)) if gap.cause != GapCause::NotConfigured => Some(gap.clone()),
            _ => None,
        },
        unresolved: desired
            .unresolved
            .iter()
            .map(|(address, unresolved)| {
                let wanted = unresolved.wanted.iter().map(|wanted| wanted.value.clone()).collect();
                let share = UnresolvedShare {
                    place: unresolved.place.clone(),
                    span: unresolved.span,
                    wanted,
                    gap: unresolved.gap.clone(),
                };
                (address.clone(), share)
            })
            .collect(),
    }
}

/// A place that the stack needs and nobody read is as unknown as one that could not be read.
fn unread_places(desired: &DesiredGraph, live: &LiveState) -> BTreeMap<Place, Gap> {
    let needed = desired.shares.values().map(|share| &share.place).chain(&desired.places);
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

/// Every declared share, each followed by the live shares of its address that are too many.
fn wanted_shares(
    desired: &DesiredGraph,
    sorted: &Sorted,
    unknown: &BTreeMap<Place, Gap>,
    org: &OrgView,
) -> Vec<ShareDiff> {
    let mut out = Vec::new();
    for (address, share) in &desired.shares {
        let tag = address.tag_value();
        let of = |verdict, remarks| ShareDiff {
            address: address.clone(),
            verdict,
            protected: share.lifecycle.prevent_destroy,
            remarks,
            salt: salt(sorted, &tag),
        };
        let gap = unknown.get(&share.place).cloned().or_else(|| unmanageable(sorted, &tag));
        if let Some(gap) = gap {
            let after = edits::wanted(share, None, &desired.stack, org);
            out.push(of(Verdict::Unread { after, gap }, Vec::new()));
            continue;
        }
        let mut candidates = sorted.owned.get(&tag).cloned().unwrap_or_default();
        owned::best_first(share, &mut candidates);
        let mut candidates = candidates.into_iter();
        match candidates.next() {
            None => {
                let after = edits::wanted(share, None, &desired.stack, org);
                let remarks = namesakes(sorted, &after);
                out.push(of(Verdict::Changed(Change::Create { after }), remarks));
            }
            Some(before) => {
                let after = edits::wanted(share, Some(&before.share), &desired.stack, org);
                let remarks = edits::remarks(&before.share, &after);
                out.push(of(verdict(share, before, after, org), remarks));
            }
        }
        out.extend(candidates.map(|before| deletion(address, before, DeleteReason::Duplicate)));
    }
    out
}

/// Shares of others that look like the one to be made: perhaps it was made by hand and should be adopted.
fn namesakes(sorted: &Sorted, after: &Wanted) -> Vec<Remark> {
    let alike =
        sorted.unmanaged.iter().filter(|share| share.place == after.place && share.name == after.name);
    alike
        .map(|share| Remark::NameTaken { arn: share.arn.clone(), ownership: share.ownership.clone() })
        .collect()
}

fn verdict(desired: &DesiredShare, before: Present, after: Wanted, org: &OrgView) -> Verdict {
    let reasons = owned::replace_reasons(desired, &before);
    if !reasons.is_empty() {
        return Verdict::Changed(Change::Replace { before, after, reasons });
    }
    let edits = edits::edits(desired, &before.share, &after, org);
    if edits.is_empty() {
        Verdict::InSync { before, after }
    } else {
        Verdict::Changed(Change::Update { before, after, edits })
    }
}

/// Destroying: the declared shares that exist.
fn unwanted_shares(desired: &DesiredGraph, sorted: &Sorted) -> Vec<ShareDiff> {
    let mut out = Vec::new();
    for (address, share) in &desired.shares {
        for before in sorted.owned.get(&address.tag_value()).into_iter().flatten() {
            let mut diff = deletion(address, before.clone(), DeleteReason::Destroy);
            diff.protected = share.lifecycle.prevent_destroy;
            out.push(diff);
        }
    }
    out
}

/// Live shares of the stack that no block declares. A block that could not be settled still declares its share.
fn stray_shares(desired: &DesiredGraph, sorted: &Sorted, purpose: Purpose) -> Vec<ShareDiff> {
    let declared: BTreeSet<String> =
        desired.shares.keys().chain(desired.unresolved.keys()).map(Address::tag_value).collect();
    let strays = sorted.owned.iter().filter(|(tag, _)| !declared.contains(*tag));
    strays
        .flat_map(|(tag, present)| {
            let reason = match purpose {
                Purpose::Destroy => DeleteReason::Destroy,
                Purpose::Apply if tag.is_empty() => DeleteReason::NoAddress,
                Purpose::Apply => DeleteReason::NotDeclared,
            };
            let address = owned::address_of_tag(tag);
            present.iter().map(move |before| deletion(&address, before.clone(), reason))
        })
        .collect()
}

fn deletion(address: &Address, before: Present, reason: DeleteReason) -> ShareDiff {
    ShareDiff {
        address: address.clone(),
        verdict: Verdict::Changed(Change::Delete { before, reason }),
        protected: false,
        remarks: Vec::new(),
        salt: BTreeSet::new(),
    }
}

fn salt(sorted: &Sorted, tag: &str) -> BTreeSet<ShareArn> {
    [tag, ""].iter().filter_map(|key| sorted.gone.get(*key)).flatten().cloned().collect()
}

/// The stack's own share in a form that cannot be compared is unread, not absent: else it would be made a second time.
fn unmanageable(sorted: &Sorted, tag: &str) -> Option<Gap> {
    let present = sorted.unmanageable.get(tag)?.first()?;
    Some(Gap {
        action: "ram:GetResourceShares".to_owned(),
        caller: String::new(),
        cause: GapCause::Unreadable,
        detail: format!("the share {} has the feature set {}", present.share.arn, present.share.feature_set),
    })
}
