//! What a plan document says and does not have to: everything that follows from the changes in it.

use std::fmt;

use serde_json::Value;

/// How many places are told.
const TOLD: usize = 3;

/// Values longer than this are cut.
const LONGEST: usize = 80;

/// Places of a document that do not say what follows from the rest of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Underived {
    places: Vec<Place>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    path: String,
    says: String,
    follows: String,
}

impl Underived {
    /// The first places in which the first document is not the second, which was made from it.
    pub(super) fn between(found: &Value, derived: &Value) -> Self {
        let mut places = Vec::new();
        compare(String::new(), found, derived, &mut places);
        Self { places }
    }
}

fn compare(path: String, found: &Value, derived: &Value, places: &mut Vec<Place>) {
    if found == derived || places.len() == TOLD {
        return;
    }
    match (found, derived) {
        (Value::Object(found), Value::Object(derived)) if found.keys().eq(derived.keys()) => {
            for (key, value) in found {
                // The digest is over all the rest.
                if !(path.is_empty() && key == "digest") {
                    let dot = if path.is_empty() { "" } else { "." };
                    compare(format!("{path}{dot}{}", key.escape_debug()), value, &derived[key], places);
                }
            }
        }
        (Value::Array(found), Value::Array(derived)) if found.len() == derived.len() => {
            for (at, (value, other)) in found.iter().zip(derived).enumerate() {
                compare(format!("{path}[{at}]"), value, other, places);
            }
        }
        _ => places.push(Place { path, says: short(found), follows: short(derived) }),
    }
}

/// A value on one line, with nothing in it that a terminal obeys.
fn short(value: &Value) -> String {
    let text = match value {
        Value::String(text) => format!("{text:?}"),
        Value::Array(values) => match values.len() {
            1 => "1 element".to_owned(),
            n => format!("{n} elements"),
        },
        Value::Object(_) => value.to_string().escape_debug().to_string().replace("\\\"", "\""),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    };
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

impl fmt::Display for Underived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Place { path, says, follows }) in self.places.iter().enumerate() {
            let and = if at > 0 { "; " } else { "" };
            write!(f, "{and}{path} is {says}, and {follows} follows from the changes in the file")?;
        }
        Ok(())
    }
}
