//! What AWS really answered, from `../shared/recordings` where that folder is there: the core reads it without loss, and the sandbox
//! answers the same call in the same state in the same form. What the recordings teach is held by cases in `sandbox/` as well.

mod answers;
mod readers;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// A recorded reply as it is on the wire, and how far it is to be trusted.
struct Recording {
    file: String,
    body: Value,
}

impl Recording {
    /// Replies that came from AWS as they are; the rest are documentation samples, edited and older than today's API.
    fn is_flight_data(&self) -> bool {
        self.file.starts_with("c7n/")
    }
}

/// All recordings; `None` where the folder is not there.
#[expect(clippy::disallowed_macros, reason = "what is skipped is said")]
fn recordings() -> Option<BTreeMap<String, Recording>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/recordings");
    if !folder.is_dir() {
        println!("skipped: there is no {}", folder.display());
        return None;
    }
    let mut all = BTreeMap::new();
    for source in ["c7n", "cli-samples"] {
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(folder.join(source)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for path in files {
            let file = format!("{source}/{}", path.file_name().unwrap().to_str().unwrap());
            let text = std::fs::read_to_string(&path).unwrap();
            let body = wire_form(serde_json::from_str(&text).unwrap());
            all.insert(file.clone(), Recording { file, body });
        }
    }
    assert!(all.len() > 60, "only {} recordings were found", all.len());
    Some(all)
}

/// Placebo wraps the reply and writes times as objects; the samples write some as text. On the wire they are numbers.
fn wire_form(value: Value) -> Value {
    match value {
        Value::Object(mut members) => {
            if let Some(data) = members.remove("data") {
                return wire_form(data);
            }
            if members.get("__class__") == Some(&json!("datetime")) {
                let part = |name: &str| members.get(name).and_then(Value::as_i64).unwrap_or(0);
                let date = jiff::civil::datetime(
                    part("year") as i16,
                    part("month") as i8,
                    part("day") as i8,
                    part("hour") as i8,
                    part("minute") as i8,
                    part("second") as i8,
                    part("microsecond") as i32 * 1_000,
                );
                let at = date.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
                return json!(at.as_millisecond() as f64 / 1_000.0);
            }
            members.remove("ResponseMetadata");
            Value::Object(members.into_iter().map(|(name, value)| (name, wire_form(value))).collect())
        }
        Value::Array(list) => list.into_iter().map(wire_form).collect(),
        Value::String(text) => match text.parse::<jiff::Timestamp>() {
            Ok(at) => json!(at.as_millisecond() as f64 / 1_000.0),
            Err(_) => Value::String(text),
        },
        other => other,
    }
}

/// Fails with every difference that no reason explains, and with every reason that explains nothing any more.
fn explain(differences: &[String], reasons: &[(&str, &str)]) {
    let unexplained: Vec<&String> = differences
        .iter()
        .filter(|difference| !reasons.iter().any(|(what, _)| difference.contains(what)))
        .collect();
    let idle: Vec<&str> = reasons
        .iter()
        .map(|(what, _)| *what)
        .filter(|what| !differences.iter().any(|difference| difference.contains(what)))
        .collect();
    assert!(
        unexplained.is_empty() && idle.is_empty(),
        "unexplained: {unexplained:#?}\nreasons for nothing: {idle:#?}"
    );
}
