//! Sorts live shares by whose they are. Identity is the tags, never the name.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::DesiredShare;
use crate::diff::change::{Ownership, Present, ReplaceReason, Unmanaged};
use crate::live::{LiveShare, LiveState};
use crate::model::{
    Address, AssociationStatus, BlockKind, FeatureSet, Observed, Place, Principal, ShareArn, ShareStatus,
    StackName, TAG_ADDRESS, TAG_APPLIED, TAG_STACK, Tags,
};
use crate::org::OrgView;

/// The live shares of all places that were read.
#[derive(Default)]
pub(crate) struct Sorted {
    /// The stack's shares by the text of their address tag; those with none under the empty text.
    pub owned: BTreeMap<String, Vec<Present>>,
    /// The stack's shares that are in no form that this version understands.
    pub unmanageable: BTreeMap<String, Vec<Present>>,
    /// The stack's shares that are deleted or being deleted.
    pub gone: BTreeMap<String, BTreeSet<ShareArn>>,
    pub unmanaged: Vec<Unmanaged>,
}

pub(crate) fn sort(stack: &StackName, live: &LiveState, org: &OrgView) -> Sorted {
    let mut out = Sorted::default();
    for (place, observed) in &live.places {
        let Observed::Known(found) = observed else { continue };
        for (arn, tags) in &found.deleted {
            // A deleted row without tags may have been anybody's.
            if tags.is_empty() {
                out.gone.entry(String::new()).or_default().insert(arn.clone());
            } else if let Some(address) = owned_address(stack, tags) {
                out.gone.entry(address.to_owned()).or_default().insert(arn.clone());
            }
        }
        for share in found.shares.values() {
            out.place_share(stack, place, share, org);
        }
    }
    out
}

impl Sorted {
    fn place_share(&mut self, stack: &StackName, place: &Place, share: &LiveShare, org: &OrgView) {
        let present = || Present { place: place.clone(), share: share.clone() };
        let address = owned_address(stack, &share.tags);
        let ownership = match (address, &share.feature_set) {
            (_, FeatureSet::CreatedFromPolicy) => Ownership::FromPolicy,
            (Some(address), _) if share.status == ShareStatus::Deleting => {
                self.gone.entry(address.to_owned()).or_default().insert(share.arn.clone());
                return;
            }
            (Some(address), FeatureSet::Standard) => {
                self.owned.entry(address.to_owned()).or_default().push(present());
                return;
            }
            (Some(address), FeatureSet::PromotingToStandard | FeatureSet::Other(_)) => {
                self.unmanageable.entry(address.to_owned()).or_default().push(present());
                Ownership::FromPolicy
            }
            (None, _) if share.status == ShareStatus::Deleting => return,
            (None, _) => match share.tags.get(TAG_STACK) {
                Some(other) => Ownership::OtherStack(other.clone()),
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

fn owned_address<'a>(stack: &StackName, tags: &'a Tags) -> Option<&'a str> {
    (tags.get(TAG_STACK)? == stack.as_str()).then(|| tags.get(TAG_ADDRESS).map_or("", String::as_str))
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
    if desired.retain_sharing != present.share.retain_sharing {
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
            !present.share.tags.contains_key(TAG_APPLIED),
            present.share.created.is_none(),
            present.share.created,
            present.share.arn.clone(),
        )
    });
}
