//! The word on a stack whose files are sound, as text.

use std::fmt;

use crate::render::escape::escape;
use crate::render::parts;

/// Draws one line.
#[derive(Clone, Copy, Debug)]
pub struct ValidView<'a> {
    pub stack: &'a str,
    /// How many shares its files declare.
    pub shares: usize,
    /// The folder as it was typed.
    pub folder: &'a str,
}

impl fmt::Display for ValidView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stack, shares, folder } = *self;
        let shares = parts::count(shares, "share", "shares");
        writeln!(f, "Stack {} in {} is valid: {shares}.", escape(stack), escape(folder))
    }
}
