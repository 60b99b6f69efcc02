use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::desired::InvitedBecause;
use crate::diff::fixture::*;
use crate::diff::{Diff, Purpose, Scope, ShareDiff, dependents, diff};
use crate::live::LiveShare;
use crate::org::SharingState;

/// The time of the run, in seconds.
const NOW: i64 = 2_000_000;
const DAY: i64 = 24 * 3600;

fn receiving(graph: &DesiredGraph, org: &OrgView) -> BTreeSet<Place> {
    Scope::default().receiving(graph, org, Purpose::Apply)
}

/// The partner's association in a state since a second.
fn standing(status: AssociationStatus, second: i64) -> LiveShare {
    let mut share = live_share(&share_with_partner(), 1);
    let at = Some(Timestamp::from_second(second).unwrap());
    let association = Association { created: at, updated: at, external: true, ..association(status) };
    share.principals.insert(principal(PARTNER), association);
    share
}

fn found(share: LiveShare, received: Observed<Received>) -> Diff {
    let mut live = live([share]);
    live.received.insert(partner(), received);
    diff(&reaching([share_with_partner()]), &live, &org())
}

fn state(share: &ShareDiff) -> Option<&InvitationState> {
    share.invitations.get(&principal(PARTNER)).map(|invitation| &invitation.state)
}

/// How the partner's principal is edited.
fn how(share: &ShareDiff) -> Option<&Membership> {
    let Verdict::Changed(Change::Update { edits, .. }) = &share.verdict else { return None };
    edits.iter().find_map(|edit| match &edit.part {
        Part::Principal { how, .. } => Some(how),
        _ => None,
    })
}

fn word(state: Option<&InvitationState>) -> &'static str {
    match state {
        None => "nothing",
        Some(InvitationState::ToSend { accept: Acceptor::Ramctl }) => "to send, by ramctl",
        Some(InvitationState::ToSend { .. }) => "to send",
        Some(InvitationState::ToResend { lapse: Lapse::Expired, .. }) => "expired",
        Some(InvitationState::ToResend { lapse: Lapse::Rejected, .. }) => "asked again",
        Some(InvitationState::ToResend { lapse: Lapse::Gone, .. }) => "gone",
        Some(InvitationState::ToResend { lapse: Lapse::Ended, .. }) => "ended",
        Some(InvitationState::Pending { accept: Acceptor::Ramctl, .. }) => "pending, by ramctl",
        Some(InvitationState::Pending { accept: Acceptor::Unread(_), .. }) => "pending, unread",
        Some(InvitationState::Pending { .. }) => "pending",
        Some(InvitationState::Needless) => "needless",
        Some(InvitationState::Outgrown) => "outgrown",
        Some(InvitationState::Settling) => "settling",
        Some(InvitationState::Rejected { .. }) => "rejected",
    }
}

#[test]
fn what_stands_on_the_share_is_judged_by_what_the_consumer_sees() {
    use AssociationStatus::{Associated, Associating};
    use InvitationStatus::{Accepted, Expired, Pending, Rejected};
    let fresh = NOW - 3600;
    let old = NOW - 8 * DAY;
    for (status, since, seen, row, expected) in [
        // Pains 1 and 2: accepted long ago, and RAM has forgotten the invitation.
        (Associated, old, true, None, "nothing"),
        // Pains 6 to 8: accepted, and the consumer does not see it yet. Nothing is replaced, nothing fails.
        (Associated, fresh, false, None, "settling"),
        (Associating, fresh, true, None, "settling"),
        (Associating, fresh, false, Some(Accepted), "settling"),
        (Associating, fresh, false, Some(Pending), "pending, by ramctl"),
        // Pain 10: an invitation that does not show yet is looked for by the apply.
        (Associating, fresh, false, None, "pending, by ramctl"),
        // The consumer knows better than the owner's row how old an invitation is.
        (Associating, old, false, Some(Pending), "pending, by ramctl"),
        (Associating, fresh, false, Some(Expired), "expired"),
        (Associating, old, false, None, "expired"),
        (Associating, fresh, false, Some(Rejected), "rejected"),
    ] {
        let rows = row.iter().map(|status: &InvitationStatus| invitation(1, status.clone(), fresh));
        let out = found(standing(status.clone(), since), received(seen.then_some(1), rows));
        let share = &out.shares[0];
        assert_eq!(word(state(share)), expected, "{status} {since} {seen} {row:?}");
        let repaired = matches!(how(share), Some(Membership::Repaired { .. }));
        assert_eq!(repaired, expected == "expired", "{status} {since} {seen} {row:?}");
    }
}

