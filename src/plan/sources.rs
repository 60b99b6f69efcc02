//! The order in which sources change: while a service is on a share, RAM keeps at least one of them there (RAM API reference,
//! DisassociateResourceShare).

use std::collections::BTreeSet;

use crate::diff::Wanted;
use crate::model::Principal;
use crate::plan::chain::Members;

/// Sources that change in steps of their own, between what leaves and what joins.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct SourceSteps {
    pub first: Vec<String>,
    pub gone: Vec<String>,
    /// Repaired: off, and on again.
    pub again: Vec<String>,
}

impl SourceSteps {
    /// Takes the sources out of what leaves and joins, where any leave. Services step aside, and come back at the end, where no other
    /// source could stay with them in between; what gives nothing, because it FAILED, then loses nothing.
    pub fn take(leave: &mut Members, join: &mut Members, after: &Wanted) -> Self {
        if leave.sources.is_empty() {
            return Self::default();
        }
        let (leaving, joining) = (std::mem::take(&mut leave.sources), std::mem::take(&mut join.sources));
        let (again, first): (Vec<String>, Vec<String>) =
            joining.into_iter().partition(|source| leaving.contains(source));
        let nobody_stays = after.sources.iter().all(|source| again.contains(source));
        if nobody_stays {
            let joining: BTreeSet<Principal> = join.principals.iter().cloned().collect();
            let stay = after.principals.keys().filter(|principal| !joining.contains(principal));
            let services: Vec<Principal> =
                stay.filter(|principal| matches!(principal, Principal::Service(_))).cloned().collect();
            leave.principals.extend(services.iter().cloned());
            join.principals.extend(services);
        }
        Self { first, gone: leaving, again }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::fixture::{desired_share, live_share, org, stack};
    use crate::diff::{Change, Verdict, diff};
    use crate::live::LiveState;
    use crate::model::{AssociationStatus, Observed};
    use crate::plan::{Step, plan};

    /// The calls that bring one service's share from some sources to others, sources that FAILED in capitals.
    fn calls(before: &[&str], after: &[&str]) -> Vec<String> {
        let service = Principal::read("pca-connector-ad.amazonaws.com");
        let with = |sources: &[&str]| {
            let mut share = desired_share("ca");
            let written = share.principals.pop_first().expect("a principal").1;
            share.principals = [(service.clone(), written)].into();
            share.sources = sources.iter().map(|source| source.to_lowercase()).collect();
            share
        };
        let graph = stack([with(after)]);
        let mut live = live_share(&with(before), 1);
        for (source, association) in &mut live.sources {
            if before.contains(&&*source.to_uppercase()) {
                association.status = AssociationStatus::Failed;
            }
        }
        let mut state = LiveState::default();
        for place in &graph.places {
            let found = crate::live::LivePlace {
                shares: [(live.arn.clone(), live.clone())].into(),
                ..Default::default()
            };
            state.places.insert(place.clone(), Observed::Known(found));
        }
        let difference = diff(&graph, &state, &org());
        assert!(matches!(difference.shares[0].verdict, Verdict::Changed(Change::Update { .. })));
        let plan = plan(&difference, &org());
        let calls = plan.steps().iter().filter_map(|step| match &step.step {
            Step::AssociateResourceShare { principals, sources, .. } => {
                Some(format!("+{}{}", sources.join(","), if principals.is_empty() { "" } else { "S" }))
            }
            Step::DisassociateResourceShare { principals, sources, .. } => {
                Some(format!("-{}{}", sources.join(","), if principals.is_empty() { "" } else { "S" }))
            }
            _ => None,
        });
        calls.collect()
    }

    #[test]
    fn a_service_is_never_without_a_source_unless_none_is_wanted() {
        for (before, after, expected) in [
            (&["a"][..], &["a", "b"][..], &["+b"][..]),
            (&["a", "b"], &["b"], &["-a"]),
            (&["a"], &["b"], &["+b", "-a"]),
            (&["a"], &[], &["-S", "-a", "+S"]),
            (&["A", "b"], &["a", "b"], &["-a", "+a"]),
            (&["A"], &["a", "b"], &["+b", "-a", "+a"]),
            (&["A"], &["a"], &["-S", "-a", "+a", "+S"]),
        ] {
            assert_eq!(calls(before, after), expected, "{before:?} to {after:?}");
        }
    }
}
