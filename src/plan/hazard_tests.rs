//! Hazards and consent: what raises each code, what does not, and that nothing is applied before all are allowed.

use proptest::prelude::*;

use crate::desired::{DesiredGraph, DesiredShare};
use crate::diag::{SourceMap, Span, hazards, hazards::hazard_codes};
use crate::diff::fixture::*;
use crate::diff::{Acknowledgement, AcknowledgementScope, destroy, diff};
use crate::live::{LiveShare, LiveState, Policies};
use crate::model::{Address, Observed, Principal, ResourceArn, TAG_IMPORTED, TAG_STACK, Tags, Usage, Users};
use crate::plan::laws::{a_live_state, a_stack, planned as both};
use crate::plan::{
    Allowance, Consent, HazardStanding, NotApproved, Plan, Refused, Reread, SavedPlan, Step, plan,
    plan_knowing,
};

fn planned(graph: &DesiredGraph, live: &LiveState) -> Plan {
    both(graph, live).1
}

/// The codes of all hazards of a plan.
fn codes(plan: &Plan) -> Vec<&'static str> {
    plan.body().hazards_by_address().map(|(_, hazard)| hazard.code.id).collect()
}

fn subnet(n: u32) -> ResourceArn {
    ResourceArn::parse(&format!("arn:aws:ec2:eu-central-1:{HUB}:subnet/subnet-{n}")).unwrap()
}

fn with_subnet(mut share: DesiredShare) -> DesiredShare {
    share.resources = [(subnet(1), None)].into();
    share
}

fn service() -> Principal {
    principal("x.amazonaws.com")
}

#[test]
fn a_change_of_a_share_has_its_hazards() {
    type Change = fn(&mut DesiredShare);
    type Case = (Change, Change, &'static [&'static str]);
    let nothing: Change = |_| {};
    let cases: [Case; 17] = [
        (nothing, nothing, &[]),
        (
            nothing,
            |share| {
                share.allow_external_principals = true;
                share.principals.extend([as_written(principal("999999999999"))]);
            },
            &["RAM201", "RAM205"],
        ),
        (nothing, |share| share.principals.extend([as_written(whole_organization())]), &["RAM202", "RAM204"]),
        (nothing, |share| share.principals.clear(), &["RAM203"]),
        (nothing, |share| share.resources.clear(), &["RAM203", "RAM211"]),
        // Who is still reached in another way loses nothing.
        (nothing, |share| share.principals = [as_written(ou("d"))].into(), &[]),
        (nothing, |share| share.principals.extend([as_written(ou("i"))]), &["RAM204"]),
        (|share| share.principals.extend([as_written(ou("i"))]), |share| share.name = "other".into(), &[]),
        (
            |share| share.allow_external_principals = true,
            |share| share.allow_external_principals = false,
            &[],
        ),
        (nothing, |share| share.retain_sharing = true, &["RAM207", "RAM213"]),
        (|share| share.retain_sharing = true, |share| share.retain_sharing = false, &["RAM207"]),
        (nothing, |share| share.principals = [as_written(service())].into(), &["RAM203", "RAM209"]),
        (
            nothing,
            |share| {
                share.principals = [as_written(service()), as_written(principal("333333333333"))].into();
                share.sources = ["222222222222".to_owned()].into();
            },
            &[],
        ),
        (
            |share| {
                share.principals = [as_written(service())].into();
                share.sources = ["222222222222".to_owned()].into();
            },
            |share| share.sources.clear(),
            &["RAM209"],
        ),
        (|share| *share = with_subnet(share.clone()), |share| share.principals.clear(), &["RAM212"]),
        (|share| *share = with_subnet(share.clone()), |share| share.resources.clear(), &["RAM212", "RAM211"]),
        (
            |share| share.resources.extend([(subnet(1), None)]),
            |share| drop(share.resources.remove(&tgw(1))),
            &["RAM203"],
        ),
    ];
    for (n, (before, change, expected)) in cases.into_iter().enumerate() {
        let mut desired = desired_share("tgw");
        before(&mut desired);
        let live = live([live_share(&desired, 1)]);
        change(&mut desired);
        assert_eq!(codes(&planned(&stack([desired]), &live)), expected, "case {n}");
    }
}

