use std::collections::BTreeMap;

use super::*;
use crate::desired::fixture::{resolve as without_tags, *};
use crate::desired::{Resolution, resolve};
use crate::diag::Severity;
use crate::lang::ShareBlock;
use crate::model::{GapCause, Observed, ResourceType};

fn query(code: &str, value: &str) -> Spanned<TagQuery> {
    let tags = BTreeMap::from([("share".to_owned(), BTreeSet::from([value.to_owned()]))]);
    at(TagQuery { resource_type: ResourceType::parse(code).expect("a type"), tags })
}

/// A share of what is tagged, and of nothing else.
fn searching(label: &str, queries: &[Spanned<TagQuery>]) -> ShareBlock {
    ShareBlock { resources: Vec::new(), tagged: queries.to_vec(), ..share(label) }
}

fn arns(texts: &[&str]) -> Observed<BTreeSet<ResourceArn>> {
    Observed::Known(texts.iter().map(|text| ResourceArn::parse(text).expect("an ARN")).collect())
}

/// The declaration, settled where every search finds the same.
fn settled(declaration: &Declaration, found: &Observed<BTreeSet<ResourceArn>>) -> Resolution {
    let searches = tag_searches(declaration);
    let tagged = TaggedResources { found: searches.into_iter().map(|s| (s, found.clone())).collect() };
    resolve(declaration, &known(snapshot()), &tagged)
}

fn codes(resolution: &Resolution) -> Vec<(&'static str, Severity)> {
    resolution.diagnostics.iter().map(|finding| (finding.code.id, finding.severity)).collect()
}

#[test]
fn what_is_found_is_on_the_share_beside_what_is_named() {
    let mut both = searching("subnets", &[query("ec2:Subnet", "a"), query("ec2:Subnet", "b")]);
    both.resources = resources(&[TGW, SUBNET]);
    let second = SUBNET.replace("subnet-1", "subnet-2");
    let graph = settled(&stack_of([both]), &arns(&[SUBNET, &second])).graph.expect("no error");
    let share = graph.shares.values().next().expect("one share");
    let on_it: Vec<&str> = share.resources.keys().map(|arn| arn.arn().resource()).collect();
    assert_eq!(on_it, ["subnet/subnet-1", "subnet/subnet-2", "transit-gateway/tgw-1"]);
}

#[test]
fn each_search_is_made_once_per_account_and_region() {
    let same = || searching("a", &[query("ec2:Subnet", "a"), query("ec2:subnet", "a")]);
    let elsewhere =
        ShareBlock { region: at(region("us-east-1")), ..searching("c", &[query("ec2:Subnet", "a")]) };
    let stack = stack_of([same(), ShareBlock { address: share("b").address, ..same() }, elsewhere]);
    let filters: Vec<String> =
        tag_searches(&stack).iter().map(|s| format!("{} {}", s.place.region, s.type_filter)).collect();
    assert_eq!(filters, ["eu-central-1 ec2:subnet", "us-east-1 ec2:subnet"]);
    // Two forms of ARNs, one filter.
    assert_eq!(tag_searches(&stack_of([searching("d", &[query("glue:Catalog", "a")])])).len(), 1);
}

#[test]
fn only_resources_of_the_type_and_the_account_are_taken() {
    let stack = stack_of([searching("subnets", &[query("ec2:Subnet", "a")])]);
    let foreign = SUBNET.replace(NETWORK, DEV);
    let resolution = settled(&stack, &arns(&[SUBNET, TGW, &foreign]));
    assert_eq!(codes(&resolution), [("RAM129", Severity::Warning)]);
    let graph = resolution.graph.expect("no error");
    let share = graph.shares.values().next().expect("one share");
    assert_eq!(share.resources.keys().map(ResourceArn::to_string).collect::<Vec<_>>(), [SUBNET]);
}

#[test]
fn what_is_found_is_held_to_the_rules_of_resources() {
    let stack = stack_of([searching("subnets", &[query("ec2:Subnet", "a")])]);
    let elsewhere = SUBNET.replace("eu-central-1", "us-east-1");
    assert_eq!(codes(&settled(&stack, &arns(&[&elsewhere]))), [("RAM122", Severity::Error)]);
    // A subnet stays inside the organization, also one that only a search names.
    let mut outside = searching("subnets", &[query("ec2:Subnet", "a")]);
    outside.principals = vec![literal(STRANGER)];
    outside.allow_external_principals = Some(at(true));
    assert_eq!(codes(&settled(&stack_of([outside]), &arns(&[SUBNET]))), [("RAM133", Severity::Error)]);
    let many: Vec<String> = (0..5_001).map(|n| SUBNET.replace("subnet-1", &format!("subnet-{n}"))).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(codes(&settled(&stack, &arns(&many))), [("RAM180", Severity::Warning)]);
}

#[test]
fn a_search_that_finds_nothing_is_said_and_makes_an_empty_share() {
    let stack = stack_of([searching("subnets", &[query("ec2:Subnet", "a")])]);
    let resolution = settled(&stack, &arns(&[]));
    assert_eq!(codes(&resolution), [("RAM128", Severity::Warning)]);
    assert!(resolution.graph.expect("no error").shares.values().all(|share| share.resources.is_empty()));
}

#[test]
fn a_type_that_cannot_be_searched_is_an_error_also_offline() {
    for code in ["ec2:Subnt", "odb:ExascaleDbStorageVault"] {
        let stack = stack_of([searching("subnets", &[query(code, "a")])]);
        assert_eq!(tag_searches(&stack), BTreeSet::new());
        let offline: Vec<&str> =
            crate::desired::check(&stack).iter().map(|finding| finding.code.id).collect();
        assert_eq!(offline, ["RAM127"]);
        assert!(without_tags(&stack, &known(snapshot())).graph.is_none());
    }
}

#[test]
fn a_share_whose_tags_were_not_read_is_not_settled_and_the_others_are() {
    let stack = stack_of([searching("subnets", &[query("ec2:Subnet", "a")]), share("tgw")]);
    let gap = Gap {
        action: "tag:GetResources".into(),
        caller: String::new(),
        cause: GapCause::AccessDenied,
        detail: String::new(),
    };
    for (resolution, cause) in [
        (settled(&stack, &Observed::Unknown(gap)), GapCause::AccessDenied),
        // Nobody asked.
        (without_tags(&stack, &known(snapshot())), GapCause::NotConfigured),
    ] {
        let graph = resolution.graph.expect("a gap is no mistake in the files");
        assert_eq!(graph.shares.keys().map(ToString::to_string).collect::<Vec<_>>(), ["share.tgw"]);
        let (address, open) = graph.unresolved.iter().next().expect("one share is open");
        assert_eq!((address.to_string(), open.gap.cause), ("share.subnets".to_owned(), cause));
        assert_eq!(open.wanted[0].value, r#"tagged("ec2:Subnet", { share = "a" })"#);
    }
}

#[test]
fn a_permission_for_a_type_that_is_only_searched_for_is_no_mistake() {
    let mut block = searching("subnets", &[query("ec2:Subnet", "a")]);
    block.resources = resources(&[TGW]);
    block.permissions = vec![permission("ec2:Subnet", "AWSRAMDefaultPermissionSubnet")];
    assert_eq!(crate::desired::check(&stack_of([block])), []);
}
