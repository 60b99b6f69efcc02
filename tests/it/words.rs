//! That what the binary says is so: what it advises works, what it counts is there, what it passes over it names.

use std::fs;
use std::process::Command;

use serde_json::json;

use crate::access::ram;
use crate::cli::Stack;
use crate::run::{APPLY, PLAN, Run};
use crate::saved::{HEAD as SAVED_HEAD, SEED as SAVED_SEED};
use crate::served::World;
use crate::shares::{HEAD, NETWORK, SEED, here, stack};

/// What is left of the line after a text of the output.
#[track_caller]
fn after<'a>(run: &'a Run, text: &str) -> &'a str {
    let (_, rest) = run.stderr.split_once(text).unwrap_or_else(|| panic!("{text:?} is not in {run}"));
    rest.lines().next().expect("a line").trim()
}

#[test]
fn a_saved_plan_that_needs_consent_says_the_command_that_applies_it() {
    let stack = Stack::quickstart();
    stack.run("apply --auto-approve").exits(0);
    stack.edit("network.ram.hcl", "principals = [account.dev]\n", "principals = []\n");
    let run = stack.run("plan --out saved.json").exits(4).never_says(&["To apply exactly this plan:"]);
    let command = after(&run, "To agree and apply exactly this plan: ramctl ");
    assert_eq!(command, "apply saved.json --allow RAM203@share.dev_subnets");
    stack.run("apply saved.json").exits(4);
    stack.run(command).exits(0);
    stack.run("plan --out saved.json").exits(0).says(&["It has no changes to apply."]);
    // Consent that is given when the plan is saved goes with it.
    stack.edit("network.ram.hcl", "principals = [account.dev, ou", "principals = [ou");
    let run = stack.run("plan --out saved.json --allow RAM203").exits(0);
    stack.run(after(&run, "To apply exactly this plan: ramctl ")).exits(0);
}

#[test]
fn a_saved_plan_that_is_refused_is_not_said_to_be_applicable() {
    let stack = Stack::quickstart();
    let check = "check \"never\" {\n  assert {\n    condition     = length(plan.shares) == 0\n    error_message = \"no\"\n  }\n}\n";
    stack.write("check.ram.hcl", check);
    let run = stack.run("plan --out saved.json").exits(3).never_says(&["To apply exactly"]);
    run.says(&["It cannot be applied, because a check denies it."]);
    stack.run("apply saved.json").exits(3);
}

#[test]
fn a_region_that_aws_does_not_have_is_named_with_the_one_that_was_meant() {
    let stack = Stack::quickstart();
    for command in ["plan", "apply --auto-approve", "drift", "destroy --auto-approve"] {
        let run = stack.run(&format!("{command} --region us-eas-1 --region eu-central-1")).exits(1);
        run.says(&["AWS has no Region us-eas-1. Did you mean us-east-1?"]);
    }
    let run = stack.run("plan --region ap-south-1 --account network").exits(1);
    run.says(&[
        "no account and Region of the stack is left by --account network --region ap-south-1.",
        "The stack is in: network in eu-central-1, network in us-east-1",
    ]);
    stack.run("plan --account netwrk").exits(1).says(&["Did you mean network?"]);
    let run = stack.run("plan --account 222222222223 --account network").exits(1);
    run.says(&["--account 222222222223: the stack has nothing in this account. Did you mean 222222222222?"]);
}

#[test]
fn files_of_values_that_terraform_reads_are_not_passed_over_in_silence() {
    let stack = Stack::quickstart();
    let told = |run: Run| run.stderr.matches("RAM066").count();
    assert_eq!(told(stack.run_bare("validate")), 0);
    stack.write("terraform.tfvars", "transit_gateways = {}\n");
    stack.write("more.auto.tfvars.json", "{}");
    let run = stack.run_bare("validate").exits(0);
    let run = run.says(&[
        "terraform.tfvars is not read",
        "--var-file",
        "*.auto.ramvars.hcl",
        "*.auto.ramvars.json",
    ]);
    assert_eq!(told(run), 2);
    stack.run("plan --var-file terraform.tfvars").exits(0).says(&["2 to create"]);
    fs::rename(stack.path().join("terraform.tfvars"), stack.path().join("terraform.auto.ramvars.hcl"))
        .expect("renamed");
    stack.run("plan").exits(0).says(&["2 to create"]);
}

