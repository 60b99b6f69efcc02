//! A customer managed permission's two sides and what becomes of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::diag::SourceMap;
use crate::diff::{
    Cause, Delta, PermissionChange, PermissionEdit, PermissionPart, PermissionProblem, PermissionVerdict,
    PresentPermission, Room, VersionAfter, WantedPermission,
};
use crate::drift::{PermissionClass, PermissionItem};
use crate::live::CustomerPermissionRow;
use crate::model::{AccountId, ConditionChange, PolicyChange, ShareArn, TAG_APPLIED, Tags};
use crate::plan::{PermissionBlocked, PlannedPermission};
use crate::wire::parts::{GapDocument, PlaceDocument, SourceDocument, texts};
use crate::wire::share::{HazardDocument, delete_reason};

/// One permission of a plan.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PermissionDocument {
    address: String,
    place: PlaceDocument,
    name: String,
    source: Option<SourceDocument>,
    /// `import`, `promote`, `move`, `create`, `update`, `delete`, `release`, `no-op` or `read`.
    actions: Vec<&'static str>,
    /// Why it is deleted, or why its block cannot have it.
    reasons: Vec<&'static str>,
    /// `versions_held` or `in_use`: why nothing is done although it differs.
    blocked: Option<&'static str>,
    /// The shares that are in the way, by the version that they hold; all versions where it is to be deleted.
    held_by: BTreeMap<String, Vec<String>>,
    gap: Option<GapDocument>,
    before: Option<PermissionSideDocument>,
    after: Option<PermissionSideDocument>,
    changes: Vec<PermissionEditDocument>,
    hazards: Vec<HazardDocument>,
    steps: Vec<u32>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct PermissionSideDocument {
    arn: String,
    resource_type: String,
    /// The default version; null for what is to be.
    version: Option<String>,
    /// The policy template, as JSON in a text; null for what is there, which a change tells of.
    policy: Option<String>,
    tags: Tags,
    /// Shares that have it.
    users: Vec<String>,
}

/// One difference of a permission.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PermissionEditDocument {
    /// `policy`, `tag`, `import` (`before` is the stack that had it, if one did), `move` (`before` is the address) or `record`.
    part: &'static str,
    /// `new_version`, `set_default`, `add`, `remove` or `change`.
    action: &'static str,
    /// The tag's key.
    subject: Option<String>,
    before: Option<String>,
    after: Option<String>,
    /// The version that is deleted to make room, and the shares that are moved off it.
    deletes_version: Option<String>,
    moves_shares: Vec<String>,
    actions: Option<PolicyChangeDocument>,
    cause: &'static str,
}

/// What a change of policy gives and takes.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PolicyChangeDocument {
    added: Vec<String>,
    removed: Vec<String>,
    /// `same`, `narrower` or `perhaps_wider`.
    conditions: &'static str,
}

impl PolicyChangeDocument {
    pub fn new(change: &PolicyChange) -> Self {
        let PolicyChange { added, removed, conditions } = change;
        Self {
            added: texts(added),
            removed: texts(removed),
            conditions: match conditions {
                ConditionChange::Same => "same",
                ConditionChange::Narrower => "narrower",
                ConditionChange::PerhapsWider => "perhaps_wider",
            },
        }
    }
}

impl PermissionEditDocument {
    pub fn new(edit: &PermissionEdit) -> Self {
        let PermissionEdit { part, cause } = edit;
        let mut out = Self {
            part: "",
            action: "change",
            subject: None,
            before: None,
            after: None,
            deletes_version: None,
            moves_shares: Vec::new(),
            actions: None,
            cause: Cause::as_str(*cause),
        };
        match part {
            PermissionPart::Policy { before, version, change } => {
                out.part = "policy";
                out.before = Some(before.clone());
                out.actions = Some(PolicyChangeDocument::new(change));
                match version {
                    VersionAfter::Existing(version) => {
                        out.action = "set_default";
                        out.after = Some(version.clone());
                    }
                    VersionAfter::New(room) => {
                        out.action = "new_version";
                        if let Room::Made { version, users } = room {
                            out.deletes_version = Some(version.clone());
                            out.moves_shares = texts(users);
                        }
                    }
                }
            }
            PermissionPart::Tag { key, how } => {
                out.part = "tag";
                out.subject = Some(key.clone());
                match how {
                    Delta::Added { after } => (out.action, out.after) = ("add", Some(after.clone())),
                    Delta::Removed { before } => (out.action, out.before) = ("remove", Some(before.clone())),
                    Delta::Changed { before, after } => {
                        (out.before, out.after) = (Some(before.clone()), Some(after.clone()));
                    }
                }
            }
            PermissionPart::Imported { owner } => {
                out.part = "import";
                out.before.clone_from(owner);
            }
            PermissionPart::Moved { from } => {
                out.part = "move";
                out.before = Some(from.to_string());
            }
            PermissionPart::Record => out.part = "record",
        }
        out
    }
}

