//! Tags, flags and quotas of a share.

use super::*;
use crate::lang::ShareBlock;

pub(super) const TABLE: &[Row] = &[
    ("RAM160", Severity::Error, |s| tag(s, 47), |s| tag(s, 46)),
    (
        "RAM161",
        Severity::Error,
        |s| s.tags = [("AWS:x".into(), at("y".into()))].into(),
        |s| s.tags = [("awsx".into(), at("y".into()))].into(),
    ),
    (
        "RAM161",
        Severity::Error,
        |s| s.tags = [("ramctl:stack".into(), at("y".into()))].into(),
        |s| s.tags = [("ramctl".into(), at("y".into()))].into(),
    ),
    (
        "RAM162",
        Severity::Error,
        |s| s.tags = [("k".repeat(129), at("y".into()))].into(),
        |s| s.tags = [("k".repeat(128), at("v".repeat(256)))].into(),
    ),
    (
        "RAM162",
        Severity::Error,
        |s| s.tags = [("k".into(), at("v".repeat(257)))].into(),
        |s| s.tags = [("k".into(), at(String::new()))].into(),
    ),
    ("RAM170", Severity::Error, |s| retain(s, true, false), |s| retain(s, true, true)),
    (
        "RAM171",
        Severity::Error,
        |s| {
            retain(s, true, true);
            s.principals = vec![ou("Security")];
        },
        |s| {
            retain(s, false, true);
            s.principals = vec![ou("Security")];
        },
    ),
    (
        "RAM172",
        Severity::Error,
        |s| {
            retain(s, true, true);
            s.resources = resources(&[SUBNET]);
        },
        |s| {
            retain(s, false, true);
            s.resources = resources(&[SUBNET]);
        },
    ),
    ("RAM180", Severity::Warning, |s| many(s, 5_001), |s| many(s, 5_000)),
];

fn tag(share: &mut ShareBlock, count: usize) {
    share.tags = (0..count).map(|n| (format!("k{n}"), at(String::new()))).collect();
}

fn retain(share: &mut ShareBlock, retain: bool, external: bool) {
    share.retain_sharing_on_account_leave_organization = Some(at(retain));
    share.allow_external_principals = Some(at(external));
}

fn many(share: &mut ShareBlock, count: usize) {
    let arn = |n| format!("arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-{n}");
    let arns: Vec<String> = (0..count).map(arn).collect();
    share.resources = resources(&arns.iter().map(String::as_str).collect::<Vec<_>>());
}
