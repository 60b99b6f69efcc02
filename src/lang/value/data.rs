//! Values of expressions.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::lang::value::number::Number;
use crate::lang::value::order::set_order;
use crate::lang::value::symbol::Symbol;
use crate::lang::value::types::{Field, Type};

/// A value. Cheap to clone: what is large is shared.
///
/// A *sensitive* value is never shown. The mark belongs to the value and not to its type: equality and order ignore it, and
/// whatever is computed from a marked value is marked (see [`Value::marked`]).
#[derive(Clone, Debug)]
pub struct Value {
    kind: Kind,
    facts: Facts,
}

/// What is known of a value without walking it.
#[derive(Clone, Copy, Debug)]
struct Facts {
    sensitive: bool,
    /// This value or one inside it is sensitive.
    holds_sensitive: bool,
    /// Levels of nesting: 0 for a primitive.
    depth: u16,
    /// Bytes with all that is inside. Shared parts count each time.
    bytes: u32,
}

/// The forms of a value, as Terraform tells them apart.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A null of a type; [`Type::Any`] where nothing tells it.
    Null(Type),
    Bool(bool),
    Number(Number),
    /// In Unicode normal form C.
    String(Arc<str>),
    List(Arc<Sequence>),
    /// Items in order and each once.
    Set(Arc<Sequence>),
    Map(Arc<Mapping>),
    Tuple(Arc<Vec<Value>>),
    Object(Arc<Entries>),
    Symbol(Arc<Symbol>),
}

/// Elements of a map or attributes of an object, in key order.
pub type Entries = BTreeMap<Arc<str>, Value>;

/// Items of one type.
#[derive(Clone, Debug)]
pub struct Sequence {
    pub element: Type,
    pub items: Vec<Value>,
}

/// Elements of one type by key.
#[derive(Clone, Debug)]
pub struct Mapping {
    pub element: Type,
    pub entries: Entries,
}

impl Value {
    fn leaf(kind: Kind, beside: usize) -> Self {
        let bytes = u32::try_from(SLOT + beside).unwrap_or(u32::MAX);
        Self { kind, facts: Facts { sensitive: false, holds_sensitive: false, depth: 0, bytes } }
    }

