//! The order of steps of different shares. Where one share takes a resource from somebody and another one gives it, giving comes
//! first: nobody is without it for a while, and nobody loses it where the second call is refused.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::{Grantee, Grants, Sides, reach};
use crate::diag::{Diagnostic, Severity, live_codes};
use crate::diff::{Change, Verdict};
use crate::model::{AccountId, Address, Principal, ResourceArn};
use crate::org::OrgView;
use crate::plan::body::PlannedShare;
use crate::plan::chain::parts_before_it_joins;
use crate::plan::step::{PlannedStep, Step, StepId};
use crate::plan::told::listed;

/// Somebody is without something for a while, because shares trade it in a circle, or because one share changes its permission too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interruption {
    /// The share that takes it.
    pub from: Address,
    /// The share that gives it, later.
    pub to: Address,
    pub resources: BTreeSet<ResourceArn>,
    pub holders: BTreeSet<Holder>,
}

impl Interruption {
    /// What is to be said of it.
    pub fn notice(&self, labels: &BTreeMap<AccountId, String>) -> Diagnostic {
        const NAMED: usize = 3;
        let warning = |detail| Diagnostic::new(Severity::Warning, &live_codes::RAM350, None, detail);
        let Self { from, to, resources, holders } = self;
        let name = |holder: &Holder| match holder {
            Holder::Grantee(Grantee::Account(id)) => match labels.get(id) {
                Some(label) => format!("{label} ({id})"),
                None => id.to_string(),
            },
            Holder::Grantee(grantee @ (Grantee::Identity { .. } | Grantee::Service { .. })) => {
                grantee.to_string()
            }
            Holder::Principal(principal) => principal.to_string(),
        };
        let who = listed(&holders.iter().map(name).collect::<Vec<_>>(), NAMED);
        let what: Vec<&str> = resources.iter().map(|resource| resource.arn().short()).collect();
        let what = listed(&what, NAMED);
        let is = if holders.len() == 1 { "is" } else { "are" };
        if from == to {
            let detail = format!(
                "{from} gets another permission, so who leaves it leaves before others join: {who} {is} without {what} in between, and until the next apply if joining fails."
            );
            return warning(detail)
                .help("to keep access all the time, apply twice: first the principals, then the permission");
        }
        let detail = format!(
            "{from} takes {what} before {to} gives it: {who} {is} without it in between, and until the next apply if giving fails."
        );
        warning(detail).help(format!(
        "to keep access all the time, apply twice: first with what {to} gets, then without what {from} has"
    ))
    }
}

/// Who has something: somebody, or a principal behind which nobody can see. A service is one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    Grantee(Grantee),
    Principal(Principal),
}

/// What shares take that others give, by the positions of the two.
#[derive(Debug, Default)]
pub(crate) struct Handovers {
    pairs: BTreeMap<(usize, usize), Handed>,
}

#[derive(Debug, Default)]
struct Handed {
    resources: BTreeSet<ResourceArn>,
    holders: BTreeSet<Holder>,
}

impl Handovers {
    /// `sides` are those of the shares, in their order, and more.
    pub fn of(shares: &[PlannedShare], sides: &[Sides], org: &OrgView) -> Self {
        let changing: BTreeMap<usize, Both<'_>> = shares
            .iter()
            .zip(sides)
            .enumerate()
            .filter_map(|(at, (share, sides))| Some((at, Both::of(share, sides, org)?)))
            .collect();
        let mut givers: BTreeMap<&ResourceArn, Vec<usize>> = BTreeMap::new();
        for (at, both) in &changing {
            for resource in both.after.resources() {
                givers.entry(resource).or_default().push(*at);
            }
        }
        let mut out = Self::default();
        for (from, both) in changing.iter().filter(|(_, both)| both.updates) {
            // Of resources that are on the same sides of the same two shares, the same people have the same.
            let mut handed_on: BTreeMap<(usize, bool, bool), bool> = BTreeMap::new();
            for resource in both.before.resources() {
                let stays = both.after.holds(resource);
                for to in givers.get(resource).into_iter().flatten().filter(|to| *to != from) {
                    let giver = &changing[to];
                    let was_there = giver.before.holds(resource);
                    let is_handed = *handed_on.entry((*to, stays, was_there)).or_insert_with(|| {
                        let holders: BTreeSet<Holder> = both
                            .taken(stays)
                            .filter(|holder| giver.gives(was_there, holder))
                            .cloned()
                            .collect();
                        let any = !holders.is_empty();
                        if any {
                            out.pairs.entry((*from, *to)).or_default().holders.extend(holders);
                        }
                        any
                    });
                    if is_handed {
                        out.pairs.entry((*from, *to)).or_default().resources.insert(resource.clone());
                    }
                }
            }
            if let Some(handed) = both.handed_to_itself(&shares[*from], org) {
                out.pairs.insert((*from, *from), handed);
            }
        }
        out
    }

