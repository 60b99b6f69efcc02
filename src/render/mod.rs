//! Faces for people: text now. Foreign text is escaped here, once per format.

mod diagnostics;
mod escape;
mod graph;
mod style;
mod wrap;

pub use diagnostics::DiagnosticsView;
pub use escape::{Escaped, escape};
pub use graph::{GraphFormat, GraphView};
pub use style::{Painted, Styles, paint};
