//! Where two types differ, for the message about a conditional.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::{Diagnostic, language as codes};
use crate::lang::syntax::{Expr, ExprKind, ObjectKey, is_name};
use crate::lang::value::{Field, Losses, Type, unify};

/// That the results of a conditional have no type in common: the innermost parts at fault, where the results are written out.
pub(crate) fn no_common_type(yes: &Expr, no: &Expr, first: &Type, second: &Type) -> Diagnostic {
    let whole = |side, expr, ty| Part { side, path: String::new(), expr, ty };
    let (a, b) = (whole(Side::First, yes, first), whole(Side::Second, no, second));
    let mut joined = None;
    let (a, b) = blame(&[a.clone(), b.clone()], &mut joined).unwrap_or((a, b));
    let (of_a, of_b) = (a.ty.phrase(), b.ty.phrase());
    let detail = match joined {
        Some(joined) => format!("{joined}: {} is {of_a}, {} is {of_b}.", a.name(), b.name()),
        None if a.path.is_empty() => {
            format!("The result is either {of_a} or {of_b}, and no type fits both.")
        }
        None => format!("The results differ in {}: {of_a} and {of_b}, and no type fits both.", a.path),
    };
    // Parts of a result that is written elsewhere have one place.
    let (at, other) = if a.expr.span == b.expr.span { (yes, no) } else { (a.expr, b.expr) };
    let label = if a.side == b.side { "the other part" } else { "the other result" };
    Diagnostic::error(&codes::RAM029, at.span, detail)
        .label(other.span, label)
        .help("Give both results the same type: the same attributes, or tolist(...), tomap(...), null.")
}

/// A result of a conditional.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    First,
    Second,
}

/// A part of a result, and the expression that it is written as, or is in.
#[derive(Clone)]
struct Part<'t> {
    side: Side,
    path: String,
    expr: &'t Expr,
    ty: &'t Type,
}

impl<'t> Part<'t> {
    fn name(&self) -> String {
        let side = match self.side {
            Side::First => "the first",
            Side::Second => "the second",
        };
        format!("{} of {side}", self.path)
    }

    fn at(&self, key: &str, ty: &'t Type) -> Self {
        let step = if is_name(key) { format!(".{key}") } else { format!("[{key:?}]") };
        let written = match &self.expr.bare().kind {
            ExprKind::Object(entries) => entries.iter().find_map(|(written, value)| {
                let same = match written {
                    ObjectKey::Bare(written) => &*written.value == key,
                    ObjectKey::Computed(written) => written.literal_str() == Some(key),
                };
                same.then_some(value)
            }),
            _ => None,
        };
        self.inside(&step, written, ty)
    }

    fn item(&self, index: usize, ty: &'t Type) -> Self {
        let written = match &self.expr.bare().kind {
            ExprKind::Tuple(items) => items.get(index),
            _ => None,
        };
        self.inside(&format!("[{index}]"), written, ty)
    }

    fn inside(&self, step: &str, written: Option<&'t Expr>, ty: &'t Type) -> Self {
        Self { side: self.side, path: format!("{}{step}", self.path), expr: written.unwrap_or(self.expr), ty }
    }

    /// Everything in a collection, by type; `[*]` stands for each element of one whose elements have one type.
    fn elements(&self) -> Vec<Self> {
        match self.ty {
            Type::Tuple(items) => items.iter().enumerate().map(|(at, ty)| self.item(at, ty)).collect(),
            Type::Object(fields) => fields.iter().map(|(key, field)| self.at(key, &field.ty)).collect(),
            Type::List(element) | Type::Set(element) | Type::Map(element) => {
                vec![self.inside("[*]", None, element)]
            }
            Type::Any | Type::Bool | Type::Number | Type::String | Type::Symbol(_) => Vec::new(),
        }
    }
}

/// What a type is one of, as far as conversion goes: nothing converts from one to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Leaf,
    Sequence,
    Mapping,
}

fn form(ty: &Type) -> Form {
    match ty {
        Type::Any | Type::Bool | Type::Number | Type::String | Type::Symbol(_) => Form::Leaf,
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => Form::Sequence,
        Type::Map(_) | Type::Object(_) => Form::Mapping,
    }
}

fn fit(parts: &[Part<'_>]) -> bool {
    let types: Vec<Type> = parts.iter().map(|part| part.ty.clone()).collect();
    unify(&types, Losses::Allowed).is_some()
}

/// The two innermost parts because of which several have no type in common; none where their types alone do not tell. `joined` becomes why
/// parts of different places have to have one type.
fn blame<'t>(parts: &[Part<'t>], joined: &mut Option<String>) -> Option<(Part<'t>, Part<'t>)> {
    let parts = distinct(parts);
    let first = parts.first().filter(|_| !fit(&parts))?;
    if let Some(other) = parts.iter().find(|part| form(part.ty) != form(first.ty)) {
        return Some((first.clone(), other.clone()));
    }
    if form(first.ty) == Form::Leaf {
        return leaves(&parts);
    }
    // What stands in one place of all is compared for itself.
    for across in places(&parts) {
        if !fit(&across) {
            return blame(&across, joined);
        }
    }
    let elements: Vec<Part<'t>> = parts.iter().flat_map(Part::elements).collect();
    if fit(&elements) {
        return two(&parts);
    }
    let same_place = parts.iter().all(|part| matches!(part.ty, Type::List(_)))
        || parts.iter().all(|part| matches!(part.ty, Type::Set(_)))
        || parts.iter().all(|part| matches!(part.ty, Type::Map(_)));
    if !same_place && joined.is_none() {
        *joined = Some(why_joined(&parts));
    }
    blame(&elements, joined)
}

