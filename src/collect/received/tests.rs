use super::*;
use crate::cloud::ErrorKind;
use crate::cloud::fake::{FakeCloud, Fault, place_at};
use crate::model::GapCause;

const SUBNET: &str = "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1";

fn consumer() -> Place {
    place_at("444444444444", "eu-central-1")
}

#[tokio::test]
async fn what_an_account_receives_costs_two_calls_and_never_polls() {
    let cloud = FakeCloud::default();
    let hub = place_at("222222222222", "eu-central-1");
    let arn = cloud.add_share(&hub, &[SUBNET], &["444444444444"]);
    cloud.add_share(&hub, &[SUBNET], &["555555555555"]);
    let found = received(&cloud, &[consumer()].into(), &Settings::default()).await;
    let here = found[&consumer()].known().expect("read");
    assert_eq!(here.shares.keys().collect::<Vec<_>>(), [&arn]);
    assert_eq!(cloud.world().calls.len(), 2);
}

/// Pain 9.
#[tokio::test]
async fn a_listing_that_is_denied_is_a_gap_and_not_an_empty_list() {
    for action in ["ram:GetResourceShareInvitations", "ram:GetResourceShares"] {
        let cloud = FakeCloud::default();
        cloud.world().faults.push(Fault::new(action, 1, ErrorKind::AccessDenied));
        let found = received(&cloud, &[consumer()].into(), &Settings::default()).await;
        let gap = found[&consumer()].gap().expect("a gap");
        assert_eq!((gap.cause, gap.action.as_str()), (GapCause::AccessDenied, action));
        assert_eq!(gap.caller, "arn:aws:iam::444444444444:role/ramctl");
    }
}

#[tokio::test]
async fn types_are_noted_on_the_shares_that_are_asked_about_and_so_is_a_failure() {
    let cloud = FakeCloud::default();
    let hub = place_at("222222222222", "eu-central-1");
    let asked = cloud.add_share(&hub, &[SUBNET], &["444444444444"]);
    let other = cloud.add_share(&hub, &[SUBNET], &["444444444444"]);
    let shares = BTreeMap::from([(consumer(), BTreeSet::from([asked.clone()]))]);
    let settings = Settings::default();
    for denied in [false, true] {
        let mut found = received(&cloud, &[consumer()].into(), &settings).await;
        if denied {
            cloud.world().faults.push(Fault::new("ram:ListResources", 1, ErrorKind::AccessDenied));
        }
        received_types(&cloud, &shares, &settings, &mut found).await;
        let here = found[&consumer()].known().expect("read");
        assert_eq!(here.shares[&other].types, ReceivedTypes::NotAsked);
        match &here.shares[&asked].types {
            ReceivedTypes::Known(types) => assert!(!denied && types.len() == 1),
            ReceivedTypes::Unread(gap) => assert!(denied && gap.cause == GapCause::AccessDenied),
            ReceivedTypes::NotAsked => panic!("it was asked"),
        }
    }
}
