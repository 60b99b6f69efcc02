//! A change part by part, each part with those that it concerns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::access::{Access, AccessDelta, Grantee, Grants, Reach, Shift, Sides, reach_of};
use crate::diff::{Cause, Change, Delta, Edit, Membership, Part, Present, Wanted, principal_label};
use crate::model::{Beyond, Observed, PolicyChange, Principal, ResourceArn, ResourceType};
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

/// Those whom a part concerns, as [`Detail`] has them, and the actions that they gain and lose where they keep others.
type Share = [(Arc<BTreeSet<Grantee>>, Arc<BTreeSet<Beyond>>); 2];

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
                let left_behind = left_behind(before, after);
                arriving.chain(rights.iter().cloned()).chain(dropped).chain(left_behind).collect()
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
        let Concerned { gain, lose, unknown, resources, actions } = match &edit.part {
            Part::Resource { resource, how, .. } => self.of_resource(resource, how),
            Part::Principal { principal, how, .. } => self.of_principal(principal, how),
            Part::Source { source, how } => self.of_source(source, how),
            Part::Permission { resource_type, .. } | Part::PermissionVersion { resource_type, .. } => {
                self.of_permission(resource_type)
            }
            _ => Concerned::default(),
        };
        Detail { edit, gain, lose, unknown, resources, actions }
    }

    fn of_resource(&mut self, resource: &ResourceArn, how: &Membership) -> Concerned {
        let (before, after) = (self.before, self.after);
        let Some(shift) = self.access.shift(resource) else { return Concerned::default() };
        let [gain, lose] = self.shares_of.entry(Arc::as_ptr(shift)).or_insert_with(|| {
            let both = |of: &BTreeSet<Grantee>, actions: &Partial, side: &Reach| {
                let felt: BTreeSet<Grantee> = of.intersection(&side.grantees).cloned().collect();
                let actions = partial(&felt, actions).unwrap_or_default();
                (Arc::new(felt), Arc::new(actions))
            };
            [both(&shift.gain, &shift.more, after), both(&shift.lose, &shift.less, before)]
        });
        let ((felt, actions), side) = match how {
            Membership::Added | Membership::Repaired { .. } => (gain, after),
            Membership::Removed => (lose, before),
        };
        let unknown = shift.unknown.intersection(&side.unknown).cloned().collect();
        Concerned::of(how, Arc::clone(felt), unknown, Felt::default(), Arc::clone(actions))
    }

    fn of_principal(&self, principal: &Principal, how: &Membership) -> Concerned {
        let comes = !matches!(how, Membership::Removed);
        let side = if comes { &self.sides.1 } else { &self.sides.0 };
        let Some(grants) = side else { return Concerned::default() };
        if !comes && grants.invited.contains(principal) {
            return Concerned::default();
        }
        self.of_grantees(&reach_of(grants, [principal], self.org), grants, how)
    }

    /// A service that is on the share before and after, on behalf of a source that comes or goes. Where the first source comes, the service is
    /// no longer there for anybody.
    fn of_source(&self, source: &str, how: &Membership) -> Concerned {
        let (Some(before), Some(after)) = (&self.sides.0, &self.sides.1) else { return Concerned::default() };
        let comes = !matches!(how, Membership::Removed);
        let services = before.principals.intersection(&after.principals);
        let services = services.filter(|one| matches!(one, Principal::Service(_)));
        let of = |service: &Principal, source: Option<&str>| Grantee::Service {
            principal: service.clone(),
            source: source.map(str::to_owned),
        };
        let (mut one, mut anybody) = (Reach::default(), Reach::default());
        for service in services {
            one.grantees.insert(of(service, Some(source)));
            anybody.grantees.insert(of(service, None));
        }
        let mut out = self.of_grantees(&one, if comes { after } else { before }, how);
        if comes {
            let shut_out = self.of_grantees(&anybody, before, &Membership::Removed);
            out.lose = shut_out.lose;
        } else {
            let let_in = self.of_grantees(&anybody, after, &Membership::Added);
            out.gain = let_in.gain;
        }
        out
    }

    /// What becomes of what somebody has on a side of the share.
    fn of_grantees(&self, one: &Reach, grants: &'a Grants, how: &Membership) -> Concerned {
        let comes = !matches!(how, Membership::Removed);
        let (mut felt, mut unknown, mut resources) = (BTreeSet::new(), BTreeSet::new(), Felt::default());
        let mut actions = Some(BTreeSet::new());
        for (shift, (count, first)) in self.by_shift(grants) {
            let (moves, parts) = if comes { (&shift.gain, &shift.more) } else { (&shift.lose, &shift.less) };
            let whom: BTreeSet<Grantee> = moves.intersection(&one.grantees).cloned().collect();
            let open = shift.unknown.intersection(&one.unknown);
            if !whom.is_empty() || open.clone().next().is_some() {
                resources.count += count;
                resources.first.get_or_insert_with(|| first.clone());
            }
            if !whom.is_empty() {
                match (&mut actions, partial(&whom, parts)) {
                    (Some(all), Some(more)) => all.extend(more),
                    _ => actions = None,
                }
            }
            felt.extend(whom);
            unknown.extend(open.cloned());
        }
        let actions = Arc::new(actions.unwrap_or_default());
        Concerned::of(how, Arc::new(felt), unknown, resources, actions)
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
        Concerned {
            gain: Arc::new(gain),
            lose: Arc::new(lose),
            unknown: Arc::new(unknown),
            ..Concerned::default()
        }
    }
}

