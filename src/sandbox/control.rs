//! The sandbox's own endpoint, `/_sandbox/...`: what it holds, its clock, its faults, what AWS publishes.

use axum::body::Body;
use axum::http::{Method, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::model::Arn;
use crate::sandbox::clock::{DAY, Millis, SECOND, iso};
use crate::sandbox::dispatch::Sandbox;
use crate::sandbox::faults::Fault;
use crate::sandbox::protocol::{Wire, respond};
use crate::sandbox::services::{Refusal, ram, uuid};
use crate::sandbox::state::rows_ram::{Association, Member, Published, ShareStatus, Side};

/// Where the path of a control request begins.
pub(crate) const PREFIX: &str = "/_sandbox/";

/// The longest span of time that a request may name, in seconds.
const LONGEST: i64 = 365_250 * DAY / SECOND;
/// The first day of the year 9000: times beyond 9999 cannot be written.
const LATEST: Millis = 221_845_392_000_000;

pub(crate) fn handle(sandbox: &Sandbox, method: &Method, path: &str, body: &[u8]) -> Response<Body> {
    let answer = run(sandbox, method, path.trim_start_matches(PREFIX), body);
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

/// Puts a share, or one of its members, into a status that no call leads to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatusInput {
    resource_share_arn: String,
    /// The resource, principal or source; without it the share itself.
    associated_entity: Option<String>,
    status: String,
    status_message: Option<String>,
    /// How long a member has been so.
    #[serde(default)]
    seconds_ago: i64,
}

/// An account that was closed 90 days ago: AWS shows nothing of it any more, on shares neither.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ForgetInput {
    account: String,
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
            let by = seconds("advance_seconds", input.advance_seconds)?;
            if sandbox.store.read(|_, now| now) + by > LATEST {
                let message = "The sandbox's clock does not go beyond the year 9000.";
                return Err(Refusal::new("ValidationException", message));
            }
            let now = sandbox.store.advance(by)?;
            Ok(json!({"now": iso(now)}))
        }
        ("GET", "faults") => Ok(faults(sandbox)),
        ("PUT", "faults") => {
            let input: FaultsInput = input(body)?;
            sandbox.faults.set(input.faults);
            Ok(faults(sandbox))
        }
        ("DELETE", "faults") => {
            sandbox.faults.set(Vec::new());
            Ok(json!({"faults": []}))
        }
        ("PUT", "status") => set_status(sandbox, input(body)?),
        ("POST", "forget") => forget(sandbox, &input(body)?),
        // AWS publishes a new default version of one of its permissions: shares that have it fall behind.
        ("POST", "publish") => {
            let input: PublishInput = input(body)?;
            if !ram::is_managed(&input.permission) {
                let message = format!("{} is not the name of an AWS managed permission.", input.permission);
                return Err(Refusal::new("ValidationException", message));
            }
            let versions = sandbox.store.write(|state, _| {
                let before = state.published.get(&input.permission).map(|published| published.versions);
                let versions = before.unwrap_or_else(|| ram::first_version(&input.permission)) + 1;
                state.published.put(input.permission.clone(), Published { versions });
                Ok::<_, Refusal>(versions)
            })?;
            Ok(json!({"permission": input.permission, "version": versions}))
        }
        _ => Err(Refusal::new("UnknownOperationException", format!("{method} {PREFIX}{what} is unknown."))
            .with_status(404)),
    }
}

/// Milliseconds of a span of time that a request names.
fn seconds(name: &str, seconds: i64) -> Result<Millis, Refusal> {
    if !(0..=LONGEST).contains(&seconds) {
        return Err(Refusal::new(
            "ValidationException",
            format!("{name} is a number of seconds from 0 to {LONGEST} (1,000 years), not {seconds}."),
        ));
    }
    Ok(seconds * SECOND)
}

/// The faults, and beside them how many calls each was about.
fn faults(sandbox: &Sandbox) -> Value {
    let (faults, met): (Vec<Fault>, Vec<u32>) = sandbox.faults.list().into_iter().unzip();
    json!({"faults": faults, "met": met})
}

fn set_status(sandbox: &Sandbox, input: StatusInput) -> Result<Value, Refusal> {
    let ago = seconds("seconds_ago", input.seconds_ago)?;
    let refused = |why: String| Refusal::new("ValidationException", why);
    let id = ram::share_id(&input.resource_share_arn)?;
    let unknown = || refused(format!("{} has no such share or member.", input.resource_share_arn));
    sandbox.store.write(|state, now| {
        let status = Value::from(input.status.as_str());
        match &input.associated_entity {
            None => {
                let status = ShareStatus::deserialize(&status).map_err(|error| refused(error.to_string()))?;
                state.shares.get(&id.key()).ok_or_else(unknown)?;
                state.shares.update(&id.key(), |share| {
                    (share.status, share.message, share.due) = (status, input.status_message.clone(), None);
                });
            }
            Some(entity) => {
                // Any word may be one of a newer API, as long as it looks like one of RAM's.
                if !input.status.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') {
                    return Err(refused(format!(
                        "{:?} is not written as RAM writes a status.",
                        input.status
                    )));
                }
                let status = Association::deserialize(&status).map_err(|error| refused(error.to_string()))?;
                let mut keys = Side::ALL.into_iter().map(|side| Member::key(&id, side, entity));
                let key = keys.find(|key| state.members.contains(key)).ok_or_else(unknown)?;
                state.members.update(&key, |member| {
                    (member.status, member.message) = (status, input.status_message.clone());
                    (member.due, member.fails) = (None, None);
                    member.updated = now - ago;
                    member.created = member.created.min(member.updated);
                });
            }
        }
        Ok(json!({"status": input.status}))
    })
}

fn forget(sandbox: &Sandbox, input: &ForgetInput) -> Result<Value, Refusal> {
    sandbox.store.write(|state, _| {
        let id = &input.account;
        if !state.accounts.contains(id) {
            return Err(Refusal::new("ValidationException", format!("There is no account {id}.")));
        }
        let belongs =
            |entity: &str| entity == id || Arn::parse(entity).is_ok_and(|arn| arn.account() == id.as_str());
        let gone: Vec<String> = state
            .members
            .iter()
            .filter(|(_, member)| member.side == Side::Principal && belongs(&member.entity))
            .map(|(key, _)| key.to_owned())
            .collect();
        gone.iter().for_each(|key| state.members.remove(key));
        state.accounts.remove(id);
        Ok(json!({"principals": gone.len()}))
    })
}
