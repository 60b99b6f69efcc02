//! A share's two sides and what becomes of it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::diag::SourceMap;
use crate::diff::{
    Change, DeleteReason, Edit, ImportProblem, Part, Present, ReplaceReason, ShareDiff, Verdict, Wanted,
};
use crate::live::LiveShare;
use crate::model::{AccountId, Address, Tags};
use crate::plan::{Allowance, Blocked, Detail, Hazard, HazardSubject, PlannedShare, Standing};
use crate::wire::parts::{EditDocument, GapDocument, PlaceDocument, RemarkDocument, SourceDocument, texts};

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ShareDocument {
    address: String,
    place: PlaceDocument,
    name: String,
    source: Option<SourceDocument>,
    /// `import`, `move`, `create`, `update`, `delete`, `release`, `no-op` or `read`; a replacement has `create` and `delete`, in this
    /// order, and what is imported or moved may be updated as well.
    actions: Vec<&'static str>,
    /// `drift`, `pending` or `both`; null where the whole share comes or goes.
    cause: Option<&'static str>,
    /// Why it is replaced, deleted or not imported.
    reasons: Vec<&'static str>,
    /// Why nothing is done although it differs.
    blocked: Option<&'static str>,
    gap: Option<GapDocument>,
    before: Option<SideDocument>,
    after: Option<SideDocument>,
    changes: Vec<ChangeDocument>,
    access: AccessDocument,
    hazards: Vec<HazardDocument>,
    remarks: Vec<RemarkDocument>,
    steps: Vec<u32>,
}

/// A share as it is or is to be.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SideDocument {
    place: PlaceDocument,
    arn: Option<String>,
    status: Option<String>,
    name: String,
    allow_external_principals: bool,
    retain_sharing_on_account_leave_organization: bool,
    resources: Vec<String>,
    principals: Vec<String>,
    sources: Vec<String>,
    permissions: BTreeMap<String, String>,
    tags: Tags,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ChangeDocument {
    edit: EditDocument,
    /// How many accounts gain or lose by this part alone. `access` of the share says which.
    gain: usize,
    lose: usize,
    /// For a principal: the accounts behind it that gain or lose.
    accounts: Vec<String>,
    /// How many principals of this part nobody can see behind.
    unknown: usize,
}

