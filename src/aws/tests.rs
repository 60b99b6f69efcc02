//! The real SDK against a scripted server on loopback: what its errors become, how it retries, what it never does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;

use crate::aws::{Access, AssumedRole, Connector, ConnectorError, Keys, Rates, Settings};
use crate::cloud::{
    Cloud, ErrorKind, OrgRead, PageRequest, RamRead, RamWrite, ShareScope, UsageRead, UseRow,
};
use crate::model::{AccountId, Gap, GapCause, Place, Region, ShareArn, ShareStatus};

/// One request as the server saw it.
#[derive(Clone, Debug)]
struct Request {
    /// `/getresourceshares`, `AWSOrganizationsV20161128.ListRoots` or `Action=AssumeRole`.
    operation: String,
    body: String,
    access_key: String,
}

type Answer = (u16, String);

mod hints;
mod proxies;
mod unreadable;

/// A server that answers by a function of the request and of how many of its operation came before.
struct Server {
    url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    async fn start(answer: impl Fn(&Request, usize) -> Answer + Clone + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let seen = Arc::clone(&requests);
        let handle = move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let (seen, answer) = (Arc::clone(&seen), answer.clone());
            async move {
                let header =
                    |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
                let body = String::from_utf8_lossy(&body).into_owned();
                let operation = match header("x-amz-target") {
                    "" if body.starts_with("Action=") => {
                        body.split('&').next().unwrap_or_default().to_owned()
                    }
                    "" => uri.path().to_owned(),
                    target => target.to_owned(),
                };
                let access_key = header("authorization")
                    .split_once("Credential=")
                    .and_then(|(_, rest)| rest.split('/').next())
                    .unwrap_or_default()
                    .to_owned();
                let request = Request { operation, body, access_key };
                let earlier = {
                    let mut seen = seen.lock().expect("no panic");
                    let earlier = seen.iter().filter(|other| other.operation == request.operation).count();
                    seen.push(request.clone());
                    earlier
                };
                let (status, text) = answer(&request, earlier);
                let status = StatusCode::from_u16(status).expect("a status");
                let kind = if text.starts_with('<') { "text/xml" } else { "application/json" };
                (status, [("content-type", kind), ("x-amzn-requestid", "req-1")], text).into_response()
            }
        };
        let app = Router::new().fallback(handle);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, requests }
    }

    fn requests(&self, operation: &str) -> Vec<Request> {
        let all = self.requests.lock().expect("no panic");
        all.iter().filter(|request| request.operation == operation).cloned().collect()
    }
}

fn account(text: &str) -> AccountId {
    AccountId::parse(text).expect("valid")
}

fn place(account_id: &str) -> Place {
    Place { account: account(account_id), region: Region::parse("eu-central-1").expect("valid") }
}

fn keys() -> Keys {
    Keys { access_key_id: "BASEKEY".into(), secret_access_key: "secret".into(), session_token: None }
}

fn sandbox(url: &str) -> Settings {
    Settings {
        endpoint: Some(url.to_owned()),
        credentials: Some(keys()),
        loopback_only: true,
        rates: Rates::Unlimited,
        attempts: 3,
        ..Settings::default()
    }
}

fn with_role(url: &str, account_id: &str) -> Settings {
    let role = AssumedRole {
        arn: format!("arn:aws:iam::{account_id}:role/ramctl"),
        external_id: Some("shared-secret".into()),
        session_name: None,
        duration_seconds: Some(900),
    };
    Settings { accounts: BTreeMap::from([(account(account_id), Access::Role(role))]), ..sandbox(url) }
}

fn identity(account_id: &str) -> String {
    format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <Arn>arn:aws:iam::{account_id}:user/a</Arn><UserId>U</UserId><Account>{account_id}</Account>\
         </GetCallerIdentityResult></GetCallerIdentityResponse>"
    )
}

