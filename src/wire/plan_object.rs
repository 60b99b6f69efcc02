//! What the conditions of checks know as `plan`: the words of the plan document, a share's state after the plan laid flat.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::diff::{SharingVerdict, Verdict, Wanted};
use crate::model::{AccountId, Tags};
use crate::plan::{PlanBody, PlannedShare};
use crate::wire::parts::{EditDocument, texts};
use crate::wire::share::{AccessDocument, actions};
use crate::wire::words::{ActionWord, PurposeWord};

/// `plan`.
#[derive(Serialize)]
pub struct PlanObject {
    stack: String,
    purpose: PurposeWord,
    shares: Vec<ShareObject>,
    changes: Vec<ChangeObject>,
    organization: OrganizationObject,
    access: AccessDocument,
}

/// A share as it is once the plan is carried out. What goes, is released or cannot be imported is none.
#[derive(Serialize)]
struct ShareObject {
    address: String,
    account: String,
    account_label: Option<String>,
    region: String,
    name: String,
    /// Whether the plan changes it.
    changed: bool,
    allow_external_principals: bool,
    retain_sharing_on_account_leave_organization: bool,
    resources: Vec<String>,
    principals: Vec<String>,
    sources: Vec<String>,
    permissions: BTreeMap<String, String>,
    /// Without ramctl's own.
    tags: Tags,
}

/// What becomes of a share that differs.
#[derive(Serialize)]
struct ChangeObject {
    address: String,
    account: String,
    account_label: Option<String>,
    region: String,
    actions: Vec<ActionWord>,
    reasons: Vec<String>,
    parts: Vec<EditDocument>,
    /// Codes.
    hazards: Vec<&'static str>,
    access: AccessDocument,
}

/// Null where the stack has no `organization` block.
#[derive(Serialize)]
struct OrganizationObject {
    management_account: Option<String>,
    /// `in_sync`, `enable`, `make_role`... as in the plan document.
    sharing: Option<&'static str>,
    /// Whether sharing is on once the plan is carried out; null where that is not known.
    state: Option<&'static str>,
}

impl PlanObject {
    pub fn new(body: &PlanBody) -> Self {
        let labels = &body.account_labels;
        Self {
            stack: body.stack.to_string(),
            purpose: body.purpose.into(),
            shares: body.shares.iter().filter_map(|share| after(share, labels)).collect(),
            changes: body.shares.iter().filter_map(|share| change(share, labels)).collect(),
            organization: organization(body),
            access: AccessDocument {
                gain: texts(&body.access.gain),
                lose: texts(&body.access.lose),
                unknown: texts(&body.access.unknown),
            },
        }
    }
}

fn after(share: &PlannedShare, labels: &BTreeMap<AccountId, String>) -> Option<ShareObject> {
    let changed = match &share.diff.verdict {
        Verdict::InSync { .. } => false,
        Verdict::Changed(_) => true,
        // As its block says: nothing will be otherwise once it is read.
        Verdict::Unread { .. } => false,
        Verdict::NotImported { .. } => return None,
    };
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
        ownership: _,
        stamp: _,
        replaces: _, // what apply does on the way
    } = share.diff.after()?;
    Some(ShareObject {
        address: share.diff.address.to_string(),
        account: place.account.to_string(),
        account_label: labels.get(&place.account).cloned(),
        region: place.region.to_string(),
        name: name.clone(),
        changed,
        allow_external_principals: *allow_external_principals,
        retain_sharing_on_account_leave_organization: *retain_sharing,
        resources: texts(resources.keys()),
        principals: texts(principals.keys()),
        sources: texts(sources),
        permissions: permissions.iter().map(|(kind, arn)| (kind.to_string(), arn.to_string())).collect(),
        tags: tags.clone(),
    })
}

fn change(share: &PlannedShare, labels: &BTreeMap<AccountId, String>) -> Option<ChangeObject> {
    let PlannedShare {
        diff,
        details,
        access,
        owner_included: _,
        usage: _,
        hazards,
        blocked,
        outsiders: _,
        kept_for: _,
        dropped: _,
        steps: _,
    } = share;
    let (Verdict::Changed(change), None) = (&diff.verdict, blocked) else { return None };
    let place = diff.place();
    let (actions, reasons) = actions(change);
    Some(ChangeObject {
        address: diff.address.to_string(),
        account: place.account.to_string(),
        account_label: labels.get(&place.account).cloned(),
        region: place.region.to_string(),
        actions,
        reasons,
        parts: details.iter().map(|detail| EditDocument::new(&detail.edit)).collect(),
        hazards: hazards.iter().map(|hazard| hazard.code.id).collect(),
        access: AccessDocument {
            gain: texts(&access.gain),
            lose: texts(&access.lose),
            unknown: texts(&access.unknown),
        },
    })
}

fn organization(body: &PlanBody) -> OrganizationObject {
    let Some(sharing) = body.sharing.as_ref().map(|sharing| &sharing.diff) else {
        return OrganizationObject { management_account: None, sharing: None, state: None };
    };
    let (word, state) = match &sharing.verdict {
        SharingVerdict::InSync => ("in_sync", Some("on")),
        SharingVerdict::Enable { .. } => ("enable", Some("on")),
        SharingVerdict::MakeRole => ("make_role", Some("on")),
        SharingVerdict::RequiredButOff { .. } => ("required_but_off", Some("off")),
        SharingVerdict::Impossible { .. } => ("impossible", Some("off")),
        SharingVerdict::OffAsDeclared { .. } => ("off_as_declared", Some("off")),
        SharingVerdict::OnUndeclared { .. } => ("on_undeclared", Some("on")),
        SharingVerdict::Unread { .. } => ("unread", None),
        SharingVerdict::NotManaged => ("not_managed", None),
    };
    OrganizationObject {
        management_account: Some(sharing.place.account.to_string()),
        sharing: Some(word),
        state,
    }
}
