use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{DesiredGraph, DesiredShare, SharingWish};
use crate::diff::fixture::*;
use crate::diff::{Written, destroy, diff};
use crate::live::LiveState;
use crate::model::{AssociationStatus, Observed, ResourceArn};
use crate::org::{OrgView, SharingState};
use crate::plan::simulator::Simulator;
use crate::plan::{Blocked, Consent, Plan, Refusal, Refused, Step, plan};
use crate::render::{PlanView, Styles};

fn planned(graph: &DesiredGraph, live: &LiveState, org: &OrgView) -> Plan {
    plan(&diff(graph, live, org), org)
}

/// The steps of a plan, each in a few words with what it needs.
fn words(plan: &Plan) -> Vec<String> {
    plan.steps()
        .iter()
        .map(|step| {
            let size = |resources: &[_], principals: &[_]| (resources.len(), principals.len());
            let what = match &step.step {
                Step::CreateResourceShare { resources, principals, tags, .. } => {
                    let record = Written::on_share(tags).expect("it has a record from the start");
                    assert!(record.provisional);
                    let done = if record.stamp == record.stamp.begun() { "" } else { " whole" };
                    format!("create {:?}{done}", size(resources, principals))
                }
                Step::AssociateResourceShare { resources, principals, .. } => {
                    format!("associate {:?}", size(resources, principals))
                }
                Step::DisassociateResourceShare { resources, principals, .. } => {
                    format!("disassociate {:?}", size(resources, principals))
                }
                Step::UpdateResourceShare { .. } => "update".into(),
                Step::AssociateResourceSharePermission { replace, .. } => format!("permission {replace}"),
                Step::DisassociateResourceSharePermission { .. } => "no permission".into(),
                Step::TagResource { tags, .. } => format!("tag {}", tags.len()),
                Step::RecordApplied { .. } => "record".into(),
                Step::UntagResource { .. } => "untag".into(),
                Step::DeleteResourceShare { share } => format!("delete {}", share.arn().short()),
                Step::EnableSharingWithAwsOrganization => "enable sharing".into(),
                Step::CreateServiceLinkedRole => "make role".into(),
                Step::AcceptResourceShareInvitation { .. } => format!("accept in {}", step.place.account),
                Step::RejectResourceShareInvitation { .. } => format!("reject in {}", step.place.account),
                Step::LeaveResourceShare { .. } => format!("leave in {}", step.place.account),
                other => other.operation().into(),
            };
            let needs: Vec<String> = step.needs.iter().map(|id| id.0.to_string()).collect();
            format!("{what} <{}>", needs.join(","))
        })
        .collect()
}

#[test]
fn a_small_share_is_made_in_one_call_and_its_record_bound_in_another() {
    let plan = planned(&stack([desired_share("tgw")]), &live([]), &org());
    assert_eq!(words(&plan), ["create (1, 1) whole <>", "record <0>"]);
}

fn many(n: u32) -> BTreeMap<ResourceArn, Option<crate::model::ResourceType>> {
    (0..n).map(|n| (tgw(n), Some(tgw_type()))).collect()
}

#[test]
fn a_big_share_gets_its_principals_when_all_resources_are_there_and_its_record_last() {
    let desired = DesiredShare { resources: many(250), ..desired_share("tgw") };
    let plan = planned(&stack([desired]), &live([]), &org());
    assert_eq!(
        words(&plan),
        [
            "create (100, 0) <>",
            "associate (100, 0) <0>",
            "associate (50, 0) <1>",
            "associate (0, 1) <2>",
            "record <3>"
        ]
    );
}

#[test]
fn an_update_revokes_before_it_grants() {
    let old = desired_share("tgw");
    let desired = DesiredShare {
        name: "new".into(),
        resources: [(tgw(2), Some(tgw_type()))].into(),
        principals: [as_written(ou("p"))].into(),
        permissions: [as_permission("Mine")].into(),
        tags: [("a".to_owned(), "b".to_owned())].into(),
        ..old.clone()
    };
    let plan = planned(&stack([desired]), &live([live_share(&old, 1)]), &org());
    assert_eq!(
        words(&plan),
        [
            "disassociate (1, 1) <>",
            "update <0>",
            "permission true <1>",
            "associate (1, 0) <2>",
            "associate (0, 1) <3>",
            "untag <4>",
            "tag 2 <5>"
        ]
    );
}

