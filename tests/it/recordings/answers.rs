//! The sandbox's answers beside what AWS answered: the same call in the same state has the same members, forms, enums and absences.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ramctl::sandbox::{Content, Running, Settings, start};
use serde_json::{Value, json};

use crate::recordings::{Recording, explain, recordings};
use crate::sandbox::wire::{send, signed};

const OWNER: &str = "123456789012";

const SEED: &str = r#"
organization {
  management_account = "management"
  sharing            = "enabled"
  account "management" { id = "111111111110" }
  account "owner" { id = "123456789012" }
  account "one" { id = "111111111111" }
  account "two" { id = "210987654321" }
  account "three" { id = "222222222222" }
  ou "Workloads" {
    account "four" { id = "444444444444" }
  }
}
outside "partner" { id = "999999999999" }
resource "arn:aws:ec2:eu-central-1:123456789012:subnet/subnet-0250c25a1f4e15235" {}
resource "arn:aws:license-manager:eu-central-1:123456789012:license-configuration:lic-36be0485f5ae379cc74cf8e92" {}
resource "arn:aws:glue:eu-central-1:123456789012:database/sales" {}
share "by_policy" {
  account             = "owner"
  region              = "eu-central-1"
  resources           = ["arn:aws:glue:eu-central-1:123456789012:database/sales"]
  created_from_policy = true
}
settings {
  associate_ms    = 1000
  disassociate_ms = 1000
}
"#;

const SUBNET: &str = "arn:aws:ec2:eu-central-1:123456789012:subnet/subnet-0250c25a1f4e15235";
const LICENSE: &str =
    "arn:aws:license-manager:eu-central-1:123456789012:license-configuration:lic-36be0485f5ae379cc74cf8e92";
const ROLE: &str = "arn:aws:iam::222222222222:role/GR_GG_COF_AWS_NP_CoreEngineering";

/// Where the sandbox's answer is another one, with the reason.
const DIFFERENCES: &[(&str, &str)] = &[
    ("AvailablePolicyTypes", "the sandbox has no policies of Organizations"),
    ("Roots[].PolicyTypes", "the sandbox has no policies of Organizations"),
    ("ListAccounts_1.json: Accounts[].Paths", "recorded in 2021, before the API had it"),
    ("ListAccounts_1.json: Accounts[].State is not recorded", "recorded in 2021, before the API had it"),
    ("JoinedMethod is {\"CREATED\"}", "accounts of a seed are made, not invited"),
    (
        "list-organizational-units-for-parent.1.json: OrganizationalUnits[].Arn",
        "the ARN of the sample has no account",
    ),
    ("TimeStamp is missing", "the sample misspells what the model calls Timestamp"),
    ("Timestamp is not recorded", "the sample misspells it, or leaves it out"),
    ("create-account.1.json: CreateAccountStatus.AccountName", "the sample leaves it out"),
    (
        "list-pending-invitation-resources.1.json: resources[].arn",
        "a subnet is not for an outsider, as the guide says",
    ),
    (
        "reject-resource-share-invitation.1.json",
        "the sample lacks the member that the model has around all this",
    ),
];

/// Members that samples lack because they are older than the API of today, by the path of the row.
const YOUNGER: &[(&str, &[&str])] = &[
    ("permission", &["permissionType", "featureSet", "resourceOwner", "status"]),
    (
        "permissions[]",
        &[
            "permissionType",
            "featureSet",
            "resourceOwner",
            "status",
            "defaultVersion",
            "name",
            "creationTime",
            "isResourceTypeDefault",
        ],
    ),
    ("resources[]", &["resourceRegionScope", "status"]),
    ("resourceShare", &["tags"]),
];