#[test]
fn what_is_not_there_is_a_plan_or_a_stack_only_where_both_are_taken() {
    let stack = Stack::quickstart();
    for name in ["nowhere", "nowhere.json", "saved.plan"] {
        let run = stack.run(&format!("apply {name}")).exits(1);
        run.says(&[&format!("there is no {name}, neither a saved plan nor the folder of a stack")]);
        let run = stack.run(&format!("plan {name}")).exits(1);
        run.says(&[&format!("the stack's folder {name} cannot be opened")]).never_says(&["saved plan"]);
    }
}

/// `share.it` for an outside account that has yet to accept, and gateways by their numbers.
fn for_partner(gateways: &[u8], more: &str) -> String {
    let gateway = |n: &u8| format!("\"arn:aws:ec2:eu-central-1:{NETWORK}:transit-gateway/tgw-{n}\"");
    let gateways: Vec<String> = gateways.iter().map(gateway).collect();
    stack(&format!(
        "  principals = [\"999999999999\"]\n  resources = [{}]\n  allow_external_principals = true\n{more}",
        gateways.join(", ")
    ))
}

#[tokio::test]
async fn a_resource_for_who_has_yet_to_accept_says_who_has_it_then() {
    let world = World::new(SEED).await;
    world.write("stack.ram.hcl", &for_partner(&[1], ""));
    world.run(&APPLY).await.exits(0);
    world.write("stack.ram.hcl", &for_partner(&[1, 2], ""));
    let run =
        world.run("plan --allow RAM201 --output text --output json=p.json --output markdown=p.md").await;
    let told = "999999999999 has it by this share once it accepts";
    run.exits(0).says(&[told]).never_says(&["no account gains it"]);
    let markdown = fs::read_to_string(world.path("p.md")).expect("written");
    assert!(markdown.contains(told), "{markdown}");
    let text = fs::read_to_string(world.path("p.json")).expect("written");
    let plan: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let change = &plan["shares"][0]["changes"][0];
    assert_eq!(change["once_accepted"], json!(["999999999999"]), "{change:#}");
    assert_eq!(change["gain"], 0);
    // A saved plan says the same.
    world.run("plan --allow RAM201 --out saved.json").await.exits(0);
    world.run("show saved.json").await.exits(0).says(&[told]);
    world.run("apply saved.json").await.exits(0).says(&[told]);
}

/// Nothing is as before for who has nothing, and who keeps the old share is not without access.
#[tokio::test]
async fn a_replacement_does_not_say_as_before_and_no_access_of_one_account() {
    const RETAINS: &str = "  retain_sharing_on_account_leave_organization = true\n";
    let world = World::new(SEED).await;
    world.write("stack.ram.hcl", &for_partner(&[1], ""));
    world.run(&APPLY).await.exits(0);
    world.write("stack.ram.hcl", &for_partner(&[1], RETAINS));
    let run = world.run(&PLAN).await.exits(2);
    run.says(&[
        "999999999999 has it by this share once it accepts",
        "no access before 999999999999 accepts it",
    ])
    .never_says(&["as before"]);
    let live = world.live(&here()).await;
    let arn = live.shares.keys().next().expect("a share").to_string();
    let partner = aws_sdk_ram::Client::new(&world.sdk("999999999999", "eu-central-1"));
    let invited =
        partner.get_resource_share_invitations().resource_share_arns(&arn).send().await.expect("listed");
    let invitation = invited.resource_share_invitations()[0].resource_share_invitation_arn().expect("an ARN");
    partner
        .accept_resource_share_invitation()
        .resource_share_invitation_arn(invitation)
        .send()
        .await
        .expect("accepted");
    let run = world.run(&PLAN).await.exits(2);
    run.says(&["as before", "nothing of the new share before 999999999999 accepts it"])
        .never_says(&["no access before"]);
}

