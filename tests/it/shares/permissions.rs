//! Each row of what RAM can change about a permission: the share stays the one that it was, and what is not used any more is gone.

use aws_sdk_ram::Client;
use ramctl::live::{CustomerPermissionRow, LivePlace};
use ramctl::model::FeatureSet;
use serde_json::json;

use crate::run::{APPLY, PLAN};
use crate::served::World;
use crate::shares::{NETWORK, REGION, SEED, apply, here, only_share, stack};

const AUTHORITY: &str = "arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca-1";
const COMPONENT: &str = "arn:aws:imagebuilder:eu-central-1:222222222222:component/c/1.0.0/1";
const KIND: &str = "acm-pca:CertificateAuthority";
const AWS_DEFAULT: &str = "AWSRAMDefaultPermissionCertificateAuthority";

fn permission(name: &str, kind: &str, actions: &str) -> String {
    format!(
        "permission \"own\" {{\n  account = account.network\n  region = \"{REGION}\"\n  name = \"{name}\"\n  \
         resource_type = \"{kind}\"\n  statement {{\n    actions = [{actions}]\n  }}\n}}\n"
    )
}

fn share(resource: &str, kind: &str, used: &str) -> String {
    let body = format!(
        "  resources  = [\"{resource}\"]\n  principals = [\"444444444444\"]\n  permission \"{kind}\" {{\n    {used}\n  }}\n"
    );
    stack(&body)
}

/// A stack with a permission of its own, and the share that uses it.
fn using_own(name: &str, actions: &str) -> String {
    format!("{}{}", share(AUTHORITY, KIND, "use = permission.own"), permission(name, KIND, actions))
}

fn client(world: &World) -> Client {
    Client::new(&world.sdk(NETWORK, REGION))
}

/// The customer managed permissions that are there, whatever is still listed of those that were.
fn there(live: &LivePlace) -> Vec<&CustomerPermissionRow> {
    live.customer_permissions.iter().filter(|row| !row.status.starts_with("DELET")).collect()
}

/// Names and default versions of the account's own permissions.
async fn own(world: &World) -> Vec<(String, String)> {
    let live = world.live(&here()).await;
    there(&live).into_iter().map(|row| (row.arn.name().to_owned(), row.version.clone())).collect()
}

/// The permissions of the share: type, name, version.
async fn attached(world: &World) -> Vec<(String, String, String)> {
    let share = only_share(world, &here()).await;
    let all = share.permissions.into_iter();
    all.map(|(kind, it)| (kind.to_string(), it.arn.name().to_owned(), it.version)).collect()
}

fn one(kind: &str, name: &str, version: &str) -> Vec<(String, String, String)> {
    vec![(kind.to_owned(), name.to_owned(), version.to_owned())]
}

fn named(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(name, version)| ((*name).to_owned(), (*version).to_owned())).collect()
}

/// Plans a change of the files and carries it out; the share stays.
async fn change(world: &World, text: &str, says: &[&str]) {
    let before = only_share(world, &here()).await.arn;
    world.write("stack.ram.hcl", text);
    world.run(&PLAN).await.exits(2).says(says);
    world.run(&APPLY).await.exits(0);
    world.run(&PLAN).await.exits(0);
    assert_eq!(only_share(world, &here()).await.arn, before, "{says:?}");
}

#[tokio::test]
async fn a_share_behind_the_default_version_is_moved_where_it_asks_for_the_latest() {
    let world = World::new(SEED).await;
    let stays = format!("use = \"{AWS_DEFAULT}\"");
    apply(&world, &share(AUTHORITY, KIND, &stays)).await;
    world.control("POST", "publish", json!({"permission": AWS_DEFAULT})).await;
    // What nobody asked for is told and not done.
    world.run(&PLAN).await.exits(0).says(&["v1 -> v2", "outdated:", "RAM306"]);
    world.run(&APPLY).await.exits(0);
    assert_eq!(attached(&world).await, one(KIND, AWS_DEFAULT, "1"));
    let latest = format!("{stays}\n    version = \"latest\"");
    change(&world, &share(AUTHORITY, KIND, &latest), &["v1 -> v2", "1 to update"]).await;
    assert_eq!(attached(&world).await, one(KIND, AWS_DEFAULT, "2"));
}

