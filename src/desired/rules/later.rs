//! What the language can say and this version does not carry out.

use crate::diag::rules::RAM190;
use crate::diag::{Diagnostic, Span};
use crate::lang::Declaration;

/// RAM190: refused where a plan is made, and not by `validate`. A block without effect would be worse than an error: a
/// `check` that guards a share would be passed over in silence.
pub(crate) fn carried_out(declaration: &Declaration, found: &mut Vec<Diagnostic>) {
    let Declaration {
        stack: _,
        regions: _,
        organization: _,
        accounts: _,
        permissions: _,
        shares: _,
        inbound,
        checks,
        safety,
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
    for block in checks {
        later(block.span, "A check", "Take the block out to plan without the guard.");
    }
    for limit in
        [safety.max_revoked_percent.as_ref(), safety.max_granted_accounts.as_ref()].into_iter().flatten()
    {
        later(limit.span, "A safety threshold", "Take it out to plan without the guard.");
    }
}
