//! Live shares in normal form.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::model::{
    AssociationStatus, FeatureSet, Observed, PermissionArn, Place, Principal, ResourceArn, ResourceType,
    ShareArn, ShareStatus, Tags,
};

use crate::live::readings::PermissionReadings;
use crate::live::received::Received;
use crate::live::rows::CustomerPermissionRow;
use crate::live::sweep::Sweep;

/// Everything that was read, or the reason why not, for each account and Region that the stack names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveState {
    pub places: BTreeMap<Place, Observed<LivePlace>>,
    /// What others share with accounts of the stack, where it matters: for principals that are invited and for `inbound` blocks.
    pub received: BTreeMap<Place, Observed<Received>>,
    /// Where else shares of the stack were looked for. What was found is among the places.
    pub sweep: Sweep,
}

/// How much of a place is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of its shares.
    Whole,
    /// These shares alone.
    Shares(BTreeSet<ShareArn>),
}

/// One account and Region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LivePlace {
    /// Shares that are not DELETED.
    pub shares: BTreeMap<ShareArn, LiveShare>,
    /// Shares that RAM still lists as DELETED, with the tags that they had. They count as absent.
    pub deleted: BTreeMap<ShareArn, Tags>,
    /// Principals that left a share and that RAM still lists (DISASSOCIATED): how long they were on it tells an invitation that
    /// expired from one that was turned down.
    pub departed: BTreeMap<(ShareArn, Principal), Departed>,
    pub customer_permissions: Vec<CustomerPermissionRow>,
    /// The endpoint refused to list the permissions of all shares, so each share was asked about. Not a fact about the place: no snapshot has it.
    pub share_by_share: bool,
    /// What was asked of permissions beyond the listings.
    pub readings: PermissionReadings,
}

/// A share with everything that is on it. DISASSOCIATED rows are dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveShare {
    pub arn: ShareArn,
    /// Foreign text.
    pub name: String,
    pub status: ShareStatus,
    pub status_message: Option<String>,
    pub allow_external_principals: bool,
    pub retain_sharing: bool,
    pub feature_set: FeatureSet,
    pub tags: Tags,
    pub created: Option<Timestamp>,
    /// When RAM last changed the share itself, as far as it says.
    pub updated: Option<Timestamp>,
    pub resources: BTreeMap<ResourceArn, Association>,
    pub principals: BTreeMap<Principal, Association>,
    pub sources: BTreeMap<String, Association>,
    pub permissions: BTreeMap<ResourceType, AttachedPermission>,
}

/// The state of one principal, resource or source on a share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Association {
    pub status: AssociationStatus,
    pub status_message: Option<String>,
    pub external: bool,
    pub created: Option<Timestamp>,
    pub updated: Option<Timestamp>,
}

/// A principal that is on a share no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Departed {
    pub joined: Option<Timestamp>,
    pub left: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachedPermission {
    pub arn: PermissionArn,
    pub version: String,
    pub default_version: bool,
    pub feature_set: FeatureSet,
}
