//! Laws of adoption, renaming and release over generated stacks.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::desired::{DesiredGraph, Import, Move};
use crate::diff::fixture::*;
use crate::diff::{Verdict, diff};
use crate::live::{LiveShare, LiveState};
use crate::model::{Observed, TAG_ADDRESS, TAG_APPLIED, TAG_STACK};
use crate::plan::laws::{a_live_state, a_stack, assert_settled, look, planned, strangers};
use crate::plan::simulator::Simulator;
use crate::plan::step::Step;
use crate::plan::{Plan, plan};

/// What a stack asks for, applied.
fn applied(graph: &DesiredGraph) -> LiveState {
    let mut state = live([]);
    for (n, share) in (0..).zip(graph.shares.values()) {
        let Some(Observed::Known(found)) = state.places.get_mut(&share.place) else { unreachable!() };
        let share = live_share(share, n);
        found.shares.insert(share.arn.clone(), share);
    }
    look(&mut state);
    state
}

fn all_shares(state: &mut LiveState) -> impl Iterator<Item = &mut LiveShare> {
    let known = state.places.values_mut().filter_map(|place| match place {
        Observed::Known(place) => Some(place),
        Observed::Unknown(_) => None,
    });
    known.flat_map(|place| place.shares.values_mut())
}

/// Everything on the shares but ramctl's tags.
fn without_our_tags(mut state: LiveState) -> LiveState {
    for share in all_shares(&mut state) {
        share.tags.retain(|key, _| !key.starts_with("ramctl:"));
    }
    state
}

fn only_tags(plan: &Plan) -> bool {
    let tags = |step: &Step| matches!(step, Step::TagResource { .. } | Step::UntagResource { .. });
    plan.steps().iter().all(|step| tags(&step.step))
}

/// Every share of the stack is imported from the live share of the same rank in its place.
fn import_all(graph: &mut DesiredGraph, state: &LiveState) {
    let mut taken = BTreeSet::new();
    for share in graph.shares.values_mut() {
        let Some(Observed::Known(found)) = state.places.get(&share.place) else { continue };
        let fits = |live: &&LiveShare| {
            live.status == crate::model::ShareStatus::Active && !taken.contains(&live.arn)
        };
        let Some(live) = found.shares.values().find(fits) else { continue };
        taken.insert(live.arn.clone());
        share.retain_sharing = live.retain_sharing;
        let import = Import { arn: live.arn.clone(), span: share.span };
        graph.identity.imports.insert(share.address.clone(), import);
    }
}

