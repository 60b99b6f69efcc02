use proptest::prelude::*;

use super::*;
use crate::desired::Node;
use crate::desired::fixture::{resolve, *};
use crate::lang::{AccountBlock, AssumeRole, PrincipalExpr, SharingWish};
use crate::model::{Address, BlockKind, ResourceType};
use crate::org::{AccountStanding, OrgAccount, ParentId};

fn settle_all(declaration: &Declaration) -> DesiredGraph {
    let Resolution { graph, diagnostics, .. } = resolve(declaration, &known(snapshot()));
    graph.unwrap_or_else(|| panic!("{diagnostics:#?}"))
}

fn named(label: &str) -> Address {
    address(BlockKind::Share, label, None)
}

/// `account region` of every place.
fn places_of(declaration: &Declaration) -> Vec<String> {
    places(declaration).iter().map(ToString::to_string).collect()
}

#[test]
fn every_principal_gets_the_form_that_ram_takes_and_a_label_for_people() {
    let mut tgw = share("tgw");
    tgw.principals = vec![
        ou("Workloads/Prod"),
        literal(DEV),
        literal("555555555555"),
        at(PrincipalExpr::AccountNamed("twin-1".into())),
        at(PrincipalExpr::Organization),
    ];
    let mut organization = snapshot();
    organization.accounts.get_mut(&id("666666666661")).expect("in the fixture").name = "twin-1".into();
    let graph = resolve(&stack_of([tgw]), &known(organization)).graph.expect("no error");
    let labels: Vec<(String, &str)> = graph.shares[&named("tgw")]
        .principals
        .iter()
        .map(|(principal, desired)| (principal.to_string(), desired.label.as_str()))
        .collect();
    assert_eq!(
        labels,
        [
            (DEV.to_owned(), "account dev"),
            ("555555555555".to_owned(), "account Production"),
            ("666666666661".to_owned(), "account twin-1"),
            ("arn:aws:organizations::111111111111:organization/o-a1b2c3d4e5".to_owned(), "organization"),
            (
                "arn:aws:organizations::111111111111:ou/o-a1b2c3d4e5/ou-ab12-prod0001".to_owned(),
                "ou Workloads/Prod"
            ),
        ]
    );
}

#[test]
fn resources_and_permissions_get_their_type_and_arn() {
    let mut dns = share("dns");
    dns.resources = resources(&[CA, "arn:aws:kms:eu-central-1:222222222222:key/1"]);
    dns.permissions = vec![permission("acm-pca:certificateauthority", "mine")];
    let graph = settle_all(&stack_of([dns]));
    let share = &graph.shares[&named("dns")];
    let types: Vec<Option<&str>> =
        share.resources.values().map(|code| code.as_ref().map(ResourceType::as_str)).collect();
    assert_eq!(types, [Some("acm-pca:CertificateAuthority"), None]);
    let permissions: Vec<(&str, &str)> =
        share.permissions.iter().map(|(code, permission)| (code.as_str(), permission.arn.as_str())).collect();
    assert_eq!(
        permissions,
        [("acm-pca:CertificateAuthority", "arn:aws:ram:eu-central-1:222222222222:permission/mine")]
    );
}

#[test]
fn external_principals_are_not_allowed_unless_the_files_say_so() {
    let graph = settle_all(&stack_of([share("tgw")]));
    let share = &graph.shares[&named("tgw")];
    assert!(!share.allow_external_principals && !share.retain_sharing);
}

#[test]
fn an_unreadable_organization_leaves_only_those_shares_open_that_need_it() {
    let [mut by_name, by_id] = [share("by_name"), share("by_id")];
    by_name.principals = vec![literal(DEV), ou("Workloads/Prod")];
    let Resolution { graph, diagnostics, .. } = resolve(&stack_of([by_name, by_id]), &unknown());
    let graph = graph.expect("a gap is no error");
    assert_eq!(diagnostics, []);
    assert_eq!(graph.shares.keys().collect::<Vec<_>>(), [&named("by_id")]);
    let open = &graph.unresolved[&named("by_name")];
    assert_eq!(open.gap.action, "organizations:DescribeOrganization");
    let wanted: Vec<&str> = open.wanted.iter().map(|wanted| wanted.value.as_str()).collect();
    assert_eq!(wanted, ["ou(\"Workloads/Prod\")"]);
}

