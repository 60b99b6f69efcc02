//! Plans carried out against AWS in memory.

mod receiving;
mod tokens;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::apply::{Event, Settings, apply};
use crate::cloud::ErrorKind;
use crate::cloud::fake::{FakeCloud, FakeOrganization, Fault, account, place_at};
use crate::cloud::{AccountRow, OrganizationRow};
use crate::diff::{Record, Stamp};
use crate::model::{
    Address, AssociationStatus, BlockKind, OrganizationArn, PermissionArn, Place, Principal, ResourceArn,
    RootId, ShareArn, ShareStatus, Tags,
};
use crate::org::{AccountStanding, ParentId};
use crate::plan::{ApprovedPlan, Outcome, PlannedStep, ShareRef, Step, StepId, StepResult, Tokens};

const SUBNET: &str = "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1";
const OTHER_SUBNET: &str = "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-2";
const CONSUMER: &str = "333333333333";
const UNIT: &str = "arn:aws:organizations::111111111111:ou/o-a1b2c3d4e5/ou-ab12-11111111";

fn here() -> Place {
    place_at("222222222222", "eu-central-1")
}

fn settings() -> Settings {
    Settings {
        parallelism: 8,
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(4),
        deadline: Duration::from_millis(400),
        visibility: Duration::from_millis(60),
        onboarding_grace: Duration::from_millis(30),
        external_invitation: Duration::from_millis(10),
        inside_invitation: Duration::from_millis(50),
        repeats: 2,
    }
}

fn address(label: &str) -> Address {
    Address { kind: BlockKind::Share, label: label.into(), key: None }
}

fn tokens(n: u32) -> Tokens {
    Tokens::parse(&Uuid::from_u128(n.into()).to_string()).expect("a token")
}

fn planned(id: u32, needs: &[u32], label: Option<&str>, mut step: Step) -> PlannedStep {
    if let Step::CreateResourceShare { tokens: own, .. } = &mut step {
        *own = tokens(id);
    }
    PlannedStep {
        id: StepId(id),
        needs: needs.iter().copied().map(StepId).collect(),
        place: here(),
        address: label.map(address),
        step,
    }
}

fn resources(of: &[&str]) -> Vec<ResourceArn> {
    of.iter().map(|arn| ResourceArn::parse(arn).expect("valid")).collect()
}

fn principals(of: &[&str]) -> Vec<Principal> {
    of.iter().map(|text| Principal::read(text)).collect()
}

fn create(principal: &str) -> Step {
    Step::CreateResourceShare {
        tokens: tokens(0),
        name: "tgw".into(),
        allow_external_principals: false,
        retain_sharing: false,
        tags: Tags::from([("ramctl:stack".to_owned(), "network".to_owned())]),
        permissions: vec![],
        resources: resources(&[SUBNET]),
        principals: principals(&[principal]),
        sources: vec![],
    }
}

fn associate(share: ShareRef, resource: &[&str], principal: &[&str]) -> Step {
    Step::AssociateResourceShare {
        share,
        resources: resources(resource),
        principals: principals(principal),
        sources: vec![],
    }
}

fn disassociate(share: ShareRef, principal: &[&str]) -> Step {
    Step::DisassociateResourceShare {
        share,
        resources: vec![],
        principals: principals(principal),
        sources: vec![],
    }
}

async fn run_with(
    cloud: &FakeCloud,
    steps: Vec<PlannedStep>,
    settings: &Settings,
    stop: &CancellationToken,
    on_event: impl Fn(&Event) + Sync,
) -> (Outcome, Vec<Event>) {
    let events = Mutex::new(Vec::new());
    let hear = |event: Event| {
        on_event(&event);
        events.lock().expect("no panic").push(event);
    };
    let outcome = apply(&ApprovedPlan::of_steps(steps), cloud, settings, hear, stop.clone()).await;
    (outcome, events.into_inner().expect("no panic"))
}

async fn run(cloud: &FakeCloud, steps: Vec<PlannedStep>) -> Vec<StepResult> {
    let (outcome, _) = run_with(cloud, steps, &settings(), &CancellationToken::new(), |_| {}).await;
    assert!(!outcome.interrupted);
    outcome.steps.into_iter().map(|step| step.result).collect()
}

