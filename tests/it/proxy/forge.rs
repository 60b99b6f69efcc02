//! True replies, changed.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::proxy::server::{Call, Reply};

pub(crate) struct Forged {
    pub body: Vec<u8>,
    /// Well-formed, of the right place, and false.
    pub is_lie: bool,
}

/// Fields without which a row says nothing.
const NEEDED: [&str; 11] = [
    "resourceShareArn",
    "name",
    "status",
    "allowExternalPrincipals",
    "associatedEntity",
    "associationType",
    "external",
    "permissionVersion",
    "sourceId",
    "Id",
    "Arn",
];

fn rows_of(body: &Map<String, Value>) -> Option<(&String, &Vec<Value>)> {
    body.iter().find_map(|(key, value)| Some((key, value.as_array()?)))
}

/// Whether a reply is a list that is not empty: put in the place of another reply it says something that can be checked.
pub(crate) fn has_rows(body: &[u8]) -> bool {
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(object)) => rows_of(&object).is_some_and(|(_, rows)| !rows.is_empty()),
        _ => false,
    }
}

/// The same page with another token.
pub(crate) fn with_token(body: &[u8], token: &str) -> Option<Vec<u8>> {
    let Ok(Value::Object(mut object)) = serde_json::from_slice(body) else { return None };
    let (list, _) = rows_of(&object)?;
    let name = if list.starts_with(char::is_uppercase) { "NextToken" } else { "nextToken" };
    object.insert(name.to_owned(), json!(token));
    Some(Value::Object(object).to_string().into_bytes())
}

pub(crate) fn forge(seed: u64, reply: &Reply, call: &Call) -> Forged {
    let mut rng = Rng::with_seed(seed);
    match serde_json::from_slice(&reply.body) {
        Ok(Value::Object(object)) => json_forged(&mut rng, object, call),
        _ => xml_forged(&mut rng, &reply.body),
    }
}

fn honest(body: impl ToString) -> Forged {
    Forged { body: body.to_string().into_bytes(), is_lie: false }
}

fn lie(body: impl ToString) -> Forged {
    Forged { body: body.to_string().into_bytes(), is_lie: true }
}

fn json_forged(rng: &mut Rng, mut object: Map<String, Value>, call: &Call) -> Forged {
    let list = rows_of(&object).map(|(key, _)| key.clone());
    let text = Value::Object(object.clone()).to_string();
    let writes = !call.reads();
    let Some(list) = list.filter(|_| !writes) else {
        // One object, or the reply to a write.
        return match rng.u8(..5) {
            0 => honest(json!({})),
            1 => honest(Value::Object(object.into_iter().map(|(key, _)| (key, Value::Null)).collect())),
            2 => honest(Value::Object(object.into_iter().map(|(key, _)| (key, json!([7]))).collect())),
            3 => honest(format!("{text}{text}")),
            _ => lie(flipped(rng, &text)),
        };
    };
    let mut rows = object[&list].as_array().cloned().expect("a list");
    let row = (!rows.is_empty()).then(|| rng.usize(..rows.len()));
    let put = |object: &mut Map<String, Value>, rows: Vec<Value>| {
        object.insert(list.clone(), Value::Array(rows));
    };
    match (rng.u8(..16), row) {
        (0, _) => {
            object.remove(&list);
        }
        (1, _) => {
            object.insert(list.clone(), Value::Null);
        }
        (2, _) => {
            let wrong = [json!({}), json!("none"), json!(7), json!(true), json!([[]]), json!([null])];
            object.insert(list.clone(), wrong[rng.usize(..wrong.len())].clone());
        }
        (3, _) => return honest(format!("{},\"{list}\":[]}}", text.strip_suffix('}').expect("an object"))),
        (4, _) => {
            let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
            return honest(format!("{},\"more\":{deep}}}", text.strip_suffix('}').expect("an object")));
        }
        (5, _) => {
            return honest(format!("{},\"more\":1e99999}}", text.strip_suffix('}').expect("an object")));
        }
        (6, Some(at)) => {
            let again = rows[at].clone();
            rows.insert(rng.usize(..=rows.len()), again);
            put(&mut object, rows);
        }
        (7 | 8, Some(_)) => {
            rng.shuffle(&mut rows);
            put(&mut object, rows);
        }
        (9, Some(at)) if call_is_ram(&list) => {
            let other =
                rows[at].to_string().replace("222222222222:resource-share", "333333333333:resource-share");
            // A row without a share's ARN says nothing about the place.
            let other = other.replace("222222222222:permission", "333333333333:permission");
            rows[at] = serde_json::from_str(&other).expect("still JSON");
            put(&mut object, rows);
        }
        (10, Some(at)) if call_is_ram(&list) => {
            let other = rows[at].to_string().replace("ram:eu-central-1:", "ram:us-west-2:");
            rows[at] =
                serde_json::from_str(&other.replace("ram:us-east-1:", "ram:us-west-2:")).expect("still JSON");
            put(&mut object, rows);
        }
        (11 | 12, Some(at)) => {
            let fields =
                rows[at].as_object().map(|row| row.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
            let needed: Vec<String> =
                fields.into_iter().filter(|key| NEEDED.contains(&key.as_str())).collect();
            // A permission's own name and status, and a root's ARN, are not read.
            let unread = ["permissions", "Roots"].contains(&list.as_str());
            if let (Some(key), false) = (needed.get(rng.usize(..needed.len().max(1))), unread) {
                let row = rows[at].as_object_mut().expect("a row");
                match rng.u8(..3) {
                    0 => row.remove(key),
                    1 => row.insert(key.clone(), Value::Null),
                    _ => row.insert(key.clone(), json!({ "a": [1] })),
                };
                put(&mut object, rows);
            }
        }
        (13, Some(at)) => {
            // Text that somebody may have chosen.
            let text =
                ["\u{0}", "\u{202e}", "🦀", "\u{1b}[2J", &"x".repeat(100_000)][rng.usize(..5)].to_owned();
            if let Some(row) = rows[at].as_object_mut() {
                row.insert("name".to_owned(), json!(text));
            }
            put(&mut object, rows);
            return lie(Value::Object(object));
        }
        _ => return lie(flipped(rng, &text)),
    }
    honest(Value::Object(object))
}

fn call_is_ram(list: &str) -> bool {
    list.starts_with(char::is_lowercase)
}

/// One byte is another one.
fn flipped(rng: &mut Rng, text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    if !bytes.is_empty() {
        let at = rng.usize(..bytes.len());
        bytes[at] = rng.u8(32..127);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn xml_forged(rng: &mut Rng, body: &[u8]) -> Forged {
    let text = String::from_utf8_lossy(body).into_owned();
    let tags: Vec<usize> = text.match_indices('<').map(|(at, _)| at).collect();
    if tags.len() < 3 {
        return honest(text);
    }
    let (a, b) = (tags[rng.usize(..tags.len())], tags[rng.usize(..tags.len())]);
    match rng.u8(..4) {
        0 => lie(format!("{}{}", &text[..a.min(b)], &text[a.max(b)..])),
        1 => honest(&text[..a]),
        2 => lie(flipped(rng, &text)),
        _ => lie(text.replace("222222222222", "333333333333")),
    }
}
