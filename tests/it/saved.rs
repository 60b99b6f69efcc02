//! Plans that are saved, shown and applied later: the real binary, with people changing AWS in between.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use ramctl::cloud::{Cloud, Members, RamWrite};
use ramctl::model::{Observed, Place, Principal, ShareArn};
use serde_json::{Value, json};

use crate::edge::{ROLE, connect, place, read_places};
use crate::served::World;

pub(crate) const SEED: &str = r#"
organization {
  management_account = "management"
  account "management" { id = "111111111111" }
  account "network" { id = "222222222222" }
  ou "Workloads" {
    ou "Prod" {
      account "web" { id = "333333333333" }
      account "api" { id = "555555555555" }
    }
    ou "Dev" {
      account "dev" { id = "444444444444" }
    }
  }
}
network_interface "web" {
  subnet  = "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1"
  account = "web"
}
network_interface "dev" {
  subnet  = "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1"
  account = "dev"
}
settings {
  resources       = "any"
  associate_ms    = 20
  disassociate_ms = 20
  onboarding_ms   = 50
}
"#;

pub(crate) const HEAD: &str = r#"
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
"#;

pub(crate) fn shares(team: &str) -> String {
    format!(
        r#"
share "prod" {{
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-a"]
  principals = [ou("Workloads/Prod")]
  tags       = {{ team = "{team}" }}
}}
share "dev" {{
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1"]
  principals = ["444444444444"]
  tags       = {{ team = "{team}" }}
}}
"#
    )
}

pub(crate) fn hub() -> Place {
    place("222222222222", "eu-central-1")
}

/// A world in which the stack was applied, and whose files ask for other tags now.
pub(crate) async fn behind() -> World {
    let world = World::new(SEED).await;
    world.write("head.ram.hcl", HEAD);
    world.write("shares.ram.hcl", &shares("one"));
    world.run("apply --auto-approve .").await.exits(0);
    world.write("shares.ram.hcl", &shares("two"));
    world
}

pub(crate) async fn share_named(world: &World, name: &str) -> ShareArn {
    let live = read_places(&connect(world.running(), ROLE).await, &[hub()]).await;
    let Observed::Known(found) = &live.places[&hub()] else { panic!("unread") };
    found.shares.values().find(|share| share.name == name).expect("the share is there").arn.clone()
}

