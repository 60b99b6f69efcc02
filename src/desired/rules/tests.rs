//! Each rule with a declaration that breaks it and one next to it that does not.

use std::collections::BTreeSet;

use super::*;
use crate::desired::check;
use crate::desired::fixture::*;

use crate::diag::{Severity, Spanned, hazards, rules};
use crate::lang::{
    Acknowledgement, AcknowledgementScope, ImportBlock, ImportId, InboundAction, InboundBlock, MovedBlock,
    PermissionBlock, PrincipalExpr, RemovedAction, RemovedBlock, ShareBlock,
};
use crate::model::{AccountId, Address, BlockKind, OuId, ShareArn};

type Change = fn(&mut ShareBlock);

/// A code, what breaks its rule, and what comes close and does not.
const TABLE: &[(&str, Severity, Change, Change)] = &[
    (
        "RAM102",
        Severity::Error,
        |s| s.principals = vec![ou("Workloads/prod")],
        |s| s.principals = vec![ou("Workloads/Prod")],
    ),
    (
        "RAM102",
        Severity::Error,
        |s| s.principals = vec![ou("")],
        |s| s.principals = vec![at(PrincipalExpr::Organization)],
    ),
    (
        "RAM102",
        Severity::Error,
        |s| s.principals = vec![unit("ou-ab12-none0001")],
        |s| s.principals = vec![unit("ou-ab12-prod0001")],
    ),
    (
        "RAM102",
        Severity::Error,
        |s| {
            s.principals =
                vec![literal("arn:aws:organizations::111111111111:ou/o-a1b2c3d4e5/ou-ab12-none0001")]
        },
        |s| {
            s.principals =
                vec![literal("arn:aws:organizations::111111111111:ou/o-a1b2c3d4e5/ou-ab12-prod0001")]
        },
    ),
    (
        "RAM103",
        Severity::Error,
        |s| s.principals = vec![named("development")],
        |s| s.principals = vec![named("Development")],
    ),
    (
        "RAM104",
        Severity::Error,
        |s| s.principals = vec![named("twin")],
        |s| s.principals = vec![literal("666666666661")],
    ),
    ("RAM104", Severity::Error, |s| s.principals = vec![ou("A/B")], |s| s.principals = vec![ou("A")]),
    (
        "RAM106",
        Severity::Error,
        |s| s.principals = vec![literal("arn:aws:organizations::888888888888:organization/o-zzzzzzzzzz")],
        |s| s.principals = vec![literal("arn:aws:organizations::111111111111:organization/o-a1b2c3d4e5")],
    ),
    (
        "RAM106",
        Severity::Error,
        |s| {
            s.account = at(id(STRANGER));
            s.resources.clear();
            s.principals = vec![ou("Security")];
        },
        |s| {
            s.account = at(id(MANAGEMENT));
            s.resources.clear();
            s.principals = vec![ou("Security")];
        },
    ),
    (
        "RAM107",
        Severity::Warning,
        |s| s.principals = vec![literal("777777777777")],
        |s| s.principals = vec![literal(DEV)],
    ),
    ("RAM111", Severity::Error, |s| s.name = Some(at(String::new())), |s| s.name = Some(at("x".into()))),
    (
        "RAM111",
        Severity::Error,
        |s| s.name = Some(at("x".repeat(256))),
        |s| s.name = Some(at("x".repeat(255))),
    ),
    ("RAM111", Severity::Error, |s| s.name = Some(at("a\nb".into())), |s| s.name = Some(at("a b".into()))),
    (
        "RAM112",
        Severity::Warning,
        |s| s.name = Some(at("a_b".into())),
        |s| s.name = Some(at("a-b.c 1".into())),
    ),
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

fn unit(id: &str) -> crate::diag::Spanned<PrincipalExpr> {
    at(PrincipalExpr::UnitById(OuId::parse(id).expect("a unit")))
}

fn named(name: &str) -> crate::diag::Spanned<PrincipalExpr> {
    at(PrincipalExpr::AccountNamed(name.into()))
}

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

fn codes(found: &[Diagnostic]) -> Vec<&'static str> {
    found.iter().map(|finding| finding.code.id).collect()
}

fn with(change: Change) -> Declaration {
    let mut share = share("tgw");
    change(&mut share);
    stack_of([share])
}

#[test]
fn every_rule_finds_what_breaks_it_and_nothing_else_there() {
    for (code, severity, breaks, _) in TABLE {
        let found = resolve(&with(*breaks), &known(snapshot())).diagnostics;
        assert_eq!(codes(&found), [*code], "{found:#?}");
        assert_eq!(found[0].severity, *severity, "{code}");
        assert!(found[0].help.is_some(), "{code} says what to do");
    }
}

