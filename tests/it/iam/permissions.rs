//! The printed policies for customer managed permissions: they suffice for each step, reach no further, and each action is needed.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use aws_config::Region;
use aws_credential_types::Credentials;
use futures_util::StreamExt;
use ramctl::sandbox::{Content, Running, Settings, start};
use serde_json::Value;
use tempfile::TempDir;

use crate::iam::{
    CALLER, MANAGEMENT, NETWORK, Policies, ROLE, Without, config, copy, each_without_one, is_denied, owner,
    policies, put_policies, run, session,
};

const HOME: &str = "eu-central-1";
const HEAD: &str = r#"
ramctl {
  stack   = "network"
  regions = ["eu-central-1"]
}
account "management" { id = "111111111111" }
account "network" {
  id = "222222222222"
  assume_role { role_name = "OrganizationAccountAccessRole" }
}
organization {
  management_account = account.management
  sharing            = "required"
}
"#;

/// Statements that no step on a permission asks for. `tests/it/iam.rs` takes their actions away.
const OF_SHARES: &[&str] = &[
    "AssumeRoles",
    "ReadRegions",
    "ReadShares",
    "ReadOrganization",
    "ReadTrustedAccess",
    "ReadServiceLinkedRole",
    "ReadUsage",
    "CreateShares",
    "FillNewShares",
    "FillShares",
    "TagShares",
    "UntagShares",
    "DeleteShares",
    "DescribeSharedTypes",
    "PutPolicies1",
];

fn seed(policies: &Policies) -> Content {
    let role = |account: &str, role: &str| {
        let policy = Value::String(policies[account].to_string());
        format!("    role \"{role}\" {{\n      policy = {policy}\n    }}\n")
    };
    let (caller, network) = (role("management", CALLER), role("network", ROLE));
    let text = format!(
        r#"
organization {{
  management_account = "management"
  sharing            = "enabled"
  account "management" {{
    id = "{MANAGEMENT}"
{caller}  }}
  account "network" {{
    id = "{NETWORK}"
{network}  }}
  account "web" {{ id = "333333333333" }}
}}
resource "arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/policy" {{}}
share "from-policy" {{
  account             = "network"
  region              = "eu-central-1"
  resources           = ["arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/policy"]
  principals          = ["333333333333"]
  created_from_policy = true
}}
permission "by-hand" {{
  account       = "network"
  region        = "eu-central-1"
  resource_type = "acm-pca:CertificateAuthority"
  policy        = "{{\"Effect\":\"Allow\",\"Action\":[\"acm-pca:GetCertificate\"]}}"
}}
settings {{
  resources       = "any"
  associate_ms    = 1
  disassociate_ms = 1
}}
"#
    );
    Content::Seed { name: "sandbox.hcl".into(), text }
}

fn permission(label: &str, action: &str, more: &str) -> String {
    format!(
        r#"
permission "{label}" {{
  account       = account.network
  region        = "eu-central-1"
  resource_type = "acm-pca:CertificateAuthority"
  statement {{
    actions = ["{action}"]
  }}
  {more}
}}
"#
    )
}

fn share(used: &str) -> String {
    format!(
        r#"
share "ca" {{
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca"]
  principals = ["333333333333"]
  permission "acm-pca:CertificateAuthority" {{ use = {used} }}
}}
"#
    )
}

/// A change of the files that is applied under the policies printed from them.
struct Stage {
    what: &'static str,
    text: String,
    /// Statements and actions without which it fails.
    needs: &'static [(&'static str, &'static str)],
}