/// The first of each type that is known.
fn distinct<'t>(parts: &[Part<'t>]) -> Vec<Part<'t>> {
    let mut out: Vec<Part<'t>> = Vec::new();
    for part in parts.iter().filter(|part| *part.ty != Type::Any) {
        if !out.iter().any(|known| known.ty == part.ty) {
            out.push(part.clone());
        }
    }
    out
}

/// The parts of several by their places: attributes that all objects have, or elements of tuples of one length.
fn places<'t>(parts: &[Part<'t>]) -> Vec<Vec<Part<'t>>> {
    let objects: Option<Vec<&BTreeMap<Arc<str>, Field>>> = parts
        .iter()
        .map(|part| match part.ty {
            Type::Object(fields) => Some(&**fields),
            _ => None,
        })
        .collect();
    if let Some(objects) = objects {
        let shared = objects[0].keys().filter(|key| objects.iter().all(|fields| fields.contains_key(*key)));
        let across =
            |key: &Arc<str>| parts.iter().zip(&objects).map(|(part, of)| part.at(key, &of[key].ty)).collect();
        return shared.map(across).collect();
    }
    let tuples: Option<Vec<&'t [Type]>> = parts
        .iter()
        .map(|part| match part.ty {
            Type::Tuple(items) => Some(&**items),
            _ => None,
        })
        .collect();
    match tuples {
        Some(tuples) if tuples.iter().all(|items| items.len() == tuples[0].len()) => (0..tuples[0].len())
            .map(|at| parts.iter().zip(&tuples).map(|(part, of)| part.item(at, &of[at])).collect())
            .collect(),
        _ => Vec::new(),
    }
}

/// Two of several types without parts that do not fit. A bool and a number do where there is a string.
fn leaves<'t>(parts: &[Part<'t>]) -> Option<(Part<'t>, Part<'t>)> {
    let has_string = parts.iter().any(|part| *part.ty == Type::String);
    let mut pairs = parts.iter().enumerate().flat_map(|(at, a)| parts[at + 1..].iter().map(move |b| (a, b)));
    let pair = pairs.find(|(a, b)| {
        let fits_beside_a_string = has_string && a.ty.is_primitive() && b.ty.is_primitive();
        !fits_beside_a_string && !fit(&[(*a).clone(), (*b).clone()])
    });
    pair.map(|(a, b)| (a.clone(), b.clone()))
}

/// The first two that do not fit, whatever is in them.
fn two<'t>(parts: &[Part<'t>]) -> Option<(Part<'t>, Part<'t>)> {
    let mut pairs = parts.iter().enumerate().flat_map(|(at, a)| parts[at + 1..].iter().map(move |b| (a, b)));
    pairs.find(|(a, b)| !fit(&[(*a).clone(), (*b).clone()])).map(|(a, b)| (a.clone(), b.clone()))
}

/// Why all that is in several collections needs one type: they have not the same places.
fn why_joined(parts: &[Part<'_>]) -> String {
    let (a, b) = (&parts[0], parts.iter().find(|part| part.ty != parts[0].ty).unwrap_or(&parts[0]));
    let of = match (a.side == b.side, a.path.is_empty()) {
        (false, true) => String::new(),
        (false, false) if a.path == b.path => format!(" in {}", a.path),
        _ => format!(" in {} and {}", a.name(), b.name()),
    };
    match (a.ty, b.ty) {
        (Type::Object(left), Type::Object(right)) => {
            let only = |these: &BTreeMap<Arc<str>, Field>,
                        others: &BTreeMap<Arc<str>, Field>,
                        which: &str| {
                let names: Vec<&str> =
                    these.keys().filter(|name| !others.contains_key(*name)).map(|name| &**name).collect();
                let noun = if names.len() == 1 { "attribute" } else { "attributes" };
                (!names.is_empty()).then(|| format!("only the {which} has the {noun} {}", names.join(", ")))
            };
            let differences: Vec<String> =
                [only(left, right, "first"), only(right, left, "second")].into_iter().flatten().collect();
            let differences = differences.join(", ");
            format!(
                "The results have different attributes{of}: {differences}. As a map their values need one type"
            )
        }
        (Type::Tuple(left), Type::Tuple(right)) if left.len() != right.len() => format!(
            "The results are tuples of {} and of {} elements{of}, so all elements need one type",
            left.len(),
            right.len()
        ),
        (left, right) => {
            let (left, right) = (left.phrase(), right.phrase());
            format!("The results are {left} and {right}{of}, so all elements need one type")
        }
    }
}