fn is_done(result: &StepResult) -> bool {
    matches!(result, StepResult::Done { waiting_for, .. } if waiting_for.is_empty())
}

fn code(result: &StepResult) -> &str {
    match result {
        StepResult::Failed { code, .. } => code,
        other => panic!("{other:?} is no failure"),
    }
}

#[tokio::test]
async fn a_share_is_made_once_everything_on_it_is_settled() {
    let cloud = FakeCloud::default();
    cloud.world().settle_after = 3;
    cloud.world().hidden_for = 2;
    let results = run(&cloud, vec![planned(0, &[], Some("a"), create(CONSUMER))]).await;
    let StepResult::Done { share: Some(arn), waiting_for } = &results[0] else { panic!("{results:?}") };
    assert!(waiting_for.is_empty());
    let world = cloud.world();
    let share = &world.shares[arn];
    assert_eq!(share.row.status, ShareStatus::Active);
    assert!(
        share
            .resources
            .iter()
            .chain(&share.principals)
            .all(|(row, _)| row.status == AssociationStatus::Associated)
    );
}

#[tokio::test]
async fn later_steps_work_on_the_share_that_an_earlier_one_made() {
    let cloud = FakeCloud::default();
    let made = || ShareRef::CreatedBy(StepId(0));
    let results = run(
        &cloud,
        vec![
            planned(0, &[], Some("a"), create(CONSUMER)),
            planned(1, &[0], Some("a"), associate(made(), &[OTHER_SUBNET], &[])),
            planned(
                2,
                &[1],
                Some("a"),
                Step::TagResource { share: made(), tags: Tags::from([("a".into(), "b".into())]) },
            ),
        ],
    )
    .await;
    assert!(results.iter().all(is_done), "{results:?}");
    let world = cloud.world();
    let share = world.shares.values().next().expect("one share");
    assert_eq!((share.resources.len(), share.row.tags.get("a").map(String::as_str)), (2, Some("b")));
}

#[tokio::test]
async fn the_record_of_a_new_share_is_bound_to_the_arn_that_it_got() {
    let cloud = FakeCloud::default();
    let record = Record {
        stack: "network".into(),
        address: "share.a".into(),
        stamp: Stamp::unapplied(),
        replaces: [].into(),
    };
    let bind = Step::RecordApplied { share: ShareRef::CreatedBy(StepId(0)), record: record.clone() };
    let steps = vec![planned(0, &[], Some("a"), create(CONSUMER)), planned(1, &[0], Some("a"), bind)];
    let results = run(&cloud, steps).await;
    assert!(results.iter().all(is_done), "{results:?}");
    assert_eq!(cloud.count("ram:TagResource"), 1);
    let world = cloud.world();
    let (arn, share) = world.shares.iter().next().expect("one share");
    assert_eq!(share.row.tags.get("ramctl:applied"), Some(&record.bound(arn)));
}

#[tokio::test]
async fn a_lost_answer_to_a_create_makes_no_second_share() {
    let cloud = FakeCloud::default();
    let lost = Fault { carried_out: true, ..Fault::new("ram:CreateResourceShare", 1, ErrorKind::Timeout) };
    cloud.world().faults.push(lost);
    let results = run(&cloud, vec![planned(0, &[], Some("a"), create(CONSUMER))]).await;
    assert!(is_done(&results[0]), "{results:?}");
    assert_eq!((cloud.count("ram:CreateResourceShare"), cloud.world().shares.len()), (2, 1));
}

#[tokio::test]
async fn a_replay_for_a_deleted_share_makes_the_share_again() {
    let cloud = FakeCloud::default();
    let plan = || vec![planned(0, &[], Some("a"), create(CONSUMER))];
    for life in 1..=3 {
        let results = run(&cloud, plan()).await;
        assert!(is_done(&results[0]), "{results:?}");
        let mut world = cloud.world();
        let alive: Vec<_> =
            world.shares.values().filter(|share| share.row.status == ShareStatus::Active).collect();
        assert_eq!((alive.len(), world.shares.len()), (1, life));
        for share in world.shares.values_mut() {
            share.row.status = ShareStatus::Deleted;
        }
    }
    // Long after, RAM no longer lists what was deleted, but still knows the tokens.
    cloud.world().shares.clear();
    let results = run(&cloud, plan()).await;
    assert!(is_done(&results[0]), "{results:?}");
    assert_eq!(cloud.world().shares.len(), 1);
}

