//! What differs about a customer managed permission. Variants hold the sides that exist, and no more.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::Span;
use crate::diff::change::{Cause, DeleteReason, Delta};
use crate::diff::record::{self, Misfit};
use crate::diff::stamp::PermissionStamp;
use crate::live::CustomerPermissionRow;
use crate::model::{
    Address, Gap, PermissionArn, PermissionPolicy, Place, PolicyChange, ResourceType, ShareArn, Tags,
};

/// One permission of the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionDiff {
    pub address: Address,
    pub verdict: PermissionVerdict,
    /// `lifecycle.prevent_destroy`.
    pub protected: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PermissionVerdict {
    InSync {
        before: PresentPermission,
        after: WantedPermission,
    },
    Changed(PermissionChange),
    /// Not compared: its place was not read, or its policy could not be.
    Unread {
        after: WantedPermission,
        gap: Gap,
    },
    /// Its block cannot have it. Nothing is made in its stead.
    NotHad {
        after: WantedPermission,
        /// The import block's, where one asks for it.
        span: Span,
        problem: PermissionProblem,
    },
    /// It bears the stack's tags and no record that fits, and no block has its name. It is not the stack's, and is left alone.
    Unproven {
        before: PresentPermission,
        misfit: Misfit,
    },
}

/// What has to become of a permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PermissionChange {
    Create {
        after: WantedPermission,
    },
    /// RAM made it from a resource policy, and an `import` block makes it a permission like any other, with the block's name.
    Promote {
        before: PresentPermission,
        after: WantedPermission,
    },
    Update {
        before: PresentPermission,
        after: WantedPermission,
        edits: Vec<PermissionEdit>,
    },
    Delete {
        before: PresentPermission,
        reason: DeleteReason,
    },
    /// The stack's tags come off, and the permission stays as it is.
    Release {
        before: PresentPermission,
    },
}

/// A live permission, and the shares that have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentPermission {
    pub place: Place,
    pub row: CustomerPermissionRow,
    pub users: BTreeSet<ShareArn>,
}

/// A permission as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedPermission {
    pub place: Place,
    pub span: Span,
    pub arn: PermissionArn,
    pub resource_type: ResourceType,
    pub policy: PermissionPolicy,
    /// Without ramctl's own.
    pub tags: Tags,
    /// The tags of ownership: stack and address.
    pub ownership: Tags,
    /// Digests of policy and tags, written once all of it is done.
    pub stamp: PermissionStamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionEdit {
    pub part: PermissionPart,
    pub cause: Cause,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PermissionPart {
    /// The default version allows something else.
    Policy {
        /// The default version's number.
        before: String,
        version: VersionAfter,
        change: PolicyChange,
    },
    Tag {
        key: String,
        how: Delta<String>,
    },
    /// It was not the stack's and becomes so.
    Imported {
        /// The stack that has it now, by its tag. Foreign text.
        owner: Option<String>,
    },
    /// Its block had another address before.
    Moved {
        from: Address,
    },
    /// The stack had another name before, which the permission still bears.
    StackRenamed {
        from: String,
    },
    /// Nothing but the record of what was applied is behind.
    Record,
}

/// The version that becomes the default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionAfter {
    /// One that is there and says what is wanted.
    Existing(String),
    New {
        /// The highest number of a version that is there.
        highest: u32,
        room: Room,
    },
}

/// Whether a permission can have one more version. RAM takes five.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Room {
    Free,
    /// The oldest version that can go makes room. The shares that have it are moved to the default version first, which gives
    /// nobody anything that they do not have before or after.
    Made {
        version: String,
        users: BTreeSet<ShareArn>,
    },
    /// Every version that is not the default is on shares that this stack cannot move, or that a narrowed run leaves out.
    None {
        users: BTreeMap<String, BTreeSet<ShareArn>>,
    },
}

/// Why a block cannot have the permission that it names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PermissionProblem {
    /// A permission of that name is there and is not the stack's.
    NameTaken { owner: Option<String> },
    /// RAM made the one of that name from a resource policy.
    NameFromPolicy,
    /// RAM cannot change the type of a permission, and two of one name cannot be there at a time.
    TypeChanged { live: ResourceType },
    /// It is the stack's under another address.
    OtherAddress { address: Address },
    /// The import names a permission that is not there.
    NotThere { arn: PermissionArn },
    /// The import names a permission of another name than the block's, and RAM cannot rename one.
    OtherName { arn: PermissionArn },
    /// The permission to import is for another type.
    OtherType { live: ResourceType },
    /// What is promoted keeps its policy, and the block says something else.
    PolicyDiffers { arn: PermissionArn, live: PermissionPolicy },
    /// A permission of that name is there and bears the stack's tags, and no record that fits.
    Unproven { misfit: Misfit },
}

impl WantedPermission {
    /// The value of `ramctl:applied` that says this.
    pub(crate) fn record(&self, stamp: &PermissionStamp) -> String {
        record::of_permission(&self.ownership, stamp, &self.arn)
    }
}

impl PermissionChange {
    pub fn before(&self) -> Option<&PresentPermission> {
        match self {
            Self::Create { .. } => None,
            Self::Promote { before, .. }
            | Self::Update { before, .. }
            | Self::Delete { before, .. }
            | Self::Release { before } => Some(before),
        }
    }

    pub fn after(&self) -> Option<&WantedPermission> {
        match self {
            Self::Delete { .. } | Self::Release { .. } => None,
            Self::Create { after } | Self::Promote { after, .. } | Self::Update { after, .. } => Some(after),
        }
    }
}

impl PermissionPart {
    /// Whether it says whose the permission is, and nothing of what it allows.
    pub fn is_identity(&self) -> bool {
        matches!(self, Self::Imported { .. } | Self::Moved { .. } | Self::StackRenamed { .. })
    }
}

impl PermissionDiff {
    pub fn before(&self) -> Option<&PresentPermission> {
        match &self.verdict {
            PermissionVerdict::InSync { before, .. } | PermissionVerdict::Unproven { before, misfit: _ } => {
                Some(before)
            }
            PermissionVerdict::Changed(change) => change.before(),
            PermissionVerdict::Unread { .. } | PermissionVerdict::NotHad { .. } => None,
        }
    }

    pub fn after(&self) -> Option<&WantedPermission> {
        match &self.verdict {
            PermissionVerdict::InSync { after, .. }
            | PermissionVerdict::Unread { after, .. }
            | PermissionVerdict::NotHad { after, .. } => Some(after),
            PermissionVerdict::Changed(change) => change.after(),
            PermissionVerdict::Unproven { .. } => None,
        }
    }

    /// The permission once all is done, or, where it goes, now.
    pub fn arn(&self) -> &PermissionArn {
        match (self.after(), self.before()) {
            (Some(after), _) => &after.arn,
            (None, Some(before)) => &before.row.arn,
            (None, None) => unreachable!("each verdict has a side"),
        }
    }

    pub fn place(&self) -> &Place {
        match (self.after(), self.before()) {
            (Some(after), _) => &after.place,
            (None, Some(before)) => &before.place,
            (None, None) => unreachable!("each verdict has a side"),
        }
    }

    /// The block, where one declares the permission.
    pub fn span(&self) -> Option<Span> {
        self.after().map(|after| after.span)
    }
}
