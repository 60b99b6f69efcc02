//! Why a plan that somebody agreed to is not carried out, as diagnostics.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::diag::{Diagnostic, Severity, apply_codes};
use crate::diff::{Section, Written};
use crate::model::{Gap, TAG_APPLIED, UsedKind};
use crate::org::SharingState;
use crate::plan::again::{Stale, StepName};
use crate::plan::body::PlanBody;
use crate::plan::fingerprint::Fingerprint;
use crate::plan::notice::{remedy, told};
use crate::plan::stale::{Difference, PermissionChanged, ShareChange, StandingChange};
use crate::plan::told::{listed, second};

/// Differences that are told one by one; the rest are counted.
const TOLD: usize = 20;

/// Accounts that are named.
const NAMED: usize = 5;

const ANEW: &str = "make a new plan, review it, and apply that";

const ALL_DONE: &str = "nothing is left of this plan to do; `ramctl plan` shows whether anything else is";

const PART_DONE: &str = "make a new plan and apply it: it has what is left";

impl Stale {
    /// What changed, where the plan is made again at once: nobody has to do anything about it.
    pub fn changes(&self) -> Vec<Diagnostic> {
        let told = |notice: Diagnostic| Diagnostic { severity: Severity::Warning, help: None, ..notice };
        self.notices().into_iter().map(told).collect()
    }

    /// What changed, the first few differences one by one, and how far the plan was carried out, where it was.
    pub fn notices(&self) -> Vec<Diagnostic> {
        let Self { differences, own, done, left } = self;
        let mut out: Vec<Diagnostic> = Vec::new();
        if !done.is_empty() {
            let (detail, help) = if left.is_empty() {
                let all = match done.len() {
                    1 => "its only step".to_owned(),
                    n => format!("all {n} steps"),
                };
                (
                    format!("AWS shows the effect of {all}: it looks as if this plan was applied already."),
                    ALL_DONE,
                )
            } else {
                let of = done.len() + left.len();
                let parts = format!("Done: {}. Not done: {}.", names(done), names(left));
                let told = format!(
                    "AWS shows the effect of {} of its {of} steps: it looks as if part of this plan was applied.",
                    done.len()
                );
                (format!("{told} {parts}"), PART_DONE)
            };
            let detail = match own.as_slice() {
                [] => detail,
                own => format!("{detail} As the plan makes them already: {}.", summary(own)),
            };
            out.push(Diagnostic::new(Severity::Error, &apply_codes::RAM511, None, detail).help(help));
        }
        out.extend(differences.iter().take(TOLD).map(|difference| stale(sentence(difference))));
        if differences.len() > TOLD {
            out.push(stale(format!("{} more facts changed.", differences.len() - TOLD)));
        }
        if let Some(last) = out.pop_if(|last| *last.code == apply_codes::RAM510) {
            out.push(last.help(ANEW));
        }
        out
    }
}

/// `TagResource for share.dev (2), CreateResourceShare for share.prod`, in the order of the plan.
fn names(steps: &[StepName]) -> String {
    let mut groups: Vec<(&StepName, usize)> = Vec::new();
    for step in steps {
        match groups.iter_mut().find(|(known, _)| *known == step) {
            Some((_, count)) => *count += 1,
            None => groups.push((step, 1)),
        }
    }
    let said = groups.iter().map(|(StepName { operation, address }, count)| {
        let what = address.as_ref().map(|address| format!(" for {address}")).unwrap_or_default();
        let times = if *count > 1 { format!(" ({count})") } else { String::new() };
        format!("{operation}{what}{times}")
    });
    listed(&said.collect::<Vec<_>>(), NAMED)
}

