//! Associations in every state that RAM knows: shown, mended where RAM allows it, and never an error of a plan.

use ramctl::model::AssociationStatus;
use serde_json::json;

use crate::run::{APPLY, PLAN};
use crate::served::{World, finish};
use crate::shares::{SEED, apply, here, only_share, stack};

const TGW: &str = "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1";
const SHARE: &str = r#"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1"]
  principals = ["333333333333", ou("Workloads/Dev")]
"#;
const SERVICE: &str = r#"
  resources  = ["arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca-1"]
  principals = [service("pca-connector-ad.amazonaws.com")]
  sources    = ["444444444444"]
"#;
const CA: &str = "arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca-1";

/// A share that was applied, with one of its members put into a status.
async fn with(share: &str, member: &str, status: &str, seconds_ago: i64) -> World {
    let world = World::new(SEED).await;
    apply(&world, &stack(share)).await;
    set(&world, member, status, seconds_ago).await;
    world
}

async fn set(world: &World, member: &str, status: &str, seconds_ago: i64) {
    let arn = only_share(world, &here()).await.arn;
    let body = json!({
        "resource_share_arn": arn.to_string(),
        "associated_entity": member,
        "status": status,
        "status_message": "The entity is under review.",
        "seconds_ago": seconds_ago,
    });
    world.control("PUT", "status", body).await;
}

async fn all_are_associated(world: &World) -> bool {
    let share = only_share(world, &here()).await;
    let all = share.resources.values().chain(share.principals.values()).chain(share.sources.values());
    all.clone().count() > 1 && all.into_iter().all(|it| it.status == AssociationStatus::Associated)
}

#[tokio::test]
async fn what_has_failed_is_shown_with_its_message_and_mended() {
    for (share, members) in [
        (SHARE, &[TGW, "333333333333"][..]),
        (SERVICE, &[CA, "pca-connector-ad.amazonaws.com", "444444444444"]),
    ] {
        let world = with(share, members[0], "FAILED", 60).await;
        for member in members {
            set(&world, member, "FAILED", 60).await;
            let shown = ["FAILED: The entity is under review"];
            world.run("drift").await.exits(2).says(&shown).says(&["unhealthy"]);
            world.run(&APPLY).await.exits(0).says(&shown).says(&["removed and added again"]);
            assert!(all_are_associated(&world).await, "{member}");
        }
        world.run(&PLAN).await.exits(0);
    }
}

#[tokio::test]
async fn what_fails_again_is_told_once_a_run_and_tried_again_by_the_next() {
    let seed =
        format!("{SEED}resource \"{TGW}\" {{\n  fails = \"TransitGateway tgw-1 is being deleted.\"\n}}\n");
    let world = World::new(&seed).await;
    world.write("stack.ram.hcl", &stack(SHARE));
    let message = ["FAILED", "TransitGateway tgw-1 is being deleted."];
    world.run(&APPLY).await.exits(1).says(&message);
    for _ in 0..2 {
        world.run(&PLAN).await.exits(2).says(&["FAILED: TransitGateway tgw-1 is being deleted"]);
        world.set_faults(json!([{"action": "ram:AssociateResourceShare", "effect": "slow", "ms": 0}])).await;
        world.run(&APPLY).await.exits(1).says(&message);
        assert_eq!(world.met().await, 1, "one try a run");
        world.set_faults(json!([])).await;
    }
    // What the message says is mended elsewhere; or the resource is taken out of the files.
    apply(&world, &stack(&SHARE.replace("tgw-1", "tgw-2"))).await;
}

#[tokio::test]
async fn what_is_suspended_is_shown_and_left_to_aws() {
    let world = with(SHARE, TGW, "SUSPENDED", 60).await;
    for (member, status) in [(TGW, "SUSPENDED"), ("333333333333", "SUSPENDING")] {
        set(&world, member, status, 60).await;
        world.run("drift").await.exits(2).says(&[status, "RAM304", "1 unhealthy"]);
        world.run(&APPLY).await.exits(0).says(&[status, "No changes. 1 unhealthy."]);
        assert!(!all_are_associated(&world).await, "nothing was done to {member}");
        set(&world, member, "RESTORING", 60).await;
        world.run(&PLAN).await.exits(0).says(&["RESTORING since", "RAM309", "No changes. AWS matches"]);
        set(&world, member, "ASSOCIATED", 60).await;
    }
}

