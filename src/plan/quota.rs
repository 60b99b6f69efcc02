//! RAM's quotas of an account and Region, held against what the plan leaves there (RAM user guide, "Service quotas"). They can be raised, and
//! ramctl cannot see by how much, so this is told and forbids nothing.

use std::collections::BTreeMap;

use crate::diff::{Change, Unmanaged, Verdict};
use crate::model::Place;
use crate::plan::body::PlanBody;

/// Per account and Region, of each of the three.
const QUOTA: usize = 25_000;

/// More than the quota of something in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverQuota {
    pub place: Place,
    pub what: Counted,
    /// How many there are once the plan is carried out. While it is, a share that is replaced counts twice.
    pub count: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counted {
    Shares,
    /// Resources on shares; one that is on two counts twice.
    Resources,
    Principals,
}

impl Counted {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shares => "shares",
            Self::Resources => "resources on shares",
            Self::Principals => "principals on shares",
        }
    }
}

impl OverQuota {
    pub const LIMIT: usize = QUOTA;
}

impl PlanBody {
    /// What the plan brings over a quota, or further over. What is over already and does not grow is nobody's business here.
    pub fn over_quota(&self) -> Vec<OverQuota> {
        self.over(QUOTA)
    }

    fn over(&self, quota: usize) -> Vec<OverQuota> {
        let mut before: BTreeMap<(&Place, Counted), usize> = BTreeMap::new();
        let mut after = before.clone();
        for share in &self.shares {
            let diff = &share.diff;
            if let Some(present) = diff.before() {
                let live = &present.share;
                add(&mut before, &present.place, live.resources.len(), live.principals.len());
            }
            match (diff.after(), diff.before()) {
                // Nobody knows what is there, or nothing comes of it.
                _ if matches!(diff.verdict, Verdict::Unread { .. } | Verdict::NotImported { .. }) => {}
                (_, None) if share.blocked.is_some() => {}
                (Some(wanted), _) => {
                    add(&mut after, &wanted.place, wanted.resources.len(), wanted.principals.len());
                }
                // Released shares stay where they are; deleted ones do not.
                (None, Some(present)) if matches!(diff.verdict, Verdict::Changed(Change::Release { .. })) => {
                    let live = &present.share;
                    add(&mut after, &present.place, live.resources.len(), live.principals.len());
                }
                (None, _) => {}
            }
        }
        for Unmanaged { place, resources, principals, .. } in &self.unmanaged {
            add(&mut before, place, resources.len(), principals.len());
            add(&mut after, place, resources.len(), principals.len());
        }
        let grown = after
            .iter()
            .filter(|(key, count)| **count > quota && **count > before.get(key).copied().unwrap_or_default());
        grown
            .map(|((place, what), count)| OverQuota { place: (*place).clone(), what: *what, count: *count })
            .collect()
    }
}

fn add<'a>(
    counts: &mut BTreeMap<(&'a Place, Counted), usize>,
    place: &'a Place,
    resources: usize,
    principals: usize,
) {
    for (what, n) in
        [(Counted::Shares, 1), (Counted::Resources, resources), (Counted::Principals, principals)]
    {
        *counts.entry((place, what)).or_default() += n;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::desired::DesiredShare;
    use crate::diff::diff;
    use crate::diff::fixture::{desired_share, live, live_share, org, stack};
    use crate::plan::{Plan, Step, plan};

    fn planned(shares: Vec<DesiredShare>, there: usize) -> Plan {
        let found = shares[..there].iter().enumerate();
        let found: Vec<_> =
            found.map(|(n, share)| live_share(share, u32::try_from(n + 1).expect("few enough"))).collect();
        plan(&diff(&stack(shares), &live(found), &org()), &org())
    }

    fn many(n: usize) -> Vec<DesiredShare> {
        (0..n).map(|n| desired_share(&format!("s{n:05}"))).collect()
    }

    /// One plan of the fullest place there can be takes seconds, also in a debug build: nothing in it is quadratic.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "the time that a plan takes is what is tested")]
    fn a_place_with_25_000_shares_is_planned_right_and_in_time() {
        let shares = many(QUOTA);
        let found = shares[..24_000].iter().zip(1..).map(|(share, n)| live_share(share, n));
        let (graph, live) = (stack(shares.clone()), live(found));
        let begin = Instant::now();
        let plan = plan(&diff(&graph, &live, &org()), &org());
        assert!(begin.elapsed().as_secs() < 60, "{:?}", begin.elapsed());
        let creates =
            plan.steps().iter().filter(|step| matches!(step.step, Step::CreateResourceShare { .. }));
        assert_eq!((creates.count(), plan.steps().len()), (1_000, 2_000));
        assert_eq!(plan.over_quota(), []);
    }

    #[test]
    fn what_grows_over_a_quota_is_told_and_what_is_over_already_is_not() {
        let over = |plan: &Plan| -> Vec<(Counted, usize)> {
            plan.over(3).into_iter().map(|over| (over.what, over.count)).collect()
        };
        let all = [(Counted::Shares, 4), (Counted::Resources, 4), (Counted::Principals, 4)];
        assert_eq!(over(&planned(many(3), 1)), []);
        assert_eq!(over(&planned(many(4), 1)), all);
        assert_eq!(over(&planned(many(4), 4)), []);
        // One goes and one comes.
        let mut swapped = many(5);
        swapped.remove(0);
        let found = many(4).into_iter().zip(1..).map(|(share, n)| live_share(&share, n));
        let plan = plan(&diff(&stack(swapped), &live(found), &org()), &org());
        assert_eq!(over(&plan), []);
    }
}
