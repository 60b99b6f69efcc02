//! A resource that goes from one share to another: nobody is without it, also where the second call is refused.

use serde_json::json;

use crate::run::APPLY;
use crate::served::World;
use crate::shares::{HEAD, SEED, apply, here};

fn files(of_a: &str, of_b: &str) -> String {
    let share = |label: &str, gateways: &str| {
        format!(
            "share \"{label}\" {{\n  account = account.network\n  region = \"eu-central-1\"\n  principals = [\"333333333333\"]\n  \
             resources = [for one in {gateways} : \"arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-${{one}}\"]\n}}\n"
        )
    };
    format!("{HEAD}{}{}", share("a", of_a), share("b", of_b))
}

#[tokio::test]
async fn a_trade_that_fails_half_way_takes_nothing_from_anybody() {
    let world = World::new(SEED).await;
    apply(&world, &files("[1, 2]", "[3, 4]")).await;
    let before = world.grants(&[here()]).await;
    world.write("stack.ram.hcl", &files("[1, 3]", "[2, 4]"));
    // The second share gives nothing.
    let denied = json!({
        "action": "ram:AssociateResourceShare", "effect": "error", "code": "AccessDeniedException", "status": 403, "after": 1
    });
    world.set_faults(json!([denied])).await;
    world.run(&APPLY).await.exits(1).says(&["no account gains or loses"]);
    assert!(world.grants(&[here()]).await.is_superset(&before), "nobody has lost anything");
    world.set_faults(json!([])).await;
    world.run(&APPLY).await.exits(0);
    assert_eq!(world.grants(&[here()]).await, before);
    world.run("plan --detailed-exitcode").await.exits(0);
}
