//! The sandbox, driven by the AWS SDK over HTTP.

mod as_recorded;
mod over_time;
pub(crate) mod wire;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_ram::error::ProvideErrorMetadata;
use aws_sdk_ram::types::{
    ResourceOwner, ResourceShareAssociationStatus, ResourceShareAssociationType, ResourceShareStatus,
};
use ramctl::sandbox::{AccountAccess, Content, JournalError, Running, SandboxError, Settings, start};

const SEED: &str = r#"
organization {
  management_account = "management"
  sharing            = "off"
  account "management" { id = "111111111111" }
  account "network" {
    id = "222222222222"
    role "reader" {
      policy = "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"ram:Get*\",\"ram:List*\"],\"Resource\":\"*\"}]}"
    }
  }
  account "locked" {
    id    = "555555555555"
    roles = false
  }
  ou "Workloads" {
    ou "Prod" {
      account "web" { id = "333333333333" }
    }
    ou "Dev" {
      account "dev" { id = "444444444444" }
    }
  }
}
outside "partner" { id = "999999999999" }
resource "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1" { tags = { team = "net" } }
resource "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-sick" { fails = "TransitGateway tgw-sick is being deleted." }
resource "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1" {}
settings {
  associate_ms    = 60000
  disassociate_ms = 60000
  onboarding_ms   = 60000
}
"#;

const TGW: &str = "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1";
const SICK: &str = "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-sick";

fn seed() -> Content {
    Content::Seed { name: "sandbox.hcl".into(), text: SEED.into() }
}

async fn sandbox() -> Running {
    start(Settings::new(seed())).await.expect("the sandbox starts")
}

fn config(running: &Running, credentials: Credentials) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-central-1"))
        .endpoint_url(running.endpoint_url())
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(credentials))
        .build()
}

fn of(running: &Running, name: &str) -> SdkConfig {
    let found: &AccountAccess =
        running.accounts().iter().find(|account| account.name == name).expect("the account is seeded");
    config(running, Credentials::new(&found.access_key_id, &found.secret_access_key, None, None, "test"))
}

fn ram(running: &Running, name: &str) -> aws_sdk_ram::Client {
    aws_sdk_ram::Client::new(&of(running, name))
}

async fn statuses(
    client: &aws_sdk_ram::Client,
    kind: ResourceShareAssociationType,
    share: &str,
) -> Vec<(String, ResourceShareAssociationStatus)> {
    let rows = client
        .get_resource_share_associations()
        .association_type(kind)
        .resource_share_arns(share)
        .send()
        .await
        .unwrap();
    rows.resource_share_associations()
        .iter()
        .map(|row| (row.associated_entity().unwrap().to_owned(), row.status().unwrap().clone()))
        .collect()
}

