//! Lists, maps and objects: building, searching, ordering. Sets among themselves are in `sets`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::lang::functions::call::Call;
use crate::lang::functions::characters::characters;
use crate::lang::functions::row::{Accepts, Body, Example, Function, FunctionError, Group, Param};
use crate::lang::functions::sequence;
use crate::lang::functions::sequence::{ordered, sequence};
use crate::lang::value::{Entries, Kind, Losses, Type, Value, convert, unify};

const fn row(
    name: &'static str,
    signature: &'static str,
    body: fn(&mut Call<'_>) -> Result<Value, FunctionError>,
) -> Function {
    Function::new(Group::Collection, name, signature, Body::Eager(body))
}

const LIST: Param = Param::new("list", Accepts::Any);
const LIST_OF_ANY: Param = Param::new("list", Accepts::List(&Accepts::Any));
const MAP: Param = Param::new("map", Accepts::Any);

pub(crate) static FUNCTIONS: &[Function] = &[
    row("alltrue", "alltrue(list)", |call| {
        Ok(Value::bool(call.items(0).iter().all(|item| item.as_bool() == Some(true))))
    })
    .doc("Whether all elements are true; true for an empty list.")
    .takes(&[Param::new("list", Accepts::List(&Accepts::Bool))])
    .shows(&[Example::new(r#"alltrue(["true", true])"#, "true"), Example::new("alltrue([])", "true")]),
    row("anytrue", "anytrue(list)", |call| {
        Ok(Value::bool(call.items(0).iter().any(|item| item.as_bool() == Some(true))))
    })
    .doc("Whether at least one element is true; false for an empty list.")
    .takes(&[Param::new("list", Accepts::List(&Accepts::Bool))])
    .shows(&[Example::new("anytrue([true, false])", "true"), Example::new("anytrue([])", "false")]),
    row("chunklist", "chunklist(list, size)", sequence::chunklist)
        .doc("The list cut into lists of a size; the last may be shorter. Size 0 makes one list of all.")
        .takes(&[LIST_OF_ANY, Param::new("size", Accepts::Number)])
        .shows(&[Example::new(r#"chunklist(["a", "b", "c"], 2)"#, r#"[["a", "b"], ["c"]]"#)]),
    row("coalesce", "coalesce(values...)", coalesce)
        .doc("The first of the values that is neither null nor an empty string. All values must have a type in common.")
        .and_any(Param::nullable("values", Accepts::Any))
        .shows(&[Example::new(r#"coalesce("", null, "b")"#, r#""b""#)]),
    row("coalescelist", "coalescelist(lists...)", sequence::coalescelist)
        .doc("The first of the lists that is not empty.")
        .and_any(Param::nullable("lists", Accepts::Any))
        .shows(&[Example::new(r#"coalescelist([], ["c", "d"])"#, r#"["c", "d"]"#)]),
    row("compact", "compact(list)", |call| {
        Ok(Value::strings(call.items(0).iter().filter_map(Value::as_str).filter(|item| !item.is_empty())))
    })
    .doc("The list of strings without null and empty strings.")
    .takes(&[Param::new("list", Accepts::List(&Accepts::String))])
    .shows(&[Example::new(r#"compact(["a", "", null, "b"])"#, r#"["a", "b"]"#)]),
    row("concat", "concat(lists...)", sequence::concat)
        .doc("The elements of the lists in one list.")
        .and_any(Param::new("lists", Accepts::Any))
        .shows(&[Example::new(r#"concat(["a", ""], ["b", "c"])"#, r#"["a", "", "b", "c"]"#)]),
    row("contains", "contains(list, value)", |call| {
        let value = call.arg(1);
        Ok(Value::bool(sequence(call, 0, "a list or a set")?.contains(value)))
    })
    .doc("Whether a list, tuple or set has an element equal to a value. Values of different types differ.")
    .takes(&[LIST, Param::new("value", Accepts::Any)])
    .shows(&[Example::new(r#"contains(["a", "b", "c"], "a")"#, "true")]),
    row("distinct", "distinct(list)", sequence::distinct)
        .doc("The list with each element once, at its first place.")
        .takes(&[LIST_OF_ANY])
        .shows(&[Example::new(r#"distinct(["a", "b", "a", "c"])"#, r#"["a", "b", "c"]"#)]),
    row("element", "element(list, index)", sequence::element)
        .doc("The element at an index, counted from 0 and on from the start again past the end.")
        .takes(&[LIST, Param::new("index", Accepts::Number)])
        .shows(&[Example::new(r#"element(["a", "b", "c"], 4)"#, r#""b""#)]),
    row("flatten", "flatten(list)", sequence::flatten)
        .doc("The list with each list in it replaced by its elements, at any depth.")
        .takes(&[LIST])
        .shows(&[Example::new(r#"flatten([["a", ["b"]], [], ["c"]])"#, r#"["a", "b", "c"]"#)]),
    row("index", "index(list, value)", sequence::index)
        .doc("The index of the first element equal to a value. A value that is not in the list is an error.")
        .takes(&[LIST, Param::new("value", Accepts::Any)])
        .shows(&[Example::new(r#"index(["a", "b", "c"], "b")"#, "1")]),
    row("keys", "keys(map)", keys)
        .doc("The keys of a map or the names of an object's attributes, in lexical order.")
        .takes(&[MAP])
        .shows(&[Example::new("keys({ a = 1, c = 2, d = 3 })", r#"["a", "c", "d"]"#)]),
    row("length", "length(value)", length)
        .doc("The number of elements of a list, set or map, or of characters of a string.")
        .takes(&[Param::new("value", Accepts::Any)])
        .shows(&[Example::new(r#"length(["a", "b"])"#, "2"), Example::new(r#"length("👾🕹️")"#, "2")]),
    Function::new(
        Group::Collection,
        "list",
        "list(values...)",
        Body::Refused {
            reason: "The function `list` is gone from Terraform since 0.15.",
            instead: "Write `tolist([...])`, or just `[...]`.",
        },
    )
    .doc("Gone; a list is written in brackets.")
    .and_any(Param::nullable("values", Accepts::Any)),
    row("lookup", "lookup(map, key, default)", lookup)
        .doc("The value of a key, or the default where the map or object has no such key.")
        .takes(&[MAP, Param::new("key", Accepts::String)])
        .and_any(Param::nullable("default", Accepts::Any))
        .shows(&[
            Example::new(r#"lookup({ a = "ay", b = "bee" }, "a", "what?")"#, r#""ay""#),
            Example::new(r#"lookup({ a = "ay", b = "bee" }, "c", "what?")"#, r#""what?""#),
        ]),
    Function::new(
        Group::Collection,
        "map",
        "map(key, value, ...)",
        Body::Refused {
            reason: "The function `map` is gone from Terraform since 0.15.",
            instead: "Write `tomap({ key = value })`, or just `{ key = value }`.",
        },
    )
    .doc("Gone; a map is written in braces.")
    .and_any(Param::nullable("values", Accepts::Any)),
    row("matchkeys", "matchkeys(values, keys, search)", sequence::matchkeys)
        .doc("The values at those indexes at which the list of keys has an element of the search list.")
        .takes(&[
            Param::new("values", Accepts::List(&Accepts::Any)),
            Param::new("keys", Accepts::List(&Accepts::Any)),
            Param::new("search", Accepts::List(&Accepts::Any)),
        ])
        .shows(&[Example::new(
            r#"matchkeys(["i-1", "i-2", "i-3"], ["west", "east", "west"], ["west"])"#,
            r#"["i-1", "i-3"]"#,
        )]),
    row("merge", "merge(maps...)", merge)
        .doc("One map or object of all the maps' elements; later ones win. Null counts as empty.")
        .and_any(Param::nullable("maps", Accepts::Any))
        .shows(&[Example::new(
            r#"merge({ a = "b", c = "d" }, { e = "f", c = "z" })"#,
            r#"{"a": "b", "c": "z", "e": "f"}"#,
        )]),
    row("one", "one(list)", sequence::one)
        .doc("The only element of a list or set, or null if it is empty. More elements are an error.")
        .takes(&[LIST])
        .shows(&[Example::new("one([])", "null"), Example::new(r#"one(["hello"])"#, r#""hello""#)]),
    row("range", "range(start, limit, step)", sequence::range)
        .doc("Numbers from a start up to but without a limit: `range(limit)`, `range(start, limit)`, `range(start, limit, step)`.")
        .and_any(Param::new("numbers", Accepts::Number))
        .shows(&[
            Example::new("range(3)", "[0, 1, 2]"),
            Example::new("range(1, 4)", "[1, 2, 3]"),
            Example::new("range(4, 1)", "[4, 3, 2]"),
            Example::new("range(1, 8, 2)", "[1, 3, 5, 7]"),
        ]),
    row("reverse", "reverse(list)", sequence::reverse)
        .doc("The elements in reverse order.")
        .takes(&[LIST])
        .shows(&[Example::new("reverse([1, 2, 3])", "[3, 2, 1]")]),
    row("slice", "slice(list, start, end)", sequence::slice)
        .doc("The elements from an index up to but without another.")
        .takes(&[LIST, Param::new("start", Accepts::Number), Param::new("end", Accepts::Number)])
        .shows(&[Example::new(r#"slice(["a", "b", "c", "d"], 1, 3)"#, r#"["b", "c"]"#)]),
    row("sort", "sort(list)", sequence::sort)
        .doc("The strings of a list in lexical order.")
        .takes(&[Param::new("list", Accepts::List(&Accepts::String))])
        .shows(&[Example::new(r#"sort(["e", "d", "a", "x"])"#, r#"["a", "d", "e", "x"]"#)]),
    row("sum", "sum(list)", sequence::sum)
        .doc("The sum of the numbers of a list or set, which must not be empty.")
        .takes(&[LIST])
        .shows(&[Example::new("sum([10, 13, 6, 4.5])", "33.5")]),
    row("transpose", "transpose(map)", transpose)
        .doc("Swaps the keys and values of a map of lists of strings.")
        .takes(&[Param::new("map", Accepts::Map(&Accepts::List(&Accepts::String)))])
        .shows(&[Example::new(
            r#"transpose({ a = ["1", "2"], b = ["2", "3"] })"#,
            r#"{"1": ["a"], "2": ["a", "b"], "3": ["b"]}"#,
        )]),
    row("values", "values(map)", values)
        .doc("The values of a map or object, in the order of its keys.")
        .takes(&[MAP])
        .shows(&[Example::new("values({ a = 3, c = 2, d = 1 })", "[3, 2, 1]")]),
    row("zipmap", "zipmap(keys, values)", zipmap)
        .doc("A map of a list of keys and a list of as many values.")
        .takes(&[
            Param::new("keys", Accepts::List(&Accepts::String)),
            Param::new("values", Accepts::Any),
        ])
        .shows(&[Example::new(r#"zipmap(["a", "b"], [1, 2])"#, r#"{"a": 1, "b": 2}"#)]),
];

fn entries<'c>(call: &'c Call<'_>, index: usize) -> Result<&'c Entries, FunctionError> {
    let value = call.arg(index);
    value.entries().ok_or_else(|| {
        FunctionError::argument(
            index,
            format!("A map or an object is needed, not {}.", value.type_of().phrase()),
        )
    })
}

fn coalesce(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let types: Vec<Type> = call.args().iter().map(Value::type_of).collect();
    let common = match unify(&types, Losses::Allowed) {
        Some(common) => common,
        // Beside a null without a type nothing is converted.
        None if types.contains(&Type::Any) => Type::Any,
        None => return Err(FunctionError::call("All values must have a type in common.")),
    };
    for (index, arg) in call.args().iter().enumerate().filter(|(_, arg)| !arg.is_null()) {
        let value = convert(arg, &common)
            .map_err(|error| FunctionError::argument(index, format!("Here {error}.")))?;
        if value.as_str() != Some("") || common == Type::Any {
            return Ok(value);
        }
    }
    Err(FunctionError::call("All values are null or empty strings."))
}

fn keys(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let keys = entries(call, 0)?.keys().map(Value::string).collect();
    Ok(match call.arg(0).kind() {
        Kind::Map(_) => Value::list(Type::String, keys),
        _ => Value::tuple(keys),
    })
}

fn values(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let values = entries(call, 0)?.values().cloned().collect();
    Ok(match call.arg(0).kind() {
        Kind::Map(mapping) => Value::list(mapping.element.clone(), values),
        _ => Value::tuple(values),
    })
}

fn length(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let value = call.arg(0);
    let length = value
        .as_str()
        .map(|text| characters(text).count())
        .or_else(|| value.items().map(<[Value]>::len))
        .or_else(|| value.entries().map(BTreeMap::len));
    match length {
        Some(length) => Ok(sequence::count(length)),
        None => Err(FunctionError::argument(
            0,
            format!("A string, a list, a set or a map is needed, not {}.", value.type_of().phrase()),
        )),
    }
}

fn lookup(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let key = call.str(1);
    let default = match call.args() {
        [_, _] => None,
        [_, _, default] => Some(default),
        _ => {
            return Err(FunctionError::argument(
                3,
                "At most three arguments are taken: map, key and default.",
            ));
        }
    };
    let found = entries(call, 0)?.get(key).cloned();
    match (found, default, call.arg(0).kind()) {
        (Some(found), None, _) => Ok(found),
        (found, Some(default), Kind::Map(mapping)) => {
            let default = convert(default, &mapping.element).map_err(|error| {
                FunctionError::argument(
                    2,
                    format!("The default must be of the type of the map's elements: {error}."),
                )
            })?;
            Ok(found.unwrap_or(default))
        }
        (found, Some(default), _) => Ok(found.unwrap_or_else(|| default.clone())),
        (None, None, _) => {
            Err(FunctionError::argument(1, format!("There is no key {key:?}, and no default is given.")))
        }
    }
}

fn merge(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let mut merged = Entries::new();
    let mut types: Vec<Type> = Vec::new();
    // After a null without a type the types of other nulls do not count.
    let mut is_open = false;
    for index in 0..call.args().len() {
        match call.arg(index).kind() {
            Kind::Null(Type::Any) => is_open = true,
            Kind::Null(Type::Map(_) | Type::Object(_)) => {}
            Kind::Null(_) if is_open => {}
            _ => {
                let more = entries(call, index)?;
                merged.extend(more.iter().map(|(key, value)| (key.clone(), value.clone())));
                types.push(call.arg(index).type_of());
            }
        }
    }
    types.dedup();
    Ok(match types.as_slice() {
        [Type::Map(element)] => Value::map((**element).clone(), merged),
        _ => Value::object(merged),
    })
}

fn transpose(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let mut transposed: BTreeMap<Arc<str>, Vec<&str>> = BTreeMap::new();
    for (key, list) in call.entries(0) {
        let list = list
            .items()
            .ok_or_else(|| FunctionError::argument(0, format!("The list of {key:?} is null.")))?;
        for item in list {
            let item = item.as_str().ok_or_else(|| {
                FunctionError::argument(0, format!("The list of {key:?} has a null, which cannot be a key."))
            })?;
            transposed.entry(item.into()).or_default().push(key);
        }
    }
    let lists = transposed.into_iter().map(|(key, list)| (key, Value::strings(list))).collect();
    Ok(Value::map(Type::list(Type::String), lists))
}

fn zipmap(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let values = ordered(call, 1)?;
    let keys = call.items(0);
    if keys.len() != values.len() {
        return Err(FunctionError::argument(
            1,
            format!(
                "As many values as keys are needed: there are {} keys and {} values.",
                keys.len(),
                values.len()
            ),
        ));
    }
    let mut zipped = Entries::new();
    for (index, (key, value)) in keys.iter().zip(values).enumerate() {
        let key = key.as_str().ok_or_else(|| {
            FunctionError::argument(0, format!("Element {index} is null, which cannot be a key."))
        })?;
        zipped.insert(key.into(), value.clone());
    }
    Ok(match call.arg(1).kind() {
        Kind::List(list) => Value::map(list.element.clone(), zipped),
        _ => Value::object(zipped),
    })
}
