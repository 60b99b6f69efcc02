//! What the files asked for when a share was last applied, member by member, in the characters that the record's tag has left.
//!
//! The digests of a stamp tell whether a section of the files is as it was applied. Where it is not, the memo tells for a single member
//! whether the files had it: for each group of members it holds a Bloom filter, which never forgets a member and seldom takes another
//! for one. It also holds which permissions ramctl found for types that no block names.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::diff::section::Section;
use crate::model::{PermissionArn, ResourceType};

/// What the filters of one record take together, in signs of six bits.
const SIGNS: usize = 72;

/// Signs for each member, where there is room: 24 bits.
const PER_MEMBER: usize = 4;

/// Bits that one member sets.
const HASHES: usize = 6;

/// Found permissions that a record has room for.
const FOUND: usize = 8;

/// Signs that stand for one found permission.
const MARK: usize = 8;

/// The signs of six bits, all of which a tag may have.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The memo of one record.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Memo {
    filters: BTreeMap<Group, Filter>,
    /// Marks of permissions. None: the record does not say what was found.
    found: Option<BTreeSet<String>>,
}

/// Sections that share a filter. Principals have one of their own: who may use a share matters most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Principals,
    Resources,
    Rest,
}

impl Group {
    const ALL: [Self; 3] = [Self::Principals, Self::Resources, Self::Rest];

    fn of(section: Section) -> Self {
        match section {
            Section::Principals => Self::Principals,
            Section::Resources => Self::Resources,
            Section::Settings | Section::Permissions | Section::Tags => Self::Rest,
        }
    }

    fn sign(self) -> char {
        match self {
            Self::Principals => 'P',
            Self::Resources => 'R',
            Self::Rest => 'O',
        }
    }
}

impl Memo {
    /// Of everything that the files ask for.
    pub fn of(members: &[(Section, String)]) -> Self {
        let mut groups: BTreeMap<Group, Vec<(Section, &str)>> =
            Group::ALL.into_iter().map(|group| (group, Vec::new())).collect();
        for (section, member) in members {
            groups.entry(Group::of(*section)).or_default().push((*section, member));
        }
        // The smallest group first: what it does not need is for the others.
        let mut order: Vec<(Group, Vec<(Section, &str)>)> = groups.into_iter().collect();
        order.sort_by_key(|(_, members)| members.len());
        let (mut left, mut open) = (SIGNS, order.len());
        let mut filters = BTreeMap::new();
        for (group, members) in order {
            let size = (members.len() * PER_MEMBER).min(left / open);
            (left, open) = (left - size, open - 1);
            filters.insert(group, Filter::of(size, &members));
        }
        Self { filters, found: Some(BTreeSet::new()) }
    }

    /// Whether the files asked for a member. None where the memo cannot tell.
    pub fn asked(&self, section: Section, member: &str) -> Option<bool> {
        self.filters.get(&Group::of(section))?.has(section, member)
    }

    /// Whether ramctl found this permission for a type that no block names. None where the record does not say.
    pub fn found(&self, kind: &ResourceType, permission: &PermissionArn) -> Option<bool> {
        Some(self.found.as_ref()?.contains(&mark(kind, permission)))
    }

