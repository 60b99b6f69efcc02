//! A step with its arguments, enough to carry it out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diff::Record;
use crate::model::{AccountId, PermissionArn, Tags};
use crate::plan::{PlannedStep, ShareRef, Step};
use crate::wire::parts::{PlaceDocument, texts};
use crate::wire::words::OperationWord;

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct StepDocument {
    id: u32,
    /// Ids of steps that come before it.
    needs: Vec<u32>,
    operation: OperationWord,
    place: PlaceDocument,
    address: Option<String>,
    /// The first token of a call that would make a second thing if it were repeated. Every other call gets a new one each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_token: Option<String>,
    arguments: ArgumentsDocument,
}

/// The arguments of a call; what the operation does not take is left out.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ArgumentsDocument {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    share: Option<ShareRefDocument>,
    /// For the calls of those who receive: who sent the invitation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sender: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allow_external_principals: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retain_sharing_on_account_leave_organization: Option<bool>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    resources: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    principals: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sources: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    permissions: Vec<String>,
    /// What operations on a permission take: its type, its policy as JSON in a text, the number of a version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// The highest version number that was there when the plan was made: one above it is another run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    highest_version: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replace: Option<bool>,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    tags: Tags,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tag_keys: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    record: Option<RecordDocument>,
}

/// The value of `ramctl:applied` but for what binds it to the ARN of the share, which an earlier step makes.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RecordDocument {
    stack: String,
    /// As in the tag.
    address: String,
    applied: String,
    /// Shares of the same address that go once this one is complete.
    replaces: Vec<String>,
}