#[test]
fn a_failed_association_is_taken_off_and_put_on_again() {
    let desired = desired_share("tgw");
    let mut share = live_share(&desired, 1);
    share.principals.insert(principal("333333333333"), association(AssociationStatus::Failed));
    let plan = planned(&stack([desired]), &live([share]), &org());
    assert_eq!(words(&plan), ["disassociate (0, 1) <>", "associate (0, 1) <0>", "tag 1 <1>"]);
}

#[test]
fn what_failed_joins_a_share_that_closes_once_its_permission_is_as_wanted() {
    let desired = desired_share("tgw");
    let mut open = desired.clone();
    open.allow_external_principals = true;
    open.permissions = [as_permission("X")].into();
    let mut share = live_share(&open, 1);
    share.principals.insert(principal("333333333333"), association(AssociationStatus::Failed));
    let plan = planned(&stack([desired]), &live([share]), &org());
    let expected =
        ["disassociate (0, 1) <>", "update <0>", "permission true <1>", "associate (0, 1) <2>", "tag 1 <3>"];
    assert_eq!(words(&plan), expected);
}

#[test]
fn a_replacement_is_complete_before_the_old_share_goes() {
    let mut desired = desired_share("tgw");
    let old = live_share(&desired, 1);
    desired.place = place(HUB, "us-east-1");
    let plan = planned(&stack([desired]), &live([old]), &org());
    assert_eq!(words(&plan), ["create (1, 1) whole <>", "record <0>", "delete 00000001 <1>"]);
}

#[test]
fn a_renamed_block_takes_over_before_the_old_share_goes() {
    let plan = planned(&stack([desired_share("new")]), &live([live_share(&desired_share("old"), 1)]), &org());
    assert_eq!(words(&plan), ["create (1, 1) whole <>", "record <0>", "delete 00000001 <1>"]);
}

#[test]
fn unrelated_shares_do_not_wait_for_each_other() {
    let old = DesiredShare { resources: many(1), ..desired_share("old") };
    let plan = planned(&stack([desired_share("new")]), &live([live_share(&old, 1)]), &org());
    assert_eq!(words(&plan), ["create (1, 1) whole <>", "record <0>", "delete 00000001 <>"]);
}

#[test]
fn sharing_is_turned_on_before_anybody_of_the_organization_is_added() {
    let unit = DesiredShare { principals: [as_written(ou("d"))].into(), ..desired_share("unit") };
    for (state, step) in [
        (SharingState::Disabled, "enable sharing <>"),
        (SharingState::LeftoverRole, "enable sharing <>"),
        (SharingState::HalfEnabled, "make role <>"),
    ] {
        let plan = planned(&stack([unit.clone()]), &live([]), &org_with(state));
        assert_eq!(words(&plan), [step, "create (1, 1) whole <0>", "record <1>"], "{state:?}");
        assert!(plan.approve(&Consent::to_everything()).is_ok());
    }
}

#[test]
fn sharing_that_cannot_be_turned_on_refuses_the_plan_and_says_what_to_do() {
    let unit = DesiredShare { principals: [as_written(ou("d"))].into(), ..desired_share("unit") };
    for (wish, state, code) in [
        (SharingWish::Required, SharingState::Disabled, "RAM403"),
        (SharingWish::Required, SharingState::HalfEnabled, "RAM403"),
        (SharingWish::Enabled, SharingState::NotManagementAccount, "RAM404"),
        (SharingWish::Enabled, SharingState::NotAllFeatures, "RAM405"),
        (SharingWish::Enabled, SharingState::NoOrganization, "RAM406"),
    ] {
        let mut graph = stack([unit.clone()]);
        graph.sharing.as_mut().unwrap().wish = wish;
        let plan = planned(&graph, &live([]), &org_with(state));
        assert_eq!(words(&plan), Vec::<String>::new());
        assert!(plan.approve(&Consent::to_everything()).is_err());
        let notices = plan.notices();
        assert!(notices[0].is_error() && notices[0].help.is_some());
        assert_eq!(notices[0].code.id, code);
        assert_eq!(plan.body().shares[0].blocked, Some(Blocked::SharingOff));
    }
}

#[test]
fn while_nobody_can_tell_whether_sharing_is_on_only_what_needs_it_waits() {
    let unit = DesiredShare { principals: [as_written(ou("d"))].into(), ..desired_share("unit") };
    let plan = planned(&stack([unit, desired_share("plain")]), &live([]), &unread_org());
    assert_eq!(words(&plan), ["create (1, 1) whole <>", "record <0>"]);
    assert!(!plan.is_complete());
    assert!(plan.approve(&Consent::to_everything()).is_ok());
    let codes: Vec<_> = plan.notices().iter().map(|notice| notice.code.id).collect();
    assert_eq!(codes, ["RAM407", "RAM408", "RAM411"]);
}

