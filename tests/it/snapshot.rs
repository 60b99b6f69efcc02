//! `ramctl snapshot` and `--live`: a run against the file is the run against AWS.

use std::fs;

use serde_json::Value;

use crate::cli::Stack;
use crate::documents::Schema;
use crate::run::Run;

/// A document of a run, with where it was read taken out.
fn facts(text: &str) -> Value {
    let mut document: Value = serde_json::from_str(text).expect("a document");
    let coverage = document["coverage"].as_object_mut().expect("what was read");
    coverage.remove("calls");
    coverage.remove("snapshot");
    // Of a plan: over all of the document.
    document.as_object_mut().expect("an object").remove("digest");
    // Of a plan: how accounts are reached. A snapshot reaches none.
    for account in document["accounts"].as_array_mut().into_iter().flatten() {
        account.as_object_mut().expect("an account").remove("role");
    }
    document
}

/// The quickstart applied, and one share changed by hand.
fn changed() -> Stack {
    let folder = Stack::quickstart();
    folder.run("apply --auto-approve").exits(0);
    folder.edit("network.ram.hcl", "Workloads/Prod", "Workloads/Dev");
    folder
}

#[test]
fn a_run_from_a_snapshot_says_what_the_run_against_aws_says() {
    let folder = changed();
    let direct = folder.run("plan --json --allow RAM203").exits(0);
    let drift = folder.run("drift --json").exits(2);
    folder.run("snapshot --out live.json").exits(0);
    let snapshot: Value = serde_json::from_str(&folder.read("live.json")).expect("JSON");
    Schema::of("snapshot").holds(&snapshot);

    // Without the sandbox and without credentials there is no AWS to be reached.
    fs::remove_dir_all(folder.path().join(".ramctl")).expect("the sandbox's state");
    fs::remove_file(folder.path().join("sandbox.hcl")).expect("the sandbox's seed");
    let replayed = folder.run_bare("plan --live live.json --json --allow RAM203").exits(0);
    assert_eq!(facts(&replayed.stdout), facts(&direct.stdout));
    let document: Value = serde_json::from_str(&replayed.stdout).expect("JSON");
    assert_eq!(document["coverage"]["snapshot"]["taken"], snapshot["taken"]);
    assert!(document["summary"]["update"].as_u64() > Some(0), "there was something to tell");
    assert_eq!(
        facts(&folder.run_bare("drift --live live.json --json").exits(2).stdout),
        facts(&drift.stdout)
    );
    let text = folder.run_bare("plan --live live.json --allow RAM203").exits(0).stdout;
    let taken = snapshot["taken"].as_str().expect("a time");
    assert!(text.contains(&format!("from the snapshot live.json of {taken}.")), "{text}");
}

#[test]
fn a_plan_from_a_snapshot_is_not_applied() {
    let folder = changed();
    folder.run("snapshot --out live.json").exits(0);
    folder.run_bare("plan --live live.json --allow RAM203 --output json=saved.json").exits(0);
    let run = folder.run("apply saved.json").exits(1);
    run.says(&["made from the snapshot live.json of ", "plan again without --live"]);
    folder.run("plan --detailed-exitcode --allow RAM203").exits(2);
}

