//! Faces for people: text now. Foreign text is escaped here, once per format.

mod escape;
mod style;

pub use escape::{Escaped, escape};
pub use style::{Painted, Styles, paint};
