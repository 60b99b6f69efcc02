use crate::access::*;
use crate::diff::fixture::*;
use crate::live::{Policies, PolicyOf, VersionAsked};
use crate::model::{Action, Conditions, Observed, PermissionArn, PermissionPolicy, PolicyChange, Principal};
use crate::org::OrgView;

fn grants(principals: &[Principal], resources: &[u32]) -> Option<Grants> {
    granted(principals, resources, &Right::AwsDefault)
}

fn granted(principals: &[Principal], resources: &[u32], right: &Right) -> Option<Grants> {
    Some(Grants {
        invited: [].into(),
        owner: account(HUB),
        region: hub().region,
        sources: [].into(),
        principals: principals.iter().cloned().collect(),
        resources: resources.iter().map(|n| (tgw(*n), right.clone())).collect(),
    })
}

fn right(name: &str, version: Version) -> Right {
    Right::named(
        &PermissionArn::parse(&format!("arn:aws:ram::aws:permission/{name}")).expect("valid"),
        version,
    )
}

fn role() -> Principal {
    Principal::read("arn:aws:iam::333333333333:role/build")
}

/// Accounts by their first digit, roles by `r`.
fn short<'a>(all: impl IntoIterator<Item = &'a Grantee>) -> String {
    let one = |grantee: &Grantee| match grantee {
        Grantee::Account(account) => account.as_str()[..1].to_owned(),
        Grantee::Identity { .. } => "r".to_owned(),
        Grantee::Service { .. } => "s".to_owned(),
    };
    all.into_iter().map(one).collect()
}

fn totals(sides: &[Sides], org: &OrgView) -> (String, String, usize) {
    let delta = Access::of(sides, &Rights::default(), org).totals();
    (short(&delta.gain), short(&delta.lose), delta.unknown.len())
}

#[test]
fn an_account_that_is_reached_twice_counts_once() {
    let dev_1 = principal("333333333333");
    let none: &[Principal] = &[];
    /// Principals before, resources before, principals after, resources after: gain, lose.
    type Case<'a> = (&'a [Principal], &'a [u32], &'a [Principal], &'a [u32], &'a str, &'a str);
    let cases: [Case; 9] = [
        (none, &[1], &[ou("d")], &[1], "34", ""),
        (std::slice::from_ref(&dev_1), &[1], &[dev_1.clone(), ou("d")], &[1], "4", ""),
        (&[dev_1.clone(), ou("d")], &[1], &[ou("d")], &[1], "", ""),
        (&[ou("w")], &[1], &[ou("p")], &[1], "", "34"),
        (&[ou("d")], &[1], &[ou("d")], &[1, 2], "34", ""),
        (&[ou("d")], &[1, 2], &[ou("p")], &[2], "5", "34"),
        (&[ou("d")], &[], &[ou("w")], &[], "", ""),
        (none, &[1], &[whole_organization()], &[1], "1345", ""),
        (&[principal("service.amazonaws.com")], &[1], none, &[1], "", "s"),
    ];
    for (p0, r0, p1, r1, gain, lose) in cases {
        let found = totals(&[(grants(p0, r0), grants(p1, r1))], &org());
        assert_eq!(found, (gain.to_owned(), lose.to_owned(), 0), "{p0:?} {p1:?}");
    }
}

#[test]
fn a_role_has_what_its_account_has_and_an_account_not_what_its_role_has() {
    let account = principal("333333333333");
    for (before, after, gain, lose) in
        [(&role(), &account, "3", ""), (&account, &role(), "", "3"), (&role(), &role(), "", "")]
    {
        let sides = (grants(std::slice::from_ref(before), &[1]), grants(std::slice::from_ref(after), &[1]));
        assert_eq!(totals(&[sides], &org()), (gain.to_owned(), lose.to_owned(), 0), "{before} {after}");
    }
    let both = [role(), account.clone()];
    assert_eq!(totals(&[(grants(&both, &[1]), grants(&[account], &[1]))], &org()).1, "");
    assert_eq!(totals(&[(grants(&[role()], &[1]), grants(&[], &[1]))], &org()).1, "r");
}

/// The unit `d` is 333333333333 and 444444444444.
#[test]
fn each_resource_is_lost_by_those_that_no_other_share_gives_it() {
    let dev_1 = || principal("333333333333");
    let sides = [
        (grants(&[ou("d")], &[1, 2, 3]), grants(&[ou("d")], &[3])),
        (grants(&[dev_1()], &[1]), grants(&[dev_1()], &[1])),
    ];
    let (org, rights) = (org(), Rights::default());
    let access = Access::of(&sides, &rights, &org);
    let lost = |n| access.shift(&tgw(n)).map(|shift| short(&shift.lose));
    assert_eq!([lost(1), lost(2), lost(3)], [Some("4".to_owned()), Some("34".to_owned()), None]);
    assert_eq!(short(&access.shift(&tgw(1)).expect("moves").after), "3");
}

