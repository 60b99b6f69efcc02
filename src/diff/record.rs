//! The tag `ramctl:applied`: what was last applied, bound to what bears it.
//!
//! Whoever may tag can copy tags. So a record holds a digest over the stack, the address and the ARN that it was written for: on
//! another share, or under another address, it does not come out again. That tells a copy from an original. It is no secret: who
//! knows how the digest is made can make one.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::memo::Memo;
use crate::diff::stamp::{Asked, PermissionStamp, Stamp, digest, is_digest};
use crate::model::{
    Address, Arn, PermissionArn, ResourceType, ShareArn, TAG_ADDRESS, TAG_APPLIED, TAG_STACK, Tags,
};

/// The most shares that a record says it takes the place of. In a replacement there is one.
const REPLACES: usize = 8;

/// The most characters that a tag's value has (RAM API, `Tag`).
const LONGEST: usize = 256;

/// What the record of a share is to say. Which share that is may not be known yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record {
    /// The value of the stack's tag.
    pub stack: String,
    /// The value of the address tag.
    pub address: String,
    pub stamp: Stamp,
    /// Shares of the same address that go once this one is complete. A run that is cut short leaves both, and they are no rivals.
    pub replaces: BTreeSet<ShareArn>,
}

impl Record {
    /// The tag's value on this share.
    pub fn bound(&self, share: &ShareArn) -> String {
        self.text("v2:", &binding(&self.stack, &self.address, share.as_str()))
    }

    /// The tag's value on a share that is being made: nobody knows its ARN yet.
    pub fn provisional(&self) -> String {
        self.text("v2:new.", &provisional(&self.stack, &self.address))
    }

    fn text(&self, form: &str, binding: &str) -> String {
        let marks: Vec<String> = self.replaces.iter().take(REPLACES).map(mark).collect();
        written(form, &self.stamp, binding, &marks)
    }
}

/// The tag's value. What it takes the place of comes first, then as much of the memo as there is room for.
fn written(form: &str, stamp: &Stamp, binding: &str, marks: &[String]) -> String {
    let mut out = format!("{form}{}.{binding}", stamp.digests());
    for mark in marks {
        out.push('.');
        out.push_str(mark);
    }
    let memo = |memo: &Memo| memo.parts().map(|part| format!(".{part}")).collect::<String>();
    let parts = [memo(stamp.memo()), memo(&stamp.memo().without_filters())];
    if let Some(fits) = parts.iter().find(|parts| out.len() + parts.len() <= LONGEST) {
        out.push_str(fits);
    }
    out
}

/// The tag's value on a permission. Its ARN is known before it is made.
pub fn of_permission(ownership: &Tags, stamp: &PermissionStamp, permission: &PermissionArn) -> String {
    let value = |key| ownership.get(key).map_or("", String::as_str);
    format!("p2:{stamp}.{}", binding(value(TAG_STACK), value(TAG_ADDRESS), permission.as_str()))
}

/// A record as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written<S> {
    pub stamp: S,
    /// The share was being made.
    pub provisional: bool,
    binding: String,
    /// Marks of the shares that it takes the place of, as they stand there.
    replaces: Vec<String>,
}

impl Written<Stamp> {
    /// The record among the tags of a share, where there is one that can be read. Whether it fits is not asked.
    pub fn on_share(tags: &Tags) -> Option<Self> {
        Self::parse(tags.get(TAG_APPLIED)?)
    }

    /// As [`on_share`](Self::on_share), of the tag's value.
    pub fn parse(text: &str) -> Option<Self> {
        Self::read(text).ok()
    }

    /// The tag's value with another stamp, bound as before.
    pub fn restamped(&self, stamp: &Stamp) -> String {
        let form = if self.provisional { "v2:new." } else { "v2:" };
        written(form, stamp, &self.binding, &self.replaces)
    }

    /// The record of a share whose members have other names now, each as it was and as it is.
    #[must_use]
    pub(crate) fn restated(mut self, members: &[(Asked, Asked)]) -> Self {
        let pairs = members.iter();
        let pairs =
            pairs.map(|(before, after)| (before.section, before.member.as_str(), after.member.as_str()));
        let memo = self.stamp.memo().restated(pairs);
        self.stamp = self.stamp.with(memo);
        self
    }

    /// The tag's value for a share of another ARN, with these tags of ownership. `renamed` has the ARNs of the shares around it,
    /// `permissions` the type of each permission on it with its ARN before and after.
    pub fn rebound<'a>(
        &self,
        tags: &Tags,
        arn: &ShareArn,
        renamed: &BTreeMap<ShareArn, ShareArn>,
        permissions: impl IntoIterator<Item = (&'a ResourceType, &'a PermissionArn, &'a PermissionArn)>,
    ) -> String {
        let value = |key| tags.get(key).cloned().unwrap_or_default();
        let replaced = renamed.iter().filter(|(before, _)| self.takes_the_place_of(before));
        let record = Record {
            stack: value(TAG_STACK),
            address: value(TAG_ADDRESS),
            stamp: self.stamp.clone().with(self.stamp.memo().clone().renamed(permissions)),
            replaces: replaced.map(|(_, after)| after.clone()).collect(),
        };
        if self.provisional { record.provisional() } else { record.bound(arn) }
    }

