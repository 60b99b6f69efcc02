//! A drift report as JSON.

use serde::Serialize;

use crate::diag::{Diagnostic, SourceMap};
use crate::diff::{Cause, left_counts};
use crate::drift::{DriftClass, DriftItem, DriftReport, Standing};
use crate::model::Origin;
use crate::wire::FORMAT_VERSION;
use crate::wire::invitation::{InboundDocument, InvitationDocument, UnreceivedDocument};
use crate::wire::partial::PartialDocument;
use crate::wire::parts::{
    CoverageDocument, DiagnosticDocument, EditDocument, GapDocument, LeftDocument, PlaceDocument, Reading,
    RemarkDocument, SharingDocument, SourceDocument, UnmanagedDocument,
};
use crate::wire::permission::PermissionItemDocument;
use crate::wire::share::import_problem;
use crate::wire::words::{DeleteWord, ReplaceWord, text_of};

/// Everything that a drift report says. The same report gives the same bytes.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DriftDocument {
    format_version: &'static str,
    kind: &'static str,
    stack: String,
    /// `in_sync`, `drift` or `incomplete`.
    standing: &'static str,
    /// Whether all was read that the report depends on; drift may be found without.
    complete: bool,
    /// The time that counts as now, where something in the stack expires.
    now: Option<String>,
    /// Differences that `ignore_changes` leaves alone.
    ignored: usize,
    /// What others put on shares and `keep_extra` keeps.
    kept: usize,
    /// Shares that could not be compared because something could not be read.
    unknown: usize,
    /// Shares that are left alone because the files name what AWS does not have or does not take.
    blocked: usize,
    sharing: Option<SharingDocument>,
    shares: Vec<DriftItemDocument>,
    permissions: Vec<PermissionItemDocument>,
    unmanaged: Vec<UnmanagedDocument>,
    /// What others share with accounts of the stack and is not as `inbound` blocks say, or of which none speaks.
    inbound: Vec<InboundDocument>,
    /// Where what accounts receive could not be read.
    unreceived: Vec<UnreceivedDocument>,
    /// Present where the report is of a part of the stack: then `in_sync` speaks of that part.
    partial: Option<PartialDocument>,
    coverage: CoverageDocument,
    /// What is wrong with the stack, and what keeps it from being compared.
    diagnostics: Vec<DiagnosticDocument>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct DriftItemDocument {
    address: String,
    place: PlaceDocument,
    name: String,
    source: Option<SourceDocument>,
    /// `in_sync`, `waiting` (as declared, but for invitations that are not accepted yet), `modified`, `missing`, `surplus`, `outdated`,
    /// `unhealthy` or `unknown`.
    class: &'static str,
    /// For `modified`: `drift`, `pending` or `both`.
    cause: Option<&'static str>,
    /// For `modified` what RAM cannot change in place or `release`, for `surplus` why, for `missing` why it is not imported.
    reasons: Vec<String>,
    /// For `missing`: it was deleted in the last hours.
    deleted_lately: Option<bool>,
    changes: Vec<EditDocument>,
    gap: Option<GapDocument>,
    remarks: Vec<RemarkDocument>,
    /// Principals that are invited and do not see the share yet.
    invitations: Vec<InvitationDocument>,
    /// Differences that the block's `lifecycle` leaves alone. They are no drift.
    left: Vec<LeftDocument>,
}

