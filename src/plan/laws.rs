//! Laws over generated stacks and live states.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::{Index, subsequence};

use crate::desired::{DesiredGraph, DesiredShare};
use crate::diff::fixture::*;
use crate::diff::{Change, Diff, Record, Stamp, Verdict, diff, proven};
use crate::live::{
    AssociationRow, LiveShare, LiveState, PermissionRow, PlaceRows, Received, ShareRow, SourceRow, assemble,
};
use crate::model::{
    AccountId, AssociationStatus, Observed, Place, Principal, ShareStatus, TAG_ADDRESS, TAG_APPLIED,
};
use crate::plan::simulator::{Grant, Simulator, grants, show};
use crate::plan::{Plan, PlannedStep, Step, StepId, plan};

fn a_principal() -> Vec<Principal> {
    vec![
        principal("333333333333"),
        principal("444444444444"),
        principal("999999999999"),
        principal("arn:aws:iam::555555555555:role/deploy"),
        ou("d"),
        ou("w"),
        whole_organization(),
    ]
}

prop_compose! {
    pub(crate) fn a_share(label: &'static str)(
        name in "[ab]",
        external in any::<bool>(),
        retain in prop::bool::weighted(0.2),
        resources in subsequence(vec![1u32, 2, 3], 0..=3),
        principals in subsequence(a_principal(), 0..=4),
        own_permission in prop::option::of("[XY]"),
        tags in subsequence(vec!["a", "b"], 0..=2),
        elsewhere in prop::bool::weighted(0.15),
    ) -> DesiredShare {
        let mut share = desired_share(label);
        share.name = name;
        share.accept_invitations = true;
        share.allow_external_principals = external;
        share.retain_sharing = retain;
        share.resources = resources.into_iter().map(|n| (tgw(n), Some(tgw_type()))).collect();
        share.principals = principals.into_iter().map(as_written).collect();
        share.permissions = own_permission.iter().map(|name| as_permission(name)).collect();
        share.tags = tags.into_iter().map(|key| (key.to_owned(), "v".to_owned())).collect();
        if elsewhere {
            share.place = place(HUB, "us-east-1");
        }
        share
    }
}

pub(crate) fn a_stack() -> impl Strategy<Value = DesiredGraph> {
    let labels = ["one", "two", "three"];
    let shares: Vec<_> = labels.into_iter().map(|label| prop::option::of(a_share(label))).collect();
    shares.prop_map(|shares| {
        let mut graph = stack(shares.into_iter().flatten());
        graph.reached.extend(accounts());
        graph
    })
}

/// The accounts that principals are of.
pub(crate) fn accounts() -> impl Iterator<Item = AccountId> {
    a_principal().into_iter().filter_map(|principal| principal.account())
}

/// Where somebody has to accept an invitation first.
pub(crate) fn strangers() -> BTreeSet<AccountId> {
    [account(PARTNER)].into()
}

/// What people and crashes do to a share.
#[derive(Clone, Copy, Debug)]
enum Mishap {
    None,
    /// A second share of the address, with a record of its own.
    Copied,
    /// The tags of the share, or some of them, were copied to somebody else's.
    CopiedTags {
        all: bool,
    },
    /// Another address was written over its own.
    OtherAddress,
    /// It was made and its record not bound yet.
    Begun,
    LostRecord,
    LostAddress,
    LostTags,
    FailedShare,
    Principal(AssociationStatusName),
    Resource(AssociationStatusName),
    MorePrincipals,
    NoResources,
    OtherPermission,
}

#[derive(Clone, Copy, Debug)]
enum AssociationStatusName {
    Failed,
    Associating,
}

fn a_mishap() -> impl Strategy<Value = Mishap> {
    use AssociationStatusName::{Associating, Failed};
    prop::sample::select(vec![
        Mishap::None,
        Mishap::None,
        Mishap::Copied,
        Mishap::CopiedTags { all: true },
        Mishap::CopiedTags { all: false },
        Mishap::OtherAddress,
        Mishap::Begun,
        Mishap::LostRecord,
        Mishap::LostAddress,
        Mishap::LostTags,
        Mishap::FailedShare,
        Mishap::Principal(Failed),
        Mishap::Principal(Associating),
        Mishap::Resource(Failed),
        Mishap::Resource(Associating),
        Mishap::MorePrincipals,
        Mishap::NoResources,
        Mishap::OtherPermission,
    ])
}