    /// Lets the taking steps wait for the giving ones, and what would make a circle is an interruption.
    pub fn order(&self, shares: &[PlannedShare], steps: &mut [PlannedStep]) -> Vec<Interruption> {
        let mut interruptions = Vec::new();
        for ((from, to), handed) in &self.pairs {
            let (giver, taker) = (&shares[*to], &shares[*from]);
            let gives = last_giving(giver, steps, &handed.resources);
            let takes: Vec<StepId> = taker
                .steps
                .iter()
                .copied()
                .filter(|id| takes(&steps[id.0 as usize].step, &handed.resources))
                .collect();
            let mut circle = gives.is_empty() || from == to;
            for take in &takes {
                for give in gives.iter().filter(|_| from != to) {
                    if depends(steps, *give, *take) {
                        circle = true;
                    } else {
                        let needs = &mut steps[take.0 as usize].needs;
                        needs.push(*give);
                        needs.sort();
                        needs.dedup();
                    }
                }
            }
            if circle && !takes.is_empty() {
                interruptions.push(Interruption {
                    from: taker.diff.address.clone(),
                    to: giver.diff.address.clone(),
                    resources: handed.resources.clone(),
                    holders: handed.holders.clone(),
                });
            }
        }
        interruptions
    }
}

/// The two sides of one share that is made or changed, and not blocked.
struct Both<'a> {
    /// Something is taken off it that stays. One that goes as a whole waits for all who take over from it anyway.
    updates: bool,
    before: Side<'a>,
    after: Side<'a>,
}

struct Side<'a> {
    grants: Option<&'a Grants>,
    holders: BTreeSet<Holder>,
}

impl<'a> Both<'a> {
    fn of(share: &PlannedShare, (before, after): &'a Sides, org: &OrgView) -> Option<Self> {
        let updates = match &share.diff.verdict {
            Verdict::Changed(_) if share.blocked.is_some() => return None,
            Verdict::Changed(Change::Update { .. } | Change::Replace { .. }) => true,
            Verdict::Changed(Change::Delete { .. }) if !share.dropped.is_empty() => true,
            Verdict::Changed(Change::Create { .. }) => false,
            _ => return None,
        };
        Some(Self { updates, before: Side::of(before.as_ref(), org), after: Side::of(after.as_ref(), org) })
    }

    /// What a principal that leaves has and one that joins gives again, where it has to leave first.
    fn handed_to_itself(&self, share: &PlannedShare, org: &OrgView) -> Option<Handed> {
        let Verdict::Changed(Change::Update { edits, .. }) = &share.diff.verdict else { return None };
        let (before, after) = (self.before.grants?, self.after.grants?);
        if !parts_before_it_joins(edits) {
            return None;
        }
        let staying = after.present().filter(|principal| before.principals.contains(principal));
        let meanwhile = holders_of(staying, &after.owner, org);
        let parted = |holder: &&Holder| has(&self.after.holders, holder) && !has(&meanwhile, holder);
        let holders: BTreeSet<Holder> = self.before.holders.iter().filter(parted).cloned().collect();
        let resources: BTreeSet<ResourceArn> =
            self.before.resources().filter(|resource| self.after.holds(resource)).cloned().collect();
        (!holders.is_empty() && !resources.is_empty()).then_some(Handed { resources, holders })
    }

    /// Who has a resource by this share before and not after. `stays`: the resource is there after.
    fn taken(&self, stays: bool) -> impl Iterator<Item = &Holder> {
        self.before.holders.iter().filter(move |holder| !(stays && has(&self.after.holders, holder)))
    }

    /// Whether a holder, or its whole account, has a resource by this share after and not before. `was_there`: the resource was.
    fn gives(&self, was_there: bool, holder: &Holder) -> bool {
        with_account(holder).any(|one| {
            self.after.holders.contains(&one) && !(was_there && self.before.holders.contains(&one))
        })
    }
}

impl<'a> Side<'a> {
    fn of(grants: Option<&'a Grants>, org: &OrgView) -> Self {
        let holders = grants.map(|grants| holders_of(grants.present(), &grants.owner, org));
        Self { grants, holders: holders.unwrap_or_default() }
    }

    fn resources(&self) -> impl Iterator<Item = &'a ResourceArn> {
        self.grants.into_iter().flat_map(|grants| grants.resources.keys())
    }

    fn holds(&self, resource: &ResourceArn) -> bool {
        self.grants.is_some_and(|grants| grants.resources.contains_key(resource))
    }
}

