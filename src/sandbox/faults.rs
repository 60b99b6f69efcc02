//! What goes wrong on purpose: errors, lost answers, slowness, and rates that are exceeded.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::sandbox::clock::Millis;
use crate::sandbox::services::{Refusal, Service};
use crate::sandbox::state::rows_ram::partition_of;

/// What a fault does to a call that it strikes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Effect {
    /// Refuses the call as too fast.
    Throttle,
    /// Answers `code`, or an internal error, with `status`; nothing is done.
    Error,
    /// Refuses the call as no policy would have to.
    AccessDenied,
    /// Refuses the credentials as expired.
    ExpiredCredentials,
    /// Answers `ms` milliseconds late.
    Slow,
    /// Lets associations that the call starts take `ms` milliseconds.
    SlowAssociation,
    /// Does what was asked and cuts the connection instead of answering.
    LoseResponse,
    /// Cuts the connection; nothing is done.
    Reset,
}

/// A fault, and which calls it strikes. Block `fault` of a seed, and the control endpoint's `faults`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// IAM-like: `ram:CreateResourceShare`, `organizations:List*`, `*`.
    pub action: String,
    pub effect: Effect,
    pub account: Option<String>,
    pub region: Option<String>,
    /// Strikes this many calls and is spent; without it all.
    pub times: Option<u32>,
    /// Lets this many calls pass first.
    #[serde(default)]
    pub after: u32,
    /// Strikes only each such call, counted from the first that it may strike.
    pub every: Option<u32>,
    /// Strikes about so many of a hundred calls, as a die falls that falls the same way in every run.
    pub percent: Option<u8>,
    /// Counts and strikes only calls that change something.
    #[serde(default)]
    pub writes: bool,
    pub code: Option<String>,
    pub status: Option<u16>,
    pub message: Option<String>,
    pub ms: Option<u64>,
}

/// How fast calls may come: a bucket per operation, account and Region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rates {
    #[default]
    Unlimited,
    /// Organizations as it publishes them; RAM, which publishes none, as a guess: 10 a second, bursts of 20.
    Aws,
}

/// A call, as faults look at it.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    pub service: Service,
    pub operation: &'a str,
    pub account: &'a str,
    pub region: &'a str,
    /// Whether the operation changes anything.
    pub writes: bool,
}

/// What a call suffers.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Blow {
    pub refusal: Option<Refusal>,
    pub late_ms: u64,
    pub associate_ms: Option<Millis>,
    pub lose_response: bool,
    pub reset: bool,
}

#[derive(Default)]
struct Inner {
    faults: Vec<(Fault, u32)>,
    buckets: HashMap<(String, String, String), (f64, Millis)>,
}

/// The faults that are set, and how often each was met.
#[derive(Default)]
pub(crate) struct Faults {
    rates: Rates,
    inner: Mutex<Inner>,
}

impl Faults {
    pub(crate) fn new(rates: Rates, faults: impl IntoIterator<Item = Fault>) -> Self {
        let faults = faults.into_iter().map(|fault| (fault, 0)).collect();
        Self { rates, inner: Mutex::new(Inner { faults, buckets: HashMap::new() }) }
    }

    pub(crate) fn set(&self, faults: Vec<Fault>) {
        self.lock().faults = faults.into_iter().map(|fault| (fault, 0)).collect();
    }

    /// The faults, and how many calls each was about.
    pub(crate) fn list(&self) -> Vec<(Fault, u32)> {
        self.lock().faults.clone()
    }

