//! The one type to which several convert, as HCL finds it for collections and for the arms of a conditional.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::lang::value::symbol::SymbolKind;
use crate::lang::value::types::{Field, Type};

/// The type that all the given ones convert to without loss; none where there is none. Unknown types do not count.
pub fn unify(types: &[Type]) -> Option<Type> {
    let mut known = types.iter().filter(|ty| **ty != Type::Any);
    let Some(first) = known.next() else { return Some(Type::Any) };
    known.try_fold(first.clone(), |common, next| unify_two(&common, next))
}

fn unify_two(a: &Type, b: &Type) -> Option<Type> {
    if a == b {
        return Some(a.clone());
    }
    Some(match (a, b) {
        (Type::Any, other) | (other, Type::Any) => other.clone(),
        (Type::String, other) | (other, Type::String) if other.is_primitive() => Type::String,
        (Type::Symbol(a), Type::Symbol(b)) => Type::Symbol(unify_symbols(*a, *b)?),
        // A string names a principal, so a list may mix both.
        (Type::Symbol(SymbolKind::Principal | SymbolKind::Account), Type::String)
        | (Type::String, Type::Symbol(SymbolKind::Principal | SymbolKind::Account)) => {
            Type::Symbol(SymbolKind::Principal)
        }
        (Type::Symbol(SymbolKind::Permission), Type::String)
        | (Type::String, Type::Symbol(SymbolKind::Permission)) => Type::Symbol(SymbolKind::Permission),
        (Type::Set(a), Type::Set(b)) => Type::set(unify_two(a, b)?),
        (Type::List(a) | Type::Set(a), Type::List(b) | Type::Set(b)) => Type::list(unify_two(a, b)?),
        (Type::Map(a), Type::Map(b)) => Type::map(unify_two(a, b)?),
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
            let same: Option<Vec<Type>> = a.iter().zip(b.iter()).map(|(a, b)| unify_two(a, b)).collect();
            Type::Tuple(same?.into())
        }
        (Type::Tuple(a), Type::Tuple(b)) => {
            let all: Vec<Type> = a.iter().chain(b.iter()).cloned().collect();
            Type::list(unify(&all)?)
        }
        (Type::Tuple(items), Type::List(element)) | (Type::List(element), Type::Tuple(items)) => {
            Type::list(unify_two(&unify(items)?, element)?)
        }
        (Type::Tuple(items), Type::Set(element)) | (Type::Set(element), Type::Tuple(items)) => {
            Type::set(unify_two(&unify(items)?, element)?)
        }
        (Type::Object(a), Type::Object(b)) => unify_objects(a, b)?,
        (Type::Object(fields), Type::Map(element)) | (Type::Map(element), Type::Object(fields)) => {
            let fields: Vec<Type> = fields.values().map(|field| field.ty.clone()).collect();
            Type::map(unify_two(&unify(&fields)?, element)?)
        }
        _ => return None,
    })
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
fn unify_objects(a: &BTreeMap<Arc<str>, Field>, b: &BTreeMap<Arc<str>, Field>) -> Option<Type> {
    if a.len() == b.len() && a.keys().eq(b.keys()) {
        let fields: Option<BTreeMap<Arc<str>, Field>> = a
            .iter()
            .zip(b.values())
            .map(|((name, a), b)| Some((name.clone(), Field::required(unify_two(&a.ty, &b.ty)?))))
            .collect();
        return Some(Type::Object(Arc::new(fields?)));
    }
    let all: Vec<Type> = a.values().chain(b.values()).map(|field| field.ty.clone()).collect();
    Some(Type::map(unify(&all)?))
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
            assert_eq!(unify(&types), expected, "{types:?}");
        }
    }
}
