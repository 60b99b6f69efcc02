//! Who can use what: principals expanded over the organization, and what a change gives and takes.
//!
//! Access is one set of grantee (a whole account, a role or a user), resource and right, over all shares that were read, whoever
//! owns them. Lines, hazards, thresholds, checks and the summary of a plan come from that one set. Where the organization is not
//! known, the answer says so.

mod reach;
mod right;
mod shift;
#[cfg(test)]
mod tests;

pub use reach::{Grantee, Reach, reach};
pub use right::{Grants, Right, Rights, Version, rights_of, type_of};
pub use shift::{Access, AccessDelta, Shift, Sides};
