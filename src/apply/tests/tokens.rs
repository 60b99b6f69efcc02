//! Tokens that AWS has seen before: by another run, or in an earlier life of the same thing.

use super::*;
use crate::model::{PermissionPolicy, ResourceType, TAG_ADDRESS};

/// Moves the clock of AWS.
fn later(cloud: &FakeCloud, seconds: i64) {
    let now = cloud.world().now;
    cloud.world().now = jiff::Timestamp::from_second(now.as_second() + seconds).expect("in range");
}

async fn made(cloud: &FakeCloud, step: Step) -> (StepResult, Vec<String>) {
    let stop = CancellationToken::new();
    let steps = vec![planned(0, &[], Some("a"), step)];
    let (mut outcome, events) = run_with(cloud, steps, &settings(), &stop, |_| {}).await;
    let waits = events.into_iter().filter_map(|event| match event {
        Event::Waiting { what, .. } => Some(what),
        _ => None,
    });
    (outcome.steps.remove(0).result, waits.collect())
}

#[track_caller]
fn assert_faster(result: &StepResult, what: &str) {
    let StepResult::Failed { code, message, maybe_done: false, .. } = result else { panic!("{result:?}") };
    assert_eq!(code, "another_run_was_faster");
    assert!(message.contains(what), "{message}");
}

#[tokio::test]
async fn who_wants_something_else_a_moment_later_makes_no_second_share() {
    let cloud = FakeCloud::default();
    cloud.world().hidden_for = 2;
    let (first, _) = made(&cloud, create(CONSUMER)).await;
    let StepResult::Done { share: Some(arn), .. } = first else { panic!("{first:?}") };
    let (second, _) = made(&cloud, create("444444444444")).await;
    assert_faster(&second, &format!("{arn} at 2023-11-14 22:13:20 UTC"));
    assert_eq!(cloud.world().shares.len(), 1);

    let (outcome, _) = run_with(
        &cloud,
        vec![planned(0, &[], Some("a"), create("444444444444"))],
        &settings(),
        &CancellationToken::new(),
        |_| {},
    )
    .await;
    assert!(outcome.lost_to_another_run());
}

/// Each life wants something else than the one before. What is listed as deleted accounts for its token, so nothing is waited for.
#[tokio::test]
async fn tokens_of_earlier_lives_are_passed_over_at_once() {
    let cloud = FakeCloud::default();
    for life in 1..=20 {
        let (result, waits) = made(&cloud, create(&format!("3333333333{life:02}"))).await;
        assert!(is_done(&result), "life {life}: {result:?}");
        assert!(!waits.iter().any(|what| what.contains("another run")), "life {life}: {waits:?}");
        assert_eq!(cloud.world().shares.len(), life);
        cloud.world().shares.values_mut().for_each(|share| share.row.status = ShareStatus::Deleted);
        later(&cloud, 10);
    }
}

/// Nothing accounts for the token any more: it may be another run's, whose share does not show yet.
#[tokio::test]
async fn a_token_that_nothing_accounts_for_is_passed_over_after_a_while() {
    let cloud = FakeCloud::default();
    assert!(is_done(&made(&cloud, create(CONSUMER)).await.0));
    cloud.world().shares.clear();
    let (result, waits) = made(&cloud, create("444444444444")).await;
    assert!(is_done(&result), "{result:?}");
    assert!(waits.iter().any(|what| what.contains("looking for the share of another run")), "{waits:?}");

    // One that was deleted long ago may be forgotten.
    let old = cloud.world().shares.keys().next().expect("one").clone();
    cloud.world().shares.get_mut(&old).expect("there").row.status = ShareStatus::Deleted;
    later(&cloud, 3_600);
    let (result, waits) = made(&cloud, create("555555555555")).await;
    assert!(is_done(&result), "{result:?}");
    assert!(!waits.is_empty());
}

/// A share that took the place of another has its token from another sequence.
#[tokio::test]
async fn a_replacement_that_ended_does_not_account_for_a_token() {
    let cloud = FakeCloud::default();
    assert!(is_done(&made(&cloud, create(CONSUMER)).await.0));
    later(&cloud, 100);
    assert!(is_done(&run(&cloud, vec![planned(7, &[], Some("a"), create(CONSUMER))]).await[0]));
    let now = cloud.world().now;
    for share in cloud.world().shares.values_mut() {
        share.row.status = ShareStatus::Deleted;
        share.row.updated = Some(jiff::Timestamp::from_second(now.as_second() + 5).expect("in range"));
    }
    later(&cloud, 550);
    // The first is too old to account for a token, and the second replaced it.
    let (result, waits) = made(&cloud, create("444444444444")).await;
    assert!(is_done(&result), "{result:?}");
    assert!(waits.iter().any(|what| what.contains("another run")), "{waits:?}");
}

/// AWS has forgotten the token of the other run, or never looked at it.
#[tokio::test]
async fn a_share_that_another_run_made_as_well_is_no_success() {
    let cloud = FakeCloud::default();
    let create = |address: &str| {
        let mut step = create(CONSUMER);
        let Step::CreateResourceShare { tags, .. } = &mut step else { unreachable!() };
        tags.insert(TAG_ADDRESS.to_owned(), format!("share.{address}"));
        step
    };
    let (first, _) = made(&cloud, create("a")).await;
    let StepResult::Done { share: Some(first), .. } = first else { panic!("{first:?}") };
    let steps = vec![planned(7, &[], Some("a"), create("a")), planned(8, &[], Some("b"), create("b"))];
    let results = run(&cloud, steps).await;
    let StepResult::Failed { code, message, maybe_done: true, .. } = &results[0] else {
        panic!("{results:?}")
    };
    assert_eq!(code, "made_twice");
    assert!(message.contains(first.as_str()), "{message}");
    assert!(is_done(&results[1]), "another address is another share: {results:?}");
}

