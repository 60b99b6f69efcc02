//! What an error names: the Region that is off, the endpoint that is no AWS, the endpoint that is dead.

use super::*;

#[tokio::test]
async fn a_region_that_does_not_know_credentials_that_work_is_not_enabled() {
    for code in ["UnrecognizedClientException", "InvalidClientTokenId"] {
        let message = "The security token included in the request is invalid.";
        let (_server, _connector, ram) = ram_that(move |_, _| error(403, code, message)).await;
        let found = shares(&ram).await.expect_err("refused");
        assert_eq!(found.kind, ErrorKind::RegionNotEnabled);
        assert!(found.help().expect("help").contains("eu-central-1 is not enabled for account 222222222222"));
        assert_eq!(Gap::from(found).cause, GapCause::RegionNotEnabled);
    }
    let server = Server::start(|_: &Request, _| sts_error("InvalidClientTokenId", "invalid")).await;
    let connector = Connector::new(sandbox(&server.url)).await.expect("valid settings");
    let found = connector.ram(&place("222222222222")).await.expect_err("refused");
    assert_eq!(found.kind, ErrorKind::CredentialsUnavailable, "of no Region: the credentials themselves");
}

#[tokio::test]
async fn an_answer_that_is_none_of_aws_names_status_and_endpoint() {
    let html = "<!DOCTYPE html><html><title>404 Not Found</title></html>";
    for (status, body, said) in [
        (404, html, "an HTML page"),
        (404, "", "it does not know the operation"),
        (404, "{}", "it does not know the operation"),
        (404, "Not Found", "plain text and no error code of AWS: it does not know the operation"),
        (400, r#"{"error":"no route"}"#, "JSON and no error code of AWS"),
        (403, "blocked by the proxy", "plain text and no error code of AWS"),
        (401, "", "an empty body and no error code of AWS"),
        (200, "service is up", "plain text, and no answer of AWS"),
        (200, "<html><body>sign in to the guest network</body></html>", "an HTML page"),
        (400, r#"{"__type":"UnknownOperationException"}"#, "it does not know the operation"),
    ] {
        let (server, _connector, ram) = ram_that(move |_, _| (status, body.to_owned())).await;
        let found = shares(&ram).await.expect_err("refused");
        let kind = if status == 200 { ErrorKind::Unreadable } else { ErrorKind::Unsupported };
        assert_eq!(found.kind, kind, "{status} {body}: {found:?}");
        let start = format!("HTTP {status} from {} with ", server.url);
        assert!(found.message.starts_with(&start) && found.message.contains(said), "{}", found.message);
    }
    let (_server, _connector, ram) = ram_that(move |_, _| (503, html.to_owned())).await;
    assert_eq!(shares(&ram).await.expect_err("refused").kind, ErrorKind::Service, "it may pass");
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_named_and_nothing_else_is() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let url = format!("http://{}", free.local_addr().expect("bound"));
    drop(free);
    let connector = Connector::new(sandbox(&url)).await.expect("valid settings");
    let found = connector.ram(&place("222222222222")).await.expect_err("refused");
    assert_eq!(found.kind, ErrorKind::Unreachable);
    assert!(found.message.starts_with(&format!("no answer from {url}: ")), "{}", found.message);
    assert!(!found.message.contains("dispatch failure"), "{}", found.message);
}