/// A share of the subnet with the unit `d`: 333333333333 and 444444444444.
fn subnet_for_the_unit(label: &str) -> DesiredShare {
    let mut share = with_subnet(desired_share(label));
    share.principals = [as_written(ou("d"))].into();
    share
}

/// A plan once it is known what accounts have in the subnet.
fn knowing(graph: &DesiredGraph, live: &LiveState, users: &[(&str, usize)]) -> Plan {
    let users: Users = users.iter().map(|(id, n)| (account(id), *n)).collect();
    let usage = Usage { found: [(subnet(1), Observed::Known(users))].into() };
    plan_knowing(&diff(graph, live, &org()), &org(), &usage)
}

#[test]
fn a_subnet_is_a_hazard_of_its_own_where_an_account_that_loses_it_has_something_in_it() {
    type Change = fn(&mut DesiredShare);
    let nobody: &[(&str, usize)] = &[];
    let one: Change = |share| share.principals = [as_written(principal("333333333333"))].into();
    let all: Change = |share| share.principals.clear();
    let gone: Change = |share| share.resources.clear();
    let replaced: Change = |share| {
        share.retain_sharing = true;
        share.resources = [(tgw(1), None)].into();
    };
    let in_place: Change = |share| share.retain_sharing = true;
    for (n, (change, users, expected)) in [
        (all, nobody, &["RAM203"] as &[&str]),
        (all, &[(HUB, 3), ("555555555555", 1)], &["RAM203"]),
        (all, &[("333333333333", 1)], &["RAM212"]),
        (one, &[("333333333333", 9)], &["RAM203"]),
        (one, &[("444444444444", 1)], &["RAM212"]),
        (gone, nobody, &["RAM203", "RAM211"]),
        (gone, &[("444444444444", 1)], &["RAM212", "RAM211"]),
        (replaced, nobody, &["RAM203", "RAM207", "RAM213"]),
        (replaced, &[("444444444444", 1)], &["RAM212", "RAM207", "RAM213"]),
        (in_place, &[("444444444444", 1)], &["RAM207", "RAM213"]),
    ]
    .into_iter()
    .enumerate()
    {
        let mut desired = subnet_for_the_unit("tgw");
        let live = live([live_share(&desired, 1)]);
        change(&mut desired);
        assert_eq!(codes(&knowing(&stack([desired]), &live, users)), expected, "case {n}");
    }
}

#[test]
fn a_share_of_subnets_is_deleted_and_somebody_uses_them_or_not() {
    let (a, subnets) = (desired_share("a"), subnet_for_the_unit("b"));
    let found = live([live_share(&a, 1), live_share(&subnets, 2)]);
    let graph = stack([a]);
    assert_eq!(codes(&knowing(&graph, &found, &[])), ["RAM206"]);
    assert_eq!(codes(&knowing(&graph, &found, &[("444444444444", 1)])), ["RAM206", "RAM212"]);
}

#[test]
fn without_the_organization_anybody_in_the_subnet_may_be_one_that_loses_it() {
    let mut desired = subnet_for_the_unit("tgw");
    let live = live([live_share(&desired, 1)]);
    desired.principals = [as_written(principal("333333333333"))].into();
    let graph = stack([desired]);
    for (users, expected) in [
        (vec![], &["RAM203"] as &[&str]),
        (vec![(account(HUB), 2), (account("333333333333"), 1)], &["RAM203"]),
        (vec![(account("555555555555"), 1)], &["RAM212"]),
    ] {
        let found = Observed::Known(users.into_iter().collect());
        let usage = Usage { found: [(subnet(1), found)].into() };
        let plan = plan_knowing(&diff(&graph, &live, &unread_org()), &unread_org(), &usage);
        assert_eq!(codes(&plan), expected);
    }
}

