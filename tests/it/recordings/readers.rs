//! The core's readers, through the real SDK over HTTP, against a server that answers what was recorded.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::response::IntoResponse;
use jiff::Timestamp;
use ramctl::aws::{Connector, Keys, Rates, Settings};
use ramctl::cloud::{AssociationKind, Cloud, CloudError, OrgRead, PageRequest, RamRead, ShareScope};
use ramctl::model::{AccountId, PermissionArn, Place, Region, ShareArn};
use ramctl::org::ParentId;
use serde_json::{Value, json};

use crate::recordings::{explain, recordings};

/// Recordings that are not read back as they are.
const DIFFERENCES: &[(&str, &str)] = &[
    (
        "cli-samples/organizations.list-organizational-units-for-parent.1.json: organizations:ListOrganizationalUnitsForParent: unreadable",
        "the ARNs of the sample have no account; what cannot be read is refused, never dropped",
    ),
    (
        "cli-samples/ram.list-resources.1.json: ram:ListResources: unreadable",
        "the ARN of the sample begins with \"aarn\"; what cannot be read is refused, never dropped",
    ),
];

/// How a refusal is told.
const REFUSALS: &[(&str, &str)] = &[
    ("AccessDeniedException", "access denied"),
    ("AWSOrganizationsNotInUseException", "not in an organization"),
];

/// Operations whose replies ramctl does not read, or of which it reads the error alone.
const NOT_READ: &[&str] = &[
    "ram.AssociateResourceShare",
    "ram.DisassociateResourceShare",
    "ram.DeleteResourceShare",
    "ram.accept-resource-share-invitation",
    "ram.associate-resource-share",
    "ram.associate-resource-share-permission",
    "ram.create-resource-share",
    "ram.delete-resource-share",
    "ram.disassociate-resource-share-permission",
    "ram.enable-sharing-with-aws-organization",
    "ram.get-resource-policies",
    "ram.list-pending-invitation-resources",
    "ram.list-permissions",
    "ram.list-principals",
    "ram.promote-resource-share-created-from-policy",
    "ram.reject-resource-share-invitation",
    "ram.update-resource-share",
    "organizations.create-account",
    "organizations.create-organization",
    "organizations.create-organizational-unit",
    "organizations.describe-account",
    "organizations.describe-create-account-status",
    "organizations.describe-organizational-unit",
    "organizations.enable-all-features",
    "organizations.invite-account-to-organization",
    "organizations.list-children",
    "organizations.list-create-account-status",
    "organizations.list-parents",
    "organizations.update-organizational-unit",
];

const ME: &str = "123456789012";

/// Answers every call but that for the caller's account with one body.
async fn replay(body: Arc<Mutex<(u16, String)>>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let handle = move |request: Bytes| {
        let body = Arc::clone(&body);
        async move {
            if request.starts_with(b"Action=GetCallerIdentity") {
                let identity = format!(
                    "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
                     <Arn>arn:aws:iam::{ME}:user/a</Arn><UserId>U</UserId><Account>{ME}</Account>\
                     </GetCallerIdentityResult></GetCallerIdentityResponse>"
                );
                return (axum::http::StatusCode::OK, [("content-type", "text/xml")], identity)
                    .into_response();
            }
            let (status, text) = body.lock().unwrap().clone();
            let status = axum::http::StatusCode::from_u16(status).unwrap();
            (status, [("content-type", "application/json")], text).into_response()
        }
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(handle)).await });
    url
}

fn time(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| json!((at.as_nanosecond() as f64 / 1e6).round() / 1_000.0))
}

/// A row of a recording with the members that a reader keeps.
fn kept(row: &Value, like: &Value) -> Value {
    let members = like.as_object().unwrap().keys();
    Value::Object(members.map(|name| (name.clone(), row.get(name).cloned().unwrap_or_default())).collect())
}

