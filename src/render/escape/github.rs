//! Text made safe for the workflow commands of GitHub Actions.
//!
//! A runner acts on a line that begins with `::name`; `escape` breaks those and the older `##[name]`. Source: GitHub documentation "Workflow
//! commands for GitHub Actions"; `ActionCommand.cs` of actions/runner has both forms and the references.

use std::fmt::{self, Write};

use crate::render::escape::escape;

/// The message of a command: one line.
pub(crate) fn message(text: &str, columns: usize) -> impl fmt::Display {
    fmt::from_fn(move |f| reference(f, &escape(text).at_most(columns).to_string(), &['%', '\r', '\n']))
}

/// The value of a property: `file=VALUE`.
pub(crate) fn property(text: &str, columns: usize) -> impl fmt::Display {
    fmt::from_fn(move |f| {
        reference(f, &escape(text).at_most(columns).to_string(), &['%', '\r', '\n', ':', ','])
    })
}

fn reference(f: &mut fmt::Formatter<'_>, text: &str, signs: &[char]) -> fmt::Result {
    text.chars().try_for_each(|c| {
        if signs.contains(&c) { write!(f, "%{:02X}", u32::from(c)) } else { f.write_char(c) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_without_a_command() {
        assert_eq!(
            message("50% a\n::error::b ##[error]c", 100).to_string(),
            r"50%25 a\n::error::b #\u{23}[error]c"
        );
    }

    #[test]
    fn a_property_ends_where_it_is_told_to() {
        assert_eq!(property("a,line=1::x", 100).to_string(), "a%2Cline=1%3A%3Ax");
    }
}
