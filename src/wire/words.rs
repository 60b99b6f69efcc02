//! The words of the documents: each stands for one variant, and is read back as it.

use serde::de::value::{BorrowedStrDeserializer, Error};
use serde::{Deserialize, Serialize};

use crate::desired::{IgnorableAttribute, InvitedBecause};
use crate::diag::Severity;
use crate::diff::{Breadth, Cause, DeleteReason, Lapse, LeftBy, Purpose, ReplaceReason, UndeclaredStanding};
use crate::model::{ConditionChange, GapCause};
use crate::org::SharingState;
use crate::plan::Blocked;

/// Declares an enum over words. `for` names an enum of the core whose variants these are, one for one: a variant that is added
/// there has to be given its word here, and is then written and read.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident for $core:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        words! { $(#[$doc])* $name { $($variant = $word),+ } }

        impl From<$core> for $name {
            fn from(value: $core) -> Self {
                match value { $($core::$variant => Self::$variant,)+ }
            }
        }

        impl From<$name> for $core {
            fn from(word: $name) -> Self {
                match word { $($name::$variant => Self::$variant,)+ }
            }
        }
    };
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        pub(crate) enum $name {
            $(#[serde(rename = $word)] $variant,)+
        }
    };
}

words! { PurposeWord for Purpose { Apply = "apply", Destroy = "destroy" } }

words! {
    /// `drift`: AWS was changed. `pending`: the configuration was. `tags`: a resource got or lost tags, and so a search by tags finds another
    /// set. `lapsed`: an invitation ran out, and nobody changed anything.
    CauseWord for Cause {
        Drift = "drift",
        Pending = "pending",
        Both = "both",
        Tags = "tags",
        Lapsed = "lapsed",
    }
}

words! {
    /// How far shares were looked for. `all`: in all Regions that the accounts have enabled. `named`: at most where the files say, because the
    /// run is about a part of the stack. `declined`: no further, because `--no-sweep` says so.
    BreadthWord for Breadth { Named = "named", Declined = "declined", All = "all" }
}

words! {
    GapWord for GapCause {
        Credentials = "credentials",
        CannotAssumeRole = "cannot_assume_role",
        AccessDenied = "access_denied",
        Throttled = "throttled",
        Unreachable = "unreachable",
        Service = "service",
        Unreadable = "unreadable",
        NotConfigured = "not_configured",
        NotInSnapshot = "not_in_snapshot",
        NoSuchName = "no_such_name",
        Elsewhere = "elsewhere",
        NotInOrganization = "not_in_organization",
        Unattachable = "unattachable_permission",
        Placeholders = "placeholders",
        LeftOut = "left_out",
        RegionNotEnabled = "region_not_enabled",
        Unsupported = "unsupported",
        Other = "other",
    }
}

words! {
    SharingStateWord for SharingState {
        Enabled = "enabled",
        HalfEnabled = "half_enabled",
        LeftoverRole = "leftover_role",
        Disabled = "disabled",
        NotAllFeatures = "not_all_features",
        NotManagementAccount = "not_management_account",
        NoOrganization = "no_organization",
    }
}

words! {
    ReplaceWord for ReplaceReason {
        Account = "account",
        Region = "region",
        RetainSharing = "retain_sharing_on_account_leave_organization",
        Failed = "failed",
    }
}

words! {
    DeleteWord for DeleteReason {
        NotDeclared = "not_declared",
        Duplicate = "duplicate",
        Rival = "rival",
        Destroy = "destroy",
        Expired = "expired",
        MoveTaken = "move_taken",
        Removed = "removed",
        MovedAway = "moved_away",
        Successor = "successor",
    }
}

words! {
    BlockedWord for Blocked {
        SharingUnread = "sharing_unread",
        SharingOff = "sharing_off",
        SuccessorBlocked = "successor_blocked",
        AwaitingAcceptance = "awaiting_acceptance",
        PermissionUnread = "permission_unread",
        PermissionBlocked = "permission_blocked",
        OutsiderStays = "outsider_stays",
        StaysClosed = "stays_closed",
    }
}

words! {
    /// What is in the way of an import.
    ImportProblemWord {
        Deleted = "deleted",
        OtherPlace = "other_place",
        NotThere = "not_there",
        NotStandard = "not_standard",
        NoTwin = "no_twin",
        Failed = "failed",
        RetainSharing = "retain_sharing_on_account_leave_organization",
        AddressTaken = "address_taken",
        OtherAddress = "other_address",
    }
}