#[test]
fn what_comes_close_to_breaking_a_rule_passes() {
    for (code, _, _, passes) in TABLE {
        let resolution = resolve(&with(*passes), &known(snapshot()));
        assert_eq!(codes(&resolution.diagnostics), [] as [&str; 0], "{code}: {:#?}", resolution.diagnostics);
        assert!(resolution.graph.is_some());
    }
}

#[test]
fn every_code_of_a_rule_has_a_declaration_that_breaks_it() {
    let tested: BTreeSet<&str> = TABLE
        .iter()
        .map(|row| row.0)
        .chain(["RAM100", "RAM101", "RAM105", "RAM108", "RAM110", "RAM190"])
        .chain(["RAM127", "RAM128", "RAM129"]) // in tagged/tests.rs
        // in managed/tests.rs
        .chain(["RAM156", "RAM157", "RAM158", "RAM159", "RAM163", "RAM164", "RAM165", "RAM181"])
        .chain(["RAM191", "RAM192", "RAM193", "RAM194", "RAM195", "RAM196", "RAM197"])
        .collect();
    let all: BTreeSet<&str> = rules::ALL.iter().map(|code| code.id).collect();
    assert_eq!(tested, all);
}

#[test]
fn an_error_leaves_no_graph_and_a_warning_does() {
    for (code, severity, breaks, _) in TABLE {
        let graph = resolve(&with(*breaks), &known(snapshot())).graph;
        assert_eq!(graph.is_none(), *severity == Severity::Error, "{code}");
    }
}

#[test]
fn what_is_found_offline_is_found_with_the_organization_too() {
    for (code, _, breaks, _) in TABLE {
        let declaration = with(*breaks);
        let (offline, online) = (check(&declaration), resolve(&declaration, &known(snapshot())).diagnostics);
        for finding in &offline {
            assert!(codes(&online).contains(&finding.code.id), "{code}");
        }
    }
}

#[test]
fn a_rule_that_needs_the_organization_is_silent_where_it_could_not_be_read() {
    for (code, _, breaks, _) in TABLE {
        let declaration = with(*breaks);
        let found = resolve(&declaration, &unknown()).diagnostics;
        assert_eq!(codes(&found), codes(&check(&declaration)), "{code}");
    }
}

#[test]
fn two_blocks_of_one_account_are_found() {
    let mut declaration = stack_of([share("tgw")]);
    let twin = declaration.accounts[&address(BlockKind::Account, "dev", None)].clone();
    declaration.accounts.insert(address(BlockKind::Account, "dev2", None), twin);
    assert_eq!(codes(&check(&declaration)), ["RAM100"]);
}

#[test]
fn two_shares_of_one_name_are_found_only_in_one_account_and_region() {
    let twins = || {
        let mut twin = share("other");
        twin.name = Some(at("tgw".into()));
        [share("tgw"), twin]
    };
    let found = check(&stack_of(twins()));
    assert_eq!(codes(&found), ["RAM110"]);
    assert_eq!(found[0].labels.len(), 1, "points at the first");
    let [first, mut second] = twins();
    second.region = at(region("us-east-1"));
    second.resources.clear();
    assert_eq!(codes(&check(&stack_of([first, second]))), [] as [&str; 0]);
}

#[test]
fn names_made_from_addresses_can_meet_too() {
    let [mut first, mut second] = [share("a"), share("a")];
    first.address.key = Some("x/y".into());
    second.address.key = Some("x_y".into());
    second.span = first.span;
    let found = check(&stack_of([first, second]));
    assert_eq!(codes(&found), ["RAM110"]);
    assert_eq!(found[0].help.as_deref(), Some("Build the key into the name: name = \"a-${each.key}\"."));
}

#[test]
fn units_and_names_need_an_organization_block() {
    let principals = |principals| {
        let mut share = share("tgw");
        share.principals = principals;
        let mut declaration = stack_of([share]);
        declaration.organization = None;
        check(&declaration)
    };
    for looked_up in [ou("A"), unit("ou-ab12-prod0001"), named("x"), at(PrincipalExpr::Organization)] {
        let found = principals(vec![looked_up]);
        assert_eq!((codes(&found), found[0].is_error()), (vec!["RAM101"], true));
    }
    let complete = literal("arn:aws:organizations::111111111111:organization/o-a1b2c3d4e5");
    let found = principals(vec![complete]);
    assert_eq!((codes(&found), found[0].is_error()), (vec!["RAM101"], false));
    assert_eq!(codes(&principals(vec![literal(DEV)])), [] as [&str; 0]);
}

#[test]
fn an_organization_without_all_features_takes_accounts_only() {
    let without = || {
        let mut snapshot = snapshot();
        snapshot.all_features = false;
        known(snapshot)
    };
    let declaration = with(|s| s.principals = vec![ou("Security")]);
    assert_eq!(codes(&resolve(&declaration, &without()).diagnostics), ["RAM105"]);
    assert_eq!(codes(&resolve(&with(|_| {}), &without()).diagnostics), [] as [&str; 0]);
}

