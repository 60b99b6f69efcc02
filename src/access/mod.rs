//! Who can use what: principals expanded over the organization, and what a change gives and takes.
//!
//! Access is one set of grantee (a whole account, a role or a user, or a service on somebody's behalf), resource and action with its
//! conditions, over all shares that were read, whoever owns them. Lines, hazards, thresholds, checks and the summary of a plan come from
//! that one set. Where the organization is not known, the answer says so. Where it is not known what a permission allows, two permissions
//! count as different: that says too much and never too little.

mod reach;
mod right;
mod rights;
mod shift;
#[cfg(test)]
mod tests;

pub use reach::{Grantee, Reach, reach, reach_of};
pub use right::{Grants, Right, Version, rights_of, type_of};
pub use rights::{Needed, Rights};
pub use shift::{Access, AccessDelta, Moved, Partly, Shift, Sides};
