//! Sorts live shares by whose they are. Identity is the tags with a record that fits them, never the name.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{DesiredGraph, DesiredShare, IgnorableAttribute};
use crate::diff::change::{DeleteReason, Ownership, Present, ReplaceReason, Unmanaged};
use crate::diff::record::{self, Misfit, Written};
use crate::live::{LiveShare, LiveState};
use crate::model::{
    Address, AssociationStatus, BlockKind, FeatureSet, Observed, Place, Principal, ShareArn, ShareStatus,
    TAG_ADDRESS, TAG_STACK, Tags,
};
use crate::org::OrgView;

/// The live shares of all places that were read.
#[derive(Default)]
pub(crate) struct Sorted {
    /// The stack's shares by the text of their address tag.
    pub owned: BTreeMap<String, Vec<Present>>,
    /// The stack's shares that are in no form that this version understands.
    pub unmanageable: BTreeMap<String, Vec<Present>>,
    /// The stack's shares that are deleted or being deleted.
    pub gone: BTreeMap<String, BTreeSet<ShareArn>>,
    pub unmanaged: Vec<Unmanaged>,
    /// Shares of other stacks by the text of their address tag.
    pub of_others: BTreeMap<String, BTreeSet<ShareArn>>,
}

pub(crate) fn sort(desired: &DesiredGraph, live: &LiveState, org: &OrgView) -> Sorted {
    let mut out = Sorted::default();
    for (place, observed) in &live.places {
        let Observed::Known(found) = observed else { continue };
        for (arn, tags) in &found.deleted {
            // A deleted row without tags may have been anybody's.
            if tags.is_empty() {
                out.gone.entry(String::new()).or_default().insert(arn.clone());
            } else if let Some(address) = address(desired, tags) {
                out.gone.entry(address.to_owned()).or_default().insert(arn.clone());
            }
        }
        for share in found.shares.values() {
            out.place_share(desired, place, share, org);
        }
    }
    out.trace(desired, live);
    out
}

impl Sorted {
    fn place_share(&mut self, desired: &DesiredGraph, place: &Place, share: &LiveShare, org: &OrgView) {
        let present = || Present { place: place.clone(), share: share.clone() };
        if share.status == ShareStatus::Deleting && share.feature_set != FeatureSet::CreatedFromPolicy {
            if let Some(address) = address(desired, &share.tags) {
                self.gone.entry(address.to_owned()).or_default().insert(share.arn.clone());
            }
            return;
        }
        let proof = proof(desired, &share.tags, &share.arn);
        let ownership = match (proof, &share.feature_set) {
            (_, FeatureSet::CreatedFromPolicy) => Ownership::FromPolicy,
            (Some(Ok(address)), FeatureSet::Standard) => {
                self.owned.entry(address.to_owned()).or_default().push(present());
                return;
            }
            (Some(Ok(address)), FeatureSet::PromotingToStandard | FeatureSet::Other(_)) => {
                self.unmanageable.entry(address.to_owned()).or_default().push(present());
                Ownership::FromPolicy
            }
            (Some(Err(misfit)), _) => {
                let address = address(desired, &share.tags).unwrap_or_default().to_owned();
                Ownership::Unproven { address, misfit }
            }
            (None, _) => match share.tags.get(TAG_STACK) {
                Some(other) => {
                    let address = share.tags.get(TAG_ADDRESS).cloned().unwrap_or_default();
                    self.of_others.entry(address).or_default().insert(share.arn.clone());
                    Ownership::OtherStack(other.clone())
                }
                None => Ownership::Untagged,
            },
        };
        let reaching = |status: &AssociationStatus| *status != AssociationStatus::Failed;
        self.unmanaged.push(Unmanaged {
            place: place.clone(),
            arn: share.arn.clone(),
            name: share.name.clone(),
            ownership,
            outside: share.principals.iter().any(|(principal, association)| {
                reaching(&association.status) && (association.external || is_outside(principal, org))
            }),
            principals: share.principals.keys().cloned().collect(),
            resources: share.resources.keys().cloned().collect(),
        });
    }

    /// Finds what the records that fit nothing were written for.
    fn trace(&mut self, desired: &DesiredGraph, live: &LiveState) {
        let is_open = |share: &Unmanaged| {
            matches!(share.ownership, Ownership::Unproven { misfit: Misfit::Elsewhere, .. })
        };
        if !self.unmanaged.iter().any(is_open) {
            return;
        }
        let known = || live.places.values().filter_map(Observed::known);
        let tags: BTreeMap<&ShareArn, &Tags> = known()
            .flat_map(|place| {
                let live = place.shares.values().map(|share| (&share.arn, &share.tags));
                live.chain(&place.deleted)
            })
            .collect();
        let fits =
            |(arn, tags): (&&ShareArn, &&Tags)| proof(desired, tags, arn).is_some_and(|proof| proof.is_ok());
        let originals: BTreeMap<&str, &ShareArn> = tags
            .iter()
            .filter(|row| fits(*row))
            .filter_map(|(arn, tags)| Some((record::binding_of(tags)?, *arn)))
            .collect();
        // Only a block that has no share may be the one whose address was written over.
        let previous = |address: &Address| desired.identity.previous(address);
        let bereft: Vec<Address> = desired
            .shares
            .keys()
            .chain(desired.unresolved.keys())
            .flat_map(|address| std::iter::once(address.clone()).chain(previous(address)))
            .filter(|address| !self.owned.contains_key(&address.tag_value()))
            .collect();
        for share in self.unmanaged.iter_mut().filter(|share| is_open(share)) {
            let tags = tags[&share.arn];
            let original = record::binding_of(tags).and_then(|binding| originals.get(binding));
            let found = match original {
                Some(original) => Misfit::CopiedFrom { arn: original.arn().clone() },
                None => match written_for(desired, tags, share.arn.as_str(), &bereft) {
                    Some(address) => Misfit::OtherAddress { address: address.clone() },
                    None => continue,
                },
            };
            if let Ownership::Unproven { address: _, misfit } = &mut share.ownership {
                *misfit = found;
            }
        }
    }

