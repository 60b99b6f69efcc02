//! What AWS says: rows of RAM's listings, joined into shares. What was not read is a `Gap`, never an empty list.

mod assemble;
mod follow;
mod readings;
mod rows;
mod state;

pub use assemble::{Assembled, UnreadableRow, assemble};
pub use follow::{Interest, follow_ups};
pub use readings::{FollowUp, PermissionReadings, PermissionVersion, VersionAsked};
pub use rows::{
    AssociationRow, CustomerPermissionRow, PermissionDetail, PermissionRow, PermissionVersionRow, PlaceRows,
    ShareRow, SourceRow,
};
pub use state::{Association, AttachedPermission, Extent, LivePlace, LiveShare, LiveState};
