//! What ends at a time: shares that expire, and consent.

use super::*;
use crate::diag::hazards;
use crate::lang::{Acknowledgement, AcknowledgementScope};

#[test]
fn a_share_has_expired_from_the_second_that_it_names() {
    for (now, expected) in [
        ("2027-03-30T23:59:59Z", &[] as &[&str]),
        ("2027-03-31T00:00:00Z", &["RAM196"]),
        ("2028-01-01T00:00:00Z", &["RAM196"]),
    ] {
        let mut declaration = with(|s| s.expires = Some(at("2027-03-31T00:00:00Z".parse().expect("a time"))));
        declaration.now = now.parse().expect("a time");
        let resolution = resolve(&declaration, &known(snapshot()));
        assert_eq!(codes(&resolution.diagnostics), expected, "{now}");
        assert!(resolution.graph.is_some(), "it is a warning");
    }
}

#[test]
fn an_allow_ends_in_the_second_that_it_names_and_counts_until_then() {
    for (now, expected, left) in [
        ("2027-03-30T23:59:59Z", &[] as &[&str], 1),
        ("2027-03-31T00:00:00Z", &["RAM197"], 0),
        ("2028-01-01T00:00:00Z", &["RAM197"], 0),
    ] {
        let mut declaration = stack_of([share("tgw")]);
        declaration.now = now.parse().expect("a time");
        declaration.acknowledgements = vec![Acknowledgement {
            scope: AcknowledgementScope::Stack,
            code: &hazards::RAM203,
            reason: "agreed".to_owned(),
            until: Some("2027-03-31T00:00:00Z".parse().expect("a time")),
            span: span(),
        }];
        let resolution = resolve(&declaration, &known(snapshot()));
        assert_eq!(codes(&resolution.diagnostics), expected, "{now}");
        let graph = resolution.graph.expect("it is a warning");
        assert_eq!(graph.safeguards.acknowledgements.len(), left, "{now}");
    }
}
