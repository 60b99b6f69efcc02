//! A share that the files move to another Region or account is the same share, whatever part of the stack a run is about.

use serde_json::json;

use crate::edge::place;
use crate::run::{APPLY, Run};
use crate::served::World;
use crate::shares::{HEAD, NETWORK, SEED, apply, only_share, stack};

const HUB: &str = "555555555555";

/// `share.it` in an account and Region.
fn it(account: &str, region: &str, id: &str, more: &str) -> String {
    stack(&format!(
        "  account = account.{account}\n  region = \"{region}\"\n  \
         resources = [\"arn:aws:ec2:{region}:{id}:transit-gateway/tgw-1\"]\n  principals = [\"333333333333\"]\n{more}"
    ))
}

async fn counts(world: &World) -> Vec<usize> {
    let places = [(NETWORK, "eu-central-1"), (NETWORK, "us-east-1"), (HUB, "eu-central-1")];
    let mut out = Vec::new();
    for (account, region) in places {
        out.push(world.live(&place(account, region)).await.shares.len());
    }
    out
}

/// A world with the share in its first place, and files that move it to the Region us-east-1 or to the account hub.
async fn moved(to_hub: bool) -> World {
    let world = World::new(SEED).await;
    apply(&world, &it("network", "eu-central-1", NETWORK, "")).await;
    let moved =
        if to_hub { it("hub", "eu-central-1", HUB, "") } else { it("network", "us-east-1", NETWORK, "") };
    world.write("stack.ram.hcl", &moved);
    world
}

async fn applies(world: &World, flags: &str) -> Run {
    let allow = "--allow RAM203 --allow RAM206 --allow RAM207";
    world.run(format!("apply --auto-approve {allow} {flags}").trim()).await
}

#[tokio::test]
async fn a_target_that_moved_is_replaced_and_not_made_twice() {
    for (to_hub, after) in [(false, [0, 1, 0]), (true, [0, 0, 1])] {
        for flags in
            ["--target share.it", "--target share.it --no-sweep", "--exclude share.other", "--no-sweep"]
        {
            let world = moved(to_hub).await;
            if flags.contains("exclude") {
                let other =
                    it("network", "us-east-1", NETWORK, "").replace(HEAD, "").replace("\"it\"", "\"other\"");
                let files = if to_hub {
                    it("hub", "eu-central-1", HUB, "")
                } else {
                    it("network", "us-east-1", NETWORK, "")
                };
                world.write("stack.ram.hcl", &format!("{files}{other}"));
            }
            world.run(&format!("drift {flags}")).await.exits(2).says(&["to be replaced"]);
            applies(&world, flags).await.exits(0);
            assert_eq!(counts(&world).await, after, "{to_hub} {flags}");
        }
    }
}

#[tokio::test]
async fn a_run_for_one_region_or_account_neither_moves_a_share_nor_makes_a_second_one() {
    for (to_hub, flags) in
        [(false, "--region us-east-1"), (true, "--account hub"), (true, "--account hub --no-sweep")]
    {
        let world = moved(to_hub).await;
        let run = applies(&world, flags).await.exits(6);
        run.says(&["RAM454", "NOT MOVED", "share.it", "222222222222 eu-central-1"]);
        assert_eq!(counts(&world).await, [1, 0, 0], "{flags}");
        world.run(&format!("drift {flags}")).await.exits(6).says(&["RAM454", "INCOMPLETE"]);
        world.run("apply --auto-approve --target share.it --allow RAM203,RAM207").await.exits(0);
    }
}

#[tokio::test]
async fn where_the_old_place_cannot_be_read_no_second_share_is_made() {
    let denied = json!([{"action": "ram:GetResourceShares", "account": NETWORK, "region": "eu-central-1", "effect": "access_denied"}]);
    for flags in ["", "--target share.it", "--region us-east-1", "--account network --no-sweep"] {
        let world = moved(false).await;
        world.set_faults(denied.clone()).await;
        let run = applies(&world, flags).await.exits(6);
        run.says(&["RAM453", "NOT CREATED", "share.it may be live in 222222222222 eu-central-1"]);
        let plan = world.run(format!("plan --json {flags}").trim()).await.exits(6).json();
        assert_eq!((&plan["complete"], &plan["summary"]["create"]), (&json!(false), &json!(0)), "{flags}");
        world.run(format!("drift {flags}").trim()).await.exits(6).says(&["RAM453"]);
        world.set_faults(json!([])).await;
        assert_eq!(counts(&world).await, [1, 0, 0], "{flags}");
    }
}

/// A stack whose files name one Region only, whose share was made in another.
#[tokio::test]
async fn a_region_that_no_file_names_is_searched_for_a_target() {
    let world = World::sweeping(SEED).await;
    let head = HEAD.replace("  regions = [\"eu-central-1\", \"us-east-1\"]\n", "");
    let share = |region: &str| it("network", region, NETWORK, "").replace(HEAD, &head);
    world.write("stack.ram.hcl", &share("eu-north-1"));
    world.run(&APPLY).await.exits(0);
    world.write("stack.ram.hcl", &share("eu-central-1"));
    for flags in ["--target share.it", "--exclude share.it --no-sweep", "--region eu-central-1"] {
        let run = world.run(format!("plan --json {flags}").trim()).await;
        assert_eq!(run.json()["summary"]["create"], json!(0), "{flags}");
    }
    applies(&world, "--target share.it").await.exits(0);
    assert!(world.live(&place(NETWORK, "eu-north-1")).await.shares.is_empty());
    only_share(&world, &place(NETWORK, "eu-central-1")).await;
}

#[tokio::test]
async fn a_target_that_only_an_unnamed_region_has_is_found() {
    let world = World::sweeping(SEED).await;
    let more = "share \"there\" {\n  account = account.network\n  region = \"eu-north-1\"\n  \
                resources = [\"arn:aws:ec2:eu-north-1:222222222222:transit-gateway/tgw-2\"]\n  principals = [\"333333333333\"]\n}\n";
    let here = it("network", "eu-central-1", NETWORK, "");
    world.write("stack.ram.hcl", &format!("{here}{more}"));
    world.run(&APPLY).await.exits(0);
    world.write("stack.ram.hcl", &here);
    world
        .run("plan --target share.there --allow RAM206")
        .await
        .says(&["1 to delete"])
        .never_says(&["neither"]);
    world.run("plan --region eu-north-1 --allow RAM206").await.says(&["1 to delete"]);
    world.run("plan --target share.nobody").await.exits(1).says(&["neither in the files nor in AWS"]);
    let run = world.run("plan --target share.there --no-sweep").await.exits(1);
    run.says(&["not in the accounts and Regions that were read"]).never_says(&["neither"]);
}

#[tokio::test]
async fn a_protected_share_is_not_the_second_one_that_goes() {
    let world = World::new(SEED).await;
    let protected = "  lifecycle { prevent_destroy = true }\n";
    apply(&world, &it("network", "eu-central-1", NETWORK, protected)).await;
    world.write("stack.ram.hcl", &it("network", "us-east-1", NETWORK, protected));
    let denied =
        json!([{"action": "ram:GetResourceShares", "region": "eu-central-1", "effect": "access_denied"}]);
    world.set_faults(denied).await;
    applies(&world, "").await.exits(6);
    world.set_faults(json!([])).await;
    assert_eq!(counts(&world).await, [1, 0, 0]);
    world.run("plan").await.exits(1).says(&["RAM220"]);
}
