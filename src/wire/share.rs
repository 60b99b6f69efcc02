//! A share's two sides and what becomes of it.

mod read;
mod sides;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::access::Grantee;
use crate::diag::{SourceMap, Span};
use crate::diff::{Change, Edit, ImportProblem, Part, ShareDiff, Verdict};
use crate::model::{AccountId, Address, Principal, ShareArn};
use crate::plan::{Allowance, Detail, Hazard, HazardStanding, HazardSubject, PlannedShare};
use crate::wire::access::ActionDocument;
use crate::wire::invitation::InvitationDocument;
use crate::wire::parts::{
    EditDocument, GapDocument, LeftDocument, PlaceDocument, RemarkDocument, SourceDocument, texts,
};
pub(crate) use crate::wire::share::sides::LiveDocument;
use crate::wire::share::sides::WantedDocument;
use crate::wire::usage::UsageDocument;
use crate::wire::words::{
    AboutWord, ActionWord, AllowedWord, BlockedWord, CauseWord, DeleteWord, ImportProblemWord, ReplaceWord,
    text_of,
};

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ShareDocument {
    address: String,
    place: PlaceDocument,
    name: String,
    source: Option<SourceDocument>,
    /// A replacement has `create` and `delete`, in this order, and what is imported or moved may be updated as well.
    actions: Vec<ActionWord>,
    /// Who made the difference; null where the whole share comes or goes.
    cause: Option<CauseWord>,
    /// Why it is replaced, deleted or not imported.
    reasons: Vec<String>,
    /// The import that is not carried out.
    import: Option<ImportDocument>,
    /// Why nothing is done although it differs.
    blocked: Option<BlockedWord>,
    /// Its block keeps it from being deleted.
    prevent_destroy: bool,
    gap: Option<GapDocument>,
    before: Option<LiveDocument>,
    after: Option<WantedDocument>,
    changes: Vec<ChangeDocument>,
    /// The accounts behind resources that come or go; `changes` point into it.
    audiences: Vec<AudienceDocument>,
    access: AccessDocument,
    /// The sharing account is one of those that it shares with, once all is done.
    owner_included: bool,
    /// The subnets and transit gateways of this share that accounts lose by the plan as a whole.
    usage: Vec<UsageDocument>,
    pub hazards: Vec<HazardDocument>,
    remarks: Vec<RemarkDocument>,
    /// Principals that are invited and do not see the share yet.
    invitations: Vec<InvitationDocument>,
    /// Differences that the block's `lifecycle` leaves alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    left: Vec<LeftDocument>,
    /// Accounts for which the live share stays although it is replaced or too many: they have yet to accept what takes its place.
    kept_for: Vec<String>,
    steps: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
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
    /// Where all of them have the resource before and after: the actions that they gain or lose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    actions: Vec<ActionDocument>,
    /// For a resource whose coming or going is felt by anybody: by whom, as an index into `audiences`.
    audience: Option<usize>,
    /// For a resource that comes: accounts that have yet to accept their invitation, and have it by this share once they do. `gain` does not
    /// count them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    once_accepted: Vec<String>,
}

/// Accounts behind a resource.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct AudienceDocument {
    accounts: Vec<String>,
    /// Principals behind which the accounts are not known.
    unknown: Vec<String>,
}

/// An import block that cannot have what it names.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ImportDocument {
    arn: String,
    source: SourceDocument,
    problem: ImportProblemWord,
    /// What is in the way: a feature set, a share, an address or a setting.
    detail: Option<String>,
}