/// Accounts that gain or lose the use of at least one resource.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct AccessDocument {
    pub gain: Vec<String>,
    pub lose: Vec<String>,
    /// Principals behind which the accounts are not known.
    pub unknown: Vec<String>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct HazardDocument {
    code: &'static str,
    summary: &'static str,
    /// The principal or resource that it is about; null for the share or plan as a whole.
    subject: Option<String>,
    /// For a threshold: what was counted, and what may be.
    threshold: Option<ThresholdDocument>,
    /// What `--allow` takes to agree to it.
    allow: String,
    /// Who agreed to it; null where nobody did, and then the plan is not applied.
    allowed: Option<AllowedDocument>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ThresholdDocument {
    /// Associations that go, or accounts that gain access.
    count: usize,
    /// All associations of the stack; null for accounts.
    of: Option<usize>,
    /// Principals behind which it is not known who gains.
    unknown: usize,
    /// In percent for associations.
    limit: u32,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct AllowedDocument {
    /// `flag` or `stack`.
    by: &'static str,
    source: Option<SourceDocument>,
    reason: Option<String>,
    until: Option<String>,
}

impl HazardDocument {
    /// `at` is the block that the hazard is about; none for the plan as a whole.
    pub fn new(hazard: &Hazard, at: Option<&Address>, sources: &SourceMap) -> Self {
        let Hazard { code, subject, standing } = hazard;
        let by = |by| AllowedDocument { by, source: None, reason: None, until: None };
        Self {
            code: code.id,
            summary: code.summary,
            subject: match subject {
                HazardSubject::Principal(principal) => Some(principal.to_string()),
                HazardSubject::Resource(resource) => Some(resource.to_string()),
                HazardSubject::Share
                | HazardSubject::Plan
                | HazardSubject::Revoked { .. }
                | HazardSubject::Granted { .. } => None,
            },
            threshold: match subject {
                HazardSubject::Revoked { associations, of, percent } => Some(ThresholdDocument {
                    count: *associations,
                    of: Some(*of),
                    unknown: 0,
                    limit: *percent,
                }),
                HazardSubject::Granted { accounts, unknown, limit } => {
                    Some(ThresholdDocument { count: *accounts, of: None, unknown: *unknown, limit: *limit })
                }
                HazardSubject::Principal(_)
                | HazardSubject::Resource(_)
                | HazardSubject::Share
                | HazardSubject::Plan => None,
            },
            allow: Allowance::of(code, at).to_string(),
            allowed: match standing {
                Standing::Open => None,
                Standing::AllowedByFlag => Some(by("flag")),
                Standing::AllowedByStack { span, reason, until } => Some(AllowedDocument {
                    source: Some(SourceDocument::new(*span, sources)),
                    reason: Some(reason.clone()),
                    until: until.map(|until| until.to_string()),
                    ..by("stack")
                }),
            },
        }
    }
}

impl ShareDocument {
    pub fn new(share: &PlannedShare, labels: &BTreeMap<AccountId, String>, sources: &SourceMap) -> Self {
        let PlannedShare { diff, details, access, hazards, blocked, steps } = share;
        let ShareDiff { address, verdict, protected: _, remarks, salt: _ } = diff;
        let (actions, reasons, gap) = match verdict {
            Verdict::InSync { .. } => (vec!["no-op"], Vec::new(), None),
            Verdict::Unread { after: _, gap } => (vec!["read"], Vec::new(), Some(gap)),
            Verdict::Changed(Change::Create { .. }) => (vec!["create"], Vec::new(), None),
            Verdict::NotImported { problem, .. } => (vec!["no-op"], vec![import_problem(problem)], None),
            Verdict::Changed(Change::Update { edits, .. }) => (update_actions(edits), Vec::new(), None),
            Verdict::Changed(Change::Release { .. }) => (vec!["release"], Vec::new(), None),
            Verdict::Changed(Change::Replace { reasons, .. }) => (
                vec!["create", "delete"],
                reasons.iter().map(|reason| replace_reason(*reason)).collect(),
                None,
            ),
            Verdict::Changed(Change::Delete { reason, .. }) => {
                (vec!["delete"], vec![delete_reason(*reason)], None)
            }
        };
        let change = |detail: &Detail| {
            let Detail { edit, gain, lose, unknown } = detail;
            let is_principal = matches!(edit.part, Part::Principal { .. });
            let behind = gain.iter().chain(lose.iter()).filter(|_| is_principal);
            ChangeDocument {
                edit: EditDocument::new(edit),
                gain: gain.len(),
                lose: lose.len(),
                accounts: texts(behind),
                unknown: unknown.len(),
            }
        };
        Self {
            address: address.to_string(),
            place: PlaceDocument::new(diff.place(), labels),
            name: diff.name().to_owned(),
            source: diff.span().map(|span| SourceDocument::new(span, sources)),
            actions,
            cause: share.cause().map(crate::diff::Cause::as_str),
            reasons,
            blocked: blocked.map(blocked_reason),
            gap: gap.map(GapDocument::new),
            before: diff.before().map(|present| before(present, labels)),
            after: diff.after().map(|wanted| after(wanted, labels)),
            changes: details.iter().map(change).collect(),
            access: AccessDocument {
                gain: texts(&access.gain),
                lose: texts(&access.lose),
                unknown: texts(&access.unknown),
            },
            hazards: hazards
                .iter()
                .map(|hazard| HazardDocument::new(hazard, Some(address), sources))
                .collect(),
            remarks: remarks.iter().map(RemarkDocument::new).collect(),
            steps: steps.iter().map(|step| step.0).collect(),
        }
    }
}

fn update_actions(edits: &[Edit]) -> Vec<&'static str> {
    let mut actions: Vec<&'static str> = edits
        .iter()
        .filter_map(|edit| match &edit.part {
            Part::Imported { .. } => Some("import"),
            Part::Moved { .. } => Some("move"),
            _ => None,
        })
        .collect();
    if !edits.iter().all(|edit| edit.part.is_identity()) {
        actions.push("update");
    }
    actions
}

fn before(present: &Present, labels: &BTreeMap<AccountId, String>) -> SideDocument {
    let Present { place, share } = present;
    let LiveShare {
        arn,
        name,
        status,
        status_message: _,
        allow_external_principals,
        retain_sharing,
        feature_set: _,
        tags,
        created: _,
        resources,
        principals,
        sources,
        permissions,
    } = share;
    SideDocument {
        place: PlaceDocument::new(place, labels),
        arn: Some(arn.to_string()),
        status: Some(status.to_string()),
        name: name.clone(),
        allow_external_principals: *allow_external_principals,
        retain_sharing_on_account_leave_organization: *retain_sharing,
        resources: texts(resources.keys()),
        principals: texts(principals.keys()),
        sources: texts(sources.keys()),
        permissions: permissions.iter().map(|(kind, p)| (kind.to_string(), p.arn.to_string())).collect(),
        tags: tags.clone(),
    }
}

fn after(wanted: &Wanted, labels: &BTreeMap<AccountId, String>) -> SideDocument {
    let Wanted {
        place,
        span: _,
        name,
        allow_external_principals,
        retain_sharing,
        resources,
        principals,
        sources,
        permissions,
        tags,
        ownership,
        stamp,
    } = wanted;
    let mut tags: Tags = tags.iter().chain(ownership).map(|(k, v)| (k.clone(), v.clone())).collect();
    tags.insert(crate::model::TAG_APPLIED.to_owned(), stamp.to_string());
    SideDocument {
        place: PlaceDocument::new(place, labels),
        arn: None,
        status: None,
        name: name.clone(),
        allow_external_principals: *allow_external_principals,
        retain_sharing_on_account_leave_organization: *retain_sharing,
        resources: texts(resources.keys()),
        principals: texts(principals.keys()),
        sources: texts(sources),
        permissions: permissions.iter().map(|(kind, arn)| (kind.to_string(), arn.to_string())).collect(),
        tags,
    }
}

pub(crate) fn replace_reason(reason: ReplaceReason) -> &'static str {
    match reason {
        ReplaceReason::Account => "account",
        ReplaceReason::Region => "region",
        ReplaceReason::RetainSharing => "retain_sharing_on_account_leave_organization",
        ReplaceReason::Failed => "failed",
    }
}

pub(crate) fn delete_reason(reason: DeleteReason) -> &'static str {
    match reason {
        DeleteReason::NotDeclared => "not_declared",
        DeleteReason::NoAddress => "no_address",
        DeleteReason::Duplicate => "duplicate",
        DeleteReason::Destroy => "destroy",
        DeleteReason::Expired => "expired",
        DeleteReason::MoveTaken => "move_taken",
    }
}

pub(crate) fn import_problem(problem: &ImportProblem) -> &'static str {
    match problem {
        ImportProblem::NotThere { deleted: true } => "deleted",
        ImportProblem::NotThere { deleted: false } => "not_there",
        ImportProblem::NotStandard { .. } => "not_standard",
        ImportProblem::Failed => "failed",
        ImportProblem::RetainSharing { .. } => "retain_sharing_on_account_leave_organization",
        ImportProblem::AddressTaken { .. } => "address_taken",
        ImportProblem::OtherAddress { .. } => "other_address",
    }
}

fn blocked_reason(blocked: Blocked) -> &'static str {
    match blocked {
        Blocked::SharingUnread => "sharing_unread",
        Blocked::SharingOff => "sharing_off",
        Blocked::SuccessorBlocked => "successor_blocked",
    }
}
