//! Attributes, indexes and splats.

use crate::diag::suggest;
use crate::diag::{Diagnostic, Span, language as codes};
use crate::lang::eval::evaluator::{Eval, Evaluator, brief};
use crate::lang::eval::scope::Scope;
use crate::lang::syntax::{Expr, Step};
use crate::lang::value::{Kind, Number, SLOT, Symbol, Type, Value, convert};

/// Why a step leads nowhere.
struct Miss {
    detail: String,
    help: Option<String>,
}

impl Miss {
    fn new(detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Evaluator<'_> {
    /// Walks the steps of a traversal from a value. `expr` is the whole traversal.
    pub(crate) fn steps(
        &mut self,
        mut value: Value,
        steps: &[Step],
        expr: &Expr,
        scope: &Scope<'_>,
    ) -> Eval<Value> {
        for (at, step) in steps.iter().enumerate() {
            value = match step {
                Step::Attribute(name) => {
                    self.settle(attribute(&value, &name.value), name.span, expr, scope)?
                }
                Step::LegacyIndex(number) => {
                    let key = Value::number(Number::parse(&number.value.to_string()).expect("digits"));
                    self.settle(index(&value, &key), number.span, expr, scope)?
                }
                Step::Index(key_expr) => {
                    let key = self.eval(key_expr, scope)?;
                    self.settle(index(&value, &key), key_expr.span, expr, scope)?
                }
                Step::AttributeSplat(_) => {
                    let rest = &steps[at + 1..];
                    let inner = rest
                        .iter()
                        .take_while(|step| matches!(step, Step::Attribute(_) | Step::LegacyIndex(_)))
                        .count();
                    let tuple = self.splat(&value, &rest[..inner], expr, scope)?;
                    return self.steps(tuple, &rest[inner..], expr, scope);
                }
                Step::FullSplat(_) => return self.splat(&value, &steps[at + 1..], expr, scope),
            };
        }
        Ok(value)
    }

    /// Walks the same steps from every item. Null has no items, unless its type has; a value that is no sequence is its own only item.
    fn splat(&mut self, value: &Value, steps: &[Step], expr: &Expr, scope: &Scope<'_>) -> Eval<Value> {
        let mark = value.is_sensitive();
        match value.kind() {
            Kind::Null(Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
                let diagnostic =
                    Diagnostic::error(&codes::RAM025, expr.span, "The value before the splat is null.")
                        .help("Give an empty list where there is nothing: coalesce(x, []).");
                return Err(self.fail(diagnostic, expr, scope));
            }
            Kind::Null(_) => return Ok(Value::tuple(Vec::new()).marked(mark)),
            _ => {}
        }
        let single = [value.without_own_mark()];
        let items = value.items().unwrap_or(&single);
        self.work(items.len(), expr.span)?;
        self.take(items.len().saturating_mul(4 * SLOT), expr.span)?;
        if let Kind::List(sequence) | Kind::Set(sequence) = value.kind()
            && items.is_empty()
        {
            // Nothing to walk from, but the type tells where the steps lead.
            let element = self.type_steps(&sequence.element, steps, scope);
            let element = self.settle(element, expr.span, expr, scope)?;
            return Ok(Value::list(element, Vec::new()).marked(mark));
        }
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            out.push(self.steps(item.clone(), steps, expr, scope)?);
        }
        let keeps_list = matches!(value.kind(), Kind::List(_) | Kind::Set(_));
        let result = if keeps_list {
            let element = out.first().map_or(Type::Any, Value::type_of);
            if out.iter().any(|item| item.type_of() != element) {
                let detail =
                    "The elements of this list lead to values of different types, which make no list.";
                let diagnostic = Diagnostic::error(&codes::RAM020, expr.span, detail)
                    .help("Write [for x in ... : ...], whose results may differ.");
                return Err(self.fail(diagnostic, expr, scope));
            }
            Value::list(element, out)
        } else {
            Value::tuple(out)
        };
        Ok(result.marked(mark))
    }

