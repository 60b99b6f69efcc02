//! Values from and to JSON, numbers exact.

use std::str::FromStr;

use serde_json::Value as Json;

use crate::lang::value::data::{Kind, Value, nfc};
use crate::lang::value::number::Number;

/// A JSON document as HCL reads it: arrays are tuples, objects are objects. None where a number is out of range.
pub fn from_json(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => Value::null(),
        Json::Bool(flag) => Value::bool(*flag),
        Json::Number(number) => Value::number(Number::parse(&number.to_string())?),
        Json::String(text) => Value::string(text),
        Json::Array(items) => Value::tuple(items.iter().map(from_json).collect::<Option<_>>()?),
        Json::Object(entries) => Value::object(
            entries.iter().map(|(key, value)| Some((nfc(key), from_json(value)?))).collect::<Option<_>>()?,
        ),
    })
}

/// A value as JSON: sets are sorted arrays, symbols are strings as they are written in HCL.
///
/// Marks are not looked at: a caller that shows the result takes care of [`Value::holds_sensitive`].
pub fn to_json(value: &Value) -> Json {
    match value.kind() {
        Kind::Null(_) => Json::Null,
        Kind::Bool(flag) => Json::Bool(*flag),
        Kind::Number(number) => {
            Json::Number(serde_json::Number::from_str(&number.to_string()).expect("a decimal number is JSON"))
        }
        Kind::String(text) => Json::String(text.to_string()),
        Kind::List(_) | Kind::Set(_) | Kind::Tuple(_) => {
            Json::Array(value.items().into_iter().flatten().map(to_json).collect())
        }
        Kind::Map(_) | Kind::Object(_) => Json::Object(
            value
                .entries()
                .into_iter()
                .flatten()
                .map(|(key, value)| (key.to_string(), to_json(value)))
                .collect(),
        ),
        Kind::Symbol(symbol) => Json::String(symbol.written()),
    }
}

/// As [`to_json`], for output: what is sensitive is not shown.
pub fn shown_json(value: &Value) -> Json {
    if value.is_sensitive() {
        return Json::String("(sensitive value)".to_owned());
    }
    if let Some(items) = value.items() {
        return Json::Array(items.iter().map(shown_json).collect());
    }
    if let Some(entries) = value.entries() {
        return Json::Object(
            entries.iter().map(|(key, value)| (key.to_string(), shown_json(value))).collect(),
        );
    }
    to_json(value)
}
