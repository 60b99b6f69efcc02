//! The bodies of the functions on lists, tuples and sets.

use std::collections::BTreeSet;

use crate::lang::functions::call::Call;
use crate::lang::functions::row::FunctionError;
use crate::lang::value::{Kind, Losses, Number, Type, Value, convert, unify};

/// Most numbers that `range` makes, as in Terraform.
const MAX_RANGE: usize = 1024;

/// The elements of a list, tuple or set argument.
pub(crate) fn sequence<'c>(
    call: &'c Call<'_>,
    index: usize,
    wanted: &str,
) -> Result<&'c [Value], FunctionError> {
    let value = call.arg(index);
    value.items().ok_or_else(|| {
        let found = if value.is_null() { "null".to_owned() } else { value.type_of().phrase() };
        FunctionError::argument(index, format!("This must be {wanted}, not {found}."))
    })
}

/// As `sequence`, but a set is refused, whose elements have no indexes.
pub(crate) fn ordered<'c>(call: &'c Call<'_>, index: usize) -> Result<&'c [Value], FunctionError> {
    if matches!(call.arg(index).kind(), Kind::Set(_)) {
        return Err(FunctionError::argument(index, "A set has no order, so its elements have no indexes.")
            .help("Make a list of it with `tolist` or `sort`."));
    }
    sequence(call, index, "a list")
}

pub(crate) fn count(length: usize) -> Value {
    Value::number(i64::try_from(length).expect("collections are smaller than 2^63"))
}

/// Elements taken from a value, in the form that the value has: a tuple stays one, a list keeps its element type.
fn like(value: &Value, items: Vec<Value>) -> Value {
    match value.kind() {
        Kind::List(sequence) | Kind::Set(sequence) => Value::list(sequence.element.clone(), items),
        _ => Value::tuple(items),
    }
}

fn element_type(value: &Value) -> Type {
    match value.kind() {
        Kind::List(sequence) | Kind::Set(sequence) => sequence.element.clone(),
        _ => Type::Any,
    }
}

pub(crate) fn chunklist(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let size = call.usize(1)?;
    let items = call.items(0);
    let element = element_type(call.arg(0));
    call.needs_values(items.len() / size.max(1))?;
    let size = if size == 0 { items.len().max(1) } else { size };
    let chunks = items.chunks(size).map(|chunk| Value::list(element.clone(), chunk.to_vec())).collect();
    Ok(Value::list(Type::list(element.clone()), chunks))
}

pub(crate) fn coalescelist(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let mut found = None;
    for index in 0..call.args().len() {
        if let Kind::Null(Type::List(_) | Type::Set(_) | Type::Tuple(_)) = call.arg(index).kind() {
            continue;
        }
        let is_empty = ordered(call, index)?.is_empty();
        found = found.or((!is_empty).then(|| call.arg(index).clone()));
    }
    found.ok_or_else(|| FunctionError::call("All lists are empty."))
}

pub(crate) fn concat(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    if call.args().is_empty() {
        return Err(FunctionError::call("At least one list is needed."));
    }
    let mut items = Vec::new();
    for index in 0..call.args().len() {
        items.extend_from_slice(ordered(call, index)?);
    }
    let mut types: Vec<Type> = call.args().iter().map(element_type).collect();
    types.dedup();
    let only_lists = call.args().iter().all(|arg| matches!(arg.kind(), Kind::List(_)));
    match types.as_slice() {
        [element] if only_lists => Ok(Value::list(element.clone(), items)),
        _ if only_lists => match unify(&types, Losses::Allowed) {
            Some(element) => convert(&Value::tuple(items), &Type::list(element))
                .map_err(|error| FunctionError::call(format!("The lists do not join: {error}."))),
            None => Ok(Value::tuple(items)),
        },
        _ => Ok(Value::tuple(items)),
    }
}

pub(crate) fn distinct(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let mut seen = BTreeSet::new();
    let items = call.items(0).iter().filter(|item| seen.insert(*item)).cloned().collect();
    Ok(like(call.arg(0), items))
}

pub(crate) fn element(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let index = call.integer(1)?;
    let items = ordered(call, 0)?;
    if items.is_empty() {
        return Err(FunctionError::argument(0, "The list is empty, so it has no elements to take."));
    }
    let length = i64::try_from(items.len()).expect("lists are smaller than 2^63");
    let place = usize::try_from(index.rem_euclid(length)).expect("not negative");
    Ok(items[place].clone())
}

pub(crate) fn flatten(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let mut flat = Vec::new();
    // Values are bounded in depth where they are made; a stack of iterators asks nothing of the call stack.
    let mut open = vec![sequence(call, 0, "a list")?.iter()];
    while let Some(items) = open.last_mut() {
        match items.next() {
            Some(item) => match item.items() {
                Some(inner) => open.push(inner.iter()),
                None => flat.push(item.clone()),
            },
            None => {
                open.pop();
            }
        }
    }
    Ok(Value::tuple(flat))
}