    /// The type that steps lead to from a value of a type.
    fn type_steps(&mut self, ty: &Type, steps: &[Step], scope: &Scope<'_>) -> Result<Type, Miss> {
        let Some((step, rest)) = steps.split_first() else { return Ok(ty.clone()) };
        let next = match step {
            Step::Attribute(name) => type_attribute(ty, &name.value)?,
            Step::LegacyIndex(number) => {
                type_index(ty, &Value::number(Number::parse(&number.value.to_string()).expect("digits")))?
            }
            Step::Index(key) => match self.peek(key, scope) {
                Some(key) => type_index(ty, &key)?,
                None => Type::Any,
            },
            Step::AttributeSplat(_) | Step::FullSplat(_) => {
                return match ty {
                    Type::Any => Ok(Type::Any),
                    Type::Tuple(items) => {
                        let items = items.iter().map(|item| self.type_steps(item, rest, scope));
                        items.collect::<Result<Vec<_>, Miss>>().map(|items| Type::Tuple(items.into()))
                    }
                    Type::List(element) | Type::Set(element) => {
                        self.type_steps(element, rest, scope).map(Type::list)
                    }
                    other => Ok(Type::Tuple([self.type_steps(other, rest, scope)?].into())),
                };
            }
        };
        self.type_steps(&next, rest, scope)
    }

    fn settle<T>(&mut self, result: Result<T, Miss>, span: Span, expr: &Expr, scope: &Scope<'_>) -> Eval<T> {
        result.map_err(|miss| {
            let mut diagnostic = Diagnostic::error(&codes::RAM021, span, miss.detail);
            diagnostic.help = miss.help;
            self.fail(diagnostic, expr, scope)
        })
    }
}

/// The type of `value.name` for a value of a type.
fn type_attribute(ty: &Type, name: &str) -> Result<Type, Miss> {
    match ty {
        Type::Any | Type::Symbol(_) => Ok(Type::Any),
        Type::Map(element) => Ok((**element).clone()),
        Type::Object(fields) => fields.get(name).map(|field| field.ty.clone()).ok_or_else(|| {
            Miss::new(format!("The elements of the list are objects without an attribute {name:?}."))
        }),
        other => Err(Miss::new(format!("{} has no attribute {name}.", capital(&other.phrase())))),
    }
}

/// The type of `value[key]` for a value of a type.
fn type_index(ty: &Type, key: &Value) -> Result<Type, Miss> {
    let position = || convert(key, &Type::Number).ok().filter(|key| !key.is_null());
    match ty {
        Type::Any | Type::Symbol(_) => Ok(Type::Any),
        Type::Map(element) => Ok((**element).clone()),
        Type::List(element) if position().is_some() => Ok((**element).clone()),
        Type::Tuple(items) => position()
            .and_then(|key| items.get(key.as_number()?.to_usize()?).cloned())
            .ok_or_else(|| out_of_range(items.len(), "a tuple", key)),
        Type::List(_) => {
            Err(Miss::new(format!("The index of a list is a whole number, not {}.", shown_key(key))))
        }
        Type::Object(_) => match convert(key, &Type::String) {
            Ok(name) if !name.is_null() => type_attribute(ty, name.as_str().unwrap_or_default()),
            _ => Err(Miss::new(format!("A key of an object is a string, not {}.", shown_key(key)))),
        },
        Type::Set(_) => Err(Miss::new("The elements of a set have no order and no index.")
            .help("Write tolist(...)[0], one(...), or contains(...).")),
        other => Err(Miss::new(format!("{} has no elements.", capital(&other.phrase())))),
    }
}

/// `value.name`
fn attribute(value: &Value, name: &str) -> Result<Value, Miss> {
    let mark = value.is_sensitive();
    if let Some(entries) = value.entries() {
        return match entries.get(name) {
            Some(found) => Ok(found.clone().marked(mark)),
            None => Err(no_key(value, name)),
        };
    }
    let hint = match value.kind() {
        Kind::Symbol(symbol) => return symbol_attribute(symbol, name),
        Kind::Null(_) => {
            return Err(Miss::new(format!("The value before .{name} is null, which has no attributes."))
                .help("Guard it: try(..., null), or x == null ? ... : ..."));
        }
        Kind::List(_) | Kind::Tuple(_) => {
            format!("Choose one element, [0].{name}, or all of them, [*].{name}.")
        }
        Kind::Set(_) => format!("Take the attribute of every element: [for x in ... : x.{name}]."),
        _ => "Remove the attribute, or refer to another value.".into(),
    };
    Err(Miss::new(format!("{} has no attribute {name}.", capital(&value.type_of().phrase()))).help(hint))
}

