//! Shares that are adopted, renamed, released and that expire: the real binary against its embedded sandbox.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::run::Run;

/// The account that shares. Two shares are there from the start: one that nobody made a block for, one made from a policy.
const SEED: &str = r#"
organization {
  management_account = "management"
  sharing            = "enabled"
  account "management" { id = "111111111111" }
  account "network"    { id = "222222222222" }
  ou "Workloads" {
    account "dev"  { id = "444444444444" }
    account "prod" { id = "555555555555" }
  }
}
settings { resources = "any" }
share "by_hand" {
  account    = "network"
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-0e1a2b3c4d5e6f701"]
  principals = ["444444444444", "555555555555"]
}
share "from_policy" {
  account             = "network"
  region              = "eu-central-1"
  resources           = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-0e1a2b3c4d5e6f702"]
  principals          = ["444444444444"]
  created_from_policy = true
}
"#;

const HEAD: &str = r#"
account "management" { id = "111111111111" }
organization {
  management_account = account.management
  sharing            = "enabled"
}
account "network" {
  id      = "222222222222"
  regions = ["eu-central-1"]
  assume_role { role_name = "OrganizationAccountAccessRole" }
}
"#;

/// A sandbox and the stacks that share it.
struct World {
    dir: TempDir,
}

/// A block for a share of the first transit gateway with one account.
fn share(label: &str, more: &str) -> String {
    format!(
        r#"
share "{label}" {{
  account    = account.network
  region     = "eu-central-1"
  name       = "hub"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-0e1a2b3c4d5e6f701"]
  principals = ["444444444444"]
  {more}
}}
"#
    )
}

fn import(arn: &str) -> String {
    format!("import {{\n  to = share.hub\n  id = \"{arn}\"\n}}\n")
}

impl World {
    fn new() -> Self {
        Self { dir: TempDir::new().expect("a temporary folder") }
    }

    /// Writes the files of a stack.
    fn stack(&self, name: &str, blocks: &str) {
        let folder = self.dir.path().join(name);
        fs::create_dir_all(&folder).expect("a folder can be made");
        fs::write(folder.join("sandbox.hcl"), SEED).expect("a file can be written");
        let text = format!("ramctl {{ stack = \"{name}\" }}\n{HEAD}{blocks}");
        fs::write(folder.join("stack.ram.hcl"), text).expect("a file can be written");
    }

    #[track_caller]
    fn run(&self, stack: &str, words: &str, code: i32) -> Run {
        let folder = self.dir.path();
        let mut command = Command::new(env!("CARGO_BIN_EXE_ramctl"));
        command.current_dir(Path::new(folder).join(stack)).env_clear().stdin(Stdio::null());
        let mut words = words.split(' ');
        command.arg(words.next().expect("a command"));
        command.arg(format!("--sandbox={}", folder.join("state").display())).args(words);
        Run::of(command.output().expect("the binary can be run")).exits(code)
    }

    #[track_caller]
    fn json(&self, stack: &str, words: &str, code: i32) -> Value {
        self.run(stack, words, code).json()
    }

    /// The ARN of the share that is not the stack's and has this name.
    #[track_caller]
    fn unmanaged(&self, stack: &str, name: &str) -> String {
        let plan = self.json(stack, "plan --json", 0);
        let all = plan["unmanaged"].as_array().expect("a list");
        let found = all.iter().find(|share| share["name"] == name).unwrap_or_else(|| panic!("{plan:#}"));
        found["arn"].as_str().expect("a text").to_owned()
    }
}

#[test]
fn a_share_made_by_hand_is_imported_once_and_then_is_the_stacks() {
    let world = World::new();
    world.stack("network", "");
    let arn = world.unmanaged("network", "by_hand");
    world.stack("network", &format!("{}{}", share("hub", ""), import(&arn)));
    world.run("network", "plan --detailed-exitcode", 4).says(&[
        "1 to import, 0 to create, 1 to update, 0 to delete",
        "of no stack",
        "1 account loses",
        "--allow RAM203@share.hub",
    ]);
    world.run("network", "apply --auto-approve --allow RAM203@share.hub", 0);
    let plan = world.json("network", "plan --json --detailed-exitcode", 0);
    assert_eq!(plan["shares"][0]["before"]["arn"], arn.as_str(), "the very share: {plan:#}");
    assert_eq!(plan["shares"][0]["before"]["tags"]["ramctl:address"], "share.hub");
    // The block may stay, and may go.
    world.stack("network", &share("hub", ""));
    world.run("network", "plan --detailed-exitcode", 0).says(&["No changes"]);
}

#[test]
fn an_import_that_cannot_be_had_is_refused_and_nothing_is_made() {
    let world = World::new();
    world.stack("network", "");
    let policy = world.unmanaged("network", "from_policy");
    let unknown = "arn:aws:ram:eu-central-1:222222222222:resource-share/00000000-0000-0000-0000-000000000000";
    let elsewhere = unknown.replace("eu-central-1", "us-east-1");
    for (arn, told) in [
        (unknown, ["RAM311", "No share in its account and Region"]),
        (&policy, ["RAM326", "made from a resource policy"]),
        (&elsewhere, ["RAM191", "us-east-1"]),
    ] {
        world.stack("network", &format!("{}{}", share("hub", ""), import(arn)));
        world.run("network", "plan", 1).says(&told);
        world.run("network", "apply --auto-approve", 1).says(&told);
    }
    world.stack("network", &share("hub", ""));
    world.run("network", "plan --allow RAM223", 0).says(&["1 to create"]);
}

