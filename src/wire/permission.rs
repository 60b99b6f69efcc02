//! A customer managed permission's two sides and what becomes of it.

mod read;

pub(crate) use read::policy;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diag::SourceMap;
use crate::diff::{
    Delta, PermissionChange, PermissionDiff, PermissionEdit, PermissionPart, PermissionProblem,
    PermissionVerdict, PresentPermission, Room, VersionAfter, WantedPermission,
};
use crate::drift::{PermissionClass, PermissionItem};
use crate::live::CustomerPermissionRow;
use crate::model::{AccountId, Gap, Observed, PolicyChange, TAG_APPLIED, Tags};
use crate::plan::{PermissionBlocked, PlannedPermission};
use crate::wire::parts::{GapDocument, PlaceDocument, SourceDocument, texts};
use crate::wire::share::HazardDocument;
use crate::wire::words::{
    CauseWord, ConditionWord, DeleteWord, PermissionActionWord, PermissionBlockedWord, PermissionEditWord,
    PermissionPartWord, PermissionProblemWord, text_of,
};

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
    hazards: Vec<HazardDocument>,
    steps: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ProblemDocument {
    problem: PermissionProblemWord,
    source: SourceDocument,
    /// What is in the way: a stack, an address, a permission or a type.
    detail: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct LivePermissionDocument {
    place: PlaceDocument,
    arn: String,
    resource_type: String,
    /// The default version.
    version: String,
    status: String,
    feature_set: String,
    tags: Tags,
    /// Shares that have it.
    users: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct WantedPermissionDocument {
    place: PlaceDocument,
    arn: String,
    resource_type: String,
    /// The policy template, as JSON in a text.
    policy: String,
    tags: Tags,
}

/// One difference of a permission.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PermissionEditDocument {
    /// For `import`, `before` is the stack that had it, if one did; for `move` the address.
    part: PermissionPartWord,
    action: PermissionEditWord,
    /// The tag's key.
    subject: Option<String>,
    before: Option<String>,
    after: Option<String>,
    /// The version that is deleted to make room, and the shares that are moved off it.
    deletes_version: Option<String>,
    moves_shares: Vec<String>,
    /// Where no version can go: the shares that hold each.
    held_by: BTreeMap<String, Vec<String>>,
    actions: Option<PolicyChangeDocument>,
    cause: CauseWord,
}

/// What a change of policy gives and takes.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PolicyChangeDocument {
    added: Vec<String>,
    removed: Vec<String>,
    conditions: ConditionWord,
}

/// The same, where it may not be known.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum ActionsDocument {
    Known(PolicyChangeDocument),
    Unknown(GapDocument),
}

impl ActionsDocument {
    pub fn new(change: &Observed<PolicyChange>) -> Self {
        match change {
            Observed::Known(change) => Self::Known(PolicyChangeDocument::new(change)),
            Observed::Unknown(gap) => Self::Unknown(GapDocument::new(gap)),
        }
    }

    pub fn read(&self) -> Observed<PolicyChange> {
        match self {
            Self::Known(change) => Observed::Known(change.read()),
            Self::Unknown(gap) => Observed::Unknown(gap.read()),
        }
    }
}

impl PolicyChangeDocument {
    fn new(change: &PolicyChange) -> Self {
        let PolicyChange { added, removed, conditions } = change;
        Self { added: texts(added), removed: texts(removed), conditions: (*conditions).into() }
    }
}

impl PermissionEditDocument {
    pub fn new(edit: &PermissionEdit) -> Self {
        let PermissionEdit { part, cause } = edit;
        let mut out = Self {
            part: PermissionPartWord::Record,
            action: PermissionEditWord::Change,
            subject: None,
            before: None,
            after: None,
            deletes_version: None,
            moves_shares: Vec::new(),
            held_by: BTreeMap::new(),
            actions: None,
            cause: (*cause).into(),
        };
        match part {
            PermissionPart::Policy { before, version, change } => {
                out.part = PermissionPartWord::Policy;
                out.before = Some(before.clone());
                out.actions = Some(PolicyChangeDocument::new(change));
                out.version(version);
            }
            PermissionPart::Tag { key, how } => {
                out.part = PermissionPartWord::Tag;
                out.subject = Some(key.clone());
                (out.action, out.before, out.after) = match how {
                    Delta::Added { after } => (PermissionEditWord::Add, None, Some(after.clone())),
                    Delta::Removed { before } => (PermissionEditWord::Remove, Some(before.clone()), None),
                    Delta::Changed { before, after } => {
                        (PermissionEditWord::Change, Some(before.clone()), Some(after.clone()))
                    }
                };
            }
            PermissionPart::Imported { owner } => {
                out.part = PermissionPartWord::Import;
                out.before.clone_from(owner);
            }
            PermissionPart::Moved { from } => {
                out.part = PermissionPartWord::Move;
                out.before = Some(from.to_string());
            }
            PermissionPart::Record => {}
        }
        out
    }

