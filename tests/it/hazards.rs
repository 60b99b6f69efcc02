//! Consent and checks by the real binary, the pages of the hazards, and the one change that no consent makes.

use std::fs;
use std::path::{Path, PathBuf};

use expect_test::expect_file;
use ramctl::diag::{Code, hazards::hazard_codes};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The page of a hazard: what `ramctl explain` says, and how to agree to it.
fn page(code: &Code) -> String {
    let Code { id, summary, explain } = code;
    let of_the_plan = ["RAM208", "RAM215", "RAM216"].contains(id);
    let (flag, place) = if of_the_plan {
        (id.to_string(), "in the stack's `ramctl` block")
    } else {
        (format!("{id}@ADDRESS"), "on the block, or in the stack's `ramctl` block")
    };
    let command = if *id == "RAM222" { "destroy" } else { "apply" };
    let agree = format!(
        "## How to agree to it\n\n    ramctl {command} --allow {flag}\n\nor {place}, where a review sees it:\n\n\
         ```hcl\nallow = [{{ code = \"{id}\", reason = \"...\", until = \"2027-03-31\" }}]\n```\n"
    );
    format!("# {id}: {summary}\n\n{explain}\n\n{agree}")
}

#[test]
fn every_hazard_has_its_page_and_says_there_what_explain_says() {
    let folder = root().join("docs/hazards");
    let mut index = "# Hazards\n\nChanges that ramctl does not make before somebody agreed to them by their code. `ramctl explain CODE` says the same.\n\n\
                     | code | what |\n|---|---|\n"
        .to_owned();
    let mut pages: Vec<String> = vec!["README.md".to_owned()];
    for code in hazard_codes() {
        let name = format!("{}.md", code.id);
        expect_file![folder.join(&name)].assert_eq(&page(code));
        index.push_str(&format!("| [{}]({name}) | {} |\n", code.id, code.summary));
        pages.push(name);
    }
    expect_file![folder.join("README.md")].assert_eq(&index);
    let mut found: Vec<String> = fs::read_dir(&folder)
        .expect("the folder of the pages")
        .map(|entry| entry.expect("it can be listed").file_name().to_string_lossy().into_owned())
        .collect();
    found.sort();
    pages.sort();
    assert_eq!(found, pages);
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src can be listed") {
        let path = entry.expect("src can be listed").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Turning off trusted access takes every unit and the organization off every share of every stack. The stand-in knows the
/// call, because other clients make it; ramctl does not.
#[test]
fn nothing_in_ramctl_turns_trusted_access_off() {
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    let mut looked = 0;
    for file in files.iter().filter(|file| !file.starts_with(root().join("src/sandbox"))) {
        let text = fs::read_to_string(file).expect("it is UTF-8").to_lowercase();
        let flat: String = text.chars().filter(|c| *c != '_').collect();
        assert!(!flat.contains("disableawsserviceaccess"), "{}", file.display());
        looked += 1;
    }
    assert!(looked > 100, "{looked}");
}

#[cfg(feature = "cli")]
mod runs {
    use std::collections::BTreeSet;
    use std::fs;

    use serde_json::json;

    use super::root;
    use crate::cli::Stack;
    use crate::run::APPLY;
    use crate::served::World;

    /// A stack with one gateway for two accounts, applied, and then for none.
    fn narrowed() -> Stack {
        let stack = Stack::quickstart();
        stack.run("apply --auto-approve").exits(0);
        stack.edit(
            "network.ram.hcl",
            "principals = [account.dev, ou(\"Workloads/Prod\")]",
            "principals = [account.dev]",
        );
        stack
    }

    #[test]
    fn a_hazard_stops_plan_and_apply_until_it_is_allowed() {
        let stack = narrowed();
        let told = ["HAZARDS: nothing is applied before each is allowed", "--allow RAM203@share.corp_dns"];
        stack.run("plan").exits(4).says(&told);
        stack.run("plan --detailed-exitcode").exits(4);
        stack.run("apply --auto-approve").exits(4).says(&told);
        let document = stack.run("apply --auto-approve --json").exits(4).json();
        assert_eq!(document["results"].as_array().map(Vec::len), Some(0), "{document:#}");
        for elsewhere in ["RAM206", "RAM203@share.dev_subnets"] {
            let flag = format!("--allow {elsewhere} matches no hazard of this plan");
            stack.run(&format!("apply --auto-approve --allow {elsewhere}")).exits(4).says(&[&flag]);
        }
        // Nothing was changed by any of these.
        stack
            .run("plan --detailed-exitcode --allow RAM203")
            .exits(2)
            .says(&["1 to update", "1 hazard allowed"]);
        let document = stack.run("plan --json --allow RAM203@share.corp_dns").exits(0).json();
        let share =
            document["shares"].as_array().expect("a list").iter().find(|s| s["address"] == "share.corp_dns");
        let hazard = &share.expect("it changes")["hazards"][0];
        assert_eq!((&hazard["code"], &hazard["allow"]), (&"RAM203".into(), &"RAM203@share.corp_dns".into()));
        assert_eq!(hazard["allowed"]["by"], "flag");
        stack.run("apply --auto-approve --allow RAM203@share.corp_dns").exits(0);
        stack.run("plan --detailed-exitcode").exits(0);
    }

    #[test]
    fn what_is_no_hazard_cannot_be_allowed() {
        let stack = Stack::quickstart();
        for (flag, told) in [
            ("RAM23", "did you mean RAM203"),
            ("RAM301", "is no hazard and cannot be allowed"),
            ("RAM220", "prevent_destroy cannot be allowed away"),
            ("RAM203@tgw", "not the address of a block"),
        ] {
            stack.run(&format!("plan --allow {flag}")).exits(1).says(&[told]);
        }
        let allow = "stack   = \"network\"\n  allow   = [{ code = \"RAM23\", reason = \"x\" }]";
        stack.edit("network.ram.hcl", "stack   = \"network\"", allow);
        stack.run("plan").exits(1).says(&["RAM045", "Did you mean RAM203?"]);
    }

    #[test]
    fn a_check_denies_or_warns_and_the_plan_is_shown_in_full() {
        let stack = Stack::quickstart();
        let check = |severity: &str| {
            format!(
                "check \"small\" {{\n  severity = \"{severity}\"\n  assert {{\n    condition     = length(plan.shares) < 4\n    \
                 error_message = \"${{length(plan.shares)}} shares are too many.\"\n  }}\n}}\n"
            )
        };
        stack.write("check.ram.hcl", &check("error"));
        let told = ["4 to create", "CHECKS: the plan is denied", "4 shares are too many."];
        stack.run("plan").exits(3).says(&told);
        stack.run("apply --auto-approve").exits(3).says(&told);
        stack.write("check.ram.hcl", &check("warning"));
        stack.run("plan --detailed-exitcode").exits(2).says(&["4 to create", "4 shares are too many."]);
        let document = stack.run("plan --json").exits(0).json();
        assert_eq!(document["checks"][0]["assertions"][0]["result"], "violated", "{document:#}");
        stack.run("apply --auto-approve").exits(0).says(&["9 of 9 steps done"]);
        stack.write("check.ram.hcl", &check("error").replace("plan.shares) <", "plan.share) <"));
        stack.run("plan").exits(1).says(&["RAM021", "Did you mean shares?"]);
    }

    #[test]
    fn the_example_of_a_policy_is_planned_with_its_hazards_allowed() {
        let stack = Stack::quickstart();
        for file in ["network.ram.hcl", "sandbox.hcl"] {
            let text = fs::read_to_string(root().join("examples/policy").join(file)).expect("it is there");
            stack.write(file, &text);
        }
        let document = stack.run("plan --json").exits(0).json();
        let counts = &document["summary"];
        assert_eq!(
            (&counts["hazards_open"], &counts["hazards_allowed"]),
            (&0.into(), &1.into()),
            "{document:#}"
        );
        stack.run("apply --auto-approve").exits(0);
    }

    const SEED: &str = r#"
organization {
  management_account = "management"
  sharing            = "enabled"
  account "management" { id = "111111111111" }
  account "network" { id = "222222222222" }
  ou "Workloads" {
    account "web" { id = "333333333333" }
    account "dev" { id = "444444444444" }
  }
}
outside "partner" { id = "999999999999" }
settings {
  resources       = "any"
  associate_ms    = 20
  disassociate_ms = 20
}
"#;

    /// A share of one gateway for each line: label, gateway, principals, what else there is.
    fn shares(of: &[(&str, &str, &str, &str)]) -> String {
        let head = r#"
ramctl {
  stack   = "network"
  regions = ["eu-central-1"]
}
organization { management_account = account.management }
account "management" { id = "111111111111" }
account "network" {
  id = "222222222222"
  assume_role { role_name = "OrganizationAccountAccessRole" }
}
account "dev" {
  id = "444444444444"
  assume_role { role_name = "OrganizationAccountAccessRole" }
}
"#;
        let share = |(label, gateway, principals, more): &(&str, &str, &str, &str)| {
            let arn = |name| format!("\"arn:aws:ec2:eu-central-1:222222222222:transit-gateway/{name}\"");
            let resources = if gateway.is_empty() { String::new() } else { arn(*gateway) };
            format!(
                "share \"{label}\" {{\n  account = account.network\n  region = \"eu-central-1\"\n  resources = [{resources}]\n  \
                 principals = [{principals}]\n  {more}\n}}\n"
            )
        };
        format!("{head}{}", of.iter().map(share).collect::<String>())
    }

    /// The way of each hazard through the real binary: planned with 4, applied with 4 and not written, allowed, done.
    #[tokio::test(flavor = "multi_thread")]
    async fn nothing_is_written_before_the_last_hazard_is_allowed() {
        const OPEN: &str = "allow_external_principals = true";
        const STAYS: &str =
            "allow_external_principals = true\n  retain_sharing_on_account_leave_organization = true";
        let world = World::new(SEED).await;
        let before = [
            ("partner", "tgw-a", "\"444444444444\"", OPEN),
            ("everybody", "tgw-b", "\"444444444444\"", ""),
            ("loses", "tgw-c", "\"333333333333\", \"444444444444\"", ""),
            ("opens", "tgw-d", "\"444444444444\"", ""),
            ("goes", "tgw-e", "\"444444444444\"", ""),
            ("empties", "tgw-f", "\"444444444444\"", ""),
            ("replaced", "tgw-g", "\"444444444444\"", OPEN),
        ];
        world.write("stack.ram.hcl", &shares(&before));
        world.run(&APPLY).await.exits(0);
        let after = [
            ("partner", "tgw-a", "\"444444444444\", \"999999999999\"", OPEN),
            ("everybody", "tgw-b", "organization()", ""),
            ("loses", "tgw-c", "\"444444444444\"", ""),
            ("opens", "tgw-d", "\"444444444444\"", OPEN),
            ("empties", "", "\"444444444444\"", ""),
            ("replaced", "tgw-g", "\"444444444444\"", STAYS),
        ];
        world.write("stack.ram.hcl", &shares(&after));
        let places = [crate::edge::place("222222222222", "eu-central-1")];
        let live = world.shares(&places).await;
        let plan = world.run("plan --json").await.exits(4).json();
        let of_shares = plan["shares"].as_array().expect("a list").iter().map(|share| &share["hazards"]);
        let found: BTreeSet<String> = of_shares
            .chain([&plan["hazards"]])
            .flat_map(|hazards| hazards.as_array().expect("a list"))
            .map(|hazard| hazard["allow"].as_str().expect("a text").to_owned())
            .collect();
        let codes: BTreeSet<&str> = found.iter().map(|text| &text[..6]).collect();
        let expected = [
            "RAM201", "RAM202", "RAM203", "RAM204", "RAM205", "RAM206", "RAM207", "RAM211", "RAM213",
            "RAM215",
        ];
        assert_eq!(codes.into_iter().collect::<Vec<_>>(), expected);

        // From here on every call to RAM that changes something is counted.
        let count = json!([{ "action": "ram:*", "effect": "slow", "ms": 0, "writes": true }]);
        world.set_faults(count).await;
        let with = |allowed: &BTreeSet<String>| {
            allowed.iter().map(|text| format!(" --allow {text}")).collect::<String>()
        };
        world.run("apply --auto-approve").await.exits(4);
        for missing in &found {
            let rest: BTreeSet<String> = found.iter().filter(|text| *text != missing).cloned().collect();
            let run = world.run(&format!("apply --auto-approve{}", with(&rest))).await.exits(4);
            run.says(&[&format!("a hazard that nobody allowed. To allow it, add --allow {missing}.")]);
        }
        assert_eq!(world.met().await, 0, "calls that change something");
        assert_eq!(world.shares(&places).await, live);
        world.run(&format!("plan --detailed-exitcode{}", with(&found))).await.exits(2);
        world.run(&format!("apply --auto-approve{}", with(&found))).await.exits(0);
        assert!(world.met().await > 0);
        world.set_faults(json!([])).await;
        world.run("plan --detailed-exitcode").await.exits(0);
    }
}