#[test]
fn without_the_consumers_view_age_and_window_decide() {
    for (since, expected) in [(NOW - 6 * DAY, "pending"), (NOW - 7 * DAY - 60, "expired")] {
        let live = live([standing(AssociationStatus::Associating, since)]);
        let out = diff(&stack([share_with_partner()]), &live, &org());
        assert_eq!(word(state(&out.shares[0])), expected);
        assert!(out.shares[0].remarks.is_empty(), "told as an invitation and not as under way too");
    }
}

#[test]
fn a_pending_invitation_tells_since_when_and_until_about_when() {
    let sent = NOW - 3600;
    let out = found(
        standing(AssociationStatus::Associating, NOW - 60),
        received([], [invitation(1, InvitationStatus::Pending, sent)]),
    );
    let since = Timestamp::from_second(sent).unwrap();
    let expires = Expiry::About(since.checked_add(SignedDuration::from_hours(7 * 24)).unwrap());
    let Some(InvitationState::Pending { window, .. }) = state(&out.shares[0]) else { panic!("{out:#?}") };
    assert_eq!(*window, Some(Window { since, expires }));
}

/// Pain 9: a role that may not look is not an account without an invitation.
#[test]
fn a_consumer_that_cannot_be_read_is_a_gap_and_nothing_is_accepted_in_it() {
    let out = found(standing(AssociationStatus::Associating, NOW - 60), Observed::Unknown(gap()));
    assert_eq!(word(state(&out.shares[0])), "pending, unread");
    assert_eq!(out.unreceived.get(&partner()), Some(&gap()));
}

#[test]
fn a_principal_that_left_is_invited_again_with_the_reason_that_its_row_tells() {
    let mut share = live_share(&share_with_partner(), 1);
    share.principals.clear();
    let arn = share.arn.clone();
    for (joined, left, expected) in
        [(NOW - 8 * DAY, NOW - DAY, "expired"), (NOW - 2 * DAY, NOW - DAY, "ended"), (0, 0, "gone")]
    {
        let mut live = live([share.clone()]);
        if joined > 0 {
            let Some(Observed::Known(place)) = live.places.get_mut(&hub()) else { unreachable!() };
            let at = |second| Some(Timestamp::from_second(second).unwrap());
            let departed = Departed { joined: at(joined), left: at(left) };
            place.departed.insert((arn.clone(), principal(PARTNER)), departed);
        }
        let out = diff(&stack([share_with_partner()]), &live, &org());
        assert_eq!(word(state(&out.shares[0])), expected);
        assert_eq!(how(&out.shares[0]), Some(&Membership::Added));
    }
}

#[test]
fn an_invitation_that_was_turned_down_is_sent_again_only_when_the_files_changed() {
    let mut share = live_share(&share_with_partner(), 1);
    share.principals.clear();
    let rejected = || received([], [invitation(1, InvitationStatus::Rejected, NOW - 60)]);
    let out = found(share.clone(), rejected());
    assert_eq!(word(state(&out.shares[0])), "rejected");
    assert!(matches!(out.shares[0].verdict, Verdict::InSync { .. }), "nothing is sent: {out:#?}");

    // What was applied last had no such principal: somebody put it back.
    let without = DesiredShare { principals: BTreeMap::new(), ..share_with_partner() };
    share.tags = live_share(&without, 1).tags;
    let out = found(share, rejected());
    assert_eq!(word(state(&out.shares[0])), "asked again");
    assert_eq!(how(&out.shares[0]), Some(&Membership::Added));
}

#[test]
fn who_accepts_hangs_on_credentials_and_on_the_share() {
    let refusing = DesiredShare { accept_invitations: false, ..share_with_partner() };
    for (share, reached, expected) in [
        (share_with_partner(), true, "to send, by ramctl"),
        (share_with_partner(), false, "to send"),
        (refusing, true, "to send"),
    ] {
        let graph = if reached { reaching([share]) } else { stack([share]) };
        let mut live = live([]);
        for place in receiving(&graph, &org()) {
            live.received.insert(place, received([], []));
        }
        let out = diff(&graph, &live, &org());
        assert_eq!(word(state(&out.shares[0])), expected);
    }
}

