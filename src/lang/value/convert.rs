//! Conversion of values to types, as HCL does it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use crate::lang::declaration::PrincipalExpr;
use crate::lang::value::data::{Entries, Kind, Value};
use crate::lang::value::number::Number;
use crate::lang::value::symbol::{Symbol, SymbolKind};
use crate::lang::value::types::{Field, Presence, Type};
use crate::lang::value::unify::{Losses, convertible, unify};
use crate::model::{OuId, Principal};

/// Why a value does not convert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvertError {
    /// Steps from the value to the part at fault, outermost first.
    pub path: Vec<Step>,
    /// What is wrong with the part: "a number is needed".
    pub message: String,
}

/// A step into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Index(usize),
    Key(Arc<str>),
    Attribute(Arc<str>),
}

impl ConvertError {
    fn new(message: impl Into<String>) -> Self {
        Self { path: Vec::new(), message: message.into() }
    }

    fn inside(mut self, step: Step) -> Self {
        self.path.insert(0, step);
        self
    }

    /// The path as it is written after the name of the value: `.subnets[2]["a"]`.
    pub fn written_path(&self) -> String {
        let mut out = String::new();
        for step in &self.path {
            match step {
                Step::Index(index) => write!(out, "[{index}]"),
                Step::Key(key) => write!(out, "[{key:?}]"),
                Step::Attribute(name) => write!(out, ".{name}"),
            }
            .expect("writing to a String cannot fail");
        }
        out
    }
}

impl std::fmt::Display for ConvertError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.path.is_empty() {
            return f.write_str(&self.message);
        }
        write!(f, "{}: {}", self.written_path().trim_start_matches('.'), self.message)
    }
}

/// A list of items of any types that have one in common.
pub fn list_of(items: Vec<Value>) -> Result<Value, ConvertError> {
    convert(&Value::tuple(items), &Type::list(Type::Any))
}

/// Converts a value. Null converts to every type and takes it on; marks are kept.
pub fn convert(value: &Value, want: &Type) -> Result<Value, ConvertError> {
    let converted = convert_kind(value, want)?;
    Ok(converted.marked(value.is_sensitive()))
}

fn convert_kind(value: &Value, want: &Type) -> Result<Value, ConvertError> {
    match (value.kind(), want) {
        (_, Type::Any) => Ok(value.clone()),
        (Kind::Null(ty), _) if convertible(ty, want, Losses::Allowed) => Ok(Value::null_of(settled(want))),
        (Kind::Bool(_), Type::Bool) | (Kind::Number(_), Type::Number) | (Kind::String(_), Type::String) => {
            Ok(value.clone())
        }
        (Kind::Bool(flag), Type::String) => Ok(Value::string(if *flag { "true" } else { "false" })),
        (Kind::Number(number), Type::String) => Ok(Value::string(number.to_string())),
        (Kind::String(text), Type::Number) => Number::parse(text)
            .map(Value::number)
            .ok_or_else(|| ConvertError::new("a number is needed, and this string is none")),
        (Kind::String(text), Type::Bool) => match &**text {
            "true" | "1" => Ok(Value::bool(true)),
            "false" | "0" => Ok(Value::bool(false)),
            _ => Err(ConvertError::new("a bool is needed: true or false")),
        },
        (Kind::List(sequence), Type::List(element)) if sequence.element == **element => Ok(value.clone()),
        (Kind::Set(sequence), Type::Set(element)) if sequence.element == **element => Ok(value.clone()),
        (Kind::Map(mapping), Type::Map(element)) if mapping.element == **element => Ok(value.clone()),
        (Kind::List(_) | Kind::Set(_) | Kind::Tuple(_), Type::List(element)) => {
            let (element, items) = convert_items(value, element)?;
            Ok(Value::list(element, items))
        }
        (Kind::List(_) | Kind::Set(_) | Kind::Tuple(_), Type::Set(element)) => {
            let (element, items) = convert_items(value, element)?;
            Ok(Value::set(element, items))
        }
        (Kind::Tuple(_), Type::Tuple(elements)) => {
            let items = value.items().expect("matched as a sequence");
            if items.len() != elements.len() {
                return Err(ConvertError::new(format!(
                    "a tuple of {} is needed, and this has {}",
                    elements.len(),
                    items.len()
                )));
            }
            let items = items.iter().zip(elements.iter()).enumerate();
            items
                .map(|(index, (item, ty))| convert(item, ty).map_err(|e| e.inside(Step::Index(index))))
                .collect::<Result<_, _>>()
                .map(Value::tuple)
        }
        (Kind::Map(_) | Kind::Object(_), Type::Map(element)) => convert_entries(value, element),
        (Kind::Map(_) | Kind::Object(_), Type::Object(fields)) => convert_object(value, fields),
        (Kind::Symbol(symbol), Type::Symbol(want)) => convert_symbol(symbol, *want),
        (Kind::String(text), Type::Symbol(SymbolKind::Principal)) => {
            Ok(Value::symbol(Symbol::Principal(read_principal(text)?)))
        }
        _ => Err(ConvertError::new(format!("{} is needed, not {}", want.phrase(), value.type_of().phrase()))),
    }
}