/// Accounts, roles, users and services that gain or lose the use of at least one resource, or an action on it. A service stands with the source
/// on whose behalf it comes: `NAME for SOURCE`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct AccessDocument {
    pub gain: Vec<String>,
    pub lose: Vec<String>,
    /// Principals behind which the accounts are not known.
    pub unknown: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct HazardDocument {
    code: String,
    summary: String,
    /// The block that it is about; null for the plan as a whole.
    pub address: Option<String>,
    about: AboutWord,
    /// The principal, resource, source, type or share that it is about; null for the share or plan as a whole.
    subject: Option<String>,
    /// For a threshold: what was counted, and what may be.
    threshold: Option<ThresholdDocument>,
    /// What `--allow` takes to agree to it.
    allow: String,
    /// Who agreed to it; null where nobody did, and then the plan is not applied.
    allowed: Option<AllowedDocument>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
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

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct AllowedDocument {
    by: AllowedWord,
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
            code: code.id.to_owned(),
            summary: code.summary.to_owned(),
            address: at.map(ToString::to_string),
            about: match subject {
                HazardSubject::Principal(_) => AboutWord::Principal,
                HazardSubject::Resource(_) => AboutWord::Resource,
                HazardSubject::Source(_) => AboutWord::Source,
                HazardSubject::Permission(_) => AboutWord::Permission,
                HazardSubject::Share => AboutWord::Share,
                HazardSubject::Received(_) => AboutWord::Received,
                HazardSubject::Second(_) => AboutWord::Second,
                HazardSubject::Plan => AboutWord::Plan,
                HazardSubject::Revoked { .. } => AboutWord::Revocations,
                HazardSubject::Granted { .. } => AboutWord::Grants,
            },
            subject: match subject {
                HazardSubject::Principal(principal) => Some(principal.to_string()),
                HazardSubject::Resource(resource) => Some(resource.to_string()),
                HazardSubject::Source(source) => Some(source.clone()),
                HazardSubject::Permission(kind) => Some(kind.to_string()),
                HazardSubject::Received(share) | HazardSubject::Second(share) => Some(share.to_string()),
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
                | HazardSubject::Source(_)
                | HazardSubject::Permission(_)
                | HazardSubject::Received(_)
                | HazardSubject::Second(_)
                | HazardSubject::Share
                | HazardSubject::Plan => None,
            },
            allow: Allowance::of(code, at).to_string(),
            allowed: match standing {
                HazardStanding::Open => None,
                HazardStanding::AllowedByFlag => Some(by(AllowedWord::Flag)),
                HazardStanding::AllowedByStack { span, reason, until } => Some(AllowedDocument {
                    source: Some(SourceDocument::new(*span, sources)),
                    reason: Some(reason.clone()),
                    until: until.map(|until| until.to_string()),
                    ..by(AllowedWord::Stack)
                }),
            },
        }
    }
}

impl ImportDocument {
    pub fn new(arn: &ShareArn, span: Span, problem: &ImportProblem, sources: &SourceMap) -> Self {
        let (problem, detail) = match problem {
            ImportProblem::NotThere { deleted: true } => (ImportProblemWord::Deleted, None),
            ImportProblem::NotThere { deleted: false } => (ImportProblemWord::NotThere, None),
            ImportProblem::OtherPlace => (ImportProblemWord::OtherPlace, None),
            ImportProblem::NotStandard { feature_set } => {
                (ImportProblemWord::NotStandard, Some(feature_set.to_string()))
            }
            ImportProblem::NoTwin { resource_type, permission } => {
                (ImportProblemWord::NoTwin, Some(format!("{resource_type} {permission}")))
            }
            ImportProblem::Failed => (ImportProblemWord::Failed, None),
            ImportProblem::RetainSharing { live } => {
                (ImportProblemWord::RetainSharing, Some(live.to_string()))
            }
            ImportProblem::AddressTaken { by } => (ImportProblemWord::AddressTaken, Some(by.to_string())),
            ImportProblem::OtherAddress { address } => {
                (ImportProblemWord::OtherAddress, Some(address.to_string()))
            }
        };
        Self { arn: arn.to_string(), source: SourceDocument::new(span, sources), problem, detail }
    }

    pub fn word(&self) -> ImportProblemWord {
        self.problem
    }
}

impl ShareDocument {
    pub fn new(share: &PlannedShare, labels: &BTreeMap<AccountId, String>, sources: &SourceMap) -> Self {
        let PlannedShare {
            diff,
            details,
            access,
            owner_included,
            usage,
            hazards,
            blocked,
            outsiders: _,
            kept_for,
            dropped: _, // the changes have it
            steps,
        } = share;
        // What was deleted is told by drift reports alone.
        let ShareDiff { address, verdict, protected, remarks, invitations, left, deleted: _ } = diff;
        use ActionWord as A;
        let (actions, reasons, gap) = match verdict {
            Verdict::InSync { .. } => (vec![A::NoOp], Vec::new(), None),
            Verdict::Unread { after: _, gap } => (vec![A::Read], Vec::new(), Some(gap)),
            Verdict::NotImported { problem, .. } => (vec![A::NoOp], vec![import_problem(problem)], None),
            Verdict::Changed(change) => {
                let (actions, reasons) = actions(change);
                (actions, reasons, None)
            }
        };
        let import = match verdict {
            Verdict::NotImported { after: _, arn, span, problem } => {
                Some(ImportDocument::new(arn, *span, problem, sources))
            }
            _ => None,
        };
        let mut audiences = Audiences::default();
        let changes = details.iter().map(|detail| change(share, detail, &mut audiences)).collect();
        Self {
            address: address.to_string(),
            place: PlaceDocument::new(diff.place(), labels),
            name: diff.name().to_owned(),
            source: diff.span().map(|span| SourceDocument::new(span, sources)),
            actions,
            cause: share.cause().map(CauseWord::from),
            reasons,
            import,
            blocked: blocked.map(BlockedWord::from),
            prevent_destroy: *protected,
            gap: gap.map(GapDocument::new),
            before: diff.before().map(|present| LiveDocument::new(present, labels)),
            after: diff.after().map(|wanted| WantedDocument::new(wanted, labels)),
            changes,
            audiences: audiences.into_documents(),
            access: AccessDocument {
                gain: texts(&access.gain),
                lose: texts(&access.lose),
                unknown: texts(&access.unknown),
            },
            owner_included: *owner_included,
            usage: UsageDocument::all(usage, labels),
            hazards: hazards
                .iter()
                .map(|hazard| HazardDocument::new(hazard, Some(address), sources))
                .collect(),
            remarks: remarks.iter().map(RemarkDocument::new).collect(),
            invitations: invitations
                .iter()
                .map(|(principal, invitation)| InvitationDocument::new(principal, invitation, labels))
                .collect(),
            left: left.iter().map(LeftDocument::new).collect(),
            kept_for: texts(kept_for),
            steps: steps.iter().map(|step| step.0).collect(),
        }
    }
}