#[test]
fn nobody_is_asked_where_no_invitation_can_be() {
    let inside = DesiredShare {
        accept_invitations: true,
        principals: [as_written(principal("333333333333"))].into(),
        ..desired_share("inside")
    };
    let mut graph = reaching([inside.clone()]);
    graph.reached.insert(account("333333333333"));
    assert!(receiving(&graph, &org()).is_empty(), "inside an organization that shares none is sent");
    assert_eq!(diff(&graph, &live([]), &org()).shares[0].invitations, BTreeMap::new());

    // Where the plan turns sharing on first, neither.
    assert!(receiving(&graph, &org_with(SharingState::Disabled)).is_empty());

    let here = Place { account: account("333333333333"), region: hub().region };
    let retaining = DesiredShare { retain_sharing: true, ..inside };
    graph.shares = [(retaining.address.clone(), retaining)].into();
    assert_eq!(receiving(&graph, &org()), [here].into());
}

#[test]
fn an_unread_organization_asks_those_that_it_can_and_says_that_it_does_not_know() {
    let graph = reaching([share_with_partner()]);
    assert_eq!(receiving(&graph, &unread_org()), [partner()].into());
    let mut live = live([]);
    live.received.insert(partner(), received([], []));
    let out = diff(&graph, &live, &unread_org());
    let invitation = &out.shares[0].invitations[&principal(PARTNER)];
    assert_eq!((invitation.because, word(Some(&invitation.state))), (None, "to send, by ramctl"));
}

#[test]
fn a_share_is_kept_for_those_who_use_it_and_have_yet_to_accept_its_successor() {
    let invited = |state| {
        let invitation = Invitation { consumer: partner(), because: Some(InvitedBecause::Outside), state };
        BTreeMap::from([(principal(PARTNER), invitation)])
    };
    let waiting = || invited(InvitationState::ToSend { accept: Acceptor::Consumer });
    let present = |share| Present { place: hub(), share };
    let used = || present(standing(AssociationStatus::Associated, 1));
    assert_eq!(dependents(&used(), &waiting()), [account(PARTNER)].into());
    assert_eq!(dependents(&used(), &invited(InvitationState::Settling)), [account(PARTNER)].into());
    for (before, successor) in [
        (used(), invited(InvitationState::ToSend { accept: Acceptor::Ramctl })),
        (used(), invited(InvitationState::Rejected { sent: None })),
        (used(), BTreeMap::new()),
        (present(standing(AssociationStatus::Associating, 1)), waiting()),
    ] {
        assert_eq!(dependents(&before, &successor), BTreeSet::new());
    }
    let mut failed = used();
    failed.share.status = crate::model::ShareStatus::Failed;
    assert_eq!(dependents(&failed, &waiting()), BTreeSet::new());
}

/// It was sent while sharing inside the organization was off, or before the account joined.
#[test]
fn an_invitation_to_an_account_that_is_inside_by_now_is_taken_back_and_the_account_put_on_again() {
    let mut desired = desired_share("tgw");
    desired.allow_external_principals = true;
    let joined = desired.principals.keys().next().expect("it has one").clone();
    let found = |external: bool, status: AssociationStatus, sharing: SharingState| {
        let mut graph = stack([desired.clone()]);
        graph.sharing = None;
        let mut share = live_share(&desired, 1);
        let on = Association { external, created: Some(graph.now), ..association(status) };
        share.principals.insert(joined.clone(), on);
        let org = OrgView { sharing: Observed::Known(sharing), ..org() };
        diff(&graph, &live([share]), &org)
    };
    let says = |diff: &Diff| {
        let share = &diff.shares[0];
        (word(share.invitations.get(&joined).map(|invitation| &invitation.state)), how(share).cloned())
    };
    let mended = Some(Membership::Repaired { message: None });
    use AssociationStatus::{Associated, Associating};
    assert_eq!(says(&found(true, Associating, SharingState::Enabled)), ("needless", mended));
    assert_eq!(
        says(&found(false, Associating, SharingState::Enabled)),
        ("nothing", None),
        "RAM is at work on it"
    );
    assert_eq!(says(&found(true, Associated, SharingState::Enabled)), ("nothing", None), "it was accepted");
    assert_eq!(says(&found(true, Associating, SharingState::Disabled)).0, "pending");
}
