//! The result of a comparison. Variants hold the sides that exist, and no more.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::desired::Safeguards;
use crate::diag::Span;
use crate::diff::inbound::InboundItem;
use crate::diff::invitation::Invitation;
use crate::diff::narrow::Partial;
pub use crate::diff::part::{Cause, Delta, Edit, Left, LeftBy, Membership, NextVersion, Part};
use crate::diff::permission::PermissionDiff;
use crate::diff::record::{Misfit, Record};
use crate::diff::sharing::SharingDiff;
use crate::diff::stamp::Stamp;
use crate::live::{LiveShare, Policies, Sweep};
use crate::model::{
    AccountId, Address, AssociationStatus, FeatureSet, Gap, Observed, PermissionArn, Place, PolicyChange,
    Principal, ResourceArn, ResourceType, ShareArn, ShareStatus, StackName, TAG_ADDRESS, TAG_STACK, Tags,
};

/// What the comparison is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Make AWS match the configuration.
    Apply,
    /// Delete all that the stack owns.
    Destroy,
}

/// Everything that differs, that matches, and that could not be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    pub stack: StackName,
    pub purpose: Purpose,
    pub account_labels: BTreeMap<AccountId, String>,
    /// None where the stack does not ask for sharing inside the organization.
    pub sharing: Option<SharingDiff>,
    /// By place, then address; a share to keep comes before its duplicates.
    pub shares: Vec<ShareDiff>,
    /// Customer managed permissions of the stack. By place, then address.
    pub permissions: Vec<PermissionDiff>,
    /// What was read of permissions, for whoever compares what shares let people do.
    pub policies: Policies,
    /// Shares in the stack's places that are not the stack's.
    pub unmanaged: Vec<Unmanaged>,
    /// Live shares that this leaves alone and that hold resources of those that it changes.
    pub beside: Vec<Present>,
    /// What others share with accounts of the stack and is not as `inbound` blocks say, or of which none speaks.
    pub inbound: Vec<InboundItem>,
    /// Where what is received could not be read: nothing is accepted or rejected there.
    pub unreceived: BTreeMap<Place, Gap>,
    /// All places that were to be read.
    pub places: BTreeSet<Place>,
    pub unknown: BTreeMap<Place, Gap>,
    /// Where else shares of the stack were looked for.
    pub sweep: Sweep,
    /// The account through which the organization is read, where the stack names one.
    pub organization_account: Option<AccountId>,
    /// The organization, where the stack names it and it could not be read.
    pub organization_gap: Option<Gap>,
    pub unresolved: BTreeMap<Address, UnresolvedShare>,
    /// What the stack says about its own hazards.
    pub safeguards: Safeguards,
    /// Present where this is a part of the stack.
    pub partial: Option<Partial>,
    /// The time of the run, where something in the stack expires or waits for an invitation.
    pub now: Option<Timestamp>,
}

/// A share of the configuration that could not be settled. Its live form is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnresolvedShare {
    pub place: Place,
    pub span: Span,
    /// What was to be looked up, as written.
    pub wanted: Vec<String>,
    pub gap: Gap,
    /// Where its live form differs from what is settled of it. Nothing of that is changed.
    pub differences: Vec<Edit>,
}

/// One share of the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareDiff {
    pub address: Address,
    pub verdict: Verdict,
    /// `lifecycle.prevent_destroy`.
    pub protected: bool,
    /// What is worth knowing and not changed by this run.
    pub remarks: Vec<Remark>,
    /// Principals that are invited and do not see the share yet.
    pub invitations: BTreeMap<Principal, Invitation>,
    /// Differences that the block's `lifecycle` leaves alone.
    pub left: Vec<Left>,
    /// Deleted shares that had this address and that RAM still lists.
    pub deleted: BTreeSet<ShareArn>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    InSync {
        before: Present,
        after: Wanted,
    },
    Changed(Change),
    /// Not compared, because where it is or would be was not read.
    Unread {
        after: Wanted,
        gap: Gap,
    },
    /// An `import` block names a share that this block cannot have. Nothing is made in its stead.
    NotImported {
        after: Wanted,
        arn: ShareArn,
        /// The import block's.
        span: Span,
        problem: ImportProblem,
    },
}

