//! What has to be read beyond the listings: nothing, where they settle everything.

use std::collections::{BTreeMap, BTreeSet};

use crate::live::readings::{FollowUp, VersionAsked};
use crate::live::state::{AttachedPermission, LivePlace, LiveShare};
use crate::model::{
    FeatureSet, PermissionArn, PermissionPolicy, Place, ResourceType, ShareArn, StackName, TAG_ADDRESS,
    TAG_STACK,
};

/// What a stack wants of permissions, as far as it decides what is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interest {
    pub stack: StackName,
    /// Names that it had before.
    pub formerly: BTreeSet<StackName>,
    /// The permissions that the stack makes, and what they are to allow.
    pub declared: BTreeMap<PermissionArn, PermissionPolicy>,
    /// Permissions that it adopts.
    pub imported: BTreeSet<PermissionArn>,
    /// The permissions that its shares name, by the shares' address tags.
    pub used: BTreeMap<String, BTreeMap<ResourceType, PermissionArn>>,
    /// The permissions that its shares in a place name and that it does not make.
    pub named: BTreeMap<Place, BTreeSet<PermissionArn>>,
    /// Shares that it adopts, with the address tags that they get.
    pub adopted: BTreeMap<ShareArn, String>,
    /// Names of the permissions that types have which no block names, by the types in lower case.
    pub defaults: BTreeMap<String, String>,
}

impl Interest {
    /// For a stack with nothing to say of permissions.
    pub fn none(stack: StackName) -> Self {
        Self {
            stack,
            formerly: BTreeSet::new(),
            declared: BTreeMap::new(),
            imported: BTreeSet::new(),
            used: BTreeMap::new(),
            named: BTreeMap::new(),
            adopted: BTreeMap::new(),
            defaults: BTreeMap::new(),
        }
    }

    /// The default of a type, where another permission is attached.
    fn default_beside(&self, kind: &ResourceType, attached: &PermissionArn) -> Option<PermissionArn> {
        let name = self.defaults.get(&kind.as_str().to_ascii_lowercase())?;
        let partition = attached.arn().partition();
        let default = PermissionArn::parse(&format!("arn:{partition}:ram::aws:permission/{name}")).ok()?;
        (!attached.is_aws_default()).then_some(default)
    }

    /// The address tag that a share has or is to have, where it is the stack's.
    fn address_of<'a>(&'a self, share: &'a LiveShare) -> Option<&'a str> {
        let is_own = |tag: &String| {
            let mut names = std::iter::once(&self.stack).chain(&self.formerly);
            names.any(|name| name.as_str() == tag)
        };
        let own = share.tags.get(TAG_STACK).is_some_and(is_own);
        let tag = own.then(|| share.tags.get(TAG_ADDRESS).map_or("", String::as_str));
        self.adopted.get(&share.arn).map(String::as_str).or(tag)
    }
}

/// The questions that are open, given what was answered. Answers may open new ones: ask until none is left.
pub fn follow_ups(at: &Place, place: &LivePlace, interest: &Interest) -> BTreeSet<FollowUp> {
    let mut out = BTreeSet::new();
    for named in interest.named.get(at).into_iter().flatten() {
        if named.is_aws_managed() {
            out.insert(FollowUp::Offered);
        } else if place.customer_permissions.iter().any(|row| row.arn == *named) {
            // Somebody else's may have placeholders.
            out.insert(FollowUp::Policy(named.clone(), VersionAsked::Default));
        }
    }
    for row in &place.customer_permissions {
        if interest.imported.contains(&row.arn) {
            out.insert(FollowUp::Policy(row.arn.clone(), VersionAsked::Default));
        }
        let Some(wanted) = interest.declared.get(&row.arn) else { continue };
        out.insert(FollowUp::Policy(row.arn.clone(), VersionAsked::Default));
        let default = place.readings.policy(&row.arn, &VersionAsked::Default);
        let Some(default) = default.known().filter(|default| default.policy != *wanted) else { continue };
        // Another version may say what is wanted, and there is room for five.
        out.insert(FollowUp::Versions(row.arn.clone()));
        let versions = place.readings.versions(&row.arn);
        let others = versions.known().into_iter().flat_map(|all| all.iter());
        out.extend(
            others
                .filter(|version| **version != default.version)
                .map(|version| FollowUp::Policy(row.arn.clone(), VersionAsked::Numbered(version.clone()))),
        );
    }
    for share in place.shares.values() {
        let Some(address) = interest.address_of(share) else { continue };
        let wanted = interest.used.get(address);
        for (kind, attached) in &share.permissions {
            let default = wanted.and_then(|_| interest.default_beside(kind, &attached.arn));
            let wanted = wanted.and_then(|wanted| wanted.get(kind)).or(default.as_ref());
            questions(attached, wanted, interest, &mut out);
        }
    }
    out.retain(|question| !place.readings.answers(question));
    out
}

/// What is asked for one permission on one share: what changes for people where it gives way to another version or permission.
fn questions(
    attached: &AttachedPermission,
    wanted: Option<&PermissionArn>,
    interest: &Interest,
    out: &mut BTreeSet<FollowUp>,
) {
    let asked = if attached.default_version {
        VersionAsked::Default
    } else {
        VersionAsked::Numbered(attached.version.clone())
    };
    let own = |out: &mut BTreeSet<FollowUp>| {
        out.insert(FollowUp::Policy(attached.arn.clone(), asked.clone()));
    };
    if attached.feature_set != FeatureSet::Standard {
        own(out);
    }
    match wanted {
        Some(other) if *other != attached.arn => {
            own(out);
            if !interest.declared.contains_key(other) {
                out.insert(FollowUp::Policy(other.clone(), VersionAsked::Default));
            }
        }
        _ if !attached.default_version => {
            own(out);
            if !interest.declared.contains_key(&attached.arn) {
                out.insert(FollowUp::Policy(attached.arn.clone(), VersionAsked::Default));
            }
        }
        _ => {}
    }
}
