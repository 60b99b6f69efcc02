//! What other hands do to a share of the stack, again and again.

use aws_sdk_ram::Client;
use serde_json::{Value, json};

use crate::run::{APPLY, PLAN};
use crate::served::World;
use crate::shares::{HEAD, NETWORK, REGION, SEED, apply, here, only_share, stack};

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

/// What other tools have no listing for: each share of a place, whoever made it, with all that is on it.
#[tokio::test]
async fn every_share_of_the_places_is_listed_with_whom_it_is_shared() {
    let world = World::new(SEED).await;
    apply(&world, &stack(SHARE)).await;
    let client = Client::new(&world.sdk(NETWORK, REGION));
    let gateway = "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-9";
    let made = client.create_resource_share().name("manual-test").resource_arns(gateway);
    made.principals("444444444444").principals("999999999999").send().await.expect("the owner may");

    let drift = world.run("drift --json").await.exits(2).json();
    let strays = drift["unmanaged"].as_array().expect("a list");
    assert_eq!(strays.len(), 1, "{drift:#}");
    let expected = json!({
        "name": "manual-test", "ownership": "untagged", "outside": true,
        "principals": ["444444444444", "999999999999"], "resources": [gateway],
    });
    for (key, value) in expected.as_object().expect("an object") {
        assert_eq!(strays[0][key], *value, "{key}");
    }
    world.run("drift").await.exits(2).says(&["manual-test", "shared outside the organization", "RAM301"]);

    // And those of the stack, with the others in one document.
    world.run("snapshot --out all.json").await.exits(0);
    let all = std::fs::read_to_string(world.path("all.json")).expect("written");
    let all: Value = serde_json::from_str(&all).expect("JSON");
    let places = all["places"].as_array().expect("a list").iter();
    let shares = places.flat_map(|place| place["read"]["known"]["shares"].as_array().expect("a list"));
    let names: Vec<&Value> = shares.map(|share| &share["name"]).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

/// Whoever loses a share and keeps its resource through the unit of another one depends on who is in that unit.
#[tokio::test]
async fn who_is_in_the_unit_that_keeps_access_is_read_again() {
    let world = World::new(SEED).await;
    let keeper = SHARE.replace("\"333333333333\"", "ou(\"Workloads/Dev\")");
    let keeper = stack(&keeper).replace("share \"it\"", "share \"keeper\"");
    let both = format!("{keeper}{}", stack(&SHARE.replace("333333333333", "444444444444")).replace(HEAD, ""));
    apply(&world, &both).await;
    world.write("stack.ram.hcl", &keeper);
    world.run("plan --out p.json").await.exits(0).says(&["no account loses tgw-1"]);

    let organizations = aws_sdk_organizations::Client::new(&world.sdk("111111111111", "us-east-1"));
    let parent = async |child: &str| {
        let found = organizations.list_parents().child_id(child).send().await.expect("listed");
        found.parents()[0].id().expect("an id").to_owned()
    };
    let (from, to) = (parent("444444444444").await, parent("333333333333").await);
    let moved = organizations.move_account().account_id("444444444444");
    moved.source_parent_id(from).destination_parent_id(to).send().await.expect("moved");
    world.run("apply p.json").await.exits(5).says(&["RAM510", "444444444444 left"]);
    world.run("plan").await.exits(4).says(&["1 account loses tgw-1", "RAM206"]);
}

/// Who made a difference is told for each member: other edits of the files do not make a grant by hand theirs.
#[tokio::test]
async fn a_grant_by_hand_is_drift_beside_edits_of_the_files_that_are_not_applied() {
    let world = World::new(SEED).await;
    apply(&world, &stack(SHARE)).await;
    let client = Client::new(&world.sdk(NETWORK, REGION));
    let share = only_share(&world, &here()).await.arn.to_string();
    let added = client.associate_resource_share().resource_share_arn(&share).principals("444444444444");
    added.send().await.expect("the owner may");
    world.write(
        "stack.ram.hcl",
        &stack(&SHARE.replace("\"333333333333\"", "\"333333333333\", \"555555555555\"")),
    );

    let drift = world.run("drift --json").await.exits(2).json();
    let changes = drift["shares"][0]["changes"].as_array().expect("a list");
    let causes: Vec<(&Value, &Value)> =
        changes.iter().map(|change| (&change["subject"], &change["cause"])).collect();
    assert_eq!(
        causes,
        [(&json!("444444444444"), &json!("drift")), (&json!("555555555555"), &json!("pending")),]
    );
    let only = world.run("plan --refresh-only --json").await.json();
    assert_eq!(only["shares"][0]["changes"].as_array().expect("a list").len(), 1, "{only:#}");
    assert_eq!(only["access"]["gain"], json!([]), "what is not planned gives nobody anything");
    assert_eq!(only["access"]["lose"], json!(["444444444444"]));
    // What the files never granted is taken back without consent.
    world.run(&APPLY).await.exits(0);
    world.run(&PLAN).await.exits(0);
    world.run("drift").await.exits(0);
}

const CA: &str = r#"
  resources  = ["arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca-1"]
  principals = ["333333333333"]
"#;
const BLANK: &str = "arn:aws:ram::aws:permission/AWSRAMBlankEndEntityCertificateAPICSRPassthroughIssuanceCertificateAuthority";

#[tokio::test]
async fn a_permission_that_is_swapped_by_hand_is_swapped_back_where_no_block_names_one() {
    let world = World::new(SEED).await;
    apply(&world, &stack(CA)).await;
    let client = Client::new(&world.sdk(NETWORK, REGION));
    let before = only_share(&world, &here()).await;
    let swap = client.associate_resource_share_permission().resource_share_arn(before.arn.to_string());
    swap.permission_arn(BLANK).replace(true).send().await.expect("the owner may");
    assert_ne!(only_share(&world, &here()).await.permissions, before.permissions);

    world
        .run("drift")
        .await
        .exits(2)
        .says(&["AWS was changed", "AWSRAMDefaultPermissionCertificateAuthority"]);
    world.run("apply --auto-approve --allow RAM217").await.exits(0);
    assert_eq!(only_share(&world, &here()).await.permissions, before.permissions);
    world.run(&PLAN).await.exits(0);
    world.run("drift").await.exits(0);
}

/// What a share had when it was adopted is what its files leave unsaid.
#[tokio::test]
async fn a_permission_that_an_import_found_is_no_drift_and_neither_is_the_default() {
    let world = World::new(SEED).await;
    let client = Client::new(&world.sdk(NETWORK, REGION));
    let made = client.create_resource_share().name("it").principals("333333333333").permission_arns(BLANK);
    let made = made.resource_arns("arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca-1");
    let made = made.send().await.expect("the owner may");
    let arn = made.resource_share().and_then(|share| share.resource_share_arn()).expect("an ARN").to_owned();
    let import = format!("{}import {{\n  to = share.it\n  id = \"{arn}\"\n}}\n", stack(CA));
    apply(&world, &import).await;
    world.run("drift").await.exits(0).says(&["ramctl found it here", "RAM307"]);

    let default = "arn:aws:ram::aws:permission/AWSRAMDefaultPermissionCertificateAuthority";
    for permission in [default, BLANK] {
        let swap = client.associate_resource_share_permission().resource_share_arn(&arn);
        swap.permission_arn(permission).replace(true).send().await.expect("the owner may");
        world.run("drift").await.exits(0);
    }
}

/// What others put on a share stays where its block says so, and no report passes over it.
#[tokio::test]
async fn extras_are_kept_by_apply_and_counted_by_every_report() {
    let world = World::new(SEED).await;
    let lifecycle = "  lifecycle {\n    keep_extra = [principals, resources, tags]\n  }\n";
    let share = format!("{SHARE}{lifecycle}");
    apply(&world, &stack(&share)).await;
    let client = Client::new(&world.sdk(NETWORK, REGION));
    let arn = only_share(&world, &here()).await.arn.to_string();
    let added = client.associate_resource_share().resource_share_arn(&arn).principals("444444444444");
    let added = added.resource_arns("arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-9");
    added.send().await.expect("the owner may");
    let tag = aws_sdk_ram::types::Tag::builder().key("by-hand").value("yes").build();
    client.tag_resource().resource_share_arn(&arn).tags(tag).send().await.expect("the owner may");

    let counted = ["3 undeclared extras kept by lifecycle", "444444444444", "tgw-9", "RAM348"];
    world.run(&PLAN).await.exits(0).says(&counted);
    world.run("drift").await.exits(0).says(&counted);
    let drift = world.run("drift --json").await.exits(0).json();
    assert_eq!((&drift["kept"], &drift["ignored"]), (&json!(3), &json!(0)));

    // A new principal gets what others put there too.
    world.write(
        "stack.ram.hcl",
        &stack(&share.replace("\"333333333333\"", "\"333333333333\", \"555555555555\"")),
    );
    world.run(&PLAN).await.exits(2).says(&["1 account gains 2 resources"]);
    world.run(&APPLY).await.exits(0).says(&["3 undeclared extras kept by lifecycle"]);
    let share = only_share(&world, &here()).await;
    assert_eq!((share.principals.len(), share.resources.len()), (3, 2));
    assert_eq!(share.tags.get("by-hand").map(String::as_str), Some("yes"));

    // What the files had, and take back, is no extra.
    world.write("stack.ram.hcl", &stack(&format!("{SHARE}{lifecycle}")));
    let revokes = ["- principal account 555555555555", "RAM203", "3 undeclared extras kept by lifecycle"];
    world.run(&PLAN).await.exits(2).says(&revokes[1..]);
    world.run(&APPLY).await.exits(0);
    assert_eq!(only_share(&world, &here()).await.principals.len(), 2);
    world.run(&PLAN).await.exits(0).says(&counted);
}

#[tokio::test]
async fn default_tags_are_written_and_tags_of_others_are_let_be() {
    let world = World::new(SEED).await;
    let settings = "stack   = \"network\"\n  default_tags = { owner = \"network\", stage = \"prod\" }\n  ignore_tags {\n    keys = [\"cost-center\"]\n    key_prefixes = [\"map:\"]\n  }\n";
    let text = stack(&format!("{SHARE}  tags = {{ stage = \"test\" }}\n"))
        .replace("stack   = \"network\"\n", settings);
    apply(&world, &text).await;
    let client = Client::new(&world.sdk(NETWORK, REGION));
    let arn = only_share(&world, &here()).await.arn.to_string();
    let mut tag = client.tag_resource().resource_share_arn(&arn);
    for key in ["cost-center", "map:migrated"] {
        tag = tag.tags(aws_sdk_ram::types::Tag::builder().key(key).value("4711").build());
    }
    tag.send().await.expect("the owner may");
    world.run(&PLAN).await.exits(0).says(&["No changes. AWS matches the configuration."]);
    world.run("drift").await.exits(0);
    let share = only_share(&world, &here()).await;
    let tag = |key: &str| share.tags.get(key).map(String::as_str);
    assert_eq!(
        (tag("owner"), tag("stage"), tag("cost-center")),
        (Some("network"), Some("test"), Some("4711"))
    );
}

#[tokio::test]
async fn a_destroy_asks_for_what_the_block_keeps_for_others() {
    let world = World::new(SEED).await;
    let kept = format!("{SHARE}  lifecycle {{ keep_extra = [principals] }}\n");
    apply(&world, &stack(&kept)).await;
    world.run("plan --destroy").await.exits(0).never_says(&["RAM222"]);
    let client = Client::new(&world.sdk(NETWORK, REGION));
    let share = only_share(&world, &here()).await.arn.to_string();
    let added = client.associate_resource_share().resource_share_arn(&share).principals("444444444444");
    added.send().await.expect("the owner may");
    world.run(&PLAN).await.exits(0).says(&["444444444444", "keep_extra keeps it"]);
    let told = ["RAM222", "--allow RAM222@share.it", "444444444444", "keep_extra keeps it"];
    world.run("plan --destroy").await.exits(4).says(&told);
    world.run("destroy --auto-approve").await.exits(4).says(&told);
    assert_eq!(only_share(&world, &here()).await.arn.to_string(), share);
    world.run("destroy --auto-approve --allow RAM222").await.exits(0);
    assert!(world.live(&here()).await.shares.is_empty());
}
