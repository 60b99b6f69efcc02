//! YAML, read as Terraform reads it: one document, YAML 1.1's words for bools, mapping keys that are strings.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use crate::lang::functions::moment::Moment;
use crate::lang::value::{Entries, Number, Value};

/// Deepest nesting of one text.
const MAX_DEPTH: usize = 64;
/// Largest value of one text, as `Value::bytes` measures; aliases count each time.
const MAX_BYTES: usize = 64 << 20;

pub(crate) fn decode(text: &str) -> Result<Value, String> {
    let mut builder = Builder::default();
    let length = text.chars().count();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let at = error.marker();
            format!("This is not valid YAML: {} (line {}, column {}).", error.info(), at.line(), at.col() + 1)
        })?;
        builder.cut_end = span.end.index() >= length && !text.ends_with(['\n', '\r']);
        builder.take(event).map_err(|message| {
            let (message, at) = (message.trim_end_matches('.'), span.start);
            format!("{message} (line {}, column {}).", at.line(), at.col() + 1)
        })?;
    }
    builder.document.ok_or_else(|| "The text has no YAML document.".to_owned())
}

/// Puts values together from the parser's events.
#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: BTreeMap<usize, Value>,
    document: Option<Value>,
    bytes: usize,
    /// Whether a block of text ends here, with the text as a whole and without a line break.
    cut_end: bool,
}

/// A collection whose end has not come yet.
enum Open {
    Sequence { anchor: usize, items: Vec<Value> },
    Mapping { anchor: usize, entries: Entries, merged: Entries, key: Option<Key> },
}

enum Key {
    Text(String),
    /// `<<`
    Merge,
}

/// A finished node.
struct Node {
    value: Value,
    anchor: usize,
    /// A plain `<<`.
    merges: bool,
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) if self.document.is_some() => {
                Err("A second document follows; only one is read.".into())
            }
            Event::DocumentStart(_) => Ok(()),
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned();
                let value = value.ok_or("An alias stands inside the value that it refers to.")?;
                self.finish(Node { value, anchor: 0, merges: false })
            }
            Event::Scalar(mut text, style, anchor, tag) => {
                if self.cut_end
                    && matches!(style, ScalarStyle::Literal | ScalarStyle::Folded)
                    && let Some(cut) = text.strip_suffix('\n')
                {
                    text = cut.to_owned().into();
                }
                let merges = tag.is_none() && text == "<<";
                let value = scalar(&text, style == ScalarStyle::Plain, tag.as_deref())?;
                self.finish(Node { value, anchor, merges })
            }
            Event::SequenceStart(anchor, tag) => {
                collection_tag(tag.as_deref(), "seq")?;
                self.open(Open::Sequence { anchor, items: Vec::new() })
            }
            Event::MappingStart(anchor, tag) => {
                collection_tag(tag.as_deref(), "map")?;
                self.open(Open::Mapping {
                    anchor,
                    entries: Entries::new(),
                    merged: Entries::new(),
                    key: None,
                })
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let node = match self.open.pop().expect("the parser ends only what it started") {
                    Open::Sequence { anchor, items } => {
                        Node { value: Value::tuple(items), anchor, merges: false }
                    }
                    Open::Mapping { anchor, entries, mut merged, .. } => {
                        merged.extend(entries);
                        Node { value: Value::object(merged), anchor, merges: false }
                    }
                };
                self.finish(node)
            }
        }
    }

    fn open(&mut self, open: Open) -> Result<(), String> {
        if self.open.len() == MAX_DEPTH {
            return Err(format!("The text is nested deeper than {MAX_DEPTH} levels."));
        }
        self.open.push(open);
        Ok(())
    }

    fn finish(&mut self, node: Node) -> Result<(), String> {
        let Node { value, anchor, merges } = node;
        self.bytes = self.bytes.saturating_add(value.bytes());
        // A collection's bytes have those of its parts in them again: once for each level, which the depth bounds.
        if self.bytes > MAX_BYTES * 8 || value.bytes() > MAX_BYTES {
            return Err("The value grows too large; aliases are counted each time.".into());
        }
        if value.depth() > MAX_DEPTH {
            return Err(format!("The value is nested deeper than {MAX_DEPTH} levels."));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        match self.open.last_mut() {
            None => self.document = Some(value),
            Some(Open::Sequence { items, .. }) => items.push(value),
            Some(Open::Mapping { entries, merged, key, .. }) => match key.take() {
                None if merges => *key = Some(Key::Merge),
                None => *key = Some(Key::Text(key_text(&value)?)),
                Some(Key::Text(name)) => {
                    entries.insert(name.as_str().into(), value);
                }
                Some(Key::Merge) => {
                    let from = value.entries().ok_or("Only a mapping can be merged with `<<`.")?;
                    merged.extend(from.iter().map(|(key, value)| (key.clone(), value.clone())));
                }
            },
        }
        Ok(())
    }
}

