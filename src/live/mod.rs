//! What AWS says: rows of RAM's listings, joined into shares. What was not read is a `Gap`, never an empty list.

mod assemble;
mod follow;
mod policies;
mod readings;
mod received;
mod rows;
mod state;
mod sweep;

pub use assemble::{Assembled, UnreadableRow, assemble};
pub use follow::{Interest, follow_ups};
pub use policies::{Policies, PolicyOf};
pub use readings::{FollowUp, PermissionReadings, PermissionVersion, VersionAsked};
pub use received::{InvitationRow, Received, ReceivedResourceRow, ReceivedShare, ReceivedTypes, receive};
pub use rows::{
    AssociationRow, AwsPermissionRow, CustomerPermissionRow, PermissionDetail, PermissionRow,
    PermissionVersionRow, PlaceRows, ShareRow, SourceRow,
};
pub use state::{Association, AttachedPermission, Departed, Extent, LivePlace, LiveShare, LiveState};
pub use sweep::{Breadth, Sight, Sweep, Swept};
