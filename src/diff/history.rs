//! What the files asked for when a share was last applied, and so who made a difference: the files, or somebody in AWS.
//!
//! Told for each member by itself. What the files never asked for is nobody's pending change, however much else they changed since.

use std::collections::BTreeSet;

use crate::desired::DesiredShare;
use crate::diff::change::{Cause, Delta, Membership, Part};
use crate::diff::record::Written;
use crate::diff::section::Section;
use crate::diff::stamp::{Asked, Stamp};
use crate::diff::tags::own_tags;
use crate::diff::unset::is_default;
use crate::live::LiveShare;
use crate::model::{PermissionArn, ResourceArn, ResourceType};

/// Sets of members that are tried against one digest, times the members of a set: a few milliseconds.
const TRIED: usize = 1 << 14;

/// The record of a share, against the files and what is live.
pub(crate) struct History<'a> {
    desired: &'a DesiredShare,
    applied: Option<Written<Stamp>>,
    /// Of each section whose files are no longer those that were applied: what they asked for, where that is proven.
    sections: Vec<(Section, Option<BTreeSet<String>>)>,
}

impl<'a> History<'a> {
    pub fn new(desired: &'a DesiredShare, live: &LiveShare, now: &Stamp) -> Self {
        let applied = Written::on_share(&live.tags);
        let changed = Section::ALL
            .into_iter()
            .filter(|section| !applied.as_ref().is_some_and(|applied| applied.stamp.agrees(now, *section)));
        let proven = |section| {
            let stamp = &applied.as_ref()?.stamp;
            proven(section, stamp, candidates(section, desired, live))
        };
        let sections = changed.map(|section| (section, proven(section))).collect();
        Self { desired, applied, sections }
    }

    pub fn is_provisional(&self) -> bool {
        self.applied.as_ref().is_some_and(|applied| applied.provisional)
    }

    /// Whether the files of a section are as they were applied.
    pub fn agrees(&self, section: Section) -> bool {
        !self.sections.iter().any(|(changed, _)| *changed == section)
    }

    /// Whether the files asked for this when they were applied. None where nothing tells.
    fn asked(&self, one: &Asked) -> Option<bool> {
        match self.sections.iter().find(|(section, _)| *section == one.section) {
            Some((_, Some(proven))) => Some(proven.contains(&one.member)),
            Some((section, None)) => self.applied.as_ref()?.stamp.memo().asked(*section, &one.member),
            None => None,
        }
    }

    /// Who made a difference. `told` is false where nothing tells, and it counts as made in AWS.
    pub fn cause(&self, section: Section, part: &Part) -> (Cause, bool) {
        if self.agrees(section) {
            return (Cause::Drift, true);
        }
        match part {
            Part::Principal { principal, label: _, how } => self.of_member(&Asked::principal(principal), how),
            Part::Resource { resource, resource_type: _, how } if self.is_by_tags(resource, how) => {
                (Cause::Tags, true)
            }
            Part::Resource { resource, resource_type: _, how } => {
                self.of_member(&Asked::resource(resource), how)
            }
            Part::Source { source, how } => self.of_member(&Asked::source(source), how),
            Part::Tag { key, how } => self.of_value(how, |value| Asked::tag(key, value)),
            Part::Permission { resource_type, how, actions: _ } => {
                let asked = |arn: &PermissionArn| Asked::permission(resource_type, arn);
                match how {
                    // The files name none: it goes back to the default.
                    Delta::Changed { before, after: _ } if !self.declares(resource_type) => {
                        self.went(&asked(before))
                    }
                    // Nobody has to attach a default.
                    Delta::Changed { before, after } if self.is_unset(resource_type, before) => {
                        (self.came(&asked(after)), true)
                    }
                    _ => self.of_value(how, asked),
                }
            }
            Part::PermissionVersion { resource_type, permission, .. } => {
                (self.came(&Asked::permission(resource_type, permission)), true)
            }
            Part::Name { before, after } => self.of_change(&Asked::name(before), &Asked::name(after)),
            Part::AllowExternalPrincipals { before, after } => self.of_change(
                &Asked::allow_external_principals(*before),
                &Asked::allow_external_principals(*after),
            ),
            Part::Imported { .. }
            | Part::Promoted
            | Part::Moved { .. }
            | Part::StackRenamed { .. }
            | Part::Record => (Cause::Pending, true),
        }
    }

