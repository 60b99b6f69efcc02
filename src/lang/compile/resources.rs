//! The resources of a share: ARNs, and searches by tags.

use crate::diag::Spanned;
use crate::lang::compile::decode::{Decoder, text};
use crate::lang::eval::Eval;
use crate::lang::syntax::Block;
use crate::lang::value::{Kind, Symbol};
use crate::model::{ResourceArn, TagQuery};

/// A list of resources, sorted by how they are named.
#[derive(Default)]
pub(crate) struct Resources {
    pub(crate) arns: Vec<Spanned<ResourceArn>>,
    pub(crate) tagged: Vec<Spanned<TagQuery>>,
}

enum Named {
    Arn(Spanned<ResourceArn>),
    Tagged(Spanned<TagQuery>),
}

impl Decoder<'_, '_> {
    /// The argument's elements; none where it is absent.
    pub(crate) fn resources(&mut self, block: &Block, name: &str) -> Eval<Resources> {
        let named = self.each(block, name, |decoder, value, expr| {
            if let Kind::Symbol(symbol) = value.kind()
                && let Symbol::Resources(query) = &**symbol
            {
                return Ok(Named::Tagged(Spanned::new(query.clone(), expr.span)));
            }
            let value = decoder.element(name, value, expr)?;
            decoder.parse(&text(&value), expr.span, name, expr).map(Named::Arn)
        })?;
        let mut out = Resources::default();
        for resource in named.into_iter().flatten() {
            match resource {
                Named::Arn(arn) => out.arns.push(arn),
                Named::Tagged(query) => out.tagged.push(query),
            }
        }
        Ok(out)
    }
}