#[test]
fn a_resource_that_moves_between_shares_is_neither_gained_nor_lost() {
    let (full, empty) = (grants(&[ou("d")], &[1]), grants(&[ou("d")], &[]));
    let nothing = (String::new(), String::new(), 0);
    assert_eq!(totals(&[(full.clone(), None), (empty, full.clone())], &org()), nothing);
    let more = grants(&[ou("w")], &[1, 2]);
    assert_eq!(totals(&[(full, None), (None, more)], &org()), ("345".to_owned(), String::new(), 0));
}

/// As in AWS's own example: a read share for a unit, and another one that lets one of its accounts start pipelines.
#[test]
fn a_second_share_with_another_permission_is_gained_and_lost() {
    let (read, start) = (Right::AwsDefault, right("AWSRAMPermissionStart", Version::Default));
    let unit = granted(&[ou("d")], &[1], &read);
    let one = granted(&[principal("333333333333")], &[1], &start);
    let stays = (unit.clone(), unit);
    let found = totals(&[stays.clone(), (None, one.clone())], &org());
    assert_eq!(found, ("3".to_owned(), String::new(), 0));
    assert_eq!(totals(&[stays.clone(), (one.clone(), None)], &org()), (String::new(), "3".to_owned(), 0));
    assert_eq!(totals(&[stays, (one.clone(), one)], &org()), (String::new(), String::new(), 0));
}

#[test]
fn one_right_in_the_place_of_another_is_what_is_known_of_both() {
    let (narrow, wide) = (right("Mine", Version::Default), right("Mine", Version::Next));
    let dev = [principal("333333333333")];
    let sides = [(granted(&dev, &[1], &narrow), granted(&dev, &[1], &wide))];
    let of = |change: Option<PolicyChange>| {
        let mut rights = Rights::default();
        if let Some(change) = change {
            rights.learn(&narrow, &wide, &Observed::Known(change));
        }
        let delta = Access::of(&sides, &rights, &org()).totals();
        (short(&delta.gain), short(&delta.lose))
    };
    let added =
        PolicyChange { added: [crate::model::Action::read("ec2:X")].into(), ..PolicyChange::default() };
    let removed = PolicyChange { removed: added.added.clone(), ..PolicyChange::default() };
    assert_eq!(of(Some(PolicyChange::default())), (String::new(), String::new()));
    assert_eq!(of(Some(added)), ("3".to_owned(), String::new()));
    assert_eq!(of(Some(removed)), (String::new(), "3".to_owned()));
    assert_eq!(of(None), ("3".to_owned(), "3".to_owned()), "what is not known may be either");
}

#[test]
fn without_the_organization_the_delta_is_unknown_and_not_zero() {
    let dev_1 = || principal("333333333333");
    let (before, after) = (grants(&[], &[1]), grants(&[ou("d"), dev_1()], &[1]));
    assert_eq!(totals(&[(before, after.clone())], &unread_org()), ("3".to_owned(), String::new(), 1));
    assert_eq!(totals(&[(after.clone(), after)], &unread_org()), (String::new(), String::new(), 0));
}

#[test]
fn the_owner_inside_its_own_principals_is_noted_and_not_counted() {
    let sides = [(None, grants(&[ou("i")], &[1]))];
    let (org, rights) = (org(), Rights::default());
    let access = Access::of(&sides, &rights, &org);
    assert!(access.reach(0, 1).owner_included && access.totals().gain.is_empty());
}

/// What AWS's permissions of these names allow, by the last letters of the actions.
fn reading(all: &[(&str, &str)]) -> Rights {
    let mut read = Policies::default();
    for (name, actions) in all {
        let Right::Permission { arn, .. } = right(name, Version::Default) else { unreachable!() };
        let actions = actions.chars().map(|letter| Action::read(&format!("ec2:{letter}")));
        let policy = PermissionPolicy::new(actions, Conditions::new());
        let of = PolicyOf { region: hub().region, permission: arn, version: VersionAsked::Default };
        read.add(of, Observed::Known(policy));
    }
    Rights::knowing(read)
}

