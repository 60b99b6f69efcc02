//! Whole lives of stacks and shares: names, imports, parts, replacements that were cut short, and saved plans, by what the binary says.

use serde_json::json;

use crate::edge::place;
use crate::run::{APPLY, PLAN};
use crate::served::World;
use crate::shares::{HEAD, NETWORK, REGION, SEED, here, only_share, stack};
use crate::way::kill;

const AUTHORITY: &str = "arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca-1";
const KIND: &str = "acm-pca:CertificateAuthority";

fn gateway(n: u32) -> String {
    format!("arn:aws:ec2:eu-central-1:{NETWORK}:transit-gateway/tgw-{n}")
}

/// A share of one gateway, with these principals.
fn it(principals: &str) -> String {
    stack(&format!("  resources = [\"{}\"]\n  principals = [{principals}]\n", gateway(1)))
}

/// `permission.own` and `share.it`, which uses it.
fn with_permission(actions: &str, principals: &str) -> String {
    let share = stack(&format!(
        "  resources = [\"{AUTHORITY}\"]\n  principals = [{principals}]\n  permission \"{KIND}\" {{\n    use = permission.own\n  }}\n"
    ));
    format!("{share}{}", permission(actions))
}

fn permission(actions: &str) -> String {
    format!(
        "permission \"own\" {{\n  account = account.network\n  region = \"{REGION}\"\n  resource_type = \"{KIND}\"\n  \
         statement {{\n    actions = [{actions}]\n  }}\n}}\n"
    )
}

async fn applied(text: &str) -> World {
    let world = World::new(SEED).await;
    world.write("stack.ram.hcl", text);
    world.run(&APPLY).await.exits(0);
    world.run(&PLAN).await.exits(0);
    world
}

#[tokio::test]
async fn what_is_left_out_is_not_changed_and_neither_is_what_needs_it() {
    let world = applied(&with_permission("\"acm-pca:GetCertificate\"", "\"333333333333\"")).await;
    let before = world.live(&here()).await;
    let edited = with_permission(
        "\"acm-pca:GetCertificate\", \"acm-pca:IssueCertificate\"",
        "\"333333333333\", \"444444444444\"",
    );
    world.write("stack.ram.hcl", &edited);
    let told = [
        "without permission.own",
        "Left out: 1 share, which has changes; 1 permission with changes.",
        "share.it is left out too, for it needs a change of permission.own, which is left out.",
    ];
    world
        .run("plan --exclude permission.own")
        .await
        .exits(0)
        .says(&told)
        .says(&["No changes in what was selected"]);
    world.run("apply --auto-approve --exclude permission.own").await.exits(0).says(&told);
    let after = world.live(&here()).await;
    assert_eq!(
        after.shares.values().next().map(|share| &share.tags),
        before.shares.values().next().map(|share| &share.tags)
    );
    assert_eq!(after.customer_permissions, before.customer_permissions);
    let document = world.run("plan --json --exclude permission.own").await.exits(0).json();
    let left_out = &document["partial"]["left_out"];
    assert_eq!(left_out["dependents"], json!([{"address": "share.it", "others": ["permission.own"]}]));
    // A report changes nothing, so it goes on telling of the share.
    let drift = world.run("drift --exclude permission.own").await.exits(2);
    drift.says(&["share.it", "444444444444"]).never_says(&["left out too", "permission.own \"own\""]);

    // A target takes along what it needs, and says so.
    let along = "permission.own is changed too, for share.it cannot be changed without it.";
    world.run("plan --target share.it").await.exits(4).says(&[along]);
    world.run("apply --auto-approve --target share.it --allow RAM217").await.exits(0).says(&[along]);
    world.run(&PLAN).await.exits(0);

    // A permission goes when the last share has given it up.
    let elsewhere = stack(&format!(
        "  resources = [\"{AUTHORITY}\"]\n  principals = [\"333333333333\", \"444444444444\"]\n  permission \"{KIND}\" {{\n    use = \
         \"AWSRAMDefaultPermissionCertificateAuthority\"\n  }}\n"
    ));
    world.write("stack.ram.hcl", &elsewhere);
    let run = world.run("apply --auto-approve --exclude share.it").await.exits(0);
    run.says(&["permission.own is left out too, for it needs a change of share.it, which is left out."]);
    world.run(&APPLY).await.exits(0);
    world.run(&PLAN).await.exits(0);
}

