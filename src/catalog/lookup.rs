//! Look-ups by type code, by ARN and by permission.

use crate::catalog::arn_form::ArnForm;
use crate::catalog::data::{NotInTable, TypeFacts, Untyped, catalog};
use crate::model::{Arn, ResourceType};

/// What the form of an ARN tells about the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A shareable type.
    Type(&'static TypeFacts),
    /// Documents show it shared with RAM; its type code is not known.
    Untyped(&'static Untyped),
    /// Something that RAM's table does not list, with advice.
    NotInTable(&'static NotInTable),
    /// A form that the catalog does not know. It may be shareable all the same.
    Unknown,
}

impl Kind {
    /// The type's code, where the ARN shows it.
    pub fn type_code(&self) -> Option<&'static ResourceType> {
        match self {
            Self::Type(facts) => Some(&facts.code),
            Self::Untyped(_) | Self::NotInTable(_) | Self::Unknown => None,
        }
    }
}

/// Every type, in order of its code.
pub fn types() -> impl Iterator<Item = &'static TypeFacts> {
    catalog().types.iter()
}

/// The type with this code or alias; case does not matter, because RAM's own spelling varies.
pub fn type_with_code(code: &ResourceType) -> Option<&'static TypeFacts> {
    let is = |name: &str| name.eq_ignore_ascii_case(code.as_str());
    types().find(|facts| is(facts.code.as_str()) || facts.aliases.iter().any(|alias| is(alias)))
}

/// What this ARN names, as far as its form tells.
pub fn kind_of(arn: &Arn) -> Kind {
    let is = |forms: &[ArnForm]| forms.iter().any(|form| form.matches(arn));
    let mut of_type = types().filter(|facts| is(&facts.arns));
    match (of_type.next(), of_type.next()) {
        (Some(facts), None) => return Kind::Type(facts),
        // A test holds the forms of any two types apart.
        (Some(_), Some(_)) => return Kind::Unknown,
        (None, _) => {}
    }
    if let Some(entry) = catalog().shareable_without_type.iter().find(|entry| is(&entry.arns)) {
        return Kind::Untyped(entry);
    }
    catalog().not_in_the_table.iter().find(|entry| is(&entry.arns)).map_or(Kind::Unknown, Kind::NotInTable)
}

/// The type of the resource with this ARN, where its form belongs to exactly one.
pub fn type_of(arn: &Arn) -> Option<&'static TypeFacts> {
    match kind_of(arn) {
        Kind::Type(facts) => Some(facts),
        Kind::Untyped(_) | Kind::NotInTable(_) | Kind::Unknown => None,
    }
}

/// The name of the AWS managed permission that RAM attaches for a type when none is given, where a source shows it.
pub fn default_permission(code: &ResourceType) -> Option<&'static str> {
    type_with_code(code)?.default_permission.as_deref()
}

/// The types whose default permission a source shows, each with its name.
pub fn default_permissions() -> impl Iterator<Item = (&'static str, &'static str)> {
    types().filter_map(|facts| Some((facts.code.as_str(), facts.default_permission.as_deref()?)))
}

/// The type that an AWS managed permission is for, where a source shows it. Never guessed from the name.
pub fn type_of_permission(name: &str) -> Option<&'static TypeFacts> {
    let mut of_type = types().filter(|facts| {
        facts.default_permission.as_deref() == Some(name) || facts.other_permissions.iter().any(|n| n == name)
    });
    match (of_type.next(), of_type.next()) {
        (Some(facts), None) => Some(facts),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arn(text: &str) -> Arn {
        Arn::parse(text).expect("an ARN")
    }

    fn code(text: &str) -> ResourceType {
        ResourceType::parse(text).expect("a type code")
    }

    /// An ARN of a form, made by filling every placeholder in.
    fn sample(form: &ArnForm) -> Arn {
        let mut text = String::new();
        let mut rest = form.as_str();
        while let Some(start) = rest.find("${") {
            let end = start + rest[start..].find('}').expect("closed");
            text.push_str(&rest[..start]);
            text.push_str(match &rest[start + 2..end] {
                "Partition" => "aws",
                "Region" => "eu-central-1",
                "Account" => "222222222222",
                _ => "abc",
            });
            rest = &rest[end + 1..];
        }
        arn(&(text + rest))
    }

    #[test]
    fn every_form_belongs_to_one_entry_of_the_catalog() {
        for facts in types() {
            for form in &facts.arns {
                assert_eq!(type_of(&sample(form)).map(|found| &found.code), Some(&facts.code), "{form}");
            }
        }
        for entry in &catalog().shareable_without_type {
            for form in &entry.arns {
                assert_eq!(kind_of(&sample(form)), Kind::Untyped(entry), "{form}");
            }
        }
        for entry in &catalog().not_in_the_table {
            for form in &entry.arns {
                assert_eq!(kind_of(&sample(form)), Kind::NotInTable(entry), "{form}");
            }
        }
    }

    #[test]
    fn arns_are_told_by_their_form() {
        for (text, expected) in [
            ("arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1", Some("ec2:TransitGateway")),
            ("arn:aws:ec2::222222222222:ipam-pool/ipam-pool-1", Some("ec2:IpamPool")),
            ("arn:aws-cn:ec2:cn-north-1:222222222222:subnet/subnet-1", Some("ec2:Subnet")),
            ("arn:aws:rds:eu-central-1:222222222222:cluster:blue", Some("rds:Cluster")),
            ("arn:aws:ssm:eu-central-1:222222222222:parameter/a/b", Some("ssm:Parameter")),
            ("arn:aws:ec2:eu-central-1:222222222222:transit-gateway-attachment/x", None),
            ("arn:aws:ec2:eu-central-1:aws:prefix-list/pl-1", None),
            ("arn:aws:new:eu-central-1:222222222222:thing/x", None),
        ] {
            assert_eq!(type_of(&arn(text)).map(|facts| facts.code.as_str()), expected, "{text}");
        }
    }

    #[test]
    fn an_ami_and_a_hosted_zone_come_with_advice() {
        for text in ["arn:aws:ec2:eu-central-1::image/ami-1", "arn:aws:route53:::hostedzone/Z1"] {
            let Kind::NotInTable(entry) = kind_of(&arn(text)) else { panic!("{text}") };
            assert_eq!(entry.shareable, Some(false));
        }
    }

    #[test]
    fn codes_are_found_without_case_and_by_alias() {
        for text in ["ec2:TransitGateway", "ec2:transitgateway", "servicecatalog:Application"] {
            assert!(type_with_code(&code(text)).is_some(), "{text}");
        }
        assert!(type_with_code(&code("ec2:Image")).is_none());
    }

    #[test]
    fn permissions_are_known_by_name_not_by_guess() {
        assert_eq!(
            default_permission(&code("ec2:IpamPool")),
            Some("AWSRAMDefaultPermissionsIpamPool"),
            "with an s"
        );
        assert_eq!(default_permission(&code("backup:BackupVault")), None);
        let found = type_of_permission("AWSRAMDefaultPermissionTrafficMirror");
        assert_eq!(found.map(|facts| facts.code.as_str()), Some("ec2:TrafficMirrorTarget"));
        assert!(type_of_permission("AWSRAMDefaultPermissionNoSuchThing").is_none());
    }
}
