//! What a stack can say of a share, from the files to AWS and back, with the real binary against a sandbox.

mod behind;
mod by_hand;
mod elsewhere;
mod handover;
mod imported;
mod in_place;
mod lives;
mod misnamed;
mod moved;
mod partitions;
mod permissions;
mod principals;
mod sweep;
mod tagged;
mod unaccepted;
mod unhealthy;
mod unproven;

use ramctl::live::LiveShare;
use ramctl::model::Place;

use crate::edge::place;
use crate::run::{APPLY, PLAN};
use crate::served::World;

/// The Region that most shares are in.
const REGION: &str = "eu-central-1";
pub(crate) const NETWORK: &str = "222222222222";

/// The organization, two accounts that share, and resources of any kind.
pub(crate) const SEED: &str = r#"
organization {
  id                 = "o-a1b2c3d4e5"
  management_account = "management"
  sharing            = "enabled"
  account "management" { id = "111111111111" }
  account "network" { id = "222222222222" }
  ou "Workloads" {
    ou "Prod" {
      account "web" { id = "333333333333" }
    }
    ou "Dev" {
      account "dev" { id = "444444444444" }
      account "hub" { id = "555555555555" }
    }
  }
}
outside "partner" { id = "999999999999" }
settings {
  resources       = "any"
  associate_ms    = 20
  disassociate_ms = 20
}
"#;

/// The blocks that every stack here has.
pub(crate) const HEAD: &str = r#"
ramctl {
  stack   = "network"
  regions = ["eu-central-1", "us-east-1"]
}
organization {
  management_account = account.management
  sharing            = "required"
}
account "management" { id = "111111111111" }
account "network" {
  id = "222222222222"
  assume_role { role_name = "OrganizationAccountAccessRole" }
}
account "hub" {
  id = "555555555555"
  assume_role { role_name = "OrganizationAccountAccessRole" }
}
"#;

/// A stack with one share, `share.it`, of the network account where the text names no other.
pub(crate) fn stack(share: &str) -> String {
    let default = |name: &str, value: &str| {
        let given = share.lines().any(|line| line.trim_start().starts_with(name));
        if given { String::new() } else { format!("  {name} = {value}\n") }
    };
    let (account, region) = (default("account", "account.network"), default("region", "\"eu-central-1\""));
    format!("{HEAD}share \"it\" {{\n{account}{region}{share}}}\n")
}

pub(crate) fn here() -> Place {
    place(NETWORK, REGION)
}

/// The only share of a place.
async fn only_share(world: &World, place: &Place) -> LiveShare {
    let live = world.live(place).await;
    let mut shares = live.shares.into_values();
    let share = shares.next().expect("a share");
    assert!(shares.next().is_none(), "one share");
    share
}

/// Applies a stack, and sees that a plan finds nothing left to do.
async fn apply(world: &World, text: &str) {
    world.write("stack.ram.hcl", text);
    world.run(&APPLY).await.exits(0);
    world.run(&PLAN).await.exits(0);
}
