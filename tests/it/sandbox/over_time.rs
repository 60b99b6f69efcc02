//! What time, faults and others do to shares.

use aws_sdk_ram::error::ProvideErrorMetadata;
use aws_sdk_ram::types::ResourceShareAssociationStatus::{Associated, Associating, Disassociated};
use aws_sdk_ram::types::{
    ResourceOwner, ResourceShareAssociationStatus, ResourceShareAssociationType, ResourceShareFeatureSet,
    ResourceShareInvitationStatus,
};
use serde_json::{Value, json};

use ramctl::sandbox::{Content, Running, Settings, start};

use crate::sandbox::wire::send;
use crate::sandbox::{SEED, TGW, of, ram, sandbox, statuses, wait};

const PARTNER: &str = "999999999999";

async fn control(running: &Running, method: &str, path: &str, body: Value) -> Value {
    let (status, answer) =
        send(running, method, &format!("/_sandbox/{path}"), "", body.to_string().as_bytes()).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

async fn advance(running: &Running, seconds: i64) {
    control(running, "POST", "clock", json!({"advance_seconds": seconds})).await;
}

async fn shared_with(running: &Running, principal: &str) -> String {
    let share = ram(running, "network")
        .create_resource_share()
        .name("s")
        .resource_arns(TGW)
        .principals(principal)
        .send()
        .await
        .unwrap();
    share.resource_share().unwrap().resource_share_arn().unwrap().to_owned()
}

async fn principal_status(running: &Running, share: &str) -> ResourceShareAssociationStatus {
    statuses(&ram(running, "network"), ResourceShareAssociationType::Principal, share).await.remove(0).1
}

#[tokio::test]
async fn an_invitation_is_accepted_in_time_or_expires_with_its_window() {
    let running = sandbox().await;
    let partner = ram(&running, "partner");
    let invitations = || async {
        partner.get_resource_share_invitations().send().await.unwrap().resource_share_invitations().to_vec()
    };
    let share = shared_with(&running, PARTNER).await;
    wait(&running).await;
    assert_eq!(principal_status(&running, &share).await, Associating, "nobody has accepted yet");
    let invitation = invitations().await.remove(0);
    // A transit gateway is of a type that waits seven days.
    advance(&running, 6 * 86_400).await;
    let accept = || {
        partner
            .accept_resource_share_invitation()
            .resource_share_invitation_arn(invitation.resource_share_invitation_arn().unwrap())
            .send()
    };
    accept().await.unwrap();
    wait(&running).await;
    assert_eq!(principal_status(&running, &share).await, Associated);
    assert_eq!(accept().await.unwrap_err().code(), Some("ResourceShareInvitationAlreadyAcceptedException"));

    let late = shared_with(&running, PARTNER).await;
    advance(&running, 7 * 86_400 + 1).await;
    assert_eq!(principal_status(&running, &late).await, Disassociated);
    let expired = invitations().await.into_iter().find(|i| i.resource_share_arn() == Some(&late)).unwrap();
    assert_eq!(expired.status(), Some(&ResourceShareInvitationStatus::Expired));
}

#[tokio::test]
async fn deleted_shares_and_their_associations_are_forgotten_after_two_hours() {
    let running = sandbox().await;
    let network = ram(&running, "network");
    let share = shared_with(&running, "333333333333").await;
    network.delete_resource_share().resource_share_arn(&share).send().await.unwrap();
    advance(&running, 3_600).await;
    let shares = || async {
        network
            .get_resource_shares()
            .resource_owner(ResourceOwner::SelfValue)
            .send()
            .await
            .unwrap()
            .resource_shares()
            .len()
    };
    assert_eq!(shares().await, 1);
    advance(&running, 3_700).await;
    assert_eq!(shares().await, 0);
    let unknown = network
        .get_resource_share_associations()
        .association_type(ResourceShareAssociationType::Resource)
        .resource_share_arns(&share);
    assert_eq!(unknown.send().await.unwrap_err().code(), Some("UnknownResourceException"));
}

#[tokio::test]
async fn a_lost_response_hides_a_share_that_a_token_finds_again() {
    let running = sandbox().await;
    let fault = json!({"faults": [
        {"action": "ram:CreateResourceShare", "effect": "lose_response", "times": 1},
        {"action": "ram:GetResourceShares", "effect": "reset", "times": 1},
        {"action": "ram:ListPermissions", "effect": "throttle", "times": 1},
        {"action": "ram:ListResourceTypes", "effect": "error", "status": 500, "times": 1},
    ]});
    control(&running, "PUT", "faults", fault).await;
    let network = ram(&running, "network");
    let create = || network.create_resource_share().name("s").client_token("t").send();
    assert!(create().await.is_err(), "the answer was lost");
    assert!(create().await.is_ok());
    let list = || network.get_resource_shares().resource_owner(ResourceOwner::SelfValue).send();
    assert!(list().await.is_err(), "the connection was cut");
    assert_eq!(list().await.unwrap().resource_shares().len(), 1);
    assert_eq!(network.list_permissions().send().await.unwrap_err().code(), Some("ThrottlingException"));
    assert_eq!(
        network.list_resource_types().send().await.unwrap_err().code(),
        Some("ServerInternalException")
    );
    network.list_permissions().send().await.unwrap();
}

#[tokio::test]
async fn a_share_falls_behind_when_aws_publishes_and_catches_up_when_replaced() {
    let running = sandbox().await;
    let network = ram(&running, "network");
    let share = shared_with(&running, "333333333333").await;
    let attached = || async {
        let all = network.list_permission_associations().send().await.unwrap();
        let row = &all.permissions()[0];
        (row.permission_version().unwrap().to_owned(), row.default_version().unwrap())
    };
    assert_eq!(attached().await, ("1".to_owned(), true));
    let name = "AWSRAMDefaultPermissionTransitGateway";
    control(&running, "POST", "publish", json!({"permission": name})).await;
    assert_eq!(attached().await, ("1".to_owned(), false));
    let arn = format!("arn:aws:ram::aws:permission/{name}");
    let attach =
        || network.associate_resource_share_permission().resource_share_arn(&share).permission_arn(&arn);
    assert_eq!(attach().send().await.unwrap_err().code(), Some("InvalidParameterException"));
    attach().replace(true).send().await.unwrap();
    assert_eq!(attached().await, ("2".to_owned(), true));
}

#[tokio::test]
async fn an_account_that_leaves_loses_what_it_got_through_the_organization() {
    let text = SEED.replace("\"off\"", "\"enabled\"");
    let running = start(Settings::new(Content::Seed { name: "seed".into(), text })).await.unwrap();
    let network = ram(&running, "network");
    let share = shared_with(&running, "333333333333").await;
    let kept = network
        .create_resource_share()
        .name("kept")
        .resource_arns(TGW)
        .principals("333333333333")
        .resource_share_configuration(
            aws_sdk_ram::types::ResourceShareConfiguration::builder()
                .retain_sharing_on_account_leave_organization(true)
                .build(),
        )
        .send()
        .await
        .unwrap();
    let kept = kept.resource_share().unwrap().resource_share_arn().unwrap().to_owned();
    let web = ram(&running, "web");
    let invitation =
        web.get_resource_share_invitations().send().await.unwrap().resource_share_invitations()[0].clone();
    assert_eq!(
        invitation.resource_share_arn(),
        Some(kept.as_str()),
        "retaining needs an invitation even inside"
    );
    web.accept_resource_share_invitation()
        .resource_share_invitation_arn(invitation.resource_share_invitation_arn().unwrap())
        .send()
        .await
        .unwrap();
    wait(&running).await;
    assert_eq!(principal_status(&running, &share).await, Associated);
    let org = aws_sdk_organizations::Client::new(&of(&running, "management"));
    org.remove_account_from_organization().account_id("333333333333").send().await.unwrap();
    wait(&running).await;
    assert_eq!(principal_status(&running, &share).await, Disassociated);
    assert_eq!(principal_status(&running, &kept).await, Associated);
}

#[tokio::test]
async fn a_policy_made_share_is_changed_only_after_its_promotion() {
    let share = r#"
share "by_policy" {
  account             = "network"
  region              = "eu-central-1"
  resources           = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1"]
  principals          = ["ou:Workloads/Prod"]
  created_from_policy = true
}
"#;
    let text = format!("{}{share}", SEED.replace("\"off\"", "\"enabled\""));
    let running = start(Settings::new(Content::Seed { name: "seed".into(), text })).await.unwrap();
    let network = ram(&running, "network");
    let get = || async {
        network
            .get_resource_shares()
            .resource_owner(ResourceOwner::SelfValue)
            .send()
            .await
            .unwrap()
            .resource_shares()[0]
            .clone()
    };
    let found = get().await;
    assert_eq!(found.feature_set(), Some(&ResourceShareFeatureSet::CreatedFromPolicy));
    let arn = found.resource_share_arn().unwrap();
    let web = ram(&running, "web")
        .get_resource_shares()
        .resource_owner(ResourceOwner::OtherAccounts)
        .send()
        .await
        .unwrap();
    assert!(web.resource_shares().is_empty(), "consumers do not see it");
    let update = || network.update_resource_share().resource_share_arn(arn).name("new").send();
    assert_eq!(update().await.unwrap_err().code(), Some("OperationNotPermittedException"));
    let promote = || network.promote_resource_share_created_from_policy().resource_share_arn(arn).send();
    assert_eq!(promote().await.unwrap_err().code(), Some("UnmatchedPolicyPermissionException"));
    let permissions = network.list_resource_share_permissions().resource_share_arn(arn).send().await.unwrap();
    let made = permissions.permissions()[0].arn().unwrap();
    network.promote_permission_created_from_policy().permission_arn(made).name("mine").send().await.unwrap();
    promote().await.unwrap();
    wait(&running).await;
    assert_eq!(get().await.feature_set(), Some(&ResourceShareFeatureSet::Standard));
    update().await.unwrap();
    let gone = network.get_permission().permission_arn(made).send().await.unwrap_err();
    assert_eq!(
        gone.code(),
        Some("UnknownResourceException"),
        "the policy-made permission is deleted when unused"
    );
}

#[tokio::test]
async fn the_policy_of_a_resource_is_made_of_all_its_shares() {
    let text = SEED.replace("\"off\"", "\"enabled\"");
    let running = start(Settings::new(Content::Seed { name: "seed".into(), text })).await.unwrap();
    shared_with(&running, "333333333333").await;
    shared_with(&running, "arn:aws:organizations::111111111111:organization/o-sandbox0001").await;
    wait(&running).await;
    let answer = ram(&running, "network").get_resource_policies().resource_arns(TGW).send().await.unwrap();
    let policy: Value = serde_json::from_str(&answer.policies()[0]).unwrap();
    let mut who: Vec<String> = policy["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| format!("{} {}", s["Principal"], s["Condition"]))
        .collect();
    who.sort();
    assert_eq!(
        who,
        [
            r#""*" {"StringEquals":{"aws:PrincipalOrgID":"o-sandbox0001"}}"#,
            r#"{"AWS":["arn:aws:iam::333333333333:root"]} null"#,
        ]
    );
}

#[tokio::test]
async fn the_event_history_tells_who_changed_what() {
    let running = sandbox().await;
    let share = shared_with(&running, "333333333333").await;
    let denied =
        ram(&running, "network").create_resource_share().name("x").resource_arns("nonsense").send().await;
    assert!(denied.is_err());
    let body =
        json!({"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "CreateResourceShare"}]});
    let headers = format!(
        "{}X-Amz-Target: CloudTrail_20131101.LookupEvents\r\n",
        crate::sandbox::wire::signed("222222222222")
    );
    let (status, answer) = send(&running, "POST", "/", &headers, body.to_string().as_bytes()).await;
    assert_eq!(status, 200);
    let events: Vec<Value> = answer["Events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| serde_json::from_str(event["CloudTrailEvent"].as_str().unwrap()).unwrap())
        .collect();
    assert_eq!(events.len(), 2);
    assert_eq!(events[0]["errorCode"], "MalformedArnException");
    assert_eq!(events[1]["responseElements"]["resourceShare"]["resourceShareArn"], share.as_str());
    assert_eq!(events[1]["userIdentity"]["arn"], "arn:aws:iam::222222222222:user/sandbox");
}

#[tokio::test]
async fn a_new_share_may_be_unseen_for_a_while_and_a_member_may_be_suspended() {
    let text = SEED.replace("settings {", "settings {\n  unseen_ms = 300");
    let running = start(Settings::new(Content::Seed { name: "seed".into(), text })).await.unwrap();
    let network = ram(&running, "network");
    let share = shared_with(&running, "333333333333").await;
    let get = || {
        network
            .get_resource_shares()
            .resource_owner(ResourceOwner::SelfValue)
            .resource_share_arns(&share)
            .send()
    };
    assert_eq!(get().await.unwrap_err().code(), Some("UnknownResourceException"));
    tokio::time::sleep(std::time::Duration::from_millis(350)).await;
    assert_eq!(get().await.unwrap().resource_shares().len(), 1);
    let body = json!({"resource_share_arn": share, "associated_entity": TGW, "status": "SUSPENDED", "status_message": "why"});
    control(&running, "PUT", "status", body).await;
    let rows = network
        .get_resource_share_associations()
        .association_type(ResourceShareAssociationType::Resource)
        .send()
        .await
        .unwrap();
    let row = &rows.resource_share_associations()[0];
    assert_eq!(row.status(), Some(&ResourceShareAssociationStatus::Suspended));
    assert_eq!(row.status_message(), Some("why"));
}

#[tokio::test]
async fn two_hundred_and_fifty_invitations_may_be_pending() {
    let running = sandbox().await;
    let network = ram(&running, "network");
    let strangers: Vec<String> = (0..250).map(|n| (700_000_000_000_u64 + n).to_string()).collect();
    let share =
        network.create_resource_share().name("many").set_principals(Some(strangers)).send().await.unwrap();
    let share = share.resource_share().unwrap().resource_share_arn().unwrap();
    let more = || network.associate_resource_share().resource_share_arn(share).principals(PARTNER).send();
    assert_eq!(more().await.unwrap_err().code(), Some("ResourceShareLimitExceededException"));
    // The root of an account is the account.
    let remove = network.disassociate_resource_share().resource_share_arn(share);
    remove.principals("arn:aws:iam::700000000000:root").send().await.unwrap();
    more().await.unwrap();
}

/// The shares that the network account owns, as it lists them.
async fn listed(running: &Running) -> Vec<aws_sdk_ram::types::ResourceShare> {
    let all = ram(running, "network").get_resource_shares().resource_owner(ResourceOwner::SelfValue);
    all.send().await.unwrap().resource_shares().to_vec()
}

#[tokio::test]
async fn neither_members_nor_tags_move_the_time_of_a_share() {
    let running = sandbox().await;
    let network = ram(&running, "network");
    let share = shared_with(&running, "333333333333").await;
    advance(&running, 60).await;
    let tag = aws_sdk_ram::types::Tag::builder().key("team").value("net").build();
    network.tag_resource().resource_share_arn(&share).tags(tag).send().await.unwrap();
    network
        .associate_resource_share()
        .resource_share_arn(&share)
        .principals("444444444444")
        .send()
        .await
        .unwrap();
    advance(&running, 60).await;
    network.disassociate_resource_share().resource_share_arn(&share).resource_arns(TGW).send().await.unwrap();
    network.untag_resource().resource_share_arn(&share).tag_keys("team").send().await.unwrap();
    let found = listed(&running).await.remove(0);
    assert_eq!(found.last_updated_time(), found.creation_time());
    network.update_resource_share().resource_share_arn(&share).name("other").send().await.unwrap();
    let found = listed(&running).await.remove(0);
    assert!(found.last_updated_time() > found.creation_time(), "a new name is a change of the share");
}

#[tokio::test]
async fn a_client_token_is_remembered_as_long_as_the_settings_say() {
    for (tokens, after, shares) in
        [("\"forever\"", 400 * 86_400, 1), ("\"none\"", 0, 2), ("60", 59, 1), ("60", 61, 2)]
    {
        let text = SEED.replace("settings {", &format!("settings {{\n  tokens = {tokens}"));
        let running = start(Settings::new(Content::Seed { name: "seed".into(), text })).await.unwrap();
        let network = ram(&running, "network");
        let create = || network.create_resource_share().name("s").client_token("one").send();
        create().await.unwrap();
        advance(&running, after).await;
        create().await.unwrap();
        assert_eq!(listed(&running).await.len(), shares, "tokens = {tokens}, {after} s later");
    }
    for wrong in ["\"always\"", "-1", "1.5", "true", "4294967296"] {
        let text = SEED.replace("settings {", &format!("settings {{\n  tokens = {wrong}"));
        let error = start(Settings::new(Content::Seed { name: "seed".into(), text })).await.err().unwrap();
        let told = std::error::Error::source(&error).map_or(error.to_string(), ToString::to_string);
        assert!(told.contains(r#"write "forever", "none" or a number of whole seconds"#), "{wrong}: {told}");
    }
}

#[tokio::test]
async fn the_tags_of_a_new_share_may_be_unseen_for_a_while() {
    let text = SEED.replace("settings {", "settings {\n  tags_unseen_ms = 60000");
    let share = r#"share "seeded" {
  account = "network"
  region  = "eu-central-1"
  tags    = { team = "net" }
}"#;
    let text = format!("{text}\n{share}");
    let running = start(Settings::new(Content::Seed { name: "seed".into(), text })).await.unwrap();
    let network = ram(&running, "network");
    let tag = aws_sdk_ram::types::Tag::builder().key("team").value("net").build();
    network.create_resource_share().name("new").tags(tag).send().await.unwrap();
    let tagged = || async {
        let filter = aws_sdk_ram::types::TagFilter::builder().tag_key("team").build();
        let all = network.get_resource_shares().resource_owner(ResourceOwner::SelfValue).tag_filters(filter);
        let mut names: Vec<String> = all
            .send()
            .await
            .unwrap()
            .resource_shares()
            .iter()
            .map(|s| s.name().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    let bare = || async {
        let all = listed(&running).await;
        all.iter()
            .filter(|share| share.tags().is_empty())
            .map(|s| s.name().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!((tagged().await, bare().await), (vec!["seeded".to_owned()], vec!["new".to_owned()]));
    advance(&running, 61).await;
    assert_eq!((tagged().await, bare().await), (vec!["new".to_owned(), "seeded".to_owned()], Vec::new()));
}
