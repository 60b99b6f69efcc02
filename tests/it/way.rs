//! The way of a stack from one set of files to another by the real binary: walked once with nothing in the way, and again with a run
//! killed at any write, or with an answer lost.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use ramctl::model::{FeatureSet, Place, Principal, ResourceArn, Tags};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::access::{Access, Actions, Grant, ram};
use crate::served::{Seen, World, finish};

/// Runs at a time, where many take the same way.
const AT_ONCE: usize = 4;
const PLAN: &str = "plan --detailed-exitcode";

/// What a way is taken with.
#[derive(Clone, Copy)]
pub(crate) struct Scene {
    pub seed: &'static str,
    /// What is agreed to, whatever of the way is left when a run begins.
    pub apply: &'static str,
    pub places: fn() -> Vec<Place>,
}

/// A customer managed permission as a person would compare it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeenPermission {
    pub arn: String,
    pub resource_type: String,
    pub feature_set: FeatureSet,
    /// The default version.
    pub version: String,
    pub tags: Tags,
    /// The policies of all versions, by number.
    pub policies: BTreeMap<String, Value>,
}

/// Everything that a run can leave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct End {
    pub shares: Vec<Seen>,
    pub permissions: Vec<SeenPermission>,
    pub grants: BTreeSet<(ResourceArn, Principal)>,
}

pub(crate) struct Way {
    scene: Scene,
    /// Everything as it is before, the files of the end beside it: to be copied.
    start: TempDir,
    files: String,
    before: BTreeSet<Grant>,
    after: BTreeSet<Grant>,
    actions: Actions,
    pub end: End,
    /// Calls that change something.
    pub writes: u64,
}

/// A write that takes long, after so many others.
pub(crate) fn slow(after: u64) -> Value {
    json!({"action": "*", "effect": "slow", "ms": 20_000, "writes": true, "after": after, "times": 1})
}

/// Counts calls that change something, and lets them all pass.
fn counting() -> Value {
    json!({"action": "*", "effect": "slow", "ms": 0, "writes": true})
}

impl Way {
    /// The way from what is in a world to what these files say.
    pub(crate) async fn walk(scene: Scene, world: World, files: String) -> Self {
        let actions = Actions::default();
        let before = Access::of(&world, &(scene.places)(), &[], &actions).await.most;
        let start = world.shut_down().await;
        let mut way = Self {
            scene,
            start,
            files,
            after: BTreeSet::new(),
            before,
            actions,
            end: End::default(),
            writes: 0,
        };
        let world = way.begin().await;
        world.set_faults(json!([counting()])).await;
        world.run(scene.apply).await.exits(0);
        way.writes = world.met().await;
        world.run(PLAN).await.exits(0);
        (way.after, way.end) = (way.allowed(&world).await, way.seen(&world).await);
        assert_ne!(way.before, way.after);
        way
    }

    /// The world before, with the files of the end.
    pub(crate) async fn begin(&self) -> World {
        let world = World::copy(self.start.path(), self.scene.seed).await;
        world.write("stack.ram.hcl", &self.files);
        world
    }

    pub(crate) async fn seen(&self, world: &World) -> End {
        let places = (self.scene.places)();
        let mut all = Vec::new();
        for place in &places {
            all.extend(permissions(world, place).await);
        }
        let (shares, grants) = (world.shares(&places).await, world.grants(&places).await);
        End { shares, permissions: all, grants }
    }

    /// Nobody may do what neither side allows.
    pub(crate) async fn hold_nothing_leaked(&self, world: &World, when: &str) {
        for one in self.allowed(world).await {
            assert!(self.before.contains(&one) || self.after.contains(&one), "{when}: {one:?}");
        }
    }

    async fn allowed(&self, world: &World) -> BTreeSet<Grant> {
        Access::of(world, &(self.scene.places)(), &[], &self.actions).await.most
    }

