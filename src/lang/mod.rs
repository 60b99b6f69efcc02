//! The language: `*.ram.hcl` files and input values in, a [`Declaration`] or diagnostics out.
//!
//! Evaluation is pure and offline: `ou("...")` and `account("...")` give symbolic values that `desired` settles.

mod declaration;
mod checks;
mod compile;
pub(crate) mod encoding;
mod plan_shape;
mod memory;
mod redact;
mod eval;
mod syntax;
pub mod fmt;
pub mod functions;
pub mod value;

pub use checks::{Assertion, AssertionResult, CheckBlock, CheckSeverity};
pub use compile::{Compiled, InputValues, Inputs, compile};
pub use declaration::{
    AccountBlock, Acknowledgement, AcknowledgementScope, AssumeRole, Declaration, ExtraAttribute,
    IgnorableAttribute, ImportBlock, ImportId, InboundAction, InboundBlock, Lifecycle, MovedBlock,
    OrganizationBlock, PermissionBlock, PermissionUse, PrincipalExpr, RemovedAction, RemovedBlock, Safety,
    ShareBlock, SharingWish, SweepBlock, VersionWish,
};
pub use eval::Limits;
pub use plan_shape::{PLAN, Shape};
pub use redact::{Redacted, Redaction, Secrets};
