use crate::desired::DesiredPermission;
use crate::diff::fixture::*;
use crate::diff::{Diff, Remark, Verdict, diff};
use crate::live::{
    AttachedPermission, AwsPermissionRow, CustomerPermissionRow, LiveState, PermissionDetail, VersionAsked,
};
use crate::model::{FeatureSet, GapCause, Observed, PermissionArn, ResourceType, Tags};

const KIND: &str = "ec2:TransitGateway";
const AWS: &str = "arn:aws:ram::aws:permission/AWSRAMDefaultPermissionTransitGateway";
const OWN: &str = "arn:aws:ram:eu-central-1:222222222222:permission/foreign";

fn arn(text: &str) -> PermissionArn {
    PermissionArn::parse(text).unwrap()
}

fn kind() -> ResourceType {
    ResourceType::parse(KIND).unwrap()
}

/// What becomes of a share that names a permission, in a place where `status` is the state of each that is there.
fn found(named: &str, status: &str, policy: Option<&str>, is_on: bool) -> Diff {
    let mut share = desired_share("tgw");
    let wanted = DesiredPermission { arn: arn(named), span: share.span, latest: false };
    share.permissions = [(kind(), wanted)].into();
    let mut present = live_share(&share, 1);
    let attached = AttachedPermission {
        arn: arn(named),
        version: "1".into(),
        default_version: true,
        feature_set: FeatureSet::Standard,
    };
    present.permissions = [(kind(), attached)].into();
    let mut state: LiveState = if is_on { live([present]) } else { live([]) };
    let Some(Observed::Known(place)) = state.places.get_mut(&hub()) else { panic!("it is read") };
    place.readings.offered = Some(Observed::Known(vec![AwsPermissionRow {
        arn: arn(AWS),
        version: "1".into(),
        resource_type: kind(),
        status: status.into(),
    }]));
    place.customer_permissions.push(CustomerPermissionRow {
        arn: arn(OWN),
        version: "1".into(),
        resource_type: kind(),
        status: status.into(),
        feature_set: FeatureSet::Standard,
        tags: Tags::new(),
    });
    if let Some(policy) = policy {
        let detail = PermissionDetail {
            arn: arn(named),
            version: "1".into(),
            default_version: true,
            status: status.into(),
            policy: policy.into(),
        };
        place.readings.add_policy(&arn(named), VersionAsked::Default, Observed::Known(detail));
    }
    diff(&stack([share]), &state, &org())
}

fn refusal(diff: &Diff) -> Option<&str> {
    match &diff.shares[0].verdict {
        Verdict::Unread { gap, .. } if gap.cause == GapCause::Unattachable => Some(&gap.detail),
        _ => None,
    }
}

#[test]
fn what_cannot_be_attached_stops_its_share_with_what_was_meant() {
    for (named, status, says) in [
        ("arn:aws:ram::aws:permission/AWSRAMDefaultPermissionTransitGatway", "ATTACHABLE", "Did you mean"),
        (AWS, "UNATTACHABLE", "its status is UNATTACHABLE"),
        (OWN, "DEPRECATED", "its status is DEPRECATED"),
        (OWN, "DELETING", "the account has no permission"),
        (
            "arn:aws:ram:eu-central-1:222222222222:permission/foreigm",
            "ATTACHABLE",
            "Did you mean \"foreign\"?",
        ),
    ] {
        let diff = found(named, status, None, false);
        let why = refusal(&diff).unwrap_or_else(|| panic!("{named} {status}: {:#?}", diff.shares[0].verdict));
        assert!(why.contains(says), "{why}");
        assert_eq!(
            refusal(&found(named, status, None, true)),
            None,
            "what is on the share may stay: {named}"
        );
    }
    for named in [AWS, OWN] {
        assert_eq!(refusal(&found(named, "ATTACHABLE", None, false)), None, "{named}");
    }
}

#[test]
fn a_permission_with_placeholders_is_neither_attached_nor_called_as_declared() {
    let policy =
        r#"{"Effect":"Allow","Action":"ec2:A","Condition":{"StringEquals":{"aws:PrincipalTag/t":"@{t}"}}}"#;
    let new = found(OWN, "ATTACHABLE", Some(policy), false);
    assert!(refusal(&new).is_some_and(|why| why.contains("placeholders")), "{:#?}", new.shares[0].verdict);
    let there = found(OWN, "ATTACHABLE", Some(policy), true);
    assert!(
        matches!(there.shares[0].remarks[..], [Remark::Templated { .. }]),
        "{:#?}",
        there.shares[0].remarks
    );
    let report = crate::drift::report(&there);
    assert!(!report.is_complete(), "what it allows on the share is unknown");
}
