//! Tags of a share or permission.

use std::collections::BTreeMap;

use crate::desired::view::ShareView;
use crate::diag::rules::{RAM160, RAM161, RAM162};
use crate::diag::{Diagnostic, Span, Spanned};
use crate::model::Address;

/// Tags that AWS allows on a share or permission, less the four that ramctl may write.
const OWN: usize = 50 - 4;

type WrittenTags = BTreeMap<String, Spanned<String>>;

/// The tags of a share.
pub(crate) fn of_shares_fit(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    let block = share.block;
    check(&block.address, &block.tags, block.tags_span.unwrap_or(block.span), found);
}

pub(crate) fn check(address: &Address, tags: &WrittenTags, place: Span, found: &mut Vec<Diagnostic>) {
    are_not_too_many(address, tags, place, found);
    have_free_keys(tags, found);
    fit(tags, found);
}

/// RAM160.
fn are_not_too_many(address: &Address, tags: &WrittenTags, place: Span, found: &mut Vec<Diagnostic>) {
    let count = tags.len();
    if count > OWN {
        let detail = format!("{address} has {count} tags; {OWN} are free beside ramctl's own four.");
        found.push(Diagnostic::error(&RAM160, place, detail).help(format!("Remove {}.", count - OWN)));
    }
}

/// RAM161. AWS compares the prefix without case.
fn have_free_keys(tags: &WrittenTags, found: &mut Vec<Diagnostic>) {
    for (key, value) in tags {
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
fn fit(tags: &WrittenTags, found: &mut Vec<Diagnostic>) {
    for (key, value) in tags {
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