#[tokio::test]
async fn running_the_same_plan_again_changes_nothing() {
    let cloud = FakeCloud::default();
    let plan =
        || vec![planned(0, &[], Some("a"), create(CONSUMER)), planned(1, &[], Some("b"), create(CONSUMER))];
    let first = run(&cloud, plan()).await;
    assert_eq!(run(&cloud, plan()).await, first);
    assert_eq!(cloud.world().shares.len(), 2);
}

#[tokio::test]
async fn a_failed_association_fails_its_step_with_the_message_of_aws() {
    let cloud = FakeCloud::default();
    cloud.world().failing.insert(SUBNET.into(), "the subnet is a default subnet".into());
    let results = run(
        &cloud,
        vec![
            planned(0, &[], Some("a"), create(CONSUMER)),
            planned(1, &[0], Some("a"), associate(ShareRef::CreatedBy(StepId(0)), &[], &["444444444444"])),
            planned(2, &[1], Some("a"), associate(ShareRef::CreatedBy(StepId(0)), &[], &["555555555555"])),
            planned(
                3,
                &[],
                Some("b"),
                Step::TagResource {
                    share: ShareRef::Known(cloud.add_share(&here(), &[], &[])),
                    tags: Tags::new(),
                },
            ),
        ],
    )
    .await;
    let StepResult::Failed { code, message, help, .. } = &results[0] else { panic!("{results:?}") };
    assert_eq!(code, "association_failed");
    assert!(message.contains(SUBNET) && message.contains("the subnet is a default subnet"), "{message}");
    assert!(help.is_some());
    let skipped = StepResult::Skipped { because_of: StepId(0) };
    assert_eq!(results[1..3], [skipped.clone(), skipped]);
    assert!(is_done(&results[3]), "what does not depend on it goes on");
}

#[tokio::test]
async fn a_principal_with_an_invitation_is_reported_and_not_waited_for() {
    for external in [true, false] {
        let cloud = FakeCloud::default();
        cloud.world().invited.insert("999999999999".into(), external);
        let results = run(&cloud, vec![planned(0, &[], Some("a"), create("999999999999"))]).await;
        let StepResult::Done { waiting_for, .. } = &results[0] else { panic!("{results:?}") };
        assert_eq!(*waiting_for, principals(&["999999999999"]));
    }
}

#[tokio::test]
async fn a_unit_that_stays_associating_is_a_timeout_and_no_invitation() {
    let cloud = FakeCloud::default();
    cloud.world().invited.insert(UNIT.into(), true);
    let results = run(&cloud, vec![planned(0, &[], Some("a"), create(UNIT))]).await;
    let StepResult::Failed { code, message, maybe_done, .. } = &results[0] else { panic!("{results:?}") };
    assert_eq!((code.as_str(), *maybe_done), ("timeout", true));
    assert!(message.contains(UNIT) && message.contains("ASSOCIATING"), "{message}");
}

#[tokio::test]
async fn what_is_taken_away_is_waited_for_and_what_is_gone_is_success() {
    let cloud = FakeCloud::default();
    cloud.world().settle_after = 2;
    let arn = cloud.add_share(&here(), &[SUBNET], &[CONSUMER, "444444444444"]);
    let known = || ShareRef::Known(arn.clone());
    let results = run(&cloud, vec![planned(0, &[], Some("a"), disassociate(known(), &[CONSUMER]))]).await;
    assert!(is_done(&results[0]), "{results:?}");
    let status = |entity: &str| {
        let world = cloud.world();
        let rows = &world.shares[&arn].principals;
        rows.iter().find(|(row, _)| row.entity == entity).map(|(row, _)| row.status.clone())
    };
    assert_eq!(status(CONSUMER), Some(AssociationStatus::Disassociated));
    assert_eq!(status("444444444444"), Some(AssociationStatus::Associated));

    cloud.world().faults.push(Fault::new("ram:DisassociateResourceShare", 1, ErrorKind::AlreadyDone));
    let results = run(
        &cloud,
        vec![
            planned(0, &[], Some("a"), disassociate(known(), &[CONSUMER])),
            planned(1, &[0], Some("a"), Step::DeleteResourceShare { share: arn.clone() }),
        ],
    )
    .await;
    assert!(results.iter().all(is_done), "{results:?}");
    assert_eq!(cloud.world().shares[&arn].row.status, ShareStatus::Deleted);

    cloud.world().shares.clear();
    let gone = vec![planned(0, &[], Some("a"), Step::DeleteResourceShare { share: arn.clone() })];
    assert!(is_done(&run(&cloud, gone).await[0]));
}

