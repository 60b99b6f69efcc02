//! The whole way against a sandbox: files, plan, apply, and a plan again that finds nothing left.

use std::time::Duration;

use ramctl::apply::{self, Event, apply};
use ramctl::aws::Connector;
use ramctl::cloud::{Cloud, RamWrite};
use ramctl::collect;
use ramctl::desired::{resolve, tag_searches};
use ramctl::diag::SourceMap;
use ramctl::diff;
use ramctl::lang::functions::{FileError, StackFiles};
use ramctl::lang::{Declaration, Inputs, Limits, compile};
use ramctl::model::{AccountId, Observed, Place, ShareStatus};
use ramctl::org::SharingState;
use ramctl::plan::{self, Consent, Outcome, Plan, StepResult};
use tokio_util::sync::CancellationToken;

use crate::edge::{ROLE, SEED, connect, place, read_for, read_organization, read_places, start};

/// A stack that reads no files.
struct NoFiles;

impl StackFiles for NoFiles {
    fn read(&self, _path: &str) -> Result<Vec<u8>, FileError> {
        Err(FileError::NotFound)
    }

    fn list(&self, _folder: &str) -> Result<Vec<String>, FileError> {
        Ok(Vec::new())
    }

    fn folder(&self) -> String {
        "/stack".into()
    }
}

pub(crate) fn declare(text: &str) -> Declaration {
    let mut sources = SourceMap::default();
    let file = sources.add("stack.ram.hcl", text);
    let inputs = Inputs {
        values: &[],
        files: &NoFiles,
        plan_timestamp: "2026-11-22T10:00:00Z",
        limits: Limits::default(),
    };
    let compiled = compile(&mut sources, &[file], &inputs);
    compiled.declaration.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics))
}

pub(crate) async fn plan_of(cloud: &Connector, declaration: &Declaration) -> Plan {
    let org = read_organization(cloud).await;
    let searches = tag_searches(declaration);
    let tagged = collect::tagged(cloud, &searches, &collect::Settings::default()).await;
    let resolution = resolve(declaration, &org, &tagged);
    let graph = resolution.graph.unwrap_or_else(|| panic!("{:#?}", resolution.diagnostics));
    let places: Vec<Place> = graph.places.iter().cloned().collect();
    let live = read_for(cloud, &places, &diff::interest(&graph)).await;
    plan::plan(&diff::diff(&graph, &live, &org), &org)
}

fn quick() -> apply::Settings {
    apply::Settings {
        first_pause: Duration::from_millis(50),
        longest_pause: Duration::from_millis(200),
        deadline: Duration::from_secs(20),
        external_invitation: Duration::from_millis(600),
        ..apply::Settings::default()
    }
}

pub(crate) async fn carry_out(
    cloud: &Connector,
    plan: &Plan,
    stop: &CancellationToken,
    hear: impl Fn(Event) + Sync,
) -> Outcome {
    let approved = plan.approve(&Consent::to_everything()).expect("nothing forbids it");
    apply(&approved, cloud, &quick(), hear, stop.clone()).await
}

pub(crate) async fn carry_out_all(cloud: &Connector, plan: &Plan) -> Outcome {
    let outcome = carry_out(cloud, plan, &CancellationToken::new(), |_| {}).await;
    for step in &outcome.steps {
        assert!(matches!(step.result, StepResult::Done { .. }), "{step:?} of {:#?}", plan.steps());
    }
    outcome
}

const STACK: &str = r#"
ramctl { stack = "network" }
organization {
  management_account = account.management
  sharing            = "enabled"
}
account "management" { id = "111111111111" }
account "web" { id = "333333333333" }
account "network" {
  id = "222222222222"
  assume_role { role_name = "OrganizationAccountAccessRole" }
}
locals {
  gateways = {
    "eu-central-1" = "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-0a"
    "us-east-1"    = "arn:aws:ec2:us-east-1:222222222222:transit-gateway/tgw-0b"
  }
}
share "tgw" {
  for_each   = local.gateways
  account    = account.network
  region     = each.key
  resources  = [each.value]
  principals = [ou("Workloads")]
}
share "subnets" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1"]
  principals = [account.web]
}
"#;

#[tokio::test]
async fn a_stack_is_bootstrapped_applied_and_then_in_sync() {
    let running = start(SEED).await;
    let cloud = connect(&running, ROLE).await;
    let declaration = declare(STACK);

    let first = plan_of(&cloud, &declaration).await;
    assert!(first.is_complete() && first.has_changes());
    carry_out_all(&cloud, &first).await;
    assert_eq!(read_organization(&cloud).await.sharing, Observed::Known(SharingState::Enabled));

    let second = plan_of(&cloud, &declaration).await;
    assert!(second.steps().is_empty(), "{:#?}", second.steps());

    // The plan of before, carried out again, finds its own work: tokens make it a replay.
    carry_out_all(&cloud, &first).await;
    assert!(plan_of(&cloud, &declaration).await.steps().is_empty());
    running.shutdown().await.expect("the sandbox stops");
}

#[tokio::test]
async fn each_kind_of_change_is_planned_applied_and_then_gone() {
    let running = start(SEED).await;
    let cloud = connect(&running, ROLE).await;
    carry_out_all(&cloud, &plan_of(&cloud, &declare(STACK)).await).await;
    for (before, after) in [
        ("principals = [account.web]", "principals = [account.web, ou(\"Workloads/Dev\")]"),
        ("principals = [account.web]", "principals = [ou(\"Workloads/Dev\")]"),
        ("subnet/subnet-1\"]", "subnet/subnet-2\"]"),
        ("principals = [account.web]", "principals = [account.web]\n  tags = { team = \"network\" }"),
        ("principals = [account.web]", "principals = [account.web]\n  name = \"renamed\""),
        ("principals = [account.web]", "principals = [account.web]\n  allow_external_principals = true"),
        ("share \"subnets\" {", "share \"others\" {"),
    ] {
        assert!(STACK.contains(before), "{before}");
        let changed = declare(&STACK.replace(before, after));
        for declaration in [&changed, &declare(STACK)] {
            let plan = plan_of(&cloud, declaration).await;
            assert!(plan.has_changes(), "{after}");
            carry_out_all(&cloud, &plan).await;
            let left = plan_of(&cloud, declaration).await;
            assert!(left.steps().is_empty(), "{after}: {:#?}", left.steps());
        }
    }
    running.shutdown().await.expect("the sandbox stops");
}

