//! A change part by part, each part with those that it concerns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::access::{Access, AccessDelta, Grantee, Grants, Moved, Reach, Right, Shift, Sides, reach_of};
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
    shares_of: BTreeMap<*const Shift, [MovedAs; 2]>,
}

/// Those whom a part concerns, as [`Detail`] has them, and the actions that they gain or lose where they keep others.
type MovedAs = (Arc<BTreeSet<Grantee>>, Arc<BTreeSet<Beyond>>);

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
        for Group { shift, right, .. } in self.groups_of(&self.sides.1) {
            out.gain.append(&mut shift.gained_by(right, &self.after.grantees).who);
            out.unknown.extend(shift.unknown.intersection(&self.after.unknown).cloned());
        }
        for Group { shift, right, .. } in self.groups_of(&self.sides.0) {
            out.lose.append(&mut shift.lost_by(right, &self.before.grantees).who);
            out.unknown.extend(shift.unknown.intersection(&self.before.unknown).cloned());
        }
        out
    }

    /// Resources of a side by what becomes of them. Those of one group are on the same shares with the same rights.
    fn groups(&self, resources: impl IntoIterator<Item = (&'a ResourceArn, &'a Right)>) -> Vec<Group<'a>> {
        let mut at: BTreeMap<*const Shift, usize> = BTreeMap::new();
        let mut out: Vec<Group<'a>> = Vec::new();
        for (resource, right) in resources {
            let Some(shift) = self.access.shift(resource) else { continue };
            let index = *at.entry(Arc::as_ptr(shift)).or_insert_with(|| {
                out.push(Group { shift, right, count: 0, first: resource });
                out.len() - 1
            });
            out[index].count += 1;
        }
        out
    }

    fn groups_of(&self, side: &'a Option<Grants>) -> Vec<Group<'a>> {
        self.groups(side.iter().flat_map(|grants| &grants.resources))
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
        let (before, after, sides) = (self.before, self.after, self.sides);
        let Some(shift) = self.access.shift(resource) else { return Concerned::default() };
        let [gain, lose] = self.shares_of.entry(Arc::as_ptr(shift)).or_insert_with(|| {
            // What failed is on a share and gives nothing.
            let right = |grants: &'a Option<Grants>| grants.as_ref()?.resources.get(resource);
            let gained = right(&sides.1).map(|right| shift.gained_by(right, &after.grantees));
            let lost = right(&sides.0).map(|right| shift.lost_by(right, &before.grantees));
            [gained, lost].map(|moved| {
                let Moved { who, actions } = moved.unwrap_or_default();
                (Arc::new(who), Arc::new(actions))
            })
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
        // One whose association failed has nothing by it.
        if !grants.principals.contains(principal) || !comes && grants.invited.contains(principal) {
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
        let side = if comes { after } else { before };
        let mut out = if side.sources.contains(source) {
            self.of_grantees(&one, side, how)
        } else {
            Concerned::default()
        };
        if comes && before.sources.is_empty() {
            out.lose = self.of_grantees(&anybody, before, &Membership::Removed).lose;
        } else if !comes && after.sources.is_empty() {
            out.gain = self.of_grantees(&anybody, after, &Membership::Added).gain;
        }
        out
    }

    /// What becomes of what somebody has on a side of the share.
    fn of_grantees(&self, one: &Reach, grants: &'a Grants, how: &Membership) -> Concerned {
        let comes = !matches!(how, Membership::Removed);
        let (mut felt, mut unknown, mut resources) = (BTreeSet::new(), BTreeSet::new(), Felt::default());
        let mut actions = Some(BTreeSet::new());
        for Group { shift, right, count, first } in self.groups(&grants.resources) {
            let Moved { who: whom, actions: parts } = if comes {
                shift.gained_by(right, &one.grantees)
            } else {
                shift.lost_by(right, &one.grantees)
            };
            let open = shift.unknown.intersection(&one.unknown);
            if !whom.is_empty() || open.clone().next().is_some() {
                resources.count += count;
                resources.first.get_or_insert_with(|| first.clone());
            }
            if !whom.is_empty() {
                match &mut actions {
                    Some(all) if !parts.is_empty() => all.extend(parts),
                    _ => actions = None,
                }
            }
            felt.extend(whom);
            unknown.extend(open.cloned());
        }
        let actions = Arc::new(actions.unwrap_or_default());
        Concerned::of(how, Arc::new(felt), unknown, resources, actions)
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
        for Group { shift, right, first, .. } in self.groups(changed) {
            if let Some(after) = after.resources.get(first) {
                gain.append(&mut shift.gained_by(after, &self.after.grantees).who);
            }
            lose.append(&mut shift.lost_by(right, &self.before.grantees).who);
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

/// Resources that are on the same shares with the same rights: one thing becomes of all.
struct Group<'a> {
    shift: &'a Arc<Shift>,
    /// What this share lets people do with them.
    right: &'a Right,
    count: usize,
    first: &'a ResourceArn,
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
