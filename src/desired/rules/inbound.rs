//! What `inbound` blocks may say.

use crate::desired::inbound::NameGlob;
use crate::desired::view::ShareView;
use crate::diag::Diagnostic;
use crate::diag::rules::{RAM145, RAM146, RAM147, RAM148};
use crate::lang::{Declaration, InboundAction, InboundBlock};

/// RAM145.
pub(crate) fn names_are_patterns(
    declaration: &Declaration,
    _: &[ShareView<'_>],
    found: &mut Vec<Diagnostic>,
) {
    for block in &declaration.inbound {
        let Some(name) = &block.name else { continue };
        if let Err(error) = NameGlob::parse(&name.value) {
            found.push(
                Diagnostic::error(&RAM145, name.span, format!("{:?}: {}.", name.value, error.kind()))
                    .help("Write a pattern such as \"partner-*\"; \\[ stands for a bracket itself."),
            );
        }
    }
}

/// RAM146.
pub(crate) fn senders_are_others(
    declaration: &Declaration,
    _: &[ShareView<'_>],
    found: &mut Vec<Diagnostic>,
) {
    for block in declaration.inbound.iter().filter(|block| block.from.value == block.account.value) {
        found.push(
            Diagnostic::error(
                &RAM146,
                block.from.span,
                format!("{} receives from its own account {}.", block.address, block.from.value),
            )
            .label(block.account.span, "the receiving account")
            .help("Write the account that shares."),
        );
    }
}

/// RAM147: a block that decides over nothing, because one that rejects takes all of it.
pub(crate) fn each_decides_something(
    declaration: &Declaration,
    _: &[ShareView<'_>],
    found: &mut Vec<Diagnostic>,
) {
    let pattern = |block: &InboundBlock| block.name.as_ref().map(|name| name.value.clone());
    for block in declaration.inbound.iter().filter(|block| block.action.value == InboundAction::Accept) {
        let over = declaration.inbound.iter().find(|other| {
            other.action.value == InboundAction::Reject
                && other.account.value == block.account.value
                && other.region.value == block.region.value
                && other.from.value == block.from.value
                && (other.name.is_none() || pattern(other) == pattern(block))
        });
        if let Some(over) = over {
            found.push(
                Diagnostic::error(
                    &RAM147,
                    block.span,
                    format!("{} rejects all that {} accepts.", over.address, block.address),
                )
                .label(over.span, "rejects it")
                .help("Remove one of them, or give the block that rejects a narrower name."),
            );
        }
    }
}

/// RAM148.
pub(crate) fn senders_are_not_of_the_stack(
    declaration: &Declaration,
    shares: &[ShareView<'_>],
    found: &mut Vec<Diagnostic>,
) {
    for block in &declaration.inbound {
        let own = shares.iter().find(|share| {
            share.block.account.value == block.from.value && share.block.region.value == block.region.value
        });
        if let Some(own) = own {
            found.push(
                Diagnostic::warning(
                    &RAM148,
                    block.from.span,
                    format!("Account {} shares {} in this stack.", block.from.value, own.block.address),
                )
                .label(own.block.span, "shared here")
                .help("Remove the block: what the stack shares it accepts itself, unless accept_invitations is false."),
            );
        }
    }
}