fn strike(share: &mut LiveShare, mishap: Mishap) {
    let status = |name| match name {
        AssociationStatusName::Failed => AssociationStatus::Failed,
        AssociationStatusName::Associating => AssociationStatus::Associating,
    };
    match mishap {
        Mishap::None | Mishap::Copied | Mishap::CopiedTags { .. } | Mishap::Begun => {}
        Mishap::OtherAddress => drop(share.tags.insert(TAG_ADDRESS.to_owned(), "share.two".to_owned())),
        Mishap::LostRecord => drop(share.tags.remove(TAG_APPLIED)),
        Mishap::LostAddress => drop(share.tags.remove(TAG_ADDRESS)),
        Mishap::LostTags => share.tags.clear(),
        Mishap::FailedShare => share.status = ShareStatus::Failed,
        Mishap::Principal(name) => {
            if let Some(association) = share.principals.values_mut().next() {
                association.status = status(name);
            }
        }
        Mishap::Resource(name) => {
            if let Some(association) = share.resources.values_mut().next() {
                association.status = status(name);
            }
        }
        Mishap::MorePrincipals => drop(share.principals.insert(principal("555555555555"), associated())),
        Mishap::NoResources => share.resources.clear(),
        Mishap::OtherPermission => drop(share.permissions.insert(tgw_type(), attached(&permission("Z")))),
    }
}

/// Reads what every account receives.
pub(crate) fn look(live: &mut LiveState) {
    for account in accounts() {
        for region in live.places.keys().map(|place| place.region.clone()) {
            let view = Observed::Known(Received::default());
            live.received.insert(Place { account: account.clone(), region }, view);
        }
    }
    show(live);
}

/// What an earlier form of the stack left in AWS, and what has happened to it since.
pub(crate) fn a_live_state() -> impl Strategy<Value = LiveState> {
    (a_stack(), prop::collection::vec(a_mishap(), 3)).prop_map(|(earlier, mishaps)| {
        let mut sim = live([]);
        for (n, (share, mishap)) in (0..).zip(earlier.shares.values().zip(mishaps)) {
            let Some(Observed::Known(found)) = sim.places.get_mut(&share.place) else { unreachable!() };
            let mut one = live_share(share, n);
            if matches!(mishap, Mishap::Copied) {
                let copy = live_share(share, n + 10);
                found.shares.insert(copy.arn.clone(), copy);
            }
            if let Mishap::CopiedTags { all } = mishap {
                let mut foreign = live_share(&desired_share("foreign"), n + 20);
                foreign.arn = share_arn(&share.place, n + 20);
                foreign.tags.clone_from(&one.tags);
                if !all {
                    foreign.tags.remove(TAG_APPLIED);
                }
                found.shares.insert(foreign.arn.clone(), foreign);
            }
            if matches!(mishap, Mishap::Begun) {
                let (stack, address) = ("network".to_owned(), share.address.tag_value());
                let record = Record { stack, address, stamp: Stamp::of(share), replaces: BTreeSet::new() };
                one.tags.insert(TAG_APPLIED.to_owned(), record.provisional());
            }
            strike(&mut one, mishap);
            found.shares.insert(one.arn.clone(), one);
        }
        look(&mut sim);
        sim
    })
}

pub(crate) fn planned(graph: &DesiredGraph, live: &LiveState) -> (Diff, Plan) {
    let diff = diff(graph, live, &org());
    let plan = plan(&diff, &org());
    (diff, plan)
}

