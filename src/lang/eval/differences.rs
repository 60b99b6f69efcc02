//! Where two types differ, for the message about a conditional.

use crate::diag::{Diagnostic, language as codes};
use crate::lang::syntax::{Expr, ExprKind, ObjectKey};
use crate::lang::value::{Losses, Type, unify};

/// That the results of a conditional have no type in common: the innermost part at fault, where the results are written out.
pub(crate) fn no_common_type(yes: &Expr, no: &Expr, first: &Type, second: &Type) -> Diagnostic {
    let mut path = String::new();
    let (mut yes, mut no, mut first, mut second) = (yes, no, first, second);
    while let Some((step, at, a, b)) = inside(first, second) {
        path.push_str(&step);
        (yes, no) = (part(yes, &at), part(no, &at));
        (first, second) = (a, b);
    }
    let fits = "and no type fits both";
    let detail = match (first, second) {
        (Type::Object(a), Type::Object(b)) => {
            let only = |a: &[&str], which: &str| match a {
                [] => None,
                [name] => Some(format!("only the {which} has the attribute {name}")),
                names => Some(format!("only the {which} has the attributes {}", names.join(", "))),
            };
            let left: Vec<&str> =
                a.keys().filter(|name| !b.contains_key(*name)).map(|name| &**name).collect();
            let right: Vec<&str> =
                b.keys().filter(|name| !a.contains_key(*name)).map(|name| &**name).collect();
            let differences: Vec<String> =
                [only(&left, "first"), only(&right, "second")].into_iter().flatten().collect();
            let of = if path.is_empty() { String::new() } else { format!(" in {path}") };
            format!("The results have different attributes{of}: {}.", differences.join(", "))
        }
        (Type::Tuple(a), Type::Tuple(b)) if a.len() != b.len() => {
            let of = if path.is_empty() { String::new() } else { format!(" in {path}") };
            format!(
                "The results are tuples of {} and of {} elements{of}, and no type fits all of the elements.",
                a.len(),
                b.len()
            )
        }
        _ if path.is_empty() => {
            format!("The result is either {} or {}, {fits}.", first.phrase(), second.phrase())
        }
        _ => format!("The results differ in {path}: {} and {}, {fits}.", first.phrase(), second.phrase()),
    };
    Diagnostic::error(&codes::RAM029, yes.span, detail)
        .label(no.span, "the other result")
        .help("Give both results the same type: the same attributes, or tolist(...), tomap(...), null.")
}

/// A step into a value.
enum At<'t> {
    Name(&'t str),
    Index(usize),
}

/// The first part of two types of one form that has no type in common: the step to it, and its types.
fn inside<'t>(first: &'t Type, second: &'t Type) -> Option<(String, At<'t>, &'t Type, &'t Type)> {
    let differ = |a: &Type, b: &Type| unify(&[a.clone(), b.clone()], Losses::Allowed).is_none();
    match (first, second) {
        (Type::Object(a), Type::Object(b)) if a.keys().eq(b.keys()) => a
            .iter()
            .zip(b.values())
            .find(|((_, a), b)| differ(&a.ty, &b.ty))
            .map(|((name, a), b)| (format!(".{name}"), At::Name(name), &a.ty, &b.ty)),
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => a
            .iter()
            .zip(b.iter())
            .enumerate()
            .find(|(_, (a, b))| differ(a, b))
            .map(|(at, (a, b))| (format!("[{at}]"), At::Index(at), a, b)),
        _ => None,
    }
}

/// The part of an expression that a step leads to where it is written out; else the whole.
fn part<'e>(expr: &'e Expr, at: &At<'_>) -> &'e Expr {
    let found = match (&expr.bare().kind, at) {
        (ExprKind::Tuple(items), At::Index(index)) => items.get(*index),
        (ExprKind::Object(entries), At::Name(name)) => entries.iter().find_map(|(key, value)| {
            let same = match key {
                ObjectKey::Bare(written) => &*written.value == *name,
                ObjectKey::Computed(key) => key.literal_str() == Some(name),
            };
            same.then_some(value)
        }),
        _ => None,
    };
    found.unwrap_or(expr)
}
