//! Laws of runs that are about a part of a stack with customer managed permissions.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::diff::fixture::*;
use crate::diff::{Diff, NotRead, PermissionVerdict, Scope, ShareDiff, Verdict, diff, narrow};
use crate::model::{Address, PermissionArn, Place};
use crate::plan::permission_laws::{a_live_state, a_stack, assert_settled};
use crate::plan::simulator::Simulator;
use crate::plan::{Plan, PlannedStep, ShareRef, Step, StepId, plan};

/// What a step does, in whichever plan: numbers of steps are the plan's own.
fn work(step: &PlannedStep) -> (Place, Option<Address>, String) {
    let does = format!("{:?}", step.step);
    let made = |text: &str| text.trim_start_matches(|c: char| c.is_ascii_digit()).to_owned();
    let does = does.split("CreatedBy(StepId(").map(made).collect::<Vec<_>>().join("CreatedBy");
    (step.place.clone(), step.address.clone(), does)
}

fn addresses(whole: &Diff) -> Vec<Address> {
    let shares = whole.shares.iter().map(|share| share.address.clone());
    let all: BTreeSet<Address> =
        shares.chain(whole.permissions.iter().map(|one| one.address.clone())).collect();
    all.into_iter().collect()
}

fn part_of(whole: &Diff, target: &Address) -> Plan {
    let scope = Scope { targets: [target.clone()].into(), ..Scope::default() };
    plan(&narrow(whole.clone(), &scope, NotRead::default()), &org())
}

/// The target, and the permissions that it needs.
fn may_be_written(whole: &Diff, target: &Address) -> BTreeSet<Address> {
    let of_target = whole.shares.iter().filter(|share| share.address == *target);
    let used: BTreeSet<&PermissionArn> =
        of_target.filter_map(ShareDiff::after).flat_map(|after| after.permissions.values()).collect();
    let needed = whole.permissions.iter().filter(|one| used.contains(one.arn()));
    needed.map(|one| one.address.clone()).chain([target.clone()]).collect()
}

