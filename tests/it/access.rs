//! Who may do what with which resource, as the shares in a sandbox give it at one moment.

use std::collections::{BTreeMap, BTreeSet};

use aws_config::Region;
use aws_sdk_ram::Client;
use aws_sdk_ram::types::ResourceOwner;
use ramctl::catalog::type_of;
use ramctl::live::LiveShare;
use ramctl::model::{AssociationStatus, Observed, Place, ShareStatus};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::edge::{ROLE, connect, read_places};
use crate::served::World;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Grant {
    pub principal: String,
    pub resource: String,
    pub action: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Access {
    /// What is on its way to the shares or from them counts: nobody has more.
    pub most: BTreeSet<Grant>,
    /// It does not count: nobody has less.
    pub least: BTreeSet<Grant>,
}

/// The actions of each version of a permission, which never change.
#[derive(Default)]
pub(crate) struct Actions(Mutex<BTreeMap<(String, String), Vec<String>>>);

impl Actions {
    async fn of(&self, world: &World, place: &Place, arn: &str, version: &str) -> Vec<String> {
        let key = (arn.to_owned(), version.to_owned());
        let mut known = self.0.lock().await;
        if let Some(actions) = known.get(&key) {
            return actions.clone();
        }
        let version = version.parse().expect("a number");
        let asked = ram(world, place).get_permission().permission_arn(arn).permission_version(version).send();
        let text = asked.await.expect("the permission is there").permission.and_then(|it| it.permission);
        let text: Value = serde_json::from_str(&text.expect("it has a text")).expect("JSON");
        let word = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned();
        let actions: Vec<String> = match &text["Action"] {
            Value::Array(actions) => actions.iter().map(word).collect(),
            one => vec![word(one)],
        };
        known.insert(key, actions.clone());
        actions
    }
}

/// RAM with the credentials of an account's own.
pub(crate) fn ram(world: &World, place: &Place) -> Client {
    let config = world.sdk(place.account.as_str(), "us-east-1").into_builder();
    Client::new(&config.region(Region::new(place.region.to_string())).build())
}

/// The shares of others that an account sees in a Region, with their names.
pub(crate) async fn received(world: &World, place: &Place) -> BTreeMap<String, String> {
    let client = ram(world, place);
    let shares = client.get_resource_shares().resource_owner(ResourceOwner::OtherAccounts).send();
    let shares = shares.await.expect("an account may see what it receives");
    let text = |text: Option<String>| text.expect("shares have one");
    let shares = shares.resource_shares.unwrap_or_default().into_iter();
    shares.map(|share| (text(share.resource_share_arn), text(share.name))).collect()
}

impl Access {
    /// What the shares of these places give. Of `strangers`, who are invited, only what they see is theirs for sure.
    pub(crate) async fn of(world: &World, places: &[Place], strangers: &[Place], actions: &Actions) -> Self {
        let cloud = connect(world.running(), ROLE).await;
        let live = read_places(&cloud, places).await;
        let mut accepted: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for stranger in strangers {
            let shares = received(world, stranger).await;
            accepted.entry(stranger.account.as_str()).or_default().extend(shares.into_keys());
        }
        let mut access = Self::default();
        for (place, observed) in live.places {
            let Observed::Known(live) = observed else { panic!("{place:?} cannot be read") };
            for share in live.shares.into_values() {
                access.add(world, &place, &share, &accepted, actions).await;
            }
        }
        access
    }

    async fn add(
        &mut self,
        world: &World,
        place: &Place,
        share: &LiveShare,
        accepted: &BTreeMap<&str, BTreeSet<String>>,
        actions: &Actions,
    ) {
        for (resource, on) in &share.resources {
            let facts = type_of(resource.arn()).expect("the types of these tests are known");
            let Some(permission) = share.permissions.get(&facts.code) else {
                assert_ne!(share.status, ShareStatus::Active, "{resource} is shared without a permission");
                continue;
            };
            let actions = actions.of(world, place, &permission.arn.to_string(), &permission.version).await;
            for (principal, to) in &share.principals {
                let grants = || {
                    actions.iter().map(|action| Grant {
                        principal: principal.as_str().to_owned(),
                        resource: resource.to_string(),
                        action: action.clone(),
                    })
                };
                if [on, to].iter().all(|it| it.status != AssociationStatus::Failed) {
                    self.most.extend(grants());
                }
                let settled = [on, to].iter().all(|it| it.status == AssociationStatus::Associated);
                let seen =
                    accepted.get(principal.as_str()).is_none_or(|shares| shares.contains(share.arn.as_str()));
                if settled && seen && share.status == ShareStatus::Active {
                    self.least.extend(grants());
                }
            }
        }
    }
}
