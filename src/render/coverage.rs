//! What was read and what was not: the part of every report that keeps silence from looking like success.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::diff::{Sweep, Swept, UnresolvedShare};
use crate::model::{AccountId, Address, Gap, GapCause, Origin, Place};
use crate::plan::{by_account, same_cause};
use crate::render::escape::escape;
use crate::render::parts;
use crate::render::style::{Styles, paint};

/// The extent of one run's reading.
pub(crate) struct Coverage<'a> {
    pub labels: &'a BTreeMap<AccountId, String>,
    pub places: &'a BTreeSet<Place>,
    pub unknown: &'a BTreeMap<Place, Gap>,
    pub organization_gap: Option<&'a Gap>,
    /// The gap that keeps sharing inside the organization from being known.
    pub sharing_gap: Option<&'a Gap>,
    pub unresolved: &'a BTreeMap<Address, UnresolvedShare>,
    /// Where what accounts receive could not be read.
    pub unreceived: &'a BTreeMap<Place, Gap>,
    pub sweep: &'a Sweep,
    pub complete: bool,
    /// Where it was read from.
    pub origin: &'a Origin,
}

/// One cause and everything that was not read for it, each with its code.
struct Cause<'a> {
    gap: &'a Gap,
    lines: Vec<(String, &'static str)>,
}

/// `network  eu-central-1, us-east-1`.
fn places(places: &[&Place], labels: &BTreeMap<AccountId, String>) -> String {
    const NAMED: usize = 4;
    let regions: Vec<&str> = places.iter().take(NAMED).map(|place| place.region.as_str()).collect();
    let account = places.first().map(|place| parts::account(&place.account, labels)).unwrap_or_default();
    let more = match places.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {}", parts::count(more, "more Region", "more Regions")),
    };
    format!("{account}  {}{more}", regions.join(", "))
}