#[test]
fn instances_of_one_block_share_a_finding() {
    let mut template = share("tgw");
    template.name = Some(at("a_b".into()));
    let instance = |region_name: &str| {
        let mut share = template.clone();
        share.address.key = Some(region_name.into());
        share.region.value = region(region_name);
        share.resources.clear();
        share
    };
    let found = check(&stack_of(["eu-central-1", "eu-west-1", "us-east-1"].map(instance)));
    assert_eq!(codes(&found), ["RAM112"]);
    assert!(found[0].detail.ends_with(" The same here for 2 more."), "{}", found[0].detail);
}

#[test]
fn help_names_what_was_probably_meant() {
    let help = |change: Change| {
        let found = resolve(&with(change), &known(snapshot())).diagnostics;
        found[0].help.clone().expect("every finding has help")
    };
    for (change, expected) in [
        ((|s| s.principals = vec![ou("Prod")]) as Change, "Did you mean ou(\"Workloads/Prod\")?"),
        (|s| s.principals = vec![ou("workloads/dev/")], "Did you mean ou(\"Workloads/Dev\")?"),
        (|s| s.principals = vec![ou("Root")], "The root is no unit. For all accounts write organization()."),
        (|s| s.principals = vec![named("Developement")], "Did you mean account(\"Development\")?"),
        (|s| s.principals = vec![named("twin")], "Write one of \"666666666661\", \"666666666662\"."),
        (
            |s| s.permissions = vec![permission("ec2:TransitGatway", "AWSRAMx")],
            "Did you mean \"ec2:TransitGateway\"?",
        ),
        (
            |s| s.permissions = vec![permission("ec2:TransitGateway", "RAMDefaultPermissionTransitGateway")],
            "Did you mean AWSRAMDefaultPermissionTransitGateway?",
        ),
    ] {
        assert_eq!(help(change), expected);
    }
}

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

#[test]
fn a_stack_that_shrank_to_nothing_has_to_say_where_to_look() {
    let mut declaration = stack_of([]);
    assert_eq!(codes(&check(&declaration)), [] as [&str; 0], "a fine beginning");
    assert_eq!(codes(&resolve(&declaration, &known(snapshot())).diagnostics), ["RAM108"]);

    let dev = address(BlockKind::Account, "dev", None);
    declaration.accounts.get_mut(&dev).expect("in the fixture").regions = Some(vec![at(region("eu-west-1"))]);
    assert!(resolve(&declaration, &known(snapshot())).graph.is_some());

    // A stack that only turns on sharing has nothing to look for.
    let mut declaration = stack_of([]);
    declaration.accounts.retain(|_, block| block.id.value == id(MANAGEMENT));
    assert!(resolve(&declaration, &known(snapshot())).graph.is_some());
}

#[test]
fn what_is_not_carried_out_yet_is_valid_and_cannot_be_planned() {
    let breaks: [fn(&mut Declaration); 1] = [|d| {
        d.inbound = vec![InboundBlock {
            address: address(BlockKind::Inbound, "in", None),
            span: span(),
            account: at(AccountId::parse("222222222222").expect("an account id")),
            region: at("eu-central-1".parse().expect("a Region")),
            from: at(AccountId::parse("999999999999").expect("an account id")),
            name: None,
            action: at(InboundAction::Accept),
        }];
    }];
    for (n, breaks) in breaks.iter().enumerate() {
        let mut declaration = stack_of([share("tgw")]);
        breaks(&mut declaration);
        assert_eq!(codes(&check(&declaration)), [] as [&str; 0], "{n}");
        assert_eq!(codes(&resolve(&declaration, &known(snapshot())).diagnostics), ["RAM190"], "{n}");
    }
}

fn spoken(text: &str) -> Spanned<Address> {
    let (label, key) = text.split_once('/').map_or((text, None), |(label, key)| (label, Some(key)));
    at(address(BlockKind::Share, label, key))
}

fn import(to: &str, arn: &str) -> ImportBlock {
    ImportBlock {
        span: span(),
        to: spoken(to),
        id: at(ImportId::Share(ShareArn::parse(arn).expect("an ARN"))),
    }
}

fn moved(from: &str, to: &str) -> MovedBlock {
    MovedBlock { span: span(), from: spoken(from), to: spoken(to) }
}

fn removed(from: &str) -> RemovedBlock {
    RemovedBlock { span: span(), from: spoken(from), action: RemovedAction::Release }
}

