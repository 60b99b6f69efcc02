//! A plan as JSON: what a run prints, and what a file keeps to be shown and applied later.

mod derived;
mod read;
mod safeguards;

pub use derived::Underived;
pub use read::{PlanFile, PlanFileError};

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::diag::SourceMap;
use crate::model::{AccountId, AccountRole, Origin, Principal};
use crate::org::SharingState;
use crate::plan::{Behind, Counts, PlanBody, Refusal, Standing};
use crate::wire::access::{NeededPolicyDocument, PartlyDocument};
use crate::wire::check::CheckDocument;
use crate::wire::invitation::{InboundDocument, UnreceivedDocument};
use crate::wire::partial::PartialDocument;
use crate::wire::parts::{
    CoverageDocument, DiagnosticDocument, Reading, SharingDocument, UnmanagedDocument, texts,
};
use crate::wire::permission::{PermissionDocument, problem_words};
use crate::wire::plan_document::safeguards::SafeguardsDocument;
use crate::wire::share::{AccessDocument, HazardDocument, ImportDocument, LiveDocument, ShareDocument};
use crate::wire::snapshot::OrganizationRecord;
use crate::wire::step::StepDocument;
use crate::wire::words::{PurposeWord, RefusalWord, SharingStateWord, StandingWord, text_of};
use crate::wire::{FORMAT_VERSION, pretty};

/// What `kind` says of a plan.
const KIND: &str = "plan";

