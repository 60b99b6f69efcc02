//! What the stack's `check` blocks say of a plan.

use crate::diag::{Severity, Span};

/// One `check` block, held against the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    pub name: String,
    pub span: Span,
    /// An error denies the plan, a warning only reports.
    pub severity: Severity,
    pub assertions: Vec<AssertionResult>,
}

/// One `assert` block, held against the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssertionResult {
    pub span: Span,
    pub standing: AssertionStanding,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssertionStanding {
    Holds,
    /// With the message of the stack's author. Partial: in what was read, and not all was that the condition speaks of.
    Violated {
        message: String,
        partial: bool,
    },
    /// Not all was read that the condition speaks of, and what was does not violate it.
    Unknown {
        parts: Vec<String>,
    },
    /// The condition or its message has no value, and why.
    Failed {
        message: String,
    },
}

/// What a check comes to: its assertion that stands worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckStanding {
    Passed,
    Unknown,
    Violated,
    Failed,
}

impl CheckResult {
    pub fn standing(&self) -> CheckStanding {
        let standing = |assertion: &AssertionResult| match assertion.standing {
            AssertionStanding::Holds => CheckStanding::Passed,
            AssertionStanding::Unknown { .. } => CheckStanding::Unknown,
            AssertionStanding::Violated { .. } => CheckStanding::Violated,
            AssertionStanding::Failed { .. } => CheckStanding::Failed,
        };
        self.assertions.iter().map(standing).max().unwrap_or(CheckStanding::Passed)
    }

    /// Whether the plan is not carried out for it.
    pub fn stands_in_the_way(&self) -> bool {
        match self.standing() {
            CheckStanding::Passed => false,
            CheckStanding::Unknown | CheckStanding::Violated => self.severity == Severity::Error,
            // Nobody knows what it would have said.
            CheckStanding::Failed => true,
        }
    }
}
