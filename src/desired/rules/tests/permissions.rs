//! Permissions that a share names.

use super::*;
use crate::desired::check;
use crate::lang::PermissionBlock;
use crate::model::BlockKind;

pub(super) const TABLE: &[Row] = &[
    (
        "RAM150",
        Severity::Error,
        |s| {
            s.permissions = vec![
                permission("ec2:TransitGateway", "AWSRAMDefaultPermissionTransitGateway"),
                permission("ec2:transitgateway", "AWSRAMDefaultPermissionTransitGateway"),
            ];
        },
        |s| s.permissions = vec![permission("ec2:transitgateway", "AWSRAMDefaultPermissionTransitGateway")],
    ),
    (
        "RAM151",
        Severity::Error,
        |s| s.permissions = vec![permission("ec2:TransitGateway", "AWSRAMDefaultPermissionSubnet")],
        |s| s.permissions = vec![permission("ec2:TransitGateway", "AWSRAMPermissionNewerThanTheCatalog")],
    ),
    (
        "RAM152",
        Severity::Error,
        |s| s.permissions = vec![permission("ec2:TransitGateway", "mine")],
        |s| {
            s.resources = resources(&[CA]);
            s.permissions = vec![permission("acm-pca:CertificateAuthority", "mine")];
        },
    ),
    (
        "RAM153",
        Severity::Error,
        |s| s.permissions = vec![permission("ec2:TransitGateway", "my permission")],
        |s| s.permissions = vec![permission("ec2:TransitGateway", "AWSRAMDefaultPermissionTransitGateway")],
    ),
    (
        "RAM154",
        Severity::Error,
        |s| {
            s.resources = resources(&[CA]);
            s.permissions = vec![permission(
                "acm-pca:CertificateAuthority",
                "arn:aws:ram:us-east-1:222222222222:permission/mine",
            )];
        },
        |s| {
            s.resources = resources(&[CA]);
            s.permissions = vec![permission(
                "acm-pca:CertificateAuthority",
                "arn:aws:ram:eu-central-1:222222222222:permission/mine",
            )];
        },
    ),
    (
        "RAM155",
        Severity::Warning,
        |s| s.permissions = vec![permission("ec2:Subnet", "AWSRAMDefaultPermissionSubnet")],
        |s| {
            s.resources = resources(&["arn:aws:kms:eu-central-1:222222222222:key/1"]);
            s.permissions = vec![permission("ec2:Subnet", "AWSRAMDefaultPermissionSubnet")];
        },
    ),
];

fn permission_block(label: &str, region_name: &str, code: &str) -> PermissionBlock {
    PermissionBlock {
        address: address(BlockKind::Permission, label, None),
        span: span(),
        account: at(id(NETWORK)),
        region: at(region(region_name)),
        name: None,
        resource_type: at(crate::model::ResourceType::parse(code).expect("a type")),
        actions: vec![at("acm-pca:GetCertificate".into())],
        condition: None,
        tags: std::collections::BTreeMap::new(),
        tags_span: None,
        lifecycle: crate::lang::Lifecycle::default(),
    }
}

#[test]
fn a_permission_of_the_stack_has_to_fit_the_share_that_uses_it() {
    for (region_name, code, expected) in [
        ("eu-central-1", "acm-pca:CertificateAuthority", &[] as &[&str]),
        ("us-east-1", "acm-pca:CertificateAuthority", &["RAM154"]),
        ("eu-central-1", "ec2:IpamPool", &["RAM151"]),
    ] {
        let mut ca = share("ca");
        ca.resources = resources(&[CA]);
        ca.permissions = vec![permission("acm-pca:CertificateAuthority", "permission.read_only")];
        ca.permissions[0].declared = Some(address(BlockKind::Permission, "read_only", None));
        let mut declaration = stack_of([ca]);
        declaration.permissions = vec![permission_block("read_only", region_name, code)];
        assert_eq!(codes(&check(&declaration)), expected);
    }
}
