//! What a plan says of access, against a count over all shares before and after its steps.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::access::Grantee;
use crate::desired::DesiredShare;
use crate::diff::fixture::*;
use crate::diff::{Membership, Part};
use crate::live::{Association, LiveState};
use crate::model::{
    AccountId, AssociationStatus, Observed, OuId, Principal, ResourceArn, ShareStatus, TAG_STACK, Tags,
};
use crate::org::{OrgSnapshot, ParentId};
use crate::plan::laws::{a_live_state, a_share, a_stack, look, planned};
use crate::plan::simulator::Simulator;

/// Who can use what, through which permission.
type Held = BTreeMap<(String, ResourceArn), BTreeSet<String>>;

/// Whether an account is in a unit, by its parents alone.
fn is_within(org: &OrgSnapshot, account: &AccountId, unit: &OuId) -> bool {
    let mut parent = org.accounts[account].parent.clone();
    loop {
        match parent {
            ParentId::Root(_) => return false,
            ParentId::Unit(id) if id == *unit => return true,
            ParentId::Unit(id) => parent = org.units[&id].parent.clone(),
        }
    }
}

fn holders(principal: &Principal, owner: &AccountId) -> Vec<String> {
    let org = org();
    let org = org.snapshot.known().expect("known");
    let of_org = |keep: &dyn Fn(&AccountId) -> bool| {
        let all = org.accounts.keys().filter(|account| *account != owner && keep(account));
        all.map(ToString::to_string).collect()
    };
    match principal {
        Principal::Organization(_) => of_org(&|_| true),
        Principal::OrganizationalUnit(arn) => of_org(&|account| is_within(org, account, &arn.id())),
        Principal::Service(_) => Vec::new(),
        one => vec![one.to_string()],
    }
}

fn held(live: &LiveState) -> Held {
    let mut out = Held::new();
    for (place, read) in &live.places {
        let Observed::Known(read) = read else { continue };
        for share in read.shares.values().filter(|share| share.status == ShareStatus::Active) {
            let works = |association: &Association| {
                matches!(association.status, AssociationStatus::Associated | AssociationStatus::Associating)
            };
            for (principal, _) in share.principals.iter().filter(|(_, association)| works(association)) {
                for (resource, _) in share.resources.iter().filter(|(_, association)| works(association)) {
                    let attached = share.permissions.get(&tgw_type());
                    let right =
                        attached.map_or("AWSRAMDefaultPermissionTransitGateway".to_owned(), |attached| {
                            format!(
                                "{}{}",
                                attached.arn.name(),
                                if attached.default_version { "" } else { "!" }
                            )
                        });
                    for holder in holders(principal, &place.account) {
                        out.entry((holder, resource.clone())).or_default().insert(right.clone());
                    }
                }
            }
        }
    }
    out
}

/// Whether somebody is invited to a share and has not accepted: it has nothing, and what is offered to it is its own to take.
fn waits_for_somebody(live: &LiveState) -> bool {
    let org = org();
    let org = org.snapshot.known().expect("known");
    let shares = live.places.values().filter_map(Observed::known).flat_map(|place| place.shares.values());
    shares.into_iter().any(|share| {
        share.principals.iter().any(|(principal, on)| {
            let outside = principal.account().is_some_and(|account| !org.contains(&account));
            let asked = on.external || outside || share.retain_sharing && principal.account().is_some();
            asked && on.status == AssociationStatus::Associating
        })
    })
}

/// Who has something with a resource in `one` that neither it nor its whole account has in `other`.
fn beyond(one: &Held, other: &Held) -> BTreeSet<(String, ResourceArn)> {
    let has = |holder: &str, resource: &ResourceArn, right: &String| {
        other.get(&(holder.to_owned(), resource.clone())).is_some_and(|rights| rights.contains(right))
    };
    let missing = |((holder, resource), rights): &(&(String, ResourceArn), &BTreeSet<String>)| {
        let account = Principal::read(holder).account().map(|account| account.to_string());
        rights.iter().any(|right| {
            !has(holder, resource, right)
                && !account.as_ref().is_some_and(|account| has(account, resource, right))
        })
    };
    one.iter().filter(missing).map(|(key, _)| key.clone()).collect()
}

fn names(all: &BTreeSet<Grantee>) -> BTreeSet<String> {
    all.iter().map(ToString::to_string).collect()
}

/// Shares that are not the stack's, in its places.
fn with_foreign(mut live: LiveState, foreign: &[(DesiredShare, bool)]) -> LiveState {
    for (n, (share, is_tagged)) in (50..).zip(foreign) {
        let Some(Observed::Known(place)) = live.places.get_mut(&share.place) else { continue };
        let mut one = live_share(share, n);
        one.tags = Tags::new();
        if *is_tagged {
            one.tags.insert(TAG_STACK.to_owned(), "another".to_owned());
        }
        place.shares.insert(one.arn.clone(), one);
    }
    look(&mut live);
    live
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn access_is_told_as_a_count_over_all_shares_finds_it(
        graph in a_stack(),
        live in a_live_state(),
        foreign in prop::collection::vec((a_share("hand"), any::<bool>()), 0..3),
    ) {
        let live = with_foreign(live, &foreign);
        let (_, plan) = planned(&graph, &live);
        // What waits for somebody is neither before nor after.
        if plan.shares.iter().any(|share| !share.kept_for.is_empty() || !share.diff.invitations.is_empty()) {
            return Ok(());
        }
        if waits_for_somebody(&live) {
            return Ok(());
        }
        let before = held(&live);
        let mut sim = Simulator::new(live);
        sim.run(plan.steps());
        let after = held(&sim.live);
        let (gained, lost) = (beyond(&after, &before), beyond(&before, &after));
        let who = |pairs: &BTreeSet<(String, ResourceArn)>| -> BTreeSet<String> {
            pairs.iter().map(|(who, _)| who.clone()).collect()
        };
        prop_assert_eq!(names(&plan.access.gain), who(&gained), "{:?}", gained);
        prop_assert_eq!(names(&plan.access.lose), who(&lost), "{:?}", lost);
        prop_assert!(plan.access.unknown.is_empty());
        let mut told = [BTreeSet::new(), BTreeSet::new()];
        for share in &plan.shares {
            told[0].extend(names(&share.access.gain));
            told[1].extend(names(&share.access.lose));
            for detail in &share.details {
                let (felt, truth) = match &detail.edit.part {
                    Part::Resource { how: Membership::Removed, .. }
                    | Part::Principal { how: Membership::Removed, .. } => (&detail.lose, &lost),
                    Part::Resource { .. } | Part::Principal { .. } => (&detail.gain, &gained),
                    _ => continue,
                };
                let about = |resource: &ResourceArn| match &detail.edit.part {
                    Part::Resource { resource: one, .. } => one == resource,
                    _ => true,
                };
                for name in names(felt) {
                    let found = truth.iter().any(|(who, resource)| *who == name && about(resource));
                    prop_assert!(found, "{} in {:?}", name, detail);
                }
                if let (Part::Principal { .. }, false) = (&detail.edit.part, felt.is_empty()) {
                    let all: BTreeSet<&ResourceArn> = truth
                        .iter()
                        .filter(|(who, _)| names(felt).contains(who))
                        .map(|(_, resource)| resource)
                        .collect();
                    prop_assert!(detail.resources.count <= all.len() && detail.resources.count > 0);
                }
            }
        }
        prop_assert_eq!(&told[0], &who(&gained), "each gain is shown at a share");
        prop_assert_eq!(&told[1], &who(&lost), "each loss is shown at a share");
    }
}
