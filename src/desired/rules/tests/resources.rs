//! Resources: whose they are, where they are and whether RAM shares them.

use super::*;

pub(super) const TABLE: &[Row] = &[
    (
        "RAM120",
        Severity::Error,
        |s| s.resources = resources(&[TGW, TGW]),
        |s| s.resources = resources(&[TGW]),
    ),
    (
        "RAM121",
        Severity::Error,
        |s| s.resources = resources(&["arn:aws:ec2:eu-central-1:444444444444:transit-gateway/tgw-1"]),
        |s| s.resources = resources(&[TGW]),
    ),
    (
        "RAM122",
        Severity::Error,
        |s| s.resources = resources(&["arn:aws:ec2:us-east-1:222222222222:transit-gateway/tgw-1"]),
        // The pool's ARN has no Region, and its share is in the IPAM's home Region.
        |s| s.resources = resources(&["arn:aws:ec2::222222222222:ipam-pool/ipam-pool-1"]),
    ),
    (
        "RAM123",
        Severity::Error,
        |s| s.resources = resources(&["arn:aws:networkmanager::222222222222:core-network/core-1"]),
        |s| {
            s.region = at(region("us-east-1"));
            s.resources = resources(&["arn:aws:networkmanager::222222222222:core-network/core-1"]);
        },
    ),
    (
        "RAM124",
        Severity::Error,
        |s| s.resources = resources(&["arn:aws:ec2:eu-central-1::image/ami-1"]),
        |s| s.resources = resources(&["arn:aws:imagebuilder:eu-central-1:222222222222:image/base/1.0.0/1"]),
    ),
    (
        "RAM124",
        Severity::Error,
        |s| s.resources = resources(&["arn:aws:route53:::hostedzone/Z1"]),
        |s| s.resources = resources(&[TGW]),
    ),
    (
        "RAM125",
        Severity::Warning,
        |s| s.resources = resources(&["arn:aws:new:eu-central-1:222222222222:thing/1"]),
        // Documents show it shared; no source has its type code.
        |s| s.resources = resources(&["arn:aws:kms:eu-central-1:222222222222:key/1"]),
    ),
    (
        "RAM125",
        Severity::Warning,
        |s| s.resources = resources(&["arn:aws:ec2:eu-central-1:222222222222:vpc/vpc-1"]),
        |s| s.resources = resources(&[TGW]),
    ),
    (
        "RAM125",
        Severity::Warning,
        |s| s.permissions = vec![permission("ec2:TransitGatway", "AWSRAMDefaultPermissionTransitGateway2")],
        |s| s.permissions = vec![permission("ec2:TransitGateway", "AWSRAMDefaultPermissionTransitGateway")],
    ),
    (
        "RAM126",
        Severity::Error,
        |s| s.resources = resources(&["arn:aws-cn:ec2:eu-central-1:222222222222:transit-gateway/tgw-1"]),
        |s| {
            s.region = at(region("cn-north-1"));
            s.resources = resources(&["arn:aws-cn:ec2:cn-north-1:222222222222:transit-gateway/tgw-1"]);
        },
    ),
    (
        "RAM126",
        Severity::Error,
        |s| {
            s.resources = resources(&[CA]);
            s.principals = vec![literal("arn:aws-us-gov:iam::444444444444:role/deploy")];
        },
        |s| {
            s.resources = resources(&[CA]);
            s.principals = vec![literal("arn:aws:iam::444444444444:role/deploy")];
        },
    ),
    (
        "RAM126",
        Severity::Error,
        |s| {
            s.permissions = vec![permission(
                "ec2:TransitGateway",
                "arn:aws-cn:ram::aws:permission/AWSRAMDefaultPermissionTransitGateway",
            )]
        },
        |s| {
            s.permissions = vec![permission(
                "ec2:TransitGateway",
                "arn:aws:ram::aws:permission/AWSRAMDefaultPermissionTransitGateway",
            )]
        },
    ),
];