/// What a value looks like: an enum is itself, of the rest the form is kept.
fn form(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text,
        Value::Number(_) => return "number".into(),
        Value::Bool(_) => return "flag".into(),
        Value::Null => return "null".into(),
        Value::Array(_) | Value::Object(_) => unreachable!("only leaves have a form"),
    };
    let digits = |text: &str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    let is_enum = text.len() > 2 && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    let parts: Vec<&str> = text.trim_start_matches('a').split(':').collect();
    if digits(text) {
        "account".into()
    } else if let ["rn", partition, service, region, account, resource @ ..] = parts.as_slice() {
        let region = if region.is_empty() { "" } else { "region" };
        let account = if digits(account) { "account" } else { account };
        let resource = resource.join(":");
        let kind = resource.split(['/', ':']).next().unwrap_or_default();
        format!(
            "arn:{partition}:{service}:{region}:{account}:{kind} in {} parts",
            resource.split(['/', ':']).count()
        )
    } else if is_enum {
        text.clone()
    } else {
        "text".into()
    }
}

/// The forms of every member by its path; rows without a member that others have are `absent` there.
fn shape(value: &Value, path: &str, shape_of: &mut BTreeMap<String, BTreeSet<String>>) {
    match value {
        Value::Object(members) => {
            shape_of.entry(path.to_owned()).or_default().insert("object".into());
            for (name, member) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                shape(member, &path, shape_of);
            }
        }
        Value::Array(list) => {
            let inner = format!("{path}[]");
            shape_of
                .entry(path.to_owned())
                .or_default()
                .insert(if list.is_empty() { "empty" } else { "list" }.into());
            let names: BTreeSet<&String> =
                list.iter().filter_map(Value::as_object).flat_map(|row| row.keys()).collect();
            for item in list {
                shape(item, &inner, shape_of);
                for name in names.iter().filter(|name| item.is_object() && item.get(name).is_none()) {
                    shape_of.entry(format!("{inner}.{name}")).or_default().insert("absent".into());
                }
            }
        }
        leaf => {
            shape_of.entry(path.to_owned()).or_default().insert(form(leaf));
        }
    }
}

fn compare(recording: &Recording, answer: &Value, differences: &mut Vec<String>) {
    let (mut recorded, mut given) = (BTreeMap::new(), BTreeMap::new());
    shape(&recording.body, "", &mut recorded);
    shape(answer, "", &mut given);
    for (path, forms) in &recorded {
        match given.get(path) {
            None => differences.push(format!("{}: {path} is missing", recording.file)),
            Some(given) if !forms.is_subset(given) => {
                differences.push(format!("{}: {path} is {given:?}, recorded {forms:?}", recording.file));
            }
            Some(_) => {}
        }
    }
    for path in given.keys().filter(|path| !recorded.contains_key(*path)) {
        let (row, name) = path.rsplit_once('.').unwrap_or(("", path));
        let younger = YOUNGER.iter().any(|(known, names)| *known == row && names.contains(&name));
        // An empty list tells nothing of its rows.
        let of_empty =
            recorded.iter().any(|(known, forms)| path.starts_with(known.as_str()) && forms.contains("empty"));
        if (recording.is_flight_data() || !younger) && !of_empty && !path.contains("tags") {
            differences.push(format!("{}: {path} is not recorded", recording.file));
        }
    }
}

/// One call of an account; the answer must be a success.
async fn call(running: &Running, account: &str, operation: &str, body: Value) -> Value {
    let (service, name) = operation.split_once('.').unwrap();
    let (path, target) = if service == "ram" {
        (format!("/{}", name.to_lowercase()), String::new())
    } else {
        ("/".to_owned(), format!("X-Amz-Target: AWSOrganizationsV20161128.{name}\r\n"))
    };
    let headers = format!("{}{target}", signed(account));
    let (method, path) = match (name, body["resourceShareArn"].as_str()) {
        ("DeleteResourceShare", Some(arn)) => {
            ("DELETE", format!("{path}?resourceShareArn={}", arn.replace(':', "%3A").replace('/', "%2F")))
        }
        _ => ("POST", path),
    };
    let (status, answer) = send(running, method, &path, &headers, body.to_string().as_bytes()).await;
    assert_eq!(status, 200, "{operation} {body}: {answer}");
    answer
}

async fn settle(running: &Running) {
    let (status, _) = send(running, "POST", "/_sandbox/clock", "", br#"{"advance_seconds": 5}"#).await;
    assert_eq!(status, 200);
}

struct Bench<'a> {
    running: &'a Running,
    all: &'a BTreeMap<String, Recording>,
    compared: BTreeSet<String>,
    differences: Vec<String>,
}

