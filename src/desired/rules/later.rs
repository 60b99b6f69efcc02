//! What the language can say and this version does not carry out.

use crate::diag::rules::RAM190;
use crate::diag::{Diagnostic, Span};
use crate::lang::Declaration;

/// RAM190: refused where a plan is made, and not by `validate`. A block without effect would be worse than an error: an
/// invitation that it rejects would stay open in silence.
pub(crate) fn carried_out(declaration: &Declaration, found: &mut Vec<Diagnostic>) {
    let Declaration {
        stack: _,
        regions: _,
        organization: _,
        accounts: _,
        permissions: _,
        shares: _,
        inbound,
        checks: _,
        safety: _,
        acknowledgements: _,
        imports: _,
        moved: _,
        removed: _,
        now: _,
    } = declaration;
    let mut later = |span: Span, what: &str, help: &str| {
        let detail = format!("{what} is not carried out by this version of ramctl.");
        found.push(Diagnostic::error(&RAM190, span, detail).help(help));
    };
    for block in inbound {
        later(block.span, "An inbound block", "Accept or reject the invitation by other means.");
    }
}
