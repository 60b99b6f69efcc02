//! What `import`, `moved` and `removed` blocks may say.

use std::collections::BTreeMap;

use crate::desired::view::ShareView;
use crate::diag::rules::{RAM191, RAM192, RAM193, RAM194, RAM195};
use crate::diag::{Code, Diagnostic, Span};
use crate::lang::{Declaration, MovedBlock};
use crate::model::{AccountId, Address, Region};

type Found = Vec<Diagnostic>;

/// RAM191. Where the share was imported before its block moved, the import is done with, which only AWS tells: so this is a warning, and the plan
/// refuses what it cannot have.
pub(crate) fn imports_are_from_the_place(declaration: &Declaration, _: &[ShareView<'_>], found: &mut Found) {
    for import in &declaration.imports {
        let Some(block) = blocks(declaration).find(|block| *block.address == import.to.value) else {
            continue;
        };
        let (account, region) = (block.account, block.region);
        let arn = import.id.value.arn();
        if arn.account() != account.as_str() || arn.region() != region.as_str() {
            let detail = format!(
                "{} is in account {account}, {region}, and what it imports in account {}, {}.",
                import.to.value,
                arn.account(),
                arn.region()
            );
            found.push(
                Diagnostic::warning(&RAM191, import.id.span, detail)
                    .label(block.span, "the block that is to have it")
                    .help("If it was imported before the block moved, the import block has no effect any more and can be removed. Otherwise correct the ARN, or the account and region of the block."),
            );
        }
    }
}

/// RAM192.
pub(crate) fn imports_are_distinct(declaration: &Declaration, _: &[ShareView<'_>], found: &mut Found) {
    let ids = declaration.imports.iter().map(|block| (block.id.value.to_string(), block.id.span));
    once(&RAM192, ids, "is imported twice", "Remove one of the import blocks.", found);
    let blocks = declaration.imports.iter().map(|block| (block.to.value.to_string(), block.to.span));
    once(&RAM192, blocks, "imports two things", "Remove one of the import blocks.", found);
}

/// RAM193.
pub(crate) fn moves_lead_one_way(declaration: &Declaration, _: &[ShareView<'_>], found: &mut Found) {
    const HELP: &str = "Remove one of the moved blocks.";
    let moved = &declaration.moved;
    let from = moved.iter().map(|block| (block.from.value.to_string(), block.from.span));
    once(&RAM193, from, "moves to two addresses", HELP, found);
    let to = moved.iter().map(|block| (block.to.value.to_string(), block.to.span));
    once(&RAM193, to, "takes in two addresses", HELP, found);
    for block in moved {
        if leads_back(block, moved) {
            let detail = format!("{} leads back to itself.", block.from.value);
            found.push(Diagnostic::error(&RAM193, block.from.span, detail).help(HELP));
        }
    }
}

fn leads_back(start: &MovedBlock, moved: &[MovedBlock]) -> bool {
    let mut at = &start.to.value;
    // Longer than all the blocks there are, a way goes round some other ring.
    for _ in 0..moved.len() {
        if *at == start.from.value {
            return true;
        }
        match moved.iter().find(|block| block.from.value == *at) {
            Some(next) => at = &next.to.value,
            None => return false,
        }
    }
    false
}

/// RAM194.
pub(crate) fn moved_addresses_are_free(declaration: &Declaration, _: &[ShareView<'_>], found: &mut Found) {
    for block in &declaration.moved {
        let whole = block.from.value.key.is_none() && block.to.value.key.is_none();
        if let Some(still) = declared(&block.from.value, whole, declaration) {
            let detail = format!("{} is still declared.", still.address);
            found.push(
                Diagnostic::error(&RAM194, block.from.span, detail)
                    .label(still.span, "here")
                    .help(format!("Take out the block of {}, or this one.", still.address)),
            );
        }
    }
}

/// RAM195. That the very address is declared the language says itself.
pub(crate) fn removed_addresses_are_free(declaration: &Declaration, _: &[ShareView<'_>], found: &mut Found) {
    for block in &declaration.removed {
        if let Some(still) = declared(&block.from.value, true, declaration) {
            let detail = format!("{} is still declared.", still.address);
            found.push(
                Diagnostic::error(&RAM195, block.from.span, detail)
                    .label(still.span, "here")
                    .help("Name the instance that is gone, as in share.NAME[\"key\"], or remove this block."),
            );
        }
    }
    let moved = declaration.moved.iter().map(|block| (block.from.value.to_string(), block.from.span));
    let removed = declaration.removed.iter().map(|block| (block.from.value.to_string(), block.from.span));
    // What is moved twice is another rule's.
    let moved: BTreeMap<String, Span> = moved.collect();
    once(
        &RAM195,
        moved.into_iter().chain(removed),
        "is spoken of twice",
        "Remove one of the two blocks.",
        found,
    );
}

/// A share or permission of the files.
struct Declared<'a> {
    address: &'a Address,
    span: Span,
    account: &'a AccountId,
    region: &'a Region,
}

fn blocks(declaration: &Declaration) -> impl Iterator<Item = Declared<'_>> {
    let shares = declaration.shares.iter().map(|block| Declared {
        address: &block.address,
        span: block.span,
        account: &block.account.value,
        region: &block.region.value,
    });
    let permissions = declaration.permissions.iter().map(|block| Declared {
        address: &block.address,
        span: block.span,
        account: &block.account.value,
        region: &block.region.value,
    });
    shares.chain(permissions)
}

/// What is declared with this address, or, where that stands for a whole block, one of its instances.
fn declared<'a>(address: &Address, whole: bool, declaration: &'a Declaration) -> Option<Declared<'a>> {
    blocks(declaration).find(|block| {
        let own = block.address;
        own == address
            || (whole && address.key.is_none() && own.kind == address.kind && own.label == address.label)
    })
}

/// Reports what stands in the list a second time.
fn once(
    code: &'static Code,
    all: impl Iterator<Item = (String, Span)>,
    what: &str,
    help: &str,
    found: &mut Found,
) {
    let mut first: BTreeMap<String, Span> = BTreeMap::new();
    for (name, span) in all {
        if let Some(before) = first.get(&name) {
            found.push(
                Diagnostic::error(code, span, format!("{name} {what}."))
                    .label(*before, "first here")
                    .help(help),
            );
        } else {
            first.insert(name, span);
        }
    }
}