    /// What this call suffers; counts it.
    pub(crate) fn strike(&self, target: Target<'_>, now: Millis) -> Blow {
        let mut inner = self.lock();
        let mut blow = Blow::default();
        if self.rates == Rates::Aws && !inner.admit(target, now) {
            blow.refusal = Some(throttled(target.service));
        }
        for (fault, met) in &mut inner.faults {
            if !fault.is_about(target) {
                continue;
            }
            *met += 1;
            if fault.strikes(*met) {
                fault.hit(target, &mut blow);
            }
        }
        blow
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn admit(&mut self, target: Target<'_>, now: Millis) -> bool {
        let Some((rate, burst)) = published_rate(target.service, target.operation) else { return true };
        // Organizations counts an account's calls wherever they are made.
        let region = if target.service == Service::Ram { target.region } else { "" };
        let key = (target.operation.to_owned(), target.account.to_owned(), region.to_owned());
        let (tokens, at) = self.buckets.entry(key).or_insert((burst, now));
        *tokens = (*tokens + rate * (now - *at).max(0) as f64 / 1000.0).min(burst);
        *at = now;
        if *tokens < 1.0 {
            return false;
        }
        *tokens -= 1.0;
        true
    }
}

/// Calls a second and burst. Source: Organizations user guide, "Quotas"; RAM's figures are a guess.
fn published_rate(service: Service, operation: &str) -> Option<(f64, f64)> {
    match service {
        Service::Ram => Some((10.0, 20.0)),
        Service::Organizations => Some(match operation {
            "DescribeOrganization" | "ListRoots" | "EnableAWSServiceAccess" | "DisableAWSServiceAccess" => {
                (1.0, 2.0)
            }
            "ListAWSServiceAccessForOrganization" => (1.0, 3.0),
            "DescribeOrganizationalUnit" => (2.0, 2.0),
            "ListAccounts" => (8.0, 12.0),
            "ListChildren" => (6.0, 10.0),
            "DescribeAccount" => (20.0, 30.0),
            _ => (5.0, 8.0),
        }),
        Service::Sts | Service::Iam | Service::Tagging | Service::CloudTrail | Service::Ec2 => None,
    }
}

fn throttled(service: Service) -> Refusal {
    match service {
        Service::Ram => Refusal::new("ThrottlingException", "Rate exceeded").with_status(429),
        Service::Organizations => Refusal::new(
            "TooManyRequestsException",
            "You have sent too many requests in too short a period of time.",
        ),
        Service::Sts | Service::Iam => Refusal::new("Throttling", "Rate exceeded"),
        Service::Tagging | Service::CloudTrail => Refusal::new("ThrottlingException", "Rate exceeded"),
        Service::Ec2 => Refusal::new("RequestLimitExceeded", "Request limit exceeded.").with_status(503),
    }
}

/// 0 to 99 for the n-th throw, with no run of equal throws to rely on. Source: the mixing step of SplitMix64.
fn die(throw: u32) -> u8 {
    let mut mixed = u64::from(throw).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed ^ (mixed >> 31)) % 100) as u8
}

impl Fault {
    fn is_about(&self, target: Target<'_>) -> bool {
        let action = format!("{}:{}", target.service.prefix(), target.operation);
        crate::sandbox::services::iam::like_ignoring_case(&self.action, &action)
            && self.account.as_ref().is_none_or(|account| account == target.account)
            && self.region.as_ref().is_none_or(|region| region == target.region)
            && (target.writes || !self.writes)
    }

    /// Whether the call that was met as the `met`th is struck.
    fn strikes(&self, met: u32) -> bool {
        let Some(turn) = met.checked_sub(self.after + 1) else { return false };
        let every = self.every.unwrap_or(1).max(1);
        turn % every == 0
            && self.times.is_none_or(|times| turn / every < times)
            && self.percent.is_none_or(|percent| die(met) < percent)
    }