/// What has to become of a share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Create {
        after: Wanted,
    },
    Update {
        before: Present,
        after: Wanted,
        edits: Vec<Edit>,
    },
    Replace {
        before: Present,
        after: Wanted,
        reasons: BTreeSet<ReplaceReason>,
        /// The permissions by which the new share lets people do more or less with what both hold. None where it is made elsewhere: all of
        /// its resources are others.
        rights: Vec<Edit>,
    },
    Delete {
        before: Present,
        reason: DeleteReason,
    },
    /// The stack's tags come off, and the share stays as it is.
    Release {
        before: Present,
    },
}

impl Change {
    pub fn before(&self) -> Option<&Present> {
        match self {
            Self::Create { .. } => None,
            Self::Update { before, .. }
            | Self::Replace { before, .. }
            | Self::Delete { before, .. }
            | Self::Release { before } => Some(before),
        }
    }

    pub fn after(&self) -> Option<&Wanted> {
        match self {
            Self::Delete { .. } | Self::Release { .. } => None,
            Self::Create { after } | Self::Update { after, .. } | Self::Replace { after, .. } => Some(after),
        }
    }
}

/// Why a share cannot be changed where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReplaceReason {
    Account,
    Region,
    /// `retain_sharing_on_account_leave_organization` is set when a share is made and never again.
    RetainSharing,
    /// The share is FAILED.
    Failed,
}

impl Remark {
    /// What of it could not be read.
    pub fn gap(&self) -> Option<&Gap> {
        match self {
            Self::Outdated { actions, .. } => actions.gap(),
            Self::Templated { gap, .. } => Some(gap),
            _ => None,
        }
    }
}

/// Why a share of the stack goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeleteReason {
    /// No block declares it.
    NotDeclared,
    /// A replacement of it was cut short, or it was the successor: another share of its address stays.
    Duplicate,
    /// Another share proves to be that of the same address, and neither takes the place of the other.
    Rival,
    /// The whole stack goes.
    Destroy,
    /// The time that its block gives it is over.
    Expired,
    /// Its block has another address now, and a share of that address is there already.
    MoveTaken,
    /// A `removed` block says so.
    Removed,
    /// Its block moved to an address that no block has.
    MovedAway,
    /// For a permission: its block makes one of another name or in another place.
    Successor,
}

/// Why a share cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImportProblem {
    /// It is in another account or Region than the block, which has no share yet.
    OtherPlace,
    /// It is not in the listing of its account and Region, or only as deleted.
    NotThere { deleted: bool },
    /// It is being promoted just now, or is something newer than this version of ramctl.
    NotStandard { feature_set: FeatureSet },
    /// It was made from a resource policy, and so was this permission on it: RAM promotes the share only where a customer managed
    /// permission says exactly the same.
    NoTwin { resource_type: ResourceType, permission: PermissionArn },
    /// It is FAILED, and only a new share would mend that.
    Failed,
    /// `retain_sharing_on_account_leave_organization` differs, and only a new share could change that.
    RetainSharing { live: bool },
    /// The block has another share.
    AddressTaken { by: ShareArn },
    /// The share is the stack's under another address.
    OtherAddress { address: Address },
}

impl ImportProblem {
    /// Whether nothing is where the block would have it: its block alone is left as it is.
    pub fn is_of_nothing(&self) -> bool {
        matches!(self, Self::NotThere { .. } | Self::OtherPlace)
    }
}

/// A live share and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    pub place: Place,
    pub share: LiveShare,
}

