use std::collections::{BTreeMap, BTreeSet};

use expect_test::expect;
use petgraph::graphmap::DiGraphMap;

use super::*;
use crate::desired::{DesiredPermission, DesiredPrincipal, Identity, Lifecycle};
use crate::diag::{SourceMap, Span, Spanned};
use crate::model::{
    AccountId, BlockKind, Gap, GapCause, PermissionArn, Place, Principal, Region, ResourceArn, ResourceType,
    StackName,
};

/// A share with hostile names, as `desired` would draw it, and one that is not settled.
fn graph() -> DesiredGraph {
    let span = Span::new(SourceMap::default().add("x", ""), 0..0);
    let address = |label: &str, key: Option<&str>| Address {
        kind: BlockKind::Share,
        label: label.into(),
        key: key.map(Into::into),
    };
    let place = Place {
        account: AccountId::parse("222222222222").expect("an id"),
        region: Region::parse("eu-central-1").expect("a Region"),
    };
    let code = ResourceType::parse("ec2:TransitGateway").expect("a type");
    let arn = |id: &str| {
        ResourceArn::parse(&format!("arn:aws:ec2:eu-central-1:222222222222:transit-gateway/{id}"))
            .expect("an ARN")
    };
    let permission =
        PermissionArn::parse("arn:aws:ram::aws:permission/AWSRAMDefaultPermissionTransitGateway");
    let principal =
        |id: &str, label: &str| (Principal::read(id), DesiredPrincipal { span, label: label.into() });
    let tgw = address("tgw", Some("a\"b"));
    let share = DesiredShare {
        address: tgw.clone(),
        span,
        place: place.clone(),
        name: "tgw\"];\n\u{202e}".into(),
        allow_external_principals: false,
        found: Default::default(),
        searches: Default::default(),
        retain_sharing: false,
        accept_invitations: false,
        resources: [(arn("tgw-1"), Some(code.clone())), (arn("tgw-2"), Some(code.clone()))].into(),
        principals: [
            principal("444444444444", "account <b>`dev`</b> #1;\\"),
            principal("555555555555", "account prod"),
        ]
        .into(),
        sources: BTreeSet::new(),
        permissions: [(
            code.clone(),
            DesiredPermission { arn: permission.expect("an ARN"), span, latest: false },
        )]
        .into(),
        tags: BTreeMap::new(),
        expires: None,
        lifecycle: Lifecycle::default(),
    };
    let nodes = vec![
        Node::OrganizationSharing,
        Node::Share(tgw.clone()),
        Node::Permission(tgw.clone(), code),
        Node::Resource(tgw.clone(), arn("tgw-1")),
        Node::Resource(tgw.clone(), arn("tgw-2")),
        Node::Resources(tgw.clone()),
        Node::Principal(tgw.clone(), Principal::read("444444444444")),
        Node::Principal(tgw.clone(), Principal::read("555555555555")),
    ];
    let mut edges = DiGraphMap::new();
    for (before, after) in [(0, 1), (1, 2), (2, 3), (2, 4), (3, 5), (4, 5), (5, 6), (5, 7)] {
        edges.add_edge(NodeId(before), NodeId(after), ());
    }
    let gap = Gap {
        action: "organizations:ListRoots".into(),
        caller: "the default credentials".into(),
        cause: GapCause::AccessDenied,
        detail: "no".into(),
    };
    let wanted = vec![Spanned::new("ou(\"A\")".to_owned(), span)];
    DesiredGraph {
        formerly: BTreeSet::new(),
        stack: StackName::parse("network").expect("a name"),
        sharing: None,
        places: BTreeSet::new(),
        account_labels: [(place.account.clone(), "network".to_owned())].into(),
        shares: [(tgw, share.clone())].into(),
        permissions: BTreeMap::new(),
        unresolved: [(
            address("open", None),
            Unresolved {
                place,
                span,
                wanted,
                gap,
                protected: false,
                settled: Box::new(share.clone()),
                opens_principals: true,
                opens_resources: false,
            },
        )]
        .into(),
        inbound: BTreeMap::new(),
        reached: BTreeSet::new(),
        unreached: BTreeSet::new(),
        safeguards: Default::default(),
        ignore_tags: crate::model::IgnoredTags::default(),
        identity: Identity::default(),
        now: jiff::Timestamp::UNIX_EPOCH,
        nodes,
        edges,
    }
}

#[test]
fn dot_has_a_frame_per_share_and_quotes_every_name() {
    let graph = graph();
    expect![[r#"
        digraph "network" {
          rankdir=LR
          n0 [shape=octagon, label="sharing inside the organization"]
          subgraph cluster_0 {
            label="share.tgw[\"a\\\\\"b\"]\nnetwork, eu-central-1"
            n1 [shape=box, style=bold, label="share\ntgw\"];\\n\\u{202e}"]
            n2 [shape=note, label="permission ec2:TransitGateway\nAWSRAMDefaultPermissionTransitGateway"]
            n3 [shape=box, label="ec2:TransitGateway\ntgw-1"]
            n4 [shape=box, label="ec2:TransitGateway\ntgw-2"]
            n5 [shape=point, xlabel="all resources"]
            n6 [shape=box, style=rounded, label="account <b>`dev`</b> #1;\\\\"]
            n7 [shape=box, style=rounded, label="account prod"]
          }
          u0 [shape=box, style=dashed, label="share.open\nnot settled: ou(\"A\")\norganizations:ListRoots: access denied"]
          n0 -> n1
          n1 -> n2
          n2 -> n3
          n2 -> n4
          n3 -> n5
          n4 -> n5
          n5 -> n6
          n5 -> n7
        }
    "#]].assert_eq(&GraphView { graph: &graph, format: GraphFormat::Dot }.to_string());
}

#[test]
fn mermaid_has_a_frame_per_share_and_quotes_every_name() {
    let graph = graph();
    expect![[r#"
        flowchart LR
          n0{{"sharing inside the organization"}}
          subgraph s0["share.tgw#91;#34;a#92;#92;#34;b#34;#93;
        network, eu-central-1"]
            n1["share
        tgw#34;#93;#59;#92;n#92;u#123;202e#125;"]
            n2[/"permission ec2#58;TransitGateway
        AWSRAMDefaultPermissionTransitGateway"/]
            n3["ec2#58;TransitGateway
        tgw-1"]
            n4["ec2#58;TransitGateway
        tgw-2"]
            n5(["all resources"])
            n6(["account #60;b#62;#96;dev#96;#60;/b#62; #35;1#59;#92;#92;"])
            n7(["account prod"])
          end
          u0["share.open
        not settled#58; ou#40;#34;A#34;#41;
        organizations#58;ListRoots#58; access denied"]
          style u0 stroke-dasharray: 5 5
          n0 --> n1
          n1 --> n2
          n2 --> n3
          n2 --> n4
          n3 --> n5
          n4 --> n5
          n5 --> n6
          n5 --> n7
    "#]]
    .assert_eq(&GraphView { graph: &graph, format: GraphFormat::Mermaid }.to_string());
}
