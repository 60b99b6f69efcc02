//! What differs: desired state against live state, share by share, each difference with its cause.
//!
//! Pure comparison. Which calls follow, in which order and with whose consent is `plan`'s; what it means to a person on call is
//! `drift`'s.

mod beside;
mod blocked;
mod change;
mod claim;
mod compare;
mod dependents;
mod derived;
mod edits;
mod elsewhere;
mod health;
mod inbound;
mod interest;
mod invitation;
mod invited;
mod history;
mod label;
mod left;
mod memo;
mod narrow;
mod offered;
mod outlook;
mod owned;
mod part;
mod permission;
mod permission_compare;
mod record;
mod section;
mod sharing;
mod stamp;
mod tags;
mod unset;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

pub use change::{
    Cause, Change, DeleteReason, Delta, Diff, Edit, Entity, ImportProblem, Left, LeftBy, Membership,
    NextVersion, Ownership, Part, Present, Purpose, Remark, ReplaceReason, ShareDiff, UndeclaredStanding,
    Unmanaged, UnresolvedShare, Verdict, Wanted,
};
pub use compare::{destroy, diff};
pub(crate) use derived::first_underived;
pub use inbound::{InboundBlock, InboundItem, InboundVerdict, Staying, leaving};
pub use interest::interest;
pub use invitation::{Acceptor, Expiry, Invitation, InvitationState, Lapse, Window, dependents, unaccepted};
pub use label::principal_label;
pub use left::left_counts;
pub use narrow::{Causes, NotRead, Partial, Scope, known, narrow, narrow_report};
pub(crate) use owned::is_outside;
pub use permission::{
    PermissionChange, PermissionDiff, PermissionEdit, PermissionPart, PermissionProblem, PermissionVerdict,
    PresentPermission, Room, VersionAfter, WantedPermission,
};
pub use record::{
    Misfit, Record, Written, of_live_permission as proven_permission, of_permission as permission_record,
    of_share as proven,
};
pub use section::Section;
pub use sharing::{SharingDiff, SharingVerdict};
pub(crate) use stamp::Asked;
pub use stamp::{PermissionStamp, Stamp};

// What the stack says about its own hazards goes through a comparison as it is.
pub use crate::desired::{Acknowledgement, AcknowledgementScope, Safeguards, Thresholds};

// Nor does a comparison look at where the reading looked.
pub use crate::live::{Breadth, Sweep, Swept};
