//! Golden cases narrowed to a part.

use ramctl::diff::{NotRead, Scope, diff, narrow};
use ramctl::model::Address;
use ramctl::plan::{PermissionBlocked, Plan, plan};

use crate::cases::{Situation, folder, situation};

fn case(name: &str) -> Situation {
    situation(&folder("plan").join(name))
}

fn only(target: &str) -> Scope {
    Scope { targets: [Address::parse(target).expect("an address")].into(), ..Scope::default() }
}

/// The plan for one address, from what a run for it would read.
fn part(of: &Situation, target: &str) -> Plan {
    let whole = diff(&of.graph, &of.live, &of.org);
    plan(&narrow(whole, &only(target), NotRead::default()), &of.org)
}

/// A sixth version takes a share off the first one. That share is left out, so the version is not made.
#[test]
fn no_share_that_is_left_out_is_moved_to_make_room_for_a_version() {
    let crowded = case("a_share_holds_the_oldest_of_five_versions");
    let whole = part(&crowded, "share.pool");
    assert!(whole.steps().iter().any(|step| step.step.operation() == "DeletePermissionVersion"));
    let alone = part(&crowded, "permission.pool");
    assert_eq!(alone.steps(), []);
    let blocked = &alone.body().permissions[0].blocked;
    let Some(PermissionBlocked::VersionsHeld { users }) = blocked else { panic!("{blocked:?}") };
    assert_eq!(users.keys().collect::<Vec<_>>(), ["1"]);
    assert!(!alone.body().notices().is_empty(), "the plan says so");
}
