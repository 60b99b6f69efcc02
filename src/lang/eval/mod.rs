//! Evaluation: a syntax tree and names in, a value or diagnostics out.
//!
//! Every failure is reported once, at the innermost expression; what depends on it fails silently.

mod scope;
mod references;
mod evaluator;
mod differences;
mod shape;
mod operators;
mod undeclared;
mod access;
mod collections;
mod template;
mod call;

pub use evaluator::Limits;
pub(crate) use evaluator::{Eval, Evaluator, Failed, World};
pub(crate) use references::{Reference, references};
pub(crate) use scope::{Known, Names, Root, Scope};