impl Coverage<'_> {
    /// Everything that was not read, with what to do. Nothing where all was.
    pub fn gaps(&self, f: &mut fmt::Formatter<'_>, styles: &Styles) -> fmt::Result {
        let Self { unknown, organization_gap, sharing_gap, unresolved, unreceived, sweep, .. } = self;
        if unknown.is_empty()
            && unreceived.is_empty()
            && organization_gap.is_none()
            && sharing_gap.is_none()
            && unresolved.is_empty()
            && sweep.is_complete()
        {
            return Ok(());
        }
        writeln!(f, "{}", paint(styles.error, "NOT READ"))?;
        let sign = paint(styles.unknown, "?");
        for Cause { gap, lines } in self.causes() {
            for (what, code) in lines {
                writeln!(f, "{sign} {what}  {}", paint(styles.code, code))?;
            }
            writeln!(f, "    {}", parts::gap(gap))?;
            writeln!(f, "    {}", paint(styles.muted, parts::gap_detail(gap)))?;
            writeln!(f, "    {} {}", paint(styles.help, "to do:"), parts::gap_help(gap))?;
        }
        writeln!(f)
    }

    /// Whether one cause keeps everything from being read: then there is one thing to tell.
    pub fn is_blind(&self) -> bool {
        self.one_cause().is_some()
    }

    fn one_cause(&self) -> Option<&Gap> {
        let mut gaps = self.unknown.values().chain(self.organization_gap);
        let first = gaps.next()?;
        let nothing =
            !self.places.is_empty() && self.places.iter().all(|place| self.unknown.contains_key(place));
        (nothing && gaps.all(|gap| same_cause(gap, first))).then_some(first)
    }

    /// What was not read, by cause: one that is behind many gaps is shown once.
    fn causes(&self) -> Vec<Cause<'_>> {
        let Self { labels, unknown, organization_gap, sharing_gap, unresolved, unreceived, sweep, .. } = self;
        if let Some(gap) = self.one_cause() {
            let accounts: BTreeSet<&AccountId> = self.places.iter().map(|place| &place.account).collect();
            let what = if accounts.len() == 1 {
                let all: Vec<&Place> = self.places.iter().collect();
                format!("{}: not compared, nothing in it is changed", places(&all, labels))
            } else {
                format!(
                    "nothing of {} in {} was read, so nothing is compared or changed",
                    parts::count(self.places.len(), "Region", "Regions"),
                    parts::count(accounts.len(), "account", "accounts")
                )
            };
            // The organization is read first, and says it best.
            return vec![Cause { gap: organization_gap.unwrap_or(gap), lines: vec![(what, "RAM410")] }];
        }
        let mut causes: Vec<Cause<'_>> = Vec::new();
        let mut add =
            |gap, what: String, code| match causes.iter_mut().find(|cause| same_cause(cause.gap, gap)) {
                Some(cause) => cause.lines.push((what, code)),
                None => causes.push(Cause { gap, lines: vec![(what, code)] }),
            };
        if let Some(gap) = organization_gap {
            add(*gap, "the organization: who is behind a unit is not known".to_owned(), "RAM411");
        }
        if let Some(gap) = sharing_gap {
            let what = "sharing inside the organization: whether it is on is not known, so nothing that needs it is written";
            add(*gap, what.to_owned(), "RAM407");
        }
        for (address, share) in *unresolved {
            let wanted: Vec<String> = share.wanted.iter().map(|text| escape(text).to_string()).collect();
            let address = escape(&address.to_string()).to_string();
            let what = format!(
                "{address}: {} {}, so the share is left alone",
                wanted.join(", "),
                if share.gap.cause == GapCause::NotInOrganization {
                    "cannot be on it in the organization as it is"
                } else {
                    "could not be looked up"
                }
            );
            add(&share.gap, what, "RAM409");
        }
        for (place, gap) in by_account(unknown) {
            let what = format!("{}: not compared, nothing in it is changed", places(&place, labels));
            add(gap, what, "RAM410");
        }
        for (place, gap) in by_account(unreceived) {
            let what = "what the account receives is not known, so nothing is accepted or rejected in it";
            add(gap, format!("{}: {what}", places(&place, labels)), "RAM412");
        }
        if let Sweep::Done(Swept { regions: _, gaps, further }) = sweep {
            for (account, gap) in gaps {
                let is_further = further.contains(account);
                let account = parts::account(account, labels);
                let (what, code) = if is_further {
                    (
                        "the account could not be searched, so whether the stack has shares in it is not known",
                        "RAM415",
                    )
                } else {
                    ("whether the stack has shares in other Regions is not known", "RAM414")
                };
                add(gap, format!("{account}: {what}"), code);
            }
        }
        causes
    }

    /// Where else shares of the stack were looked for, and where not.
    fn elsewhere(&self) -> String {
        match self.sweep {
            Sweep::NotAsked => "Other Regions and accounts were not searched.".to_owned(),
            Sweep::Done(Swept { regions, gaps: _, further }) => {
                let n = regions.values().map(BTreeSet::len).sum();
                let searched = format!(
                    "Searched {} of {} for shares of this stack",
                    parts::count(n, "other Region", "other Regions"),
                    parts::count(regions.len(), "account", "accounts")
                );
                let unnamed = further.iter().filter(|account| regions.contains_key(*account)).count();
                match (further.len(), further.len() - unnamed) {
                    (0, _) => format!("{searched}; other accounts were not searched."),
                    (all, 0) => format!(
                        "{searched}, among them {} of the organization that the files do not name.",
                        parts::count(all, "active account", "active accounts")
                    ),
                    (all, missed) => format!(
                        "{searched}; {missed} of {} of the organization that the files do not name could not be searched.",
                        parts::count(all, "active account", "active accounts")
                    ),
                }
            }
        }
    }

    fn is_read(&self, place: &Place) -> bool {
        !self.unknown.contains_key(place) && !self.unreceived.contains_key(place)
    }

    /// The closing line.
    pub fn closing(&self, f: &mut fmt::Formatter<'_>, styles: &Styles, width: usize) -> fmt::Result {
        let accounts: BTreeSet<&AccountId> = self.places.iter().map(|place| &place.account).collect();
        let seen = self.places.iter().filter(|place| self.is_read(place));
        let seen: BTreeSet<&AccountId> = seen.map(|place| &place.account).collect();
        let read = |what: &str| {
            format!(
                "{what} {} of {}, {} of {}, {}.",
                seen.len(),
                parts::count(accounts.len(), "account", "accounts"),
                self.places.iter().filter(|place| self.is_read(place)).count(),
                parts::count(self.places.len(), "Region", "Regions"),
                match self.origin {
                    Origin::Aws { calls, roles: _ } => parts::count(as_usize(*calls), "call", "calls"),
                    Origin::Snapshot { file, taken } => {
                        format!("from the snapshot {} of {taken}", escape(file).at_most(200))
                    }
                }
            )
        };
        if self.complete {
            let sentences = [(styles.muted, read("Read")), (styles.muted, self.elsewhere())];
            writeln!(f, "{}", parts::fill(&sentences, width))
        } else {
            let sentences = [
                (styles.error, "INCOMPLETE:".to_owned()),
                (anstyle::Style::new(), read("read")),
                (styles.strong, "What was not read was not compared and is not changed.".to_owned()),
                (anstyle::Style::new(), self.elsewhere()),
            ];
            writeln!(f, "{}", parts::fill(&sentences, width))
        }
    }
}

fn as_usize(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
