//! The pieces that documents share.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::diag::{Diagnostic, Label, Severity, SourceMap, Span};
use crate::diff::{
    Delta, Edit, Entity, Membership, Ownership, Part, Remark, SharingDiff, SharingVerdict, Unmanaged,
    UnresolvedShare,
};
use crate::model::{AccountId, Address, Gap, GapCause, Origin, Place};
use crate::org::SharingState;

#[derive(Serialize)]
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

/// Where something is written.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SourceDocument {
    file: String,
    line: usize,
    column: usize,
}

impl SourceDocument {
    pub fn new(span: Span, sources: &SourceMap) -> Self {
        let position = sources.position(span);
        Self { file: sources.file(span.file).name.clone(), line: position.line, column: position.column }
    }
}

/// A range of characters; the end is one past its last, both are counted from 1.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct RangeDocument {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

impl RangeDocument {
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

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct DiagnosticDocument {
    severity: &'static str,
    code: &'static str,
    summary: &'static str,
    detail: String,
    help: Option<String>,
    source: Option<RangeDocument>,
    labels: Vec<LabelDocument>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct LabelDocument {
    text: String,
    source: RangeDocument,
}

impl DiagnosticDocument {
    pub fn new(diagnostic: &Diagnostic, sources: &SourceMap) -> Self {
        let Diagnostic { severity, code, detail, help, span, labels } = diagnostic;
        let label = |label: &Label| {
            let Label { span, text } = label;
            LabelDocument { text: text.clone(), source: RangeDocument::new(*span, sources) }
        };
        Self {
            severity: match severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            code: code.id,
            summary: code.summary,
            detail: detail.clone(),
            help: help.clone(),
            source: span.map(|span| RangeDocument::new(span, sources)),
            labels: labels.iter().map(label).collect(),
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct GapDocument {
    cause: &'static str,
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
            cause: gap_cause(*cause),
            action: action.clone(),
            caller: caller.clone(),
            detail: detail.clone(),
        }
    }
}

pub(crate) fn gap_cause(cause: GapCause) -> &'static str {
    match cause {
        GapCause::Credentials => "credentials",
        GapCause::CannotAssumeRole => "cannot_assume_role",
        GapCause::AccessDenied => "access_denied",
        GapCause::Throttled => "throttled",
        GapCause::Unreachable => "unreachable",
        GapCause::Service => "service",
        GapCause::Unreadable => "unreadable",
        GapCause::NotConfigured => "not_configured",
        GapCause::Other => "other",
    }
}

/// What was read and what was not.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct CoverageDocument {
    complete: bool,
    calls: u64,
    /// The snapshot that stood in for AWS; null where AWS was read.
    snapshot: Option<String>,
    read: Vec<PlaceDocument>,
    unknown: Vec<UnknownPlaceDocument>,
    /// The gap in the organization's tree; null where it was read or is not asked for.
    organization: Option<GapDocument>,
    unresolved: Vec<UnresolvedDocument>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct UnknownPlaceDocument {
    place: PlaceDocument,
    gap: GapDocument,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct UnresolvedDocument {
    address: String,
    place: PlaceDocument,
    source: SourceDocument,
    wanted: Vec<String>,
    gap: GapDocument,
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
        Self {
            complete: *complete,
            calls: origin.calls(),
            snapshot: origin.snapshot().map(str::to_owned),
            read: read.map(|place| PlaceDocument::new(place, labels)).collect(),
            unknown: unknown.collect(),
            organization: organization_gap.map(GapDocument::new),
            unresolved: unresolved.collect(),
        }
    }
}

/// Sharing inside the organization.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SharingDocument {
    place: PlaceDocument,
    source: SourceDocument,
    /// `in_sync`, `enable`, `make_role`, `required_but_off`, `impossible`, `unread` or `not_managed`.
    verdict: &'static str,
    /// What was found, where it was read and is not as wished.
    state: Option<&'static str>,
    gap: Option<GapDocument>,
}

impl SharingDocument {
    pub fn new(sharing: &SharingDiff, labels: &BTreeMap<AccountId, String>, sources: &SourceMap) -> Self {
        let SharingDiff { span, place, verdict } = sharing;
        let (word, state, gap) = match verdict {
            SharingVerdict::InSync => ("in_sync", None, None),
            SharingVerdict::Enable { from } => ("enable", Some(*from), None),
            SharingVerdict::MakeRole => ("make_role", Some(SharingState::HalfEnabled), None),
            SharingVerdict::RequiredButOff { state } => ("required_but_off", Some(*state), None),
            SharingVerdict::Impossible { state } => ("impossible", Some(*state), None),
            SharingVerdict::Unread { gap } => ("unread", None, Some(gap)),
            SharingVerdict::NotManaged => ("not_managed", None, None),
        };
        Self {
            place: PlaceDocument::new(place, labels),
            source: SourceDocument::new(*span, sources),
            verdict: word,
            state: state.map(sharing_state),
            gap: gap.map(GapDocument::new),
        }
    }
}

pub(crate) fn sharing_state(state: SharingState) -> &'static str {
    match state {
        SharingState::Enabled => "enabled",
        SharingState::HalfEnabled => "half_enabled",
        SharingState::LeftoverRole => "leftover_role",
        SharingState::Disabled => "disabled",
        SharingState::NotAllFeatures => "not_all_features",
        SharingState::NotManagementAccount => "not_management_account",
        SharingState::NoOrganization => "no_organization",
    }
}

