//! As much on one share as RAM takes: in calls of at most a hundred, in bounded time, and finished after a kill in the middle.

use std::collections::BTreeSet;
use std::time::Duration;

use ramctl::model::Place;
use serde_json::{Value, json};

use crate::edge::place;
use crate::served::{World, finish};
use crate::way::slow;

const APPLY: &str = "apply --auto-approve --allow RAM203,RAM215";
/// The most resources or principals in one call of ramctl's. RAM's own limit is for resources (API reference).
const BATCH: usize = 100;

fn here() -> Place {
    place("222222222222", "eu-central-1")
}

async fn world(accounts: usize) -> World {
    World::new(&format!(
        r#"
organization {{
  management_account = "management"
  sharing            = "enabled"
  account "management" {{ id = "111111111111" }}
  account "network" {{ id = "222222222222" }}
}}
generate {{
  accounts = {accounts}
  units    = 10
  account  = "network"
}}
settings {{
  resources       = "any"
  associate_ms    = 0
  disassociate_ms = 0
}}
"#
    ))
    .await
}

/// A share for the first so many generated accounts.
fn stack(principals: usize) -> String {
    let ids: Vec<String> =
        (0..principals).map(|n| format!("\"{}\"", 600_000_000_000_u64 + n as u64)).collect();
    format!(
        r#"
ramctl {{
  stack   = "network"
  regions = ["eu-central-1"]
}}
account "network" {{
  id = "222222222222"
  assume_role {{ role_name = "OrganizationAccountAccessRole" }}
}}
share "wide" {{
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1"]
  principals = [{}]
}}
"#,
        ids.join(", ")
    )
}

/// How many principals each call of an operation named.
async fn sizes(world: &World, operation: &str) -> Vec<usize> {
    let events = world.events(&here(), operation).await;
    let named = |event: &Value| event["requestParameters"]["principals"].as_array().map_or(0, Vec::len);
    events.iter().map(named).collect()
}

async fn principals(world: &World) -> BTreeSet<String> {
    let live = world.live(&here()).await;
    assert_eq!(live.shares.len(), 1, "the share is there once");
    live.shares.values().flat_map(|share| share.principals.keys().map(ToString::to_string)).collect()
}

/// From nothing to so many principals, killed half-way, and down to one again.
async fn a_wide_share(many: usize) {
    let world = world(many).await;
    world.write("stack.ram.hcl", &stack(many));
    world.run("plan --detailed-exitcode").await.exits(2).says(&["1 to create"]);

    let middle = many as u64 / BATCH as u64 / 2;
    world.set_faults(json!([slow(middle)])).await;
    let mut child = world.spawn(APPLY);
    while world.met().await <= middle {
        assert!(child.try_wait().expect("the run can be asked").is_none(), "the run ended early");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().expect("the run can be killed");
    assert_eq!(finish(child).await.code, None, "a signal ended it");
    world.set_faults(json!([])).await;
    let half = principals(&world).await.len();
    assert!((BATCH..many).contains(&half), "{half} of {many} when it was killed");

    world.run(APPLY).await.exits(0);
    world.run("plan --detailed-exitcode").await.exits(0);
    assert_eq!(principals(&world).await.len(), many);
    assert_eq!(sizes(&world, "CreateResourceShare").await.len(), 1);
    let calls = sizes(&world, "AssociateResourceShare").await;
    assert!(calls.iter().all(|size| *size <= BATCH), "{calls:?}");
    assert_eq!(calls.iter().sum::<usize>(), many, "nobody was named twice: {calls:?}");
    assert!(calls.len() <= many / BATCH + 1, "the second run begins a batch of its own: {calls:?}");

    world.write("stack.ram.hcl", &stack(1));
    world.run(APPLY).await.exits(0);
    world.run("plan --detailed-exitcode").await.exits(0);
    assert_eq!(principals(&world).await.len(), 1);
    assert_eq!(sizes(&world, "DisassociateResourceShare").await.len(), many.div_ceil(BATCH));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_principals_come_and_go_in_calls_of_a_hundred() {
    a_wide_share(1_000).await;
}

/// RAM's quota for one share.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes about 45 seconds in a debug build, where the thousand take three"]
async fn five_thousand_principals_come_and_go_in_calls_of_a_hundred() {
    a_wide_share(5_000).await;
}

/// A share made by hand with so many tags, and a block that imports it and wants these.
async fn importing(by_hand: usize, wanted: usize) -> World {
    let tags =
        |count: usize| (0..count).map(|n| format!("t{n:02} = \"x\"")).collect::<Vec<_>>().join("\n    ");
    let seed = format!(
        "organization {{\n  management_account = \"management\"\n  sharing = \"enabled\"\n  account \"management\" {{ id = \"111111111111\" }}\n  \
         account \"network\" {{ id = \"222222222222\" }}\n}}\nsettings {{\n  resources = \"any\"\n  associate_ms = 0\n}}\n\
         share \"wide\" {{\n  account = \"network\"\n  region = \"eu-central-1\"\n  allow_external_principals = false\n  \
         resources = [\"arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1\"]\n  principals = [\"111111111111\"]\n  \
         tags = {{\n    {}\n  }}\n}}\n",
        tags(by_hand)
    );
    let world = World::new(&seed).await;
    let arn = world.live(&here()).await.shares.into_keys().next().expect("seeded");
    let text = stack(0).replace(
        "principals = []",
        &format!("principals = [\"111111111111\"]\n  tags = {{\n    {}\n  }}", tags(wanted)),
    );
    world.write("stack.ram.hcl", &format!("{text}import {{\n  to = share.wide\n  id = \"{arn}\"\n}}\n"));
    world
}

async fn tags(world: &World) -> usize {
    world.live(&here()).await.shares.values().map(|share| share.tags.len()).sum()
}

/// RAM takes 50, and four of them are ramctl's on a share that was imported.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_tags_fit_and_one_more_is_told_before_anything_is_done() {
    let world = importing(46, 46).await;
    world.run(APPLY).await.exits(0);
    world.run("plan --detailed-exitcode").await.exits(0);
    assert_eq!(tags(&world).await, 50);

    let world = importing(46, 47).await;
    for words in ["validate", "plan", APPLY] {
        world.run(words).await.exits(1).says(&["RAM160", "has 47 tags; 46 are free", "Remove 1."]);
    }
    assert_eq!(tags(&world).await, 46, "nothing was done");

    // What somebody else's tags leave no room for is refused by RAM, and stays as it was.
    let world = importing(50, 1).await;
    world.run(APPLY).await.exits(1).says(&["TagLimitExceededException", "50 tags"]);
    assert_eq!(tags(&world).await, 50);
}
