//! One cause that keeps everything from being read is one short message that names it.

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