fn convert_items(value: &Value, want: &Type) -> Result<(Type, Vec<Value>), ConvertError> {
    let items = value.items().expect("matched as a sequence");
    if let (Kind::List(sequence) | Kind::Set(sequence), [], Type::Any) = (value.kind(), items, want) {
        return Ok((sequence.element.clone(), Vec::new()));
    }
    let element = match common_type(items.iter(), want) {
        Some(element) => element,
        None => return Err(ConvertError::new("all elements must have the same type")),
    };
    let items: Result<Vec<Value>, ConvertError> = items
        .iter()
        .enumerate()
        .map(|(index, item)| filled(item, want, &element).map_err(|error| error.inside(Step::Index(index))))
        .collect();
    Ok((settled(&element), items?))
}

fn convert_entries(value: &Value, want: &Type) -> Result<Value, ConvertError> {
    let entries = value.entries().expect("matched as a mapping");
    if let (Kind::Map(mapping), true, Type::Any) = (value.kind(), entries.is_empty(), want) {
        return Ok(Value::map(mapping.element.clone(), Entries::new()));
    }
    let element = match common_type(entries.values(), want) {
        Some(element) => element,
        None => return Err(ConvertError::new("all elements must have the same type")),
    };
    let entries: Result<Entries, ConvertError> = entries
        .iter()
        .map(|(key, item)| {
            let item = filled(item, want, &element).map_err(|error| error.inside(Step::Key(key.clone())))?;
            Ok((key.clone(), item))
        })
        .collect();
    Ok(Value::map(settled(&element), entries?))
}

/// Converts an element. Attributes that may be missing are filled in first; the element type that was found has all of them.
fn filled(item: &Value, want: &Type, element: &Type) -> Result<Value, ConvertError> {
    if matches!(want, Type::Any) || !has_any(want) {
        return convert(item, element);
    }
    convert(&convert(item, want)?, element)
}

/// The element type of a collection: as wanted, its `any` parts filled in by what the items have in common.
fn common_type<'a>(items: impl Iterator<Item = &'a Value>, want: &Type) -> Option<Type> {
    if !has_any(want) {
        return Some(want.clone());
    }
    let mut types: Vec<Type> = Vec::new();
    for item in items {
        // What does not convert is told at its own place later, with the type as wanted.
        let Ok(item) = convert(item, want) else { return Some(want.clone()) };
        let ty = item.type_of();
        if !types.contains(&ty) {
            types.push(ty);
        }
    }
    unify(&types, Losses::Refused)
}

fn has_any(ty: &Type) -> bool {
    match ty {
        Type::Any => true,
        Type::Bool | Type::Number | Type::String | Type::Symbol(_) => false,
        Type::List(element) | Type::Set(element) | Type::Map(element) => has_any(element),
        Type::Tuple(elements) => elements.iter().any(has_any),
        Type::Object(fields) => fields.values().any(|field| has_any(&field.ty)),
    }
}

/// A constraint as the type of a value: no optional attributes, no defaults.
fn settled(ty: &Type) -> Type {
    match ty {
        Type::Any | Type::Bool | Type::Number | Type::String | Type::Symbol(_) => ty.clone(),
        Type::List(element) => Type::list(settled(element)),
        Type::Set(element) => Type::set(settled(element)),
        Type::Map(element) => Type::map(settled(element)),
        Type::Tuple(elements) => Type::Tuple(elements.iter().map(settled).collect()),
        Type::Object(fields) => Type::object(
            fields.iter().map(|(name, field)| (name.clone(), Field::required(settled(&field.ty)))),
        ),
    }
}

fn convert_object(value: &Value, fields: &BTreeMap<Arc<str>, Field>) -> Result<Value, ConvertError> {
    let entries = value.entries().expect("matched as a mapping");
    let missing: Vec<String> = fields
        .iter()
        .filter(|(name, field)| field.presence == Presence::Required && !entries.contains_key(*name))
        .map(|(name, _)| format!("{name:?}"))
        .collect();
    match missing.as_slice() {
        [] => {}
        [one] => return Err(ConvertError::new(format!("attribute {one} is missing"))),
        many => return Err(ConvertError::new(format!("attributes {} are missing", many.join(", ")))),
    }
    let attributes: Result<Entries, ConvertError> = fields
        .iter()
        .map(|(name, field)| {
            let inside = |given: &Value| {
                convert(given, &field.ty).map_err(|error| error.inside(Step::Attribute(name.clone())))
            };
            // A null that has a type must fit as well, also where a default takes its place.
            let given = entries.get(name).map(inside).transpose()?;
            let attribute = match (given, &field.presence) {
                (Some(given), Presence::Default(_)) if !given.is_null() => given,
                (_, Presence::Default(default)) => inside(default)?,
                (Some(given), _) => given,
                (None, _) => Value::null_of(settled(&field.ty)),
            };
            Ok((name.clone(), attribute))
        })
        .collect();
    Ok(Value::object(attributes?))
}

