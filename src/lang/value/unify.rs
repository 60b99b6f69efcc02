//! The one type to which several convert, as HCL finds it for collections and for the arms of a conditional.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::lang::value::symbol::SymbolKind;
use crate::lang::value::types::{Field, Presence, Type};

/// Whether a conversion may fail for some values: a string to a number, a map to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Losses {
    Refused,
    /// As for the arms of a conditional, and for functions that join collections.
    Allowed,
}

/// The type that all the given ones convert to; none where there is none. Unknown types do not count.
///
/// All types are looked at together, as in `cty`'s `convert.Unify`: bool, number and string have string in common, bool and number nothing.
pub fn unify(types: &[Type], losses: Losses) -> Option<Type> {
    let mut known: Vec<&Type> = Vec::with_capacity(types.len());
    for ty in types.iter().filter(|ty| **ty != Type::Any) {
        if !known.contains(&ty) {
            known.push(ty);
        }
    }
    let known = known.as_slice();
    let (first, rest) = match known {
        [] => return Some(Type::Any),
        [only] => return Some((*only).clone()),
        [first, rest @ ..] => (*first, rest),
    };
    let all = |fits: fn(&Type) -> bool| known.iter().all(|ty| fits(ty));
    let any = |fits: fn(&Type) -> bool| known.iter().any(|ty| fits(ty));
    if all(is_leaf) {
        return unify_leaves(known);
    }
    if all(|ty| matches!(ty, Type::Object(_) | Type::Map(_))) && any(|ty| matches!(ty, Type::Map(_))) {
        let is_open = any(|ty| matches!(ty, Type::Map(element) if **element == Type::Any));
        return match unify_elements(known, losses) {
            Some(element) => Some(Type::map(element)),
            None if losses == Losses::Allowed && is_open => beside_an_empty_map(known),
            None => None,
        };
    }
    if all(|ty| matches!(ty, Type::Tuple(_) | Type::List(_))) && any(|ty| matches!(ty, Type::List(_))) {
        return unify(&elements(known), losses).map(Type::list);
    }
    match (first, rest) {
        (Type::Set(_), _) if all(|ty| matches!(ty, Type::Set(_))) => {
            unify(&elements(known), losses).map(Type::set)
        }
        (Type::Object(fields), _) if all(|ty| matches!(ty, Type::Object(_))) => {
            unify_objects(fields, known, losses)
        }
        (Type::Tuple(items), _) if all(|ty| matches!(ty, Type::Tuple(_))) => {
            unify_tuples(items.len(), known, losses)
        }
        // Lists, tuples and sets: the first in this order that the others convert to.
        _ => {
            let mut preferred = known.to_vec();
            preferred.sort_by_key(|ty| match ty {
                Type::List(_) => 0,
                Type::Tuple(_) => 1,
                _ => 2,
            });
            let wanted = preferred
                .into_iter()
                .find(|want| known.iter().all(|ty| ty == want || convertible(ty, want, losses)))?;
            // An empty collection takes on the type of the others' elements.
            Some(match wanted {
                Type::List(element) if **element == Type::Any => Type::list(unify(&elements(known), losses)?),
                Type::Set(element) if **element == Type::Any => Type::set(unify(&elements(known), losses)?),
                other => other.clone(),
            })
        }
    }
}

fn is_leaf(ty: &Type) -> bool {
    ty.is_primitive() || matches!(ty, Type::Symbol(_))
}

/// The types of all that is in several collections.
fn elements(types: &[&Type]) -> Vec<Type> {
    let mut out = Vec::new();
    for ty in types {
        match ty {
            Type::List(element) | Type::Set(element) | Type::Map(element) => out.push((**element).clone()),
            Type::Tuple(items) => out.extend(items.iter().cloned()),
            Type::Object(fields) => out.extend(fields.values().map(|field| field.ty.clone())),
            Type::Any | Type::Bool | Type::Number | Type::String | Type::Symbol(_) => {}
        }
    }
    out
}

