//! Which gaps have one cause: it is shown once, however much it keeps from being read.

use std::collections::BTreeMap;

use crate::model::{Gap, GapCause, Place};

/// Whether two gaps have one cause. Without credentials, and without an answer, it does not matter who called what; the id of a request is never the
/// cause.
pub(crate) fn same_cause(a: &Gap, b: &Gap) -> bool {
    let said = |gap: &Gap| gap.detail.split(" (request ").next().unwrap_or_default().to_owned();
    let anywhere = matches!(a.cause, GapCause::Credentials | GapCause::Unreachable);
    let of_call = |gap: &Gap| (gap.action.clone(), gap.caller.clone());
    a.cause == b.cause && said(a) == said(b) && (anywhere || of_call(a) == of_call(b))
}

/// The Regions of an account that have one gap.
pub(crate) fn by_account(gaps: &BTreeMap<Place, Gap>) -> Vec<(Vec<&Place>, &Gap)> {
    let mut out: Vec<(Vec<&Place>, &Gap)> = Vec::new();
    for (place, gap) in gaps {
        match out
            .iter_mut()
            .find(|(places, known)| places[0].account == place.account && same_cause(known, gap))
        {
            Some((places, _)) => places.push(place),
            None => out.push((vec![place], gap)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_dead_endpoint_is_one_cause_and_two_denied_actions_are_two() {
        let gap = |cause, action: &str, detail: &str| Gap {
            action: action.into(),
            caller: "a role".into(),
            cause,
            detail: detail.into(),
        };
        let dead = |action| gap(GapCause::Unreachable, action, "no answer from http://127.0.0.1:9");
        assert!(same_cause(&dead("sts:GetCallerIdentity"), &dead("sts:AssumeRole")));
        let denied =
            |action, request| gap(GapCause::AccessDenied, action, &format!("denied (request {request})"));
        assert!(same_cause(&denied("ram:ListPermissions", 1), &denied("ram:ListPermissions", 2)));
        assert!(!same_cause(&denied("ram:ListPermissions", 1), &denied("ram:GetResourceShares", 1)));
    }
}
