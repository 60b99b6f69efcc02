//! Policies of small stacks.

use serde_json::{Value, json};

use crate::diag::SourceMap;
use crate::iam::{AccountPolicy, Role, Subject, TerraformView, policies, template};
use crate::lang::functions::{FileError, StackFiles};
use crate::lang::{Declaration, Inputs, Limits, compile};

struct NoFiles;

impl StackFiles for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, FileError> {
        Err(FileError::NotFound)
    }

    fn list(&self, _: &str) -> Result<Vec<String>, FileError> {
        Ok(Vec::new())
    }

    fn folder(&self) -> String {
        "/stack".to_owned()
    }
}

fn declaration(text: &str) -> Declaration {
    let mut sources = SourceMap::default();
    let file = sources.add("stack.ram.hcl", text);
    let inputs = Inputs {
        values: &[],
        files: &NoFiles,
        plan_timestamp: "2026-11-22T00:00:00Z",
        limits: Limits::default(),
    };
    let compiled = compile(&mut sources, &[file], &inputs);
    assert!(compiled.diagnostics.is_empty(), "{:?}", compiled.diagnostics);
    compiled.declaration.expect("no errors")
}

/// A stack with two accounts that have a role, and these blocks.
fn stack(blocks: &str) -> Declaration {
    declaration(&format!(
        r#"
ramctl {{ stack = "network" }}
account "network" {{
  id = "222222222222"
  assume_role {{ arn = "arn:aws:iam::222222222222:role/ramctl" }}
}}
account "hub" {{
  id = "555555555555"
  assume_role {{ arn = "arn:aws:iam::555555555555:role/path/ramctl" }}
}}
{blocks}"#
    ))
}

fn share(attributes: &str) -> String {
    format!("share \"it\" {{\n  account = account.network\n  region = \"eu-central-1\"\n{attributes}\n}}\n")
}

fn find<'a>(all: &'a [AccountPolicy], name: &str) -> &'a AccountPolicy {
    all.iter()
        .find(|of| match &of.subject {
            Subject::Caller => name == "caller",
            Subject::Sweep => name == "sweep",
            Subject::Account { label, id: _ } => label == name,
        })
        .expect("it has a policy")
}

/// A statement of an account's apply policy, and the notes.
fn statement(declaration: &Declaration, account: &str, sid: &str) -> (Value, Vec<String>) {
    let all = policies(declaration, Role::Apply);
    let of = find(&all, account);
    let document = serde_json::to_value(&of.policy).expect("JSON");
    let statements = document["Statement"].as_array().expect("a list");
    let found = statements.iter().find(|statement| statement["Sid"] == sid).cloned();
    (found.unwrap_or(Value::Null), of.notes.clone())
}

const TGW: &str = r#"  resources = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1"]"#;

#[test]
fn where_every_account_has_a_role_the_caller_may_assume_these_and_nothing_else() {
    let declaration = stack(&share(&format!("{TGW}\n  principals = [\"444444444444\"]")));
    for role in [Role::Plan, Role::Apply] {
        let all = policies(&declaration, role);
        assert_eq!(
            serde_json::to_value(&find(&all, "caller").policy).expect("JSON"),
            json!({"Version": "2012-10-17", "Statement": [{
                "Sid": "AssumeRoles",
                "Effect": "Allow",
                "Action": ["sts:AssumeRole"],
                "Resource": ["arn:aws:iam::222222222222:role/ramctl", "arn:aws:iam::555555555555:role/path/ramctl"],
            }]})
        );
    }
}

#[test]
fn an_account_that_only_may_have_had_shares_can_only_lose_them() {
    let declaration = stack(&share(&format!("{TGW}\n  principals = [\"444444444444\"]")));
    let all = policies(&declaration, Role::Apply);
    let sids: Vec<&str> = find(&all, "hub").policy.statements.iter().map(|it| it.sid.as_str()).collect();
    assert_eq!(sids, ["ReadShares", "ReadRegions", "ReadPermissions", "DeleteShares", "DeletePermissions"]);
}