#[test]
fn accounts_that_share_or_are_reached_through_a_role_are_read_in_every_region() {
    let mut east = share("east");
    east.region = at(region("us-east-1"));
    east.resources.clear();
    let mut declaration = stack_of([share("tgw"), east]);
    assert_eq!(
        places_of(&declaration),
        ["222222222222 eu-central-1", "222222222222 us-east-1"],
        "neither the management account, which owns no share, nor dev, which has no role"
    );

    let dev =
        declaration.accounts.get_mut(&address(BlockKind::Account, "dev", None)).expect("in the fixture");
    dev.assume_role = Some(crate::lang::AssumeRole {
        span: span(),
        arn: "arn:aws:iam::444444444444:role/ramctl".into(),
        external_id: None,
        session_name: None,
        duration_seconds: None,
    });
    assert_eq!(
        places_of(&declaration)[2..],
        ["444444444444 eu-central-1", "444444444444 us-east-1"],
        "dev may have shares left from an earlier state of the files"
    );

    let mut own = share("own");
    own.account = at(id(MANAGEMENT));
    own.resources.clear();
    declaration.shares.push(own);
    assert_eq!(places_of(&declaration)[..2], ["111111111111 eu-central-1", "111111111111 us-east-1"]);
}

#[test]
fn an_account_that_lists_regions_is_read_in_those_and_where_its_shares_are() {
    let mut declaration = stack_of([share("tgw")]);
    declaration.regions = vec![at(region("eu-west-1"))];
    let mut list = |label: &str, regions: &[&str]| {
        let block = declaration.accounts.get_mut(&address(BlockKind::Account, label, None));
        block.expect("in the fixture").regions = Some(regions.iter().map(|name| at(region(name))).collect());
        places_of(&declaration)
    };
    assert_eq!(
        list("dev", &["us-west-2"]),
        ["222222222222 eu-central-1", "222222222222 eu-west-1", "444444444444 us-west-2"]
    );
    assert_eq!(list("dev", &[]), ["222222222222 eu-central-1", "222222222222 eu-west-1"]);
    assert_eq!(list("network", &["us-east-2"]), ["222222222222 eu-central-1", "222222222222 us-east-2"]);
    assert_eq!(list("management", &["us-east-1"])[0], "111111111111 us-east-1");
}

#[test]
fn sharing_is_turned_on_in_the_first_region_of_the_stack() {
    let mut east = share("east");
    east.region = at(region("ap-south-1"));
    east.resources.clear();
    let sharing =
        |declaration: &Declaration| settle_all(declaration).sharing.expect("a block").region.to_string();
    assert_eq!(sharing(&stack_of([share("tgw"), east])), "ap-south-1");
    let mut nothing = stack_of([]);
    nothing.accounts.retain(|_, block| block.id.value == id(MANAGEMENT));
    assert_eq!(sharing(&nothing), "us-east-1");
}

#[test]
fn the_graph_orders_permissions_before_resources_before_principals() {
    let mut tgw = share("tgw");
    tgw.resources = resources(&[TGW, "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-2"]);
    tgw.principals = vec![literal(DEV), ou("Security")];
    tgw.permissions = vec![permission("ec2:TransitGateway", "AWSRAMDefaultPermissionTransitGateway")];
    let graph = settle_all(&stack_of([tgw]));
    let order: Vec<&str> = graph
        .order()
        .expect("no cycle")
        .into_iter()
        .map(|node| match graph.node(node) {
            Node::OrganizationSharing => "sharing",
            Node::ManagedPermission(_) => "managed permission",
            Node::Share(_) => "share",
            Node::Permission(..) => "permission",
            Node::Resource(..) => "resource",
            Node::Resources(_) => "all resources",
            Node::Principal(..) => "principal",
        })
        .collect();
    assert_eq!(
        order,
        ["sharing", "share", "permission", "resource", "resource", "all resources", "principal", "principal"]
    );
}

#[test]
fn shares_with_principals_of_the_organization_come_after_sharing() {
    let [mut unit, account, mut stranger, mut service] =
        ["unit", "account", "stranger", "service"].map(share);
    unit.principals = vec![ou("Security")];
    stranger.principals = vec![literal(STRANGER)];
    stranger.allow_external_principals = Some(at(true));
    service.resources = resources(&[CA]);
    service.principals = vec![literal("pca-connector-ad.amazonaws.com")];
    let mut declaration = stack_of([unit, account, stranger, service]);
    let graph = settle_all(&declaration);
    let after: Vec<String> = graph.shares_after_sharing().into_iter().map(ToString::to_string).collect();
    assert_eq!(after, ["share.account", "share.unit"]);

    let block = declaration.organization.as_mut().expect("in the fixture");
    block.sharing.value = SharingWish::Unmanaged;
    assert!(settle_all(&declaration).shares_after_sharing().is_empty());
}