/// An object whose attributes have no type in common stays what it is beside an empty map, which then has to be one itself.
fn beside_an_empty_map(types: &[&Type]) -> Option<Type> {
    let mut objects = types.iter().filter(|ty| matches!(ty, Type::Object(_)));
    match (objects.next(), objects.next()) {
        (Some(object), None) => Some((*object).clone()),
        _ => None,
    }
}

/// The element type of a map or a list of all that is in several. Where some of it has no type that is known, it is enough that each of
/// them becomes a collection for itself; the value then has to.
fn unify_elements(types: &[&Type], losses: Losses) -> Option<Type> {
    let all = elements(types);
    let alone = |ty: &Type| {
        let own = elements(&[ty]);
        let leaves = own.iter().all(|ty| *ty == Type::Any || is_leaf(ty));
        match ty {
            Type::Object(_) => own.contains(&Type::Any) || unify(&own, losses).is_some(),
            Type::Tuple(_) => (leaves || !own.contains(&Type::Any)) && unify(&own, losses).is_some(),
            _ => leaves,
        }
    };
    unify(&all, losses).or_else(|| {
        let is_open = losses == Losses::Allowed && all.contains(&Type::Any);
        (is_open && types.iter().all(|ty| alone(ty))).then_some(Type::Any)
    })
}

/// At least two different ones. A string names a principal or a permission, so a list may mix both.
fn unify_leaves(types: &[&Type]) -> Option<Type> {
    let has_string = types.contains(&&Type::String);
    let mut symbols = types.iter().filter_map(|ty| match ty {
        Type::Symbol(kind) => Some(*kind),
        _ => None,
    });
    let Some(first) = symbols.next() else { return has_string.then_some(Type::String) };
    let symbol = symbols.try_fold(first, unify_symbols)?;
    let only_strings = types.iter().all(|ty| matches!(ty, Type::String | Type::Symbol(_)));
    Some(Type::Symbol(match symbol {
        _ if !has_string && only_strings => symbol,
        SymbolKind::Principal | SymbolKind::Account if only_strings => SymbolKind::Principal,
        SymbolKind::Permission if only_strings => SymbolKind::Permission,
        _ => return None,
    }))
}

fn unify_symbols(a: SymbolKind, b: SymbolKind) -> Option<SymbolKind> {
    match (a, b) {
        _ if a == b => Some(a),
        (SymbolKind::Principal, SymbolKind::Account) | (SymbolKind::Account, SymbolKind::Principal) => {
            Some(SymbolKind::Principal)
        }
        _ => None,
    }
}

/// Objects with the same attributes stay objects; others become a map where one type fits all attributes.
fn unify_objects(first: &BTreeMap<Arc<str>, Field>, types: &[&Type], losses: Losses) -> Option<Type> {
    let all: Vec<&BTreeMap<Arc<str>, Field>> = types
        .iter()
        .filter_map(|ty| match ty {
            Type::Object(fields) => Some(&**fields),
            _ => None,
        })
        .collect();
    if !all.iter().all(|fields| fields.len() == first.len() && fields.keys().eq(first.keys())) {
        return unify_elements(types, losses).map(Type::map);
    }
    let mut out = BTreeMap::new();
    for name in first.keys() {
        let across: Vec<Type> = all.iter().filter_map(|fields| Some(fields.get(name)?.ty.clone())).collect();
        out.insert(name.clone(), Field::required(unify(&across, losses)?));
    }
    Some(Type::Object(Arc::new(out)))
}

/// Tuples of one length stay tuples; others become a list where one type fits all items.
fn unify_tuples(length: usize, types: &[&Type], losses: Losses) -> Option<Type> {
    let all: Vec<&[Type]> = types
        .iter()
        .filter_map(|ty| match ty {
            Type::Tuple(items) => Some(&**items),
            _ => None,
        })
        .collect();
    if all.iter().any(|items| items.len() != length) {
        return unify_elements(types, losses).map(Type::list);
    }
    let items = (0..length).map(|at| {
        let across: Vec<Type> = all.iter().map(|items| items[at].clone()).collect();
        unify(&across, losses)
    });
    items.collect::<Option<Vec<Type>>>().map(|items| Type::Tuple(items.into()))
}

