//! The real binary against its embedded sandbox: what a user types, reads and gets as exit code.

#[cfg(unix)]
mod entries;
mod language;
mod streams;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::run::Run;

/// A stack's folder of its own.
pub struct Stack {
    dir: TempDir,
}

impl Stack {
    /// The quickstart.
    pub fn quickstart() -> Self {
        let stack = Self { dir: TempDir::new().expect("a temporary folder") };
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart");
        for file in ["network.ram.hcl", "sandbox.hcl"] {
            fs::copy(example.join(file), stack.path().join(file)).expect("the example can be copied");
        }
        stack
    }

    /// The quickstart's sandbox with other files.
    fn with(stack: &str, seed: &str) -> Self {
        let it = Self { dir: TempDir::new().expect("a temporary folder") };
        it.write("stack.ram.hcl", stack);
        it.write("sandbox.hcl", seed);
        it
    }

    pub fn path(&self) -> PathBuf {
        self.dir.path().to_owned()
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).expect("the folder can be written");
    }

    /// Replaces a text of a file that must be there.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path().join(name)).expect("the file is there");
        assert!(text.contains(from), "{name} holds {from}");
        self.write(name, &text.replace(from, to));
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Runs `ramctl COMMAND --sandbox` in the stack's folder.
    pub fn run(&self, words: &str) -> Run {
        let (command, rest) = words.split_once(' ').unwrap_or((words, ""));
        self.run_bare(format!("{command} --sandbox {rest}").trim_end())
    }

    /// Runs `ramctl` with these words and no others.
    pub fn run_bare(&self, words: &str) -> Run {
        let mut command = ramctl(&self.path());
        command.args(words.split(' '));
        Run::of(command.output().expect("the binary can be run"))
    }

    fn apply(&self) -> Run {
        self.run("apply --auto-approve")
    }

    fn plan(&self) -> Run {
        self.run("plan --detailed-exitcode")
    }

    fn plan_json(&self) -> Value {
        self.run("plan --json").json()
    }
}

/// The binary with an environment that knows no AWS.
pub fn ramctl(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ramctl"));
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    command
}

#[test]
fn apply_then_plan_is_empty_and_destroy_leaves_sharing_on() {
    let stack = Stack::quickstart();
    stack.plan().exits(2).says(&["4 to create", "Sharing inside the organization is turned on"]);
    stack.apply().exits(0).says(&["9 of 9 steps done"]);
    stack.plan().exits(0).says(&["No changes", "Read 1 of 1 account, 2 of 2 Regions"]);
    stack.apply().exits(0).says(&["No changes"]);
    stack.run("drift").exits(0);
    stack.run("destroy --auto-approve").exits(0).says(&["4 to delete"]);
    let again = stack.plan_json();
    assert_eq!(again["summary"]["create"], 4, "{again:#}");
    assert_eq!(again["sharing"]["verdict"], "in_sync", "destroy turns nothing off: {again:#}");
}

#[test]
fn an_edit_of_the_stack_is_pending_and_applied_in_place() {
    let stack = Stack::quickstart();
    stack.apply().exits(0);
    stack.edit(
        "network.ram.hcl",
        "principals = [account.dev]",
        "principals = [account.dev, \"333333333333\"]",
    );
    let drift = stack.run("drift --json").exits(2).json();
    let modified: Vec<_> = drift["shares"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|share| share["class"] == "modified")
        .collect();
    assert_eq!(modified.len(), 1, "{drift:#}");
    assert_eq!(
        (&modified[0]["address"], &modified[0]["cause"]),
        (&"share.dev_subnets".into(), &"pending".into())
    );
    stack.plan().exits(2).says(&["0 to create, 1 to update, 0 to delete", "1 account gains 2 resources"]);
    stack.apply().exits(0);
    stack.plan().exits(0);
}

#[test]
fn a_share_deleted_and_declared_again_is_made_again() {
    let stack = Stack::quickstart();
    for _ in 0..3 {
        stack.apply().exits(0);
        stack.run("destroy --auto-approve").exits(0);
    }
    stack.apply().exits(0);
    stack.plan().exits(0);
}

/// The quickstart's files without a single share.
fn drop_every_share(stack: &Stack) {
    let file = "network.ram.hcl";
    let text = fs::read_to_string(stack.path().join(file)).expect("the file is there");
    let (head, _) = text.split_once("# One share per Region").expect("the shares come last");
    stack.write(file, head);
}

