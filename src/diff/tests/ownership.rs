//! Whose a share is: what proves it, what does not, and which of two goes.

use super::*;

fn reasons(out: &Diff) -> Vec<DeleteReason> {
    let reason = |share: &ShareDiff| match &share.verdict {
        Verdict::Changed(Change::Delete { before: _, reason }) => Some(*reason),
        _ => None,
    };
    out.shares.iter().filter_map(reason).collect()
}

#[test]
fn what_a_replacement_leaves_behind_is_no_rival_however_it_was_cut_short() {
    let mut desired = desired_share("tgw");
    let old = live_share(&desired, 1);
    desired.retain_sharing = true;
    let mut new = live_share(&desired, 2);
    let record = Record { replaces: [old.arn.clone()].into(), ..record(&desired) };
    for text in [record.provisional(), record.bound(&new.arn)] {
        new.tags.insert(TAG_APPLIED.into(), text);
        // Forwards, and back again where the files were.
        for (wanted, kept) in [(true, &new), (false, &old)] {
            let graph = stack([DesiredShare { retain_sharing: wanted, ..desired.clone() }]);
            let out = diff(&graph, &live([old.clone(), new.clone()]), &org());
            assert_eq!(out.shares[0].before().unwrap().share.arn, kept.arn);
            assert_eq!(reasons(&out), [DeleteReason::Duplicate]);
        }
        let out = destroy(&stack([desired.clone()]), &live([old.clone(), new.clone()]), &org());
        assert_eq!(reasons(&out), [DeleteReason::Destroy, DeleteReason::Destroy]);
    }
    // Without a word of each other they are rivals.
    new.tags.extend(proven_tags(&desired, &new.arn));
    let both = || live([old.clone(), new.clone()]);
    assert_eq!(reasons(&diff(&stack([desired.clone()]), &both(), &org())), [DeleteReason::Rival]);
    let gone = [DeleteReason::NotDeclared, DeleteReason::Rival];
    assert_eq!(reasons(&diff(&stack([]), &both(), &org())), gone);
    assert_eq!(reasons(&destroy(&stack([]), &both(), &org())), gone);
    let gone = [DeleteReason::Destroy, DeleteReason::Rival];
    assert_eq!(reasons(&destroy(&stack([desired]), &both(), &org())), gone);
}

#[test]
fn a_second_replacement_goes_on_for_all_that_the_first_left() {
    let mut desired = desired_share("tgw");
    let first = live_share(&desired, 1);
    let mut second = live_share(&desired, 2);
    second.tags.insert(
        TAG_APPLIED.into(),
        Record { replaces: [first.arn.clone()].into(), ..record(&desired) }.bound(&second.arn),
    );
    desired.retain_sharing = true;
    let out = diff(&stack([desired.clone()]), &live([first.clone(), second.clone()]), &org());
    let replaces = &out.shares[0].after().unwrap().replaces;
    assert_eq!(*replaces, [first.arn.clone(), second.arn].into());
    // Whichever of the two is deleted first.
    let mut third = live_share(&desired, 3);
    let text = Record { replaces: replaces.clone(), ..record(&desired) }.provisional();
    third.tags.insert(TAG_APPLIED.into(), text);
    let out = diff(&stack([desired]), &live([first, third]), &org());
    assert_eq!(reasons(&out), [DeleteReason::Duplicate]);
}

#[test]
fn a_share_that_was_made_and_not_recorded_needs_only_its_record() {
    let desired = desired_share("tgw");
    let mut made = live_share(&desired, 1);
    made.tags.insert(TAG_APPLIED.into(), record(&desired).provisional());
    assert_eq!(parts(one(desired.clone(), made.clone())), [Part::Record]);
    // What was changed since it was made is told from what the files changed.
    made.principals.insert(principal("555555555555"), associated());
    let causes: Vec<Cause> = edits(one(desired, made)).iter().map(|edit| edit.cause).collect();
    assert_eq!(causes, [Cause::Drift]);
}