#[tokio::test]
async fn a_share_that_was_there_before_the_plan_is_another_runs() {
    let cloud = FakeCloud::default();
    assert!(is_done(&made(&cloud, create(CONSUMER)).await.0));
    later(&cloud, 3_600);
    let (result, _) = made(&cloud, create(CONSUMER)).await;
    assert_faster(&result, "resource-share/");
}

#[tokio::test]
async fn what_was_made_long_ago_and_is_not_listed_is_judged_at_once() {
    let cloud = FakeCloud::default();
    for _ in 1..=5 {
        let (result, waits) = made(&cloud, create(CONSUMER)).await;
        assert!(is_done(&result), "{result:?}");
        assert!(!waits.iter().any(|what| what.contains("not listed")), "{waits:?}");
        cloud.world().shares.clear();
        later(&cloud, 7_200);
    }
}

/// A share of another run may stay hidden for longer than a step may wait. Then half of the time is for looking, and the rest for making the
/// share: the look at the end of the run tells if there are two.
#[tokio::test]
async fn a_run_with_little_patience_still_makes_the_share() {
    let cloud = FakeCloud::default();
    assert!(is_done(&made(&cloud, create(CONSUMER)).await.0));
    cloud.world().shares.clear();
    let impatient = Settings { visibility: Duration::from_secs(60), ..settings() };
    let steps = vec![planned(0, &[], Some("a"), create("444444444444"))];
    let (outcome, _) = run_with(&cloud, steps, &impatient, &CancellationToken::new(), |_| {}).await;
    assert!(is_done(&outcome.steps[0].result), "{:?}", outcome.steps[0].result);
    assert_eq!(cloud.world().shares.len(), 1);
}

fn arn() -> PermissionArn {
    PermissionArn::parse("arn:aws:ram:eu-central-1:222222222222:permission/ca").expect("valid")
}

fn policy(action: &str) -> PermissionPolicy {
    let text = format!(r#"{{"Effect":"Allow","Action":["acm-pca:{action}"]}}"#);
    PermissionPolicy::read(&text).expect("a policy")
}

fn permission(action: &str) -> Step {
    Step::CreatePermission {
        tokens: tokens(0),
        permission: arn(),
        resource_type: ResourceType::parse("acm-pca:CertificateAuthority").expect("valid"),
        policy: policy(action),
        tags: Tags::from([("ramctl:stack".to_owned(), "network".to_owned())]),
    }
}

fn delete() -> Step {
    Step::DeletePermission { permission: arn() }
}

#[tokio::test]
async fn a_permission_is_made_in_each_of_its_lives_and_once_in_each() {
    let cloud = FakeCloud::default();
    for life in 0..6 {
        // Alternately what was wanted before, and something else.
        let (result, _) = made(&cloud, permission(["Get", "Get", "List"][life % 3])).await;
        assert!(is_done(&result), "life {life}: {result:?}");
        assert!(is_done(&made(&cloud, delete()).await.0));
        later(&cloud, 3_600);
    }
    for remembers in [true, false] {
        cloud.world().remembers = remembers;
        assert!(is_done(&made(&cloud, permission("Get")).await.0));
        assert_faster(&made(&cloud, permission("Describe")).await.0, "permission/ca");
        assert!(is_done(&made(&cloud, delete()).await.0));
    }
}

#[tokio::test]
async fn a_permission_of_somebody_else_is_not_taken_for_the_blocks_own() {
    let cloud = FakeCloud::default();
    assert!(is_done(&made(&cloud, permission("Get")).await.0));
    let theirs = Tags::from([("ramctl:stack".to_owned(), "theirs".to_owned())]);
    cloud.world().customer_permissions[0].tags = theirs;
    assert_eq!(code(&made(&cloud, permission("Get")).await.0), "name_taken");
    cloud.world().permission_tokens.clear();
    assert_eq!(code(&made(&cloud, permission("Get")).await.0), "PermissionAlreadyExistsException");
}

fn version(highest: u32, action: &str) -> Step {
    Step::CreatePermissionVersion {
        tokens: tokens(highest),
        highest,
        permission: arn(),
        policy: policy(action),
    }
}

#[tokio::test]
async fn a_version_is_made_in_each_life_of_its_permission_and_the_slower_run_is_told() {
    let cloud = FakeCloud::default();
    for life in 0..4 {
        assert!(is_done(&made(&cloud, permission("Get")).await.0));
        let (result, _) = made(&cloud, version(1, ["List", "List", "Put"][life % 3])).await;
        assert!(is_done(&result), "life {life}: {result:?}");
        assert_eq!(cloud.world().policies[&arn()].default, 2);
        if life < 3 {
            assert!(is_done(&made(&cloud, delete()).await.0));
            later(&cloud, 3_600);
        }
    }
    // A plan that was made before it gives way, whether it wants the same or something else.
    assert_faster(&made(&cloud, version(1, "List")).await.0, "version 2 of");
    assert_faster(&made(&cloud, version(1, "Describe")).await.0, "version 2 of");
    assert_eq!(cloud.world().policies[&arn()].versions.len(), 2);
}
