//! Names that the organization has no more: they stop their share and no other one.

use aws_sdk_organizations::Client as Organizations;
use aws_sdk_ram::Client;
use ramctl::model::AssociationStatus;

use crate::run::{APPLY, PLAN};
use crate::served::World;
use crate::shares::{HEAD, NETWORK, REGION, SEED, apply, here};

const ROOT: &str = "111111111111";

fn files(principal: &str) -> String {
    let share = |label: &str, gateway: u32, principals: &str| {
        format!(
            "share \"{label}\" {{\n  account = account.network\n  region = \"eu-central-1\"\n  \
             resources = [\"arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-{gateway}\"]\n  principals = [{principals}]\n}}\n"
        )
    };
    format!("{HEAD}{}{}", share("named", 1, principal), share("other", 2, "\"333333333333\""))
}

async fn add_by_hand(world: &World, name: &str, principal: &str) {
    let client = Client::new(&world.sdk(NETWORK, REGION));
    let live = world.live(&here()).await;
    let share = live.shares.values().find(|share| share.name == name).expect("it is live");
    let added = client.associate_resource_share().resource_share_arn(share.arn.to_string());
    added.principals(principal).send().await.expect("the owner may");
}

#[tokio::test]
async fn a_name_that_is_gone_stops_its_share_and_hides_nothing() {
    let world = World::new(SEED).await;
    apply(&world, &files("account(\"dev\"), ou(\"Workloads/Prod\")")).await;
    let before = world.shares(&[here()]).await;
    let organizations = Organizations::new(&world.sdk(ROOT, "us-east-1"));
    let units = world.live(&here()).await;
    let unit = units.shares.values().flat_map(|share| share.principals.keys()).find_map(|principal| {
        principal
            .to_string()
            .rsplit_once('/')
            .filter(|(arn, _)| arn.contains(":ou/"))
            .map(|(_, id)| id.to_owned())
    });
    let unit = unit.expect("a unit is on the share");
    let renamed = organizations.update_organizational_unit().organizational_unit_id(&unit).name("Production");
    renamed.send().await.expect("renamed");
    add_by_hand(&world, "other", "444444444444").await;

    let says =
        ["RAM102", &format!("Unit {unit} of the live share is now Workloads/Production."), "share.named"];
    world.run(&PLAN).await.exits(1).says(&says).says(&["- principal account dev 444444444444", "RAM409"]);
    world.run("drift").await.exits(1).says(&says).says(&["444444444444"]);
    world.run(&format!("{} --exclude share.named", *PLAN)).await.exits(2).says(&["444444444444"]);
    world.run("plan --target share.other --detailed-exitcode").await.exits(2);

    let run = world.run(&APPLY).await.exits(1);
    run.says(&["Apply complete"]);
    assert_eq!(world.shares(&[here()]).await, before, "the other share is repaired, and this one as it was");
    world.run(&PLAN).await.exits(1).says(&["RAM102"]).never_says(&["AWS matches"]);

    world.write("stack.ram.hcl", &files("account(\"dev\"), ou(\"Workloads/Production\")"));
    world.run(&PLAN).await.exits(0).says(&["AWS matches"]);
}

/// What hands put on the share itself is seen, whatever the name leads to.
#[tokio::test]
async fn a_share_with_a_name_that_is_gone_is_compared_as_far_as_it_is_known() {
    let world = World::new(SEED).await;
    apply(&world, &files("account(\"dev\"), \"333333333333\"")).await;
    add_by_hand(&world, "named", "555555555555").await;
    world.write("stack.ram.hcl", &files("account(\"nobody\"), \"333333333333\""));
    let before = world.settled(&[here()]).await;
    let by_hand = "- principal account hub 555555555555 is on the share, and the block does not declare it; left alone drift RAM361";
    // The name may have meant this one.
    let perhaps = "- principal account dev 444444444444 is on the share; perhaps the block means it";
    world.run(&PLAN).await.exits(1).says(&["RAM103", by_hand, perhaps]);
    world.run("drift").await.exits(1).says(&["RAM103", by_hand, perhaps, "Drift."]);
    let json = world.run("drift --json").await.exits(1).json();
    assert_eq!(json["standing"], "drift");
    let differences = json["coverage"]["unresolved"][0]["differences"].as_array().expect("a list");
    let subjects: Vec<_> =
        differences.iter().map(|one| (one["subject"].as_str(), one["cause"].as_str())).collect();
    let expected = [("444444444444", "pending"), ("555555555555", "drift")];
    assert_eq!(subjects, expected.map(|(who, cause)| (Some(who), Some(cause))));
    let codes = world.run("plan --json").await.exits(1).json()["diagnostics"].to_string();
    assert!(codes.contains("RAM361"), "{codes}");
    world.run(&APPLY).await.exits(1);
    assert_eq!(world.shares(&[here()]).await, before);

    // Whoever leaves the share out is not told of its names.
    for words in ["plan --exclude share.named", "plan --target share.other", "drift --exclude share.named"] {
        world.run(words).await.exits(0).never_says(&["RAM103", "nobody"]);
    }
    world.run("snapshot --out s.json").await.exits(6).says(&["RAM103"]);
    world.run("plan --live s.json --exclude share.named").await.exits(0).never_says(&["RAM103"]);
    world.run("plan --live s.json").await.exits(1).says(&[by_hand]);
}