#[test]
fn a_share_whose_tags_do_not_prove_it_to_be_the_stacks_is_left_alone_and_not_silently_made_again() {
    let desired = desired_share("tgw");
    let own = live_share(&desired, 1);
    let copy = |keys: &[&str], n: u32, at: &Place| {
        let mut foreign = LiveShare { arn: share_arn(at, n), ..own.clone() };
        foreign.tags.retain(|key, _| keys.contains(&key.as_str()));
        foreign
    };
    let edited = |key: &str, value: Option<&str>| {
        let mut edited = own.clone();
        edited.tags.remove(key);
        edited.tags.extend(value.map(|value| (key.to_owned(), value.to_owned())));
        edited
    };
    let all = [TAG_STACK, TAG_ADDRESS, TAG_APPLIED];
    let was = || Misfit::OtherAddress { address: address("tgw") };
    let elsewhere = place(HUB, "us-east-1");
    let old_form = format!("v1:{}", Stamp::of(&desired));
    // Without the original: its block has nothing and says so.
    for (what, share, misfit) in [
        ("three tags copied", copy(&all, 7, &hub()), Misfit::Elsewhere),
        ("to another Region", copy(&all, 1, &elsewhere), Misfit::Elsewhere),
        ("two tags copied", copy(&all[..2], 7, &hub()), Misfit::NoRecord),
        ("record stripped", edited(TAG_APPLIED, None), Misfit::NoRecord),
        ("of ramctl 0.1", edited(TAG_APPLIED, Some(&old_form)), Misfit::Unbound),
        ("address edited", edited(TAG_ADDRESS, Some("share.other")), was()),
        ("address stripped", edited(TAG_ADDRESS, None), was()),
    ] {
        let mut there = live([]);
        let at = if share.arn.arn().region() == "us-east-1" { elsewhere.clone() } else { hub() };
        let Some(Observed::Known(found)) = there.places.get_mut(&at) else { unreachable!() };
        found.shares.insert(share.arn.clone(), share.clone());
        for compare in [diff, destroy] {
            let out = compare(&stack([]), &there, &org());
            assert_eq!(out.shares, [], "{what}");
        }
        let out = diff(&stack([desired.clone()]), &there, &org());
        assert_eq!(verdicts(&out), [("share.tgw".to_owned(), "create")], "{what}");
        let remark = Remark::Unproven { arn: share.arn.clone(), misfit: misfit.clone() };
        assert_eq!(out.shares[0].remarks, [remark], "{what}");
        let Ownership::Unproven { misfit: found, .. } = &out.unmanaged[0].ownership else { panic!("{what}") };
        assert_eq!(*found, misfit, "{what}");
        // An import takes it over.
        if at == hub() {
            let mut graph = stack([desired.clone()]);
            let import = Import { arn: share.arn.clone(), span: desired.span };
            graph.identity.imports = [(address("tgw"), import)].into();
            let out = diff(&graph, &there, &org());
            assert_eq!(verdicts(&out), [("share.tgw".to_owned(), "update")], "{what}");
            assert_eq!(out.unmanaged, [], "{what}");
        }
    }
    // Beside the original, which stays: the copy is shown with where it comes from.
    for (keys, misfit) in [
        (&all[..], Misfit::CopiedFrom { arn: own.arn.arn().clone() }),
        (&all[..2], Misfit::NoRecord),
        (&[TAG_STACK, TAG_APPLIED], Misfit::CopiedFrom { arn: own.arn.arn().clone() }),
    ] {
        let out = diff(&stack([desired.clone()]), &live([own.clone(), copy(keys, 7, &hub())]), &org());
        assert_eq!(verdicts(&out), [("share.tgw".to_owned(), "in sync")], "{keys:?}");
        assert_eq!(out.shares[0].before().unwrap().share.arn, own.arn);
        let Ownership::Unproven { misfit: found, .. } = &out.unmanaged[0].ownership else {
            panic!("{keys:?}")
        };
        assert_eq!(*found, misfit, "{keys:?}");
    }
    let out = diff(&stack([desired.clone()]), &live([own.clone(), copy(&all[1..], 7, &hub())]), &org());
    assert_eq!(out.unmanaged[0].ownership, Ownership::Untagged, "no stack's tag");
}
