//! The calls that one share needs, in an order in which nobody ever sees more than before or after.
//!
//! Revoke before grant: resources that go leave first; then principals join and others leave, in this order, for an account may be behind
//! both; then flags and permissions are changed, and resources come last. Where a permission gives way to one that allows more and less, all that
//! goes leaves before that, and all that comes joins after it. Where nothing but resources changes, they come before others leave: two shares may trade them.
//! The record of what was applied is last; a share is made with a provisional one, for nobody knows its ARN before. A permission is there before the first resource of its type and goes after the last one (RAM API
//! reference, AssociateResourceSharePermission, DisassociateResourceSharePermission). Each step waits for the one before it,
//! for RAM refuses to change a share while something on it is ASSOCIATING.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::{Delta, Edit, Membership, Part, Present, Stamp, Wanted, Written};
use crate::model::{
    Address, Observed, PermissionArn, Place, PolicyChange, Principal, ResourceArn, ShareArn, ShareStatus,
    TAG_ADDRESS, TAG_APPLIED, TAG_IMPORTED, TAG_STACK, Tags,
};
use crate::plan::body::Dropped;
use crate::plan::sources::SourceSteps;
use crate::plan::step::{PlannedStep, ShareRef, Step, StepId};
use crate::plan::token::Tokens;

/// The most resources, principals and sources together that go into one call. RAM's limit is 100 resources.
pub(crate) const BATCH: usize = 100;

/// Writes the steps of one share.
pub(crate) struct Chain<'a> {
    steps: &'a mut Vec<PlannedStep>,
    place: Place,
    address: Address,
    /// The step that turns on sharing inside the organization, where this plan does.
    sharing: Option<StepId>,
    /// Permissions that this plan makes or changes, each with the step after which it is as wanted.
    permissions: &'a BTreeMap<PermissionArn, StepId>,
    /// A step on the same share that comes before all of them.
    first: Option<StepId>,
    written: Vec<StepId>,
}

impl<'a> Chain<'a> {
    pub fn new(
        steps: &'a mut Vec<PlannedStep>,
        place: &Place,
        address: &Address,
        sharing: Option<StepId>,
        permissions: &'a BTreeMap<PermissionArn, StepId>,
    ) -> Self {
        Self {
            steps,
            place: place.clone(),
            address: address.clone(),
            sharing,
            permissions,
            first: None,
            written: Vec::new(),
        }
    }

    /// The same, after a step that another part of the plan makes on the share.
    pub fn after(mut self, first: Option<StepId>) -> Self {
        self.first = first;
        self
    }

    /// The steps that were written, in order.
    pub fn written(self) -> Vec<StepId> {
        self.written
    }

    fn push(&mut self, step: Step) -> StepId {
        let id = StepId(u32::try_from(self.steps.len()).expect("a plan has fewer than 2^32 steps"));
        let mut needs: BTreeSet<StepId> = self.written.last().copied().or(self.first).into_iter().collect();
        if adds_members_of_the_organization(&step) {
            needs.extend(self.sharing);
        }
        needs.extend(attaches(&step).iter().filter_map(|permission| self.permissions.get(permission)));
        let needs = needs.into_iter().collect();
        self.steps.push(PlannedStep {
            id,
            needs,
            place: self.place.clone(),
            address: Some(self.address.clone()),
            step,
        });
        self.written.push(id);
        id
    }

    /// Takes off the share that goes what the one in its place does not hold. Only what both hold may wait until somebody has accepted.
    /// Where they hold no resource in common, the old share goes as soon as the new one is there, and nothing of it waits.
    pub fn trim(&mut self, before: &Present, after: &Wanted) {
        if !replaces_in_part(before, after) {
            return;
        }
        self.drop(before, &Dropped::between(before, after));
    }

    /// Takes off a share that stays for a while what the one in its place does not hold.
    pub fn drop(&mut self, before: &Present, dropped: &Dropped) {
        let members = Members {
            resources: dropped.resources.iter().cloned().collect(),
            principals: dropped.principals.iter().cloned().collect(),
            sources: Vec::new(),
        };
        self.disassociate(&ShareRef::Known(before.share.arn.clone()), members);
    }