/// Until everything that is under way has happened.
async fn wait(running: &Running) {
    let (status, _) = wire::send(running, "POST", "/_sandbox/clock", "", br#"{"advance_seconds": 61}"#).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_share_with_an_ou_becomes_associated_and_its_accounts_alone_see_it() {
    let running = sandbox().await;
    let (network, management) = (ram(&running, "network"), ram(&running, "management"));
    let org = aws_sdk_organizations::Client::new(&of(&running, "management"));
    let root = org.list_roots().send().await.unwrap().roots()[0].id().unwrap().to_owned();
    let unit = |parent: String, name: &'static str| {
        let org = org.clone();
        async move {
            let units = org.list_organizational_units_for_parent().parent_id(parent).send().await.unwrap();
            units.organizational_units().iter().find(|unit| unit.name() == Some(name)).unwrap().clone()
        }
    };
    let workloads = unit(root, "Workloads").await;
    let prod = unit(workloads.id().unwrap().to_owned(), "Prod").await;
    let create = || {
        network
            .create_resource_share()
            .name("tgw")
            .resource_arns(TGW)
            .principals(prod.arn().unwrap())
            .allow_external_principals(false)
    };

    let early = create().send().await.unwrap_err();
    assert_eq!(early.code(), Some("UnknownResourceException"));
    assert!(early.message().unwrap().contains("could not be found"), "{early:?}");

    management.enable_sharing_with_aws_organization().send().await.unwrap();
    assert_eq!(
        create().send().await.unwrap_err().code(),
        Some("UnknownResourceException"),
        "onboarding takes its time"
    );
    wait(&running).await;
    let share =
        create().send().await.unwrap().resource_share().unwrap().resource_share_arn().unwrap().to_owned();
    use ResourceShareAssociationStatus::{Associated, Associating};
    use ResourceShareAssociationType::{Principal, Resource};
    assert_eq!(statuses(&network, Resource, &share).await, [(TGW.to_owned(), Associating)]);
    wait(&running).await;
    assert_eq!(statuses(&network, Resource, &share).await, [(TGW.to_owned(), Associated)]);
    assert_eq!(statuses(&network, Principal, &share).await, [(prod.arn().unwrap().to_owned(), Associated)]);
    let permissions =
        network.list_resource_share_permissions().resource_share_arn(&share).send().await.unwrap();
    assert!(
        permissions.permissions()[0]
            .arn()
            .unwrap()
            .ends_with("permission/AWSRAMDefaultPermissionTransitGateway")
    );

    for (name, sees) in [("web", true), ("dev", false), ("partner", false)] {
        let received = ram(&running, name)
            .get_resource_shares()
            .resource_owner(ResourceOwner::OtherAccounts)
            .send()
            .await
            .unwrap();
        assert_eq!(received.resource_shares().len(), usize::from(sees), "{name}");
    }
    running.shutdown().await.unwrap();
}

#[tokio::test]
async fn the_same_token_gets_the_same_answer_even_when_the_share_is_gone() {
    let running = sandbox().await;
    let network = ram(&running, "network");
    let create = |name: &str| network.create_resource_share().name(name).client_token("one").send();
    let first = create("a").await.unwrap();
    let arn = first.resource_share().unwrap().resource_share_arn().unwrap().to_owned();
    network.delete_resource_share().resource_share_arn(&arn).send().await.unwrap();
    wait(&running).await;
    let again = create("a").await.unwrap();
    assert_eq!(again.resource_share().unwrap().resource_share_arn(), Some(arn.as_str()));
    assert_eq!(create("b").await.unwrap_err().code(), Some("IdempotentParameterMismatchException"));
    let all = network.get_resource_shares().resource_owner(ResourceOwner::SelfValue).send().await.unwrap();
    assert_eq!(all.resource_shares().len(), 1);
    assert_eq!(
        all.resource_shares()[0].status(),
        Some(&ResourceShareStatus::Deleted),
        "a deleted share lingers"
    );
}

#[tokio::test]
async fn an_association_that_fails_tells_why_and_a_busy_share_cannot_be_disassociated() {
    let running = sandbox().await;
    let network = ram(&running, "network");
    let share = network.create_resource_share().name("sick").resource_arns(SICK).send().await.unwrap();
    let share = share.resource_share().unwrap().resource_share_arn().unwrap().to_owned();
    let remove =
        || network.disassociate_resource_share().resource_share_arn(&share).resource_arns(SICK).send();
    let busy = remove().await.unwrap_err();
    assert_eq!(busy.code(), Some("InvalidStateTransitionException"));
    assert!(busy.message().unwrap().contains("ASSOCIATING"));
    wait(&running).await;
    let rows = network
        .get_resource_share_associations()
        .association_type(ResourceShareAssociationType::Resource)
        .send()
        .await
        .unwrap();
    let row = &rows.resource_share_associations()[0];
    assert_eq!(row.status(), Some(&ResourceShareAssociationStatus::Failed));
    assert_eq!(row.status_message(), Some("TransitGateway tgw-sick is being deleted."));
    remove().await.unwrap();
}

