//! One difference inside a share: which part, how, who made it, and whether it is left alone.

use crate::desired::IgnorableAttribute;
use crate::model::{
    Address, Gap, Observed, PermissionArn, PolicyChange, Principal, ResourceArn, ResourceType,
};

/// One difference inside a share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub part: Part,
    pub cause: Cause,
}

/// Who made the difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The configuration is as it was applied; AWS was changed.
    Drift,
    /// The configuration changed since it was applied, or was never applied in full.
    Pending,
    /// Some of either.
    Both,
    /// A resource got or lost tags in AWS, and so a search of the files finds another set.
    Tags,
    /// An invitation ran out: nobody changed anything.
    Lapsed,
}

impl Cause {
    /// The cause of two differences together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            _ if self == other => self,
            (Self::Drift, Self::Tags) | (Self::Tags, Self::Drift) => Self::Drift,
            // Time adds nobody who changed something.
            (Self::Lapsed, other) | (other, Self::Lapsed) => other,
            _ => Self::Both,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Drift => "drift",
            Self::Pending => "pending",
            Self::Both => "both",
            Self::Tags => "tags",
            Self::Lapsed => "lapsed",
        }
    }
}

/// The part of a share that differs, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Name {
        before: String,
        after: String,
    },
    AllowExternalPrincipals {
        before: bool,
        after: bool,
    },
    Principal {
        principal: Principal,
        label: String,
        how: Membership,
    },
    Resource {
        resource: ResourceArn,
        resource_type: Option<ResourceType>,
        how: Membership,
    },
    Source {
        source: String,
        how: Membership,
    },
    Permission {
        resource_type: ResourceType,
        how: Delta<PermissionArn>,
        /// What that gives and takes on what is there.
        actions: Observed<PolicyChange>,
    },
    /// The same permission in another version.
    PermissionVersion {
        resource_type: ResourceType,
        permission: PermissionArn,
        before: String,
        after: NextVersion,
        actions: Observed<PolicyChange>,
    },
    Tag {
        key: String,
        how: Delta<String>,
    },
    /// The share was not the stack's and becomes so.
    Imported {
        /// The stack that has it now, by its tag. Foreign text.
        owner: Option<String>,
    },
    /// RAM made the share from a resource policy, and makes it one that can be changed.
    Promoted,
    /// The share's block had another address before.
    Moved {
        from: Address,
    },
    /// The stack had another name before, which the share still bears.
    StackRenamed {
        from: String,
    },
    /// Nothing but the record of what was applied is behind.
    Record,
}

/// The version of a permission that a share gets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NextVersion {
    Numbered(String),
    /// The one that this run makes.
    New,
    /// The default, whose number was not read.
    Default,
}

/// What becomes of a principal, resource or source on a share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Membership {
    Added,
    Removed,
    /// It FAILED and is taken off and put on again.
    Repaired {
        message: Option<String>,
    },
}

/// A value's change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delta<T> {
    Added { after: T },
    Changed { before: T, after: T },
    Removed { before: T },
}

impl Part {
    /// Whether a permission gives way to another one, or to another version of itself.
    pub(crate) fn is_of_rights(&self) -> bool {
        matches!(self, Self::Permission { how: Delta::Changed { .. }, .. } | Self::PermissionVersion { .. })
    }

    /// What of it could not be read.
    pub fn gap(&self) -> Option<&Gap> {
        match self {
            Self::Permission { actions, .. } | Self::PermissionVersion { actions, .. } => actions.gap(),
            _ => None,
        }
    }

    /// Whether it says whose the share is, and nothing of what is on it.
    pub fn is_identity(&self) -> bool {
        matches!(
            self,
            Self::Imported { .. } | Self::Moved { .. } | Self::StackRenamed { .. } | Self::Promoted
        )
    }
}

/// A difference that is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    pub attribute: IgnorableAttribute,
    /// What would be changed. None for what RAM changes on no share that is there.
    pub part: Option<Part>,
    pub cause: Cause,
    pub by: LeftBy,
}

/// Why a difference is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftBy {
    /// `lifecycle.ignore_changes`.
    IgnoreChanges,
    /// `lifecycle.keep_extra`: others put it on, and it stays.
    KeepExtra,
    /// One of the two names it, and the share is made in another place, where it cannot be.
    NotCarried,
}

impl Left {
    /// The principal that is on the share and no block declares.
    pub fn extra_principal(&self) -> Option<&Principal> {
        match &self.part {
            Some(Part::Principal { principal, label: _, how: Membership::Removed }) => Some(principal),
            _ => None,
        }
    }

    /// Whether the share stays closed to outside principals although its block opens it.
    pub fn keeps_closed(&self) -> bool {
        matches!(self.part, Some(Part::AllowExternalPrincipals { after: true, .. }))
    }

    /// Whether it is on the share and no block declares it.
    pub fn is_extra(&self) -> bool {
        match &self.part {
            Some(Part::Principal { how, .. } | Part::Resource { how, .. } | Part::Source { how, .. }) => {
                *how == Membership::Removed
            }
            Some(Part::Tag { how, .. }) => matches!(how, Delta::Removed { .. }),
            _ => false,
        }
    }
}
