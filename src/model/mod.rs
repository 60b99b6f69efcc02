//! The nouns of RAM and of AWS accounts, parsed once at the border: past it no `String` is an id.
//!
//! Nothing here knows what is desired, live or planned.

mod address;
mod arn;
mod denial;
mod hcl_text;
mod ids;
mod observed;
mod policy;
mod principal;
mod regions;
mod share;
mod tagged;
mod tags;
mod usage;

pub use address::{Address, BlockKind};
pub use arn::{Arn, InvitationArn, OrganizationArn, OuArn, PermissionArn, ResourceArn, ShareArn};
pub use denial::{Denial, DenialReason, PolicyKind};
pub use hcl_text::hcl_text;
pub use ids::{AccountId, IdError, OrgId, OuId, Partition, Place, Region, ResourceType, RootId, StackName};
pub use observed::{AccountRole, Gap, GapCause, Observed, Origin};
pub use policy::{
    Action, Allowed, Beyond, ConditionChange, Conditions, PermissionPolicy, PolicyChange, PolicyError,
    conditions,
};
pub use principal::Principal;
pub use share::{AssociationStatus, FeatureSet, InvitationStatus, ShareStatus};
pub use tagged::{TagFilters, TagQuery, TagSearch, TaggedResources};
pub use tags::{IgnoredTags, TAG_ADDRESS, TAG_APPLIED, TAG_IMPORTED, TAG_STACK, Tags, tag_safe};
pub use usage::{Usage, UsedKind, Users};