/// Block by block, what of it is as the plan makes it, and when AWS last saw a change there.
fn summary(own: &[Difference]) -> String {
    let mut blocks: Vec<(String, BTreeSet<String>, Option<Timestamp>)> = Vec::new();
    for difference in own {
        let (block, part, since) = match difference {
            Difference::Share { address, change, since, .. } => {
                let part = match change {
                    ShareChange::Gone => "deleted".to_owned(),
                    ShareChange::Appeared => "made".to_owned(),
                    ShareChange::Part { kind, subject, .. } if is_record(kind, subject) => {
                        "ramctl's record of what was applied".to_owned()
                    }
                    ShareChange::Part { kind, .. } => (*kind).to_owned(),
                };
                (address.to_string(), part, *since)
            }
            Difference::Beside { name, .. } => (format!("share {name:?}"), "access".to_owned(), None),
            Difference::Permission { address, .. } => (address.to_string(), "permission".to_owned(), None),
            Difference::Policy { permission, .. } => {
                (permission.name().to_owned(), "policy".to_owned(), None)
            }
            Difference::Sharing { after, .. } => {
                ("sharing inside the organization".to_owned(), state(*after).to_owned(), None)
            }
            Difference::Principal { label, .. } => (label.clone(), "accounts".to_owned(), None),
            Difference::Usage { address, .. } => (address.to_string(), "use".to_owned(), None),
            Difference::Expired { address, at: _ } => (address.to_string(), "end".to_owned(), None),
        };
        match blocks.iter_mut().find(|(known, ..)| *known == block) {
            Some((_, parts, last)) => {
                parts.insert(part);
                *last = (*last).max(since);
            }
            None => blocks.push((block, BTreeSet::from([part]), since)),
        }
    }
    let said = blocks.iter().map(|(block, parts, since)| {
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let when = match since.map(second) {
            None => String::new(),
            Some(at) if parts == ["made"] => format!(" at {at}"),
            Some(at) => format!(" since {at}"),
        };
        format!("{block} ({}{when})", parts.join(", "))
    });
    listed(&said.collect::<Vec<_>>(), NAMED)
}

/// Whether a part is the tag in which ramctl keeps digests, which tell nobody anything.
fn is_record(kind: &str, subject: &str) -> bool {
    kind == "tag" && subject == TAG_APPLIED
}

/// What was applied between two records.
fn applied_since(before: Option<&str>, after: Option<&str>) -> String {
    let Some(after) = after else {
        return "ramctl's record of what was applied was removed".to_owned();
    };
    let records = before.and_then(Written::parse).zip(Written::parse(after));
    let Some((before, after)) = records else {
        return "ramctl's record of what was applied is another".to_owned();
    };
    let differs = Section::ALL.into_iter().filter(|section| !before.stamp.agrees(&after.stamp, *section));
    let word = |section| match section {
        Section::Settings => "name and flags",
        Section::Resources => "resources",
        Section::Principals => "principals",
        Section::Permissions => "permissions",
        Section::Tags => "tags",
    };
    let words: Vec<&str> = differs.map(word).collect();
    format!("another apply has brought it to other {}", words.join(", "))
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
            let when = since.map(|at| format!(" AWS has it since {}.", second(at))).unwrap_or_default();
            let which = format!("{address} ({}, {place})", arn.arn().short());
            match change {
                ShareChange::Gone => format!("{which} is deleted."),
                ShareChange::Appeared => {
                    let made = since.map(|at| format!(", made at {}", second(at))).unwrap_or_default();
                    format!("{address} is there already: {arn}{made}.")
                }
                ShareChange::Part { kind, subject, before, after } if is_record(kind, subject) => {
                    format!("{which}: {}.{when}", applied_since(before.as_deref(), after.as_deref()))
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
        Difference::Beside { arn, name, place, gone } => {
            let what = if *gone { "is gone" } else { "gives other access now" };
            format!(
                "The share {name:?} ({}, {place}) {what}. ramctl does not change it, but who loses access depends on it.",
                arn.arn().short()
            )
        }
        Difference::Usage { address, resource, account, count } => {
            let what = match UsedKind::of(resource) {
                Some((UsedKind::TransitGateway, _)) => "attachment",
                Some((UsedKind::Subnet, _)) | None => "network interface",
            };
            let s = if *count == 1 { "" } else { "s" };
            format!(
                "{address}: account {account}, which loses {resource}, had nothing in it and has {count} {what}{s} now."
            )
        }
        Difference::Expired { address, at } => {
            format!("{address} expired at {}: its block ends it, and the plan was made before.", second(*at))
        }
        Difference::Policy { permission, region } => format!(
            "{} allows something else in {region} now. Who gains and loses depends on it.",
            permission.name()
        ),
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
