//! One apply with a change of every kind: three accounts, two Regions, every operation that ramctl knows. What the sandbox writes to
//! its journal is every state that AWS was in on the way, and each of them is looked at: nobody ever has what neither the beginning
//! nor the end gives, nobody is ever without what both give, and a run that begins there ends where this one ended.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use aws_sdk_ram::Client;
use futures_util::{StreamExt, stream};
use ramctl::model::Place;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::access::{Access, Actions, Grant, received};
use crate::edge::place;
use crate::run::{APPLY, allowing_all};
use crate::served::{World, state_of};

const SEED: &str = include_str!("every_kind/sandbox.hcl");
const HEAD: &str = include_str!("every_kind/head.ram.hcl");
const BEFORE: &str = include_str!("every_kind/before.ram.hcl");
const AFTER: &str = include_str!("every_kind/after.ram.hcl");

const MANAGEMENT: &str = "111111111111";
const NETWORK: &str = "222222222222";
const HUB: &str = "555555555555";
const VENDOR: &str = "888888888888";
const PARTNER: &str = "999999999999";
const FRANKFURT: &str = "eu-central-1";
const VIRGINIA: &str = "us-east-1";

/// Where the stack's shares are.
fn places() -> [Place; 4] {
    [(NETWORK, FRANKFURT), (NETWORK, VIRGINIA), (HUB, FRANKFURT), (HUB, VIRGINIA)]
        .map(|(account, region)| place(account, region))
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// What the stack's shares give, and which shares of others the hub has.
async fn access(world: &World, actions: &Actions) -> Access {
    let mut access = Access::of(world, &places(), &[place(PARTNER, FRANKFURT)], actions).await;
    let names = received(world, &place(HUB, FRANKFURT)).await.into_values();
    for name in names.filter(|name| name.ends_with("-vendor")) {
        let grant = Grant { principal: HUB.into(), resource: name, action: "receives".into() };
        access.most.insert(grant.clone());
        access.least.insert(grant);
    }
    access
}

/// What other hands do between the two sets of files.
async fn meddle(world: &World) {
    let network = Client::new(&world.sdk(NETWORK, FRANKFURT));
    let live = world.live(&place(NETWORK, FRANKFURT)).await;
    let permission = |name: &str| {
        let found = live.customer_permissions.iter().find(|row| row.arn.name() == name);
        found.unwrap_or_else(|| panic!("{name} is there")).arn.to_string()
    };
    for (name, action) in [("full", "A2"), ("full", "A3"), ("full", "A4"), ("full", "A5"), ("back", "A2")] {
        let policy =
            json!({"Effect": "Allow", "Action": ["acm-pca:GetCertificate", format!("acm-pca:{action}")]});
        let version = network.create_permission_version().permission_arn(permission(name));
        version.policy_template(policy.to_string()).send().await.expect("the owner may");
    }

    let hub = world.live(&place(HUB, VIRGINIA)).await.shares;
    let mended = hub.values().find(|share| share.name == "mended").expect("it was made");
    let status = json!({
        "resource_share_arn": mended.arn.to_string(),
        "associated_entity": "444444444444",
        "status": "FAILED",
        "status_message": "The account is under review.",
        "seconds_ago": 600,
    });
    world.control("PUT", "status", status).await;

    let iam = aws_sdk_iam::Client::new(&world.sdk(MANAGEMENT, VIRGINIA));
    let role = iam.delete_service_linked_role().role_name("AWSServiceRoleForResourceAccessManager");
    role.send().await.expect("the management account may");

    let vendor = Client::new(&world.sdk(VENDOR, FRANKFURT));
    for name in ["tools-vendor", "games-vendor", "games-old-vendor"] {
        let share = vendor.create_resource_share().name(name).principals(HUB);
        let gateway = format!("arn:aws:ec2:{FRANKFURT}:{VENDOR}:transit-gateway/{name}");
        share.resource_arns(gateway).send().await.expect("the vendor may");
    }
    let hub = Client::new(&world.sdk(HUB, FRANKFURT));
    let invitations = hub.get_resource_share_invitations().send().await.expect("the hub may");
    let invitations = invitations.resource_share_invitations.unwrap_or_default();
    let old = invitations.iter().find(|it| it.resource_share_name() == Some("games-old-vendor"));
    let old = old.and_then(|it| it.resource_share_invitation_arn()).expect("it was invited");
    hub.accept_resource_share_invitation().resource_share_invitation_arn(old).send().await.expect("accepted");
}

/// The second set of files, which names what RAM made from a policy by its ARNs.
async fn after(world: &World) -> String {
    let live = world.live(&place(NETWORK, VIRGINIA)).await;
    let share = live.shares.values().find(|share| share.name == "policy").expect("it was seeded");
    let permission = live.customer_permissions.first().expect("it was seeded with its share");
    AFTER
        .replace("SHARE_OF_POLICY", share.arn.as_str())
        .replace("PERMISSION_OF_POLICY", &permission.arn.to_string())
}

/// The journal of a sandbox that was shut down.
fn journal(folder: &TempDir) -> Vec<String> {
    let text = fs::read_to_string(state_of(folder.path()).join("journal.ndjson")).expect("it keeps one");
    text.lines().map(|line| format!("{line}\n")).collect()
}

/// A sandbox as it was when its journal had these lines, at that very moment or going on from there.
async fn at(lines: &[String], still: bool) -> World {
    let folder = TempDir::new().expect("a temporary folder");
    fs::create_dir(state_of(folder.path())).expect("the folder can be written");
    fs::write(state_of(folder.path()).join("journal.ndjson"), lines.concat())
        .expect("the folder can be written");
    let moment = lines.iter().rev().find_map(|line| moment(line)).expect("a call that has a time");
    World::copy_at(folder.path(), SEED, still.then_some(moment)).await
}

/// When the call was made that a line is about. What settles by itself is written as the next call is made.
fn moment(line: &str) -> Option<i64> {
    let rows: Value = serde_json::from_str(line).expect("JSON");
    let row = rows[2].as_array()?.iter().find(|row| row[0] == "trail")?;
    row[2]["at"].as_i64()
}

/// Whether a line of the journal changes more than who called what.
fn changes_something(line: &str) -> bool {
    let rows: Value = serde_json::from_str(line).expect("JSON");
    let quiet = ["trail", "access_keys", "tokens", "meta"];
    let Some(rows) = rows[2].as_array() else { return false };
    rows.iter().any(|row| !quiet.contains(&row[0].as_str().expect("a table")))
}

/// Reads the stream of an apply: no step began before all that it needs was done, nor beside another of its share.
fn hold_order(plan: &Value, events: &str) {
    let steps: BTreeMap<u64, &Value> =
        plan["steps"].as_array().expect("steps").iter().map(|step| (id(step), step)).collect();
    let (mut done, mut under_way) = (BTreeSet::new(), BTreeSet::new());
    let role =
        steps.values().find(|step| step["operation"] == "iam:CreateServiceLinkedRole").map(|step| id(step));
    for line in events.lines() {
        let event: Value = serde_json::from_str(line).expect("JSON");
        let kind = event["kind"].as_str().expect("events have one");
        if kind == "step_started" {
            let step = steps[&id(&event["step"])];
            let needs: BTreeSet<u64> =
                step["needs"].as_array().expect("ids").iter().filter_map(Value::as_u64).collect();
            assert!(needs.is_subset(&done), "{step:#} began before its needs: {done:?}");
            let beside = under_way.iter().map(|other| steps[other]).find(|other| {
                !step["address"].is_null()
                    && other["address"] == step["address"]
                    && other["place"] == step["place"]
            });
            assert!(beside.is_none(), "{step:#} began beside {beside:#?}");
            if ["ram:CreateResourceShare", "ram:AssociateResourceShare"]
                .map(Value::from)
                .contains(&step["operation"])
                && step["arguments"].to_string().contains(":organizations::")
            {
                assert!(done.contains(&role.expect("the role is made")), "{step:#} before sharing was whole");
            }
            under_way.insert(id(step));
        } else if ["step_done", "step_unseen"].contains(&kind) {
            under_way.remove(&id(&event["step"]));
            done.insert(id(&event["step"]));
        }
    }
    assert_eq!(done.len(), steps.len(), "every step was done");
}

fn id(step: &Value) -> u64 {
    step["id"].as_u64().expect("steps have one")
}

/// The operations that a plan can have, by its schema.
fn operations() -> BTreeSet<String> {
    let schema: Value =
        serde_json::from_str(include_str!("../../schemas/plan.v1.json")).expect("the schema is JSON");
    schema["$defs"]["OperationWord"]["enum"].as_array().expect("a list").iter().map(word).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_every_kind_is_one_run_that_never_gives_or_takes_too_much_on_the_way() {
    let actions = Actions::default();
    let world = World::new(SEED).await;
    world.write("stack.ram.hcl", &format!("{HEAD}{BEFORE}"));
    world.run(&APPLY).await.exits(0);
    world.run("plan --detailed-exitcode").await.exits(0);
    meddle(&world).await;
    let before = access(&world, &actions).await;
    let stack = format!("{HEAD}{}", after(&world).await);
    world.write("stack.ram.hcl", &stack);
    let folder = world.shut_down().await;
    let first = journal(&folder).len();

    let world = World::copy(folder.path(), SEED).await;
    world.write("stack.ram.hcl", &stack);
    let run = allowing_all(
        "apply --auto-approve --output text --output json=apply.json --output events=events.ndjson",
    );
    world.run(&run).await.exits(0);
    let document: Value =
        serde_json::from_str(&fs::read_to_string(world.path("apply.json")).expect("written")).expect("JSON");
    let events = fs::read_to_string(world.path("events.ndjson")).expect("written");
    hold_order(&document["plan"], &events);

    let steps = document["plan"]["steps"].as_array().expect("steps");
    assert!(steps.len() >= 20, "{} steps", steps.len());
    let planned: BTreeSet<String> = steps.iter().map(|step| word(&step["operation"])).collect();
    // Sharing that is off and sharing that is half on exclude each other.
    let left_out = operations().difference(&planned).cloned().collect::<Vec<_>>();
    assert_eq!(left_out, ["ram:EnableSharingWithAwsOrganization"], "every other kind");
    let at_work: BTreeSet<String> = steps.iter().map(|step| step["place"].to_string()).collect();
    assert!(at_work.len() >= 5, "{at_work:?}");

    world.run("plan --detailed-exitcode").await.exits(0);
    let after = access(&world, &actions).await;
    let (end, shares) = (after.least.clone(), world.shares(&places()).await);
    let unsettled: Vec<&Grant> = after.most.difference(&end).collect();
    assert!(unsettled.is_empty(), "all has settled but {unsettled:#?}");
    let lines = journal(&world.shut_down().await);

    let most: BTreeSet<Grant> = before.most.union(&after.most).cloned().collect();
    let least: BTreeSet<Grant> = before.least.intersection(&after.least).cloned().collect();
    let moments: Vec<usize> = (first..lines.len()).filter(|line| changes_something(&lines[*line])).collect();
    assert!(moments.len() > steps.len() && !least.is_empty(), "{} moments", moments.len());
    let all = stream::iter(&moments).map(async |line| {
        let passed = &lines[..=*line];
        let when = format!("after line {line}, {}", lines[*line]);
        let given = access(&at(passed, true).await, &actions).await;
        let leaked: Vec<&Grant> = given.most.difference(&most).collect();
        assert!(leaked.is_empty(), "{leaked:#?} {when}");
        let lacking: Vec<&Grant> = least.difference(&given.least).collect();
        assert!(lacking.is_empty(), "{lacking:#?} {when}");

        let world = at(passed, false).await;
        world.write("stack.ram.hcl", &stack);
        world.run(&APPLY).await.exits(0);
        world.run("plan --detailed-exitcode").await.exits(0);
        assert_eq!(access(&world, &actions).await.least, end, "{when}");
        assert_eq!(world.shares(&places()).await, shares, "{when}");
    });
    all.buffer_unordered(4).collect::<Vec<()>>().await;
}
