//! What accounts of the stack take from others: `inbound` blocks, settled.

use std::collections::BTreeMap;

use globset::{Glob, GlobBuilder};

use crate::diag::Span;
use crate::lang::{Declaration, InboundAction};
use crate::model::{AccountId, Address, Place};

/// An `inbound` block: what becomes of what one account sends to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredInbound {
    pub address: Address,
    pub span: Span,
    /// Who receives, and where.
    pub place: Place,
    /// Who sends.
    pub from: AccountId,
    pub name: NameGlob,
    pub action: InboundAction,
}

/// Which names of shares a block is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameGlob {
    Any,
    Pattern(Glob),
}

impl NameGlob {
    /// `*`, `?`, `[a-z]` and `{a,b}` as in a shell. Names of shares are no paths: a slash is a character like any other.
    pub(crate) fn parse(text: &str) -> Result<Self, globset::Error> {
        GlobBuilder::new(text).literal_separator(false).backslash_escape(true).build().map(Self::Pattern)
    }

    pub fn matches(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Pattern(glob) => glob.compile_matcher().is_match(name),
        }
    }
}

/// The block that decides over a share, if one does. A block that rejects comes before one that accepts, whatever their order: so
/// an exception from a wide accept can be written, and never lets in more than is written.
pub fn decides<'a>(
    blocks: &'a BTreeMap<Address, DesiredInbound>,
    place: &Place,
    sender: &AccountId,
    name: &str,
) -> Option<&'a DesiredInbound> {
    let about =
        |block: &&DesiredInbound| block.place == *place && block.from == *sender && block.name.matches(name);
    let mut matching: Vec<&DesiredInbound> = blocks.values().filter(about).collect();
    matching.sort_by_key(|block| match block.action {
        InboundAction::Reject => 0,
        InboundAction::Accept => 1,
    });
    matching.first().copied()
}

/// The blocks, once the rules let them pass.
pub(crate) fn inbound(declaration: &Declaration) -> BTreeMap<Address, DesiredInbound> {
    let settled = |block: &crate::lang::InboundBlock| DesiredInbound {
        address: block.address.clone(),
        span: block.span,
        place: Place { account: block.account.value.clone(), region: block.region.value.clone() },
        from: block.from.value.clone(),
        name: match &block.name {
            None => NameGlob::Any,
            Some(name) => NameGlob::parse(&name.value).expect("a pattern that is none is an error"),
        },
        action: block.action.value,
    };
    declaration.inbound.iter().map(|block| (block.address.clone(), settled(block))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desired::fixture::{DEV, STRANGER, address, id, region, span};
    use crate::model::BlockKind;

    fn block(label: &str, name: Option<&str>, action: InboundAction) -> (Address, DesiredInbound) {
        let address = address(BlockKind::Inbound, label, None);
        let block = DesiredInbound {
            address: address.clone(),
            span: span(),
            place: Place { account: id(DEV), region: region("eu-central-1") },
            from: id(STRANGER),
            name: name.map_or(NameGlob::Any, |name| NameGlob::parse(name).unwrap()),
            action,
        };
        (address, block)
    }

    #[test]
    fn a_block_that_rejects_wins_over_one_that_accepts_in_either_order_of_address() {
        let here = Place { account: id(DEV), region: region("eu-central-1") };
        for (wide, narrow) in [("a", "b"), ("b", "a")] {
            let blocks = [
                block(wide, Some("partner-*"), InboundAction::Accept),
                block(narrow, Some("partner-test-?"), InboundAction::Reject),
            ]
            .into();
            let action = |name| decides(&blocks, &here, &id(STRANGER), name).map(|block| block.action);
            assert_eq!(action("partner-dns"), Some(InboundAction::Accept));
            assert_eq!(action("partner-test-1"), Some(InboundAction::Reject));
            assert_eq!(action("other"), None);
            assert_eq!(decides(&blocks, &here, &id(DEV), "partner-dns"), None);
        }
    }

    #[test]
    fn a_pattern_takes_a_slash_for_a_character() {
        assert!(NameGlob::parse("a*").unwrap().matches("a/b"));
        assert!(NameGlob::parse("a[").is_err());
    }
}