/// The life of a permission, each stage on what the one before left.
fn stages(share_from_policy: &str, permission_from_policy: &str) -> Vec<Stage> {
    const AWS: &str = "\"AWSRAMDefaultPermissionCertificateAuthority\"";
    let version = |n: usize| {
        let tags = if n == 1 { "tags = { old = \"yes\" }" } else { "" };
        let permission = permission("ca", &format!("acm-pca:Version{n}"), tags);
        format!("{permission}{}", share("permission.ca"))
    };
    let import = |to: &str, id: &str| format!("import {{\n  to = {to}\n  id = \"{id}\"\n}}\n");
    let stage = |what, text: String, needs| Stage { what, text: format!("{HEAD}{text}"), needs };
    let of_policy = [
        permission("policy", "acm-pca:Describe*", ""),
        share("permission.policy").replace("\"ca\"", "\"policy\"").replace("/ca\"", "/policy\""),
        import("share.policy", share_from_policy),
        import("permission.policy", permission_from_policy),
    ];
    let by_hand = format!("arn:aws:ram:{HOME}:{NETWORK}:permission/by-hand");
    vec![
        stage("make", version(1), &[("CreatePermissions", "ram:CreatePermission")]),
        stage(
            "a second version",
            version(2),
            &[
                ("ReadPermissions", "ram:GetPermission"),
                ("ReadPermissions", "ram:ListPermissionVersions"),
                ("ChangePermissions", "ram:CreatePermissionVersion"),
                ("AttachPermissions", "ram:AssociateResourceSharePermission"),
                ("ChangeShares", "ram:ListResourceSharePermissions"),
                ("UsePermissions", "ram:AssociateResourceSharePermission"),
                ("TagPermissions", "ram:TagResource"),
                ("UntagPermissions", "ram:UntagResource"),
            ],
        ),
        stage("a third", version(3), &[]),
        stage("a fourth", version(4), &[]),
        stage("a fifth", version(5), &[]),
        stage("a sixth", version(6), &[("ChangePermissions", "ram:DeletePermissionVersion")]),
        stage("the fourth again", version(4), &[("ChangePermissions", "ram:SetDefaultPermissionVersion")]),
        stage(
            "the share takes AWS's, and the last permission block leaves the files",
            share(AWS),
            &[("DeletePermissions", "ram:DeletePermission")],
        ),
        stage("make it again", version(1), &[]),
        stage(
            "the type leaves the share, and its permission the files",
            share("x").replace("  permission \"acm-pca:CertificateAuthority\" { use = x }\n", "").replace(
                "arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca",
                "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1",
            ),
            &[
                ("ChangeShares", "ram:DisassociateResourceSharePermission"),
                ("ChangeShares", "ram:DisassociateResourceShare"),
                ("DetachPermissions", "ram:DisassociateResourceSharePermission"),
                ("DeletePermissions", "ram:DeletePermission"),
            ],
        ),
        stage(
            "promote",
            of_policy.concat(),
            &[
                ("PromotePermissions", "ram:PromotePermissionCreatedFromPolicy"),
                ("PromoteShares", "ram:PromoteResourceShareCreatedFromPolicy"),
                ("AdoptPermissions", "ram:TagResource"),
                ("AdoptShares", "ram:TagResource"),
                ("UpdateShares", "ram:UpdateResourceShare"),
            ],
        ),
        stage(
            "adopt",
            format!(
                "{}{}{}{}",
                of_policy[0],
                of_policy[1],
                permission("hand", "acm-pca:GetCertificate", "name = \"by-hand\""),
                import("permission.hand", &by_hand)
            ),
            &[("AdoptPermissions", "ram:TagResource")],
        ),
        stage(
            "release",
            format!(
                "{}{}removed {{\n  from = permission.hand\n  lifecycle {{ destroy = false }}\n}}\n",
                of_policy[0], of_policy[1]
            ),
            &[("ReleasePermissions", "ram:UntagResource")],
        ),
    ]
}

/// Every hazard is allowed: what the policies allow is the matter here.
const APPLY: &[&str] = &["apply", "--auto-approve", "--allow", "RAM201,RAM203,RAM206,RAM214,RAM215,RAM217"];

const PLAN: &[&str] =
    &["plan", "--detailed-exitcode", "--allow", "RAM201,RAM203,RAM206,RAM214,RAM215,RAM217"];

fn folder(text: &str) -> TempDir {
    let dir = TempDir::new().expect("a temporary folder");
    fs::write(dir.path().join("stack.ram.hcl"), text).expect("the folder can be written");
    dir
}

fn settings(state: &Path, policies: &Policies) -> Settings {
    Settings { state_dir: Some(state.to_owned()), ..Settings::new(seed(policies)) }
}

/// The ARNs of the share and the permission that RAM made from a policy.
async fn made_from_policy(running: &Running) -> (String, String) {
    let config = owner(running, NETWORK).into_builder().region(Region::new(HOME)).build();
    let ram = aws_sdk_ram::Client::new(&config);
    let owned = aws_sdk_ram::types::ResourceOwner::SelfValue;
    let shares = ram.get_resource_shares().resource_owner(owned).send().await.expect("the owner may");
    let share = shares.resource_shares()[0].resource_share_arn().expect("it has an ARN").to_owned();
    let all = ram.list_resource_share_permissions().resource_share_arn(&share).send().await;
    let permission = all.expect("the owner may").permissions()[0].arn().expect("it has an ARN").to_owned();
    (share, permission)
}

/// One action less at one stage: the run has to fail, and to say what was missing, whose and where.
struct Case {
    what: &'static str,
    folder: TempDir,
    /// What the stage before left.
    state: TempDir,
    without: Without,
}

