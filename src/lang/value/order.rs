//! The order in which a set of collections is iterated: that of the bytes from which Terraform makes their hashes.
//!
//! A list is written `[1;2;]`, a tuple or object `<"a";T;>` without names, a map `{"k":1;}`, null `~`. The comparison goes along these texts
//! without making them.

use std::cmp::Ordering;

use crate::lang::value::data::{Kind, Value};

/// Compares two elements of one set.
pub(crate) fn set_order(a: &Value, b: &Value) -> Ordering {
    match (a.kind(), b.kind()) {
        (Kind::Bool(a), Kind::Bool(b)) => a.cmp(b),
        // What follows on a number counts: 10 comes before 1.
        (Kind::Number(a), Kind::Number(b)) => format!("{a};").cmp(&format!("{b};")),
        (Kind::String(a), Kind::String(b)) => quoted(a).cmp(quoted(b)),
        (Kind::List(a), Kind::List(b)) | (Kind::Set(a), Kind::Set(b)) => {
            in_turn(a.items.iter(), b.items.iter(), ']')
        }
        (Kind::Tuple(a), Kind::Tuple(b)) => in_turn(a.iter(), b.iter(), '>'),
        (Kind::Object(a), Kind::Object(b)) => in_turn(a.values(), b.values(), '>'),
        (Kind::Map(a), Kind::Map(b)) => {
            for ((key, value), (other_key, other)) in a.entries.iter().zip(&b.entries) {
                let order = quoted(key).cmp(quoted(other_key)).then_with(|| set_order(value, other));
                if order.is_ne() {
                    return order;
                }
            }
            // A quote sorts before the brace that ends the shorter one.
            b.entries.len().cmp(&a.entries.len())
        }
        _ => first(a).cmp(&first(b)),
    }
}

fn in_turn<'v>(
    mut a: impl Iterator<Item = &'v Value>,
    mut b: impl Iterator<Item = &'v Value>,
    close: char,
) -> Ordering {
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(b)) => close.cmp(&first(b)),
            (Some(a), None) => first(a).cmp(&close),
            (Some(a), Some(b)) => set_order(a, b),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// The first character of what a value is written as.
fn first(value: &Value) -> char {
    match value.kind() {
        Kind::Null(_) => '~',
        Kind::Bool(flag) => {
            if *flag {
                'T'
            } else {
                'F'
            }
        }
        Kind::Number(number) => number.to_string().chars().next().unwrap_or('0'),
        Kind::String(_) | Kind::Symbol(_) => '"',
        Kind::List(_) | Kind::Set(_) => '[',
        Kind::Tuple(_) | Kind::Object(_) => '<',
        Kind::Map(_) => '{',
    }
}

/// A text as Go quotes it, with the quote that ends it.
fn quoted(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .flat_map(|c| {
            let escape = match c {
                '"' | '\\' => Some(c),
                '\n' => Some('n'),
                '\r' => Some('r'),
                '\t' => Some('t'),
                c if c.is_control() => Some('x'),
                _ => None,
            };
            escape.map(|_| '\\').into_iter().chain([escape.unwrap_or(c)])
        })
        .chain(['"'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::value::list_of;

    #[test]
    fn collections_in_a_set_are_ordered_as_terraform_orders_them() {
        let list = |items: &[i64]| {
            list_of(items.iter().map(|item| Value::number(*item)).collect()).expect("numbers")
        };
        let sorted = [list(&[10]), list(&[1, 2]), list(&[1]), list(&[2]), list(&[])];
        let mut mixed = sorted.clone();
        mixed.reverse();
        mixed.sort_by(set_order);
        assert_eq!(mixed, sorted);
        let texts = |a: &str| list_of(vec![Value::string(a)]).expect("strings");
        assert_eq!(set_order(&texts("a"), &texts("ab")), Ordering::Less);
        assert_eq!(set_order(&texts("a!"), &texts("a")), Ordering::Less);
    }
}
