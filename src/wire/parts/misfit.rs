//! Why the stack's tags do not make a share or permission the stack's.

use serde::{Deserialize, Serialize};

use crate::diff::Misfit;
use crate::model::{Address, Arn};
use crate::wire::malformed::{Malformed, id, needed};
use crate::wire::words::MisfitWord;

/// Why the stack's tags do not make a share or permission the stack's.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct MisfitDocument {
    why: MisfitWord,
    /// The ARN that the tags were copied from, or the address that the record was written for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    of: Option<String>,
}

impl MisfitDocument {
    pub fn new(misfit: &Misfit) -> Self {
        let (why, of) = match misfit {
            Misfit::NoRecord => (MisfitWord::NoRecord, None),
            Misfit::Unbound => (MisfitWord::Unbound, None),
            Misfit::Unreadable => (MisfitWord::Unreadable, None),
            Misfit::CopiedFrom { arn } => (MisfitWord::CopiedFrom, Some(arn.to_string())),
            Misfit::OtherAddress { address } => (MisfitWord::OtherAddress, Some(address.to_string())),
            Misfit::Elsewhere => (MisfitWord::Elsewhere, None),
        };
        Self { why, of }
    }

    pub fn read(&self) -> Result<Misfit, Malformed> {
        let Self { why, of } = self;
        let of = || needed(of, "what a record was written for");
        Ok(match why {
            MisfitWord::NoRecord => Misfit::NoRecord,
            MisfitWord::Unbound => Misfit::Unbound,
            MisfitWord::Unreadable => Misfit::Unreadable,
            MisfitWord::CopiedFrom => Misfit::CopiedFrom { arn: id(of()?, Arn::parse)? },
            MisfitWord::OtherAddress => Misfit::OtherAddress { address: id(of()?, Address::parse)? },
            MisfitWord::Elsewhere => Misfit::Elsewhere,
        })
    }
}