words! {
    ActionWord {
        Import = "import",
        Promote = "promote",
        Move = "move",
        Create = "create",
        Update = "update",
        Delete = "delete",
        Release = "release",
        NoOp = "no-op",
        Read = "read",
    }
}

words! {
    PartWord {
        Name = "name",
        AllowExternalPrincipals = "allow_external_principals",
        Principal = "principal",
        Resource = "resource",
        Source = "source",
        Permission = "permission",
        PermissionVersion = "permission_version",
        Tag = "tag",
        Import = "import",
        Promote = "promote",
        Move = "move",
        Stack = "stack",
        Record = "record",
    }
}

words! {
    /// What the conditions of a policy do to it: nothing, let less through, or perhaps let more through.
    ConditionWord for ConditionChange { Same = "same", Narrower = "narrower", PerhapsWider = "perhaps_wider" }
}

words! {
    PermissionActionWord {
        Create = "create",
        Promote = "promote",
        Update = "update",
        Delete = "delete",
        Release = "release",
        NoOp = "no-op",
        Read = "read",
        NotHad = "not_had",
        Unproven = "unproven",
    }
}

words! { PermissionBlockedWord { VersionsHeld = "versions_held", InUse = "in_use" } }

words! {
    PermissionPartWord { Policy = "policy", Tag = "tag", Import = "import", Move = "move", Stack = "stack", Record = "record" }
}

words! {
    PermissionEditWord {
        NewVersion = "new_version",
        SetDefault = "set_default",
        Add = "add",
        Remove = "remove",
        Change = "change",
    }
}

words! {
    /// Why a block cannot have its permission.
    PermissionProblemWord {
        NameTaken = "name_taken",
        NameFromPolicy = "name_from_policy",
        TypeChanged = "type_changed",
        OtherAddress = "other_address",
        NotThere = "not_there",
        OtherName = "other_name",
        OtherType = "other_type",
        PolicyDiffers = "policy_differs",
        Unproven = "unproven",
    }
}

words! { SeverityWord for Severity { Error = "error", Warning = "warning" } }

words! { EditWord { Add = "add", Remove = "remove", Change = "change", Repair = "repair" } }

words! { MemberWord { Principal = "principal", Resource = "resource", Source = "source" } }

words! {
    RemarkWord {
        Waiting = "waiting",
        Unhealthy = "unhealthy",
        Stuck = "stuck",
        OutdatedPermission = "outdated_permission",
        UndeclaredPermission = "undeclared_permission",
        NameTaken = "name_taken",
        SameContents = "same_contents",
        OtherStack = "other_stack",
        Unproven = "unproven",
        ShareStatus = "share_status",
        Expires = "expires",
        OwnerInside = "owner_inside",
        UnitMadeAgain = "unit_made_again",
        Templated = "templated_permission",
        CauseUntold = "cause_untold",
    }
}

words! { LeftWord for LeftBy { IgnoreChanges = "ignore_changes", KeepExtra = "keep_extra", NotCarried = "not_carried" } }

words! {
    AttributeWord for IgnorableAttribute {
        Name = "name",
        Tags = "tags",
        Resources = "resources",
        Principals = "principals",
        Permissions = "permissions",
        AllowExternalPrincipals = "allow_external_principals",
        RetainSharing = "retain_sharing_on_account_leave_organization",
    }
}

words! {
    /// Why a permission that no block names stays.
    UndeclaredWord for UndeclaredStanding { Found = "found", Untold = "untold", NoDefault = "no_default" }
}

words! {
    /// Why an account is invited.
    InvitedWord for InvitedBecause {
        Outside = "outside",
        SharingOff = "sharing_off",
        Retain = "retain_sharing_on_account_leave_organization",
    }
}

words! {
    /// `needless`: sent while the account counted as a stranger, which it is no more. `outgrown`: the same and accepted, on a share that closes for
    /// strangers. `settling`: accepted, not visible everywhere yet.
    /// `rejected`: not sent again.
    InvitationWord {
        ToSend = "to_send",
        ToResend = "to_resend",
        Pending = "pending",
        Needless = "needless",
        Outgrown = "outgrown",
        Settling = "settling",
        Rejected = "rejected",
    }
}

words! {
    /// What became of an invitation before.
    LapseWord for Lapse { Expired = "expired", Rejected = "rejected", Gone = "gone", Ended = "ended" }
}

