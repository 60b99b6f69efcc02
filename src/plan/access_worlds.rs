//! Generated companies: shares of several accounts, of this stack, of another one and of nobody, for accounts, roles, users, units, the
//! organization and services, with permissions that have actions and conditions in common.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::{Index, subsequence};

use crate::desired::{
    DesiredGraph, DesiredPermission, DesiredShare, IgnorableAttribute, Lifecycle, ManagedPermission,
};
use crate::diff::fixture::*;
use crate::live::{AttachedPermission, LivePlace, LiveShare, LiveState};
use crate::model::{
    Action, Address, BlockKind, Conditions, Observed, PermissionArn, PermissionPolicy, Place, Principal,
    ResourceArn, TAG_STACK, Tags,
};
use crate::plan::laws::{accounts, look, planned};
use crate::plan::simulator::Simulator;
use crate::plan::simulator_permissions as permissions;

/// Another account that shares.
const OTHER: &str = "555555555555";

/// The keys that conditions ask for; each asks for one value.
pub(crate) const KEYS: [&str; 2] = ["aws:principaltag/team", "aws:principaltag/unit"];

const SERVICES: [&str; 2] = ["one.amazonaws.com", "two.amazonaws.com"];

fn own(name: &str) -> PermissionArn {
    let at = hub();
    PermissionArn::parse(&format!("arn:aws:ram:{}:{}:permission/{name}", at.region, at.account)).unwrap()
}

prop_compose! {
    fn a_permission(label: &'static str)(
        actions in subsequence(vec!["ec2:A", "ec2:B", "ec2:C", "ec2:X"], 1..=3),
        keys in prop_oneof![3 => Just(Vec::new()), 2 => subsequence(KEYS.to_vec(), 1..=2)],
    ) -> ManagedPermission {
        let equals = |key: &str| (("StringEquals".to_owned(), key.to_owned()), ["net".to_owned()].into());
        let conditions: Conditions = keys.into_iter().map(equals).collect();
        ManagedPermission {
            address: Address { kind: BlockKind::Permission, label: label.to_owned(), key: None },
            span: sources().1,
            place: hub(),
            arn: own(label),
            resource_type: tgw_type(),
            policy: PermissionPolicy::new(actions.into_iter().map(Action::read), conditions),
            tags: Tags::new(),
            lifecycle: Lifecycle::default(),
        }
    }
}

fn a_principal() -> Vec<Principal> {
    vec![
        principal("333333333333"),
        principal("444444444444"),
        principal("arn:aws:iam::333333333333:role/deploy"),
        principal("arn:aws:iam::444444444444:user/ann"),
        principal("arn:aws:iam::111111111111:role/audit"),
        ou("d"),
        ou("w"),
        ou("i"),
        whole_organization(),
    ]
}