    fn hit(&self, target: Target<'_>, blow: &mut Blow) {
        let action = || format!("{}:{}", target.service.prefix(), target.operation);
        let ms = self.ms.unwrap_or(1_000);
        let refusal = match self.effect {
            Effect::Throttle => throttled(target.service),
            Effect::Error => {
                let code = self.code.clone().unwrap_or_else(|| "ServerInternalException".into());
                let message = self.message.clone().unwrap_or_else(|| "An internal error occurred.".into());
                Refusal::new(code, message).with_status(self.status.unwrap_or(500))
            }
            Effect::AccessDenied => {
                let code = match target.service {
                    Service::Sts | Service::Iam => "AccessDenied",
                    Service::Ec2 => "UnauthorizedOperation",
                    Service::Ram | Service::Organizations | Service::Tagging | Service::CloudTrail => {
                        "AccessDeniedException"
                    }
                };
                let who = format!("arn:{}:iam::{}:user/sandbox", partition_of(target.region), target.account);
                Refusal::new(
                    code,
                    format!("User: {who} is not authorized to perform: {} with an explicit deny", action()),
                )
                .with_status(403)
            }
            Effect::ExpiredCredentials => {
                let code = match target.service {
                    Service::Sts | Service::Iam => "ExpiredToken",
                    Service::Ec2 => "RequestExpired",
                    Service::Ram | Service::Organizations | Service::Tagging | Service::CloudTrail => {
                        "ExpiredTokenException"
                    }
                };
                Refusal::new(code, "The security token included in the request is expired").with_status(403)
            }
            Effect::Slow => {
                blow.late_ms = blow.late_ms.max(ms);
                return;
            }
            Effect::SlowAssociation => {
                blow.associate_ms = Some(ms as Millis);
                return;
            }
            Effect::LoseResponse => {
                blow.lose_response = true;
                return;
            }
            Effect::Reset => {
                blow.reset = true;
                return;
            }
        };
        blow.refusal.get_or_insert(refusal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: Target<'_> = Target {
        service: Service::Ram,
        operation: "CreateResourceShare",
        account: "1",
        region: "r",
        writes: true,
    };

    fn fault(change: impl FnOnce(&mut Fault)) -> Fault {
        let mut fault = Fault {
            action: "ram:create*".into(),
            effect: Effect::Error,
            account: None,
            region: None,
            times: None,
            after: 0,
            every: None,
            percent: None,
            writes: false,
            code: None,
            status: None,
            message: None,
            ms: None,
        };
        change(&mut fault);
        fault
    }

    fn struck(fault: Fault, calls: usize) -> String {
        let faults = Faults::new(Rates::Unlimited, [fault]);
        (0..calls).map(|_| if faults.strike(TARGET, 0) == Blow::default() { '.' } else { 'x' }).collect()
    }

    #[test]
    fn a_fault_strikes_the_calls_that_it_counts() {
        assert_eq!(struck(fault(|_| {}), 4), "xxxx");
        assert_eq!(struck(fault(|f| f.times = Some(2)), 4), "xx..");
        assert_eq!(struck(fault(|f| (f.after, f.times) = (1, Some(1))), 4), ".x..");
        assert_eq!(struck(fault(|f| (f.every, f.times) = (Some(2), Some(2))), 6), "x.x...");
        assert_eq!(struck(fault(|f| f.action = "ram:Get*".into()), 2), "..");
        assert_eq!(struck(fault(|f| f.account = Some("2".into())), 2), "..");
        assert_eq!(struck(fault(|f| f.region = Some("r".into())), 2), "xx");
    }

    #[test]
    fn a_fault_that_is_about_writes_lets_reads_pass() {
        let faults = Faults::new(Rates::Unlimited, [fault(|f| (f.action, f.writes) = ("*".into(), true))]);
        let read = Target { operation: "GetResourceShares", writes: false, ..TARGET };
        assert_eq!(faults.strike(read, 0), Blow::default());
        assert_ne!(faults.strike(TARGET, 0), Blow::default());
        assert_eq!(faults.list()[0].1, 1, "a call that it is not about is not counted");
    }

    #[test]
    fn a_percentage_is_about_what_it_says_and_the_same_in_every_run() {
        let calls = struck(fault(|f| f.percent = Some(30)), 1_000);
        let hits = calls.matches('x').count();
        assert!((250..350).contains(&hits), "{hits} of 1000");
        assert!(calls.contains("xx"), "calls fail in a row too");
        assert_eq!(calls, struck(fault(|f| f.percent = Some(30)), 1_000));
    }

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let faults = Faults::new(Rates::Aws, []);
        let list =
            Target { service: Service::Organizations, operation: "ListRoots", writes: false, ..TARGET };
        let refused = |now| faults.strike(list, now).refusal.is_some();
        assert_eq!([refused(0), refused(0), refused(0)], [false, false, true]);
        assert_eq!([refused(1_000), refused(1_000)], [false, true]);
        let elsewhere = Target { account: "2", ..list };
        assert!(faults.strike(elsewhere, 1_000).refusal.is_none());
    }
}
