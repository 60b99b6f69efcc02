//! Proxy variables: never for loopback, as always for everything else. Each test runs in a process of its own, for the environment is
//! the process's.

use super::*;

const CAPITALS: [&str; 3] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
const SMALL: [&str; 3] = ["http_proxy", "https_proxy", "all_proxy"];
const ELSEWHERE: &str = "http://aws.example.invalid";

/// A proxy that answers every request itself: whatever reaches it did not go directly.
async fn proxy() -> Server {
    Server::start(|request: &Request, _| match request.operation.as_str() {
        "Action=GetCallerIdentity" => (200, identity("222222222222")),
        _ => (200, r#"{"resourceShares":[]}"#.to_owned()),
    })
    .await
}

fn with_credentials(mut variables: Vec<(&'static str, String)>) -> Vec<(&'static str, String)> {
    variables.push(("AWS_ACCESS_KEY_ID", "ENVKEY".to_owned()));
    variables.push(("AWS_SECRET_ACCESS_KEY", "secret".to_owned()));
    variables
}

fn proxied_by(names: &[&'static str], url: &str) -> Vec<(&'static str, String)> {
    names.iter().map(|name| (*name, url.to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_to_loopback_go_to_no_proxy() {
    for names in [CAPITALS, SMALL] {
        let (endpoint, proxy) = (proxy().await, proxy().await);
        for url in [endpoint.url.clone(), endpoint.url.replace("127.0.0.1", "localhost")] {
            let mut variables = with_credentials(proxied_by(&names, &proxy.url));
            variables.push(("AWS_ENDPOINT_URL", url.clone()));
            in_environment("proxies::reads", variables).await;
            let mut variables = with_credentials(proxied_by(&names, &proxy.url));
            variables.push(("TEST_SANDBOX", url));
            in_environment("proxies::reads", variables).await;
        }
        assert_eq!(endpoint.requests("/getresourceshares").len(), 4);
        assert_eq!(proxy.requests.lock().expect("no panic").len(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_to_aws_go_through_the_proxy_unless_no_proxy_says_otherwise() {
    for (name, no_proxy) in [("HTTP_PROXY", None), ("http_proxy", None), ("ALL_PROXY", Some("other.invalid"))]
    {
        let proxy = proxy().await;
        let mut variables = with_credentials(proxied_by(&[name], &proxy.url));
        variables.push(("AWS_ENDPOINT_URL", ELSEWHERE.to_owned()));
        variables.extend(no_proxy.map(|hosts| ("NO_PROXY", hosts.to_owned())));
        in_environment("proxies::reads", variables).await;
        assert_eq!(proxy.requests("/getresourceshares").len(), 1, "{name}");
    }
    let proxy = proxy().await;
    for hosts in ["aws.example.invalid", ".example.invalid", "*"] {
        let mut variables = with_credentials(proxied_by(&["HTTP_PROXY"], &proxy.url));
        variables.push(("AWS_ENDPOINT_URL", ELSEWHERE.to_owned()));
        variables.push(("NO_PROXY", hosts.to_owned()));
        in_environment("proxies::finds_nobody", variables).await;
    }
    assert_eq!(proxy.requests.lock().expect("no panic").len(), 0);
}

/// A proxy of a company that lets nobody out: it sees where a tunnel is asked for, and no more than that.
#[tokio::test(flavor = "multi_thread")]
async fn calls_to_aws_by_https_ask_the_proxy_for_a_tunnel() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let heads = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&heads);
        let server = tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let mut head = vec![0; 4096];
                let n = client.read(&mut head).await.unwrap_or_default();
                seen.lock().expect("no panic").push(String::from_utf8_lossy(&head[..n]).into_owned());
                let _ = client.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await;
            }
        });
        in_environment("proxies::finds_nobody", with_credentials(proxied_by(&[name], &url))).await;
        server.abort();
        let heads = heads.lock().expect("no panic");
        assert!(!heads.is_empty(), "{name}: the proxy was not asked");
        for head in heads.iter() {
            assert!(head.starts_with("CONNECT sts.us-east-1.amazonaws.com:443 "), "{name}: {head}");
            assert!(!head.contains("ENVKEY"), "{name}: credentials go through the tunnel alone: {head}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stand_in_on_loopback_keeps_calls_from_aws_whatever_the_proxy() {
    let proxy = proxy().await;
    let mut variables = with_credentials(proxied_by(&CAPITALS, &proxy.url));
    variables.push(("AWS_ENDPOINT_URL", ELSEWHERE.to_owned()));
    variables.push(("TEST_GUARD", "yes".to_owned()));
    in_environment("proxies::is_kept_on_loopback", variables).await;
    assert_eq!(proxy.requests.lock().expect("no panic").len(), 0);
}

#[expect(clippy::disallowed_methods, reason = "the variables are what is tested")]
async fn connector() -> Connector {
    let settings = match std::env::var("TEST_SANDBOX") {
        Ok(url) => sandbox(&url),
        Err(_) => Settings {
            attempts: 1,
            rates: Rates::Unlimited,
            guard: std::env::var("TEST_GUARD").is_ok(),
            ..Settings::default()
        },
    };
    Connector::new(settings).await.expect("valid settings")
}

#[tokio::test]
#[ignore = "run by the tests above, in an environment of its own"]
async fn reads() {
    let connector = connector().await;
    let ram = connector.ram(&place("222222222222")).await.expect("reachable");
    assert_eq!(shares(&ram).await, Ok(vec![]));
}

#[tokio::test]
#[ignore = "run by the tests above, in an environment of its own"]
async fn finds_nobody() {
    let failed = connector().await.ram(&place("222222222222")).await.expect_err("no such host");
    // A resolver without a network may take longer to say so than a connection is waited for.
    assert!(matches!(failed.kind, ErrorKind::Unreachable | ErrorKind::Timeout), "{failed:?}");
}

#[tokio::test]
#[ignore = "run by the tests above, in an environment of its own"]
async fn is_kept_on_loopback() {
    let failed = connector().await.ram(&place("222222222222")).await.expect_err("kept");
    assert_eq!(failed.kind, ErrorKind::LeftSandbox, "{failed:?}");
}