impl Bench<'_> {
    async fn own(&self, operation: &str, body: Value) -> Value {
        call(self.running, OWNER, operation, body).await
    }

    /// Makes a call of the owner's and holds its answer against recordings.
    async fn like(&mut self, operation: &str, body: Value, files: &[&str]) -> Value {
        let answer = self.own(operation, body).await;
        self.beside(&answer, files);
        answer
    }

    fn beside(&mut self, answer: &Value, files: &[&str]) {
        for file in files {
            let recording = self.all.get(*file).unwrap_or_else(|| panic!("no recording {file}"));
            compare(recording, answer, &mut self.differences);
            self.compared.insert((*file).to_owned());
        }
    }
}

fn share_arn(answer: &Value) -> String {
    answer["resourceShare"]["resourceShareArn"].as_str().unwrap().to_owned()
}

/// Shares that come, change and go, as Cloud Custodian recorded them.
async fn flight_data(bench: &mut Bench<'_>) {
    let made = bench
        .own(
            "ram.CreateResourceShare",
            json!({"name": "c7n-test-self", "tags": [{"key": "test-key", "value": "test-value"}],
            "principals": ["210987654321", "111111111111", ROLE]}),
        )
        .await;
    let share = share_arn(&made);
    let named = json!({"resourceOwner": "SELF", "name": "c7n-test-self"});
    bench
        .like(
            "ram.GetResourceShares",
            named.clone(),
            &[
                "c7n/test_resource_share_query__ram.GetResourceShares_1.json",
                "c7n/test_resource_share_self_query__ram.GetResourceShares_2.json",
            ],
        )
        .await;
    bench.own("ram.UntagResource", json!({"resourceShareArn": share, "tagKeys": ["test-key"]})).await;
    bench
        .like(
            "ram.GetResourceShares",
            named,
            &[
                "c7n/test_resource_share_self_query__ram.GetResourceShares_1.json",
                "c7n/test_resource_share_self_query__ram.GetResourceShares_3.json",
                "c7n/test_resource_share_disassociate_matched__ram.GetResourceShares_1.json",
                "c7n/test_resource_share_disassociate_all__ram.GetResourceShares_1.json",
                "c7n/test_resource_share_disassociate_all__ram.GetResourceShares_2.json",
                "c7n/test_resource_share_disassociate_all_no_associations__ram.GetResourceShares_1.json",
                "c7n/test_resource_share_self_delete__ram.GetResourceShares_1.json",
            ],
        )
        .await;
    settle(bench.running).await;
    let received = call(
        bench.running,
        "210987654321",
        "ram.GetResourceShares",
        json!({"resourceOwner": "OTHER-ACCOUNTS"}),
    )
    .await;
    bench.beside(
        &received,
        &[
            "c7n/test_resource_share_other_query__ram.GetResourceShares_1.json",
            "c7n/test_resource_share_query__ram.GetResourceShares_2.json",
        ],
    );
    let list = json!({"associationType": "PRINCIPAL", "resourceShareArns": [share]});
    bench
        .like(
            "ram.GetResourceShareAssociations",
            list.clone(),
            &[
                "c7n/test_resource_share_disassociate_matched__ram.GetResourceShareAssociations_1.json",
                "c7n/test_resource_share_disassociate_all__ram.GetResourceShareAssociations_1.json",
            ],
        )
        .await;
    bench
        .like(
            "ram.DisassociateResourceShare",
            json!({"resourceShareArn": share, "principals": ["111111111111", ROLE]}),
            &[
                "c7n/test_resource_share_disassociate_matched__ram.DisassociateResourceShare_1.json",
                "c7n/test_resource_share_disassociate_all__ram.DisassociateResourceShare_1.json",
                "c7n/test_resource_share_disassociate_all__ram.DisassociateResourceShare_2.json",
            ],
        )
        .await;
    bench
        .like(
            "ram.GetResourceShareAssociations",
            list.clone(),
            &[
                "c7n/test_resource_share_disassociate_matched__ram.GetResourceShareAssociations_2.json",
                "c7n/test_resource_share_disassociate_all__ram.GetResourceShareAssociations_2.json",
                "c7n/test_resource_share_disassociate_all__ram.GetResourceShareAssociations_3.json",
                "c7n/test_resource_share_disassociate_all__ram.GetResourceShareAssociations_4.json",
            ],
        )
        .await;
    settle(bench.running).await;
    bench
        .like("ram.GetResourceShareAssociations", list, &[
            "c7n/test_resource_share_disassociate_all_no_associations__ram.GetResourceShareAssociations_1.json",
            "c7n/test_resource_share_disassociate_all_no_associations__ram.GetResourceShareAssociations_2.json",
        ])
        .await;
    bench
        .like(
            "ram.DeleteResourceShare",
            json!({"resourceShareArn": share}),
            &[
                "c7n/test_resource_share_self_delete__ram.DeleteResourceShare_1.json",
                "c7n/test_resource_share_self_delete__ram.DeleteResourceShare_2.json",
                "cli-samples/ram.delete-resource-share.1.json",
            ],
        )
        .await;
    let active = json!({"resourceOwner": "SELF", "name": "c7n-test-self", "resourceShareStatus": "ACTIVE"});
    bench
        .like(
            "ram.GetResourceShares",
            active,
            &[
                "c7n/test_resource_share_self_delete__ram.GetResourceShares_2.json",
                "cli-samples/ram.get-resource-shares.1.json",
            ],
        )
        .await;
}