    fn version(&mut self, version: &VersionAfter) {
        match version {
            VersionAfter::Existing(version) => {
                self.action = PermissionEditWord::SetDefault;
                self.after = Some(version.clone());
            }
            VersionAfter::New(room) => {
                self.action = PermissionEditWord::NewVersion;
                match room {
                    Room::Free => {}
                    Room::Made { version, users } => {
                        self.deletes_version = Some(version.clone());
                        self.moves_shares = texts(users);
                    }
                    Room::None { users } => {
                        let held = users.iter().map(|(version, users)| (version.clone(), texts(users)));
                        self.held_by = held.collect();
                    }
                }
            }
        }
    }
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
        let action = match verdict {
            PermissionVerdict::InSync { .. } => A::NoOp,
            PermissionVerdict::Unread { after: _, gap: found } => {
                gap = Some(found);
                A::Read
            }
            PermissionVerdict::NotHad { after: _, span, problem: found } => {
                let (word, detail) = problem_words(found);
                let source = SourceDocument::new(*span, sources);
                problem = Some(ProblemDocument { problem: word, source, detail });
                A::NotHad
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
}

impl LivePermissionDocument {
    fn new(present: &PresentPermission, labels: &BTreeMap<AccountId, String>) -> Self {
        let PresentPermission { place, row, users } = present;
        let CustomerPermissionRow { arn, version, resource_type, status, feature_set, tags } = row;
        Self {
            place: PlaceDocument::new(place, labels),
            arn: arn.to_string(),
            resource_type: resource_type.to_string(),
            version: version.clone(),
            status: status.clone(),
            feature_set: feature_set.to_string(),
            tags: tags.clone(),
            users: texts(users),
        }
    }
}

impl WantedPermissionDocument {
    fn new(wanted: &WantedPermission, labels: &BTreeMap<AccountId, String>) -> Self {
        let WantedPermission { place, span: _, arn, resource_type, policy, tags, ownership, stamp } = wanted;
        let mut tags: Tags = tags.iter().chain(ownership).map(|(k, v)| (k.clone(), v.clone())).collect();
        tags.insert(TAG_APPLIED.to_owned(), stamp.to_string());
        Self {
            place: PlaceDocument::new(place, labels),
            arn: arn.to_string(),
            resource_type: resource_type.to_string(),
            policy: policy.template(),
            tags,
        }
    }
}

pub(crate) fn problem_words(problem: &PermissionProblem) -> (PermissionProblemWord, Option<String>) {
    use PermissionProblem as P;
    use PermissionProblemWord as W;
    match problem {
        P::NameTaken { owner } => (W::NameTaken, owner.clone()),
        P::NameFromPolicy => (W::NameFromPolicy, None),
        P::TypeChanged { live } => (W::TypeChanged, Some(live.to_string())),
        P::OtherAddress { address } => (W::OtherAddress, Some(address.to_string())),
        P::NotThere { arn } => (W::NotThere, Some(arn.to_string())),
        P::OtherName { arn } => (W::OtherName, Some(arn.to_string())),
        P::OtherType { live } => (W::OtherType, Some(live.to_string())),
        P::PolicyDiffers { arn } => (W::PolicyDiffers, Some(arn.to_string())),
    }
}

/// One permission of a drift report.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PermissionItemDocument {
    address: String,
    place: PlaceDocument,
    name: String,
    source: Option<SourceDocument>,
    /// `in_sync`, `modified`, `missing`, `surplus` or `unknown`.
    class: &'static str,
    /// For `modified`.
    cause: Option<CauseWord>,
    /// For `modified` `release`, for `surplus` why, for `missing` `promote` or why its block cannot have it.
    reasons: Vec<String>,
    changes: Vec<PermissionEditDocument>,
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
            }
            PermissionClass::Unknown { gap } => {
                out.class = "unknown";
                out.gap = Some(GapDocument::new(gap));
            }
        }
        out
    }
}