#[test]
fn permissions_of_several_shares_are_compared_by_their_actions() {
    let dev = [principal("333333333333")];
    let with = |name: &str| granted(&dev, &[1], &right(name, Version::Default));
    let rights = reading(&[("One", "AB"), ("Same", "BA"), ("More", "ABC"), ("Less", "A"), ("Rest", "B")]);
    /// Permissions of the shares before and after; who gains and loses which actions; which permissions have to be known.
    type Case<'a> = (&'a [&'a str], &'a [&'a str], &'a str, &'a str, usize);
    let cases: [Case; 9] = [
        (&["One"], &["One"], "", "", 0),
        (&["One"], &["Same"], "", "", 2),
        (&["One"], &["More"], "C", "", 2),
        (&["More"], &["One"], "", "C", 2),
        (&["One"], &["Less", "Rest"], "", "", 3),
        (&["One"], &["One", "Less"], "", "", 2),
        (&["One", "Less"], &["One"], "", "", 2),
        (&["Less"], &["Less", "One"], "B", "", 2),
        (&["One", "More"], &["Less"], "", "BC", 3),
    ];
    for (before, after, more, less, known) in cases {
        let sides: Vec<Sides> = before
            .iter()
            .map(|name| (with(name), None))
            .chain(after.iter().map(|name| (None, with(name))))
            .collect();
        let org = org();
        let access = Access::of(&sides, &rights, &org);
        let totals = access.totals();
        let who = |actions: &str| if actions.is_empty() { "" } else { "3" };
        assert_eq!(
            (&*short(&totals.gain), &*short(&totals.lose)),
            (who(more), who(less)),
            "{before:?} {after:?}"
        );
        let partly = access.partly();
        let told = |pick: fn(&Partly) -> &std::collections::BTreeSet<crate::model::Beyond>| -> String {
            let all = partly.iter().flat_map(pick);
            all.map(|one| one.allowed.action.as_str().trim_start_matches("ec2:").to_owned()).collect()
        };
        assert_eq!((&*told(|one| &one.more), &*told(|one| &one.less)), (more, less), "{before:?} {after:?}");
        assert_eq!(access.needed().len(), known, "{before:?} {after:?}");

        // Not read: who has one in the place of another may gain and lose, and the same is asked.
        let unread = Rights::default();
        let access = Access::of(&sides, &unread, &org);
        let totals = access.totals();
        let told = (!totals.gain.is_empty(), !totals.lose.is_empty());
        assert!(told.0 >= !more.is_empty() && told.1 >= !less.is_empty(), "{before:?} {after:?}");
        assert!(access.partly().is_empty());
        assert_eq!(access.needed().len(), known);
    }
}

#[test]
fn what_comes_and_goes_as_a_whole_needs_no_policy() {
    let dev = [principal("333333333333")];
    let sides = [(granted(&dev, &[1], &right("One", Version::Default)), None)];
    let (org, rights) = (org(), Rights::default());
    let access = Access::of(&sides, &rights, &org);
    assert!(access.needed().is_empty());
    assert_eq!(short(&access.totals().lose), "3");
    assert!(access.partly().is_empty());
}

#[test]
fn a_service_comes_for_each_of_its_sources_or_for_anybody() {
    let service = || [principal("service.amazonaws.com")];
    let side = |sources: &[&str]| {
        let mut grants = grants(&service(), &[1]).expect("some");
        grants.sources = sources.iter().map(|source| (*source).to_owned()).collect();
        Some(grants)
    };
    for (before, after, gain, lose) in [
        (&["a"][..], &["a"][..], &[][..], &[][..]),
        (&["a", "b"], &["a", "c"], &[" for c"], &[" for b"]),
        (&["a"], &[], &[""], &[]),
        (&[], &["a"], &[], &[""]),
    ] {
        let (org, rights) = (org(), Rights::default());
        let sides = [(side(before), side(after))];
        let totals = Access::of(&sides, &rights, &org).totals();
        let names = |all: &std::collections::BTreeSet<Grantee>| -> Vec<String> {
            let text = |one: &Grantee| one.to_string().replace("service.amazonaws.com", "");
            all.iter().map(text).collect()
        };
        assert_eq!(
            (names(&totals.gain), names(&totals.lose)),
            (own(gain), own(lose)),
            "{before:?} {after:?}"
        );
    }
}

fn own(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn nobody_in_a_closed_account_is_reached() {
    use crate::org::AccountStanding as S;
    for (standing, reached) in [
        (S::Active, true),
        (S::PendingActivation, true),
        (S::Suspended, true),
        (S::Inactive, true),
        (S::PendingClosure, false),
        (S::Closed, false),
    ] {
        let mut org = org();
        let Observed::Known(snapshot) = &mut org.snapshot else { panic!("known in the fixture") };
        let one = account("333333333333");
        snapshot.accounts.get_mut(&one).expect("in the fixture").standing = standing;
        let whole = Principal::Organization(snapshot.arn.clone());
        for who in [Principal::Account(one.clone()), role(), whole] {
            let found = reach([&who], &account(HUB), &org).accounts().contains(&one);
            assert_eq!(found, reached, "{standing:?} {who}");
        }
    }
}
