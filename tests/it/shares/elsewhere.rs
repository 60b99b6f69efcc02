//! Shares of the stack in Regions that its files name no more.

use serde_json::json;

use crate::edge::place;
use crate::run::APPLY;
use crate::served::World;
use crate::shares::{NETWORK, SEED, only_share};

/// No `regions`: they are those of the shares.
const HEAD: &str = r#"
ramctl { stack = "network" }
account "network" {
  id = "222222222222"
  assume_role { role_name = "OrganizationAccountAccessRole" }
}
share "here" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1"]
  principals = ["333333333333"]
}
"#;

const THERE: &str = r#"
share "there" {
  account    = account.network
  region     = "eu-north-1"
  resources  = ["arn:aws:ec2:eu-north-1:222222222222:transit-gateway/tgw-2"]
  principals = ["333333333333"]
}
"#;

async fn left_behind() -> World {
    let world = World::sweeping(SEED).await;
    world.write("stack.ram.hcl", &format!("{HEAD}{THERE}"));
    world.run(&APPLY).await.exits(0).says(&["Searched 15 other Regions of 1 account"]);
    world.write("stack.ram.hcl", HEAD);
    world
}

#[tokio::test]
async fn a_share_that_leaves_the_files_with_its_region_is_found_and_deleted() {
    let world = left_behind().await;
    let searched =
        "Searched 16 other Regions of 1 account for shares of this stack; other accounts were not searched.";
    let plan = world.run("plan").await.exits(4).says(&[
        "share.there",
        "eu-north-1",
        "RAM206",
        "1 to delete",
        searched,
    ]);
    plan.never_says(&["AWS matches"]);
    world.run("drift").await.exits(2).says(&["share.there", searched]);
    let plan = world.run("plan --allow RAM206 --json").await.exits(0).json();
    let swept = &plan["coverage"]["sweep"];
    assert_eq!(swept["searched"][0]["account"], json!(NETWORK));
    assert_eq!(swept["searched"][0]["regions"].as_array().map(Vec::len), Some(16), "{swept}");
    world.run("plan --allow RAM206 --out p.json").await.exits(0);
    world.run("apply p.json").await.exits(0);
    assert!(world.live(&place(NETWORK, "eu-north-1")).await.shares.is_empty());
    only_share(&world, &place(NETWORK, "eu-central-1")).await;
    world
        .run("plan")
        .await
        .exits(0)
        .says(&["No changes. AWS matches the configuration.", "Searched 16 other Regions"]);
}

#[tokio::test]
async fn who_does_not_search_is_not_told_that_aws_matches() {
    let world = left_behind().await;
    let plan = world.run("plan --no-sweep").await.exits(0).says(&[
        "No changes in the Regions that the files name.",
        "Other Regions and accounts were not searched.",
    ]);
    plan.never_says(&["AWS matches"]);
    let drift = world.run("drift --no-sweep").await.exits(0);
    drift.says(&["No drift in the Regions that the files name."]).never_says(&["AWS matches"]);
    assert!(world.run("plan --no-sweep --json").await.json()["coverage"]["sweep"].is_null());

    // A snapshot knows where it looked.
    world.run("snapshot --out all.json").await.exits(0);
    world.run("plan --live all.json").await.exits(4).says(&["share.there", "Searched 16 other Regions"]);
    world.run("snapshot --no-sweep --out named.json").await.exits(0);
    world
        .run("plan --live named.json")
        .await
        .exits(0)
        .says(&["No changes in the Regions", "were not searched"]);
}

#[tokio::test]
async fn regions_that_cannot_be_searched_make_the_run_incomplete() {
    let world = left_behind().await;
    world.set_faults(json!([{"action": "ec2:DescribeRegions", "effect": "access_denied"}])).await;
    let plan = world.run("plan").await.exits(6);
    plan.says(&["RAM414", "ec2:DescribeRegions", "INCOMPLETE"]).never_says(&["AWS matches"]);
    world.run("plan --no-sweep").await.exits(0);
}

#[tokio::test]
async fn destroying_the_stack_takes_along_what_is_elsewhere() {
    let world = left_behind().await;
    world.run("destroy --auto-approve").await.exits(4).says(&["RAM222", "share.there"]);
    world.run("destroy --auto-approve --allow RAM222").await.exits(0);
    for region in ["eu-central-1", "eu-north-1"] {
        assert!(world.live(&place(NETWORK, region)).await.shares.is_empty(), "{region}");
    }
}
