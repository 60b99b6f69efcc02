//! Digests of what was last applied, which the record on the share holds (`record.rs`).
//!
//! One digest per section of a share, so that a hand-made change of the principals is told from an edit of the resources.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::desired::{DesiredShare, ManagedPermission};

/// What the digests are taken over, in the order of their places in the tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// Name and flags.
    Settings,
    Resources,
    /// Principals and sources.
    Principals,
    Permissions,
    Tags,
}

impl Section {
    pub const ALL: [Self; 5] =
        [Self::Settings, Self::Resources, Self::Principals, Self::Permissions, Self::Tags];
}

/// A digest per section. Sixteen hexadecimal digits each: they tell causes apart and guard nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    sections: [String; 5],
}

impl Stamp {
    pub fn of(share: &DesiredShare) -> Self {
        let DesiredShare {
            address: _,
            span: _,
            place: _, // another place is a replacement, never an edit
            name,
            allow_external_principals,
            retain_sharing,
            accept_invitations: _, // what apply does beside, not a property of the share
            resources,
            principals,
            sources,
            permissions,
            tags,
            expires: _, // ramctl's own business; AWS knows nothing of it
            lifecycle: _,
        } = share;
        let settings = [name.clone(), allow_external_principals.to_string(), retain_sharing.to_string()];
        let members =
            principals.keys().map(|p| format!("p{p}")).chain(sources.iter().map(|s| format!("s{s}")));
        Self {
            sections: [
                digest(settings),
                digest(resources.keys().map(ToString::to_string)),
                digest(members),
                digest(permissions.iter().flat_map(|(kind, p)| [kind.to_string(), p.arn.to_string()])),
                digest(tags.iter().flat_map(|(key, value)| [key.clone(), value.clone()])),
            ],
        }
    }

    /// Of a share on which nothing was applied in full: agrees with no configuration.
    pub fn unapplied() -> Self {
        Self { sections: Section::ALL.map(|_| UNAPPLIED.to_owned()) }
    }

    /// Reads what [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let sections: Vec<String> = text.split('.').map(str::to_owned).collect();
        let sections: [String; 5] = sections.try_into().ok()?;
        sections.iter().all(|section| is_digest(section)).then_some(Self { sections })
    }

    /// The record of the same apply in other words: where a section agrees with `before`, it becomes that of `after`.
    pub fn follow(&self, before: &Self, after: &Self) -> Self {
        let section = |section: Section| {
            let from = if self.agrees(before, section) { after } else { self };
            from.sections[section as usize].clone()
        };
        Self { sections: Section::ALL.map(section) }
    }

    /// Whether the configuration of a section is what it was.
    pub fn agrees(&self, other: &Self, section: Section) -> bool {
        self.sections[section as usize] == other.sections[section as usize]
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.sections.join("."))
    }
}

/// A digest each of policy and tags of a permission.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PermissionStamp {
    pub(crate) policy: String,
    pub(crate) tags: String,
}

impl PermissionStamp {
    pub fn of(permission: &ManagedPermission) -> Self {
        let ManagedPermission {
            address: _,
            span: _,
            place: _,
            arn: _,           // another name is another permission
            resource_type: _, // and so is another type
            policy,
            tags,
            lifecycle: _,
        } = permission;
        Self {
            // Case means nothing in actions and keys, and to tell causes apart it may mean nothing in values.
            policy: digest([policy.template().to_ascii_lowercase()]),
            tags: digest(tags.iter().flat_map(|(key, value)| [key.clone(), value.clone()])),
        }
    }

    /// Of a permission on which nothing was applied in full: agrees with no configuration.
    pub fn unapplied() -> Self {
        Self { policy: UNAPPLIED.to_owned(), tags: UNAPPLIED.to_owned() }
    }

    /// Reads what [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let (policy, tags) = text.split_once('.')?;
        let both = is_digest(policy) && is_digest(tags);
        both.then(|| Self { policy: policy.to_owned(), tags: tags.to_owned() })
    }
}

impl fmt::Display for PermissionStamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}", self.policy, self.tags))
    }
}

/// In the place of a digest: nothing was applied.
pub(crate) const UNAPPLIED: &str = "0000000000000000";

pub(crate) fn is_digest(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Each text goes in with its length, so that no two lists of texts look alike.
pub(crate) fn digest(texts: impl IntoIterator<Item = String>) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text.len().to_be_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