#[tokio::test]
async fn a_stack_with_another_name_is_asked_before_it_copies_its_shares_and_takes_them_over_with_one_line() {
    let text = with_permission("\"acm-pca:GetCertificate\"", "\"333333333333\"");
    let both = format!("{text}{}", it("\"333333333333\"").replace(HEAD, "").replace("\"it\"", "\"tgw\""));
    let world = applied(&both).await;
    let before = world.live(&here()).await;
    let renamed = both.replace("stack   = \"network\"", "stack   = \"hub\"");
    // The permission's name is taken, so the whole is refused; without it, each copy is a hazard.
    let share_alone = it("\"333333333333\"").replace("stack   = \"network\"", "stack   = \"hub\"");
    world.write("stack.ram.hcl", &share_alone.replace("\"it\"", "\"tgw\""));
    let told = ["RAM230", "of the stack \"network\"", "formerly = [\"network\"]"];
    world.run("plan").await.exits(4).says(&told);
    world.run("apply --auto-approve").await.exits(4).says(&told);
    assert_eq!(world.live(&here()).await.shares, before.shares);

    world.write(
        "stack.ram.hcl",
        &renamed.replace("stack   = \"hub\"", "stack   = \"hub\"\n  formerly = [\"network\"]"),
    );
    let grants = world.grants(&[here()]).await;
    let takes = ["3 to take over", "0 to create", "no account gains or loses", "a former name of this stack"];
    world.run("plan --detailed-exitcode").await.exits(2).says(&takes);
    world.run("drift").await.exits(2);
    world.run("plan --out p.json").await.exits(0);
    world.run("show p.json").await.exits(0).says(&takes);
    world.run("apply p.json").await.exits(0);
    world.run(&PLAN).await.exits(0).says(&["AWS matches the configuration"]);
    let after = world.live(&here()).await;
    assert_eq!(after.shares.keys().collect::<Vec<_>>(), before.shares.keys().collect::<Vec<_>>());
    assert!(after.shares.values().all(|share| share.tags["ramctl:stack"] == "hub"));
    assert!(after.customer_permissions.iter().all(|row| row.tags["ramctl:stack"] == "hub"));
    assert_eq!(world.grants(&[here()]).await, grants);
    // The line has done its work, and the stack that had the name before makes copies no more.
    world.write("stack.ram.hcl", &renamed);
    world.run(&PLAN).await.exits(0);
    world.write(
        "stack.ram.hcl",
        &share_alone.replace("\"it\"", "\"tgw\"").replace("stack   = \"hub\"", "stack   = \"network\""),
    );
    world.run("plan").await.exits(4).says(&["RAM230", "of the stack \"hub\""]);
}

#[tokio::test]
async fn a_stack_with_another_name_finds_what_it_has_in_regions_that_no_file_names() {
    let text = format!(
        "{HEAD}share \"there\" {{\n  account = account.network\n  region = \"us-east-1\"\n  \
         resources = [\"arn:aws:ec2:us-east-1:{NETWORK}:transit-gateway/tgw-1\"]\n  principals = [\"333333333333\"]\n}}\n"
    )
    .replace("  regions = [\"eu-central-1\", \"us-east-1\"]\n", "");
    let here_too = it("\"333333333333\"").replace(HEAD, "");
    let world = World::sweeping(SEED).await;
    world.write("stack.ram.hcl", &format!("{text}{here_too}"));
    world.run(&APPLY).await.exits(0);
    let left = it("\"333333333333\"")
        .replace("  regions = [\"eu-central-1\", \"us-east-1\"]\n", "  formerly = [\"network\"]\n")
        .replace("stack   = \"network\"", "stack   = \"hub\"");
    world.write("stack.ram.hcl", &left);
    world.run("plan").await.exits(4).says(&[
        "share.there",
        "RAM206",
        "RAM231",
        "1 to take over",
        "1 to delete",
    ]);
    world.run("destroy --auto-approve").await.exits(4).says(&["RAM222", "RAM231"]);
    world.run("apply --auto-approve --allow RAM206,RAM231").await.exits(0);
    assert!(world.live(&place(NETWORK, "us-east-1")).await.shares.is_empty());
    world.run(&PLAN).await.exits(0);
}