#[test]
fn a_protected_share_refuses_the_plan_that_would_delete_or_replace_it() {
    let mut desired = desired_share("tgw");
    desired.lifecycle.prevent_destroy = true;
    let live = live([live_share(&desired, 1)]);
    let refusal = Refused::Forbidden(vec![Refusal::PreventDestroy { address: address("tgw") }]);
    let going = plan(&destroy(&stack([desired.clone()]), &live, &org()), &org());
    assert_eq!(going.approve(&Consent::to_everything()).unwrap_err(), refusal);
    desired.retain_sharing = true;
    let replaced = planned(&stack([desired.clone()]), &live, &org());
    assert_eq!(replaced.approve(&Consent::to_everything()).unwrap_err(), refusal);
    desired.retain_sharing = false;
    assert!(planned(&stack([desired]), &live, &org()).approve(&Consent::to_everything()).is_ok());
}

#[test]
fn the_same_facts_make_the_same_plan_and_other_facts_another_fingerprint() {
    let graph = stack([desired_share("tgw")]);
    let first = planned(&graph, &live([]), &org());
    assert_eq!(first, planned(&graph, &live([]), &org()));
    let mut renamed = desired_share("tgw");
    renamed.name = "new".into();
    let other = planned(&stack([renamed]), &live([]), &org());
    assert_ne!(first.body().fingerprint, other.body().fingerprint);
}

/// Only what would make a second thing has tokens, and nothing that is configured or was read changes them.
#[test]
fn tokens_depend_on_the_stack_the_address_and_the_replaced_share_alone() {
    let tokens = |plan: &crate::plan::Plan, at: usize| plan.steps()[at].step.tokens();
    let wanted = desired_share("tgw");
    let alone = planned(&stack([wanted.clone()]), &live([]), &org());
    let first = tokens(&alone, 0).expect("a share is made");
    let both = planned(&stack([desired_share("a"), wanted.clone()]), &live([]), &org());
    assert_eq!(tokens(&both, 2), Some(first));
    assert_ne!(tokens(&both, 0), Some(first));

    let mut other = wanted.clone();
    (other.name, other.allow_external_principals) = ("new".into(), true);
    other.principals.clear();
    assert_eq!(tokens(&planned(&stack([other]), &live([]), &org()), 0), Some(first));

    let mut stray = live_share(&wanted, 1);
    stray.tags.clear();
    let graph = stack([wanted.clone()]);
    assert_eq!(tokens(&planned(&graph, &live([stray]), &org()), 0), Some(first), "a namesake");

    let replacing = |n| {
        let mut present = live_share(&wanted, n);
        present.status = crate::model::ShareStatus::Failed;
        let plan = planned(&graph, &live([present]), &org());
        assert_eq!(tokens(&plan, 1), None, "{:?}", plan.steps());
        tokens(&plan, 0).expect("a share is made")
    };
    assert_eq!(replacing(1), replacing(1));
    assert_eq!(BTreeSet::from([first, replacing(1), replacing(2)]).len(), 3);
}

#[test]
fn a_share_that_was_deleted_by_hand_is_made_again() {
    let graph = stack([desired_share("tgw")]);
    let mut sim = Simulator::new(live([]));
    for _ in 0..3 {
        sim.next_plan();
        let plan = planned(&graph, &sim.live, &org());
        assert_eq!(plan.steps().len(), 2);
        sim.run(plan.steps());
        let Some(Observed::Known(place)) = sim.live.places.get_mut(&hub()) else { unreachable!() };
        let (arn, share) = place.shares.pop_first().unwrap();
        place.deleted.insert(arn, share.tags);
    }
}

#[test]
fn the_totals_leave_out_what_a_blocked_share_would_have_given() {
    let unit = DesiredShare {
        principals: [as_written(principal("999999999999")), as_written(ou("d"))].into(),
        ..desired_share("unit")
    };
    let plan = planned(&stack([unit]), &live([]), &unread_org());
    assert!(plan.is_empty() && plan.has_changes());
    assert_eq!(plan.body().access, crate::access::AccessDelta::default());
}