pub(crate) fn teams(seen: &[crate::served::Seen]) -> Vec<&str> {
    seen.iter().map(|share| share.tags["team"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_is_shown_as_it_was_and_applied_once() {
    let world = World::new(SEED).await;
    let secret = HEAD
        .replace("{ role_name", "{\n external_id = \"hush-hush\"\n role_name")
        .replace("Role\" }", "Role\"\n}");
    world.write("head.ram.hcl", &secret);
    world.write("shares.ram.hcl", &shares("one"));
    let planned = world.run("plan --out p.json .").await.exits(0);
    let text = fs::read_to_string(world.path("p.json")).expect("the plan was saved");
    assert!(!text.contains("hush") && !text.contains("AKIA"), "{text}");
    assert_eq!(fs::metadata(world.path("p.json")).expect("there").permissions().mode() & 0o777, 0o600);

    let shown = world.run("show p.json").await.exits(0);
    assert_eq!(shown.stdout, planned.stdout);
    assert_eq!(world.run("show --json p.json").await.exits(0).stdout, text);
    world.run("show --output markdown p.json").await.exits(0).says(&["**Plan: 2 to create"]);
    world.run("show --output html p.json").await.exits(0).says(&["<!DOCTYPE html>"]);

    world.run("apply p.json").await.exits(1).says(&["external id", "--stack"]);
    assert_eq!(world.shares(&[hub()]).await, []);
    world.run("apply --stack . p.json").await.exits(0).says(&["Apply complete: 5 of 5 steps done."]);
    let after = world.shares(&[hub()]).await;
    world.run("apply --stack . p.json").await.exits(5).says(&[
        "RAM511",
        "the effect of all 5 steps: it looks as if this plan was applied already",
        "sharing inside the organization (on), share.dev (made at 2",
        "nothing is left of this plan to do",
    ]);
    assert_eq!(world.shares(&[hub()]).await, after);
    world.run("plan --detailed-exitcode .").await.exits(0).says(&["No changes"]);
}

/// Each output, each way to start a run, each outcome: the exit code is that of the text, and nothing panics.
#[tokio::test(flavor = "multi_thread")]
async fn every_output_says_every_outcome_of_every_way_to_apply() {
    let world = behind().await;
    let outputs = ["text", "json", "markdown", "html", "github", "json=apply.json", "html=apply.html"];
    let other = format!("apply --fingerprint {}", "0".repeat(64));
    world.run("plan --out fresh.json .").await.exits(0);
    let denied = json!({"action": "ram:GetResourceShare*", "effect": "error", "code": "AccessDeniedException", "status": 403});
    for (output, written) in outputs.iter().zip(["stdout"; 5].into_iter().chain(["apply.json", "apply.html"]))
    {
        let check = async |words: String, code: i32| {
            let run = world.run(&format!("{words} --output {output}")).await.exits(code);
            assert!(!run.stderr.contains("panicked"), "{run}");
            let out = if written == "stdout" {
                run.stdout
            } else {
                std::fs::read_to_string(world.path(written)).unwrap()
            };
            assert!(!out.is_empty(), "{output} after {words} with {code}");
        };
        check(format!("{other} fresh.json"), 5).await;
        check(format!("{other} --auto-approve ."), 5).await;
        world.set_faults(json!([denied.clone()])).await;
        check("apply fresh.json".to_owned(), 6).await;
        check("apply --auto-approve .".to_owned(), 6).await;
        world.set_faults(json!([])).await;
    }
    world.run("apply fresh.json").await.exits(0);
    for output in outputs {
        for (words, code) in [
            ("apply fresh.json", 5),
            ("apply --auto-approve .", 0),
            ("apply nowhere.json", 1),
            ("apply no-folder", 1),
        ] {
            let run = world.run(&format!("{words} --output {output}")).await.exits(code);
            assert!(!run.stderr.contains("panicked"), "{run}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_that_was_changed_by_hand_makes_the_plan_stale() {
    let world = behind().await;
    world.run("plan --out p.json .").await.exits(0);
    let arn = share_named(&world, "dev").await;
    let cloud = connect(world.running(), ROLE).await;
    let ram = cloud.ram(&hub()).await.expect("reachable");
    let extra = Members { principals: vec![Principal::read("333333333333")], ..Members::default() };
    ram.associate_resource_share(&arn, &extra).await.expect("associated");
    world.run("apply p.json").await.exits(5).says(&[
        "RAM510",
        "share.dev",
        "principal 333333333333 was not there and is now (ASSOCIATED)",
        "AWS has it since",
    ]);
    assert_eq!(teams(&world.shares(&[hub()]).await), ["one", "one"]);

    // A plan made now takes the principal off a subnet again, which is to be agreed to: in the plan, or when it is carried out.
    world.run("plan --out p.json .").await.exits(4);
    world.run("apply p.json").await.exits(4).says(&["--allow RAM212@share.dev"]);
    world.run("apply --allow RAM203 p.json").await.exits(4).says(&["--allow RAM203 matches no hazard"]);
    assert_eq!(teams(&world.shares(&[hub()]).await), ["one", "one"], "nothing was done");
    let run = world.run("apply --allow RAM212@share.dev p.json").await.exits(0);
    run.says(&["HAZARDS, all of them allowed", "allowed by --allow"]);
    assert_eq!(teams(&world.shares(&[hub()]).await), ["two", "two"]);
    world.run("drift .").await.exits(0);

    let gone = cloud.ram(&hub()).await.expect("reachable");
    world.write("shares.ram.hcl", &shares("three"));
    world.run("plan --out p.json .").await.exits(0);
    gone.delete_resource_share(&arn).await.expect("deleted");
    world.run("apply p.json").await.exits(5).says(&["share.dev", "is deleted"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_left_its_unit_makes_the_plan_stale() {
    let world = behind().await;
    world.run("plan --out p.json .").await.exits(0);
    let keys = world.running().management();
    let keys = Credentials::new(&keys.access_key_id, &keys.secret_access_key, None, None, "test");
    let config = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::v2026_01_12())
        .region(aws_config::Region::new("us-east-1"))
        .endpoint_url(world.running().endpoint_url())
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .build();
    let org = aws_sdk_organizations::Client::new(&config);
    org.remove_account_from_organization().account_id("333333333333").send().await.expect("removed");
    world.run("apply p.json").await.exits(5).says(&["RAM510", "ou Workloads/Prod", "333333333333 left"]);
    assert_eq!(teams(&world.shares(&[hub()]).await), ["one", "one"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_was_cut_short_is_stale_by_its_own_doing() {
    let world = behind().await;
    world.run("plan --out p.json .").await.exits(0);
    let arn = share_named(&world, "dev").await;
    let cloud = connect(world.running(), ROLE).await;
    let ram = cloud.ram(&hub()).await.expect("reachable");
    let plan: Value =
        serde_json::from_str(&fs::read_to_string(world.path("p.json")).expect("saved")).expect("JSON");
    let step = &plan["steps"][0];
    assert_eq!(step["arguments"]["share"]["arn"], arn.as_str(), "{step}");
    let tags = step["arguments"]["tags"].as_object().expect("tags").clone();
    let tags = tags.into_iter().map(|(key, value)| (key, value.as_str().expect("text").to_owned())).collect();
    ram.tag_resource(&arn, &tags).await.expect("tagged");
    world
        .run("apply p.json")
        .await
        .exits(5)
        .says(&[
            "RAM511",
            "the effect of 1 of its 2 steps: it looks as if part of this plan was applied",
            "Done: TagResource for share.dev. Not done: TagResource for share.prod.",
            "share.dev (ramctl's record of what was applied, tag)",
        ])
        .never_says(&["v2:", "RAM510", "since 2"]);
}

/// AWS is as the plan found it, so the plan is as good as on the first day: its calls are made again and not taken for the old ones.
#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_whose_work_was_undone_by_hand_is_carried_out_again() {
    let world = behind().await;
    world.write("shares.ram.hcl", &shares("one").replace("[ou(", "[\"444444444444\", ou("));
    world.run("plan --out p.json .").await.exits(0).says(&["1 to update"]);
    let record = world.shares(&[hub()]).await;
    let arn = share_named(&world, "prod").await;
    let tags = world.live(&hub()).await.shares[&arn].tags.clone();
    world.run("apply --wait-timeout 20 p.json").await.exits(0);
    let ram = connect(world.running(), ROLE).await.ram(&hub()).await.expect("reachable");
    let dev = Members { principals: vec![Principal::read("444444444444")], ..Members::default() };
    ram.disassociate_resource_share(&arn, &dev).await.expect("taken off");
    ram.tag_resource(&arn, &tags).await.expect("tagged as before");
    settled(&world, &record).await;
    world.run("apply --wait-timeout 20 p.json").await.exits(0);
    world.run("plan --detailed-exitcode .").await.exits(0).says(&["No changes"]);
}

/// Waits until the shares are as given.
async fn settled(world: &World, shares: &[crate::served::Seen]) {
    for _ in 0..200 {
        if world.shares(&[hub()]).await == shares {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("{:#?}", world.shares(&[hub()]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_another_apply_has_overtaken_says_what_that_was_about() {
    let world = behind().await;
    world.run("plan --out p.json .").await.exits(0);
    world.write("shares.ram.hcl", &shares("three"));
    world.run("apply --auto-approve .").await.exits(0);
    world
        .run("apply p.json")
        .await
        .exits(5)
        .says(&["tag team was one and is three", "another apply has brought it to other tags."])
        .never_says(&["v2:", "RAM511"]);
    assert_eq!(teams(&world.shares(&[hub()]).await), ["three", "three"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_goes_with_the_plan_and_is_shown_again() {
    let world = behind().await;
    let allow = "allow = [{ code = \"RAM212\", reason = \"dev is closed\", until = \"2999-01-01\" }]";
    let less = shares("two").replace("[\"444444444444\"]", &format!("[]\n  {allow}"));
    world.write("shares.ram.hcl", &less);
    world.run("plan --out p.json .").await.exits(0).says(&["dev is closed"]);
    world.run("show p.json").await.exits(0).says(&["(until 2999-01-01T00:00:00Z): dev is closed"]);
    world.run("apply p.json").await.exits(0).says(&["dev is closed"]);

    // What the flag agreed to stays agreed to.
    world.write("shares.ram.hcl", &shares("two").replace("[ou(\"Workloads/Prod\")]", "[]"));
    world.run("plan --out p.json .").await.exits(4);
    world.run("plan --out p.json --allow RAM203 .").await.exits(0);
    world.run("apply p.json").await.exits(0).says(&["allowed by --allow"]);
    world.run("plan --detailed-exitcode .").await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_no_whole_plan_of_this_version_are_refused_before_anything_is_called() {
    let world = behind().await;
    world.run("plan --out p.json .").await.exits(0);
    let text = fs::read_to_string(world.path("p.json")).expect("saved");
    let version = format!("\"ramctl_version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    for (name, text, said) in [
        ("edited", text.replace("two", "six"), "somebody edited it"),
        (
            "forged",
            forged(&text),
            "steps[0].arguments.tags.team is \"six\", and \"two\" follows from the changes",
        ),
        ("cut", text[..text.len() / 2].to_owned(), "cut short"),
        ("empty", String::new(), "cut short"),
        ("version", text.replace(&version, "\"ramctl_version\": \"0.0.1\""), "ramctl 0.0.1 made it"),
        ("other", "{\"format_version\": \"1.0\", \"kind\": \"drift\"}".to_owned(), "\"drift\", not a plan"),
        ("large", format!("{{\"x\": \"{}\"}}", "x".repeat(50 << 20)), "cut short, or is something else"),
        ("huge", " ".repeat((64 << 20) + 1), "larger than"),
    ] {
        world.write(name, &text);
        for command in ["apply", "show"] {
            world.run(&format!("{command} {name}")).await.exits(1).says(&[said]);
        }
    }
    assert_eq!(teams(&world.shares(&[hub()]).await), ["one", "one"]);
    world.run("destroy --auto-approve p.json").await.exits(1).says(&["is a file"]);
}

/// The plan with another tag in its first step, and a right digest over it.
fn forged(text: &str) -> String {
    let plan: Value = serde_json::from_str(text).expect("JSON");
    let at = text.find("\"steps\": [\n    {").expect("there are steps");
    let edited =
        format!("{}{}", &text[..at], text[at..].replacen("\"team\": \"two\"", "\"team\": \"six\"", 1));
    let digest = plan["digest"].as_str().expect("a text");
    crate::forged::sealed_text(&edited.replacen(digest, "", 1))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fingerprint_is_a_handshake_without_a_file() {
    let world = behind().await;
    let planned = world.run("plan .").await.exits(0);
    let line =
        planned.stdout.lines().find_map(|line| line.strip_prefix("Fingerprint: ")).expect("a fingerprint");
    world.write("shares.ram.hcl", &shares("three"));
    let other = format!("apply --auto-approve --fingerprint {line} .");
    world.run(&other).await.exits(5).says(&["RAM512"]);
    assert_eq!(teams(&world.shares(&[hub()]).await), ["one", "one"]);
    world.write("shares.ram.hcl", &shares("two"));
    world.run(&other).await.exits(0);
    assert_eq!(teams(&world.shares(&[hub()]).await), ["two", "two"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_nothing_and_a_plan_to_destroy_can_be_saved() {
    let world = behind().await;
    world.run("apply --auto-approve .").await.exits(0);
    world.run("plan --out p.json .").await.exits(0).says(&["No changes"]);
    world.run("apply p.json").await.exits(0);
    world.run("plan --destroy --out p.json .").await.exits(0).says(&["2 to delete"]);
    world.run("apply --parallelism 1 p.json").await.exits(0).says(&["2 of 2 steps done"]);
    assert_eq!(world.shares(&[hub()]).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_narrowed_run_says_what_it_leaves_out_and_reads_no_more_than_it_needs() {
    let world = behind().await;
    world.run("plan --target share.dev .").await.exits(0).says(&[
        "1 to update",
        "PARTIAL: only share.dev.",
        "1 share, which has changes",
        "Read 1 of 1 account, 2 of 2 Regions",
    ]);
    world.run("plan --target share.dve .").await.exits(1).says(&["share.dve", "Did you mean share.dev?"]);
    world.run("plan --account netwrk .").await.exits(1).says(&["Did you mean network?"]);
    world.run("plan --region eu-west-3 .").await.exits(1).says(&["no account and Region"]);
    world
        .run("plan --region us-east-1 .")
        .await
        .exits(0)
        .says(&["No changes in what was selected.", "1 account and Region not read"]);
    world
        .run("plan --refresh-only --output text --output json=refresh.json .")
        .await
        .exits(0)
        .says(&["No changes in what was selected.", "2 of them with changes"]);
    world.run("apply refresh.json").await.exits(1).says(&["--refresh-only", "is not applied"]);
    world
        .run("drift --account network --exclude share.dev .")
        .await
        .exits(2)
        .says(&["PARTIAL: without share.dev"]);

    world.run("plan --target share.dev --out p.json .").await.exits(0);
    let text = fs::read_to_string(world.path("p.json")).expect("saved");
    let plan: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(plan["partial"]["targets"], serde_json::json!(["share.dev"]));
    world.run("apply --target share.prod p.json").await.exits(1).says(&["as a whole"]);
    world.run("apply p.json").await.exits(0);
    assert_eq!(teams(&world.shares(&[hub()]).await), ["two", "one"]);
    world.run("drift --target share.dev .").await.exits(0).says(&["No drift in what was selected."]);
    world.run("plan .").await.exits(0).says(&["1 to update"]);
    world.run("destroy --auto-approve --target share.prod .").await.exits(0);
    assert_eq!(teams(&world.shares(&[hub()]).await), ["two"]);
}

/// The block says another Region than before. The share that it had is still where it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_narrowed_run_finds_the_share_in_the_region_that_its_block_left() {
    let world = behind().await;
    world.write("shares.ram.hcl", &shares("one").replacen("eu-central-1", "us-east-1", 2));
    let moves = ["1 to replace", "it moves to another Region", "PARTIAL: only share.prod"];
    world.run("plan --target share.prod .").await.exits(4).says(&moves);
    // No second share beside the one that the run leaves out.
    let half = world.run("plan --target share.prod --region us-east-1 .").await.exits(6);
    half.says(&["NOT MOVED", "RAM454"]);
    world.run("apply --auto-approve --target share.prod --allow RAM203,RAM207 .").await.exits(0);
    let places = [hub(), place("222222222222", "us-east-1")];
    let seen = world.shares(&places).await;
    let names: Vec<(&str, &str)> =
        seen.iter().map(|share| (share.place.region.as_str(), share.name.as_str())).collect();
    assert_eq!(names, [("eu-central-1", "dev"), ("us-east-1", "prod")]);
    world.run("plan --detailed-exitcode .").await.exits(0);
}
