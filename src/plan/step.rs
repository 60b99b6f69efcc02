//! The steps of a plan. Each is one API call and has the operation's name.

use crate::diff::Record;
use crate::model::{
    AccountId, Address, PermissionArn, PermissionPolicy, Place, Principal, ResourceArn, ResourceType,
    ShareArn, Tags,
};
use crate::plan::token::Tokens;

/// Position of a step in the plan's steps; steps only need steps before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId(pub u32);

/// A share that exists, or one that an earlier step makes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShareRef {
    Known(ShareArn),
    CreatedBy(StepId),
}

/// A step with its place in the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedStep {
    pub id: StepId,
    /// Steps that must have succeeded before this one starts.
    pub needs: Vec<StepId>,
    /// Account and Region that are called. For organization steps: the management account and the Region of the call.
    pub place: Place,
    /// The share or permission that the step works for; none for organization steps.
    pub address: Option<Address>,
    pub step: Step,
}

/// One API call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// RAM's own call: turns on trusted access and makes the service-linked role. Done when both read back.
    EnableSharingWithAwsOrganization,
    /// `iam:CreateServiceLinkedRole` for ram.amazonaws.com: repairs half-enabled sharing without removing anybody's access.
    CreateServiceLinkedRole,
    /// Its name is the ARN's. Done when it can be read.
    CreatePermission {
        tokens: Tokens,
        permission: PermissionArn,
        resource_type: ResourceType,
        policy: PermissionPolicy,
        tags: Tags,
    },
    /// Done when the new version is the default.
    CreatePermissionVersion {
        tokens: Tokens,
        /// The highest version number that was there.
        highest: u32,
        permission: PermissionArn,
        policy: PermissionPolicy,
    },
    /// Done when the version is the default.
    SetDefaultPermissionVersion {
        permission: PermissionArn,
        version: String,
    },
    /// Done when the version is gone.
    DeletePermissionVersion {
        permission: PermissionArn,
        version: String,
    },
    /// Done when the permission is gone.
    DeletePermission {
        permission: PermissionArn,
    },
    /// Makes a permission with this name of one that RAM made from a resource policy. Done when the new one can be read.
    PromotePermissionCreatedFromPolicy {
        tokens: Tokens,
        permission: PermissionArn,
        becomes: PermissionArn,
    },
    /// `TagResource` on a permission.
    TagPermission {
        permission: PermissionArn,
        tags: Tags,
    },
    /// `UntagResource` on a permission.
    UntagPermission {
        permission: PermissionArn,
        keys: Vec<String>,
    },
    /// Done when the share's feature set is STANDARD.
    PromoteResourceShareCreatedFromPolicy {
        share: ShareArn,
    },
    /// Done when the share is ACTIVE and its associations are settled.
    CreateResourceShare {
        tokens: Tokens,
        name: String,
        allow_external_principals: bool,
        retain_sharing: bool,
        tags: Tags,
        permissions: Vec<PermissionArn>,
        resources: Vec<ResourceArn>,
        principals: Vec<Principal>,
        sources: Vec<String>,
    },
    UpdateResourceShare {
        share: ShareRef,
        name: Option<String>,
        allow_external_principals: Option<bool>,
    },
    /// Done when every association is settled (ASSOCIATED, or waiting for the consumer's acceptance).
    AssociateResourceShare {
        share: ShareRef,
        resources: Vec<ResourceArn>,
        principals: Vec<Principal>,
        sources: Vec<String>,
    },
    /// Done when every association is gone.
    DisassociateResourceShare {
        share: ShareRef,
        resources: Vec<ResourceArn>,
        principals: Vec<Principal>,
        sources: Vec<String>,
    },
    /// `replace` where the share already has a permission for the type.
    AssociateResourceSharePermission {
        share: ShareRef,
        permission: PermissionArn,
        replace: bool,
    },
    DisassociateResourceSharePermission {
        share: ShareRef,
        permission: PermissionArn,
    },
    TagResource {
        share: ShareRef,
        tags: Tags,
    },
    /// `TagResource` with the record of what was applied. It is bound to the ARN of a share that an earlier step makes, so its text
    /// is known only then.
    RecordApplied {
        share: ShareRef,
        record: Record,
    },
    UntagResource {
        share: ShareRef,
        keys: Vec<String>,
    },
    /// Done when the share is DELETED or no longer listed.
    DeleteResourceShare {
        share: ShareArn,
    },
    /// In the account that receives, which alone knows the invitation: it is found by share and sender. Done when the account sees
    /// the share.
    AcceptResourceShareInvitation {
        share: ShareRef,
        sender: AccountId,
    },
    /// In the account that receives. Done when no invitation to the share is pending.
    RejectResourceShareInvitation {
        share: ShareArn,
        sender: AccountId,
    },
    /// `DisassociateResourceShare` by the account that receives: it takes itself off. Done when it sees the share no more.
    LeaveResourceShare {
        share: ShareArn,
        /// The account itself.
        account: AccountId,
    },
}