    /// The memo, with other permissions that were found. None: that is not known.
    #[must_use]
    pub fn finding<'a>(
        mut self,
        found: Option<impl IntoIterator<Item = (&'a ResourceType, &'a PermissionArn)>>,
    ) -> Self {
        let found = found.map(|found| found.into_iter().map(|(kind, arn)| mark(kind, arn)).collect());
        self.found = found.filter(|found: &BTreeSet<String>| found.len() <= FOUND);
        self
    }

    /// Only what was found: for a record that has no room for more.
    #[must_use]
    pub fn without_filters(&self) -> Self {
        Self { filters: BTreeMap::new(), found: self.found.clone() }
    }

    /// The memo of the same apply in other words: `after` has those of the sections that were applied as they are.
    #[must_use]
    pub fn follow(&self, after: &Self, applied: impl Fn(Section) -> bool) -> Self {
        let is_applied = |group: &Group| {
            Section::ALL.into_iter().filter(|section| Group::of(*section) == *group).all(&applied)
        };
        let filter = |group: Group| {
            let from = if is_applied(&group) { after } else { self };
            Some((group, from.filters.get(&group)?.clone()))
        };
        Self { filters: Group::ALL.into_iter().filter_map(filter).collect(), found: self.found.clone() }
    }

    /// The memo for members that have other names now: each with its name before and after. Nothing is kept of the names before, nor of
    /// members that are not among these.
    #[must_use]
    pub fn restated<'a>(&self, members: impl IntoIterator<Item = (Section, &'a str, &'a str)>) -> Self {
        if self.filters.is_empty() {
            return self.clone();
        }
        let asked =
            members.into_iter().filter(|(section, before, _)| self.asked(*section, before) == Some(true));
        let asked: Vec<(Section, String)> =
            asked.map(|(section, _, after)| (section, after.to_owned())).collect();
        Self { found: self.found.clone(), ..Self::of(&asked) }
    }

    /// The memo for permissions that have other ARNs now: type, ARN before and after.
    #[must_use]
    pub fn renamed<'a>(
        self,
        permissions: impl IntoIterator<Item = (&'a ResourceType, &'a PermissionArn, &'a PermissionArn)>,
    ) -> Self {
        if self.found.is_none() {
            return self;
        }
        let still =
            permissions.into_iter().filter(|(kind, before, _)| self.found(kind, before) == Some(true));
        let still: Vec<_> = still.map(|(kind, _, after)| (kind, after)).collect();
        self.finding(Some(still))
    }

    /// The parts of the tag's value.
    pub fn parts(&self) -> impl Iterator<Item = String> {
        let filters = self.filters.iter().map(|(group, filter)| format!("{}{}", group.sign(), filter.text()));
        let found = self.found.iter().map(|found| {
            let marks: String = found.iter().map(String::as_str).collect();
            format!("F{marks}")
        });
        filters.chain(found)
    }

    /// Takes up one part, where it is one of a memo.
    pub fn read(&mut self, part: &str) -> bool {
        let mut signs = part.chars();
        let Some(first) = signs.next() else { return false };
        let rest = signs.as_str();
        let Some(values) = rest.bytes().map(value).collect::<Option<Vec<u8>>>() else { return false };
        if first == 'F' && rest.len().is_multiple_of(MARK) {
            let marks = rest.as_bytes().chunks(MARK).map(|mark| String::from_utf8_lossy(mark).into_owned());
            self.found = Some(marks.collect());
            return true;
        }
        match Group::ALL.into_iter().find(|group| group.sign() == first) {
            Some(group) => self.filters.insert(group, Filter { signs: values }).is_none(),
            None => false,
        }
    }
}

/// A Bloom filter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Filter {
    /// Six bits each.
    signs: Vec<u8>,
}

impl Filter {
    fn of(size: usize, members: &[(Section, &str)]) -> Self {
        let mut out = Self { signs: vec![0; size] };
        for (section, member) in members {
            for bit in out.bits(*section, member) {
                out.signs[bit / 6] |= 1 << (bit % 6);
            }
        }
        out
    }

    fn bits(&self, section: Section, member: &str) -> Vec<usize> {
        let size = self.signs.len() * 6;
        let hash = Sha256::digest(format!("ramctl asked {} {member}", section as usize));
        let words = hash.chunks(4).take(HASHES).filter_map(|word| word.try_into().ok());
        words.filter(|_| size > 0).map(|word| u32::from_be_bytes(word) as usize % size).collect()
    }