#[tokio::test]
async fn a_saved_plan_that_came_to_a_stop_advises_a_new_plan() {
    let world = World::new(SAVED_SEED).await;
    world.write("stack.ram.hcl", &format!("{SAVED_HEAD}{}", crate::saved::shares("a")));
    world.run("plan --out p.json .").await.exits(0);
    world
        .set_faults(json!([{"action": "ram:TagResource", "effect": "error", "status": 400, "code": "InvalidParameterException"}]))
        .await;
    let run = world.run("apply p.json --output text --output markdown=p.md").await.exits(1);
    run.says(&["Make a new plan to go on from here: this one is out of date."])
        .never_says(&["Run apply again"]);
    let markdown = fs::read_to_string(world.path("p.md")).expect("written");
    assert!(markdown.contains("Make a new plan to go on from here"), "{markdown}");
    world.set_faults(json!([])).await;
    world.run("apply p.json").await.exits(5);
    world.run("plan --out p.json .").await.exits(0);
    world.run("apply p.json").await.exits(0);
}

#[tokio::test]
async fn a_target_that_cannot_be_planned_without_what_is_left_out_is_said_to_be_left_out() {
    let world = World::new(SEED).await;
    let share = stack(
        "  resources = [\"arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca-1\"]\n  principals = [\"333333333333\"]\n  \
         permission \"acm-pca:CertificateAuthority\" {\n    use = permission.own\n  }\n",
    );
    let permission = "permission \"own\" {\n  account = account.network\n  region = \"eu-central-1\"\n  \
        resource_type = \"acm-pca:CertificateAuthority\"\n  statement {\n    actions = [\"acm-pca:GetCertificate\"]\n  }\n}\n";
    world.write("stack.ram.hcl", &format!("{share}{permission}"));
    let run = world.run("apply --auto-approve --target share.it --exclude permission.own").await.exits(0);
    run.says(&[
        "Nothing is left of what was selected.",
        "share.it is left out too, for it needs a change of permission.own, which is left out.",
        "Left out: 1 share, which has changes; 1 permission with changes",
    ])
    .never_says(&["No changes"]);
}

#[tokio::test]
async fn a_drift_report_does_not_tell_what_a_plan_has_to_know() {
    let world = World::new(SEED).await;
    let authority = "arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca-1";
    let files = |name: &str| {
        stack(&format!(
            "  resources = [\"{authority}\"]\n  principals = [\"333333333333\"]\n  permission \"acm-pca:CertificateAuthority\" {{\n    use = \"{name}\"\n  }}\n"
        ))
    };
    world.write("stack.ram.hcl", &files("AWSRAMDefaultPermissionCertificateAuthority"));
    world.run(&APPLY).await.exits(0);
    world.write(
        "stack.ram.hcl",
        &files("AWSRAMBlankEndEntityCertificateAPICSRPassthroughIssuanceCertificateAuthority"),
    );
    world.set_faults(json!([{"action": "ram:GetPermission", "effect": "access_denied"}])).await;
    let plan = world.run("plan --json").await;
    assert!(plan.stdout.contains("RAM351"), "{plan}");
    let drift = world.run("drift --json").await;
    assert!(!drift.stdout.contains("RAM351") && drift.stdout.contains("\"kind\": \"drift\""), "{drift}");
}