    /// Whether the same searches as at the last apply find a resource now and did not then, or the other way round.
    fn is_by_tags(&self, resource: &ResourceArn, how: &Membership) -> bool {
        let noted = |one: &Asked| {
            let applied = self.applied.as_ref();
            applied.and_then(|applied| applied.stamp.memo().asked(one.section, &one.member)) == Some(true)
        };
        let searches = &self.desired.searches;
        let same = !searches.is_empty() && searches.iter().all(|search| noted(&Asked::search(search)));
        let then = noted(&Asked::found(resource));
        same && match how {
            Membership::Added => self.desired.found.contains(resource) && !then,
            Membership::Removed => then,
            Membership::Repaired { .. } => false,
        }
    }

    fn declares(&self, kind: &ResourceType) -> bool {
        self.desired.permissions.contains_key(kind)
    }

    /// Whether the permission is on the share although no block ever named it.
    fn is_unset(&self, kind: &ResourceType, permission: &PermissionArn) -> bool {
        let found = self.applied.as_ref().and_then(|applied| applied.stamp.memo().found(kind, permission));
        is_default(kind, permission) || found == Some(true)
    }

    fn of_member(&self, one: &Asked, how: &Membership) -> (Cause, bool) {
        match how {
            Membership::Added | Membership::Repaired { .. } => (self.came(one), true),
            Membership::Removed => self.went(one),
        }
    }

    fn of_value<T>(&self, how: &Delta<T>, asked: impl Fn(&T) -> Asked) -> (Cause, bool) {
        match how {
            Delta::Added { after } => (self.came(&asked(after)), true),
            Delta::Removed { before } => self.went(&asked(before)),
            Delta::Changed { before, after } => self.of_change(&asked(before), &asked(after)),
        }
    }

    /// The files have it and AWS does not: if they had it when they were applied, somebody took it off.
    fn came(&self, one: &Asked) -> Cause {
        if self.asked(one) == Some(true) { Cause::Drift } else { Cause::Pending }
    }

    /// AWS has it and the files do not: if they never asked for it, somebody put it on.
    fn went(&self, one: &Asked) -> (Cause, bool) {
        match self.asked(one) {
            Some(true) => (Cause::Pending, true),
            Some(false) => (Cause::Drift, true),
            // A share with no record is not the stack's yet.
            None if self.applied.is_none() => (Cause::Pending, true),
            None => (Cause::Drift, false),
        }
    }

    fn of_change(&self, before: &Asked, after: &Asked) -> (Cause, bool) {
        match (self.asked(before), self.asked(after)) {
            (_, Some(true)) => (Cause::Drift, true),
            (Some(false), Some(false)) => (Cause::Both, true),
            _ => (Cause::Pending, true),
        }
    }
}

/// What may have been asked for: it is in the files now, or in AWS.
struct Candidate {
    asked: Asked,
    in_files: bool,
    in_live: bool,
}

