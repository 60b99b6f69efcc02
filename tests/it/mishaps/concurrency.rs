//! Runs of one stack at the same time, with equal and with different values, some of them killed, in an AWS whose listings lag behind.
//!
//! What holds with an AWS that remembers tokens: no address ever has two live shares. With one that forgets them at once, two runs that
//! create at the same moment may make two; then one of them fails, the next plan shows it, and the next apply ends it. In both, nobody
//! has access beyond what the runs were allowed together, and one more run ends in what its own values say.
//!
//! RAM has no conditional write. Where one run adds a principal to a share and another one a resource, the principal can have the
//! resource, and then one of the two fails (RAM517). The share `both` is of that kind.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::json;

use crate::access::{Access, Actions, Grant};
use crate::mishaps::tokens::{addresses, seed};
use crate::mishaps::{HEAD, places};
use crate::run::{APPLY, PLAN};
use crate::served::{World, finish};

/// What a run may be given. Of each share but `both`, either the principals or the resources differ.
const VALUES: [&str; 3] = ["one", "two", "three"];

const FILES: &str = r#"
variable "which" {
  type = string
}
locals {
  who  = { one = ["333333333333"], two = ["444444444444"], three = ["333333333333", ou("Workloads/Dev")] }
  what = { one = ["a"], two = ["a", "b"], three = ["c"] }
}
share "who" {
  for_each   = toset(["x", "y"])
  account    = account.network
  region     = "eu-central-1"
  name       = "who-${each.key}-${var.which}"
  resources  = ["${local.prefix}:transit-gateway/tgw-${each.key}"]
  principals = local.who[var.which]
}
share "what" {
  account    = account.network
  region     = "eu-central-1"
  resources  = [for one in local.what[var.which] : "${local.prefix}:transit-gateway/tgw-${one}"]
  principals = ["333333333333"]
}
share "both" {
  account    = account.network
  region     = "eu-central-1"
  resources  = [for one in local.what[var.which] : "${local.prefix}:subnet/subnet-${one}"]
  principals = local.who[var.which]
}
share "some" {
  for_each   = toset(var.which == "two" ? [] : ["x"])
  account    = account.network
  region     = "us-east-1"
  resources  = ["arn:aws:ec2:us-east-1:222222222222:transit-gateway/tgw-d"]
  principals = ["444444444444"]
  tags       = { which = var.which }
}
"#;

fn words(which: &str) -> String {
    format!("{} --wait-timeout 8 --var which={which}", *APPLY)
}

/// What each value comes to, with nothing in the way.
struct Ends {
    grants: BTreeMap<&'static str, BTreeSet<Grant>>,
    actions: Actions,
}

impl Ends {
    async fn all() -> Self {
        let (mut grants, actions) = (BTreeMap::new(), Actions::default());
        for which in VALUES {
            let world = begin(&seed("")).await;
            world.run(&words(which)).await.exits(0);
            grants.insert(which, Access::of(&world, &places(), &[], &actions).await.most);
        }
        Self { grants, actions }
    }

    /// What is given and no run was allowed to give. Of other shares than `both`, which alone has subnets, that is nothing.
    async fn leaked(&self, world: &World, allowed: &[&str], when: &str) -> Vec<Grant> {
        let most = Access::of(world, &places(), &[], &self.actions).await.most.into_iter();
        let leaked: Vec<Grant> =
            most.filter(|one| !allowed.iter().any(|which| self.grants[which].contains(one))).collect();
        let of_both = leaked.iter().all(|one| one.resource.contains(":subnet/"));
        assert!(of_both, "{when}: {leaked:?}");
        leaked
    }
}

async fn begin(seed: &str) -> World {
    let world = World::new(seed).await;
    world.write("stack.ram.hcl", &format!("{HEAD}{FILES}"));
    world
}

