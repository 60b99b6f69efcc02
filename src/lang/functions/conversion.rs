//! Conversions between types, and the marks of sensitive values.

use crate::lang::functions::call::Call;
use crate::lang::functions::row::{Accepts, Body, Example, Function, FunctionError, Group, Param};
use crate::lang::value::{Type, Value, convert};

const fn row(
    name: &'static str,
    signature: &'static str,
    body: fn(&mut Call<'_>) -> Result<Value, FunctionError>,
) -> Function {
    Function::new(Group::Conversion, name, signature, Body::Eager(body)).takes(&[VALUE])
}

const VALUE: Param = Param::nullable("value", Accepts::Any);

pub(crate) static FUNCTIONS: &[Function] = &[
    Function::new(Group::Conversion, "can", "can(expression)", Body::Lazy)
        .doc("Whether an expression has a value; false where its evaluation fails.")
        .takes(&[VALUE])
        .shows(&[Example::new(r#"can(tonumber("x"))"#, "false"), Example::new("can(1 + 1)", "true")]),
    Function::new(Group::Conversion, "convert", "convert(value, type)", Body::Lazy)
        .doc("The value as a value of a type, which is written as in a variable: `list(string)`, `object({ a = optional(number) })`.")
        .takes(&[VALUE, Param::new("type", Accepts::Any)])
        .shows(&[Example::new(r#"convert(["1", 2], list(number))"#, "[1, 2]")]),
    row("ephemeralasnull", "ephemeralasnull(value)", |call| Ok(call.arg(0).clone()))
        .doc("The value, its ephemeral parts null. Nothing is ephemeral here, so it is the value.")
        .keeps_marks()
        .shows(&[Example::new(r#"ephemeralasnull("x")"#, r#""x""#)]),
    row("issensitive", "issensitive(value)", |call| Ok(Value::bool(call.arg(0).is_sensitive())))
        .doc("Whether a value is marked sensitive.")
        .keeps_marks()
        .shows(&[Example::new(r#"issensitive(sensitive("x"))"#, "true"), Example::new("issensitive(1)", "false")]),
    row("nonsensitive", "nonsensitive(value)", |call| Ok(call.arg(0).without_own_mark()))
        .doc("The value without its mark, so that it may be shown. Use it only where the value gives no secret away.")
        .keeps_marks()
        .shows(&[Example::new(r#"nonsensitive(sensitive("x"))"#, r#""x""#)]),
    row("sensitive", "sensitive(value)", |call| Ok(call.arg(0).clone().marked(true)))
        .doc("The value marked sensitive: it is never shown, nor is what is computed from it.")
        .keeps_marks()
        .shows(&[Example::new(r#"nonsensitive(sensitive([1, 2]))"#, "[1, 2]")]),
    row("tobool", "tobool(value)", |call| to(call, &Type::Bool))
        .doc("The value as a bool: `true`, `false`, and the strings \"true\" and \"false\".")
        .shows(&[Example::new(r#"tobool("true")"#, "true")]),
    row("tolist", "tolist(value)", |call| to(call, &Type::list(Type::Any)))
        .doc("The value as a list, its elements brought to one type.")
        .shows(&[Example::new(r#"tolist(["a", 1])"#, r#"["a", "1"]"#)]),
    row("tomap", "tomap(value)", |call| to(call, &Type::map(Type::Any)))
        .doc("The value as a map, its elements brought to one type.")
        .shows(&[Example::new(r#"tomap({ a = "foo", b = true })"#, r#"{"a": "foo", "b": "true"}"#)]),
    row("tonumber", "tonumber(value)", |call| to(call, &Type::Number))
        .doc("The value as a number: a number, or a string in decimal notation.")
        .shows(&[Example::new(r#"tonumber("1.50")"#, "1.5")]),
    row("toset", "toset(value)", |call| to(call, &Type::set(Type::Any)))
        .doc("The value as a set: its elements brought to one type, each once and in no order.")
        .shows(&[Example::new(r#"toset(["c", "b", "b"])"#, r#"["b", "c"]"#)]),
    row("tostring", "tostring(value)", |call| to(call, &Type::String))
        .doc("The value as a string: a string, a number or a bool.")
        .shows(&[Example::new("tostring(1.0)", r#""1""#), Example::new("tostring(true)", r#""true""#)]),
    Function::new(Group::Conversion, "try", "try(expressions...)", Body::Lazy)
        .doc("The value of the first expression whose evaluation does not fail.")
        .and_any(VALUE)
        .shows(&[Example::new(r#"try(tonumber("x"), "fallback")"#, r#""fallback""#)]),
    row("type", "type(value)", |call| Ok(Value::string(call.arg(0).type_of().to_string())))
        .doc("The type of a value, as a constraint of a variable is written.")
        .shows(&[
            Example::new(r#"type("a")"#, r#""string""#),
            Example::new(r#"type(tolist(["a"]))"#, r#""list(string)""#),
        ]),
];

fn to(call: &Call<'_>, want: &Type) -> Result<Value, FunctionError> {
    convert(call.arg(0), want).map_err(|error| {
        FunctionError::argument(0, format!("This does not convert to {}: {error}.", want.phrase()))
    })
}