#[tokio::test]
async fn what_ram_refuses_is_refused_with_its_code() {
    let running = sandbox().await;
    let network = ram(&running, "network");
    let create = || network.create_resource_share().name("x");
    for (what, request, code) in [
        ("no ARN", create().resource_arns("nonsense"), "MalformedArnException"),
        (
            "a type that is not shared",
            create().resource_arns("arn:aws:sqs:eu-central-1:222222222222:q"),
            "MalformedArnException",
        ),
        (
            "not the owner",
            create().resource_arns(TGW.replace("222222222222", "333333333333")),
            "OperationNotPermittedException",
        ),
        (
            "another Region",
            create().resource_arns(TGW.replace("eu-central-1", "us-east-1")),
            "InvalidParameterException",
        ),
        ("no such resource", create().resource_arns(format!("{TGW}x")), "UnknownResourceException"),
        ("a bare id", create().principals("o-a1b2c3d4e5"), "InvalidParameterException"),
        (
            "a stranger",
            create().principals("999999999999").allow_external_principals(false),
            "InvalidParameterException",
        ),
        (
            "a subnet for a stranger",
            create()
                .principals("999999999999")
                .resource_arns("arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1"),
            "OperationNotPermittedException",
        ),
        (
            "a service beside an account",
            create().principals("333333333333").principals("pca-connector-ad.amazonaws.com"),
            "InvalidParameterException",
        ),
        (
            "a subnet while sharing is off",
            create()
                .principals("333333333333")
                .allow_external_principals(false)
                .resource_arns("arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1"),
            "OperationNotPermittedException",
        ),
        (
            "no such permission",
            create().permission_arns("arn:aws:ram::aws:permission/None"),
            "UnknownResourceException",
        ),
    ] {
        assert_eq!(request.send().await.unwrap_err().code(), Some(code), "{what}");
    }
    let left = network.get_resource_shares().resource_owner(ResourceOwner::SelfValue).send().await.unwrap();
    assert!(left.resource_shares().is_empty(), "a refused request leaves nothing behind");
}

#[tokio::test]
async fn roles_are_assumed_as_their_trust_policies_say_and_allow_what_their_policies_say() {
    let running = sandbox().await;
    let sts = aws_sdk_sts::Client::new(&of(&running, "management"));
    let assume = |arn: &str| sts.assume_role().role_arn(arn).role_session_name("test").send();
    let ok = assume("arn:aws:iam::222222222222:role/reader").await.unwrap();
    let session = ok.credentials().unwrap();
    let session = config(
        &running,
        Credentials::new(
            session.access_key_id(),
            session.secret_access_key(),
            Some(session.session_token().to_owned()),
            None,
            "test",
        ),
    );
    let identity = aws_sdk_sts::Client::new(&session).get_caller_identity().send().await.unwrap();
    assert_eq!(identity.arn(), Some("arn:aws:sts::222222222222:assumed-role/reader/test"));
    let reader = aws_sdk_ram::Client::new(&session);
    reader.get_resource_shares().resource_owner(ResourceOwner::SelfValue).send().await.unwrap();
    let denied = reader.create_resource_share().name("x").send().await.unwrap_err();
    assert_eq!(denied.code(), Some("AccessDeniedException"));
    assert!(
        denied.message().unwrap().contains("is not authorized to perform: ram:CreateResourceShare"),
        "{denied:?}"
    );

    for arn in [
        "arn:aws:iam::222222222222:role/none",
        "arn:aws:iam::555555555555:role/OrganizationAccountAccessRole",
        "arn:aws:iam::666666666666:role/OrganizationAccountAccessRole",
    ] {
        let refused = assume(arn).await.unwrap_err();
        assert_eq!(refused.code(), Some("AccessDenied"), "{arn}");
        assert_eq!(
            refused.message(),
            Some(format!("User: arn:aws:iam::111111111111:user/sandbox is not authorized to perform: sts:AssumeRole on resource: {arn}").as_str())
        );
    }
    let iam = aws_sdk_iam::Client::new(&of(&running, "management"));
    let missing =
        iam.get_role().role_name("AWSServiceRoleForResourceAccessManager").send().await.unwrap_err();
    assert!(missing.into_service_error().is_no_such_entity_exception());
    let made = iam.create_service_linked_role().aws_service_name("ram.amazonaws.com").send().await.unwrap();
    assert_eq!(made.role().unwrap().path(), "/aws-service-role/ram.amazonaws.com/");
}

