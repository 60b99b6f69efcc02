//! Bounds on what one call may make, checked before it is made. The evaluator's own limits are checked on the result.

use crate::lang::functions::row::FunctionError;

/// Longest text: what the largest value that the evaluator lets through can hold.
const MAX_TEXT: usize = 64 << 20;
/// Most elements.
const MAX_ITEMS: usize = 1 << 20;

/// Whether a text of so many bytes may be made.
pub(crate) fn text(bytes: usize) -> Result<(), FunctionError> {
    match bytes {
        0..=MAX_TEXT => Ok(()),
        _ => Err(FunctionError::call(format!("The text would be longer than {} MiB.", MAX_TEXT >> 20))),
    }
}

/// Whether a collection of so many elements may be made.
pub(crate) fn items(count: usize) -> Result<(), FunctionError> {
    match count {
        0..=MAX_ITEMS => Ok(()),
        _ => Err(FunctionError::call(format!("There would be more than {MAX_ITEMS} elements."))),
    }
}

/// Whether a text may be read that has values between these characters: there are no more of them than of the characters, which are counted.
pub(crate) fn values_in(text: &str, between: &[u8]) -> Result<usize, FunctionError> {
    let count = text.bytes().filter(|byte| between.contains(byte)).count();
    items(count).map(|()| count)
}