/// The samples of the documentation.
async fn samples(bench: &mut Bench<'_>, unit: &str) {
    let made = bench
        .like(
            "ram.CreateResourceShare",
            json!({"name": "MyNewResourceShare"}),
            &["cli-samples/ram.create-resource-share.1.json", "cli-samples/ram.create-resource-share.2.json"],
        )
        .await;
    let share = share_arn(&made);
    bench
        .like(
            "ram.UpdateResourceShare",
            json!({"resourceShareArn": share, "name": "my-resource-share"}),
            &["cli-samples/ram.update-resource-share.1.json"],
        )
        .await;
    bench
        .like(
            "ram.AssociateResourceShare",
            json!({"resourceShareArn": share, "resourceArns": [LICENSE]}),
            &["cli-samples/ram.associate-resource-share.1.json"],
        )
        .await;
    bench
        .like(
            "ram.AssociateResourceShare",
            json!({"resourceShareArn": share, "principals": [unit]}),
            &["cli-samples/ram.associate-resource-share.2.json"],
        )
        .await;
    bench
        .own("ram.AssociateResourceShare", json!({"resourceShareArn": share, "resourceArns": [SUBNET]}))
        .await;
    settle(bench.running).await;
    for (kind, file) in [("RESOURCE", "1"), ("PRINCIPAL", "2")] {
        let file = format!("cli-samples/ram.get-resource-share-associations.{file}.json");
        bench
            .like(
                "ram.GetResourceShareAssociations",
                json!({"associationType": kind, "associationStatus": "ASSOCIATED"}),
                &[&file],
            )
            .await;
    }
    bench
        .like(
            "ram.ListResources",
            json!({"resourceOwner": "SELF", "resourceType": "ec2:Subnet"}),
            &["cli-samples/ram.list-resources.1.json"],
        )
        .await;
    bench
        .like(
            "ram.ListPrincipals",
            json!({"resourceOwner": "SELF", "resourceType": "ec2:Subnet"}),
            &["cli-samples/ram.list-principals.1.json"],
        )
        .await;
    bench
        .like(
            "ram.GetResourcePolicies",
            json!({"resourceArns": [SUBNET]}),
            &["cli-samples/ram.get-resource-policies.1.json"],
        )
        .await;
    let policy = "arn:aws:ram::aws:permission/AWSRAMPermissionGlueTableReadWriteForDatabase";
    bench
        .like(
            "ram.GetPermission",
            json!({"permissionArn": policy}),
            &["cli-samples/ram.get-permission.1.json"],
        )
        .await;
    let listed = bench
        .like(
            "ram.ListPermissions",
            json!({"resourceType": "glue:database"}),
            &["cli-samples/ram.list-permissions.1.json"],
        )
        .await;
    let versions: BTreeMap<&str, &str> = listed["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["name"].as_str().unwrap(), row["version"].as_str().unwrap()))
        .collect();
    for row in bench.all["cli-samples/ram.list-permissions.1.json"].body["permissions"].as_array().unwrap() {
        let name = row["name"].as_str().unwrap();
        if versions.get(name).copied() != row["version"].as_str() {
            bench.differences.push(format!(
                "cli-samples/ram.list-permissions.1.json: {name} has version {:?}",
                versions.get(name)
            ));
        }
    }
    let answer = bench
        .like(
            "ram.AssociateResourceSharePermission",
            json!({"resourceShareArn": share, "permissionArn": policy}),
            &["cli-samples/ram.associate-resource-share-permission.1.json"],
        )
        .await;
    assert_eq!(answer["returnValue"], true);
    bench
        .like(
            "ram.ListResourceSharePermissions",
            json!({"resourceShareArn": share}),
            &["cli-samples/ram.list-resource-share-permissions.1.json"],
        )
        .await;
    bench
        .like(
            "ram.DisassociateResourceSharePermission",
            json!({"resourceShareArn": share, "permissionArn": policy}),
            &["cli-samples/ram.disassociate-resource-share-permission.1.json"],
        )
        .await;
    let made = bench
        .own(
            "ram.CreateResourceShare",
            json!({"name": "MyLicenseShare", "resourceArns": [LICENSE], "principals": ["999999999999"]}),
        )
        .await;
    let offered = share_arn(&made);
    settle(bench.running).await;
    let partner = "999999999999";
    let invitations = call(bench.running, partner, "ram.GetResourceShareInvitations", json!({})).await;
    bench.beside(&invitations, &["cli-samples/ram.get-resource-share-invitations.1.json"]);
    let invitation = json!({"resourceShareInvitationArn": invitations["resourceShareInvitations"][0]["resourceShareInvitationArn"]});
    let pending =
        call(bench.running, partner, "ram.ListPendingInvitationResources", invitation.clone()).await;
    bench.beside(&pending, &["cli-samples/ram.list-pending-invitation-resources.1.json"]);
    let accepted = call(bench.running, partner, "ram.AcceptResourceShareInvitation", invitation).await;
    bench.beside(&accepted, &["cli-samples/ram.accept-resource-share-invitation.1.json"]);
    assert_eq!(accepted["resourceShareInvitation"]["resourceShareArn"], offered.as_str());
    bench
        .own(
            "ram.CreateResourceShare",
            json!({"name": "refused", "resourceArns": [LICENSE], "principals": ["999999999999"]}),
        )
        .await;
    let invitations = call(bench.running, partner, "ram.GetResourceShareInvitations", json!({})).await;
    let pending = invitations["resourceShareInvitations"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["status"] == "PENDING")
        .unwrap();
    let rejected = call(
        bench.running,
        partner,
        "ram.RejectResourceShareInvitation",
        json!({"resourceShareInvitationArn": pending["resourceShareInvitationArn"]}),
    )
    .await;
    bench.beside(&rejected, &["cli-samples/ram.reject-resource-share-invitation.1.json"]);
    let enabled =
        call(bench.running, "111111111110", "ram.EnableSharingWithAwsOrganization", json!({})).await;
    bench.beside(&enabled, &["cli-samples/ram.enable-sharing-with-aws-organization.1.json"]);
    promotion(bench).await;
}

async fn promotion(bench: &mut Bench<'_>) {
    let found =
        bench.own("ram.GetResourceShares", json!({"resourceOwner": "SELF", "name": "by_policy"})).await;
    let share = found["resourceShares"][0]["resourceShareArn"].clone();
    let attached = bench.own("ram.ListResourceSharePermissions", json!({"resourceShareArn": share})).await;
    let made = attached["permissions"][0]["arn"].clone();
    bench
        .own("ram.PromotePermissionCreatedFromPolicy", json!({"permissionArn": made, "name": "promoted"}))
        .await;
    bench
        .like(
            "ram.PromoteResourceShareCreatedFromPolicy",
            json!({"resourceShareArn": share}),
            &["cli-samples/ram.promote-resource-share-created-from-policy.1.json"],
        )
        .await;
}

/// The organization, by its management account.
async fn organization(bench: &mut Bench<'_>) -> String {
    const HEAD: &str = "111111111110";
    let org = call(bench.running, HEAD, "organizations.DescribeOrganization", json!({})).await;
    bench.beside(
        &org,
        &[
            "c7n/test_account_org_info__organizations.DescribeOrganization_1.json",
            "cli-samples/organizations.describe-organization.1.json",
        ],
    );
    let accounts = call(bench.running, HEAD, "organizations.ListAccounts", json!({})).await;
    bench.beside(
        &accounts,
        &[
            "c7n/test_org_account_describe__organizations.ListAccounts_1.json",
            "cli-samples/organizations.list-accounts.1.json",
        ],
    );
    let roots = call(bench.running, HEAD, "organizations.ListRoots", json!({})).await;
    bench.beside(&roots, &["cli-samples/organizations.list-roots.1.json"]);
    let root = json!({"ParentId": roots["Roots"][0]["Id"]});
    let units =
        call(bench.running, HEAD, "organizations.ListOrganizationalUnitsForParent", root.clone()).await;
    bench.beside(&units, &["cli-samples/organizations.list-organizational-units-for-parent.1.json"]);
    let accounts = call(bench.running, HEAD, "organizations.ListAccountsForParent", root.clone()).await;
    bench.beside(&accounts, &["cli-samples/organizations.list-accounts-for-parent.1.json"]);
    let children = json!({"ParentId": root["ParentId"], "ChildType": "ORGANIZATIONAL_UNIT"});
    let children = call(bench.running, HEAD, "organizations.ListChildren", children).await;
    bench.beside(&children, &["cli-samples/organizations.list-children.1.json"]);
    let account =
        call(bench.running, HEAD, "organizations.DescribeAccount", json!({"AccountId": "444444444444"}))
            .await;
    bench.beside(&account, &["cli-samples/organizations.describe-account.1.json"]);
    let unit = &units["OrganizationalUnits"][0];
    let parents =
        call(bench.running, HEAD, "organizations.ListParents", json!({"ChildId": "444444444444"})).await;
    bench.beside(&parents, &["cli-samples/organizations.list-parents.1.json"]);
    let described = call(
        bench.running,
        HEAD,
        "organizations.DescribeOrganizationalUnit",
        json!({"OrganizationalUnitId": unit["Id"]}),
    )
    .await;
    bench.beside(&described, &["cli-samples/organizations.describe-organizational-unit.1.json"]);
    let made = json!({"ParentId": root["ParentId"], "Name": "AccountingOU"});
    let made = call(bench.running, HEAD, "organizations.CreateOrganizationalUnit", made).await;
    bench.beside(&made, &["cli-samples/organizations.create-organizational-unit.1.json"]);
    let renamed = json!({"OrganizationalUnitId": made["OrganizationalUnit"]["Id"], "Name": "Accounting"});
    let renamed = call(bench.running, HEAD, "organizations.UpdateOrganizationalUnit", renamed).await;
    bench.beside(&renamed, &["cli-samples/organizations.update-organizational-unit.1.json"]);
    let request = json!({"Email": "a@example.com", "AccountName": "Production Account"});
    let request = call(bench.running, HEAD, "organizations.CreateAccount", request).await;
    bench.beside(&request, &["cli-samples/organizations.create-account.1.json"]);
    let id = json!({"CreateAccountRequestId": request["CreateAccountStatus"]["Id"]});
    let under_way = call(
        bench.running,
        HEAD,
        "organizations.ListCreateAccountStatus",
        json!({"States": ["IN_PROGRESS"]}),
    )
    .await;
    bench.beside(&under_way, &["cli-samples/organizations.list-create-account-status.2.json"]);
    settle(bench.running).await;
    let done = call(bench.running, HEAD, "organizations.DescribeCreateAccountStatus", id).await;
    bench.beside(&done, &["cli-samples/organizations.describe-create-account-status.1.json"]);
    let done =
        call(bench.running, HEAD, "organizations.ListCreateAccountStatus", json!({"States": ["SUCCEEDED"]}))
            .await;
    bench.beside(&done, &["cli-samples/organizations.list-create-account-status.1.json"]);
    unit["Arn"].as_str().unwrap().to_owned()
}

/// What the sandbox is not asked: it has no such operation, or the recording is made up.
const NOT_ASKED: &[(&str, &str)] = &[
    (
        "c7n/test_account_org_info_denied__organizations.DescribeOrganization_1.json",
        "its authors wrote the refusal by hand",
    ),
    (
        "c7n/test_account_org_no_org__organizations.DescribeOrganization_1.json",
        "its authors wrote the refusal by hand",
    ),
    ("cli-samples/organizations.create-organization.1.json", "as DescribeOrganization"),
    ("cli-samples/organizations.create-organization.2.json", "as DescribeOrganization"),
    ("cli-samples/organizations.enable-all-features.1.json", "handshakes are not there"),
    ("cli-samples/organizations.invite-account-to-organization.1.json", "handshakes are not there"),
];

#[tokio::test]
async fn the_sandbox_answers_as_aws_did() {
    let Some(all) = recordings() else { return };
    let content = Content::Seed { name: "seed".into(), text: SEED.into() };
    let running = start(Settings::new(content)).await.unwrap();
    let mut bench =
        Bench { running: &running, all: &all, compared: BTreeSet::new(), differences: Vec::new() };
    let unit = organization(&mut bench).await;
    flight_data(&mut bench).await;
    samples(&mut bench, &unit).await;
    let asked: BTreeSet<&str> =
        bench.compared.iter().map(String::as_str).chain(NOT_ASKED.iter().map(|(file, _)| *file)).collect();
    let left: Vec<&String> = all.keys().filter(|file| !asked.contains(file.as_str())).collect();
    assert!(left.is_empty(), "nothing is held against {left:?}");
    explain(&bench.differences, DIFFERENCES);
}

/// The names and values of LocalStack's snapshot that are the same in every run.
#[expect(clippy::disallowed_macros, reason = "what is skipped is said")]
#[tokio::test]
async fn the_replies_of_the_validated_snapshot_are_equal() {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/recordings/localstack/test_ram.snapshot.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        println!("skipped: there is no {}", file.display());
        return;
    };
    let snapshot: Value = serde_json::from_str(&text).unwrap();
    let content = &snapshot["tests/aws/services/ram/test_ram.py::TestResourceAccessManager::test_basic_crud"]
        ["recorded-content"];
    let seed = r#"outside "owner" { id = "111111111111" }"#;
    let running =
        start(Settings::new(Content::Seed { name: "seed".into(), text: seed.into() })).await.unwrap();
    let call = |operation: &'static str, body: Value| call(&running, "111111111111", operation, body);
    let created = call("ram.CreateResourceShare", json!({"name": "rs-1"})).await;
    let arn = share_arn(&created);
    let updated = call("ram.UpdateResourceShare", json!({"resourceShareArn": arn, "name": "rs-2"})).await;
    let deleted = call("ram.DeleteResourceShare", json!({"resourceShareArn": arn})).await;
    let mut compared = 0;
    for (step, mut answer) in [
        ("ram-create-resource-share", created),
        ("ram-update-resource-share", updated),
        ("ram-delete-resource-share", deleted),
    ] {
        let mut recorded = content[step].clone();
        recorded.as_object_mut().unwrap().remove("ResponseMetadata");
        for name in ["creationTime", "lastUpdatedTime", "name", "resourceShareArn"] {
            for value in [&mut recorded, &mut answer] {
                if let Some(member) = value.pointer_mut(&format!("/resourceShare/{name}")) {
                    *member = Value::Null;
                }
            }
        }
        assert_eq!(answer, recorded, "{step}");
        compared += 1;
    }
    assert_eq!(compared, content.as_object().unwrap().len(), "the snapshot has more replies");
}
