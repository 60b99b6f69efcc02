use crate::desired::DesiredShare;
use crate::diff::fixture::*;
use crate::diff::{Change, Diff, NotRead, Scope, Verdict, diff, narrow};
use crate::live::{Breadth, LiveState, Sweep, Swept};
use crate::model::{AccountId, GapCause, Observed, Region};

const ELSEWHERE: &str = "us-east-1";

fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

fn outcome(diff: &Diff) -> &'static str {
    match &diff.shares[0].verdict {
        Verdict::Changed(Change::Create { .. }) => "create",
        Verdict::Changed(Change::Replace { .. }) => "replace",
        Verdict::Unread { gap, .. } if gap.cause == GapCause::Elsewhere => "elsewhere",
        Verdict::Unread { gap, .. } if gap.cause == GapCause::LeftOut => "left out",
        other => panic!("{other:#?}"),
    }
}

fn swept(searched: &[&str], gaps: &[&str], further: &[&str]) -> Sweep {
    let regions = searched.iter().map(|id| (account(id), [Region::parse(ELSEWHERE).unwrap()].into()));
    Sweep::Done(Swept {
        regions: regions.collect(),
        gaps: gaps.iter().map(|id| (account(id), gap())).collect(),
        further: further.iter().map(|id| account(id)).collect(),
        breadth: Breadth::All,
        ..Swept::default()
    })
}

#[test]
fn a_share_is_created_only_where_its_address_is_proven_to_be_live_nowhere_else() {
    const OTHER: &str = "777777777777";
    for (sweep, unread, expected) in [
        (Sweep::NotAsked, false, "create"),
        (Sweep::NotAsked, true, "elsewhere"),
        (swept(&[HUB], &[], &[]), true, "create"),
        (swept(&[OTHER], &[], &[]), true, "elsewhere"),
        (swept(&[], &[HUB], &[]), false, "elsewhere"),
        (swept(&[], &[OTHER], &[OTHER]), false, "create"),
    ] {
        let mut state: LiveState = live([]);
        if unread {
            state.places.insert(place(HUB, ELSEWHERE), Observed::Unknown(gap()));
        }
        state.sweep = sweep.clone();
        let found = diff(&stack([desired_share("tgw")]), &state, &org());
        assert_eq!(outcome(&found), expected, "{sweep:?} {unread}");
    }
}

/// A share in eu-central-1 that the files declare in us-east-1.
fn moved(protected: bool) -> (DesiredShare, LiveState) {
    let before = desired_share("tgw");
    let mut after = DesiredShare { place: place(HUB, ELSEWHERE), ..before.clone() };
    after.lifecycle.prevent_destroy = protected;
    let mut state = live([live_share(&before, 1)]);
    state.places.insert(place(HUB, ELSEWHERE), Observed::Known(Default::default()));
    (after, state)
}

#[test]
fn a_share_that_moves_out_of_a_region_that_is_left_out_stays() {
    let (share, state) = moved(false);
    let whole = diff(&stack([share]), &state, &org());
    assert_eq!(outcome(&whole), "replace");
    let scope = Scope { regions: [Region::parse(ELSEWHERE).unwrap()].into(), ..Scope::default() };
    let part = narrow(whole.clone(), &scope, NotRead::default());
    assert_eq!(outcome(&part), "left out");
    let both = Scope { regions: [scope.regions.first().unwrap().clone(), hub().region].into(), ..scope };
    assert_eq!(outcome(&narrow(whole, &both, NotRead::default())), "replace");
}

#[test]
fn a_protected_share_refuses_to_be_the_second_one_that_goes() {
    for protected in [false, true] {
        let (share, mut state) = moved(protected);
        let Some(Observed::Known(there)) = state.places.get_mut(&share.place) else { panic!("it is read") };
        let second = live_share(&share, 2);
        there.shares.insert(second.arn.clone(), second);
        let found = diff(&stack([share]), &state, &org());
        let goes = |share: &&crate::diff::ShareDiff| {
            matches!(share.verdict, Verdict::Changed(Change::Delete { .. }))
        };
        let gone: Vec<bool> = found.shares.iter().filter(goes).map(|share| share.protected).collect();
        assert_eq!(gone, [protected]);
    }
}
