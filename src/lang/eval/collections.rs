//! Tuples, objects and `for`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::{Diagnostic, Span, language as codes};
use crate::lang::eval::evaluator::{Eval, Evaluator, Failed};
use crate::lang::eval::references::mentions;
use crate::lang::eval::scope::Scope;
use crate::lang::syntax::{Expr, For, Name, ObjectKey};
use crate::lang::value::{Entries, Kind, Losses, SLOT, Type, Value, convertible, entry_bytes};

/// What messages call the condition of a loop.
const CONDITION: &str = "The condition after if";

impl Evaluator<'_> {
    #[inline(never)]
    pub(crate) fn tuple(&mut self, items: &[Expr], scope: &Scope<'_>) -> Eval<Value> {
        // The values in a list that grows as it needs to, and then in one that fits.
        self.take_items(items.len(), items.first().map(|item| item.span))?;
        let values: Vec<Eval<Value>> = items.iter().map(|item| self.eval(item, scope)).collect();
        values.into_iter().collect::<Eval<Vec<Value>>>().map(Value::tuple)
    }

    #[inline(never)]
    pub(crate) fn object(&mut self, entries: &[(ObjectKey, Expr)], scope: &Scope<'_>) -> Eval<Value> {
        let mut out = Entries::new();
        let mut places: BTreeMap<Arc<str>, Span> = BTreeMap::new();
        let mut failed = false;
        let mut marked = false;
        for (key, value) in entries {
            let (key, span) = match key {
                ObjectKey::Bare(name) => (Ok((name.value.clone(), false)), name.span),
                ObjectKey::Computed(expr) => (self.object_key(expr, scope), expr.span),
            };
            let value = self.eval(value, scope);
            let (Ok((key, sensitive)), Ok(value)) = (key, value) else {
                failed = true;
                continue;
            };
            marked |= sensitive;
            self.take(2 * entry_bytes(&key), span)?;
            if let Some(first) = places.insert(key.clone(), span) {
                let detail = if sensitive {
                    "A key occurs twice.".into()
                } else {
                    format!("The key {key:?} occurs twice.")
                };
                let diagnostic = Diagnostic::error(&codes::RAM003, span, detail)
                    .label(first, "first here")
                    .help("Keep one of the two.");
                self.diagnostics.push(diagnostic);
                failed = true;
            }
            out.insert(key, value);
        }
        if failed { Err(Failed) } else { Ok(Value::object(out).marked(marked)) }
    }

    /// A key as text, and whether it is sensitive.
    fn object_key(&mut self, expr: &Expr, scope: &Scope<'_>) -> Eval<(Arc<str>, bool)> {
        let key = self.eval(expr, scope)?;
        let key = self.need(&key, &Type::String, "The key", expr, scope)?;
        match key.kind() {
            Kind::String(text) => Ok((text.clone(), key.is_sensitive())),
            _ => unreachable!("converted to a string"),
        }
    }

    #[inline(never)]
    pub(crate) fn for_expr(&mut self, for_expr: &For, scope: &Scope<'_>) -> Eval<Value> {
        let collection = self.eval(&for_expr.collection, scope)?;
        let count = collection.items().map(<[Value]>::len).or(collection.entries().map(Entries::len));
        self.take_items(2 * count.unwrap_or(0), Some(for_expr.collection.span))?;
        let pairs = self.pairs(&collection, &for_expr.collection, scope)?;
        let mut marked = collection.is_sensitive();
        if let (Some(condition), true) = (&for_expr.condition, pairs.is_empty()) {
            self.condition_over_nothing(condition, for_expr, scope)?;
        }
        let mut tuple = Vec::new();
        let mut object = Entries::new();
        let mut groups: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
        for (key, value) in pairs {
            let bindings = bindings(for_expr.key_name.as_ref(), &for_expr.value_name, key, value);
            let inner = scope.inside(&bindings);
            if let Some(condition) = &for_expr.condition {
                let test = self.eval(condition, &inner)?;
                let test = self.need(&test, &Type::Bool, CONDITION, condition, &inner)?;
                marked |= test.is_sensitive();
                if test.as_bool() == Some(false) {
                    continue;
                }
            }
            let Some(key_expr) = &for_expr.key else {
                tuple.push(self.eval(&for_expr.value, &inner)?);
                self.take_items(1, Some(for_expr.value.span))?;
                continue;
            };
            let (key, sensitive) = self.object_key(key_expr, &inner)?;
            marked |= sensitive;
            let value = self.eval(&for_expr.value, &inner)?;
            self.take(entry_bytes(&key), key_expr.span)?;
            if for_expr.grouping {
                groups.entry(key).or_default().push(value);
            } else if let Some(_twice) = object.insert(key.clone(), value) {
                let shown = if sensitive { "A key".to_owned() } else { format!("The key {key:?}") };
                let diagnostic = Diagnostic::error(
                    &codes::RAM027,
                    key_expr.span,
                    format!("{shown} comes out of two elements."),
                )
                .help("Make keys distinct, or collect the values of equal keys with ... after the value.");
                return Err(self.fail(diagnostic, key_expr, &inner));
            }
        }
        let result = match (&for_expr.key, for_expr.grouping) {
            (None, _) => {
                tuple.shrink_to_fit();
                Value::tuple(tuple)
            }
            (Some(_), false) => Value::object(object),
            (Some(_), true) => {
                Value::object(groups.into_iter().map(|(key, values)| (key, Value::tuple(values))).collect())
            }
        };
        Ok(result.marked(marked))
    }

    /// The condition of a loop without elements, as far as it has a value or a type without them.
    fn condition_over_nothing(&mut self, condition: &Expr, for_expr: &For, scope: &Scope<'_>) -> Eval<()> {
        let names: Vec<Arc<str>> =
            for_expr.key_name.iter().chain([&for_expr.value_name]).map(|name| name.value.clone()).collect();
        if !mentions(condition, &names) {
            let test = self.eval(condition, scope)?;
            return self.need(&test, &Type::Bool, CONDITION, condition, scope).map(|_| ());
        }
        let sure = self.sure_type(condition, scope, &names);
        match sure.filter(|ty| !convertible(ty, &Type::Bool, Losses::Allowed)) {
            None => Ok(()),
            Some(ty) => {
                let detail = format!("{CONDITION} does not fit: a bool is needed, not {}.", ty.phrase());
                Err(self.report(&codes::RAM020, condition.span, detail, "Compare it with a value: x > 0."))
            }
        }
    }

    /// Counts places in a list that is about to grow by so many.
    fn take_items(&mut self, count: usize, place: Option<Span>) -> Eval<()> {
        place.map_or(Ok(()), |place| self.take(count.saturating_mul(2 * SLOT), place))
    }

    /// The elements of a collection with their keys: indexes, keys, or for a set the elements themselves.
    pub(crate) fn pairs(
        &mut self,
        collection: &Value,
        expr: &Expr,
        scope: &Scope<'_>,
    ) -> Eval<Vec<(Value, Value)>> {
        if let Some(entries) = collection.entries() {
            return Ok(entries.iter().map(|(key, value)| (Value::string(key), value.clone())).collect());
        }
        match (collection.kind(), collection.items()) {
            (Kind::Set(_), Some(items)) => {
                Ok(items.iter().map(|item| (item.clone(), item.clone())).collect())
            }
            (_, Some(items)) => {
                Ok(items.iter().enumerate().map(|(at, item)| (Value::number(at), item.clone())).collect())
            }
            (Kind::Null(_), None) => {
                let diagnostic =
                    Diagnostic::error(&codes::RAM025, expr.span, "The collection of a for is null.")
                        .help("Give an empty one where there is none: coalesce(x, []).");
                Err(self.fail(diagnostic, expr, scope))
            }
            _ => {
                let detail = format!(
                    "A for goes over a list, set, tuple, map or object, not {}.",
                    collection.type_of().phrase()
                );
                Err(self.fail(Diagnostic::error(&codes::RAM020, expr.span, detail), expr, scope))
            }
        }
    }
}

pub(crate) fn bindings(
    key_name: Option<&Name>,
    value_name: &Name,
    key: Value,
    value: Value,
) -> Vec<(Arc<str>, Value)> {
    let mut bindings = Vec::with_capacity(2);
    // The value first: it is looked up most, and wins where both have one name.
    bindings.push((value_name.value.clone(), value));
    bindings.extend(key_name.map(|name| (name.value.clone(), key)));
    bindings
}