#[test]
fn what_the_snapshot_does_not_have_is_unknown() {
    let folder = changed();
    folder.run("snapshot --out live.json").exits(0);
    let mut snapshot: Value = serde_json::from_str(&folder.read("live.json")).expect("JSON");
    let places = snapshot["places"].as_array_mut().expect("a list");
    places.pop().expect("a place");
    folder.write("live.json", &snapshot.to_string());
    let run = folder.run_bare("plan --live live.json --allow RAM203").exits(6);
    assert!(
        run.stdout.contains("not in the snapshot") && run.stdout.contains("INCOMPLETE"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_snapshot_that_was_tampered_with_is_an_error_that_says_where() {
    let folder = changed();
    folder.run("snapshot --out live.json").exits(0);
    let good = folder.read("live.json");
    let change = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1)
    };
    for (text, says) in [
        (String::new(), "not the JSON that `ramctl snapshot` writes"),
        (good[..good.len() / 2].to_owned(), "not the JSON that `ramctl snapshot` writes"),
        (change("\"kind\": \"snapshot\"", "\"kind\": \"plan\""), "of the kind \"plan\", not a snapshot"),
        (change("\"format_version\": \"1.", "\"format_version\": \"2."), "it has the format \"2."),
        (change("\"places\": [", "\"planes\": ["), "unknown field `planes`"),
        (
            change("\"account\": \"222222222222\"", "\"account\": \"2222\""),
            "\"2222\" is not a 12-digit AWS account id",
        ),
        (change("\"taken\": \"2", "\"taken\": \"x"), "is not a time"),
        ("[".repeat(100_000), "not the JSON that `ramctl snapshot` writes"),
    ] {
        folder.write("bad.json", &text);
        let run = folder.run_bare("plan --live bad.json --output json=out.json").exits(1);
        assert!(run.stderr.contains(says), "{says}: {}", run.stderr);
        assert!(folder.read("out.json").contains("\"kind\": \"diagnostics\""), "the run's document is there");
    }
    folder.run_bare("plan --live nowhere.json").exits(1);
    assert_eq!(folder.run("plan --live live.json").code, Some(1), "one stand-in at a time");
}

#[test]
fn an_anonymised_snapshot_and_its_copy_plan_as_the_originals_do_and_name_nobody() {
    let folder = changed();
    let direct = folder.run("plan --json --allow RAM203").exits(0);
    let run = folder.run("snapshot --out live.json --anonymise --copy copy").exits(0);
    assert_eq!(run.stderr, "", "the copy plans as the stack does");
    let (snapshot, stack) = (folder.read("live.json"), folder.read("copy/network.ram.hcl"));
    let original = folder.read("network.ram.hcl");
    for name in ["222222222222", "tgw-0e1a2b3c4d5e6f701", "Workloads/Dev"] {
        assert!(original.contains(name), "{name}");
    }
    for text in [&snapshot, &stack] {
        for name in ["222222222222", "0e1a2b3c4d5e6f701", "Workloads", "\"sandbox\""] {
            assert!(!text.contains(name), "{name} in {text}");
        }
    }
    let replayed = folder.run_bare("plan copy --live live.json --json --allow RAM203").exits(0);
    let [direct, replayed] = [&direct, &replayed].map(Run::json);
    assert_eq!(replayed["summary"], direct["summary"]);
    let steps = |plan: &Value| -> Vec<String> {
        let steps = plan["steps"].as_array().expect("steps").iter();
        steps.map(|step| format!("{} {}", step["operation"], step["address"])).collect()
    };
    assert_eq!(steps(&replayed), steps(&direct));
}

/// Everything that a stack's files may hold and a bug report must not.
#[test]
fn a_copy_holds_stand_ins_for_secrets_and_says_how_many() {
    let folder = changed();
    let role = "  assume_role {\n";
    let secret_role = format!("{role}    external_id = \"ext-5ecret-1\"\n    session_name = \"jane.doe\"\n");
    folder.edit("network.ram.hcl", role, &secret_role);
    let secrets = [
        "ext-5ecret-1",
        "default-5ecret",
        "value-5ecret",
        "json-5ecret",
        "other-5ecret",
        "hidden-5ecret",
        // In Base64.
        "aGlkZGVuLTVlY3JldA",
        "jane.doe",
        "door code",
        "Bob said so",
    ];
    folder.write(
        "more.ram.hcl",
        r#"# Ask jane.doe about the door code.
variable "token" {
  description = "the door code"
  sensitive   = true
  default     = "default-5ecret"
}
variable "given" {
  type      = string
  sensitive = true
}
variable "pair" {
  type      = map(string)
  sensitive = true
}
locals {
  hidden = sensitive("hidden-5ecret")
  coded  = "Basic aGlkZGVuLTVlY3JldA=="
  url    = nonsensitive("https://default-5ecret@example.com") # nobody reads this
}
check "quiet" {
  assert {
    condition     = length(plan.shares) < 1000
    error_message = "Bob said so."
  }
}
"#,
    );
    folder.write("a.auto.ramvars.hcl", "given = \"value-5ecret\"\n");
    folder.write(
        "b.auto.ramvars.json",
        r#"{ "pair": { "sensitive": true, "type": ["map", "string"], "value": { "a": "json-5ecret" } },
             "database": { "sensitive": true, "type": "string", "value": "other-5ecret" } }"#,
    );
    let run = folder.run("snapshot --out live.json --anonymise --copy copy").exits(0);
    let run = run.says(&[
        "1 external id, 1 session name, 4 sensitive values, 2 secrets in other texts, 3 descriptions, reasons and messages, 1 value \
         for no variable (left out), ",
        "The copy keeps labels, keys of for_each",
    ]);
    assert_eq!(run.stderr, "", "the copy plans as the stack does");
    let names: Vec<String> = fs::read_dir(folder.path().join("copy"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    assert_eq!(names.len(), 4, "{names:?}");
    let all: Vec<String> = names.iter().map(|name| folder.read(&format!("copy/{name}"))).collect();
    for text in all.iter().chain([&folder.read("live.json"), &run.stdout]) {
        for secret in secrets {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    #[cfg(unix)]
    for (path, mode) in [
        ("live.json", 0o600),
        ("copy", 0o700),
        ("copy/more.ram.hcl", 0o600),
        ("copy/a.auto.ramvars.hcl", 0o600),
    ] {
        let found = fs::metadata(folder.path().join(path)).expect("it is there");
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o777, mode, "{path}");
    }
}
