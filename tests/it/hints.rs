//! What the program says is true: one cause is one message that names it, and each command speaks of itself.

use std::process::Command;

use crate::cli::{Stack, ramctl};
use crate::run::Run;

fn run(stack: &Stack, words: &str, more: impl FnOnce(&mut Command)) -> Run {
    let mut command = ramctl(&stack.path());
    command.env("HOME", stack.path()).env("AWS_EC2_METADATA_DISABLED", "true");
    command.args(words.split(' '));
    more(&mut command);
    Run::of(command.output().expect("the binary can be run"))
}

#[test]
fn a_profile_that_does_not_exist_is_named_and_told_once() {
    let stack = Stack::quickstart();
    for words in ["plan", "drift", "apply --auto-approve"] {
        let run = run(&stack, words, |command| {
            command.env("AWS_PROFILE", "nope");
        });
        let run =
            run.exits(6).says(&["the profile \"nope\", which AWS_PROFILE names, is not in ~/.aws/config"]);
        let run = run.never_says(&["IMDS", "share.dev_subnets"]);
        assert!(run.stdout.lines().count() + run.stderr.lines().count() < 12, "{run}");
        assert_eq!(format!("{run}").matches("nope").count(), 1, "{run}");
    }
}

#[test]
fn no_credentials_at_all_are_told_without_the_chain_of_the_sdk() {
    let stack = Stack::quickstart();
    run(&stack, "plan", |_| {}).exits(6).says(&["no credentials in the environment, no default profile"]);
}

#[test]
fn a_dead_endpoint_is_named_and_told_once() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback");
    let url = format!("http://{}", free.local_addr().expect("bound"));
    drop(free);
    let stack = Stack::quickstart();
    let run = run(&stack, "plan", |command| {
        command.env("AWS_ACCESS_KEY_ID", "A").env("AWS_SECRET_ACCESS_KEY", "s").env("AWS_ENDPOINT_URL", &url);
    });
    let run = run.exits(6).says(&[&format!("no answer from {url}"), "AWS_ENDPOINT_URL"]);
    assert_eq!(format!("{run}").matches(&url).count(), 1, "{run}");
}

/// Without a scheme, the SDK wrote the whole request into its error, external ids of roles with it.
#[test]
fn an_endpoint_that_is_no_url_is_refused_and_nothing_of_a_request_is_shown() {
    let stack = Stack::quickstart();
    for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"] {
        let run = run(&stack, "plan", |command| {
            command
                .env("AWS_ACCESS_KEY_ID", "A")
                .env("AWS_SECRET_ACCESS_KEY", "s")
                .env(name, "localhost:4566");
        });
        let run = run.exits(1).says(&[&format!("{name} is \"localhost:4566\", which is no URL")]);
        run.never_says(&["SdkBody", "Request {"]);
    }
}

#[test]
fn a_plan_that_is_never_applied_asks_for_nothing() {
    let stack = Stack::quickstart();
    stack
        .run("apply --auto-approve --allow RAM201,RAM202,RAM204,RAM205")
        .exits(0)
        .says(&["Apply complete: "]);
    let run = stack.run("plan --refresh-only");
    run.exits(0).never_says(&["--allow", "nothing is applied"]);
    stack
        .run("destroy --auto-approve")
        .exits(0)
        .says(&["Destroy complete: "])
        .never_says(&["Apply complete"]);
}

#[test]
fn commands_name_what_they_were_given() {
    let stack = Stack::quickstart();
    stack.run_bare("validate .").exits(0).says(&["Stack network in . is valid: 4 shares."]);
    stack
        .run_bare("apply nope.json")
        .exits(1)
        .says(&["there is no nope.json, neither a saved plan nor the folder"]);
    let run = stack.run("plan --output markdown").exits(0);
    assert!(run.stdout.starts_with("<!-- ramctl:plan:network -->"), "{run}");
    // A stack of which nothing was read has nothing to apply.
    let run = self::run(&stack, "plan --out saved.json", |_| {}).exits(6);
    run.says(&["It is incomplete and has no changes to apply"]).never_says(&["To apply exactly"]);
    let run = stack.run("plan --out saved.json").exits(0);
    run.says(&["To apply exactly this plan: ramctl apply saved.json"]);
}

#[test]
fn a_root_and_the_organization_by_their_arns_are_told_as_organization() {
    let stack = Stack::quickstart();
    for arn in ["root/o-a1b2c3d4e5/r-ab12", "account/o-a1b2c3d4e5/444444444444"] {
        let text = format!("principals = [\"arn:aws:organizations::111111111111:{arn}\"]");
        let file = stack.read("network.ram.hcl");
        stack.edit("network.ram.hcl", "principals = [account.dev]", &text);
        let word = if arn.starts_with("root") { "organization()" } else { "444444444444" };
        stack.run_bare("validate .").exits(1).says(&["RAM048", word]);
        stack.write("network.ram.hcl", &file);
    }
}

#[test]
fn sharing_that_is_off_on_purpose_is_declared_and_accounts_inside_are_invited() {
    let stack = Stack::quickstart();
    stack.edit("network.ram.hcl", "\"enabled\"", "\"disabled\"");
    stack.run_bare("validate .").exits(1).says(&[
        "RAM140",
        "List the accounts",
        "Add allow_external_principals = true",
    ]);
    stack.edit(
        "network.ram.hcl",
        "[ou(\"Workloads/Prod\")]",
        "[account.dev]\n  allow_external_principals = true",
    );
    stack.edit(
        "network.ram.hcl",
        "[account.dev, ou(\"Workloads/Prod\")]",
        "[account.dev]\n  allow_external_principals = true",
    );
    // Subnets stay inside the organization, and so need it to share.
    let file = stack.read("network.ram.hcl");
    let (before, rest) = file.split_once("# Two subnets for one account.").expect("the subnets");
    let (_, after) = rest.split_once("# A resolver rule").expect("the rule");
    stack.write("network.ram.hcl", &format!("{before}# A resolver rule{after}"));
    let run = stack.run("apply --auto-approve --allow RAM201,RAM205").exits(0);
    run.never_says(&["EnableSharing", "turned on"]).says(&["invitation"]);
    stack.run("drift").exits(0).never_says(&["RAM419"]);
}
