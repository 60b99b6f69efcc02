use super::*;
use crate::desired::NameGlob;
use crate::diff::fixture::*;
use crate::diff::{Causes, NotRead, Scope, destroy, diff, narrow};
use crate::live::Received;
use crate::model::{BlockKind, InvitationStatus};
use crate::org::SharingState;

const NOW: i64 = 2_000_000;

/// A stack in which dev takes from the partner what matches `partner-*` but for `partner-test`.
fn taking() -> DesiredGraph {
    let mut graph = stack([]);
    let block = |label: &str, name: &str, action| {
        let address = Address { kind: BlockKind::Inbound, label: label.to_owned(), key: None };
        let block = DesiredInbound {
            address: address.clone(),
            span: sources().1,
            place: dev(),
            from: account(PARTNER),
            name: NameGlob::parse(name).unwrap(),
            action,
        };
        (address, block)
    };
    graph.inbound = [
        block("good", "partner-*", InboundAction::Accept),
        block("bad", "partner-test", InboundAction::Reject),
    ]
    .into();
    graph
}

fn dev() -> Place {
    place("333333333333", "eu-central-1")
}

fn sent(n: u32, name: &str, second: i64) -> InvitationRow {
    InvitationRow {
        share_name: name.to_owned(),
        sender: account(PARTNER),
        ..invitation(n, InvitationStatus::Pending, second)
    }
}

fn seen(n: u32, name: &str, types: ReceivedTypes) -> (ShareArn, ReceivedShare) {
    let share = ReceivedShare { name: name.to_owned(), owner: account(PARTNER), types };
    (share_arn(&hub(), n), share)
}

fn types(codes: &[&str]) -> ReceivedTypes {
    ReceivedTypes::Known(codes.iter().map(|code| ResourceType::parse(code).unwrap()).collect())
}

fn received_by_dev(received: Received) -> LiveState {
    let mut live = live([]);
    live.received.insert(dev(), Observed::Known(received));
    live
}

fn word(verdict: &InboundVerdict) -> String {
    match verdict {
        InboundVerdict::Accept { by, .. } => format!("accept by {}", by.address),
        InboundVerdict::Reject { by, .. } => format!("reject by {}", by.address),
        InboundVerdict::Leave { by } => format!("leave by {}", by.address),
        InboundVerdict::Stuck { why: Staying::Types(types), .. } => format!("stuck by {} types", types.len()),
        InboundVerdict::Stuck { why: Staying::ThroughOrganization, .. } => "stuck in the organization".into(),
        InboundVerdict::Stuck { why: Staying::Unread(_), .. } => "stuck, unread".into(),
        InboundVerdict::Undecided { .. } => "undecided".into(),
    }
}

fn words(items: &[InboundItem]) -> Vec<String> {
    items.iter().map(|item| format!("{} {}", item.name, word(&item.verdict))).collect()
}

#[test]
fn invitations_are_decided_by_sender_and_name_and_the_rest_is_listed() {
    let rows = [
        sent(1, "partner-dns", NOW - 60),
        sent(2, "partner-test", NOW - 60),
        sent(3, "other", NOW - 60),
        InvitationRow { sender: account("444444444444"), ..sent(4, "partner-dns", NOW - 60) },
        InvitationRow { status: InvitationStatus::Expired, ..sent(5, "partner-old", NOW - 60) },
    ];
    let received =
        Received { invitations: rows.map(|row| (row.share.clone(), row)).into(), ..Received::default() };
    let out = diff(&taking(), &received_by_dev(received), &org());
    assert_eq!(
        words(&out.inbound),
        [
            "partner-dns accept by inbound.good",
            "partner-test reject by inbound.bad",
            "other undecided",
            "partner-dns undecided",
        ]
    );
}

#[test]
fn what_is_in_is_in_sync_or_left_where_ram_allows_it() {
    let shares = [
        seen(1, "partner-dns", ReceivedTypes::NotAsked),
        seen(2, "partner-test", types(&["ec2:TransitGateway"])),
        seen(3, "partner-test", types(&["ec2:TransitGateway", "acm-pca:CertificateAuthority"])),
        seen(4, "partner-test", ReceivedTypes::Unread(gap())),
        seen(5, "other", ReceivedTypes::NotAsked),
    ];
    let live = received_by_dev(Received { shares: shares.into(), ..Received::default() });
    let out = diff(&taking(), &live, &org());
    assert_eq!(
        words(&out.inbound),
        ["partner-test leave by inbound.bad", "partner-test stuck by 1 types", "partner-test stuck, unread"]
    );
    let asked = leaving(&taking(), &live, Purpose::Apply);
    assert_eq!(asked[&dev()].len(), 3, "only what would have to be left is looked into");
}

