//! Executes an approved plan: order, waiting, retry, stop. Decides nothing else.
//!
//! A step starts when the steps that it needs are done, steps of different shares side by side. A step is done when AWS shows
//! its effect, not when the call returns. What fails takes along only what depends on it. Every call can be repeated: a second
//! run of the same plan finds the work of the first.

mod backoff;
mod event;
mod creation;
mod failure;
mod meanwhile;
mod members;
mod permission;
mod receiving;
mod run;
mod settings;
mod share;
mod sharing;
mod step;
mod twice;
#[cfg(test)]
mod tests;

pub use event::Event;
pub use run::apply;
pub use settings::Settings;
