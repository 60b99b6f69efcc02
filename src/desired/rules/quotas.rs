//! RAM's quotas per share (RAM user guide, "Service quotas"). They can be raised, so these are warnings.

use crate::desired::view::ShareView;
use crate::diag::Diagnostic;
use crate::diag::rules::RAM180;

const PER_SHARE: usize = 5_000;

/// RAM180.
pub(crate) fn resources_fit(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    fits(share, share.resources.len(), "resources", found);
}

/// RAM180.
pub(crate) fn principals_fit(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    fits(share, share.principals.len(), "principals", found);
}

fn fits(share: &ShareView<'_>, count: usize, what: &str, found: &mut Vec<Diagnostic>) {
    if count > PER_SHARE {
        found.push(
            Diagnostic::warning(
                &RAM180,
                share.block.span,
                format!("{} has {count} {what}; the quota is {PER_SHARE}.", share.block.address),
            )
            .help("Split the share, or have the quota raised."),
        );
    }
}
