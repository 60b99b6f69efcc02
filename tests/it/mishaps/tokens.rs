//! Repeated changes, crashes and runs at the same time, in an AWS that remembers tokens for ever and in one that forgets them at once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::json;

use crate::access::ram;
use crate::mishaps::{HEAD, SEED, places};
use crate::run::{APPLY, Run, allowing_all};
use crate::served::{World, finish};

pub(super) const MEMORIES: [&str; 2] = ["\"forever\"", "\"none\""];

/// A sandbox with these settings added.
pub(super) fn seed(settings: &str) -> String {
    SEED.replace("settings {", &format!("settings {{\n  {settings}\n"))
}

fn share(label: &str, resource: &str, principal: &str) -> String {
    format!(
        "share \"{label}\" {{\n  account = account.network\n  region = \"eu-central-1\"\n  resources = \
         [\"${{local.prefix}}:transit-gateway/{resource}\"]\n  principals = [{principal}]\n}}\n"
    )
}

fn permission(allows: &str) -> String {
    format!(
        r#"
permission "ca" {{
  account       = account.network
  region        = "eu-central-1"
  resource_type = "acm-pca:CertificateAuthority"
  statement {{
    actions = ["acm-pca:GetCertificate"{allows}]
  }}
}}
share "ca" {{
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca"]
  principals = ["333333333333"]
  permission "acm-pca:CertificateAuthority" {{ use = permission.ca }}
}}
"#
    )
}

async fn world(memory: &str) -> World {
    let world = World::new(&seed(&format!("tokens = {memory}"))).await;
    world.write("head.ram.hcl", HEAD);
    world
}

