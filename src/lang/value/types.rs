//! Types of values.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::lang::value::data::Value;
use crate::lang::value::symbol::SymbolKind;

/// A type, and a type constraint of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Not known (a null, the elements of an empty collection), and `any` in a constraint.
    Any,
    Bool,
    Number,
    String,
    List(Arc<Type>),
    Set(Arc<Type>),
    Map(Arc<Type>),
    Tuple(Arc<[Type]>),
    Object(Arc<BTreeMap<Arc<str>, Field>>),
    /// What only this language has: principals, accounts, permissions.
    Symbol(SymbolKind),
}

/// An attribute of an object type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub ty: Type,
    pub presence: Presence,
}

/// Whether an object must have an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    Required,
    /// `optional(T)`: null where it is missing.
    Optional,
    /// `optional(T, DEFAULT)`: the default where it is missing or null.
    Default(Value),
}

impl Field {
    pub fn required(ty: Type) -> Self {
        Self { ty, presence: Presence::Required }
    }
}

impl Type {
    pub fn list(element: Self) -> Self {
        Self::List(Arc::new(element))
    }

    pub fn set(element: Self) -> Self {
        Self::Set(Arc::new(element))
    }

    pub fn map(element: Self) -> Self {
        Self::Map(Arc::new(element))
    }

    pub fn object(fields: impl IntoIterator<Item = (Arc<str>, Field)>) -> Self {
        Self::Object(Arc::new(fields.into_iter().collect()))
    }

    pub fn is_primitive(&self) -> bool {
        matches!(self, Self::Bool | Self::Number | Self::String)
    }

    /// The type as a noun phrase: "a list of strings".
    pub fn phrase(&self) -> String {
        match self {
            Self::Any => "a value of any type".into(),
            Self::Bool => "a bool".into(),
            Self::Number => "a number".into(),
            Self::String => "a string".into(),
            Self::List(element) => format!("a list{}", of(element)),
            Self::Set(element) => format!("a set{}", of(element)),
            Self::Map(element) => format!("a map{}", of(element)),
            Self::Tuple(_) => "a tuple".into(),
            Self::Object(_) => "an object".into(),
            Self::Symbol(kind) => kind.phrase().into(),
        }
    }
}

fn of(element: &Type) -> &'static str {
    match element {
        Type::Any => "",
        Type::Bool => " of bools",
        Type::Number => " of numbers",
        Type::String => " of strings",
        Type::List(_) => " of lists",
        Type::Set(_) => " of sets",
        Type::Map(_) => " of maps",
        Type::Tuple(_) => " of tuples",
        Type::Object(_) => " of objects",
        Type::Symbol(SymbolKind::Principal) => " of principals",
        Type::Symbol(SymbolKind::Account) => " of accounts",
        Type::Symbol(SymbolKind::Permission) => " of permissions",
        Type::Symbol(SymbolKind::Resources) => " of searches for resources",
    }
}

/// As a constraint is written: `map(object({ name = string }))`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::Bool => f.write_str("bool"),
            Self::Number => f.write_str("number"),
            Self::String => f.write_str("string"),
            Self::List(element) => write!(f, "list({element})"),
            Self::Set(element) => write!(f, "set({element})"),
            Self::Map(element) => write!(f, "map({element})"),
            Self::Tuple(elements) => {
                f.write_str("tuple([")?;
                for (index, element) in elements.iter().enumerate() {
                    write!(f, "{}{element}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str("])")
            }
            Self::Object(fields) if fields.is_empty() => f.write_str("object({})"),
            Self::Object(fields) => {
                f.write_str("object({")?;
                for (index, (name, field)) in fields.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    match &field.presence {
                        Presence::Required => write!(f, "{comma} {name} = {}", field.ty)?,
                        Presence::Optional | Presence::Default(_) => {
                            write!(f, "{comma} {name} = optional({})", field.ty)?;
                        }
                    }
                }
                f.write_str(" })")
            }
            Self::Symbol(kind) => f.write_str(kind.as_str()),
        }
    }
}