/// A share as it is to be. Attributes under `ignore_changes` have their live values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub place: Place,
    pub span: Span,
    pub name: String,
    pub allow_external_principals: bool,
    pub retain_sharing: bool,
    pub resources: BTreeMap<ResourceArn, Option<ResourceType>>,
    /// Each with a name for people.
    pub principals: BTreeMap<Principal, String>,
    pub sources: BTreeSet<String>,
    pub permissions: BTreeMap<ResourceType, PermissionArn>,
    /// Without ramctl's own.
    pub tags: Tags,
    /// The tags of ownership: stack and address.
    pub ownership: Tags,
    /// Digest of the configuration, written once all of it is done.
    pub stamp: Stamp,
    /// Shares of the same address that go once this one is complete.
    pub replaces: BTreeSet<ShareArn>,
}

impl Wanted {
    /// The record of a share on which this much is applied.
    pub(crate) fn record(&self, stamp: Stamp) -> Record {
        let value = |key| self.ownership.get(key).cloned().unwrap_or_default();
        let (stack, address) = (value(TAG_STACK), value(TAG_ADDRESS));
        Record { stack, address, stamp, replaces: self.replaces.clone() }
    }
}

impl DeleteReason {
    /// Whether another share of the address is to stay.
    pub(crate) fn is_of_a_second(self) -> bool {
        matches!(self, Self::Duplicate | Self::Rival)
    }
}

/// A principal, resource or source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entity {
    Principal(Principal),
    Resource(ResourceArn),
    Source(String),
}

/// Something about a live share that this run does not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// Under way: ASSOCIATING (also: an invitation nobody has accepted yet), DISASSOCIATING and the like.
    Waiting { entity: Entity, status: AssociationStatus, since: Option<Timestamp>, external: bool },
    /// In a state that gives no access and that ramctl does not repair.
    Unhealthy { entity: Entity, status: AssociationStatus, message: Option<String> },
    /// Under way for so long that RAM will hardly finish. No step mends that.
    Stuck { entity: Entity, status: AssociationStatus, since: Timestamp },
    /// The share has an older version of the permission than its default.
    Outdated {
        resource_type: ResourceType,
        permission: PermissionArn,
        version: String,
        default: NextVersion,
        /// What moving to the default version would give and take.
        actions: Observed<PolicyChange>,
    },
    /// The share has a permission with placeholders, so what it allows here is unknown.
    Templated { resource_type: ResourceType, permission: PermissionArn, gap: Gap },
    /// A permission that no block names, that is not one of AWS's defaults, and that this run leaves on the share.
    UndeclaredPermission {
        resource_type: ResourceType,
        permission: PermissionArn,
        standing: UndeclaredStanding,
    },
    /// For so many of the differences, the record of the last apply does not tell whether the files asked for them: they count as made in
    /// AWS.
    CauseUntold { differences: usize },
    /// A share that is not the stack's has the name that this one is to be made with.
    NameTaken { arn: ShareArn, ownership: Ownership },
    /// The share that is made would hold what a share of no stack holds already: all its resources, for all its principals.
    SameContents {
        arn: ShareArn,
        /// Foreign text.
        name: String,
    },
    /// A share of another stack has the address of the block and its name or some resource of it, or all that the share would hold: the plan makes
    /// a copy.
    OtherStack {
        arn: ShareArn,
        /// Foreign text.
        stack: String,
        /// Foreign text.
        name: String,
    },
    /// A share bears the tags of the block that this one is to be made for, and no record that fits.
    Unproven { arn: ShareArn, misfit: Misfit },
    /// The account that shares is in this unit or organization, which the share names: RAM's policy lets all of its users and roles in. Not told
    /// where the files allow it.
    OwnerInside { principal: Principal, label: String },
    /// A unit that was on the share is not in the organization any more, and the files name another one. Who deletes a unit and makes one of its
    /// name gets one with another id.
    UnitMadeAgain { before: Principal, after: Principal, label: String },
    /// The share goes at this time.
    Expires { at: Timestamp, left: SignedDuration },
    /// The share itself is neither ACTIVE nor FAILED.
    Share { status: ShareStatus, message: Option<String> },
}

/// Why a permission that no block names stays on a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UndeclaredStanding {
    /// ramctl found it there when it first applied.
    Found,
    /// The record of the last apply does not say whether ramctl found it or somebody attached it since.
    Untold,
    /// Somebody attached it, and which permission is AWS's default for the type is not known.
    NoDefault,
}

