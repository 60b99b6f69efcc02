//! Digests of what was last applied, which the record on the share holds (`record.rs`).
//!
//! One digest per section of a share, so that a hand-made change of the principals is told from an edit of the resources. The memo
//! (`memo.rs`) beside them tells single members apart.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::desired::{DesiredShare, ManagedPermission};
use crate::diff::memo::Memo;
use crate::diff::section::Section;
use crate::model::{PermissionArn, Principal, ResourceArn, ResourceType};

/// A digest per section, of sixteen hexadecimal digits each, and a memo: they tell causes apart and guard nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    sections: [String; 5],
    memo: Memo,
}

/// Something that the files ask for: as a memo knows it, and as a digest is taken over it.
pub(crate) struct Asked {
    pub section: Section,
    pub member: String,
    texts: Vec<String>,
}

impl Asked {
    fn new(section: Section, member: String, texts: Vec<String>) -> Self {
        Self { section, member, texts }
    }

    pub fn resource(resource: &ResourceArn) -> Self {
        let text = resource.to_string();
        Self::new(Section::Resources, text.clone(), vec![text])
    }

    /// That a search finds the resource. The set is in the digest anyway.
    pub fn found(resource: &ResourceArn) -> Self {
        Self::new(Section::Resources, format!("found {resource}"), Vec::new())
    }

    pub fn search(text: &str) -> Self {
        Self::new(Section::Resources, format!("search {text}"), Vec::new())
    }

    pub fn principal(principal: &Principal) -> Self {
        let text = format!("p{principal}");
        Self::new(Section::Principals, text.clone(), vec![text])
    }

    pub fn source(source: &str) -> Self {
        let text = format!("s{source}");
        Self::new(Section::Principals, text.clone(), vec![text])
    }

    pub fn permission(kind: &ResourceType, arn: &PermissionArn) -> Self {
        Self::new(Section::Permissions, format!("{kind} {arn}"), vec![kind.to_string(), arn.to_string()])
    }

    pub fn tag(key: &str, value: &str) -> Self {
        Self::new(Section::Tags, format!("{key}\0{value}"), vec![key.to_owned(), value.to_owned()])
    }

    pub fn name(name: &str) -> Self {
        Self::new(Section::Settings, format!("name {name}"), vec![name.to_owned()])
    }

    pub fn allow_external_principals(is_on: bool) -> Self {
        Self::new(Section::Settings, format!("external {is_on}"), vec![is_on.to_string()])
    }

    pub fn retain_sharing(is_on: bool) -> Self {
        Self::new(Section::Settings, format!("retain {is_on}"), vec![is_on.to_string()])
    }

    /// All that the files ask for of a share, in the order of the digests.
    pub fn all(share: &DesiredShare) -> Vec<Self> {
        let DesiredShare {
            address: _,
            span: _,
            place: _, // another place is a replacement, never an edit
            name,
            allow_external_principals,
            retain_sharing,
            accept_invitations: _, // what apply does beside, not a property of the share
            resources,
            found,
            searches,
            principals,
            sources,
            permissions,
            tags,
            expires: _, // ramctl's own business; AWS knows nothing of it
            lifecycle: _,
        } = share;
        let mut out = vec![
            Self::name(name),
            Self::allow_external_principals(*allow_external_principals),
            Self::retain_sharing(*retain_sharing),
        ];
        out.extend(resources.keys().map(Self::resource));
        out.extend(found.iter().map(Self::found));
        out.extend(searches.iter().map(|search| Self::search(search)));
        out.extend(principals.keys().map(Self::principal));
        out.extend(sources.iter().map(|source| Self::source(source)));
        out.extend(permissions.iter().map(|(kind, one)| Self::permission(kind, &one.arn)));
        out.extend(tags.iter().map(|(key, value)| Self::tag(key, value)));
        out
    }
}

impl Stamp {
    pub fn of(share: &DesiredShare) -> Self {
        let asked = Asked::all(share);
        let sections = Section::ALL.map(|section| {
            let members = asked.iter().filter(|one| one.section == section);
            digest(members.flat_map(|one| one.texts.iter().cloned()))
        });
        let members: Vec<(Section, String)> =
            asked.into_iter().map(|Asked { section, member, texts: _ }| (section, member)).collect();
        Self { sections, memo: Memo::of(&members) }
    }

    /// Of a share on which nothing was applied in full: agrees with no configuration.
    pub fn unapplied() -> Self {
        Self { sections: Section::ALL.map(|_| UNAPPLIED.to_owned()), memo: Memo::default() }
    }

    /// Of a share on which this is being applied for the first time: agrees with no configuration, and knows what was asked for.
    #[must_use]
    pub(crate) fn begun(&self) -> Self {
        Self { memo: self.memo.clone(), ..Self::unapplied() }
    }

    pub(crate) fn memo(&self) -> &Memo {
        &self.memo
    }

    #[must_use]
    pub(crate) fn with(self, memo: Memo) -> Self {
        Self { memo, ..self }
    }

    /// The digests alone, as the tag has them.
    pub(crate) fn digests(&self) -> String {
        self.sections.join(".")
    }

    /// Whether exactly these members of a section were asked for.
    pub(crate) fn is_over<'a>(&self, section: Section, asked: impl Iterator<Item = &'a Asked>) -> bool {
        self.sections[section as usize] == digest(asked.flat_map(|one| one.texts.iter().cloned()))
    }

    /// Reads what [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let sections: Vec<String> = parts.by_ref().take(5).map(str::to_owned).collect();
        let sections: [String; 5] = sections.try_into().ok()?;
        let mut memo = Memo::default();
        let whole = sections.iter().all(|section| is_digest(section)) && parts.all(|part| memo.read(part));
        whole.then_some(Self { sections, memo })
    }

    /// The record of the same apply in other words: where a section agrees with `before`, it becomes that of `after`.
    pub fn follow(&self, before: &Self, after: &Self) -> Self {
        let section = |section: Section| {
            let from = if self.agrees(before, section) { after } else { self };
            from.sections[section as usize].clone()
        };
        let memo = self.memo.follow(&after.memo, |section| self.agrees(before, section));
        Self { sections: Section::ALL.map(section), memo }
    }

    /// Whether the configuration of a section is what it was.
    pub fn agrees(&self, other: &Self, section: Section) -> bool {
        self.sections[section as usize] == other.sections[section as usize]
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&std::iter::once(self.digests()).chain(self.memo.parts()).collect::<Vec<_>>().join("."))
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
