//! The sandbox's own endpoint, `/_sandbox/...`: what it holds, its clock, its faults, what AWS publishes.

use axum::body::Body;
use axum::http::{HeaderMap, Method, Response, header};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::clock::{SECOND, iso};
use crate::sandbox::dispatch::Sandbox;
use crate::sandbox::faults::Fault;
use crate::sandbox::protocol::{Wire, respond};
use crate::sandbox::services::{Refusal, ram, uuid};
use crate::sandbox::state::rows_ram::Published;

/// Where the path of a control request begins.
pub(crate) const PREFIX: &str = "/_sandbox/";

pub(crate) fn handle(
    sandbox: &Sandbox,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Response<Body> {
    let answer = if headers.contains_key(header::ORIGIN) {
        Err(Refusal::new("AccessDeniedException", "The control endpoint is not for web pages.")
            .with_status(403))
    } else {
        run(sandbox, method, path.trim_start_matches(PREFIX), body)
    };
    respond(Wire::RestJson, "", None, answer.map(|value| value.to_string().into_bytes()), &uuid())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockInput {
    advance_seconds: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultsInput {
    faults: Vec<Fault>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PublishInput {
    permission: String,
}

fn input<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::new("ValidationException", error.to_string()))
}

fn run(sandbox: &Sandbox, method: &Method, what: &str, body: &[u8]) -> Result<Value, Refusal> {
    match (method.as_str(), what) {
        ("GET", "state") => Ok(sandbox.store.read(|state, now| {
            json!({
                "now": iso(now),
                "accounts": state.accounts.len(),
                "units": state.units.len(),
                "shares": state.shares.len(),
                "associations": state.members.len(),
                "permissions": state.permissions.len(),
                "invitations": state.invitations.len(),
                "events": state.trail.len(),
            })
        })),
        ("POST", "clock") => {
            let input: ClockInput = input(body)?;
            let now = sandbox.store.advance(input.advance_seconds.saturating_mul(SECOND))?;
            Ok(json!({"now": iso(now)}))
        }
        ("GET", "faults") => Ok(json!({"faults": sandbox.faults.list()})),
        ("PUT", "faults") => {
            let input: FaultsInput = input(body)?;
            sandbox.faults.set(input.faults);
            Ok(json!({"faults": sandbox.faults.list()}))
        }
        ("DELETE", "faults") => {
            sandbox.faults.set(Vec::new());
            Ok(json!({"faults": []}))
        }
        // AWS publishes a new default version of one of its permissions: shares that have it fall behind.
        ("POST", "publish") => {
            let input: PublishInput = input(body)?;
            if !ram::is_managed(&input.permission) {
                let message = format!("{} is not the name of an AWS managed permission.", input.permission);
                return Err(Refusal::new("ValidationException", message));
            }
            let versions = sandbox.store.write(|state, _| {
                let versions =
                    state.published.get(&input.permission).map_or(1, |published| published.versions) + 1;
                state.published.put(input.permission.clone(), Published { versions });
                Ok::<_, Refusal>(versions)
            })?;
            Ok(json!({"permission": input.permission, "version": versions}))
        }
        _ => Err(Refusal::new("UnknownOperationException", format!("{method} {PREFIX}{what} is unknown."))
            .with_status(404)),
    }
}
