//! Laws of stacks with customer managed permissions: generated policies, versions that hands moved, shares left behind.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::subsequence;

use crate::desired::{DesiredGraph, DesiredPermission, DesiredShare, Lifecycle, ManagedPermission};
use crate::diff::fixture::*;
use crate::diff::{PermissionDiff, PermissionVerdict, Verdict, destroy, proven_permission};
use crate::live::{CustomerPermissionRow, LivePlace, LiveState};
use crate::model::{
    Action, Address, BlockKind, Conditions, Observed, PermissionArn, PermissionPolicy, TAG_APPLIED, TAG_STACK,
};
use crate::plan::laws::{a_share, accounts, cut_short, look, planned, some_order};
use crate::plan::simulator::{Grant, Simulator, grants};
use crate::plan::{plan, simulator_permissions as permissions};

fn own(name: &str) -> PermissionArn {
    let at = hub();
    PermissionArn::parse(&format!("arn:aws:ram:{}:{}:permission/{name}", at.region, at.account)).unwrap()
}

fn policy(actions: &[&str]) -> PermissionPolicy {
    PermissionPolicy::new(actions.iter().map(|action| Action::read(action)), Conditions::new())
}

fn managed(label: &str, actions: &[&str]) -> ManagedPermission {
    ManagedPermission {
        address: Address { kind: BlockKind::Permission, label: label.to_owned(), key: None },
        span: sources().1,
        place: hub(),
        arn: own(label),
        resource_type: tgw_type(),
        policy: policy(actions),
        tags: [("team".to_owned(), "network".to_owned())].into(),
        lifecycle: Lifecycle::default(),
    }
}

fn some_actions() -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(vec!["ec2:A", "ec2:B", "ec2:C"], 1..=3)
}

prop_compose! {
    /// Two permissions at most, and two shares that use one of them, or none.
    pub(crate) fn a_stack()(
        p in prop::option::of(some_actions()),
        q in prop::option::of(some_actions()),
        shares in (prop::option::of(a_share("one")), prop::option::of(a_share("two"))),
        uses in prop::collection::vec(prop::option::of(any::<bool>()), 2),
        bare in prop::collection::vec(prop::bool::weighted(0.2), 2),
    ) -> DesiredGraph {
        let made: Vec<ManagedPermission> = [p.map(|a| managed("p", &a)), q.map(|a| managed("q", &a))]
            .into_iter()
            .flatten()
            .collect();
        let shares = [shares.0, shares.1].into_iter().zip(uses).zip(bare).filter_map(|((share, uses), bare)| {
            let mut share: DesiredShare = share?;
            share.place = hub();
            let used = uses.and_then(|first| if first { made.first() } else { made.last() });
            // AWS's default by its name, so that nobody keeps a permission that leaves the files.
            let arn = used.map_or_else(|| permission("AWSRAMDefaultPermissionTransitGateway"), |one| one.arn.clone());
            let latest = used.is_some();
            share.permissions = [(tgw_type(), DesiredPermission { arn, span: sources().1, latest })].into();
            if bare {
                // No resource of the type, and no word of its permission.
                share.resources.clear();
                share.permissions.clear();
            }
            Some(share)
        });
        let mut graph = stack(shares);
        graph.reached.extend(accounts());
        graph.permissions = made.iter().map(|one| (one.address.clone(), one.clone())).collect();
        graph
    }
}

/// What hands and crashes do to a permission.
#[derive(Clone, Copy, Debug)]
enum Mishap {
    None,
    /// Versions were added by hand until there were five.
    Crowded,
    /// The oldest version was made the default.
    OldDefault,
    LostRecord,
    /// The tags of the first were copied to a permission of somebody else.
    CopiedTags,
    /// A share that is not the stack's has the oldest version.
    Held,
    /// A share of the stack was left on the oldest version.
    LeftBehind,
}

fn a_mishap() -> impl Strategy<Value = Vec<Mishap>> {
    let one = prop::sample::select(vec![
        Mishap::None,
        Mishap::Crowded,
        Mishap::Crowded,
        Mishap::OldDefault,
        Mishap::LostRecord,
        Mishap::CopiedTags,
        Mishap::Held,
        Mishap::LeftBehind,
    ]);
    prop::collection::vec(one, 0..=3)
}

