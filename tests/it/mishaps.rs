//! What goes wrong between ramctl and AWS at any moment: killed, interrupted, beside another run, unanswered, refused. Whatever
//! it was, the next run ends in the same state, no share is there twice, and nobody ever had more than before and after together.

mod concurrency;
mod meanwhile;
mod permissions;
mod tokens;

use std::process::{Command, Stdio};
use std::time::Duration;

use ramctl::model::Place;
use serde_json::json;

use crate::edge::place;
use crate::run::{APPLY, Run, allowing_all};
use crate::served::{World, finish};
use crate::way::{Scene, Way, kill};

/// The associations settle at once, so that many runs take little time.
const SEED: &str = r#"
organization {
  management_account = "management"
  account "management" { id = "111111111111" }
  account "network" { id = "222222222222" }
  ou "Workloads" {
    ou "Prod" {
      account "web" { id = "333333333333" }
    }
    ou "Dev" {
      account "dev" { id = "444444444444" }
    }
  }
}
settings {
  resources       = "any"
  associate_ms    = 20
  disassociate_ms = 20
  onboarding_ms   = 50
}
"#;

const HEAD: &str = r#"
ramctl {
  stack   = "network"
  regions = ["eu-central-1", "us-east-1"]
}
account "management" { id = "111111111111" }
organization {
  management_account = account.management
  sharing            = "enabled"
}
account "network" {
  id = "222222222222"
  assume_role { role_name = "OrganizationAccountAccessRole" }
}
locals { prefix = "arn:aws:ec2:eu-central-1:222222222222" }
"#;

const BEFORE: &str = r#"
share "kept" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["${local.prefix}:transit-gateway/tgw-a", "${local.prefix}:transit-gateway/tgw-b"]
  principals = ["333333333333", ou("Workloads/Dev")]
  tags       = { team = "network", old = "yes" }
}
share "gone" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["${local.prefix}:subnet/subnet-1"]
  principals = [ou("Workloads/Prod")]
}
share "moving" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:network-firewall:eu-central-1:222222222222:firewall-policy/a"]
  principals = ["444444444444"]
}
"#;

/// Every part of a share changes, one share comes, one goes, one is replaced.
const AFTER: &str = r#"
share "kept" {
  account    = account.network
  region     = "eu-central-1"
  name       = "renamed"
  resources  = ["${local.prefix}:transit-gateway/tgw-b", "${local.prefix}:prefix-list/pl-c"]
  principals = ["444444444444", ou("Workloads/Dev")]
  tags       = { team = "platform" }
  allow_external_principals = true
  permission "ec2:PrefixList" { use = "AWSRAMDefaultPermissionPrefixList" }
}
share "moving" {
  account    = account.network
  region     = "us-east-1"
  resources  = ["arn:aws:network-firewall:us-east-1:222222222222:firewall-policy/a"]
  principals = ["444444444444"]
}
share "new" {
  account    = account.network
  region     = "us-east-1"
  resources  = ["arn:aws:ec2:us-east-1:222222222222:transit-gateway/tgw-d"]
  principals = [organization()]
}
"#;

fn places() -> Vec<Place> {
    vec![place("222222222222", "eu-central-1"), place("222222222222", "us-east-1")]
}

