//! Accounts that were invited and have not accepted: nobody waits for them here, and they have nothing to lose.

use std::time::{Duration, Instant};

use crate::access::ram;
use crate::run::{APPLY, PLAN, allowing_all};
use crate::served::World;
use crate::shares::{HEAD, NETWORK, SEED, apply, here, only_share, stack};

const PARTNER: &str = "\"999999999999\"";
const RETAINS: &str = "  retain_sharing_on_account_leave_organization = true\n";

/// `share.it` with principals, gateways by their numbers, and more.
fn it(principals: &[&str], gateways: &[u8], more: &str) -> String {
    let gateway = |n: &u8| format!("\"arn:aws:ec2:eu-central-1:{NETWORK}:transit-gateway/tgw-{n}\"");
    let gateways: Vec<String> = gateways.iter().map(gateway).collect();
    stack(&format!(
        "  principals = [{}]\n  resources = [{}]\n  allow_external_principals = true\n{more}",
        principals.join(", "),
        gateways.join(", ")
    ))
}

const WEB: &str = "\"333333333333\"";
const DEV: &str = "\"444444444444\"";

#[tokio::test]
async fn an_account_inside_that_others_accept_for_is_not_waited_for() {
    for patience in ["20", "2"] {
        let world = World::new(SEED).await;
        world.write("stack.ram.hcl", &it(&[WEB], &[1], RETAINS));
        let begun = Instant::now();
        let run = world.run(&allowing_all(&format!("apply --auto-approve --wait-timeout {patience}"))).await;
        run.exits(0).says(&["333333333333 must accept the invitation"]);
        assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
        // A second account joins the share that is there.
        world.write("stack.ram.hcl", &it(&[WEB, DEV], &[1], RETAINS));
        let begun = Instant::now();
        let run = world.run(&allowing_all(&format!("apply --auto-approve --wait-timeout {patience}"))).await;
        run.exits(0).says(&["444444444444 must accept the invitation"]);
        assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    }
}

/// The share that lost a tag has used the token: no other run is looked for.
#[tokio::test]
async fn a_share_whose_tag_was_taken_off_costs_no_wait() {
    for (key, minutes) in
        [("ramctl:stack", 0), ("ramctl:address", 0), ("ramctl:stack", 60), ("ramctl:address", 60)]
    {
        let world = World::new(SEED).await;
        apply(&world, &it(&[WEB], &[1], "")).await;
        let arn = only_share(&world, &here()).await.arn;
        world.control("POST", "clock", serde_json::json!({"advance_seconds": minutes * 60})).await;
        let untag = ram(&world, &here()).untag_resource().resource_share_arn(arn.as_str());
        untag.tag_keys(key).send().await.expect("the tag comes off");
        for principal in [WEB, DEV] {
            world.write("stack.ram.hcl", &it(&[principal], &[1], ""));
            let begun = Instant::now();
            let run = world.run(&allowing_all("apply --auto-approve --wait-timeout 20")).await.exits(0);
            run.never_says(&["looking for the share", "listed without its tags"]);
            assert!(begun.elapsed() < Duration::from_secs(15), "{key} {principal} {:?}", begun.elapsed());
        }
    }
}

/// Nothing tells of the life that used the token any more: RAM lists a deleted share for two hours. A run with little patience makes the
/// share all the same.
#[tokio::test]
async fn a_share_that_is_declared_again_a_day_later_is_made_by_a_run_with_little_patience() {
    let world = World::new(&SEED.replace("settings {", "settings {\n  tokens = \"forever\"\n")).await;
    for principal in [WEB, WEB, DEV] {
        let files = it(&[principal], &[1], "");
        world.write("stack.ram.hcl", &files);
        world.run(&allowing_all("apply --auto-approve --wait-timeout 4")).await.exits(0);
        world.run(&PLAN).await.exits(0);
        world.write("stack.ram.hcl", HEAD);
        world.run(&APPLY).await.exits(0);
        world.control("POST", "clock", serde_json::json!({"advance_seconds": 86_400})).await;
    }
}

