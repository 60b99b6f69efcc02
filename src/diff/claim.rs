//! Which live shares a declared share has, and by what right.

use crate::desired::{DesiredGraph, DesiredShare, Import};
use crate::diag::Span;
use crate::diff::change::{ImportProblem, Part, Present};
use crate::diff::owned::{Sorted, address_of_tag};
use crate::live::{LiveShare, LiveState};
use crate::model::{Address, FeatureSet, Observed, ShareArn, ShareStatus, StackName, TAG_ADDRESS, TAG_STACK};

/// What a block has.
#[derive(Debug)]
pub(crate) enum Claim {
    Nothing,
    /// Shares that bear its address.
    Own(Vec<Present>),
    /// Shares that bear the address which the block had before.
    Moved {
        from: Address,
        candidates: Vec<Present>,
    },
    /// A share of somebody else, which an `import` block names.
    Imported {
        present: Box<Present>,
        owner: Option<String>,
    },
    /// An `import` block names what the block cannot have.
    Refused {
        arn: ShareArn,
        span: Span,
        problem: ImportProblem,
    },
}

impl Claim {
    /// The live shares, and what has to be said of whose they were.
    pub(crate) fn into_parts(self) -> (Vec<Present>, Option<Part>) {
        match self {
            Self::Nothing | Self::Refused { .. } => (Vec::new(), None),
            Self::Own(candidates) => (candidates, None),
            Self::Moved { from, candidates } => (candidates, Some(Part::Moved { from })),
            Self::Imported { present, owner } => (vec![*present], Some(Part::Imported { owner })),
        }
    }
}

/// Own tags come first, then those of earlier addresses, the latest of them before the others, then what is to be imported. An
/// import whose share the block has already is done with.
pub(crate) fn claim(
    share: &DesiredShare,
    desired: &DesiredGraph,
    live: &LiveState,
    sorted: &Sorted,
) -> Claim {
    let owned = |address: &Address| sorted.owned.get(&address.tag_value()).filter(|found| !found.is_empty());
    let found = owned(&share.address).map(|own| Claim::Own(own.clone())).or_else(|| {
        desired.identity.previous(&share.address).into_iter().find_map(|from| {
            let candidates = owned(&from)?.clone();
            Some(Claim::Moved { from, candidates })
        })
    });
    let Some(Import { arn, span }) = desired.identity.imports.get(&share.address) else {
        return found.unwrap_or(Claim::Nothing);
    };
    let refused = |problem| Claim::Refused { arn: arn.clone(), span: *span, problem };
    let named = match live.places.get(&share.place) {
        Some(Observed::Known(place)) => place.shares.get(arn),
        _ => None,
    };
    match (found, named) {
        (None, None) => {
            let deleted = matches!(live.places.get(&share.place),
                Some(Observed::Known(place)) if place.deleted.contains_key(arn));
            refused(ImportProblem::NotThere { deleted })
        }
        (None, Some(named)) => match adopted(named, share, &desired.stack) {
            Ok(owner) => {
                let present = Present { place: share.place.clone(), share: named.clone() };
                Claim::Imported { present: Box::new(present), owner }
            }
            Err(problem) => refused(problem),
        },
        (Some(found), named) => match &found {
            Claim::Own(candidates) | Claim::Moved { candidates, .. } => {
                let has_it = candidates.iter().any(|present| present.share.arn == *arn);
                match candidates.first() {
                    // What was imported once and replaced since is not asked for again.
                    Some(by) if !has_it && named.is_some() => {
                        refused(ImportProblem::AddressTaken { by: by.share.arn.clone() })
                    }
                    _ => found,
                }
            }
            Claim::Nothing | Claim::Imported { .. } | Claim::Refused { .. } => found,
        },
    }
}

/// Whose a share was that can be adopted, or why it cannot.
fn adopted(
    live: &LiveShare,
    share: &DesiredShare,
    stack: &StackName,
) -> Result<Option<String>, ImportProblem> {
    if live.feature_set != FeatureSet::Standard {
        return Err(ImportProblem::NotStandard { feature_set: live.feature_set.clone() });
    }
    match live.status {
        ShareStatus::Deleting | ShareStatus::Deleted => {
            return Err(ImportProblem::NotThere { deleted: true });
        }
        ShareStatus::Failed => return Err(ImportProblem::Failed),
        ShareStatus::Active | ShareStatus::Pending | ShareStatus::Other(_) => {}
    }
    let owner = live.tags.get(TAG_STACK);
    if let Some(address) = live.tags.get(TAG_ADDRESS)
        && owner.is_some_and(|owner| owner == stack.as_str())
    {
        return Err(ImportProblem::OtherAddress { address: address_of_tag(address) });
    }
    if live.retain_sharing != share.retain_sharing {
        return Err(ImportProblem::RetainSharing { live: live.retain_sharing });
    }
    Ok(owner.cloned())
}

#[cfg(test)]
mod tests;
