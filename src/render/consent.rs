//! The hazards of a plan in one place: which need consent and how to give it, which have it and from whom.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::diag::{Code, SourceMap, hazards};
use crate::diff::{Causes, Remark};
use crate::model::{Address, StackName};
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

/// The words for what the command line allows.
const BY_FLAG: &str = ": allowed by --allow";

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
        let never_applied =
            self.body.partial.as_ref().is_some_and(|partial| partial.scope.causes == Causes::Drift);
        let (style, title) = match open.len() {
            _ if never_applied => {
                (self.styles.strong, "HAZARDS of applying this; a plan of --refresh-only is never applied")
            }
            0 => (self.styles.strong, "HAZARDS, all of them allowed"),
            _ => (self.styles.warning, "HAZARDS: nothing is applied before each is allowed"),
        };
        writeln!(f, "{}", paint(style, title))?;
        let rows: Vec<Row> = self.rows(&groups);
        write!(f, "{}", Rows { rows: &rows, styles: self.styles, width: self.width, indent: 0 })?;
        if !open.is_empty() && !never_applied {
            let flags = allow_flags(&open);
            writeln!(f, "{}", wrap(&format!("If that is what you want, add {flags}"), self.width))?;
            if open.iter().any(|one| *one.code == hazards::RAM230) {
                self.former_names(f)?;
            }
        }
        writeln!(f)
    }
}

impl ConsentView<'_> {
    /// The one line that takes over what the plan would make copies of.
    fn former_names(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let remarks = self.body.shares.iter().flat_map(|share| &share.diff.remarks);
        let stacks: BTreeSet<StackName> = remarks
            .filter_map(|remark| match remark {
                // A tag may hold any text, and this is to be pasted.
                Remark::OtherStack { stack, .. } => StackName::parse(stack).ok(),
                _ => None,
            })
            .collect();
        if stacks.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = stacks.iter().map(|stack| format!("\"{stack}\"")).collect();
        let names = names.join(", ");
        let text = format!(
            "If this stack was called {names} before, add this line to its `ramctl` block instead; the plan then takes over what is there:"
        );
        writeln!(f, "{}", wrap(&text, self.width))?;
        writeln!(f, "    formerly = [{names}]")
    }

    /// Who allowed it.
    fn word(&self, standing: &HazardStanding) -> String {
        match standing {
            HazardStanding::Open => String::new(),
            HazardStanding::AllowedByFlag => BY_FLAG.to_owned(),
            HazardStanding::AllowedByStack { span, reason, until } => {
                let place = escape(&self.sources.place(*span)).to_string();
                let until = until.map(|until| format!(" (until {until})")).unwrap_or_default();
                format!(": allowed by {place}{until}: {}", escape(reason).at_most(200))
            }
        }
    }

    /// A row for each group. What one `allow` of the files covers at several addresses is one row.
    fn rows(&self, groups: &BTreeMap<Group<'_>, Vec<&HazardSubject>>) -> Vec<Row> {
        let mut merged: Vec<(&Group<'_>, Vec<&HazardSubject>, usize)> = Vec::new();
        for (group, subjects) in groups {
            let (is_allowed, _, code, word) = group;
            let alike = |(other, ..): &&mut (&Group<'_>, Vec<&HazardSubject>, usize)| {
                *is_allowed && *word != BY_FLAG && other.0 && *other.2 == **code && other.3 == *word
            };
            match merged.iter_mut().find(alike) {
                Some((_, all, addresses)) => {
                    all.extend(subjects);
                    *addresses += 1;
                }
                None => merged.push((group, subjects.clone(), 1)),
            }
        }
        merged.iter().map(|(group, subjects, addresses)| self.row(group, subjects, *addresses)).collect()
    }

    fn row(&self, group: &Group<'_>, subjects: &[&HazardSubject], addresses: usize) -> Row {
        let (is_allowed, at, code, word) = group;
        let sign = if *is_allowed { Sign::Note } else { Sign::Held };
        let mut at = at.map_or_else(|| "the plan".to_owned(), parts::address);
        if addresses > 1 {
            at.push_str(&format!(" and {} more", addresses - 1));
        }
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
        Some(HazardSubject::Source(source)) => escape(source).to_string(),
        Some(HazardSubject::Permission(kind)) => kind.to_string(),
        Some(HazardSubject::Received(share)) => escape(share.arn().short()).to_string(),
        Some(HazardSubject::Second(share)) => format!("beside {}", escape(share.arn().short())),
        Some(HazardSubject::Revoked { associations, of, percent }) => {
            format!("{associations} of {of} associations (limit {percent} %)")
        }
        Some(HazardSubject::Granted { accounts, unknown: 0, limit }) => {
            format!("{} (limit {limit})", parts::count(*accounts, "account", "accounts"))
        }
        Some(HazardSubject::Granted { accounts, unknown, limit }) => {
            let behind = parts::count(*unknown, "principal", "principals");
            let accounts = parts::count(*accounts, "account", "accounts");
            format!("{accounts} and those behind {behind} (limit {limit})")
        }
    };
    match subjects.len() {
        0 | 1 => first,
        _ if first.is_empty() => first,
        n => format!("{first} and {} more", n - 1),
    }
}

/// The flags to add, as a shell takes them.
pub fn allow_flags(allowances: &[Allowance]) -> String {
    let flag =
        |allowance: &Allowance| format!("--allow {}", shell_word(&parts::typed(&allowance.to_string())));
    allowances.iter().map(flag).collect::<Vec<_>>().join(" ")
}

/// A text as one word of a POSIX shell.
pub fn shell_word(text: &str) -> String {
    let plain = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '_' | '-' | ',' | '/' | '=' | ':'));
    if plain && !text.is_empty() { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BlockKind;

    /// A POSIX shell's word without its quotes.
    fn as_a_shell_reads(word: &str) -> String {
        let inner = word.strip_prefix('\'').and_then(|word| word.strip_suffix('\''));
        inner.map_or_else(|| word.to_owned(), |inner| inner.replace(r"'\''", "'"))
    }

    #[test]
    fn a_proposed_flag_allows_the_very_address() {
        for key in
            ["eu-central-1", "a\"b", r"back\slash", "it's", "a b", "x@y", "a,b", "$HOME", "n\nl", "\u{202e}x"]
        {
            let address = Address { kind: BlockKind::Share, label: "x".into(), key: Some(key.to_owned()) };
            let wanted = Allowance::of(&hazards::RAM203, Some(&address));
            let flag = allow_flags(std::slice::from_ref(&wanted));
            let word = flag.strip_prefix("--allow ").expect("one flag");
            assert_eq!(Allowance::parse(&as_a_shell_reads(word)).expect("it is read"), [wanted], "{flag}");
        }
    }
}
