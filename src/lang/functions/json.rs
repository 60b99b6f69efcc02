//! JSON, read and written as Terraform does: numbers exact, keys sorted, `<`, `>` and `&` escaped.

use std::fmt::Write;

use crate::lang::functions::bounds;
use crate::lang::functions::call::Call;
use crate::lang::functions::row::FunctionError;
use crate::lang::value::{Kind, Number, Value};

pub(crate) fn jsonencode(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    encode(call.arg(0)).map(Value::string).map_err(|message| FunctionError::argument(0, message))
}

pub(crate) fn jsondecode(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let values = bounds::values_in(call.str(0), b",:[{")?;
    call.needs_values(values)?;
    decode(call.str(0)).map_err(|message| FunctionError::argument(0, message))
}

/// A value as JSON in one line; a message if it holds what JSON has no form for.
pub(crate) fn encode(value: &Value) -> Result<String, String> {
    let mut out = String::new();
    write_value(&mut out, value)?;
    Ok(out)
}

fn write_value(out: &mut String, value: &Value) -> Result<(), String> {
    match value.kind() {
        Kind::Null(_) => out.push_str("null"),
        Kind::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Kind::Number(number) => out.push_str(&number.to_string()),
        Kind::String(text) => write_quoted(out, text),
        Kind::List(_) | Kind::Set(_) | Kind::Tuple(_) => {
            let mut before = '[';
            for item in value.items().unwrap_or_default() {
                out.push(before);
                write_value(out, item)?;
                before = ',';
            }
            out.push_str(if before == '[' { "[]" } else { "]" });
        }
        Kind::Map(_) | Kind::Object(_) => {
            let mut before = '{';
            for (key, item) in value.entries().into_iter().flatten() {
                out.push(before);
                write_quoted(out, key);
                out.push(':');
                write_value(out, item)?;
                before = ',';
            }
            out.push_str(if before == '{' { "{}" } else { "}" });
        }
        Kind::Symbol(symbol) => {
            return Err(format!(
                "{} is {}, which is settled when the plan is made and has no text.",
                symbol.written(),
                symbol.kind().phrase()
            ));
        }
    }
    Ok(())
}

/// A JSON string with its quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::new();
    write_quoted(&mut out, text);
    out
}

fn write_quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                write!(out, "\\u{:04x}", u32::from(c)).expect("writing to a String cannot fail");
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}

/// Arrays become tuples, objects objects.
pub(crate) fn decode(text: &str) -> Result<Value, String> {
    let json: serde_json::Value =
        serde_json::from_str(text).map_err(|error| format!("This is not valid JSON: {error}."))?;
    read_value(&json)
}

fn read_value(json: &serde_json::Value) -> Result<Value, String> {
    Ok(match json {
        serde_json::Value::Null => Value::null(),
        serde_json::Value::Bool(flag) => Value::bool(*flag),
        serde_json::Value::Number(number) => {
            let written = number.to_string();
            Number::parse(&written).map(Value::number).ok_or_else(|| {
                format!("The number {written} is out of the range that ramctl computes with.")
            })?
        }
        serde_json::Value::String(text) => Value::string(text),
        serde_json::Value::Array(items) => {
            Value::tuple(items.iter().map(read_value).collect::<Result<_, _>>()?)
        }
        serde_json::Value::Object(entries) => Value::object(
            entries
                .iter()
                .map(|(key, item)| Ok((Value::string(key), read_value(item)?)))
                .map(|entry| entry.map(|(key, item)| (key.as_str().unwrap_or_default().into(), item)))
                .collect::<Result<_, String>>()?,
        ),
    })
}