fn assumed(account_id: &str, expiration: &str) -> String {
    format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
         <AccessKeyId>ROLEKEY</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
         <Expiration>{expiration}</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>A:ramctl</AssumedRoleId>\
         <Arn>arn:aws:sts::{account_id}:assumed-role/ramctl/ramctl</Arn></AssumedRoleUser></AssumeRoleResult>\
         </AssumeRoleResponse>"
    )
}

fn sts_error(code: &str, message: &str) -> Answer {
    let text = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{message}</Message></Error><RequestId>req-1</RequestId></ErrorResponse>"
    );
    (403, text)
}

fn error(status: u16, code: &str, message: &str) -> Answer {
    (status, format!(r#"{{"__type":"{code}","message":"{message}"}}"#))
}

const SHARE: &str =
    "arn:aws:ram:eu-central-1:222222222222:resource-share/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed";

/// RAM in account 222222222222, which the base credentials belong to.
async fn ram_that(
    answer: impl Fn(&Request, usize) -> Answer + Clone + Send + Sync + 'static,
) -> (Server, Connector, crate::aws::RamClient) {
    let server = Server::start(move |request: &Request, earlier| match request.operation.as_str() {
        "Action=GetCallerIdentity" => (200, identity("222222222222")),
        _ => answer(request, earlier),
    })
    .await;
    let connector = Connector::new(sandbox(&server.url)).await.expect("valid settings");
    let ram = connector.ram(&place("222222222222")).await.expect("reachable");
    (server, connector, ram)
}

async fn shares(ram: &crate::aws::RamClient) -> Result<Vec<crate::live::ShareRow>, crate::cloud::CloudError> {
    ram.get_resource_shares(&ShareScope::All, &PageRequest::first(500)).await.map(|page| page.items)
}

#[tokio::test]
async fn throttled_calls_are_retried_and_counted_as_one_call() {
    let (server, connector, ram) = ram_that(|_, earlier| {
        if earlier < 2 {
            error(429, "ThrottlingException", "Rate exceeded")
        } else {
            (200, r#"{"resourceShares":[]}"#.into())
        }
    })
    .await;
    assert_eq!(shares(&ram).await, Ok(vec![]));
    assert_eq!(server.requests("/getresourceshares").len(), 3);
    let count = connector.calls().of("RAM", "GetResourceShares");
    assert_eq!((count.calls, count.attempts, count.failures), (1, 3, 0));
    assert_eq!(connector.calls().of_service("RAM"), count);
}

#[tokio::test]
async fn an_error_of_aws_keeps_code_message_and_request_id() {
    let (server, connector, ram) = ram_that(|_, _| error(400, "AccessDeniedException", "no")).await;
    let found = shares(&ram).await.expect_err("denied");
    assert_eq!(
        (found.kind, found.code.as_str(), found.message.as_str()),
        (ErrorKind::AccessDenied, "AccessDeniedException", "no")
    );
    assert_eq!(
        (found.action, found.request_id.as_deref(), found.maybe_done),
        ("ram:GetResourceShares", Some("req-1"), false)
    );
    assert_eq!(server.requests("/getresourceshares").len(), 1);
    assert_eq!(connector.calls().of("RAM", "GetResourceShares").failures, 1);
    let gap = Gap::from(found);
    assert_eq!((gap.cause, gap.caller.as_str()), (GapCause::AccessDenied, "the default credentials"));
    assert_eq!(gap.detail, "AccessDeniedException: no (request req-1)");
}

#[tokio::test]
async fn a_row_that_cannot_be_read_fails_the_listing() {
    let row = |fields: &str| {
        let common = r#""name":"tgw","allowExternalPrincipals":false"#;
        format!(
            r#"{{"resourceShares":[{{{common},"resourceShareArn":"{SHARE}","status":"ACTIVE"}},{{{common},{fields}}}]}}"#
        )
    };
    let readable = row(&format!(r#""resourceShareArn":"{SHARE}","status":"ACTIVE""#));
    let (_server, _connector, ram) = ram_that(move |_, _| (200, readable.clone())).await;
    assert_eq!(shares(&ram).await.map(|rows| rows.len()), Ok(2));
    for fields in [
        r#""status":"ACTIVE""#.to_owned(),
        r#""resourceShareArn":"nonsense","status":"ACTIVE""#.to_owned(),
        format!(r#""resourceShareArn":"{SHARE}""#),
        format!(r#""resourceShareArn":"{SHARE}","status":"ACTIVE","tags":[{{"value":"x"}}]"#),
    ] {
        let text = row(&fields);
        let (_server, _connector, ram) = ram_that(move |_, _| (200, text.clone())).await;
        assert_eq!(shares(&ram).await.map_err(|error| error.kind), Err(ErrorKind::Unreadable), "{fields}");
    }
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_unreadable_or_a_failed_service() {
    let (_server, _connector, ram) = ram_that(|_, _| (200, "<html>".into())).await;
    assert_eq!(shares(&ram).await.map_err(|error| error.kind), Err(ErrorKind::Unreadable));
    let (_server, _connector, ram) = ram_that(|_, _| error(400, "SomethingNew", "x")).await;
    assert_eq!(shares(&ram).await.map_err(|error| error.kind), Err(ErrorKind::Other));
}

#[tokio::test]
async fn a_status_of_tomorrow_is_kept() {
    let text = format!(
        r#"{{"resourceShares":[{{"resourceShareArn":"{SHARE}","name":"tgw","allowExternalPrincipals":false,"status":"THAWING"}}]}}"#
    );
    let (_server, _connector, ram) = ram_that(move |_, _| (200, text.clone())).await;
    assert_eq!(shares(&ram).await.expect("read")[0].status, ShareStatus::Other("THAWING".into()));
}

#[tokio::test]
async fn writes_send_the_token_and_every_flag() {
    let answer = format!(r#"{{"resourceShare":{{"resourceShareArn":"{SHARE}"}}}}"#);
    let (server, _connector, ram) = ram_that(move |_, _| (200, answer.clone())).await;
    let token = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, b"t");
    let share = crate::cloud::NewShare {
        name: "tgw".into(),
        allow_external_principals: false,
        retain_sharing: false,
        tags: [("a".to_owned(), "b".to_owned())].into(),
        permissions: vec![],
        members: crate::cloud::Members::default(),
    };
    let created = ram.create_resource_share(&share, &token).await.expect("made");
    assert_eq!(created.status, ShareStatus::Pending);
    let sent: serde_json::Value =
        serde_json::from_str(&server.requests("/createresourceshare")[0].body).expect("JSON");
    let expected = serde_json::json!({
        "name": "tgw",
        "allowExternalPrincipals": false,
        "clientToken": token.to_string(),
        "tags": [{ "key": "a", "value": "b" }],
    });
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn a_write_that_the_service_fails_may_have_been_done() {
    let (_server, _connector, ram) = ram_that(|_, _| error(500, "ServerInternalException", "x")).await;
    let arn = ShareArn::parse(SHARE).expect("valid");
    let failed = ram.tag_resource(&arn, &[("a".to_owned(), "b".to_owned())].into()).await.expect_err("500");
    assert_eq!((failed.kind, failed.maybe_done), (ErrorKind::Service, true));
}

#[tokio::test]
async fn nobody_at_the_endpoint_is_unreachable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    drop(listener);
    let connector = Connector::new(sandbox(&url)).await.expect("valid settings");
    let failed = connector.ram(&place("222222222222")).await.expect_err("nobody there");
    assert_eq!((failed.kind, failed.action), (ErrorKind::Unreachable, "sts:GetCallerIdentity"));
}

#[tokio::test]
async fn a_role_is_assumed_once_for_all_regions_of_its_account() {
    let server = Server::start(|request: &Request, _| match request.operation.as_str() {
        "Action=AssumeRole" => (200, assumed("333333333333", "2099-01-01T00:00:00Z")),
        _ => (200, r#"{"resourceShares":[]}"#.into()),
    })
    .await;
    let connector = Connector::new(with_role(&server.url, "333333333333")).await.expect("valid settings");
    for region in ["eu-central-1", "us-east-1", "eu-central-1"] {
        let place = Place { account: account("333333333333"), region: Region::parse(region).expect("valid") };
        shares(&connector.ram(&place).await.expect("reachable")).await.expect("read");
    }
    let assumes = server.requests("Action=AssumeRole");
    assert_eq!(assumes.len(), 1);
    for part in ["ExternalId=shared-secret", "RoleSessionName=ramctl", "DurationSeconds=900"] {
        assert!(assumes[0].body.contains(part), "{}", assumes[0].body);
    }
    assert_eq!(assumes[0].access_key, "BASEKEY");
    let reads = server.requests("/getresourceshares");
    assert!(reads.len() == 3 && reads.iter().all(|request| request.access_key == "ROLEKEY"));
    assert_eq!(connector.calls().of("STS", "AssumeRole").calls, 1);
    assert_eq!(connector.calls().total().calls, 4);
}

#[tokio::test]
async fn a_role_that_is_refused_is_named_and_asked_for_once() {
    let server = Server::start(|_: &Request, _| {
        sts_error("AccessDenied", "User: x is not authorized to perform: sts:AssumeRole")
    })
    .await;
    let connector = Connector::new(with_role(&server.url, "333333333333")).await.expect("valid settings");
    for _ in 0..3 {
        let refused = connector.ram(&place("333333333333")).await.expect_err("refused");
        assert_eq!((refused.kind, refused.action), (ErrorKind::CannotAssumeRole, "sts:AssumeRole"));
        let gap = Gap::from(refused);
        assert_eq!(
            (gap.cause, gap.caller.as_str()),
            (GapCause::CannotAssumeRole, "arn:aws:iam::333333333333:role/ramctl")
        );
        assert!(gap.detail.contains("is not authorized"), "{}", gap.detail);
        assert!(!gap.detail.contains("shared-secret"));
    }
    assert_eq!(server.requests("Action=AssumeRole").len(), 1);
}

#[tokio::test]
async fn expiring_credentials_of_a_role_are_renewed() {
    let server = Server::start(|request: &Request, _| match request.operation.as_str() {
        "Action=AssumeRole" => (200, assumed("333333333333", "2020-01-01T00:00:00Z")),
        _ => (200, r#"{"resourceShares":[]}"#.into()),
    })
    .await;
    let connector = Connector::new(with_role(&server.url, "333333333333")).await.expect("valid settings");
    let ram = connector.ram(&place("333333333333")).await.expect("reachable");
    shares(&ram).await.expect("read");
    assert!(server.requests("Action=AssumeRole").len() >= 2);
}

#[tokio::test]
async fn credentials_of_another_account_are_never_used() {
    let server = Server::start(|_: &Request, _| (200, identity("999999999999"))).await;
    let connector = Connector::new(sandbox(&server.url)).await.expect("valid settings");
    for account_id in ["222222222222", "333333333333"] {
        let refused = connector.ram(&place(account_id)).await.expect_err("another account");
        assert_eq!(refused.kind, ErrorKind::WrongAccount);
        let gap = Gap::from(refused);
        assert_eq!(gap.cause, GapCause::Credentials);
        assert!(gap.detail.contains("999999999999") && gap.detail.contains(account_id), "{}", gap.detail);
    }
    assert_eq!(server.requests("Action=GetCallerIdentity").len(), 1);

    let server = Server::start(|_: &Request, _| (200, assumed("999999999999", "2099-01-01T00:00:00Z"))).await;
    let connector = Connector::new(with_role(&server.url, "333333333333")).await.expect("valid settings");
    let refused = connector.ram(&place("333333333333")).await.expect_err("another account");
    assert_eq!(refused.kind, ErrorKind::WrongAccount);
}

#[tokio::test]
async fn a_sandbox_lets_no_request_leave_loopback() {
    for endpoint in ["http://192.0.2.1:4566", "https://ram.eu-central-1.amazonaws.com"] {
        let refused = Connector::new(sandbox(endpoint)).await.err();
        assert!(matches!(refused, Some(ConnectorError::OutsideSandbox { .. })), "{endpoint}");
    }
    let bare = Settings { endpoint: None, ..sandbox("") };
    assert!(matches!(Connector::new(bare).await.err(), Some(ConnectorError::IncompleteSandbox)));

    // Even a client that is given another endpoint stops before it sends.
    let config = aws_sdk_ram::Config::builder()
        .behavior_version(aws_sdk_ram::config::BehaviorVersion::v2026_01_12())
        .region(aws_sdk_ram::config::Region::new("eu-central-1"))
        .credentials_provider(crate::aws::credentials::static_credentials(&keys()))
        .http_client(crate::aws::http::Http::loopback_only())
        .build();
    let caller = crate::cloud::Caller { account: account("222222222222"), region: None, name: "test".into() };
    let limiter = crate::aws::rates::Limiter::new(crate::aws::rates::Service::Ram, Rates::Unlimited);
    let ram = crate::aws::RamClient::new(
        aws_sdk_ram::Client::from_conf(config),
        caller,
        limiter,
        crate::aws::clock::AwsClock::default(),
    );
    let refused = shares(&ram).await.expect_err("outside");
    assert_eq!(refused.kind, ErrorKind::LeftSandbox, "{refused:?}");
    assert!(refused.message.contains("ram.eu-central-1.amazonaws.com"), "{}", refused.message);

    // Nor does the client that is no SDK's.
    let server = Server::start(|_: &Request, _| (200, identity("222222222222"))).await;
    let connector = Connector::new(sandbox(&server.url)).await.expect("valid settings");
    let elsewhere = connector.ec2_at("https://ec2.eu-central-1.amazonaws.com", &place("222222222222")).await;
    let subnets = ["subnet-1".to_owned()];
    let refused = elsewhere.describe_network_interfaces(&subnets, &PageRequest::first(5)).await;
    let refused = refused.expect_err("outside");
    assert_eq!(refused.kind, ErrorKind::LeftSandbox, "{refused:?}");
}

#[tokio::test]
async fn organizations_keep_their_errors_apart() {
    for (code, kind) in [
        ("AWSOrganizationsNotInUseException", ErrorKind::NoOrganization),
        ("AccessDeniedException", ErrorKind::AccessDenied),
        ("ServiceException", ErrorKind::Service),
    ] {
        let server = Server::start(move |request: &Request, _| match request.operation.as_str() {
            "Action=GetCallerIdentity" => (200, identity("222222222222")),
            _ => error(if code == "ServiceException" { 500 } else { 400 }, code, "x"),
        })
        .await;
        let connector = Connector::new(sandbox(&server.url)).await.expect("valid settings");
        let org = connector.organization(&account("222222222222")).await.expect("reachable");
        assert_eq!(org.describe_organization().await.map_err(|error| error.kind), Err(kind), "{code}");
    }
}

/// Runs one ignored test of this file in a process of its own with just these variables.
async fn in_environment(test: &'static str, variables: Vec<(&'static str, String)>) -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "the environment of a process cannot be changed safely from within"
    )]
    let run = move || {
        let home = tempfile::tempdir().expect("a temporary folder");
        std::process::Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", &format!("aws::tests::{test}"), "--ignored", "--nocapture"])
            .env_clear()
            .env("HOME", home.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(variables)
            .output()
            .expect("this test starts")
    };
    let output = tokio::task::spawn_blocking(run).await.expect("no panic");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}");
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn the_standard_variables_name_credentials_and_endpoints() {
    let identity = |request: &Request, _| match request.operation.as_str() {
        "Action=GetCallerIdentity" => (200, identity("222222222222")),
        _ => (200, r#"{"resourceShares":[],"Roots":[]}"#.to_owned()),
    };
    let (general, ram) = (Server::start(identity).await, Server::start(identity).await);
    let variables = vec![
        ("AWS_ENDPOINT_URL", general.url.clone()),
        ("AWS_ENDPOINT_URL_RAM", ram.url.clone()),
        ("AWS_ACCESS_KEY_ID", "ENVKEY".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "secret".to_owned()),
    ];
    in_environment("reads_with_the_credentials_of_the_process", variables).await;
    assert_eq!(general.requests("AWSOrganizationsV20161128.ListRoots").len(), 1);
    assert_eq!(general.requests("/getresourceshares").len(), 0);
    let reads = ram.requests("/getresourceshares");
    assert_eq!(reads.iter().map(|request| request.access_key.as_str()).collect::<Vec<_>>(), ["ENVKEY"]);
}

#[tokio::test]
#[ignore = "run by the test above, in an environment of its own"]
async fn reads_with_the_credentials_of_the_process() {
    let connector = Connector::new(Settings::default()).await.expect("valid settings");
    shares(&connector.ram(&place("222222222222")).await.expect("reachable")).await.expect("read");
    let org = connector.organization(&account("222222222222")).await.expect("reachable");
    org.list_roots(&PageRequest::first(20)).await.expect("read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_without_credentials_says_so() {
    in_environment("has_no_credentials", vec![("AWS_ENDPOINT_URL", "http://127.0.0.1:9".to_owned())]).await;
}

#[tokio::test]
#[ignore = "run by the test above, in an environment of its own"]
async fn has_no_credentials() {
    for settings in [
        Settings::default(),
        Settings { endpoint: None, credentials: None, loopback_only: false, ..with_role("", "222222222222") },
    ] {
        let connector = Connector::new(settings).await.expect("valid settings");
        let refused = connector.ram(&place("222222222222")).await.expect_err("no credentials");
        assert_eq!(refused.kind, ErrorKind::CredentialsUnavailable, "{refused:?}");
        assert_eq!(Gap::from(refused).cause, GapCause::Credentials);
    }
}

/// EC2 in account 222222222222, which the base credentials belong to.
async fn ec2_that(
    answer: impl Fn(&Request, usize) -> Answer + Clone + Send + Sync + 'static,
) -> (Server, Connector, crate::aws::Ec2Client) {
    let server = Server::start(move |request: &Request, earlier| match request.operation.as_str() {
        "Action=GetCallerIdentity" => (200, identity("222222222222")),
        _ => answer(request, earlier),
    })
    .await;
    let connector = Connector::new(sandbox(&server.url)).await.expect("valid settings");
    let ec2 = connector.usage(&place("222222222222")).await.expect("reachable");
    (server, connector, ec2)
}

fn interfaces(rows: &[(&str, &str)], next: &str) -> Answer {
    let rows = rows.iter().map(|(subnet, owner)| {
        format!("<item><networkInterfaceId>eni-1</networkInterfaceId><subnetId>{subnet}</subnetId><ownerId>{owner}</ownerId></item>")
    });
    let rows: String = rows.collect();
    let text = format!(
        "<DescribeNetworkInterfacesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>r</requestId>\
         <networkInterfaceSet>{rows}</networkInterfaceSet>{next}</DescribeNetworkInterfacesResponse>"
    );
    (200, text)
}

fn ec2_error(status: u16, code: &str) -> Answer {
    let text = format!(
        "<?xml version=\"1.0\"?><Response><Errors><Error><Code>{code}</Code><Message>m</Message></Error></Errors>\
         <RequestID>r</RequestID></Response>"
    );
    (status, text)
}

#[tokio::test]
async fn ec2_is_asked_in_its_own_protocol_with_the_accounts_credentials() {
    let (server, connector, ec2) = ec2_that(|_, earlier| match earlier {
        0 => ec2_error(503, "RequestLimitExceeded"),
        _ => interfaces(&[("subnet-1", "333333333333")], "<nextToken>n</nextToken>"),
    })
    .await;
    let subnets = ["subnet-1".to_owned(), "subnet-2".to_owned()];
    let request = PageRequest { size: 1000, token: Some("a b".into()) };
    let page = ec2.describe_network_interfaces(&subnets, &request).await.expect("an answer");
    let row = UseRow { id: "eni-1".into(), resource: "subnet-1".into(), account: account("333333333333") };
    assert_eq!((page.items, page.next.as_deref()), (vec![row], Some("n")));
    let sent = server.requests("Action=DescribeNetworkInterfaces");
    assert_eq!(sent.len(), 2, "a throttled call is made again");
    assert_eq!(
        sent[0].body,
        "Action=DescribeNetworkInterfaces&Version=2016-11-15&Filter.1.Name=subnet-id&Filter.1.Value.1=subnet-1\
         &Filter.1.Value.2=subnet-2&MaxResults=1000&NextToken=a+b&IncludeManagedResources=true"
    );
    assert_eq!(sent[0].access_key, "BASEKEY");
    let count = connector.calls().of("EC2", "DescribeNetworkInterfaces");
    assert_eq!((count.calls, count.attempts, count.failures), (1, 2, 0));
}

#[tokio::test]
async fn what_ec2_refuses_or_garbles_is_told_as_what_it_is() {
    for (answer, kind, code, calls) in [
        (ec2_error(403, "UnauthorizedOperation"), ErrorKind::AccessDenied, "UnauthorizedOperation", 1),
        (ec2_error(401, "AuthFailure"), ErrorKind::CredentialsUnavailable, "AuthFailure", 1),
        (ec2_error(503, "RequestLimitExceeded"), ErrorKind::Throttled, "RequestLimitExceeded", 3),
        (ec2_error(500, "InternalError"), ErrorKind::Service, "InternalError", 3),
        ((502, "<html>bad gateway</html>".to_owned()), ErrorKind::Service, "", 3),
        ((200, "<html>welcome</html>".to_owned()), ErrorKind::Unreadable, "", 1),
        (interfaces(&[("subnet-1", "me")], ""), ErrorKind::Unreadable, "", 1),
    ] {
        let given = answer.clone();
        let (server, _, ec2) = ec2_that(move |_, _| given.clone()).await;
        let subnets = ["subnet-1".to_owned()];
        let refused = ec2.describe_network_interfaces(&subnets, &PageRequest::first(5)).await;
        let refused = refused.expect_err("no answer");
        assert_eq!((refused.kind, refused.code.as_str()), (kind, code), "{answer:?}: {}", refused.message);
        assert_eq!(server.requests("Action=DescribeNetworkInterfaces").len(), calls, "{answer:?}");
        assert_eq!(refused.action, "ec2:DescribeNetworkInterfaces");
    }
}

#[tokio::test]
async fn attachments_that_are_over_are_not_counted() {
    let (_, _, ec2) = ec2_that(|_, _| {
        let item = |owner: &str, state: &str| {
            format!(
                "<item><transitGatewayAttachmentId>tgw-attach-{state}</transitGatewayAttachmentId>\
                 <transitGatewayId>tgw-1</transitGatewayId><resourceOwnerId>{owner}</resourceOwnerId>\
                 <state>{state}</state></item>"
            )
        };
        let items = [("1", "available"), ("2", "deleted"), ("3", "pendingAcceptance"), ("4", "rejected"), ("5", "tomorrow")];
        let items: String = items.iter().map(|(n, state)| item(&n.repeat(12), state)).collect();
        let text = format!(
            "<DescribeTransitGatewayAttachmentsResponse><transitGatewayAttachments>{items}</transitGatewayAttachments>\
             </DescribeTransitGatewayAttachmentsResponse>"
        );
        (200, text)
    })
    .await;
    let page = ec2.describe_transit_gateway_attachments(&["tgw-1".to_owned()], &PageRequest::first(5)).await;
    let owners: Vec<String> =
        page.expect("an answer").items.into_iter().map(|row| row.account.to_string()).collect();
    assert_eq!(owners, ["111111111111", "333333333333", "555555555555"], "a state of tomorrow counts");
}
