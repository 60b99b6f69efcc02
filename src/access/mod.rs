//! Who can use what: principals expanded over the organization to accounts, and what a change gives and takes.
//!
//! An account that is reached in two ways counts once. Where the organization is not known, the answer says so.

mod delta;
mod losses;
mod reach;

pub use delta::{AccessDelta, AccessTotals, Grants, delta, totals};
pub use losses::{Lost, losses};
pub use reach::{Reach, reach};