#[tokio::test]
async fn who_never_accepted_loses_nothing() {
    let world = World::new(SEED).await;
    world.write("stack.ram.hcl", &it(&[WEB, PARTNER], &[1, 2], ""));
    world.run(&APPLY).await.exits(0);
    let plan = "plan --detailed-exitcode";
    // Taken off by the files.
    world.write("stack.ram.hcl", &it(&[WEB], &[1, 2], ""));
    let said = world.run(plan).await.exits(2);
    let said = said.says(&["- principal", "never accepted its invitation", "no account gains or loses"]);
    said.never_says(&["RAM203", "HAZARDS"]);
    // A new share in place of the old one, with the retain flag.
    world.write("stack.ram.hcl", &it(&[WEB, PARTNER], &[1, 2], RETAINS));
    let said = world.run("plan --detailed-exitcode --allow RAM207,RAM213").await.exits(2);
    said.says(&["no account gains or loses"]).never_says(&["RAM203", "999999999999 loses"]);
    // The whole share goes, and one account has something to lose.
    world.write("stack.ram.hcl", HEAD);
    let said = world.run(plan).await.exits(4);
    said.says(&["0 accounts gain, 1 loses", "RAM206", "never accepted its invitation"]);
    world.write("stack.ram.hcl", &it(&[WEB], &[1, 2], ""));
    world.run("apply --auto-approve").await.exits(0);
    world.run(plan).await.exits(0);
}

#[tokio::test]
async fn a_share_that_nobody_accepted_goes_without_a_hazard() {
    let world = World::new(SEED).await;
    world.write("stack.ram.hcl", &it(&[PARTNER], &[1], ""));
    world.run(&APPLY).await.exits(0);
    world.write("stack.ram.hcl", &it(&[PARTNER], &[1], RETAINS));
    let said = world.run("plan --detailed-exitcode --allow RAM207,RAM213").await.exits(2);
    said.says(&["no account gains or loses"]).never_says(&["RAM203", "RAM206"]);
    world.write("stack.ram.hcl", HEAD);
    let said = world.run("apply --auto-approve").await.exits(0);
    said.says(&["never accepted its invitation"]).never_says(&["RAM206", "HAZARDS"]);
    assert_eq!(world.grants(&[here()]).await, [].into());
}

/// The old share stays for who has yet to accept the new one. What the files drop meanwhile leaves it too, and the plan says so.
#[tokio::test]
async fn what_the_files_drop_leaves_the_old_share_while_it_waits() {
    let world = World::new(SEED).await;
    apply(&world, &it(&[WEB, DEV], &[1, 2], "")).await;
    let old = only_share(&world, &here()).await.arn;
    world.write("stack.ram.hcl", &it(&[WEB, DEV], &[1, 2], RETAINS));
    world.run(&APPLY).await.exits(0).says(&["stays until"]);
    world.write("stack.ram.hcl", &it(&[WEB], &[1], RETAINS));
    let plan = world.run("plan --detailed-exitcode").await.exits(4);
    let plan = plan.says(&["2 lose", "RAM203", "RAM335", "stays until 333333333333", "leaves it now"]);
    plan.never_says(&["RAM206", "is deleted"]);
    world.run("apply --auto-approve --allow RAM203").await.exits(0);
    let live = world.live(&here()).await;
    assert_eq!(live.shares.len(), 2);
    let there = &live.shares[&old];
    let names = |all: Vec<String>| all.join(" ");
    assert_eq!(names(there.principals.keys().map(ToString::to_string).collect()), "333333333333");
    assert!(names(there.resources.keys().map(ToString::to_string).collect()).ends_with("tgw-1"));
    world.run("plan").await.exits(0).says(&["NOT CHANGED by this plan", "no account gains or loses"]);
}

/// To invite again whom the files let in needs no consent; what they get for the first time does.
#[tokio::test]
async fn a_new_resource_for_an_outsider_whose_invitation_ran_out_is_asked_about() {
    let world = World::new(SEED).await;
    world.write("stack.ram.hcl", &it(&[PARTNER], &[1], ""));
    world.run(&APPLY).await.exits(0);
    let eight_days = serde_json::json!({"advance_seconds": 8 * 24 * 3600});
    world.control("POST", "clock", eight_days).await;
    world.run("plan --detailed-exitcode").await.exits(2).never_says(&["HAZARDS"]);
    world.write("stack.ram.hcl", &it(&[PARTNER], &[1, 2], ""));
    world.run("plan").await.exits(4).says(&["RAM201", "999999999999"]);
    world.run("apply --auto-approve --allow RAM201").await.exits(0);
}
