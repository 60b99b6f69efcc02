//! What a reply must be before anything in it is believed.
//!
//! The SDK's parsers take what they know and pass over the rest. That is right for fields that a newer API adds, and wrong for a
//! reply that is damaged or forged: of two lists of the same name the last one would count, and a few megabytes of empty objects
//! would become gigabytes of rows.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Bytes of one reply. The largest that AWS can give is a page of 500 shares with 50 tags each, all of the greatest length: under
/// 30 MB. A real page measures kilobytes.
pub(crate) const LONGEST: usize = 32 << 20;

/// Bytes of all replies that are received at the same time.
pub(crate) const LONGEST_TOGETHER: usize = 4 * LONGEST;

/// JSON objects, or tags of XML, in one reply: 500 shares with 50 tags each are 26,000 objects, and 1,000 network interfaces about
/// 600,000 tags.
const MOST_OBJECTS: usize = 250_000;
const MOST_XML_TAGS: usize = 2_000_000;

/// A reply of success that is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UnreadableReply {
    #[error("the reply has more than {} MiB", LONGEST >> 20)]
    TooLong,
    #[error("the replies that are being received have more than {} MiB together", LONGEST_TOGETHER >> 20)]
    TooLongTogether,
    #[error("the reply has more parts than any reply of AWS")]
    TooManyParts,
    #[error("the reply is not the JSON that AWS writes: {0}")]
    Json(String),
}

/// Looks through the body of a reply. What is neither JSON object nor XML is left to whoever parses it: an empty body can be right,
/// and the metadata of an instance is plain text.
pub(crate) fn inspect(body: &[u8]) -> Result<(), UnreadableReply> {
    match body.trim_ascii_start().first() {
        Some(b'{') => inspect_json(body),
        Some(b'<') if body.iter().filter(|byte| **byte == b'<').count() > MOST_XML_TAGS => {
            Err(UnreadableReply::TooManyParts)
        }
        _ => Ok(()),
    }
}

/// The whole text is one value, no deeper than serde_json's limit of 128, and no object has a key twice.
fn inspect_json(body: &[u8]) -> Result<(), UnreadableReply> {
    let mut objects = 0;
    let mut reader = serde_json::Deserializer::from_slice(body);
    let read = Value { objects: &mut objects }.deserialize(&mut reader).and_then(|()| reader.end());
    match read {
        Ok(()) => Ok(()),
        Err(_) if objects > MOST_OBJECTS => Err(UnreadableReply::TooManyParts),
        Err(error) => Err(UnreadableReply::Json(error.to_string())),
    }
}

/// Any value, looked at and forgotten.
struct Value<'a> {
    objects: &'a mut usize,
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Value { objects: &mut *self.objects })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        *self.objects += 1;
        if *self.objects > MOST_OBJECTS {
            return Err(A::Error::custom("too many objects"));
        }
        let mut keys = BTreeSet::new();
        while let Some(key) = object.next_key::<String>()? {
            object.next_value_seed(Value { objects: &mut *self.objects })?;
            if !keys.insert(key) {
                return Err(A::Error::custom("an object has a key twice"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_of_aws_pass() {
        let deep = format!("{}{}", r#"{"a":["#.repeat(60), "]}".repeat(60));
        for body in [
            "",
            "{}",
            r#" {"resourceShares":[{"name":"\u00fc","creationTime":1.5e9,"n":-1,"on":true,"no":null}],"nextToken":null}"#,
            r#"{"n":123456789012345678901234567890.5,"m":1e400}"#,
            deep.as_str(),
            "<GetRoleResponse><GetRoleResult/></GetRoleResponse>",
            "ramctl-instance-role",
        ] {
            assert_eq!(inspect(body.as_bytes()), Ok(()), "{body}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_not_read() {
        for body in [
            r#"{"resourceShares":[{}],"resourceShares":[]}"#,
            r#"{"resourceShares":[{"status":"ACTIVE","status":"DELETED"}]}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"resourceShares":[]} {"resourceShares":[{}]}"#,
            r#"{"resourceShares":["#,
            r#"{"resourceShares":[],}"#,
            "{\"name\":\"\u{0}\"}",
            r#"{"name":"\ud800"}"#,
            &format!("{}{}", r#"{"a":["#.repeat(100), "]}".repeat(100)),
        ] {
            assert!(matches!(inspect(body.as_bytes()), Err(UnreadableReply::Json(_))), "{body}");
        }
        assert!(inspect(b"{\"name\":\"\xff\"}").is_err(), "not UTF-8");
    }

    #[test]
    fn more_parts_than_aws_gives_are_refused() {
        let objects = format!(r#"{{"resourceShares":[{{}}{}]}}"#, ",{}".repeat(MOST_OBJECTS));
        assert_eq!(inspect(objects.as_bytes()), Err(UnreadableReply::TooManyParts));
        let tags = "<a>".repeat(MOST_XML_TAGS + 1);
        assert_eq!(inspect(tags.as_bytes()), Err(UnreadableReply::TooManyParts));
    }
}