/// Live shares by the address in their tags.
pub(super) async fn addresses(world: &World) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for share in world.shares(&places()).await {
        let address = share.tags.get("ramctl:address").cloned().unwrap_or_default();
        *found.entry(address).or_default() += 1;
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_goes_back_and_forth_as_often_as_the_files_do() {
    for memory in MEMORIES {
        let world = world(memory).await;
        for allows in ["", ", \"acm-pca:*\"", "", ", \"acm-pca:*\"", "", ", \"acm-pca:*\""] {
            world.write("stack.ram.hcl", &permission(allows));
            world.run(&APPLY).await.exits(0);
            world.run("plan --detailed-exitcode").await.exits(0);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_is_applied_and_destroyed_as_often_as_one_likes() {
    let destroy = allowing_all("destroy --auto-approve");
    for memory in MEMORIES {
        let world = world(memory).await;
        // Every other life wants something else, so that its tokens come with other parameters.
        for principal in ["\"333333333333\"", "\"333333333333\"", "\"444444444444\"", "\"333333333333\""] {
            let files = [share("a", "tgw-a", principal), permission("")].concat();
            world.write("stack.ram.hcl", &files);
            world.run(&APPLY).await.exits(0).never_says(&["looking for the share"]);
            assert_eq!(addresses(&world).await.into_values().collect::<Vec<_>>(), [1, 1]);
            world.run(&destroy).await.exits(0);
            assert_eq!(addresses(&world).await, BTreeMap::new());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_principal_that_is_removed_by_hand_each_time_is_put_back_each_time() {
    for memory in MEMORIES {
        let world = world(memory).await;
        world.write("stack.ram.hcl", &share("a", "tgw-a", "\"333333333333\", \"444444444444\""));
        world.run(&APPLY).await.exits(0);
        let before = world.grants(&places()).await;
        let client = ram(&world, &places()[0]);
        for _ in 0..3 {
            let arn = world.live(&places()[0]).await.shares.into_keys().next().expect("one share");
            let removed = client.disassociate_resource_share().resource_share_arn(arn.as_str());
            removed.principals("333333333333").send().await.expect("removed");
            world.run(&APPLY).await.exits(0);
            assert_eq!(world.grants(&places()).await, before);
        }
    }
}

/// The plan found the share as it is again, so nothing is stale, and each of its calls has an effect a second time.
#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_whose_effect_the_files_took_back_has_its_effect_again() {
    for memory in MEMORIES {
        let world = world(memory).await;
        let (one, two) = (share("a", "tgw-a", "\"333333333333\""), share("a", "tgw-a", "\"444444444444\""));
        world.write("stack.ram.hcl", &one);
        world.run(&APPLY).await.exits(0);
        let before = world.grants(&places()).await;
        world.write("stack.ram.hcl", &two);
        world.run(&allowing_all("plan --out there.json")).await.exits(0);
        world.run("apply there.json").await.exits(0);
        let after = world.grants(&places()).await;
        assert_ne!(before, after);
        world.write("stack.ram.hcl", &one);
        world.run(&APPLY).await.exits(0);
        assert_eq!(world.grants(&places()).await, before);
        world.run("apply --wait-timeout 10 there.json").await.exits(0);
        assert_eq!(world.grants(&places()).await, after);
    }
}

/// 26 shares, and three runs that want different things of each.
#[tokio::test(flavor = "multi_thread")]
async fn first_applies_at_once_with_different_values_make_each_share_once() {
    let shares: String =
        ('a'..='z').map(|c| share(&format!("s_{c}"), &format!("tgw-{c}"), "var.who")).collect();
    let files = format!("variable \"who\" {{\n  type = string\n}}\n{shares}");
    let whos = ["333333333333", "444444444444", "111111111111"];
    for lag in ["unseen_ms = 0", "unseen_ms = 1500\n  tags_unseen_ms = 2500"] {
        let world = World::new(&seed(&format!("tokens = \"forever\"\n  {lag}"))).await;
        world.write("stack.ram.hcl", &format!("{HEAD}{files}"));
        let words = |who: &str| format!("{} --wait-timeout 10 --var who={who}", *APPLY);
        let runs = futures_util::future::join_all(whos.map(|who| {
            let words = words(who);
            let world = &world;
            async move { world.run(&words).await }
        }));
        let runs = runs.await;
        let planned_again = runs.iter().any(|run| run.holds("Another run was faster. Planning again."));
        assert!(planned_again || lag == "unseen_ms = 0", "what shows late is met by its token");
        for run in &runs {
            assert!(matches!(run.code, Some(0 | 1)), "{run}");
        }
        tokio::time::sleep(Duration::from_millis(2_600)).await;
        let found = addresses(&world).await;
        assert_eq!(found.len(), 26, "{lag}: {found:?}");
        assert!(found.values().all(|shares| *shares == 1), "{lag}: {found:?}");
        world.run(&words(whos[1])).await.exits(0);
        let principals: BTreeSet<String> =
            world.grants(&places()).await.into_iter().map(|(_, who)| who.to_string()).collect();
        assert_eq!(principals, [whos[1].to_owned()].into());
        assert!(addresses(&world).await.values().all(|shares| *shares == 1));
    }
}

/// The share shows before its tags do, so the next plan takes it for somebody's.
#[tokio::test(flavor = "multi_thread")]
async fn a_share_whose_tags_show_late_after_a_crash_is_not_made_twice() {
    for memory in MEMORIES {
        for who in ["333333333333", "444444444444"] {
            let world = World::new(&seed(&format!("tokens = {memory}\n  tags_unseen_ms = 3000"))).await;
            world.write("stack.ram.hcl", &format!("{HEAD}{}", share("a", "tgw-a", "\"333333333333\"")));
            let create =
                json!({"action": "ram:CreateResourceShare", "effect": "slow", "ms": 20_000, "times": 1});
            world.set_faults(json!([create])).await;
            let mut child = world.spawn(&APPLY);
            while world.met().await == 0 {
                assert!(child.try_wait().expect("the run can be asked").is_none(), "the run ended early");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            child.kill().expect("the run can be killed");
            finish(child).await;
            world.set_faults(json!([])).await;
            world.write("stack.ram.hcl", &format!("{HEAD}{}", share("a", "tgw-a", &format!("\"{who}\""))));
            world.run(&APPLY).await.exits(0);
            tokio::time::sleep(Duration::from_millis(3_100)).await;
            assert_eq!(addresses(&world).await, [("share.a".to_owned(), 1)].into(), "{memory} {who}");
            world.run("plan --detailed-exitcode").await.exits(0);
        }
    }
}

/// While a run turns on sharing, another makes what the first is about to make.
async fn overtaken(words: &str) -> (World, Run) {
    let world = world("\"forever\"").await;
    world.write(
        "stack.ram.hcl",
        &format!("variable \"who\" {{\n  default = \"333333333333\"\n}}\n{}", share("a", "tgw-a", "var.who")),
    );
    world.run(&allowing_all("plan --out p.json")).await.exits(0);
    let enable = "ram:EnableSharingWithAwsOrganization";
    world.set_faults(json!([{"action": enable, "effect": "slow", "ms": 12_000, "times": 1}])).await;
    let slower = world.spawn(words);
    while world.met().await == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    world.run(&format!("{} --var who=444444444444", *APPLY)).await.exits(0);
    let slower = finish(slower).await;
    assert_eq!(addresses(&world).await, [("share.a".to_owned(), 1)].into());
    (world, slower)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_overtaken_plans_again_and_says_by_whom() {
    let (world, slower) = overtaken(&APPLY).await;
    slower.exits(0).says(&[
        "another run made arn:aws:ram:eu-central-1:222222222222:resource-share/",
        "Another run was faster. Planning again.",
        "1 to update",
    ]);
    world.run("plan --detailed-exitcode").await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_that_was_overtaken_is_stale() {
    let (world, slower) = overtaken("apply p.json").await;
    slower.exits(5).says(&["another run made arn:aws:ram:", "RAM515"]).never_says(&["Planning again"]);
    let principals = world.grants(&places()).await.into_iter().map(|(_, who)| who.to_string());
    assert_eq!(principals.collect::<Vec<_>>(), ["444444444444"]);
}

/// The answer to a create is lost, and AWS has forgotten the token: what cannot be told is not silent.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_aws_without_memory_makes_twice_is_told_and_goes_again() {
    let world = world("\"none\"").await;
    world.write("stack.ram.hcl", &share("a", "tgw-a", "\"333333333333\""));
    let lost = json!({"action": "ram:CreateResourceShare", "effect": "lose_response", "times": 1});
    world.set_faults(json!([lost])).await;
    world.run(&APPLY).await;
    world.set_faults(json!([])).await;
    if addresses(&world).await != [("share.a".to_owned(), 1)].into() {
        let plan = world.run("plan --detailed-exitcode").await;
        assert_ne!(plan.code, Some(0), "{plan}");
        world.run(&APPLY).await.exits(0);
    }
    assert_eq!(addresses(&world).await, [("share.a".to_owned(), 1)].into());
    world.run("plan --detailed-exitcode").await.exits(0);
}