/// Who has what is shared with some principals.
fn holders_of<'p>(
    principals: impl Iterator<Item = &'p Principal> + Clone,
    owner: &AccountId,
    org: &OrgView,
) -> BTreeSet<Holder> {
    let services = principals.clone().filter(|one| matches!(one, Principal::Service(_))).cloned();
    let reach = reach(principals, owner, org);
    let principals = reach.unknown.into_iter().chain(services).map(Holder::Principal);
    reach.grantees.into_iter().map(Holder::Grantee).chain(principals).collect()
}

/// A holder, and the whole account that it is of.
fn with_account(holder: &Holder) -> impl Iterator<Item = Holder> {
    let wider = match holder {
        Holder::Grantee(grantee) => grantee.wider().map(Holder::Grantee),
        Holder::Principal(_) => None,
    };
    std::iter::once(holder.clone()).chain(wider)
}

/// Whether a holder is among these, itself or with its whole account.
fn has(holders: &BTreeSet<Holder>, holder: &Holder) -> bool {
    with_account(holder).any(|one| holders.contains(&one))
}

/// The steps after which a share has given what it gives of these resources: the last one that puts something on it, and those that
/// accept it.
fn last_giving(
    share: &PlannedShare,
    steps: &[PlannedStep],
    resources: &BTreeSet<ResourceArn>,
) -> Vec<StepId> {
    let of_share = || share.steps.iter().rev().copied();
    let gives = |id: &StepId| match &steps[id.0 as usize].step {
        Step::CreateResourceShare { .. } => true,
        Step::AssociateResourceShare { resources: joining, principals, .. } => {
            !principals.is_empty() || joining.iter().any(|resource| resources.contains(resource))
        }
        _ => false,
    };
    let accepts =
        |id: &StepId| matches!(steps[id.0 as usize].step, Step::AcceptResourceShareInvitation { .. });
    of_share().find(gives).into_iter().chain(of_share().filter(accepts)).collect()
}

/// Whether a step takes one of these resources off, or somebody who may have them.
fn takes(step: &Step, resources: &BTreeSet<ResourceArn>) -> bool {
    match step {
        Step::DisassociateResourceShare { resources: leaving, principals, .. } => {
            !principals.is_empty() || leaving.iter().any(|resource| resources.contains(resource))
        }
        _ => false,
    }
}

/// Whether a step waits for another one, or for one that does.
fn depends(steps: &[PlannedStep], step: StepId, on: StepId) -> bool {
    let mut open = vec![step];
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if id == on {
            return true;
        }
        if seen.insert(id) {
            open.extend(&steps[id.0 as usize].needs);
        }
    }
    false
}

/// New numbers by which every step comes after its needs, where the old ones do not have it so. Steps stay in their order as far as
/// that allows.
pub(crate) fn renumbering(steps: &[PlannedStep]) -> Option<BTreeMap<StepId, StepId>> {
    let in_order = |step: &PlannedStep| step.needs.iter().all(|need| *need < step.id);
    if steps.iter().all(in_order) {
        return None;
    }
    let mut open: Vec<usize> = steps.iter().map(|step| step.needs.len()).collect();
    let mut dependents: BTreeMap<StepId, Vec<StepId>> = BTreeMap::new();
    for step in steps {
        for need in &step.needs {
            dependents.entry(*need).or_default().push(step.id);
        }
    }
    let mut ready: BTreeSet<StepId> =
        steps.iter().filter(|step| step.needs.is_empty()).map(|step| step.id).collect();
    let mut numbers = BTreeMap::new();
    while let Some(id) = ready.pop_first() {
        let next = StepId(u32::try_from(numbers.len()).expect("a plan has fewer than 2^32 steps"));
        numbers.insert(id, next);
        for dependent in dependents.get(&id).into_iter().flatten() {
            let left = &mut open[dependent.0 as usize];
            *left -= 1;
            if *left == 0 {
                ready.insert(*dependent);
            }
        }
    }
    assert_eq!(numbers.len(), steps.len(), "no step waits for itself");
    Some(numbers)
}

/// The steps under their new numbers, in the order of them.
pub(crate) fn renumbered(steps: Vec<PlannedStep>, numbers: &BTreeMap<StepId, StepId>) -> Vec<PlannedStep> {
    let mut steps: Vec<PlannedStep> = steps
        .into_iter()
        .map(|mut step| {
            step.id = numbers[&step.id];
            step.needs.iter_mut().for_each(|need| *need = numbers[need]);
            step.needs.sort();
            if let Some(made) = step.step.made_by_mut() {
                *made = numbers[made];
            }
            step
        })
        .collect();
    steps.sort_by_key(|step| step.id);
    steps
}
