//! The AWS organization as data: who is in which unit, and whether RAM may share inside it.
//!
//! Reading it is `collect`'s work; what a plan makes of it is `desired`'s and `access`'s.

mod excerpt;
mod sharing;
mod snapshot;

pub use sharing::SharingState;
pub use snapshot::{AccountStanding, OrgAccount, OrgSnapshot, OrganizationalUnit, ParentId};

use crate::model::Observed;

/// All that one run knows of the organization.
#[derive(Clone, Debug)]
pub struct OrgView {
    /// The tree. Unknown where no account that may read it was given, or it failed.
    pub snapshot: Observed<OrgSnapshot>,
    /// Whether RAM shares inside the organization.
    pub sharing: Observed<SharingState>,
}
