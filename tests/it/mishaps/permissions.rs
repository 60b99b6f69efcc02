//! The same for customer managed permissions: each write that they take is killed, done and not done, and its answer lost.

use std::collections::BTreeSet;

use ramctl::model::{FeatureSet, Place};

use crate::edge::place;
use crate::run::APPLY;
use crate::served::World;
use crate::way::{Scene, Way};

/// One account that shares, and a share that RAM made from a resource policy.
const SEED: &str = r#"
organization {
  management_account = "management"
  sharing            = "enabled"
  account "management" { id = "111111111111" }
  account "network" { id = "222222222222" }
  account "web" { id = "333333333333" }
}
resource "arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/policy" {}
share "from-policy" {
  account             = "network"
  region              = "eu-central-1"
  resources           = ["arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/policy"]
  principals          = ["333333333333"]
  created_from_policy = true
}
settings {
  resources       = "any"
  associate_ms    = 20
  disassociate_ms = 20
}
"#;

const HEAD: &str = r#"
ramctl {
  stack   = "network"
  regions = ["eu-central-1"]
}
account "network" {
  id = "222222222222"
  assume_role { role_name = "OrganizationAccountAccessRole" }
}
"#;

fn places() -> Vec<Place> {
    vec![place("222222222222", "eu-central-1")]
}

fn permission(label: &str, action: &str, tags: &str) -> String {
    format!(
        r#"
permission "{label}" {{
  account       = account.network
  region        = "eu-central-1"
  resource_type = "acm-pca:CertificateAuthority"
  statement {{
    actions = ["acm-pca:GetCertificate", "acm-pca:{action}"]
  }}
  tags = {{ {tags} }}
}}
"#
    )
}

fn share(label: &str, used: &str, more: &str) -> String {
    format!(
        r#"
share "{label}" {{
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/{label}"]
  principals = ["333333333333"]
  permission "acm-pca:CertificateAuthority" {{ use = {used} }}
  {more}
}}
"#
    )
}

/// A permission on its n-th version, one that is about to go back to its first, one that is about to go.
fn before(n: usize) -> String {
    let back = if n == 1 { "First" } else { "Second" };
    [
        HEAD.to_owned(),
        permission("rotating", &format!("Version{n}"), "old = \"yes\", team = \"network\""),
        share("rotating", "permission.rotating", ""),
        permission("back", back, ""),
        share("back", "permission.back", ""),
        permission("gone", "Gone", ""),
        share("gone", "permission.gone", ""),
        permission("detached", "Detached", ""),
        share("detached", "permission.detached", ""),
    ]
    .concat()
}

/// A sixth version, the first one again, a new one, one that goes, one that leaves with its type, one that is promoted and tagged.
async fn after(world: &World) -> String {
    let live = world.live(&places()[0]).await;
    let made = |set: &FeatureSet| *set == FeatureSet::CreatedFromPolicy;
    let from_policy = live.shares.values().find(|share| made(&share.feature_set)).expect("seeded");
    let source = live.customer_permissions.iter().find(|row| made(&row.feature_set)).expect("seeded");
    [
        HEAD.to_owned(),
        permission("rotating", "Version6", "team = \"platform\""),
        share("rotating", "permission.rotating", ""),
        permission("back", "First", ""),
        share("back", "permission.back", ""),
        permission("fresh", "Fresh", ""),
        share("fresh", "permission.fresh", ""),
        share("gone", "\"AWSRAMDefaultPermissionCertificateAuthority\"", ""),
        "share \"detached\" {\n  account = account.network\n  region = \"eu-central-1\"\n  principals = [\"333333333333\"]\n  \
         resources = [\"arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1\"]\n}\n"
            .to_owned(),
        permission("policy", "X", "team = \"security\"")
            .replace("\"acm-pca:GetCertificate\", \"acm-pca:X\"", "\"acm-pca:Describe*\""),
        share("policy", "permission.policy", "tags = { team = \"security\" }"),
        format!("import {{\n  to = share.policy\n  id = \"{}\"\n}}\n", from_policy.arn),
        format!("import {{\n  to = permission.policy\n  id = \"{}\"\n}}\n", source.arn),
    ]
    .concat()
}

async fn walk() -> Way {
    let scene = Scene { seed: SEED, apply: &APPLY, places };
    let world = World::new(SEED).await;
    for n in 1..=5 {
        world.write("stack.ram.hcl", &before(n));
        world.run(&APPLY).await.exits(0);
    }
    let files = after(&world).await;
    let way = Way::walk(scene, world, files).await;
    let names: BTreeSet<&str> =
        way.end.permissions.iter().map(|one| one.arn.rsplit('/').next().unwrap_or_default()).collect();
    assert_eq!(names, ["rotating", "back", "fresh", "policy"].into());
    assert_eq!(way.end.permissions.len(), 4);
    assert_eq!(way.end.shares.len(), 6);
    // One each: rotation past the limit, the way back, making, deleting with a move, detaching, promoting both.
    assert!(way.writes >= 20, "{} writes are too few to be worth it", way.writes);
    way
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_at_any_write_about_permissions_is_finished_by_the_next() {
    walk().await.kill_everywhere().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_about_permissions_whose_answer_is_lost_is_not_done_twice() {
    walk().await.lose_each_answer().await;
}
