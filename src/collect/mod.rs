//! Ports to snapshots: paging, partial failure, and a `Gap` for what failed.
//!
//! A place costs six listings however many shares it has, and a call more for each policy of a permission that they leave open; the
//! organization is read once, and each search by tags made once. What accounts have in what a plan takes is asked when there is a plan
//! that takes it, and what two permissions allow when there is one that has to compare them. Nothing is guessed: what could not be
//! read in full is unknown, and the rest goes on. The result does not depend on the order in which answers arrive.
//!
//! Rates and retries are the client's work (`aws`); joining rows into shares is `live`'s.

mod again;
mod organization;
mod permissions;
mod places;
mod policies;
mod received;
mod share;
mod sweep;
mod tagged;
mod usage;

pub use again::again;
pub use organization::{SharingQuestion, organization, sharing};
pub use places::{Settings, place, places};
pub use policies::policies;
pub use received::{received, received_types};
pub use share::{ShareReading, reread_share};
pub use sweep::{Found, Search, sweep};
pub use tagged::tagged;
pub use usage::usage;
