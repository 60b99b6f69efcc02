//! What a share may be called.

use crate::desired::name::{LONGEST, is_usual};
use crate::desired::view::ShareView;
use crate::diag::rules::{RAM111, RAM112};
use crate::diag::{Diagnostic, Span};

fn span(share: &ShareView<'_>) -> Span {
    share.block.name.as_ref().map_or(share.block.span, |name| name.span)
}

/// RAM111: "fewer than 256 characters"; control characters are ours to refuse.
pub(crate) fn has_usable_length(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    let length = share.name.chars().count();
    let problem = if length == 0 {
        "is empty".to_owned()
    } else if length > LONGEST {
        format!("has {length} characters")
    } else if share.name.chars().any(char::is_control) {
        "has a control character in it".to_owned()
    } else {
        return;
    };
    found.push(
        Diagnostic::error(&RAM111, span(share), format!("The name of {} {problem}.", share.block.address))
            .help(format!("Use 1 to {LONGEST} letters, digits, spaces, periods, hyphens and underscores.")),
    );
}

/// RAM112: what the console allows. The API has no pattern, so this is a warning.
pub(crate) fn has_usual_characters(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    if let Some(odd) = share.name.chars().find(|c| !is_usual(*c) && !c.is_control()) {
        let plain: String = share.name.chars().map(|c| if is_usual(c) { c } else { '-' }).collect();
        found.push(
            Diagnostic::warning(
                &RAM112,
                span(share),
                format!(
                    "The name {:?} of {} has the character {odd:?} in it.",
                    share.name, share.block.address
                ),
            )
            .help(format!("Write {plain:?}.")),
        );
    }
}
