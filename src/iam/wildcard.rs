//! Values of conditions: texts as they stand, and patterns for what only the organization knows.

use crate::lang::PrincipalExpr;
use crate::model::Principal;

/// The values that `ram:Principal` may have, and what they leave open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PrincipalValues {
    pub(crate) values: Vec<String>,
    /// Whether some value is a pattern.
    pub(crate) patterns: bool,
    pub(crate) notes: Vec<String>,
}

/// What RAM is given for these principals, as far as the files tell.
///
/// The ARNs of units and of the organization hold the organization's id, which is in no file. RAM accepts only its own organization's.
pub(crate) fn principal_values<'a>(
    written: impl IntoIterator<Item = &'a PrincipalExpr>,
    partition: &str,
) -> PrincipalValues {
    let mut out = PrincipalValues::default();
    let (mut units, mut accounts) = (Vec::new(), Vec::new());
    for expression in written {
        let pattern = match expression {
            PrincipalExpr::Literal(Principal::Service(name)) => {
                out.values.push(literal(name));
                continue;
            }
            PrincipalExpr::Literal(principal) => {
                out.values.push(literal(principal.as_str()));
                continue;
            }
            PrincipalExpr::Declared { address: _, id } => {
                out.values.push(id.to_string());
                continue;
            }
            PrincipalExpr::Organization => format!("arn:{partition}:organizations::*:organization/o-*"),
            PrincipalExpr::UnitById(id) => format!("arn:{partition}:organizations::*:ou/o-*/{id}"),
            PrincipalExpr::UnitAtPath(path) => {
                units.push(format!("ou({path:?})"));
                format!("arn:{partition}:organizations::*:ou/o-*/ou-*")
            }
            PrincipalExpr::AccountNamed(name) => {
                accounts.push(format!("account({name:?})"));
                "?".repeat(12)
            }
        };
        out.patterns = true;
        out.values.push(pattern);
    }
    out.values.sort();
    out.values.dedup();
    let mut note = |mut written: Vec<String>, what: &str, instead: &str| {
        written.sort();
        written.dedup();
        if !written.is_empty() {
            out.notes.push(format!(
                "{}: the files name it and do not say its id, so ram:Principal admits {what}. {instead}",
                written.join(", ")
            ));
        }
    };
    note(
        units,
        "every unit of the organization",
        "Write the unit's id, as in ou(\"ou-ab12-9xyz1234\"), to admit no other.",
    );
    note(accounts, "every account id", "Write the account's id to admit no other.");
    out
}

/// A text that means itself in a condition: `*`, `?` and `${` would be patterns and variables.
pub(crate) fn literal(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '*' | '?' => out.push_str(&format!("${{{c}}}")),
            '$' if rest.peek() == Some(&'{') => out.push_str("${$}"),
            c => out.push(c),
        }
    }
    out
}