/// What the core reads of a recording: the member with the rows, and each row in RAM's words. `None`: ramctl reads no such reply.
async fn read(
    cloud: &Connector,
    operation: &str,
    share: &ShareArn,
    recorded: &Value,
) -> Option<Result<(&'static str, Vec<Value>), CloudError>> {
    let page = PageRequest::first(100);
    let place = Place { account: AccountId::parse(ME).unwrap(), region: Region::parse("us-east-1").unwrap() };
    let ram = cloud.ram(&place).await.unwrap();
    let org = cloud.organization(&place.account).await.unwrap();
    Some(match operation {
        "ram.GetResourceShares" | "ram.get-resource-shares" => {
            ram.get_resource_shares(&ShareScope::All, &page).await.map(|page| {
                let rows = page.items.iter().map(|row| {
                    let tags: Vec<Value> =
                        row.tags.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
                    json!({
                        "resourceShareArn": row.arn.to_string(),
                        "name": row.name,
                        "owningAccountId": row.owner.as_str(),
                        "allowExternalPrincipals": row.allow_external_principals,
                        "status": row.status.to_string(),
                        "featureSet": row.feature_set.to_string(),
                        "tags": if tags.is_empty() { Value::Null } else { tags.into() },
                        "creationTime": time(row.created),
                        "lastUpdatedTime": time(row.updated),
                    })
                });
                ("resourceShares", rows.collect())
            })
        }
        "ram.GetResourceShareAssociations" | "ram.get-resource-share-associations" => {
            // A row of the other kind would be refused: it answers another question.
            let kind = match recorded["resourceShareAssociations"][0]["associationType"].as_str() {
                Some("RESOURCE") => AssociationKind::Resource,
                _ => AssociationKind::Principal,
            };
            ram.get_resource_share_associations(kind, &ShareScope::All, &page).await.map(|page| {
                let rows = page.items.iter().map(|row| {
                    json!({
                        "resourceShareArn": row.share.to_string(),
                        "associatedEntity": row.entity,
                        "status": row.status.to_string(),
                        "external": row.external,
                        "creationTime": time(row.created),
                        "lastUpdatedTime": time(row.updated),
                    })
                });
                ("resourceShareAssociations", rows.collect())
            })
        }
        "ram.get-resource-share-invitations" => {
            ram.get_resource_share_invitations(&ShareScope::All, &page).await.map(|page| {
                let rows = page.items.iter().map(|row| {
                    json!({
                        "resourceShareInvitationArn": row.arn.to_string(),
                        "resourceShareArn": row.share.to_string(),
                        "resourceShareName": row.share_name,
                        "senderAccountId": row.sender.as_str(),
                        "status": row.status.to_string(),
                        "invitationTimestamp": time(row.created),
                    })
                });
                ("resourceShareInvitations", rows.collect())
            })
        }
        "ram.list-resource-share-permissions" => {
            ram.list_resource_share_permissions(share, &page).await.map(|page| {
                let rows = page.items.iter().map(|row| {
                    json!({
                        "arn": row.permission.to_string(),
                        "version": row.version,
                        "resourceType": row.resource_type.to_string(),
                    })
                });
                ("permissions", rows.collect())
            })
        }
        "ram.list-resources" => {
            ram.list_received_resources(std::slice::from_ref(share), &page).await.map(|page| {
                let rows = page.items.iter().map(|row| {
                    json!({"resourceShareArn": row.share.to_string(), "type": row.resource_type.to_string()})
                });
                ("resources", rows.collect())
            })
        }
        "ram.get-permission" => {
            let arn = PermissionArn::parse(recorded["permission"]["arn"].as_str().unwrap()).unwrap();
            ram.get_permission(&arn, None).await.map(|row| {
                let row = json!({
                    "arn": row.arn.to_string(),
                    "version": row.version,
                    "defaultVersion": row.default_version,
                    "permission": row.policy,
                });
                ("permission", vec![row])
            })
        }
        "organizations.DescribeOrganization" | "organizations.describe-organization" => {
            org.describe_organization().await.map(|row| {
                let row = json!({
                    "Arn": row.arn.to_string(),
                    "MasterAccountId": row.management_account.as_str(),
                    "FeatureSet": if row.all_features { "ALL" } else { "CONSOLIDATED_BILLING" },
                });
                ("Organization", vec![row])
            })
        }
        "organizations.list-roots" => org
            .list_roots(&page)
            .await
            .map(|page| ("Roots", page.items.iter().map(|root| json!({"Id": root.as_str()})).collect())),
        "organizations.ListAccounts"
        | "organizations.list-accounts"
        | "organizations.list-accounts-for-parent" => {
            let page = if operation.ends_with("parent") {
                let unit = ramctl::model::OuId::parse("ou-ab12-12345678").unwrap();
                org.list_accounts_for_parent(&ParentId::Unit(unit), &page).await
            } else {
                org.list_accounts(&page).await
            };
            page.map(|page| {
                let rows = page.items.iter().map(|row| {
                    json!({
                        "Id": row.id.as_str(),
                        "Name": row.name,
                        "Status": if row.standing.is_active() { "ACTIVE" } else { "SUSPENDED" },
                        "Paths": if row.paths.is_empty() { Value::Null } else { json!(row.paths) },
                    })
                });
                ("Accounts", rows.collect())
            })
        }
        "organizations.list-organizational-units-for-parent" => {
            let unit = ramctl::model::OuId::parse("ou-ab12-12345678").unwrap();
            org.list_organizational_units_for_parent(&ParentId::Unit(unit), &page).await.map(|page| {
                let rows = page.items.iter().map(|row| json!({"Arn": row.arn.to_string(), "Name": row.name}));
                ("OrganizationalUnits", rows.collect())
            })
        }
        _ => return None,
    })
}

