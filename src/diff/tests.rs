mod ownership;

use std::collections::BTreeSet;

use crate::desired::{DesiredGraph, DesiredShare, IgnorableAttribute, Import, SharingWish};
use crate::diff::fixture::*;
use crate::diff::{
    Acknowledgement, AcknowledgementScope, Cause, Change, DeleteReason, Delta, Diff, Edit, Membership,
    Misfit, Ownership, Part, Record, Remark, ReplaceReason, ShareDiff, SharingVerdict, Stamp,
    UndeclaredStanding, Verdict, destroy, diff,
};
use crate::live::{LiveShare, LiveState};
use crate::model::{
    AssociationStatus, FeatureSet, Observed, PermissionArn, Place, ResourceType, ShareStatus, TAG_ADDRESS,
    TAG_APPLIED, TAG_STACK,
};
use crate::org::{OrgView, SharingState};

/// The comparison of one declared share with one live share.
fn one(desired: DesiredShare, live_share: LiveShare) -> ShareDiff {
    let out = diff(&stack([desired]), &live([live_share]), &org());
    assert_eq!(out.shares.len(), 1);
    out.shares.into_iter().next().unwrap()
}

fn edits(found: ShareDiff) -> Vec<Edit> {
    match found.verdict {
        Verdict::InSync { .. } => Vec::new(),
        Verdict::Changed(Change::Update { edits, .. }) => edits,
        other => panic!("not an update: {other:?}"),
    }
}

fn parts(found: ShareDiff) -> Vec<Part> {
    edits(found).into_iter().map(|edit| edit.part).collect()
}

/// What happens to each share, in order, in one word.
fn verdicts(diff: &Diff) -> Vec<(String, &'static str)> {
    diff.shares
        .iter()
        .map(|share| {
            let word = match &share.verdict {
                Verdict::InSync { .. } => "in sync",
                Verdict::Unread { .. } => "unread",
                Verdict::NotImported { .. } => "not imported",
                Verdict::Changed(Change::Create { .. }) => "create",
                Verdict::Changed(Change::Update { .. }) => "update",
                Verdict::Changed(Change::Replace { .. }) => "replace",
                Verdict::Changed(Change::Delete { .. }) => "delete",
                Verdict::Changed(Change::Release { .. }) => "release",
            };
            (share.address.to_string(), word)
        })
        .collect()
}

#[test]
fn a_share_that_was_applied_and_left_alone_is_in_sync() {
    let desired = desired_share("tgw");
    assert_eq!(edits(one(desired.clone(), live_share(&desired, 1))), []);
}

#[test]
fn a_share_that_is_not_there_is_created() {
    let out = diff(&stack([desired_share("tgw")]), &live([]), &org());
    assert_eq!(verdicts(&out), [("share.tgw".to_owned(), "create")]);
}

/// Changes one of the two sides.
type Case<T> = (fn(&mut T), fn() -> Part);