/// Who keeps something, with the actions that it gains or loses.
type Partial = BTreeMap<Grantee, Arc<BTreeSet<Beyond>>>;

/// The actions that these gain or lose, where each of them keeps others. None: for somebody it is all, or not known.
fn partial(felt: &BTreeSet<Grantee>, actions: &Partial) -> Option<BTreeSet<Beyond>> {
    let mut out = BTreeSet::new();
    if actions.is_empty() {
        return None;
    }
    let mut seen = BTreeSet::new();
    for grantee in felt {
        let actions = actions.get(grantee)?;
        if seen.insert(Arc::as_ptr(actions)) {
            out.extend(actions.iter().cloned());
        }
    }
    Some(out)
}

/// Whom a part concerns, as [`Detail`] has it.
#[derive(Default)]
struct Concerned {
    gain: Arc<BTreeSet<Grantee>>,
    lose: Arc<BTreeSet<Grantee>>,
    unknown: Arc<BTreeSet<Principal>>,
    resources: Felt,
    actions: Arc<BTreeSet<Beyond>>,
}

impl Concerned {
    fn of(
        how: &Membership,
        felt: Arc<BTreeSet<Grantee>>,
        unknown: BTreeSet<Principal>,
        resources: Felt,
        actions: Arc<BTreeSet<Beyond>>,
    ) -> Self {
        let unknown = Arc::new(unknown);
        match how {
            Membership::Added | Membership::Repaired { .. } => {
                Self { gain: felt, unknown, resources, actions, ..Self::default() }
            }
            Membership::Removed => Self { lose: felt, unknown, resources, actions, ..Self::default() },
        }
    }
}

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

/// The sources and permissions of a share that the one in its place does not have. With a share that goes they go without a word.
fn left_behind(before: &Present, after: &Wanted) -> Vec<Edit> {
    let sources = before.share.sources.keys().filter(|source| !after.sources.contains(*source));
    let sources = sources.map(|source| Part::Source { source: source.clone(), how: Membership::Removed });
    let unnamed = before.share.permissions.iter().filter(|(kind, attached)| {
        let has_resource = after.resources.keys().any(|resource| {
            crate::access::type_of(resource)
                .is_none_or(|found| found.as_str().eq_ignore_ascii_case(kind.as_str()))
        });
        has_resource && !after.permissions.contains_key(*kind) && !attached.arn.is_aws_default()
    });
    let permissions = unnamed.map(|(kind, attached)| Part::Permission {
        resource_type: kind.clone(),
        how: Delta::Removed { before: attached.arn.clone() },
        actions: Observed::Known(PolicyChange::default()),
    });
    sources.chain(permissions).map(|part| Edit { part, cause: Cause::Pending }).collect()
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