words! {
    /// `unread`: ramctl would, and could not read what the account receives.
    AcceptorWord { Ramctl = "ramctl", Consumer = "consumer", Unread = "unread" }
}

words! {
    /// `stuck`: in already, and RAM does not let the account go. `undecided`: no block speaks of it.
    InboundWord { Accept = "accept", Reject = "reject", Leave = "leave", Stuck = "stuck", Undecided = "undecided" }
}

words! { StayingWord { Types = "types", ThroughOrganization = "through_organization", Unread = "unread" } }

words! {
    /// `unproven`: it bears this stack's tags and no record that fits.
    OwnershipWord {
        Untagged = "untagged",
        OtherStack = "other_stack",
        FromPolicy = "from_policy",
        Unproven = "unproven",
    }
}

words! {
    /// `unbound`: its record is one of ramctl 0.1. `elsewhere`: it was written for something else, nobody knows what.
    MisfitWord {
        NoRecord = "no_record",
        Unbound = "unbound",
        Unreadable = "unreadable",
        CopiedFrom = "copied_from",
        OtherAddress = "other_address",
        Elsewhere = "elsewhere",
    }
}

words! {
    SharingVerdictWord {
        InSync = "in_sync",
        Enable = "enable",
        MakeRole = "make_role",
        RequiredButOff = "required_but_off",
        Impossible = "impossible",
        OffAsDeclared = "off_as_declared",
        OnUndeclared = "on_undeclared",
        Unread = "unread",
        NotManaged = "not_managed",
    }
}

words! {
    RefusalWord {
        PreventDestroy = "prevent_destroy",
        SharingRequired = "sharing_required",
        SharingImpossible = "sharing_impossible",
        Import = "import",
        Permission = "permission",
    }
}

words! {
    /// What a hazard is about.
    AboutWord {
        Principal = "principal",
        Resource = "resource",
        Source = "source",
        Permission = "permission",
        Share = "share",
        Received = "received",
        Second = "second",
        Plan = "plan",
        Revocations = "revocations",
        Grants = "grants",
    }
}

words! {
    /// By `--allow`, or by an `allow` in the stack's files.
    AllowedWord { Flag = "flag", Stack = "stack" }
}

words! {
    /// `failed`: the condition has no value.
    AssertionWord { Passed = "passed", Violated = "violated", Unknown = "unknown", Failed = "failed" }
}

words! { StandingWord { Accounts = "accounts", Outside = "outside", Unknowable = "unknowable" } }

words! {
    /// Service and operation, as IAM spells them.
    OperationWord {
        EnableSharingWithAwsOrganization = "ram:EnableSharingWithAwsOrganization",
        CreateServiceLinkedRole = "iam:CreateServiceLinkedRole",
        CreatePermission = "ram:CreatePermission",
        CreatePermissionVersion = "ram:CreatePermissionVersion",
        SetDefaultPermissionVersion = "ram:SetDefaultPermissionVersion",
        DeletePermissionVersion = "ram:DeletePermissionVersion",
        DeletePermission = "ram:DeletePermission",
        PromotePermissionCreatedFromPolicy = "ram:PromotePermissionCreatedFromPolicy",
        PromoteResourceShareCreatedFromPolicy = "ram:PromoteResourceShareCreatedFromPolicy",
        CreateResourceShare = "ram:CreateResourceShare",
        UpdateResourceShare = "ram:UpdateResourceShare",
        AssociateResourceShare = "ram:AssociateResourceShare",
        DisassociateResourceShare = "ram:DisassociateResourceShare",
        AssociateResourceSharePermission = "ram:AssociateResourceSharePermission",
        DisassociateResourceSharePermission = "ram:DisassociateResourceSharePermission",
        TagResource = "ram:TagResource",
        UntagResource = "ram:UntagResource",
        DeleteResourceShare = "ram:DeleteResourceShare",
        AcceptResourceShareInvitation = "ram:AcceptResourceShareInvitation",
        RejectResourceShareInvitation = "ram:RejectResourceShareInvitation",
    }
}

/// A word as text, for fields that hold words of several kinds.
pub(crate) fn text_of(word: impl Serialize) -> String {
    match serde_json::to_value(word) {
        Ok(serde_json::Value::String(text)) => text,
        other => unreachable!("a word is written as a string, not {other:?}"),
    }
}

/// The word that a text is.
pub(crate) fn word_of<'a, T: Deserialize<'a>>(text: &'a str) -> Option<T> {
    T::deserialize(BorrowedStrDeserializer::<Error>::new(text)).ok()
}
