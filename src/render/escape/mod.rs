//! Foreign text made safe, one escape per output format.
//!
//! Whatever the format, a text passes the terminal's escape first, which leaves one line of visible characters; the format's own
//! escape then takes away what that format would read as markup.

pub(crate) mod github;
pub(crate) mod html;
pub(crate) mod markdown;
mod terminal;

pub(crate) use terminal::hides_or_moves;
pub use terminal::{Escaped, escape};