#[tokio::test]
async fn a_permission_is_attached_replaced_and_taken_away() {
    let cloud = FakeCloud::default();
    let arn = cloud.add_share(&here(), &[], &[CONSUMER]);
    let known = || ShareRef::Known(arn.clone());
    let permission =
        |name: &str| PermissionArn::parse(&format!("arn:aws:ram::aws:permission/{name}")).expect("valid");
    let attach = |name, replace| Step::AssociateResourceSharePermission {
        share: known(),
        permission: permission(name),
        replace,
    };
    let results = run(
        &cloud,
        vec![
            planned(0, &[], Some("a"), attach("One", false)),
            planned(1, &[0], Some("a"), attach("Two", true)),
        ],
    )
    .await;
    assert!(results.iter().all(is_done), "{results:?}");
    let attached = || {
        cloud.world().shares[&arn].permissions.iter().map(|row| row.permission.clone()).collect::<Vec<_>>()
    };
    assert_eq!(attached(), [permission("Two")]);
    let detach = Step::DisassociateResourceSharePermission { share: known(), permission: permission("Two") };
    assert!(is_done(&run(&cloud, vec![planned(0, &[], Some("a"), detach)]).await[0]));
    assert!(attached().is_empty());
}

#[tokio::test]
async fn an_update_is_read_back() {
    let cloud = FakeCloud::default();
    let arn = cloud.add_share(&here(), &[], &[]);
    let update = Step::UpdateResourceShare {
        share: ShareRef::Known(arn.clone()),
        name: Some("after".into()),
        allow_external_principals: None,
    };
    assert!(is_done(&run(&cloud, vec![planned(0, &[], Some("a"), update)]).await[0]));
    assert_eq!(cloud.world().shares[&arn].row.name, "after");
    assert_eq!(cloud.count("ram:GetResourceShares"), 1);
}

#[tokio::test]
async fn throttling_and_busy_shares_are_waited_out_and_a_refusal_is_not() {
    let cloud = FakeCloud::default();
    let arn = cloud.add_share(&here(), &[SUBNET], &[]);
    cloud.world().faults = vec![
        Fault::new("ram:AssociateResourceShare", 5, ErrorKind::Throttled),
        Fault::new("ram:AssociateResourceShare", 5, ErrorKind::InvalidState),
    ];
    let step = || vec![planned(0, &[], Some("a"), associate(ShareRef::Known(arn.clone()), &[], &[CONSUMER]))];
    let (outcome, events) = run_with(&cloud, step(), &settings(), &CancellationToken::new(), |_| {}).await;
    assert!(is_done(&outcome.steps[0].result), "{outcome:?}");
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Retrying { .. })).count(), 10);

    let before = cloud.count("ram:AssociateResourceShare");
    cloud.world().faults = vec![Fault::new("ram:AssociateResourceShare", 9, ErrorKind::AccessDenied)];
    assert_eq!(code(&run(&cloud, step()).await[0]), "FakeException");
    assert_eq!(cloud.count("ram:AssociateResourceShare") - before, 1);
}

#[tokio::test]
async fn steps_that_begin_after_a_long_silence_do_not_wait_as_long_again() {
    let cloud = FakeCloud::default();
    let arn = cloud.add_share(&here(), &[SUBNET], &[]);
    cloud.world().faults = vec![Fault::new("ram:UntagResource", usize::MAX, ErrorKind::Throttled)];
    let step = |id| {
        let untag = Step::UntagResource { share: ShareRef::Known(arn.clone()), keys: vec!["k".into()] };
        planned(id, &[], Some("a"), untag)
    };
    let settings = Settings { parallelism: 1, deadline: Duration::from_millis(100), ..settings() };
    let stop = CancellationToken::new();
    let (outcome, events) = run_with(&cloud, (0..30).map(step).collect(), &settings, &stop, |_| {}).await;
    assert!(outcome.steps.iter().all(|step| code(&step.result) == "FakeException"), "{outcome:?}");
    let retried = |event: &&Event| matches!(event, Event::Retrying { step, .. } if *step != StepId(0));
    assert_eq!(events.iter().filter(retried).count(), 0, "the first step waited for all");
}