/// A share of nine gateways moves to another Region; the run is killed once the new share is there.
#[tokio::test]
async fn the_rest_of_a_replacement_needs_no_other_consent_than_the_whole() {
    let at = |region: &str| {
        let gateways = (1..=9).map(|n| format!("\"arn:aws:ec2:{region}:{NETWORK}:transit-gateway/tgw-{n}\""));
        let gateways = gateways.collect::<Vec<_>>().join(", ");
        stack(&format!(
            "  region = \"{region}\"\n  resources = [{gateways}]\n  principals = [\"333333333333\"]\n"
        ))
    };
    for (call, done) in [(0, true), (1, false), (1, true), (2, false)] {
        let world = applied(&at("eu-central-1")).await;
        world.write("stack.ram.hcl", &at("us-east-1"));
        let asked = world.run("plan --json").await.exits(4).json();
        let codes = |document: &serde_json::Value| {
            let hazards = document["hazards"].as_array().expect("a list").clone();
            hazards.iter().map(|one| one["code"].as_str().expect("a code").to_owned()).collect::<Vec<_>>()
        };
        let allow = codes(&asked).join(",");
        let apply = format!("apply --auto-approve --allow {allow}");
        kill(&world, &apply, call, done, "a replacement").await;
        let rest = codes(&world.run(&format!("plan --json --allow {allow}")).await.exits(0).json());
        assert!(rest.iter().all(|code| allow.contains(code.as_str())), "{call} {done}: {rest:?} of {allow}");
        world.run(&apply).await.exits(0);
        only_share(&world, &place(NETWORK, "us-east-1")).await;
        assert!(world.live(&here()).await.shares.is_empty(), "{call} {done}");
    }
}

#[tokio::test]
async fn a_permission_that_stays_is_no_success() {
    let world = applied(&with_permission("\"acm-pca:GetCertificate\"", "\"333333333333\"")).await;
    let arn = world.live(&here()).await.customer_permissions[0].arn.clone();
    // A share of somebody else has it too.
    let client = aws_sdk_ram::Client::new(&world.sdk(NETWORK, REGION));
    let made = client.create_resource_share().name("other").permission_arns(arn.to_string());
    made.resource_arns(AUTHORITY.replace("ca-1", "ca-2")).send().await.expect("it is made");
    let told = ["RAM322", "still has it", "a permission is left as it is"];
    world.run("plan --destroy").await.exits(1).says(&told);
    world.run("destroy --auto-approve").await.exits(1).says(&told);
    assert_eq!(world.live(&here()).await.shares.len(), 1, "the stack's own share is gone");
    world.run("destroy --auto-approve").await.exits(1).says(&told);
}

#[tokio::test]
async fn what_a_saved_plan_fixes_is_refused_beside_it() {
    let world = World::new(SEED).await;
    let text = it("var.who").replace(HEAD, &format!("variable \"who\" {{ type = string }}\n{HEAD}"));
    world.write("stack.ram.hcl", &text);
    world.run("plan --var who=333333333333 --out p.json").await.exits(0);
    world.write("more.hcl", "who = \"444444444444\"\n");
    for (flag, named) in [
        ("--var who=444444444444", "--var"),
        ("--var-file more.hcl", "--var-file"),
        ("--no-sweep", "--no-sweep"),
    ] {
        let run = world.run(&format!("apply p.json {flag}")).await.exits(1);
        run.says(&["a saved plan fixes what it does", named, "ramctl plan --out FILE"]);
    }
    for flag in ["--target share.it", "--exclude share.it", "--region us-east-1", "--account network"] {
        world
            .run(&format!("apply p.json {flag}"))
            .await
            .exits(1)
            .says(&["a saved plan is applied as a whole"]);
    }
    assert!(world.live(&here()).await.shares.is_empty());
    // Where the files are read for the roles, their variables need values.
    world.run("apply p.json --stack . --var who=333333333333").await.exits(0);
    assert_eq!(only_share(&world, &here()).await.principals.len(), 1);
}