/// Every block gets another name; the way back stands in moved blocks.
fn rename_all(graph: &mut DesiredGraph) {
    for (address, mut share) in std::mem::take(&mut graph.shares) {
        share.address.label = format!("{}_renamed", address.label);
        graph.identity.moves.push(Move { from: address, to: share.address.clone() });
        graph.shares.insert(share.address.clone(), share);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn import_then_plan_is_empty(graph in a_stack(), live in a_live_state(), owner in prop::option::of("[xy]")) {
        let (mut graph, mut live) = (graph, live);
        for share in all_shares(&mut live) {
            for key in [TAG_STACK, TAG_ADDRESS, TAG_APPLIED] {
                share.tags.remove(key);
            }
            share.tags.extend(owner.iter().map(|owner| (TAG_STACK.to_owned(), owner.clone())));
        }
        import_all(&mut graph, &live);
        let (_, plan) = planned(&graph, &live);
        prop_assert!(plan.body().refusals.is_empty(), "{:?}", plan.body().refusals);
        prop_assert_eq!(plan.counts().import, graph.identity.imports.len());
        let mut sim = Simulator::inviting(live, strangers());
        sim.run(plan.steps());
        assert_settled(&graph, &sim);
        graph.identity.imports.clear();
        assert_settled(&graph, &sim);
    }

    #[test]
    fn an_import_cut_short_anywhere_converges(
        graph in a_stack(),
        live in a_live_state(),
        stop in any::<prop::sample::Index>(),
    ) {
        let (mut graph, live) = (graph, without_our_tags(live));
        import_all(&mut graph, &live);
        let (_, first) = planned(&graph, &live);
        let mut sim = Simulator::inviting(live, strangers());
        sim.run(&first.steps()[..stop.index(first.steps().len() + 1)]);
        sim.next_plan();
        let (_, second) = planned(&graph, &sim.live);
        sim.run(second.steps());
        assert_settled(&graph, &sim);
    }

    #[test]
    fn adopting_what_is_as_declared_changes_tags_only(graph in a_stack()) {
        let mut graph = graph;
        let live = without_our_tags(applied(&graph));
        import_all_alike(&mut graph);
        let (_, plan) = planned(&graph, &live);
        prop_assert!(only_tags(&plan), "{:#?}", plan.steps());
        prop_assert_eq!(plan.steps().len(), graph.shares.len(), "one call each");
        prop_assert!(plan.body().access.gain.is_empty() && plan.body().access.lose.is_empty());
        let mut sim = Simulator::inviting(live.clone(), strangers());
        sim.run(plan.steps());
        prop_assert_eq!(without_our_tags(sim.live.clone()), live);
        assert_settled(&graph, &sim);
    }

    #[test]
    fn moved_then_plan_is_empty_and_nobodys_access_changes(graph in a_stack()) {
        let mut graph = graph;
        let live = applied(&graph);
        rename_all(&mut graph);
        let (_, plan) = planned(&graph, &live);
        prop_assert!(only_tags(&plan), "{:#?}", plan.steps());
        prop_assert_eq!(plan.counts().moved, graph.shares.len());
        prop_assert!(plan.body().access.gain.is_empty() && plan.body().access.lose.is_empty());
        let mut sim = Simulator::inviting(live.clone(), strangers());
        sim.run(plan.steps());
        prop_assert_eq!(without_our_tags(sim.live.clone()), without_our_tags(live));
        assert_settled(&graph, &sim);
        graph.identity.moves.clear();
        assert_settled(&graph, &sim);
    }

    #[test]
    fn moved_over_whatever_was_left_then_plan_is_empty(graph in a_stack(), live in a_live_state()) {
        let mut graph = graph;
        rename_all(&mut graph);
        let (_, plan) = planned(&graph, &live);
        let mut sim = Simulator::inviting(live, strangers());
        sim.run(plan.steps());
        assert_settled(&graph, &sim);
    }

    #[test]
    fn removed_then_plan_is_empty_and_the_shares_are_unmanaged(graph in a_stack()) {
        let live = applied(&graph);
        let mut empty = DesiredGraph { shares: Default::default(), ..graph.clone() };
        empty.identity.releases = graph.shares.keys().cloned().collect();
        let plan = plan(&diff(&empty, &live, &org()), &org());
        prop_assert!(only_tags(&plan));
        prop_assert_eq!(plan.counts().release, graph.shares.len());
        prop_assert!(plan.body().access.gain.is_empty() && plan.body().access.lose.is_empty());
        let mut sim = Simulator::inviting(live.clone(), strangers());
        sim.run(plan.steps());
        prop_assert_eq!(&sim.live, &without_our_tags(live));
        let after = diff(&empty, &sim.live, &org());
        prop_assert!(after.shares.is_empty());
        prop_assert_eq!(after.unmanaged.len(), graph.shares.len());
    }

    #[test]
    fn an_expired_stack_deletes_what_it_has_and_makes_nothing(graph in a_stack(), live in a_live_state()) {
        let mut graph = graph;
        let now = graph.now;
        graph.shares.values_mut().for_each(|share| share.expires = Some(now));
        let (_, plan) = planned(&graph, &live);
        let deletes = |step: &Step| matches!(step, Step::DeleteResourceShare { .. });
        prop_assert!(plan.steps().iter().all(|step| deletes(&step.step)));
        let mut sim = Simulator::inviting(live, strangers());
        sim.run(plan.steps());
        prop_assert!(diff(&graph, &sim.live, &org()).shares.is_empty());
    }

    #[test]
    fn an_import_of_what_is_not_there_stops_its_block_alone(graph in a_stack()) {
        let mut graph = graph;
        let Some(share) = graph.shares.values().next() else { return Ok(()) };
        let import = Import { arn: share_arn(&share.place, 77), span: share.span };
        let address = share.address.clone();
        graph.identity.imports.insert(address.clone(), import);
        let (diff, plan) = planned(&graph, &live([]));
        let approved = plan.approve(&crate::plan::Consent::to_everything());
        prop_assert!(approved.is_ok() && plan.body().has_misnamed());
        prop_assert!(plan.steps().iter().all(|step| step.address.as_ref() != Some(&address)));
        prop_assert_eq!(plan.counts().create, graph.shares.len() - 1);
        let refused = diff.shares.iter().filter(|s| matches!(s.verdict, Verdict::NotImported { .. })).count();
        prop_assert_eq!((refused, plan.counts().blocked), (1, 1));
    }
}

/// Imports every share from what [`applied`] made of it.
fn import_all_alike(graph: &mut DesiredGraph) {
    for (n, share) in (0..).zip(graph.shares.values()) {
        let import = Import { arn: share_arn(&share.place, n), span: share.span };
        graph.identity.imports.insert(share.address.clone(), import);
    }
}