#[test]
fn principals_are_narrowed_as_far_as_the_files_say_who_they_are() {
    let organization = "organization {\n  management_account = account.hub\n  sharing = \"required\"\n}\n";
    for (principals, operator, values, notes) in [
        ("\"444444444444\"", "StringEqualsIfExists", vec!["444444444444"], 0),
        (
            "\"arn:aws:iam::444444444444:root\", \"arn:aws:iam::444444444444:role/deploy\"",
            "StringEqualsIfExists",
            vec!["444444444444", "arn:aws:iam::444444444444:role/deploy"],
            0,
        ),
        ("organization()", "StringLikeIfExists", vec!["arn:aws:organizations::*:organization/o-*"], 0),
        (
            "ou(\"ou-ab12-9xyz1234\")",
            "StringLikeIfExists",
            vec!["arn:aws:organizations::*:ou/o-*/ou-ab12-9xyz1234"],
            0,
        ),
        (
            "ou(\"Workloads/Prod\"), ou(\"Workloads/Dev\")",
            "StringLikeIfExists",
            vec!["arn:aws:organizations::*:ou/o-*/ou-*"],
            1,
        ),
        ("account(\"web\")", "StringLikeIfExists", vec!["????????????"], 1),
        ("", "Null", vec!["true"], 0),
    ] {
        let declaration =
            stack(&format!("{organization}{}", share(&format!("{TGW}\n  principals = [{principals}]"))));
        for sid in ["CreateShares", "FillNewShares", "FillShares"] {
            let (found, said) = statement(&declaration, "network", sid);
            assert_eq!(
                found["Condition"][operator]["ram:Principal"],
                json!(values),
                "{sid} {principals}: {found}"
            );
            assert_eq!(said.len(), notes, "{said:?}");
        }
        // What was added by hand is taken away whoever it is.
        let (found, _) = statement(&declaration, "network", "ChangeShares");
        assert!(!found.to_string().contains("ram:Principal"), "{found}");
    }
}

#[test]
fn types_are_narrowed_unless_one_is_unknown() {
    for (arn, types, notes) in [
        ("ec2:eu-central-1:222222222222:transit-gateway/tgw-1", json!(["ec2:TransitGateway"]), vec![]),
        ("new:eu-central-1:222222222222:thing/x", Value::Null, vec!["thing/x"]),
        (
            "ec2:eu-central-1:222222222222:prefix-list/pl-1",
            json!(["ec2:PrefixList"]),
            vec!["ec2:PrefixList: RAM may ask"],
        ),
    ] {
        let declaration =
            stack(&share(&format!("  resources = [\"arn:aws:{arn}\"]\n  principals = [\"444444444444\"]")));
        let (found, said) = statement(&declaration, "network", "FillShares");
        let narrowed = &found["Condition"]["StringEqualsIgnoreCaseIfExists"]["ram:RequestedResourceType"];
        assert_eq!(narrowed, &types, "{found}");
        assert_eq!(said.len(), notes.len(), "{said:?}");
        assert!(said.iter().zip(notes).all(|(said, note)| said.contains(note)), "{said:?}");
    }
}

#[test]
fn tags_are_read_only_where_a_share_searches_by_them() {
    let searching =
        "  resources = [tagged(\"ec2:Subnet\", { share = \"x\" })]\n  principals = [\"444444444444\"]";
    let declaration = stack(&share(searching));
    let reads = |role| {
        let all = policies(&declaration, role);
        let reads = |name: &str| {
            let document = serde_json::to_value(&find(&all, name).policy).expect("JSON");
            let statements = document["Statement"].as_array().expect("a list").clone();
            statements.into_iter().find(|statement| statement["Sid"] == "ReadTags")
        };
        (reads("network"), reads("hub"))
    };
    for role in [Role::Plan, Role::Apply] {
        let (network, hub) = reads(role);
        let network = network.expect("the account's tags are searched");
        assert_eq!(network["Action"], json!(["tag:GetResources"]));
        assert_eq!(network["Condition"]["StringEquals"]["aws:RequestedRegion"], json!(["eu-central-1"]));
        assert_eq!(hub, None);
    }
    let (found, _) = statement(&declaration, "network", "FillShares");
    let types = &found["Condition"]["StringEqualsIgnoreCaseIfExists"]["ram:RequestedResourceType"];
    assert_eq!(types, &json!(["ec2:Subnet"]));
}