#[tokio::test]
async fn a_service_that_keeps_failing_is_given_up_and_may_have_done_it() {
    let cloud = FakeCloud::default();
    let arn = cloud.add_share(&here(), &[SUBNET], &[]);
    let lost =
        Fault { carried_out: true, ..Fault::new("ram:AssociateResourceShare", 100, ErrorKind::Service) };
    cloud.world().faults.push(lost);
    let results =
        run(&cloud, vec![planned(0, &[], Some("a"), associate(ShareRef::Known(arn), &[], &[CONSUMER]))])
            .await;
    assert!(matches!(&results[0], StepResult::Failed { maybe_done: true, .. }), "{results:?}");
    assert_eq!(cloud.count("ram:AssociateResourceShare"), 3);
}

#[tokio::test]
async fn an_account_that_cannot_be_reached_fails_its_steps_and_no_others() {
    let cloud = FakeCloud::default();
    cloud.world().unreachable.insert(account("444444444444"), ErrorKind::CannotAssumeRole);
    let mut elsewhere = planned(0, &[], Some("a"), create(CONSUMER));
    elsewhere.place = place_at("444444444444", "eu-central-1");
    let results = run(&cloud, vec![elsewhere, planned(1, &[], Some("b"), create(CONSUMER))]).await;
    assert!(
        matches!(&results[0], StepResult::Failed { maybe_done: false, help: Some(_), .. }),
        "{results:?}"
    );
    assert!(is_done(&results[1]));
}

fn organization() -> FakeOrganization {
    let root = RootId::parse("r-ab12").expect("valid");
    FakeOrganization {
        row: OrganizationRow {
            arn: OrganizationArn::parse("arn:aws:organizations::111111111111:organization/o-a1b2c3d4e5")
                .expect("valid"),
            management_account: account("111111111111"),
            all_features: true,
        },
        units: vec![],
        accounts: vec![(
            ParentId::Root(root.clone()),
            AccountRow {
                id: account("111111111111"),
                name: "management".into(),
                standing: AccountStanding::Active,
                paths: vec![],
            },
        )],
        root,
        trusted_access: false,
        role: false,
        lag: 2,
        enabling: false,
        onboarding: 4,
    }
}

#[tokio::test]
async fn sharing_is_enabled_read_back_and_its_onboarding_waited_out() {
    let cloud = FakeCloud::default();
    cloud.world().organization = Some(organization());
    let results = run(
        &cloud,
        vec![
            planned(0, &[], None, Step::EnableSharingWithAwsOrganization),
            planned(1, &[0], Some("a"), create(UNIT)),
        ],
    )
    .await;
    assert!(results.iter().all(is_done), "{results:?}");
    assert_eq!(cloud.count("ram:EnableSharingWithAwsOrganization"), 1);
    assert!(cloud.count("organizations:ListAWSServiceAccessForOrganization") >= 3);
    assert_eq!(cloud.count("ram:CreateResourceShare"), 5);
}

#[tokio::test]
async fn onboarding_that_an_earlier_run_began_is_waited_for_a_little_and_no_longer() {
    let cloud = FakeCloud::default();
    cloud.world().organization = Some(organization());
    assert!(is_done(&run(&cloud, vec![planned(0, &[], Some("a"), create(UNIT))]).await[0]));

    let cloud = FakeCloud::default();
    cloud.world().organization = Some(FakeOrganization { onboarding: u32::MAX, ..organization() });
    let results = run(&cloud, vec![planned(0, &[], Some("a"), create(UNIT))]).await;
    assert!(matches!(&results[0], StepResult::Failed { help: Some(_), .. }), "{results:?}");

    // RAM refuses an account in the same words, where the resource's type stays inside the organization.
    let cloud = FakeCloud::default();
    cloud.world().faults.push(Fault::new("ram:CreateResourceShare", 2, ErrorKind::OrganizationSharing));
    let results = run(&cloud, vec![planned(0, &[], Some("a"), create(CONSUMER))]).await;
    assert!(is_done(&results[0]), "{results:?}");
}

