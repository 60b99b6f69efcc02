//! Functions on sets.

use crate::lang::functions::call::Call;
use crate::lang::functions::row::{Accepts, Body, Example, Function, FunctionError, Group, Param};
use crate::lang::functions::sequence::sequence;
use crate::lang::value::{Kind, Losses, SLOT, Type, Value, convert, unify};

const fn row(
    name: &'static str,
    signature: &'static str,
    body: fn(&mut Call<'_>) -> Result<Value, FunctionError>,
) -> Function {
    Function::new(Group::Collection, name, signature, Body::Eager(body))
}

const SET: Param = Param::new("sets", Accepts::Set(&Accepts::Any));

/// Bytes of a tuple beside its items and its place: what an allocator adds, twice.
const TUPLE: usize = 128;

/// Most values that `setproduct` makes, counting those inside its tuples.
const MAX_PRODUCT: usize = 1_000_000;

pub(crate) static FUNCTIONS: &[Function] = &[
    row("setintersection", "setintersection(sets...)", |call| {
        combine(call, |all, next| all.iter().filter(|item| next.binary_search(item).is_ok()).cloned().collect())
    })
    .doc("The elements that all sets have.")
    .takes(&[SET])
    .and_any(SET)
    .shows(&[Example::new(r#"setintersection(["a", "b"], ["b", "c"], ["b", "d"])"#, r#"["b"]"#)]),
    row("setproduct", "setproduct(sets...)", setproduct)
        .doc("All ways to take one element of each set, as a set of tuples; of lists, as a list in their order.")
        .and_any(Param::new("sets", Accepts::Any))
        .shows(&[Example::new(
            r#"setproduct(["dev", "prod"], ["a", "b"])"#,
            r#"[["dev", "a"], ["dev", "b"], ["prod", "a"], ["prod", "b"]]"#,
        )]),
    row("setsubtract", "setsubtract(a, b)", |call| {
        combine(call, |all, next| all.iter().filter(|item| next.binary_search(item).is_err()).cloned().collect())
    })
    .doc("The elements of the first set that the second does not have.")
    .takes(&[SET, SET])
    .shows(&[Example::new(r#"setsubtract(["a", "b", "c"], ["a", "c"])"#, r#"["b"]"#)]),
    row("setunion", "setunion(sets...)", |call| combine(call, |all, next| [all, next].concat()))
        .doc("The elements that at least one of the sets has.")
        .takes(&[SET])
        .and_any(SET)
        .shows(&[Example::new(r#"setunion(["a", "b"], ["b", "c"], ["d"])"#, r#"["a", "b", "c", "d"]"#)]),
];

fn element_type(value: &Value) -> Type {
    match value.kind() {
        Kind::List(sequence) | Kind::Set(sequence) => sequence.element.clone(),
        _ => Type::Any,
    }
}

/// Brings all sets to one element type and folds them.
fn combine(call: &Call<'_>, step: fn(&[Value], &[Value]) -> Vec<Value>) -> Result<Value, FunctionError> {
    let types: Vec<Type> = call.args().iter().map(element_type).collect();
    let element = unify(&types, Losses::Allowed)
        .ok_or_else(|| FunctionError::call("The sets must have an element type in common."))?;
    let wanted = Type::set(element.clone());
    let mut combined: Option<Vec<Value>> = None;
    for (index, arg) in call.args().iter().enumerate() {
        let set = convert(arg, &wanted)
            .map_err(|error| FunctionError::argument(index, format!("Here {error}.")))?;
        let items = set.items().expect("converted to a set");
        combined = Some(match combined {
            Some(all) => step(&all, items),
            None => items.to_vec(),
        });
    }
    Ok(Value::set(element, combined.unwrap_or_default()))
}

fn setproduct(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let width = call.args().len();
    if width < 2 {
        return Err(FunctionError::call("At least two sets or lists are needed."));
    }
    let mut factors = Vec::with_capacity(width);
    let mut size = 1usize;
    for index in 0..width {
        sequence(call, index, "a set or a list")?;
        let is_set = matches!(call.arg(index).kind(), Kind::Set(_));
        let wanted = if is_set { Type::set(Type::Any) } else { Type::list(Type::Any) };
        let factor = convert(call.arg(index), &wanted)
            .map_err(|error| FunctionError::argument(index, format!("Here {error}.")))?;
        size = size.saturating_mul(factor.items().map_or(0, <[Value]>::len));
        factors.push(factor);
    }
    if size.saturating_mul(width) > MAX_PRODUCT {
        return Err(FunctionError::call(format!("{size} combinations are more than ramctl makes.")));
    }
    let element = Type::Tuple(factors.iter().map(element_type).collect());
    // A tuple stands in the list and holds a list of its own.
    call.needs(size.saturating_mul((width + 2) * SLOT + TUPLE))?;
    let sequences: Vec<&[Value]> =
        factors.iter().map(|factor| factor.items().expect("converted to a sequence")).collect();
    let tuple = |mut at: usize| {
        // The last factor changes first.
        let mut row: Vec<Value> = Vec::with_capacity(width);
        for items in sequences.iter().rev() {
            row.push(items[at % items.len()].clone());
            at /= items.len();
        }
        row.reverse();
        Value::tuple(row)
    };
    let tuples = (0..size).map(tuple).collect();
    let any_set = factors.iter().any(|factor| matches!(factor.kind(), Kind::Set(_)));
    Ok(if any_set { Value::set(element, tuples) } else { Value::list(element, tuples) })
}
