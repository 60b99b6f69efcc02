//! What other hands do to a share of the stack, again and again.

use aws_sdk_ram::Client;
use serde_json::{Value, json};

use crate::run::{APPLY, PLAN};
use crate::served::World;
use crate::shares::{HEAD, NETWORK, REGION, SEED, apply, here, only_share, stack};

const SHARE: &str = r#"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1"]
  principals = ["333333333333"]
"#;

/// RAM takes a call with a token that it has seen for the one of then and does nothing, so the second repair must not look like the first.
#[tokio::test]
async fn a_change_by_hand_that_comes_back_is_undone_each_time() {
    let world = World::new(SEED).await;
    apply(&world, &stack(SHARE)).await;
    let client = Client::new(&world.sdk(NETWORK, REGION));
    let share = only_share(&world, &here()).await.arn.to_string();
    for _ in 0..3 {
        let added = client.associate_resource_share().resource_share_arn(&share).principals("444444444444");
        added.send().await.expect("the owner may");
        let taken =
            client.disassociate_resource_share().resource_share_arn(&share).principals("333333333333");
        while taken.clone().send().await.is_err() {
            // The one that was added is still ASSOCIATING.
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        world.run("drift").await.exits(2).says(&["444444444444", "333333333333"]);
        world.run(&APPLY).await.exits(0);
        world.run(&PLAN).await.exits(0);
    }
}

/// What other tools have no listing for: each share of a place, whoever made it, with all that is on it.
#[tokio::test]
async fn every_share_of_the_places_is_listed_with_whom_it_is_shared() {
    let world = World::new(SEED).await;
    apply(&world, &stack(SHARE)).await;
    let client = Client::new(&world.sdk(NETWORK, REGION));
    let gateway = "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-9";
    let made = client.create_resource_share().name("manual-test").resource_arns(gateway);
    made.principals("444444444444").principals("999999999999").send().await.expect("the owner may");

    let drift = world.run("drift --json").await.exits(2).json();
    let strays = drift["unmanaged"].as_array().expect("a list");
    assert_eq!(strays.len(), 1, "{drift:#}");
    let expected = json!({
        "name": "manual-test", "ownership": "untagged", "outside": true,
        "principals": ["444444444444", "999999999999"], "resources": [gateway],
    });
    for (key, value) in expected.as_object().expect("an object") {
        assert_eq!(strays[0][key], *value, "{key}");
    }
    world.run("drift").await.exits(2).says(&["manual-test", "shared outside the organization", "RAM301"]);

    // And those of the stack, with the others in one document.
    world.run("snapshot --out all.json").await.exits(0);
    let all = std::fs::read_to_string(world.path("all.json")).expect("written");
    let all: Value = serde_json::from_str(&all).expect("JSON");
    let places = all["places"].as_array().expect("a list").iter();
    let shares = places.flat_map(|place| place["read"]["known"]["shares"].as_array().expect("a list"));
    let names: Vec<&Value> = shares.map(|share| &share["name"]).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

/// Whoever loses a share and keeps its resource through the unit of another one depends on who is in that unit.
#[tokio::test]
async fn who_is_in_the_unit_that_keeps_access_is_read_again() {
    let world = World::new(SEED).await;
    let keeper = SHARE.replace("\"333333333333\"", "ou(\"Workloads/Dev\")");
    let keeper = stack(&keeper).replace("share \"it\"", "share \"keeper\"");
    let both = format!("{keeper}{}", stack(&SHARE.replace("333333333333", "444444444444")).replace(HEAD, ""));
    apply(&world, &both).await;
    world.write("stack.ram.hcl", &keeper);
    world.run("plan --out p.json").await.exits(0).says(&["no account loses tgw-1"]);

    let organizations = aws_sdk_organizations::Client::new(&world.sdk("111111111111", "us-east-1"));
    let parent = async |child: &str| {
        let found = organizations.list_parents().child_id(child).send().await.expect("listed");
        found.parents()[0].id().expect("an id").to_owned()
    };
    let (from, to) = (parent("444444444444").await, parent("333333333333").await);
    let moved = organizations.move_account().account_id("444444444444");
    moved.source_parent_id(from).destination_parent_id(to).send().await.expect("moved");
    world.run("apply p.json").await.exits(5).says(&["RAM510", "444444444444 left"]);
    world.run("plan").await.exits(4).says(&["1 account loses tgw-1", "RAM206"]);
}
