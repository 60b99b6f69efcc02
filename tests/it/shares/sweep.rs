//! `organization { sweep { ... } }`: shares of the stack in accounts that its files do not name.

use serde_json::json;

use crate::edge::place;
use crate::run::APPLY;
use crate::served::World;
use crate::shares::{HEAD, NETWORK, SEED};

const HUB: &str = "555555555555";
const SHUT: &str = "777777777777";
const SWEEP: &str = "  sweep { role_name = \"OrganizationAccountAccessRole\" }\n";

fn share(label: &str, account: &str, id: &str) -> String {
    format!(
        "share \"{label}\" {{\n  account = {account}\n  region = \"eu-central-1\"\n  \
         resources = [\"arn:aws:ec2:eu-central-1:{id}:transit-gateway/tgw-1\"]\n  principals = [\"333333333333\"]\n}}\n"
    )
}

/// The files without the account hub, whose share is still live.
async fn forgotten(seed: &str) -> World {
    let world = World::new(seed).await;
    let both =
        format!("{HEAD}{}{}", share("it", "account.network", NETWORK), share("left", "account.hub", HUB));
    world.write("stack.ram.hcl", &both);
    world.run(&APPLY).await.exits(0);
    let (head, _) = HEAD.split_once("account \"hub\"").expect("the block");
    let head = head.replace(
        "  sharing            = \"required\"\n",
        &format!("  sharing            = \"required\"\n{SWEEP}"),
    );
    assert!(head.contains("sweep"));
    world.write("stack.ram.hcl", &format!("{head}{}", share("it", "account.network", NETWORK)));
    world
}

#[tokio::test]
async fn a_share_in_an_account_that_no_file_names_is_found_and_deleted() {
    let world = forgotten(SEED).await;
    let plan = world.run("plan").await.exits(4);
    plan.says(&[
        "share.left",
        HUB,
        "RAM206",
        "1 to delete",
        "of the organization that the files do not name",
    ]);
    world.run("drift").await.exits(2).says(&["share.left"]);
    world.run("plan --target share.left").await.exits(4).says(&["1 to delete"]);
    let json = world.run("plan --json").await.json();
    let further = json["coverage"]["sweep"]["further_accounts"].as_array().expect("a list").clone();
    assert!(further.contains(&json!(HUB)), "{further:?}");
    world.run("plan --no-sweep").await.exits(0).never_says(&["share.left"]);

    // A saved plan knows the role of the account that it changes.
    world.run("plan --allow RAM206 --out p.json").await.exits(0);
    world.run("apply p.json").await.exits(0);
    assert!(world.live(&place(HUB, "eu-central-1")).await.shares.is_empty());
    assert_eq!(world.live(&place(NETWORK, "eu-central-1")).await.shares.len(), 1);
    world.run("plan --detailed-exitcode").await.exits(0).says(&["AWS matches"]);
}

#[tokio::test]
async fn an_account_whose_role_cannot_be_assumed_is_not_taken_for_empty() {
    let seed = SEED.replace("account \"hub\" { id = \"555555555555\" }", "account \"hub\" { id = \"555555555555\" }\n      account \"shut\" {\n        id    = \"777777777777\"\n        roles = false\n      }");
    let world = forgotten(&seed).await;
    let plan = world.run("plan --allow RAM206").await.exits(6);
    plan.says(&["RAM415", SHUT, "share.left", "INCOMPLETE", "could not be searched"]);
    world.run("apply --auto-approve --allow RAM206").await.exits(6);
    world.run("plan").await.exits(6).says(&["RAM415"]).never_says(&["AWS matches"]);
    let json = world.run("plan --json").await.exits(6).json();
    let told = json["diagnostics"].as_array().expect("a list").iter().any(|one| one["code"] == "RAM415");
    assert!(told, "{}", json["diagnostics"]);
    assert_eq!(json["coverage"]["sweep"]["unknown"][0]["account"], json!(SHUT));
    world.run("drift").await.exits(6).says(&["RAM415"]);
}

#[tokio::test]
async fn a_role_name_has_the_form_of_one() {
    let world = World::new(SEED).await;
    for (sweep, says) in [
        ("sweep {}", "role_name"),
        ("sweep { role_name = \"a*\" }", "not the name of an IAM role"),
        ("sweep { role_name = local.nothing }", "nothing"),
        ("sweep = 1", "block"),
        ("sweep { role = \"a\" }", "role_name"),
    ] {
        let head = HEAD.replace("  sharing            = \"required\"\n", &format!("  {sweep}\n"));
        world.write("stack.ram.hcl", &format!("{head}{}", share("it", "account.network", NETWORK)));
        world.run("validate").await.exits(1).says(&[says]);
    }
}