#[test]
fn a_crowded_region_is_planned_without_comparing_everything_with_everything() {
    let shares = (0..500).map(|n| {
        let mut share = desired_share(&format!("share-{n}"));
        share.resources = (0..10).map(|r| (tgw(n * 10 + r), Some(tgw_type()))).collect();
        share.principals.extend([as_written(ou("w")), as_written(ou("d"))]);
        share
    });
    let mut crowded = desired_share("crowded");
    crowded.principals =
        (0..2_000u64).map(|n| as_written(principal(&format!("{:012}", 600_000_000_000 + n)))).collect();
    crowded.resources = many(2_000);
    let graph = stack(shares.chain([crowded]));
    let gone = (0..200).map(|n| live_share(&desired_share(&format!("gone-{n}")), n + 1));
    let plan = planned(&graph, &live(gone), &org());
    let text = PlanView::new(&plan, &sources().0, Styles::plain(), 120, 1).to_string();
    assert!(text.contains("Plan: 501 to create, 0 to update, 200 to delete."));
    assert_eq!(plan.steps().len(), 2 * 500 + 41 + 200);
}

#[test]
fn every_fact_that_a_step_depends_on_is_in_the_fingerprint() {
    type Case = fn(&mut crate::live::LiveShare);
    let facts: [Case; 8] = [
        |share| share.name.push('x'),
        |share| share.allow_external_principals = true,
        |share| share.status = crate::model::ShareStatus::Pending,
        |share| drop(share.tags.insert("more".into(), "x".into())),
        |share| drop(share.principals.insert(principal("555555555555"), associated())),
        |share| drop(share.resources.insert(tgw(9), associated())),
        |share| {
            let status = AssociationStatus::Associating;
            share.principals.insert(principal("333333333333"), association(status));
        },
        |share| share.permissions.get_mut(&tgw_type()).unwrap().version = "2".into(),
    ];
    // A change of the configuration, so that the share is touched in any case.
    let mut desired = desired_share("tgw");
    let untouched = live_share(&desired, 1);
    desired.tags.insert("new".into(), "x".into());
    let graph = stack([desired]);
    let fingerprint = |share, org: &OrgView| planned(&graph, &live([share]), org).body().fingerprint.clone();
    let mut seen = vec![fingerprint(untouched.clone(), &org())];
    for fact in facts {
        let mut share = untouched.clone();
        fact(&mut share);
        let found = fingerprint(share, &org());
        assert!(!seen.contains(&found));
        seen.push(found);
    }
    let mut same = untouched.clone();
    same.status_message = Some("a wording".into());
    same.created = None;
    assert_eq!(fingerprint(same, &org()), seen[0]);
}

#[test]
fn an_account_that_moves_between_units_changes_the_fingerprint() {
    let mut desired = DesiredShare { principals: [as_written(ou("d"))].into(), ..desired_share("tgw") };
    let live = live([live_share(&desired, 1)]);
    desired.name = "new".into();
    let graph = stack([desired]);
    let mut moved = org();
    let Observed::Known(snapshot) = &mut moved.snapshot else { unreachable!() };
    let dev = snapshot.accounts[&account("333333333333")].parent.clone();
    snapshot.accounts.get_mut(&account("555555555555")).unwrap().parent = dev;
    let (before, after) = (planned(&graph, &live, &org()), planned(&graph, &live, &moved));
    assert_ne!(before.body().fingerprint, after.body().fingerprint);
}

#[test]
fn new_sources_come_before_old_ones_go() {
    let old = DesiredShare {
        principals: [as_written(principal("x.amazonaws.com"))].into(),
        sources: ["333333333333".to_owned()].into(),
        ..desired_share("tgw")
    };
    let desired = DesiredShare { sources: ["444444444444".to_owned()].into(), ..old.clone() };
    let plan = planned(&stack([desired]), &live([live_share(&old, 1)]), &org());
    let operations: Vec<_> = plan.steps().iter().map(|step| step.step.operation()).collect();
    assert_eq!(operations, ["AssociateResourceShare", "DisassociateResourceShare", "TagResource"]);
}

#[test]
fn a_principal_that_takes_over_from_another_joins_first() {
    let old = DesiredShare { allow_external_principals: true, ..desired_share("tgw") };
    let wider = DesiredShare {
        allow_external_principals: false,
        principals: [as_written(ou("d"))].into(),
        ..old.clone()
    };
    let plan = planned(&stack([wider]), &live([live_share(&old, 1)]), &org());
    assert_eq!(words(&plan), ["associate (0, 1) <>", "disassociate (0, 1) <0>", "update <1>", "tag 1 <2>"]);
    let opened = DesiredShare { principals: [as_written(principal("999999999999"))].into(), ..old.clone() };
    let closed = DesiredShare { allow_external_principals: false, ..old };
    let plan = planned(&stack([opened]), &live([live_share(&closed, 1)]), &org());
    assert_eq!(words(&plan), ["update <>", "associate (0, 1) <0>", "disassociate (0, 1) <1>", "tag 1 <2>"]);
}
