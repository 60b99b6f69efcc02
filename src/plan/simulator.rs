//! A tiny RAM for tests: carries out steps on a live state at once, and refuses what RAM refuses.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use uuid::Uuid;

use crate::diff::fixture::{associated, association, attached, permission, share_arn, tgw_type};
use crate::live::{AttachedPermission, LivePlace, LiveShare, LiveState, ReceivedShare, ReceivedTypes};
use crate::model::{
    AccountId, AssociationStatus, FeatureSet, Observed, PermissionArn, Place, Principal, ResourceArn,
    ShareArn, ShareStatus, TAG_APPLIED,
};
use crate::org::SharingState;
use crate::plan::chain::BATCH;
use crate::plan::simulator_permissions;
use crate::plan::step::{PlannedStep, ShareRef, Step, StepId};

pub(crate) struct Simulator {
    pub live: LiveState,
    pub sharing: SharingState,
    /// Accounts that have to accept an invitation. Those that ramctl reaches see what they receive.
    pub invited: BTreeSet<AccountId>,
    made: BTreeMap<StepId, ShareArn>,
    replays: BTreeMap<Uuid, ShareArn>,
    next: u32,
}

/// Somebody can do something with something: an action, or all that a permission of AWS's allows, by its name.
pub(crate) type Grant = (Principal, ResourceArn, String);

impl Simulator {
    pub fn new(live: LiveState) -> Self {
        Self {
            live,
            sharing: SharingState::Enabled,
            invited: BTreeSet::new(),
            made: BTreeMap::new(),
            replays: BTreeMap::new(),
            next: 100,
        }
    }

    /// As [`new`](Self::new), where these accounts have to accept invitations.
    pub fn inviting(live: LiveState, invited: BTreeSet<AccountId>) -> Self {
        Self { invited, ..Self::new(live) }
    }

    /// Another plan begins: its step numbers mean other shares. Idempotency tokens live on.
    pub fn next_plan(&mut self) {
        self.made.clear();
    }

    /// Numbers new shares from here, beyond those that another simulator made.
    pub fn numbered_from(mut self, first: u32) -> Self {
        self.next = first;
        self
    }

    pub fn run(&mut self, steps: &[PlannedStep]) {
        for step in steps {
            self.step(step);
        }
    }

    pub fn step(&mut self, planned: &PlannedStep) {
        self.carry_out(planned);
        show(&mut self.live);
    }

    fn carry_out(&mut self, planned: &PlannedStep) {
        let PlannedStep { id, needs: _, place, address: _, step } = planned;
        if simulator_permissions::carry_out(&mut self.live, place, step).is_some() {
            return;
        }
        match step {
            Step::EnableSharingWithAwsOrganization | Step::CreateServiceLinkedRole => {
                self.sharing = SharingState::Enabled;
            }
            Step::CreateResourceShare {
                tokens,
                name,
                allow_external_principals,
                retain_sharing,
                tags,
                permissions,
                resources,
                principals,
                sources,
            } => {
                let mut n = 0;
                while let Some(arn) = self.replays.get(&tokens.nth(n)).cloned() {
                    if self.place(place).shares.contains_key(&arn) {
                        self.made.insert(*id, arn);
                        return;
                    }
                    n += 1;
                }
                assert!(resources.len() + principals.len() + sources.len() <= BATCH);
                self.next += 1;
                let arn = share_arn(place, self.next);
                let mut share = LiveShare {
                    arn: arn.clone(),
                    name: name.clone(),
                    status: ShareStatus::Active,
                    status_message: None,
                    allow_external_principals: *allow_external_principals,
                    retain_sharing: *retain_sharing,
                    feature_set: FeatureSet::Standard,
                    tags: tags.clone(),
                    created: Some(Timestamp::from_second(i64::from(self.next)).unwrap()),
                    updated: None,
                    resources: BTreeMap::new(),
                    principals: BTreeMap::new(),
                    sources: BTreeMap::new(),
                    permissions: permissions
                        .iter()
                        .map(|arn| (tgw_type(), self.attachment(place, arn)))
                        .collect(),
                };
                let invited = self.invited.clone();
                associate(&mut share, resources, principals, sources, &invited);
                self.place(place).shares.insert(arn.clone(), share);
                self.made.insert(*id, arn.clone());
                self.replays.insert(tokens.nth(n), arn);
            }
            Step::UpdateResourceShare { share, name, allow_external_principals } => {
                let share = self.share(place, share);
                share.name = name.clone().unwrap_or_else(|| share.name.clone());
                share.allow_external_principals =
                    allow_external_principals.unwrap_or(share.allow_external_principals);
            }
            Step::AssociateResourceShare { share, resources, principals, sources } => {
                let size = resources.len() + principals.len() + sources.len();
                assert!((1..=BATCH).contains(&size));
                let invited = self.invited.clone();
                associate(self.share(place, share), resources, principals, sources, &invited);
            }
            Step::DisassociateResourceShare { share, resources, principals, sources } => {
                let size = resources.len() + principals.len() + sources.len();
                assert!((1..=BATCH).contains(&size));
                let share = self.share(place, share);
                share.resources.retain(|key, _| !resources.contains(key));
                share.principals.retain(|key, _| !principals.contains(key));
                share.sources.retain(|key, _| !sources.contains(key));
            }
            Step::AssociateResourceSharePermission { share, permission, replace } => {
                let attached = self.attachment(place, permission);
                let share = self.share(place, share);
                let has = share.permissions.contains_key(&tgw_type());
                assert_eq!(has, *replace, "replace is for a type that has a permission");
                assert!(has || share.resources.is_empty(), "a permission comes before its resources");
                share.permissions.insert(tgw_type(), attached);
            }
            Step::DisassociateResourceSharePermission { share, permission } => {
                let share = self.share(place, share);
                assert!(share.resources.is_empty(), "its resources leave first");
                share.permissions.retain(|_, attached| attached.arn != *permission);
            }
            Step::TagResource { share, tags } => self.share(place, share).tags.extend(tags.clone()),
            Step::RecordApplied { share, record } => {
                let share = self.share(place, share);
                share.tags.insert(TAG_APPLIED.to_owned(), record.bound(&share.arn));
            }
            Step::UntagResource { share, keys } => {
                self.share(place, share).tags.retain(|key, _| !keys.contains(key));
            }
            Step::CreatePermission { .. }
            | Step::CreatePermissionVersion { .. }
            | Step::SetDefaultPermissionVersion { .. }
            | Step::DeletePermissionVersion { .. }
            | Step::DeletePermission { .. }
            | Step::PromotePermissionCreatedFromPolicy { .. }
            | Step::TagPermission { .. }
            | Step::UntagPermission { .. }
            | Step::PromoteResourceShareCreatedFromPolicy { .. } => {
                panic!("a write to a place that was not read: {place}")
            }
            Step::DeleteResourceShare { share } => {
                let place = self.place(place);
                if let Some(gone) = place.shares.remove(share) {
                    place.deleted.insert(gone.arn, gone.tags);
                }
            }
            Step::AcceptResourceShareInvitation { share, sender } => {
                let owner = Place { account: sender.clone(), region: place.region.clone() };
                let consumer = place.clone();
                let share = self.share(&owner, share);
                for (principal, association) in &mut share.principals {
                    if principal.account().as_ref() == Some(&consumer.account) {
                        association.status = AssociationStatus::Associated;
                    }
                }
                assert!(self.live.received.contains_key(&consumer), "an invitation was accepted unseen");
            }
            Step::RejectResourceShareInvitation { .. } | Step::LeaveResourceShare { .. } => {
                panic!("no inbound block is planned for here")
            }
        }
    }