fn key_text(value: &Value) -> Result<String, String> {
    if let Some(text) = value.as_str() {
        return Ok(text.to_owned());
    }
    if let Some(number) = value.as_number() {
        return Ok(number.to_string());
    }
    match value.as_bool() {
        Some(flag) => Ok(flag.to_string()),
        None => Err("A key must be a string, a number or a bool.".into()),
    }
}

fn collection_tag(tag: Option<&Tag>, wanted: &str) -> Result<(), String> {
    match tag {
        None => Ok(()),
        Some(tag) if core_type(tag) == Some(wanted) => Ok(()),
        Some(tag) => Err(format!("The tag {tag} is not supported here.")),
    }
}

/// The type that a tag names: `!!str`, or `!<tag:yaml.org,2002:str>` in full.
fn core_type(tag: &Tag) -> Option<&str> {
    if tag.is_yaml_core_schema() {
        Some(&tag.suffix)
    } else {
        tag.suffix.strip_prefix("tag:yaml.org,2002:").filter(|_| tag.handle.is_empty())
    }
}

fn scalar(text: &str, plain: bool, tag: Option<&Tag>) -> Result<Value, String> {
    let untagged = if plain { resolve(text)? } else { Value::string(text) };
    let Some(tag) = tag else { return Ok(untagged) };
    let unsupported = || Err(format!("The tag {tag} is not supported."));
    let Some(kind) = core_type(tag) else { return unsupported() };
    // What stands in quotes is a string, whatever its tag says.
    if !plain && matches!(kind, "int" | "float" | "bool" | "null") {
        return Ok(Value::string(text));
    }
    let resolved = resolve(text)?;
    let fits = match kind {
        "str" | "binary" => return Ok(Value::string(text)),
        "int" => resolved.as_number().is_some_and(Number::is_integer),
        "float" => resolved.as_number().is_some(),
        "bool" => resolved.as_bool().is_some(),
        "null" => return Ok(Value::null()),
        "timestamp" => return timestamp(text).ok_or_else(|| format!("{text:?} is no timestamp.")),
        _ => return unsupported(),
    };
    if fits { Ok(resolved) } else { Err(format!("{text:?} is not of the type {tag}.")) }
}

/// What a scalar without quotes is.
fn resolve(text: &str) -> Result<Value, String> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::null(),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Value::bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Value::bool(false)
        }
        _ => match number(text)? {
            Some(number) => Value::number(number),
            None => timestamp(text).unwrap_or_else(|| Value::string(text)),
        },
    })
}

fn number(text: &str) -> Result<Option<Number>, String> {
    let (sign, digits) = match text.as_bytes() {
        [b'-', ..] => ("-", &text[1..]),
        [b'+', ..] => ("", &text[1..]),
        _ => ("", text),
    };
    if matches!(digits, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN") {
        return Err(format!("{text} is no finite number."));
    }
    let in_base = |digits: &str, base: u32| {
        (!digits.is_empty() && digits.chars().all(|c| c.is_digit(base)))
            .then(|| num_bigint::BigInt::parse_bytes(format!("{sign}{digits}").as_bytes(), base))
            .flatten()
            .map(Number::from_bigint)
    };
    // Numbers of other bases have no sign.
    if let Some(hex) = text.strip_prefix("0x") {
        return Ok(in_base(hex, 16));
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return Ok(in_base(octal, 8));
    }
    let mantissa = digits.split(['e', 'E']).next().unwrap_or_default();
    if !mantissa.bytes().any(|b| b.is_ascii_digit())
        || !digits.bytes().all(|b| b"0123456789.eE+-".contains(&b))
    {
        return Ok(None);
    }
    Ok(Number::parse(&format!("{sign}{digits}")))
}

/// A date, or a date and time, in RFC 3339 with whole seconds.
fn timestamp(text: &str) -> Option<Value> {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |part: &str, low: usize, high: usize| {
        (low..=high).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    if parts.next().is_some() || !digits(year, 4, 4) || !digits(month, 1, 2) || !digits(day, 1, 2) {
        return None;
    }
    let time = match time {
        None => "00:00:00Z".to_owned(),
        Some(time) if time.ends_with('Z') || time.contains(['+', '-']) => time.trim_start().to_owned(),
        Some(time) => format!("{time}Z"),
    };
    let moment = Moment::parse(&format!("{year}-{month:0>2}-{day:0>2}T{time}")).ok()?;
    Some(Value::string(moment.to_string()))
}