#[tokio::test]
async fn an_import_whose_share_is_gone_stops_nothing_else() {
    let world = World::new(SEED).await;
    let client = aws_sdk_ram::Client::new(&world.sdk(NETWORK, REGION));
    let made = client.create_resource_share().name("it").resource_arns(gateway(1)).principals("333333333333");
    let made = made.send().await.expect("it is made");
    let arn = made.resource_share().and_then(|share| share.resource_share_arn()).expect("an ARN").to_owned();
    let other =
        it("\"333333333333\"").replace(HEAD, "").replace("\"it\"", "\"other\"").replace("tgw-1", "tgw-2");
    let import = format!("import {{\n  to = share.it\n  id = \"{arn}\"\n}}\n");
    let text = format!("{}{other}{import}", it("\"333333333333\""));
    world.write("stack.ram.hcl", &text);
    world.run(&APPLY).await.exits(0);
    world.run(&PLAN).await.exits(0);

    // Deleted by hand: the import was carried out, and the share is made again.
    client.delete_resource_share().resource_share_arn(&arn).send().await.expect("it is deleted");
    world
        .run("plan --detailed-exitcode")
        .await
        .exits(2)
        .says(&["share.it", "1 to create"])
        .never_says(&["RAM311"]);
    world.run("apply --auto-approve").await.exits(0);
    assert_eq!(world.live(&here()).await.shares.len(), 2);

    // One that never was there stops its own block, and the rest goes on.
    let nowhere = import.replace(&arn[arn.len() - 12..], "000000000000").replace("share.it", "share.new");
    let new = other.replace("\"other\"", "\"new\"").replace("tgw-2", "tgw-3");
    let rest = other.replace("333333333333", "444444444444");
    world.write("stack.ram.hcl", &format!("{}{rest}{new}{nowhere}", it("\"333333333333\"")));
    let told = ["RAM311", "is not there", "its block is left alone"];
    world.run("plan --allow RAM203").await.exits(1).says(&told);
    world.run("apply --auto-approve --allow RAM203").await.exits(1).says(&told);
    let shares = world.live(&here()).await.shares;
    assert_eq!(shares.len(), 2, "nothing is made in its stead");
    let has = |id: &str| shares.values().any(|share| share.principals.keys().any(|one| one.as_str() == id));
    assert!(has("444444444444"), "the rest went on");
    world.run("drift").await.says(&["share.new"]);
}

#[tokio::test]
async fn an_outsider_is_not_planned_onto_a_share_that_stays_closed() {
    let world = applied(&it("\"333333333333\"")).await;
    let body = |ignored: &str| {
        stack(&format!(
            "  resources = [\"{}\"]\n  principals = [\"333333333333\", \"999999999999\"]\n  allow_external_principals = true\n{ignored}",
            gateway(1)
        ))
    };
    world.write("stack.ram.hcl", &body("  lifecycle { ignore_changes = [allow_external_principals] }\n"));
    let told = ["RAM370", "NOT CHANGED", "AWS refuses an outside principal on a closed share"];
    world.run("plan").await.exits(1).says(&told);
    world.run("apply --auto-approve").await.exits(1).says(&told);
    assert_eq!(only_share(&world, &here()).await.principals.len(), 1);
    world.write("stack.ram.hcl", &body(""));
    world.run("apply --auto-approve --allow RAM201,RAM205").await.exits(0);
    assert_eq!(only_share(&world, &here()).await.principals.len(), 2);
}