/// The steps in some order that their needs allow.
pub(crate) fn some_order(plan: &Plan, choices: &[Index]) -> Vec<StepId> {
    let mut choices = choices.iter().cycle();
    let mut done: Vec<StepId> = Vec::new();
    while done.len() < plan.steps().len() {
        let ready: Vec<StepId> = plan
            .steps()
            .iter()
            .filter(|step| !done.contains(&step.id) && step.needs.iter().all(|need| done.contains(need)))
            .map(|step| step.id)
            .collect();
        done.push(ready[choices.next().unwrap().index(ready.len())]);
    }
    done
}

/// Carries out a plan in some order, up to some step.
pub(crate) fn cut_short(sim: &mut Simulator, plan: &Plan, choices: &[Index], stop: Index) {
    let order = some_order(plan, choices);
    for id in &order[..stop.index(order.len() + 1)] {
        sim.step(&plan.steps()[id.0 as usize]);
    }
    sim.next_plan();
}

/// What the steps leave alone is in sync; associations that RAM is still at work on are its own affair.
pub(crate) fn assert_settled(graph: &DesiredGraph, sim: &Simulator) {
    let (diff, plan) = planned(graph, &sim.live);
    assert!(plan.is_empty(), "steps are left: {:#?}", plan.steps());
    assert!(diff.shares.iter().all(|share| matches!(share.verdict, Verdict::InSync { .. })));
    assert_eq!(diff.shares.len(), graph.shares.len(), "one share per block");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn plan_then_apply_then_plan_is_empty(graph in a_stack(), live in a_live_state()) {
        let (_, plan) = planned(&graph, &live);
        let mut sim = Simulator::inviting(live, strangers());
        sim.run(plan.steps());
        assert_settled(&graph, &sim);
    }

    #[test]
    fn where_others_accept_a_replacement_takes_two_plans_and_nobody_loses_what_it_has(
        graph in a_stack(),
        live in a_live_state(),
    ) {
        let mut graph = graph;
        graph.reached.clear();
        let mut live = live;
        live.received.clear();
        // Everybody accepts at once, in an account of which ramctl sees nothing.
        let mut sim = Simulator::new(live);
        let (_, first) = planned(&graph, &sim.live);
        sim.run(first.steps());
        sim.next_plan();
        let (_, second) = planned(&graph, &sim.live);
        let only_deletes = |step: &PlannedStep| matches!(step.step, Step::DeleteResourceShare { .. });
        prop_assert!(second.steps().iter().all(only_deletes), "{:#?}", second.steps());
        // What a replacement drops is gone, also where the old share stays for those who have yet to accept.
        for share in &first.body().shares {
            let Verdict::Changed(Change::Replace { before, after, .. }) = &share.diff.verdict else { continue };
            let old = sim.live.places[&before.place].known().and_then(|place| place.shares.get(&before.share.arn));
            if let Some(old) = old.filter(|_| share.blocked.is_none()) {
                prop_assert!(old.principals.keys().all(|one| after.principals.contains_key(one)), "{:?}", old.principals);
                prop_assert!(old.resources.keys().all(|one| after.resources.contains_key(one)), "{:?}", old.resources);
            }
        }
        let kept = first.body().shares.iter().any(|share| !share.kept_for.is_empty());
        prop_assert!(kept || second.is_empty());
        sim.run(second.steps());
        assert_settled(&graph, &sim);
    }

    #[test]
    fn every_step_comes_after_its_needs(graph in a_stack(), live in a_live_state()) {
        let (_, plan) = planned(&graph, &live);
        for (n, step) in plan.steps().iter().enumerate() {
            prop_assert_eq!(step.id.0 as usize, n);
            prop_assert!(step.needs.iter().all(|need| *need < step.id));
            prop_assert!(step.needs.is_sorted());
        }
        let tokens: Vec<_> = plan.steps().iter().filter_map(|step| step.step.tokens()).collect();
        prop_assert_eq!(tokens.iter().collect::<BTreeSet<_>>().len(), tokens.len());
    }

    #[test]
    fn any_prefix_in_any_order_planned_again_converges(
        graph in a_stack(),
        live in a_live_state(),
        choices in prop::collection::vec(any::<Index>(), 60),
        stop in any::<Index>(),
    ) {
        let (_, first) = planned(&graph, &live);
        let mut sim = Simulator::inviting(live, strangers());
        cut_short(&mut sim, &first, &choices, stop);
        let (_, second) = planned(&graph, &sim.live);
        sim.run(second.steps());
        assert_settled(&graph, &sim);
    }

    #[test]
    fn nobody_ever_sees_more_than_before_or_after(
        graph in a_stack(),
        live in a_live_state(),
        choices in prop::collection::vec(any::<Index>(), 60),
    ) {
        let (_, plan) = planned(&graph, &live);
        let before = grants(&live);
        let mut end = Simulator::inviting(live.clone(), strangers());
        end.run(plan.steps());
        // What RAM is still associating arrives on its own.
        let arriving = |mut live: LiveState| {
            for place in live.places.values_mut() {
                let Observed::Known(place) = place else { continue };
                for share in place.shares.values_mut() {
                    let all = share.principals.values_mut().chain(share.resources.values_mut());
                    for association in all.filter(|a| a.status == AssociationStatus::Associating) {
                        association.status = AssociationStatus::Associated;
                    }
                }
            }
            grants(&live)
        };
        let allowed: BTreeSet<Grant> =
            before.into_iter().chain(arriving(live.clone())).chain(arriving(end.live)).collect();
        let mut sim = Simulator::inviting(live, strangers());
        for id in some_order(&plan, &choices) {
            sim.step(&plan.steps()[id.0 as usize]);
            let beyond: Vec<_> = sim.grants().difference(&allowed).cloned().collect();
            prop_assert!(beyond.is_empty(), "after step {id:?}: {beyond:?}");
        }
    }

    #[test]
    fn what_stays_on_a_share_never_leaves_it(
        graph in a_stack(),
        live in a_live_state(),
        choices in prop::collection::vec(any::<Index>(), 60),
    ) {
        // For each block, over its own shares: what it gives before and after it gives all the time.
        for address in graph.shares.keys() {
            let only = |live: &LiveState| {
                let mut live = live.clone();
                for place in live.places.values_mut() {
                    let Observed::Known(place) = place else { continue };
                    place.shares.retain(|_, share| share.tags.get(TAG_ADDRESS) == Some(&address.tag_value()));
                }
                let pairs = grants(&live).into_iter().map(|(principal, resource, _)| (principal, resource));
                pairs.collect::<BTreeSet<_>>()
            };
            let (_, plan) = planned(&graph, &live);
            let before = only(&live);
            let mut end = Simulator::inviting(live.clone(), strangers());
            end.run(plan.steps());
            let kept: BTreeSet<_> = before.intersection(&only(&end.live)).cloned().collect();
            let mut sim = Simulator::inviting(live.clone(), strangers());
            for id in some_order(&plan, &choices) {
                sim.step(&plan.steps()[id.0 as usize]);
                prop_assert!(only(&sim.live).is_superset(&kept), "after {id:?}");
            }
        }
    }

    #[test]
    fn a_share_that_proves_to_be_the_stacks_is_never_deleted_for_another_without_a_hazard(
        graph in a_stack(),
        live in a_live_state(),
        wreck in any::<bool>(),
    ) {
        let graph = if wreck { stack([]) } else { graph };
        for compare in [diff, crate::diff::destroy] {
            let plan = plan(&compare(&graph, &live, &org()), &org());
            let own = live.places.values().filter_map(Observed::known).flat_map(|place| place.shares.values());
            let mut addresses: Vec<&String> = own.filter(|share| is_own(share)).map(|share| &share.tags[TAG_ADDRESS]).collect();
            addresses.sort();
            // No replacement is under way in these states: all that share an address are rivals.
            for rivals in addresses.chunk_by(|a, b| a == b).filter(|rivals| rivals.len() > 1) {
                let of_them = plan.body().shares.iter().filter(|share| share.diff.address.tag_value() == *rivals[0]);
                let codes = of_them.flat_map(|share| share.hazards.iter().map(|hazard| hazard.code.id));
                prop_assert_eq!(codes.filter(|code| *code == "RAM219").count(), rivals.len() - 1);
            }
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter(
        live in a_live_state(),
        keys in prop::collection::vec(any::<u32>(), 64),
    ) {
        for place in live.places.values().filter_map(Observed::known) {
            let mut rows = PlaceRows::default();
            for share in place.shares.values() {
                take_apart(share, &mut rows);
            }
            let straight = assemble(rows.clone()).unwrap();
            prop_assert_eq!(&straight.place.shares, &place.shares);
            shuffle(&mut rows.shares, &keys);
            shuffle(&mut rows.resources, &keys);
            shuffle(&mut rows.principals, &keys);
            shuffle(&mut rows.permissions, &keys);
            prop_assert_eq!(assemble(rows).unwrap(), straight);
        }
    }

    #[test]
    fn an_unknown_place_gets_no_step(graph in a_stack(), live in a_live_state(), second in any::<bool>()) {
        let mut live = live;
        let dark = if second { place(HUB, "us-east-1") } else { hub() };
        live.places.insert(dark.clone(), Observed::Unknown(gap()));
        let (_, plan) = planned(&graph, &live);
        prop_assert!(plan.steps().iter().all(|step| step.place != dark));
        prop_assert!(!plan.is_complete());
        // A share that belongs there keeps what it has elsewhere.
        for step in plan.steps() {
            if let Some(share) = step.address.as_ref().and_then(|address| graph.shares.get(address)) {
                prop_assert!(share.place != dark);
            }
        }
    }

    #[test]
    fn shares_of_others_are_never_touched_whatever_tags_they_bear(graph in a_stack(), live in a_live_state()) {
        let (_, plan) = planned(&graph, &live);
        let others = |live: &LiveState| {
            let mut live = live.clone();
            live.received.clear();
            for place in live.places.values_mut() {
                let Observed::Known(place) = place else { continue };
                place.shares.retain(|_, share| !is_own(share));
                place.deleted.clear();
            }
            live
        };
        let before = others(&live);
        let mut sim = Simulator::inviting(live, strangers());
        sim.run(plan.steps());
        prop_assert_eq!(others(&sim.live), before);
    }
}

/// Whether a share proves to be the stack's.
pub(crate) fn is_own(share: &LiveShare) -> bool {
    proven("network", &share.tags, &share.arn).is_some_and(|proof| proof.is_ok())
}

fn shuffle<T>(rows: &mut [T], keys: &[u32]) {
    for at in (1..rows.len()).rev() {
        rows.swap(at, keys[at % keys.len()] as usize % (at + 1));
    }
}

fn take_apart(share: &LiveShare, rows: &mut PlaceRows) {
    rows.shares.push(ShareRow {
        arn: share.arn.clone(),
        name: share.name.clone(),
        owner: account(HUB),
        status: share.status.clone(),
        status_message: share.status_message.clone(),
        allow_external_principals: share.allow_external_principals,
        retain_sharing: share.retain_sharing,
        feature_set: share.feature_set.clone(),
        tags: share.tags.clone(),
        created: share.created,
        updated: share.created,
    });
    let row = |entity: String, association: &crate::live::Association| AssociationRow {
        share: share.arn.clone(),
        entity,
        status: association.status.clone(),
        status_message: association.status_message.clone(),
        external: association.external,
        created: association.created,
        updated: association.updated,
    };
    rows.resources.extend(share.resources.iter().map(|(resource, a)| row(resource.to_string(), a)));
    rows.principals.extend(share.principals.iter().map(|(principal, a)| row(principal.to_string(), a)));
    rows.sources.extend(share.sources.iter().map(|(source, a)| SourceRow {
        share: share.arn.clone(),
        source: source.clone(),
        status: a.status.clone(),
        status_message: None,
        created: a.created,
        updated: a.updated,
    }));
    rows.permissions.extend(share.permissions.iter().map(|(kind, attached)| PermissionRow {
        share: share.arn.clone(),
        permission: attached.arn.clone(),
        version: attached.version.clone(),
        default_version: attached.default_version,
        resource_type: kind.clone(),
        feature_set: share.feature_set.clone(),
    }));
}
