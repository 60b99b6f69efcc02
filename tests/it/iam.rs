//! The printed policies, held against the sandbox: it asks the policies of every role that calls.

mod permissions;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_ram::error::ProvideErrorMetadata;
use aws_sdk_ram::types::Tag;
use expect_test::expect_file;
use futures_util::StreamExt;
use ramctl::sandbox::{Content, Running, Settings, operations, start};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::cli::ramctl;
use crate::run::{APPLY, Run};

/// The identity that runs ramctl, a role of the management account.
const CALLER: &str = "ramctl-ci";
/// The role that the quickstart names in its network account.
const ROLE: &str = "OrganizationAccountAccessRole";
const MANAGEMENT: &str = "111111111111";
const NETWORK: &str = "222222222222";

/// Policies by account, as `ramctl iam` prints them.
type Policies = BTreeMap<String, Value>;

fn quickstart() -> TempDir {
    let dir = TempDir::new().expect("a temporary folder");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart/network.ram.hcl");
    fs::copy(example, dir.path().join("network.ram.hcl")).expect("the example can be copied");
    dir
}

/// The quickstart with one share more, of a type that has more than one permission.
fn with_authority(permission: &str) -> TempDir {
    let dir = quickstart();
    let text = format!(
        r#"share "authority" {{
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/0a1b"]
  principals = [account.dev]
  permission "acm-pca:CertificateAuthority" {{ use = "{permission}" }}
}}
"#
    );
    fs::write(dir.path().join("authority.ram.hcl"), text).expect("the folder can be written");
    dir
}

/// [`with_authority`] after an edit that takes every kind of step.
fn edited() -> TempDir {
    let dir = with_authority("AWSRAMBlankEndEntityCertificateAPICSRPassthroughIssuanceCertificateAuthority");
    let path = dir.path().join("network.ram.hcl");
    let mut text = fs::read_to_string(&path).expect("the file is there");
    for (from, to) in [
        ("  tags = { team = \"network\" }\n", ""),
        ("\"corp-dns\"", "\"company-dns\""),
        ("[account.dev, ou(\"Workloads/Prod\")]", "[ou(\"Workloads/Prod\"), \"333333333333\"]"),
    ] {
        assert!(text.contains(from), "the quickstart holds {from}");
        text = text.replace(from, to);
    }
    let (head, rest) = text.split_once("# Two subnets").expect("the quickstart shares subnets");
    let (_, tail) = rest.split_once("# A resolver rule").expect("and then a rule");
    fs::write(&path, format!("{head}# A resolver rule{tail}")).expect("the folder can be written");
    dir
}

fn print(folder: &Path, words: &[&str]) -> (String, String) {
    let output = ramctl(folder).arg("iam").args(words).output().expect("the binary can be run");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{stdout}{stderr}");
    (stdout, stderr)
}

