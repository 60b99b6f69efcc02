//! Faces for people: text now. Foreign text is escaped here, once per format.

mod coverage;
mod drift;
mod escape;
mod outcome;
mod parts;
mod plan;
mod rows;
mod style;

pub use drift::DriftView;
pub use escape::{Escaped, escape};
pub use outcome::{OutcomeView, StepView};
pub use plan::PlanView;
pub use style::{Painted, Styles, paint};

#[cfg(test)]
mod tests;