fn symbol_attribute(symbol: &Symbol, name: &str) -> Result<Value, Miss> {
    match symbol {
        Symbol::Account { id, .. } if name == "id" => Ok(Value::string(id.as_str())),
        Symbol::Account { address, .. } => Err(Miss::new(format!("An account has no attribute {name}."))
            .help(format!("{address}.id is the only one."))),
        other => Err(Miss::new(format!("{} has no attributes.", capital(other.kind().phrase())))),
    }
}

/// `value[key]`
fn index(value: &Value, key: &Value) -> Result<Value, Miss> {
    let mark = value.is_sensitive() || key.is_sensitive();
    if key.is_null() {
        return Err(Miss::new("The index is null."));
    }
    match value.kind() {
        Kind::List(_) | Kind::Tuple(_) => {
            let items = value.items().expect("matched as a sequence");
            let ty = value_word(value);
            let number = convert(key, &Type::Number).map_err(|_| {
                Miss::new(format!("The index of {ty} is a whole number, not {}.", shown_key(key)))
            })?;
            let position = number.as_number().expect("converted to a number");
            match position.to_usize().and_then(|position| items.get(position)) {
                Some(item) => Ok(item.clone().marked(mark)),
                None => Err(out_of_range(items.len(), ty, key)),
            }
        }
        Kind::Map(_) | Kind::Object(_) => {
            let entries = value.entries().expect("matched as a mapping");
            let text = convert(key, &Type::String).map_err(|_| {
                Miss::new(format!("A key of {} is a string, not {}.", value_word(value), shown_key(key)))
            })?;
            match entries.get(text.as_str().expect("converted to a string")) {
                Some(found) => Ok(found.clone().marked(mark)),
                None if key.is_sensitive() => {
                    Err(Miss::new("There is no such key; it is sensitive and not shown."))
                }
                None => Err(no_key(value, text.as_str().expect("converted to a string"))),
            }
        }
        Kind::Symbol(symbol) => match key.as_str() {
            Some(name) => symbol_attribute(symbol, name),
            None => Err(Miss::new(format!("{} has no elements.", capital(symbol.kind().phrase())))),
        },
        Kind::Set(_) => Err(Miss::new("The elements of a set have no order and no index.")
            .help("Write tolist(...)[0], one(...), or contains(...).")),
        Kind::Null(_) => Err(Miss::new("The value before the bracket is null, which has no elements.")
            .help("Guard it: try(..., null), or x == null ? ... : ...")),
        Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => {
            Err(Miss::new(format!("{} has no elements.", capital(&value.type_of().phrase()))))
        }
    }
}

fn out_of_range(count: usize, ty: &str, key: &Value) -> Miss {
    let key = shown_key(key);
    let has = match count {
        0 => format!("{} is empty", capital(ty)),
        1 => format!("{} has 1 element, with the index 0", capital(ty)),
        _ => format!("{} has {count} elements, with the indexes 0 to {}", capital(ty), count - 1),
    };
    Miss::new(format!("There is no element {key}: {}.", has.replacen("A ", "the ", 1)))
}

fn no_key(value: &Value, name: &str) -> Miss {
    if value.holds_sensitive() {
        return Miss::new(format!("There is no {name:?} in this sensitive value."));
    }
    let entries = value.entries().expect("called for mappings");
    let what = if matches!(value.kind(), Kind::Object(_)) { "attribute" } else { "key" };
    let miss = Miss::new(format!(
        "{} has no {what} {name:?}.",
        capital(value_word(value)).replacen("A", "This", 1).replacen("Thisn", "This", 1)
    ));
    match suggest::help(name, entries.keys().map(|key| &**key)) {
        Some(help) => miss.help(help),
        None => miss,
    }
}

fn value_word(value: &Value) -> &'static str {
    match value.kind() {
        Kind::List(_) => "a list",
        Kind::Tuple(_) => "a tuple",
        Kind::Map(_) => "a map",
        Kind::Object(_) => "an object",
        _ => "a value",
    }
}

fn shown_key(key: &Value) -> String {
    brief(key)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