#[test]
fn whatever_is_changed_by_hand_is_found_and_called_drift() {
    let cases: [Case<LiveShare>; 9] = [
        (
            |live| live.name = "renamed".into(),
            || Part::Name { before: "renamed".into(), after: "tgw".into() },
        ),
        (
            |live| live.allow_external_principals = true,
            || Part::AllowExternalPrincipals { before: true, after: false },
        ),
        (
            |live| {
                live.principals.insert(principal("555555555555"), associated());
            },
            || Part::Principal {
                principal: principal("555555555555"),
                label: "account prod-1".into(),
                how: Membership::Removed,
            },
        ),
        (
            |live| live.principals.clear(),
            || Part::Principal {
                principal: principal("333333333333"),
                label: "account dev-1".into(),
                how: Membership::Added,
            },
        ),
        (
            |live| {
                live.resources.insert(tgw(2), associated());
            },
            || Part::Resource { resource: tgw(2), resource_type: None, how: Membership::Removed },
        ),
        (
            |live| live.resources.clear(),
            || Part::Resource { resource: tgw(1), resource_type: Some(tgw_type()), how: Membership::Added },
        ),
        (
            |live| {
                live.sources.insert("333333333333".into(), associated());
            },
            || Part::Source { source: "333333333333".into(), how: Membership::Removed },
        ),
        (
            |live| {
                live.tags.insert("team".into(), "other".into());
            },
            || Part::Tag {
                key: "team".into(),
                how: Delta::Changed { before: "other".into(), after: "network".into() },
            },
        ),
        (
            |live| {
                live.tags.insert("extra".into(), String::new());
            },
            || Part::Tag { key: "extra".into(), how: Delta::Removed { before: String::new() } },
        ),
    ];
    for (change, part) in cases {
        let desired = desired_share("tgw");
        let mut live = live_share(&desired, 1);
        change(&mut live);
        assert_eq!(edits(one(desired, live)), [Edit { part: part(), cause: Cause::Drift }]);
    }
}

#[test]
fn whatever_is_edited_in_the_configuration_is_called_pending() {
    let cases: [Case<DesiredShare>; 5] = [
        (|share| share.name = "new".into(), || Part::Name { before: "tgw".into(), after: "new".into() }),
        (
            |share| {
                share.principals =
                    [as_written(ou("d"))].into_iter().chain([as_written(principal("333333333333"))]).collect()
            },
            || Part::Principal {
                principal: ou("d"),
                label: "ou Workloads/Dev".into(),
                how: Membership::Added,
            },
        ),
        (
            |share| {
                share.resources.insert(tgw(2), Some(tgw_type()));
            },
            || Part::Resource { resource: tgw(2), resource_type: Some(tgw_type()), how: Membership::Added },
        ),
        (
            |share| share.permissions = [as_permission("Mine")].into(),
            || Part::Permission {
                resource_type: tgw_type(),
                how: Delta::Changed {
                    before: permission("AWSRAMDefaultPermissionTransitGateway"),
                    after: permission("Mine"),
                },
                actions: aws_change("AWSRAMDefaultPermissionTransitGateway", "Mine"),
            },
        ),
        (
            |share| share.tags.clear(),
            || Part::Tag { key: "team".into(), how: Delta::Removed { before: "network".into() } },
        ),
    ];
    for (change, part) in cases {
        let mut desired = desired_share("tgw");
        let live = live_share(&desired, 1);
        change(&mut desired);
        assert_eq!(edits(one(desired, live)), [Edit { part: part(), cause: Cause::Pending }]);
    }
}

#[test]
fn drift_in_one_section_and_an_edit_in_another_are_told_apart() {
    let mut desired = desired_share("tgw");
    let mut live = live_share(&desired, 1);
    live.principals.insert(principal("555555555555"), associated());
    desired.resources.insert(tgw(2), Some(tgw_type()));
    let causes: Vec<Cause> = edits(one(desired, live)).iter().map(|edit| edit.cause).collect();
    assert_eq!(causes, [Cause::Pending, Cause::Drift]);
}

/// A share whose files name no permission, and that has one that is not AWS's default, with a record that knows what was found.
fn with_undeclared(found: Option<&[&str]>) -> (DesiredShare, LiveShare) {
    let desired = desired_share("tgw");
    let mut live = live_share(&desired, 1);
    live.permissions.insert(tgw_type(), attached(&permission("Wide")));
    let kind = tgw_type();
    let found: Option<Vec<PermissionArn>> =
        found.map(|found| found.iter().map(|name| permission(name)).collect());
    let stamp = Stamp::of(&desired);
    let memo = stamp.memo().clone().finding(found.as_ref().map(|found| found.iter().map(|arn| (&kind, arn))));
    let record = Record { stamp: stamp.with(memo), ..record(&desired) };
    live.tags.insert(TAG_APPLIED.to_owned(), record.bound(&live.arn));
    (desired, live)
}

