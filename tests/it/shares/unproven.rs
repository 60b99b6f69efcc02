//! Shares and permissions that bear the stack's tags and do not prove to be its own, and a destroy from files that are not the stack's.

use aws_sdk_ram::Client;
use aws_sdk_ram::types::Tag;
use ramctl::diff::{Record, Written};
use ramctl::live::LiveShare;
use ramctl::model::{Place, Tags};

use crate::edge::place;
use crate::run::{APPLY, PLAN};
use crate::served::World;
use crate::shares::{HEAD, NETWORK, REGION, SEED, apply, here, stack};

const SHARE: &str = r#"
  name       = "ours"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1"]
  principals = ["333333333333"]
"#;

/// Shares of somebody else, older than the stack's: in its place, in its other Region, and in its other account.
const OTHERS: &str = r#"
share "appteam" {
  account    = "network"
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-7"]
  principals = ["444444444444"]
}
share "far" {
  account    = "network"
  region     = "us-east-1"
  resources  = ["arn:aws:ec2:us-east-1:222222222222:transit-gateway/tgw-8"]
  principals = ["444444444444"]
}
share "hub" {
  account    = "hub"
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:555555555555:transit-gateway/tgw-9"]
  principals = ["444444444444"]
}
"#;

fn places() -> [Place; 3] {
    [here(), place(NETWORK, "us-east-1"), place("555555555555", REGION)]
}

async fn started() -> World {
    let world = World::new(&format!("{SEED}{OTHERS}")).await;
    apply(&world, &stack(SHARE)).await;
    world
}

async fn named(world: &World, place: &Place, name: &str) -> LiveShare {
    let live = world.live(place).await;
    let found = live.shares.into_values().find(|share| share.name == name);
    found.unwrap_or_else(|| panic!("no share {name}"))
}

fn client(world: &World, place: &Place) -> Client {
    let region = if place.region.as_str() == REGION { REGION } else { "us-east-1" };
    Client::new(&world.sdk(place.account.as_str(), region))
}

async fn tag(world: &World, place: &Place, share: &LiveShare, tags: &Tags) {
    let of = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    let tags = tags.iter().map(of).collect();
    let call =
        client(world, place).tag_resource().resource_share_arn(share.arn.as_str()).set_tags(Some(tags));
    call.send().await.expect("the owner may");
}

async fn untag(world: &World, share: &LiveShare, key: &str) {
    let call = client(world, &here()).untag_resource().resource_share_arn(share.arn.as_str()).tag_keys(key);
    call.send().await.expect("the owner may");
}

fn own_tags(share: &LiveShare) -> Tags {
    share.tags.clone().into_iter().filter(|(key, _)| key.starts_with("ramctl:")).collect()
}

async fn others(world: &World) -> Vec<LiveShare> {
    let mut out = Vec::new();
    for (place, name) in places().iter().zip(["appteam", "far", "hub"]) {
        out.push(named(world, place, name).await);
    }
    out
}

#[tokio::test]
async fn copied_tags_take_over_nothing_and_take_nothing_away() {
    let world = started().await;
    assert_eq!(
        world.events(&here(), "TagResource").await.len(),
        1,
        "one call more than the one that makes it"
    );
    let ours = named(&world, &here(), "ours").await;
    for (place, share) in places().iter().zip(others(&world).await) {
        tag(&world, place, &share, &own_tags(&ours)).await;
    }
    let copies = others(&world).await;
    let from = format!("was copied from {}", ours.arn);
    world.run("drift").await.exits(2).says(&["RAM315", &from, "appteam", "far", "hub"]);
    world.run("plan --detailed-exitcode").await.exits(0).says(&["RAM315", &from]);
    world.run("apply --auto-approve").await.exits(0);
    // The stack goes on with its own share, and with nothing else.
    world.write("stack.ram.hcl", &stack(&SHARE.replace("\"ours\"", "\"renamed\"")));
    world.run("apply --auto-approve").await.exits(0);
    assert_eq!(named(&world, &here(), "renamed").await.arn, ours.arn);
    assert_eq!(others(&world).await, copies);
    world.run("destroy --auto-approve").await.exits(0).says(&["1 to delete"]);
    assert_eq!(others(&world).await, copies);
    assert_eq!(world.live(&here()).await.shares.len(), 1);
}