#[test]
fn what_is_in_a_subnet_or_on_a_gateway_is_read_only_where_one_is_shared() {
    let cases = [
        (
            r#""arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1""#,
            json!(["ec2:DescribeNetworkInterfaces"]),
        ),
        (r#"tagged("ec2:Subnet", { share = "x" })"#, json!(["ec2:DescribeNetworkInterfaces"])),
        (
            r#""arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1""#,
            json!(["ec2:DescribeTransitGatewayAttachments"]),
        ),
        (r#""arn:aws:ec2:eu-central-1:222222222222:prefix-list/pl-1""#, Value::Null),
    ];
    for (resource, expected) in cases {
        let declaration =
            stack(&share(&format!("  resources = [{resource}]\n  principals = [\"444444444444\"]")));
        for role in [Role::Plan, Role::Apply] {
            let all = policies(&declaration, role);
            let document = serde_json::to_value(&find(&all, "network").policy).expect("JSON");
            let statements = document["Statement"].as_array().expect("a list");
            let reads = statements.iter().find(|statement| statement["Sid"] == "ReadUsage");
            let reads = reads.cloned().unwrap_or_default();
            assert_eq!(reads["Action"], expected);
            let regions = &reads["Condition"]["StringEquals"]["aws:RequestedRegion"];
            assert_eq!(regions.is_null(), expected.is_null());
        }
    }
}

#[test]
fn outside_sharing_is_allowed_only_where_a_share_asks_for_it_and_said() {
    for (attribute, bound, notes) in [
        ("", json!(["false"]), 0),
        ("allow_external_principals = false", json!(["false"]), 0),
        ("allow_external_principals = true", Value::Null, 1),
    ] {
        let declaration = stack(&share(&format!("{TGW}\n  principals = [\"444444444444\"]\n  {attribute}")));
        let (create, said) = statement(&declaration, "network", "CreateShares");
        let (change, _) = statement(&declaration, "network", "UpdateShares");
        assert_eq!(
            create["Condition"]["Bool"]["ram:RequestedAllowsExternalPrincipals"], bound,
            "{attribute}"
        );
        assert_eq!(change["Condition"]["BoolIfExists"]["ram:RequestedAllowsExternalPrincipals"], bound);
        assert_eq!(said.len(), notes, "{said:?}");
    }
}

#[test]
fn sharing_is_turned_on_only_where_the_stack_says_enabled() {
    for (sharing, enables, asks) in
        [("enabled", true, true), ("required", false, true), ("unmanaged", false, false)]
    {
        let declaration = stack(&format!(
            "organization {{\n  management_account = account.hub\n  sharing = \"{sharing}\"\n}}\n"
        ));
        for sid in ["EnableSharing", "EnableTrustedAccess", "CreateServiceLinkedRole"] {
            assert_eq!(statement(&declaration, "hub", sid).0.is_object(), enables, "{sharing} {sid}");
        }
        assert!(statement(&declaration, "hub", "ReadOrganization").0.is_object());
        assert_eq!(statement(&declaration, "hub", "ReadServiceLinkedRole").0.is_object(), asks, "{sharing}");
    }
}

#[test]
fn permissions_are_attached_that_a_share_names_or_that_are_the_defaults_of_its_types() {
    let plain = stack(&share(&format!("{TGW}\n  principals = [\"444444444444\"]")));
    let named = stack(&share(&format!(
        "{TGW}\n  principals = [\"444444444444\"]\n  permission \"ec2:TransitGateway\" {{ use = \"AWSRAMMine\" }}"
    )));
    for (declaration, name) in [(&plain, "AWSRAMDefaultPermissionTransitGateway"), (&named, "AWSRAMMine")] {
        let arn = json!([format!("arn:aws:ram::aws:permission/{name}")]);
        let (attach, _) = statement(declaration, "network", "AttachPermissions");
        assert_eq!(attach["Condition"]["ArnEqualsIfExists"]["ram:PermissionArn"], arn);
        assert_eq!(statement(declaration, "network", "UsePermissions").0["Resource"], arn);
    }
    let unknown = stack(&share("resources = [\"arn:aws:backup:eu-central-1:222222222222:backup-vault:v\"]"));
    assert!(statement(&unknown, "network", "AttachPermissions").0.is_null());
}

#[test]
fn arns_are_of_the_partition_of_the_regions() {
    let declaration = declaration(
        r#"
ramctl { stack = "china" }
account "network" { id = "222222222222" }
organization { 
  management_account = account.network
  sharing            = "enabled"
}
share "it" {
  account    = account.network
  region     = "cn-north-1"
  resources  = ["arn:aws-cn:ec2:cn-north-1:222222222222:subnet/subnet-1"]
  principals = [ou("Prod")]
}
"#,
    );
    let all = policies(&declaration, Role::Apply);
    let text = serde_json::to_string(&find(&all, "network").policy).expect("JSON");
    assert!(!text.contains("arn:aws:"), "{text}");
    assert!(text.contains("arn:aws-cn:ram:cn-north-1:222222222222:resource-share/*"), "{text}");
}

#[test]
fn accounts_that_one_run_cannot_reach_together_are_told() {
    let declaration = declaration(
        r#"
ramctl { stack = "two" }
account "a" { id = "222222222222" }
share "a" {
  account   = account.a
  region    = "eu-central-1"
  resources = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1"]
}
account "b" { id = "555555555555" }
share "b" {
  account   = account.b
  region    = "eu-central-1"
  resources = ["arn:aws:ec2:eu-central-1:555555555555:transit-gateway/tgw-1"]
}
"#,
    );
    for of in policies(&declaration, Role::Plan) {
        assert_eq!(of.notes.len(), 1, "{:?}", of.notes);
    }
}

#[test]
fn a_policy_that_is_too_long_for_iam_says_so() {
    let accounts: Vec<String> = (0..500).map(|n| format!("\"4444444{n:05}\"")).collect();
    let declaration = stack(&share(&format!("{TGW}\n  principals = [{}]", accounts.join(", "))));
    let all = policies(&declaration, Role::Apply);
    let of = find(&all, "network");
    assert!(of.policy.size() > 10_240 && of.notes.iter().any(|note| note.contains("6144")), "{:?}", of.notes);
    let all = policies(&declaration, Role::Plan);
    assert!(find(&all, "network").notes.is_empty(), "reading stays short");
}

#[test]
fn sids_are_distinct_letters_and_digits() {
    let text = r#"  resources = [
    "arn:aws:ec2::222222222222:ipam-pool/ipam-pool-1",
    "arn:aws:route53resolver:eu-central-1:222222222222:resolver-rule/rslvr-rr-1",
  ]
  principals = ["444444444444"]"#;
    let all = policies(&stack(&share(text)), Role::Apply);
    let of = find(&all, "network");
    let mut sids: Vec<&str> = of.policy.statements.iter().map(|it| it.sid.as_str()).collect();
    assert!(sids.contains(&"PutPolicies1") && sids.contains(&"PutPolicies2"), "{sids:?}");
    assert!(sids.iter().all(|sid| sid.bytes().all(|b| b.is_ascii_alphanumeric()) && !sid.is_empty()));
    let count = sids.len();
    sids.sort_unstable();
    sids.dedup();
    assert_eq!(sids.len(), count);
}

#[test]
fn labels_become_names_that_terraform_takes_and_texts_stay_texts() {
    let mut all = policies(&stack(&share(TGW)), Role::Plan);
    all.truncate(1);
    let mut of = all.remove(0);
    let id = crate::model::AccountId::parse("222222222222").expect("valid");
    of.subject = Subject::Account { label: "spoke[\"eu/1\"]".into(), id };
    of.policy.statements[0].resources = vec!["a\"b\\c%{d}${*}\n".into()];
    let text = TerraformView { role: Role::Plan, of: &of }.to_string();
    assert!(text.starts_with("data \"aws_iam_policy_document\" \"ramctl_plan_spoke__eu_1\" {"), "{text}");
    assert!(text.contains(r#""a\"b\\c%%{d}&{*}\u000a""#), "{text}");
}

#[test]
fn a_template_holds_the_policy_as_it_is() {
    let all = policies(&stack(&share(TGW)), Role::Apply);
    let of = find(&all, "caller");
    let template = serde_json::to_value(template("network", Role::Apply, of)).expect("JSON");
    let resource = &template["Resources"]["RamctlPolicy"];
    assert_eq!(resource["Type"], "AWS::IAM::ManagedPolicy");
    assert_eq!(resource["Properties"]["PolicyDocument"], serde_json::to_value(&of.policy).expect("JSON"));
}

#[test]
fn ownership_changes_only_where_a_block_says_so() {
    const ARN: &str =
        "arn:aws:ram:eu-central-1:222222222222:resource-share/0a1b2c3d-0000-4000-8000-000000000001";
    let plain = share(&format!("{TGW}\n  principals = [\"444444444444\"]"));
    let declared = stack(&plain);
    for sid in ["AdoptShares", "ReleaseShares"] {
        assert!(statement(&declared, "network", sid).0.is_null(), "{sid}");
    }
    let declared = stack(&format!(
        "{plain}import {{\n  to = share.it\n  id = \"{ARN}\"\n}}\nremoved {{\n  from = share.gone\n  lifecycle {{ destroy = false }}\n}}\n"
    ));
    let (adopt, _) = statement(&declared, "network", "AdoptShares");
    assert_eq!(
        (&adopt["Resource"], &adopt["Condition"]),
        (&json!([ARN]), &json!({"StringEquals": {"aws:RequestTag/ramctl:stack": ["network"]}}))
    );
    assert!(statement(&declared, "hub", "AdoptShares").0.is_null(), "the share is not there");
    for account in ["network", "hub"] {
        let (release, _) = statement(&declared, account, "ReleaseShares");
        assert_eq!(release["Condition"]["ForAllValues:StringLike"]["aws:TagKeys"], json!(["ramctl:*"]));
        assert_eq!(release["Condition"]["StringEquals"]["aws:ResourceTag/ramctl:stack"], json!(["network"]));
    }
}

#[test]
fn permissions_of_the_stack_may_be_attached_also_where_no_share_names_them_any_more() {
    const OWN: &str = "arn:aws:ram:eu-central-1:222222222222:permission/own";
    let plain = share(&format!("{TGW}\n  principals = [\"444444444444\"]"));
    const DEFAULT: &str = "arn:aws:ram::aws:permission/AWSRAMDefaultPermissionTransitGateway";
    assert_eq!(statement(&stack(&plain), "network", "UsePermissions").0["Resource"], json!([DEFAULT]));
    let declared = stack(&format!(
        "{plain}permission \"own\" {{\n  account = account.network\n  region = \"eu-central-1\"\n  resource_type = \"ec2:IpamPool\"\n  \
         statement {{ actions = [\"ec2:GetIpamPoolAllocations\"] }}\n}}\n"
    ));
    assert_eq!(statement(&declared, "network", "UsePermissions").0["Resource"], json!([DEFAULT, OWN]));
    let (attach, _) = statement(&declared, "network", "AttachPermissions");
    assert_eq!(attach["Condition"]["ArnEqualsIfExists"]["ram:PermissionArn"], json!([DEFAULT, OWN]));
    // What left the files is deleted, and taken off shares that stay, by its tag and by the share's.
    for declaration in [&stack(&plain), &declared] {
        let (delete, _) = statement(declaration, "network", "DeletePermissions");
        assert_eq!(
            delete["Condition"],
            json!({"StringEquals": {"aws:ResourceTag/ramctl:stack": ["network"]}})
        );
        assert!(!statement(declaration, "network", "DetachPermissions").0.is_null());
    }
}

#[test]
fn the_policy_names_the_resources_until_they_are_too_many() {
    let arns = |n: usize| {
        let one = |i| format!("\"arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-{i:017}\"");
        (0..n).map(one).collect::<Vec<_>>().join(", ")
    };
    let with =
        |n: usize| stack(&share(&format!("  resources = [{}]\n  principals = [\"444444444444\"]", arns(n))));
    for sid in ["CreateShares", "FillShares"] {
        let (found, _) = statement(&with(2), "network", sid);
        let named = found["Condition"]["ArnEqualsIfExists"]["ram:ResourceArn"].as_array().expect("a list");
        assert_eq!(named.len(), 2, "{sid}");
        let (found, notes) = statement(&with(100), "network", sid);
        let named = &found["Condition"]["ArnLikeIfExists"]["ram:ResourceArn"];
        assert_eq!(named, &json!(["arn:aws:ec2:eu-central-1:222222222222:subnet/*"]), "{sid}");
        assert!(notes.iter().any(|note| note.contains("100 resources are too many")), "{notes:?}");
    }
}

/// RAM's and the tags' condition keys of each action, as the service authorization reference of RAM lists them (page of November 2026).
fn keys_of(action: &str) -> &'static [&'static str] {
    const SHARE: &[&str] = &["aws:ResourceTag", "ram:AllowsExternalPrincipals", "ram:ResourceShareName"];
    const PERMISSION: &[&str] = &["aws:ResourceTag", "ram:PermissionArn", "ram:PermissionResourceType"];
    match action {
        "ram:AcceptResourceShareInvitation" | "ram:RejectResourceShareInvitation" => {
            &["ram:ResourceShareName", "ram:ShareOwnerAccountId"]
        }
        "ram:AssociateResourceShare" | "ram:DisassociateResourceShare" => &[
            "aws:ResourceTag",
            "ram:AllowsExternalPrincipals",
            "ram:Principal",
            "ram:RequestedResourceType",
            "ram:ResourceArn",
            "ram:ResourceShareName",
            "ram:ResourceTag",
            "ram:RetainSharingOnAccountLeaveOrganization",
        ],
        "ram:AssociateResourceSharePermission" | "ram:DisassociateResourceSharePermission" => &[
            "aws:ResourceTag",
            "ram:AllowsExternalPrincipals",
            "ram:PermissionArn",
            "ram:PermissionResourceType",
            "ram:ResourceShareName",
        ],
        "ram:CreatePermission" => &[
            "aws:RequestTag",
            "aws:ResourceTag",
            "aws:TagKeys",
            "ram:PermissionArn",
            "ram:PermissionResourceType",
        ],
        "ram:CreatePermissionVersion"
        | "ram:DeletePermission"
        | "ram:DeletePermissionVersion"
        | "ram:GetPermission"
        | "ram:PromotePermissionCreatedFromPolicy"
        | "ram:SetDefaultPermissionVersion"
        | "ram:ListPermissionAssociations" => PERMISSION,
        "ram:CreateResourceShare" => &[
            "aws:RequestTag",
            "aws:TagKeys",
            "ram:AllowsExternalPrincipals",
            "ram:Principal",
            "ram:RequestedAllowsExternalPrincipals",
            "ram:RequestedResourceType",
            "ram:ResourceArn",
            "ram:RetainSharingOnAccountLeaveOrganization",
        ],
        "ram:DeleteResourceShare" | "ram:ListResourceSharePermissions" => &[
            "aws:ResourceTag",
            "ram:AllowsExternalPrincipals",
            "ram:ResourceShareName",
            "ram:RetainSharingOnAccountLeaveOrganization",
        ],
        "ram:PromoteResourceShareCreatedFromPolicy" => SHARE,
        "ram:TagResource" | "ram:UntagResource" => &[
            "aws:RequestTag",
            "aws:ResourceTag",
            "aws:TagKeys",
            "ram:AllowsExternalPrincipals",
            "ram:PermissionArn",
            "ram:PermissionResourceType",
            "ram:ResourceShareName",
        ],
        "ram:UpdateResourceShare" => &[
            "aws:ResourceTag",
            "ram:AllowsExternalPrincipals",
            "ram:RequestedAllowsExternalPrincipals",
            "ram:ResourceShareName",
            "ram:ResourceTag",
            "ram:RetainSharingOnAccountLeaveOrganization",
        ],
        "ram:GetResourceShares" => &["aws:RequestTag", "aws:TagKeys"],
        _ => &[],
    }
}

/// A stack in which every statement stands.
fn everything() -> Declaration {
    stack(&format!(
        r#"
account "management" {{ id = "111111111111" }}
organization {{
  management_account = account.management
  sharing            = "enabled"
  sweep {{ role_name = "ramctl-sweep" }}
}}
permission "own" {{
  account       = account.network
  region        = "eu-central-1"
  resource_type = "acm-pca:CertificateAuthority"
  statement {{ actions = ["acm-pca:GetCertificate"] }}
}}
inbound "in" {{
  account = account.network
  region  = "eu-central-1"
  from    = "999999999999"
  action  = "accept"
}}
removed {{
  from = share.old
  lifecycle {{ destroy = false }}
}}
removed {{
  from = permission.old
  lifecycle {{ destroy = false }}
}}
import {{
  to = share.it
  id = "arn:aws:ram:eu-central-1:222222222222:resource-share/00000000-0000-0000-0000-000000000001"
}}
{}"#,
        share(
            r#"  resources  = ["arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca-1"]
  principals = [account.hub]
  permission "acm-pca:CertificateAuthority" { use = permission.own }"#
        )
    ))
}

#[test]
fn a_statement_has_only_keys_that_aws_lists_for_each_of_its_actions() {
    let mut seen = std::collections::BTreeSet::new();
    for role in [Role::Plan, Role::Apply] {
        for of in policies(&everything(), role) {
            for statement in &of.policy.statements {
                for key in statement.condition.values().flat_map(|keys| keys.keys()) {
                    let name = key.split_once('/').map_or(key.as_str(), |(name, _)| name);
                    let listed = name.starts_with("ram:")
                        || ["aws:RequestTag", "aws:ResourceTag", "aws:TagKeys"].contains(&name);
                    for action in statement.actions.iter().filter(|_| listed) {
                        assert!(
                            keys_of(action).contains(&name),
                            "{}: {action} has no key {name}",
                            statement.sid
                        );
                    }
                    seen.insert(name.to_owned());
                }
            }
        }
    }
    for key in [
        "ram:Principal",
        "ram:ResourceArn",
        "ram:RequestedResourceType",
        "ram:RequestedAllowsExternalPrincipals",
        "ram:RetainSharingOnAccountLeaveOrganization",
        "ram:PermissionArn",
        "ram:PermissionResourceType",
        "ram:ShareOwnerAccountId",
        "ram:ResourceShareName",
    ] {
        assert!(seen.contains(key), "no statement has {key}: {seen:?}");
    }
}

#[test]
fn a_policy_that_is_too_long_is_divided_into_policies_that_fit_and_allow_the_same() {
    let principals: Vec<String> = (0..400).map(|n| format!("\"{:012}\"", 300_000_000_000_u64 + n)).collect();
    let declaration = stack(&share(&format!(
        "  resources  = [\"arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1\"]\n  principals = [{}]",
        principals.join(", ")
    )));
    let all = policies(&declaration, Role::Apply);
    let of =
        all.iter().find(|of| matches!(&of.subject, Subject::Account { label, .. } if label == "network"));
    let of = of.expect("it has a policy");
    let parts = of.policy.parts();
    assert!(parts.len() > 2 && of.policy.size() > 10_240);
    assert!(parts.iter().all(|part| part.size() <= 6_144 && !part.statements.is_empty()));
    assert!(of.notes.iter().any(|note| note.contains("attach all of them")), "{:?}", of.notes);
    // Every value of every condition is in some part, with the same action, and nothing is in none.
    let flat = |policies: &[crate::iam::Policy]| {
        let mut out = std::collections::BTreeSet::new();
        for statement in policies.iter().flat_map(|policy| &policy.statements) {
            for (action, resource) in statement
                .actions
                .iter()
                .flat_map(|action| statement.resources.iter().map(move |it| (action, it)))
            {
                let values = statement
                    .condition
                    .get("StringEqualsIfExists")
                    .and_then(|keys| keys.get("ram:Principal"));
                for value in values.cloned().unwrap_or_else(|| vec![String::new()]) {
                    out.insert((action.clone(), resource.clone(), value));
                }
            }
        }
        out
    };
    assert_eq!(flat(&parts), flat(std::slice::from_ref(&of.policy)));
    let sids: Vec<&str> = parts.iter().flat_map(|part| &part.statements).map(|it| it.sid.as_str()).collect();
    let distinct: std::collections::BTreeSet<&str> = sids.iter().copied().collect();
    assert_eq!(distinct.len(), sids.len());
    let template = serde_json::to_value(template("network", Role::Apply, of)).expect("JSON");
    assert_eq!(template["Resources"].as_object().expect("an object").len(), parts.len());
    let terraform = TerraformView { role: Role::Apply, of }.to_string();
    assert!(terraform.contains("\"ramctl_apply_network_1\"") && terraform.contains("_2\""), "{terraform}");
    assert_eq!(policies(&everything(), Role::Plan)[0].policy.parts().len(), 1);
}

#[test]
fn a_sweep_assumes_its_role_everywhere_and_has_a_policy_of_its_own() {
    let all = policies(&everything(), Role::Apply);
    let sweep = all.iter().find(|of| of.subject == Subject::Sweep).expect("a policy");
    let sids: Vec<&str> = sweep.policy.statements.iter().map(|it| it.sid.as_str()).collect();
    assert_eq!(
        sids,
        [
            "ReadShares",
            "ReadRegions",
            "ReadPermissions",
            "DeleteShares",
            "DeletePermissions",
            "ReleaseShares"
        ]
    );
    let assumed = all.iter().flat_map(|of| &of.policy.statements).find(|it| it.sid == "SweepAccounts");
    assert_eq!(assumed.expect("somebody may").resources, ["arn:aws:iam::*:role/ramctl-sweep"]);
    let plan = policies(&everything(), Role::Plan);
    let sweep = plan.iter().find(|of| of.subject == Subject::Sweep).expect("a policy");
    assert!(sweep.policy.statements.iter().all(|it| it.sid.starts_with("Read")));
}