/// One difference inside a share.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct EditDocument {
    /// `name`, `allow_external_principals`, `principal`, `resource`, `source`, `permission`, `tag`, `record`, `import` (`before`
    /// is the stack that had the share, if one did) or `move` (`before` is the address).
    part: &'static str,
    /// `add`, `remove`, `change`, or `repair` for what FAILED and is taken off and put on again.
    action: &'static str,
    /// The principal, resource, source, resource type or tag key that it is about.
    subject: Option<String>,
    /// The subject's name for people.
    label: Option<String>,
    before: Option<String>,
    after: Option<String>,
    /// `drift`: AWS was changed. `pending`: the configuration was.
    cause: &'static str,
}

impl EditDocument {
    pub fn new(edit: &Edit) -> Self {
        let Edit { part, cause } = edit;
        let mut out = Self {
            part: "",
            action: "change",
            subject: None,
            label: None,
            before: None,
            after: None,
            cause: cause.as_str(),
        };
        match part {
            Part::Name { before, after } => {
                out.part = "name";
                (out.before, out.after) = (Some(before.clone()), Some(after.clone()));
            }
            Part::AllowExternalPrincipals { before, after } => {
                out.part = "allow_external_principals";
                (out.before, out.after) = (Some(before.to_string()), Some(after.to_string()));
            }
            Part::Principal { principal, label, how } => {
                out.part = "principal";
                out.action = membership(how);
                (out.subject, out.label) = (Some(principal.to_string()), Some(label.clone()));
            }
            Part::Resource { resource, resource_type, how } => {
                out.part = "resource";
                out.action = membership(how);
                out.subject = Some(resource.to_string());
                out.label = resource_type.as_ref().map(ToString::to_string);
            }
            Part::Source { source, how } => {
                out.part = "source";
                out.action = membership(how);
                out.subject = Some(source.clone());
            }
            Part::Permission { resource_type, how } => {
                out.part = "permission";
                out.subject = Some(resource_type.to_string());
                out.delta(how);
            }
            Part::Tag { key, how } => {
                out.part = "tag";
                out.subject = Some(key.clone());
                out.delta(how);
            }
            Part::Imported { owner } => {
                out.part = "import";
                out.before.clone_from(owner);
            }
            Part::Moved { from } => {
                out.part = "move";
                out.before = Some(from.to_string());
            }
            Part::Record => out.part = "record",
        }
        out
    }