#[test]
fn ec2_is_asked_for_what_is_lost_and_for_nothing_else() {
    let share = with_subnet(desired_share("subnets"));
    let live = live([live_share(&share, 1), live_share(&desired_share("tgw"), 2)]);
    let asked = |change: fn(&mut DesiredShare)| -> Vec<ResourceArn> {
        let mut share = share.clone();
        change(&mut share);
        let plan = planned(&stack([share, desired_share("tgw")]), &live);
        let questions = plan.body().usage_questions();
        assert!(questions.keys().all(|place| place.account == account(HUB)));
        questions.into_values().flatten().collect()
    };
    assert_eq!(asked(|_| {}), []);
    assert_eq!(asked(|share| share.principals.extend([as_written(principal("555555555555"))])), []);
    assert_eq!(asked(|share| share.resources.extend([(subnet(2), None)])), []);
    assert_eq!(asked(|share| share.principals = [as_written(ou("w"))].into()), [], "nobody loses");
    assert_eq!(asked(|share| share.name = "other".into()), []);
    assert_eq!(asked(|share| share.principals.clear()), [subnet(1)]);
    assert_eq!(asked(|share| share.resources.clear()), [subnet(1)]);
}

#[test]
fn what_was_put_on_a_share_by_hand_is_taken_off_without_consent_but_for_subnets() {
    for (share, expected) in
        [(desired_share("tgw"), &[] as &[&str]), (with_subnet(desired_share("tgw")), &["RAM212"])]
    {
        let mut found = live_share(&share, 1);
        found.principals.insert(principal("555555555555"), associated());
        let plan = planned(&stack([share]), &live([found]));
        assert_eq!(plan.body().access.lose.len(), 1);
        assert_eq!(codes(&plan), expected);
    }
    let share = with_subnet(desired_share("tgw"));
    let mut found = live_share(&share, 1);
    found.principals.insert(principal("555555555555"), associated());
    let plan = knowing(&stack([share]), &live([found]), &[("333333333333", 1)]);
    assert_eq!(codes(&plan), [] as [&str; 0], "the account has nothing in it");
}

#[test]
fn deleting_is_a_hazard_where_somebody_loses_by_it() {
    let (a, b) = (desired_share("a"), desired_share("b"));
    let both = live([live_share(&a, 1), live_share(&b, 2)]);
    assert_eq!(codes(&planned(&stack([]), &both)), ["RAM206", "RAM206", "RAM208"]);
    assert_eq!(codes(&planned(&stack([a.clone()]), &both)), [] as [&str; 0], "the other one still gives it");
    let subnets = with_subnet(desired_share("c"));
    let found = live([live_share(&a, 1), live_share(&subnets, 2)]);
    assert_eq!(codes(&planned(&stack([a.clone()]), &found)), ["RAM206", "RAM212"]);
    let everything = plan(&destroy(&stack([a, subnets]), &found, &org()), &org());
    assert_eq!(codes(&everything), [] as [&str; 0], "destroy was told to");
}

#[test]
fn destroying_asks_for_what_the_files_do_not_declare_and_for_nothing_else() {
    let (a, b) = (desired_share("a"), desired_share("b"));
    let both = live([live_share(&a, 1), live_share(&b, 2)]);
    let gone = |graph: &DesiredGraph| plan(&destroy(graph, &both, &org()), &org());
    assert_eq!(codes(&gone(&stack([a.clone(), b.clone()]))), [] as [&str; 0]);
    let told = gone(&stack([a.clone()]));
    let found: Vec<_> = told.body().hazards_by_address().collect();
    let [(Some(at), hazard)] = found[..] else { panic!("{found:?}") };
    assert_eq!((at, hazard.code.id), (&b.address, "RAM222"));
    assert_eq!(codes(&gone(&stack([]))), ["RAM222", "RAM222"]);
    // What nobody would lose anything by is asked for as well: other files may have a use for it.
    let mut moved = stack([DesiredShare { address: address("new"), ..b.clone() }, a]);
    moved.identity.moves = vec![crate::desired::Move { from: b.address, to: address("new") }];
    assert_eq!(codes(&gone(&moved)), [] as [&str; 0], "declared under another address");
}