/// One round, the same one for the same number.
async fn round(number: u64, memory: &str, ends: &Ends) {
    let mut random = fastrand::Rng::with_seed(number);
    let (unseen, tags) = (random.u64(0..400), random.u64(0..800));
    let world =
        begin(&seed(&format!("tokens = {memory}\n  unseen_ms = {unseen}\n  tags_unseen_ms = {tags}"))).await;
    let mut allowed = Vec::new();
    // Sometimes there is something to change, else all is made.
    if random.u8(..3) == 0 {
        allowed.push(VALUES[random.usize(..3)]);
        world.run(&words(allowed[0])).await.exits(0);
    }
    let first = VALUES[random.usize(..3)];
    let equal = random.u8(..3) == 0;
    let runs: Vec<&str> =
        (0..random.usize(2..=4)).map(|_| if equal { first } else { VALUES[random.usize(..3)] }).collect();
    allowed.extend(&runs);
    world.set_faults(json!([{"action": "ram:*", "effect": "slow", "ms": 0, "writes": true}])).await;
    let mut children: Vec<_> = runs.iter().map(|which| Some(world.spawn(&words(which)))).collect();
    // After so many writes of all together.
    let mut victims: Vec<(usize, u64)> = (0..children.len())
        .filter(|_| random.bool())
        .collect::<Vec<_>>()
        .into_iter()
        .map(|run| (run, random.u64(0..14)))
        .collect();
    let when = format!("round {number}, tokens = {memory}, {runs:?}, killed {victims:?}");
    for _ in 0..2_000 {
        let met = world.met().await;
        victims.retain(|(run, at)| {
            let Some(child) = &mut children[*run] else { return false };
            if met >= *at {
                child.kill().expect("a run can be killed");
            }
            met < *at && child.try_wait().expect("a run can be asked").is_none()
        });
        if victims.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    ends.leaked(&world, &allowed, &when).await;
    let mut all_succeeded = true;
    for child in children.iter_mut().filter_map(Option::take) {
        let run = finish(child).await;
        all_succeeded &= run.code == Some(0);
        assert!(!run.stderr.contains("panicked"), "{when}: {run}");
        ends.leaked(&world, &allowed, &when).await;
    }
    let leaked = ends.leaked(&world, &allowed, &when).await;
    assert!(leaked.is_empty() || !all_succeeded, "{when}: all succeed and somebody has {leaked:?}");
    let remembers = memory == "\"forever\"";
    if !remembers {
        tokio::time::sleep(Duration::from_millis(unseen.max(tags))).await;
    }
    let last = VALUES[random.usize(..3)];
    if remembers {
        let found = addresses(&world).await;
        assert!(found.iter().all(|(address, n)| *n == 1 || address.is_empty()), "{when}: {found:?}");
    } else if addresses(&world).await.values().any(|n| *n > 1) {
        assert!(!all_succeeded, "{when}: all succeed and a share is there twice");
        let plan = world.run(&format!("{} --var which={last}", *PLAN)).await;
        assert_ne!(plan.code, Some(0), "{when}: two shares of one address are not silent\n{plan}");
    }
    allowed.push(last);
    let run = world.run(&words(last)).await;
    assert_eq!(run.code, Some(0), "{when}, then {last}: {run}");
    tokio::time::sleep(Duration::from_millis(unseen.max(tags))).await;
    let run = world.run(&format!("{} --var which={last}", *PLAN)).await;
    assert_eq!(run.code, Some(0), "{when}, then {last}: {run}");
    let found = addresses(&world).await;
    assert!(found.values().all(|n| *n == 1), "{when}, then {last}: {found:?}");
    let grants = Access::of(&world, &places(), &[], &ends.actions).await.most;
    assert_eq!(grants, ends.grants[last], "{when}, then {last}");
}

async fn rounds(numbers: std::ops::Range<u64>) {
    let ends = Ends::all().await;
    for number in numbers {
        let memory = if number % 2 == 0 { "\"forever\"" } else { "\"none\"" };
        round(number, memory, &ends).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_at_the_same_time_make_no_share_twice_leak_nothing_and_converge() {
    rounds(0..6).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: 200 rounds by hand"]
async fn runs_at_the_same_time_converge_in_two_hundred_rounds() {
    rounds(1_000..1_200).await;
}
