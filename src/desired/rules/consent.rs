//! What the stack agrees to beforehand.

use crate::desired::rules::Found;
use crate::desired::safeguards::is_over;
use crate::desired::view::ShareView;
use crate::diag::Diagnostic;
use crate::diag::rules::RAM197;
use crate::lang::Declaration;

/// An `allow` whose time is over allows nothing.
pub(crate) fn has_time_left(declaration: &Declaration, _: &[ShareView<'_>], found: &mut Found) {
    for word in declaration.acknowledgements.iter().filter(|word| is_over(word, declaration.now)) {
        let until = word.until.map(|until| until.to_string()).unwrap_or_default();
        let detail = format!(
            "The time of this allow for {} ended at {until}, so it allows nothing any more.",
            word.code
        );
        found.push(Diagnostic::warning(&RAM197, word.span, detail).help(format!(
            "Take it out where it is no longer needed, give it a later until, or pass --allow {}.",
            word.code
        )));
    }
}
