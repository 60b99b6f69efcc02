//! Names of shares.

use sha2::{Digest, Sha256};

use crate::lang::ShareBlock;
use crate::model::Address;

/// Characters that a share name has at most: "fewer than 256" (RAM user guide, "Creating a resource share").
pub(crate) const LONGEST: usize = 255;

/// The name of a share whose block gives none: `share.tgw["eu-central-1"]` becomes `tgw-eu-central-1`.
///
/// Addresses that differ only in characters that a name cannot have come out the same; the rule on duplicate names finds that.
pub(crate) fn share_name(address: &Address) -> String {
    let mut name = address.label.clone();
    if let Some(key) = &address.key {
        name.push('-');
        name.push_str(key);
    }
    let mut name: String = name.chars().map(|c| if is_usual(c) && c != '_' { c } else { '-' }).collect();
    if name.len() > LONGEST {
        // All ASCII by now. The tag value of an address this long ends in 32 hexadecimal digits of a digest of the whole of it.
        let address = address.tag_value();
        let digest = &address[address.len() - 32..];
        name.truncate(LONGEST - 33);
        name.push('-');
        name.push_str(digest);
    }
    name
}

/// The name that a block's share is made with.
pub(crate) fn declared_name(block: &ShareBlock) -> String {
    block.name.as_ref().map_or_else(|| share_name(&block.address), |name| name.value.clone())
}

/// The name of a customer managed permission whose block gives none: at most 36 letters, digits, `-`, `_` and `.` (RAM API,
/// `CreatePermission`).
pub(crate) fn permission_name(address: &Address) -> String {
    const LONGEST: usize = 36;
    let mut name = share_name(address).replace(' ', "-");
    if name.len() > LONGEST {
        let digest = Sha256::digest(address.tag_value().as_bytes());
        let tail: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        name.truncate(LONGEST - 1 - tail.len());
        name.push('-');
        name.push_str(&tail);
    }
    name
}

/// Whether RAM takes the character in a share name. The console names letters, digits, spaces, periods and hyphens; live shares have underscores too.
pub(crate) fn is_usual(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, ' ' | '.' | '-' | '_')
}

#[cfg(test)]
mod tests {
    use crate::model::BlockKind;

    use super::*;

    fn name(label: &str, key: Option<&str>) -> String {
        share_name(&Address { kind: BlockKind::Share, label: label.into(), key: key.map(Into::into) })
    }

    #[test]
    fn a_name_is_made_of_label_and_key() {
        for (label, key, expected) in [
            ("tgw", None, "tgw"),
            ("transit_gateway", Some("eu-central-1"), "transit-gateway-eu-central-1"),
            ("dns", Some("a/b \"c\""), "dns-a-b -c-"),
            ("dns", Some("ü"), "dns--"),
        ] {
            assert_eq!(name(label, key), expected);
        }
    }

    #[test]
    fn names_of_permissions_are_shorter() {
        let name = |key: &str| {
            permission_name(&Address {
                kind: BlockKind::Permission,
                label: "ipam_read".into(),
                key: Some(key.into()),
            })
        };
        assert_eq!(name("eu central/1"), "ipam-read-eu-central-1");
        let (one, other) = (name(&"x".repeat(40)), name(&"x".repeat(41)));
        assert!(one.len() == 36 && other.len() == 36 && one != other, "{one} {other}");
    }

    #[test]
    fn long_names_fit_and_stay_distinct() {
        let long = |end: &str| name("x", Some(&format!("{}{end}", "y".repeat(400))));
        assert_eq!(long("1").len(), LONGEST);
        assert_ne!(long("1"), long("2"));
        let unusual = |end: &str| name("x", Some(&format!("{}{end}", "y".repeat(252))));
        assert_ne!(unusual("aaaa1"), unusual("aaaa2"));
    }
}
