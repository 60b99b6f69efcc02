//! An HTTP/1.1 server between a client and a sandbox that does to each exchange what its script says.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::proxy::faults::{Deed, Script};
use crate::proxy::forge;

/// A request as far as a script looks at it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Small letters: `getresourceshares`, `listroots`, `assumerole`.
    pub operation: String,
    pub region: String,
    /// Whether a fault was done to it.
    pub faulted: bool,
}

impl Call {
    pub(crate) fn reads(&self) -> bool {
        ["get", "list", "describe", "assumerole"].iter().any(|word| self.operation.starts_with(word))
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub status: u16,
    pub kind: String,
    pub body: Vec<u8>,
}

/// What became of the script so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    pub calls: Vec<Call>,
    /// Exchanges to which a fault was done.
    pub fired: u64,
    /// A reply was well-formed and false: nobody can be blamed for believing it.
    pub lied: bool,
}

struct State {
    upstream: SocketAddr,
    inner: Mutex<Inner>,
}

struct Inner {
    script: Script,
    told: Told,
    /// Replies that were passed on.
    earlier: Vec<Exchange>,
}

#[derive(Clone)]
struct Exchange {
    call: Call,
    request: Vec<u8>,
    reply: Reply,
}

impl Exchange {
    /// Whether this reply, given to another call, looks like a true reply to it.
    fn passes_for(&self, call: &Call, request: &[u8]) -> bool {
        let kinds = ["\"RESOURCE\"", "\"PRINCIPAL\""];
        let of_kind = |body: &[u8]| kinds.map(|kind| String::from_utf8_lossy(body).contains(kind));
        if self.call.operation != call.operation {
            // Several operations call their list so.
            return !forge::has_rows(&self.reply.body)
                && String::from_utf8_lossy(&self.reply.body).contains("\"permissions\"");
        }
        let other = self.call.region != call.region || of_kind(&self.request) != of_kind(request);
        if other { !forge::has_rows(&self.reply.body) } else { self.request != request }
    }
}

pub(crate) struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

