//! How fast the sandbox starts, lists and writes: the quickstart's seed, and 25,000 shares with 10,000 accounts.
//!
//! `cargo bench --bench sandbox` prints a line for each measurement. Client and server share the machine.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a benchmark reads the clock and files, and prints"
)]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ramctl::sandbox::{Content, Running, Settings, start};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const LARGE: &str = r#"
organization {
  management_account = "management"
  sharing            = "enabled"
  account "management" { id = "111111111111" }
  account "network" { id = "222222222222" }
}
generate {
  accounts = 10000
  units    = 300
  shares   = 25000
  account  = "network"
}
"#;

const CLIENTS: usize = 4;
const DURATION: Duration = Duration::from_secs(5);

async fn started(what: &str, settings: Settings) -> Running {
    let begin = Instant::now();
    let running = start(settings).await.expect("the sandbox starts");
    println!("{what:34} {:>8.1} ms", begin.elapsed().as_secs_f64() * 1e3);
    running
}

/// Sends one request over and over on one connection; returns how often it was answered, and with how many bytes.
async fn client(address: SocketAddr, request: Vec<u8>, end: Instant) -> (u64, u64) {
    let mut stream = TcpStream::connect(address).await.expect("the sandbox listens");
    stream.set_nodelay(true).expect("a TCP socket");
    let (mut count, mut bytes, mut buffer) = (0, 0, vec![0; 1 << 20]);
    while Instant::now() < end {
        stream.write_all(&request).await.expect("the sandbox reads");
        let (mut have, mut need) = (0, usize::MAX);
        while have < need {
            let read = stream.read(&mut buffer[have..]).await.expect("the sandbox answers");
            assert!(read > 0, "the connection was closed");
            have += read;
            if need == usize::MAX {
                need = length(&buffer[..have]).unwrap_or(usize::MAX);
            }
        }
        count += 1;
        bytes += have as u64;
    }
    (count, bytes)
}

/// The length of a whole answer, once its head is there.
fn length(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&answer[..head]).ok()?;
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    let body = text.lines().find_map(|line| line.strip_prefix("content-length: "))?;
    Some(head + 4 + body.parse::<usize>().ok()?)
}

async fn load(running: &Running, what: &str, path: &str, body: &str) {
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=222222222222/20260101/eu-central-1/ram/aws4_request\r\n\r\n{body}",
        body.len()
    );
    let end = Instant::now() + DURATION;
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| tokio::spawn(client(running.addr(), request.clone().into_bytes(), end)))
        .collect();
    let (mut count, mut bytes) = (0, 0);
    for client in clients {
        let (answered, read) = client.await.expect("the client ends");
        count += answered;
        bytes += read;
    }
    let seconds = DURATION.as_secs_f64();
    println!(
        "{what:34} {:>8.0} requests/s {:>7.1} MB/s",
        count as f64 / seconds,
        bytes as f64 / seconds / 1e6
    );
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let name = "examples/quickstart/sandbox.hcl";
        let text = std::fs::read_to_string(name).expect("the quickstart has a seed");
        let small = started("start, quickstart", Settings::new(Content::Seed { name: name.into(), text })).await;
        small.shutdown().await.expect("it stops");

        let directory = tempfile::tempdir().expect("a temporary folder");
        let settings = || Settings {
            state_dir: Some(directory.path().to_owned()),
            ..Settings::new(Content::Seed { name: "large".into(), text: LARGE.into() })
        };
        let large = started("start, 25,000 shares generated", settings()).await;
        for size in [20, 100, 500] {
            let body = format!(r#"{{"resourceOwner":"SELF","maxResults":{size}}}"#);
            load(&large, &format!("GetResourceShares, pages of {size}"), "/getresourceshares", &body).await;
        }
        let body = r#"{"associationType":"PRINCIPAL","maxResults":100}"#;
        load(&large, "associations, pages of 100", "/getresourceshareassociations", body).await;
        load(&large, "permission associations, 100", "/listpermissionassociations", r#"{"maxResults":100}"#).await;
        let body = r#"{"resourceShareArn":"arn:aws:ram:eu-central-1:222222222222:resource-share/00000000-0000-4000-8000-000000000007","name":"x"}"#;
        load(&large, "UpdateResourceShare, durable", "/updateresourceshare", body).await;
        large.shutdown().await.expect("it stops");
        let again = started("start, 25,000 shares from disk", settings()).await;
        again.shutdown().await.expect("it stops");
        if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
            let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
            println!("{:34} {}", "largest memory, client included", peak.trim_start_matches("VmHWM:").trim());
        }
    });
}
