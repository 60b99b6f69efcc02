//! The pieces that documents share.

mod read;

pub(crate) use read::Recorded;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::diag::{Diagnostic, Label, SourceMap, Span};
use crate::diff::{
    Delta, Edit, Entity, Membership, NextVersion, Ownership, Part, Remark, SharingDiff, SharingVerdict,
    Unmanaged, UnresolvedShare,
};
use crate::model::{AccountId, Address, Gap, Origin, Place};
use crate::org::SharingState;
use crate::wire::permission::ActionsDocument;
use crate::wire::words::{
    CauseWord, EditWord, GapWord, MemberWord, OwnershipWord, PartWord, RemarkWord, SeverityWord,
    SharingStateWord, SharingVerdictWord,
};

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PlaceDocument {
    account: String,
    /// Label of the `account` block, where there is one.
    account_label: Option<String>,
    region: String,
}

impl PlaceDocument {
    pub fn new(place: &Place, labels: &BTreeMap<AccountId, String>) -> Self {
        let Place { account, region } = place;
        Self {
            account: account.to_string(),
            account_label: labels.get(account).cloned(),
            region: region.to_string(),
        }
    }
}

/// Where something is written: a range of characters. The end is one past its last; both are counted from 1.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SourceDocument {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

impl SourceDocument {
    pub fn new(span: Span, sources: &SourceMap) -> Self {
        let (start, end) = (sources.position(span), sources.position(Span { start: span.end, ..span }));
        Self {
            file: sources.file(span.file).name.clone(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct DiagnosticDocument {
    severity: SeverityWord,
    code: String,
    summary: String,
    detail: String,
    help: Option<String>,
    source: Option<SourceDocument>,
    labels: Vec<LabelDocument>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct LabelDocument {
    text: String,
    source: SourceDocument,
}

impl DiagnosticDocument {
    pub fn new(diagnostic: &Diagnostic, sources: &SourceMap) -> Self {
        let Diagnostic { severity, code, detail, help, span, labels } = diagnostic;
        let label = |label: &Label| {
            let Label { span, text } = label;
            LabelDocument { text: text.clone(), source: SourceDocument::new(*span, sources) }
        };
        Self {
            severity: (*severity).into(),
            code: code.id.to_owned(),
            summary: code.summary.to_owned(),
            detail: detail.clone(),
            help: help.clone(),
            source: span.map(|span| SourceDocument::new(span, sources)),
            labels: labels.iter().map(label).collect(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct GapDocument {
    cause: GapWord,
    /// The IAM action that failed.
    action: String,
    /// Who called; empty where nobody did.
    caller: String,
    /// What AWS or the network answered.
    detail: String,
}

impl GapDocument {
    pub fn new(gap: &Gap) -> Self {
        let Gap { action, caller, cause, detail } = gap;
        Self {
            cause: (*cause).into(),
            action: action.clone(),
            caller: caller.clone(),
            detail: detail.clone(),
        }
    }
}

/// What was read and what was not.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct CoverageDocument {
    complete: bool,
    /// How many calls to AWS it took; 0 where a snapshot stood in for it.
    calls: u64,
    /// The snapshot that stood in for AWS; null where AWS was read.
    snapshot: Option<SnapshotOrigin>,
    read: Vec<PlaceDocument>,
    unknown: Vec<UnknownPlaceDocument>,
    /// The gap in the organization's tree; null where it was read or is not asked for.
    organization: Option<GapDocument>,
    unresolved: Vec<UnresolvedDocument>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct UnknownPlaceDocument {
    place: PlaceDocument,
    gap: GapDocument,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct UnresolvedDocument {
    address: String,
    place: PlaceDocument,
    source: SourceDocument,
    wanted: Vec<String>,
    gap: GapDocument,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SnapshotOrigin {
    file: String,
    /// When AWS was read.
    taken: String,
}

/// The facts that a coverage is made from.
pub(crate) struct Reading<'a> {
    pub complete: bool,
    pub origin: &'a Origin,
    pub labels: &'a BTreeMap<AccountId, String>,
    pub places: &'a BTreeSet<Place>,
    pub unknown: &'a BTreeMap<Place, Gap>,
    pub organization_gap: Option<&'a Gap>,
    pub unresolved: &'a BTreeMap<Address, UnresolvedShare>,
    pub sources: &'a SourceMap,
}

impl CoverageDocument {
    pub fn new(reading: &Reading<'_>) -> Self {
        let Reading { complete, origin, labels, places, unknown, organization_gap, unresolved, sources } =
            reading;
        let read = places.iter().filter(|place| !unknown.contains_key(place));
        let unresolved = unresolved.iter().map(|(address, share)| {
            let UnresolvedShare { place, span, wanted, gap } = share;
            UnresolvedDocument {
                address: address.to_string(),
                place: PlaceDocument::new(place, labels),
                source: SourceDocument::new(*span, sources),
                wanted: wanted.clone(),
                gap: GapDocument::new(gap),
            }
        });
        let unknown = unknown.iter().map(|(place, gap)| UnknownPlaceDocument {
            place: PlaceDocument::new(place, labels),
            gap: GapDocument::new(gap),
        });
        let (calls, snapshot) = match origin {
            Origin::Aws { calls, roles: _ } => (*calls, None),
            Origin::Snapshot { file, taken } => {
                (0, Some(SnapshotOrigin { file: file.clone(), taken: taken.to_string() }))
            }
        };
        Self {
            complete: *complete,
            calls,
            snapshot,
            read: read.map(|place| PlaceDocument::new(place, labels)).collect(),
            unknown: unknown.collect(),
            organization: organization_gap.map(GapDocument::new),
            unresolved: unresolved.collect(),
        }
    }
}

/// Sharing inside the organization.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SharingDocument {
    place: PlaceDocument,
    source: SourceDocument,
    verdict: SharingVerdictWord,
    /// What was found, where it was read and is not as wished.
    state: Option<SharingStateWord>,
    gap: Option<GapDocument>,
}

impl SharingDocument {
    pub fn new(sharing: &SharingDiff, labels: &BTreeMap<AccountId, String>, sources: &SourceMap) -> Self {
        let SharingDiff { span, place, verdict } = sharing;
        use SharingVerdictWord as W;
        let (word, state, gap) = match verdict {
            SharingVerdict::InSync => (W::InSync, None, None),
            SharingVerdict::Enable { from } => (W::Enable, Some(*from), None),
            SharingVerdict::MakeRole => (W::MakeRole, Some(SharingState::HalfEnabled), None),
            SharingVerdict::RequiredButOff { state } => (W::RequiredButOff, Some(*state), None),
            SharingVerdict::Impossible { state } => (W::Impossible, Some(*state), None),
            SharingVerdict::Unread { gap } => (W::Unread, None, Some(gap)),
            SharingVerdict::NotManaged => (W::NotManaged, None, None),
        };
        Self {
            place: PlaceDocument::new(place, labels),
            source: SourceDocument::new(*span, sources),
            verdict: word,
            state: state.map(SharingStateWord::from),
            gap: gap.map(GapDocument::new),
        }
    }
}

/// One difference inside a share.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct EditDocument {
    /// `name`, `allow_external_principals`, `principal`, `resource`, `source`, `permission`, `permission_version`, `tag`, `record`,
    /// `import` (`before` is the stack that had the share, if one did), `promote` or `move` (`before` is the address).
    part: PartWord,
    /// `add`, `remove`, `change`, or `repair` for what FAILED and is taken off and put on again.
    action: EditWord,
    /// The principal, resource, source, resource type or tag key that it is about.
    subject: Option<String>,
    /// The subject's name for people.
    label: Option<String>,
    before: Option<String>,
    after: Option<String>,
    /// What AWS said of the failure that is repaired.
    message: Option<String>,
    /// For a permission: what becomes possible and impossible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    actions: Option<ActionsDocument>,
    cause: CauseWord,
}

impl EditDocument {
    pub fn new(edit: &Edit) -> Self {
        let Edit { part, cause } = edit;
        let mut out = Self {
            part: PartWord::Record,
            action: EditWord::Change,
            subject: None,
            label: None,
            before: None,
            after: None,
            message: None,
            actions: None,
            cause: (*cause).into(),
        };
        match part {
            Part::Name { before, after } => {
                out.part = PartWord::Name;
                (out.before, out.after) = (Some(before.clone()), Some(after.clone()));
            }
            Part::AllowExternalPrincipals { before, after } => {
                out.part = PartWord::AllowExternalPrincipals;
                (out.before, out.after) = (Some(before.to_string()), Some(after.to_string()));
            }
            Part::Principal { principal, label, how } => {
                out.part = PartWord::Principal;
                out.membership(how);
                (out.subject, out.label) = (Some(principal.to_string()), Some(label.clone()));
            }
            Part::Resource { resource, resource_type, how } => {
                out.part = PartWord::Resource;
                out.membership(how);
                out.subject = Some(resource.to_string());
                out.label = resource_type.as_ref().map(ToString::to_string);
            }
            Part::Source { source, how } => {
                out.part = PartWord::Source;
                out.membership(how);
                out.subject = Some(source.clone());
            }
            Part::Permission { resource_type, how, actions } => {
                out.part = PartWord::Permission;
                out.subject = Some(resource_type.to_string());
                out.actions = Some(ActionsDocument::new(actions));
                out.delta(how);
            }
            Part::PermissionVersion { resource_type, permission, before, after, actions } => {
                out.part = PartWord::PermissionVersion;
                out.subject = Some(resource_type.to_string());
                out.label = Some(permission.to_string());
                (out.before, out.after) = (Some(before.clone()), Some(next_version(after)));
                out.actions = Some(ActionsDocument::new(actions));
            }
            Part::Promoted => out.part = PartWord::Promote,
            Part::Tag { key, how } => {
                out.part = PartWord::Tag;
                out.subject = Some(key.clone());
                out.delta(how);
            }
            Part::Imported { owner } => {
                out.part = PartWord::Import;
                out.before.clone_from(owner);
            }
            Part::Moved { from } => {
                out.part = PartWord::Move;
                out.before = Some(from.to_string());
            }
            Part::Record => out.part = PartWord::Record,
        }
        out
    }

    fn delta<T: ToString>(&mut self, how: &Delta<T>) {
        match how {
            Delta::Added { after } => {
                self.action = EditWord::Add;
                self.after = Some(after.to_string());
            }
            Delta::Changed { before, after } => {
                (self.before, self.after) = (Some(before.to_string()), Some(after.to_string()));
            }
            Delta::Removed { before } => {
                self.action = EditWord::Remove;
                self.before = Some(before.to_string());
            }
        }
    }

    fn membership(&mut self, how: &Membership) {
        self.action = match how {
            Membership::Added => EditWord::Add,
            Membership::Removed => EditWord::Remove,
            Membership::Repaired { message } => {
                self.message.clone_from(message);
                EditWord::Repair
            }
        };
    }
}

/// The number of a version; `new` for the one that the run makes, `default` where the number was not read.
fn next_version(next: &NextVersion) -> String {
    match next {
        NextVersion::Numbered(version) => version.clone(),
        NextVersion::New => "new".to_owned(),
        NextVersion::Default => "default".to_owned(),
    }
}

/// Something about a live share that the run does not change.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct RemarkDocument {
    kind: RemarkWord,
    subject: Option<String>,
    /// What the subject is, where it is on the share.
    member: Option<MemberWord>,
    /// Of a permission.
    resource_type: Option<String>,
    /// RAM's word for the state, or a permission's version.
    status: Option<String>,
    message: Option<String>,
    /// Outside the organization, by what RAM says.
    external: Option<bool>,
    /// Whose the share is that has the name.
    ownership: Option<OwnershipWord>,
    owner: Option<String>,
    since: Option<String>,
    /// When it ends.
    until: Option<String>,
    /// For an outdated permission: the version to move to, and what that would give and take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next_version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    actions: Option<ActionsDocument>,
}

impl RemarkDocument {
    pub fn new(remark: &Remark) -> Self {
        let of = |kind| Self {
            kind,
            subject: None,
            member: None,
            resource_type: None,
            status: None,
            message: None,
            external: None,
            ownership: None,
            owner: None,
            since: None,
            until: None,
            next_version: None,
            actions: None,
        };
        let about = |kind, entity: &Entity| {
            let (member, subject) = match entity {
                Entity::Principal(principal) => (MemberWord::Principal, principal.to_string()),
                Entity::Resource(resource) => (MemberWord::Resource, resource.to_string()),
                Entity::Source(source) => (MemberWord::Source, source.clone()),
            };
            Self { subject: Some(subject), member: Some(member), ..of(kind) }
        };
        match remark {
            Remark::Waiting { entity, status, since, external } => Self {
                status: Some(status.to_string()),
                external: Some(*external),
                since: since.map(|since| since.to_string()),
                ..about(RemarkWord::Waiting, entity)
            },
            Remark::Unhealthy { entity, status, message } => Self {
                status: Some(status.to_string()),
                message: message.clone(),
                ..about(RemarkWord::Unhealthy, entity)
            },
            Remark::Stuck { entity, status, since } => Self {
                status: Some(status.to_string()),
                since: Some(since.to_string()),
                ..about(RemarkWord::Stuck, entity)
            },
            Remark::Outdated { resource_type, permission, version, default, actions } => Self {
                subject: Some(permission.to_string()),
                resource_type: Some(resource_type.to_string()),
                status: Some(version.clone()),
                next_version: Some(next_version(default)),
                actions: Some(ActionsDocument::new(actions)),
                ..of(RemarkWord::OutdatedPermission)
            },
            Remark::UndeclaredPermission { resource_type, permission } => Self {
                subject: Some(permission.to_string()),
                resource_type: Some(resource_type.to_string()),
                ..of(RemarkWord::UndeclaredPermission)
            },
            Remark::NameTaken { arn, ownership } => {
                let (ownership, owner) = ownership_words(ownership);
                Self {
                    subject: Some(arn.to_string()),
                    ownership: Some(ownership),
                    owner,
                    ..of(RemarkWord::NameTaken)
                }
            }
            // What is left until then follows from the time of the run.
            Remark::Expires { at, left: _ } => {
                Self { until: Some(at.to_string()), ..of(RemarkWord::Expires) }
            }
            Remark::Share { status, message } => Self {
                status: Some(status.to_string()),
                message: message.clone(),
                ..of(RemarkWord::ShareStatus)
            },
        }
    }
}

fn ownership_words(ownership: &Ownership) -> (OwnershipWord, Option<String>) {
    match ownership {
        Ownership::Untagged => (OwnershipWord::Untagged, None),
        Ownership::OtherStack(stack) => (OwnershipWord::OtherStack, Some(stack.clone())),
        Ownership::FromPolicy => (OwnershipWord::FromPolicy, None),
    }
}

/// A share that is not the stack's.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct UnmanagedDocument {
    place: PlaceDocument,
    arn: String,
    name: String,
    ownership: OwnershipWord,
    owner: Option<String>,
    /// Somebody outside the organization can use it, as far as is known.
    outside: bool,
    principals: Vec<String>,
    resources: Vec<String>,
}

impl UnmanagedDocument {
    pub fn new(share: &Unmanaged, labels: &BTreeMap<AccountId, String>) -> Self {
        let Unmanaged { place, arn, name, ownership, outside, principals, resources } = share;
        let (ownership, owner) = ownership_words(ownership);
        Self {
            place: PlaceDocument::new(place, labels),
            arn: arn.to_string(),
            name: name.clone(),
            ownership,
            owner,
            outside: *outside,
            principals: texts(principals),
            resources: texts(resources),
        }
    }
}

pub(crate) fn texts<T: ToString>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}
