//! What accounts have in what a plan takes from them: the real binary asks the sandbox's EC2.

use ramctl::cloud::{Cloud, PageRequest, UsageRead};
use ramctl::model::AccountId;
use serde_json::{Value, json};

use crate::documents::Schema;
use crate::edge::{ROLE, connect, place};
use crate::served::World;

/// `web` and `api` are in Prod, `dev` is in Dev.
const SEED: &str = r#"
organization {
  management_account = "management"
  sharing            = "enabled"
  account "management" { id = "111111111111" }
  account "network" {
    id = "222222222222"
    role "reader" {
      policy = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"ram:*\",\"Resource\":\"*\"}]}"
    }
  }
  ou "Prod" {
    account "web" { id = "333333333333" }
    account "api" { id = "555555555555" }
  }
  ou "Dev" {
    account "dev" { id = "444444444444" }
  }
}
resource "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1" {}
resource "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-2" {}
resource "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-3" {}
resource "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1" {}

network_interface "web_1" {
  subnet  = "subnet-1"
  account = "web"
}
network_interface "web_2" {
  subnet  = "subnet-1"
  account = "web"
  managed = true
}
network_interface "dev_1" {
  subnet  = "subnet-1"
  account = "dev"
}
network_interface "owner" {
  subnet  = "subnet-2"
  account = "network"
}
network_interface "hidden" {
  subnet  = "subnet-3"
  account = "api"
  hidden  = true
}
transit_gateway_attachment "web" {
  transit_gateway = "tgw-1"
  account         = "web"
}
transit_gateway_attachment "gone" {
  transit_gateway = "tgw-1"
  account         = "api"
  state           = "deleted"
}
settings {
  associate_ms    = 20
  disassociate_ms = 20
}
"#;

/// The stack with one share, reached through a role.
fn stack(role: &str, resources: &[&str], principals: &[&str]) -> String {
    let resources: Vec<String> =
        resources.iter().map(|id| format!("\"arn:aws:ec2:eu-central-1:222222222222:{id}\"")).collect();
    let (resources, principals) = (resources.join(", "), principals.join(", "));
    format!(
        r#"
ramctl {{ stack = "network" }}
organization {{
  management_account = account.management
  sharing            = "unmanaged"
}}
account "management" {{ id = "111111111111" }}
account "network" {{
  id = "222222222222"
  assume_role {{ role_name = "{role}" }}
}}
account "web" {{ id = "333333333333" }}
share "net" {{
  account    = account.network
  region     = "eu-central-1"
  resources  = [{resources}]
  principals = [{principals}]
}}
"#
    )
}

const ALL: &[&str] = &["subnet/subnet-1", "subnet/subnet-2", "subnet/subnet-3", "transit-gateway/tgw-1"];
const PROD: &[&str] = &["account.web", "\"555555555555\""];

/// A world in which a share was applied, and its files changed since.
async fn changed(before: (&[&str], &[&str]), after: (&[&str], &[&str])) -> World {
    let world = World::new(SEED).await.without_sweep();
    world.write("stack.ram.hcl", &stack(ROLE, before.0, before.1));
    world.run("apply --auto-approve --allow RAM240").await.exits(0);
    world.write("stack.ram.hcl", &stack(ROLE, after.0, after.1));
    // Strikes nothing and counts.
    world.set_faults(json!([{"action": "ec2:*", "effect": "slow", "ms": 0}])).await;
    world
}

