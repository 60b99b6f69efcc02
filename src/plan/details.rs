//! A change part by part, each part with those that it concerns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::access::{Access, AccessDelta, Grantee, Grants, Reach, Shift, Sides, reach};
use crate::diff::{Cause, Change, Delta, Edit, Membership, Part, Present, Wanted, principal_label};
use crate::model::{Observed, PolicyChange, Principal, ResourceArn, ResourceType};
use crate::org::OrgView;
use crate::plan::body::{Detail, Dropped, Felt};

/// One share of the plan, with what becomes of everything that is on it.
pub(crate) struct Parts<'a> {
    access: &'a Access<'a>,
    sides: &'a Sides,
    before: &'a Reach,
    after: &'a Reach,
    org: &'a OrgView,
    /// The part of a shift that concerns this share. Thousands of resources may concern the same thousands of accounts.
    shares_of: BTreeMap<*const Shift, Share>,
}

/// Those whom a part concerns, as [`Detail`] has them.
type Share = [Arc<BTreeSet<Grantee>>; 2];

impl<'a> Parts<'a> {
    pub fn of(index: usize, sides: &'a [Sides], access: &'a Access<'a>, org: &'a OrgView) -> Self {
        let (before, after) = (access.accepted(index, 0), access.reach(index, 1));
        Self { access, sides: &sides[index], before, after, org, shares_of: BTreeMap::new() }
    }

    /// Whether the sharing account is inside one of its own principals afterwards.
    pub fn owner_included(&self) -> bool {
        self.after.owner_included
    }

    /// Who gains and loses with this share, in the plan as a whole.
    pub fn delta(&self) -> AccessDelta {
        let mut out = AccessDelta::default();
        for shift in self.shifts(self.sides.1.as_ref()) {
            out.gain.extend(shift.gain.intersection(&self.after.grantees).cloned());
            out.unknown.extend(shift.unknown.intersection(&self.after.unknown).cloned());
        }
        for shift in self.shifts(self.sides.0.as_ref()) {
            out.lose.extend(shift.lose.intersection(&self.before.grantees).cloned());
            out.unknown.extend(shift.unknown.intersection(&self.before.unknown).cloned());
        }
        out
    }

