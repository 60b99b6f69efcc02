//! One permission of a drift report. It is not read back.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::diag::SourceMap;
use crate::diff::PermissionProblem;
use crate::drift::{PermissionClass, PermissionItem};
use crate::model::AccountId;
use crate::wire::parts::{GapDocument, MisfitDocument, PlaceDocument, SourceDocument};
use crate::wire::permission::edit::PermissionEditDocument;
use crate::wire::permission::problem::problem_words;
use crate::wire::words::{CauseWord, DeleteWord, text_of};

/// One permission of a drift report.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PermissionItemDocument {
    address: String,
    place: PlaceDocument,
    name: String,
    source: Option<SourceDocument>,
    /// `in_sync`, `modified`, `missing`, `surplus`, `unproven` or `unknown`.
    class: &'static str,
    /// For `modified`.
    cause: Option<CauseWord>,
    /// For `modified` `release`, for `surplus` why, for `missing` `promote` or why its block cannot have it.
    reasons: Vec<String>,
    changes: Vec<PermissionEditDocument>,
    /// Why the stack's tags on it do not make it the stack's.
    #[serde(skip_serializing_if = "Option::is_none")]
    misfit: Option<MisfitDocument>,
    gap: Option<GapDocument>,
}

impl PermissionItemDocument {
    pub fn new(item: &PermissionItem, labels: &BTreeMap<AccountId, String>, sources: &SourceMap) -> Self {
        let PermissionItem { address, place, name, span, class } = item;
        let mut out = Self {
            address: address.to_string(),
            place: PlaceDocument::new(place, labels),
            name: name.clone(),
            source: span.map(|span| SourceDocument::new(span, sources)),
            class: "",
            cause: None,
            reasons: Vec::new(),
            changes: Vec::new(),
            misfit: None,
            gap: None,
        };
        match class {
            PermissionClass::InSync => out.class = "in_sync",
            PermissionClass::Modified { cause, edits } => {
                out.class = "modified";
                out.cause = Some((*cause).into());
                out.changes = edits.iter().map(PermissionEditDocument::new).collect();
            }
            PermissionClass::Missing => out.class = "missing",
            PermissionClass::ToPromote => {
                (out.class, out.reasons) = ("missing", vec!["promote".to_owned()]);
            }
            PermissionClass::Surplus { reason } => {
                (out.class, out.reasons) = ("surplus", vec![text_of(DeleteWord::from(*reason))]);
            }
            PermissionClass::ToRelease => {
                (out.class, out.reasons) = ("modified", vec!["release".to_owned()]);
                out.cause = Some(CauseWord::Pending);
            }
            PermissionClass::NotHad { problem } => {
                (out.class, out.reasons) = ("missing", vec![text_of(problem_words(problem).0)]);
                if let PermissionProblem::Unproven { misfit } = problem {
                    out.misfit = Some(MisfitDocument::new(misfit));
                }
            }
            PermissionClass::Unproven { misfit } => {
                out.class = "unproven";
                out.misfit = Some(MisfitDocument::new(misfit));
            }
            PermissionClass::Unknown { gap } => {
                out.class = "unknown";
                out.gap = Some(GapDocument::new(gap));
            }
        }
        out
    }
}
