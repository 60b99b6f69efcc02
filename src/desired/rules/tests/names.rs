//! Names of shares, and which may be there twice.

use super::*;
use crate::desired::check;

pub(super) const TABLE: &[Row] = &[
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
        |s| s.name = Some(at("a/b".into())),
        |s| s.name = Some(at("a-b.c 1_2".into())),
    ),
];

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
fn instances_of_one_block_share_a_finding() {
    let mut template = share("tgw");
    template.name = Some(at("a/b".into()));
    let instance = |region_name: &str| {
        let mut share = template.clone();
        share.address.key = Some(region_name.into());
        share.region.value = region(region_name);
        share.resources.clear();
        share
    };
    let found = check(&stack_of(["eu-central-1", "eu-west-1", "us-east-1"].map(instance)));
    assert_eq!(codes(&found), ["RAM112"]);
    let others = r#" The same here for: share.tgw["eu-west-1"]; share.tgw["us-east-1"]."#;
    assert!(found[0].detail.ends_with(others), "{}", found[0].detail);
    let found = check(&stack_of(
        ["eu-central-1", "eu-west-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2", "sa-east-1"]
            .map(instance),
    ));
    assert!(found[0].detail.ends_with(r#"; share.tgw["us-west-2"]; and 1 more."#), "{}", found[0].detail);
}
