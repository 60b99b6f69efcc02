//! Amazon Resource Names and the kinds of them that RAM works with.

use std::fmt;
use std::str::FromStr;

use crate::model::ids::{AccountId, IdError, OrgId, OuId, Region};

/// `arn:partition:service:region:account:resource`, region and account possibly empty.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn {
    text: String,
    /// Byte offsets of the five colons that part the six fields.
    colons: [usize; 5],
}

impl Arn {
    pub const EXPECTED: &'static str = "an ARN (arn:partition:service:region:account:resource)";

    pub fn parse(text: &str) -> Result<Self, IdError> {
        let error = || IdError::new(text, Self::EXPECTED);
        let mut colons = [0; 5];
        let mut found = text.match_indices(':');
        for slot in &mut colons {
            *slot = found.next().ok_or_else(error)?.0;
        }
        let arn = Self { text: text.to_owned(), colons };
        let plain = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let valid = &text[..colons[0]] == "arn"
            && arn.partition().starts_with("aws")
            && plain(arn.partition())
            && !arn.service().is_empty()
            && plain(arn.service())
            && plain(arn.region())
            && plain(arn.account())
            && !arn.resource().is_empty()
            && text.len() <= 2048
            && !text.chars().any(|c| c.is_control() || c.is_whitespace());
        if valid { Ok(arn) } else { Err(error()) }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn partition(&self) -> &str {
        &self.text[self.colons[0] + 1..self.colons[1]]
    }

    pub fn service(&self) -> &str {
        &self.text[self.colons[1] + 1..self.colons[2]]
    }

    /// The Region field; empty for global resources (and for some regional ones, such as IPAM pools).
    pub fn region(&self) -> &str {
        &self.text[self.colons[2] + 1..self.colons[3]]
    }

    /// The account field; empty for some services, `aws` for what AWS owns.
    pub fn account(&self) -> &str {
        &self.text[self.colons[3] + 1..self.colons[4]]
    }

    /// The account field where it is an account.
    pub fn account_id(&self) -> Option<AccountId> {
        AccountId::parse(self.account()).ok()
    }

    /// The Region field where it is a Region.
    pub fn region_id(&self) -> Option<Region> {
        Region::parse(self.region()).ok()
    }

    /// Everything after the fifth colon: `transit-gateway/tgw-0abc`.
    pub fn resource(&self) -> &str {
        &self.text[self.colons[4] + 1..]
    }

    /// The last part of the resource, as people call the thing: `tgw-0abc`.
    pub fn short(&self) -> &str {
        let resource = self.resource();
        match resource.rfind(['/', ':']) {
            Some(at) if at + 1 < resource.len() => &resource[at + 1..],
            _ => resource,
        }
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Arn({})", self.text)
    }
}

impl FromStr for Arn {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}

/// Declares an ARN of one kind, checked at `parse`.
macro_rules! arn_kind {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arn);

        impl $name {
            /// The form that this ARN has, as a noun phrase.
            pub const EXPECTED: &'static str = $expected;

            pub fn parse(text: &str) -> Result<Self, IdError> {
                let valid: fn(&Arn) -> bool = $valid;
                match Arn::parse(text) {
                    Ok(arn) if valid(&arn) => Ok(Self(arn)),
                    _ => Err(IdError::new(text, $expected)),
                }
            }

            pub fn arn(&self) -> &Arn {
                &self.0
            }

            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
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
    };
}

arn_kind!(
    /// A resource that a share can hold. Any ARN: whether RAM shares the type is the catalog's to say.
    ResourceArn,
    "the ARN of a resource",
    |_| true
);

arn_kind!(
    /// `arn:aws:ram:REGION:ACCOUNT:resource-share/UUID`.
    ShareArn,
    "the ARN of a resource share",
    |arn| arn.service() == "ram" && arn.resource().strip_prefix("resource-share/").is_some_and(is_share_id)
);

arn_kind!(
    /// `arn:aws:ram:REGION:ACCOUNT:resource-share-invitation/UUID`.
    InvitationArn,
    "the ARN of a resource share invitation",
    |arn| arn.service() == "ram" && arn.resource().starts_with("resource-share-invitation/")
);

arn_kind!(
    /// `arn:aws:ram::aws:permission/NAME` (AWS managed) or `arn:aws:ram:REGION:ACCOUNT:permission/NAME` (customer managed).
    PermissionArn,
    "the ARN of a RAM managed permission",
    |arn| {
        // What may follow a name, as in the ARN of a version, is no part of the permission's own.
        let name = arn.resource().strip_prefix("permission/");
        arn.service() == "ram" && name.is_some_and(|name| !name.is_empty() && !name.contains(['/', ':']))
    }
);

