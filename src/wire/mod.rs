//! The public JSON documents: versioned serde structs, one file per document in `schemas/`.
//!
//! Readers must take unknown fields and unknown words in stride: both may be added within a major version of the format.

mod access;
mod apply_document;
mod check;
mod diagnostics_document;
mod drift_document;
mod event_document;
mod invitation;
mod malformed;
mod partial;
mod parts;
mod permission;
mod plan_document;
mod plan_object;
mod share;
mod snapshot;
mod step;
mod text;
mod usage;
mod words;

#[cfg(test)]
mod access_laws;
#[cfg(test)]
mod saved_laws;
#[cfg(test)]
mod schemas;
#[cfg(test)]
mod tests;

pub use apply_document::{ApplyDocument, ErrorDocument, ResultsDocument};
pub use diagnostics_document::DiagnosticsDocument;
pub use drift_document::DriftDocument;
pub use event_document::{EventDocument, StepName};
pub use malformed::Malformed;
pub use plan_document::{PlanDocument, PlanFile, PlanFileError};
pub use plan_object::PlanObject;
pub use snapshot::{Snapshot, SnapshotDocument, SnapshotError, StandIns};
pub use text::{line, pretty};

/// Version of all documents: the minor number grows with additions, the major one with anything else.
pub const FORMAT_VERSION: &str = "1.0";