/// Everything that has to be done before a step, however long the way.
fn all_needs(plan: &Plan, step: &PlannedStep) -> BTreeSet<StepId> {
    let mut out = BTreeSet::new();
    let mut open = step.needs.clone();
    while let Some(id) = open.pop() {
        if out.insert(id) {
            open.extend(&plan.steps()[id.0 as usize].needs);
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_part_does_of_the_whole_what_its_target_needs_and_in_its_order(
        graph in a_stack(),
        live in a_live_state(),
        chosen in any::<prop::sample::Index>(),
    ) {
        let whole_diff = diff(&graph, &live, &org());
        let all = addresses(&whole_diff);
        prop_assume!(!all.is_empty());
        let target = &all[chosen.index(all.len())];
        let whole = plan(&whole_diff, &org());
        let part = part_of(&whole_diff, target);
        let of_whole: BTreeMap<_, &PlannedStep> = whole.steps().iter().map(|step| (work(step), step)).collect();
        let of_part: BTreeMap<_, &PlannedStep> = part.steps().iter().map(|step| (work(step), step)).collect();
        prop_assert_eq!(of_part.len(), part.steps().len(), "no two steps are the same work");
        let allowed = may_be_written(&whole_diff, target);
        for (work_of, step) in &of_part {
            let written = step.address.as_ref().expect("sharing is on");
            prop_assert!(allowed.contains(written), "{target} writes {written}: {:?}", step.step);
            if let Some(ShareRef::Known(share)) = step.step.share() {
                let mut own = whole_diff.shares.iter().filter(|one| one.address == *target).filter_map(ShareDiff::before);
                prop_assert!(own.any(|before| before.share.arn == share), "{target} writes to {share}: {:?}", step.step);
            }
            let Some(same) = of_whole.get(work_of) else {
                return Err(TestCaseError::fail(format!("{target}: not in the whole plan: {step:#?}\n{:#?}", whole.steps())));
            };
            let kept: BTreeSet<_> =
                all_needs(&part, step).iter().map(|id| work(&part.steps()[id.0 as usize])).collect();
            for need in &same.needs {
                let need = &whole.steps()[need.0 as usize];
                // Of others it waits for nobody whom it could harm. A share, or a resource, may go before one that takes it over
                // comes: that is told (`orphans`, and as a loss). The record of a permission is of the permission alone.
                let stands_alone = matches!(
                    step.step,
                    Step::DeleteResourceShare { .. } | Step::DisassociateResourceShare { .. } | Step::TagPermission { .. } | Step::UntagPermission { .. }
                );
                let of_others = !need.address.as_ref().is_some_and(|address| allowed.contains(address));
                prop_assert!(
                    (of_others && stands_alone) || kept.contains(&work(need)),
                    "{target}: {:?} no longer needs {need:#?}", step
                );
            }
        }
    }

    #[test]
    fn nothing_that_is_left_out_is_changed_and_nothing_that_needs_it(
        graph in a_stack(),
        live in a_live_state(),
        chosen in any::<prop::sample::Index>(),
    ) {
        let whole = diff(&graph, &live, &org());
        let all = addresses(&whole);
        prop_assume!(!all.is_empty());
        let without = &all[chosen.index(all.len())];
        let scope = Scope { excluded: [without.clone()].into(), ..Scope::default() };
        let part = plan(&narrow(whole.clone(), &scope, NotRead::default()), &org());
        let partial = part.partial.as_ref().expect("a part");
        let written: BTreeSet<&Address> =
            part.steps().iter().filter_map(|step| step.address.as_ref()).collect();
        prop_assert!(!written.contains(without), "{without} is left out and written");
        for (dependent, needs) in &partial.dependents {
            prop_assert!(!written.contains(dependent), "{dependent} needs {needs:?} and is written");
            prop_assert!(needs.iter().all(|need| !written.contains(need)));
        }
        // Whoever is written has every permission that it needs as it is to be.
        let differing = whole.permissions.iter().filter(|one| {
            one.address == *without && one.after().is_some() && !matches!(one.verdict, PermissionVerdict::InSync { .. })
        });
        let missing: BTreeSet<&PermissionArn> = differing.map(|one| one.arn()).collect();
        for share in whole.shares.iter().filter(|share| written.contains(&share.address)) {
            let mut used = share.after().into_iter().flat_map(|after| after.permissions.values());
            let changes = matches!(share.verdict, Verdict::Changed(_));
            prop_assert!(!changes || used.all(|arn| !missing.contains(arn)), "{} needs {without}", share.address);
        }
        let mut sim = Simulator::new(live);
        sim.run(part.steps());
        sim.next_plan();
        let rest = plan(&diff(&graph, &sim.live, &org()), &org());
        sim.run(rest.steps());
        assert_settled(&graph, &sim);
    }

    #[test]
    fn part_after_part_and_then_the_whole_is_the_whole(
        graph in a_stack(),
        live in a_live_state(),
        order in prop::collection::vec(any::<prop::sample::Index>(), 4),
    ) {
        let mut at_once = Simulator::new(live.clone());
        at_once.run(plan(&diff(&graph, &live, &org()), &org()).steps());
        let mut sim = Simulator::new(live);
        for chosen in order {
            let whole = diff(&graph, &sim.live, &org());
            let all = addresses(&whole);
            prop_assume!(!all.is_empty());
            let part = part_of(&whole, &all[chosen.index(all.len())]);
            sim.run(part.steps());
            sim.next_plan();
        }
        let rest = plan(&diff(&graph, &sim.live, &org()), &org());
        sim.run(rest.steps());
        assert_settled(&graph, &sim);
        if rest.counts().blocked == 0 {
            prop_assert_eq!(sim.grants(), at_once.grants());
        }
    }
}
