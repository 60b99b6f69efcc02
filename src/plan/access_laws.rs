//! What a plan says of access, against a count over all shares before and after its steps.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::access::Grantee;
use crate::desired::{DesiredGraph, DesiredShare};
use crate::diff::fixture::*;
use crate::diff::{Cause, Change, Part, Verdict};
use crate::live::{Association, LivePlace, LiveShare, LiveState, VersionAsked};
use crate::model::{
    AccountId, AssociationStatus, Observed, OuId, PermissionArn, Principal, ResourceArn, ShareArn,
    ShareStatus, TAG_STACK, Tags,
};
use crate::org::{OrgSnapshot, ParentId};
use crate::plan::access_worlds::{a_world, contexts};
use crate::plan::laws::{a_live_state, a_share, a_stack, look, planned};
use crate::plan::simulator::Simulator;
use crate::plan::{Plan, PlannedShare};

/// A request that somebody can make: an action, with what its conditions ask for.
pub(crate) type Request = (String, BTreeSet<&'static str>);

/// Who can make which requests on what.
pub(crate) type Held = BTreeMap<(String, ResourceArn), BTreeSet<Request>>;

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

fn holders(principal: &Principal, owner: &AccountId, sources: &BTreeSet<&String>) -> Vec<String> {
    let org = org();
    let org = org.snapshot.known().expect("known");
    let of_org = |keep: &dyn Fn(&AccountId) -> bool| {
        let all = org.accounts.keys().filter(|account| *account != owner && keep(account));
        all.map(ToString::to_string).collect()
    };
    match principal {
        Principal::Organization(_) => of_org(&|_| true),
        Principal::OrganizationalUnit(arn) => of_org(&|account| is_within(org, account, &arn.id())),
        Principal::Service(name) if sources.is_empty() => vec![name.clone()],
        Principal::Service(name) => sources.iter().map(|source| format!("{name} for {source}")).collect(),
        one if one.account().as_ref() == Some(owner) => Vec::new(),
        one => vec![one.to_string()],
    }
}

/// Whoever has what this holder has too: its whole account, or the service for anybody.
fn wider(holder: &str) -> Option<String> {
    match holder.split_once(" for ") {
        Some((service, _)) => Some(service.to_owned()),
        None => Principal::read(holder).account().map(|account| account.to_string()),
    }
}

/// The requests that a share lets its principals make, by the policy of the version that it has.
fn requests(read: &LivePlace, share: &LiveShare) -> BTreeSet<Request> {
    let default = PermissionArn::parse("arn:aws:ram::aws:permission/AWSRAMDefaultPermissionTransitGateway");
    let default = default.expect("an ARN");
    let (arn, asked) = match share.permissions.get(&tgw_type()) {
        None => (&default, VersionAsked::Default),
        Some(one) if one.default_version => (&one.arn, VersionAsked::Default),
        Some(one) => (&one.arn, VersionAsked::Numbered(one.version.clone())),
    };
    let found = read.readings.policies.get(&(arn.clone(), asked)).and_then(Observed::known);
    let policy = found.unwrap_or_else(|| panic!("{arn} is read")).policy.template();
    let policy: serde_json::Value = serde_json::from_str(&policy).expect("JSON");
    let keys = policy["Condition"]["StringEquals"].as_object();
    let needs: BTreeSet<&str> = keys.into_iter().flat_map(|keys| keys.keys().map(String::as_str)).collect();
    let actions = policy["Action"].as_array().expect("a list");
    let mut out = BTreeSet::new();
    for has in contexts().into_iter().filter(|has| needs.iter().all(|need| has.contains(need))) {
        out.extend(actions.iter().map(|action| (action.as_str().expect("a text").to_owned(), has.clone())));
    }
    out
}

fn held(live: &LiveState) -> Held {
    let mut out = Held::new();
    for (place, read) in &live.places {
        let Observed::Known(read) = read else { continue };
        for share in read.shares.values().filter(|share| share.status == ShareStatus::Active) {
            let works = |association: &Association| {
                matches!(association.status, AssociationStatus::Associated | AssociationStatus::Associating)
            };
            let requests = requests(read, share);
            let sources = share.sources.iter().filter(|(_, association)| works(association));
            let sources: BTreeSet<&String> = sources.map(|(source, _)| source).collect();
            for (principal, _) in share.principals.iter().filter(|(_, association)| works(association)) {
                for (resource, _) in share.resources.iter().filter(|(_, association)| works(association)) {
                    for holder in holders(principal, &place.account, &sources) {
                        out.entry((holder, resource.clone())).or_default().extend(requests.clone());
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

/// What somebody can do with a resource in `one` that neither it nor its whole account can do in `other`.
fn beyond(one: &Held, other: &Held) -> Held {
    let all = |holder: &str, resource: &ResourceArn| {
        let of = |holder: String| other.get(&(holder, resource.clone())).into_iter().flatten().cloned();
        let wider = wider(holder).into_iter().flat_map(of);
        of(holder.to_owned()).chain(wider).collect::<BTreeSet<Request>>()
    };
    let missing = one.iter().map(|((holder, resource), requests)| {
        let missing: BTreeSet<Request> = requests.difference(&all(holder, resource)).cloned().collect();
        ((holder.clone(), resource.clone()), missing)
    });
    missing.filter(|(_, missing)| !missing.is_empty()).collect()
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

/// Whether something has a hazard of this code.
fn has(plan: &Plan, code: &str) -> bool {
    plan.hazards_by_address().any(|(_, hazard)| hazard.code.id == code)
}

/// What is so, by a count over all shares before and after the steps of a plan.
pub(crate) struct Truth {
    pub gained: Held,
    pub lost: Held,
    /// Of these: who has the resource on the other side too.
    pub kept_more: Held,
    pub kept_less: Held,
    /// What each share lets its principals do, before and after.
    pub given: [Given; 2],
}

type Given = BTreeMap<ShareArn, BTreeSet<Request>>;

fn given(live: &LiveState) -> Given {
    let places = live.places.values().filter_map(Observed::known);
    let shares = places.flat_map(|read| read.shares.values().map(move |share| (read, share)));
    shares.map(|(read, share)| (share.arn.clone(), requests(read, share))).collect()
}

/// A plan and what is so. None where something waits for somebody: that is neither before nor after.
pub(crate) fn truth(graph: &DesiredGraph, live: LiveState) -> Option<(Plan, Truth)> {
    let (_, plan) = planned(graph, &live);
    if plan.shares.iter().any(|share| !share.kept_for.is_empty() || !share.diff.invitations.is_empty()) {
        return None;
    }
    if waits_for_somebody(&live) {
        return None;
    }
    let (before, given_before) = (held(&live), given(&live));
    let mut sim = Simulator::new(live);
    sim.run(plan.steps());
    let after = held(&sim.live);
    let (gained, lost) = (beyond(&after, &before), beyond(&before, &after));
    let kept = |moved: &Held, other: &Held| -> Held {
        let has_some = |(who, what): &(String, ResourceArn)| {
            let of = |who: String| other.contains_key(&(who, what.clone()));
            of(who.clone()) || wider(who).is_some_and(of)
        };
        let kept = moved.iter().filter(|(key, _)| has_some(key));
        kept.map(|(key, requests)| (key.clone(), requests.clone())).collect()
    };
    let (kept_more, kept_less) = (kept(&gained, &before), kept(&lost, &after));
    Some((plan, Truth { gained, lost, kept_more, kept_less, given: [given_before, given(&sim.live)] }))
}

/// Who keeps something with other actions, against the count.
fn told_partly(plan: &Plan, truth: &Truth) -> Result<(), TestCaseError> {
    type Actions = BTreeMap<(String, ResourceArn), BTreeSet<String>>;
    let (mut more, mut less) = (Actions::new(), Actions::new());
    for partly in &plan.partly {
        let who = names(&partly.grantees);
        for (who, resource) in who.iter().flat_map(|who| partly.resources.iter().map(move |one| (who, one))) {
            for (told, actions) in [(&mut more, &partly.more), (&mut less, &partly.less)] {
                let actions: BTreeSet<String> =
                    actions.iter().map(|one| one.allowed.action.to_string()).collect();
                if !actions.is_empty() {
                    told.entry((who.clone(), resource.clone())).or_default().extend(actions);
                }
            }
        }
    }
    for (told, truth) in [(more, &truth.kept_more), (less, &truth.kept_less)] {
        let actions =
            |requests: &BTreeSet<Request>| requests.iter().map(|(action, _)| action.clone()).collect();
        let truth: Actions = truth.iter().map(|(key, requests)| (key.clone(), actions(requests))).collect();
        prop_assert_eq!(told, truth);
    }
    Ok(())
}

/// What a plan says of access against a count over all shares before and after its steps.
pub(crate) fn told_as_counted(graph: &DesiredGraph, live: LiveState) -> Result<(), TestCaseError> {
    let Some((plan, truth)) = truth(graph, live) else { return Ok(()) };
    told_partly(&plan, &truth)?;
    let Truth { gained, lost, given, .. } = truth;
    let who = |pairs: &Held| -> BTreeSet<String> { pairs.keys().map(|(who, _)| who.clone()).collect() };
    prop_assert_eq!(names(&plan.access.gain), who(&gained), "{:?}", gained);
    prop_assert_eq!(names(&plan.access.lose), who(&lost), "{:?}", lost);
    prop_assert!(plan.access.unknown.is_empty());
    let mut told = [BTreeSet::new(), BTreeSet::new()];
    for share in &plan.shares {
        told[0].extend(names(&share.access.gain));
        told[1].extend(names(&share.access.lose));
        for detail in &share.details {
            // A share that is made anew has another ARN.
            let before = share.diff.before().map(|before| &before.share.arn);
            let is_same = matches!(share.diff.verdict, Verdict::Changed(Change::Update { .. }));
            let own = [before.filter(|_| is_same), before];
            let sides = [(&detail.gain, &gained, &given[1]), (&detail.lose, &lost, &given[0])];
            for ((felt, truth, given), own) in sides.into_iter().zip(own) {
                let about = |resource: &ResourceArn| match &detail.edit.part {
                    Part::Resource { resource: one, .. } => one == resource,
                    _ => true,
                };
                for name in names(felt) {
                    let found = truth.keys().any(|(who, resource)| *who == name && about(resource));
                    prop_assert!(found, "{} in {:?}", name, detail);
                    // And it is this share that gives or gave it.
                    let of_this = |given: &BTreeSet<Request>| {
                        truth.iter().any(|((who, resource), requests)| {
                            *who == name && about(resource) && !given.is_disjoint(requests)
                        })
                    };
                    let own = own.and_then(|own| given.get(own));
                    prop_assert!(own.is_none_or(of_this), "{} by another share: {:?}", name, detail);
                }
                if let (Part::Principal { .. }, false) = (&detail.edit.part, felt.is_empty()) {
                    let all: BTreeSet<&ResourceArn> = truth
                        .keys()
                        .filter(|(who, _)| names(felt).contains(who))
                        .map(|(_, resource)| resource)
                        .collect();
                    prop_assert!(detail.resources.count <= all.len() && detail.resources.count > 0);
                }
            }
        }
    }
    prop_assert_eq!(&told[0], &who(&gained), "each gain is shown at a share");
    prop_assert_eq!(&told[1], &who(&lost), "each loss is shown at a share");
    // Hazards. What hands put on a share is taken off without one.
    let losing = ["RAM203", "RAM206", "RAM212"].into_iter().any(|code| has(&plan, code));
    let by_hand = |share: &PlannedShare| match &share.diff.verdict {
        Verdict::Changed(Change::Update { edits, .. }) => edits.iter().any(|edit| edit.cause == Cause::Drift),
        _ => false,
    };
    prop_assert!(!losing || !lost.is_empty(), "a hazard of losing where nobody loses");
    prop_assert!(
        losing || lost.is_empty() || plan.shares.iter().any(by_hand),
        "a loss without a hazard: {:?}",
        lost
    );
    for share in &plan.shares {
        // Of a unit that has nobody in it but the owner, whoever joins it may do more.
        let empty = share.diff.before().is_some_and(|before| {
            let none = BTreeSet::new();
            before.share.principals.keys().all(|one| holders(one, &before.place.account, &none).is_empty())
        });
        let more = share.hazards.iter().any(|hazard| hazard.code.id == "RAM217");
        let gains = share.access.gain.iter().any(|one| who(&gained).contains(&one.to_string()));
        prop_assert!(
            !more || share.blocked.is_some() || gains || empty,
            "nobody may do more: {:?}",
            share.details
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn access_is_told_as_a_count_over_all_shares_finds_it(
        graph in a_stack(),
        live in a_live_state(),
        foreign in prop::collection::vec((a_share("hand"), any::<bool>()), 0..3),
    ) {
        told_as_counted(&graph, with_foreign(live, &foreign))?;
    }

    #[test]
    fn access_is_told_by_principal_resource_and_action_as_a_count_finds_it((graph, live) in a_world()) {
        told_as_counted(&graph, live)?;
    }
}
