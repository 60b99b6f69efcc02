//! A diff classified for people on call: in sync, modified, missing, surplus, unmanaged, unhealthy, unknown.
//!
//! Never leads to a write.

mod permission;
mod report;

pub use permission::{PermissionClass, PermissionItem};
pub use report::{DriftClass, DriftItem, DriftReport, Standing, report};
