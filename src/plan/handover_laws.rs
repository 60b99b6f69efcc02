//! What somebody has before and after a plan it has all the time, whatever the order in which steps are done and wherever it ends; or
//! the plan says that it does not.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::{Index, subsequence};

use crate::access::{Grantee, reach};
use crate::desired::DesiredShare;
use crate::diff::fixture::*;
use crate::live::{LiveShare, LiveState};
use crate::model::{AssociationStatus, Observed, Principal, ResourceArn};
use crate::plan::handover::Holder;
use crate::plan::laws::planned;
use crate::plan::simulator::Simulator;
use crate::plan::{Interruption, Plan, Step};

/// Everybody with everything, over all shares. Whoever has a whole account has its roles.
fn held(live: &LiveState) -> BTreeSet<(Grantee, ResourceArn)> {
    let mut out = BTreeSet::new();
    for (place, found) in &live.places {
        let Observed::Known(found) = found else { continue };
        for share in found.shares.values() {
            let there = |status: &AssociationStatus| *status == AssociationStatus::Associated;
            let principals: Vec<&Principal> =
                share.principals.iter().filter(|(_, a)| there(&a.status)).map(|(who, _)| who).collect();
            for grantee in reach(principals, &place.account, &org()).grantees {
                let resources = share.resources.iter().filter(|(_, a)| there(&a.status));
                out.extend(resources.map(|(resource, _)| (grantee.clone(), resource.clone())));
            }
        }
    }
    out
}

fn has(held: &BTreeSet<(Grantee, ResourceArn)>, (who, what): &(Grantee, ResourceArn)) -> bool {
    held.contains(&(who.clone(), what.clone()))
        || who.wider().is_some_and(|wider| held.contains(&(wider, what.clone())))
}

fn announced(plan: &Plan, (who, what): &(Grantee, ResourceArn)) -> bool {
    plan.body().interruptions.iter().any(|Interruption { from: _, to: _, resources, holders }| {
        let named = |who: Grantee| holders.contains(&Holder::Grantee(who));
        resources.contains(what) && (named(who.clone()) || who.wider().is_some_and(named))
    })
}

/// Principals and resources of a share, and whether it has another permission than the default.
type Contents = (Vec<Principal>, Vec<u32>, bool);

fn contents() -> impl Strategy<Value = Contents> {
    let principals = vec![
        principal("333333333333"),
        principal("444444444444"),
        principal("arn:aws:iam::444444444444:role/deploy"),
        ou("d"),
    ];
    (subsequence(principals, 1..=2), subsequence(vec![1u32, 2, 3], 1..=2), prop::bool::weighted(0.2))
}

fn a_share(label: &str, (principals, resources, own): &Contents) -> DesiredShare {
    let mut share = desired_share(label);
    share.resources = resources.iter().map(|n| (tgw(*n), Some(tgw_type()))).collect();
    share.principals = principals.iter().cloned().map(as_written).collect();
    share.permissions = own.then(|| as_permission("X")).into_iter().collect();
    share
}

const LABELS: [&str; 3] = ["a", "b", "c"];

/// The live shares of some contents, and the plan that makes others of them. None: no such share.
fn world(before: &[Option<Contents>], after: &[Option<Contents>]) -> (LiveState, Plan) {
    let shares = |all: &[Option<Contents>]| -> Vec<DesiredShare> {
        let named = LABELS.iter().zip(all);
        named.filter_map(|(label, share)| Some(a_share(label, share.as_ref()?))).collect()
    };
    let live =
        live((1..).zip(shares(before)).map(|(n, share)| live_share(&share, n)).collect::<Vec<LiveShare>>());
    let (_, plan) = planned(&stack(shares(after)), &live);
    (live, plan)
}

fn one(principals: &[&str], resources: &[u32]) -> Option<Contents> {
    Some((principals.iter().map(|text| principal(text)).collect(), resources.to_vec(), false))
}