/// The candidates of a section, in the order of its digest.
fn candidates(section: Section, desired: &DesiredShare, live: &LiveShare) -> Vec<Candidate> {
    fn both<T: Ord>(
        files: impl Iterator<Item = T>,
        live: impl Iterator<Item = T>,
        asked: impl Fn(&T) -> Asked,
    ) -> Vec<Candidate> {
        let (files, live): (BTreeSet<T>, BTreeSet<T>) = (files.collect(), live.collect());
        let all: BTreeSet<&T> = files.union(&live).collect();
        let candidate = |one: &T| Candidate {
            asked: asked(one),
            in_files: files.contains(one),
            in_live: live.contains(one),
        };
        all.into_iter().map(candidate).collect()
    }
    match section {
        Section::Settings => {
            let mut out =
                both([&desired.name].into_iter(), [&live.name].into_iter(), |name| Asked::name(name));
            let flags = [desired.allow_external_principals, live.allow_external_principals];
            out.extend(both(flags[..1].iter(), flags[1..].iter(), |on| {
                Asked::allow_external_principals(**on)
            }));
            let retain = [desired.retain_sharing, live.retain_sharing];
            out.extend(both(retain[..1].iter(), retain[1..].iter(), |on| Asked::retain_sharing(**on)));
            out
        }
        Section::Resources => {
            both(desired.resources.keys(), live.resources.keys(), |resource| Asked::resource(resource))
        }
        Section::Principals => {
            let mut out =
                both(desired.principals.keys(), live.principals.keys(), |one| Asked::principal(one));
            out.extend(both(desired.sources.iter(), live.sources.keys(), |source| Asked::source(source)));
            out
        }
        Section::Permissions => both(
            desired.permissions.iter().map(|(kind, one)| (kind, &one.arn)),
            live.permissions.iter().map(|(kind, one)| (kind, &one.arn)),
            |(kind, arn)| Asked::permission(kind, arn),
        ),
        Section::Tags => {
            both(desired.tags.iter(), own_tags(&live.tags).iter(), |(key, value)| Asked::tag(key, value))
        }
    }
}

