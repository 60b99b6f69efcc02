//! What was read and what was not: the part of every report that keeps silence from looking like success.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::diff::{Breadth, Cause as EditCause, Edit, Membership, Part, Sweep, Swept, UnresolvedShare};
use crate::model::{AccountId, Address, Gap, GapCause, Origin, Place};
use crate::plan::{by_account, listed, same_cause};
use crate::render::escape::escape;
use crate::render::parts;
use crate::render::rows::{Row, Rows};
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
    lines: Vec<Line>,
}

struct Line {
    what: String,
    code: &'static str,
    /// What is different there all the same.
    rows: Vec<Row>,
}

impl Line {
    fn new(what: String, code: &'static str) -> Self {
        Self { what, code, rows: Vec::new() }
    }
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

/// Where the live form of a share that is left alone differs from what is settled of its block.
fn differences(share: &UnresolvedShare) -> Vec<Row> {
    let row = |edit: &Edit| {
        let mut row = parts::row(edit, &share.place);
        let is_taken_off = matches!(
            edit.part,
            Part::Principal { how: Membership::Removed, .. }
                | Part::Resource { how: Membership::Removed, .. }
                | Part::Source { how: Membership::Removed, .. }
        );
        row.effect = match (is_taken_off, edit.cause) {
            (true, EditCause::Pending) => {
                "is on the share; perhaps the block means it by the name that leads nowhere"
            }
            (true, _) => "is on the share, and the block does not declare it; left alone",
            (false, _) => "left alone",
        }
        .to_owned();
        row.code("RAM361")
    };
    share.differences.iter().map(row).collect()
}

impl Coverage<'_> {
    /// Everything that was not read, with what to do. Nothing where all was.
    pub fn gaps(&self, f: &mut fmt::Formatter<'_>, styles: &Styles, width: usize) -> fmt::Result {
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
            for Line { what, code, rows } in lines {
                writeln!(f, "{sign} {what}  {}", paint(styles.code, code))?;
                write!(f, "{}", Rows { rows: &rows, styles, width, indent: 4 })?;
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
            return vec![Cause {
                gap: organization_gap.unwrap_or(gap),
                lines: vec![Line::new(what, "RAM410")],
            }];
        }
        let mut causes: Vec<Cause<'_>> = Vec::new();
        let mut add = |gap, line: Line| match causes.iter_mut().find(|cause| same_cause(cause.gap, gap)) {
            Some(cause) => cause.lines.push(line),
            None => causes.push(Cause { gap, lines: vec![line] }),
        };
        if let Some(gap) = organization_gap {
            let what = "the organization: who is behind a unit is not known";
            add(*gap, Line::new(what.to_owned(), "RAM411"));
        }
        if let Some(gap) = sharing_gap {
            let what = "sharing inside the organization: whether it is on is not known, so nothing that needs it is written";
            add(*gap, Line::new(what.to_owned(), "RAM407"));
        }
        for (address, share) in *unresolved {
            let wanted: Vec<String> = share.wanted.iter().map(|text| escape(text).to_string()).collect();
            let address = parts::address(address);
            let what = format!(
                "{address}: {} {}, so the share is left alone",
                wanted.join(", "),
                if share.gap.cause == GapCause::NotInOrganization {
                    "cannot be on it in the organization as it is"
                } else {
                    "could not be looked up"
                }
            );
            add(&share.gap, Line { what, code: "RAM409", rows: differences(share) });
        }
        for (place, gap) in by_account(unknown) {
            let what = format!("{}: not compared, nothing in it is changed", places(&place, labels));
            add(gap, Line::new(what, "RAM410"));
        }
        for (place, gap) in by_account(unreceived) {
            let what = "what the account receives is not known, so nothing is accepted or rejected in it";
            add(gap, Line::new(format!("{}: {what}", places(&place, labels)), "RAM412"));
        }
        if let Sweep::Done(Swept { gaps, further, .. }) = sweep {
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
                add(gap, Line::new(format!("{account}: {what}"), code));
            }
        }
        causes
    }

    /// Where else shares of the stack were looked for, and where not.
    fn elsewhere(&self) -> Vec<String> {
        const NOWHERE: &str = "Other Regions and accounts were not searched.";
        let Sweep::Done(Swept { breadth, regions, gaps: _, further, unreached, passed: _ }) = self.sweep
        else {
            return vec![NOWHERE.to_owned()];
        };
        let n: usize = regions.values().map(BTreeSet::len).sum();
        let accounts = parts::count(regions.len(), "account", "accounts");
        if *breadth != Breadth::All {
            let named = (n > 0).then(|| {
                let regions = parts::count(n, "further Region", "further Regions");
                format!("Searched {regions} that the files name in {accounts} for shares of this stack.")
            });
            return named.into_iter().chain([NOWHERE.to_owned()]).collect();
        }
        let searched = match (regions.len(), n) {
            (0, _) => "Searched no other Region for shares of this stack".to_owned(),
            (_, 0) => format!("Searched no other Region of {accounts} for shares of this stack"),
            _ => format!(
                "Searched {} of {accounts} for shares of this stack",
                parts::count(n, "other Region", "other Regions")
            ),
        };
        let unnamed = further.iter().filter(|account| regions.contains_key(*account)).count();
        let searched = match (further.len(), further.len() - unnamed) {
            (0, _) if unreached.is_empty() => {
                return vec![format!("{searched}; other accounts were not searched.")];
            }
            (0, _) => searched,
            (all, 0) => format!(
                "{searched}, among them {} of the organization that the files do not name",
                parts::count(all, "active account", "active accounts")
            ),
            (all, missed) => format!(
                "{searched}; {missed} of {} of the organization that the files do not name could not be searched",
                parts::count(all, "active account", "active accounts")
            ),
        };
        let others = if further.is_empty() { ", and accounts that the files do not name" } else { "" };
        let missing = self.unreached(unreached).map(|named| format!("Not searched: {named}{others}."));
        std::iter::once(format!("{searched}.")).chain(missing).collect()
    }

    /// The accounts of the files for which there are no credentials.
    fn unreached(&self, accounts: &BTreeSet<AccountId>) -> Option<String> {
        const NAMED: usize = 3;
        let names: Vec<String> =
            accounts.iter().map(|account| parts::account(account, self.labels)).collect();
        let have = if accounts.len() == 1 { "which has" } else { "which have" };
        (!accounts.is_empty()).then(|| format!("{}, {have} no assume_role", listed(&names, NAMED)))
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
            let sentences = std::iter::once(read("Read")).chain(self.elsewhere());
            let sentences: Vec<_> = sentences.map(|sentence| (styles.muted, sentence)).collect();
            writeln!(f, "{}", parts::fill(&sentences, width))
        } else {
            let mut sentences = vec![
                (styles.error, "INCOMPLETE:".to_owned()),
                (anstyle::Style::new(), read("read")),
                (styles.strong, "What was not read was not compared and is not changed.".to_owned()),
            ];
            sentences.extend(self.elsewhere().into_iter().map(|sentence| (anstyle::Style::new(), sentence)));
            writeln!(f, "{}", parts::fill(&sentences, width))
        }
    }
}

fn as_usize(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
