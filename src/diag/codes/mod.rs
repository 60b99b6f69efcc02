//! Every code that ramctl prints, with its fixed summary and its long form for `ramctl explain`.
//!
//! | range | what | file |
//! |---|---|---|
//! | RAM001-RAM099 | the language: syntax, evaluation, blocks | `language.rs` |
//! | RAM100-RAM199 | rules of RAM that a configuration breaks | `rules.rs` |
//! | RAM200-RAM299 | hazards: changes that need consent | `hazards.rs` |
//! | RAM300-RAM399 | what was found live | `live_codes.rs` |
//! | RAM400-RAM499 | reading AWS, credentials, the organization's bootstrap | `read_codes.rs` |
//! | RAM500-RAM599 | applying | `apply_codes.rs` |
//!
//! A code never changes its meaning and is never given out again.

use std::fmt;

/// A stable code. The summary is one short fixed phrase with no user text in it.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code {
    pub id: &'static str,
    pub summary: &'static str,
    /// Why it matters and what to do, in a few sentences or paragraphs of plain text. A paragraph that begins with four spaces is
    /// code and keeps its lines.
    pub explain: &'static str,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// Declares the codes of one file: a `static` each, and `ALL` over them.
macro_rules! codes {
    ($($id:ident $summary:literal $explain:literal)*) => {
        $(pub static $id: $crate::diag::Code =
            $crate::diag::Code { id: stringify!($id), summary: $summary, explain: $explain };)*
        /// The codes of this file in order.
        pub(crate) static ALL: &[&$crate::diag::Code] = &[$(&$id),*];
    };
}

pub mod apply_codes;
pub mod hazards;
pub mod language;
pub mod live_codes;
pub mod read_codes;
pub mod rules;

/// Every code, in order.
pub fn all_codes() -> impl Iterator<Item = &'static Code> {
    [language::ALL, rules::ALL, hazards::ALL, live_codes::ALL, read_codes::ALL, apply_codes::ALL]
        .into_iter()
        .flatten()
        .copied()
}

/// Whether the code is a hazard, which consent by code can allow.
pub fn is_hazard(code: &Code) -> bool {
    hazards::hazard_codes().any(|hazard| hazard == code)
}

/// Looks a code up as a user types it: case does not matter.
pub fn find_code(id: &str) -> Option<&'static Code> {
    all_codes().find(|code| code.id.eq_ignore_ascii_case(id))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_stands_once_in_its_own_range_and_explains_itself() {
        let ranges: [(&[&Code], u32); 6] = [
            (language::ALL, 0),
            (rules::ALL, 1),
            (hazards::ALL, 2),
            (live_codes::ALL, 3),
            (read_codes::ALL, 4),
            (apply_codes::ALL, 5),
        ];
        let mut seen = BTreeSet::new();
        for (codes, hundred) in ranges {
            for code in codes {
                let number: u32 =
                    code.id.strip_prefix("RAM").and_then(|n| n.parse().ok()).expect("RAM and digits");
                assert_eq!((code.id.len(), number / 100), (6, hundred), "{code}");
                assert!(seen.insert(code.id), "{code} twice");
                assert!(!code.summary.ends_with('.') && code.summary.len() <= 80, "{code}");
                assert!(
                    code.explain.len() > code.summary.len() && code.explain.ends_with(['.', ')', '}']),
                    "{code}"
                );
            }
        }
        assert_eq!(seen.len(), all_codes().count());
    }
}