#[tokio::test]
async fn the_core_reads_each_recording_without_loss() {
    let Some(all) = recordings() else { return };
    let body = Arc::new(Mutex::new((200, String::new())));
    let settings = Settings {
        endpoint: Some(replay(Arc::clone(&body)).await),
        credentials: Some(Keys {
            access_key_id: "KEY".into(),
            secret_access_key: "secret".into(),
            session_token: None,
        }),
        loopback_only: true,
        rates: Rates::Unlimited,
        attempts: 1,
        ..Settings::default()
    };
    let cloud = Connector::new(settings).await.unwrap();
    let mut differences = Vec::new();
    for recording in all.values() {
        let file = &recording.file;
        // `test__ram.GetResourceShares_1.json` and `ram.get-resource-shares.1.json`.
        let name = file.rsplit('/').next().unwrap().trim_end_matches(".json");
        let name = name.rsplit("__").next().unwrap();
        let operation = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches(['.', '_']);
        if NOT_READ.contains(&operation) {
            continue;
        }
        // The authors of the recordings replaced account ids, but not all of them.
        let mut text = recording.body.to_string().replace("644160558196", ME);
        if operation.ends_with("invitations") {
            // Whoever asks for invitations is their receiver.
            text = text.replace("222222222222", ME);
        }
        let recorded: Value = serde_json::from_str(&text).unwrap();
        if let Some(error) = recorded.get("Error") {
            let code = error["Code"].as_str().unwrap();
            *body.lock().unwrap() = (400, json!({"__type": code, "message": error["Message"]}).to_string());
            let refused = cloud
                .organization(&AccountId::parse(ME).unwrap())
                .await
                .unwrap()
                .describe_organization()
                .await;
            let told = refused.as_ref().err().map(ToString::to_string).unwrap_or_default();
            let known = REFUSALS.iter().find(|(refusal, _)| *refusal == code);
            if known.is_none_or(|(_, words)| !told.contains(words)) {
                differences.push(format!("{file}: the refusal reads {told:?}"));
            }
            continue;
        }
        *body.lock().unwrap() = (200, text);
        let share = ShareArn::parse(
            "arn:aws:ram:us-east-1:123456789012:resource-share/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed",
        )
        .unwrap();
        match read(&cloud, operation, &share, &recorded).await {
            None => differences.push(format!("{file}: ramctl has no reader")),
            Some(Err(error)) => differences.push(format!("{file}: {error}")),
            Some(Ok((member, rows))) => {
                let recorded = match &recorded[member] {
                    Value::Array(rows) => rows.clone(),
                    row => vec![row.clone()],
                };
                if rows.len() != recorded.len() {
                    differences.push(format!("{file}: {} of {} rows are read", rows.len(), recorded.len()));
                }
                for (read, recorded) in rows.iter().zip(&recorded) {
                    let recorded = kept(recorded, read);
                    if *read != recorded {
                        differences.push(format!("{file}: {recorded} is read as {read}"));
                    }
                }
            }
        }
    }
    explain(&differences, DIFFERENCES);
}
