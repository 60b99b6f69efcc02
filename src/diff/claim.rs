//! Which live shares a declared share has, and by what right.

use crate::desired::{DesiredGraph, DesiredShare, IgnorableAttribute, Import, ManagedPermission};
use crate::diag::Span;
use crate::diff::change::{ImportProblem, Part, Present};
use crate::diff::outlook::Outlook;
use crate::diff::owned::{self, Sorted, address_of_tag};
use crate::live::{AttachedPermission, LiveShare, LiveState};
use crate::model::{Address, BlockKind, FeatureSet, Gap, Observed, ShareArn, ShareStatus, TAG_STACK, Tags};

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
    /// A share that is not the stack's, or does not prove to be, which an `import` block names.
    Imported {
        present: Box<Present>,
        owner: Option<String>,
        /// RAM made it from a resource policy. Its permissions are those that it has once it is promoted.
        promoted: bool,
    },
    /// Whether an `import` block can have what it names could not be read.
    Unread {
        gap: Gap,
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
    pub(crate) fn into_parts(self) -> (Vec<Present>, Vec<Part>) {
        match self {
            Self::Nothing | Self::Refused { .. } | Self::Unread { .. } => (Vec::new(), Vec::new()),
            Self::Own(candidates) => (candidates, Vec::new()),
            Self::Moved { from, candidates } => (candidates, vec![Part::Moved { from }]),
            Self::Imported { present, owner, promoted } => {
                let promoted = promoted.then_some(Part::Promoted);
                (vec![*present], std::iter::once(Part::Imported { owner }).chain(promoted).collect())
            }
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
    outlook: &Outlook<'_>,
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
            if !share.place.is_of(arn.arn()) {
                return refused(ImportProblem::OtherPlace);
            }
            let known = live.places.get(&share.place).and_then(Observed::known);
            match known.and_then(|place| place.deleted.get(arn)) {
                // The import was carried out, and what it took over was deleted since.
                Some(tags) if bears_own(share, desired, tags, arn) => Claim::Nothing,
                deleted => refused(ImportProblem::NotThere { deleted: deleted.is_some() }),
            }
        }
        (None, Some(named)) => match adopted(named, share, desired) {
            Ok(owner) => match promoted(named, share, desired, outlook) {
                Promotion::Standard => Claim::Imported {
                    present: Box::new(Present { place: share.place.clone(), share: named.clone() }),
                    owner,
                    promoted: false,
                },
                Promotion::To(share_after) => Claim::Imported {
                    present: Box::new(Present { place: share.place.clone(), share: *share_after }),
                    owner,
                    promoted: true,
                },
                Promotion::Refused(problem) => refused(problem),
                Promotion::Unread(gap) => Claim::Unread { gap },
            },
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
            Claim::Nothing | Claim::Imported { .. } | Claim::Refused { .. } | Claim::Unread { .. } => found,
        },
    }
}

/// Whether tags prove a share to be that of the block, by an address that it has or had.
fn bears_own(share: &DesiredShare, desired: &DesiredGraph, tags: &Tags, arn: &ShareArn) -> bool {
    let Some(Ok(tag)) = owned::proof(desired, tags, arn) else { return false };
    desired.identity.tags(&share.address).any(|own| own == tag)
}

/// Whose a share was that can be adopted, or why it cannot.
fn adopted(
    live: &LiveShare,
    share: &DesiredShare,
    desired: &DesiredGraph,
) -> Result<Option<String>, ImportProblem> {
    if !matches!(live.feature_set, FeatureSet::Standard | FeatureSet::CreatedFromPolicy) {
        return Err(ImportProblem::NotStandard { feature_set: live.feature_set.clone() });
    }
    match live.status {
        ShareStatus::Deleting | ShareStatus::Deleted => {
            return Err(ImportProblem::NotThere { deleted: true });
        }
        ShareStatus::Failed => return Err(ImportProblem::Failed),
        ShareStatus::Active | ShareStatus::Pending | ShareStatus::Other(_) => {}
    }
    if let Some(Ok(address)) = owned::proof(desired, &live.tags, &live.arn) {
        return Err(ImportProblem::OtherAddress { address: address_of_tag(BlockKind::Share, address) });
    }
    let ignored = share.lifecycle.ignore_changes.contains(&IgnorableAttribute::RetainSharing);
    if live.retain_sharing != share.retain_sharing && !ignored {
        return Err(ImportProblem::RetainSharing { live: live.retain_sharing });
    }
    // What was its own under a former name is not another's.
    let own = desired.name_on(&live.tags).map(|_| desired.stack.to_string());
    Ok(own.or_else(|| live.tags.get(TAG_STACK).cloned()))
}

/// What becomes of a share that is adopted, in RAM.
enum Promotion {
    Standard,
    /// The share once it is promoted: each permission that was made from the policy too has given way to one that says the same.
    To(Box<LiveShare>),
    Refused(ImportProblem),
    Unread(Gap),
}

/// RAM promotes a share only where a customer managed permission says exactly what each of its own says (API reference,
/// `PromoteResourceShareCreatedFromPolicy`), and only those of the stack are ramctl's to make or promote.
fn promoted(
    live: &LiveShare,
    share: &DesiredShare,
    desired: &DesiredGraph,
    outlook: &Outlook<'_>,
) -> Promotion {
    if live.feature_set != FeatureSet::CreatedFromPolicy {
        return Promotion::Standard;
    }
    let mut after = live.clone();
    for (kind, attached) in &mut after.permissions {
        if attached.feature_set == FeatureSet::Standard {
            continue;
        }
        let of_type = |one: &&ManagedPermission| {
            one.place == share.place && one.resource_type.as_str().eq_ignore_ascii_case(kind.as_str())
        };
        let candidates = desired.permissions.values().filter(of_type).map(|one| one.arn.clone());
        match outlook.twin(&share.place, attached, candidates) {
            Observed::Unknown(gap) => return Promotion::Unread(gap),
            Observed::Known(None) => {
                let (resource_type, permission) = (kind.clone(), attached.arn.clone());
                return Promotion::Refused(ImportProblem::NoTwin { resource_type, permission });
            }
            Observed::Known(Some(arn)) => {
                let feature_set = FeatureSet::Standard;
                *attached =
                    AttachedPermission { arn, version: "1".to_owned(), default_version: true, feature_set };
            }
        }
    }
    Promotion::To(Box::new(after))
}

#[cfg(test)]
mod tests;