#[test]
fn an_unset_permission_is_the_default_or_what_was_found_and_anything_else_is_drift() {
    let standing = |found: Option<&[&str]>| {
        let (desired, live) = with_undeclared(found);
        let found = one(desired, live);
        let standing = found.remarks.iter().find_map(|remark| match remark {
            Remark::UndeclaredPermission { standing, .. } => Some(*standing),
            _ => None,
        });
        (standing, edits(found))
    };
    assert_eq!(standing(Some(&["Wide"])), (Some(UndeclaredStanding::Found), vec![]));
    assert_eq!(standing(None), (Some(UndeclaredStanding::Untold), vec![]), "a record of an earlier build");
    let back = Part::Permission {
        resource_type: tgw_type(),
        how: Delta::Changed {
            before: permission("Wide"),
            after: permission("AWSRAMDefaultPermissionTransitGateway"),
        },
        actions: aws_change("Wide", "AWSRAMDefaultPermissionTransitGateway"),
    };
    for found in [&[][..], &["Other"]] {
        assert_eq!(standing(Some(found)), (None, vec![Edit { part: back.clone(), cause: Cause::Drift }]));
    }
}

#[test]
fn a_swapped_permission_of_a_type_whose_default_nobody_knows_is_told_and_left() {
    let (mut desired, mut live) = with_undeclared(Some(&[]));
    let kind = ResourceType::parse("backup:BackupVault").unwrap();
    desired.resources.insert(tgw(1), Some(kind.clone()));
    live.permissions = [(kind, attached(&permission("Wide")))].into();
    let found = one(desired, live);
    let standing = found.remarks.iter().any(Remark::is_undeclared);
    assert!(standing && parts(found).is_empty());
}

#[test]
fn a_permission_whose_block_was_removed_gives_way_to_the_default_as_an_edit_of_the_files() {
    let mut applied = desired_share("tgw");
    applied.permissions = [as_permission("Wide")].into();
    let live = live_share(&applied, 1);
    applied.permissions.clear();
    let found = edits(one(applied, live));
    assert!(
        matches!(found[..], [Edit { part: Part::Permission { .. }, cause: Cause::Pending }]),
        "{found:?}"
    );
}

#[test]
fn what_an_import_finds_is_kept_and_what_replaces_it_later_is_drift() {
    let desired = desired_share("tgw");
    let mut live = live_share(&desired, 1);
    live.permissions.insert(tgw_type(), attached(&permission("Wide")));
    let found = crate::diff::edits::found(&desired, &live, true);
    assert_eq!(found.map(|found| found.len()), Some(1));
    let found = crate::diff::edits::found(&desired, &live, false);
    assert_eq!(found, Some(vec![]), "the record says that nothing was found");
}

#[test]
fn a_permission_leaves_with_the_last_resource_of_its_type_unless_it_is_the_default() {
    let own = PermissionArn::parse(&format!("arn:aws:ram:{}:{HUB}:permission/own", hub().region)).unwrap();
    let other = ResourceType::parse("ec2:Subnet").unwrap();
    let leaves = |given: &PermissionArn, change: &dyn Fn(&mut DesiredShare, &mut LiveShare)| {
        let mut desired = desired_share("tgw");
        desired.permissions.clear();
        let mut share = live_share(&desired, 1);
        share.permissions.insert(tgw_type(), attached(given));
        desired.resources = [(tgw(1), Some(other.clone()))].into();
        change(&mut desired, &mut share);
        let out = diff(&stack([desired]), &live([share]), &org());
        parts(out.shares.into_iter().next().unwrap()).iter().any(
            |part| matches!(part, Part::Permission { how: Delta::Removed { before }, .. } if before == given),
        )
    };
    let aws = |name: &str| permission(name);
    assert!(leaves(&own, &|_, _| {}));
    assert!(leaves(&aws("AWSRAMPermissionTransitGatewayOther"), &|_, _| {}));
    assert!(!leaves(&aws("AWSRAMDefaultPermissionTransitGateway"), &|_, _| {}), "nobody chose it");
    assert!(leaves(&own, &|share, _| share.resources.clear()), "an empty share has none of the type either");
    assert!(!leaves(&own, &|share, _| drop(share.resources.insert(tgw(2), Some(tgw_type())))));
    assert!(!leaves(&own, &|share, _| drop(share.resources.insert(tgw(2), None))), "it may be of the type");
    let ignored = [IgnorableAttribute::Permissions];
    assert!(!leaves(&own, &|share, _| share.lifecycle.ignore_changes = ignored.into()));
    assert!(!leaves(&own, &|_, live| {
        let going = live.resources.values_mut().next().expect("it has one");
        going.status = AssociationStatus::Disassociating;
    }));
}