    /// Makes a share: in one call where everything fits, so that it is never seen half-made. One more binds its record to its ARN.
    pub fn create(&mut self, tokens: Tokens, after: &Wanted) {
        let Wanted {
            place: _,
            span: _,
            name,
            allow_external_principals,
            retain_sharing,
            resources,
            principals,
            sources,
            permissions,
            tags,
            ownership,
            stamp,
            replaces: _, // the record's
        } = after;
        let all = Members {
            resources: resources.keys().cloned().collect(),
            principals: principals.keys().cloned().collect(),
            sources: sources.iter().cloned().collect(),
        };
        let whole = all.len() <= BATCH;
        let (first, rest) = if whole { (all, Members::default()) } else { all.split_for_creation() };
        let record = after.record(stamp.clone());
        let begun = if whole { record.clone() } else { after.record(stamp.begun()) };
        let mut tags: Tags = tags.iter().chain(ownership).map(|(k, v)| (k.clone(), v.clone())).collect();
        tags.insert(TAG_APPLIED.to_owned(), begun.provisional());
        let created = self.push(Step::CreateResourceShare {
            tokens,
            name: name.clone(),
            allow_external_principals: *allow_external_principals,
            retain_sharing: *retain_sharing,
            tags,
            permissions: permissions.values().cloned().collect(),
            resources: first.resources,
            principals: first.principals,
            sources: first.sources,
        });
        let share = ShareRef::CreatedBy(created);
        self.associate(&share, rest);
        self.push(Step::RecordApplied { share, record });
    }

