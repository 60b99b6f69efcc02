//! The hazards of a plan in one place: which need consent and how to give it, which have it and from whom.

use std::collections::BTreeMap;
use std::fmt;

use crate::diag::{Code, SourceMap};
use crate::model::Address;
use crate::plan::{Allowance, Hazard, HazardStanding, HazardSubject, PlanBody};
use crate::render::escape::escape;
use crate::render::parts;
use crate::render::rows::{Row, Rows, Sign};
use crate::render::style::{Styles, paint};
use crate::render::wrap::wrap;

pub(crate) struct ConsentView<'a> {
    pub body: &'a PlanBody,
    pub sources: &'a SourceMap,
    pub styles: &'a Styles,
    pub width: usize,
}

/// Hazards that one allowance covers and that stand alike: whether they are allowed, where and what they are, and the words on who
/// allowed them. A saved plan knows places by their names alone, so these words, and no spans, tell one `allow` from another.
type Group<'a> = (bool, Option<&'a Address>, &'static Code, String);

impl fmt::Display for ConsentView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut groups: BTreeMap<Group<'_>, Vec<&HazardSubject>> = BTreeMap::new();
        for (at, Hazard { code, subject, standing }) in self.body.hazards_by_address() {
            let is_allowed = *standing != HazardStanding::Open;
            groups.entry((is_allowed, at, code, self.word(standing))).or_default().push(subject);
        }
        if groups.is_empty() {
            return Ok(());
        }
        let open: Vec<Allowance> = groups
            .keys()
            .filter(|(is_allowed, ..)| !is_allowed)
            .map(|(_, at, code, _)| Allowance::of(code, *at))
            .collect();
        let (style, title) = match open.len() {
            0 => (self.styles.strong, "HAZARDS, all of them allowed"),
            _ => (self.styles.warning, "HAZARDS: nothing is applied before each is allowed"),
        };
        writeln!(f, "{}", paint(style, title))?;
        let rows: Vec<Row> = groups.iter().map(|(group, subjects)| self.row(group, subjects)).collect();
        write!(f, "{}", Rows { rows: &rows, styles: self.styles, width: self.width, indent: 0 })?;
        if !open.is_empty() {
            let flags = allow_flags(&open);
            writeln!(f, "{}", wrap(&format!("If that is what you want, add {flags}"), self.width))?;
        }
        writeln!(f)
    }
}

impl ConsentView<'_> {
    /// Who allowed it.
    fn word(&self, standing: &HazardStanding) -> String {
        match standing {
            HazardStanding::Open => String::new(),
            HazardStanding::AllowedByFlag => ": allowed by --allow".to_owned(),
            HazardStanding::AllowedByStack { span, reason, until } => {
                let place = escape(&self.sources.place(*span)).to_string();
                let until = until.map(|until| format!(" (until {until})")).unwrap_or_default();
                format!(": allowed by {place}{until}: {}", escape(reason).at_most(200))
            }
        }
    }

    fn row(&self, (is_allowed, at, code, word): &Group<'_>, subjects: &[&HazardSubject]) -> Row {
        let sign = if *is_allowed { Sign::Note } else { Sign::Held };
        let at = at.map_or_else(|| "the plan".to_owned(), |at| escape(&at.to_string()).to_string());
        Row::new(sign, [code.id.to_owned(), at, subjects_of(subjects)])
            .effect(format!("{}{word}", code.summary))
    }
}

/// The first subject, and how many more there are.
fn subjects_of(subjects: &[&HazardSubject]) -> String {
    let first = match subjects.first() {
        None | Some(HazardSubject::Share | HazardSubject::Plan) => String::new(),
        Some(HazardSubject::Principal(principal)) => parts::principal_id(principal),
        Some(HazardSubject::Resource(resource)) => escape(resource.arn().short()).to_string(),
        Some(HazardSubject::Permission(kind)) => kind.to_string(),
        Some(HazardSubject::Received(share)) => escape(share.arn().short()).to_string(),
        Some(HazardSubject::Second(share)) => format!("beside {}", escape(share.arn().short())),
        Some(HazardSubject::Revoked { associations, of, percent }) => {
            format!("{associations} of {of}, {percent} % may")
        }
        Some(HazardSubject::Granted { accounts, unknown: 0, limit }) => format!("{accounts}, {limit} may"),
        Some(HazardSubject::Granted { accounts, unknown, limit }) => {
            let behind = parts::count(*unknown, "principal", "principals");
            format!("{accounts} and those behind {behind}, {limit} may")
        }
    };
    match subjects.len() {
        0 | 1 => first,
        n => format!("{first} and {} more", n - 1),
    }
}

/// The flags to add, as a shell takes them.
pub fn allow_flags(allowances: &[Allowance]) -> String {
    let flag = |allowance: &Allowance| {
        let text = escape(&allowance.to_string()).to_string();
        let plain =
            text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '_' | '-' | ','));
        if plain { format!("--allow {text}") } else { format!("--allow '{}'", text.replace('\'', r"'\''")) }
    };
    allowances.iter().map(flag).collect::<Vec<_>>().join(" ")
}