/// What a block does that has no share but one that has its tags: it asks, and the import takes over what is meant.
async fn asks(world: &World, share: &LiveShare, why: &str) {
    let before = world.live(&here()).await.shares;
    let import = format!("import {{ to = share.it id = \"{}\" }}", share.arn);
    let told = ["RAM221", why, &import, "--allow RAM221@share.it"];
    world.run("plan").await.exits(4).says(&told);
    world.run("apply --auto-approve").await.exits(4).says(&told);
    world.run("drift").await.exits(2).says(&["RAM315", why]);
    world.run("destroy --auto-approve").await.exits(0);
    assert_eq!(world.live(&here()).await.shares, before);
}

#[tokio::test]
async fn tags_that_were_edited_by_hand_are_asked_about_and_an_import_takes_the_share_over() {
    let edits: [(&str, Option<&str>, &str); 4] = [
        ("ramctl:applied", None, "it has no tag ramctl:applied"),
        ("ramctl:applied", Some("v1:0.0.0.0.0"), "as ramctl 0.1 wrote it"),
        ("ramctl:address", Some("share.other"), "was written for it as share.it"),
        ("ramctl:address", None, "was written for it as share.it"),
    ];
    for (key, value, why) in edits {
        let world = started().await;
        let ours = named(&world, &here(), "ours").await;
        match value {
            Some(value) => tag(&world, &here(), &ours, &Tags::from([(key.into(), value.into())])).await,
            None => untag(&world, &ours, key).await,
        }
        asks(&world, &ours, why).await;
        let import = format!("import {{\n  to = share.it\n  id = \"{}\"\n}}\n", ours.arn);
        world.write("import.ram.hcl", &import);
        world.run("apply --auto-approve").await.exits(0).says(&["1 to import"]);
        world.run("plan --detailed-exitcode").await.exits(0);
        assert_eq!(named(&world, &here(), "ours").await.arn, ours.arn, "{key} {value:?}");
    }
}

/// What the plan asked about is no news when it is carried out, unless it proves to be the block's share by then.
#[tokio::test]
async fn a_saved_plan_makes_a_share_beside_one_that_lost_its_record() {
    let world = started().await;
    let ours = named(&world, &here(), "ours").await;
    untag(&world, &ours, "ramctl:applied").await;
    let bare = named(&world, &here(), "ours").await;
    world.run("plan --out p.json --allow RAM221,RAM223").await.exits(0);
    let record = Tags::from([("ramctl:applied".into(), ours.tags["ramctl:applied"].clone())]);
    tag(&world, &here(), &ours, &record).await;
    world.run("apply p.json").await.exits(5).says(&["RAM511", "share.it"]);
    untag(&world, &ours, "ramctl:applied").await;
    world.run("apply p.json").await.exits(0).says(&["Apply complete"]);
    let shares = world.live(&here()).await.shares;
    assert_eq!(shares.len(), 3);
    assert_eq!(shares[&bare.arn].tags, bare.tags);
    world.run(&PLAN).await.exits(0);
}

#[tokio::test]
async fn a_copy_whose_original_is_gone_is_asked_about_and_stays_as_it_is() {
    for all in [true, false] {
        let world = started().await;
        let ours = named(&world, &here(), "ours").await;
        let mut tags = own_tags(&ours);
        if !all {
            tags.remove("ramctl:applied");
        }
        let appteam = named(&world, &here(), "appteam").await;
        tag(&world, &here(), &appteam, &tags).await;
        let gone = client(&world, &here()).delete_resource_share().resource_share_arn(ours.arn.as_str());
        gone.send().await.expect("the owner may");
        while world.live(&here()).await.shares.len() > 1 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let copy = named(&world, &here(), "appteam").await;
        asks(&world, &copy, if all { "its tag ramctl:applied was" } else { "it has no tag ramctl:applied" })
            .await;
        world.run("apply --auto-approve --allow RAM221").await.exits(0).says(&["1 to create"]);
        assert_eq!(named(&world, &here(), "appteam").await, copy);
        world.run("plan --detailed-exitcode").await.exits(0);
    }
}