const WEB: &str = "333333333333";
const DEV: &str = "444444444444";

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_kept_is_never_missed(
        before in prop::collection::vec(prop::option::weighted(0.8, contents()), 3),
        after in prop::collection::vec(prop::option::weighted(0.8, contents()), 3),
        choices in prop::collection::vec(any::<Index>(), 60),
    ) {
        let (live, plan) = world(&before, &after);
        let mut end = Simulator::new(live.clone());
        end.run(plan.steps());
        let (first, last) = (held(&live), held(&end.live));
        let kept: BTreeSet<_> = first.iter().filter(|one| has(&last, one) && !announced(&plan, one)).collect();
        let mut sim = Simulator::new(live);
        let order = crate::plan::laws::some_order(&plan, &choices);
        for id in order {
            sim.step(&plan.steps()[id.0 as usize]);
            let now = held(&sim.live);
            let missed: Vec<_> = kept.iter().filter(|one| !has(&now, one)).collect();
            prop_assert!(missed.is_empty(), "after {:?}: {missed:?} of {:#?}", id, plan.steps());
            let beyond: Vec<_> = now.iter().filter(|one| !has(&first, one) && !has(&last, one)).collect();
            prop_assert!(beyond.is_empty(), "after {:?}: {beyond:?}", id);
        }
    }

    /// Where every share changes but one of its two sides, no circle is needed.
    #[test]
    fn shares_that_keep_their_principals_or_their_resources_interrupt_nobody(
        before in prop::collection::vec(contents(), 3),
        after in prop::collection::vec(contents(), 3),
        of_resources in any::<bool>(),
    ) {
        let kept = before.iter().zip(&after).map(|(before, after)| {
            let (principals, resources) = if of_resources { (&before.0, &after.1) } else { (&after.0, &before.1) };
            Some((principals.clone(), resources.clone(), before.2))
        });
        let before: Vec<_> = before.iter().cloned().map(Some).collect();
        let (_, plan) = world(&before, &kept.collect::<Vec<_>>());
        prop_assert_eq!(&plan.body().interruptions, &[]);
    }
}

/// The positions of the steps that give and take a resource.
fn moves(plan: &Plan, label: &str) -> BTreeMap<&'static str, u32> {
    let of_share = plan
        .steps()
        .iter()
        .filter(|step| step.address.as_ref().is_some_and(|at| at.to_string() == format!("share.{label}")));
    let named = of_share.filter_map(|step| match &step.step {
        Step::AssociateResourceShare { .. } => Some(("gives", step.id.0)),
        Step::DisassociateResourceShare { .. } => Some(("takes", step.id.0)),
        _ => None,
    });
    named.collect()
}

#[test]
fn a_resource_that_goes_to_another_share_is_there_before_it_leaves() {
    let before = [one(&[WEB], &[1, 2]), one(&[WEB], &[3]), None];
    let (_, plan) = world(&before, &[one(&[WEB], &[2]), one(&[WEB], &[1, 3]), None]);
    let (a, b) = (moves(&plan, "a"), moves(&plan, "b"));
    assert!(b["gives"] < a["takes"], "{:#?}", plan.steps());
    let taking = &plan.steps()[a["takes"] as usize];
    assert!(taking.needs.iter().any(|need| need.0 == b["gives"]), "{taking:?}");
    // Two shares that trade.
    let (_, plan) = world(&before[..2], &[one(&[WEB], &[2, 3]), one(&[WEB], &[1])]);
    let (a, b) = (moves(&plan, "a"), moves(&plan, "b"));
    assert!(a["gives"].max(b["gives"]) < a["takes"].min(b["takes"]), "{:#?}", plan.steps());
    assert_eq!(plan.body().interruptions, []);
}

#[test]
fn an_account_that_goes_to_another_share_is_there_before_it_leaves() {
    let before = [one(&[WEB, DEV], &[1]), one(&[DEV], &[1, 2]), None];
    let (_, plan) = world(&before, &[one(&[DEV], &[1]), one(&[DEV, WEB], &[1, 2]), None]);
    assert!(moves(&plan, "b")["gives"] < moves(&plan, "a")["takes"], "{:#?}", plan.steps());
    assert_eq!(plan.notices(), []);
}

#[test]
fn a_trade_in_a_circle_is_said() {
    // Both shares trade their accounts and their resources, so each has to take before it gives.
    let before = [one(&[WEB], &[1]), one(&[DEV], &[2]), None];
    let (_, plan) = world(&before, &[one(&[DEV], &[2]), one(&[WEB], &[1]), None]);
    let notices = plan.notices();
    let [notice] = &notices[..] else { panic!("{notices:?}") };
    assert_eq!(notice.code.id, "RAM350");
    assert_eq!(
        notice.detail,
        "share.b takes tgw-2 before share.a gives it: 444444444444 is without it in between, and until the next apply if giving fails."
    );
}

#[test]
fn who_has_to_leave_a_share_before_it_joins_again_is_said() {
    let (web, unit) = (one(&[WEB], &[1]).unwrap(), (vec![ou("d")], vec![1], true));
    let (_, plan) = world(&[Some(web), None, None], &[Some(unit), None, None]);
    let notices = plan.notices();
    let said = notices.iter().find(|notice| notice.code.id == "RAM350").map(|notice| notice.detail.as_str());
    assert_eq!(
        said,
        Some(
            "share.a gets another permission, so who leaves it leaves before others join: 333333333333 is without tgw-1 in between, and until the next apply if joining fails."
        )
    );
}
