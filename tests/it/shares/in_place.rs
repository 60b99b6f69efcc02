//! Each row of what RAM can change on a share: whether the share stays the one that it was.

use std::collections::BTreeSet;

use ramctl::live::LiveShare;
use ramctl::model::{Place, ShareArn};

use crate::edge::place;
use crate::run::{APPLY, PLAN};
use crate::served::World;
use crate::shares::{NETWORK, REGION, SEED, apply, here, stack};

const TGW: &str = r#"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1"]
  principals = ["444444444444"]
"#;
const CA: &str = r#"
  resources  = ["arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca-1"]
  principals = ["444444444444"]
"#;
const SERVICE: &str = r#"
  resources  = ["arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca-1"]
  principals = [service("pca-connector-ad.amazonaws.com")]
  sources    = ["444444444444"]
"#;

/// An edit of a share, and what shows in AWS that it was made.
struct Edit {
    what: &'static str,
    before: String,
    after: String,
    shows: fn(&LiveShare) -> bool,
}

fn edit(what: &'static str, before: &str, (from, to): (&str, &str), shows: fn(&LiveShare) -> bool) -> Edit {
    let after = if from.is_empty() { format!("{before}  {to}\n") } else { before.replace(from, to) };
    assert_ne!(before, after, "{what}");
    Edit { what, before: before.to_owned(), after, shows }
}

fn in_place() -> Vec<Edit> {
    let tagged = format!("{TGW}  tags = {{ team = \"net\", old = \"x\" }}\n");
    let open = format!("{TGW}  allow_external_principals = true\n");
    let first = "  permission \"acm-pca:CertificateAuthority\" { use = \"AWSRAMDefaultPermissionCertificateAuthority\" }\n";
    let named = format!("{CA}{first}");
    vec![
        edit("name", TGW, ("", "name = \"core\""), |share| share.name == "core"),
        edit("allow_external_principals on", TGW, ("", "allow_external_principals = true"), |share| {
            share.allow_external_principals
        }),
        edit("allow_external_principals off", &open, ("= true", "= false"), |share| {
            !share.allow_external_principals
        }),
        edit(
            "tags",
            &tagged,
            ("{ team = \"net\", old = \"x\" }", "{ team = \"core\", new = \"y\" }"),
            |share| {
                let tag = |key: &str| share.tags.get(key).map(String::as_str);
                (tag("team"), tag("new"), tag("old")) == (Some("core"), Some("y"), None)
            },
        ),
        edit("resources", TGW, ("tgw-1", "tgw-2"), |share| {
            share.resources.keys().all(|arn| arn.to_string().ends_with("tgw-2"))
        }),
        edit("principals", TGW, ("\"444444444444\"", "ou(\"Workloads/Prod\")"), |share| {
            share.principals.keys().all(|who| who.as_str().contains(":ou/"))
        }),
        edit("sources", SERVICE, ("[\"444444444444\"]", "[\"555555555555\"]"), |share| {
            share.sources.keys().map(String::as_str).eq(["555555555555"])
        }),
        edit(
            "permission",
            &named,
            (
                "AWSRAMDefaultPermissionCertificateAuthority",
                "AWSRAMBlankEndEntityCertificateAPICSRPassthroughIssuanceCertificateAuthority",
            ),
            |share| share.permissions.values().all(|it| it.arn.name().starts_with("AWSRAMBlank")),
        ),
    ]
}

/// The shares of a place, by ARN.
async fn arns(world: &World, place: &Place) -> BTreeSet<ShareArn> {
    world.live(place).await.shares.into_keys().collect()
}

#[tokio::test]
async fn what_ram_can_change_in_place_keeps_the_share() {
    let world = World::new(SEED).await;
    for Edit { what, before, after, shows } in in_place() {
        apply(&world, &stack(&before)).await;
        let (kept, share) = (arns(&world, &here()).await, world.live(&here()).await.shares);
        assert!(share.values().all(|share| !shows(share)), "{what}: not yet");
        world.write("stack.ram.hcl", &stack(&after));
        world.run(&PLAN).await.exits(2).says(&["1 to update"]);
        world.run(&APPLY).await.exits(0);
        world.run(&PLAN).await.exits(0);
        assert_eq!(arns(&world, &here()).await, kept, "{what}");
        assert!(world.live(&here()).await.shares.values().all(shows), "{what}: made");
        world.run("destroy --auto-approve").await.exits(0);
    }
}

#[tokio::test]
async fn what_ram_cannot_change_makes_a_new_share_and_deletes_the_one_before() {
    let retain = "allow_external_principals = true\n  retain_sharing_on_account_leave_organization = ";
    // A retained share invites its accounts; ramctl has the credentials of this one.
    let hub = TGW.replace("\"444444444444\"", "account.hub");
    let (to_hub, to_virginia) = (place("555555555555", REGION), place(NETWORK, "us-east-1"));
    for (what, before, after, there) in [
        ("retain", format!("{hub}  {retain}false\n"), format!("{hub}  {retain}true\n"), here()),
        (
            "Region",
            TGW.to_owned(),
            format!("  region = \"us-east-1\"\n{}", TGW.replace(REGION, "us-east-1")),
            to_virginia,
        ),
        (
            "account",
            TGW.to_owned(),
            format!("  account = account.hub\n{}", TGW.replace(NETWORK, "555555555555")),
            to_hub,
        ),
    ] {
        let world = World::new(SEED).await;
        apply(&world, &stack(&before)).await;
        let old = arns(&world, &here()).await;
        world.write("stack.ram.hcl", &stack(&after));
        world.run(&PLAN).await.exits(2).says(&["1 to replace", "RAM207"]);
        world.run(&APPLY).await.exits(0);
        let new = arns(&world, &there).await;
        assert_eq!(new.len(), 1, "{what}");
        assert!(new.is_disjoint(&old), "{what}");
        if there != here() {
            world.run(&PLAN).await.exits(0);
            assert_eq!(arns(&world, &here()).await, BTreeSet::new(), "{what}: the one before is gone");
        }
    }
}
