//! What a block is called inside its stack.

use std::fmt;

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
    /// Reads an address as it is written in HCL; the quotes around a key may be left out: `share.tgw[eu-central-1]`.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once('.')?;
        let kind = [BlockKind::Account, BlockKind::Permission, BlockKind::Share, BlockKind::Inbound]
            .into_iter()
            .find(|known| known.as_str() == kind)?;
        let (label, key) = match rest.split_once('[') {
            None => (rest, None),
            Some((label, key)) => (label, Some(unquote(key.strip_suffix(']')?)?)),
        };
        let in_names = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        (!label.is_empty() && label.chars().all(in_names)).then(|| Self {
            kind,
            label: label.to_owned(),
            key,
        })
    }

    /// Whether the other address is this one, or an instance of this block.
    pub fn covers(&self, other: &Self) -> bool {
        let Self { kind, label, key } = self;
        *kind == other.kind && *label == other.label && (key.is_none() || *key == other.key)
    }

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

    /// Reads a share's address back from its tag. None where the text is not what [`Address::tag_value`] writes, or was cut.
    pub fn from_tag_value(text: &str) -> Option<Self> {
        let (label, key) = match text.strip_prefix("share.")?.split_once('/') {
            None => (text.strip_prefix("share.")?, None),
            Some((label, key)) => (label, Some(unescape(key)?)),
        };
        let address = Self { kind: BlockKind::Share, label: label.to_owned(), key };
        (!label.is_empty() && address.tag_value() == text).then_some(address)
    }
}

/// A key with or without its quotes. None where a quote or an escape is left open.
fn unquote(text: &str) -> Option<String> {
    let Some(quoted) = text.strip_prefix('"') else {
        return (!text.is_empty() && !text.contains('"')).then(|| text.to_owned());
    };
    let mut out = String::new();
    let mut rest = quoted.strip_suffix('"')?.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => return None,
            '\\' => match rest.next()? {
                'n' => out.push('\n'),
                'r' => out.push('\r'),
                't' => out.push('\t'),
                '0' => out.push('\0'),
                'u' => {
                    let code: String =
                        rest.by_ref().skip_while(|c| *c == '{').take_while(|c| *c != '}').collect();
                    out.push(char::from_u32(u32::from_str_radix(&code, 16).ok()?)?);
                }
                c => out.push(c),
            },
            c => out.push(c),
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
    fn an_address_is_read_as_it_is_written() {
        for key in [None, Some("eu-central-1"), Some("a\"b=c/d ü]\n"), Some("\u{202e}"), Some("a\\")] {
            let address = share(key);
            assert_eq!(Address::parse(&address.to_string()), Some(address));
        }
        assert_eq!(Address::parse("share.tgw[eu-central-1]"), Some(share(Some("eu-central-1"))));
        for other in
            ["", "share.", "tgw", "stack.x", "share.tgw[", "share.tgw[]", "share.tgw[\"]", "share.a b"]
        {
            assert_eq!(Address::parse(other), None, "{other}");
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
            assert_eq!(Address::from_tag_value(&address.tag_value()), Some(address));
        }
        for other in ["", "share.", "tgw", "permission.x", "share.tgw/a=zz=", "share.tgw/a=41="] {
            assert_eq!(Address::from_tag_value(other), None, "{other}");
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