#[test]
fn blocks_about_shares_must_not_contradict_each_other() {
    const HERE: &str = "arn:aws:ram:eu-central-1:222222222222:resource-share/one";
    const HERE_TOO: &str = "arn:aws:ram:eu-central-1:222222222222:resource-share/two";
    const ELSEWHERE: &str = "arn:aws:ram:us-east-1:222222222222:resource-share/one";
    const OF_OTHERS: &str = "arn:aws:ram:eu-central-1:333333333333:resource-share/one";
    // The stack declares share.tgw and share.each["k"].
    type Row = (fn(&mut Declaration), &'static [&'static str]);
    let rows: &[Row] = &[
        (|d| d.imports = vec![import("tgw", HERE)], &[]),
        (|d| d.imports = vec![import("tgw", ELSEWHERE)], &["RAM191"]),
        (|d| d.imports = vec![import("tgw", OF_OTHERS)], &["RAM191"]),
        (|d| d.imports = vec![import("tgw", HERE), import("each/k", HERE_TOO)], &[]),
        (|d| d.imports = vec![import("tgw", HERE), import("each/k", HERE)], &["RAM192"]),
        (|d| d.imports = vec![import("tgw", HERE), import("tgw", HERE_TOO)], &["RAM192"]),
        (|d| d.moved = vec![moved("a", "tgw")], &[]),
        (|d| d.moved = vec![moved("a", "b"), moved("b", "tgw")], &[]),
        (|d| d.moved = vec![moved("a", "b"), moved("a", "tgw")], &["RAM193"]),
        (|d| d.moved = vec![moved("a", "tgw"), moved("b", "tgw")], &["RAM193"]),
        (|d| d.moved = vec![moved("a", "b"), moved("b", "a")], &["RAM193", "RAM193"]),
        (|d| d.moved = vec![moved("each/k", "tgw")], &["RAM194"]),
        (|d| d.moved = vec![moved("each", "each2")], &["RAM194"]),
        (|d| d.moved = vec![moved("each", "each/k")], &[]),
        (|d| d.moved = vec![moved("tgw", "each/k")], &["RAM194"]),
        (|d| d.removed = vec![removed("gone"), removed("each/gone")], &[]),
        (|d| d.removed = vec![removed("each")], &["RAM195"]),
        (|d| d.removed = vec![removed("gone"), removed("gone")], &["RAM195"]),
        (
            |d| {
                d.moved = vec![moved("gone", "tgw")];
                d.removed = vec![removed("gone")];
            },
            &["RAM195"],
        ),
    ];
    for (n, (change, expected)) in rows.iter().enumerate() {
        let mut instance = share("each");
        instance.address.key = Some("k".into());
        let mut declaration = stack_of([share("tgw"), instance]);
        change(&mut declaration);
        let found = check(&declaration);
        assert_eq!(codes(&found), *expected, "{n}: {found:#?}");
        assert!(found.iter().all(|finding| finding.help.is_some()), "{n}");
        assert_eq!(resolve(&declaration, &known(snapshot())).graph.is_some(), expected.is_empty(), "{n}");
    }
}

#[test]
fn a_share_has_expired_from_the_second_that_it_names() {
    for (now, expected) in [
        ("2027-03-30T23:59:59Z", &[] as &[&str]),
        ("2027-03-31T00:00:00Z", &["RAM196"]),
        ("2028-01-01T00:00:00Z", &["RAM196"]),
    ] {
        let mut declaration = with(|s| s.expires = Some(at("2027-03-31T00:00:00Z".parse().expect("a time"))));
        declaration.now = now.parse().expect("a time");
        let resolution = resolve(&declaration, &known(snapshot()));
        assert_eq!(codes(&resolution.diagnostics), expected, "{now}");
        assert!(resolution.graph.is_some(), "it is a warning");
    }
}

#[test]
fn an_allow_ends_in_the_second_that_it_names_and_counts_until_then() {
    for (now, expected, left) in [
        ("2027-03-30T23:59:59Z", &[] as &[&str], 1),
        ("2027-03-31T00:00:00Z", &["RAM197"], 0),
        ("2028-01-01T00:00:00Z", &["RAM197"], 0),
    ] {
        let mut declaration = stack_of([share("tgw")]);
        declaration.now = now.parse().expect("a time");
        declaration.acknowledgements = vec![Acknowledgement {
            scope: AcknowledgementScope::Stack,
            code: &hazards::RAM203,
            reason: "agreed".to_owned(),
            until: Some("2027-03-31T00:00:00Z".parse().expect("a time")),
            span: span(),
        }];
        let resolution = resolve(&declaration, &known(snapshot()));
        assert_eq!(codes(&resolution.diagnostics), expected, "{now}");
        let graph = resolution.graph.expect("it is a warning");
        assert_eq!(graph.safeguards.acknowledgements.len(), left, "{now}");
    }
}
