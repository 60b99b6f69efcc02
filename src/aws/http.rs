//! The one HTTP client of a run: which way each request goes, and how much of a reply is taken.
//!
//! A request to loopback goes there directly, whatever `HTTP_PROXY`, `HTTPS_PROXY` and `ALL_PROXY` say: a proxy would see the calls
//! of a sandbox, and on another machine it would not reach it. Everything else goes as those variables and `NO_PROXY` say, or, while
//! a sandbox is in use, nowhere.
//!
//! The connection itself is what is confined: the client for loopback knows no proxy, and its resolver gives loopback addresses
//! for `localhost` and nothing for any other name, whatever DNS or the hosts file say.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::{Builder, ConnectorBuilder, tls};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;

use crate::aws::guard::{self, LeftLoopback};
use crate::aws::reply::{self, LONGEST, LONGEST_TOGETHER, UnreadableReply};

/// The client. Its clones share connections and what they have room for.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    loopback: SharedHttpClient,
    /// None while nothing may leave loopback.
    world: Option<SharedHttpClient>,
    /// Bytes of the replies that are being received.
    held: Arc<AtomicUsize>,
}

impl Http {
    /// Reaches loopback and nothing else.
    pub(crate) fn loopback_only() -> Self {
        let loopback = Builder::new().tls_provider(rustls()).build_with_resolver(LocalhostOnly);
        Self { loopback, world: None, held: Arc::default() }
    }

    /// Reaches loopback directly, and everything else as the proxy variables say.
    pub(crate) fn everywhere() -> Self {
        let world = Builder::new().build_with_connector_fn(|settings, components| {
            let mut builder =
                ConnectorBuilder::default().tls_provider(rustls()).proxy_config(ProxyConfig::from_env());
            builder.set_connector_settings(settings.cloned());
            builder.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
            builder.build()
        });
        Self { world: Some(world), ..Self::loopback_only() }
    }
}

fn rustls() -> tls::Provider {
    tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc)
}

impl HttpClient for Http {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Route {
            http: self.clone(),
            settings: settings.clone(),
            components: components.clone(),
        })
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.loopback.connector_metadata()
    }
}

/// Picks the way of each request. The clients behind it keep their connectors themselves.
#[derive(Debug)]
struct Route {
    http: Http,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
}

impl HttpConnector for Route {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = match (guard::check(request.uri()), &self.http.world) {
            (Ok(()), _) => &self.http.loopback,
            (Err(_), Some(world)) => world,
            (Err(left), None) => {
                return HttpConnectorFuture::ready(Err(ConnectorError::user(left.into())));
            }
        };
        let endpoint = guard::endpoint(request.uri());
        let answer = client.http_connector(&self.settings, &self.components).call(request);
        let held = Held { together: Arc::clone(&self.http.held), bytes: 0 };
        HttpConnectorFuture::new(async move {
            let mut answer = answer.await.map_err(|error| unanswered(&endpoint, error))?;
            // For errors to name: what sends such a header itself is overruled.
            let _ = answer.headers_mut().try_insert(ENDPOINT, endpoint);
            receive(answer, held).await
        })
    }
}

/// Header of a reply that says which endpoint gave it. It is set here and comes from nowhere else.
pub(crate) const ENDPOINT: &str = "x-ramctl-endpoint";

/// No reply came from an endpoint.
#[derive(Debug, thiserror::Error)]
#[error("no answer from {endpoint}")]
pub(crate) struct Unanswered {
    endpoint: String,
    source: ConnectorError,
}

/// The same error with the endpoint's name, and of the same kind, on which hangs whether the call is repeated.
fn unanswered(endpoint: &str, error: ConnectorError) -> ConnectorError {
    let (io, timeout, user, kind) = (error.is_io(), error.is_timeout(), error.is_user(), error.as_other());
    let named = Box::new(Unanswered { endpoint: endpoint.to_owned(), source: error });
    match (io, timeout, user) {
        (true, _, _) => ConnectorError::io(named),
        (_, true, _) => ConnectorError::timeout(named),
        (_, _, true) => ConnectorError::user(named),
        _ => ConnectorError::other(named, kind),
    }
}

/// Receives a whole reply. The services that ramctl calls stream nothing.
async fn receive(mut answer: HttpResponse, mut held: Held) -> Result<HttpResponse, ConnectorError> {
    let mut body = std::mem::replace(answer.body_mut(), SdkBody::taken());
    let mut whole = Vec::new();
    while let Some(frame) = body.frame().await {
        // A reply that breaks off may come whole the next time.
        let frame = frame.map_err(ConnectorError::io)?;
        if let Some(part) = frame.data_ref() {
            held.more(part.len()).map_err(refused)?;
            whole.extend_from_slice(part);
        }
    }
    if answer.status().is_success() {
        reply::inspect(&whole).map_err(refused)?;
    }
    *answer.body_mut() = SdkBody::from(whole);
    Ok(answer)
}

/// Not tried again: the same call would be answered in the same way.
fn refused(reply: UnreadableReply) -> ConnectorError {
    ConnectorError::other(reply.into(), None)
}

/// The part of one reply that was received, as long as it is being received.
struct Held {
    together: Arc<AtomicUsize>,
    bytes: usize,
}

impl Held {
    fn more(&mut self, bytes: usize) -> Result<(), UnreadableReply> {
        self.bytes += bytes;
        let together = self.together.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if self.bytes > LONGEST {
            return Err(UnreadableReply::TooLong);
        }
        if together > LONGEST_TOGETHER { Err(UnreadableReply::TooLongTogether) } else { Ok(()) }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.together.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Resolves `localhost`, and no other name.
#[derive(Clone, Debug)]
struct LocalhostOnly;

impl ResolveDns for LocalhostOnly {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::ready(if name.eq_ignore_ascii_case("localhost") {
            Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)])
        } else {
            Err(ResolveDnsError::new(LeftLoopback { host: name.to_owned() }))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_localhost_has_an_address_and_it_is_loopback() {
        let found = LocalhostOnly.resolve_dns("LOCALHOST").await.expect("resolved");
        assert!(!found.is_empty() && found.iter().all(IpAddr::is_loopback));
        for other in ["localhost.example", "ram.eu-central-1.amazonaws.com", ""] {
            assert!(LocalhostOnly.resolve_dns(other).await.is_err(), "{other}");
        }
    }

    #[test]
    fn what_replies_hold_is_counted_while_they_are_received() {
        let together = Arc::<AtomicUsize>::default();
        let held = |bytes| {
            let mut held = Held { together: Arc::clone(&together), bytes: 0 };
            (held.more(bytes), held)
        };
        assert_eq!(held(LONGEST + 1).0, Err(UnreadableReply::TooLong));
        assert_eq!(together.load(Ordering::Relaxed), 0, "what is dropped holds nothing");
        let mut all = Vec::new();
        for _ in 0..LONGEST_TOGETHER / LONGEST {
            let (more, held) = held(LONGEST);
            assert_eq!(more, Ok(()));
            all.push(held);
        }
        assert_eq!(held(1).0, Err(UnreadableReply::TooLongTogether));
        drop(all);
        assert_eq!(held(1).0, Ok(()));
    }
}