#[test]
fn a_permission_behind_its_default_version_is_told_and_not_changed() {
    let desired = desired_share("tgw");
    let mut live = live_share(&desired, 1);
    live.permissions.get_mut(&tgw_type()).unwrap().default_version = false;
    let found = one(desired, live);
    assert!(matches!(found.remarks[..], [Remark::Outdated { .. }]));
    assert_eq!(parts(found), []);
}

#[test]
fn a_live_share_edited_to_match_needs_only_its_record() {
    let mut desired = desired_share("tgw");
    let old = desired.clone();
    desired.name = "new".into();
    let mut live = live_share(&old, 1);
    live.name = "new".into();
    assert_eq!(parts(one(desired, live)), [Part::Record]);
}

#[test]
fn ignored_attributes_are_no_difference() {
    let mut desired = desired_share("tgw");
    let old = desired.clone();
    desired.tags.clear();
    desired.principals.clear();
    desired.lifecycle.ignore_changes = [IgnorableAttribute::Tags, IgnorableAttribute::Principals].into();
    assert_eq!(parts(one(desired, live_share(&old, 1))), []);
}

#[test]
fn the_state_of_an_association_says_what_happens_to_it() {
    use AssociationStatus as S;
    let repaired = || {
        Some(Part::Principal {
            principal: principal("333333333333"),
            label: "account dev-1".into(),
            how: Membership::Repaired { message: None },
        })
    };
    let cases: [(S, Option<Part>, usize); 8] = [
        (S::Associated, None, 0),
        (S::Associating, None, 1),
        (S::Failed, repaired(), 0),
        (S::Disassociating, None, 1),
        (S::Suspended, None, 1),
        (S::Suspending, None, 1),
        (S::Restoring, None, 1),
        (S::Other("NEW".into()), None, 1),
    ];
    for (status, part, remarks) in cases {
        let desired = desired_share("tgw");
        let mut live = live_share(&desired, 1);
        live.principals.insert(principal("333333333333"), association(status.clone()));
        let found = one(desired, live);
        assert_eq!(found.remarks.len(), remarks, "{status}");
        assert_eq!(parts(found), part.into_iter().collect::<Vec<_>>(), "{status}");
    }
}

