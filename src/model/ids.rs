//! Identifiers with one valid form each.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use crate::model::arn::Arn;

/// A text that is not the id it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {expected}")]
pub struct IdError {
    pub text: String,
    /// The form that was expected, as a noun phrase: "a 12-digit account id".
    pub expected: &'static str,
}

impl IdError {
    pub(crate) fn new(text: &str, expected: &'static str) -> Self {
        Self { text: text.to_owned(), expected }
    }
}

/// Declares a newtype over `String` whose only way in is `parse`.
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The form that this id has, as a noun phrase.
            pub const EXPECTED: &'static str = $expected;

            pub fn parse(text: &str) -> Result<Self, IdError> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) { Ok(Self(text.to_owned())) } else { Err(IdError::new(text, $expected)) }
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

text_id!(
    /// An AWS account: 12 digits, leading zeros kept.
    AccountId,
    "a 12-digit AWS account id",
    |text| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
);

text_id!(
    /// An AWS Region such as `eu-central-1`, `us-gov-west-1` or `eusc-de-east-1`.
    ///
    /// Only the form is checked: new Regions appear without notice.
    Region,
    "an AWS Region such as eu-central-1",
    |text| {
        let mut parts = text.split('-');
        let area = parts.next().unwrap_or_default();
        let rest: Vec<&str> = parts.collect();
        (2..=4).contains(&area.len())
            && area.bytes().all(|b| b.is_ascii_lowercase())
            && (2..=3).contains(&rest.len())
            && rest[..rest.len() - 1].iter().all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase()))
            && matches!(rest[rest.len() - 1].as_bytes(), [b'1'..=b'9'] | [b'1'..=b'9', b'0'..=b'9'])
    }
);

text_id!(
    /// An organization: `o-` and 10 to 32 lower-case letters or digits.
    OrgId,
    "an organization id such as o-a1b2c3d4e5",
    |text| text.strip_prefix("o-").is_some_and(|rest| id_tail(rest, 10, 32))
);

text_id!(
    /// The root of an organization: `r-` and 4 to 32 lower-case letters or digits.
    RootId,
    "an organization root id such as r-ab12",
    |text| text.strip_prefix("r-").is_some_and(|rest| id_tail(rest, 4, 32))
);

text_id!(
    /// An organizational unit: `ou-ROOT-ID`.
    OuId,
    "an organizational unit id such as ou-ab12-9xyz1234",
    |text| {
        text.strip_prefix("ou-")
            .and_then(|rest| rest.split_once('-'))
            .is_some_and(|(root, id)| id_tail(root, 4, 32) && id_tail(id, 8, 32))
    }
);

text_id!(
    /// A RAM resource type code such as `ec2:TransitGateway`.
    ResourceType,
    "a RAM resource type such as ec2:TransitGateway",
    |text| {
        text.split_once(':').is_some_and(|(service, kind)| {
            !service.is_empty()
                && !kind.is_empty()
                && service.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
                && kind.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
    }
);

text_id!(
    /// The name of a stack, the owner written on every share: 1 to 128 letters, digits, `-`, `_`, `.` or `/`.
    StackName,
    "a stack name (1 to 128 letters, digits, '-', '_', '.' or '/')",
    |text| {
        (1..=128).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/'))
    }
);

fn id_tail(text: &str, min: usize, max: usize) -> bool {
    (min..=max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// The part of AWS that an ARN begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Partition {
    Aws,
    China,
    GovCloud,
    Iso,
    IsoB,
    IsoE,
    IsoF,
    Eusc,
}

impl Partition {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::China => "aws-cn",
            Self::GovCloud => "aws-us-gov",
            Self::Iso => "aws-iso",
            Self::IsoB => "aws-iso-b",
            Self::IsoE => "aws-iso-e",
            Self::IsoF => "aws-iso-f",
            Self::Eusc => "aws-eusc",
        }
    }
}

impl Region {
    /// The partition that the Region belongs to, from the prefix of its name.
    pub fn partition(&self) -> Partition {
        let name = self.as_str();
        match name.split('-').next().unwrap_or_default() {
            "cn" => Partition::China,
            "eusc" => Partition::Eusc,
            _ if name.starts_with("us-gov-") => Partition::GovCloud,
            _ if name.starts_with("us-isob-") => Partition::IsoB,
            _ if name.starts_with("eu-isoe-") => Partition::IsoE,
            _ if name.starts_with("us-isof-") => Partition::IsoF,
            _ if name.starts_with("us-iso-") => Partition::Iso,
            _ => Partition::Aws,
        }
    }
}

/// One account in one Region: the scope of every RAM call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub account: AccountId,
    pub region: Region,
}

impl Place {
    /// Whether an ARN is of this account and Region.
    pub fn is_of(&self, arn: &Arn) -> bool {
        arn.account() == self.account.as_str() && arn.region() == self.region.as_str()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.account, self.region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_id_is_twelve_digits_and_keeps_leading_zeros() {
        assert_eq!(AccountId::parse("012345678901").map(|id| id.to_string()), Ok("012345678901".into()));
        for bad in ["", "12345678901", "1234567890123", "12345678901a", "１23456789012"] {
            assert!(AccountId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn regions_of_every_partition_are_accepted_and_near_misses_are_not() {
        for (good, partition) in [
            ("eu-central-1", Partition::Aws),
            ("ap-southeast-7", Partition::Aws),
            ("us-gov-west-1", Partition::GovCloud),
            ("cn-northwest-1", Partition::China),
            ("us-isob-east-1", Partition::IsoB),
            ("eusc-de-east-1", Partition::Eusc),
        ] {
            assert_eq!(Region::parse(good).map(|r| r.partition()), Ok(partition), "{good}");
        }
        for bad in [
            "",
            "eu-central",
            "eu_central_1",
            "EU-central-1",
            "eu-central-1a",
            "eu--1",
            "europe",
            "eu-central-0",
        ] {
            assert!(Region::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn organization_ids_have_the_documented_forms() {
        assert!(OrgId::parse("o-a1b2c3d4e5").is_ok());
        assert!(RootId::parse("r-ab12").is_ok());
        assert!(OuId::parse("ou-ab12-9xyz1234").is_ok());
        for bad in ["ou-ab12", "ou-AB12-9xyz1234", "ou-ab12-9xyz", "o-1", "r-a"] {
            assert!(
                OuId::parse(bad).is_err() && OrgId::parse(bad).is_err() && RootId::parse(bad).is_err(),
                "{bad}"
            );
        }
    }
}