    /// Makes a share that can be changed of one that RAM made from a resource policy, once its permissions are there.
    pub fn promote<'p>(&mut self, share: &ShareArn, permissions: impl Iterator<Item = &'p PermissionArn>) {
        let id = self.push(Step::PromoteResourceShareCreatedFromPolicy { share: share.clone() });
        let needs = &mut self.steps[id.0 as usize].needs;
        needs.extend(permissions.filter_map(|permission| self.permissions.get(permission)));
        needs.sort();
        needs.dedup();
    }

    /// Brings a live share to its desired form.
    pub fn update(&mut self, before: &Present, after: &Wanted, edits: &[Edit]) {
        let arn = &before.share.arn;
        let share = ShareRef::Known(arn.clone());
        let changes = Changes::of(edits);

        let turn = changes.turn();
        let mut leave = changes.leave;
        let mut join = changes.join;
        let sources = SourceSteps::take(&mut leave, &mut join, after);
        let successors_first = turn != Turn::Between && join.lets_successors_in_first(&leave);
        let late_principals = if successors_first { leave.take_principals_not_in(&join) } else { Vec::new() };
        let resources_first = turn != Turn::Between && join.is_of_resources() && leave.is_of_resources();
        let late_resources = if resources_first { leave.take_resources_not_in(&join) } else { Vec::new() };
        let opens = changes.allow_external_principals == Some(true);
        let mut settings = (changes.name, changes.allow_external_principals);
        let mut tags = changes.tag;
        if changes.claims {
            let ownership = after.ownership.clone();
            if edits.iter().all(|edit| edit.part.is_identity()) {
                tags.extend(ownership);
            } else {
                // What is changed has the stack's name first, with a record that fits: a run that is cut short leaves nothing changed
                // in nobody's name.
                let known = Written::on_share(&before.share.tags).filter(|_| !changes.imports);
                let claim = after.record(known.map_or_else(Stamp::unapplied, |known| known.stamp));
                let record = (TAG_APPLIED.to_owned(), claim.bound(arn));
                let tags = ownership.into_iter().chain([record]).collect();
                self.push(Step::TagResource { share: share.clone(), tags });
            }
        }

        // RAM closes no share that has a stranger, and the same account is none once it is put on again. One that failed has nothing, and
        // gets it with all others, once the permissions are as wanted.
        let has = |principal: &Principal| {
            before.share.principals.get(principal).is_some_and(|association| association.status.gives())
        };
        let renewed = match changes.allow_external_principals {
            Some(false) => {
                join.principals.extract_if(.., |one| leave.principals.contains(one) && has(one)).collect()
            }
            Some(true) | None => Vec::new(),
        };
        let from = self.written.len();
        self.disassociate(&share, leave);
        if !renewed.is_empty() {
            self.wait_for_sharing(from);
            self.associate(&share, Members { principals: renewed, ..Members::default() });
        }
        let (idle, late_idle) =
            if resources_first { (Vec::new(), changes.idle) } else { (changes.idle, Vec::new()) };
        self.detach(&share, idle);
        let SourceSteps { first, gone, again } = sources;
        self.associate(&share, Members { sources: first, ..Members::default() });
        self.disassociate(&share, Members { sources: gone, ..Members::default() });
        self.associate(&share, Members { sources: again, ..Members::default() });
        let mut replaced = changes.replaced;
        if turn == Turn::First {
            self.attach(&share, std::mem::take(&mut replaced), true);
        }
        if successors_first {
            if opens {
                self.settings(&share, std::mem::take(&mut settings));
            }
            let principals = std::mem::take(&mut join.principals);
            self.associate(&share, Members { principals, ..Members::default() });
            self.disassociate(&share, Members { principals: late_principals, ..Members::default() });
        }
        self.settings(&share, settings);
        if !resources_first {
            self.attach(&share, std::mem::take(&mut replaced), true);
        }
        self.attach(&share, changes.added, false);
        self.associate(&share, join);
        self.disassociate(&share, Members { resources: late_resources, ..Members::default() });
        self.attach(&share, replaced, true);
        self.detach(&share, late_idle);
        if !changes.untag.is_empty() {
            self.push(Step::UntagResource { share: share.clone(), keys: changes.untag });
        }
        tags.insert(TAG_APPLIED.to_owned(), after.record(after.stamp.clone()).bound(arn));
        self.push(Step::TagResource { share, tags });
    }

    /// Lets the steps written since then wait until sharing inside the organization is on: nobody is taken off who could not be put on again.
    fn wait_for_sharing(&mut self, from: usize) {
        for id in &self.written[from..] {
            let needs = &mut self.steps[id.0 as usize].needs;
            needs.extend(self.sharing);
            needs.sort();
            needs.dedup();
        }
    }

    /// Takes the stack's tags off a share.
    pub fn release(&mut self, before: &Present) {
        let Present { place: _, share } = before;
        let imported = share.tags.contains_key(TAG_IMPORTED).then_some(TAG_IMPORTED);
        let keys = [TAG_STACK, TAG_ADDRESS, TAG_APPLIED].into_iter().chain(imported);
        let keys = keys.map(str::to_owned).collect();
        self.push(Step::UntagResource { share: ShareRef::Known(share.arn.clone()), keys });
    }

    /// Deletes a share, once `needs` are done.
    pub fn delete(&mut self, arn: &ShareArn, needs: impl IntoIterator<Item = StepId>) {
        let id = self.push(Step::DeleteResourceShare { share: arn.clone() });
        let step = &mut self.steps[id.0 as usize];
        step.needs.extend(needs);
        step.needs.sort();
        step.needs.dedup();
    }

    fn settings(
        &mut self,
        share: &ShareRef,
        (name, allow_external_principals): (Option<String>, Option<bool>),
    ) {
        if name.is_some() || allow_external_principals.is_some() {
            self.push(Step::UpdateResourceShare { share: share.clone(), name, allow_external_principals });
        }
    }

    fn associate(&mut self, share: &ShareRef, members: Members) {
        let Members { resources, principals, sources } = members;
        // Principals go into a call of their own: what they will see is all there by then. Sources go with the services that they are for.
        let has_services = principals.iter().any(|principal| matches!(principal, Principal::Service(_)));
        let (early, late) = if has_services { (Vec::new(), sources) } else { (sources, Vec::new()) };
        let first = Members { resources, principals: Vec::new(), sources: early };
        let then = Members { resources: Vec::new(), principals, sources: late };
        for Members { resources, principals, sources } in first.batches().chain(then.batches()) {
            self.push(Step::AssociateResourceShare { share: share.clone(), resources, principals, sources });
        }
    }

    fn attach(&mut self, share: &ShareRef, permissions: Vec<PermissionArn>, replace: bool) {
        for permission in permissions {
            self.push(Step::AssociateResourceSharePermission { share: share.clone(), permission, replace });
        }
    }

    fn detach(&mut self, share: &ShareRef, permissions: Vec<PermissionArn>) {
        for permission in permissions {
            self.push(Step::DisassociateResourceSharePermission { share: share.clone(), permission });
        }
    }

    fn disassociate(&mut self, share: &ShareRef, members: Members) {
        for Members { resources, principals, sources } in members.batches() {
            let share = share.clone();
            self.push(Step::DisassociateResourceShare { share, resources, principals, sources });
        }
    }
}

