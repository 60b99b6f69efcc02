//! Laws of replacements that were cut short: what was agreed to for the whole holds for its rest.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;

use crate::desired::DesiredGraph;
use crate::diff::fixture::*;
use crate::diff::{Change, Verdict, diff};
use crate::live::LiveState;
use crate::model::{Address, Observed, Place, Principal, TAG_IMPORTED};
use crate::plan::laws::{a_live_state, a_stack, cut_short, planned, strangers};
use crate::plan::simulator::Simulator;
use crate::plan::{Plan, PlannedShare, plan};

/// What a plan asks for, by block; for the plan as a whole by code alone.
fn asked(plan: &Plan) -> BTreeSet<(Option<Address>, &'static str)> {
    plan.hazards_by_address().map(|(at, hazard)| (at.cloned(), hazard.code.id)).collect()
}

/// The blocks whose shares a plan replaces.
fn replaced(plan: &Plan) -> BTreeSet<Address> {
    let replaces = |verdict: &Verdict| matches!(verdict, Verdict::Changed(Change::Replace { .. }));
    let shares = plan.body().shares.iter().filter(|share| replaces(&share.diff.verdict));
    shares.map(|share| share.diff.address.clone()).collect()
}

/// Everything that is asked for the rest of replacements and was not asked for the whole.
fn asked_anew(graph: &DesiredGraph, first: &Plan, live: &LiveState) -> Vec<(Option<Address>, &'static str)> {
    let (_, second) = planned(graph, live);
    let (before, replaced) = (asked(first), replaced(first));
    // What other shares give and take meanwhile counts for the thresholds of the plan as a whole.
    let changes = |share: &&PlannedShare| matches!(share.diff.verdict, Verdict::Changed(_));
    let alone = first.body().shares.iter().filter(changes).count() == 1;
    let of_replaced = |at: &Option<Address>| at.as_ref().map_or(alone, |at| replaced.contains(at));
    let anew = asked(&second).into_iter().filter(|(at, _)| of_replaced(at));
    anew.filter(|one| !before.contains(one)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_global_rejects: 4_096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_rest_of_a_replacement_asks_for_nothing_that_the_whole_did_not(
        graph in a_stack(),
        live in a_live_state(),
        choices in prop::collection::vec(any::<Index>(), 60),
        stop in any::<Index>(),
        imported in any::<bool>(),
    ) {
        let mut graph = graph;
        for share in graph.shares.values_mut().filter(|share| share.retain_sharing) {
            // RAM retains what accounts have, and nothing of others (RAM171).
            share.principals.retain(|principal, _| matches!(principal, Principal::Account(_)));
        }
        let mut live = live;
        if imported {
            for place in live.places.values_mut() {
                let Observed::Known(place) = place else { continue };
                for share in place.shares.values_mut() {
                    share.tags.insert(TAG_IMPORTED.to_owned(), "true".to_owned());
                }
            }
        }
        let (_, first) = planned(&graph, &live);
        prop_assume!(!replaced(&first).is_empty());
        let mut sim = Simulator::inviting(live, strangers());
        cut_short(&mut sim, &first, &choices, stop);
        let anew = asked_anew(&graph, &first, &sim.live);
        prop_assert!(anew.is_empty(), "{anew:?}");
    }
}

/// A share of eleven members moves to another Region: every member is taken off the old share, and the run stops when the new one is there.
#[test]
fn a_share_that_moved_half_way_asks_as_it_did_before_it_moved() {
    let mut desired = desired_share("tgw");
    desired.resources = (1..=9).map(|n| (tgw(n), Some(tgw_type()))).collect();
    desired.principals =
        ["333333333333", "444444444444"].into_iter().map(|id| as_written(principal(id))).collect();
    let mut found = live([live_share(&desired, 1)]);
    let there: Place = place(HUB, "us-east-1");
    found.places.insert(there.clone(), Observed::Known(Default::default()));
    desired.place = there;
    desired.resources = (21..=29).map(|n| (tgw(n), Some(tgw_type()))).collect();
    let graph = stack([desired]);
    let first = plan(&diff(&graph, &found, &org()), &org());
    assert_eq!(replaced(&first).len(), 1);
    let codes = |plan: &Plan| asked(plan).into_iter().map(|(_, code)| code).collect::<BTreeSet<_>>();
    assert_eq!(codes(&first), BTreeSet::from(["RAM203", "RAM207", "RAM215"]));
    let mut sim = Simulator::new(found);
    let made = first.steps().iter().position(|step| step.step.operation() == "CreateResourceShare");
    for step in &first.steps()[..=made.expect("it is made")] {
        sim.step(step);
    }
    sim.next_plan();
    let (_, second) = planned(&graph, &sim.live);
    assert!(second.steps().iter().any(|step| step.step.operation() == "DeleteResourceShare"));
    assert_eq!(codes(&second), BTreeSet::from(["RAM203", "RAM215"]));
}
