use super::*;
use crate::diff::diff;
use crate::diff::fixture::*;
use crate::live::LiveState;
use crate::model::{AssociationStatus, Gap, InvitationStatus, Observed};
use crate::plan::{Plan, plan};

fn planned(graph: &crate::desired::DesiredGraph, live: &LiveState) -> Plan {
    plan(&diff(graph, live, &org()), &org())
}

/// Operation, account and needs of each step.
fn words(plan: &Plan) -> Vec<String> {
    let word = |step: &PlannedStep| {
        let needs: Vec<String> = step.needs.iter().map(|need| need.0.to_string()).collect();
        format!("{} {} <{}>", step.step.operation(), step.place.account, needs.join(","))
    };
    plan.steps().iter().map(word).collect()
}

fn with_view(mut live: LiveState, received: Observed<crate::live::Received>) -> LiveState {
    live.received.insert(partner(), received);
    live
}

/// Pain 10: one apply associates and accepts.
#[test]
fn a_new_share_is_accepted_in_the_same_plan_once_it_is_made() {
    let plan = planned(&reaching([share_with_partner()]), &with_view(live([]), received([], [])));
    assert_eq!(
        words(&plan),
        [
            "CreateResourceShare 222222222222 <>",
            "TagResource 222222222222 <0>",
            "AcceptResourceShareInvitation 999999999999 <0,1>"
        ]
    );
    assert_eq!(plan.counts().accept, 1);
}

#[test]
fn an_invitation_of_an_earlier_run_is_accepted_and_nothing_else_is_done() {
    let mut share = live_share(&share_with_partner(), 1);
    share.principals.insert(principal(PARTNER), association(AssociationStatus::Associating));
    let pending = received([], [invitation(1, InvitationStatus::Pending, 1_999_000)]);
    let plan = planned(&reaching([share_with_partner()]), &with_view(live([share]), pending));
    assert_eq!(words(&plan), ["AcceptResourceShareInvitation 999999999999 <>"]);
    assert!(plan.has_changes());
}

/// Pain 9: nothing is written where nothing was read.
#[test]
fn where_the_consumer_cannot_be_read_nothing_is_accepted_and_the_plan_is_incomplete() {
    let dark = Observed::Unknown(Gap { action: "ram:GetResourceShareInvitations".into(), ..gap() });
    let plan = planned(&reaching([share_with_partner()]), &with_view(live([]), dark));
    assert_eq!(words(&plan), ["CreateResourceShare 222222222222 <>", "TagResource 222222222222 <0>"]);
    assert!(!plan.is_complete());
}

#[test]
fn a_replacement_is_accepted_before_the_old_share_goes() {
    let mut wanted = share_with_partner();
    let old = live_share(&wanted, 1);
    wanted.retain_sharing = true;
    let plan = planned(&reaching([wanted]), &with_view(live([old]), received([1], [])));
    assert_eq!(
        words(&plan),
        [
            "CreateResourceShare 222222222222 <>",
            "TagResource 222222222222 <0>",
            "AcceptResourceShareInvitation 999999999999 <0,1>",
            "DeleteResourceShare 222222222222 <1,2>",
        ]
    );
}

#[test]
fn a_replacement_that_others_must_accept_keeps_the_old_share_until_they_did() {
    let mut wanted = share_with_partner();
    let old = live_share(&wanted, 1);
    wanted.retain_sharing = true;
    let graph = stack([wanted.clone()]);
    let first = planned(&graph, &live([old.clone()]));
    assert_eq!(words(&first), ["CreateResourceShare 222222222222 <>", "TagResource 222222222222 <0>"]);
    assert_eq!(first.body().shares[0].kept_for, [account(PARTNER)].into());

    // The run after: both are there, and the new one waits.
    let mut new = live_share(&wanted, 2);
    let waiting = crate::live::Association { external: true, ..association(AssociationStatus::Associating) };
    let at = Some(jiff::Timestamp::from_second(1_999_000).unwrap());
    new.principals
        .insert(principal(PARTNER), crate::live::Association { created: at, updated: at, ..waiting });
    let second = planned(&graph, &live([old.clone(), new.clone()]));
    assert_eq!(words(&second), [] as [&str; 0]);
    let blocked: Vec<_> = second.body().shares.iter().filter_map(|share| share.blocked).collect();
    assert_eq!(blocked, [Blocked::AwaitingAcceptance]);

    // Accepted: the old one goes.
    new.principals.insert(principal(PARTNER), associated());
    assert_eq!(words(&planned(&graph, &live([old, new]))), ["DeleteResourceShare 222222222222 <>"]);
}
