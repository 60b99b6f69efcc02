//! What the language can say and this version does not carry out.

use crate::diag::rules::RAM190;
use crate::diag::{Diagnostic, Span};
use crate::lang::{Declaration, RemovedAction};

/// RAM190: refused where a plan is made, and not by `validate`. A block without effect would be worse than an error: a `removed`
/// block that keeps a share, or a `check` that guards it, would be passed over in silence.
pub(crate) fn carried_out(declaration: &Declaration, found: &mut Vec<Diagnostic>) {
    let Declaration {
        stack: _,
        regions: _,
        organization: _,
        accounts: _,
        permissions,
        shares,
        inbound,
        checks,
        safety,
        imports,
        moved,
        removed,
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
    for block in checks {
        later(block.span, "A check", "Take the block out to plan without the guard.");
    }
    for limit in
        [safety.max_revoked_percent.as_ref(), safety.max_granted_accounts.as_ref()].into_iter().flatten()
    {
        later(limit.span, "A safety threshold", "Take it out to plan without the guard.");
    }
    for block in imports {
        later(block.span, "An import", "Take the block out; the share stays unmanaged.");
    }
    for block in moved {
        later(
            block.span,
            "A moved block",
            "Keep the old address for now: a new one would replace the share.",
        );
    }
    for block in removed {
        // A share without a block is deleted anyway.
        if block.action == RemovedAction::Release {
            later(
                block.span,
                "A release",
                "Keep the share's block, or remove the tag ramctl:stack from the share first.",
            );
        }
    }
    for expires in shares.iter().filter_map(|share| share.expires.as_ref()) {
        later(expires.span, "An expiry", "Remove the share's block when its time has come.");
    }
}
