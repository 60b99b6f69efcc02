//! What becomes of a customer managed permission, in a plan and in a drift report.

mod actions;
mod edit;
mod item;
mod problem;
mod sides;

pub(crate) use actions::ActionsDocument;
pub(crate) use item::PermissionItemDocument;
pub(crate) use problem::problem_words;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diag::{SourceMap, Span};
use crate::diff::{PermissionChange, PermissionDiff, PermissionEdit, PermissionVerdict};
use crate::model::{AccountId, Address, Gap};
use crate::plan::{PermissionBlocked, PlannedPermission};
use crate::wire::malformed::{Malformed, id, needed};
use crate::wire::parts::{GapDocument, MisfitDocument, PlaceDocument, Recorded, SourceDocument, texts};
use crate::wire::permission::edit::PermissionEditDocument;
use crate::wire::permission::problem::ProblemDocument;
use crate::wire::permission::sides::{LivePermissionDocument, WantedPermissionDocument};
use crate::wire::share::HazardDocument;
use crate::wire::words::{DeleteWord, PermissionActionWord, PermissionBlockedWord};

/// One permission of a plan.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PermissionDocument {
    address: String,
    place: PlaceDocument,
    name: String,
    source: Option<SourceDocument>,
    action: PermissionActionWord,
    /// Why it is deleted.
    reason: Option<DeleteWord>,
    /// Why its block cannot have it.
    problem: Option<ProblemDocument>,
    /// Why the stack's tags on it do not make it the stack's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    misfit: Option<MisfitDocument>,
    /// Why nothing is done although it differs.
    blocked: Option<PermissionBlockedWord>,
    /// The shares that are in the way: by the version that they hold, or all under `*`.
    held_by: BTreeMap<String, Vec<String>>,
    /// Its block keeps it from being deleted.
    prevent_destroy: bool,
    gap: Option<GapDocument>,
    before: Option<LivePermissionDocument>,
    after: Option<WantedPermissionDocument>,
    changes: Vec<PermissionEditDocument>,
    pub hazards: Vec<HazardDocument>,
    steps: Vec<u32>,
}

impl PermissionDocument {
    pub fn new(
        permission: &PlannedPermission,
        labels: &BTreeMap<AccountId, String>,
        sources: &SourceMap,
    ) -> Self {
        let PlannedPermission { diff, hazards, blocked, steps } = permission;
        let PermissionDiff { address, verdict, protected } = diff;
        use PermissionActionWord as A;
        let mut edits: &[PermissionEdit] = &[];
        let (mut reason, mut problem): (Option<DeleteWord>, Option<ProblemDocument>) = (None, None);
        let mut gap: Option<&Gap> = None;
        let mut misfit: Option<MisfitDocument> = None;
        let action = match verdict {
            PermissionVerdict::InSync { .. } => A::NoOp,
            PermissionVerdict::Unread { after: _, gap: found } => {
                gap = Some(found);
                A::Read
            }
            PermissionVerdict::NotHad { after: _, span, problem: found } => {
                problem = Some(ProblemDocument::new(*span, found, sources));
                A::NotHad
            }
            PermissionVerdict::Unproven { before: _, misfit: found } => {
                misfit = Some(MisfitDocument::new(found));
                A::Unproven
            }
            PermissionVerdict::Changed(PermissionChange::Create { .. }) => A::Create,
            PermissionVerdict::Changed(PermissionChange::Promote { .. }) => A::Promote,
            PermissionVerdict::Changed(PermissionChange::Release { .. }) => A::Release,
            PermissionVerdict::Changed(PermissionChange::Delete { before: _, reason: why }) => {
                reason = Some((*why).into());
                A::Delete
            }
            PermissionVerdict::Changed(PermissionChange::Update { before: _, after: _, edits: found }) => {
                edits = found;
                A::Update
            }
        };
        let (blocked, held_by) = match blocked {
            None => (None, BTreeMap::new()),
            Some(PermissionBlocked::VersionsHeld { users }) => {
                (Some(PermissionBlockedWord::VersionsHeld), users.clone())
            }
            Some(PermissionBlocked::InUse { users }) => {
                (Some(PermissionBlockedWord::InUse), BTreeMap::from([("*".to_owned(), users.clone())]))
            }
        };
        Self {
            address: address.to_string(),
            place: PlaceDocument::new(diff.place(), labels),
            name: diff.arn().name().to_owned(),
            source: diff.span().map(|span| SourceDocument::new(span, sources)),
            action,
            reason,
            problem,
            misfit,
            blocked,
            held_by: held_by.into_iter().map(|(version, users)| (version, texts(users))).collect(),
            prevent_destroy: *protected,
            gap: gap.map(GapDocument::new),
            before: diff.before().map(|present| LivePermissionDocument::new(present, labels)),
            after: diff.after().map(|wanted| WantedPermissionDocument::new(wanted, labels)),
            changes: edits.iter().map(PermissionEditDocument::new).collect(),
            hazards: hazards
                .iter()
                .map(|hazard| HazardDocument::new(hazard, Some(address), sources))
                .collect(),
            steps: steps.iter().map(|step| step.0).collect(),
        }
    }

    pub fn address(&self) -> Result<Address, Malformed> {
        id(&self.address, Address::parse)
    }

    /// What the plan was made from.
    pub fn read(&self, recorded: &mut Recorded) -> Result<PermissionDiff, Malformed> {
        let span = self.source.as_ref().map(|source| recorded.span(source));
        Ok(PermissionDiff {
            address: self.address()?,
            verdict: self.verdict(span, recorded)?,
            protected: self.prevent_destroy,
        })
    }

    fn verdict(&self, span: Option<Span>, recorded: &mut Recorded) -> Result<PermissionVerdict, Malformed> {
        use PermissionActionWord as A;
        let before = || needed(&self.before, "a live permission")?.read();
        let after = || {
            let span = span.ok_or_else(|| Malformed::new("null", "where a block is"))?;
            needed(&self.after, "a desired permission")?.read(span)
        };
        Ok(PermissionVerdict::Changed(match self.action {
            A::NoOp => return Ok(PermissionVerdict::InSync { before: before()?, after: after()? }),
            A::Read => {
                let gap = needed(&self.gap, "a gap")?.read();
                return Ok(PermissionVerdict::Unread { after: after()?, gap });
            }
            A::NotHad => {
                let (span, problem) = needed(&self.problem, "what is in the way")?.read(recorded)?;
                return Ok(PermissionVerdict::NotHad { after: after()?, span, problem });
            }
            A::Unproven => {
                let misfit = needed(&self.misfit, "why it is not the stack's")?.read()?;
                return Ok(PermissionVerdict::Unproven { before: before()?, misfit });
            }
            A::Create => PermissionChange::Create { after: after()? },
            A::Promote => PermissionChange::Promote { before: before()?, after: after()? },
            A::Release => PermissionChange::Release { before: before()? },
            A::Delete => PermissionChange::Delete {
                before: before()?,
                reason: (*needed(&self.reason, "why it is deleted")?).into(),
            },
            A::Update => PermissionChange::Update {
                before: before()?,
                after: after()?,
                edits: self.changes.iter().map(PermissionEditDocument::read).collect::<Result<_, _>>()?,
            },
        }))
    }
}
