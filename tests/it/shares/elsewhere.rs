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
    let sweep = world.run("plan --no-sweep --json").await.json()["coverage"]["sweep"].clone();
    assert_eq!((&sweep["breadth"], &sweep["searched"]), (&json!("declined"), &json!([])), "{sweep}");

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

/// A share of an account without a role: the one that the credentials of the run belong to.
fn in_account(label: &str, id: &str) -> String {
    let head = HEAD.split_once("share \"here\"").expect("a share").0;
    format!(
        "{head}account \"management\" {{ id = \"111111111111\" }}\naccount \"partner\" {{ id = \"999999999999\" }}\nshare \"it\" {{\n  \
         account = account.{label}\n  region = \"eu-central-1\"\n  \
         resources = [\"arn:aws:ec2:eu-central-1:{id}:transit-gateway/tgw-1\"]\n  principals = [\"333333333333\"]\n}}\n"
    )
}

#[tokio::test]
async fn the_callers_own_account_is_searched_without_a_role() {
    const MANAGEMENT: &str = "111111111111";
    let world = World::new(SEED).await;
    world.write("stack.ram.hcl", &in_account("management", MANAGEMENT));
    world.run(&APPLY).await.exits(0);
    world.write("stack.ram.hcl", &in_account("network", NETWORK));
    let searched =
        "Not searched: partner, which has no assume_role, and accounts that the files do not name.";
    let plan = world.run("plan").await.exits(4);
    plan.says(&["0 to create", "1 to replace", MANAGEMENT, searched]);
    let swept = world.run("plan --json").await.json()["coverage"]["sweep"].clone();
    assert_eq!(swept["unreached_accounts"], json!(["999999999999"]), "{swept}");
    let accounts = swept["searched"].as_array().expect("a list").iter().map(|one| one["account"].clone());
    assert!(accounts.into_iter().any(|account| account == MANAGEMENT), "{swept}");
    world.run(&APPLY).await.exits(0);
    assert!(world.live(&place(MANAGEMENT, "eu-central-1")).await.shares.is_empty());
    only_share(&world, &place(NETWORK, "eu-central-1")).await;

    // Without a block the share is found all the same.
    world.write("stack.ram.hcl", &in_account("management", MANAGEMENT));
    world.run(&APPLY).await.exits(0);
    let none = in_account("network", NETWORK);
    let (none, _) = none.split_once("share \"it\"").expect("a share");
    world.write("stack.ram.hcl", none);
    world.run("plan").await.exits(4).says(&["share.it", "1 to delete"]);
    world.run("plan --no-sweep").await.exits(1).says(&["RAM108", "--no-sweep"]);
}

#[tokio::test]
async fn without_a_search_a_share_is_created_by_consent() {
    let world = World::sweeping(SEED).await;
    let there = HEAD.replace("eu-central-1", "eu-north-1");
    world.write("stack.ram.hcl", &there);
    world.run(&APPLY).await.exits(0);
    world.write("stack.ram.hcl", HEAD);
    let told = ["RAM240", "--allow RAM240@share.here"];
    for flags in ["", " --target share.here", " --region eu-central-1"] {
        world.run(&format!("apply --auto-approve --no-sweep{flags}")).await.exits(4).says(&told);
        world.run(&format!("plan{flags}")).await.never_says(&["RAM240"]);
    }
    assert!(world.live(&place(NETWORK, "eu-central-1")).await.shares.is_empty());
    world.run("plan --allow RAM203,RAM207").await.exits(0).says(&["to replace"]);
    world.run("apply --auto-approve --no-sweep --allow RAM240").await.exits(0).says(&["1 to create"]);
}

#[tokio::test]
async fn a_share_that_the_search_found_can_be_excluded_and_is_counted() {
    let world = left_behind().await;
    let left_out = "1 share, which has changes";
    for flags in ["--exclude share.there", "--region eu-central-1", "--target share.here"] {
        let plan = world.run(&format!("plan {flags}")).await.exits(0);
        plan.says(&[left_out]).never_says(&["neither", "1 to delete"]);
        let json = world.run(&format!("plan --json {flags}")).await.json();
        let out = &json["partial"]["left_out"];
        assert_eq!((&out["shares"], &out["changes"]), (&json!(1), &json!(1)), "{flags} {out}");
        world.run(&format!("apply --auto-approve {flags}")).await.exits(0);
    }
    world.run("drift --exclude share.there").await.exits(0).says(&[left_out]);
    world.run("plan --exclude share.nobody").await.exits(1).says(&["neither in the files nor in AWS"]);
    // From a snapshot the same.
    world.run("snapshot --out all.json").await.exits(0);
    world.run("plan --live all.json --exclude share.there").await.exits(0).says(&[left_out]);
    only_share(&world, &place(NETWORK, "eu-north-1")).await;
}
