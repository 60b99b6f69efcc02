//! What accounts have in resources that are shared with them, as EC2 tells the owner.

use std::collections::BTreeMap;

use crate::model::{AccountId, Gap, GapCause, Observed, ResourceArn, ResourceType};

/// A kind of resource whose owner can see what other accounts have in it.
///
/// Sources: "VPC owners can view the details for all the network interfaces" of participants (Amazon VPC user guide, "Share your VPC with
/// other accounts", revisions of 2019 to 2022; the guide of 2026 says it of flow logs on interfaces that the owner does not own, and no
/// longer of all interfaces); EC2 API reference, `DescribeTransitGatewayAttachments`, `resourceOwnerId`. Not tried against AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UsedKind {
    /// Used by the network interfaces in it.
    Subnet,
    /// Used by what is attached to it.
    TransitGateway,
}

impl UsedKind {
    pub const ALL: [Self; 2] = [Self::Subnet, Self::TransitGateway];

    /// The kind of a resource and its id, by its ARN: a live share's resources have no other type.
    /// `arn:aws:ec2:REGION:ACCOUNT:subnet/subnet-...`.
    pub fn of(resource: &ResourceArn) -> Option<(Self, &str)> {
        let arn = resource.arn();
        let (word, id) = arn.resource().split_once('/').filter(|_| arn.service() == "ec2")?;
        let kind = match word {
            "subnet" => Self::Subnet,
            "transit-gateway" => Self::TransitGateway,
            _ => return None,
        };
        Some((kind, id))
    }

    /// The kind of a resource type, where it is one of these.
    pub fn of_type(resource_type: &ResourceType) -> Option<Self> {
        match resource_type.as_str() {
            "ec2:Subnet" => Some(Self::Subnet),
            "ec2:TransitGateway" => Some(Self::TransitGateway),
            _ => None,
        }
    }

    /// The right that it takes to see, as IAM spells it.
    pub fn action(self) -> &'static str {
        match self {
            Self::Subnet => "ec2:DescribeNetworkInterfaces",
            Self::TransitGateway => "ec2:DescribeTransitGatewayAttachments",
        }
    }
}

/// How many network interfaces or attachments each account has. Who has none is not here.
pub type Users = BTreeMap<AccountId, usize>;

/// The answers of one run, by resource. What is not here was not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub found: BTreeMap<ResourceArn, Observed<Users>>,
}

impl Usage {
    /// Who uses a resource. What nobody asked is as unknown as what was refused.
    pub fn of(&self, resource: &ResourceArn, kind: UsedKind) -> Observed<&Users> {
        match self.found.get(resource) {
            Some(Observed::Known(users)) => Observed::Known(users),
            Some(Observed::Unknown(gap)) => Observed::Unknown(gap.clone()),
            None => Observed::Unknown(Gap {
                action: kind.action().to_owned(),
                caller: String::new(),
                cause: GapCause::NotConfigured,
                detail: "it was not asked in this run".to_owned(),
            }),
        }
    }
}
