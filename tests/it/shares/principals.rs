//! Every kind of principal: put on a share, read back, taken off again.

use aws_sdk_organizations::Client;
use ramctl::model::Principal;
use serde_json::json;

use crate::run::{APPLY, PLAN};
use crate::served::World;
use crate::shares::{SEED, apply, here, only_share, stack};

const CA: &str = "arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca-1";
const SERVICE: &str = "pca-connector-ad.amazonaws.com";

/// A share of a type that takes every kind of principal.
fn with(principals: &str) -> String {
    stack(&format!("  resources  = [\"{CA}\"]\n  principals = [{principals}]\n"))
}

fn for_service(sources: &str) -> String {
    let sources = format!("  sources    = [{sources}]\n");
    stack(&format!("  resources  = [\"{CA}\"]\n  principals = [service(\"{SERVICE}\")]\n{sources}"))
}

async fn principals(world: &World) -> Vec<String> {
    only_share(world, &here()).await.principals.keys().map(ToString::to_string).collect()
}

async fn sources(world: &World) -> Vec<String> {
    only_share(world, &here()).await.sources.into_keys().collect()
}

#[tokio::test]
async fn every_kind_of_principal_joins_and_leaves_one_share() {
    let world = World::new(SEED).await;
    let unit = Client::new(&world.sdk("111111111111", "us-east-1"))
        .list_organizational_units_for_parent()
        .parent_id("r-sbox")
        .send()
        .await
        .expect("the root has units")
        .organizational_units()[0]
        .arn()
        .expect("a unit has an ARN")
        .to_owned();
    let role = "arn:aws:iam::333333333333:role/deploy";
    let mut first = None;
    for (written, read) in [
        ("\"333333333333\"", "333333333333"),
        ("account.hub", "555555555555"),
        ("account(\"dev\")", "444444444444"),
        ("\"arn:aws:iam::333333333333:root\"", "333333333333"),
        ("ou(\"Workloads\")", unit.as_str()),
        (&format!("\"{unit}\""), unit.as_str()),
        ("organization()", "arn:aws:organizations::111111111111:organization/o-a1b2c3d4e5"),
        (&format!("\"{role}\""), role),
        ("\"arn:aws:iam::444444444444:user/ann\"", "arn:aws:iam::444444444444:user/ann"),
    ] {
        apply(&world, &with(written)).await;
        assert_eq!(principals(&world).await, [read], "{written}");
        let arn = only_share(&world, &here()).await.arn;
        assert_eq!(*first.get_or_insert(arn.clone()), arn, "{written}: the share stays");
    }
    // Several at once, one of them by two names of one account.
    apply(&world, &with(&format!("organization(), \"{role}\", ou(\"Workloads/Prod\")"))).await;
    assert_eq!(principals(&world).await.len(), 3);
}

#[tokio::test]
async fn a_service_comes_with_its_sources_and_they_change_in_place() {
    let world = World::new(SEED).await;
    let mut first = None;
    for written in [
        &["333333333333"][..],
        &["333333333333", "444444444444"],
        &["444444444444"],
        &["555555555555"],
        &["333333333333", "555555555555"],
    ] {
        let text: Vec<String> = written.iter().map(|source| format!("{source:?}")).collect();
        apply(&world, &for_service(&text.join(", "))).await;
        assert_eq!(sources(&world).await, written, "read back by ListSourceAssociations");
        assert_eq!(principals(&world).await, [SERVICE]);
        let arn = only_share(&world, &here()).await.arn;
        assert_eq!(*first.get_or_insert(arn.clone()), arn, "the share stays");
    }
    // A source that somebody added is found; and without any the service is for everybody, which is a hazard.
    apply(&world, &for_service("\"333333333333\"")).await;
    world.write("stack.ram.hcl", &for_service("\"333333333333\", \"444444444444\""));
    world.run("drift").await.exits(2).says(&["source", "444444444444"]);
}

#[tokio::test]
async fn a_service_that_takes_the_place_of_accounts_is_never_beside_them() {
    let world = World::new(SEED).await;
    apply(&world, &with("\"333333333333\"")).await;
    apply(&world, &for_service("\"333333333333\"")).await;
    assert_eq!(principals(&world).await, [SERVICE]);
    apply(&world, &with("\"333333333333\"")).await;
    assert_eq!(principals(&world).await, ["333333333333"]);
    assert_eq!(sources(&world).await, [] as [&str; 0]);
}