#[test]
fn a_share_made_beside_one_that_bears_its_tags_is_a_hazard() {
    let desired = desired_share("tgw");
    let mut stripped = live_share(&desired, 1);
    stripped.tags.remove(crate::model::TAG_APPLIED);
    let there = live([stripped.clone()]);
    let plan = planned(&stack([desired.clone()]), &there);
    assert_eq!(codes(&plan), ["RAM221"]);
    let notices = plan.notices();
    assert_eq!(notices[0].code.id, "RAM221");
    assert!(notices[0].detail.contains(stripped.arn.as_str()), "{}", notices[0].detail);
    let import = format!("import {{\n  to = share.tgw\n  id = \"{}\"\n}}", stripped.arn);
    assert!(notices[0].help.as_ref().is_some_and(|help| help.contains(&import)), "{:?}", notices[0].help);
    // In another Region there is nothing that an import could take over.
    let elsewhere = DesiredShare { place: place(HUB, "us-east-1"), ..desired.clone() };
    let plan = planned(&stack([elsewhere]), &there);
    assert_eq!(codes(&plan), ["RAM221"]);
    assert!(plan.notices()[0].help.as_ref().is_some_and(|help| !help.contains("import {")));
    assert_eq!(
        codes(&planned(&stack([desired.clone()]), &live([live_share(&desired, 2), stripped]))),
        [] as [&str; 0]
    );
}

#[test]
fn more_for_somebody_outside_is_a_hazard_also_while_the_invitation_is_open() {
    let mut desired = desired_share("tgw");
    desired.allow_external_principals = true;
    desired.principals = [as_written(principal(PARTNER)), as_written(principal("333333333333"))].into();
    let before = live_share(&desired, 1);
    let mut invited = before.clone();
    for association in invited.principals.values_mut() {
        association.status = crate::model::AssociationStatus::Associating;
    }
    desired.resources.insert(tgw(7), Some(tgw_type()));
    for share in [before.clone(), invited] {
        let plan = planned(&stack([desired.clone()]), &live([share]));
        let found: Vec<_> = plan.body().hazards_by_address().map(|(_, hazard)| hazard.clone()).collect();
        let [hazard] = &found[..] else { panic!("{found:?}") };
        assert_eq!(hazard.code.id, "RAM201");
        assert_eq!(hazard.subject, crate::plan::HazardSubject::Principal(principal(PARTNER)));
    }
    // What somebody took off by hand is put back unasked.
    let whole = live_share(&desired, 1);
    let mut less = whole.clone();
    less.resources.remove(&tgw(7));
    assert_eq!(codes(&planned(&stack([desired]), &live([less]))), [] as [&str; 0]);
}

#[test]
fn a_replacement_that_gives_somebody_outside_more_is_the_same_hazard() {
    let mut desired = desired_share("tgw");
    desired.allow_external_principals = true;
    desired.principals = [as_written(principal(PARTNER))].into();
    let before = live([live_share(&desired, 1)]);
    desired.retain_sharing = true;
    assert!(!codes(&planned(&stack([desired.clone()]), &before)).contains(&"RAM201"));
    desired.resources.insert(tgw(7), Some(tgw_type()));
    assert!(codes(&planned(&stack([desired]), &before)).contains(&"RAM201"));
}

#[test]
fn who_has_to_accept_another_share_loses_what_this_one_gives() {
    let mut from = desired_share("from");
    from.allow_external_principals = true;
    from.principals = [as_written(principal(PARTNER)), as_written(principal("333333333333"))].into();
    let before = live([live_share(&from, 1)]);
    let to = DesiredShare {
        address: address("to"),
        principals: [as_written(principal(PARTNER))].into(),
        ..from.clone()
    };
    from.principals = [as_written(principal("333333333333"))].into();
    let plan = planned(&stack([from, to]), &before);
    let found = codes(&plan);
    assert!(found.contains(&"RAM203") && found.contains(&"RAM201"), "{found:?}");
    let lose: Vec<String> = plan.body().access.lose.iter().map(ToString::to_string).collect();
    assert_eq!(lose, [PARTNER]);
}

