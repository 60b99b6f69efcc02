//! A tiny RAM for tests: carries out steps on a live state at once, and refuses what RAM refuses.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use uuid::Uuid;

use crate::diff::fixture::{associated, attached, permission, share_arn, tgw_type};
use crate::live::{AttachedPermission, LivePlace, LiveShare, LiveState};
use crate::model::{
    AssociationStatus, FeatureSet, Observed, PermissionArn, Place, Principal, ResourceArn, ShareArn,
    ShareStatus,
};
use crate::org::SharingState;
use crate::plan::chain::BATCH;
use crate::plan::simulator_permissions;
use crate::plan::step::{PlannedStep, ShareRef, Step, StepId};

pub(crate) struct Simulator {
    pub live: LiveState,
    pub sharing: SharingState,
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
            made: BTreeMap::new(),
            replays: BTreeMap::new(),
            next: 100,
        }
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
        let PlannedStep { id, needs: _, place, address: _, token, step } = planned;
        if simulator_permissions::carry_out(&mut self.live, place, step).is_some() {
            return;
        }
        match step {
            Step::EnableSharingWithAwsOrganization | Step::CreateServiceLinkedRole => {
                self.sharing = SharingState::Enabled;
            }
            Step::CreateResourceShare {
                name,
                allow_external_principals,
                retain_sharing,
                tags,
                permissions,
                resources,
                principals,
                sources,
            } => {
                if let Some(arn) = self.replays.get(token).cloned() {
                    assert!(
                        self.place(place).shares.contains_key(&arn),
                        "a token of a deleted share was sent again"
                    );
                    self.made.insert(*id, arn.clone());
                    return;
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
                associate(&mut share, resources, principals, sources);
                self.place(place).shares.insert(arn.clone(), share);
                self.made.insert(*id, arn.clone());
                self.replays.insert(*token, arn);
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
                associate(self.share(place, share), resources, principals, sources);
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
            Step::DisassociateResourceSharePermission { .. } => panic!("never planned"),
            Step::TagResource { share, tags } => self.share(place, share).tags.extend(tags.clone()),
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

fn associate(share: &mut LiveShare, resources: &[ResourceArn], principals: &[Principal], sources: &[String]) {
    for resource in resources {
        let default = || attached(&permission("AWSRAMDefaultPermissionTransitGateway"));
        share.permissions.entry(tgw_type()).or_insert_with(default);
        share.resources.insert(resource.clone(), associated());
    }
    for principal in principals {
        share.principals.insert(principal.clone(), associated());
    }
    for source in sources {
        share.sources.insert(source.clone(), associated());
    }
}
