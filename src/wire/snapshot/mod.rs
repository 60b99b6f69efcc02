//! Everything that one run read, as a file: what `ramctl snapshot` writes and `--live` takes in the place of AWS.
//!
//! The document has all that [`crate::live`] and [`crate::org`] hold and nothing else: no credential, no setting, nothing of the stack but
//! its name. Both directions destructure in full, so a read that is added to ramctl is added here too.
//!
//! A snapshot that is read is hostile input: ids are parsed at this border, what an account or a share is said to be twice is an error,
//! and members that this version does not know are refused, since a plan without them would be another one.

mod anonymise;
mod document;
mod error;
mod organization;
mod place;
mod readings;
mod received;
mod tagged;
mod usage;

use jiff::Timestamp;

use crate::live::LiveState;
use crate::model::{StackName, TaggedResources, Usage};
use crate::org::OrgView;

pub use anonymise::StandIns;
pub use document::SnapshotDocument;
pub use error::SnapshotError;
pub(crate) use organization::OrganizationRecord;

/// Everything that was read for a stack.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The stack whose places were read.
    pub stack: StackName,
    /// The moment that counts as now, when it is planned with.
    pub taken: Timestamp,
    /// How many calls it took.
    pub calls: u64,
    pub org: OrgView,
    pub tagged: TaggedResources,
    pub live: LiveState,
    /// What accounts have in what they would lose.
    pub usage: Usage,
}