/// AWS's default, by its name or unnamed, one of AWS's others, or one of the stack's.
#[derive(Clone, Copy, Debug)]
enum Uses {
    Unnamed,
    Aws(&'static str),
    Own(&'static str),
}

prop_compose! {
    fn a_share(label: &'static str)(
        resources in subsequence(vec![1u32, 2, 3], 0..=3),
        people in subsequence(a_principal(), 0..=3),
        services in subsequence(SERVICES.to_vec(), 1..=2),
        with_services in prop::bool::weighted(0.3),
        sources in subsequence(vec!["333333333333", "444444444444"], 0..=2),
        uses in prop::sample::select(vec![
            Uses::Unnamed,
            Uses::Aws("AWSRAMDefaultPermissionTransitGateway"),
            Uses::Aws("X"),
            Uses::Own("p"),
            Uses::Own("q"),
            Uses::Own("q"),
        ]),
        retain in prop::bool::weighted(0.15),
        ignores in prop::bool::weighted(0.15),
        at in prop::sample::select(vec![hub(), hub(), hub(), place(HUB, "us-east-1"), place(OTHER, "eu-central-1")]),
    ) -> (DesiredShare, Uses) {
        let mut share = desired_share(label);
        share.place = at;
        share.retain_sharing = retain;
        if ignores {
            share.lifecycle.ignore_changes.insert(IgnorableAttribute::Permissions);
        }
        // What an account shares is its own.
        let owned = |n| {
            let arn = tgw(n).as_str().replace(HUB, share.place.account.as_str());
            ResourceArn::parse(&arn).unwrap()
        };
        share.resources = resources.into_iter().map(|n| (owned(n), Some(tgw_type()))).collect();
        // RAM takes services with no other principals beside them.
        share.principals = if with_services {
            share.sources = sources.into_iter().map(str::to_owned).collect();
            services.into_iter().map(|name| as_written(principal(name))).collect()
        } else {
            people.into_iter().map(as_written).collect()
        };
        (share, uses)
    }
}

/// Names a permission that is there: the stack's own are in the hub alone.
fn naming(share: &mut DesiredShare, uses: Uses, made: &[ManagedPermission]) {
    let arn = match uses {
        Uses::Unnamed => return,
        Uses::Aws(name) => permission(name),
        Uses::Own(name) => match made.iter().find(|one| one.address.label == name) {
            Some(one) if share.place == hub() => one.arn.clone(),
            _ => return,
        },
    };
    let latest = matches!(uses, Uses::Own(_));
    share.permissions = [(tgw_type(), DesiredPermission { arn, span: sources().1, latest })].into();
}

prop_compose! {
    fn a_stack()(
        made in (prop::option::of(a_permission("p")), prop::option::weighted(0.9, a_permission("q"))),
        shares in (
            prop::option::weighted(0.8, a_share("one")),
            prop::option::weighted(0.8, a_share("two")),
            prop::option::of(a_share("three")),
        ),
    ) -> DesiredGraph {
        let made: Vec<ManagedPermission> = [made.0, made.1].into_iter().flatten().collect();
        let shares = [shares.0, shares.1, shares.2].into_iter().flatten().map(|(mut share, uses)| {
            naming(&mut share, uses, &made);
            share
        });
        let mut graph = stack(shares);
        graph.places.insert(place(OTHER, "eu-central-1"));
        graph.reached.extend(accounts());
        graph.permissions = made.into_iter().map(|one| (one.address.clone(), one)).collect();
        graph
    }
}

/// A share that is not the stack's: who may have made it, and which version of a permission it has.
type Foreign = ((DesiredShare, Uses), bool, Index);

fn foreign(read: &LivePlace, n: u32, ((share, uses), of_a_stack, pick): &Foreign) -> LiveShare {
    let mut one = live_share(share, n);
    one.arn = share_arn(&share.place, n);
    one.tags = Tags::new();
    if *of_a_stack {
        one.tags.insert(TAG_STACK.to_owned(), "another".to_owned());
    }
    let attached = match uses {
        Uses::Unnamed => return one,
        Uses::Aws(name) => attached(&permission(name)),
        Uses::Own(name) => {
            let there = read.customer_permissions.iter().any(|row| row.arn == own(name));
            if !there {
                return one;
            }
            let (all, default) = permissions::versions(read, &own(name));
            let version = pick.get(&all).clone();
            AttachedPermission { default_version: version == default, version, ..attached(&own(name)) }
        }
    };
    one.permissions = [(tgw_type(), attached)].into();
    one
}

/// A stack, and what earlier forms of it and others left in AWS.
pub(crate) fn a_world() -> impl Strategy<Value = (DesiredGraph, LiveState)> {
    let others = prop::collection::vec((a_share("hand"), any::<bool>(), any::<Index>()), 0..3);
    (a_stack(), a_stack(), a_stack(), others).prop_map(|(first, second, graph, others)| {
        let mut empty = live([]);
        let read = LivePlace { readings: aws_readings(), ..LivePlace::default() };
        empty.places.insert(place(OTHER, "eu-central-1"), Observed::Known(read));
        look(&mut empty);
        let mut sim = Simulator::new(empty).numbered_from(500);
        for graph in [first, second] {
            let (_, plan) = planned(&graph, &sim.live);
            sim.run(plan.steps());
            sim.next_plan();
        }
        let mut live = sim.live;
        for (n, other) in (900..).zip(&others) {
            let at: &Place = &other.0.0.place;
            let Some(Observed::Known(read)) = live.places.get_mut(at) else { unreachable!() };
            let share = foreign(read, n, other);
            read.shares.insert(share.arn.clone(), share);
        }
        look(&mut live);
        (graph, live)
    })
}

/// Which of the keys of conditions somebody has.
pub(crate) fn contexts() -> Vec<BTreeSet<&'static str>> {
    let all = 0..1usize << KEYS.len();
    all.map(|set| {
        KEYS.into_iter().enumerate().filter(|(n, _)| set >> n & 1 == 1).map(|(_, key)| key).collect()
    })
    .collect()
}
