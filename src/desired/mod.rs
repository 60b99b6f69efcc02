//! The desired state: a [`Declaration`](crate::lang::Declaration) checked against RAM's rules and settled against the organization.

mod graph;

pub use graph::{
    DesiredGraph, DesiredPermission, DesiredPrincipal, DesiredShare, DesiredSharing, Node, NodeId, Unresolved,
};

/// The words of the language that a settled stack still speaks.
pub use crate::lang::{IgnorableAttribute, Lifecycle, SharingWish};