/// This ramctl.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Everything that a plan says. The same plan gives the same bytes.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlanDocument {
    format_version: String,
    kind: String,
    /// The ramctl that made the plan. Another version does not apply it.
    ramctl_version: String,
    /// SHA-256 over this document, written with no white space and with nothing here. It tells a file that was damaged; it does not
    /// tell who wrote it.
    digest: String,
    stack: String,
    purpose: PurposeWord,
    /// SHA-256 over the facts that the plan was made from.
    fingerprint: String,
    /// The accounts that the plan names, and how they are reached. An external id is a secret and stands nowhere here.
    accounts: Vec<AccountDocument>,
    /// What the changes used of the organization.
    basis: BasisDocument,
    has_changes: bool,
    /// Whether all was read that the plan depends on.
    complete: bool,
    /// The time that counts as now, where something in the stack expires.
    now: Option<String>,
    safeguards: SafeguardsDocument,
    summary: SummaryDocument,
    access: AccessDocument,
    /// Who gains or loses actions of a resource that it has before and after.
    partly: Vec<PartlyDocument>,
    /// What permissions allow, where two of them had to be compared by their actions.
    policies: Vec<NeededPolicyDocument>,
    sharing: Option<SharingDocument>,
    shares: Vec<ShareDocument>,
    permissions: Vec<PermissionDocument>,
    unmanaged: Vec<UnmanagedDocument>,
    /// Live shares that the plan leaves alone and that hold resources of those that it changes: whoever has a resource through one of
    /// them does not lose it.
    beside: Vec<LiveDocument>,
    /// What others share with accounts of the stack and is not as `inbound` blocks say, or of which none speaks.
    inbound: Vec<InboundDocument>,
    /// Where what accounts receive could not be read.
    unreceived: Vec<UnreceivedDocument>,
    steps: Vec<StepDocument>,
    /// Every hazard that the plan would bring about, those of its shares and permissions too.
    hazards: Vec<HazardDocument>,
    /// What the stack's checks say of the plan.
    checks: Vec<CheckDocument>,
    /// Why the plan cannot be carried out. Empty where it can.
    refusals: Vec<RefusalDocument>,
    /// Present where the plan is for a part of the stack.
    partial: Option<PartialDocument>,
    coverage: CoverageDocument,
    diagnostics: Vec<DiagnosticDocument>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SummaryDocument {
    /// What is imported or moved and changed as well counts under `update` too.
    import: usize,
    #[serde(rename = "move")]
    moved: usize,
    /// Shares and permissions that bear a former name of the stack.
    take_over: usize,
    release: usize,
    create: usize,
    update: usize,
    replace: usize,
    delete: usize,
    unchanged: usize,
    unknown: usize,
    blocked: usize,
    unmanaged: usize,
    /// Invitations that are accepted and rejected, and shares of others that are left.
    accept: usize,
    reject: usize,
    leave: usize,
    /// Invitations that somebody else has to accept.
    waiting: usize,
    /// Differences that `ignore_changes` leaves alone.
    #[serde(default)]
    ignored: usize,
    /// What others put on shares and `keep_extra` keeps.
    #[serde(default)]
    kept: usize,
    /// Hazards that nobody allowed: above 0 the plan is not applied.
    hazards_open: usize,
    hazards_allowed: usize,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RefusalDocument {
    kind: RefusalWord,
    address: Option<String>,
    /// State of sharing, or what is in the way of an import or a permission.
    state: Option<String>,
    import: Option<ImportDocument>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct AccountDocument {
    id: String,
    /// Label of the `account` block, where there is one.
    label: Option<String>,
    /// The role that is assumed; null for the credentials of whoever runs ramctl.
    role: Option<RoleDocument>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RoleDocument {
    arn: String,
    session_name: Option<String>,
    duration_seconds: Option<u32>,
    /// Whether an external id goes with it.
    external_id: bool,
}

/// Facts of the organization.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct BasisDocument {
    /// The account through which the organization is read.
    account: Option<String>,
    /// Of the shares that something is done with.
    principals: Vec<BehindDocument>,
    /// The part of the tree that says who is behind the principals of all shares here; null where it was not read.
    organization: Option<OrganizationRecord>,
}

/// Who was behind a principal.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct BehindDocument {
    principal: String,
    label: String,
    standing: StandingWord,
    /// The accounts that it stands for, where the organization says so.
    accounts: Vec<String>,
}

impl BehindDocument {
    fn new(principal: &Principal, behind: &Behind) -> Self {
        let Behind { label, standing } = behind;
        let (standing, accounts) = match standing {
            Standing::Accounts(accounts) => (StandingWord::Accounts, texts(accounts)),
            Standing::Outside => (StandingWord::Outside, Vec::new()),
            Standing::Unknowable => (StandingWord::Unknowable, Vec::new()),
        };
        Self { principal: principal.to_string(), label: label.clone(), standing, accounts }
    }
}

impl AccountDocument {
    fn all(labels: &BTreeMap<AccountId, String>, roles: &BTreeMap<AccountId, AccountRole>) -> Vec<Self> {
        let ids: BTreeSet<&AccountId> = labels.keys().chain(roles.keys()).collect();
        let document = |id: &AccountId| Self {
            id: id.to_string(),
            label: labels.get(id).cloned(),
            role: roles.get(id).map(|role| {
                let AccountRole { arn, session_name, duration_seconds, has_external_id } = role;
                RoleDocument {
                    arn: arn.clone(),
                    session_name: session_name.clone(),
                    duration_seconds: *duration_seconds,
                    external_id: *has_external_id,
                }
            }),
        };
        ids.into_iter().map(document).collect()
    }
}

impl RefusalDocument {
    fn new(refusal: &Refusal, sources: &SourceMap) -> Self {
        let of = |kind| Self { kind, address: None, state: None, import: None };
        let state = |state: &SharingState| Some(text_of(SharingStateWord::from(*state)));
        match refusal {
            Refusal::PreventDestroy { address } => {
                Self { address: Some(address.to_string()), ..of(RefusalWord::PreventDestroy) }
            }
            Refusal::SharingRequired { state: found } => {
                Self { state: state(found), ..of(RefusalWord::SharingRequired) }
            }
            Refusal::Import { address, span, arn, problem } => {
                let import = ImportDocument::new(arn, *span, problem, sources);
                Self {
                    address: Some(address.to_string()),
                    state: Some(text_of(import.word())),
                    import: Some(import),
                    ..of(RefusalWord::Import)
                }
            }
            Refusal::Permission { address, span: _, arn: _, problem } => Self {
                address: Some(address.to_string()),
                state: Some(text_of(problem_words(problem).0)),
                ..of(RefusalWord::Permission)
            },
            Refusal::SharingImpossible { state: found } => {
                Self { state: state(found), ..of(RefusalWord::SharingImpossible) }
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
            permissions,
            unmanaged,
            beside,
            inbound,
            unreceived,
            places,
            unknown,
            sweep,
            organization_gap,
            unresolved,
            safeguards,
            partial,
            steps,
            access,
            partly,
            policies,
            hazards: _, // those of the plan as a whole, among all
            checks,
            refusals,
            fingerprint,
            basis,
            interruptions: _, // notices
            now,
        } = plan;
        let Counts {
            import,
            moved,
            taken_over,
            release,
            create,
            update,
            replace,
            delete,
            in_sync,
            unknown: unknown_count,
            blocked,
            unmanaged: strays,
            accept,
            reject,
            leave,
            waiting,
            ignored,
            kept,
        } = plan.counts();
        let (hazards_open, hazards_allowed) = plan.consent_counts();
        let mut document = Self {
            format_version: FORMAT_VERSION.to_owned(),
            kind: KIND.to_owned(),
            ramctl_version: VERSION.to_owned(),
            digest: String::new(),
            stack: stack.to_string(),
            purpose: (*purpose).into(),
            fingerprint: fingerprint.to_string(),
            accounts: AccountDocument::all(labels, origin.roles()),
            basis: BasisDocument {
                account: basis.account.as_ref().map(ToString::to_string),
                principals: basis
                    .principals
                    .iter()
                    .map(|(p, behind)| BehindDocument::new(p, behind))
                    .collect(),
                organization: basis.tree.as_ref().map(OrganizationRecord::new),
            },
            has_changes: plan.has_changes(),
            complete: plan.is_complete(),
            now: now.map(|now| now.to_string()),
            safeguards: SafeguardsDocument::new(safeguards, sources),
            summary: SummaryDocument {
                import,
                moved,
                take_over: taken_over,
                release,
                create,
                update,
                replace,
                delete,
                unchanged: in_sync,
                unknown: unknown_count,
                blocked,
                unmanaged: strays,
                accept,
                reject,
                leave,
                waiting,
                ignored,
                kept,
                hazards_open,
                hazards_allowed,
            },
            access: AccessDocument {
                gain: texts(&access.gain),
                lose: texts(&access.lose),
                unknown: texts(&access.unknown),
            },
            partly: partly.iter().map(PartlyDocument::new).collect(),
            policies: NeededPolicyDocument::all(policies, labels),
            sharing: sharing.as_ref().map(|sharing| SharingDocument::new(&sharing.diff, labels, sources)),
            shares: shares.iter().map(|share| ShareDocument::new(share, labels, sources)).collect(),
            permissions: permissions
                .iter()
                .map(|permission| PermissionDocument::new(permission, labels, sources))
                .collect(),
            unmanaged: unmanaged.iter().map(|share| UnmanagedDocument::new(share, labels)).collect(),
            beside: beside.iter().map(|present| LiveDocument::new(present, labels)).collect(),
            inbound: inbound
                .iter()
                .map(|planned| {
                    InboundDocument::new(&planned.item, &planned.hazards, planned.step, labels, sources)
                })
                .collect(),
            unreceived: UnreceivedDocument::all(unreceived, labels),
            steps: steps.iter().map(|step| StepDocument::new(step, labels)).collect(),
            hazards: plan
                .hazards_by_address()
                .map(|(at, hazard)| HazardDocument::new(hazard, at, sources))
                .collect(),
            checks: checks.iter().map(|check| CheckDocument::new(check, sources)).collect(),
            refusals: refusals.iter().map(|refusal| RefusalDocument::new(refusal, sources)).collect(),
            partial: partial.as_ref().map(PartialDocument::new),
            coverage: CoverageDocument::new(&Reading {
                complete: plan.is_complete(),
                origin: &origin,
                labels,
                places,
                unknown,
                sweep,
                organization_gap: organization_gap.as_ref(),
                unresolved,
                sources,
            }),
            diagnostics: plan
                .notices()
                .iter()
                .map(|notice| DiagnosticDocument::new(notice, sources))
                .collect(),
        };
        document.seal();
        document
    }

    pub(crate) fn seal(&mut self) {
        self.digest = self.own_digest();
    }

    /// The document as the text of a file.
    pub fn to_text(&self) -> String {
        pretty(self)
    }

    fn own_digest(&self) -> String {
        let bare = Self { digest: String::new(), ..self.clone() };
        let text = serde_json::to_vec(&bare).expect("documents have string keys and no failing field");
        Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