impl Step {
    /// The share that the step works on, where it is not the step that makes it.
    pub fn share(&self) -> Option<ShareRef> {
        match self {
            Self::EnableSharingWithAwsOrganization
            | Self::CreateServiceLinkedRole
            | Self::CreatePermission { .. }
            | Self::CreatePermissionVersion { .. }
            | Self::SetDefaultPermissionVersion { .. }
            | Self::DeletePermissionVersion { .. }
            | Self::DeletePermission { .. }
            | Self::PromotePermissionCreatedFromPolicy { .. }
            | Self::TagPermission { .. }
            | Self::UntagPermission { .. }
            | Self::CreateResourceShare { .. } => None,
            Self::UpdateResourceShare { share, .. }
            | Self::AssociateResourceShare { share, .. }
            | Self::DisassociateResourceShare { share, .. }
            | Self::AssociateResourceSharePermission { share, .. }
            | Self::DisassociateResourceSharePermission { share, .. }
            | Self::TagResource { share, .. }
            | Self::RecordApplied { share, .. }
            | Self::UntagResource { share, .. } => Some(share.clone()),
            Self::AcceptResourceShareInvitation { share, .. } => Some(share.clone()),
            Self::PromoteResourceShareCreatedFromPolicy { share }
            | Self::DeleteResourceShare { share }
            | Self::RejectResourceShareInvitation { share, .. }
            | Self::LeaveResourceShare { share, .. } => Some(ShareRef::Known(share.clone())),
        }
    }

    /// The step that makes the share which this one works on, where one does.
    pub(crate) fn made_by_mut(&mut self) -> Option<&mut StepId> {
        let share = match self {
            Self::UpdateResourceShare { share, .. }
            | Self::AssociateResourceShare { share, .. }
            | Self::DisassociateResourceShare { share, .. }
            | Self::AssociateResourceSharePermission { share, .. }
            | Self::DisassociateResourceSharePermission { share, .. }
            | Self::TagResource { share, .. }
            | Self::RecordApplied { share, .. }
            | Self::UntagResource { share, .. }
            | Self::AcceptResourceShareInvitation { share, .. } => share,
            Self::EnableSharingWithAwsOrganization
            | Self::CreateServiceLinkedRole
            | Self::CreatePermission { .. }
            | Self::CreatePermissionVersion { .. }
            | Self::SetDefaultPermissionVersion { .. }
            | Self::DeletePermissionVersion { .. }
            | Self::DeletePermission { .. }
            | Self::PromotePermissionCreatedFromPolicy { .. }
            | Self::TagPermission { .. }
            | Self::UntagPermission { .. }
            | Self::CreateResourceShare { .. }
            | Self::PromoteResourceShareCreatedFromPolicy { .. }
            | Self::DeleteResourceShare { .. }
            | Self::RejectResourceShareInvitation { .. }
            | Self::LeaveResourceShare { .. } => return None,
        };
        match share {
            ShareRef::CreatedBy(step) => Some(step),
            ShareRef::Known(_) => None,
        }
    }

    /// The tokens of a call that would make a second thing if it were repeated. Every other call has the same effect however often it
    /// is made, and gets a new token each time.
    pub fn tokens(&self) -> Option<Tokens> {
        match self {
            Self::CreatePermission { tokens, .. }
            | Self::CreatePermissionVersion { tokens, .. }
            | Self::PromotePermissionCreatedFromPolicy { tokens, .. }
            | Self::CreateResourceShare { tokens, .. } => Some(*tokens),
            _ => None,
        }
    }

    /// RAM's (or IAM's) name of the operation.
    pub fn operation(&self) -> &'static str {
        match self {
            Self::EnableSharingWithAwsOrganization => "EnableSharingWithAwsOrganization",
            Self::CreateServiceLinkedRole => "CreateServiceLinkedRole",
            Self::CreatePermission { .. } => "CreatePermission",
            Self::CreatePermissionVersion { .. } => "CreatePermissionVersion",
            Self::SetDefaultPermissionVersion { .. } => "SetDefaultPermissionVersion",
            Self::DeletePermissionVersion { .. } => "DeletePermissionVersion",
            Self::DeletePermission { .. } => "DeletePermission",
            Self::PromotePermissionCreatedFromPolicy { .. } => "PromotePermissionCreatedFromPolicy",
            Self::PromoteResourceShareCreatedFromPolicy { .. } => "PromoteResourceShareCreatedFromPolicy",
            Self::CreateResourceShare { .. } => "CreateResourceShare",
            Self::UpdateResourceShare { .. } => "UpdateResourceShare",
            Self::AssociateResourceShare { .. } => "AssociateResourceShare",
            Self::DisassociateResourceShare { .. } => "DisassociateResourceShare",
            Self::AssociateResourceSharePermission { .. } => "AssociateResourceSharePermission",
            Self::DisassociateResourceSharePermission { .. } => "DisassociateResourceSharePermission",
            Self::TagResource { .. } | Self::RecordApplied { .. } | Self::TagPermission { .. } => {
                "TagResource"
            }
            Self::UntagResource { .. } | Self::UntagPermission { .. } => "UntagResource",
            Self::DeleteResourceShare { .. } => "DeleteResourceShare",
            Self::AcceptResourceShareInvitation { .. } => "AcceptResourceShareInvitation",
            Self::RejectResourceShareInvitation { .. } => "RejectResourceShareInvitation",
            Self::LeaveResourceShare { .. } => "DisassociateResourceShare",
        }
    }
}
