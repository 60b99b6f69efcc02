//! Findings of many instances, told once.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Span};
use crate::model::Address;

/// Diagnostics with the instances that they were found in.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    found: Vec<(Diagnostic, Option<Address>)>,
    /// Where a mistake of an instance is told, and how many more instances have it.
    repeated: BTreeMap<(Option<Span>, &'static str), (usize, usize)>,
}

impl Findings {
    pub(crate) fn add(&mut self, diagnostics: impl Iterator<Item = Diagnostic>, instance: Option<&Address>) {
        for diagnostic in diagnostics {
            if instance.is_some() {
                let key = (diagnostic.span, diagnostic.code.id);
                if let Some((_, more)) = self.repeated.get_mut(&key) {
                    *more += 1;
                    continue;
                }
                self.repeated.insert(key, (self.found.len(), 0));
            }
            self.found.push((diagnostic, instance.cloned()));
        }
    }

    /// All findings in source order, each with the instance that it was found in.
    pub(crate) fn settle(mut self) -> Vec<Diagnostic> {
        for (at, more) in self.repeated.into_values() {
            let (diagnostic, instance) = &mut self.found[at];
            let Some(address) = instance else { continue };
            let more = match more {
                0 => String::new(),
                1 => " and 1 more instance".to_owned(),
                _ => format!(" and {more} more instances"),
            };
            diagnostic.detail.push_str(&format!(" In {address}{more}."));
        }
        let mut diagnostics: Vec<Diagnostic> =
            self.found.into_iter().map(|(diagnostic, _)| diagnostic).collect();
        diagnostics.sort_by(|a, b| (a.span, a.severity, a.code.id).cmp(&(b.span, b.severity, b.code.id)));
        diagnostics.dedup();
        diagnostics
    }
}
