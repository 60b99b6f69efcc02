//! What other hands do to a share of the stack, again and again.

use aws_sdk_ram::Client;

use crate::run::{APPLY, PLAN};
use crate::served::World;
use crate::shares::{NETWORK, REGION, SEED, apply, here, only_share, stack};

const SHARE: &str = r#"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1"]
  principals = ["333333333333"]
"#;

/// RAM takes a call with a token that it has seen for the one of then and does nothing, so the second repair must not look like the first.
#[tokio::test]
async fn a_change_by_hand_that_comes_back_is_undone_each_time() {
    let world = World::new(SEED).await;
    apply(&world, &stack(SHARE)).await;
    let client = Client::new(&world.sdk(NETWORK, REGION));
    let share = only_share(&world, &here()).await.arn.to_string();
    for _ in 0..3 {
        let added = client.associate_resource_share().resource_share_arn(&share).principals("444444444444");
        added.send().await.expect("the owner may");
        let taken =
            client.disassociate_resource_share().resource_share_arn(&share).principals("333333333333");
        while taken.clone().send().await.is_err() {
            // The one that was added is still ASSOCIATING.
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        world.run("drift").await.exits(2).says(&["444444444444", "333333333333"]);
        world.run(&APPLY).await.exits(0);
        world.run(&PLAN).await.exits(0);
    }
}