/// As one policy each: what is divided for IAM's quota allows the same together.
fn policies(folder: &Path, role: &str) -> Policies {
    let mut all: Policies = serde_json::from_str(&print(folder, &[role]).0).expect("JSON");
    for policy in all.values_mut() {
        let Some(parts) = policy.as_array() else { continue };
        let statements = parts.iter().flat_map(|part| part["Statement"].as_array().expect("a list").clone());
        *policy = serde_json::json!({"Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>()});
    }
    all
}

/// The quickstart's sandbox, in which the two identities have these policies and no others.
fn seed(policies: &Policies) -> Content {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart/sandbox.hcl");
    let mut text = fs::read_to_string(example).expect("the example can be read");
    for (account, id, role) in [("management", MANAGEMENT, CALLER), ("network", NETWORK, ROLE)] {
        let line = text
            .lines()
            .find(|line| line.contains(&format!("account \"{account}\"")) && line.contains(id))
            .expect("the account is seeded in one line")
            .to_owned();
        let policy = Value::String(policies[account].to_string());
        let block = format!(
            "account \"{account}\" {{\n  id = \"{id}\"\n  role \"{role}\" {{\n    policy = {policy}\n  }}\n}}"
        );
        text = text.replace(&line, &block);
    }
    text.push_str(
        "\nresource \"arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/0a1b\" {}\n\
         resource \"arn:aws:ec2:eu-central-1:111111111111:transit-gateway/tgw-0a1b\" {}\n\
         settings {\n  associate_ms = 1\n  disassociate_ms = 1\n  onboarding_ms = 0\n}\n",
    );
    Content::Seed { name: "sandbox.hcl".into(), text }
}

fn config(running: &Running, credentials: Credentials) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .endpoint_url(running.endpoint_url())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

/// As the account's own, who may do everything.
fn owner(running: &Running, account: &str) -> SdkConfig {
    let found = running.accounts().iter().find(|it| it.id.as_str() == account).expect("seeded");
    config(running, Credentials::new(&found.access_key_id, &found.secret_access_key, None, None, "test"))
}

/// A session of a role, as its account's owner gets one.
async fn session(running: &Running, account: &str, role: &str) -> aws_sdk_sts::types::Credentials {
    let sts = aws_sdk_sts::Client::new(&owner(running, MANAGEMENT));
    let arn = format!("arn:aws:iam::{account}:role/{role}");
    let answer = sts.assume_role().role_arn(arn).role_session_name("test").send().await;
    answer.expect("the management account may").credentials().expect("credentials").clone()
}

/// Runs the binary as the restricted caller.
async fn run(running: &Running, folder: &Path, words: &[&str]) -> Run {
    let keys = session(running, MANAGEMENT, CALLER).await;
    let mut command = ramctl(folder);
    command
        .args(words)
        .env("AWS_ENDPOINT_URL", running.endpoint_url())
        .env("AWS_REGION", "eu-central-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ACCESS_KEY_ID", keys.access_key_id())
        .env("AWS_SECRET_ACCESS_KEY", keys.secret_access_key())
        .env("AWS_SESSION_TOKEN", keys.session_token());
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic");
    Run::of(output.expect("it runs"))
}

/// What the edited stack takes away is agreed to, whatever it is.
async fn apply(running: &Running, folder: &Path) -> Run {
    run(running, folder, &APPLY.split(' ').collect::<Vec<_>>()).await
}

/// Gives a role another policy.
async fn put_policy(running: &Running, account: &str, role: &str, policy: &Value) {
    let iam = aws_sdk_iam::Client::new(&owner(running, account));
    let put =
        iam.put_role_policy().role_name(role).policy_name("sandbox").policy_document(policy.to_string());
    put.send().await.expect("the account's owner may");
}

async fn put_policies(running: &Running, policies: &Policies) {
    put_policy(running, MANAGEMENT, CALLER, &policies["management"]).await;
    put_policy(running, NETWORK, ROLE, &policies["network"]).await;
}

#[test]
fn the_policies_of_the_quickstart_are_these() {
    let dir = quickstart();
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/iam/quickstart");
    for role in ["plan", "apply"] {
        let (json, notes) = print(dir.path(), &[role]);
        expect_file![cases.join(format!("{role}.json"))].assert_eq(&json);
        expect_file![cases.join(format!("{role}.notes.txt"))].assert_eq(&notes);
        let (terraform, _) = print(dir.path(), &[role, "--format", "terraform"]);
        expect_file![cases.join(format!("{role}.tf"))].assert_eq(&terraform);
        let words = [role, "--account", "network", "--format", "cloudformation"];
        let (cloudformation, _) = print(dir.path(), &words);
        expect_file![cases.join(format!("{role}.network.cfn.json"))].assert_eq(&cloudformation);
        for name in ["network", NETWORK] {
            let (one, _) = print(dir.path(), &[role, "--account", name]);
            let one: Value = serde_json::from_str(&one).expect("JSON");
            assert_eq!(one, serde_json::from_str::<Policies>(&json).expect("JSON")["network"]);
        }
    }
}

#[test]
fn an_account_that_needs_no_policy_is_told_from_one_that_is_unknown() {
    let dir = quickstart();
    for (name, says) in [("dev", "needs no policy there"), ("nonesuch", "the stack has no account nonesuch")]
    {
        let output = ramctl(dir.path()).args(["iam", "apply", "--account", name]).output().expect("it runs");
        let stderr = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!((output.status.code(), stderr.contains(says)), (Some(1), true), "{stderr}");
        assert!(stderr.contains("management, network"), "{stderr}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_quickstart_plans_under_the_plan_policies_and_applies_under_the_apply_policies() {
    let dir = quickstart();
    let [to_plan, to_apply] = ["plan", "apply"].map(|role| policies(dir.path(), role));
    let running = start(Settings::new(seed(&to_plan))).await.expect("the sandbox starts");
    run(&running, dir.path(), &["plan", "--detailed-exitcode"]).await.exits(2);
    apply(&running, dir.path()).await.exits(1).says(&["ram:EnableSharingWithAwsOrganization"]);

    put_policies(&running, &to_apply).await;
    apply(&running, dir.path()).await.exits(0);

    put_policies(&running, &to_plan).await;
    run(&running, dir.path(), &["plan", "--detailed-exitcode"]).await.exits(0);
    run(&running, dir.path(), &["drift"]).await.exits(0);
}

/// An action of a statement that was taken out of an account's policy.
#[derive(Clone, Debug)]
struct Without {
    account: &'static str,
    sid: String,
    action: String,
    policies: Policies,
}

/// Every policy that lacks one action of one statement.
fn each_without_one(policies: &Policies) -> Vec<Without> {
    let mut out = Vec::new();
    for account in ["management", "network"] {
        let statements = policies[account]["Statement"].as_array().expect("a list");
        for (at, statement) in statements.iter().enumerate() {
            for action in statement["Action"].as_array().expect("a list") {
                let mut less = policies.clone();
                let statements =
                    less.get_mut(account).expect("the same")["Statement"].as_array_mut().expect("a list");
                let actions = statements[at]["Action"].as_array_mut().expect("a list");
                actions.retain(|kept| kept != action);
                if actions.is_empty() {
                    statements.remove(at);
                }
                out.push(Without {
                    account,
                    sid: statement["Sid"].as_str().expect("a text").to_owned(),
                    action: action.as_str().expect("a text").to_owned(),
                    policies: less,
                });
            }
        }
    }
    out
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("it can be listed") {
        let entry = entry.expect("it can be listed");
        fs::copy(entry.path(), to.join(entry.file_name())).expect("it can be copied");
    }
}

/// The first apply takes some actions, a later change of the stack the others. Each is taken away in its turn, and the run that needs it
/// fails and says what was missing.
#[tokio::test(flavor = "multi_thread")]
async fn every_action_of_the_apply_policies_is_needed_and_named_when_it_is_missing() {
    const CHANGING: &[&str] = &[
        "ReadPermissions",
        "FillShares",
        "ChangeShares",
        "UpdateShares",
        "TagShares",
        "UntagShares",
        "AttachPermissions",
        "UsePermissions",
        "DeleteShares",
    ];
    let (before, after) = (with_authority("AWSRAMDefaultPermissionCertificateAuthority"), edited());
    let (first, second) = (policies(before.path(), "apply"), policies(after.path(), "apply"));

    // A stack that was applied, kept on disk for those that change it.
    let applied = TempDir::new().expect("a temporary folder");
    let settings =
        |dir: &TempDir| Settings { state_dir: Some(dir.path().to_owned()), ..Settings::new(seed(&first)) };
    let running = start(settings(&applied)).await.expect("the sandbox starts");
    apply(&running, before.path()).await.exits(0);
    running.shutdown().await.expect("the state is written");

    // With all actions it goes through: what fails below fails for the one that is missing.
    let whole = TempDir::new().expect("a temporary folder");
    copy(applied.path(), whole.path());
    let running = start(settings(&whole)).await.expect("the sandbox starts");
    put_policies(&running, &second).await;
    apply(&running, after.path()).await.exits(0);
    run(&running, after.path(), &["plan", "--detailed-exitcode"]).await.exits(0);
    running.shutdown().await.expect("the state is written");

    // Of permissions, and needed where there are some: `permissions.rs` takes them away.
    let elsewhere = |without: &Without| {
        // What finds and deletes a share in the caller's own account: the next test.
        let of_found = ["DeleteShares", "ReadPermissions", "ReadShares"].contains(&without.sid.as_str())
            && without.action != "ram:GetResourceShares";
        without.account == "management" && of_found
            || ["DeletePermissions", "DetachPermissions"].contains(&without.sid.as_str())
            || without.action == "ram:DisassociateResourceSharePermission"
    };
    let is_changing = |without: &Without| CHANGING.contains(&without.sid.as_str());
    // Without it a plan knows less and is made all the same (`uses.rs`).
    let is_advice = |without: &Without| without.sid == "ReadUsage";
    let making =
        each_without_one(&first).into_iter().filter(|without| !is_changing(without) && !is_advice(without));
    let changing = each_without_one(&second).into_iter().filter(is_changing);
    let cases: Vec<Without> = making.chain(changing).filter(|without| !elsewhere(without)).collect();
    let sids: BTreeSet<&str> = cases.iter().map(|without| without.sid.as_str()).collect();
    assert!(CHANGING.iter().all(|sid| sids.contains(sid)) && cases.len() > 28, "{sids:?}");

    let failures: Vec<String> = futures_util::stream::iter(cases)
        .map(|without| {
            let (before, after, applied) = (before.path(), after.path(), applied.path());
            let settings = &settings;
            async move {
                let run = if CHANGING.contains(&without.sid.as_str()) {
                    let state = TempDir::new().expect("a temporary folder");
                    copy(applied, state.path());
                    let running = start(settings(&state)).await.expect("the sandbox starts");
                    put_policies(&running, &without.policies).await;
                    let run = apply(&running, after).await;
                    running.shutdown().await.expect("the state is written");
                    run
                } else {
                    let running =
                        start(Settings::new(seed(&without.policies))).await.expect("the sandbox starts");
                    apply(&running, before).await
                };
                let (id, role) =
                    if without.account == "management" { (MANAGEMENT, CALLER) } else { (NETWORK, ROLE) };
                let denied = format!("not authorized to perform: {} on resource", without.action);
                let named = [denied.as_str(), id, role].iter().all(|name| run.holds(name));
                (run.code == Some(0) || !named)
                    .then(|| format!("{} {} of {id}: {run}", without.sid, without.action))
            }
        })
        .buffer_unordered(4)
        .filter_map(async |failure| failure)
        .collect()
        .await;
    assert!(failures.is_empty(), "{}", failures.join("\n----\n"));
}

/// A share of the caller's own account, of which the files say no more than its id once the share has left them.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_in_the_callers_own_account_is_deleted_with_the_printed_policy() {
    let (before, after) = (quickstart(), quickstart());
    let share = r#"share "own" {
  account    = account.management
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:111111111111:transit-gateway/tgw-0a1b"]
  principals = [account.dev]
}
"#;
    fs::write(before.path().join("own.ram.hcl"), share).expect("the folder can be written");
    let (first, second) = (policies(before.path(), "apply"), policies(after.path(), "apply"));
    let applied = TempDir::new().expect("a temporary folder");
    let settings =
        |dir: &TempDir| Settings { state_dir: Some(dir.path().to_owned()), ..Settings::new(seed(&first)) };
    let running = start(settings(&applied)).await.expect("the sandbox starts");
    apply(&running, before.path()).await.exits(0);
    running.shutdown().await.expect("the state is written");

    let needed = each_without_one(&second).into_iter().filter(|without| {
        without.account == "management"
            && ["DeleteShares", "ReadRegions", "ReadShares"].contains(&without.sid.as_str())
    });
    let mut cases: Vec<(String, Policies)> =
        needed.map(|without| (without.action, without.policies)).collect();
    assert_eq!(cases.len(), 7);
    cases.push((String::new(), second.clone()));
    for (action, policies) in cases {
        let state = TempDir::new().expect("a temporary folder");
        copy(applied.path(), state.path());
        let running = start(settings(&state)).await.expect("the sandbox starts");
        put_policies(&running, &policies).await;
        let run = apply(&running, after.path()).await;
        if action.is_empty() {
            run.exits(0).says(&["1 to delete"]);
            self::run(&running, after.path(), &["plan", "--detailed-exitcode"]).await.exits(0);
        } else {
            assert_ne!(run.code, Some(0), "{action}: {run}");
            run.says(&[&format!("not authorized to perform: {action} on resource")]);
        }
        running.shutdown().await.expect("the state is written");
    }
}

/// One request signed by a session, with no parameters: whether it is allowed is asked before they are looked at.
async fn call(running: &Running, keys: &Keys, service: &str, name: &str) -> String {
    let Keys { id, token } = keys;
    let signed = format!(
        "Authorization: AWS4-HMAC-SHA256 Credential={id}/20261122/eu-central-1/{service}/aws4_request, SignedHeaders=host, Signature=00\r\n{token}"
    );
    let (method, path, header, body) = match service {
        "ram" if ["DeleteResourceShare", "DeletePermission", "DeletePermissionVersion"].contains(&name) => {
            ("DELETE", format!("/{}", name.to_lowercase()), String::new(), String::new())
        }
        "ram" => ("POST", format!("/{}", name.to_lowercase()), String::new(), "{}".to_owned()),
        "organizations" => {
            let target = format!("X-Amz-Target: AWSOrganizationsV20161128.{name}\r\n");
            ("POST", "/".to_owned(), target, "{}".to_owned())
        }
        "iam" => ("POST", "/".to_owned(), String::new(), format!("Action={name}&Version=2010-05-08")),
        other => panic!("no requests to {other} are made here"),
    };
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n{signed}{header}\r\n{body}"
    );
    let mut stream = TcpStream::connect(running.addr()).await.expect("it listens");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("it answers");
    String::from_utf8_lossy(&answer).into_owned()
}

/// An access key and the header of its session.
struct Keys {
    id: String,
    token: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_policies_can_change_nothing() {
    let dir = quickstart();
    let running =
        start(Settings::new(seed(&policies(dir.path(), "plan")))).await.expect("the sandbox starts");
    let writes: Vec<_> = operations()
        .filter(|operation| operation.writes && ["ram", "organizations", "iam"].contains(&operation.service))
        .collect();
    assert!(writes.len() > 30, "{writes:?}");
    for (account, role) in [(MANAGEMENT, CALLER), (NETWORK, ROLE)] {
        let session = session(&running, account, role).await;
        let restricted = Keys {
            id: session.access_key_id().to_owned(),
            token: format!("X-Amz-Security-Token: {}\r\n", session.session_token()),
        };
        let found = running.accounts().iter().find(|it| it.id.as_str() == account).expect("seeded");
        let free = Keys { id: found.access_key_id.clone(), token: String::new() };
        for operation in &writes {
            let denied = |answer: &str| {
                answer.contains("AccessDenied") && answer.contains("no identity-based policy allows")
            };
            let answer = call(&running, &restricted, operation.service, operation.name).await;
            assert!(denied(&answer), "{operation:?} as {role}: {answer}");
            assert!(answer.contains(&format!("{}:{}", operation.service, operation.name)), "{answer}");
            let answer = call(&running, &free, operation.service, operation.name).await;
            assert!(!denied(&answer), "the account's owner may {operation:?}: {answer}");
        }
    }
    // What a plan's identity may do is read: no action of its policies is one of the sandbox's writes.
    let names: BTreeSet<String> = writes.iter().map(|it| format!("{}:{}", it.service, it.name)).collect();
    for policy in policies(dir.path(), "plan").values() {
        for statement in policy["Statement"].as_array().expect("a list") {
            for action in statement["Action"].as_array().expect("a list") {
                assert!(!names.contains(action.as_str().expect("a text")), "{action}");
            }
        }
    }
}

/// The identity of apply, used by hand for what no plan of the stack would do.
#[tokio::test(flavor = "multi_thread")]
async fn the_apply_policy_reaches_no_further_than_the_stack() {
    const TGW: &str = "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-0e1a2b3c4d5e6f701";
    const AUTHORITY: &str = "arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/0a1b";
    let dir = quickstart();
    let running =
        start(Settings::new(seed(&policies(dir.path(), "apply")))).await.expect("the sandbox starts");
    let ram_of = |config: SdkConfig, region: &'static str| {
        aws_sdk_ram::Client::new(&config.into_builder().region(Region::new(region)).build())
    };
    let keys = session(&running, NETWORK, ROLE).await;
    let role = |region| {
        let token = Some(keys.session_token().to_owned());
        let credentials =
            Credentials::new(keys.access_key_id(), keys.secret_access_key(), token, None, "test");
        ram_of(config(&running, credentials), region)
    };
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();

    // What a plan does is allowed; one thing changed is not.
    const DEV: &[&str] = &["444444444444"];
    const WEB: &[&str] = &["333333333333"];
    const BOTH: &[&str] = &["444444444444", "333333333333"];
    const HOME: &str = "eu-central-1";
    let cases = [
        ("as the stack does", HOME, "network", false, DEV, TGW, true),
        ("another Region", "eu-west-1", "network", false, DEV, TGW, false),
        ("another stack", HOME, "other", false, DEV, TGW, false),
        ("open to outsiders", HOME, "network", true, DEV, TGW, false),
        ("another account", HOME, "network", false, WEB, TGW, false),
        ("one account too many", HOME, "network", false, BOTH, TGW, false),
        ("another type", HOME, "network", false, DEV, AUTHORITY, false),
    ];
    for (what, region, stack, external, principals, resource, allowed) in cases {
        let create = role(region)
            .create_resource_share()
            .name("corp-dns")
            .allow_external_principals(external)
            .tags(tag("ramctl:stack", stack))
            .set_principals(Some(principals.iter().map(|it| (*it).to_owned()).collect()))
            .resource_arns(resource);
        assert_eq!(is_denied(create.send().await), !allowed, "{what}");
    }

    // Every way to share what the files do not share: only what they say is allowed, under their names, to nobody outside.
    const OTHER_TGW: &str = "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-0undeclared00000000";
    const OTHER_SUBNET: &str = "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-0undeclared0000000";
    const OTHER_RULE: &str =
        "arn:aws:route53resolver:eu-central-1:222222222222:resolver-rule/rslvr-rr-0undeclared";
    const SUBNET: &str = "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-0a1b2c3d4e5f60001";
    const RULE: &str =
        "arn:aws:route53resolver:eu-central-1:222222222222:resolver-rule/rslvr-rr-0c0ffee0c0ffee001";
    const PARTNER: &[&str] = &["999999999999"];
    for (resource, declared) in [
        (TGW, true),
        (SUBNET, true),
        (RULE, true),
        (OTHER_TGW, false),
        (OTHER_SUBNET, false),
        (OTHER_RULE, false),
        (AUTHORITY, false),
    ] {
        for (principals, known) in [(DEV, true), (WEB, false), (PARTNER, false), (BOTH, false)] {
            for (name, external) in
                [("corp-dns", false), ("anything", false), ("corp-dns ", false), ("corp-dns", true)]
            {
                let create = role(HOME)
                    .create_resource_share()
                    .name(name)
                    .allow_external_principals(external)
                    .tags(tag("ramctl:stack", "network"))
                    .set_principals(Some(principals.iter().map(|it| (*it).to_owned()).collect()))
                    .resource_arns(resource);
                let denied = is_denied(create.send().await);
                let may = declared && known && name == "corp-dns" && !external;
                assert_eq!(denied, !may, "{resource} for {principals:?} as {name:?}, external {external}");
            }
        }
    }
    let empty = ram_of(owner(&running, NETWORK), HOME)
        .create_resource_share()
        .name("of-the-stack")
        .tags(tag("ramctl:stack", "network"))
        .send()
        .await
        .expect("the owner may");
    let of_stack = empty.resource_share().and_then(|share| share.resource_share_arn()).expect("an ARN");
    for (resource, declared) in [(TGW, true), (OTHER_TGW, false), (OTHER_RULE, false), (AUTHORITY, false)] {
        let fill = role(HOME).associate_resource_share().resource_share_arn(of_stack).resource_arns(resource);
        assert_eq!(is_denied(fill.send().await), !declared, "{resource} on a share that is there");
    }

    // The files name no permission, so none is attached but the defaults of their types, by whatever name.
    let default = "AWSRAMDefaultPermissionTransitGateway";
    for name in [default, "AWSRAMDefaultPermissionPrefixList", "AWSRAMDefaultPermissionGlueTable", "Mine"] {
        for owner in ["aws", "222222222222"] {
            if (name, owner) == (default, "aws") {
                continue;
            }
            let region = if owner == "aws" { "" } else { HOME };
            let permission = format!("arn:aws:ram:{region}:{owner}:permission/{name}");
            let ram = role(HOME);
            let attach = ram.associate_resource_share_permission().resource_share_arn(of_stack);
            assert!(is_denied(attach.permission_arn(&permission).replace(true).send().await), "{permission}");
        }
    }
    // A share without tags, which somebody made by hand, takes nothing under another name.
    let untagged =
        ram_of(owner(&running, NETWORK), HOME).create_resource_share().name("by-hand").send().await;
    let untagged = untagged.expect("the owner may");
    let untagged = untagged.resource_share().and_then(|share| share.resource_share_arn()).expect("an ARN");
    for (principal, resource) in [(Some(DEV[0]), None), (None, Some(TGW))] {
        let fill = role(HOME).associate_resource_share().resource_share_arn(untagged);
        let fill = fill.set_principals(principal.map(|it| vec![it.to_owned()]));
        let fill = fill.set_resource_arns(resource.map(|it: &str| vec![it.to_owned()]));
        assert!(is_denied(fill.send().await), "{principal:?} {resource:?}");
    }

    // One with a name of the files takes nothing that they do not share, and nothing at all while it is open to outside principals.
    for (open, resource, denied) in [
        (true, TGW, true),
        (false, TGW, false),
        (false, "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-0f", true),
    ] {
        let owner = ram_of(owner(&running, NETWORK), "eu-central-1");
        let namesake = owner.create_resource_share().name("transit-gateway-eu-central-1");
        let namesake = namesake.allow_external_principals(open).send().await.expect("the owner may");
        let namesake = namesake
            .resource_share()
            .and_then(|share| share.resource_share_arn())
            .expect("an ARN")
            .to_owned();
        let fill = role("eu-central-1").associate_resource_share().resource_share_arn(namesake);
        assert_eq!(is_denied(fill.resource_arns(resource).send().await), denied, "{open} {resource}");
    }

    // A share of another stack stays as it is, and the own ones stay the stack's.
    let own = ram_of(owner(&running, NETWORK), "eu-central-1");
    let ram = role("eu-central-1");
    for (stack, allowed) in [("other", false), ("network", true)] {
        let made = own.create_resource_share().name("by-hand").tags(tag("ramctl:stack", stack)).send().await;
        let made = made.expect("the owner may");
        let arn = made.resource_share().and_then(|share| share.resource_share_arn()).expect("an ARN");
        let tagging = |key, value| ram.tag_resource().resource_share_arn(arn).tags(tag(key, value)).send();
        let untagging = |key| ram.untag_resource().resource_share_arn(arn).tag_keys(key).send();
        let filling = |who| ram.associate_resource_share().resource_share_arn(arn).principals(who).send();
        let emptying = |who| ram.disassociate_resource_share().resource_share_arn(arn).principals(who).send();
        let answers = [
            ("take it over", is_denied(tagging("ramctl:stack", "network").await), allowed),
            ("give it away", is_denied(tagging("ramctl:stack", "another").await), false),
            ("let it go", is_denied(untagging("ramctl:stack").await), false),
            ("tag", is_denied(tagging("a", "b").await), allowed),
            ("untag", is_denied(untagging("a").await), allowed),
            ("share with a stranger", is_denied(filling("999999999999").await), false),
            ("share", is_denied(filling("444444444444").await), allowed),
            ("take away", is_denied(emptying("444444444444").await), allowed),
            (
                "open",
                is_denied(
                    ram.update_resource_share()
                        .resource_share_arn(arn)
                        .allow_external_principals(true)
                        .send()
                        .await,
                ),
                false,
            ),
            (
                "rename",
                is_denied(ram.update_resource_share().resource_share_arn(arn).name("x").send().await),
                allowed,
            ),
            ("delete", is_denied(ram.delete_resource_share().resource_share_arn(arn).send().await), allowed),
        ];
        for (what, denied, allowed) in answers {
            assert_eq!(denied, !allowed, "{what} a share of {stack}");
        }
    }
}

/// Whether policies were in the way; any other refusal is RAM's own.
fn is_denied<T, E: ProvideErrorMetadata>(answer: Result<T, E>) -> bool {
    answer.is_err_and(|error| error.code() == Some("AccessDeniedException"))
}