#[test]
fn shares_of_a_region_that_left_the_files_are_found_and_deleted() {
    let stack = Stack::quickstart();
    stack.apply().exits(0);
    stack.edit("network.ram.hcl", "    \"us-east-1\"    = \"tgw-0b5e1a2b3c4d5e602\"\n", "");
    stack.run("drift").exits(2).says(&["surplus"]);
    stack.run("apply --auto-approve --allow RAM206").exits(0).says(&["1 to delete"]);
    drop_every_share(&stack);
    // It looks like a mistake, and every guard against one says so.
    stack.apply().exits(4).says(&["3 to delete", "--allow RAM208"]);
    stack.run("apply --auto-approve --allow RAM206,RAM208,RAM212").exits(0).says(&["3 to delete"]);
    stack.plan().exits(0).says(&["No changes"]);
}

#[test]
fn a_stack_that_looks_nowhere_is_never_called_in_sync() {
    let stack = Stack::quickstart();
    stack.apply().exits(0);
    stack.edit("network.ram.hcl", "  regions = [", "  # regions = [");
    drop_every_share(&stack);
    for words in ["plan", "drift", "apply --auto-approve", "destroy --auto-approve"] {
        let run = stack.run(&format!("{words} --no-sweep"));
        run.exits(1).says(&["RAM108", "Run without --no-sweep, or add regions"]).never_says(&["No "]);
    }
    stack.run("plan").exits(4).says(&["4 to delete"]);
}

/// Two accounts with a share each; the role of the second does not exist.
const TWO_HUBS: &str = r#"
ramctl { stack = "hubs" }
account "management" { id = "111111111111" }
organization {
  management_account = account.management
  sharing            = "enabled"
}
account "network" {
  id = "222222222222"
  assume_role { role_name = "OrganizationAccountAccessRole" }
}
account "locked" {
  id = "333333333333"
  assume_role { role_name = "OrganizationAccountAccessRole" }
}
share "open" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-0e1a2b3c4d5e6f701"]
  principals = [ou("Workloads/Dev")]
}
share "shut" {
  account    = account.locked
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:333333333333:transit-gateway/tgw-0e1a2b3c4d5e6f702"]
  principals = [ou("Workloads/Dev")]
}
"#;

fn seed(sharing: &str, more: &str) -> String {
    format!(
        r#"
organization {{
  management_account = "management"
  {sharing}
  account "management" {{ id = "111111111111" }}
  account "network"    {{ id = "222222222222" }}
  ou "Workloads" {{
    ou "Prod" {{
      account "locked" {{
        id    = "333333333333"
        roles = false
      }}
    }}
    ou "Dev" {{
      account "dev" {{ id = "444444444444" }}
    }}
  }}
}}
settings {{ resources = "any" }}
{more}
"#
    )
}

#[test]
fn an_account_whose_role_cannot_be_assumed_is_unknown_and_the_rest_goes_on() {
    let (open, shut) = TWO_HUBS.split_once("share \"shut\"").expect("two shares");
    let (head, tail) = open.split_once("account \"locked\"").expect("the account");
    let (_, tail) = tail.split_once("\n}\n").expect("its end");
    let stack = Stack::with(&format!("{head}{tail}"), &seed("sharing = \"off\"", ""));
    stack.apply().exits(0).says(&["3 of 3 steps done"]);
    stack.write(
        "stack.ram.hcl",
        &format!("{open}share \"shut\"{shut}").replace(
            "principals = [ou(\"Workloads/Dev\")]\n}\nshare",
            "principals = [ou(\"Workloads/Dev\"), \"333333333333\"]\n}\nshare",
        ),
    );
    let named = [
        "arn:aws:iam::333333333333:role/OrganizationAccountAccessRole",
        "sts:AssumeRole",
        "AccessDenied",
        "share.shut",
        "INCOMPLETE",
    ];
    stack
        .plan()
        .exits(6)
        .says(&named)
        .says(&["0 to create, 1 to update, 0 to delete", "INCOMPLETE: read 1 of 2 accounts"]);
    stack.apply().exits(6).says(&["2 of 2 steps done"]);
    stack
        .plan()
        .exits(6)
        .says(&named)
        .says(&["No changes in what was read. 1 unknown."])
        .never_says(&["No changes. AWS matches"]);
    stack.run("drift").exits(6).says(&named).never_says(&["In sync."]);
    // Nothing of an unread account is deleted either, not even when its block goes.
    stack.run("destroy --auto-approve").exits(6).says(&["1 to delete"]);
}

