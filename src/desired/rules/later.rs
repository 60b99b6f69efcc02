//! What the language can say and this version does not carry out.

use crate::diag::rules::RAM190;
use crate::diag::{Diagnostic, Span};
use crate::lang::Declaration;
use crate::model::BlockKind;

/// RAM190: refused where a plan is made, and not by `validate`. A block without effect would be worse than an error: a
/// `check` that guards a share would be passed over in silence.
pub(crate) fn carried_out(declaration: &Declaration, found: &mut Vec<Diagnostic>) {
    let Declaration {
        stack: _,
        regions: _,
        organization: _,
        accounts: _,
        permissions,
        shares: _,
        inbound,
        checks: _,
        safety: _,
        acknowledgements: _,
        imports,
        moved,
        removed,
        now: _,
    } = declaration;
    let mut later = |span: Span, what: &str, help: &str| {
        let detail = format!("{what} is not carried out by this version of ramctl.");
        found.push(Diagnostic::error(&RAM190, span, detail).help(help));
    };
    for block in permissions {
        later(
            block.span,
            "A permission block",
            "Make the permission by other means and give its ARN or name.",
        );
    }
    for block in inbound {
        later(block.span, "An inbound block", "Accept or reject the invitation by other means.");
    }
    let permissions = imports.iter().map(|block| &block.to).chain(moved.iter().map(|block| &block.from));
    let permissions = permissions.chain(removed.iter().map(|block| &block.from));
    for address in permissions.filter(|address| address.value.kind == BlockKind::Permission) {
        later(address.span, "An import, a move or a release of a permission", "Take the block out.");
    }
}