/// Whether values of one type convert to another, as far as the types tell.
pub(crate) fn convertible(from: &Type, to: &Type, losses: Losses) -> bool {
    let lossy = losses == Losses::Allowed;
    match (from, to) {
        (_, Type::Any) | (Type::Any, _) => true,
        _ if from == to => true,
        (Type::Bool | Type::Number, Type::String) => true,
        (Type::String, Type::Bool | Type::Number) => lossy,
        (Type::Symbol(SymbolKind::Account) | Type::String, Type::Symbol(SymbolKind::Principal)) => true,
        (Type::List(from) | Type::Set(from), Type::List(to)) | (Type::Set(from), Type::Set(to)) => {
            convertible(from, to, losses)
        }
        (Type::List(from), Type::Set(to)) => lossy && convertible(from, to, losses),
        (Type::Tuple(items), Type::List(to) | Type::Set(to)) => {
            items.iter().all(|from| convertible(from, to, losses))
        }
        (Type::Tuple(from), Type::Tuple(to)) => {
            from.len() == to.len() && from.iter().zip(to.iter()).all(|(a, b)| convertible(a, b, losses))
        }
        (Type::Map(from), Type::Map(to)) => convertible(from, to, losses),
        (Type::Object(fields), Type::Map(to)) => {
            fields.values().all(|field| convertible(&field.ty, to, losses))
        }
        (Type::Map(from), Type::Object(to)) => {
            lossy && to.values().all(|field| convertible(from, &field.ty, losses))
        }
        (Type::Object(from), Type::Object(to)) => to.iter().all(|(name, want)| match from.get(name) {
            Some(have) => convertible(&have.ty, &want.ty, losses),
            None => want.presence != Presence::Required,
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tuple(items: &[Type]) -> Type {
        Type::Tuple(items.to_vec().into())
    }

    fn object(fields: &[(&str, Type)]) -> Type {
        Type::object(fields.iter().map(|(name, ty)| ((*name).into(), Field::required(ty.clone()))))
    }

    #[test]
    fn types_unify_as_hcl_unifies_them() {
        let table = [
            (vec![Type::String, Type::Number], Some(Type::String)),
            (vec![Type::Bool, Type::Number], None),
            (vec![Type::Bool, Type::Number, Type::String], Some(Type::String)),
            (
                vec![tuple(&[Type::Number, Type::Bool]), tuple(&[Type::String])],
                Some(Type::list(Type::String)),
            ),
            (
                vec![object(&[("a", Type::Number), ("b", Type::Bool)]), object(&[("a", Type::String)])],
                Some(Type::map(Type::String)),
            ),
            (vec![Type::set(Type::Number), tuple(&[Type::String])], None),
            (vec![Type::Any, Type::Number], Some(Type::Number)),
            (vec![], Some(Type::Any)),
            (vec![tuple(&[]), tuple(&[Type::String])], Some(Type::list(Type::String))),
            (vec![tuple(&[Type::Number]), tuple(&[Type::String])], Some(tuple(&[Type::String]))),
            (vec![tuple(&[Type::Number]), Type::list(Type::String)], Some(Type::list(Type::String))),
            (
                vec![object(&[("a", Type::Number)]), object(&[("a", Type::String)])],
                Some(object(&[("a", Type::String)])),
            ),
            (
                vec![object(&[("a", Type::Number)]), object(&[("b", Type::String)])],
                Some(Type::map(Type::String)),
            ),
            (
                vec![Type::String, Type::Symbol(SymbolKind::Account), Type::Symbol(SymbolKind::Principal)],
                Some(Type::Symbol(SymbolKind::Principal)),
            ),
            (vec![Type::String, Type::list(Type::String)], None),
        ];
        for (types, expected) in table {
            assert_eq!(unify(&types, Losses::Refused), expected, "{types:?}");
        }
    }
}