/// Accounts, roles and users, and principals behind which they are not known.
type Audience = (Arc<BTreeSet<Grantee>>, Arc<BTreeSet<Principal>>);

/// The sets of accounts behind the resources of one share. Thousands of resources share one.
#[derive(Default)]
struct Audiences {
    sets: Vec<Audience>,
}

impl Audiences {
    fn index(&mut self, accounts: &Arc<BTreeSet<Grantee>>, unknown: &Arc<BTreeSet<Principal>>) -> usize {
        let same = |(a, u): &Audience| (a, u) == (accounts, unknown);
        self.sets.iter().position(same).unwrap_or_else(|| {
            self.sets.push((accounts.clone(), unknown.clone()));
            self.sets.len() - 1
        })
    }

    fn into_documents(self) -> Vec<AudienceDocument> {
        let document = |(accounts, unknown): Audience| AudienceDocument {
            accounts: texts(&*accounts),
            unknown: texts(&*unknown),
        };
        self.sets.into_iter().map(document).collect()
    }
}

fn change(share: &PlannedShare, detail: &Detail, audiences: &mut Audiences) -> ChangeDocument {
    let Detail { edit, gain, lose, unknown, resources: _, actions } = detail;
    let is_principal = matches!(edit.part, Part::Principal { .. });
    let felt = if gain.is_empty() { lose } else { gain };
    let is_felt = !felt.is_empty() || !unknown.is_empty();
    ChangeDocument {
        edit: EditDocument::new(edit),
        gain: gain.len(),
        lose: lose.len(),
        accounts: texts(felt.iter().filter(|_| is_principal)),
        unknown: unknown.len(),
        actions: ActionDocument::all(&**actions),
        audience: (is_felt && !is_principal).then(|| audiences.index(felt, unknown)),
        once_accepted: texts(share.once_accepted(detail)),
    }
}

/// What is done, and why where that is not plain.
pub(crate) fn actions(change: &Change) -> (Vec<ActionWord>, Vec<String>) {
    use ActionWord as A;
    match change {
        Change::Create { .. } => (vec![A::Create], Vec::new()),
        Change::Update { edits, .. } => (update_actions(edits), Vec::new()),
        Change::Release { .. } => (vec![A::Release], Vec::new()),
        Change::Replace { reasons, .. } => {
            let reasons = reasons.iter().map(|reason| text_of(ReplaceWord::from(*reason)));
            (vec![A::Create, A::Delete], reasons.collect())
        }
        Change::Delete { reason, .. } => (vec![A::Delete], vec![text_of(DeleteWord::from(*reason))]),
    }
}

fn update_actions(edits: &[Edit]) -> Vec<ActionWord> {
    let mut actions: Vec<ActionWord> = edits
        .iter()
        .filter_map(|edit| match &edit.part {
            Part::Imported { .. } => Some(ActionWord::Import),
            Part::Promoted => Some(ActionWord::Promote),
            Part::Moved { .. } | Part::StackRenamed { .. } => Some(ActionWord::Move),
            _ => None,
        })
        .collect();
    actions.dedup();
    if !edits.iter().all(|edit| edit.part.is_identity()) {
        actions.push(ActionWord::Update);
    }
    actions
}

pub(crate) fn import_problem(problem: &ImportProblem) -> String {
    text_of(match problem {
        ImportProblem::NotThere { deleted: true } => ImportProblemWord::Deleted,
        ImportProblem::NotThere { deleted: false } => ImportProblemWord::NotThere,
        ImportProblem::OtherPlace => ImportProblemWord::OtherPlace,
        ImportProblem::NotStandard { .. } => ImportProblemWord::NotStandard,
        ImportProblem::NoTwin { .. } => ImportProblemWord::NoTwin,
        ImportProblem::Failed => ImportProblemWord::Failed,
        ImportProblem::RetainSharing { .. } => ImportProblemWord::RetainSharing,
        ImportProblem::AddressTaken { .. } => ImportProblemWord::AddressTaken,
        ImportProblem::OtherAddress { .. } => ImportProblemWord::OtherAddress,
    })
}
