//! One request from its bytes to its answer: who calls, may they, do it, write it down.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Response, Uri, header};
use serde_json::Value;

use crate::model::Region;
use crate::sandbox::authorization::permit;
use crate::sandbox::clock::Millis;
use crate::sandbox::control;
use crate::sandbox::faults::{Blow, Faults, Target};
use crate::sandbox::guard;
use crate::sandbox::protocol::{Credential, Routed, Unrouted, Wire, credential, respond, route};
use crate::sandbox::services::{Answer, Call, Caller, Refusal, Run, Service, Turns, uuid};
use crate::sandbox::settings::{Behaviour, Timing};
use crate::sandbox::state::rows_account::TrailEvent;
use crate::sandbox::state::rows_ram::{home_region, partition_of};
use crate::sandbox::state::{State, Store};

/// The sandbox without its socket.
pub(crate) struct Sandbox {
    pub store: Store,
    pub behaviour: Behaviour,
    pub faults: Faults,
    turns: Turns,
    events: AtomicU64,
}

/// What a request brings besides its operation.
struct Envelope<'a> {
    headers: &'a HeaderMap,
    request_id: &'a str,
}

/// What becomes of a request.
pub(crate) struct Handled {
    /// `None`: the connection is cut instead.
    pub response: Option<Response<Body>>,
    pub late: Duration,
}

impl Handled {
    fn now(response: Response<Body>) -> Self {
        Self { response: Some(response), late: Duration::ZERO }
    }
}

impl Sandbox {
    pub(crate) fn new(store: Store, behaviour: Behaviour, faults: Faults) -> Self {
        Self { store, behaviour, faults, turns: Turns::default(), events: AtomicU64::new(0) }
    }