/// The set of candidates whose digest is the one that was applied. None where something that was asked for is no candidate any more, or
/// the sets are too many to try.
fn proven(section: Section, applied: &Stamp, candidates: Vec<Candidate>) -> Option<BTreeSet<String>> {
    let memo = applied.memo();
    let (sure, not_sure): (Vec<_>, Vec<_>) = candidates
        .into_iter()
        .enumerate()
        // The memo never forgets a member.
        .filter(|(_, one)| memo.asked(section, &one.asked.member) != Some(false))
        .partition(|(_, one)| one.in_files && one.in_live);
    let tried = |taken: &dyn Fn(usize) -> bool| {
        let taken = not_sure.iter().enumerate().filter(|(n, _)| taken(*n)).map(|(_, one)| one);
        let mut set: Vec<&(usize, Candidate)> = sure.iter().chain(taken).collect();
        set.sort_by_key(|(at, _)| *at);
        let is_it = applied.is_over(section, set.iter().map(|(_, one)| &one.asked));
        is_it.then(|| set.into_iter().map(|(_, one)| one.asked.member.clone()).collect())
    };
    let usual: [&dyn Fn(usize) -> bool; 4] =
        [&|_| true, &|_| false, &|n| not_sure[n].1.in_live, &|n| not_sure[n].1.in_files];
    let members = sure.len() + not_sure.len();
    let sets = u32::try_from(not_sure.len()).ok().and_then(|n| 1_usize.checked_shl(n));
    let sets = sets.filter(|sets| sets.saturating_mul(members.max(1)) <= TRIED);
    let any = || (0..sets.unwrap_or(0)).find_map(|set| tried(&|n| set >> n & 1 == 1));
    usual.into_iter().find_map(tried).or_else(any)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::fixture::*;
    use crate::diff::{Change, Edit, ShareDiff, Verdict, diff};
    use crate::model::{Principal, TAG_APPLIED};

    fn edits(share: &ShareDiff) -> Vec<Edit> {
        match &share.verdict {
            Verdict::Changed(Change::Update { edits, .. }) => edits.clone(),
            _ => Vec::new(),
        }
    }

    /// The causes of the principals that differ.
    fn causes(desired: &DesiredShare, live: LiveShare) -> Vec<(String, Cause)> {
        let diff = diff(&stack([desired.clone()]), &crate::diff::fixture::live([live]), &org());
        let of_principal = |edit: Edit| match edit.part {
            Part::Principal { principal, .. } => Some((principal.to_string(), edit.cause)),
            _ => None,
        };
        edits(&diff.shares[0]).into_iter().filter_map(of_principal).collect()
    }

    /// The record as builds before the memo wrote it.
    fn without_memo(live: &mut LiveShare) {
        let tag = live.tags.get_mut(TAG_APPLIED).unwrap();
        tag.truncate("v2:".len() + 5 * 17 + 16);
        let written = Written::on_share(&live.tags).unwrap();
        assert_eq!(*written.stamp.memo(), crate::diff::memo::Memo::default());
    }

    fn many(n: usize, prefix: &str) -> impl Iterator<Item = Principal> {
        let prefix = prefix.to_owned();
        (0..n).map(move |n| principal(&format!("{prefix}{n:09}")))
    }

    #[test]
    fn each_member_has_its_own_cause_with_a_memo_and_without() {
        for old_record in [false, true] {
            let applied = desired_share("tgw");
            let mut found = live_share(&applied, 1);
            if old_record {
                without_memo(&mut found);
            }
            // By hand: one comes, one goes. In the files: one comes, one goes.
            found.principals.insert(principal("999999999999"), associated());
            let mut desired = applied.clone();
            desired.principals.extend([as_written(principal("444444444444"))]);
            assert_eq!(
                causes(&desired, found.clone()),
                [("444444444444".to_owned(), Cause::Pending), ("999999999999".to_owned(), Cause::Drift)]
            );
            desired.principals.remove(&principal("333333333333"));
            assert_eq!(
                causes(&desired, found.clone()),
                [
                    ("333333333333".to_owned(), Cause::Pending),
                    ("444444444444".to_owned(), Cause::Pending),
                    ("999999999999".to_owned(), Cause::Drift),
                ]
            );
            desired.principals.extend([as_written(principal("333333333333"))]);
            found.principals.remove(&principal("333333333333"));
            assert_eq!(
                causes(&desired, found),
                [
                    ("333333333333".to_owned(), Cause::Drift),
                    ("444444444444".to_owned(), Cause::Pending),
                    ("999999999999".to_owned(), Cause::Drift),
                ]
            );
        }
    }

    #[test]
    fn what_the_files_adopt_is_no_cause_for_the_rest() {
        // Somebody put two on; the files took up one of them and changed something else.
        let applied = desired_share("tgw");
        let mut found = live_share(&applied, 1);
        for one in ["888888888888", "999999999999"] {
            found.principals.insert(principal(one), associated());
        }
        let mut desired = applied;
        desired.principals.extend([as_written(principal("888888888888"))]);
        assert_eq!(causes(&desired, found), [("999999999999".to_owned(), Cause::Drift)]);
    }

    #[test]
    fn a_large_share_of_an_old_record_tells_edits_of_the_files_and_counts_what_it_cannot_tell_as_drift() {
        let mut applied = desired_share("tgw");
        applied.principals.extend(many(200, "444").map(as_written));
        let mut found = live_share(&applied, 1);
        without_memo(&mut found);
        let mut desired = applied;
        desired.principals.extend(many(50, "555").map(as_written));
        assert!(causes(&desired, found.clone()).iter().all(|(_, cause)| *cause == Cause::Pending));
        found.principals.extend(many(50, "999").map(|one| (one, associated())));
        let told = causes(&desired, found);
        assert!(told.iter().all(|(who, cause)| (*cause == Cause::Drift) == who.starts_with("999")));
        assert_eq!(told.len(), 100);
    }

    #[test]
    fn settings_tags_and_permissions_have_causes_of_their_own() {
        let mut applied = desired_share("tgw");
        applied.tags.insert("stage".to_owned(), "prod".to_owned());
        let mut found = live_share(&applied, 1);
        found.tags.insert("by-hand".to_owned(), "yes".to_owned());
        found.tags.insert("stage".to_owned(), "test".to_owned());
        found.allow_external_principals = true;
        let mut desired = applied;
        desired.tags.insert("team".to_owned(), "web".to_owned());
        desired.name = "renamed".to_owned();
        let diff = diff(&stack([desired]), &live([found]), &org());
        let causes: Vec<Cause> = edits(&diff.shares[0]).into_iter().map(|edit| edit.cause).collect();
        // Name, flag, by-hand, stage, team.
        assert_eq!(causes, [Cause::Pending, Cause::Drift, Cause::Drift, Cause::Drift, Cause::Pending]);
    }
}