#[tokio::test]
async fn another_name_makes_a_permission_moves_the_share_and_deletes_the_one_before() {
    let world = World::new(SEED).await;
    apply(&world, &using_own("first", "\"acm-pca:GetCertificate\"")).await;
    assert_eq!(attached(&world).await, one(KIND, "first", "1"));
    let after = using_own("second", "\"acm-pca:GetCertificate\"");
    change(&world, &after, &["first -> second", "1 to create, 1 to update, 1 to delete"]).await;
    assert_eq!(attached(&world).await, one(KIND, "second", "1"));
    assert_eq!(own(&world).await, named(&[("second", "1")]));
}

#[tokio::test]
async fn another_type_makes_a_permission_swaps_what_is_shared_and_deletes_the_one_before() {
    const OTHER: &str = "imagebuilder:Component";
    let world = World::new(SEED).await;
    apply(&world, &using_own("first", "\"acm-pca:GetCertificate\"")).await;
    let after = format!(
        "{}{}",
        share(COMPONENT, OTHER, "use = permission.own"),
        permission("second", OTHER, "\"imagebuilder:GetComponent\"")
    );
    let says =
        ["+ permission imagebuilder:Component second", "- permission acm-pca:CertificateAuthority first"];
    change(&world, &after, &says).await;
    assert_eq!(attached(&world).await, one(OTHER, "second", "1"));
    assert_eq!(own(&world).await, named(&[("second", "1")]));
}

#[tokio::test]
async fn a_type_that_leaves_a_share_takes_its_permission_with_it_and_the_default_stays() {
    let world = World::new(SEED).await;
    let tgw = "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1";
    let both = |uses: &str| share(&format!("{AUTHORITY}\", \"{tgw}"), KIND, uses);
    let without = || stack(&format!("  resources  = [\"{tgw}\"]\n  principals = [\"444444444444\"]\n"));
    let left = || one("ec2:TransitGateway", "AWSRAMDefaultPermissionTransitGateway", "1");
    let mine = permission("mine", KIND, "\"acm-pca:GetCertificate\"");
    apply(&world, &format!("{}{mine}", both("use = permission.own"))).await;
    change(&world, &format!("{}{mine}", without()), &["- permission acm-pca:CertificateAuthority mine"])
        .await;
    assert_eq!(attached(&world).await, left());
    assert_eq!(own(&world).await, named(&[("mine", "1")]), "it is declared and stays");
    change(&world, &without(), &["1 to delete"]).await;
    assert_eq!(own(&world).await, named(&[]));
    // AWS's default stays, as RAM leaves it.
    apply(&world, &both(&format!("use = \"{AWS_DEFAULT}\""))).await;
    change(&world, &without(), &["1 to update"]).await;
    assert_eq!(attached(&world).await.len(), 2);
}

#[tokio::test]
async fn another_policy_is_a_new_version_that_the_share_moves_to_and_the_one_before_is_kept() {
    let world = World::new(SEED).await;
    apply(&world, &using_own("own", "\"acm-pca:GetCertificate\"")).await;
    let after = using_own("own", "\"acm-pca:DescribeCertificateAuthority\"");
    change(&world, &after, &["v1 -> a new version", "v1 -> the new version", "2 to update"]).await;
    assert_eq!(attached(&world).await, one(KIND, "own", "2"));
    assert_eq!(own(&world).await, named(&[("own", "2")]));
    let arn = format!("arn:aws:ram:{REGION}:{NETWORK}:permission/own");
    let versions = client(&world).list_permission_versions().permission_arn(arn).send().await;
    let mut versions: Vec<String> = versions
        .expect("the permission is there")
        .permissions()
        .iter()
        .map(|row| row.version().unwrap_or_default().to_owned())
        .collect();
    versions.sort();
    // The way back is one call, until a sixth version needs the room.
    assert_eq!(versions, ["1", "2"]);
    change(&world, &using_own("own", "\"acm-pca:GetCertificate\""), &["v2 -> v1"]).await;
    assert_eq!(attached(&world).await, one(KIND, "own", "1"));
}

