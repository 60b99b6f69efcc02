//! What was read and what was not: the part of every report that keeps silence from looking like success.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::diff::{Sweep, Swept, UnresolvedShare};
use crate::model::{AccountId, Address, Gap, Origin, Place};
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

impl Coverage<'_> {
    /// Everything that was not read, with what to do. Nothing where all was.
    pub fn gaps(&self, f: &mut fmt::Formatter<'_>, styles: &Styles) -> fmt::Result {
        let Self {
            labels,
            places: _,
            unknown,
            organization_gap,
            sharing_gap,
            unresolved,
            unreceived,
            sweep,
            complete: _,
            origin: _,
        } = self;
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
        let explain = |f: &mut fmt::Formatter<'_>, gap: &Gap| {
            writeln!(f, "    {}", parts::gap(gap))?;
            writeln!(f, "    {}", paint(styles.muted, parts::gap_detail(gap)))?;
            writeln!(f, "    {} {}", paint(styles.help, "to do:"), parts::gap_help(gap))
        };
        if let Some(gap) = organization_gap {
            let what = "the organization: who is behind a unit is not known";
            writeln!(f, "{sign} {what}  {}", paint(styles.code, "RAM411"))?;
            explain(f, gap)?;
        }
        if let Some(gap) = sharing_gap {
            let what = "sharing inside the organization: whether it is on is not known, so nothing that needs it is written";
            writeln!(f, "{sign} {what}  {}", paint(styles.code, "RAM407"))?;
            if *organization_gap != Some(gap) {
                explain(f, gap)?;
            }
        }
        for (address, share) in *unresolved {
            let wanted: Vec<String> = share.wanted.iter().map(|text| escape(text).to_string()).collect();
            let what =
                format!("{}: {} could not be looked up", escape(&address.to_string()), wanted.join(", "));
            writeln!(f, "{sign} {what}, so the share is left alone  {}", paint(styles.code, "RAM409"))?;
            if *organization_gap != Some(&share.gap) {
                explain(f, &share.gap)?;
            }
        }
        // One reason often hides many places: an account whose role cannot be assumed has it in every Region.
        let mut by_gap: BTreeMap<&Gap, Vec<&Place>> = BTreeMap::new();
        for (place, gap) in *unknown {
            by_gap.entry(gap).or_default().push(place);
        }
        let mut groups: Vec<_> = by_gap.into_iter().collect();
        groups.sort_by(|a, b| a.1.cmp(&b.1));
        for (gap, places) in groups {
            for place in places {
                let code = paint(styles.code, "RAM410");
                writeln!(
                    f,
                    "{sign} {}: not compared, nothing in it is changed  {code}",
                    parts::place(place, labels)
                )?;
            }
            explain(f, gap)?;
        }
        for (place, gap) in *unreceived {
            let what = "what the account receives is not known, so nothing is accepted or rejected in it";
            writeln!(f, "{sign} {}: {what}  {}", parts::place(place, labels), paint(styles.code, "RAM412"))?;
            if unknown.get(place) != Some(gap) {
                explain(f, gap)?;
            }
        }
        if let Sweep::Done(Swept { regions: _, gaps }) = sweep {
            let mut by_gap: BTreeMap<&Gap, Vec<&AccountId>> = BTreeMap::new();
            for (account, gap) in gaps {
                by_gap.entry(gap).or_default().push(account);
            }
            for (gap, accounts) in by_gap {
                for account in accounts {
                    let account = parts::account(account, labels);
                    let what = "whether the stack has shares in other Regions is not known";
                    writeln!(f, "{sign} {account}: {what}  {}", paint(styles.code, "RAM414"))?;
                }
                explain(f, gap)?;
            }
        }
        writeln!(f)
    }

    /// Where else shares of the stack were looked for, and where not.
    fn elsewhere(&self) -> String {
        match self.sweep {
            Sweep::NotAsked => "Other Regions and accounts were not searched.".to_owned(),
            Sweep::Done(Swept { regions, gaps: _ }) => {
                let n = regions.values().map(BTreeSet::len).sum();
                format!(
                    "Searched {} of {} for shares of this stack; other accounts were not searched.",
                    parts::count(n, "other Region", "other Regions"),
                    parts::count(regions.len(), "account", "accounts")
                )
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