    /// Answers any request; what goes wrong in here is an answer too.
    pub(crate) fn handle(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Handled {
        if let Err(refusal) = guard::admit(uri, headers) {
            return Handled::now(respond(Wire::RestJson, "", None, Err(refusal), &uuid()));
        }
        if uri.path().starts_with(control::PREFIX) {
            return Handled::now(control::handle(self, method, uri.path(), body));
        }
        let request_id = uuid();
        let routed = match route(method, uri, headers, body) {
            Ok(routed) => routed,
            Err(Unrouted { wire, refusal }) => {
                return Handled::now(respond(wire, "", None, Err(refusal), &request_id));
            }
        };
        let envelope = Envelope { headers, request_id: &request_id };
        let mut blow = Blow::default();
        let answer = catch_unwind(AssertUnwindSafe(|| self.answer(uri, &routed, &envelope, &mut blow)));
        let answer = answer.unwrap_or_else(|_| {
            Err(Refusal::new("InternalFailure", "The sandbox failed. This is a defect of ramctl.")
                .with_status(500))
        });
        let response = respond(routed.wire, routed.operation.name, Some(routed.service), answer, &request_id);
        Handled {
            response: (!blow.reset && !blow.lose_response).then_some(response),
            late: Duration::from_millis(blow.late_ms),
        }
    }

    fn answer(&self, uri: &Uri, routed: &Routed, envelope: &Envelope<'_>, blow: &mut Blow) -> Answer {
        let credential = credential(uri, envelope.headers).ok_or_else(|| {
            Refusal::new("MissingAuthenticationToken", "Missing Authentication Token").with_status(403)
        })?;
        let region = credential.region.as_str();
        if Region::parse(region).is_err() {
            return Err(Refusal::new(
                "InvalidSignatureException",
                "Credential should be scoped to a valid region.",
            )
            .with_status(403));
        }
        let (caller, now) =
            self.store.read(|state, now| (identify(state, &credential, routed.wire, now), now));
        let caller = caller?;
        let (service, operation) = (routed.service, routed.operation.name);
        let writes = matches!(routed.operation.run, Run::Write(_));
        *blow =
            self.faults.strike(Target { service, operation, account: &caller.account, region, writes }, now);
        if let Some(refusal) = blow.refusal.take() {
            return Err(refusal);
        }
        if blow.reset {
            return Err(Refusal::new("RequestTimeout", "Nobody reads this."));
        }
        let slow = blow.associate_ms.map(|associate_ms| Behaviour {
            associate_ms,
            timing: Timing::Set,
            ..self.behaviour.clone()
        });
        let behaviour = slow.as_ref().unwrap_or(&self.behaviour);
        let turns = &self.turns;
        let call = |now| Call { caller: &caller, region, input: &routed.input, now, behaviour, turns };
        match routed.operation.run {
            Run::Read(run) => self.store.read(|state, now| {
                permit(&call(now), state, service, operation)?;
                run(&call(now), state)
            }),
            Run::Write(run) => {
                let answer = self.store.write(|state, now| {
                    permit(&call(now), state, service, operation)?;
                    let answer = run(&call(now), state)?;
                    self.note(state, &call(now), routed, envelope, Ok(&answer));
                    Ok(answer)
                });
                if let Err(refusal) = &answer {
                    // A refused call changes nothing but is in the event history all the same.
                    let _ = self.store.write(|state, now| {
                        self.note(state, &call(now), routed, envelope, Err(refusal));
                        Ok::<_, Refusal>(())
                    });
                }
                answer
            }
        }
    }

    /// Writes a call that changes something into the event history.
    fn note(
        &self,
        state: &mut State,
        call: &Call<'_>,
        routed: &Routed,
        envelope: &Envelope<'_>,
        answer: Result<&Vec<u8>, &Refusal>,
    ) {
        let (caller, now) = (call.caller, call.now);
        // Global services are logged where they live.
        let region = match routed.service {
            Service::Ram | Service::Tagging | Service::CloudTrail | Service::Ec2 => call.region,
            Service::Organizations | Service::Iam | Service::Sts => home_region(partition_of(call.region)),
        };
        let response: Value = match answer {
            // Credentials do not belong into a log.
            Ok(body) if routed.service != Service::Sts => serde_json::from_slice(body).unwrap_or_default(),
            _ => Value::Null,
        };
        let arn = |value: &Value, at: &str| value.pointer(at).and_then(Value::as_str).map(str::to_owned);
        let resources: Vec<String> = arn(&routed.input, "/resourceShareArn")
            .into_iter()
            .chain(arn(&response, "/resourceShare/resourceShareArn"))
            .collect();
        let number = self.events.fetch_add(1, Ordering::Relaxed);
        let event = TrailEvent {
            id: uuid(),
            at: now,
            name: routed.operation.name.to_owned(),
            source: format!("{}.amazonaws.com", routed.service.prefix()),
            region: region.to_owned(),
            account: caller.account.clone(),
            actor: caller.arn.clone(),
            access_key: caller.access_key.clone(),
            role: caller.role.clone(),
            user_agent: envelope
                .headers
                .get(header::USER_AGENT)
                .and_then(|agent| agent.to_str().ok())
                .unwrap_or_default()
                .chars()
                .take(256)
                .collect(),
            request: routed.input.clone(),
            response,
            error: answer.err().map(|refusal| (refusal.code.to_string(), refusal.message.clone())),
            resources,
            request_id: envelope.request_id.to_owned(),
        };
        state.trail.put(format!("{}/{region}/{now:015}-{number:08}", caller.account), event);
    }
}

/// Whose access key it is.
fn identify(state: &State, credential: &Credential, wire: Wire, now: Millis) -> Result<Caller, Refusal> {
    let key = &credential.access_key;
    let invalid = || {
        let message = "The security token included in the request is invalid.";
        match wire {
            Wire::Query => Refusal::new("InvalidClientTokenId", message).with_status(403),
            Wire::Ec2Query => {
                Refusal::new("AuthFailure", "AWS was not able to validate the provided access credentials")
                    .with_status(401)
            }
            Wire::RestJson | Wire::AwsJson => {
                Refusal::new("UnrecognizedClientException", message).with_status(403)
            }
        }
    };
    // Keys are good in one partition.
    if partition_of(&credential.region) != state.partition() {
        return Err(invalid());
    }
    // Twelve digits are the account's own key: a convention among stand-ins for AWS.
    if key.len() == 12 && state.accounts.contains(key) {
        return Ok(Caller {
            account: key.clone(),
            arn: format!("arn:{}:iam::{key}:root", state.partition()),
            user_id: key.clone(),
            access_key: key.clone(),
            role: None,
        });
    }
    let known = state.access_keys.get(key).ok_or_else(invalid)?;
    if known.session_token.is_some() && known.session_token != credential.session_token {
        return Err(invalid());
    }
    if known.expires.is_some_and(|at| at <= now) {
        let code = match wire {
            Wire::Query => "ExpiredToken",
            Wire::Ec2Query => "RequestExpired",
            Wire::RestJson | Wire::AwsJson => "ExpiredTokenException",
        };
        return Err(
            Refusal::new(code, "The security token included in the request is expired").with_status(403)
        );
    }
    Ok(Caller {
        account: known.account.clone(),
        arn: known.arn.clone(),
        user_id: known.user_id.clone(),
        access_key: key.clone(),
        role: known.role.clone(),
    })
}
