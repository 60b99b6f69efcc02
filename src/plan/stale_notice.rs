//! Why a saved plan is not carried out, as diagnostics.

use std::collections::BTreeSet;

use crate::diag::{Diagnostic, Severity, apply_codes};
use crate::model::Gap;
use crate::org::SharingState;
use crate::plan::body::PlanBody;
use crate::plan::fingerprint::Fingerprint;
use crate::plan::notice::{remedy, told};
use crate::plan::saved::Stale;
use crate::plan::stale::{Difference, PermissionChanged, ShareChange, StandingChange};

/// Differences that are told one by one; the rest are counted.
const TOLD: usize = 20;

/// Accounts that are named.
const NAMED: usize = 5;

const ANEW: &str = "make the plan anew, look at it, and apply that";

impl Stale {
    /// What changed, the first few differences one by one, and how far the plan was carried out, where it was.
    pub fn notices(&self) -> Vec<Diagnostic> {
        let Self { differences, done, steps } = self;
        let mut out: Vec<Diagnostic> = Vec::new();
        if *done > 0 {
            let detail = if done == steps {
                format!("AWS shows the effect of all {steps} steps: the plan was carried out already.")
            } else {
                format!(
                    "AWS shows the effect of {done} of its {steps} steps: the plan was carried out in part."
                )
            };
            out.push(
                Diagnostic::new(Severity::Error, &apply_codes::RAM511, None, detail)
                    .help("plan anew: the new plan has what is left"),
            );
        }
        out.extend(differences.iter().take(TOLD).map(|difference| stale(sentence(difference))));
        if differences.len() > TOLD {
            out.push(stale(format!("{} more facts changed.", differences.len() - TOLD)));
        }
        if let Some(last) = out.pop() {
            out.push(last.help(ANEW));
        }
        out
    }
}

impl PlanBody {
    /// That this is not the plan which was agreed to.
    pub fn is_another(&self, agreed: &Fingerprint) -> Diagnostic {
        let detail = format!("This plan has the fingerprint {}, not {agreed}.", self.fingerprint);
        Diagnostic::new(Severity::Error, &apply_codes::RAM512, None, detail)
            .help("look at this plan, and pass its fingerprint if you agree to it")
    }

    /// What could not be read again.
    pub fn not_read_again(&self, gaps: &BTreeSet<Gap>) -> Vec<Diagnostic> {
        let notice = |gap: &Gap| {
            Diagnostic::new(Severity::Error, &apply_codes::RAM513, None, told(gap)).help(remedy(gap))
        };
        gaps.iter().map(notice).collect()
    }
}

fn stale(detail: String) -> Diagnostic {
    Diagnostic::new(Severity::Error, &apply_codes::RAM510, None, detail)
}

fn state(state: SharingState) -> &'static str {
    match state {
        SharingState::Enabled => "on",
        SharingState::HalfEnabled => "half on",
        SharingState::LeftoverRole => "off, with its role left behind",
        SharingState::Disabled => "off",
        SharingState::NotAllFeatures => "impossible, for the organization has consolidated billing only",
        SharingState::NotManagementAccount => "hidden, for the account is not the management account",
        SharingState::NoOrganization => "impossible, for the account is in no organization",
    }
}

fn sentence(difference: &Difference) -> String {
    match difference {
        Difference::Share { address, arn, place, change, since } => {
            let when = since.map(|at| format!(" AWS last changed it at {at}.")).unwrap_or_default();
            let which = format!("{address} ({}, {place})", arn.arn().short());
            match change {
                ShareChange::Gone => format!("{which} is deleted."),
                ShareChange::Appeared => {
                    let made = since.map(|at| format!(", made at {at}")).unwrap_or_default();
                    format!("{address} is there already: {arn}{made}.")
                }
                ShareChange::Part { kind, subject, before, after } => {
                    let what =
                        if subject.is_empty() { (*kind).to_owned() } else { format!("{kind} {subject}") };
                    let said = match (before, after) {
                        (None, Some(after)) => format!("was not there and is now ({after})"),
                        (Some(before), None) => format!("was there ({before}) and is not now"),
                        (before, after) => {
                            let [before, after] =
                                [before, after].map(|side| side.as_deref().unwrap_or("nothing"));
                            format!("was {before} and is {after}")
                        }
                    };
                    format!("{which}: {what} {said}.{when}")
                }
            }
        }
        Difference::Permission { address, arn, place, change } => {
            let which = format!("{address} ({}, {place})", arn.arn().short());
            match change {
                PermissionChanged::Gone => format!("{which} is deleted."),
                PermissionChanged::Appeared => format!("{which} is there already."),
                PermissionChanged::Other => {
                    format!("{which} has another default version, other tags or other shares now.")
                }
            }
        }
        Difference::Sharing { before, after } => {
            format!("Sharing inside the organization was {} and is {}.", state(*before), state(*after))
        }
        Difference::Principal { principal, label, change } => {
            let who = format!("{label} ({principal})");
            match change {
                StandingChange::Accounts { joined, left } => {
                    let side = |verb: &str, accounts: &BTreeSet<_>| {
                        let names: Vec<String> =
                            accounts.iter().take(NAMED).map(ToString::to_string).collect();
                        let more = match accounts.len().saturating_sub(NAMED) {
                            0 => String::new(),
                            n => format!(" and {n} more"),
                        };
                        format!("{}{more} {verb}", names.join(", "))
                    };
                    let mut said = Vec::new();
                    if !joined.is_empty() {
                        said.push(side("joined", joined));
                    }
                    if !left.is_empty() {
                        said.push(side("left", left));
                    }
                    format!("{who}: {}.", said.join("; "))
                }
                StandingChange::Renamed { now } => format!("{who} is {now} now."),
                StandingChange::Moved { inside: true } => format!("{who} is inside the organization now."),
                StandingChange::Moved { inside: false } => {
                    format!("{who} is not inside the organization any more.")
                }
            }
        }
    }
}