#[tokio::test]
async fn condition_keys_narrow_what_a_role_may_do() {
    let policy = serde_json::json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "ram:CreateResourceShare", "Resource": "*",
         "Condition": {"Bool": {"ram:RequestedAllowsExternalPrincipals": "false"}, "StringEquals": {"aws:RequestTag/stack": "network"}}},
        {"Effect": "Allow", "Action": "ram:AssociateResourceShare", "Resource": "*",
         "Condition": {"ForAllValues:StringEquals": {"ram:Principal": ["333333333333"]},
                       "ForAllValues:StringLike": {"ram:RequestedResourceType": "ec2:Transit*"}}},
        {"Effect": "Allow", "Action": "ec2:DescribeTransitGateways", "Resource": "*"},
        {"Effect": "Allow", "Action": "ram:DeleteResourceShare", "Resource": "arn:aws:ram:*:222222222222:resource-share/*",
         "Condition": {"StringEquals": {"aws:ResourceTag/stack": "network"}}},
    ]});
    let role = format!(
        "role \"narrow\" {{\n policy = {}\n }}\n role \"reader\" {{",
        serde_json::json!(policy.to_string())
    );
    let text = SEED.replace("role \"reader\" {", &role);
    let running =
        start(Settings::new(Content::Seed { name: "seed".into(), text })).await.expect("the sandbox starts");
    let sts = aws_sdk_sts::Client::new(&of(&running, "management"));
    let assumed = sts
        .assume_role()
        .role_arn("arn:aws:iam::222222222222:role/narrow")
        .role_session_name("test")
        .send()
        .await
        .unwrap();
    let keys = assumed.credentials().unwrap();
    let keys = Credentials::new(
        keys.access_key_id(),
        keys.secret_access_key(),
        Some(keys.session_token().to_owned()),
        None,
        "test",
    );
    let narrow = aws_sdk_ram::Client::new(&config(&running, keys));
    let tag = |value: &str| aws_sdk_ram::types::Tag::builder().key("stack").value(value).build();
    let create = |external, stack: &str| {
        narrow.create_resource_share().name("x").allow_external_principals(external).tags(tag(stack))
    };
    let subnet = "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1";
    for (what, request, action) in [
        ("external", create(true, "network"), "ram:CreateResourceShare"),
        ("another stack", create(false, "other"), "ram:CreateResourceShare"),
        (
            "another principal",
            create(false, "network").principals("444444444444"),
            "ram:AssociateResourceShare",
        ),
        ("another type", create(false, "network").resource_arns(subnet), "ram:AssociateResourceShare"),
    ] {
        let refused = request.send().await.unwrap_err();
        assert_eq!(refused.code(), Some("AccessDeniedException"), "{what}");
        assert!(refused.message().unwrap().contains(action), "{what}: {refused:?}");
    }
    let share = create(false, "network").resource_arns(TGW).send().await.unwrap();
    narrow
        .delete_resource_share()
        .resource_share_arn(share.resource_share().unwrap().resource_share_arn().unwrap())
        .send()
        .await
        .unwrap();
    let foreign = ram(&running, "network").create_resource_share().name("foreign").send().await.unwrap();
    let delete = narrow
        .delete_resource_share()
        .resource_share_arn(foreign.resource_share().unwrap().resource_share_arn().unwrap());
    assert_eq!(delete.send().await.unwrap_err().code(), Some("AccessDeniedException"));
}

