//! Text in other forms: JSON, YAML, CSV, Base64, URLs.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::lang::functions::bounds;
use crate::lang::functions::call::Call;
use crate::lang::functions::charset::Charset;
use crate::lang::functions::row::{Accepts, Body, Example, Function, FunctionError, Group, Param};
use crate::lang::functions::{csv, json, yaml, yaml_text};
use crate::lang::value::{Entries, Field, Type, Value};

const fn row(
    name: &'static str,
    signature: &'static str,
    body: fn(&mut Call<'_>) -> Result<Value, FunctionError>,
) -> Function {
    Function::new(Group::Encoding, name, signature, Body::Eager(body))
}

const STRING: Param = Param::new("string", Accepts::String);
const VALUE: Param = Param::nullable("value", Accepts::Any);
const ENCODING: Param = Param::new("encoding", Accepts::String);

pub(crate) static FUNCTIONS: &[Function] = &[
    row("base64decode", "base64decode(string)", base64decode)
        .doc("The text that a Base64 string stands for. Bytes that are not UTF-8 are an error.")
        .takes(&[STRING])
        .shows(&[Example::new(r#"base64decode("SGVsbG8gV29ybGQ=")"#, r#""Hello World""#)]),
    row("base64encode", "base64encode(string)", |call| Ok(Value::string(STANDARD.encode(call.str(0)))))
        .doc("The UTF-8 bytes of a string in Base64.")
        .takes(&[STRING])
        .shows(&[Example::new(r#"base64encode("Hello World")"#, r#""SGVsbG8gV29ybGQ=""#)]),
    Function::new(
        Group::Encoding,
        "base64gzip",
        "base64gzip(string)",
        Body::Refused {
            reason: "The bytes of a gzip archive depend on the compressor and its version, so they would differ from Terraform's.",
            instead: "Use `base64encode`.",
        },
    )
    .doc("Not supported: compressed bytes are not the same everywhere.")
    .takes(&[STRING]),
    row("csvdecode", "csvdecode(string)", csvdecode)
        .doc("A list of objects of a CSV text, whose first line names the attributes.")
        .takes(&[STRING])
        .shows(&[Example::new(r#"csvdecode("a,b\n1,2\n")"#, r#"[{"a": "1", "b": "2"}]"#)]),
    row("jsondecode", "jsondecode(string)", json::jsondecode)
        .doc("The value of a JSON text. Numbers keep all their digits.")
        .takes(&[STRING])
        .shows(&[Example::new(r#"jsondecode("{\"hello\": [1, null]}")"#, r#"{"hello": [1, null]}"#)]),
    row("jsonencode", "jsonencode(value)", json::jsonencode)
        .doc("A value as JSON text. `<`, `>` and `&` are written as escapes.")
        .takes(&[VALUE])
        .shows(&[Example::new(r#"jsonencode({ hello = "world" })"#, r#""{\"hello\":\"world\"}""#)]),
    row("textdecodebase64", "textdecodebase64(source, encoding)", |call| {
        let charset = Charset::named(call.str(1)).map_err(|message| FunctionError::argument(1, message))?;
        let text = charset.decode(&decoded(call.str(0))?);
        text.map(Value::string).map_err(|message| FunctionError::argument(0, message))
    })
    .doc("The text that a Base64 string stands for in a character encoding: UTF-8, UTF-16, UTF-16LE, UTF-16BE, ISO-8859-1, US-ASCII or \
          windows-1252.")
    .takes(&[Param::new("source", Accepts::String), ENCODING])
    .shows(&[Example::new(r#"textdecodebase64("SABpAA==", "UTF-16LE")"#, r#""Hi""#)]),
    row("textencodebase64", "textencodebase64(string, encoding)", |call| {
        let charset = Charset::named(call.str(1)).map_err(|message| FunctionError::argument(1, message))?;
        let bytes = charset.encode(call.str(0)).map_err(|message| FunctionError::argument(0, message))?;
        Ok(Value::string(STANDARD.encode(bytes)))
    })
    .doc("A string in a character encoding (see `textdecodebase64`) as Base64.")
    .takes(&[STRING, ENCODING])
    .shows(&[Example::new(r#"textencodebase64("Hi", "UTF-16LE")"#, r#""SABpAA==""#)]),
    row("urlencode", "urlencode(string)", |call| {
        Ok(Value::string(utf8_percent_encode(call.str(0), KEPT_IN_QUERIES).to_string().replace("%20", "+")))
    })
    .doc("A string for the query of a URL.")
    .takes(&[STRING])
    .shows(&[Example::new(r#"urlencode("Hello World!")"#, r#""Hello+World%21""#)]),
    row("yamldecode", "yamldecode(string)", |call| {
        yaml::decode(call.str(0)).map_err(|message| FunctionError::argument(0, message))
    })
    .doc("The value of a YAML text of one document. Anchors, aliases and merge keys are followed; other tags than YAML's own are errors.")
    .takes(&[STRING])
    .shows(&[
        Example::new(r#"yamldecode("hello: world")"#, r#"{"hello": "world"}"#),
        Example::new(r#"yamldecode("{a: &foo [1, 2], b: *foo}")"#, r#"{"a": [1, 2], "b": [1, 2]}"#),
    ]),
    row("yamlencode", "yamlencode(value)", |call| {
        yaml_text::encode(call.arg(0)).map(Value::string).map_err(|message| FunctionError::argument(0, message))
    })
    .doc("A value as YAML text.")
    .takes(&[VALUE])
    .shows(&[Example::new(r#"yamlencode({ a = [1, "b"] })"#, r#""\"a\":\n- 1\n- \"b\"\n""#)]),
];

/// What Go's `url.QueryEscape` keeps, and the space that becomes a plus sign.
const KEPT_IN_QUERIES: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Bytes of standard Base64 with padding; line breaks are skipped.
fn decoded(source: &str) -> Result<Vec<u8>, FunctionError> {
    let joined: String = source.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    STANDARD
        .decode(joined)
        .map_err(|error| FunctionError::argument(0, format!("This is not valid Base64: {error}.")))
}

fn base64decode(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    String::from_utf8(decoded(call.str(0))?).map(Value::string).map_err(|_| {
        FunctionError::argument(0, "The decoded bytes are not UTF-8 text.")
            .help("Use `textdecodebase64` for text in another encoding.")
    })
}

fn csvdecode(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let cells = bounds::values_in(call.str(0), b",\n")?;
    call.needs_values(cells)?;
    let records = csv::records(call.str(0)).map_err(|message| FunctionError::argument(0, message))?;
    let Some((header, rows)) = records.split_first() else {
        return Err(FunctionError::argument(0, "The first line, which names the columns, is missing."));
    };
    let header: Vec<Arc<str>> = header.iter().map(|name| Arc::from(name.as_str())).collect();
    let mut seen = BTreeSet::new();
    if let Some(twice) = header.iter().find(|name| !seen.insert(*name)) {
        return Err(FunctionError::argument(0, format!("Two columns are named {twice:?}.")));
    }
    let objects = rows.iter().map(|row| {
        let entries: Entries = header.iter().cloned().zip(row.iter().map(Value::string)).collect();
        Value::object(entries)
    });
    let objects = objects.collect();
    let fields = header.into_iter().map(|name| (name, Field::required(Type::String)));
    Ok(Value::list(Type::object(fields), objects))
}
