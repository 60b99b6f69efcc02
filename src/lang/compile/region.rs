//! Regions, by the names that AWS has.

use crate::diag::{Diagnostic, Severity, Spanned, language as codes, suggest};
use crate::lang::compile::decode::Decoder;
use crate::lang::eval::Eval;
use crate::lang::syntax::Block;
use crate::model::Region;

impl Decoder<'_, '_> {
    /// The argument `region`.
    pub(crate) fn region(&mut self, block: &Block) -> Eval<Option<Spanned<Region>>> {
        let region = self.parsed::<Region>(block, "region")?;
        region.map(|region| self.existing(region)).transpose()
    }

    /// The argument `regions`.
    pub(crate) fn regions(&mut self, block: &Block) -> Eval<Option<Vec<Spanned<Region>>>> {
        let Some(regions) = self.parsed_list::<Region>(block, "regions")? else { return Ok(None) };
        let checked: Vec<Eval<_>> = regions.into_iter().map(|region| self.existing(region)).collect();
        checked.into_iter().collect::<Eval<Vec<_>>>().map(Some)
    }

    /// Refuses what looks like a mistyped Region. One that AWS may have added since is a warning.
    fn existing(&mut self, region: Spanned<Region>) -> Eval<Spanned<Region>> {
        if region.value.is_known() {
            return Ok(region);
        }
        let name = region.value.as_str();
        let near = suggest::closest(name, Region::known());
        let help = near.map(|near| format!("Did you mean {near:?}?"));
        match near {
            Some(near) if !region.value.may_come() => Err(self.evaluator.report(
                &codes::RAM051,
                region.span,
                format!("AWS has no Region {name}."),
                format!("Did you mean {near:?}?"),
            )),
            _ => {
                let detail = format!("ramctl does not know the Region {name}, and takes it for a new one.");
                let mut warning =
                    Diagnostic::new(Severity::Warning, &codes::RAM051, Some(region.span), detail);
                warning.help = help;
                self.evaluator.diagnostics.push(warning);
                Ok(region)
            }
        }
    }
}