fn strike(place: &mut LivePlace, mishap: Mishap) {
    let Some(arn) = place.customer_permissions.first().map(|row| row.arn.clone()) else { return };
    let (all, default) = permissions::versions(place, &arn);
    match mishap {
        Mishap::None => {}
        Mishap::Crowded => {
            for actions in [["ec2:A", "ec2:X"], ["ec2:B", "ec2:Y"], ["ec2:C", "ec2:X"], ["ec2:A", "ec2:Y"]] {
                if permissions::versions(place, &arn).0.len() < 5 {
                    permissions::add_version(place, &arn, &policy(&actions));
                }
            }
            permissions::set_default(place, &arn, &default);
        }
        Mishap::OldDefault => permissions::set_default(place, &arn, &all[0]),
        Mishap::LostRecord => drop(place.customer_permissions[0].tags.remove(TAG_APPLIED)),
        Mishap::CopiedTags => {
            let tags = place.customer_permissions[0].tags.clone();
            if place.customer_permissions.iter().all(|row| row.arn != own("foreign")) {
                permissions::make(place, &own("foreign"), &tgw_type(), &policy(&["ec2:A"]), &tags);
            }
        }
        Mishap::Held | Mishap::LeftBehind => {
            let mut share = live_share(&desired_share("foreign"), 77);
            if matches!(mishap, Mishap::Held) {
                share.tags.clear();
            } else if let Some(mine) = place
                .shares
                .values()
                .find(|share| share.permissions.get(&tgw_type()).is_some_and(|one| one.arn == arn))
            {
                share = mine.clone();
            } else {
                return;
            }
            let mut attached = permissions::attachment(place, &arn);
            all[0].clone_into(&mut attached.version);
            attached.default_version = all[0] == default;
            share.permissions.insert(tgw_type(), attached);
            place.shares.insert(share.arn.clone(), share);
        }
    }
}

/// What an earlier form of the stack left, and what has happened to it since.
pub(crate) fn a_live_state() -> impl Strategy<Value = LiveState> {
    (a_stack(), a_stack(), a_mishap()).prop_map(|(first, second, mishaps)| {
        let mut empty = live([]);
        look(&mut empty);
        let mut sim = Simulator::new(empty).numbered_from(500);
        for graph in [first, second] {
            let (_, plan) = planned(&graph, &sim.live);
            sim.run(plan.steps());
            sim.next_plan();
        }
        let mut live = sim.live;
        let Some(Observed::Known(place)) = live.places.get_mut(&hub()) else { unreachable!() };
        mishaps.into_iter().for_each(|mishap| strike(place, mishap));
        live
    })
}

/// Whether a permission proves to be the stack's.
fn is_own(row: &CustomerPermissionRow) -> bool {
    proven_permission("network", &row.tags, &row.arn).is_some_and(|proof| proof.is_ok())
}