#[tokio::test]
async fn a_replay_for_a_share_that_changed_hands_makes_the_share_anew() {
    let cloud = FakeCloud::default();
    let plan = || vec![planned(0, &[], Some("a"), create(CONSUMER))];
    for (life, owner) in [Some("somebody"), None].into_iter().enumerate() {
        let results = run(&cloud, plan()).await;
        assert!(is_done(&results[0]), "{results:?}");
        let mut world = cloud.world();
        let own = |tags: &Tags| tags.get("ramctl:stack").is_some_and(|stack| stack == "network");
        let ours: Vec<_> = world.shares.values_mut().filter(|share| own(&share.row.tags)).collect();
        assert_eq!(ours.len(), 1, "life {life}");
        for share in ours {
            share.row.tags.remove("ramctl:stack");
            share.row.tags.extend(owner.map(|owner| ("ramctl:stack".to_owned(), owner.to_owned())));
        }
    }
    let results = run(&cloud, plan()).await;
    assert!(is_done(&results[0]), "{results:?}");
    assert_eq!(cloud.world().shares.len(), 3);
}

#[tokio::test]
async fn enabling_that_never_shows_takes_its_shares_along() {
    let cloud = FakeCloud::default();
    cloud.world().organization = Some(FakeOrganization { lag: u32::MAX, ..organization() });
    let results = run(
        &cloud,
        vec![
            planned(0, &[], None, Step::EnableSharingWithAwsOrganization),
            planned(1, &[0], Some("a"), create(UNIT)),
            planned(2, &[], Some("b"), create(CONSUMER)),
        ],
    )
    .await;
    assert_eq!(code(&results[0]), "timeout");
    assert_eq!(results[1], StepResult::Skipped { because_of: StepId(0) });
    assert!(is_done(&results[2]));
}

#[tokio::test]
async fn half_enabled_sharing_gets_its_role() {
    let cloud = FakeCloud::default();
    cloud.world().organization = Some(FakeOrganization { trusted_access: true, ..organization() });
    assert!(is_done(&run(&cloud, vec![planned(0, &[], None, Step::CreateServiceLinkedRole)]).await[0]));
    assert!(cloud.world().organization.as_ref().is_some_and(|org| org.role));
}

#[tokio::test]
async fn a_stop_ends_what_is_under_way_and_starts_nothing_new() {
    let cloud = FakeCloud::default();
    let stop = CancellationToken::new();
    let plan = vec![
        planned(0, &[], Some("a"), create(CONSUMER)),
        planned(1, &[0], Some("a"), associate(ShareRef::CreatedBy(StepId(0)), &[], &["444444444444"])),
        planned(2, &[1], Some("a"), associate(ShareRef::CreatedBy(StepId(0)), &[], &["555555555555"])),
    ];
    let (outcome, events) = run_with(&cloud, plan, &settings(), &stop, |event| {
        if matches!(event, Event::Finished { step: StepId(0), .. }) {
            stop.cancel();
        }
    })
    .await;
    assert!(outcome.interrupted);
    assert!(is_done(&outcome.steps[0].result));
    assert_eq!(outcome.steps[1].result, StepResult::NotStarted);
    assert_eq!(outcome.steps[2].result, StepResult::NotStarted);
    assert_eq!(cloud.count("ram:AssociateResourceShare"), 0);
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Finished { .. })).count(), 3);
}

#[tokio::test]
async fn a_stop_during_a_wait_says_that_the_call_was_made() {
    let cloud = FakeCloud::default();
    cloud.world().settle_after = u32::MAX;
    let stop = CancellationToken::new();
    let plan = vec![
        planned(0, &[], Some("a"), create(CONSUMER)),
        planned(1, &[0], Some("a"), associate(ShareRef::CreatedBy(StepId(0)), &[], &["444444444444"])),
    ];
    let (outcome, _) = run_with(&cloud, plan, &settings(), &stop, |event| {
        if matches!(event, Event::Waiting { .. }) {
            stop.cancel();
        }
    })
    .await;
    assert!(outcome.interrupted);
    let StepResult::Failed { code, maybe_done, .. } = &outcome.steps[0].result else { panic!("{outcome:?}") };
    assert_eq!((code.as_str(), *maybe_done), ("interrupted", true));
    assert_eq!(outcome.steps[1].result, StepResult::NotStarted);
}