impl RecordDocument {
    fn new(record: &Record) -> Self {
        let Record { stack, address, stamp, replaces } = record;
        Self {
            stack: stack.clone(),
            address: address.clone(),
            applied: stamp.to_string(),
            replaces: texts(replaces),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum ShareRefDocument {
    Arn(String),
    CreatedByStep(u32),
}

impl ShareRefDocument {
    fn new(share: &ShareRef) -> Self {
        match share {
            ShareRef::Known(arn) => Self::Arn(arn.to_string()),
            ShareRef::CreatedBy(step) => Self::CreatedByStep(step.0),
        }
    }
}

impl StepDocument {
    pub fn new(planned: &PlannedStep, labels: &BTreeMap<AccountId, String>) -> Self {
        let PlannedStep { id, needs, place, address, step } = planned;
        Self {
            id: id.0,
            needs: needs.iter().map(|need| need.0).collect(),
            operation: operation(step),
            place: PlaceDocument::new(place, labels),
            address: address.as_ref().map(ToString::to_string),
            client_token: client_token(step),
            arguments: arguments(step),
        }
    }
}

fn client_token(step: &Step) -> Option<String> {
    step.tokens().map(|tokens| tokens.to_string())
}

fn operation(step: &Step) -> OperationWord {
    use OperationWord as W;
    match step {
        Step::EnableSharingWithAwsOrganization => W::EnableSharingWithAwsOrganization,
        Step::CreateServiceLinkedRole => W::CreateServiceLinkedRole,
        Step::CreatePermission { .. } => W::CreatePermission,
        Step::CreatePermissionVersion { .. } => W::CreatePermissionVersion,
        Step::SetDefaultPermissionVersion { .. } => W::SetDefaultPermissionVersion,
        Step::DeletePermissionVersion { .. } => W::DeletePermissionVersion,
        Step::DeletePermission { .. } => W::DeletePermission,
        Step::PromotePermissionCreatedFromPolicy { .. } => W::PromotePermissionCreatedFromPolicy,
        Step::PromoteResourceShareCreatedFromPolicy { .. } => W::PromoteResourceShareCreatedFromPolicy,
        Step::CreateResourceShare { .. } => W::CreateResourceShare,
        Step::UpdateResourceShare { .. } => W::UpdateResourceShare,
        Step::AssociateResourceShare { .. } => W::AssociateResourceShare,
        Step::DisassociateResourceShare { .. } => W::DisassociateResourceShare,
        Step::AssociateResourceSharePermission { .. } => W::AssociateResourceSharePermission,
        Step::DisassociateResourceSharePermission { .. } => W::DisassociateResourceSharePermission,
        Step::TagResource { .. } | Step::RecordApplied { .. } | Step::TagPermission { .. } => W::TagResource,
        Step::UntagResource { .. } | Step::UntagPermission { .. } => W::UntagResource,
        Step::DeleteResourceShare { .. } => W::DeleteResourceShare,
        Step::AcceptResourceShareInvitation { .. } => W::AcceptResourceShareInvitation,
        Step::RejectResourceShareInvitation { .. } => W::RejectResourceShareInvitation,
        Step::LeaveResourceShare { .. } => W::DisassociateResourceShare,
    }
}

fn arguments(step: &Step) -> ArgumentsDocument {
    let on = |share: &ShareRef| ArgumentsDocument {
        share: Some(ShareRefDocument::new(share)),
        ..ArgumentsDocument::default()
    };
    let of = |permission: &PermissionArn| ArgumentsDocument {
        permissions: vec![permission.to_string()],
        ..ArgumentsDocument::default()
    };
    match step {
        Step::EnableSharingWithAwsOrganization | Step::CreateServiceLinkedRole => {
            ArgumentsDocument::default()
        }
        Step::CreatePermission { tokens: _, permission, resource_type, policy, tags } => ArgumentsDocument {
            resource_type: Some(resource_type.to_string()),
            policy: Some(policy.template()),
            tags: tags.clone(),
            ..of(permission)
        },
        Step::CreatePermissionVersion { tokens: _, highest, permission, policy } => ArgumentsDocument {
            policy: Some(policy.template()),
            highest_version: Some(*highest),
            ..of(permission)
        },
        Step::SetDefaultPermissionVersion { permission, version }
        | Step::DeletePermissionVersion { permission, version } => {
            ArgumentsDocument { version: Some(version.clone()), ..of(permission) }
        }
        Step::DeletePermission { permission } => of(permission),
        // From the first to the second, which has the new name.
        Step::PromotePermissionCreatedFromPolicy { tokens: _, permission, becomes } => ArgumentsDocument {
            permissions: vec![permission.to_string(), becomes.to_string()],
            name: Some(becomes.name().to_owned()),
            ..ArgumentsDocument::default()
        },
        Step::TagPermission { permission, tags } => {
            ArgumentsDocument { tags: tags.clone(), ..of(permission) }
        }
        Step::UntagPermission { permission, keys } => {
            ArgumentsDocument { tag_keys: keys.clone(), ..of(permission) }
        }
        Step::PromoteResourceShareCreatedFromPolicy { share } => on(&ShareRef::Known(share.clone())),
        Step::CreateResourceShare {
            tokens: _,
            name,
            allow_external_principals,
            retain_sharing,
            tags,
            permissions,
            resources,
            principals,
            sources,
        } => ArgumentsDocument {
            name: Some(name.clone()),
            allow_external_principals: Some(*allow_external_principals),
            retain_sharing_on_account_leave_organization: Some(*retain_sharing),
            resources: texts(resources),
            principals: texts(principals),
            sources: sources.clone(),
            permissions: texts(permissions),
            tags: tags.clone(),
            ..ArgumentsDocument::default()
        },
        Step::UpdateResourceShare { share, name, allow_external_principals } => ArgumentsDocument {
            name: name.clone(),
            allow_external_principals: *allow_external_principals,
            ..on(share)
        },
        Step::AssociateResourceShare { share, resources, principals, sources }
        | Step::DisassociateResourceShare { share, resources, principals, sources } => ArgumentsDocument {
            resources: texts(resources),
            principals: texts(principals),
            sources: sources.clone(),
            ..on(share)
        },
        Step::AssociateResourceSharePermission { share, permission, replace } => ArgumentsDocument {
            permissions: vec![permission.to_string()],
            replace: Some(*replace),
            ..on(share)
        },
        Step::DisassociateResourceSharePermission { share, permission } => {
            ArgumentsDocument { permissions: vec![permission.to_string()], ..on(share) }
        }
        Step::TagResource { share, tags } => ArgumentsDocument { tags: tags.clone(), ..on(share) },
        Step::RecordApplied { share, record } => {
            ArgumentsDocument { record: Some(RecordDocument::new(record)), ..on(share) }
        }
        Step::UntagResource { share, keys } => ArgumentsDocument { tag_keys: keys.clone(), ..on(share) },
        Step::DeleteResourceShare { share } => on(&ShareRef::Known(share.clone())),
        Step::LeaveResourceShare { share, account } => {
            ArgumentsDocument { principals: vec![account.to_string()], ..on(&ShareRef::Known(share.clone())) }
        }
        Step::AcceptResourceShareInvitation { share, sender } => {
            ArgumentsDocument { sender: Some(sender.to_string()), ..on(share) }
        }
        Step::RejectResourceShareInvitation { share, sender } => {
            ArgumentsDocument { sender: Some(sender.to_string()), ..on(&ShareRef::Known(share.clone())) }
        }
    }
}