#[tokio::test]
async fn a_unit_that_was_deleted_and_made_again_is_told_as_that() {
    let world = World::new(SEED).await;
    apply(&world, &files("ou(\"Workloads/Prod\")")).await;
    let organizations = Organizations::new(&world.sdk(ROOT, "us-east-1"));
    let unit = unit_on(&world).await;
    let accounts = organizations.list_accounts_for_parent().parent_id(&unit).send().await.expect("listed");
    let parents = organizations.list_parents().child_id(&unit).send().await.expect("listed");
    let parent = parents.parents()[0].id().expect("an id").to_owned();
    for account in accounts.accounts() {
        let id = account.id().expect("an id");
        let moved = organizations.move_account().account_id(id).source_parent_id(&unit);
        moved.destination_parent_id(&parent).send().await.expect("moved");
    }
    organizations.delete_organizational_unit().organizational_unit_id(&unit).send().await.expect("deleted");
    let again = organizations.create_organizational_unit().parent_id(&parent).name("Prod").send().await;
    let again = again.expect("made").organizational_unit.expect("a unit").id.expect("an id");
    let told = format!("unit ou Workloads/Prod {again} {unit} on the share is no longer in the organization");
    world.run("plan").await.says(&[&told, "made again is another one", "RAM362"]);
    world.run("drift").await.says(&[&told]);
}

async fn unit_on(world: &World) -> String {
    let live = world.live(&here()).await;
    let unit = live.shares.values().flat_map(|share| share.principals.keys()).find_map(|principal| {
        let text = principal.to_string();
        text.rsplit_once('/').filter(|(arn, _)| arn.contains(":ou/")).map(|(_, id)| id.to_owned())
    });
    unit.expect("a unit is on the share")
}

#[tokio::test]
async fn destroying_needs_no_names() {
    let world = World::new(SEED).await;
    apply(&world, &files("account(\"dev\")")).await;
    world.write("stack.ram.hcl", &files("account(\"nobody\")"));
    world.run("destroy --auto-approve").await.exits(0).never_says(&["RAM103"]);
    assert!(world.live(&here()).await.shares.is_empty());
}

/// What is wrong in the files beside a name stops the run as ever.
#[tokio::test]
async fn a_share_that_is_not_there_is_not_made_with_half_of_its_principals() {
    let world = World::new(SEED).await;
    world.write("stack.ram.hcl", &files("account(\"nobody\"), account(\"dev\")"));
    world.run(&APPLY).await.exits(1).says(&["RAM103", "1 to create"]);
    assert_eq!(world.shares(&[here()]).await.len(), 1);
}

/// RAM139 came about with no change of the files.
#[tokio::test]
async fn an_account_that_left_the_organization_stops_its_share_and_no_other() {
    let world = World::new(SEED).await;
    apply(&world, &files("\"444444444444\", ou(\"Workloads/Prod\")")).await;
    let organizations = Organizations::new(&world.sdk(ROOT, "us-east-1"));
    organizations
        .remove_account_from_organization()
        .account_id("444444444444")
        .send()
        .await
        .expect("it leaves");
    // RAM takes it off by and by.
    let settled = async || {
        let mut shares = world.shares(&[here()]).await;
        for share in &mut shares {
            share.members.retain(|_, status| *status != AssociationStatus::Disassociating);
        }
        shares
    };
    let before = settled().await;
    let says = ["RAM139", "Remove the principal", "allow_external_principals = true", "share.named"];
    world.run(&PLAN).await.exits(1).says(&says).says(&["so the share is left alone"]);
    world.run("drift").await.exits(1).says(&says);
    world.run("plan --target share.other --detailed-exitcode").await.exits(0);
    world.run("plan --exclude share.named --detailed-exitcode").await.exits(0);
    world.run("snapshot --out s.json").await.exits(6);
    world.run("plan --live s.json").await.exits(1).says(&["RAM139"]);
    add_by_hand(&world, "other", "555555555555").await;
    world.run(&APPLY).await.exits(1).says(&["Apply complete"]);
    assert_eq!(settled().await, before, "the other share is repaired");
    world.run("destroy --auto-approve").await.exits(0).never_says(&["RAM139"]);
    assert!(world.live(&here()).await.shares.is_empty());
}
