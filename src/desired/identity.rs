//! Which live share or permission is whose: `import`, `moved` and `removed` blocks, once the rules let them pass.
//!
//! Both know their block by a tag, so these blocks speak of tags: which ones a share may still bear, and which are to come off.

use std::collections::BTreeMap;

use crate::diag::Span;
use crate::lang::{Declaration, ImportId, RemovedAction};
use crate::model::{Address, PermissionArn, ShareArn};

/// What the files say of shares and permissions that are there already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Shares to adopt, by the block that is to have them.
    pub imports: BTreeMap<Address, Import>,
    /// Permissions to adopt, by the block that is to have them.
    pub permission_imports: BTreeMap<Address, Import<PermissionArn>>,
    pub moves: Vec<Move>,
    /// Addresses whose shares and permissions the stack lets go. One without a key stands for every instance.
    pub releases: Vec<Address>,
    /// Addresses whose shares and permissions a `removed` block deletes.
    pub removes: Vec<Address>,
}

/// An `import` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import<A = ShareArn> {
    pub arn: A,
    pub span: Span,
}

/// A `moved` block. Where neither side has a key, every instance moves and keeps its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    pub from: Address,
    pub to: Address,
}

impl Move {
    /// What stood before at `address` by this move.
    fn before(&self, address: &Address) -> Option<Address> {
        if self.to == *address {
            return Some(self.from.clone());
        }
        let same_block = self.to.kind == address.kind && self.to.label == address.label;
        let whole = self.from.key.is_none() && self.to.key.is_none() && same_block;
        whole.then(|| Address { label: self.from.label.clone(), ..address.clone() })
    }
}

impl Identity {
    /// What the address tag of a share or permission of this address says, or may still say: its own form first.
    pub fn tags(&self, address: &Address) -> impl Iterator<Item = String> + use<> {
        let previous = self.previous(address).into_iter().map(|before| before.tag_value());
        std::iter::once(address.tag_value()).chain(previous)
    }

    /// The addresses that a share of this address may still bear, the latest first.
    pub fn previous(&self, address: &Address) -> Vec<Address> {
        let mut out: Vec<Address> = Vec::new();
        let mut next = 0;
        let mut at = address.clone();
        loop {
            for step in &self.moves {
                let Some(before) = step.before(&at) else { continue };
                // An instance with a move of its own does not go with its block.
                let elsewhere = self.moves.iter().any(|other| other.from == before && other.to != at);
                if before != *address && !out.contains(&before) && !(step.to != at && elsewhere) {
                    out.push(before);
                }
            }
            let Some(following) = out.get(next) else { return out };
            at = following.clone();
            next += 1;
        }
    }

    /// Whether a share that bears this tag is let go.
    pub fn releases_tag(&self, tag: &str) -> bool {
        self.names(&self.releases, tag)
    }

    /// Whether a `removed` block deletes what bears this tag.
    pub fn removes_tag(&self, tag: &str) -> bool {
        self.names(&self.removes, tag)
    }

    /// Whether what bears this tag has another address now, by a `moved` block.
    pub fn moves_tag(&self, tag: &str) -> bool {
        self.moves.iter().any(|step| covers(&step.from, tag))
    }

    fn names(&self, addresses: &[Address], tag: &str) -> bool {
        addresses.iter().any(|address| {
            covers(address, tag) || self.previous(address).iter().any(|before| covers(before, tag))
        })
    }
}

/// Whether a tag names the address, or, where that is a whole block, one of its instances.
fn covers(address: &Address, tag: &str) -> bool {
    let own = address.tag_value();
    match tag.strip_prefix(&own) {
        Some("") => true,
        Some(rest) => address.key.is_none() && rest.starts_with('/'),
        None => false,
    }
}

pub(crate) fn identity(declaration: &Declaration) -> Identity {
    let mut out = Identity::default();
    for block in &declaration.imports {
        let (to, span) = (block.to.value.clone(), block.id.span);
        match &block.id.value {
            ImportId::Share(arn) => drop(out.imports.insert(to, Import { arn: arn.clone(), span })),
            ImportId::Permission(arn) => {
                out.permission_imports.insert(to, Import { arn: arn.clone(), span });
            }
        }
    }
    let moved = declaration.moved.iter();
    out.moves =
        moved.map(|block| Move { from: block.from.value.clone(), to: block.to.value.clone() }).collect();
    let released = declaration.removed.iter().filter(|block| block.action == RemovedAction::Release);
    out.releases = released.map(|block| block.from.value.clone()).collect();
    let removed = declaration.removed.iter().filter(|block| block.action == RemovedAction::Destroy);
    out.removes = removed.map(|block| block.from.value.clone()).collect();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BlockKind;

    fn address(text: &str) -> Address {
        let (label, key) = text.split_once('/').map_or((text, None), |(label, key)| (label, Some(key)));
        Address { kind: BlockKind::Share, label: label.into(), key: key.map(Into::into) }
    }

    fn moved(moves: &[(&str, &str)]) -> Identity {
        let moves = moves.iter().map(|(from, to)| Move { from: address(from), to: address(to) });
        Identity { moves: moves.collect(), ..Identity::default() }
    }

    #[test]
    fn previous_addresses_follow_moves_back_to_the_first() {
        for (moves, of, expected) in [
            (&[("a", "b")] as &[_], "b", &["a"] as &[&str]),
            (&[("a", "b")], "a", &[]),
            (&[("a", "b"), ("b", "c")], "c", &["b", "a"]),
            (&[("a", "b")], "b/k", &["a/k"]),
            (&[("a", "b/k")], "b/k", &["a"]),
            (&[("a", "b/k")], "b/l", &[]),
            (&[("a/k", "b")], "b", &["a/k"]),
            (&[("a/k", "b/k"), ("b", "c")], "c/k", &["b/k", "a/k"]),
            (&[("a", "b"), ("a/k", "c")], "b/k", &[]),
            (&[("a", "b"), ("a/k", "c")], "c", &["a/k"]),
            // Refused by the rules; here it only has to end.
            (&[("a", "b"), ("b", "a")], "b", &["a"]),
        ] {
            let found: Vec<Address> = moved(moves).previous(&address(of));
            let expected: Vec<Address> = expected.iter().map(|text| address(text)).collect();
            assert_eq!(found, expected, "{moves:?} {of}");
        }
    }

    #[test]
    fn a_released_block_lets_all_its_instances_go_and_an_instance_only_itself() {
        let release = |text: &str| Identity { releases: vec![address(text)], ..moved(&[("old", "a")]) };
        for (released, tag, expected) in [
            ("a", "share.a", true),
            ("a", "share.a/k", true),
            ("a", "share.ab", false),
            ("a/k", "share.a/k", true),
            ("a/k", "share.a/k2", false),
            ("a/k", "share.a", false),
            ("a", "share.old", true),
            ("a/k", "share.old/k", true),
            ("a", "", false),
        ] {
            assert_eq!(release(released).releases_tag(tag), expected, "{released} {tag}");
        }
    }
}
