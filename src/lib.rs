//! **ramctl**: infrastructure as code for AWS Resource Access Manager.
//!
//! The modules stand in the order in which data flows through them:
//!
//! ```text
//! *.ram.hcl --lang--> Declaration --desired--> DesiredGraph ─┐
//!                                                            ├─diff--> Diff --plan--> Plan --approve--> ApprovedPlan --apply--> AWS
//! AWS --aws--> cloud ports --collect--> OrgSnapshot, LiveState ─┘         └─drift--> DriftReport
//! ```
//!
//! Everything above the line `-- edges` is pure and synchronous: no clock, no environment, no files, no network. Those come in as
//! arguments from [`cli`]. `tests/it/layering.rs` holds who may import whom, and fails the build on anything else.
#![forbid(unsafe_code)]

// -- words
pub mod diag;
pub mod model;
pub mod org;
pub mod catalog;
// -- compiler: files -> desired graph
pub mod lang;
pub mod desired;
// -- core: what is, what differs, what to do
pub mod live;
pub mod diff;
pub mod access;
pub mod iam;
pub mod plan;
pub mod drift;
// -- faces
pub mod wire;
pub mod render;
// -- guards: the stack's own word on its plan
pub mod checks;
// -- edges (async starts here)
#[cfg(feature = "cli")]
pub mod cloud;
#[cfg(feature = "cli")]
pub mod collect;
#[cfg(feature = "cli")]
pub mod apply;
#[cfg(feature = "cli")]
pub mod aws;
#[cfg(feature = "cli")]
pub mod sandbox;
#[cfg(feature = "cli")]
pub mod cli;