/// The hazards of a plan and what it says of use, by the resource's id.
async fn planned(world: &World, words: &str) -> (Vec<String>, Value) {
    let run = world.run(&format!("{words} --json")).await;
    let document: Value = serde_json::from_str(&run.stdout).expect("a document");
    Schema::of("plan").holds(&document);
    assert_eq!(document["complete"], true, "{document}");
    let share = &document["shares"][0];
    let hazards = share["hazards"].as_array().expect("a list").iter();
    let hazards = hazards.map(|hazard| hazard["code"].as_str().expect("a code").to_owned()).collect();
    let mut uses = serde_json::Map::new();
    for one in share["usage"].as_array().expect("a list") {
        let id = one["resource"].as_str().and_then(|arn| arn.rsplit('/').next()).expect("an ARN");
        let users = one["users"].as_array().map(|users| {
            users.iter().map(|user| json!([user["account"], user["count"]])).collect::<Vec<_>>()
        });
        uses.insert(id.to_owned(), json!(users));
    }
    (hazards, Value::Object(uses))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subnet_is_taken_from_who_uses_it_only_with_consent_to_that() {
    let world = changed((ALL, PROD), (ALL, &["\"555555555555\""])).await;
    let expected = json!({
        "subnet-1": [["333333333333", 2]],
        "subnet-2": [],
        "subnet-3": [],
        "tgw-1": [["333333333333", 1]],
    });
    assert_eq!(planned(&world, "plan").await, (vec!["RAM212".to_owned()], expected));
    world.run("plan").await.exits(4).says(&[
        "! in use subnet-1 2 network interfaces of web",
        "! in use tgw-1 1 attachment of web; what is attached stays so",
        "not in use subnet-2, subnet-3 EC2 shows no network interface of an account that loses them",
        "--allow RAM212@share.net",
    ]);
    world.run("apply --auto-approve --allow RAM203").await.exits(4);
    world.run("plan --allow RAM212 --output markdown=p.md --output html=p.html --output text").await.exits(0);
    for file in ["p.md", "p.html"] {
        let text = std::fs::read_to_string(world.path(file)).expect("written");
        assert!(text.contains("2 network interfaces of web"), "{text}");
    }
    world.run("apply --auto-approve --allow RAM212").await.exits(0).says(&["Apply complete"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subnet_that_no_losing_account_uses_is_a_loss_like_any_other() {
    // `dev` is in subnet-1, `network` in subnet-2: neither loses anything.
    let world = changed((&["subnet/subnet-1", "subnet/subnet-2"], PROD), (&["subnet/subnet-1"], PROD)).await;
    assert_eq!(planned(&world, "plan").await, (vec!["RAM203".to_owned()], json!({"subnet-2": []})));
    world.run("apply --auto-approve --allow RAM203").await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_services_hide_in_a_subnet_is_seen() {
    let world = changed((&["subnet/subnet-3"], PROD), (&["subnet/subnet-3"], &["account.web"])).await;
    let expected = json!({"subnet-3": [["555555555555", 1]]});
    assert_eq!(planned(&world, "plan").await, (vec!["RAM212".to_owned()], expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn ec2_is_called_once_for_all_subnets_and_once_for_all_gateways_and_only_where_some_are_taken() {
    let world = changed((ALL, PROD), (ALL, &["account.web", "\"555555555555\"", "\"444444444444\""])).await;
    world.run("plan --detailed-exitcode").await.exits(2);
    world.run("drift").await.exits(2);
    assert_eq!(world.met().await, 0, "nothing is taken from anybody");

    world.write("stack.ram.hcl", &stack(ROLE, &["subnet/subnet-1"], PROD));
    world.run("drift").await.exits(2);
    assert_eq!(world.met().await, 0, "drift takes nothing");
    let calls = |run: &str| {
        let document: Value = serde_json::from_str(run).expect("a document");
        document["coverage"]["calls"].as_u64().expect("a number")
    };
    let with = calls(&world.run("plan --json").await.exits(4).stdout);
    assert_eq!(world.met().await, 2, "two subnets and a gateway");
    world.write("stack.ram.hcl", &stack(ROLE, ALL, PROD));
    let without = calls(&world.run("plan --json").await.exits(0).stdout);
    assert_eq!((with - without, world.met().await), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn destroying_tells_of_use_and_asks_for_no_consent() {
    let world = changed((ALL, PROD), (ALL, PROD)).await;
    world.run("plan --destroy").await.exits(0).says(&["! in use subnet-1 2 network interfaces of web"]);
    world
        .run("destroy --auto-approve")
        .await
        .exits(0)
        .says(&["! in use subnet-3 1 network interface of 555555555555"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_is_missing_leaves_the_hazard_and_says_why_and_the_plan_is_whole() {
    let world = changed((&["subnet/subnet-2"], PROD), (&["subnet/subnet-2"], &["account.web"])).await;
    world.set_faults(json!([{"action": "ec2:DescribeNetworkInterfaces", "effect": "access_denied"}])).await;
    let (hazards, usage) = planned(&world, "plan").await;
    assert_eq!((hazards, usage), (vec!["RAM212".to_owned()], json!({"subnet-2": null})));
    let says = &[
        "? in use? subnet-2",
        "not known, so it counts as used: ec2:DescribeNetworkInterfaces as arn:aws:iam::222222222222:role/",
        "access denied. No step depends on it.",
        "aws ec2 describe-network-interfaces",
        "RAM413",
    ];
    world.run("plan").await.exits(4).says(says);
    let run = world.run("plan --allow RAM212 --output text --output github=marks.txt").await.exits(0);
    assert!(!run.stdout.contains("INCOMPLETE"), "{}", run.stdout);
    let marks = std::fs::read_to_string(world.path("marks.txt")).expect("written");
    for said in [
        "RAM413",
        "change the statement that denies ec2:DescribeNetworkInterfaces to arn:aws:iam::222222222222:role/",
        "Values=subnet-2",
    ] {
        assert!(marks.contains(said), "{marks}");
    }

    // The same of a role whose policy does not have the right.
    world.set_faults(json!([])).await;
    world.write("stack.ram.hcl", &stack("reader", &["subnet/subnet-2"], &["account.web"]));
    world.run("plan").await.exits(4).says(&["role/reader: access denied", "RAM212"]);
    world.run("plan --allow RAM212").await.exits(0);

    // Another failure is told as what it is, and a throttled call is made again.
    world.write("stack.ram.hcl", &stack(ROLE, &["subnet/subnet-2"], &["account.web"]));
    let broken = json!([{"action": "ec2:*", "effect": "error", "status": 200, "code": "X", "message": "y"}]);
    world.set_faults(broken).await;
    world.run("plan").await.exits(4).says(&["RAM212", "unreadable answer"]);
    world.set_faults(json!([{"action": "ec2:*", "effect": "throttle", "times": 2}])).await;
    assert_eq!(planned(&world, "plan").await, (vec!["RAM203".to_owned()], json!({"subnet-2": []})));
    assert_eq!(world.met().await, 3, "two that were throttled and one that went through");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_printed_plan_policy_has_the_right_to_see_use() {
    let before = stack("reader", ALL, PROD);
    let bare = World::new(SEED).await.without_sweep();
    bare.write("stack.ram.hcl", &before);
    let printed = bare.run("iam plan --account network --format json").await.exits(0).stdout;
    let printed: Value = serde_json::from_str(&printed).expect("a policy");
    let policy = serde_json::to_string(&printed.to_string()).expect("a text");
    let held = SEED.lines().map(|line| match line.trim_start().strip_prefix("policy = ") {
        Some(_) => format!("      policy = {policy}"),
        None => line.to_owned(),
    });
    let world = World::new(&held.collect::<Vec<_>>().join("\n")).await;
    world.write("stack.ram.hcl", &stack(ROLE, ALL, PROD));
    world.run("apply --auto-approve --allow RAM240").await.exits(0);
    world.write("stack.ram.hcl", &stack("reader", ALL, &["account.web"]));
    let (hazards, usage) = planned(&world, "plan").await;
    assert_eq!((hazards, &usage["subnet-3"]), (vec!["RAM212".to_owned()], &json!([["555555555555", 1]])));
    assert_eq!(usage["tgw-1"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_is_shown_with_what_it_knew_and_asks_again_before_it_is_carried_out() {
    let world = changed((ALL, PROD), (&["subnet/subnet-2"], PROD)).await;
    world.run("plan --out p.json --allow RAM212,RAM203").await.exits(0);
    let told = "! in use subnet-1 2 network interfaces of web";
    let asked = world.met().await;
    world.run("show p.json").await.exits(0).says(&[told]);
    assert_eq!((asked, world.met().await), (2, 2), "to show a plan asks nobody");
    world.set_faults(json!([{"action": "ec2:*", "effect": "access_denied"}])).await;
    world.run("apply p.json").await.exits(6).says(&[told]).never_says(&["Apply complete"]);
    world.set_faults(json!([])).await;
    world.run("apply p.json").await.exits(0).says(&[told, "Apply complete"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_snapshot_knows_of_use_needs_no_aws() {
    let world = changed((ALL, PROD), (&["subnet/subnet-2", "subnet/subnet-3"], PROD)).await;
    world.run("snapshot --out live.json").await.exits(0);
    let snapshot: Value =
        serde_json::from_str(&std::fs::read_to_string(world.path("live.json")).expect("written"))
            .expect("a document");
    Schema::of("snapshot").holds(&snapshot);
    assert_eq!(snapshot["usage"].as_array().map(Vec::len), Some(2), "a subnet and a gateway");

    let (direct, asked) = (planned(&world, "plan").await, world.met().await);
    assert_eq!(planned(&world, "plan --live live.json").await, direct);
    assert_eq!(world.met().await, asked, "nobody was asked");
    assert_eq!(direct.0, ["RAM212", "RAM203"]);

    // The stack now takes a subnet that was not asked for then.
    world.write("stack.ram.hcl", &stack(ROLE, &["subnet/subnet-2"], PROD));
    let (_, usage) = planned(&world, "plan --live live.json").await;
    assert_eq!(usage["subnet-3"], Value::Null);
    world.run("plan --live live.json").await.exits(4).says(&["subnet-3", "not in the snapshot"]);

    world.write("stack.ram.hcl", &stack(ROLE, &["subnet/subnet-2", "subnet/subnet-3"], PROD));
    world.run("snapshot --out hidden.json --anonymise --copy copy").await.exits(0);
    let hidden = std::fs::read_to_string(world.path("hidden.json")).expect("written");
    assert!(!hidden.contains("333333333333") && hidden.contains("\"usage\""), "{hidden}");
    let run = world.run("plan --live hidden.json copy").await.exits(4);
    run.says(&["! in use subnet-1 2 network interfaces of web", "--allow RAM212@share.net"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_of_a_subnet_sees_all_in_it_and_others_see_their_own() {
    let world = World::new(&SEED.replace("settings {", "settings {\n  page_size = 1")).await;
    let cloud = connect(world.running(), ROLE).await;
    let subnets = ["subnet-1".to_owned(), "subnet-2".to_owned()];
    for (account, expected) in [
        ("222222222222", vec!["222222222222", "333333333333", "333333333333", "444444444444"]),
        ("333333333333", vec!["333333333333", "333333333333"]),
        ("555555555555", vec![]),
    ] {
        let client = cloud.usage(&place(account, "eu-central-1")).await.expect("reachable");
        let (mut page, mut seen) = (PageRequest::first(5), Vec::<AccountId>::new());
        loop {
            let found = client.describe_network_interfaces(&subnets, &page).await.expect("an answer");
            assert!(found.items.len() <= 1, "the pages of this sandbox are short");
            seen.extend(found.items.into_iter().map(|row| row.account));
            page.token = found.next;
            if page.token.is_none() {
                break;
            }
        }
        seen.sort();
        assert_eq!(seen.iter().map(AccountId::as_str).collect::<Vec<_>>(), expected, "{account}");
    }
    let elsewhere = cloud.usage(&place("222222222222", "us-east-1")).await.expect("reachable");
    let found = elsewhere.describe_network_interfaces(&subnets, &PageRequest::first(5)).await;
    assert_eq!(found.expect("an answer").items, [], "they are in another Region");

    let gateways = ["tgw-1".to_owned()];
    let owner = cloud.usage(&place("222222222222", "eu-central-1")).await.expect("reachable");
    let page = owner.describe_transit_gateway_attachments(&gateways, &PageRequest::first(5)).await;
    assert_eq!(page.expect("an answer").items.len(), 0, "the first of two is gone, and the page holds one");
    let refused =
        owner.describe_network_interfaces(&subnets, &PageRequest::first(4)).await.expect_err("refused");
    assert_eq!(refused.code, "InvalidParameterValue");
}