fn convert_symbol(symbol: &Symbol, want: SymbolKind) -> Result<Value, ConvertError> {
    match (symbol, want) {
        _ if symbol.kind() == want => Ok(Value::symbol(symbol.clone())),
        (Symbol::Account { address, id }, SymbolKind::Principal) => {
            Ok(Value::symbol(Symbol::Principal(PrincipalExpr::Declared {
                address: address.clone(),
                id: id.clone(),
            })))
        }
        _ => Err(ConvertError::new(format!("{} is needed, not {}", want.phrase(), symbol.kind().phrase()))),
    }
}

/// A principal from its text: 12 digits, an ARN, a unit's id, a service's name.
pub fn read_principal(text: &str) -> Result<PrincipalExpr, ConvertError> {
    if let Ok(id) = OuId::parse(text) {
        return Ok(PrincipalExpr::UnitById(id));
    }
    match Principal::read(text) {
        Principal::Other(_) => Err(ConvertError::new(
            "a principal is needed: 12 digits of an account, the ARN of an IAM role, IAM user, unit or organization, or the id of a unit",
        )),
        principal => Ok(PrincipalExpr::Literal(principal)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(entries: &[(&str, Value)]) -> Value {
        Value::object(entries.iter().map(|(key, value)| ((*key).into(), value.clone())).collect())
    }

    #[test]
    fn primitives_convert_as_in_hcl() {
        let table = [
            (Value::number(5), Type::String, Some(Value::string("5"))),
            (Value::string("5.50"), Type::Number, Some(Value::number(Number::parse("5.5").unwrap()))),
            (Value::string("x"), Type::Number, None),
            (Value::bool(true), Type::String, Some(Value::string("true"))),
            (Value::string("true"), Type::Bool, Some(Value::bool(true))),
            (Value::string("yes"), Type::Bool, None),
            (Value::number(1), Type::Bool, None),
            (Value::null(), Type::Number, Some(Value::null_of(Type::Number))),
            (Value::null_of(Type::String), Type::list(Type::Any), None),
        ];
        for (value, want, expected) in table {
            assert_eq!(convert(&value, &want).ok(), expected, "{value:?} to {want}");
        }
    }

    #[test]
    fn a_list_takes_the_type_that_its_items_have_in_common() {
        let mixed = Value::tuple(vec![Value::string("a"), Value::number(1)]);
        let list = convert(&mixed, &Type::list(Type::Any)).expect("strings");
        assert_eq!(list, Value::strings(["a", "1"]));
        let nothing_common = Value::tuple(vec![Value::bool(true), Value::tuple(vec![])]);
        assert!(convert(&nothing_common, &Type::list(Type::Any)).is_err());
    }

    #[test]
    fn optional_attributes_are_filled_in_and_unknown_ones_dropped() {
        let field = |ty, presence| Field { ty, presence };
        let want = Type::object([
            ("a".into(), Field::required(Type::String)),
            ("b".into(), field(Type::Number, Presence::Optional)),
            ("c".into(), field(Type::Number, Presence::Default(Value::number(7)))),
        ]);
        let given = object(&[("a", Value::number(1)), ("z", Value::bool(true)), ("c", Value::null())]);
        let expected = object(&[
            ("a", Value::string("1")),
            ("b", Value::null_of(Type::Number)),
            ("c", Value::number(7)),
        ]);
        assert_eq!(convert(&given, &want), Ok(expected));
        let error = convert(&Value::tuple(vec![object(&[])]), &Type::list(want)).expect_err("a is missing");
        assert_eq!(error.to_string(), r#"[0]: attribute "a" is missing"#);
    }

    #[test]
    fn the_mark_of_a_value_stays_with_it() {
        let secret = Value::string("5").marked(true);
        assert!(convert(&secret, &Type::Number).expect("a number").is_sensitive());
        let list = Value::tuple(vec![secret, Value::string("x")]);
        let converted = convert(&list, &Type::list(Type::String)).expect("strings");
        assert!(!converted.is_sensitive() && converted.holds_sensitive());
        assert!(convert(&list, &Type::set(Type::String)).expect("strings").is_sensitive());
    }

    #[test]
    fn strings_and_accounts_become_principals() {
        let principal = Type::Symbol(SymbolKind::Principal);
        assert!(convert(&Value::string("333333333333"), &principal).is_ok());
        assert!(convert(&Value::string("ou-ab12-9xyz1234"), &principal).is_ok());
        assert!(convert(&Value::string("somebody"), &principal).is_err());
    }
}
