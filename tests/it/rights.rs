//! Permissions compared by what they allow: the real binary asks the sandbox for policies, where a plan has to know them.

use serde_json::{Value, json};

use crate::documents::Schema;
use crate::edge::ROLE;
use crate::served::World;

/// `web` and `api` are in Prod.
const SEED: &str = r#"
organization {
  management_account = "management"
  sharing            = "enabled"
  account "management" { id = "111111111111" }
  account "network" { id = "222222222222" }
  ou "Prod" {
    account "web" { id = "333333333333" }
    account "api" { id = "555555555555" }
  }
}
resource "arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca-1" {}
settings {
  associate_ms    = 20
  disassociate_ms = 20
}
"#;

const OTHER: &str = "AWSRAMBlankEndEntityCertificateAPICSRPassthroughIssuanceCertificateAuthority";

/// A share of AWS's default permission for a unit, and what is beside it.
fn stack(more: &str) -> String {
    format!(
        r#"
ramctl {{ stack = "network" }}
organization {{
  management_account = account.management
  sharing            = "unmanaged"
}}
account "management" {{ id = "111111111111" }}
account "network" {{
  id = "222222222222"
  assume_role {{ role_name = "{ROLE}" }}
}}
account "web" {{ id = "333333333333" }}
share "unit" {{
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca-1"]
  principals = [ou("Prod")]
}}
{more}"#
    )
}

/// A share of another permission for one account of the unit.
fn one() -> String {
    format!(
        r#"
share "one" {{
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca-1"]
  principals = [account.web]
  permission "acm-pca:CertificateAuthority" {{
    use = "{OTHER}"
  }}
}}
"#
    )
}

async fn count(world: &World) {
    world.set_faults(json!([{"action": "ram:GetPermission", "effect": "slow", "ms": 0}])).await;
}

/// Both shares applied; the other permission allows one action more than the default where AWS `published` a version of it.
async fn applied(published: bool) -> World {
    let world = World::new(SEED).await.without_sweep();
    if published {
        world.control("POST", "publish", json!({"permission": OTHER})).await;
    }
    world.write("stack.ram.hcl", &stack(&one()));
    count(&world).await;
    world.run("apply --auto-approve --allow RAM240").await.exits(0);
    assert_eq!(world.met().await, 0, "what is new is compared with nothing");
    world
}

fn document(text: &str) -> Value {
    let document: Value = serde_json::from_str(text).expect("a document");
    Schema::of("plan").holds(&document);
    document
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_that_allows_the_same_is_neither_gained_nor_lost() {
    let world = applied(false).await;
    world.write("stack.ram.hcl", &stack(""));
    world.run("plan").await.exits(0).says(&["Access: no account gains or loses."]).never_says(&["RAM206"]);
    assert_eq!(world.met().await, 2, "each permission is asked for once");
    let plan = document(&world.run("plan --json").await.exits(0).stdout);
    assert_eq!(plan["access"], json!({"gain": [], "lose": [], "unknown": []}));
    assert_eq!(plan["policies"].as_array().map(Vec::len), Some(2));

    // The other way round.
    world.run("apply --auto-approve").await.exits(0).says(&["Apply complete"]);
    world.write("stack.ram.hcl", &stack(&one()));
    world.run("plan --allow RAM240").await.exits(0).says(&["Access: no account gains or loses."]);

    // A change that has nothing to do with it asks for nothing.
    count(&world).await;
    world.write("stack.ram.hcl", &stack("").replace("[ou(\"Prod\")]", "[ou(\"Prod\"), \"111111111111\"]"));
    world.run("plan --allow RAM240").await.exits(0).says(&["1 account gains"]);
    assert_eq!(world.met().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_that_allows_more_is_lost_by_its_actions() {
    let world = applied(true).await;
    world.write("stack.ram.hcl", &stack(""));
    let lost = "1 account loses acm-pca:AddedInVersion2 on ca-1";
    world.run("plan").await.exits(4).says(&[lost, "0 accounts gain, 1 loses.", "--allow RAM206@share.one"]);
    let plan = document(&world.run("plan --json").await.exits(4).stdout);
    assert_eq!(plan["access"]["lose"], json!(["333333333333"]));
    let lose = json!([{"action": "acm-pca:AddedInVersion2", "otherwise": false}]);
    let who = json!(["333333333333"]);
    assert_eq!((&plan["partly"][0]["lose"], &plan["partly"][0]["who"]), (&lose, &who));

    // A saved plan knows what was read, and asks again before it is carried out.
    count(&world).await;
    world.run("plan --out p.json --allow RAM206").await.exits(0);
    assert_eq!(world.met().await, 2);
    world.run("show p.json").await.exits(0).says(&[lost]);
    assert_eq!(world.met().await, 2, "to show a plan asks nobody");
    world.set_faults(json!([{"action": "ram:GetPermission", "effect": "access_denied"}])).await;
    world.run("apply p.json").await.exits(6).says(&["ram:GetPermission"]).never_says(&["Apply complete"]);
    world.set_faults(json!([])).await;

    // From a snapshot without AWS.
    world.run("snapshot --out live.json").await.exits(0);
    count(&world).await;
    world.run("plan --live live.json").await.exits(4).says(&[lost]);
    assert_eq!(world.met().await, 0);
    world.run("apply p.json").await.exits(0).says(&["Apply complete"]);

    // What comes back is gained by its actions, and asks for no consent.
    world.write("stack.ram.hcl", &stack(&one()));
    world
        .run("plan --allow RAM240")
        .await
        .exits(0)
        .says(&["1 account gains acm-pca:AddedInVersion2 on ca-1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_default_version_that_moves_between_plan_and_apply_makes_the_plan_stale() {
    let world = applied(false).await;
    world.write("stack.ram.hcl", &stack(""));
    world.run("apply --auto-approve").await.exits(0);
    world.write("stack.ram.hcl", &stack(&one()));
    world.run("plan --out p.json --allow RAM240").await.exits(0).says(&["no account gains or loses"]);
    world.control("POST", "publish", json!({"permission": OTHER})).await;
    world.run("apply p.json").await.exits(5).says(&["RAM510", OTHER, "allows something else"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_may_not_be_read_is_said_once_and_the_permissions_count_as_different() {
    let world = applied(false).await;
    world.write("stack.ram.hcl", &stack(""));
    world.set_faults(json!([{"action": "ram:GetPermission", "effect": "access_denied"}])).await;
    let run = world.run("plan").await.exits(4);
    let run = run.says(&["1 account loses ca-1", "RAM351", "--allow RAM206@share.one"]);
    assert!(!run.stdout.contains("INCOMPLETE"), "{}", run.stdout);
    let plan = document(&world.run("plan --json --allow RAM206").await.exits(0).stdout);
    assert_eq!((&plan["complete"], &plan["access"]["gain"]), (&json!(true), &json!([])));
    let told = plan["diagnostics"].as_array().expect("a list").iter();
    let told: Vec<&str> =
        told.filter(|one| one["code"] == "RAM351").filter_map(|one| one["detail"].as_str()).collect();
    assert_eq!(told.len(), 2, "one for each permission: {told:?}");
    assert!(told.iter().any(|detail| detail.contains(OTHER)), "{told:?}");
    // Nobody has to ask again for what was unknown.
    world.run("plan --out p.json --allow RAM206").await.exits(0);
    world.run("apply p.json").await.exits(0).says(&["Apply complete"]);
}
