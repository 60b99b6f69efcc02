use serde_json::json;

use crate::desired::fixture::*;
use crate::desired::resolve;
use crate::lang::{IgnorableAttribute, Lifecycle, PermissionBlock};
use crate::model::{BlockKind, ResourceType};

fn block(label: &str) -> PermissionBlock {
    PermissionBlock {
        address: address(BlockKind::Permission, label, None),
        span: span(),
        account: at(id(NETWORK)),
        region: at(region("eu-central-1")),
        name: None,
        resource_type: at(ResourceType::parse("ec2:IpamPool").expect("a type")),
        actions: vec![at("ec2:GetIpamPoolAllocations".into())],
        condition: None,
        tags: std::collections::BTreeMap::new(),
        tags_span: None,
        lifecycle: Lifecycle::default(),
    }
}

type Change = fn(&mut Vec<PermissionBlock>);

/// A code, what breaks it, and what comes close.
const TABLE: &[(&str, Change, Change)] = &[
    ("RAM156", |all| all[0].name = Some(at("x".repeat(37))), |all| all[0].name = Some(at("x".repeat(36)))),
    (
        "RAM156",
        |all| all[0].name = Some(at("AWSRAMMine".into())),
        |all| all[0].name = Some(at("AWSMine".into())),
    ),
    ("RAM156", |all| all[0].name = Some(at("a b".into())), |all| all[0].name = Some(at("a_b.c-d".into()))),
    ("RAM152", |all| all[0].resource_type = code("ec2:TransitGateway"), |_| {}),
    ("RAM157", |all| all[0].actions.clear(), |all| all[0].actions.push(at("ec2:Describe*".into()))),
    (
        "RAM157",
        |all| all[0].actions = vec![at("ec2:".into())],
        |all| all[0].actions = vec![at("ec2:?".into())],
    ),
    (
        "RAM158",
        |all| all[0].condition = Some(at(json!({"StringEquals": {"AWS:SourceArn": "x"}}))),
        |all| all[0].condition = Some(at(json!({"StringEquals": {"aws:SourceVpc": "x"}}))),
    ),
    (
        "RAM158",
        |all| all[0].condition = Some(at(json!({"StringEquals": {"aws:PrincipalTag/aws:x": "x"}}))),
        |all| all[0].condition = Some(at(json!({"StringEquals": {"aws:PrincipalTag/x": "x"}}))),
    ),
    (
        "RAM159",
        |all| all[0].condition = Some(at(json!({"ForAnyValue:StringEquals": {"aws:TagKeys": "x"}}))),
        |all| all[0].condition = Some(at(json!({"StringEquals": {"aws:PrincipalTag/x": ["x", "y"]}}))),
    ),
    ("RAM159", |all| all[0].condition = Some(at(json!(["x"]))), |all| all[0].condition = Some(at(json!({})))),
    (
        "RAM165",
        |all| all[0].condition = Some(at(json!({"StringEquals": {"aws:PrincipalTag/x": "@{x}"}}))),
        |all| all[0].condition = Some(at(json!({"StringEquals": {"aws:PrincipalTag/x": "@x"}}))),
    ),
    (
        "RAM164",
        |all| all[0].lifecycle.ignore_changes = [IgnorableAttribute::Name].into(),
        |all| all[0].lifecycle.ignore_changes = [IgnorableAttribute::Tags].into(),
    ),
    (
        "RAM161",
        |all| all[0].tags = [("aws:x".to_owned(), at(String::new()))].into(),
        |all| all[0].tags = [("x".to_owned(), at(String::new()))].into(),
    ),
    (
        "RAM163",
        |all| all.push(PermissionBlock { name: Some(at("read".into())), ..block("other") }),
        |all| {
            let region = at(region("us-east-1"));
            all.push(PermissionBlock { name: Some(at("read".into())), region, ..block("other") });
        },
    ),
    ("RAM181", |all| many(all, 11), |all| many(all, 10)),
];

fn code(text: &str) -> crate::diag::Spanned<ResourceType> {
    at(ResourceType::parse(text).expect("a type"))
}

fn many(all: &mut Vec<PermissionBlock>, count: usize) {
    *all = (0..count).map(|n| block(&format!("p{n}"))).collect();
}

#[test]
fn each_rule_finds_what_breaks_it_and_lets_pass_what_comes_close() {
    for (code, breaks, passes) in TABLE {
        let found = |change: &Change| -> Vec<&'static str> {
            let mut declaration = stack_of([share("tgw")]);
            declaration.permissions = vec![block("read")];
            change(&mut declaration.permissions);
            let found = resolve(&declaration, &known(snapshot()), &crate::model::TaggedResources::default());
            found.diagnostics.iter().map(|finding| finding.code.id).collect()
        };
        assert_eq!(found(breaks), [*code]);
        assert_eq!(found(passes), [] as [&str; 0], "{code}");
    }
}
