//! What becomes of an `import` block that stays in the files.

use crate::access::ram;
use crate::run::{APPLY, PLAN};
use crate::served::World;
use crate::shares::{HEAD, NETWORK, REGION, SEED, here, stack};

const UNKNOWN: &str =
    "arn:aws:ram:eu-central-1:222222222222:resource-share/00000000-0000-0000-0000-000000000000";

fn gateway(n: u8) -> String {
    format!("arn:aws:ec2:{REGION}:{NETWORK}:transit-gateway/tgw-{n}")
}

fn body(n: u8) -> String {
    format!("  resources  = [\"{}\"]\n  principals = [\"444444444444\"]\n", gateway(n))
}

/// `share.it` with an import block for it, and a share beside it.
fn files(arn: &str) -> String {
    let other = stack(&body(2)).replace(HEAD, "").replace("\"it\"", "\"other\"");
    format!("{}{other}import {{\n  to = share.it\n  id = \"{arn}\"\n}}\n", stack(&body(1)))
}

/// A share that no block made.
async fn by_hand(world: &World) -> String {
    let make = ram(world, &here()).create_resource_share().name("it").allow_external_principals(false);
    let made = make.resource_arns(gateway(1)).principals("444444444444").send().await.expect("made");
    made.resource_share().and_then(|share| share.resource_share_arn()).expect("an ARN").to_owned()
}

#[tokio::test]
async fn an_imported_share_that_was_deleted_by_hand_is_made_again() {
    let world = World::new(SEED).await;
    let arn = by_hand(&world).await;
    world.write("stack.ram.hcl", &files(&arn));
    world.run(&APPLY).await.exits(0).says(&["1 to import, 1 to create"]);
    world.run(&PLAN).await.exits(0);
    ram(&world, &here()).delete_resource_share().resource_share_arn(&arn).send().await.expect("deleted");
    world.run(&PLAN).await.exits(2).says(&["1 to create"]).never_says(&["RAM311", "NOT IMPORTED"]);
    world.run("apply --auto-approve").await.exits(0);
    world.run(&PLAN).await.exits(0);
    assert_eq!(world.grants(&[here()]).await.len(), 2);
}

/// Nobody knows any more whose it was, so it is not made; but the rest of the stack is.
#[tokio::test]
async fn an_import_of_what_is_not_there_stops_its_block_alone() {
    let world = World::new(SEED).await;
    world.write("stack.ram.hcl", &files(UNKNOWN));
    let told = ["RAM311", "NOT IMPORTED", "No share in its account and Region is"];
    world.run(&PLAN).await.exits(1).says(&told).says(&["1 to create", "1 blocked"]);
    world.run("apply --auto-approve").await.exits(1).says(&told).says(&["Apply complete"]);
    assert_eq!(world.grants(&[here()]).await.len(), 1);
    world.run(&PLAN).await.exits(1).says(&told).says(&["1 blocked"]).never_says(&["AWS matches"]);
}
