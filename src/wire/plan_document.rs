//! A plan as JSON.

use serde::Serialize;

use crate::diag::SourceMap;
use crate::diff::Purpose;
use crate::model::Origin;
use crate::plan::{Counts, PlanBody, Refusal};
use crate::wire::FORMAT_VERSION;
use crate::wire::parts::{
    CoverageDocument, DiagnosticDocument, Reading, SharingDocument, UnmanagedDocument, sharing_state, texts,
};
use crate::wire::share::{AccessDocument, HazardDocument, ShareDocument, import_problem};
use crate::wire::step::StepDocument;

/// Everything that a plan says. The same plan gives the same bytes.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlanDocument {
    format_version: &'static str,
    kind: &'static str,
    stack: String,
    /// `apply` or `destroy`.
    purpose: &'static str,
    /// SHA-256 over the facts that the plan was made from.
    fingerprint: String,
    has_changes: bool,
    /// Whether all was read that the plan depends on.
    complete: bool,
    /// The time that counts as now, where something in the stack expires.
    now: Option<String>,
    summary: SummaryDocument,
    access: AccessDocument,
    sharing: Option<SharingDocument>,
    shares: Vec<ShareDocument>,
    unmanaged: Vec<UnmanagedDocument>,
    steps: Vec<StepDocument>,
    hazards: Vec<HazardDocument>,
    /// Why the plan cannot be carried out. Empty where it can.
    refusals: Vec<RefusalDocument>,
    coverage: CoverageDocument,
    diagnostics: Vec<DiagnosticDocument>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SummaryDocument {
    /// What is imported or moved and changed as well counts under `update` too.
    import: usize,
    #[serde(rename = "move")]
    moved: usize,
    release: usize,
    create: usize,
    update: usize,
    replace: usize,
    delete: usize,
    unchanged: usize,
    unknown: usize,
    blocked: usize,
    unmanaged: usize,
    /// Hazards that nobody allowed: above 0 the plan is not applied.
    hazards_open: usize,
    hazards_allowed: usize,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RefusalDocument {
    /// `prevent_destroy`, `sharing_required`, `sharing_impossible` or `import`.
    kind: &'static str,
    address: Option<String>,
    /// State of sharing, or what is in the way of an import.
    state: Option<&'static str>,
}

impl RefusalDocument {
    fn new(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::PreventDestroy { address } => {
                Self { kind: "prevent_destroy", address: Some(address.to_string()), state: None }
            }
            Refusal::SharingRequired { state } => {
                Self { kind: "sharing_required", address: None, state: Some(sharing_state(*state)) }
            }
            Refusal::Import { address, span: _, arn: _, problem } => Self {
                kind: "import",
                address: Some(address.to_string()),
                state: Some(import_problem(problem)),
            },
            Refusal::SharingImpossible { state } => {
                Self { kind: "sharing_impossible", address: None, state: Some(sharing_state(*state)) }
            }
        }
    }
}

impl PlanDocument {
    /// `origin` says where AWS was read: how many calls, or which snapshot.
    pub fn new(plan: &PlanBody, sources: &SourceMap, origin: impl Into<Origin>) -> Self {
        let origin = origin.into();
        let PlanBody {
            stack,
            purpose,
            account_labels: labels,
            sharing,
            shares,
            unmanaged,
            places,
            unknown,
            organization_gap,
            unresolved,
            steps,
            access,
            hazards,
            refusals,
            fingerprint,
            now,
        } = plan;
        let Counts {
            import,
            moved,
            release,
            create,
            update,
            replace,
            delete,
            in_sync,
            unknown: unknown_count,
            blocked,
            unmanaged: strays,
        } = plan.counts();
        let (hazards_open, hazards_allowed) = plan.consent_counts();
        Self {
            format_version: FORMAT_VERSION,
            kind: "plan",
            stack: stack.to_string(),
            purpose: match purpose {
                Purpose::Apply => "apply",
                Purpose::Destroy => "destroy",
            },
            fingerprint: fingerprint.to_string(),
            has_changes: plan.has_changes(),
            complete: plan.is_complete(),
            now: now.map(|now| now.to_string()),
            summary: SummaryDocument {
                import,
                moved,
                release,
                create,
                update,
                replace,
                delete,
                unchanged: in_sync,
                unknown: unknown_count,
                blocked,
                unmanaged: strays,
                hazards_open,
                hazards_allowed,
            },
            access: AccessDocument {
                gain: texts(&access.gain),
                lose: texts(&access.lose),
                unknown: texts(&access.unknown),
            },
            sharing: sharing.as_ref().map(|sharing| SharingDocument::new(&sharing.diff, labels, sources)),
            shares: shares.iter().map(|share| ShareDocument::new(share, labels, sources)).collect(),
            unmanaged: unmanaged.iter().map(|share| UnmanagedDocument::new(share, labels)).collect(),
            steps: steps.iter().map(|step| StepDocument::new(step, labels)).collect(),
            hazards: hazards.iter().map(|hazard| HazardDocument::new(hazard, None, sources)).collect(),
            refusals: refusals.iter().map(RefusalDocument::new).collect(),
            coverage: CoverageDocument::new(&Reading {
                complete: plan.is_complete(),
                origin: &origin,
                labels,
                places,
                unknown,
                organization_gap: organization_gap.as_ref(),
                unresolved,
                sources,
            }),
            diagnostics: plan
                .notices()
                .iter()
                .map(|notice| DiagnosticDocument::new(notice, sources))
                .collect(),
        }
    }
}
