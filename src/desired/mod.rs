//! The desired state: a [`Declaration`](crate::lang::Declaration) checked against RAM's rules and settled against the organization.

mod graph;

pub use graph::{
    DesiredGraph, DesiredPermission, DesiredPrincipal, DesiredShare, DesiredSharing, Node, NodeId, Unresolved,
};

// What a settled share takes over from its block as it is: rooms behind this one need not know the language.
pub use crate::lang::{IgnorableAttribute, Lifecycle, SharingWish};
