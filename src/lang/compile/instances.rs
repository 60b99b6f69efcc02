//! `for_each`: the instances of a block.

use std::sync::Arc;

use crate::diag::{Diagnostic, language as codes};
use crate::lang::eval::{Eval, Evaluator, Scope};
use crate::lang::memory::INSTANCE;
use crate::lang::syntax::Block;
use crate::lang::value::{Entries, Kind, Value};
use crate::model::{Address, BlockKind};

/// One instance: its key, and what `each` is in it.
#[derive(Clone, Debug)]
pub(crate) struct Instance {
    pub(crate) key: Option<String>,
    pub(crate) bindings: Vec<(Arc<str>, Value)>,
}

impl Instance {
    fn only() -> Self {
        Self { key: None, bindings: Vec::new() }
    }

    fn of(key: &str, value: Value) -> Self {
        let each = Entries::from([("key".into(), Value::string(key)), ("value".into(), value)]);
        Self { key: Some(key.to_owned()), bindings: vec![("each".into(), Value::object(each))] }
    }

    pub(crate) fn address(&self, kind: BlockKind, label: &str) -> Address {
        Address { kind, label: label.to_owned(), key: self.key.clone() }
    }
}

impl Evaluator<'_> {
    /// The instances of a block: one without a key, or one for each element of `for_each`.
    pub(crate) fn instances(&mut self, block: &Block) -> Eval<Vec<Instance>> {
        let Some(attribute) = block.attribute("for_each") else { return Ok(vec![Instance::only()]) };
        let expr = &*attribute.value;
        let value = self.eval(expr, &Scope::EMPTY)?;
        let problem = match value.kind() {
            _ if value.is_sensitive() => {
                let help = "If the keys are no secret, write nonsensitive(...).";
                return Err(self.report(
                    &codes::RAM031,
                    expr.span,
                    "The keys of for_each become part of addresses, and this value is sensitive.",
                    help,
                ));
            }
            Kind::Map(_) | Kind::Object(_) => {
                let entries = value.entries().expect("matched as a mapping");
                self.count(entries.len(), block)?;
                return Ok(entries.iter().map(|(key, value)| Instance::of(key, value.clone())).collect());
            }
            Kind::Set(set) if set.items.iter().all(|item| item.as_str().is_some()) => {
                self.count(set.items.len(), block)?;
                let keys = set.items.iter().filter_map(|item| Some((item.as_str()?, item)));
                return Ok(keys.map(|(key, item)| Instance::of(key, item.clone())).collect());
            }
            Kind::Set(_) => (
                "A set for for_each has strings; this one has other elements.",
                "Write toset([for x in ... : x.name]).",
            ),
            Kind::List(_) | Kind::Tuple(_) => (
                "A list's elements have no lasting names.",
                "Write for_each = toset([...]) for strings, or { for x in ... : x.name => x }.",
            ),
            Kind::Null(_) => ("It is null.", "Give an empty map where there is nothing: {}."),
            _ => ("It has no elements.", "Give a map, or a set of strings."),
        };
        let detail = format!(
            "for_each takes a map or a set of strings, not {}. {}",
            value.type_of().phrase(),
            problem.0
        );
        let detail = if value.is_null() {
            "for_each takes a map or a set of strings, and this is null.".to_owned()
        } else {
            detail
        };
        let diagnostic = Diagnostic::error(&codes::RAM047, expr.span, detail).help(problem.1);
        Err(self.fail(diagnostic, expr, &Scope::EMPTY))
    }

    fn count(&mut self, count: usize, block: &Block) -> Eval<()> {
        let most = self.world.limits.instances;
        if count <= most {
            return self.take(count.saturating_mul(INSTANCE), block.header);
        }
        let detail = format!("This block has {count} instances; the limit is {most}.");
        Err(self.report(&codes::RAM004, block.header, detail, "Split the stack."))
    }
}