    fn read(text: &str) -> Result<Self, Misfit> {
        let read = || {
            let rest = text.strip_prefix("v2:")?;
            let (provisional, rest) = match rest.strip_prefix("new.") {
                Some(rest) => (true, rest),
                None => (false, rest),
            };
            // Five digests of as many digits, with a point after each.
            let (stamp, rest) = rest.split_at_checked(5 * 17)?;
            let mut rest = rest.split('.').map(str::to_owned);
            let binding = rest.next()?;
            let mut memo = Memo::default();
            // Earlier builds wrote no memo.
            let replaces = rest.filter(|part| is_digest(part) || !memo.read(part)).collect();
            let stamp = Stamp::parse(stamp.strip_suffix('.')?)?.with(memo);
            Some(Self { stamp, provisional, binding, replaces })
        };
        read().ok_or_else(|| unread(text, "v1:"))
    }

    pub(crate) fn takes_the_place_of(&self, share: &ShareArn) -> bool {
        self.replaces.contains(&mark(share))
    }
}

impl Written<PermissionStamp> {
    pub fn on_permission(tags: &Tags) -> Option<Self> {
        Self::read(tags.get(TAG_APPLIED)?).ok()
    }

    fn read(text: &str) -> Result<Self, Misfit> {
        let read = || {
            let (stamp, binding) = text.strip_prefix("p2:")?.rsplit_once('.')?;
            let stamp = PermissionStamp::parse(stamp)?;
            Some(Self { stamp, provisional: false, binding: binding.to_owned(), replaces: Vec::new() })
        };
        read().ok_or_else(|| unread(text, "p1:"))
    }
}

/// Why the stack's tags on a share or permission do not make it the stack's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Misfit {
    /// There is no record.
    NoRecord,
    /// The record is bound to nothing, as ramctl 0.1 wrote it.
    Unbound,
    /// No version of ramctl that this one understands wrote it.
    Unreadable,
    /// The record was written for another one, which has it too.
    CopiedFrom { arn: Arn },
    /// The record was written for this one, under another address.
    OtherAddress { address: Address },
    /// The record was written for something else.
    Elsewhere,
}

/// The address that the stack's own share has by its tags. Some: it bears the stack's tag; Err: and no record that fits.
pub fn of_share<'t>(stack: &str, tags: &'t Tags, arn: &ShareArn) -> Option<Result<&'t str, Misfit>> {
    proven(stack, tags, arn.as_str(), Written::<Stamp>::read)
}

/// As [`of_share`], for a permission.
pub fn of_live_permission<'t>(
    stack: &str,
    tags: &'t Tags,
    arn: &PermissionArn,
) -> Option<Result<&'t str, Misfit>> {
    proven(stack, tags, arn.as_str(), Written::<PermissionStamp>::read)
}

fn proven<'t, S>(
    stack: &str,
    tags: &'t Tags,
    arn: &str,
    read: impl Fn(&str) -> Result<Written<S>, Misfit>,
) -> Option<Result<&'t str, Misfit>> {
    let address = address(stack, tags)?;
    let judge = || {
        let written = read(tags.get(TAG_APPLIED).ok_or(Misfit::NoRecord)?)?;
        let expected =
            if written.provisional { provisional(stack, address) } else { binding(stack, address, arn) };
        if written.binding == expected { Ok(address) } else { Err(Misfit::Elsewhere) }
    };
    Some(judge())
}

/// The value of the address tag where the tags name this stack, proven or not.
pub(crate) fn address<'t>(stack: &str, tags: &'t Tags) -> Option<&'t str> {
    (tags.get(TAG_STACK)? == stack).then(|| tags.get(TAG_ADDRESS).map_or("", String::as_str))
}

/// What the record among these tags is bound to, for looking up who else has it.
pub(crate) fn binding_of(tags: &Tags) -> Option<&str> {
    let text = tags.get(TAG_APPLIED)?;
    let binding = if text.starts_with("p2:") {
        text.rsplit('.').next()
    } else if text.starts_with("v2:new.") {
        text.split('.').nth(6)
    } else {
        text.strip_prefix("v2:")?.split('.').nth(5)
    };
    binding.filter(|binding| is_digest(binding))
}

/// Which of these addresses the record on this ARN was written for.
pub(crate) fn written_for<'a>(
    stack: &str,
    tags: &Tags,
    arn: &str,
    mut addresses: impl Iterator<Item = &'a Address>,
) -> Option<&'a Address> {
    let found = binding_of(tags)?;
    addresses.find(|address| binding(stack, &address.tag_value(), arn) == found)
}

fn unread(text: &str, first_form: &str) -> Misfit {
    if text.starts_with(first_form) { Misfit::Unbound } else { Misfit::Unreadable }
}

fn binding(stack: &str, address: &str, arn: &str) -> String {
    digest(["ramctl record", stack, address, arn].map(str::to_owned))
}

fn provisional(stack: &str, address: &str) -> String {
    digest(["ramctl new", stack, address].map(str::to_owned))
}

fn mark(share: &ShareArn) -> String {
    digest(["ramctl replaces", share.as_str()].map(str::to_owned))
}

#[cfg(test)]
mod tests;