impl Case {
    async fn failure(self) -> Option<String> {
        let Self { what, folder, state, without } = self;
        let running = start(settings(state.path(), &without.policies)).await.expect("the sandbox starts");
        put_policies(&running, &without.policies).await;
        let run = run(&running, folder.path(), APPLY).await;
        running.shutdown().await.expect("the state is written");
        let denied = format!("not authorized to perform: {} on resource", without.action);
        let named = [denied.as_str(), NETWORK, ROLE].iter().all(|name| run.holds(name));
        (run.code == Some(0) || !named).then(|| format!("{what}: {} {}: {run}", without.sid, without.action))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_apply_policies_suffice_for_each_step_on_permissions_and_every_action_is_needed() {
    let state = TempDir::new().expect("a temporary folder");
    let nothing: Policies = ["management", "network"]
        .map(|account| (account.to_owned(), serde_json::json!({"Version": "2012-10-17", "Statement": []})))
        .into();
    let running = start(settings(state.path(), &nothing)).await.expect("the sandbox starts");
    let (share, permission) = made_from_policy(&running).await;
    running.shutdown().await.expect("the state is written");

    let mut cases = Vec::new();
    let (mut printed, mut tried) = (BTreeSet::new(), BTreeSet::new());
    for Stage { what, text, needs } in stages(&share, &permission) {
        let dir = folder(&text);
        let (reading, policies) = (policies(dir.path(), "plan"), policies(dir.path(), "apply"));
        let without: Vec<Without> =
            each_without_one(&policies).into_iter().filter(|without| without.account == "network").collect();
        printed.extend(without.iter().map(|without| (without.sid.clone(), without.action.clone())));
        for (sid, action) in needs {
            let found = without.iter().find(|without| {
                (&without.sid, &without.action) == (&(*sid).to_owned(), &(*action).to_owned())
            });
            let without = found.unwrap_or_else(|| panic!("{what}: {sid} {action} is not printed")).clone();
            tried.insert((without.sid.clone(), without.action.clone()));
            let before = TempDir::new().expect("a temporary folder");
            copy(state.path(), before.path());
            cases.push(Case { what, folder: folder(&text), state: before, without });
        }
        // With all of them it goes through, and the plan policies show all of it.
        let running = start(settings(state.path(), &policies)).await.expect("the sandbox starts");
        put_policies(&running, &reading).await;
        run(&running, dir.path(), PLAN).await.exits(2);
        put_policies(&running, &policies).await;
        run(&running, dir.path(), APPLY).await.exits(0);
        put_policies(&running, &reading).await;
        run(&running, dir.path(), PLAN).await.exits(0);
        running.shutdown().await.expect("the state is written");
    }
    printed.retain(|(sid, _)| !OF_SHARES.contains(&sid.as_str()));
    assert_eq!(printed, tried, "what is printed about permissions is what is taken away");

    let failures: Vec<String> = futures_util::stream::iter(cases)
        .map(Case::failure)
        .buffer_unordered(4)
        .filter_map(async |failure| failure)
        .collect()
        .await;
    assert!(failures.is_empty(), "{}", failures.join("\n----\n"));
}

/// The identity of apply, used by hand: what is not the stack's is neither deleted nor taken off.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_stack_without_permissions_may_delete_is_its_own() {
    let mine =
        format!("{HEAD}{}{}", permission("mine", "acm-pca:GetCertificate", ""), share("permission.mine"));
    let dir = folder(&mine);
    let state = TempDir::new().expect("a temporary folder");
    let printed = policies(dir.path(), "apply");
    let running = start(settings(state.path(), &printed)).await.expect("the sandbox starts");
    run(&running, dir.path(), APPLY).await.exits(0);
    let (foreign_share, foreign) = {
        let config = owner(&running, NETWORK).into_builder().region(Region::new(HOME)).build();
        let ram = aws_sdk_ram::Client::new(&config);
        let by_hand = format!("arn:aws:ram:{HOME}:{NETWORK}:permission/by-hand");
        let made = ram.create_resource_share().name("other").permission_arns(&by_hand).send().await;
        let share = made.expect("the owner may").resource_share.and_then(|share| share.resource_share_arn);
        (share.expect("it has an ARN"), by_hand)
    };

    // The files have no permission any more.
    let without = folder(&format!("{HEAD}{}", share("\"AWSRAMDefaultPermissionCertificateAuthority\"")));
    put_policies(&running, &policies(without.path(), "apply")).await;
    let keys = session(&running, NETWORK, ROLE).await;
    let token = Some(keys.session_token().to_owned());
    let credentials = Credentials::new(keys.access_key_id(), keys.secret_access_key(), token, None, "test");
    let role = config(&running, credentials).into_builder().region(Region::new(HOME)).build();
    let ram = aws_sdk_ram::Client::new(&role);
    let own = format!("arn:aws:ram:{HOME}:{NETWORK}:permission/mine");
    let deleting = |arn: &str| ram.delete_permission().permission_arn(arn).send();
    assert!(is_denied(deleting(&foreign).await), "nobody's permission is not the stack's to delete");
    assert!(!is_denied(deleting(&own).await), "its own is, but for RAM, which knows that a share has it");
    let detaching = ram.disassociate_resource_share_permission().resource_share_arn(&foreign_share);
    assert!(is_denied(detaching.permission_arn(&foreign).send().await), "another share keeps what it has");
    let making = ram.create_permission().name("new").resource_type("acm-pca:CertificateAuthority");
    let policy = "{\"Effect\":\"Allow\",\"Action\":\"acm-pca:GetCertificate\"}";
    assert!(is_denied(making.policy_template(policy).send().await), "no block makes one");
    run(&running, without.path(), APPLY).await.exits(0);
}