#[tokio::test]
async fn a_second_share_that_proves_to_be_the_blocks_goes_only_by_consent() {
    let world = started().await;
    let ours = named(&world, &here(), "ours").await;
    let appteam = named(&world, &here(), "appteam").await;
    // As two first runs at once leave it, or somebody who knows how.
    let mut tags = own_tags(&ours);
    let stamp = Written::on_share(&tags).expect("a record").stamp;
    let value = |key: &str| tags[key].clone();
    let (stack, address) = (value("ramctl:stack"), value("ramctl:address"));
    let record = Record { stack, address, stamp, replaces: [].into() };
    tags.insert("ramctl:applied".into(), record.bound(&appteam.arn));
    tag(&world, &here(), &appteam, &tags).await;
    let both = world.live(&here()).await.shares;
    let names = both.keys().map(|arn| arn.arn().short().to_owned()).collect::<Vec<_>>();
    let told = ["RAM219", &names[0], &names[1], "--allow RAM219@share.it"];
    for command in ["plan", "apply --auto-approve", "destroy --auto-approve"] {
        world.run(command).await.exits(4).says(&told);
        assert_eq!(world.live(&here()).await.shares, both, "{command}");
    }
    world.run("drift").await.exits(2).says(&["another share proves to be that of this address too"]);
    world.run(&APPLY).await.exits(0).says(&["1 to delete"]);
    world.run(&PLAN).await.exits(0);
    assert_eq!(world.live(&here()).await.shares.len(), 1);
}

const PERMISSION: &str = r#"
permission "it" {
  account       = account.network
  region        = "eu-central-1"
  resource_type = "ec2:IpamPool"
  statement { actions = ["ec2:GetIpamPoolAllocations"] }
}
"#;

#[tokio::test]
async fn a_destroy_asks_for_what_its_files_do_not_declare() {
    let world = World::new(SEED).await;
    let declared = format!("{}{PERMISSION}", stack(SHARE));
    apply(&world, &declared).await;
    // Another folder with the same stack name.
    world.write("stack.ram.hcl", HEAD);
    let told = ["RAM222", "--allow RAM222@share.it", "--allow RAM222@permission.it"];
    world.run("destroy --auto-approve").await.exits(4).says(&told);
    world.run("plan --destroy").await.exits(4).says(&told);
    assert_eq!(world.live(&here()).await.shares.len(), 1);
    assert_eq!(world.live(&here()).await.customer_permissions.len(), 1);
    // What the files declare goes unasked, also under the address that it had before.
    let renamed =
        declared.replace("share \"it\"", "share \"new\"").replace("permission \"it\"", "permission \"new\"");
    let moved = "moved {\n  from = share.it\n  to   = share.new\n}\nmoved {\n  from = permission.it\n  to   = permission.new\n}\n";
    world.write("stack.ram.hcl", &format!("{renamed}{moved}"));
    world.run("plan --destroy").await.exits(0).says(&["2 to delete"]);
    world.write("stack.ram.hcl", HEAD);
    world.run("destroy --auto-approve --allow RAM222@share.it").await.exits(4);
    world.run("destroy --auto-approve --allow RAM222").await.exits(0);
    assert_eq!(world.live(&here()).await.shares.len(), 0);
}

#[tokio::test]
async fn tags_that_were_copied_to_a_permission_take_over_nothing() {
    let world = World::new(SEED).await;
    let declared = format!("{}{PERMISSION}", stack(SHARE));
    apply(&world, &declared).await;
    let ours = world.live(&here()).await.customer_permissions.remove(0);
    let of = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    let client = client(&world, &here());
    let made = client
        .create_permission()
        .name("appteam")
        .resource_type("ec2:IpamPool")
        .policy_template(r#"{"Effect":"Allow","Action":["ec2:GetIpamPoolAllocations"]}"#)
        .set_tags(Some(ours.tags.iter().map(of).collect()));
    made.send().await.expect("the owner may");
    let before = world.live(&here()).await.customer_permissions;
    assert_eq!(before.len(), 2);
    let from = format!("was copied from {}", ours.arn);
    world.run("drift").await.exits(2).says(&["RAM327", &from]);
    world.run("plan --detailed-exitcode").await.exits(0).says(&["RAM327", &from]);
    world.run("apply --auto-approve").await.exits(0);
    assert_eq!(world.live(&here()).await.customer_permissions, before);
    // A block of its name cannot have it before it is imported.
    let block = PERMISSION
        .replace("permission \"it\"", "permission \"other\"")
        .replace("resource_type", "name = \"appteam\"\n  resource_type");
    world.write("other.ram.hcl", &block);
    let foreign = before.iter().find(|row| row.arn != ours.arn).expect("made above").arn.clone();
    let import = format!("import {{ to = permission.other id = \"{foreign}\" }}");
    world.run("apply --auto-approve").await.exits(1).says(&["RAM327", &import]);
    world.write("import.ram.hcl", &format!("import {{\n  to = permission.other\n  id = \"{foreign}\"\n}}\n"));
    world.run("apply --auto-approve").await.exits(0);
    world.run("plan --detailed-exitcode").await.exits(0);
    world.run("drift").await.exits(0);
}
