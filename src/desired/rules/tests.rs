//! Each rule with a declaration that breaks it and one next to it that does not.

mod expiry;
mod identity;
mod limits;
mod names;
mod organization;
mod permissions;
mod principals;
mod resources;
mod stack;

use std::collections::BTreeSet;

use super::*;
use crate::desired::check;
use crate::desired::fixture::*;
use crate::diag::{Severity, Spanned, rules};
use crate::lang::{PrincipalExpr, ShareBlock};
use crate::model::{GapCause, OuId};

type Change = fn(&mut ShareBlock);

/// A code, what breaks its rule, and what comes close and does not.
type Row = (&'static str, Severity, Change, Change);

fn rows() -> impl Iterator<Item = &'static Row> {
    let tables = [
        organization::TABLE,
        names::TABLE,
        resources::TABLE,
        principals::TABLE,
        permissions::TABLE,
        limits::TABLE,
    ];
    tables.into_iter().flatten()
}

fn unit(id: &str) -> Spanned<PrincipalExpr> {
    at(PrincipalExpr::UnitById(OuId::parse(id).expect("a unit")))
}

fn named(name: &str) -> Spanned<PrincipalExpr> {
    at(PrincipalExpr::AccountNamed(name.into()))
}

fn codes(found: &[Diagnostic]) -> Vec<&'static str> {
    found.iter().map(|finding| finding.code.id).collect()
}

fn with(change: Change) -> Declaration {
    let mut share = share("tgw");
    change(&mut share);
    stack_of([share])
}

#[test]
fn every_rule_finds_what_breaks_it_and_nothing_else_there() {
    for (code, severity, breaks, _) in rows() {
        let found = resolve(&with(*breaks), &known(snapshot())).diagnostics;
        assert_eq!(codes(&found), [*code], "{found:#?}");
        assert_eq!(found[0].severity, *severity, "{code}");
        assert!(found[0].help.is_some(), "{code} says what to do");
    }
}

#[test]
fn what_comes_close_to_breaking_a_rule_passes() {
    for (code, _, _, passes) in rows() {
        let resolution = resolve(&with(*passes), &known(snapshot()));
        assert_eq!(codes(&resolution.diagnostics), [] as [&str; 0], "{code}: {:#?}", resolution.diagnostics);
        assert!(resolution.graph.is_some());
    }
}

#[test]
fn every_code_of_a_rule_has_a_declaration_that_breaks_it() {
    let tested: BTreeSet<&str> = rows()
        .map(|row| row.0)
        .chain(["RAM100", "RAM101", "RAM105", "RAM108", "RAM109", "RAM110", "RAM140", "RAM145", "RAM146"])
        .chain(["RAM147", "RAM148"])
        .chain(["RAM127", "RAM128", "RAM129"]) // in tagged/tests.rs
        // in managed/tests.rs
        .chain(["RAM156", "RAM157", "RAM158", "RAM159", "RAM163", "RAM164", "RAM165", "RAM181"])
        .chain(["RAM191", "RAM192", "RAM193", "RAM194", "RAM195", "RAM196", "RAM197", "RAM198"])
        .collect();
    let all: BTreeSet<&str> = rules::ALL.iter().map(|code| code.id).collect();
    assert_eq!(tested, all);
}

#[test]
fn an_error_leaves_no_graph_unless_it_comes_of_the_organization_and_a_warning_does() {
    const NAMES: [&str; 3] = ["RAM102", "RAM103", "RAM104"];
    const INSIDE: [&str; 3] = ["RAM106", "RAM133", "RAM139"];
    for (code, severity, breaks, _) in rows() {
        let declaration = with(*breaks);
        let Some(graph) = resolve(&declaration, &known(snapshot())).graph else {
            assert_eq!(*severity, Severity::Error, "{code}");
            continue;
        };
        let named = *severity == Severity::Error;
        assert!(!named || NAMES.contains(code) || INSIDE.contains(code), "{code}");
        let cause = if NAMES.contains(code)
            || graph.unresolved.values().any(|one| one.gap.cause == GapCause::NoSuchName)
        {
            GapCause::NoSuchName
        } else {
            GapCause::NotInOrganization
        };
        // The share is left alone, and the others are settled.
        let causes: Vec<GapCause> = graph.unresolved.values().map(|one| one.gap.cause).collect();
        assert_eq!(causes, vec![cause; usize::from(named)], "{code}");
        assert_eq!(graph.shares.len() + graph.unresolved.len(), declaration.shares.len(), "{code}");
    }
}

#[test]
fn what_is_found_offline_is_found_with_the_organization_too() {
    for (code, _, breaks, _) in rows() {
        let declaration = with(*breaks);
        let (offline, online) = (check(&declaration), resolve(&declaration, &known(snapshot())).diagnostics);
        for finding in &offline {
            assert!(codes(&online).contains(&finding.code.id), "{code}");
        }
    }
}

#[test]
fn a_rule_that_needs_the_organization_is_silent_where_it_could_not_be_read() {
    for (code, _, breaks, _) in rows() {
        let declaration = with(*breaks);
        let found = resolve(&declaration, &unknown()).diagnostics;
        assert_eq!(codes(&found), codes(&check(&declaration)), "{code}");
    }
}

#[test]
fn help_names_what_was_probably_meant() {
    let help = |change: Change| {
        let found = resolve(&with(change), &known(snapshot())).diagnostics;
        found[0].help.clone().expect("every finding has help")
    };
    for (change, expected) in [
        ((|s| s.principals = vec![ou("Prod")]) as Change, "Did you mean ou(\"Workloads/Prod\")?"),
        (|s| s.principals = vec![ou("workloads/dev/")], "Did you mean ou(\"Workloads/Dev\")?"),
        (|s| s.principals = vec![ou("Root")], "The root is no unit. For all accounts write organization()."),
        (|s| s.principals = vec![named("Developement")], "Did you mean account(\"Development\")?"),
        (|s| s.principals = vec![named("twin")], "Write one of \"666666666661\", \"666666666662\"."),
        (
            |s| s.permissions = vec![permission("ec2:TransitGatway", "AWSRAMx")],
            "Did you mean \"ec2:TransitGateway\"?",
        ),
        (
            |s| s.permissions = vec![permission("ec2:TransitGateway", "RAMDefaultPermissionTransitGateway")],
            "Did you mean AWSRAMDefaultPermissionTransitGateway?",
        ),
    ] {
        assert_eq!(help(change), expected);
    }
}
