//! Shares whose time is over.

use crate::desired::view::ShareView;
use crate::diag::rules::RAM196;
use crate::diag::{Diagnostic, Spanned};
use crate::lang::Declaration;

/// RAM196.
pub(crate) fn shares_have_time_left(
    declaration: &Declaration,
    shares: &[ShareView<'_>],
    found: &mut Vec<Diagnostic>,
) {
    for share in shares {
        let Some(Spanned { value: expires, span }) = &share.block.expires else { continue };
        if *expires <= declaration.now {
            let detail = format!("{} expired at {expires}.", share.block.address);
            let help = "Remove the block once the share is gone, or give it a later time.";
            found.push(Diagnostic::warning(&RAM196, *span, detail).help(help));
        }
    }
}
