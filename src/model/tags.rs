//! Tags of shares, and those by which ramctl knows its own.

use std::collections::{BTreeMap, BTreeSet};

/// Tag key to tag value, in key order.
pub type Tags = BTreeMap<String, String>;

/// The stack that owns the share.
pub const TAG_STACK: &str = "ramctl:stack";
/// The block that declares the share, in [`tag_safe`] form.
pub const TAG_ADDRESS: &str = "ramctl:address";
/// Digest of the desired state that was last applied in full.
pub const TAG_APPLIED: &str = "ramctl:applied";

/// The share was there before the stack adopted it. Written on import and never taken away but on release.
pub const TAG_IMPORTED: &str = "ramctl:imported";

/// Rewrites a text into the characters that every AWS tag value may hold: letters, digits, spaces and `_.:/=+-@`.
///
/// `share.tgw["eu-central-1"]` becomes `share.tgw/eu-central-1`. Texts that differ stay different: a character outside the
/// set becomes `=XX=`, its code point in hexadecimal, and so does a literal `=`.
pub fn tag_safe(kind_and_label: &str, key: Option<&str>) -> String {
    use std::fmt::Write;
    let mut out = kind_and_label.to_owned();
    if let Some(key) = key {
        out.push('/');
        for c in key.chars() {
            if c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '.' | ':' | '/' | '+' | '-' | '@') {
                out.push(c);
            } else {
                write!(out, "={:X}=", u32::from(c)).expect("writing to a String cannot fail");
            }
        }
    }
    out
}

/// Tags that are others' business: `ignore_tags` of a stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IgnoredTags {
    pub keys: BTreeSet<String>,
    pub key_prefixes: BTreeSet<String>,
}

impl IgnoredTags {
    pub fn covers(&self, key: &str) -> bool {
        self.keys.contains(key) || self.key_prefixes.iter().any(|prefix| key.starts_with(prefix))
    }

    /// The wanted tags, with those that are ignored as they are live.
    pub fn as_live(&self, wanted: &mut Tags, live: &Tags) {
        wanted.retain(|key, _| !self.covers(key));
        let left = live.iter().filter(|(key, _)| self.covers(key));
        wanted.extend(left.map(|(key, value)| (key.clone(), value.clone())));
    }
}
