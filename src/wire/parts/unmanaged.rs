//! A share that is not the stack's, and whose it is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diff::{Ownership, Unmanaged};
use crate::model::{AccountId, Principal, ResourceArn, ShareArn};
use crate::wire::malformed::{Malformed, id, ids};
use crate::wire::parts::{MisfitDocument, PlaceDocument, texts};
use crate::wire::words::OwnershipWord;

/// A share that is not the stack's.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct UnmanagedDocument {
    place: PlaceDocument,
    arn: String,
    name: String,
    ownership: OwnershipWord,
    owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unproven: Option<UnprovenDocument>,
    /// Somebody outside the organization can use it, as far as is known.
    outside: bool,
    principals: Vec<String>,
    resources: Vec<String>,
}

/// What the tags of this stack on it say, and why they do not make it the stack's.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct UnprovenDocument {
    /// The value of its address tag.
    address: String,
    misfit: MisfitDocument,
}

impl UnmanagedDocument {
    pub fn new(share: &Unmanaged, labels: &BTreeMap<AccountId, String>) -> Self {
        let Unmanaged { place, arn, name, ownership, outside, principals, resources } = share;
        let (ownership, owner, unproven) = ownership_words(ownership);
        Self {
            place: PlaceDocument::new(place, labels),
            arn: arn.to_string(),
            name: name.clone(),
            ownership,
            owner,
            unproven,
            outside: *outside,
            principals: texts(principals),
            resources: texts(resources),
        }
    }

    pub fn read(&self) -> Result<Unmanaged, Malformed> {
        let Self { place, arn, name, ownership, owner, unproven, outside, principals, resources } = self;
        Ok(Unmanaged {
            place: place.read()?,
            arn: id(arn, ShareArn::parse)?,
            name: name.clone(),
            ownership: read_ownership(*ownership, owner.as_ref(), unproven.as_ref())?,
            outside: *outside,
            principals: principals.iter().map(|text| Principal::read(text)).collect(),
            resources: ids(resources, ResourceArn::parse)?,
        })
    }
}

pub(super) fn ownership_words(
    ownership: &Ownership,
) -> (OwnershipWord, Option<String>, Option<UnprovenDocument>) {
    match ownership {
        Ownership::Untagged => (OwnershipWord::Untagged, None, None),
        Ownership::OtherStack(stack) => (OwnershipWord::OtherStack, Some(stack.clone()), None),
        Ownership::FromPolicy => (OwnershipWord::FromPolicy, None, None),
        Ownership::Unproven { address, misfit } => {
            let unproven = UnprovenDocument { address: address.clone(), misfit: MisfitDocument::new(misfit) };
            (OwnershipWord::Unproven, None, Some(unproven))
        }
    }
}

pub(super) fn read_ownership(
    word: OwnershipWord,
    owner: Option<&String>,
    unproven: Option<&UnprovenDocument>,
) -> Result<Ownership, Malformed> {
    Ok(match word {
        OwnershipWord::Untagged => Ownership::Untagged,
        OwnershipWord::OtherStack => Ownership::OtherStack(owner.cloned().unwrap_or_default()),
        OwnershipWord::FromPolicy => Ownership::FromPolicy,
        OwnershipWord::Unproven => {
            let UnprovenDocument { address, misfit } =
                unproven.ok_or_else(|| Malformed::new("null", "what the tags of a share say"))?;
            Ownership::Unproven { address: address.clone(), misfit: misfit.read()? }
        }
    })
}