    /// The next run ends where the one ended that nothing was in the way of.
    pub(crate) async fn hold_it_converges(&self, world: &World, when: &str) {
        self.hold_nothing_leaked(world, when).await;
        world.run(self.scene.apply).await.exits(0);
        self.hold_it_is_done(world, when).await;
    }

    pub(crate) async fn hold_it_is_done(&self, world: &World, when: &str) {
        world.run(PLAN).await.exits(0);
        assert_eq!(self.seen(world).await, self.end, "{when}");
    }

    /// Kills an apply as its n-th call that changes something is under way. With `done`, AWS carries that call out.
    async fn kill_at(&self, call: u64, done: bool) {
        let when = format!("killed at write {call}, which was {}", if done { "carried out" } else { "not" });
        let world = self.begin().await;
        kill(&world, self.scene.apply, call, done, &when).await;
        self.hold_it_converges(&world, &when).await;
    }

    /// Kills a run at each of its writes, carried out and not.
    pub(crate) async fn kill_everywhere(&self) {
        let cases = (0..self.writes).flat_map(|call| [(call, true), (call, false)]);
        let runs = stream::iter(cases).map(|(call, done)| self.kill_at(call, done));
        runs.buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
    }

    /// Loses the answer to each write in its turn; the very run finishes, and does nothing twice.
    pub(crate) async fn lose_each_answer(&self) {
        let lose = |call: u64| async move {
            let world = self.begin().await;
            let lost = json!({
                "action": "*", "effect": "lose_response", "writes": true, "after": call, "times": 1,
            });
            world.set_faults(json!([lost])).await;
            world.run(self.scene.apply).await.exits(0);
            assert!(world.met().await > call, "the fault struck");
            world.set_faults(json!([])).await;
            self.hold_it_is_done(&world, &format!("the answer to write {call} was lost")).await;
        };
        stream::iter((0..self.writes).map(lose)).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
    }
}

/// Kills a run as its n-th call that changes something is under way. With `done`, AWS carries that call out.
pub(crate) async fn kill(world: &World, words: &str, call: u64, done: bool, when: &str) {
    let mut faults = vec![slow(call)];
    if !done {
        let refused = json!({"action": "*", "effect": "error", "writes": true, "after": call, "times": 1});
        faults.push(refused);
    }
    world.set_faults(json!(faults)).await;
    let mut child = world.spawn(words);
    while world.met().await <= call {
        let ended = child.try_wait().expect("the run can be asked");
        assert!(ended.is_none(), "{when}: the run ended with {ended:?} before that call");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().expect("the run can be killed");
    assert_eq!(finish(child).await.code, None, "a signal ended it");
    world.set_faults(json!([])).await;
}

/// The customer managed permissions of a place, but for those that are listed as deleted.
pub(crate) async fn permissions(world: &World, place: &Place) -> Vec<SeenPermission> {
    let client = ram(world, place);
    let mut seen = Vec::new();
    for row in world.live(place).await.customer_permissions {
        if row.status.starts_with("DELET") {
            continue;
        }
        let versions = client.list_permission_versions().permission_arn(row.arn.to_string()).send().await;
        let mut policies = BTreeMap::new();
        for version in versions.expect("the permission is there").permissions() {
            let number = version.version().expect("versions are numbered").to_owned();
            let asked = client.get_permission().permission_arn(row.arn.to_string());
            let found = asked.permission_version(number.parse().expect("a number")).send().await;
            let found = found.expect("the version is there");
            let text = found.permission().and_then(|it| it.permission()).expect("it has a policy");
            policies.insert(number, serde_json::from_str(text).expect("a policy is JSON"));
        }
        seen.push(SeenPermission {
            arn: row.arn.to_string(),
            resource_type: row.resource_type.to_string(),
            feature_set: row.feature_set,
            version: row.version,
            tags: row.tags,
            policies,
        });
    }
    seen.sort_by(|a, b| a.arn.cmp(&b.arn));
    seen
}