#[tokio::test]
async fn an_account_that_is_closed_gains_nothing() {
    let open = "account \"web\" { id = \"333333333333\" }";
    assert!(SEED.contains(open));
    let closed = "account \"web\" {\n        id = \"333333333333\"\n        state = \"CLOSED\"\n      }";
    let world = World::new(&SEED.replace(open, closed)).await;
    let files = stack(&format!(
        "  principals = [\"333333333333\", \"444444444444\"]\n  resources = [\"arn:aws:ec2:eu-central-1:{NETWORK}:transit-gateway/tgw-1\"]\n"
    ));
    world.write("stack.ram.hcl", &files);
    let run = world.run("plan").await.exits(0);
    run.says(&[
        "RAM107",
        "is closed. Nobody in it has what the share gives.",
        "Access: 1 account gains, 0 lose.",
    ]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_with_quotes_is_shown_and_proposed_as_it_is_typed() {
    let world = World::new(SEED).await;
    let files = |principal: &str| {
        let share = stack(&format!(
            "  for_each = toset([\"a\\\"b\"])\n  principals = [\"{principal}\"]\n  resources = [\"arn:aws:ec2:eu-central-1:{NETWORK}:transit-gateway/tgw-1\"]\n"
        ));
        assert!(share.starts_with(HEAD));
        share
    };
    world.write("stack.ram.hcl", &files("333333333333"));
    world.run(&APPLY).await.exits(0);
    world.write("stack.ram.hcl", &files("444444444444"));
    let run = world.run("plan").await.exits(4);
    let run = run.says(&["share.it[\"a\\\"b\"]"]).never_says(&["a\\\\\"b"]);
    let flags = after(&run, "To allow it, add ");
    let (flags, _) = flags.split_once(". `ramctl explain").expect("a sentence");
    // As a shell reads it.
    let mut shell = Command::new("sh");
    let program = env!("CARGO_BIN_EXE_ramctl");
    shell.args(["-c", &format!("exec {program} plan {flags}")]).current_dir(world.path("")).env_clear();
    shell.envs(
        world.ramctl("plan").get_envs().filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned()))),
    );
    Run::of(shell.output().expect("sh is there")).exits(0).says(&["1 hazard allowed."]);
}

/// The import was carried out, and the share is in another Region since.
#[tokio::test]
async fn an_import_block_may_stay_when_its_share_goes_to_another_region() {
    let world = World::new(SEED).await;
    let files = |region: &str, arn: &str| {
        let share = stack(&format!(
            "  region = \"{region}\"\n  principals = [\"444444444444\"]\n  resources = [\"arn:aws:ec2:{region}:{NETWORK}:transit-gateway/tgw-1\"]\n"
        ));
        format!("{share}import {{\n  to = share.it\n  id = \"{arn}\"\n}}\n")
    };
    let made = ram(&world, &here())
        .create_resource_share()
        .name("it")
        .allow_external_principals(false)
        .resource_arns(format!("arn:aws:ec2:eu-central-1:{NETWORK}:transit-gateway/tgw-1"))
        .principals("444444444444")
        .send()
        .await
        .expect("made");
    let arn = made.resource_share().and_then(|share| share.resource_share_arn()).expect("an ARN").to_owned();
    // Before it was carried out it names what the block cannot have.
    world.write("stack.ram.hcl", &files("us-east-1", &arn));
    let told = ["RAM191", "NOT IMPORTED", "is not in the account and Region of share.it"];
    world.run(&PLAN).await.exits(1).says(&told);
    world.write("stack.ram.hcl", &files("eu-central-1", &arn));
    world.run(&APPLY).await.exits(0).says(&["1 to import"]);
    world.write("stack.ram.hcl", &files("us-east-1", &arn));
    let run = world.run(&PLAN).await.exits(2).says(&["1 to replace", "warning[RAM191]"]);
    run.never_says(&["error[RAM191]", "NOT IMPORTED"]);
    world.run(&APPLY).await.exits(0);
    world.run(&PLAN).await.exits(0);
}
