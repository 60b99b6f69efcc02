//! Laws of runs that are about a part of a stack.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::diff::fixture::*;
use crate::diff::{Cause, Causes, Change, Scope, SharingVerdict, Verdict, diff, narrow};
use crate::model::Address;
use crate::org::SharingState;
use crate::plan::laws::{a_live_state, a_stack, assert_settled};
use crate::plan::plan;
use crate::plan::simulator::Simulator;

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_part_and_then_the_rest_is_the_whole(
        graph in a_stack(),
        live in a_live_state(),
        chosen in any::<prop::sample::Index>(),
        exclude in any::<bool>(),
    ) {
        let whole = diff(&graph, &live, &org());
        let addresses: BTreeSet<Address> = whole.shares.iter().map(|share| share.address.clone()).collect();
        prop_assume!(!addresses.is_empty());
        let one: BTreeSet<Address> = addresses.iter().nth(chosen.index(addresses.len())).cloned().into_iter().collect();
        let scope = if exclude {
            Scope { excluded: one.clone(), ..Scope::default() }
        } else {
            Scope { targets: one.clone(), ..Scope::default() }
        };
        let part = plan(&narrow(whole.clone(), &scope, BTreeSet::new()), &org());
        prop_assert!(part.partial.is_some());
        for step in part.steps() {
            let chosen = step.address.as_ref().is_some_and(|address| one.contains(address));
            prop_assert_eq!(chosen, !exclude);
        }
        let mut sim = Simulator::new(live);
        sim.run(part.steps());
        sim.next_plan();
        let rest = plan(&diff(&graph, &sim.live, &org()), &org());
        sim.run(rest.steps());
        assert_settled(&graph, &sim);
    }

    #[test]
    fn every_address_together_is_everything(graph in a_stack(), live in a_live_state()) {
        let whole = diff(&graph, &live, &org());
        let targets = whole.shares.iter().map(|share| share.address.clone()).collect();
        let scope = Scope { targets, ..Scope::default() };
        let all = plan(&whole, &org());
        prop_assert_eq!(plan(&narrow(whole.clone(), &Scope::default(), BTreeSet::new()), &org()), all.clone());
        if !scope.is_whole() {
            let part = plan(&narrow(whole, &scope, BTreeSet::new()), &org());
            prop_assert_eq!(part.steps(), all.steps());
            prop_assert_ne!(part.fingerprint.clone(), all.fingerprint.clone());
        }
    }

    #[test]
    fn what_was_only_changed_in_the_files_is_no_drift(graph in a_stack(), live in a_live_state()) {
        let scope = Scope { causes: Causes::Drift, ..Scope::default() };
        let found = narrow(diff(&graph, &live, &org()), &scope, BTreeSet::new());
        for share in &found.shares {
            if let Verdict::Changed(Change::Update { edits, .. }) = &share.verdict {
                let repaired = |edit: &crate::diff::Edit| format!("{:?}", edit.part).contains("Repaired");
                prop_assert!(edits.iter().all(|edit| edit.cause != Cause::Pending || repaired(edit)));
            }
        }
    }
}

#[test]
fn a_block_stands_for_its_instances_and_for_no_other_block() {
    let with = |label: &str, key: Option<&str>| {
        let mut share = desired_share(label);
        share.address.key = key.map(str::to_owned);
        share.name = format!("{label}{}", key.unwrap_or_default());
        share
    };
    let graph = stack([with("tgw", Some("a")), with("tgw", Some("b")), with("tgw_2", None)]);
    let whole = diff(&graph, &live([]), &org());
    let picked = |text: &str| {
        let scope = Scope { targets: [Address::parse(text).unwrap()].into(), ..Scope::default() };
        let part = narrow(whole.clone(), &scope, BTreeSet::new());
        let partial = part.partial.unwrap();
        (part.shares.len(), partial.shares, partial.changes, scope.unknown(&graph, &whole).len())
    };
    assert_eq!(picked("share.tgw"), (2, 1, 1, 0));
    assert_eq!(picked("share.tgw[\"a\"]"), (1, 2, 2, 0));
    assert_eq!(picked("share.tg"), (0, 3, 3, 1));
}

#[test]
fn sharing_comes_with_what_needs_it_and_with_nothing_else() {
    let mut unit = desired_share("unit");
    unit.principals = [as_written(ou("d"))].into();
    let graph = stack([desired_share("account"), unit]);
    let off = org_with(SharingState::Disabled);
    let sharing = |label: &str| {
        let scope = Scope { targets: [address(label)].into(), ..Scope::default() };
        let part = narrow(diff(&graph, &live([]), &off), &scope, BTreeSet::new());
        let enables =
            part.sharing.is_some_and(|sharing| matches!(sharing.verdict, SharingVerdict::Enable { .. }));
        (enables, part.partial.unwrap().sharing)
    };
    assert_eq!(sharing("unit"), (true, false));
    assert_eq!(sharing("account"), (false, true));
}

#[test]
fn a_share_that_goes_before_its_heir_comes_is_told() {
    let old = desired_share("old");
    let graph = stack([desired_share("new")]);
    let whole = diff(&graph, &live([live_share(&old, 1)]), &org());
    let orphans = |label: &str| {
        let scope = Scope { targets: [address(label)].into(), ..Scope::default() };
        narrow(whole.clone(), &scope, BTreeSet::new()).partial.unwrap().orphans
    };
    assert_eq!(orphans("old"), [address("old")].into());
    assert_eq!(orphans("new"), BTreeSet::new());
}