async fn walk() -> Way {
    let scene = Scene { seed: SEED, apply: &APPLY, places };
    let world = World::new(SEED).await;
    world.write("stack.ram.hcl", &format!("{HEAD}{BEFORE}"));
    world.run(&APPLY).await.exits(0);
    let way = Way::walk(scene, world, format!("{HEAD}{AFTER}")).await;
    assert_eq!(way.end.shares.len(), 3, "{:#?}", way.end);
    way
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_at_any_write_is_finished_by_the_next() {
    let way = walk().await;
    assert!(way.writes >= 10, "{} writes are too few to be worth it", way.writes);
    way.kill_everywhere().await;
}

/// The plan's own half-done work makes it stale, which it says in words, and what is left is in the next plan.
#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_that_is_killed_half_way_says_how_far_it_got_and_the_next_ends_it() {
    let way = walk().await;
    let save = |name: &str| allowing_all(&format!("plan --out {name}"));
    // The first writes are sessions of roles.
    for (call, done) in [(3, true), (5, false), (way.writes / 2, true), (way.writes - 2, true)] {
        let when = format!("killed at write {call}");
        let world = way.begin().await;
        world.run(&save("first.json")).await.exits(0);
        kill(&world, "apply first.json", call, done, &when).await;
        let stopped = way.seen(&world).await;
        let again = world.run("apply first.json").await.exits(5);
        again
            .says(&[
                "RAM511",
                "it looks as if part of this plan was applied",
                "Done: ",
                "Not done: ",
                "make a new plan and apply it",
            ])
            .never_says(&["v2:"]);
        assert_eq!(way.seen(&world).await, stopped, "{when}: a stale plan writes nothing");
        way.hold_nothing_leaked(&world, &when).await;
        world.run(&save("second.json")).await.exits(0);
        world.run("apply second.json").await.exits(0);
        way.hold_it_is_done(&world, &when).await;
        let over = world.run("apply second.json").await.exits(5);
        over.says(&["it looks as if this plan was applied already"]).never_says(&["v2:"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_whose_answer_is_lost_is_not_done_twice() {
    walk().await.lose_each_answer().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_of_one_stack_at_once_make_each_share_once() {
    for round in 0..20 {
        let world = World::new(SEED).await;
        world.write("stack.ram.hcl", &format!("{HEAD}{BEFORE}"));
        let (first, second) = tokio::join!(world.run(&APPLY), world.run(&APPLY));
        first.exits(0);
        second.exits(0);
        world.run("plan --detailed-exitcode").await.exits(0);
        let shares = world.shares(&places()).await;
        assert_eq!(shares.len(), 3, "round {round}: {shares:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_third_of_all_calls_failing_is_lived_with() {
    let way = walk().await;
    let world = way.begin().await;
    let error = json!({"action": "*", "effect": "error", "status": 503, "code": "ServiceUnavailableException", "percent": 15});
    let throttle = json!({"action": "*", "effect": "throttle", "after": 7, "percent": 18});
    world.set_faults(json!([error, throttle])).await;
    world.run(&APPLY).await.exits(0);
    world.set_faults(json!([])).await;
    way.hold_it_is_done(&world, "a third failed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_everything_failing_a_run_ends_and_says_why() {
    let way = walk().await;
    let apply = format!("{} --wait-timeout 5", *APPLY);
    for (effect, said) in [("error", "ServerInternalException"), ("throttle", "Rate exceeded")] {
        let world = way.begin().await;
        world.set_faults(json!([{"action": "ram:*", "effect": effect}])).await;
        let ended = tokio::time::timeout(Duration::from_secs(120), world.run(&apply)).await;
        ended.expect("it ends by itself").exits(6).says(&["INCOMPLETE", said]);

        world.set_faults(json!([{"action": "ram:*", "effect": effect, "writes": true}])).await;
        let ended = tokio::time::timeout(Duration::from_secs(120), world.run(&apply)).await;
        ended.expect("it ends by itself").exits(1).says(&[said, "Run apply again"]);
        world.set_faults(json!([])).await;
        way.hold_it_converges(&world, effect).await;
    }
}

/// Sends a signal to a run by its own process id.
fn signal(child: &std::process::Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(sent.expect("kill can be run").success());
}

/// A run whose second write takes a while, and which is under way there.
async fn under_way(world: &World, ms: u64) -> std::process::Child {
    let slow = json!({"action": "*", "effect": "slow", "ms": ms, "writes": true, "after": 1, "times": 1});
    world.set_faults(json!([slow])).await;
    let child = world.spawn(&APPLY);
    while world.met().await < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child
}

#[tokio::test(flavor = "multi_thread")]
async fn one_signal_ends_a_run_in_order_and_says_where_it_stopped() {
    let way = walk().await;
    // Under `nohup` a hangup is ignored, by everything that is started there.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    let hangup = (ignored & 1 == 0).then_some("-HUP");
    for name in ["-INT", "-TERM"].into_iter().chain(hangup) {
        let world = way.begin().await;
        let child = under_way(&world, 2_000).await;
        signal(&child, name);
        let run: Run = finish(child).await.exits(1);
        run.says(&["Stopping: calls under way are finished", "not started", "again"]);
        world.set_faults(json!([])).await;
        way.hold_it_converges(&world, name).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_a_run_at_once() {
    let way = walk().await;
    let world = way.begin().await;
    let mut child = under_way(&world, 60_000).await;
    signal(&child, "-INT");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(child.try_wait().expect("the run can be asked").is_none(), "one signal waits for the call");
    signal(&child, "-INT");
    let ended = tokio::time::timeout(Duration::from_secs(20), finish(child)).await;
    ended.expect("it waits for nothing").exits(130).says(&["Stopped."]);
    world.set_faults(json!([])).await;
    way.hold_it_converges(&world, "stopped at once").await;
}

/// `nohup ramctl apply` goes on when its terminal goes away.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_told_to_outlive_its_terminal_does() {
    let way = walk().await;
    let world = way.begin().await;
    let slow = json!({"action": "*", "effect": "slow", "ms": 500, "writes": true, "after": 1, "times": 1});
    world.set_faults(json!([slow])).await;
    let direct = world.ramctl(&APPLY);
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]).arg(direct.get_program()).args(direct.get_args());
    shell.envs(direct.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.current_dir(direct.get_current_dir().expect("set")).stdin(Stdio::null());
    let child = shell.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("there is a shell");
    while world.met().await < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    signal(&child, "-HUP");
    let run: Run = finish(child).await.exits(0);
    run.never_says(&["Stopping"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_told_now_and_then_what_a_run_waits_for() {
    let way = walk().await;
    let world = way.begin().await;
    let slow = json!({"action": "*", "effect": "slow", "ms": 2_500, "writes": true, "after": 1, "times": 1});
    world.set_faults(json!([slow])).await;
    let run = world.run(&format!("{} --remind-every 1", *APPLY)).await.exits(0);
    run.says(&["after 1 s: still at ", "after 2 s: still at "]);
    let slow = json!({"action": "ram:GetResourceShares", "effect": "slow", "ms": 2_500, "times": 1});
    world.set_faults(json!([slow])).await;
    world.run("plan --remind-every 1").await.says(&["after 1 s: still reading accounts and Regions: "]);
}