impl PermissionDocument {
    pub fn new(
        permission: &PlannedPermission,
        labels: &BTreeMap<AccountId, String>,
        sources: &SourceMap,
    ) -> Self {
        let PlannedPermission { diff, hazards, blocked, steps } = permission;
        let mut edits: &[PermissionEdit] = &[];
        let (actions, reasons, gap) = match &diff.verdict {
            PermissionVerdict::InSync { .. } => (vec!["no-op"], Vec::new(), None),
            PermissionVerdict::Unread { after: _, gap } => (vec!["read"], Vec::new(), Some(gap)),
            PermissionVerdict::NotHad { problem, .. } => {
                (vec!["no-op"], vec![permission_problem(problem)], None)
            }
            PermissionVerdict::Changed(PermissionChange::Create { .. }) => (vec!["create"], Vec::new(), None),
            PermissionVerdict::Changed(PermissionChange::Promote { .. }) => {
                (vec!["import", "promote"], Vec::new(), None)
            }
            PermissionVerdict::Changed(PermissionChange::Release { .. }) => {
                (vec!["release"], Vec::new(), None)
            }
            PermissionVerdict::Changed(PermissionChange::Delete { before: _, reason }) => {
                (vec!["delete"], vec![delete_reason(*reason)], None)
            }
            PermissionVerdict::Changed(PermissionChange::Update { edits: found, .. }) => {
                edits = found;
                let words = found.iter().map(|edit| match &edit.part {
                    PermissionPart::Imported { .. } => "import",
                    PermissionPart::Moved { .. } => "move",
                    PermissionPart::Policy { .. } | PermissionPart::Tag { .. } | PermissionPart::Record => {
                        "update"
                    }
                });
                (words.collect::<BTreeSet<_>>().into_iter().collect(), Vec::new(), None)
            }
        };
        let (blocked, held_by) = match blocked {
            None => (None, BTreeMap::new()),
            Some(PermissionBlocked::VersionsHeld { users }) => (Some("versions_held"), users.clone()),
            Some(PermissionBlocked::InUse { users }) => {
                (Some("in_use"), BTreeMap::from([("*".to_owned(), users.clone())]))
            }
        };
        Self {
            address: diff.address.to_string(),
            place: PlaceDocument::new(diff.place(), labels),
            name: diff.arn().name().to_owned(),
            source: diff.span().map(|span| SourceDocument::new(span, sources)),
            actions,
            reasons,
            blocked,
            held_by: held_by
                .into_iter()
                .map(|(version, users): (String, BTreeSet<ShareArn>)| (version, texts(users)))
                .collect(),
            gap: gap.map(GapDocument::new),
            before: diff.before().map(before),
            after: diff.after().map(after),
            changes: edits.iter().map(PermissionEditDocument::new).collect(),
            hazards: hazards.iter().map(HazardDocument::new).collect(),
            steps: steps.iter().map(|step| step.0).collect(),
        }
    }
}

fn before(present: &PresentPermission) -> PermissionSideDocument {
    let PresentPermission { place: _, row, users } = present;
    let CustomerPermissionRow { arn, version, resource_type, status: _, feature_set: _, tags } = row;
    PermissionSideDocument {
        arn: arn.to_string(),
        resource_type: resource_type.to_string(),
        version: Some(version.clone()),
        policy: None,
        tags: tags.clone(),
        users: texts(users),
    }
}

fn after(wanted: &WantedPermission) -> PermissionSideDocument {
    let WantedPermission { place: _, span: _, arn, resource_type, policy, tags, ownership, stamp } = wanted;
    let mut tags: Tags = tags.iter().chain(ownership).map(|(k, v)| (k.clone(), v.clone())).collect();
    tags.insert(TAG_APPLIED.to_owned(), stamp.to_string());
    PermissionSideDocument {
        arn: arn.to_string(),
        resource_type: resource_type.to_string(),
        version: None,
        policy: Some(policy.template()),
        tags,
        users: Vec::new(),
    }
}

pub(crate) fn permission_problem(problem: &PermissionProblem) -> &'static str {
    match problem {
        PermissionProblem::NameTaken { .. } => "name_taken",
        PermissionProblem::NameFromPolicy => "name_from_policy",
        PermissionProblem::TypeChanged { .. } => "type_changed",
        PermissionProblem::OtherAddress { .. } => "other_address",
        PermissionProblem::NotThere { .. } => "not_there",
        PermissionProblem::OtherName { .. } => "other_name",
        PermissionProblem::OtherType { .. } => "other_type",
        PermissionProblem::PolicyDiffers { .. } => "policy_differs",
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
    /// For `modified`: `drift`, `pending` or `both`.
    cause: Option<&'static str>,
    /// For `modified` `release`, for `surplus` why, for `missing` `promote` or why its block cannot have it.
    reasons: Vec<&'static str>,
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
                out.cause = Some(Cause::as_str(*cause));
                out.changes = edits.iter().map(PermissionEditDocument::new).collect();
            }
            PermissionClass::Missing => out.class = "missing",
            PermissionClass::ToPromote => (out.class, out.reasons) = ("missing", vec!["promote"]),
            PermissionClass::Surplus { reason } => {
                (out.class, out.reasons) = ("surplus", vec![delete_reason(*reason)]);
            }
            PermissionClass::ToRelease => {
                (out.class, out.reasons) = ("modified", vec!["release"]);
                out.cause = Some(Cause::Pending.as_str());
            }
            PermissionClass::NotHad { problem } => {
                (out.class, out.reasons) = ("missing", vec![permission_problem(problem)]);
            }
            PermissionClass::Unknown { gap } => {
                out.class = "unknown";
                out.gap = Some(GapDocument::new(gap));
            }
        }
        out
    }
}
