use jiff::Timestamp;

use crate::desired::{DesiredGraph, DesiredShare, Import, Move};
use crate::diff::fixture::*;
use crate::diff::{
    Cause, Change, DeleteReason, Diff, ImportProblem, Part, Remark, ShareDiff, Verdict, destroy, diff,
};
use crate::live::{LiveShare, LiveState};
use crate::model::{FeatureSet, Observed, ShareStatus, TAG_ADDRESS, TAG_APPLIED, TAG_STACK, Tags};

/// A stack that imports live share number one as `share.tgw`.
fn importing() -> DesiredGraph {
    let mut graph = stack([desired_share("tgw")]);
    graph.identity.imports =
        [(address("tgw"), Import { arn: share_arn(&hub(), 1), span: sources().1 })].into();
    graph
}

fn moving(moves: &[(&str, &str)], shares: impl IntoIterator<Item = DesiredShare>) -> DesiredGraph {
    let mut graph = stack(shares);
    graph.identity.moves =
        moves.iter().map(|(from, to)| Move { from: address(from), to: address(to) }).collect();
    graph
}

/// What `desired_share("tgw")` asks for, made by hand.
fn by_hand() -> LiveShare {
    let mut share = live_share(&desired_share("tgw"), 1);
    share.tags.retain(|key, _| !key.starts_with("ramctl:"));
    share
}

fn parts(share: &ShareDiff) -> Vec<Part> {
    match &share.verdict {
        Verdict::Changed(Change::Update { edits, .. }) => {
            edits.iter().map(|edit| edit.part.clone()).collect()
        }
        other => panic!("not an update: {other:?}"),
    }
}

fn deletions(diff: &Diff) -> Vec<(String, DeleteReason)> {
    let reason = |share: &ShareDiff| match &share.verdict {
        Verdict::Changed(Change::Delete { reason, .. }) => Some((share.address.to_string(), *reason)),
        _ => None,
    };
    diff.shares.iter().filter_map(reason).collect()
}

#[test]
fn a_share_made_by_hand_is_adopted_and_leaves_the_unmanaged() {
    let out = diff(&importing(), &live([by_hand()]), &org());
    assert_eq!(out.shares.len(), 1);
    assert_eq!(parts(&out.shares[0]), [Part::Imported { owner: None }]);
    assert_eq!(out.unmanaged, []);
}

#[test]
fn what_differs_on_an_imported_share_is_pending_and_nobodys_drift() {
    let mut share = by_hand();
    share.name = "Tgw made by hand".into();
    share.principals.insert(principal("555555555555"), associated());
    let out = diff(&importing(), &live([share]), &org());
    let Verdict::Changed(Change::Update { edits, .. }) = &out.shares[0].verdict else { panic!("{out:?}") };
    assert_eq!(edits.len(), 3);
    assert!(edits.iter().all(|edit| edit.cause == Cause::Pending));
}

#[test]
fn another_stacks_share_is_taken_over_by_name() {
    let mut share = live_share(&desired_share("tgw"), 1);
    share.tags.insert(TAG_STACK.into(), "billing".into());
    let out = diff(&importing(), &live([share]), &org());
    assert_eq!(parts(&out.shares[0]), [Part::Imported { owner: Some("billing".into()) }]);
    assert_eq!(out.unmanaged, []);
}

#[test]
fn a_share_of_the_stack_that_lost_its_address_can_be_imported_and_is_not_deleted() {
    let mut share = live_share(&desired_share("tgw"), 1);
    share.tags.remove(TAG_ADDRESS);
    let out = diff(&importing(), &live([share]), &org());
    assert_eq!(out.shares.len(), 1);
    assert_eq!(parts(&out.shares[0]), [Part::Imported { owner: Some("network".into()) }]);
}

#[test]
fn an_import_that_was_carried_out_says_nothing_more() {
    let out = diff(&importing(), &live([live_share(&desired_share("tgw"), 1)]), &org());
    assert!(matches!(out.shares[0].verdict, Verdict::InSync { .. }));
    // Also where the share was replaced since and the imported one is gone.
    let out = diff(&importing(), &live([live_share(&desired_share("tgw"), 2)]), &org());
    assert!(matches!(out.shares[0].verdict, Verdict::InSync { .. }));
}

