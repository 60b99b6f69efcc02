//! Accepting, rejecting and leaving.

use super::*;
use crate::cloud::fake::place_at as at;
use crate::model::InvitationStatus;

const PARTNER: &str = "999999999999";

/// A step in the partner's account.
fn in_partner(id: u32, needs: &[u32], step: Step) -> PlannedStep {
    PlannedStep { place: at(PARTNER, "eu-central-1"), ..planned(id, needs, Some("tgw"), step) }
}

fn accept(share: ShareRef) -> Step {
    Step::AcceptResourceShareInvitation { share, sender: account("222222222222") }
}

/// A share with the partner, made and accepted.
fn made_and_accepted() -> Vec<PlannedStep> {
    vec![
        planned(0, &[], Some("tgw"), create(PARTNER)),
        in_partner(1, &[0], accept(ShareRef::CreatedBy(StepId(0)))),
    ]
}

fn inviting() -> FakeCloud {
    let cloud = FakeCloud::default();
    cloud.world().invited.insert(PARTNER.into(), true);
    cloud
}

/// A share of an earlier run, with its invitation in a state.
async fn invited(status: InvitationStatus) -> (FakeCloud, ShareArn) {
    let cloud = inviting();
    let made = run(&cloud, vec![planned(0, &[], Some("tgw"), create(PARTNER))]).await;
    let StepResult::Done { share: Some(arn), .. } = &made[0] else { panic!("{made:?}") };
    cloud.world().invitations[0].1.status = status;
    (cloud, arn.clone())
}

#[tokio::test]
async fn an_account_that_ramctl_accepts_for_is_not_waited_for_and_then_sees_the_share() {
    let cloud = inviting();
    cloud.world().unseen_for = 3;
    let began = tokio::time::Instant::now();
    let results = run(&cloud, made_and_accepted()).await;
    assert!(results.iter().all(is_done), "{results:?}");
    assert!(began.elapsed() < settings().deadline);
    assert_eq!(cloud.count("ram:AcceptResourceShareInvitation"), 1);
}

/// Pains 5 to 8.
#[tokio::test]
async fn accepted_and_not_visible_is_no_failure_and_what_hangs_on_it_waits_for_the_next_plan() {
    let cloud = inviting();
    cloud.world().unseen_for = 100_000;
    let old = cloud.add_share(&here(), &[SUBNET], &[PARTNER]);
    let mut steps = made_and_accepted();
    steps.push(planned(2, &[0, 1], Some("tgw"), Step::DeleteResourceShare { share: old }));
    let results = run(&cloud, steps).await;
    assert!(matches!(&results[1], StepResult::Unseen { .. }), "{results:?}");
    assert_eq!(results[2], StepResult::Skipped { because_of: StepId(1) });
    assert_eq!(cloud.count("ram:DeleteResourceShare"), 0);
}

#[tokio::test]
async fn an_invitation_that_somebody_else_accepted_meanwhile_is_success() {
    let (cloud, arn) = invited(InvitationStatus::Pending).await;
    let mut fault = Fault::new("ram:AcceptResourceShareInvitation", 1, ErrorKind::AlreadyDone);
    fault.code = "ResourceShareInvitationAlreadyAcceptedException";
    fault.carried_out = true;
    cloud.world().faults.push(fault);
    let results = run(&cloud, vec![in_partner(0, &[], accept(ShareRef::Known(arn)))]).await;
    assert!(is_done(&results[0]), "{results:?}");
}

#[tokio::test]
async fn a_share_that_is_visible_needs_no_invitation() {
    let cloud = FakeCloud::default();
    let arn = cloud.add_share(&here(), &[SUBNET], &[PARTNER]);
    let results = run(&cloud, vec![in_partner(0, &[], accept(ShareRef::Known(arn)))]).await;
    assert!(is_done(&results[0]), "{results:?}");
    assert_eq!(cloud.count("ram:AcceptResourceShareInvitation"), 0);
}

/// Pain 9: nothing there is told from not allowed to look.
#[tokio::test]
async fn what_is_in_the_way_of_accepting_is_told_apart() {
    for (status, expected) in
        [(InvitationStatus::Rejected, "no_invitation"), (InvitationStatus::Expired, "no_invitation")]
    {
        let (cloud, arn) = invited(status).await;
        let results = run(&cloud, vec![in_partner(0, &[], accept(ShareRef::Known(arn)))]).await;
        assert_eq!(code(&results[0]), expected);
        assert!(matches!(&results[0], StepResult::Failed { maybe_done: false, .. }));
    }
    let (cloud, arn) = invited(InvitationStatus::Pending).await;
    let denied = || Fault::new("ram:GetResourceShareInvitations", 1, ErrorKind::AccessDenied);
    cloud.world().faults.push(denied());
    let results = run(&cloud, vec![in_partner(0, &[], accept(ShareRef::Known(arn)))]).await;
    let StepResult::Failed { help: Some(help), .. } = &results[0] else { panic!("{results:?}") };
    assert!(help.contains("ram:GetResourceShareInvitations") && help.contains(PARTNER), "{help}");
}

/// Pain 11: another share's invitation, or one of another sender, is left alone.
#[tokio::test]
async fn only_the_invitation_of_the_share_and_its_sender_is_accepted() {
    let (cloud, arn) = invited(InvitationStatus::Pending).await;
    {
        let mut world = cloud.world();
        let (receiver, mut other) = world.invitations[0].clone();
        other.sender = account("888888888888");
        other.arn = crate::model::InvitationArn::parse(&format!("{}-other", other.arn)).expect("valid");
        world.invitations.push((receiver, other));
    }
    let results = run(&cloud, vec![in_partner(0, &[], accept(ShareRef::Known(arn)))]).await;
    assert!(is_done(&results[0]), "{results:?}");
    let states: Vec<_> = cloud.world().invitations.iter().map(|(_, row)| row.status.clone()).collect();
    assert_eq!(states, [InvitationStatus::Accepted, InvitationStatus::Pending]);
}

#[tokio::test]
async fn rejecting_ends_the_invitation_and_is_fine_where_there_is_none() {
    for (status, calls) in [(InvitationStatus::Pending, 1), (InvitationStatus::Expired, 0)] {
        let (cloud, share) = invited(status).await;
        let reject = Step::RejectResourceShareInvitation { share, sender: account("222222222222") };
        let results = run(&cloud, vec![in_partner(0, &[], reject)]).await;
        assert!(is_done(&results[0]), "{results:?}");
        assert_eq!(cloud.count("ram:RejectResourceShareInvitation"), calls);
    }
}

/// Pains 43 and 47: leaving what is gone is success.
#[tokio::test]
async fn leaving_ends_when_the_account_sees_the_share_no_more() {
    let cloud = FakeCloud::default();
    let share = cloud.add_share(&here(), &[SUBNET], &[PARTNER]);
    let leave = || Step::LeaveResourceShare { share: share.clone(), account: account(PARTNER) };
    for calls in [1, 1] {
        let results = run(&cloud, vec![in_partner(0, &[], leave())]).await;
        assert!(is_done(&results[0]), "{results:?}");
        assert_eq!(cloud.count("ram:DisassociateResourceShare"), calls);
    }
}
