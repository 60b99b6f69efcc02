//! `check` blocks: conditions over a plan, kept until there is one.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diag::{Span, Spanned};
use crate::lang::syntax::Expr;

/// A `check` block.
#[derive(Clone, Debug)]
pub struct CheckBlock {
    pub name: String,
    pub span: Span,
    pub severity: Spanned<CheckSeverity>,
    pub assertions: Vec<Assertion>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckSeverity {
    /// Denies the plan.
    Error,
    /// Only reports.
    Warning,
}

/// An `assert` block. [`crate::lang::Compiled::assert`] evaluates it once there is a plan.
#[derive(Clone, Debug)]
pub struct Assertion {
    pub span: Span,
    pub(crate) condition: Arc<Expr>,
    pub(crate) error_message: Arc<Expr>,
    /// The parts of the plan that the condition speaks of.
    pub(crate) parts: BTreeSet<&'static str>,
}

impl Assertion {
    /// `shares`, `changes`...: the parts of the plan that it speaks of.
    pub fn parts(&self) -> impl Iterator<Item = &'static str> {
        self.parts.iter().copied()
    }
}

/// What an assertion says of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssertionResult {
    Holds,
    /// With the message of the stack's author.
    Violated(String),
}