#[test]
fn what_cannot_change_in_place_is_replaced() {
    type Case = (fn(&mut DesiredShare, &mut LiveShare), ReplaceReason);
    let cases: [Case; 2] = [
        (|desired, _| desired.retain_sharing = true, ReplaceReason::RetainSharing),
        (|_, live| live.status = ShareStatus::Failed, ReplaceReason::Failed),
    ];
    for (change, reason) in cases {
        let mut desired = desired_share("tgw");
        let mut live = live_share(&desired, 1);
        change(&mut desired, &mut live);
        match one(desired, live).verdict {
            Verdict::Changed(Change::Replace { reasons, .. }) => {
                assert_eq!(reasons, BTreeSet::from([reason]));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_share_that_moves_to_another_region_is_replaced() {
    let mut desired = desired_share("tgw");
    let old = desired.clone();
    desired.place = place(HUB, "us-east-1");
    let out = diff(&stack([desired]), &live([live_share(&old, 1)]), &org());
    assert_eq!(verdicts(&out), [("share.tgw".to_owned(), "replace")]);
}

#[test]
fn of_two_shares_with_one_address_the_oldest_complete_one_stays() {
    let desired = desired_share("tgw");
    let (mut half_made, old, young) =
        (live_share(&desired, 1), live_share(&desired, 2), live_share(&desired, 3));
    half_made.tags.insert(TAG_APPLIED.into(), record(&desired).provisional());
    let out = diff(&stack([desired]), &live([young, half_made, old.clone()]), &org());
    let kept = out.shares[0].before().unwrap();
    assert_eq!(kept.share.arn, old.arn);
    let words: Vec<_> = verdicts(&out).into_iter().map(|(_, word)| word).collect();
    assert_eq!(words, ["in sync", "delete", "delete"]);
    for rival in &out.shares[1..] {
        let reason = DeleteReason::Rival;
        assert!(
            matches!(&rival.verdict, Verdict::Changed(Change::Delete { reason: found, .. }) if *found == reason)
        );
    }
}

/// What is to be recorded once a share is applied.
fn record(desired: &DesiredShare) -> Record {
    let (stack, address) = ("network".to_owned(), desired.address.tag_value());
    Record { stack, address, stamp: Stamp::of(desired), replaces: BTreeSet::new() }
}

#[test]
fn a_replacement_cut_short_keeps_the_new_share() {
    let mut desired = desired_share("tgw");
    let old = live_share(&desired, 1);
    desired.retain_sharing = true;
    let mut new = live_share(&desired, 2);
    let replaces = [old.arn.clone()].into();
    let text = Record { replaces, ..record(&desired) }.bound(&new.arn);
    new.tags.insert(TAG_APPLIED.into(), text);
    let out = diff(&stack([desired]), &live([old, new.clone()]), &org());
    assert_eq!(out.shares[0].before().unwrap().share.arn, new.arn);
    let words: Vec<_> = verdicts(&out).into_iter().map(|(_, word)| word).collect();
    assert_eq!(words, ["in sync", "delete"]);
}

#[test]
fn only_the_stacks_own_shares_are_ever_changed() {
    let other = desired_share("other");
    let mut untagged = live_share(&other, 1);
    untagged.tags.clear();
    untagged.principals.insert(principal("999999999999"), associated());
    let mut foreign = live_share(&other, 2);
    foreign.tags.insert(TAG_STACK.into(), "billing".into());
    let mut from_policy = live_share(&other, 3);
    from_policy.feature_set = FeatureSet::CreatedFromPolicy;
    from_policy.tags.clear();
    let out = diff(&stack([]), &live([untagged, foreign, from_policy]), &org());
    assert_eq!(out.shares, []);
    let found: Vec<_> = out.unmanaged.iter().map(|share| (share.ownership.clone(), share.outside)).collect();
    assert_eq!(
        found,
        [
            (Ownership::Untagged, true),
            (Ownership::OtherStack("billing".into()), false),
            (Ownership::FromPolicy, false)
        ]
    );
}

#[test]
fn a_share_whose_block_is_gone_is_deleted() {
    let gone = desired_share("gone");
    let out = diff(&stack([]), &live([live_share(&gone, 1)]), &org());
    assert_eq!(verdicts(&out), [("share.gone".to_owned(), "delete")]);
}

#[test]
fn an_unknown_place_leads_to_nothing() {
    let (here, mut there) = (desired_share("here"), desired_share("there"));
    there.place = place(HUB, "us-east-1");
    let mut live = live([live_share(&here, 1)]);
    live.places.insert(place(HUB, "us-east-1"), Observed::Unknown(gap()));
    // The one that moved there still has a share here, which must stay as well.
    let moved = DesiredShare { place: hub(), ..there.clone() };
    let Some(Observed::Known(place)) = live.places.get_mut(&hub()) else { unreachable!() };
    place.shares.insert(share_arn(&hub(), 9), live_share(&moved, 9));
    let out = diff(&stack([here, there]), &live, &org());
    assert_eq!(verdicts(&out), [("share.here".to_owned(), "in sync"), ("share.there".to_owned(), "unread")]);
}

#[test]
fn a_place_that_nobody_read_is_unknown() {
    let out = diff(&stack([desired_share("tgw")]), &LiveState::default(), &org());
    assert_eq!(verdicts(&out), [("share.tgw".to_owned(), "unread")]);
    assert_eq!(out.unknown.len(), 2);
}

#[test]
fn a_share_that_could_not_be_settled_is_left_as_it_is() {
    let share = desired_share("tgw");
    let mut graph = stack([]);
    graph.unresolved.insert(share.address.clone(), unresolved(&share));
    for compare in [diff, destroy] {
        let out = compare(&graph, &live([live_share(&share, 1)]), &unread_org());
        assert_eq!(out.shares, []);
        assert_eq!(out.unresolved.len(), 1);
    }
}

#[test]
fn the_stacks_share_in_an_unknown_form_is_unread_and_not_made_again() {
    let desired = desired_share("tgw");
    let mut live = live_share(&desired, 1);
    live.feature_set = FeatureSet::Other("NEW".into());
    let found = one(desired, live);
    assert!(matches!(found.verdict, Verdict::Unread { .. }));
}

#[test]
fn destroying_deletes_what_the_stack_owns_and_nothing_else() {
    let (mut kept, gone) = (desired_share("kept"), desired_share("gone"));
    kept.lifecycle.prevent_destroy = true;
    let mut foreign = live_share(&gone, 3);
    foreign.tags.clear();
    let out =
        destroy(&stack([kept.clone()]), &live([live_share(&kept, 1), live_share(&gone, 2), foreign]), &org());
    assert_eq!(verdicts(&out), [("share.gone".to_owned(), "delete"), ("share.kept".to_owned(), "delete")]);
    assert_eq!(out.shares.iter().map(|share| share.protected).collect::<Vec<_>>(), [false, true]);
    assert_eq!(out.sharing, None);
}

#[test]
fn wish_and_state_of_sharing_make_a_verdict() {
    use crate::desired::SharingWish as W;
    use SharingState as S;
    let word = |wish: W, org: &crate::org::OrgView| {
        let mut graph = stack([]);
        graph.sharing.as_mut().unwrap().wish = wish;
        match diff(&graph, &live([]), org).sharing.unwrap().verdict {
            SharingVerdict::InSync => "in sync",
            SharingVerdict::Enable { .. } => "enable",
            SharingVerdict::MakeRole => "make role",
            SharingVerdict::RequiredButOff { .. } => "required",
            SharingVerdict::Impossible { .. } => "impossible",
            SharingVerdict::OffAsDeclared { .. } => "off",
            SharingVerdict::OnUndeclared { .. } => "on",
            SharingVerdict::Unread { .. } => "unread",
            SharingVerdict::NotManaged => "not managed",
        }
    };
    for (state, enabled, required) in [
        (S::Enabled, "in sync", "in sync"),
        (S::HalfEnabled, "make role", "required"),
        (S::LeftoverRole, "enable", "required"),
        (S::Disabled, "enable", "required"),
        (S::NotAllFeatures, "impossible", "impossible"),
        (S::NotManagementAccount, "impossible", "impossible"),
        (S::NoOrganization, "impossible", "impossible"),
    ] {
        let org = org_with(state);
        assert_eq!(word(W::Enabled, &org), enabled, "{state:?}");
        assert_eq!(word(W::Required, &org), required, "{state:?}");
        assert_eq!(word(W::Unmanaged, &org), "not managed", "{state:?}");
    }
    assert_eq!(word(W::Enabled, &unread_org()), "unread");
    assert_eq!(word(W::Required, &unread_org()), "unread");
}

#[test]
fn deleted_shares_are_told_of_the_address_that_they_had() {
    let mut live = live([]);
    let Some(Observed::Known(place)) = live.places.get_mut(&hub()) else { unreachable!() };
    place.deleted.insert(share_arn(&hub(), 1), owned_tags("network", "share.tgw"));
    place.deleted.insert(share_arn(&hub(), 2), owned_tags("network", "share.other"));
    place.deleted.insert(share_arn(&hub(), 3), owned_tags("billing", "share.tgw"));
    place.deleted.insert(share_arn(&hub(), 4), crate::model::Tags::new());
    let out = diff(&stack([desired_share("tgw")]), &live, &org());
    assert_eq!(out.shares[0].deleted, [share_arn(&hub(), 1), share_arn(&hub(), 4)].into());
}

#[test]
fn a_share_of_the_same_name_that_somebody_made_is_pointed_at() {
    let mut manual = live_share(&desired_share("tgw"), 1);
    manual.tags.clear();
    let out = diff(&stack([desired_share("tgw")]), &live([manual.clone()]), &org());
    assert_eq!(verdicts(&out), [("share.tgw".to_owned(), "create")]);
    assert_eq!(
        out.shares[0].remarks,
        [Remark::NameTaken { arn: manual.arn.clone(), ownership: Ownership::Untagged }]
    );
    assert!(out.shares[0].deleted.is_empty(), "nothing was deleted");
}

#[test]
fn an_owner_inside_its_own_unit_is_named_until_the_files_allow_it() {
    let mut share = desired_share("tgw");
    share.principals = [as_written(ou("i"))].into();
    let live = live([live_share(&share, 1)]);
    let remarks = |graph: &DesiredGraph| diff(graph, &live, &org()).shares[0].remarks.clone();
    let mut graph = stack([share]);
    let [Remark::OwnerInside { principal, label }] = &remarks(&graph)[..] else {
        panic!("{:?}", remarks(&graph))
    };
    assert_eq!(principal.as_str(), ou("i").as_str());
    assert!(!label.is_empty());
    graph.safeguards.acknowledgements.push(Acknowledgement {
        scope: AcknowledgementScope::Stack,
        code: &crate::diag::hazards::RAM204,
        reason: "meant".into(),
        until: None,
        span: graph.shares.values().next().expect("one").span,
    });
    assert_eq!(remarks(&graph), []);
}

#[test]
fn sharing_that_is_declared_off_is_never_turned_on_or_off() {
    use SharingState as S;
    use SharingVerdict as V;
    for (state, verdict) in [
        (S::Disabled, V::OffAsDeclared { state: S::Disabled }),
        (S::LeftoverRole, V::OffAsDeclared { state: S::LeftoverRole }),
        (S::NoOrganization, V::OffAsDeclared { state: S::NoOrganization }),
        (S::Enabled, V::OnUndeclared { state: S::Enabled }),
        (S::HalfEnabled, V::OnUndeclared { state: S::HalfEnabled }),
        (S::NotManagementAccount, V::Impossible { state: S::NotManagementAccount }),
    ] {
        let mut graph = stack([desired_share("tgw")]);
        graph.sharing.as_mut().expect("in the fixture").wish = SharingWish::Disabled;
        let org = OrgView { sharing: Observed::Known(state), ..org() };
        let found = diff(&graph, &live([]), &org);
        assert_eq!(found.sharing.as_ref().expect("declared").verdict, verdict);
        // Inside the organization RAM invites too, and without a flag for outsiders.
        let invited = !found.shares[0].invitations.is_empty();
        assert_eq!(invited, state != S::Enabled, "{state:?}");
    }
}