    /// A filter so full that it has nearly everything tells nothing but what it has not.
    fn has(&self, section: Section, member: &str) -> Option<bool> {
        if self.signs.is_empty() {
            return Some(false);
        }
        let is_set = |bit: usize| self.signs[bit / 6] & (1 << (bit % 6)) != 0;
        if !self.bits(section, member).into_iter().all(is_set) {
            return Some(false);
        }
        let ones: u32 = self.signs.iter().map(|sign| sign.count_ones()).sum();
        // Half of the bits: one of 64 others is taken for a member.
        (ones as usize <= self.signs.len() * 3).then_some(true)
    }

    fn text(&self) -> String {
        self.signs.iter().map(|sign| char::from(ALPHABET[usize::from(*sign)])).collect()
    }
}

fn value(sign: u8) -> Option<u8> {
    ALPHABET.iter().position(|known| *known == sign).and_then(|at| u8::try_from(at).ok())
}

/// A permission of a type in 48 bits.
fn mark(kind: &ResourceType, permission: &PermissionArn) -> String {
    let kind = kind.as_str().to_ascii_lowercase();
    let hash = Sha256::digest(format!("ramctl found {kind} {permission}"));
    hash.iter().take(MARK).map(|byte| char::from(ALPHABET[usize::from(byte % 64)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::fixture::*;

    fn principals(n: usize) -> Vec<(Section, String)> {
        (0..n).map(|n| (Section::Principals, format!("p{n:012}"))).collect()
    }

    fn again(memo: &Memo) -> Memo {
        let mut out = Memo::default();
        assert!(memo.parts().all(|part| out.read(&part)));
        out
    }

    #[test]
    fn a_memo_knows_each_member_that_was_asked_for_and_takes_few_others_for_one() {
        for (n, wrong) in [(0, 0), (1, 0), (5, 2), (15, 2)] {
            let memo = again(&Memo::of(&principals(n)));
            for (section, member) in principals(n) {
                assert_eq!(memo.asked(section, &member), Some(true), "{n} {member}");
            }
            let others = (1000..2000).map(|n| format!("p{n:012}"));
            let taken = others.filter(|other| memo.asked(Section::Principals, other) != Some(false)).count();
            assert!(taken <= wrong, "{n}: {taken} of 1000");
        }
    }

    #[test]
    fn a_memo_without_room_says_so_and_never_denies_a_member() {
        let memo = again(&Memo::of(&principals(500)));
        for (section, member) in principals(500) {
            assert_eq!(memo.asked(section, &member), None);
        }
        assert_eq!(Memo::default().asked(Section::Principals, "p1"), None);
    }

    #[test]
    fn a_memo_keeps_within_its_signs() {
        for n in [0, 1, 10, 1000] {
            let mut members = principals(n);
            members.extend((0..n).map(|n| (Section::Resources, format!("arn{n}"))));
            members.extend((0..n).map(|n| (Section::Tags, format!("key{n} value"))));
            let signs: usize = Memo::of(&members).parts().map(|part| part.len() - 1).sum();
            assert!(signs <= SIGNS, "{n}: {signs}");
        }
    }

    #[test]
    fn what_was_found_is_kept_up_to_a_number_and_unknown_beyond() {
        let found = |n: usize| {
            let arns: Vec<PermissionArn> = (0..n).map(|n| permission(&format!("Custom{n}"))).collect();
            let kind = tgw_type();
            again(&Memo::default().finding(Some(arns.iter().map(|arn| (&kind, arn)))))
        };
        assert_eq!(found(2).found(&tgw_type(), &permission("Custom1")), Some(true));
        assert_eq!(found(2).found(&tgw_type(), &permission("Custom2")), Some(false));
        assert_eq!(found(0).found(&tgw_type(), &permission("Custom0")), Some(false));
        assert_eq!(found(FOUND).found(&tgw_type(), &permission("Custom0")), Some(true));
        assert_eq!(found(FOUND + 1).found(&tgw_type(), &permission("Custom0")), None);
        assert_eq!(Memo::default().found(&tgw_type(), &permission("Custom0")), None);
    }
}