/// Whether a change of these lets nobody join before others leave: a permission gives way to one that allows more and less.
pub(crate) fn parts_before_it_joins(edits: &[Edit]) -> bool {
    Changes::of(edits).turn() == Turn::Between
}

/// Whether a share and the one that replaces it hold a resource in common. Resources are of one account and Region.
pub(crate) fn replaces_in_part(before: &Present, after: &Wanted) -> bool {
    before.place == after.place
        && before.share.status != ShareStatus::Failed
        && before.share.resources.keys().any(|resource| after.resources.contains_key(resource))
}

/// The permissions that a call attaches.
fn attaches(step: &Step) -> &[PermissionArn] {
    match step {
        Step::CreateResourceShare { permissions, .. } => permissions,
        Step::AssociateResourceSharePermission { permission, .. } => std::slice::from_ref(permission),
        _ => &[],
    }
}

/// Whether a call names accounts, which count as strangers until sharing inside the organization is on.
fn adds_members_of_the_organization(step: &Step) -> bool {
    match step {
        Step::CreateResourceShare { principals, .. } | Step::AssociateResourceShare { principals, .. } => {
            principals.iter().any(|principal| !matches!(principal, Principal::Service(_)))
        }
        _ => false,
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Members {
    pub resources: Vec<ResourceArn>,
    pub principals: Vec<Principal>,
    pub sources: Vec<String>,
}

impl Members {
    fn len(&self) -> usize {
        self.resources.len() + self.principals.len() + self.sources.len()
    }

    /// Whether principals join before others leave, so that an account that is behind both keeps what it has. The resources that are
    /// there meanwhile are there before and after. Services tolerate no other principals.
    fn lets_successors_in_first(&self, leave: &Self) -> bool {
        let mut both = self.principals.iter().chain(&leave.principals);
        self.principals.iter().any(|principal| !leave.principals.contains(principal))
            && leave.principals.iter().any(|principal| !self.principals.contains(principal))
            && !both.any(|principal| matches!(principal, Principal::Service(_)))
    }

    /// Whether nothing but resources is among them. Then they may come before others leave: who is on the share has both, before
    /// or after.
    fn is_of_resources(&self) -> bool {
        !self.resources.is_empty() && self.principals.is_empty() && self.sources.is_empty()
    }

    /// Takes out the resources that go for good, which are not put on again.
    fn take_resources_not_in(&mut self, join: &Self) -> Vec<ResourceArn> {
        self.resources.extract_if(.., |resource| !join.resources.contains(resource)).collect()
    }

    /// Takes out the principals that go for good, which are not put on again.
    fn take_principals_not_in(&mut self, join: &Self) -> Vec<Principal> {
        self.principals.extract_if(.., |principal| !join.principals.contains(principal)).collect()
    }

    /// What a share that is too big for one call is made with; principals come only when all resources are there.
    fn split_for_creation(mut self) -> (Self, Self) {
        let rest = self.resources.split_off(self.resources.len().min(BATCH));
        let first = Self { resources: self.resources, ..Self::default() };
        (first, Self { resources: rest, principals: self.principals, sources: self.sources })
    }

    /// Principals first, then sources, then resources, as many to a call as it takes.
    fn batches(self) -> impl Iterator<Item = Self> {
        enum One {
            Principal(Principal),
            Source(String),
            Resource(ResourceArn),
        }
        let all: Vec<One> = self
            .principals
            .into_iter()
            .map(One::Principal)
            .chain(self.sources.into_iter().map(One::Source))
            .chain(self.resources.into_iter().map(One::Resource))
            .collect();
        let mut all = all.into_iter().peekable();
        std::iter::from_fn(move || {
            all.peek()?;
            let mut batch = Self::default();
            for one in all.by_ref().take(BATCH) {
                match one {
                    One::Principal(principal) => batch.principals.push(principal),
                    One::Source(source) => batch.sources.push(source),
                    One::Resource(resource) => batch.resources.push(resource),
                }
            }
            Some(batch)
        })
    }
}

/// The edits of a share, sorted by the call that makes them.
#[derive(Default)]
struct Changes {
    name: Option<String>,
    allow_external_principals: Option<bool>,
    /// Permissions of types that the share has none for.
    added: Vec<PermissionArn>,
    /// Permissions that take the place of others.
    replaced: Vec<PermissionArn>,
    /// Whether a replaced one allows more by that, or may; and whether less.
    widens: bool,
    narrows: bool,
    /// Permissions of types that leave the share.
    idle: Vec<PermissionArn>,
    leave: Members,
    join: Members,
    tag: Tags,
    untag: Vec<String>,
    /// The share becomes the stack's, or its address is another.
    claims: bool,
    /// Where it becomes the stack's: what was applied to it before was another's.
    imports: bool,
}

impl Changes {
    fn of(edits: &[Edit]) -> Self {
        let mut out = Self::default();
        for Edit { part, cause: _ } in edits {
            match part {
                Part::Name { before: _, after } => out.name = Some(after.clone()),
                Part::AllowExternalPrincipals { before: _, after } => {
                    out.allow_external_principals = Some(*after);
                }
                Part::Principal { principal, label: _, how } => {
                    sort(how, principal, &mut out.leave.principals, &mut out.join.principals);
                }
                Part::Resource { resource, resource_type: _, how } => {
                    sort(how, resource, &mut out.leave.resources, &mut out.join.resources);
                }
                Part::Source { source, how } => {
                    sort(how, source, &mut out.leave.sources, &mut out.join.sources);
                }
                Part::PermissionVersion { permission, actions, .. } => out.replace(permission, actions),
                Part::Permission { resource_type: _, how, actions } => match how {
                    Delta::Added { after } => out.added.push(after.clone()),
                    Delta::Changed { before: _, after } => out.replace(after, actions),
                    Delta::Removed { before } => out.idle.push(before.clone()),
                },
                Part::Tag { key, how } => match how {
                    Delta::Added { after } | Delta::Changed { before: _, after } => {
                        out.tag.insert(key.clone(), after.clone());
                    }
                    Delta::Removed { before: _ } => out.untag.push(key.clone()),
                },
                Part::Imported { owner: _ } => (out.claims, out.imports) = (true, true),
                Part::Moved { from: _ } | Part::StackRenamed { from: _ } | Part::Promoted => {
                    out.claims = true
                }
                Part::Record => {}
            }
        }
        out
    }

    fn replace(&mut self, permission: &PermissionArn, actions: &Observed<PolicyChange>) {
        self.replaced.push(permission.clone());
        self.widens |= actions.known().is_none_or(PolicyChange::widens);
        self.narrows |= actions.known().is_none_or(PolicyChange::narrows);
    }

    fn turn(&self) -> Turn {
        match (self.widens, self.narrows) {
            (false, _) => Turn::First,
            (true, false) => Turn::Last,
            (true, true) => Turn::Between,
        }
    }
}

/// When permissions are replaced. Nobody is to do more meanwhile than before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// They allow no more than those before them, so what leaves may have them for a while.
    First,
    /// They allow no less, so what comes may have those before them for a while.
    Last,
    /// What leaves must not have them, and what comes must not have those before them.
    Between,
}

fn sort<T: Clone>(how: &Membership, member: &T, leave: &mut Vec<T>, join: &mut Vec<T>) {
    match how {
        Membership::Added => join.push(member.clone()),
        Membership::Removed => leave.push(member.clone()),
        Membership::Repaired { message: _ } => {
            leave.push(member.clone());
            join.push(member.clone());
        }
    }
}