/// One share for a unit, and what the organization block says.
fn one_share(organization: &str) -> String {
    format!(
        r#"
ramctl {{ stack = "one" }}
account "management" {{ id = "111111111111" }}
account "network" {{
  id = "222222222222"
  assume_role {{ role_name = "OrganizationAccountAccessRole" }}
}}
{organization}
share "tgw" {{
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-0e1a2b3c4d5e6f701"]
  principals = [ou("Workloads/Dev")]
}}
"#
    )
}

fn organization(sharing: &str) -> String {
    format!("organization {{\n  management_account = account.management\n  sharing = \"{sharing}\"\n}}")
}

#[test]
fn sharing_that_is_off_is_turned_on_by_rams_own_call() {
    for state in ["off", "leftover_role"] {
        let stack =
            Stack::with(&one_share(&organization("enabled")), &seed(&format!("sharing = \"{state}\""), ""));
        let plan = stack.plan_json();
        assert_eq!(
            plan["steps"][0]["operation"], "ram:EnableSharingWithAwsOrganization",
            "{state}: {plan:#}"
        );
        stack.apply().exits(0);
        stack.plan().exits(0);
    }
}

#[test]
fn half_enabled_sharing_is_repaired_without_turning_it_off() {
    let stack = Stack::with(&one_share(&organization("enabled")), &seed("sharing = \"half\"", ""));
    let plan = stack.plan_json();
    assert_eq!(plan["steps"][0]["operation"], "iam:CreateServiceLinkedRole", "{plan:#}");
    stack.apply().exits(0);
    stack.plan().exits(0);
}

#[test]
fn sharing_that_is_on_is_left_alone_and_never_turned_off() {
    let stack = Stack::with(&one_share(&organization("enabled")), &seed("sharing = \"enabled\"", ""));
    stack.apply().exits(0).says(&["2 of 2 steps"]);
    stack.write("stack.ram.hcl", &one_share(&organization("unmanaged")));
    stack.plan().exits(0);
    let without = one_share("").replace("ou(\"Workloads/Dev\")", "\"444444444444\"");
    stack.write("stack.ram.hcl", &without);
    stack.run("apply --auto-approve --allow RAM203").exits(0);
    stack.write("stack.ram.hcl", &one_share(&organization("required")));
    let plan = stack.plan_json();
    assert_eq!(plan["sharing"]["verdict"], "in_sync", "still on: {plan:#}");
}

#[test]
fn required_sharing_that_is_off_is_refused_and_nothing_is_written() {
    let stack = Stack::with(&one_share(&organization("required")), &seed("sharing = \"off\"", ""));
    stack.plan().exits(1).says(&["RAM403", "write `sharing = \"enabled\"`"]);
    stack.apply().exits(1).never_says(&["steps done"]);
    stack.plan().exits(1);
}

#[test]
fn an_organization_with_consolidated_billing_only_cannot_share() {
    let state = "feature_set = \"CONSOLIDATED_BILLING\"\n  sharing = \"off\"";
    let stack = Stack::with(&one_share(&organization("enabled")), &seed(state, ""));
    stack.plan().exits(1).says(&["RAM105", "stack.ram.hcl:16", "all features"]);
    stack.apply().exits(1);
    stack.write(
        "stack.ram.hcl",
        &one_share(&organization("enabled")).replace("ou(\"Workloads/Dev\")", "\"444444444444\""),
    );
    stack.plan().exits(1).says(&["RAM405", "turn on all features in Organizations"]);
}

#[test]
fn a_member_account_is_told_from_the_management_account() {
    let block = organization("enabled").replace("account.management", "account.network");
    let stack = Stack::with(&one_share(&block), &seed("sharing = \"off\"", ""));
    let run = stack.plan();
    assert!(matches!(run.code, Some(1 | 6)), "{}", run.stdout);
    run.says(&["management account", "RAM404"]);
    assert_ne!(stack.apply().code, Some(0));
}

#[test]
fn where_sharing_cannot_be_read_nothing_that_needs_it_is_written() {
    // A delegated administrator sees the tree and not the role of the management account.
    let block = organization("enabled").replace("account.management", "account.network");
    let state = "sharing = \"off\"\n  delegated_administrators = { network = [\"config.amazonaws.com\"] }";
    let stack = Stack::with(&one_share(&block), &seed(state, ""));
    let before = stack.plan();
    assert_ne!(before.code, Some(0), "{}", before.stdout);
    let apply = stack.apply();
    assert_ne!(apply.code, Some(0), "{}", apply.stdout);
    apply.never_says(&["CreateResourceShare share.tgw: done"]);
}

