//! The socket: takes connections, reads bodies within bounds, stops when asked.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State as Shared;
use axum::http::header::DATE;
use axum::http::{HeaderValue, Request, Response};
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::model::AccountId;
use crate::sandbox::clock::http_date;
use crate::sandbox::dispatch::Sandbox;
use crate::sandbox::protocol::{Wire, respond};
use crate::sandbox::seed::{self, SeedError};
use crate::sandbox::services::{Refusal, uuid};
use crate::sandbox::settings::Settings;
use crate::sandbox::state::{JournalError, Store};

/// The largest request body that is read.
const LARGEST_BODY: usize = 4 << 20;
/// How long a client may take to send one.
const SLOWEST_BODY: Duration = Duration::from_secs(20);
/// How long requests in flight may take when the sandbox is told to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(5);

#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error("the sandbox listens on loopback only, not on {0}")]
    NotLoopback(SocketAddr),
    #[error("cannot listen on {address}")]
    Listen {
        address: SocketAddr,
        #[source]
        source: std::io::Error,
    },
    #[error(transparent)]
    State(#[from] JournalError),
    #[error(transparent)]
    Seed(#[from] SeedError),
    #[error("cannot write the sandbox state")]
    Write(#[from] std::io::Error),
}

/// An account of the sandbox and the access key that acts in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountAccess {
    pub id: AccountId,
    pub name: String,
    pub access_key_id: String,
    pub secret_access_key: String,
    /// Whether it is the management account of the organization, or the only account there is.
    pub is_management: bool,
    pub in_organization: bool,
}

/// A sandbox that takes requests until it is shut down or dropped.
pub struct Running {
    address: SocketAddr,
    accounts: Vec<AccountAccess>,
    home_region: &'static str,
    notices: Vec<String>,
    sandbox: Arc<Sandbox>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<std::io::Result<()>>,
}

/// Starts a sandbox on the current tokio runtime.
pub async fn start(settings: Settings) -> Result<Running, SandboxError> {
    if !settings.listen.ip().is_loopback() {
        return Err(SandboxError::NotLoopback(settings.listen));
    }
    let mut store = Store::open(settings.state_dir.as_deref())?;
    if let Some(at) = settings.stopped_at {
        store.clock.stop(at);
    }
    let planted = seed::plant(&store, &settings)?;
    let notices = store.notice().into_iter().chain(planted.notices).collect();
    let failed = |source| SandboxError::Listen { address: settings.listen, source };
    let listener = TcpListener::bind(settings.listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    // Answers go out whole at once; what fails here costs time, not correctness.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let sandbox = Arc::new(Sandbox::new(store, planted.behaviour, planted.faults));
    let (stop, stopped) = oneshot::channel::<()>();
    let router = Router::new().fallback(serve).with_state(Arc::clone(&sandbox));
    let server = tokio::spawn(async move {
        let end = async {
            // An error means that the handle was dropped: stop as well.
            let _ = stopped.await;
        };
        axum::serve(listener, router).with_graceful_shutdown(end).await
    });
    let (accounts, home_region) = (planted.accounts, planted.home_region);
    Ok(Running { address, accounts, home_region, notices, sandbox, stop: Some(stop), server })
}

impl Running {
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// What `AWS_ENDPOINT_URL` is set to.
    pub fn endpoint_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A Region of the sandbox's partition: the one in which its global services live.
    pub fn home_region(&self) -> &'static str {
        self.home_region
    }

    /// The account that manages the organization, or the only one there is.
    pub fn management(&self) -> &AccountAccess {
        self.accounts
            .iter()
            .find(|account| account.is_management)
            .expect("a sandbox starts with such an account")
    }

    /// All accounts, in the order of their ids.
    pub fn accounts(&self) -> &[AccountAccess] {
        &self.accounts
    }

    /// What a person should be told about how the sandbox started.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// Finishes the requests in flight and makes sure that the disk has everything.
    pub async fn shutdown(mut self) -> Result<(), SandboxError> {
        if let Some(stop) = self.stop.take() {
            // An error means that the server has ended by itself.
            let _ = stop.send(());
        }
        let abort = self.server.abort_handle();
        if tokio::time::timeout(LAST_REQUESTS, &mut self.server).await.is_err() {
            abort.abort();
        }
        Ok(self.sandbox.store.flush()?)
    }
}

/// An answer that breaks off before its first byte: the server closes the connection.
fn cut() -> Response<Body> {
    let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    let body = futures_util::stream::once(async { Err::<Vec<u8>, _>(broken) });
    Response::new(Body::from_stream(body))
}

async fn serve(Shared(sandbox): Shared<Arc<Sandbox>>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let refuse = |status, code: &'static str, message: &str| {
        let refusal = Refusal::new(code, message).with_status(status);
        respond(Wire::RestJson, "", None, Err(refusal), &uuid())
    };
    match tokio::time::timeout(SLOWEST_BODY, to_bytes(body, LARGEST_BODY)).await {
        Ok(Ok(body)) => {
            let handled = sandbox.handle(&parts.method, &parts.uri, &parts.headers, &body);
            if !handled.late.is_zero() {
                tokio::time::sleep(handled.late).await;
            }
            let mut response = handled.response.unwrap_or_else(cut);
            if let Ok(date) = HeaderValue::from_str(&http_date(sandbox.store.clock.now())) {
                response.headers_mut().insert(DATE, date);
            }
            response
        }
        Ok(Err(_)) => {
            refuse(413, "RequestEntityTooLargeException", "The request body is too large or was cut off.")
        }
        Err(_) => refuse(408, "RequestTimeoutException", "The request body did not arrive in time."),
    }
}
