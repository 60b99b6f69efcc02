//! Tags that a configuration may speak of, and how they change.

use std::collections::BTreeSet;

use crate::diff::change::Delta;
use crate::model::Tags;

/// The tags that come, go or have another value, in order.
pub(crate) fn tag_changes(before: &Tags, after: &Tags) -> Vec<(String, Delta<String>)> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    keys.into_iter()
        .filter_map(|key| {
            let how = match (before.get(key), after.get(key)) {
                (None, Some(after)) => Delta::Added { after: after.clone() },
                (Some(before), None) => Delta::Removed { before: before.clone() },
                (Some(before), Some(after)) if before != after => {
                    Delta::Changed { before: before.clone(), after: after.clone() }
                }
                _ => return None,
            };
            Some((key.clone(), how))
        })
        .collect()
}

/// The tags that a configuration may speak of: not ramctl's, not AWS's.
pub(crate) fn own_tags(tags: &Tags) -> Tags {
    tags.iter()
        .filter(|(key, _)| !key.starts_with("ramctl:") && !key.starts_with("aws:"))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