#[test]
fn a_share_made_beside_one_like_it_of_no_stack_is_a_hazard() {
    let desired = desired_share("tgw");
    let stripped = LiveShare { tags: Tags::new(), ..live_share(&desired, 1) };
    let renamed = LiveShare { name: "by hand".to_owned(), ..stripped.clone() };
    let fewer = {
        let mut fewer = renamed.clone();
        fewer.principals.pop_last();
        fewer
    };
    let of_stack = |name: &str| {
        let tags = Tags::from([(TAG_STACK.to_owned(), name.to_owned())]);
        LiveShare { tags, ..stripped.clone() }
    };
    // Of the stack's own tags, one is left.
    let (half, others) = (of_stack("network"), of_stack("other"));
    for (share, expected) in [
        (stripped.clone(), &["RAM223"][..]),
        (renamed, &["RAM223"]),
        (half, &["RAM223"]),
        (fewer, &[]),
        (others, &["RAM230"]),
    ] {
        let plan = planned(&stack([desired.clone()]), &live([share.clone()]));
        assert_eq!(codes(&plan), expected, "{share:?}");
        let blocks: Vec<bool> = plan
            .notices()
            .iter()
            .filter(|notice| notice.code.id == "RAM223")
            .map(|notice| notice.help.as_ref().is_some_and(|help| help.contains(share.arn.as_str())))
            .collect();
        let of_no_stack = expected.iter().filter(|code| **code == "RAM223").count();
        assert_eq!(blocks, vec![true; of_no_stack]);
    }
    // What the other one gives already, the new one does not add.
    let plan = planned(&stack([desired.clone()]), &live([stripped]));
    assert_eq!(plan.body().access.gain.len(), 0);
}

#[test]
fn of_two_shares_of_one_address_the_one_that_goes_is_a_hazard_that_names_the_other() {
    let desired = desired_share("tgw");
    let (first, second) = (live_share(&desired, 1), live_share(&desired, 2));
    let both = live([first.clone(), second.clone()]);
    let graph = stack([desired]);
    for (purpose, plan) in
        [("apply", planned(&graph, &both)), ("destroy", plan(&destroy(&graph, &both, &org()), &org()))]
    {
        let goes = plan.body().shares.iter().find(|share| !share.hazards.is_empty()).expect("one goes");
        assert_eq!(goes.diff.before().unwrap().share.arn, second.arn, "{purpose}");
        let subject = crate::plan::HazardSubject::Second(first.arn.clone());
        assert_eq!(goes.hazards[0].subject, subject, "{purpose}");
        assert_eq!(codes(&plan), ["RAM219"], "{purpose}");
    }
}

fn imported(share: &DesiredShare, n: u32) -> LiveShare {
    let mut found = live_share(share, n);
    found.tags.insert(TAG_IMPORTED.to_owned(), "true".to_owned());
    found
}

#[test]
fn a_share_that_was_there_before_is_not_deleted_or_replaced_without_a_word() {
    let mut share = desired_share("tgw");
    let found = live([imported(&share, 1), live_share(&desired_share("other"), 2)]);
    let others = || [desired_share("other")];
    assert_eq!(codes(&planned(&stack(others()), &found)), ["RAM214"]);
    let everything =
        plan(&destroy(&stack(others().into_iter().chain([share.clone()])), &found, &org()), &org());
    assert_eq!(codes(&everything), ["RAM214"], "destroy was not told about it");
    share.retain_sharing = true;
    assert_eq!(
        codes(&planned(&stack(others().into_iter().chain([share])), &found)),
        ["RAM207", "RAM213", "RAM214"]
    );
}

#[test]
fn an_import_is_remembered_on_the_share_until_it_is_released() {
    let share = desired_share("tgw");
    let mut found = live_share(&share, 1);
    found.tags.retain(|key, _| !key.starts_with("ramctl:"));
    let mut graph = stack([share.clone()]);
    let import = crate::desired::Import { arn: found.arn.clone(), span: share.span };
    graph.identity.imports.insert(share.address.clone(), import);
    let plan = planned(&graph, &live([found]));
    let tagged =
        |step: &Step| matches!(step, Step::TagResource { tags, .. } if tags.contains_key(TAG_IMPORTED));
    assert!(plan.steps().iter().any(|step| tagged(&step.step)));

    let mut graph = stack([]);
    graph.identity.releases.push(share.address.clone());
    let plan = planned(&graph, &live([imported(&share, 1)]));
    let [step] = plan.steps() else { panic!("{:?}", plan.steps()) };
    assert!(
        matches!(&step.step, Step::UntagResource { keys, .. } if keys.iter().any(|key| key == TAG_IMPORTED))
    );
}

/// A share with this many accounts on one transit gateway.
fn wide(accounts: u32) -> DesiredShare {
    let mut share = desired_share("wide");
    share.principals = (0..accounts)
        .map(|n| as_written(principal(&format!("{:012}", 700_000_000_000u64 + u64::from(n)))))
        .collect();
    share.allow_external_principals = true;
    share
}