    fn nested<'a>(inside: impl Iterator<Item = &'a Self>) -> Facts {
        const EMPTY: u32 = (SLOT + SHARED) as u32;
        let mut facts = Facts { sensitive: false, holds_sensitive: false, depth: 1, bytes: EMPTY };
        for value in inside {
            facts.holds_sensitive |= value.facts.holds_sensitive;
            facts.depth = facts.depth.max(value.facts.depth.saturating_add(1));
            facts.bytes = facts.bytes.saturating_add(value.facts.bytes);
        }
        facts
    }

    fn nested_by_key(entries: &Entries) -> Facts {
        let mut facts = Self::nested(entries.values());
        let keys: usize = entries.keys().map(|key| entry_bytes(key)).sum();
        facts.bytes = facts.bytes.saturating_add(u32::try_from(keys).unwrap_or(u32::MAX));
        facts
    }

    pub fn null() -> Self {
        Self::null_of(Type::Any)
    }

    /// A null that has a type, as `tostring(null)` gives.
    pub fn null_of(ty: Type) -> Self {
        Self::leaf(Kind::Null(ty), 0)
    }

    pub fn bool(value: bool) -> Self {
        Self::leaf(Kind::Bool(value), 0)
    }

    pub fn number(value: impl Into<Number>) -> Self {
        let number = value.into();
        let beside = number.heap_bytes();
        Self::leaf(Kind::Number(number), beside)
    }

    /// A string, brought to normal form C.
    pub fn string(text: impl AsRef<str>) -> Self {
        let text = nfc(text.as_ref());
        let beside = SHARED + text.len();
        Self::leaf(Kind::String(text), beside)
    }

    pub fn symbol(symbol: Symbol) -> Self {
        Self::leaf(Kind::Symbol(Arc::new(symbol)), SHARED + size_of::<Symbol>())
    }

    /// A list. The items must be of the element type already; see [`crate::lang::value::list_of`] for items of any types.
    pub fn list(element: Type, items: Vec<Self>) -> Self {
        let facts = Self::nested(items.iter());
        Self { kind: Kind::List(Arc::new(Sequence { element, items })), facts }
    }

    pub fn strings<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::list(Type::String, items.into_iter().map(Self::string).collect())
    }

    /// A set: items in the order of sets, doubles dropped. The mark of an item becomes the mark of the set, as items have no place of their own.
    pub fn set(element: Type, mut items: Vec<Self>) -> Self {
        let sensitive = items.iter().any(|item| item.facts.holds_sensitive);
        if sensitive {
            items = items.iter().map(Self::unmarked).collect();
        }
        if items.iter().any(|item| item.facts.depth > 0) {
            items.sort_by(|a, b| set_order(a, b).then_with(|| a.cmp(b)));
        } else {
            items.sort();
        }
        items.dedup();
        let facts = Self::nested(items.iter());
        Self { kind: Kind::Set(Arc::new(Sequence { element, items })), facts }.marked(sensitive)
    }

    pub fn map(element: Type, entries: Entries) -> Self {
        let facts = Self::nested_by_key(&entries);
        Self { kind: Kind::Map(Arc::new(Mapping { element, entries })), facts }
    }

    pub fn tuple(items: Vec<Self>) -> Self {
        let facts = Self::nested(items.iter());
        Self { kind: Kind::Tuple(Arc::new(items)), facts }
    }

    pub fn object(entries: Entries) -> Self {
        let facts = Self::nested_by_key(&entries);
        Self { kind: Kind::Object(Arc::new(entries)), facts }
    }

    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null(_))
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool(value) => Some(value),
            _ => None,
        }
    }

    pub fn as_number(&self) -> Option<&Number> {
        match &self.kind {
            Kind::Number(value) => Some(value),
            _ => None,
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(value) => Some(value),
            _ => None,
        }
    }

    pub fn as_symbol(&self) -> Option<&Symbol> {
        match &self.kind {
            Kind::Symbol(symbol) => Some(symbol),
            _ => None,
        }
    }

    /// The items of a list, set or tuple.
    pub fn items(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::List(sequence) | Kind::Set(sequence) => Some(&sequence.items),
            Kind::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// The elements of a map or the attributes of an object.
    pub fn entries(&self) -> Option<&Entries> {
        match &self.kind {
            Kind::Map(mapping) => Some(&mapping.entries),
            Kind::Object(entries) => Some(entries),
            _ => None,
        }
    }

    /// Whether this value itself is marked sensitive.
    pub fn is_sensitive(&self) -> bool {
        self.facts.sensitive
    }

    /// Whether this value or anything inside it is marked sensitive.
    pub fn holds_sensitive(&self) -> bool {
        self.facts.holds_sensitive
    }

    /// Adds the mark where the argument says so; never takes it away.
    #[must_use]
    pub fn marked(mut self, sensitive: bool) -> Self {
        self.facts.sensitive |= sensitive;
        self.facts.holds_sensitive |= sensitive;
        self
    }

    /// This value without its own mark; marks inside stay.
    #[must_use]
    pub fn without_own_mark(&self) -> Self {
        let mut value = self.clone();
        value.facts.sensitive = false;
        value.facts.holds_sensitive = match value.items() {
            Some(items) => items.iter().any(Self::holds_sensitive),
            None => value.entries().is_some_and(|entries| entries.values().any(Self::holds_sensitive)),
        };
        value
    }

    /// This value without any mark, its own or inside.
    #[must_use]
    pub fn unmarked(&self) -> Self {
        if !self.facts.holds_sensitive {
            return self.clone();
        }
        let items = |items: &[Self]| items.iter().map(Self::unmarked).collect::<Vec<_>>();
        let entries =
            |entries: &Entries| entries.iter().map(|(key, value)| (key.clone(), value.unmarked())).collect();
        match &self.kind {
            Kind::List(sequence) => Self::list(sequence.element.clone(), items(&sequence.items)),
            Kind::Set(sequence) => Self::set(sequence.element.clone(), items(&sequence.items)),
            Kind::Map(mapping) => Self::map(mapping.element.clone(), entries(&mapping.entries)),
            Kind::Tuple(tuple) => Self::tuple(items(tuple)),
            Kind::Object(object) => Self::object(entries(object)),
            Kind::Null(_) | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Symbol(_) => {
                self.without_own_mark()
            }
        }
    }

    /// Levels of nesting: 0 for a primitive, 1 for a list of primitives.
    pub fn depth(&self) -> usize {
        self.facts.depth.into()
    }

    /// Bytes with all that is inside; what stands in two places counts twice.
    pub fn bytes(&self) -> usize {
        self.facts.bytes as usize
    }

    /// Bytes that go when this value goes: not those that others hold too.
    pub(crate) fn own_bytes(&self) -> usize {
        let inside = |values: &[Self]| values.iter().map(Self::own_bytes).sum::<usize>();
        let by_key = |entries: &Entries| {
            entries.iter().map(|(key, value)| entry_bytes(key) + value.own_bytes()).sum::<usize>()
        };
        let shared = match &self.kind {
            Kind::Null(_) | Kind::Bool(_) | Kind::Number(_) => false,
            Kind::String(text) => Arc::strong_count(text) > 1,
            Kind::List(sequence) | Kind::Set(sequence) => Arc::strong_count(sequence) > 1,
            Kind::Map(mapping) => Arc::strong_count(mapping) > 1,
            Kind::Tuple(items) => Arc::strong_count(items) > 1,
            Kind::Object(entries) => Arc::strong_count(entries) > 1,
            Kind::Symbol(symbol) => Arc::strong_count(symbol) > 1,
        };
        match &self.kind {
            _ if shared => SLOT,
            Kind::List(sequence) | Kind::Set(sequence) => SLOT + SHARED + inside(&sequence.items),
            Kind::Tuple(items) => SLOT + SHARED + inside(items),
            Kind::Map(mapping) => SLOT + SHARED + by_key(&mapping.entries),
            Kind::Object(entries) => SLOT + SHARED + by_key(entries),
            Kind::Null(_) | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Symbol(_) => {
                self.bytes()
            }
        }
    }

    /// Whether two values are one in memory.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Null(a), Kind::Null(b)) => a == b,
            (Kind::Bool(_), Kind::Bool(_)) | (Kind::Number(_), Kind::Number(_)) => true,
            (Kind::String(a), Kind::String(b)) => Arc::ptr_eq(a, b),
            (Kind::List(a), Kind::List(b)) | (Kind::Set(a), Kind::Set(b)) => Arc::ptr_eq(a, b),
            (Kind::Map(a), Kind::Map(b)) => Arc::ptr_eq(a, b),
            (Kind::Tuple(a), Kind::Tuple(b)) => Arc::ptr_eq(a, b),
            (Kind::Object(a), Kind::Object(b)) => Arc::ptr_eq(a, b),
            (Kind::Symbol(a), Kind::Symbol(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    pub fn type_of(&self) -> Type {
        match &self.kind {
            Kind::Null(ty) => ty.clone(),
            Kind::Bool(_) => Type::Bool,
            Kind::Number(_) => Type::Number,
            Kind::String(_) => Type::String,
            Kind::List(sequence) => Type::list(sequence.element.clone()),
            Kind::Set(sequence) => Type::set(sequence.element.clone()),
            Kind::Map(mapping) => Type::map(mapping.element.clone()),
            Kind::Tuple(items) => Type::Tuple(items.iter().map(Self::type_of).collect()),
            Kind::Object(entries) => Type::object(
                entries.iter().map(|(name, value)| (name.clone(), Field::required(value.type_of()))),
            ),
            Kind::Symbol(symbol) => Type::Symbol(symbol.kind()),
        }
    }
}

/// Bytes of a value where it stands in a list, which leaves room to grow.
pub(crate) const SLOT: usize = size_of::<Value>();
/// Bytes that hold together what is shared: counts, lengths, and what an allocator adds.
const SHARED: usize = 64;

/// Bytes of an entry of a map beside its value: the key, and the nodes of the tree, which are half empty.
pub(crate) fn entry_bytes(key: &str) -> usize {
    SHARED + SLOT + key.len()
}

/// The text in Unicode normal form C, as HCL wants every string.
pub(crate) fn nfc(text: &str) -> Arc<str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        text.into()
    } else {
        text.nfc().collect::<String>().into()
    }
}

