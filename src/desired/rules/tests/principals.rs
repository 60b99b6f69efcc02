//! Principals and the sources of services: which may stand together and on what.

use super::*;

pub(super) const TABLE: &[Row] = &[
    (
        "RAM131",
        Severity::Warning,
        |s| s.principals = vec![literal(DEV), literal("arn:aws:iam::444444444444:root")],
        |s| s.principals = vec![literal(DEV), literal("555555555555")],
    ),
    (
        "RAM131",
        Severity::Warning,
        |s| s.principals = vec![literal(DEV), named("Development")],
        |s| s.principals = vec![named("Development")],
    ),
    (
        "RAM132",
        Severity::Error,
        |s| s.principals = vec![literal(NETWORK)],
        |s| s.principals = vec![literal(DEV)],
    ),
    (
        "RAM132",
        Severity::Error,
        |s| s.principals = vec![named("Network Hub")],
        |s| s.principals = vec![named("Development")],
    ),
    (
        "RAM133",
        Severity::Error,
        |s| {
            s.resources = resources(&[SUBNET]);
            s.principals = vec![literal(STRANGER)];
            s.allow_external_principals = Some(at(true));
        },
        |s| s.resources = resources(&[SUBNET]),
    ),
    (
        "RAM134",
        Severity::Error,
        |s| s.principals = vec![literal("arn:aws:iam::444444444444:role/deploy")],
        |s| {
            s.resources = resources(&[CA]);
            s.principals = vec![literal("arn:aws:iam::444444444444:role/deploy")];
        },
    ),
    (
        "RAM135",
        Severity::Error,
        |s| s.principals = vec![literal("pca-connector-ad.amazonaws.com")],
        |s| {
            s.resources = resources(&[CA]);
            s.principals = vec![literal("pca-connector-ad.amazonaws.com")];
            s.sources = vec![at(NETWORK.into())];
        },
    ),
    (
        "RAM136",
        Severity::Error,
        |s| {
            s.resources = resources(&[CA]);
            s.principals = vec![literal("pca-connector-ad.amazonaws.com"), ou("Security")];
        },
        |s| {
            s.resources = resources(&[CA]);
            s.principals = vec![literal("pca-connector-ad.amazonaws.com"), literal("other.amazonaws.com")];
        },
    ),
    ("RAM137", Severity::Error, |s| s.sources = vec![at(DEV.into())], |s| s.sources = Vec::new()),
    (
        "RAM138",
        Severity::Error,
        |s| {
            s.resources = resources(&[CA]);
            s.principals = vec![literal("pca-connector-ad.amazonaws.com")];
            s.sources = vec![at("22222222222".into())];
        },
        |s| {
            s.resources = resources(&[CA]);
            s.principals = vec![literal("pca-connector-ad.amazonaws.com")];
            s.sources = vec![at("o-a1b2c3d4e5/r-ab12/ou-ab12-prod0001/".into()), at("o-a1b2c3d4e5".into())];
        },
    ),
    (
        "RAM139",
        Severity::Error,
        |s| s.principals = vec![literal(STRANGER)],
        |s| {
            s.principals = vec![literal(STRANGER)];
            s.allow_external_principals = Some(at(true));
        },
    ),
];