    fn attachment(&mut self, place: &Place, arn: &PermissionArn) -> AttachedPermission {
        simulator_permissions::attachment(self.place(place), arn)
    }

    fn place(&mut self, place: &Place) -> &mut LivePlace {
        match self.live.places.get_mut(place) {
            Some(Observed::Known(place)) => place,
            other => panic!("a write to a place that was not read: {other:?}"),
        }
    }

    fn share(&mut self, place: &Place, share: &ShareRef) -> &mut LiveShare {
        let arn = match share {
            ShareRef::Known(arn) => arn.clone(),
            ShareRef::CreatedBy(id) => self.made[id].clone(),
        };
        self.place(place).shares.get_mut(&arn).expect("the share is there")
    }

    /// Everything that anybody can use through shares of the stack.
    pub fn grants(&self) -> BTreeSet<Grant> {
        grants(&self.live)
    }
}

/// Lets every account whose view is read see what it has access to.
pub(crate) fn show(live: &mut LiveState) {
    let LiveState { places, received, sweep: _ } = live;
    for (consumer, view) in received {
        let Observed::Known(view) = view else { continue };
        let shares = places.values().filter_map(Observed::known).flat_map(|place| place.shares.values());
        let seen = shares.filter(|share| {
            share.arn.arn().region() == consumer.region.as_str()
                && share.principals.iter().any(|(principal, association)| {
                    association.status == AssociationStatus::Associated
                        && principal.account().as_ref() == Some(&consumer.account)
                })
        });
        view.shares = seen
            .map(|share| {
                let owner = share.arn.arn().account_id().expect("a share has an owner");
                let types = ReceivedTypes::NotAsked;
                (share.arn.clone(), ReceivedShare { name: share.name.clone(), owner, types })
            })
            .collect();
    }
}

pub(crate) fn grants(live: &LiveState) -> BTreeSet<Grant> {
    let mut out = BTreeSet::new();
    for place in live.places.values().filter_map(Observed::known) {
        let works = |status: &AssociationStatus| *status == AssociationStatus::Associated;
        let of_stack = |share: &&LiveShare| {
            share.status == ShareStatus::Active && share.tags.contains_key(crate::model::TAG_STACK)
        };
        for share in place.shares.values().filter(of_stack) {
            let principals = share.principals.iter().filter(|(_, a)| works(&a.status));
            for (principal, _) in principals {
                for (resource, _) in share.resources.iter().filter(|(_, a)| works(&a.status)) {
                    let actions = may(place, &share.permissions[&tgw_type()]);
                    out.extend(actions.into_iter().map(|one| (principal.clone(), resource.clone(), one)));
                }
            }
        }
    }
    out
}

fn may(place: &LivePlace, attached: &AttachedPermission) -> Vec<String> {
    if attached.arn.is_aws_managed() {
        return vec![attached.arn.to_string()];
    }
    let policy = simulator_permissions::policy(place, &attached.arn, &attached.version);
    policy.expect("an attached version is there").actions().map(ToString::to_string).collect()
}

fn associate(
    share: &mut LiveShare,
    resources: &[ResourceArn],
    principals: &[Principal],
    sources: &[String],
    invited: &BTreeSet<AccountId>,
) {
    for resource in resources {
        let default = || attached(&permission("AWSRAMDefaultPermissionTransitGateway"));
        share.permissions.entry(tgw_type()).or_insert_with(default);
        share.resources.insert(resource.clone(), associated());
    }
    for principal in principals {
        let waits = principal.account().is_some_and(|account| invited.contains(&account));
        let status = if waits { AssociationStatus::Associating } else { AssociationStatus::Associated };
        share.principals.insert(principal.clone(), association(status));
    }
    for source in sources {
        share.sources.insert(source.clone(), associated());
    }
}
