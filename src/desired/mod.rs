//! The desired state: a [`Declaration`](crate::lang::Declaration) checked against RAM's rules and settled against the organization and
//! against what was found by tags.
//!
//! [`check`] needs neither, [`tag_searches`] says what to look for, [`resolve`] gives the [`DesiredGraph`]. Whether AWS is like that is for `diff` to say.

#[cfg(test)]
mod fixture;

mod edges;
mod graph;
mod identity;
mod inbound;
mod invitation;
mod name;
mod permission;
mod places;
mod resolve;
mod rules;
mod safeguards;
mod settle;
mod tagged;
mod view;

pub use edges::Cycle;
pub use graph::{
    DesiredGraph, DesiredPermission, DesiredPrincipal, DesiredShare, DesiredSharing, ManagedPermission, Node,
    NodeId, Unresolved,
};
pub use identity::{Identity, Import, Move};
pub use inbound::{DesiredInbound, NameGlob, decides};
pub use invitation::{
    InvitedBecause, Invites, LONG_WINDOW, SHORT_WINDOW, can_be_left, invitation_window, invites,
};
pub(crate) use invitation::{reached, unreached};
pub(crate) use name::declared_name;
pub(crate) use permission::{declared_permission_arn, permission_arns};
pub(crate) use places::{organization_region, places};
pub use resolve::{Resolution, check, resolve};
pub use rules::{NoSearch, nowhere_is_looked};
pub use safeguards::{Safeguards, Thresholds};
pub use tagged::tag_searches;

// Which permission a type has that no block names.
pub(crate) use crate::catalog::{default_permission, default_permissions};

// What a settled share takes over from its block as it is: rooms behind this one need not know the language.
pub use crate::lang::{
    Acknowledgement, AcknowledgementScope, ExtraAttribute, IgnorableAttribute, InboundAction, Lifecycle,
    SharingWish,
};
