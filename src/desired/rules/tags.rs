//! Tags of a share.

use crate::desired::view::ShareView;
use crate::diag::Diagnostic;
use crate::diag::rules::{RAM160, RAM161, RAM162};

/// Tags that AWS allows on a share, less the four that ramctl may write.
const OWN: usize = 50 - 4;

/// RAM160.
pub(crate) fn are_not_too_many(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    let count = share.block.tags.len();
    if count > OWN {
        found.push(
            Diagnostic::error(
                &RAM160,
                share.block.tags_span.unwrap_or(share.block.span),
                format!("{} has {count} tags; {OWN} are free beside ramctl's own four.", share.block.address),
            )
            .help(format!("Remove {}.", count - OWN)),
        );
    }
}

/// RAM161. AWS compares the prefix without case.
pub(crate) fn have_free_keys(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    for (key, value) in &share.block.tags {
        let lower = key.to_ascii_lowercase();
        let Some(owner) = ["aws:", "ramctl:"].into_iter().find(|prefix| lower.starts_with(prefix)) else {
            continue;
        };
        found.push(
            Diagnostic::error(
                &RAM161,
                value.span,
                format!("The key {key:?} begins with {owner:?}, which is reserved."),
            )
            .help("Rename the key."),
        );
    }
}

/// RAM162.
pub(crate) fn fit(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    for (key, value) in &share.block.tags {
        let (key_length, value_length) = (key.chars().count(), value.value.chars().count());
        let problem = if key_length == 0 {
            "A tag has an empty key.".to_owned()
        } else if key_length > 128 {
            format!("A tag key has {key_length} characters.")
        } else if value_length > 256 {
            format!("The value of the tag {key:?} has {value_length} characters.")
        } else if key.chars().chain(value.value.chars()).any(char::is_control) {
            format!("The tag {key:?} has a control character in it.")
        } else {
            continue;
        };
        found.push(
            Diagnostic::error(&RAM162, value.span, problem)
                .help("Use 1 to 128 characters for the key and at most 256 for the value."),
        );
    }
}