#[test]
fn a_graph_of_many_resources_and_principals_stays_small() {
    let mut big = share("big");
    let arns: Vec<String> =
        (0..300).map(|n| format!("arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-{n}")).collect();
    big.resources = resources(&arns.iter().map(String::as_str).collect::<Vec<_>>());
    big.principals = (0..300).map(|n| literal(&format!("{:012}", 333_000_000_000_u64 + n))).collect();
    let mut organization = snapshot();
    for n in 0..300 {
        let account = organization.accounts[&id(DEV)].clone();
        organization.accounts.insert(id(&format!("{:012}", 333_000_000_000_u64 + n)), account);
    }
    let graph = resolve(&stack_of([big]), &known(organization)).graph.expect("no error");
    assert_eq!(graph.edges.edge_count(), 1 + 300 + 300 + 300);
}

#[test]
fn a_cycle_is_named_by_its_nodes() {
    let mut graph = settle_all(&stack_of([share("tgw")]));
    let order = graph.order().expect("no cycle");
    let (second, last) = (order[1], order[3]);
    graph.edges.add_edge(last, second, ());
    let cycle = graph.order().expect_err("a cycle").0;
    assert_eq!(cycle, order[1..]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Where blocks and list elements stand in the files must not matter to what is desired.
    #[test]
    fn the_order_of_blocks_does_not_change_the_graph(
        order in Just((0..5_usize).collect::<Vec<_>>()).prop_shuffle(),
        principals in Just(vec![0, 1, 2]).prop_shuffle(),
        resources_first in any::<bool>(),
    ) {
        let declaration = |order: &[usize], principals: &[usize], swap: bool| {
            let shares = order.iter().map(|n| {
                let mut share = share(["a", "b", "c", "d", "e"][*n]);
                share.principals = principals
                    .iter()
                    .map(|n| [ou("Security"), literal(DEV), at(PrincipalExpr::Organization)][*n].clone())
                    .collect();
                share.resources =
                    resources(&[TGW, "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-2"]);
                if swap {
                    share.resources.reverse();
                }
                share
            });
            stack_of(shares.collect::<Vec<_>>())
        };
        let one = settle_all(&declaration(&[0, 1, 2, 3, 4], &[0, 1, 2], false));
        let other = settle_all(&declaration(&order, &principals, resources_first));
        prop_assert_eq!(&one.nodes, &other.nodes);
        prop_assert_eq!(one.edges.all_edges().collect::<Vec<_>>(), other.edges.all_edges().collect::<Vec<_>>());
        prop_assert_eq!(one.order(), other.order());
        prop_assert_eq!(&one.places, &other.places);
        prop_assert_eq!(
            one.shares.values().map(|share| (&share.resources, share.principals.keys().collect::<Vec<_>>())).collect::<Vec<_>>(),
            other.shares.values().map(|share| (&share.resources, share.principals.keys().collect::<Vec<_>>())).collect::<Vec<_>>()
        );
    }
}

#[test]
fn a_closed_account_with_no_block_of_its_own_is_left_out_and_told_once() {
    let closed = id("777777777777");
    let mut org = snapshot();
    org.accounts.insert(
        closed.clone(),
        OrgAccount {
            name: "old".into(),
            standing: AccountStanding::Closed,
            parent: ParentId::Root(org.root.clone()),
        },
    );
    let mut declaration = stack_of([share("tgw")]);
    let block = AccountBlock {
        id: at(closed.clone()),
        assume_role: Some(AssumeRole {
            arn: "arn:aws:iam::777777777777:role/ramctl".into(),
            external_id: None,
            session_name: None,
            duration_seconds: None,
            span: span(),
        }),
        ..declaration.accounts.values().next().expect("in the fixture").clone()
    };
    declaration.accounts.insert(address(BlockKind::Account, "old", None), block);
    let Resolution { graph, diagnostics, .. } = resolve(&declaration, &known(org.clone()));
    let graph = graph.expect("a warning is no error");
    assert_eq!(diagnostics.iter().map(|found| found.code.id).collect::<Vec<_>>(), ["RAM109"]);
    assert!(graph.places.iter().all(|place| place.account != closed) && !graph.reached.contains(&closed));

    // A share in it is not made somewhere else, and its place counts as not read.
    declaration.shares[0].account = at(closed.clone());
    declaration.shares[0].resources.clear();
    let Resolution { graph, .. } = resolve(&declaration, &known(org));
    assert!(graph.expect("a warning is no error").places.iter().any(|place| place.account == closed));
}
