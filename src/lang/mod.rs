//! The language: `*.ram.hcl` files and input values in, a [`Declaration`] or diagnostics out.
//!
//! Evaluation is pure and offline: `ou("...")` and `account("...")` give symbolic values that `desired` settles.

mod declaration;
pub mod fmt;
pub mod functions;
pub mod value;

pub use declaration::{
    AccountBlock, AssumeRole, Declaration, IgnorableAttribute, Lifecycle, OrganizationBlock, PermissionUse,
    PrincipalExpr, ShareBlock, SharingWish,
};