    /// The shares that bear the tags of a block, or did before they were edited, and do not prove to be its own.
    pub(crate) fn unproven<'a>(
        &'a self,
        tags: &'a [String],
    ) -> impl Iterator<Item = (&'a ShareArn, &'a Misfit)> {
        self.unmanaged.iter().filter_map(|share| {
            let Ownership::Unproven { address, misfit } = &share.ownership else { return None };
            let was = match misfit {
                Misfit::OtherAddress { address } => Some(address.tag_value()),
                _ => None,
            };
            let bears = tags.contains(address) || was.is_some_and(|was| tags.contains(&was));
            bears.then_some((&share.arn, misfit))
        })
    }
}

/// As [`record::of_share`], under any name that the stack has or had.
pub(crate) fn proof<'t>(
    desired: &DesiredGraph,
    tags: &'t Tags,
    arn: &ShareArn,
) -> Option<Result<&'t str, Misfit>> {
    record::of_share(desired.name_on(tags)?, tags, arn)
}

fn address<'t>(desired: &DesiredGraph, tags: &'t Tags) -> Option<&'t str> {
    record::address(desired.name_on(tags)?, tags)
}

fn written_for<'a>(desired: &DesiredGraph, tags: &Tags, arn: &str, of: &'a [Address]) -> Option<&'a Address> {
    record::written_for(desired.name_on(tags)?, tags, arn, of.iter())
}

/// Whether a principal is known to be outside of the organization.
pub(crate) fn is_outside(principal: &Principal, org: &OrgView) -> bool {
    let Some(snapshot) = org.snapshot.known() else { return false };
    match principal {
        Principal::Account(id) => !snapshot.contains(id),
        Principal::Role(_) | Principal::User(_) => {
            principal.account().is_some_and(|account| !snapshot.contains(&account))
        }
        Principal::Organization(arn) => arn.id() != snapshot.arn.id(),
        Principal::OrganizationalUnit(arn) => arn.organization() != snapshot.arn.id(),
        Principal::Service(_) | Principal::Other(_) => false,
    }
}

/// The address that a tag names; a text that is no address becomes a label, so that the share can be shown.
pub(crate) fn address_of_tag(kind: BlockKind, text: &str) -> Address {
    Address::from_tag_value(kind, text).unwrap_or_else(|| Address {
        kind,
        label: if text.is_empty() { "(no address)".to_owned() } else { text.to_owned() },
        key: None,
    })
}

/// Why a live share cannot become the desired one where it is.
pub(crate) fn replace_reasons(desired: &DesiredShare, present: &Present) -> BTreeSet<ReplaceReason> {
    let mut reasons = BTreeSet::new();
    if desired.place.account != present.place.account {
        reasons.insert(ReplaceReason::Account);
    }
    if desired.place.region != present.place.region {
        reasons.insert(ReplaceReason::Region);
    }
    let ignored = desired.lifecycle.ignore_changes.contains(&IgnorableAttribute::RetainSharing);
    if desired.retain_sharing != present.share.retain_sharing && !ignored {
        reasons.insert(ReplaceReason::RetainSharing);
    }
    if present.share.status == ShareStatus::Failed {
        reasons.insert(ReplaceReason::Failed);
    }
    reasons
}

/// Of several live shares with one address, the one to keep first: one that needs no replacement, then one that was applied
/// in full, then the oldest. What a replacement left behind when it was cut short so gives way to its successor.
pub(crate) fn best_first(desired: &DesiredShare, candidates: &mut [Present]) {
    candidates.sort_by_cached_key(|present| {
        (
            replace_reasons(desired, present).len(),
            Written::on_share(&present.share.tags).is_none_or(|written| written.provisional),
            present.share.created.is_none(),
            present.share.created,
            present.share.arn.clone(),
        )
    });
}

/// The shares of one address that go for the first of them: a replacement of one by another was cut short.
pub(crate) fn succession(candidates: &[Present]) -> BTreeSet<ShareArn> {
    let written: Vec<(&ShareArn, Option<Written<_>>)> = candidates
        .iter()
        .map(|present| (&present.share.arn, Written::on_share(&present.share.tags)))
        .collect();
    let takes = |(_, written): &(&ShareArn, Option<Written<_>>), other: &ShareArn| {
        written.as_ref().is_some_and(|written| written.takes_the_place_of(other))
    };
    let mut out: BTreeSet<ShareArn> = BTreeSet::new();
    let mut open: Vec<usize> = if candidates.is_empty() { Vec::new() } else { vec![0] };
    while let Some(at) = open.pop() {
        for (next, other) in written.iter().enumerate().skip(1) {
            let linked = takes(&written[at], other.0) || takes(other, written[at].0);
            if linked && out.insert(other.0.clone()) {
                open.push(next);
            }
        }
    }
    out
}

/// Why a share goes that is not the first of its address, and for which `reason` would do if it were.
pub(crate) fn second(share: &Present, succession: &BTreeSet<ShareArn>, reason: DeleteReason) -> DeleteReason {
    if succession.contains(&share.share.arn) { reason } else { DeleteReason::Rival }
}