#[tokio::test]
async fn what_is_under_way_is_left_alone_and_what_is_stuck_is_said_to_be() {
    let world = with(SERVICE, "444444444444", "ASSOCIATED", 60).await;
    for (member, status) in [
        (CA, "ASSOCIATING"),
        ("pca-connector-ad.amazonaws.com", "DISASSOCIATING"),
        ("444444444444", "ASSOCIATING"),
    ] {
        set(&world, member, status, 60).await;
        world.run(&PLAN).await.exits(0).says(&[status, "RAM309", "No changes. AWS matches"]);
        set(&world, member, status, 2 * 3600).await;
        let stuck = [status, "far longer than AWS takes", "RAM345", "1 unhealthy"];
        world.run(&PLAN).await.exits(0).says(&stuck);
        world.run("drift").await.exits(2).says(&stuck);
        set(&world, member, "ASSOCIATED", 60).await;
    }
}

#[tokio::test]
async fn what_left_a_share_by_other_hands_is_a_difference_and_no_error() {
    let world = with(SHARE, "333333333333", "DISASSOCIATED", 60).await;
    world.run("drift").await.exits(2).says(&["+ principal", "333333333333"]);
    world.run(&APPLY).await.exits(0);
    world.run(&PLAN).await.exits(0);
    assert!(all_are_associated(&world).await);
}

/// RAM adds statuses without notice. What one means nobody knows here, so it is shown as it is, it is not in sync, and nothing is done.
#[tokio::test]
async fn a_status_of_a_newer_api_is_shown_as_it_is_and_never_called_in_sync() {
    let world = with(SERVICE, CA, "QUARANTINED", 60).await;
    let members = [CA, "pca-connector-ad.amazonaws.com", "444444444444"];
    for member in members {
        set(&world, member, "QUARANTINED", 60).await;
        let shown = ["QUARANTINED: The entity is under review", "RAM304", "1 unhealthy"];
        world.run("drift").await.exits(2).says(&shown).says(&["unhealthy"]);
        let plan = world.run(&PLAN).await.exits(0).says(&shown);
        assert!(!plan.stdout.contains("AWS matches"), "{}", plan.stdout);
        let json: serde_json::Value =
            serde_json::from_str(&world.run("drift --json").await.exits(2).stdout).expect("a document");
        assert!(json.to_string().contains("QUARANTINED"), "{json}");
        world.set_faults(json!([{"action": "ram:*", "effect": "slow", "ms": 0, "writes": true}])).await;
        world.run(&APPLY).await.exits(0).says(&shown);
        assert_eq!(world.met().await, 0, "nothing was done to {member}");
        world.set_faults(json!([])).await;
        // What is taken out of the files is taken off whatever it is.
        set(&world, member, "ASSOCIATED", 60).await;
    }
    world.run(&PLAN).await.exits(0).says(&["AWS matches"]);
}

#[tokio::test]
async fn what_has_a_status_of_a_newer_api_can_be_taken_off_and_a_run_that_meets_one_waits_and_says_so() {
    let world = with(SHARE, "333333333333", "QUARANTINED", 60).await;
    apply(&world, &stack(&SHARE.replace("\"333333333333\", ", ""))).await;
    assert!(!only_share(&world, &here()).await.principals.keys().any(|who| who.as_str() == "333333333333"));

    // It turns up while a run waits for what it has just put on.
    let slow = json!([{"action": "ram:AssociateResourceShare", "effect": "slow_association", "ms": 600_000}]);
    world.set_faults(slow).await;
    world.write("stack.ram.hcl", &stack(SHARE));
    let child = world.spawn(&format!("{} --wait-timeout 3", *APPLY));
    let joining = async || {
        let share = only_share(&world, &here()).await;
        share.principals.values().any(|it| it.status == AssociationStatus::Associating)
    };
    while !joining().await {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    set(&world, "333333333333", "QUARANTINED", 0).await;
    finish(child).await.exits(1).says(&["QUARANTINED", "Run apply again"]);
    world.set_faults(json!([])).await;
    world.run(&PLAN).await.says(&["QUARANTINED"]);
    set(&world, "333333333333", "ASSOCIATED", 0).await;
    world.run(&APPLY).await.exits(0);
    world.run(&PLAN).await.exits(0).says(&["AWS matches"]);
}
