//! What a block is called inside its stack.

use std::fmt;

use crate::model::ids::IdError;
use crate::model::tags::tag_safe;

/// The block types whose instances have an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BlockKind {
    Account,
    Permission,
    Share,
    Inbound,
}

impl BlockKind {
    pub const ALL: [Self; 4] = [Self::Account, Self::Permission, Self::Share, Self::Inbound];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Permission => "permission",
            Self::Share => "share",
            Self::Inbound => "inbound",
        }
    }
}

/// `share.tgw` or, one instance of a `for_each`, `share.tgw["eu-central-1"]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    pub kind: BlockKind,
    pub label: String,
    /// The `for_each` key of this instance.
    pub key: Option<String>,
}

impl Address {
    /// The form that fits into a tag value (at most 256 characters); distinct addresses stay distinct.
    pub fn tag_value(&self) -> String {
        let full = tag_safe(&format!("{}.{}", self.kind.as_str(), self.label), self.key.as_deref());
        if full.chars().count() <= 256 {
            return full;
        }
        use sha2::{Digest, Sha256};
        let digest = Sha256::digest(full.as_bytes());
        let head: String = full.chars().take(223).collect();
        let tail: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        format!("{head}+{tail}")
    }

    /// Reads an address as it is written in HCL and printed.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let error = || IdError::new(text, "an address such as share.tgw or share.tgw[\"eu-central-1\"]");
        let (kind, rest) = text.split_once('.').ok_or_else(error)?;
        let kind = BlockKind::ALL.into_iter().find(|one| one.as_str() == kind).ok_or_else(error)?;
        let (label, key) = match rest.strip_suffix("\"]").and_then(|rest| rest.split_once("[\"")) {
            Some((label, key)) => (label, Some(unquoted(key).ok_or_else(error)?)),
            None => (rest, None),
        };
        if label.is_empty() {
            return Err(error());
        }
        Ok(Self { kind, label: label.to_owned(), key })
    }

    /// Whether the other address is this one, or an instance of this block.
    pub fn covers(&self, other: &Self) -> bool {
        let Self { kind, label, key } = self;
        *kind == other.kind && *label == other.label && (key.is_none() || *key == other.key)
    }

    /// Reads an address of a kind back from its tag. None where the text is not what [`Address::tag_value`] writes, or was cut.
    pub fn from_tag_value(kind: BlockKind, text: &str) -> Option<Self> {
        let rest = text.strip_prefix(kind.as_str())?.strip_prefix('.')?;
        let (label, key) = match rest.split_once('/') {
            None => (rest, None),
            Some((label, key)) => (label, Some(unescape(key)?)),
        };
        let address = Self { kind, label: label.to_owned(), key };
        (!label.is_empty() && address.tag_value() == text).then_some(address)
    }
}

/// The text between quotes, as `Display` quotes it.
fn unquoted(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => return None,
            '\\' => out.push(match rest.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '0' => '\0',
                plain @ ('"' | '\\' | '\'') => plain,
                'u' => {
                    let code = rest.as_str().strip_prefix('{')?.split_once('}')?.0;
                    let found = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
                    rest.nth(code.chars().count() + 1)?;
                    found
                }
                _ => return None,
            }),
            plain => out.push(plain),
        }
    }
    Some(out)
}

fn unescape(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut parts = text.split('=');
    out.push_str(parts.next()?);
    while let Some(code) = parts.next() {
        out.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
        out.push_str(parts.next()?);
    }
    Some(out)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            None => f.pad(&format!("{}.{}", self.kind.as_str(), self.label)),
            Some(key) => f.pad(&format!("{}.{}[{key:?}]", self.kind.as_str(), self.label)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(key: Option<&str>) -> Address {
        Address { kind: BlockKind::Share, label: "tgw".into(), key: key.map(Into::into) }
    }

    #[test]
    fn an_address_reads_as_it_is_written_in_hcl() {
        assert_eq!(share(None).to_string(), "share.tgw");
        assert_eq!(share(Some("eu-central-1")).to_string(), r#"share.tgw["eu-central-1"]"#);
    }

    #[test]
    fn an_address_is_read_as_it_is_printed() {
        for key in [None, Some("eu-central-1"), Some(""), Some("a\"b\\c\n\u{202e}\u{1}'[\"x\"]")] {
            let address = share(key);
            assert_eq!(Address::parse(&address.to_string()), Ok(address));
        }
        for bad in
            ["", "tgw", "shares.tgw", "share.", "share.[\"a\"]", "share.tgw[\"a\"b\"]", "share.tgw[\"\\x\"]"]
        {
            assert!(Address::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_block_covers_its_instances() {
        assert!(share(None).covers(&share(Some("a"))) && share(Some("a")).covers(&share(Some("a"))));
        assert!(!share(Some("a")).covers(&share(None)) && !share(Some("a")).covers(&share(Some("b"))));
    }

    #[test]
    fn an_address_is_read_back_from_its_tag() {
        for key in [None, Some("eu-central-1"), Some("a\"b=c/d ü")] {
            let address = share(key);
            assert_eq!(Address::from_tag_value(BlockKind::Share, &address.tag_value()), Some(address));
        }
        for other in ["", "share.", "tgw", "permission.x", "share.tgw/a=zz=", "share.tgw/a=41="] {
            assert_eq!(Address::from_tag_value(BlockKind::Share, other), None, "{other}");
        }
    }

    #[test]
    fn tag_values_fit_and_stay_distinct() {
        assert_eq!(share(Some("eu-central-1")).tag_value(), "share.tgw/eu-central-1");
        let (a, b) = (share(Some("a\"b")), share(Some("a=22=b")));
        assert_ne!(a.tag_value(), b.tag_value());
        let long = |end: &str| share(Some(&format!("{}{end}", "x".repeat(400))));
        assert!(long("1").tag_value().chars().count() <= 256);
        assert_ne!(long("1").tag_value(), long("2").tag_value());
    }
}