#[test]
fn a_renamed_block_keeps_its_share() {
    let world = World::new();
    world.stack("network", &share("old", ""));
    world.run("network", "apply --auto-approve --allow RAM223", 0);
    let arn = world.json("network", "plan --json", 0)["shares"][0]["before"]["arn"].clone();
    let moved = "moved {\n  from = share.old\n  to   = share.hub\n}\n";
    world.stack("network", &format!("{}{moved}", share("hub", "")));
    let plan = world.json("network", "plan --json", 0);
    assert_eq!(plan["summary"]["move"], 1, "{plan:#}");
    let operations: Vec<&Value> =
        plan["steps"].as_array().expect("a list").iter().map(|step| &step["operation"]).collect();
    assert_eq!(operations, ["ram:TagResource"]);
    world.run("network", "apply --auto-approve", 0).says(&["1 to move", "no account gains or loses"]);
    let after = world.json("network", "plan --json --detailed-exitcode", 0);
    assert_eq!(after["shares"][0]["before"]["arn"], arn);
}

#[test]
fn a_share_becomes_an_instance_and_the_instance_another_block() {
    let world = World::new();
    world.stack("network", &share("hub", ""));
    world.run("network", "apply --auto-approve --allow RAM223", 0);
    let each = share("hub", "for_each = toset([\"a\"])");
    let first = "moved {\n  from = share.hub\n  to   = share.hub[\"a\"]\n}\n";
    world.stack("network", &format!("{each}{first}"));
    world.run("network", "apply --auto-approve", 0).says(&["1 to move"]);
    world.run("network", "plan --detailed-exitcode", 0);
    let second = "moved {\n  from = share.hub[\"a\"]\n  to   = share.last\n}\n";
    world.stack("network", &format!("{}{first}{second}", share("last", "")));
    world.run("network", "apply --auto-approve", 0).says(&["1 to move", "0 to create"]);
    world.run("network", "plan --detailed-exitcode", 0);
}

#[test]
fn a_released_share_stays_and_another_stack_takes_it() {
    let world = World::new();
    world.stack("network", &share("hub", ""));
    world.run("network", "apply --auto-approve --allow RAM223", 0);
    let arn = world.json("network", "plan --json", 0)["shares"][0]["before"]["arn"].clone();
    let arn = arn.as_str().expect("a text");

    // While it is the first stack's, the second takes it over by name only.
    world.stack("billing", &share("hub", ""));
    world.run("billing", "plan --allow RAM223,RAM230", 0).says(&[
        "1 to create",
        "of the stack \"network\"",
        "RAM230",
    ]);
    world.stack("billing", &format!("{}{}", share("hub", ""), import(arn)));
    world.run("billing", "plan", 4).says(&["1 to import", "RAM210", "of the stack \"network\""]);

    let removed = "removed {\n  from = share.hub\n  lifecycle {\n    destroy = false\n  }\n}\n";
    world.stack("network", removed);
    world.run("network", "plan", 0).says(&["1 to release, 0 to create, 0 to update, 0 to delete"]);
    world.run("network", "apply --auto-approve", 0);
    world.run("network", "plan --detailed-exitcode", 0).says(&["in no stack"]);

    world.run("billing", "apply --auto-approve", 0).says(&["1 to import", "no account gains or loses"]);
    world.run("billing", "plan --detailed-exitcode", 0);
    world.run("network", "plan --detailed-exitcode", 0).says(&["of the stack \"billing\""]);
}

#[test]
fn a_block_that_is_removed_with_destroy_deletes_its_share() {
    let world = World::new();
    world.stack("network", &share("hub", ""));
    world.run("network", "apply --auto-approve --allow RAM223", 0);
    world.stack("network", "removed {\n  from = share.hub\n}\n");
    world.run("network", "apply --auto-approve --allow RAM206", 0).says(&["1 to delete"]);
    world.run("network", "plan --detailed-exitcode", 0);
}

#[test]
fn an_expired_share_is_drift_until_it_is_deleted_and_is_not_made_again() {
    let world = World::new();
    world.stack("network", &share("hub", "expires = \"2999-01-01T00:00:00Z\""));
    world.run("network", "apply --auto-approve --allow RAM223", 0).says(&["expires", "RAM314"]);
    let plan = world.json("network", "plan --json --detailed-exitcode", 0);
    assert!(plan["now"].is_string(), "the run's time stands in the plan: {plan:#}");
    world.stack("network", &share("hub", "expires = \"2020-01-01T00:00:00Z\""));
    let drift = world.json("network", "drift --json", 2);
    assert_eq!(drift["shares"][0]["reasons"][0], "expired", "{drift:#}");
    world.run("network", "apply --auto-approve", 0).says(&["RAM196", "its time is over", "1 to delete"]);
    world.run("network", "plan --detailed-exitcode", 0).says(&["RAM196", "No changes"]);
}