#[test]
fn revocations_are_counted_against_a_threshold_once_the_stack_is_big_enough() {
    // Accounts before and after, beside one resource, and whether 30 percent is exceeded.
    for (before, after, over) in
        [(9, 7, false), (9, 6, false), (9, 5, true), (8, 0, false), (19, 13, false), (19, 12, true)]
    {
        let found = live([live_share(&wide(before), 1)]);
        let plan = planned(&stack([wide(after)]), &found);
        assert_eq!(codes(&plan).contains(&"RAM215"), over, "{before} -> {after}");
    }
    let found = live([live_share(&wide(9), 1)]);
    let mut graph = stack([wide(8)]);
    graph.safeguards.thresholds.max_revoked_percent = 0;
    assert!(codes(&planned(&graph, &found)).contains(&"RAM215"));
    graph.safeguards.thresholds.max_revoked_percent = 100;
    graph.shares.clear();
    assert!(!codes(&planned(&graph, &found)).contains(&"RAM215"));
}

#[test]
fn accounts_that_gain_are_counted_against_a_threshold_where_there_is_one() {
    for (limit, over) in [(None, false), (Some(3), false), (Some(2), true)] {
        let mut graph = stack([wide(3)]);
        graph.safeguards.thresholds.max_granted_accounts = limit;
        assert_eq!(codes(&planned(&graph, &live([]))).contains(&"RAM216"), over, "{limit:?}");
    }
}

#[test]
fn roles_of_one_account_are_one_account_that_gains() {
    let role = |n: u32| as_written(principal(&format!("arn:aws:iam::333333333333:role/r{n}")));
    let share = DesiredShare { principals: (0..5).map(role).collect(), ..desired_share("tgw") };
    for (limit, over) in [(1, false), (0, true)] {
        let mut graph = stack([share.clone()]);
        graph.safeguards.thresholds.max_granted_accounts = Some(limit);
        assert_eq!(codes(&planned(&graph, &live([]))).contains(&"RAM216"), over, "{limit:?}");
    }
}

/// A plan in which one account loses a transit gateway.
fn a_removal() -> (DesiredGraph, LiveState) {
    let mut share = desired_share("tgw");
    let found = live([live_share(&share, 1)]);
    share.principals.clear();
    (stack([share]), found)
}

fn consent(text: &str) -> Consent {
    Consent::new(Allowance::parse(text).unwrap())
}

#[test]
fn only_the_code_at_its_place_is_consent() {
    let (graph, found) = a_removal();
    let plan = planned(&graph, &found);
    let Err(Refused::Unconsented(open)) = plan.approve(&Consent::default()) else { panic!("{plan:?}") };
    assert_eq!(open.iter().map(ToString::to_string).collect::<Vec<_>>(), ["RAM203@share.tgw"]);
    for (text, enough) in
        [("RAM203", true), ("RAM203@share.tgw", true), ("RAM206", false), ("RAM203@share.other", false)]
    {
        let consent = consent(text);
        assert_eq!(plan.approve(&consent).is_ok(), enough, "{text}");
        assert_eq!(plan.unused(&consent).is_empty(), enough, "{text}");
        assert_eq!(
            plan.clone().given(&consent).body().consent_counts(),
            if enough { (0, 1) } else { (1, 0) },
            "{text}"
        );
    }
    assert!(plan.approve(&Consent::new(open)).is_ok(), "what the refusal names is enough");
}

fn word(scope: AcknowledgementScope, span: Span) -> Acknowledgement {
    Acknowledgement { scope, code: &hazards::RAM203, reason: "agreed".to_owned(), until: None, span }
}

