//! What a share lets people do with its resources, and with which of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog;
use crate::live::{AttachedPermission, LiveShare};
use crate::model::{
    AccountId, PermissionArn, Place, Principal, Region, ResourceArn, ResourceType, ShareStatus,
};

/// What is allowed on one resource by one share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// What AWS's default permission for the type allows, at its default version.
    AwsDefault,
    Permission {
        arn: PermissionArn,
        version: Version,
    },
    /// What one of these allows: the form of the ARN does not say of which type the resource is.
    OneOf(BTreeSet<(PermissionArn, Version)>),
}

/// Which version of a permission it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    Default,
    Numbered(String),
    /// The one that the plan makes the default.
    Next,
}

impl Right {
    /// What an attached permission allows.
    pub fn of(attached: &AttachedPermission) -> Self {
        let version = if attached.default_version {
            Version::Default
        } else {
            Version::Numbered(attached.version.clone())
        };
        Self::named(&attached.arn, version)
    }

    /// What a permission allows.
    pub fn named(arn: &PermissionArn, version: Version) -> Self {
        if arn.is_aws_default() && version == Version::Default {
            Self::AwsDefault
        } else {
            Self::Permission { arn: arn.clone(), version }
        }
    }

    /// What the permissions of a share allow on a resource.
    pub fn on(
        resource: &ResourceArn,
        resource_type: Option<&ResourceType>,
        permissions: &BTreeMap<ResourceType, Self>,
    ) -> Self {
        let of_type = |kind: &ResourceType| {
            let is = |other: &ResourceType| other.as_str().eq_ignore_ascii_case(kind.as_str());
            permissions.iter().find(|(other, _)| is(other)).map(|(_, right)| right.clone())
        };
        match (resource_type.or_else(|| type_of(resource)), permissions.values().next()) {
            (Some(kind), _) => of_type(kind).unwrap_or(Self::AwsDefault),
            (None, Some(only)) if permissions.len() == 1 => only.clone(),
            (None, None) => Self::AwsDefault,
            (None, Some(_)) => {
                let all = permissions.values().filter_map(|right| match right {
                    Self::Permission { arn, version } => Some((arn.clone(), version.clone())),
                    Self::AwsDefault | Self::OneOf(_) => None,
                });
                Self::OneOf(all.collect())
            }
        }
    }
}

/// The type of a resource, where the form of its ARN tells.
pub fn type_of(resource: &ResourceArn) -> Option<&'static ResourceType> {
    catalog::type_of(resource.arn()).map(|facts| &facts.code)
}

/// What one share gives, at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grants {
    pub owner: AccountId,
    pub region: Region,
    pub principals: BTreeSet<Principal>,
    /// Those of them who have nothing before they accept an invitation. It counts as given, for it is theirs to take, and not as kept or
    /// lost.
    pub invited: BTreeSet<Principal>,
    /// On whose behalf services may come. None: the share names nobody.
    pub sources: BTreeSet<String>,
    pub resources: BTreeMap<ResourceArn, Right>,
}

impl Grants {
    /// The principals that have it without an invitation that is still open.
    pub fn present(&self) -> impl Iterator<Item = &Principal> + Clone {
        self.principals.difference(&self.invited)
    }

    /// What a live share gives. What failed, is suspended or on its way out gives nothing.
    pub fn of_live(place: &Place, share: &LiveShare) -> Self {
        let permissions = rights_of(&share.permissions);
        let is_there = share.status != ShareStatus::Failed;
        let resources =
            share.resources.iter().filter(|(_, association)| is_there && association.status.gives());
        let principals =
            share.principals.iter().filter(|(_, association)| is_there && association.status.gives());
        let sources = share.sources.iter().filter(|(_, association)| is_there && association.status.gives());
        Self {
            owner: place.account.clone(),
            region: place.region.clone(),
            sources: sources.map(|(source, _)| source.clone()).collect(),
            principals: principals.map(|(principal, _)| principal.clone()).collect(),
            invited: BTreeSet::new(),
            resources: resources
                .map(|(resource, _)| (resource.clone(), Right::on(resource, None, &permissions)))
                .collect(),
        }
    }
}

/// What the permissions of a live share allow, by type.
pub fn rights_of(permissions: &BTreeMap<ResourceType, AttachedPermission>) -> BTreeMap<ResourceType, Right> {
    permissions.iter().map(|(kind, attached)| (kind.clone(), Right::of(attached))).collect()
}