/// A UUID in AWS. Nothing may follow it: a longer text is the ARN of something else, or mistyped.
fn is_share_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

arn_kind!(
    /// `arn:aws:organizations::MANAGEMENT:organization/o-...`.
    OrganizationArn,
    "the ARN of an organization",
    |arn| {
        arn.service() == "organizations"
            && arn.resource().strip_prefix("organization/").is_some_and(|id| OrgId::parse(id).is_ok())
    }
);

arn_kind!(
    /// `arn:aws:organizations::MANAGEMENT:ou/o-.../ou-...`.
    OuArn,
    "the ARN of an organizational unit",
    |arn| {
        arn.service() == "organizations"
            && arn
                .resource()
                .strip_prefix("ou/")
                .and_then(|rest| rest.split_once('/'))
                .is_some_and(|(org, ou)| OrgId::parse(org).is_ok() && OuId::parse(ou).is_ok())
    }
);

impl OrganizationArn {
    pub fn id(&self) -> OrgId {
        let text = self.0.resource().trim_start_matches("organization/");
        OrgId::parse(text).expect("checked by parse")
    }
}

impl OuArn {
    pub fn id(&self) -> OuId {
        let (_, ou) = self.0.resource().rsplit_once('/').expect("checked by parse");
        OuId::parse(ou).expect("checked by parse")
    }

    pub fn organization(&self) -> OrgId {
        let org = self.0.resource().split('/').nth(1).expect("checked by parse");
        OrgId::parse(org).expect("checked by parse")
    }
}

impl PermissionArn {
    /// The permission's name, the part after `permission/`.
    pub fn name(&self) -> &str {
        self.0.resource().trim_start_matches("permission/")
    }

    pub fn is_aws_managed(&self) -> bool {
        self.0.account() == "aws"
    }

    /// Whether it is what RAM attaches for a type when no permission is named (RAM user guide, "Managing permissions").
    pub fn is_aws_default(&self) -> bool {
        self.is_aws_managed() && self.name().starts_with("AWSRAMDefaultPermission")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_taken_apart_at_its_first_five_colons() {
        let arn = Arn::parse("arn:aws:rds:eu-central-1:222222222222:cluster:blue").expect("valid");
        assert_eq!((arn.service(), arn.region(), arn.account()), ("rds", "eu-central-1", "222222222222"));
        assert_eq!((arn.resource(), arn.short()), ("cluster:blue", "blue"));
    }

    #[test]
    fn texts_that_are_no_arns_are_refused() {
        for bad in [
            "",
            "arn",
            "arn:aws:ec2:eu-central-1:222222222222",
            "arn:aws:ec2:eu-central-1:222222222222:",
            "urn:aws:ec2:eu-central-1:222222222222:subnet/a",
            "arn:aws:ec2:eu-central-1:222222222222:subnet/a b",
            "arn:aws:ec2:eu-central-1:222222222222:subnet/a\u{1b}[31m",
        ] {
            assert!(Arn::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn nothing_may_follow_the_id_of_a_share_or_the_name_of_a_permission() {
        let share =
            "arn:aws:ram:eu-central-1:222222222222:resource-share/7ab63972-b505-7e2a-420d-6f5d3EXAMPLE";
        assert!(ShareArn::parse(share).is_ok());
        for tail in ["/extra", ":1", "?x", "#"] {
            assert!(ShareArn::parse(&format!("{share}{tail}")).is_err(), "{tail}");
        }
        assert!(ShareArn::parse("arn:aws:ram:eu-central-1:222222222222:resource-share/").is_err());
        let permission = "arn:aws:ram:eu-central-1:222222222222:permission/my_own.one-2";
        assert!(PermissionArn::parse(permission).is_ok());
        for tail in ["/1", ":2"] {
            assert!(PermissionArn::parse(&format!("{permission}{tail}")).is_err(), "{tail}");
        }
    }

    #[test]
    fn an_ou_arn_gives_its_ou_and_its_organization() {
        let arn = OuArn::parse("arn:aws:organizations::111111111111:ou/o-a1b2c3d4e5/ou-ab12-9xyz1234")
            .expect("valid");
        assert_eq!(arn.id().as_str(), "ou-ab12-9xyz1234");
        assert_eq!(arn.organization().as_str(), "o-a1b2c3d4e5");
    }

    #[test]
    fn aws_and_customer_managed_permissions_are_told_apart() {
        let aws =
            PermissionArn::parse("arn:aws:ram::aws:permission/AWSRAMDefaultPermissionSubnet").expect("valid");
        let own =
            PermissionArn::parse("arn:aws:ram:eu-central-1:222222222222:permission/mine").expect("valid");
        assert!(aws.is_aws_managed() && !own.is_aws_managed());
        assert_eq!(own.name(), "mine");
    }
}