/// Pain 44, and never anything that the stack's blocks did not let in.
#[test]
fn a_stack_that_goes_leaves_what_its_blocks_let_in_and_nothing_else() {
    let shares = [
        seen(1, "partner-dns", types(&["ec2:TransitGateway"])),
        seen(2, "partner-ca", types(&["acm-pca:CertificateAuthority"])),
        seen(3, "partner-test", types(&["ec2:TransitGateway"])),
        seen(4, "other", types(&["ec2:TransitGateway"])),
    ];
    let rows = [sent(5, "partner-new", NOW - 60)];
    let live = received_by_dev(Received {
        shares: shares.into(),
        invitations: rows.map(|row| (row.share.clone(), row)).into(),
    });
    let out = destroy(&taking(), &live, &org());
    assert_eq!(words(&out.inbound), ["partner-dns leave by inbound.good", "partner-ca stuck by 1 types"]);
}

#[test]
fn what_comes_through_the_organization_cannot_be_left() {
    let mut graph = taking();
    for block in graph.inbound.values_mut() {
        block.from = account(HUB);
    }
    let (arn, mut share) = seen(1, "partner-test", types(&["ec2:TransitGateway"]));
    share.owner = account(HUB);
    let live = received_by_dev(Received { shares: [(arn, share)].into(), ..Received::default() });
    let out = |org| words(&diff(&graph, &live, &org).inbound);
    assert_eq!(out(org()), ["partner-test stuck in the organization"]);
    assert_eq!(out(org_with(SharingState::Disabled)), ["partner-test leave by inbound.bad"]);
}

#[test]
fn an_invitation_that_outlived_the_short_window_has_the_long_one() {
    let since = |hours: i64| NOW - hours * 3600;
    for (hours, both) in [(1, true), (13, false)] {
        let row = sent(1, "other", since(hours));
        let window = window(&row, Timestamp::from_second(NOW).unwrap()).unwrap();
        assert_eq!(matches!(window.expires, Expiry::Either(..)), both);
    }
}

#[test]
fn a_place_that_cannot_be_read_has_no_items_and_a_gap() {
    let mut live = live([]);
    live.received.insert(dev(), Observed::Unknown(gap()));
    let out = diff(&taking(), &live, &org());
    assert!(out.inbound.is_empty());
    assert_eq!(out.unreceived.keys().collect::<Vec<_>>(), [&dev()]);
    // As is one that nobody read.
    live.received.clear();
    assert_eq!(diff(&taking(), &live, &org()).unreceived.len(), 1);
}

/// A run about a part of the stack leaves invitations alone that are not of the part, and says how many.
#[test]
fn a_narrowed_run_receives_only_what_it_is_about() {
    let rows = [sent(1, "partner-dns", NOW - 60), sent(2, "partner-test", NOW - 60), sent(3, "other", NOW)];
    let shares = [seen(4, "partner-test", types(&["ec2:TransitGateway"]))];
    let live = received_by_dev(Received {
        shares: shares.into(),
        invitations: rows.map(|row| (row.share.clone(), row)).into(),
    });
    let graph = taking();
    let whole = diff(&graph, &live, &org());
    let part = |scope: &Scope| {
        let out = narrow(whole.clone(), scope, NotRead::default());
        (words(&out.inbound), out.partial.unwrap().inbound)
    };
    let address = |text: &str| [Address::parse(text).unwrap()].into();

    let one = Scope { targets: address("inbound.good"), ..Scope::default() };
    assert_eq!(part(&one), (vec!["partner-dns accept by inbound.good".to_owned()], 2));
    assert!(one.unknown(&graph, &whole).is_empty());
    assert!(one.places(&graph).is_empty(), "no share has to be read for it");
    assert_eq!(one.receiving(&graph, &org(), Purpose::Apply), [dev()].into());

    let without = Scope { excluded: address("inbound.bad"), ..Scope::default() };
    let (said, left_out) = part(&without);
    assert_eq!(
        (said.len(), left_out),
        (2, 2),
        "{said:?}: what a block rejects is not let in by leaving it out"
    );

    let share = Scope { targets: address("share.tgw"), ..Scope::default() };
    assert_eq!(part(&share), (Vec::new(), 3));
    assert!(share.receiving(&graph, &org(), Purpose::Apply).is_empty());

    let elsewhere = Scope { accounts: [account(PARTNER)].into(), ..Scope::default() };
    assert_eq!(part(&elsewhere).0, Vec::<String>::new());

    let drift = Scope { causes: Causes::Drift, ..Scope::default() };
    assert_eq!(part(&drift).1, 1, "whether the block is new nobody can tell, so nothing is left");
}

/// What a run is not about is no gap in it.
#[test]
fn what_a_narrowed_run_need_not_receive_is_not_missing() {
    let whole = diff(&taking(), &live([]), &org());
    assert_eq!(whole.unreceived.len(), 1);
    let scope = Scope { targets: [address("tgw")].into(), ..Scope::default() };
    let unread = NotRead { receiving: [dev()].into(), ..NotRead::default() };
    let out = narrow(whole, &scope, unread);
    assert!(out.unreceived.is_empty());
}
