//! Text made safe for the workflow commands of GitHub Actions.
//!
//! A runner acts on a line that begins with `::name` and, the older form, on `##[name]` anywhere in a line. Source: GitHub
//! documentation "Workflow commands for GitHub Actions"; `ActionCommand.cs` of actions/runner has both forms and the references.

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
    broken(text).chars().try_for_each(|c| {
        if signs.contains(&c) { write!(f, "%{:02X}", u32::from(c)) } else { f.write_char(c) }
    })
}

/// A line of a log that is no command: the text as it is, the beginnings of commands broken.
pub(crate) fn log_line(line: &str) -> String {
    let line = broken(line);
    if line.trim_start().starts_with("::") { line.replacen("::", r"\u{3a}:", 1) } else { line }
}

fn broken(text: &str) -> String {
    text.replace("##[", r"##\u{5b}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_without_a_command() {
        assert_eq!(
            message("50% a\n::error::b ##[error]c", 100).to_string(),
            r"50%25 a\n::error::b ##\u{5b}error]c"
        );
    }

    #[test]
    fn a_property_ends_where_it_is_told_to() {
        assert_eq!(property("a,line=1::x", 100).to_string(), "a%2Cline=1%3A%3Ax");
    }

    #[test]
    fn a_line_of_a_log_is_never_a_command() {
        assert_eq!(log_line("  ::error::x"), r"  \u{3a}:error::x");
        assert_eq!(log_line("+ \"##[error]x\""), "+ \"##\\u{5b}error]x\"");
        assert_eq!(log_line("a::b"), "a::b");
    }
}