#[tokio::test]
async fn a_principal_outside_is_invited_and_not_waited_for() {
    let running = start(SEED).await;
    let cloud = connect(&running, ROLE).await;
    let declaration = declare(&STACK.replace(
        "resources  = [\"arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1\"]\n  principals = [account.web]",
        "resources  = [local.gateways[\"eu-central-1\"]]\n  principals = [\"999999999999\"]\n  allow_external_principals = true",
    ));
    let plan = plan_of(&cloud, &declaration).await;
    let outcome = carry_out_all(&cloud, &plan).await;
    let waiting: Vec<String> = outcome
        .steps
        .iter()
        .flat_map(|step| match &step.result {
            StepResult::Done { waiting_for, .. } => waiting_for.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        })
        .collect();
    assert_eq!(waiting, ["999999999999"]);
    let left = plan_of(&cloud, &declaration).await;
    assert!(left.steps().is_empty(), "{:#?}", left.steps());
    running.shutdown().await.expect("the sandbox stops");
}

#[tokio::test]
async fn a_share_that_is_deleted_by_hand_is_made_again() {
    let running = start(SEED).await;
    let cloud = connect(&running, ROLE).await;
    let declaration = declare(STACK);
    let first = plan_of(&cloud, &declaration).await;
    carry_out_all(&cloud, &first).await;
    let here = place("222222222222", "us-east-1");
    let ram = cloud.ram(&here).await.expect("reachable");
    for round in 0..3 {
        let live = read_places(&cloud, std::slice::from_ref(&here)).await;
        let shares = &live.places[&here].known().expect("read").shares;
        let active: Vec<_> = shares.values().filter(|share| share.status == ShareStatus::Active).collect();
        assert_eq!(active.len(), 1, "{shares:#?}");
        ram.delete_resource_share(&active[0].arn).await.expect("deleted");
        tokio::time::sleep(Duration::from_millis(400)).await;
        // Once with a new plan, once with the plan of before and its old tokens.
        let plan = if round == 1 { first.clone() } else { plan_of(&cloud, &declaration).await };
        assert!(plan.has_changes());
        carry_out_all(&cloud, &plan).await;
        assert!(plan_of(&cloud, &declaration).await.steps().is_empty());
    }
    running.shutdown().await.expect("the sandbox stops");
}

#[tokio::test]
async fn a_run_that_is_stopped_anywhere_is_finished_by_the_next() {
    let running = start(SEED).await;
    let cloud = connect(&running, ROLE).await;
    let declaration = declare(STACK);
    for stop_after in 1..=6 {
        let plan = plan_of(&cloud, &declaration).await;
        if plan.steps().is_empty() {
            break;
        }
        let (stop, seen) = (CancellationToken::new(), std::sync::atomic::AtomicUsize::new(0));
        carry_out(&cloud, &plan, &stop, |event| {
            let interesting = matches!(event, Event::Started { .. } | Event::Waiting { .. });
            if interesting && seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1 == stop_after {
                stop.cancel();
            }
        })
        .await;
        // What AWS has accepted goes on without ramctl.
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    carry_out_all(&cloud, &plan_of(&cloud, &declaration).await).await;
    assert!(plan_of(&cloud, &declaration).await.steps().is_empty());
    for region in ["eu-central-1", "us-east-1"] {
        let here = place("222222222222", region);
        let live = read_places(&cloud, std::slice::from_ref(&here)).await;
        let expected = if region == "us-east-1" { 1 } else { 2 };
        assert_eq!(
            live.places[&here].known().expect("read").shares.len(),
            expected,
            "no share twice in {region}"
        );
    }
    running.shutdown().await.expect("the sandbox stops");
}

#[tokio::test]
async fn nothing_is_planned_in_an_account_that_was_not_read() {
    let seed = SEED.replace(
        "account \"network\" { id = \"222222222222\" }",
        "account \"network\" {\n id = \"222222222222\"\n roles = false\n}",
    );
    let running = start(&seed).await;
    let cloud = connect(&running, ROLE).await;
    let plan = plan_of(&cloud, &declare(STACK)).await;
    assert!(!plan.is_complete());
    let elsewhere = AccountId::parse("222222222222").expect("valid");
    assert!(plan.steps().iter().all(|step| step.place.account != elsewhere), "{:#?}", plan.steps());
    running.shutdown().await.expect("the sandbox stops");
}

#[tokio::test]
async fn sharing_is_turned_on_from_each_state_that_allows_it() {
    for sharing in ["enabled", "half", "leftover_role", "off"] {
        let seed = SEED.replace("organization {", &format!("organization {{\n  sharing = \"{sharing}\""));
        let running = start(&seed).await;
        let cloud = connect(&running, ROLE).await;
        let declaration = declare(STACK);
        carry_out_all(&cloud, &plan_of(&cloud, &declaration).await).await;
        assert_eq!(read_organization(&cloud).await.sharing, Observed::Known(SharingState::Enabled));
        assert!(plan_of(&cloud, &declaration).await.steps().is_empty());
        running.shutdown().await.expect("the sandbox stops");
    }
}
