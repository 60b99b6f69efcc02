//! A document that does not say what one of ramctl's says, and the reading of the texts in it.

use jiff::Timestamp;

use crate::model::IdError;

/// A text of the document that is not what it has to be there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {expected}")]
pub struct Malformed {
    /// Foreign text, cut to a length that can be printed.
    pub text: String,
    pub expected: String,
}

impl Malformed {
    pub fn new(text: &str, expected: impl Into<String>) -> Self {
        Self { text: text.chars().take(200).collect(), expected: expected.into() }
    }
}

impl From<IdError> for Malformed {
    fn from(error: IdError) -> Self {
        Self::new(&error.text, error.expected)
    }
}

/// An id in its one form.
pub(crate) fn id<T>(text: &str, parse: impl Fn(&str) -> Result<T, IdError>) -> Result<T, Malformed> {
    Ok(parse(text)?)
}

/// Many ids.
pub(crate) fn ids<T, C: FromIterator<T>>(
    texts: &[String],
    parse: impl Fn(&str) -> Result<T, IdError>,
) -> Result<C, Malformed> {
    texts.iter().map(|text| id(text, &parse)).collect()
}

pub(crate) fn time(text: &str) -> Result<Timestamp, Malformed> {
    text.parse().map_err(|_| Malformed::new(text, "a time"))
}

pub(crate) fn times(text: Option<&str>) -> Result<Option<Timestamp>, Malformed> {
    text.map(time).transpose()
}

/// What has to be there where another part of the document says so.
pub(crate) fn needed<'a, T>(value: &'a Option<T>, what: &str) -> Result<&'a T, Malformed> {
    value.as_ref().ok_or_else(|| Malformed::new("null", what))
}