impl DriftDocument {
    /// `origin` says where AWS was read: how many calls, or which snapshot.
    pub fn new(report: &DriftReport, sources: &SourceMap, origin: impl Into<Origin>) -> Self {
        let origin = origin.into();
        let DriftReport {
            stack,
            account_labels: labels,
            sharing,
            items,
            permissions,
            unmanaged,
            inbound,
            unreceived,
            places,
            unknown,
            sweep,
            organization_gap,
            unresolved,
            partial,
            now,
        } = report;
        let item = |item: &DriftItem| {
            let DriftItem { address, place, name, span, class, remarks, invitations, left } = item;
            let mut out = DriftItemDocument {
                address: address.to_string(),
                place: PlaceDocument::new(place, labels),
                name: name.clone(),
                source: span.map(|span| SourceDocument::new(span, sources)),
                class: "",
                cause: None,
                reasons: Vec::new(),
                deleted_lately: None,
                changes: Vec::new(),
                gap: None,
                remarks: remarks.iter().map(RemarkDocument::new).collect(),
                invitations: invitations
                    .iter()
                    .map(|(principal, invitation)| InvitationDocument::new(principal, invitation, labels))
                    .collect(),
                left: left.iter().map(LeftDocument::new).collect(),
            };
            match class {
                DriftClass::InSync => out.class = "in_sync",
                DriftClass::Waiting => out.class = "waiting",
                DriftClass::Modified { cause, edits } => {
                    out.class = "modified";
                    out.cause = Some(Cause::as_str(*cause));
                    out.changes = edits.iter().map(EditDocument::new).collect();
                }
                DriftClass::Outdated { edits } => {
                    out.class = "outdated";
                    out.changes = edits.iter().map(EditDocument::new).collect();
                }
                DriftClass::NeedsReplacement { reasons } => {
                    out.class = "modified";
                    out.reasons = reasons.iter().map(|reason| text_of(ReplaceWord::from(*reason))).collect();
                }
                DriftClass::Missing { deleted_lately } => {
                    out.class = "missing";
                    out.deleted_lately = Some(*deleted_lately);
                }
                DriftClass::Surplus { reason } => {
                    out.class = "surplus";
                    out.reasons = vec![text_of(DeleteWord::from(*reason))];
                }
                DriftClass::ToRelease => {
                    out.class = "modified";
                    out.cause = Some(Cause::Pending.as_str());
                    out.reasons = vec!["release".to_owned()];
                }
                DriftClass::NotImported { problem } => {
                    out.class = "missing";
                    out.reasons = vec![import_problem(problem)];
                }
                DriftClass::Unhealthy { repairs } => {
                    out.class = "unhealthy";
                    out.changes = repairs.iter().map(EditDocument::new).collect();
                }
                DriftClass::Unknown { gap } => {
                    out.class = "unknown";
                    out.gap = Some(GapDocument::new(gap));
                }
            }
            out
        };
        let (ignored, kept) = left_counts(items.iter().flat_map(|item| &item.left));
        Self {
            format_version: FORMAT_VERSION,
            kind: "drift",
            stack: stack.to_string(),
            standing: match report.standing() {
                Standing::InSync => "in_sync",
                Standing::Drift => "drift",
                Standing::Incomplete => "incomplete",
            },
            complete: report.is_complete(),
            now: now.map(|now| now.to_string()),
            ignored,
            kept,
            unknown: report.open().filter(|gap| !gap.cause.is_of_the_files()).count(),
            blocked: report.open().filter(|gap| gap.cause.is_of_the_files()).count(),
            sharing: sharing.as_ref().map(|sharing| SharingDocument::new(sharing, labels, sources)),
            shares: items.iter().map(item).collect(),
            permissions: permissions
                .iter()
                .map(|item| PermissionItemDocument::new(item, labels, sources))
                .collect(),
            unmanaged: unmanaged.iter().map(|share| UnmanagedDocument::new(share, labels)).collect(),
            inbound: inbound
                .iter()
                .map(|item| InboundDocument::new(item, &[], None, labels, sources))
                .collect(),
            unreceived: UnreceivedDocument::all(unreceived, labels),
            partial: partial.as_ref().map(PartialDocument::new),
            coverage: CoverageDocument::new(&Reading {
                complete: report.is_complete(),
                origin: &origin,
                labels,
                places,
                unknown,
                sweep,
                organization_gap: organization_gap.as_ref(),
                unresolved,
                sources,
            }),
            diagnostics: Vec::new(),
        }
    }

    /// The report with what a run has to tell beside it.
    #[must_use]
    pub fn telling(mut self, diagnostics: &[Diagnostic], sources: &SourceMap) -> Self {
        let told = diagnostics.iter().map(|one| DiagnosticDocument::new(one, sources));
        self.diagnostics.extend(told);
        self
    }
}
