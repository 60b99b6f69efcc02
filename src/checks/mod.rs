//! The stack's `check` blocks held against a plan: what each assertion says of it.
//!
//! The conditions see the plan in the words of its JSON ([`PlanObject`](crate::wire::PlanObject)). What a result means for
//! the run is `plan`'s to say.

mod hold;

#[cfg(test)]
mod tests;

pub use hold::{Held, hold};
