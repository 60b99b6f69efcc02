//! What AWS says: rows of RAM's listings, joined into shares. What was not read is a `Gap`, never an empty list.

mod assemble;
mod rows;
mod state;

pub use assemble::{Assembled, UnreadableRow, assemble};
pub use rows::{AssociationRow, CustomerPermissionRow, PermissionRow, PlaceRows, ShareRow, SourceRow};
pub use state::{Association, AttachedPermission, Extent, LivePlace, LiveShare, LiveState};
