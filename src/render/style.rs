//! Colours by role. Code that draws names the role; the edge chooses between [`Styles::coloured`] and [`Styles::plain`].

use std::fmt;

use anstyle::{AnsiColor, Style};

/// One style per role. Meaning never hangs on colour alone: every role has a sign or a word beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Styles {
    /// What comes to be: `+`.
    pub added: Style,
    /// What goes: `-`.
    pub removed: Style,
    /// What becomes different: `~`.
    pub changed: Style,
    pub error: Style,
    pub warning: Style,
    /// What could not be read: `?`.
    pub unknown: Style,
    /// What to write or do.
    pub help: Style,
    /// The code of a diagnostic or hazard.
    pub code: Style,
    /// Titles and what a tired reader must see first.
    pub strong: Style,
    /// Places, ids and other detail.
    pub muted: Style,
}

impl Styles {
    /// No escape sequences at all.
    pub fn plain() -> Self {
        Self::default()
    }

    /// The sixteen colours that every terminal has, so that the reader's own theme applies.
    pub fn coloured() -> Self {
        let of = |colour: AnsiColor| colour.on_default();
        Self {
            added: of(AnsiColor::Green),
            removed: of(AnsiColor::Red),
            changed: of(AnsiColor::Yellow),
            error: of(AnsiColor::Red).bold(),
            warning: of(AnsiColor::Yellow).bold(),
            unknown: of(AnsiColor::Magenta).bold(),
            help: of(AnsiColor::Cyan),
            code: Style::new().bold(),
            strong: Style::new().bold(),
            muted: Style::new().dimmed(),
        }
    }

    pub fn is_plain(&self) -> bool {
        *self == Self::plain()
    }
}

/// A value in a style: `write!(f, "{}", paint(styles.added, "+"))`. Width and precision go to the value, not to the escapes.
pub fn paint<T>(style: Style, value: T) -> Painted<T> {
    Painted { style, value }
}

/// See [`paint`].
#[derive(Clone, Copy, Debug)]
pub struct Painted<T> {
    style: Style,
    value: T,
}

impl<T: fmt::Display> fmt::Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.style.render())?;
        self.value.fmt(f)?;
        write!(f, "{}", self.style.render_reset())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_styles_write_the_value_alone() {
        assert_eq!(paint(Styles::plain().added, "+").to_string(), "+");
        assert!(Styles::plain().is_plain() && !Styles::coloured().is_plain());
    }

    #[test]
    fn coloured_styles_end_where_the_value_ends_and_pad_inside() {
        let painted = format!("{:>3}|", paint(Styles::coloured().added, "+"));
        assert_eq!(painted, "\u{1b}[32m  +\u{1b}[0m|");
    }
}