#[tokio::test]
async fn listings_come_in_pages_that_lose_nothing() {
    let running = sandbox().await;
    let network = ram(&running, "network");
    for n in 0..7 {
        network.create_resource_share().name(format!("s{n}")).send().await.unwrap();
    }
    let mut pages = network
        .get_resource_shares()
        .resource_owner(ResourceOwner::SelfValue)
        .max_results(3)
        .into_paginator()
        .send();
    let (mut names, mut count) = (Vec::new(), 0);
    while let Some(page) = pages.next().await {
        names.extend(page.unwrap().resource_shares().iter().map(|share| share.name().unwrap().to_owned()));
        count += 1;
    }
    names.sort();
    assert_eq!(names, ["s0", "s1", "s2", "s3", "s4", "s5", "s6"]);
    assert_eq!(count, 3);
    // A filter by share and entity begins with an empty page, as RAM was seen to do.
    let share = network.create_resource_share().name("t").resource_arns(TGW).send().await.unwrap();
    let first = network
        .get_resource_share_associations()
        .association_type(ResourceShareAssociationType::Resource)
        .resource_share_arns(share.resource_share().unwrap().resource_share_arn().unwrap())
        .resource_arn(TGW)
        .send()
        .await
        .unwrap();
    assert!(first.resource_share_associations().is_empty() && first.next_token().is_some());
}

#[tokio::test]
async fn the_state_outlives_the_process_and_one_process_has_it_at_a_time() {
    let directory = tempfile::tempdir().unwrap();
    let settings = || Settings { state_dir: Some(directory.path().to_owned()), ..Settings::new(seed()) };
    let running = start(settings()).await.unwrap();
    ram(&running, "network").create_resource_share().name("kept").send().await.unwrap();
    let second = start(settings()).await.err().expect("the directory is in use");
    assert!(matches!(second, SandboxError::State(JournalError::InUse(_))), "{second}");
    running.shutdown().await.unwrap();

    let running = start(settings()).await.unwrap();
    assert!(running.notices().is_empty());
    let all = ram(&running, "network")
        .get_resource_shares()
        .resource_owner(ResourceOwner::SelfValue)
        .send()
        .await
        .unwrap();
    assert_eq!(all.resource_shares()[0].name(), Some("kept"));
    running.shutdown().await.unwrap();

    let with =
        |text: String| Settings { content: Content::Seed { name: "sandbox.hcl".into(), text }, ..settings() };
    let same = format!("# commented\n{}", SEED.replace("associate_ms    = 60000", "associate_ms    = 61000"));
    let running = start(with(same)).await.unwrap();
    assert!(running.notices().is_empty(), "settings are read at every start");
    running.shutdown().await.unwrap();

    let running = start(with(SEED.replace("partner", "friend"))).await.unwrap();
    assert!(running.notices()[0].contains("sandbox.hcl has changed"), "{:?}", running.notices());
    running.shutdown().await.unwrap();

    let journal = directory.path().join("journal.ndjson");
    let text = std::fs::read_to_string(&journal).unwrap();
    std::fs::write(&journal, &text[..text.len() - 1]).unwrap();
    let running = start(settings()).await.unwrap();
    assert!(running.notices()[0].contains("was cut off"), "{:?}", running.notices());
}

#[tokio::test]
async fn a_seed_that_makes_no_sense_is_refused_with_its_name() {
    for (text, says) in [
        ("organization {", "is not a sandbox seed"),
        ("nonsense = 1", "unknown field"),
        (r#"outside "a" { id = "1" }"#, "12-digit"),
        (r#"organization { management_account = "m" }"#, "no account of the organization"),
        (r#"resource "arn:aws:ec2:eu-central-1:222222222222:subnet/a" {}"#, "describes no account"),
    ] {
        let content = Content::Seed { name: "my.hcl".into(), text: text.into() };
        let error = start(Settings::new(content)).await.err().expect(text).to_string();
        assert!(error.starts_with("my.hcl") && error.contains(says), "{text}: {error}");
    }
}

#[tokio::test]
async fn it_listens_on_loopback_only() {
    let settings = Settings { listen: "0.0.0.0:0".parse().unwrap(), ..Settings::new(Content::Empty) };
    assert!(matches!(start(settings).await, Err(SandboxError::NotLoopback(_))));
}