    fn delta<T: ToString>(&mut self, how: &Delta<T>) {
        match how {
            Delta::Added { after } => {
                self.action = "add";
                self.after = Some(after.to_string());
            }
            Delta::Changed { before, after } => {
                (self.before, self.after) = (Some(before.to_string()), Some(after.to_string()));
            }
            Delta::Removed { before } => {
                self.action = "remove";
                self.before = Some(before.to_string());
            }
        }
    }
}

fn membership(how: &Membership) -> &'static str {
    match how {
        Membership::Added => "add",
        Membership::Removed => "remove",
        Membership::Repaired { message: _ } => "repair",
    }
}

/// Something about a live share that the run does not change.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct RemarkDocument {
    /// `waiting`, `unhealthy`, `outdated_permission`, `undeclared_permission`, `name_taken`, `share_status` or `expires`.
    kind: &'static str,
    subject: Option<String>,
    /// RAM's word for the state, or a permission's version.
    status: Option<String>,
    message: Option<String>,
    since: Option<String>,
    /// When it ends.
    until: Option<String>,
}

impl RemarkDocument {
    pub fn new(remark: &Remark) -> Self {
        let subject = |entity: &Entity| match entity {
            Entity::Principal(principal) => principal.to_string(),
            Entity::Resource(resource) => resource.to_string(),
            Entity::Source(source) => source.clone(),
        };
        match remark {
            Remark::Waiting { entity, status, since, external: _ } => Self {
                kind: "waiting",
                subject: Some(subject(entity)),
                status: Some(status.to_string()),
                message: None,
                since: since.map(|since| since.to_string()),
                until: None,
            },
            Remark::Unhealthy { entity, status, message } => Self {
                kind: "unhealthy",
                subject: Some(subject(entity)),
                status: Some(status.to_string()),
                message: message.clone(),
                since: None,
                until: None,
            },
            Remark::Outdated { resource_type: _, permission, version } => Self {
                kind: "outdated_permission",
                subject: Some(permission.to_string()),
                status: Some(version.clone()),
                message: None,
                since: None,
                until: None,
            },
            Remark::UndeclaredPermission { resource_type: _, permission } => Self {
                kind: "undeclared_permission",
                subject: Some(permission.to_string()),
                status: None,
                message: None,
                since: None,
                until: None,
            },
            Remark::NameTaken { arn, ownership: _ } => Self {
                kind: "name_taken",
                subject: Some(arn.to_string()),
                status: None,
                message: None,
                since: None,
                until: None,
            },
            Remark::Expires { at, left: _ } => Self {
                kind: "expires",
                subject: None,
                status: None,
                message: None,
                since: None,
                until: Some(at.to_string()),
            },
            Remark::Share { status, message } => Self {
                kind: "share_status",
                subject: None,
                status: Some(status.to_string()),
                message: message.clone(),
                since: None,
                until: None,
            },
        }
    }
}

/// A share that is not the stack's.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct UnmanagedDocument {
    place: PlaceDocument,
    arn: String,
    name: String,
    /// `untagged`, `other_stack` or `from_policy`.
    ownership: &'static str,
    owner: Option<String>,
    /// Somebody outside the organization can use it, as far as is known.
    outside: bool,
    principals: Vec<String>,
    resources: Vec<String>,
}

impl UnmanagedDocument {
    pub fn new(share: &Unmanaged, labels: &BTreeMap<AccountId, String>) -> Self {
        let Unmanaged { place, arn, name, ownership, outside, principals, resources } = share;
        let (word, owner) = match ownership {
            Ownership::Untagged => ("untagged", None),
            Ownership::OtherStack(stack) => ("other_stack", Some(stack.clone())),
            Ownership::FromPolicy => ("from_policy", None),
        };
        Self {
            place: PlaceDocument::new(place, labels),
            arn: arn.to_string(),
            name: name.clone(),
            ownership: word,
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