#[test]
fn a_saved_plan_forgets_what_the_files_agreed_to_until_a_time_that_is_over() {
    let until: jiff::Timestamp = "2027-03-31T00:00:00Z".parse().unwrap();
    let second = jiff::SignedDuration::from_secs(1);
    let mut files = SourceMap::default();
    let span = Span::new(files.add("stack.ram.hcl", "0123456789"), 0..1);
    let (mut graph, found) = a_removal();
    graph.safeguards.acknowledgements =
        vec![Acknowledgement { until: Some(until), ..word(AcknowledgementScope::Stack, span) }];
    let saved = SavedPlan::new(planned(&graph, &found));
    for (flags, now, expected) in [
        ("", until - second, (0, 1)),
        ("", until, (1, 0)),
        ("RAM203", until, (0, 1)),
        ("RAM203@share.other", until, (1, 0)),
    ] {
        let consent = if flags.is_empty() { Consent::default() } else { consent(flags) };
        let given = saved.clone().given(&consent, now);
        assert_eq!(given.body().consent_counts(), expected, "{flags} at {now}");
        let read = |live: &LiveState| Reread {
            at: jiff::Timestamp::UNIX_EPOCH,
            live: live.clone(),
            org: org(),
            usage: Usage::default(),
            policies: Policies::of(live),
        };
        let approved = given.approve(&Consent::default(), &read(&found));
        assert_eq!(approved.is_ok(), expected.0 == 0, "{flags} at {now}");
        // That AWS is as it was matters more than who agreed.
        let changed = live([]);
        let refused = given.approve(&Consent::default(), &read(&changed));
        assert!(matches!(refused, Err(NotApproved::Stale(_))), "{refused:?}");
    }
}

#[test]
fn the_files_agree_for_one_block_or_for_the_stack() {
    let mut files = SourceMap::default();
    let file = files.add("stack.ram.hcl", "0123456789");
    let (wide, narrow) = (Span::new(file, 0..1), Span::new(file, 2..3));
    let block = |address: Address| AcknowledgementScope::Block(address);
    for (words, expected) in [
        (vec![word(block(address("other")), narrow)], None),
        (vec![word(block(address("tgw")), narrow)], Some(narrow)),
        (vec![word(AcknowledgementScope::Stack, wide)], Some(wide)),
        (vec![word(block(address("tgw")), narrow), word(AcknowledgementScope::Stack, wide)], Some(narrow)),
    ] {
        let (mut graph, found) = a_removal();
        graph.safeguards.acknowledgements = words;
        let plan = planned(&graph, &found);
        let standing = &plan.body().shares[0].hazards[0].standing;
        let told = match standing {
            HazardStanding::AllowedByStack { span, .. } => Some(*span),
            HazardStanding::Open | HazardStanding::AllowedByFlag => None,
        };
        assert_eq!(told, expected);
        assert_eq!(plan.approve(&Consent::default()).is_ok(), expected.is_some());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_is_approved_only_where_each_hazard_is_allowed(
        graph in a_stack(),
        live in a_live_state(),
        chosen in prop::sample::subsequence(hazard_codes().collect::<Vec<_>>(), 0..=8),
    ) {
        let plan = planned(&graph, &live);
        let consent = Consent::new(chosen.iter().map(|code| Allowance { code, at: None }));
        let all_allowed = codes(&plan).iter().all(|id| chosen.iter().any(|code| code.id == *id));
        prop_assert_eq!(plan.approve(&consent).is_ok(), all_allowed);
        prop_assert_eq!(plan.clone().given(&consent).approve(&Consent::default()).is_ok(), all_allowed);
        prop_assert!(plan.approve(&Consent::to_everything()).is_ok());
        if let Err(Refused::Unconsented(open)) = plan.approve(&Consent::default()) {
            prop_assert!(plan.approve(&Consent::new(open)).is_ok());
        }
    }

    #[test]
    fn whoever_loses_by_a_change_of_the_files_is_a_hazard(graph in a_stack(), live in a_live_state()) {
        let (diff, plan) = both(&graph, &live);
        let drifted = |share: &crate::plan::PlannedShare| {
            share.details.iter().any(|detail| detail.edit.cause == crate::diff::Cause::Drift)
        };
        if plan.body().access.lose.is_empty() || plan.body().shares.iter().any(drifted) || !diff.unresolved.is_empty() {
            return Ok(());
        }
        let loss = ["RAM203", "RAM206", "RAM207", "RAM212"];
        prop_assert!(codes(&plan).iter().any(|code| loss.contains(code)), "{:?}", codes(&plan));
    }
}

#[test]
fn a_new_share_with_a_stranger_asks_once() {
    let mut share = desired_share("tgw");
    share.allow_external_principals = true;
    let new = |share: &DesiredShare| codes(&planned(&stack([share.clone()]), &live([])));
    assert_eq!(new(&share), ["RAM205"], "nobody from outside is on it yet");
    share.principals.extend([as_written(principal("999999999999"))]);
    assert_eq!(new(&share), ["RAM201"]);
}
