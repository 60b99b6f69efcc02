//! What changes in AWS while `apply` asks its question, or between its plan and what it does: the real binary on a pseudo-terminal.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ramctl::cloud::{Cloud, Members, PageRequest, RamRead, RamWrite, ShareScope};
use ramctl::model::{Principal, ShareStatus};
use serde_json::json;

use crate::edge::{ROLE, connect};
use crate::run::Run;
use crate::saved::{HEAD, SEED, behind, hub, share_named, shares, teams};
use crate::served::{World, finish};

const QUESTION: &str = "Only \"yes\" is accepted:";

/// Where the results of a run go, as with `ramctl apply > results`.
const RESULTS: &str = "results.txt";

/// A run and the terminal that it sits at, which util-linux's `script` makes.
struct Conversation {
    child: Child,
    keyboard: ChildStdin,
    screen: Arc<Mutex<String>>,
    results: PathBuf,
}

impl Conversation {
    fn start(world: &World, words: &str) -> Self {
        let run = world.ramctl(words);
        let program = run.get_program().to_str().expect("the path of a build");
        let mut command = Command::new("script");
        command
            .args(["-qefc", &format!("exec {program} {words} > {RESULTS}"), "/dev/null"])
            .current_dir(world.path(""))
            .env_clear()
            .envs(run.get_envs().filter_map(|(key, value)| Some((key, value?))))
            .env("NO_COLOR", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().expect("script, of util-linux, is installed");
        let keyboard = child.stdin.take().expect("piped");
        let mut from = child.stdout.take().expect("piped");
        let screen = Arc::new(Mutex::new(String::new()));
        let to = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut some = [0; 4096];
            while let Ok(n @ 1..) = from.read(&mut some) {
                to.lock().expect("no panic").push_str(&String::from_utf8_lossy(&some[..n]));
            }
        });
        Self { child, keyboard, screen, results: world.path(RESULTS) }
    }

    fn said(&self) -> String {
        self.screen.lock().expect("no panic").replace('\r', "")
    }

    /// Waits until the question was asked so many times.
    async fn asked(&mut self, times: usize) {
        for _ in 0..4_000 {
            if self.said().matches(QUESTION).count() >= times {
                return;
            }
            assert!(self.child.try_wait().expect("a child").is_none(), "it ended: {}", self.said());
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("not asked {times} times: {}", self.said());
    }

    fn answers(&mut self, text: &str) {
        self.keyboard.write_all(format!("{text}\n").as_bytes()).expect("the terminal takes it");
    }

    /// What the run said, with what was on the screen as its stderr.
    async fn ends(mut self) -> Run {
        for _ in 0..4_000 {
            if let Some(status) = self.child.try_wait().expect("a child") {
                let stdout = std::fs::read_to_string(&self.results).expect("the results");
                // The screen is read to its end a moment after that of the run.
                tokio::time::sleep(Duration::from_millis(100)).await;
                return Run { code: status.code(), stdout, stderr: self.said() };
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("it does not end: {}", self.said());
    }
}

async fn associate(world: &World, share: &str, principal: &str) {
    let arn = share_named(world, share).await;
    let ram = connect(world.running(), ROLE).await.ram(&hub()).await.expect("reachable");
    let members = Members { principals: vec![Principal::read(principal)], ..Members::default() };
    ram.associate_resource_share(&arn, &members).await.expect("associated");
}

fn with_another_gateway() -> String {
    let gateway = "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-";
    shares("one").replace(&format!("\"{gateway}a\""), &format!("\"{gateway}a\", \"{gateway}b\""))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_joins_while_the_question_stands_gets_nothing_that_the_plan_adds() {
    let world = behind().await;
    world.write("shares.ram.hcl", &with_another_gateway());
    let mut run = Conversation::start(&world, "apply .");
    run.asked(1).await;
    associate(&world, "prod", "444444444444").await;
    run.answers("yes");
    run.asked(2).await;
    let holds = async |who: &str, what: &str| {
        let grants = world.grants(&[hub()]).await;
        grants
            .iter()
            .any(|(resource, principal)| resource.to_string().ends_with(what) && principal.to_string() == who)
    };
    assert!(!holds("444444444444", "tgw-b").await, "nothing is done before it is asked anew");
    run.answers("yes");
    let run = run.ends().await.exits(0).says(&[
        "RAM510",
        "principal 444444444444 was not there and is now",
        "This is the plan as it is now.",
        "Apply complete",
    ]);
    assert_eq!(run.stdout.matches("Plan: 0 to create, 1 to update").count(), 2, "{run}");
    assert!(!holds("444444444444", "tgw-b").await && !holds("444444444444", "tgw-a").await);
    world.run("plan --detailed-exitcode .").await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_plan_was_made_from_is_asked_about_anew_once_it_differs() {
    type Case = (&'static str, &'static [&'static str]);
    let cases: [Case; 6] = [
        ("rename", &["name was dev and is mine"]),
        ("delete", &["share.dev", "is deleted"]),
        ("publish", &["share.prod", "permission ec2:TransitGateway was", "not the default version"]),
        ("move", &["ou Workloads/Prod", "444444444444 joined"]),
        ("off", &["Sharing inside the organization was on and is off"]),
        ("destroy", &["principal 333333333333 was not there and is now"]),
    ];
    for (what, says) in cases {
        let world = World::new(SEED).await;
        world.write("head.ram.hcl", HEAD);
        world.write("shares.ram.hcl", &shares("one"));
        world.run("apply --auto-approve .").await.exits(0);
        world.write("shares.ram.hcl", &shares("two"));
        let words = if what == "destroy" { "destroy ." } else { "apply ." };
        let mut run = Conversation::start(&world, words);
        run.asked(1).await;
        let arn = share_named(&world, "dev").await;
        let ram = connect(world.running(), ROLE).await.ram(&hub()).await.expect("reachable");
        let org = aws_sdk_organizations::Client::new(&world.sdk("111111111111", "us-east-1"));
        match what {
            "rename" => ram.update_resource_share(&arn, Some("mine"), None).await.expect("renamed"),
            "delete" => {
                ram.delete_resource_share(&arn).await.expect("deleted");
                let gone = async || {
                    let one = ShareScope::One(arn.clone());
                    let page = ram.get_resource_shares(&one, &PageRequest::first(1)).await.expect("listed");
                    page.items.iter().all(|row| row.status != ShareStatus::Deleting)
                };
                while !gone().await {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
            "publish" => {
                let permission = json!({"permission": "AWSRAMDefaultPermissionTransitGateway"});
                drop(world.control("POST", "publish", permission).await);
            }
            "move" => {
                let parents = async |child: &str| {
                    let found = org.list_parents().child_id(child).send().await.expect("listed");
                    found.parents()[0].id().expect("an id").to_owned()
                };
                let (from, to) = (parents("444444444444").await, parents("333333333333").await);
                let moved = org.move_account().account_id("444444444444");
                moved.source_parent_id(from).destination_parent_id(to).send().await.expect("moved");
            }
            "off" => {
                let off = org.disable_aws_service_access().service_principal("ram.amazonaws.com");
                off.send().await.expect("turned off");
            }
            _ => associate(&world, "dev", "333333333333").await,
        }
        let meddled = world.settled(&[hub()]).await;
        run.answers("yes");
        run.asked(2).await;
        run.answers("no");
        run.ends().await.exits(1).says(says).says(&["RAM510", "Nothing was changed."]);
        assert_eq!(world.shares(&[hub()]).await, meddled, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_is_overtaken_three_times_is_given_up() {
    let world = behind().await;
    let mut run = Conversation::start(&world, "apply .");
    for round in 1..=3 {
        run.asked(round).await;
        if round == 3 {
            let arn = share_named(&world, "dev").await;
            let ram = connect(world.running(), ROLE).await.ram(&hub()).await.expect("reachable");
            let renamed = ram.update_resource_share(&arn, Some("mine"), None);
            renamed.await.expect("renamed");
        } else {
            let who = ["333333333333", "555555555555"][round - 1];
            associate(&world, "prod", who).await;
        }
        run.answers("yes");
    }
    run.ends().await.exits(5).says(&["name was dev and is mine", "make a new plan"]);
    assert_eq!(teams(&world.shares(&[hub()]).await), ["one", "one"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_again_after_the_question_is_not_written_to() {
    let world = behind().await;
    let mut run = Conversation::start(&world, "apply .");
    run.asked(1).await;
    let denied = json!([{"action": "ram:GetResourceShareAssociations", "effect": "access_denied"}]);
    world.set_faults(denied).await;
    run.answers("yes");
    run.ends().await.exits(6).says(&["RAM513"]);
    world.set_faults(json!([])).await;
    assert_eq!(teams(&world.shares(&[hub()]).await), ["one", "one"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn yes_to_a_plan_that_is_still_true_carries_it_out_and_no_ends_it() {
    let world = behind().await;
    for answer in ["no", "y", "YES", ""] {
        let mut run = Conversation::start(&world, "apply .");
        run.asked(1).await;
        run.answers(answer);
        run.ends().await.exits(1).says(&["Nothing was changed."]);
    }
    assert_eq!(teams(&world.shares(&[hub()]).await), ["one", "one"]);
    let mut run = Conversation::start(&world, "apply .");
    run.asked(1).await;
    run.answers("yes");
    run.ends().await.exits(0).says(&["Apply complete: 2 of 2 steps done."]).never_says(&["RAM510"]);
    assert_eq!(teams(&world.shares(&[hub()]).await), ["two", "two"]);
}

/// A plan that took its time is not carried out unseen: the answer about network interfaces is the last that the plan waits for.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_plan_is_not_carried_out_unasked_where_aws_has_changed() {
    let world = behind().await;
    world.write("shares.ram.hcl", &shares("two").replace("[\"444444444444\"]", "[]"));
    let slow =
        json!([{"action": "ec2:DescribeNetworkInterfaces", "effect": "slow", "ms": 6_000, "times": 1}]);
    world.set_faults(slow).await;
    let run = world.spawn("apply --auto-approve --allow RAM212 .");
    for _ in 0..2_000 {
        if world.met().await > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    associate(&world, "prod", "444444444444").await;
    let run = finish(run).await.exits(5);
    run.says(&["principal 444444444444 was not there and is now", "make a new plan"]);
    assert_eq!(teams(&world.shares(&[hub()]).await), ["one", "one"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_at_the_question_says_that_nothing_was_changed() {
    let world = behind().await;
    world.write("shares.ram.hcl", &with_another_gateway());
    let mut run = Conversation::start(&world, "apply .");
    run.asked(1).await;
    run.keyboard.write_all(b"\x03").expect("the terminal takes it");
    run.ends().await.exits(130).says(&["Interrupted. Nothing was changed."]);
}