#[test]
fn a_stack_with_mistakes_names_all_of_them_and_makes_no_call() {
    let stack = Stack::quickstart();
    stack.edit("network.ram.hcl", "account.dev]", "account.deb]");
    stack.edit("network.ram.hcl", "name       = \"corp-dns\"", "nmae       = \"corp-dns\"");
    for command in ["plan", "apply --auto-approve", "drift", "destroy --auto-approve"] {
        stack.run(command).exits(1).says(&["account.deb", "nmae", "Did you mean", "2 errors"]);
    }
    Run::of(ramctl(&stack.path()).arg("validate").output().expect("runs")).exits(1).says(&["account.deb"]);
}

#[test]
fn validate_needs_no_credentials_and_no_sandbox() {
    let stack = Stack::quickstart();
    Run::of(ramctl(&stack.path()).arg("validate").output().expect("runs")).exits(0).says(&["4 shares"]);
    assert!(!stack.path().join(".ramctl").exists());
}

#[test]
fn nobody_to_ask_means_nothing_is_changed() {
    let stack = Stack::quickstart();
    stack.run("apply").exits(1).says(&["--auto-approve", "nothing was changed"]);
    stack.plan().exits(2).says(&["4 to create"]);
}

#[test]
fn a_place_that_holds_no_stack_or_no_seed_is_said_once_and_with_what_to_do() {
    let stack = Stack::quickstart();
    let at =
        |words: &[&str]| Run::of(ramctl(&stack.path()).args(words).output().expect("the binary can be run"));
    for (words, says) in [
        (["plan", "network.ram.hcl"], "network.ram.hcl is a file; a stack is a folder"),
        (["validate", ".ramctl"], "there are no *.ram.hcl files in .ramctl"),
        (["validate", "nowhere"], "nowhere cannot be opened"),
    ] {
        fs::create_dir_all(stack.path().join(".ramctl")).expect("the folder can be written");
        let run = at(&words).exits(1).says(&[says]);
        assert_eq!(run.stderr.matches(words[1]).count(), 1, "{}", run.stderr);
    }
    fs::remove_file(stack.path().join("sandbox.hcl")).expect("it is there");
    stack.plan().exits(1).says(&["there is no ./sandbox.hcl", "write one"]);
}

#[test]
fn the_same_stack_plans_to_the_same_bytes() {
    let stack = Stack::quickstart();
    let (first, second) = (stack.run("plan --json"), stack.run("plan --json"));
    assert_eq!(first.stdout, second.stdout);
}

#[test]
fn documents_of_apply_hold_the_plan_and_what_became_of_it() {
    let stack = Stack::quickstart();
    let applied = stack.run("apply --auto-approve --json").exits(0).json();
    assert_eq!(applied["format_version"], "1.0");
    assert_eq!(applied["summary"]["done"], 9, "{applied:#}");
}

#[test]
fn an_unknown_code_is_an_error_with_a_suggestion() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let run = |words: &[&str]| Run::of(ramctl(here).args(words).output().expect("runs"));
    run(&["explain", "RAM001"]).exits(0).says(&["RAM001"]);
    run(&["explain", "RAM0O1"]).exits(1).says(&["Did you mean RAM001?"]);
    run(&["explain", "nonsense"])
        .exits(1)
        .says(&["`ramctl explain` lists all codes"])
        .never_says(&["Did you mean"]);
    run(&["functions", "cidrsubet"]).exits(1).says(&["Did you mean cidrsubnet?"]);
    run(&["functions", "nonsense"])
        .exits(1)
        .says(&["`ramctl functions` lists all"])
        .never_says(&["Did you mean"]);
    let all = run(&["explain"]).exits(0).stdout;
    assert!(all.lines().count() > 50 && all.lines().all(|line| line.starts_with("RAM")), "{all}");
}

#[test]
fn a_sandbox_in_use_by_another_process_is_said_to_be() {
    let stack = Stack::quickstart();
    let mut server = ramctl(&stack.path())
        .args(["sandbox", "serve"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary can be run");
    // The last line comes once it is ready.
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(server.stdout.take().expect("piped")));
    assert!(lines.by_ref().any(|line| line.expect("UTF-8") == "# ready"));
    stack.plan().exits(1).says(&["sandbox"]);
    server.kill().expect("it runs");
    server.wait().expect("it ends");
    stack.plan().exits(2);
}
