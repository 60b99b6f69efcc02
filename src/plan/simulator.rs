//! A tiny RAM for tests: carries out steps on a live state at once, and refuses what RAM refuses.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use uuid::Uuid;

use crate::diff::fixture::{associated, attached, permission, share_arn, tgw_type};
use crate::live::{LivePlace, LiveShare, LiveState};
use crate::model::{
    AssociationStatus, FeatureSet, Observed, PermissionArn, Place, Principal, ResourceArn, ShareArn,
    ShareStatus,
};
use crate::org::SharingState;
use crate::plan::chain::BATCH;
use crate::plan::step::{PlannedStep, ShareRef, Step, StepId};

pub(crate) struct Simulator {
    pub live: LiveState,
    pub sharing: SharingState,
    made: BTreeMap<StepId, ShareArn>,
    replays: BTreeMap<Uuid, ShareArn>,
    next: u32,
}

/// Somebody can use something with a permission.
pub(crate) type Grant = (Principal, ResourceArn, PermissionArn);

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

    pub fn run(&mut self, steps: &[PlannedStep]) {
        for step in steps {
            self.step(step);
        }
    }

    pub fn step(&mut self, planned: &PlannedStep) {
        let PlannedStep { id, needs: _, place, address: _, token, step } = planned;
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
                    permissions: permissions.iter().map(|arn| (tgw_type(), attached(arn))).collect(),
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
                let share = self.share(place, share);
                let has = share.permissions.contains_key(&tgw_type());
                assert_eq!(has, *replace, "replace is for a type that has a permission");
                assert!(has || share.resources.is_empty(), "a permission comes before its resources");
                share.permissions.insert(tgw_type(), attached(permission));
            }
            Step::DisassociateResourceSharePermission { .. } => panic!("never planned"),
            Step::TagResource { share, tags } => self.share(place, share).tags.extend(tags.clone()),
            Step::UntagResource { share, keys } => {
                self.share(place, share).tags.retain(|key, _| !keys.contains(key));
            }
            Step::DeleteResourceShare { share } => {
                let place = self.place(place);
                if let Some(gone) = place.shares.remove(share) {
                    place.deleted.insert(gone.arn, gone.tags);
                }
            }
        }
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
    let shares = live.places.values().filter_map(Observed::known).flat_map(|place| place.shares.values());
    shares
        .filter(|share| {
            share.status == ShareStatus::Active && share.tags.contains_key(crate::model::TAG_STACK)
        })
        .flat_map(|share| {
            let works = |status: &AssociationStatus| *status == AssociationStatus::Associated;
            let principals = share.principals.iter().filter(move |(_, a)| works(&a.status));
            principals.flat_map(move |(principal, _)| {
                let resources = share.resources.iter().filter(move |(_, a)| works(&a.status));
                resources.map(move |(resource, _)| {
                    (principal.clone(), resource.clone(), share.permissions[&tgw_type()].arn.clone())
                })
            })
        })
        .collect()
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