/// RAM is said to refuse a service principal on a share that has resources (terraform-provider-aws pull request 45883; unverified).
#[tokio::test]
async fn a_service_is_on_a_new_share_from_its_first_call_and_a_refusal_on_an_old_one_is_told() {
    let world = World::new(SEED).await;
    world.write("stack.ram.hcl", &for_service("\"333333333333\""));
    let plan = world.run("plan --json").await.exits(0);
    let plan: serde_json::Value = serde_json::from_str(&plan.stdout).expect("JSON");
    let steps = plan["steps"].as_array().expect("steps");
    let operations: Vec<_> = steps.iter().map(|step| &step["operation"]).collect();
    assert_eq!(operations, ["ram:CreateResourceShare", "ram:TagResource"], "{plan:#}");

    apply(&world, &with("\"333333333333\"")).await;
    world.write("stack.ram.hcl", &for_service("\"333333333333\""));
    let refusal = "You can't add a service principal to a resource share that has resources.";
    world
        .set_faults(json!([{
            "action": "ram:AssociateResourceShare", "effect": "error", "status": 400,
            "code": "OperationNotPermittedException", "message": refusal,
        }]))
        .await;
    world.run(&APPLY).await.exits(1).says(&[refusal]);
    world.set_faults(json!([])).await;
    world.run(&APPLY).await.exits(0);
    world.run(&PLAN).await.exits(0);
    assert_eq!(principals(&world).await, [SERVICE]);
}

#[tokio::test]
async fn an_account_that_was_closed_leaves_a_difference_and_never_an_error() {
    let world = World::new(SEED).await;
    apply(&world, &with("\"333333333333\", \"444444444444\"")).await;
    Client::new(&world.sdk("111111111111", "us-east-1"))
        .close_account()
        .account_id("333333333333")
        .send()
        .await
        .expect("a member can be closed");
    // Closed, and still on the share: the plan says so.
    world.run("plan").await.exits(0).says(&["RAM107", "333333333333"]);
    // After 90 days AWS has forgotten the account, and with it the association.
    world.control("POST", "forget", json!({"account": "333333333333"})).await;
    let still_declared = world.run("plan").await;
    assert_ne!(still_declared.code, Some(0), "a stranger now, where none is allowed: {still_declared:?}");
    still_declared.says(&["RAM139", "333333333333"]);
    // Taking it out of the files is all there is to do.
    world.write("stack.ram.hcl", &with("\"444444444444\""));
    world.run(&APPLY).await.exits(0);
    world.run(&PLAN).await.exits(0);
    assert_eq!(
        only_share(&world, &here()).await.principals.keys().collect::<Vec<_>>(),
        [&Principal::read("444444444444")]
    );
}

/// An `account` block names an id. Who is inside the organization only the organization says.
#[tokio::test]
async fn an_outsider_with_an_account_block_is_a_hazard_also_where_the_organization_cannot_be_read() {
    let world = World::new(SEED).await;
    let with = |principals: &str| {
        let share = stack(&format!(
            "  resources = [\"arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1\"]\n  \
             principals = [{principals}]\n  allow_external_principals = true\n  allow = [{{ code = \"RAM205\", reason = \"r\" }}]\n"
        ));
        format!("{share}account \"partner\" {{ id = \"999999999999\" }}\n")
    };
    apply(&world, &with("\"333333333333\"")).await;
    world.write("stack.ram.hcl", &with("\"333333333333\", account.partner"));
    world.run("plan").await.exits(4).says(&["RAM201"]).never_says(&["RAM225"]);
    world.set_faults(json!([{"action": "organizations:*", "effect": "access_denied"}])).await;
    let plan = world.run("plan").await.exits(4);
    plan.says(&["RAM225", "999999999999"]).never_says(&["RAM201"]);
    world.run("apply --auto-approve").await.exits(4);
    world.run("apply --auto-approve --allow RAM225").await.exits(6);
}

/// An account of the organization that accepted an invitation while sharing was off counts as outside until it is put on again.
#[tokio::test]
async fn a_share_closes_once_sharing_inside_the_organization_is_on() {
    let seed = SEED.replace("  sharing            = \"enabled\"\n", "");
    assert_ne!(seed, SEED);
    let world = World::new(&seed).await;
    let dev = "account \"dev\" {\n  id = \"444444444444\"\n  assume_role { role_name = \"OrganizationAccountAccessRole\" }\n}\n";
    let files = |sharing: &str, flag: &str| {
        let share = format!(
            "  resources  = [\"arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1\"]\n  principals = [account.dev]\n{flag}"
        );
        let text = stack(&share).replace("\"required\"", &format!("{sharing:?}"));
        format!("{text}{dev}")
    };
    apply(&world, &files("disabled", "  allow_external_principals = true\n")).await;
    let only = only_share(&world, &here()).await;
    assert!(only.principals.values().all(|one| one.external), "{only:?}");
    world.write("stack.ram.hcl", &files("enabled", ""));
    let told = ["RAM241", "RAM363", "removed and added again", "--allow RAM241@share.it"];
    world.run("plan").await.exits(4).says(&told);
    world.run(&APPLY).await.exits(0).says(&["DisassociateResourceShare", "Apply complete"]);
    world.run(&PLAN).await.exits(0);
    let after = only_share(&world, &here()).await;
    assert!(!after.allow_external_principals && after.arn == only.arn);
    assert!(after.principals.values().all(|one| !one.external) && after.principals.len() == 1, "{after:?}");
}