#[test]
fn what_cannot_be_imported_is_refused_and_nothing_is_made_in_its_stead() {
    type Row = (&'static str, fn() -> Vec<LiveShare>, fn() -> ImportProblem);
    let rows: &[Row] = &[
        ("nothing there", Vec::new, || ImportProblem::NotThere { deleted: false }),
        (
            "being deleted",
            || vec![LiveShare { status: ShareStatus::Deleting, ..by_hand() }],
            || ImportProblem::NotThere { deleted: true },
        ),
        ("failed", || vec![LiveShare { status: ShareStatus::Failed, ..by_hand() }], || ImportProblem::Failed),
        (
            "being promoted",
            || vec![LiveShare { feature_set: FeatureSet::PromotingToStandard, ..by_hand() }],
            || ImportProblem::NotStandard { feature_set: FeatureSet::PromotingToStandard },
        ),
        (
            "from a policy, as is its permission",
            || {
                let mut share = LiveShare { feature_set: FeatureSet::CreatedFromPolicy, ..by_hand() };
                share.permissions.get_mut(&tgw_type()).unwrap().feature_set = FeatureSet::CreatedFromPolicy;
                vec![share]
            },
            || ImportProblem::NoTwin {
                resource_type: tgw_type(),
                permission: permission("AWSRAMDefaultPermissionTransitGateway"),
            },
        ),
        (
            "retaining",
            || vec![LiveShare { retain_sharing: true, ..by_hand() }],
            || ImportProblem::RetainSharing { live: true },
        ),
        (
            "the block has one",
            || vec![by_hand(), live_share(&desired_share("tgw"), 2)],
            || ImportProblem::AddressTaken { by: share_arn(&hub(), 2) },
        ),
        (
            "of another block",
            || vec![live_share(&desired_share("other"), 1)],
            || ImportProblem::OtherAddress { address: address("other") },
        ),
    ];
    for (name, live_shares, expected) in rows {
        let out = diff(&importing(), &live(live_shares()), &org());
        let found = out.shares.iter().find(|share| share.address == address("tgw")).expect("it is declared");
        let Verdict::NotImported { problem, arn, .. } = &found.verdict else { panic!("{name}: {found:?}") };
        assert_eq!((problem, arn), (&expected(), &share_arn(&hub(), 1)), "{name}");
        let touched = |share: &&ShareDiff| {
            share.address == address("tgw") && matches!(share.verdict, Verdict::Changed(_))
        };
        assert_eq!(out.shares.iter().find(touched), None, "{name}");
    }
}

#[test]
fn an_import_from_a_place_that_was_not_read_is_unread() {
    let mut dark = live([]);
    dark.places.insert(hub(), Observed::Unknown(gap()));
    let out = diff(&importing(), &dark, &org());
    assert!(matches!(out.shares[0].verdict, Verdict::Unread { .. }));
}

#[test]
fn a_deleted_share_is_told_from_one_that_never_was() {
    let mut state = live([]);
    let Some(Observed::Known(place)) = state.places.get_mut(&hub()) else { unreachable!() };
    place.deleted.insert(share_arn(&hub(), 1), Tags::new());
    let out = diff(&importing(), &state, &org());
    assert!(matches!(
        &out.shares[0].verdict,
        Verdict::NotImported { problem: ImportProblem::NotThere { deleted: true }, .. }
    ));
}

#[test]
fn a_moved_share_keeps_everything_but_its_address() {
    let old = desired_share("old");
    let new = DesiredShare { address: address("new"), ..old.clone() };
    let out = diff(&moving(&[("old", "new")], [new.clone()]), &live([live_share(&old, 1)]), &org());
    assert_eq!(out.shares.len(), 1);
    assert_eq!(parts(&out.shares[0]), [Part::Moved { from: address("old") }]);
    let out = diff(&moving(&[("old", "new")], [new.clone()]), &live([live_share(&new, 1)]), &org());
    assert!(matches!(out.shares[0].verdict, Verdict::InSync { .. }), "done is done");
}

#[test]
fn a_chain_of_moves_takes_the_share_from_where_it_is() {
    let first = desired_share("a");
    let last = DesiredShare { address: address("c"), ..first.clone() };
    let out = diff(&moving(&[("a", "b"), ("b", "c")], [last]), &live([live_share(&first, 1)]), &org());
    assert_eq!(parts(&out.shares[0]), [Part::Moved { from: address("a") }]);
}

#[test]
fn a_move_to_an_address_that_has_a_share_leaves_that_share_and_deletes_the_other() {
    let (old, new) = (desired_share("old"), desired_share("new"));
    let both = live([live_share(&old, 1), live_share(&new, 2)]);
    let out = diff(&moving(&[("old", "new")], [new]), &both, &org());
    assert_eq!(deletions(&out), [("share.old".to_owned(), DeleteReason::MoveTaken)]);
}

#[test]
fn a_share_whose_moved_block_cannot_be_settled_is_left_alone() {
    let mut graph = moving(&[("old", "new")], []);
    let place = hub();
    graph.unresolved = [(address("new"), unresolved(&DesiredShare { place, ..desired_share("new") }))].into();
    let out = diff(&graph, &live([live_share(&desired_share("old"), 1)]), &org());
    assert_eq!(out.shares, []);
}

#[test]
fn a_share_whose_moved_block_is_in_an_unread_place_is_left_alone() {
    let mut new = desired_share("new");
    new.place = place(HUB, "us-east-1");
    let mut half = live([live_share(&desired_share("old"), 1)]);
    half.places.insert(new.place.clone(), Observed::Unknown(gap()));
    let out = diff(&moving(&[("old", "new")], [new]), &half, &org());
    assert_eq!(deletions(&out), []);
}

#[test]
fn destroying_spares_a_protected_share_also_under_its_earlier_address() {
    let old = desired_share("old");
    let mut new = DesiredShare { address: address("new"), ..old.clone() };
    new.lifecycle.prevent_destroy = true;
    let out = destroy(&moving(&[("old", "new")], [new]), &live([live_share(&old, 1)]), &org());
    assert_eq!(out.shares.len(), 1);
    assert!(out.shares[0].protected);
}

#[test]
fn a_released_share_is_never_deleted_not_even_by_destroy() {
    let mut graph = stack([]);
    graph.identity.releases = vec![address("gone")];
    let there = live([live_share(&desired_share("gone"), 1), live_share(&desired_share("stray"), 2)]);
    for compare in [diff, destroy] {
        let out = compare(&graph, &there, &org());
        assert!(matches!(&out.shares[0].verdict, Verdict::Changed(Change::Release { .. })), "{out:?}");
        assert_eq!(deletions(&out).len(), 1);
    }
}

fn expiring(at: &str) -> DesiredGraph {
    let mut graph = stack([DesiredShare { expires: Some(at.parse().unwrap()), ..desired_share("tgw") }]);
    graph.now = "2027-01-01T00:00:00Z".parse().unwrap();
    graph
}

#[test]
fn an_expired_share_is_deleted_and_not_made_again() {
    let there = live([live_share(&desired_share("tgw"), 1)]);
    let expired = expiring("2027-01-01T00:00:00Z");
    let out = diff(&expired, &there, &org());
    assert_eq!(deletions(&out), [("share.tgw".to_owned(), DeleteReason::Expired)]);
    assert_eq!(out.now, Some("2027-01-01T00:00:00Z".parse::<Timestamp>().unwrap()));
    assert_eq!(diff(&expired, &live([]), &org()).shares, []);
}

#[test]
fn a_share_with_time_left_says_how_long() {
    for there in [live([live_share(&desired_share("tgw"), 1)]), live([])] {
        let out = diff(&expiring("2027-01-03T12:00:00Z"), &there, &org());
        let [Remark::Expires { at: _, left }] = out.shares[0].remarks.as_slice() else { panic!("{out:?}") };
        assert_eq!(left.as_hours(), 60);
    }
}

#[test]
fn an_expired_block_neither_adopts_nor_deletes_what_it_was_to_import() {
    let mut graph = importing();
    graph.shares.get_mut(&address("tgw")).unwrap().expires = Some(graph.now);
    let untagged = diff(&graph, &live([by_hand()]), &org());
    assert_eq!((untagged.shares.len(), untagged.unmanaged.len()), (0, 1));
}

#[test]
fn an_earlier_record_tells_drift_from_pending_after_a_move_too() {
    let old = desired_share("old");
    let new = DesiredShare { address: address("new"), ..old.clone() };
    let mut touched = live_share(&old, 1);
    touched.principals.insert(principal("555555555555"), associated());
    assert!(touched.tags.contains_key(TAG_APPLIED));
    let state: LiveState = live([touched]);
    let out = diff(&moving(&[("old", "new")], [new]), &state, &org());
    let Verdict::Changed(Change::Update { edits, .. }) = &out.shares[0].verdict else { panic!("{out:?}") };
    let causes: Vec<Cause> = edits.iter().map(|edit| edit.cause).collect();
    assert_eq!(causes, [Cause::Pending, Cause::Drift]);
}