#[tokio::test]
async fn a_share_made_from_a_policy_is_promoted_and_then_changes_like_any_other() {
    let from_policy = format!(
        "share \"from-policy\" {{\n  account = \"network\"\n  region = \"{REGION}\"\n  resources = [\"{AUTHORITY}\"]\n  \
         principals = [\"444444444444\"]\n  created_from_policy = true\n}}\n"
    );
    let world = World::new(&format!("{SEED}{from_policy}")).await;
    let (id, source) = {
        let live = world.live(&here()).await;
        (live.shares.keys().next().expect("seeded").clone(), live.customer_permissions[0].arn.clone())
    };
    let imports = format!(
        "import {{\n  to = share.it\n  id = \"{id}\"\n}}\nimport {{\n  to = permission.own\n  id = \"{source}\"\n}}\n"
    );
    let promoted = format!("{}{imports}", using_own("own", "\"acm-pca:Describe*\""));
    // What it is promoted with has to be what it allows, and the plan says what that is.
    world.write("stack.ram.hcl", &promoted.replace("Describe*", "Get*"));
    let told = ["RAM325", "What it allows:", "actions = [\"acm-pca:Describe*\"]"];
    world
        .run(&format!("{} --out refused.json", *PLAN))
        .await
        .exits(1)
        .says(&told)
        .says(&["It cannot be applied"]);
    world.run("show refused.json").await.exits(0).says(&told);
    change(&world, &promoted, &["2 to import", "promoted from", "becomes a share that RAM can change"]).await;
    let share = only_share(&world, &here()).await;
    assert_eq!((share.arn, share.feature_set), (id.clone(), FeatureSet::Standard));
    assert_eq!(attached(&world).await, one(KIND, "own", "1"));
    assert_eq!(own(&world).await, named(&[("own", "1")]), "RAM's own one is gone with its last share");
    // With and without the import blocks, which say now what is so.
    for text in [promoted.replace("Describe*", "Get*"), using_own("own", "\"acm-pca:List*\"")] {
        change(&world, &text, &["a new version", "2 to update"]).await;
    }
    assert_eq!(attached(&world).await, one(KIND, "own", "3"));
    change(&world, &using_own("other", "\"acm-pca:List*\""), &["own -> other"]).await;
    assert_eq!(own(&world).await, named(&[("other", "1")]));
}

/// A name that RAM does not know fails no apply half-way: the plan asks what there is, once for each account and Region.
#[tokio::test]
async fn a_permission_that_is_not_there_is_found_by_the_plan_and_stops_its_share_alone() {
    let world = World::new(SEED).await;
    let other = "share \"other\" {\n  account = account.network\n  region = \"eu-central-1\"\n  \
                 resources = [\"arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1\"]\n  principals = [\"333333333333\"]\n}\n";
    let wrong =
        format!("{}{other}", share(AUTHORITY, KIND, "use = \"AWSRAMDefaultPermissionCertificateAuthorty\""));
    world.write("stack.ram.hcl", &wrong);
    let plan = world.run("plan").await.exits(1);
    plan.says(&["RAM456", "Did you mean", AWS_DEFAULT, "NOT CHANGED", "1 to create"]);
    world.run(&APPLY).await.exits(1).says(&["RAM456", "Apply complete"]);
    let live = world.live(&here()).await;
    assert_eq!(live.shares.values().map(|share| share.name.as_str()).collect::<Vec<_>>(), ["other"]);
    world.run("drift").await.exits(1).says(&["RAM456"]);
    world.run("snapshot --out s.json").await;
    world.run("plan --live s.json").await.exits(1).says(&["RAM456"]);
    apply(&world, &wrong.replace("Authorty", "Authority")).await;
}
