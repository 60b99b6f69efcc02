//! Keys that occur twice in one object of a JSON text. The JSON parser takes the last without a word.

use std::collections::BTreeMap;
use std::ops::Range;

/// A key and its two places, the quotes included.
pub(crate) struct Twice {
    pub(crate) key: String,
    pub(crate) first: Range<usize>,
    pub(crate) second: Range<usize>,
}

/// The first key that an object of a valid JSON text has twice.
pub(crate) fn twice(text: &str) -> Option<Twice> {
    // The keys of each object that is open; an array has none.
    let mut open: Vec<Option<BTreeMap<String, Range<usize>>>> = Vec::new();
    let mut at = 0;
    while let Some(skip) = text[at..].find(['"', '{', '}', '[', ']']) {
        at += skip;
        match text.as_bytes()[at] {
            b'{' => open.push(Some(BTreeMap::new())),
            b'[' => open.push(None),
            b'"' => {
                let range = at..string_end(text, at);
                at = range.end;
                let is_key = text[at..].trim_start().starts_with(':');
                if is_key && let Some(Some(keys)) = open.last_mut() {
                    let key: String = serde_json::from_str(&text[range.clone()]).ok()?;
                    if let Some(first) = keys.insert(key.clone(), range.clone()) {
                        return Some(Twice { key, first, second: range });
                    }
                }
                continue;
            }
            _ => _ = open.pop(),
        }
        at += 1;
    }
    None
}

/// Where a string ends that starts at an offset.
fn string_end(text: &str, start: usize) -> usize {
    let mut at = start + 1;
    while let Some(skip) = text[at..].find(['"', '\\']) {
        at += skip + 1;
        if text.as_bytes()[at - 1] == b'"' {
            return at;
        }
        at += text[at..].chars().next().map_or(0, char::len_utf8);
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_counts_as_twice_within_one_object_only() {
        for (text, key) in [
            (r#"{"a": 1, "b": 2}"#, None),
            (r#"{"a": 1, "a": 2}"#, Some("a")),
            (r#"{"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]}"#, None),
            (r#"{"a": {"b": 1, "c": "b", "b" : 1}}"#, Some("b")),
            (r#"{"a": "\"a\": ", "\u0061": 1}"#, Some("a")),
            (r#"["a", "a", {"x": "a"}]"#, None),
        ] {
            let found = twice(text);
            assert_eq!(found.as_ref().map(|found| found.key.as_str()), key, "{text}");
            assert!(found.is_none_or(|found| found.first.end <= found.second.start));
        }
    }
}
