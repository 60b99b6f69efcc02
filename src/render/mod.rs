//! Faces for people: text now. Foreign text is escaped here, once per format.

mod consent;
mod coverage;
mod diagnostics;
mod drift;
mod escape;
mod graph;
mod outcome;
mod parts;
mod plan;
mod rows;
mod style;
mod wrap;

pub use consent::allow_flags;
pub use diagnostics::DiagnosticsView;
pub use drift::DriftView;
pub use escape::{Escaped, escape};
pub use graph::{GraphFormat, GraphView};
pub use outcome::{OutcomeView, StepView};
pub use plan::PlanView;
pub use style::{Painted, Styles, paint};
pub use wrap::wrap;

#[cfg(test)]
mod tests;
