//! `tagged(type, tags)`, from the tags in AWS to the share.

use std::fmt::Write;

use aws_sdk_resourcegroupstagging::Client;
use serde_json::json;

use crate::run::{APPLY, PLAN};
use crate::served::World;
use crate::shares::{NETWORK, REGION, SEED, apply, here, only_share, stack};

const SHARE: &str = r#"
  resources  = [tagged("ec2:Subnet", { share = "workloads" })]
  principals = ["333333333333"]
"#;

fn arn(n: usize) -> String {
    format!("arn:aws:ec2:{REGION}:{NETWORK}:subnet/subnet-{n:04}")
}

/// So many subnets with the tag, and one each that looks like them.
fn seed(count: usize) -> String {
    let mut seed = SEED.to_owned();
    let mut add = |arn: &str, tag: &str| {
        writeln!(seed, "resource \"{arn}\" {{\n  tags = {{ share = \"{tag}\" }}\n}}")
            .expect("a string grows");
    };
    for n in 0..count {
        add(&arn(n), "workloads");
    }
    add(&arn(9_000), "other");
    add(&arn(9_001).replace(REGION, "us-east-1"), "workloads");
    add(&arn(9_002).replace(NETWORK, "555555555555"), "workloads");
    add(&arn(9_003).replace("subnet/subnet", "vpc/vpc"), "workloads");
    seed
}

async fn tag(world: &World, arn: &str, value: &str) {
    let client = Client::new(&world.sdk(NETWORK, REGION));
    client.tag_resources().resource_arn_list(arn).tags("share", value).send().await.expect("tagged");
}

async fn shared(world: &World) -> Vec<String> {
    only_share(world, &here()).await.resources.keys().map(ToString::to_string).collect()
}

#[tokio::test]
async fn tagged_resources_of_many_pages_are_shared_and_no_others() {
    let world = World::new(&seed(230)).await;
    apply(&world, &stack(SHARE)).await;
    assert_eq!(shared(&world).await, (0..230).map(arn).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_tag_that_comes_or_goes_is_a_change_of_the_share() {
    let world = World::new(&seed(2)).await;
    apply(&world, &stack(SHARE)).await;
    tag(&world, &arn(9_000), "workloads").await;
    world.run(&PLAN).await.exits(2).says(&["+ resource  ec2:Subnet  subnet/subnet-9000"]);
    world.run(&APPLY).await.exits(0);
    assert_eq!(shared(&world).await, [arn(0), arn(1), arn(9_000)]);
    tag(&world, &arn(0), "no longer").await;
    world.run(&PLAN).await.exits(2).says(&["- resource  ec2:Subnet  subnet/subnet-0000", "RAM203"]);
}

#[tokio::test]
async fn a_search_that_finds_nothing_any_more_does_not_pass_in_silence() {
    let world = World::new(&seed(1)).await;
    apply(&world, &stack(SHARE)).await;
    tag(&world, &arn(0), "no longer").await;
    world.run(&PLAN).await.exits(2).says(&["RAM128", "share loses its last resource", "RAM211"]);
    assert_eq!(shared(&world).await, [arn(0)]);
}

#[tokio::test]
async fn tags_that_cannot_be_read_leave_their_share_alone_and_the_run_incomplete() {
    let world = World::new(&seed(2)).await;
    apply(&world, &stack(SHARE)).await;
    tag(&world, &arn(0), "no longer").await;
    world.set_faults(json!([{"action": "tag:GetResources", "effect": "access_denied"}])).await;
    let named =
        ["tag:GetResources", "role/OrganizationAccountAccessRole", "left alone", "RAM409", "INCOMPLETE"];
    for words in [PLAN.as_str(), &APPLY, "drift"] {
        world.run(words).await.exits(6).says(&named);
    }
    // Nor does it go because nobody could read its tags.
    assert_eq!(shared(&world).await, [arn(0), arn(1)]);
}

#[tokio::test]
async fn searches_that_are_throttled_are_made_again() {
    let world = World::new(&seed(2)).await;
    world.set_faults(json!([{"action": "tag:GetResources", "effect": "throttle", "times": 2}])).await;
    apply(&world, &stack(SHARE)).await;
    assert_eq!(shared(&world).await, [arn(0), arn(1)]);
}

#[tokio::test]
async fn a_search_is_valid_with_no_aws_to_ask() {
    let world = World::new(&seed(0)).await;
    world.write("stack.ram.hcl", &stack(SHARE));
    world.set_faults(json!([{"action": "*", "effect": "access_denied"}])).await;
    world.run("validate").await.exits(0).says(&["1 share"]);
    world.write("stack.ram.hcl", &stack(&SHARE.replace("ec2:Subnet", "ec2:Subnt")));
    world.run("validate").await.exits(1).says(&["RAM127", "ec2:Subnet"]);
}