pub(crate) fn index(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let value = call.arg(1);
    ordered(call, 0)?.iter().position(|item| item == value).map(count).ok_or_else(|| {
        FunctionError::argument(1, "The list has no such element.")
            .help("Test with `contains` first. Values of different types are never equal.")
    })
}

pub(crate) fn matchkeys(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let (values, keys) = (call.items(0), call.items(1));
    if values.len() != keys.len() {
        return Err(FunctionError::argument(
            1,
            format!(
                "As many keys as values are needed: there are {} keys and {} values.",
                keys.len(),
                values.len()
            ),
        ));
    }
    let common =
        unify(&[element_type(call.arg(1)), element_type(call.arg(2))], Losses::Allowed).ok_or_else(|| {
            FunctionError::argument(2, "The keys and the elements to search for must have a type in common.")
        })?;
    let comparable = |item: &Value, argument: usize| {
        convert(item, &common).map_err(|error| FunctionError::argument(argument, format!("Here {error}.")))
    };
    let wanted: BTreeSet<Value> =
        call.items(2).iter().map(|item| comparable(item, 2)).collect::<Result<_, _>>()?;
    let mut matched = Vec::new();
    for (value, key) in values.iter().zip(keys) {
        if wanted.contains(&comparable(key, 1)?) {
            matched.push(value.clone());
        }
    }
    Ok(like(call.arg(0), matched))
}

pub(crate) fn one(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    match sequence(call, 0, "a list or a set")? {
        [] => Ok(Value::null()),
        [only] => Ok(only.clone()),
        many => {
            Err(FunctionError::argument(0, format!("At most one element may be here, not {}.", many.len())))
        }
    }
}

pub(crate) fn range(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let down = |start: &Number, limit: &Number| if limit < start { Number::from(-1) } else { Number::ONE };
    let (start, limit, step) = match call.args().len() {
        1 => (Number::ZERO, call.number(0).clone(), down(&Number::ZERO, call.number(0))),
        2 => (call.number(0).clone(), call.number(1).clone(), down(call.number(0), call.number(1))),
        3 => (call.number(0).clone(), call.number(1).clone(), call.number(2).clone()),
        _ => {
            return Err(FunctionError::call(
                "One to three numbers are needed: a limit; start and limit; start, limit and step.",
            ));
        }
    };
    let last = call.args().len() - 1;
    if start == limit {
        return Ok(Value::list(Type::Number, Vec::new()));
    }
    if step.signum() == 0 {
        return Err(FunctionError::argument(last, "A step of 0 never reaches the limit."));
    }
    if step.signum() > 0 && limit < start {
        return Err(FunctionError::argument(
            1,
            format!("The limit must not be less than the start, {start}."),
        ));
    }
    if step.signum() < 0 && limit > start {
        return Err(FunctionError::argument(
            1,
            format!("The limit must not be greater than the start, {start}, when the step is negative."),
        ));
    }
    let mut numbers = Vec::new();
    let mut next = start;
    while if step.signum() > 0 { next < limit } else { next > limit } {
        if numbers.len() == MAX_RANGE {
            return Err(FunctionError::call(format!("More than {MAX_RANGE} numbers would be made.")));
        }
        numbers.push(Value::number(next.clone()));
        next = next.add(&step).map_err(|error| FunctionError::call(format!("Here {error}.")))?;
    }
    Ok(Value::list(Type::Number, numbers))
}

pub(crate) fn reverse(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let items = sequence(call, 0, "a list")?.iter().rev().cloned().collect();
    Ok(like(call.arg(0), items))
}

pub(crate) fn slice(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let (start, end) = (call.usize(1)?, call.usize(2)?);
    let items = ordered(call, 0)?;
    if end > items.len() {
        return Err(FunctionError::argument(
            2,
            format!("The end is past the list, which has {} elements.", items.len()),
        ));
    }
    if start > end {
        return Err(FunctionError::argument(1, format!("The start is past the end, {end}.")));
    }
    Ok(like(call.arg(0), items[start..end].to_vec()))
}

pub(crate) fn sort(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let mut items = call.items(0).to_vec();
    if let Some(index) = items.iter().position(Value::is_null) {
        return Err(FunctionError::argument(
            0,
            format!("Element {index} is null, which has no place in an order."),
        )
        .help("Leave null out with `compact`."));
    }
    items.sort();
    Ok(Value::list(Type::String, items))
}

pub(crate) fn sum(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let items = sequence(call, 0, "a list of numbers")?;
    if items.is_empty() {
        return Err(FunctionError::argument(0, "The list is empty, and an empty sum has no type."));
    }
    let mut total = Number::ZERO;
    for (index, item) in items.iter().enumerate() {
        let number = convert(item, &Type::Number).ok().and_then(|item| item.as_number().cloned());
        let Some(number) = number else {
            return Err(FunctionError::argument(0, format!("Element {index} is not a number.")));
        };
        total = total.add(&number).map_err(|error| FunctionError::call(format!("Here {error}.")))?;
    }
    Ok(Value::number(total))
}