impl Remark {
    /// A share of no stack for sure that has the name or the contents of the one that is made.
    pub fn lookalike(&self) -> Option<&ShareArn> {
        match self {
            Self::NameTaken { arn, ownership } if ownership.is_open() => Some(arn),
            Self::SameContents { arn, .. } => Some(arn),
            _ => None,
        }
    }

    /// Whether something in AWS is not as the files say and this run does not change it.
    pub fn is_undeclared(&self) -> bool {
        match self {
            Self::UndeclaredPermission { standing, .. } => *standing != UndeclaredStanding::Found,
            _ => false,
        }
    }

    /// Whether something on the share gives no access and no step mends it.
    pub fn is_ailing(&self) -> bool {
        matches!(self, Self::Unhealthy { .. } | Self::Stuck { .. })
    }
}

/// A share that is not the stack's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmanaged {
    pub place: Place,
    pub arn: ShareArn,
    /// Foreign text.
    pub name: String,
    pub ownership: Ownership,
    /// Somebody outside the organization can use it, as far as is known.
    pub outside: bool,
    pub principals: BTreeSet<Principal>,
    pub resources: BTreeSet<ResourceArn>,
}

impl Ownership {
    /// Whether no stack has it for sure: it may be the one that a block is for.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Untagged | Self::Unproven { .. })
    }
}

/// Why a share is not the stack's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ownership {
    /// No stack's tag.
    Untagged,
    /// Another stack's; the name is foreign text.
    OtherStack(String),
    /// Made by RAM from a resource policy: cannot be changed through RAM.
    FromPolicy,
    /// It bears this stack's tags and no record that fits: they may have been copied, or were edited.
    Unproven {
        /// What its address tag says. Foreign text.
        address: String,
        misfit: Misfit,
    },
}

impl ShareDiff {
    /// Where the share is to be, or, where it is to go, where it is.
    pub fn place(&self) -> &Place {
        match &self.verdict {
            Verdict::InSync { after, .. }
            | Verdict::Unread { after, .. }
            | Verdict::NotImported { after, .. } => &after.place,
            Verdict::Changed(change) => match change {
                Change::Create { after } | Change::Update { after, .. } | Change::Replace { after, .. } => {
                    &after.place
                }
                Change::Delete { before, .. } | Change::Release { before } => &before.place,
            },
        }
    }

    /// The share's name in AWS once all is done, or, where it goes, now. Foreign text.
    pub fn name(&self) -> &str {
        match &self.verdict {
            Verdict::InSync { after, .. }
            | Verdict::Unread { after, .. }
            | Verdict::NotImported { after, .. } => &after.name,
            Verdict::Changed(change) => match change {
                Change::Create { after } | Change::Update { after, .. } | Change::Replace { after, .. } => {
                    &after.name
                }
                Change::Delete { before, .. } | Change::Release { before } => &before.share.name,
            },
        }
    }

    pub fn before(&self) -> Option<&Present> {
        match &self.verdict {
            Verdict::InSync { before, .. } => Some(before),
            Verdict::Changed(change) => change.before(),
            Verdict::Unread { .. } | Verdict::NotImported { .. } => None,
        }
    }

    pub fn after(&self) -> Option<&Wanted> {
        match &self.verdict {
            Verdict::InSync { after, .. }
            | Verdict::Unread { after, .. }
            | Verdict::NotImported { after, .. } => Some(after),
            Verdict::Changed(change) => change.after(),
        }
    }

    /// What could not be read of the permissions on it.
    pub fn gaps(&self) -> impl Iterator<Item = &Gap> {
        let edits = match &self.verdict {
            Verdict::Changed(Change::Update { edits, .. } | Change::Replace { rights: edits, .. }) => {
                edits.as_slice()
            }
            _ => &[],
        };
        edits.iter().filter_map(|edit| edit.part.gap()).chain(self.remarks.iter().filter_map(Remark::gap))
    }

    /// The block, where one declares the share.
    pub fn span(&self) -> Option<Span> {
        self.after().map(|after| after.span)
    }
}