/// What is not blocked is in sync.
pub(crate) fn assert_settled(graph: &DesiredGraph, sim: &Simulator) {
    let (diff, plan) = planned(graph, &sim.live);
    assert!(plan.is_empty(), "steps are left: {:#?}", plan.steps());
    if plan.counts().blocked == 0 {
        assert!(diff.shares.iter().all(|share| matches!(share.verdict, Verdict::InSync { .. })));
        let own = || {
            diff.permissions.iter().filter(|one| !matches!(one.verdict, PermissionVerdict::Unproven { .. }))
        };
        assert!(own().all(|one| matches!(one.verdict, PermissionVerdict::InSync { .. })));
        assert_eq!(own().count(), graph.permissions.len(), "one permission per block");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn plan_then_apply_then_plan_is_empty_with_permissions(graph in a_stack(), live in a_live_state()) {
        let (_, plan) = planned(&graph, &live);
        let mut sim = Simulator::new(live);
        sim.run(plan.steps());
        assert_settled(&graph, &sim);
    }

    #[test]
    fn any_prefix_in_any_order_planned_again_converges_with_permissions(
        graph in a_stack(),
        live in a_live_state(),
        choices in prop::collection::vec(any::<prop::sample::Index>(), 60),
        stop in any::<prop::sample::Index>(),
    ) {
        let (_, first) = planned(&graph, &live);
        let mut sim = Simulator::new(live);
        cut_short(&mut sim, &first, &choices, stop);
        let (_, second) = planned(&graph, &sim.live);
        sim.run(second.steps());
        assert_settled(&graph, &sim);
    }

    #[test]
    fn nobody_may_ever_do_more_than_before_or_after(
        graph in a_stack(),
        live in a_live_state(),
        choices in prop::collection::vec(any::<prop::sample::Index>(), 60),
    ) {
        let (_, plan) = planned(&graph, &live);
        let mut end = Simulator::new(live.clone());
        end.run(plan.steps());
        let allowed: BTreeSet<Grant> = grants(&live).into_iter().chain(end.grants()).collect();
        let mut sim = Simulator::new(live);
        for id in some_order(&plan, &choices) {
            sim.step(&plan.steps()[id.0 as usize]);
            let beyond: Vec<_> = sim.grants().difference(&allowed).cloned().collect();
            prop_assert!(beyond.is_empty(), "after step {id:?}: {beyond:?}");
        }
    }

    #[test]
    fn permissions_of_others_are_never_touched_whatever_tags_they_bear(graph in a_stack(), live in a_live_state()) {
        let others = |live: &LiveState| {
            let rows = live.places.values().filter_map(Observed::known).flat_map(|place| &place.customer_permissions);
            rows.filter(|row| !is_own(row)).cloned().collect::<Vec<_>>()
        };
        for compare in [crate::diff::diff, destroy] {
            let plan = plan(&compare(&graph, &live, &org()), &org());
            let mut sim = Simulator::new(live.clone());
            sim.run(plan.steps());
            prop_assert_eq!(others(&sim.live), others(&live));
        }
    }

    #[test]
    fn destroying_leaves_nothing_of_the_stacks_but_what_others_use(graph in a_stack(), live in a_live_state()) {
        let plan = plan(&destroy(&graph, &live, &org()), &org());
        let mut sim = Simulator::new(live);
        sim.run(plan.steps());
        let Some(Observed::Known(place)) = sim.live.places.get(&hub()) else { unreachable!() };
        prop_assert!(place.shares.values().all(|share| !share.tags.contains_key(TAG_STACK)));
        for row in &place.customer_permissions {
            let used = place.shares.values().flat_map(|share| share.permissions.values());
            prop_assert!(used.into_iter().any(|one| one.arn == row.arn) || !is_own(row), "{} is left", row.arn);
        }
    }

    #[test]
    fn what_was_not_read_of_a_permission_leads_to_no_change_of_it(graph in a_stack(), live in a_live_state()) {
        let mut live = live;
        let Some(Observed::Known(place)) = live.places.get_mut(&hub()) else { unreachable!() };
        for (key, answer) in &mut place.readings.policies {
            if !key.0.is_aws_managed() {
                *answer = Observed::Unknown(gap());
            }
        }
        let unread: BTreeSet<PermissionArn> =
            place.customer_permissions.iter().map(|row| row.arn.clone()).collect();
        let (diff, plan) = planned(&graph, &live);
        let declared: BTreeSet<&PermissionArn> = graph.permissions.values().map(|one| &one.arn).collect();
        let had = |one: &&PermissionDiff| !matches!(one.verdict, PermissionVerdict::NotHad { .. });
        let read = diff.permissions.iter().filter(had);
        for one in read.filter(|one| declared.contains(one.arn()) && unread.contains(one.arn())) {
            let is_unread = matches!(one.verdict, PermissionVerdict::Unread { .. });
            prop_assert!(is_unread);
            prop_assert!(!plan.is_complete());
            prop_assert!(plan.steps().iter().all(|step| step.address.as_ref() != Some(&one.address)));
        }
    }
}