/// As `==` in HCL inside of collections: values of different types differ, nulls too; marks do not count.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Null(a), Kind::Null(b)) => a == b,
            (Kind::Bool(a), Kind::Bool(b)) => a == b,
            (Kind::Number(a), Kind::Number(b)) => a == b,
            (Kind::String(a), Kind::String(b)) => a == b,
            (Kind::List(a), Kind::List(b)) | (Kind::Set(a), Kind::Set(b)) => {
                a.element == b.element && a.items == b.items
            }
            (Kind::Map(a), Kind::Map(b)) => a.element == b.element && a.entries == b.entries,
            (Kind::Tuple(a), Kind::Tuple(b)) => a == b,
            (Kind::Object(a), Kind::Object(b)) => a == b,
            (Kind::Symbol(a), Kind::Symbol(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The order of sets: false before true, numbers by size, strings by code point, the rest by parts, null last.
impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.kind, &other.kind) {
            (Kind::Bool(a), Kind::Bool(b)) => a.cmp(b),
            (Kind::Number(a), Kind::Number(b)) => a.cmp(b),
            (Kind::String(a), Kind::String(b)) => a.cmp(b),
            (Kind::List(a), Kind::List(b)) | (Kind::Set(a), Kind::Set(b)) => a.items.cmp(&b.items),
            (Kind::Map(a), Kind::Map(b)) => a.entries.cmp(&b.entries),
            (Kind::Tuple(a), Kind::Tuple(b)) => a.cmp(b),
            (Kind::Object(a), Kind::Object(b)) => a.cmp(b),
            (Kind::Symbol(a), Kind::Symbol(b)) => a.cmp(b),
            _ => rank(&self.kind).cmp(&rank(&other.kind)),
        }
    }
}

fn rank(kind: &Kind) -> u8 {
    match kind {
        Kind::Bool(_) => 1,
        Kind::Number(_) => 2,
        Kind::String(_) => 3,
        Kind::List(_) => 4,
        Kind::Set(_) => 5,
        Kind::Map(_) => 6,
        Kind::Tuple(_) => 7,
        Kind::Object(_) => 8,
        Kind::Symbol(_) => 9,
        Kind::Null(_) => 10,
    }
}
