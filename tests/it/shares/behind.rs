//! A share that is replaced while its permission is behind its default version: published by AWS, or edited in the same plan.

use serde_json::json;

use crate::run::{APPLY, PLAN};
use crate::served::World;
use crate::shares::{NETWORK, SEED, apply, stack};

const KIND: &str = "acm-pca:CertificateAuthority";
const AWS_DEFAULT: &str = "AWSRAMDefaultPermissionCertificateAuthority";
const HUB: &str = "555555555555";

fn share((label, account): (&str, &str), region: &str, more: &str) -> String {
    stack(&format!(
        "  account = account.{label}\n  region = \"{region}\"\n  principals = [\"444444444444\"]\n  \
         resources = [\"arn:aws:acm-pca:{region}:{account}:certificate-authority/ca-1\"]\n{more}\n"
    ))
}

fn at_home(more: &str) -> String {
    share(("network", NETWORK), "eu-central-1", more)
}

fn own(actions: &str) -> String {
    format!(
        "permission \"own\" {{\n  account = account.network\n  region = \"eu-central-1\"\n  name = \"own\"\n  \
         resource_type = \"{KIND}\"\n  statement {{\n    actions = [{actions}]\n  }}\n}}\n"
    )
}

const USES_OWN: &str = "  permission \"acm-pca:CertificateAuthority\" {\n    use = permission.own\n  }";
const RETAINS: &str =
    "  retain_sharing_on_account_leave_organization = true\n  allow_external_principals = true";

async fn plans_and_applies(world: &World, files: &str) {
    world.write("stack.ram.hcl", files);
    let nothing_missing = ["INCOMPLETE", "outdated", "RAM306", "not read in this run"];
    world.run(&PLAN).await.exits(2).says(&["replaced because it moves"]).never_says(&nothing_missing);
    world.run("drift").await.exits(2).never_says(&nothing_missing);
    world.run(&APPLY).await.exits(0).never_says(&nothing_missing);
    world.run(&PLAN).await.exits(0);
}

#[tokio::test]
async fn a_share_moves_while_aws_has_a_newer_version_of_its_permission() {
    let named = format!("  permission \"{KIND}\" {{\n    use = \"{AWS_DEFAULT}\"\n  }}");
    for more in ["", &named] {
        for (to, region) in [(("network", NETWORK), "us-east-1"), (("hub", HUB), "eu-central-1")] {
            let world = World::new(SEED).await;
            apply(&world, &at_home(more)).await;
            world.control("POST", "publish", json!({"permission": AWS_DEFAULT})).await;
            plans_and_applies(&world, &share(to, region, more)).await;
        }
    }
}

#[tokio::test]
async fn a_share_moves_away_from_a_permission_that_the_same_plan_edits() {
    let world = World::new(SEED).await;
    apply(&world, &format!("{}{}", at_home(USES_OWN), own("\"acm-pca:GetCertificate\""))).await;
    let away = share(("network", NETWORK), "us-east-1", "");
    plans_and_applies(&world, &format!("{away}{}", own("\"acm-pca:DescribeCertificateAuthority\""))).await;
}

/// The new share has the version that the old one had not. That is a change for those who have both, and is told as one.
#[tokio::test]
async fn a_share_that_is_replaced_where_it_is_says_what_its_permission_allows_from_then_on() {
    let world = World::new(SEED).await;
    apply(&world, &at_home("")).await;
    world.control("POST", "publish", json!({"permission": AWS_DEFAULT})).await;
    world.write("stack.ram.hcl", &at_home(RETAINS));
    let agreed = "plan --detailed-exitcode --allow RAM205,RAM207,RAM213,RAM217";
    let plan = world.run(agreed).await.exits(2);
    let plan = plan.says(&["v1 -> v2", "+acm-pca:AddedInVersion2", "RAM217", "1 account gains, 0 lose"]);
    plan.never_says(&["RAM203", "RAM306", "outdated"]);
}

#[tokio::test]
async fn a_share_that_is_replaced_where_it_is_says_what_an_edit_of_its_permission_takes() {
    let world = World::new(SEED).await;
    let (one, other) = ("\"acm-pca:GetCertificate\"", "\"acm-pca:DescribeCertificateAuthority\"");
    apply(&world, &format!("{}{}", at_home(USES_OWN), own(one))).await;
    world.write("stack.ram.hcl", &format!("{}{}", at_home(&format!("{USES_OWN}\n{RETAINS}")), own(other)));
    world.run(&PLAN).await.exits(2).says(&[
        "v1 -> the new version",
        "+acm-pca:DescribeCertificateAuthority",
        "-acm-pca:GetCertificate",
        "RAM203",
        "RAM217",
    ]);
}