#[tokio::test]
async fn a_stop_before_the_start_starts_nothing() {
    let cloud = FakeCloud::default();
    let stop = CancellationToken::new();
    stop.cancel();
    let plan = vec![planned(0, &[], Some("a"), create(CONSUMER))];
    let (outcome, _) = run_with(&cloud, plan, &settings(), &stop, |_| {}).await;
    assert!(outcome.interrupted && outcome.steps[0].result == StepResult::NotStarted);
    assert!(cloud.world().calls.is_empty());
}

#[tokio::test]
async fn one_share_has_one_writer_and_different_shares_go_side_by_side() {
    let cloud = FakeCloud::default();
    cloud.world().settle_after = 4;
    let mut plan = Vec::new();
    for (at, label) in ["a", "b", "c"].into_iter().enumerate() {
        let share = cloud.add_share(&here(), &[], &[]);
        for (step, principal) in ["333333333333", "444444444444"].into_iter().enumerate() {
            let id = u32::try_from(at * 2 + step).expect("small");
            plan.push(planned(
                id,
                &[],
                Some(label),
                associate(ShareRef::Known(share.clone()), &[], &[principal]),
            ));
        }
    }
    let share_of: BTreeMap<StepId, Address> =
        plan.iter().map(|step| (step.id, step.address.clone().expect("has one"))).collect();
    let (outcome, events) = run_with(&cloud, plan, &settings(), &CancellationToken::new(), |_| {}).await;
    assert!(outcome.steps.iter().all(|step| is_done(&step.result)));
    let (mut writers, mut most) = (BTreeMap::new(), 0);
    for event in events {
        match event {
            Event::Started { step } => {
                assert_eq!(writers.insert(share_of[&step].clone(), step), None, "two writers");
                most = most.max(writers.len());
            }
            Event::Finished { step, .. } => {
                writers.remove(&share_of[&step]);
            }
            Event::Waiting { .. } | Event::Retrying { .. } => {}
        }
    }
    assert_eq!(most, 3);
}

#[tokio::test]
async fn no_more_steps_are_under_way_than_the_settings_allow() {
    let cloud = FakeCloud::default();
    let plan: Vec<_> =
        (0..20).map(|id| planned(id, &[], Some(&format!("s{id}")), create(CONSUMER))).collect();
    let narrow = Settings { parallelism: 3, ..settings() };
    let (outcome, events) = run_with(&cloud, plan, &narrow, &CancellationToken::new(), |_| {}).await;
    assert!(outcome.steps.iter().all(|step| is_done(&step.result)));
    let (mut now, mut most) = (0, 0);
    for event in events {
        match event {
            Event::Started { .. } => now += 1,
            Event::Finished { .. } => now -= 1,
            Event::Waiting { .. } | Event::Retrying { .. } => {}
        }
        most = most.max(now);
    }
    assert_eq!(most, 3);
}

#[tokio::test]
async fn a_share_that_is_known_and_gone_fails_its_steps_at_once() {
    let cloud = FakeCloud::default();
    let arn: ShareArn = cloud.add_share(&here(), &[], &[]);
    cloud.world().shares.clear();
    let results =
        run(&cloud, vec![planned(0, &[], Some("a"), associate(ShareRef::Known(arn), &[], &[CONSUMER]))])
            .await;
    assert_eq!(code(&results[0]), "UnknownResourceException");
    assert_eq!(cloud.count("ram:AssociateResourceShare"), 1);
}

#[test]
fn an_apply_can_be_spawned() {
    fn sendable<T: Send>(_: &T) {}
    let (cloud, plan, settings) = (FakeCloud::default(), ApprovedPlan::of_steps(vec![]), settings());
    sendable(&apply(&plan, &cloud, &settings, |_| {}, CancellationToken::new()));
}
