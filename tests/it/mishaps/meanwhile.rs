//! Somebody adds to a share while a run gives something on it. The two together are more than either said, and the run says so.

use serde_json::json;

use crate::access::ram;
use crate::mishaps::{HEAD, SEED, places};
use crate::run::{APPLY, Run};
use crate::served::{World, finish};

const SHARE: &str = r#"
share "tgw" {
  account    = account.network
  region     = "eu-central-1"
  resources  = [for one in RESOURCES : "${local.prefix}:transit-gateway/${one}"]
  principals = PRINCIPALS
}
"#;

fn share(resources: &str, principals: &str) -> String {
    SHARE.replace("RESOURCES", resources).replace("PRINCIPALS", principals)
}

const TGW_B: &str = "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-b";

/// What a hand adds while the answer to the run's first `AssociateResourceShare` is on its way.
enum Adds {
    Principal,
    Resource,
    /// Takes the account 333333333333 off.
    Nothing,
}

/// Applies `from`, then `to`, and adds something between the last call and its answer.
async fn interrupted(from: &str, to: &str, adds: Adds) -> (World, Run) {
    let world = World::new(SEED).await;
    world.write("head.ram.hcl", HEAD);
    world.write("stack.ram.hcl", from);
    world.run(&APPLY).await.exits(0);
    world.write("stack.ram.hcl", to);
    let slow = json!({"action": "ram:AssociateResourceShare", "effect": "slow", "ms": 1500, "times": 1});
    world.set_faults(json!([slow])).await;
    let run = world.spawn(&APPLY);
    while world.met().await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let arn = world.live(&places()[0]).await.shares.into_keys().next().expect("one share");
    let call = ram(&world, &places()[0]).associate_resource_share().resource_share_arn(arn.as_str());
    let call = match adds {
        Adds::Nothing => {
            let call =
                ram(&world, &places()[0]).disassociate_resource_share().resource_share_arn(arn.as_str());
            call.principals("333333333333").send().await.expect("taken off");
            return (world, finish(run).await);
        }
        Adds::Principal => call.principals("444444444444"),
        Adds::Resource => call.resource_arns(TGW_B),
    };
    call.send().await.expect("added");
    (world, finish(run).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_principal_that_meets_a_resource_of_another_run_is_no_success() {
    let (from, to) =
        (share(r#"["tgw-a"]"#, r#"["333333333333"]"#), [r#"["tgw-a"]"#, r#"["tgw-a", "tgw-b"]"#]);
    let wider = share(to[0], r#"["333333333333", "444444444444"]"#);
    let (world, run) = interrupted(&from, &wider, Adds::Resource).await;
    run.exits(1).says(&["RAM517", &format!("it has resource {TGW_B} now, which is not in this plan")]);
    // The next run takes off what no file has.
    world.run(&APPLY).await.exits(0);
    world.run("plan --detailed-exitcode").await.exits(0);

    let wider = share(to[1], r#"["333333333333"]"#);
    let (world, run) = interrupted(&from, &wider, Adds::Principal).await;
    run.exits(1).says(&["RAM517", "it has principal 444444444444 now, which is not in this plan"]);
    world.run(&APPLY).await.exits(0);
    world.run("plan --detailed-exitcode").await.exits(0);
}

/// Who loses access by another's hand while the run is under way is told, and by the next run has it back.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_while_a_run_is_under_way_is_told() {
    let from = share(r#"["tgw-a"]"#, r#"["333333333333"]"#);
    for to in [
        share(r#"["tgw-a", "tgw-b"]"#, r#"["333333333333"]"#),
        share(r#"["tgw-a"]"#, r#"["333333333333", "444444444444"]"#),
    ] {
        let (world, run) = interrupted(&from, &to, Adds::Nothing).await;
        run.exits(1).says(&["RAM517", "it has lost principal 333333333333, which this plan left on it"]);
        world.run(&APPLY).await.exits(0);
        world.run("plan --detailed-exitcode").await.exits(0);
    }
}

/// What another run adds of the same kind meets nothing that this run gave.
#[tokio::test(flavor = "multi_thread")]
async fn additions_of_one_kind_do_not_meet() {
    let (from, to) = (share(r#"["tgw-a"]"#, "[]"), share(r#"["tgw-a"]"#, r#"["333333333333"]"#));
    let (_, run) = interrupted(&from, &to, Adds::Principal).await;
    run.exits(0);
}