impl Proxy {
    pub(crate) async fn start(upstream: SocketAddr, script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let address = listener.local_addr().expect("bound");
        let inner = Mutex::new(Inner { script, told: Told::default(), earlier: Vec::new() });
        let state = Arc::new(State { upstream, inner });
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            // Ends with the proxy, and its connections with it.
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                connections.spawn(async move { state.serve(stream).await });
                while connections.try_join_next().is_some() {}
            }
        });
        Self { address, state, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn told(&self) -> Told {
        self.state.lock().told.clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("no case panics while it holds the script")
    }

    /// Answers one connection until either side has enough of it.
    async fn serve(&self, mut client: TcpStream) -> Option<()> {
        let mut upstream = None;
        let mut rest = Vec::new();
        loop {
            let (head, body) = message(&mut client, &mut rest).await?;
            let mut call = call_of(&head, &body);
            let deed = self.lock().script.next(&call);
            call.faulted = deed.is_some();
            {
                let mut inner = self.lock();
                inner.told.calls.push(call.clone());
                inner.told.fired += u64::from(deed.is_some());
            }
            if matches!(deed, Some(Deed::CutBefore)) {
                return None;
            }
            let mut reply = self.forward(&mut upstream, &head, &body).await?;
            if matches!(deed, Some(Deed::Twice)) {
                reply = self.forward(&mut upstream, &head, &body).await?;
            }
            let Some(deed) = deed else {
                self.lock().earlier.push(Exchange {
                    call: call.clone(),
                    request: body,
                    reply: reply.clone(),
                });
                client.write_all(&written(&reply)).await.ok()?;
                continue;
            };
            self.answer(&mut client, &call, &body, reply, deed).await?;
        }
    }

    async fn forward(&self, upstream: &mut Option<TcpStream>, head: &[u8], body: &[u8]) -> Option<Reply> {
        let stream = match upstream {
            Some(stream) => stream,
            None => upstream.insert(TcpStream::connect(self.upstream).await.ok()?),
        };
        stream.write_all(head).await.ok()?;
        stream.write_all(body).await.ok()?;
        let (head, body) = message(stream, &mut Vec::new()).await?;
        let head = String::from_utf8(head).expect("the sandbox writes ASCII");
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Reply { status, kind: header(&head, "content-type").unwrap_or_default().to_owned(), body })
    }

    /// Does the deed. None where the connection is over.
    async fn answer(
        &self,
        client: &mut TcpStream,
        call: &Call,
        request: &[u8],
        mut reply: Reply,
        deed: Deed,
    ) -> Option<()> {
        match deed {
            Deed::CutBefore | Deed::CutAfter => return None,
            Deed::Truncate(part) => {
                let whole = written(&reply);
                client.write_all(&whole[..(whole.len() - 1) * part / 100]).await.ok()?;
                return None;
            }
            Deed::Twice => {}
            Deed::Delay(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
            Deed::Stall => {
                tokio::time::sleep(Duration::from_secs(600)).await;
                return None;
            }
            Deed::Earlier(n) | Deed::Foreign(n) => {
                let mut inner = self.lock();
                let same = matches!(deed, Deed::Earlier(_));
                let others: Vec<Exchange> = inner
                    .earlier
                    .iter()
                    .filter(|earlier| (earlier.call.operation == call.operation) == same)
                    .cloned()
                    .collect();
                if !others.is_empty() {
                    let other = &others[n % others.len()];
                    inner.told.lied |= other.passes_for(call, request);
                    reply = other.reply.clone();
                }
            }
            Deed::Answer(status, kind, text) => {
                reply = Reply { status, kind: kind.to_owned(), body: text.into_bytes() };
            }
            Deed::Forge(seed) => {
                let forged = forge::forge(seed, &reply, call);
                self.lock().told.lied |= forged.is_lie;
                reply.body = forged.body;
            }
            Deed::EndlessPages(n) => {
                let forged =
                    forge::with_token(&reply.body, &format!("never-{n}-{}", self.lock().told.calls.len()));
                reply.body = forged.unwrap_or(reply.body);
            }
            Deed::EndlessBody(part) => {
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: {}\r\ntransfer-encoding: chunked\r\n\r\n",
                    reply.kind
                );
                client.write_all(head.as_bytes()).await.ok()?;
                let start = "{\"resourceShares\":[{}";
                client.write_all(format!("{:x}\r\n{start}\r\n", start.len()).as_bytes()).await.ok()?;
                let chunk = part.repeat((1 << 16) / part.len());
                let chunk = format!("{:x}\r\n{chunk}\r\n", chunk.len());
                // Whoever listens longer than this has no bound.
                for _ in 0..(256 << 20) / chunk.len() {
                    client.write_all(chunk.as_bytes()).await.ok()?;
                }
                return None;
            }
        }
        client.write_all(&written(&reply)).await.ok()
    }
}

fn written(reply: &Reply) -> Vec<u8> {
    let Reply { status, kind, body } = reply;
    let mut out =
        format!("HTTP/1.1 {status} Said\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", body.len());
    if matches!(status, 100..200 | 204 | 304) {
        out = format!("HTTP/1.1 {status} Said\r\n\r\n");
        return out.into_bytes();
    }
    let mut out = out.into_bytes();
    out.extend_from_slice(body);
    out
}

/// One request or reply: its head with the empty line, and its body. None at the end of the stream.
async fn message(stream: &mut TcpStream, rest: &mut Vec<u8>) -> Option<(Vec<u8>, Vec<u8>)> {
    let end = loop {
        if let Some(at) = rest.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(rest).await.ok()? == 0 {
            return None;
        }
    };
    let head = rest.drain(..end).collect::<Vec<u8>>();
    let text = String::from_utf8_lossy(&head);
    let length: usize = header(&text, "content-length").map_or(0, |length| length.parse().expect("a length"));
    while rest.len() < length {
        if stream.read_buf(rest).await.ok()? == 0 {
            return None;
        }
    }
    let body = rest.drain(..length).collect();
    Some((head, body))
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn call_of(head: &[u8], body: &[u8]) -> Call {
    let head = String::from_utf8_lossy(head);
    let body = String::from_utf8_lossy(body);
    let target =
        header(&head, "x-amz-target").and_then(|target| target.split_once('.')).map(|(_, name)| name);
    let action = body.strip_prefix("Action=").and_then(|rest| rest.split('&').next());
    let path = head.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
    let operation = target.or(action).unwrap_or(path).to_ascii_lowercase();
    let scope = header(&head, "authorization").and_then(|text| text.split("Credential=").nth(1));
    let region = scope.and_then(|scope| scope.split('/').nth(2)).unwrap_or_default().to_owned();
    Call { operation, region, faulted: false }
}
