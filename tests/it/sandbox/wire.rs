//! Raw requests: whatever arrives, an answer leaves.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use ramctl::sandbox::{Content, Running, Settings, start};

/// Sends bytes and reads until the server closes the connection.
pub(crate) async fn raw(running: &Running, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(running.addr()).await.unwrap();
    // A server that has seen enough may close before all is sent.
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let _ = tokio::time::timeout(Duration::from_secs(10), read)
        .await
        .expect("an answer, or the end of the connection");
    answer
}

/// One request with a body; the status and the JSON of the answer.
pub(crate) async fn send(
    running: &Running,
    method: &str,
    path: &str,
    headers: &str,
    body: &[u8],
) -> (u16, Value) {
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    let answer = String::from_utf8_lossy(&raw(running, &request).await).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

/// The header of a request by the first account of an empty sandbox.
pub(crate) fn signed(key: &str) -> String {
    format!(
        "Authorization: AWS4-HMAC-SHA256 Credential={key}/20261122/eu-central-1/ram/aws4_request, SignedHeaders=host, Signature=00\r\n"
    )
}

async fn empty() -> Running {
    start(Settings::new(Content::Empty)).await.unwrap()
}

#[tokio::test]
async fn errors_are_json_with_a_type_a_message_and_a_request_id() {
    let running = empty().await;
    for (method, path, headers, body, status, code) in [
        ("POST", "/nosuchoperation", signed("testing"), "{}", 404, "UnknownOperationException"),
        ("GET", "/nosuchoperation", String::new(), "", 404, "UnknownOperationException"),
        ("POST", "/getresourceshares", String::new(), "{}", 403, "MissingAuthenticationToken"),
        ("POST", "/getresourceshares", signed("AKIANOBODY"), "{}", 403, "UnrecognizedClientException"),
        ("POST", "/getresourceshares", signed("testing"), "{", 400, "SerializationException"),
        ("POST", "/getresourceshares", signed("testing"), "{}", 400, "InvalidParameterException"),
        (
            "POST",
            "/getresourceshares",
            signed("testing"),
            r#"{"resourceOwner":7}"#,
            400,
            "InvalidParameterException",
        ),
        (
            "POST",
            "/createresourceshare",
            signed("testing"),
            r#"{"name":"x","tags":{"a":1}}"#,
            400,
            "InvalidParameterException",
        ),
        (
            "POST",
            "/getresourceshares",
            "Authorization: AWS4-HMAC-SHA256 Credential=testing/1/nowhere/ram/aws4_request\r\n".to_owned(),
            r#"{"resourceOwner":"SELF"}"#,
            403,
            "InvalidSignatureException",
        ),
    ] {
        let (got, answer) = send(&running, method, path, &headers, body.as_bytes()).await;
        assert_eq!((got, answer["__type"].as_str()), (status, Some(code)), "{path} {body}");
        assert!(answer["message"].is_string());
    }
    let bytes = raw(&running, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    assert!(String::from_utf8_lossy(&bytes).contains("<Code>InvalidAction</Code>"));
    let answer = String::from_utf8_lossy(
        &raw(&running, b"POST /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await,
    )
    .to_lowercase();
    assert!(
        answer.contains("x-amzn-requestid: ")
            && answer.contains("x-amzn-errortype: unknownoperationexception")
    );
}

#[tokio::test]
async fn a_body_that_is_too_large_or_breaks_off_is_answered() {
    let running = empty().await;
    let large = vec![b' '; 5 << 20];
    let (status, _) = send(&running, "POST", "/getresourceshares", &signed("testing"), &large).await;
    assert!(status == 413 || status == 0, "{status}");
    let cut = b"POST /getresourceshares HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{";
    let mut stream = TcpStream::connect(running.addr()).await.unwrap();
    stream.write_all(cut).await.unwrap();
    drop(stream);
    let chunked = format!(
        "POST /getresourceshares HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{}Transfer-Encoding: chunked\r\n\r\n\
         1\r\n{{\r\n17\r\n\"resourceOwner\":\"SELF\"}}\r\n0\r\n\r\n",
        signed("testing")
    );
    let answer = raw(&running, chunked.as_bytes()).await;
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
}

/// Values that are wrong somewhere, for every parameter of every operation.
fn wrong_values() -> Vec<Value> {
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(18_446_744_073_709_551_615_u64),
        json!(""),
        json!("arn:aws:ram:eu-central-1:123456789012:resource-share/"),
        json!("arn:aws:ram:::"),
        json!("\u{0}\u{1b}[31m\u{202e}é日本"),
        json!("x".repeat(5_000)),
        json!([]),
        json!([null, 1, "arn:aws:ec2:eu-central-1:123456789012:subnet/x"]),
        json!({}),
        json!({"key": {"value": []}}),
        deep,
    ]
}

#[tokio::test]
async fn no_wrong_value_of_any_parameter_breaks_the_sandbox() {
    let running = empty().await;
    let ram: &[(&str, &[&str])] = &[
        (
            "createresourceshare",
            &[
                "name",
                "resourceArns",
                "principals",
                "sources",
                "tags",
                "permissionArns",
                "clientToken",
                "resourceShareConfiguration",
            ],
        ),
        ("updateresourceshare", &["resourceShareArn", "name", "allowExternalPrincipals"]),
        (
            "getresourceshares",
            &[
                "resourceOwner",
                "resourceShareArns",
                "tagFilters",
                "nextToken",
                "maxResults",
                "permissionArn",
                "permissionVersion",
            ],
        ),
        ("associateresourceshare", &["resourceShareArn", "resourceArns", "principals", "sources"]),
        ("disassociateresourceshare", &["resourceShareArn", "resourceArns", "principals"]),
        (
            "getresourceshareassociations",
            &["associationType", "resourceArn", "principal", "associationStatus", "nextToken"],
        ),
        (
            "listresources",
            &["resourceOwner", "principal", "resourceType", "resourceArns", "resourceRegionScope"],
        ),
        ("listprincipals", &["resourceOwner", "resourceArn", "principals"]),
        ("listpermissions", &["resourceType", "permissionType", "maxResults"]),
        ("getpermission", &["permissionArn", "permissionVersion"]),
        ("createpermission", &["name", "resourceType", "policyTemplate", "tags"]),
        ("associateresourcesharepermission", &["resourceShareArn", "permissionArn", "replace"]),
        ("listpermissionassociations", &["permissionArn", "featureSet", "defaultVersion"]),
        ("replacepermissionassociations", &["fromPermissionArn", "toPermissionArn", "fromPermissionVersion"]),
        ("getresourcepolicies", &["resourceArns", "principal"]),
        ("tagresource", &["resourceShareArn", "resourceArn", "tags"]),
        ("untagresource", &["resourceShareArn", "tagKeys"]),
        ("getresourceshareinvitations", &["resourceShareInvitationArns", "resourceShareArns", "maxResults"]),
        ("acceptresourceshareinvitation", &["resourceShareInvitationArn", "clientToken"]),
        ("promoteresourcesharecreatedfrompolicy", &["resourceShareArn"]),
    ];
    for (operation, parameters) in ram {
        for parameter in *parameters {
            for value in wrong_values() {
                let mut body = json!({"resourceOwner": "SELF", "associationType": "RESOURCE", "name": "x", "maxResults": 5});
                body[*parameter] = value.clone();
                let body = body.to_string();
                let (status, _) =
                    send(&running, "POST", &format!("/{operation}"), &signed("testing"), body.as_bytes())
                        .await;
                assert!((200..500).contains(&status), "{operation} {parameter} {value}: {status}");
            }
        }
    }
    for target in [
        "AWSOrganizationsV20161128.CreateOrganization",
        "AWSOrganizationsV20161128.ListAccounts",
        "AWSOrganizationsV20161128.CreateAccount",
        "AWSOrganizationsV20161128.MoveAccount",
        "AWSOrganizationsV20161128.ListChildren",
        "ResourceGroupsTaggingAPI_20170126.GetResources",
        "CloudTrail_20131101.LookupEvents",
    ] {
        for parameter in [
            "NextToken",
            "MaxResults",
            "FeatureSet",
            "ParentId",
            "AccountId",
            "Email",
            "TagFilters",
            "LookupAttributes",
            "StartTime",
            "Tags",
        ] {
            for value in wrong_values() {
                let headers = format!("{}X-Amz-Target: {target}\r\n", signed("testing"));
                let body = json!({parameter: value}).to_string();
                let (status, _) = send(&running, "POST", "/", &headers, body.as_bytes()).await;
                assert!((200..500).contains(&status), "{target} {body}: {status}");
            }
        }
    }
    // It still works.
    let (status, answer) = send(&running, "POST", "/listresourcetypes", &signed("testing"), b"{}").await;
    assert_eq!(status, 200);
    assert!(answer["resourceTypes"].as_array().is_some_and(|types| types.len() > 80));
}

#[tokio::test]
async fn random_bytes_never_silence_the_sandbox() {
    let running = empty().await;
    let mut random = fastrand::Rng::with_seed(4);
    let good = format!(
        "POST /getresourceshares?a=b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{}Content-Length: 2\r\n\r\n{{}}",
        signed("testing")
    );
    for _ in 0..300 {
        let mut bytes = good.clone().into_bytes();
        for _ in 0..random.usize(1..6) {
            let at = random.usize(..bytes.len());
            match random.u8(..3) {
                0 => bytes[at] = random.u8(..),
                1 => bytes.truncate(at.max(1)),
                _ => bytes.insert(at, random.u8(..)),
            }
        }
        let mut stream = TcpStream::connect(running.addr()).await.unwrap();
        let _ = stream.write_all(&bytes).await;
        // Half of the clients wait for an answer, which may never be owed, half go.
        let mut answer = [0; 64];
        let _ = tokio::time::timeout(Duration::from_millis(2), stream.read(&mut answer)).await;
    }
    let (status, _) = send(&running, "POST", "/listresourcetypes", &signed("testing"), b"{}").await;
    assert_eq!(status, 200);
}

/// The status of a request with these headers; `Host` is among them.
async fn status_of(running: &Running, method: &str, path: &str, headers: &str) -> u16 {
    let request =
        format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: 2\r\n{headers}\r\n{{}}");
    let answer = String::from_utf8_lossy(&raw(running, request.as_bytes()).await).into_owned();
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

/// As a page puts it: a request that browsers send to any site unasked, signed in the address.
const PRESIGNED: &str = "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=testing%2F20261122%2Feu-central-1%2Fram%2Faws4_request\
    &X-Amz-SignedHeaders=host&X-Amz-Signature=00";

#[tokio::test]
async fn a_name_that_is_not_loopback_gets_no_answer() {
    let running = empty().await;
    let port = running.addr().port();
    for (host, answered) in [
        (format!("Host: 127.0.0.1:{port}\r\n"), true),
        (format!("Host: localhost:{port}\r\n"), true),
        (format!("Host: [::1]:{port}\r\n"), true),
        (format!("Host: evil.example:{port}\r\n"), false),
        ("Host: 192.0.2.1\r\n".to_owned(), false),
        ("Host: \r\n".to_owned(), false),
        (format!("Host: localhost\r\nHost: evil.example:{port}\r\n"), false),
    ] {
        for path in ["/listresourcetypes", "/_sandbox/state"] {
            let method = if path.starts_with("/_") { "GET" } else { "POST" };
            let status = status_of(&running, method, path, &format!("{host}{}", signed("testing"))).await;
            assert_eq!(status == 200, answered, "{host:?} {path}: {status}");
            assert!(answered || status == 403 || status == 400, "{host:?} {path}: {status}");
        }
    }
}

#[tokio::test]
async fn what_a_web_page_sends_is_refused_and_changes_nothing() {
    let running = empty().await;
    let create = format!("/createresourceshare{PRESIGNED}&name=planted");
    let role = format!(
        "/{PRESIGNED}&Action=CreateRole&Version=2010-05-08&RoleName=x&AssumeRolePolicyDocument=%7B%7D"
    );
    for (what, method, path, headers) in [
        ("a form", "POST", create.as_str(), "Content-Type: text/plain\r\nOrigin: https://evil.example\r\n"),
        ("a form of a page without a name", "POST", &create, "Content-Type: text/plain\r\nOrigin: null\r\n"),
        (
            "a post that tells no origin",
            "POST",
            &create,
            "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: cross-site\r\n",
        ),
        ("a page of the same site", "POST", &create, "Sec-Fetch-Site: same-site\r\n"),
        ("an image", "GET", &role, "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n"),
        ("a control request", "POST", "/_sandbox/clock", "Origin: http://localhost\r\n"),
    ] {
        let status = status_of(&running, method, path, &format!("Host: localhost\r\n{headers}")).await;
        assert_eq!(status, 403, "{what}");
    }
    let (_, state) = send(&running, "GET", "/_sandbox/state", "", b"").await;
    assert_eq!((&state["shares"], &state["events"]), (&json!(0), &json!(0)), "{state}");
    // The same without a browser is a call like any other: presigned requests are part of AWS's protocol.
    assert_eq!(status_of(&running, "POST", &create, "Host: localhost\r\n").await, 200);
    assert_eq!(
        status_of(&running, "GET", "/_sandbox/state", "Host: localhost\r\nSec-Fetch-Site: none\r\n").await,
        200
    );
}

#[tokio::test]
async fn a_span_of_time_that_is_no_span_is_refused() {
    let running = empty().await;
    let clock = async |seconds: Value| {
        let body = json!({"advance_seconds": seconds}).to_string();
        send(&running, "POST", "/_sandbox/clock", "", body.as_bytes()).await
    };
    for seconds in [
        json!(-1),
        json!(i64::MIN),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1e300),
        json!(40_000_000_000_i64),
        json!("1"),
    ] {
        let (status, answer) = clock(seconds.clone()).await;
        assert_eq!((status, &answer["__type"]), (400, &json!("ValidationException")), "{seconds}: {answer}");
    }
    assert_eq!(clock(json!(0)).await.0, 200);
    // A thousand years at a time, until the year 9000.
    let mut steps = 0;
    while clock(json!(31_556_952_000_i64)).await.0 == 200 {
        steps += 1;
        assert!(steps < 10, "the clock ends somewhere");
    }
    assert_eq!(steps, 6);
    let (status, state) = send(&running, "GET", "/_sandbox/state", "", b"").await;
    assert_eq!((status, state["now"].as_str().map(|now| now.starts_with('8'))), (200, Some(true)), "{state}");
}
