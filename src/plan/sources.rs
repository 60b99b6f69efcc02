//! The order in which sources change. RAM takes sources only while a service is on the share (Terraform refuses them otherwise), and
//! keeps at least one of them as long as it is (RAM API reference, DisassociateResourceShare).

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
    /// Takes the sources out of what leaves and joins, where any leave. What is left in `join` comes in one call with the services.
    ///
    /// Services step aside, and come back at the end, where no other source could stay with them in between: all that there are
    /// FAILED, so that nothing is lost, or none is wanted any more.
    pub fn take(leave: &mut Members, join: &mut Members, after: &Wanted) -> Self {
        if leave.sources.is_empty() {
            return Self::default();
        }
        let gone = std::mem::take(&mut leave.sources);
        let is_service = |principal: &&Principal| matches!(principal, Principal::Service(_));
        let stay: Vec<Principal> = after
            .principals
            .keys()
            .filter(is_service)
            .filter(|service| !join.principals.contains(service))
            .cloned()
            .collect();
        if stay.is_empty() {
            // Those that were there leave first; sources come with those that join.
            return Self { gone, ..Self::default() };
        }
        let (again, first): (Vec<String>, Vec<String>) =
            std::mem::take(&mut join.sources).into_iter().partition(|source| gone.contains(source));
        if after.sources.iter().any(|source| !again.contains(source)) {
            return Self { first, gone, again };
        }
        leave.principals.extend(stay.iter().cloned());
        join.principals.extend(stay);
        join.sources = again;
        Self { gone, ..Self::default() }
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

    const CONNECTOR: &str = "pca-connector-ad.amazonaws.com";

    /// The calls that bring a share from one principal and some sources to others, sources that FAILED in capitals.
    fn calls((who, before): (&str, &[&str]), (then, after): (&str, &[&str])) -> Vec<String> {
        let with = |who: &str, sources: &[&str]| {
            let mut share = desired_share("ca");
            let written = share.principals.pop_first().expect("a principal").1;
            share.principals = [(Principal::read(who), written)].into();
            share.sources = sources.iter().map(|source| source.to_lowercase()).collect();
            share
        };
        let graph = stack([with(then, after)]);
        let mut live = live_share(&with(who, before), 1);
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
            (&["A"], &["a"], &["-S", "-a", "+aS"]),
        ] {
            let calls = calls((CONNECTOR, before), (CONNECTOR, after));
            assert_eq!(calls, expected, "{before:?} to {after:?}");
        }
    }

    #[test]
    fn sources_come_with_their_service_and_go_after_it() {
        const OTHER: &str = "other.amazonaws.com";
        const ACCOUNT: &str = "444444444444";
        for (before, after, expected) in [
            ((ACCOUNT, &[][..]), (CONNECTOR, &["a"][..]), &["-S", "+aS"][..]),
            ((CONNECTOR, &["a"]), (ACCOUNT, &[]), &["-S", "-a", "+S"]),
            ((CONNECTOR, &["a"]), (OTHER, &["b"]), &["-S", "-a", "+bS"]),
            ((CONNECTOR, &["a"]), (OTHER, &["a"]), &["-S", "+S"]),
        ] {
            assert_eq!(calls(before, after), expected, "{before:?} to {after:?}");
        }
    }
}
