//! Why a file is no snapshot.

use crate::model::PolicyError;
use crate::wire::Malformed;

/// What is wrong with a snapshot. The texts of the file are foreign; whoever shows them escapes them.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    #[error("it is not the JSON that `ramctl snapshot` writes")]
    Form(#[source] serde_json::Error),
    #[error("it is a document of the kind {found:?}, not a snapshot")]
    Kind { found: String },
    #[error(
        "it has the format {found:?}, and this ramctl reads {known}: read it with the ramctl that wrote it, or take a new one"
    )]
    Version { found: String, known: &'static str },
    #[error("something in it is not what it has to be")]
    Text(#[from] Malformed),
    #[error("{what} is in it twice")]
    Twice { what: String },
    #[error("the policy of {permission} cannot be read")]
    Policy {
        permission: String,
        #[source]
        source: PolicyError,
    },
    #[error("{what} hangs under {parent}, which is not in it")]
    Orphan { what: String, parent: String },
    #[error("the share {share} is listed for {place}, which its ARN does not name")]
    Elsewhere { share: String, place: String },
}
