//! What makes a plan untrue between its reading and its steps, and what does not.

use jiff::Timestamp;

use crate::desired::{DesiredGraph, DesiredShare};
use crate::diff::diff;
use crate::diff::fixture::*;
use crate::live::{Extent, LiveShare, LiveState, Policies};
use crate::model::{Observed, ResourceArn, Usage, Users};
use crate::org::{OrgView, SharingState};
use crate::plan::{Consent, Difference, NotApproved, Plan, Reread, Stale, plan_knowing};

fn subnet() -> ResourceArn {
    ResourceArn::parse(&format!("arn:aws:ec2:eu-central-1:{HUB}:subnet/subnet-1")).unwrap()
}

fn used_by(users: &[(&str, usize)]) -> Usage {
    let users: Users = users.iter().map(|(id, n)| (account(id), *n)).collect();
    Usage { found: [(subnet(), Observed::Known(users))].into() }
}

/// Takes the subnet from 333333333333. Another share gives it to 444444444444 and stays, and one has nothing to do with it.
fn world() -> (DesiredGraph, Vec<LiveShare>) {
    let with = |label: &str, who: &str| DesiredShare {
        resources: [(subnet(), None)].into(),
        principals: [as_written(principal(who))].into(),
        ..desired_share(label)
    };
    let [mut a, b, c] = [with("a", "333333333333"), with("b", "444444444444"), desired_share("c")];
    let found = vec![live_share(&a, 1), live_share(&b, 2), live_share(&c, 3)];
    a.principals.clear();
    (stack([a, b, c]), found)
}

fn planned(graph: &DesiredGraph, found: &LiveState) -> Plan {
    plan_knowing(&diff(graph, found, &org()), &org(), &used_by(&[]))
}

fn again(plan: &Plan, found: Vec<LiveShare>, org: OrgView, usage: Usage) -> Result<(), NotApproved> {
    let policies = Policies::of(&live([]));
    let now = Reread { at: Timestamp::UNIX_EPOCH, live: live(found), org, usage, policies };
    plan.approve_again(&Consent::to_everything(), &now).map(|_| ())
}

#[track_caller]
fn is_stale(result: Result<(), NotApproved>) -> Stale {
    match result {
        Err(NotApproved::Stale(stale)) => stale,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_the_steps_and_the_hazards_hang_on_is_read_again_and_nothing_else() {
    let (graph, found) = world();
    let plan = planned(&graph, &live(found.clone()));
    let touched = plan.touched();
    assert_eq!(touched.places, [(hub(), Extent::Whole)].into(), "two shares hold the subnet");
    assert_eq!(touched.usage, [(hub(), [subnet()].into())].into());
    assert!(touched.principals && touched.sharing);
    again(&plan, found.clone(), org(), used_by(&[])).expect("nothing has changed");

    let change = |at: usize, change: fn(&mut LiveShare)| {
        let mut found = found.clone();
        change(&mut found[at]);
        again(&plan, found, org(), used_by(&[]))
    };
    is_stale(change(0, |share| share.name = "other".to_owned()));
    is_stale(change(0, |share| drop(share.tags.insert("a".to_owned(), "b".to_owned()))));
    // Whoever has the subnet through this one loses nothing by the plan, as long as it has it.
    is_stale(change(1, |share| share.principals.clear()));
    change(2, |share| share.principals.clear()).expect("nothing hangs on it");
    is_stale(again(&plan, found.clone(), org_with(SharingState::Disabled), used_by(&[])));

    let nothing = planned(&stack([]), &live([]));
    assert_eq!(nothing.touched().places.len(), 0);
}

#[test]
fn an_account_that_begins_to_use_what_it_loses_makes_the_plan_untrue() {
    let (graph, found) = world();
    let plan = planned(&graph, &live(found.clone()));
    let with = |users: &[(&str, usize)]| again(&plan, found.clone(), org(), used_by(users));
    with(&[(HUB, 3), ("444444444444", 1)]).expect("who keeps it may use it");
    let stale = is_stale(with(&[("333333333333", 2)]));
    assert!(matches!(stale.differences.as_slice(), [Difference::Usage { count: 2, .. }]), "{stale:?}");
    let told = stale.notices();
    assert!(told[0].detail.contains("had nothing in it and has 2 network interfaces now"), "{told:?}");

    // What is not known any more is a gap; what never was counts as used already.
    let unknown = Usage { found: [(subnet(), Observed::Unknown(gap()))].into() };
    let unread = again(&plan, found.clone(), org(), unknown.clone());
    assert_eq!(unread, Err(NotApproved::Unread([gap()].into())));
    let unsure = plan_knowing(&diff(&graph, &live(found.clone()), &org()), &org(), &unknown);
    again(&unsure, found.clone(), org(), unknown).expect("nothing is worse");
    again(&unsure, found, org(), used_by(&[("333333333333", 2)])).expect("nothing is worse");
}

/// The share's own time stays where members and tags change, and moves where nothing that matters does.
#[test]
fn since_when_is_the_members_own_time_and_never_the_shares() {
    let (graph, found) = world();
    let plan = planned(&graph, &live(found.clone()));
    let second = |n: i64| Some(Timestamp::from_second(n).unwrap());
    let mut later = found.clone();
    later[0].updated = second(9_000);
    again(&plan, later, org(), used_by(&[])).expect("the time of a share says nothing");

    let mut joined = found.clone();
    joined[0].updated = second(9_000);
    let mut association = associated();
    association.updated = second(5_000);
    joined[0].principals.insert(principal("555555555555"), association);
    joined[0].tags.insert("by".to_owned(), "hand".to_owned());
    let stale = is_stale(again(&plan, joined, org(), used_by(&[])));
    let since: Vec<_> = stale
        .differences
        .iter()
        .map(|difference| match difference {
            Difference::Share { since, .. } => *since,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(since.len(), 2, "{stale:?}");
    assert!(since.contains(&second(5_000)) && since.contains(&None), "{since:?}");
}

#[test]
fn what_expired_since_the_plan_was_made_makes_it_stale() {
    let at: Timestamp = "2027-03-31T00:00:00Z".parse().unwrap();
    let mut graph = stack([DesiredShare { expires: Some(at), ..desired_share("a") }, desired_share("b")]);
    graph.now = "2027-03-30T23:59:00Z".parse().unwrap();
    let plan = plan_knowing(&diff(&graph, &live([]), &org()), &org(), &Usage::default());
    let policies = Policies::default;
    let read = |at| Reread { at, live: live([]), org: org(), usage: Usage::default(), policies: policies() };
    let approved = |at| plan.approve_again(&Consent::to_everything(), &read(at)).map(|_| ());
    approved(graph.now).expect("there is a minute left");
    let stale = is_stale(approved(at));
    let [Difference::Expired { address, .. }] = &stale.differences[..] else { panic!("{stale:?}") };
    assert_eq!(address.to_string(), "share.a");
    assert!(stale.notices()[0].detail.contains("share.a expired at 2027-03-31"), "{:?}", stale.notices());
}