    /// The different ones among what becomes of the resources of a side.
    fn shifts(&self, grants: Option<&'a Grants>) -> Vec<&'a Arc<Shift>> {
        self.shifts_of(grants.into_iter().flat_map(|grants| grants.resources.keys()))
    }

    fn shifts_of(&self, resources: impl Iterator<Item = &'a ResourceArn>) -> Vec<&'a Arc<Shift>> {
        let mut seen = BTreeSet::new();
        resources
            .filter_map(|resource| self.access.shift(resource))
            .filter(|shift| seen.insert(Arc::as_ptr(shift)))
            .collect()
    }

    /// The parts of a change. What is made or goes as a whole is listed as if it came or went member by member.
    /// `dropped` leaves one that goes only later.
    pub fn details(&mut self, change: &Change, dropped: &Dropped) -> Vec<Detail> {
        let edits = match change {
            Change::Create { after } => arriving(after),
            Change::Replace { before, after, rights, .. } => {
                let dropped = leaving(before, self.org).into_iter().filter(|edit| is_dropped(edit, after));
                let arriving = arriving(after).into_iter().filter(|edit| !is_told_by(edit, rights));
                arriving.chain(rights.iter().cloned()).chain(dropped).collect()
            }
            Change::Update { edits, .. } => edits.clone(),
            Change::Delete { before, .. } if !dropped.is_empty() => {
                let leaves = |edit: &Edit| match &edit.part {
                    Part::Principal { principal, .. } => dropped.principals.contains(principal),
                    Part::Resource { resource, .. } => dropped.resources.contains(resource),
                    _ => false,
                };
                leaving(before, self.org).into_iter().filter(leaves).collect()
            }
            Change::Delete { before, .. } => leaving(before, self.org),
            Change::Release { .. } => Vec::new(),
        };
        edits.into_iter().map(|edit| self.detail(edit)).collect()
    }

    fn detail(&mut self, edit: Edit) -> Detail {
        let mut resources = Felt::default();
        let (gain, lose, unknown) = match &edit.part {
            Part::Resource { resource, how, .. } => self.of_resource(resource, how),
            Part::Principal { principal, how, .. } => {
                let (concerned, felt) = self.of_principal(principal, how);
                resources = felt;
                concerned
            }
            Part::Permission { resource_type, .. } | Part::PermissionVersion { resource_type, .. } => {
                self.of_permission(resource_type)
            }
            _ => Concerned::default(),
        };
        Detail { edit, gain, lose, unknown, resources }
    }

    fn of_resource(&mut self, resource: &ResourceArn, how: &Membership) -> Concerned {
        let (before, after) = (self.before, self.after);
        let Some(shift) = self.access.shift(resource) else { return Concerned::default() };
        let [gain, lose] = self.shares_of.entry(Arc::as_ptr(shift)).or_insert_with(|| {
            let both = |shift: &BTreeSet<Grantee>, side: &Reach| {
                Arc::new(shift.intersection(&side.grantees).cloned().collect())
            };
            [both(&shift.gain, after), both(&shift.lose, before)]
        });
        match how {
            Membership::Added | Membership::Repaired { .. } => {
                let unknown = shift.unknown.intersection(&after.unknown).cloned().collect();
                (Arc::clone(gain), Arc::default(), Arc::new(unknown))
            }
            Membership::Removed => {
                let unknown = shift.unknown.intersection(&before.unknown).cloned().collect();
                (Arc::default(), Arc::clone(lose), Arc::new(unknown))
            }
        }
    }

    fn of_principal(&self, principal: &Principal, how: &Membership) -> (Concerned, Felt) {
        let comes = !matches!(how, Membership::Removed);
        let side = if comes { &self.sides.1 } else { &self.sides.0 };
        let Some(grants) = side else { return Default::default() };
        if !comes && grants.invited.contains(principal) {
            return Default::default();
        }
        let one = reach([principal], &grants.owner, self.org);
        let (mut felt, mut unknown, mut resources) = (BTreeSet::new(), BTreeSet::new(), Felt::default());
        for (shift, (count, first)) in self.by_shift(grants) {
            let moves = if comes { &shift.gain } else { &shift.lose };
            let whom = moves.intersection(&one.grantees);
            let open = shift.unknown.intersection(&one.unknown);
            if whom.clone().next().is_some() || open.clone().next().is_some() {
                resources.count += count;
                resources.first.get_or_insert_with(|| first.clone());
            }
            felt.extend(whom.cloned());
            unknown.extend(open.cloned());
        }
        let felt = Arc::new(felt);
        let (gain, lose) = if comes { (felt, Arc::default()) } else { (Arc::default(), felt) };
        ((gain, lose, Arc::new(unknown)), resources)
    }

    /// What becomes of the resources of a side, each once, with how many resources that is and the first of them.
    fn by_shift(&self, grants: &'a Grants) -> Vec<(&'a Arc<Shift>, (usize, &'a ResourceArn))> {
        let mut at: BTreeMap<*const Shift, usize> = BTreeMap::new();
        let mut out: Vec<(&Arc<Shift>, (usize, &ResourceArn))> = Vec::new();
        for resource in grants.resources.keys() {
            let Some(shift) = self.access.shift(resource) else { continue };
            let index = *at.entry(Arc::as_ptr(shift)).or_insert_with(|| {
                out.push((shift, (0, resource)));
                out.len() - 1
            });
            out[index].1.0 += 1;
        }
        out
    }

    /// Of the resources that are on the share before and after, with another right.
    fn of_permission(&self, kind: &ResourceType) -> Concerned {
        let (Some(before), Some(after)) = (&self.sides.0, &self.sides.1) else { return Concerned::default() };
        let other_type = |resource: &ResourceArn| {
            let found = crate::access::type_of(resource);
            found.is_some_and(|found| !found.as_str().eq_ignore_ascii_case(kind.as_str()))
        };
        let changed = before.resources.iter().filter(|(resource, right)| {
            after.resources.get(*resource).is_some_and(|after| after != *right) && !other_type(resource)
        });
        let (mut gain, mut lose, mut unknown) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for shift in self.shifts_of(changed.map(|(resource, _)| resource)) {
            gain.extend(shift.gain.intersection(&self.after.grantees).cloned());
            lose.extend(shift.lose.intersection(&self.before.grantees).cloned());
            unknown.extend(shift.unknown.intersection(&self.after.unknown).cloned());
        }
        (Arc::new(gain), Arc::new(lose), Arc::new(unknown))
    }
}

/// Who gains, who loses, and principals behind which that is not known.
type Concerned = (Arc<BTreeSet<Grantee>>, Arc<BTreeSet<Grantee>>, Arc<BTreeSet<Principal>>);

fn arriving(after: &Wanted) -> Vec<Edit> {
    let Wanted { resources, principals, sources, permissions, .. } = after;
    let added = || Membership::Added;
    let principals = principals.iter().map(|(principal, label)| Part::Principal {
        principal: principal.clone(),
        label: label.clone(),
        how: added(),
    });
    let resources = resources.iter().map(|(resource, kind)| Part::Resource {
        resource: resource.clone(),
        resource_type: kind.clone(),
        how: added(),
    });
    let sources = sources.iter().map(|source| Part::Source { source: source.clone(), how: added() });
    let permissions = permissions.iter().map(|(kind, arn)| Part::Permission {
        resource_type: kind.clone(),
        how: Delta::Added { after: arn.clone() },
        actions: Observed::Known(PolicyChange::default()),
    });
    principals
        .chain(sources)
        .chain(resources)
        .chain(permissions)
        .map(|part| Edit { part, cause: Cause::Pending })
        .collect()
}

/// Whether a permission of the new share is told with what it changes for those who have its resources already.
fn is_told_by(edit: &Edit, rights: &[Edit]) -> bool {
    let Part::Permission { resource_type: kind, .. } = &edit.part else { return false };
    rights.iter().any(|edit| match &edit.part {
        Part::Permission { resource_type, .. } | Part::PermissionVersion { resource_type, .. } => {
            resource_type.as_str().eq_ignore_ascii_case(kind.as_str())
        }
        _ => false,
    })
}

/// Whether a part that leaves with the old share is not on the one that takes its place.
fn is_dropped(edit: &Edit, after: &Wanted) -> bool {
    match &edit.part {
        Part::Principal { principal, .. } => !after.principals.contains_key(principal),
        Part::Resource { resource, .. } => !after.resources.contains_key(resource),
        _ => false,
    }
}

fn leaving(before: &Present, org: &OrgView) -> Vec<Edit> {
    let removed = || Membership::Removed;
    let principals = before.share.principals.keys().map(|principal| Part::Principal {
        principal: principal.clone(),
        label: principal_label(principal, org),
        how: removed(),
    });
    let resources = before.share.resources.keys().map(|resource| Part::Resource {
        resource: resource.clone(),
        resource_type: None,
        how: removed(),
    });
    principals.chain(resources).map(|part| Edit { part, cause: Cause::Pending }).collect()
}
