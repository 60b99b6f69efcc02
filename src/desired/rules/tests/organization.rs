//! Principals that have to be found in the organization, and what the organization lets a stack do.

use super::*;
use crate::desired::check;
use crate::org::AccountStanding;

pub(super) const TABLE: &[Row] = &[
    (
        "RAM102",
        Severity::Error,
        |s| s.principals = vec![ou("Workloads/prod")],
        |s| s.principals = vec![ou("Workloads/Prod")],
    ),
    (
        "RAM102",
        Severity::Error,
        |s| s.principals = vec![ou("")],
        |s| s.principals = vec![at(PrincipalExpr::Organization)],
    ),
    (
        "RAM102",
        Severity::Error,
        |s| s.principals = vec![unit("ou-ab12-none0001")],
        |s| s.principals = vec![unit("ou-ab12-prod0001")],
    ),
    (
        "RAM102",
        Severity::Error,
        |s| {
            s.principals =
                vec![literal("arn:aws:organizations::111111111111:ou/o-a1b2c3d4e5/ou-ab12-none0001")]
        },
        |s| {
            s.principals =
                vec![literal("arn:aws:organizations::111111111111:ou/o-a1b2c3d4e5/ou-ab12-prod0001")]
        },
    ),
    (
        "RAM103",
        Severity::Error,
        |s| s.principals = vec![named("development")],
        |s| s.principals = vec![named("Development")],
    ),
    (
        "RAM104",
        Severity::Error,
        |s| s.principals = vec![named("twin")],
        |s| s.principals = vec![literal("666666666661")],
    ),
    ("RAM104", Severity::Error, |s| s.principals = vec![ou("A/B")], |s| s.principals = vec![ou("A")]),
    (
        "RAM106",
        Severity::Error,
        |s| s.principals = vec![literal("arn:aws:organizations::888888888888:organization/o-zzzzzzzzzz")],
        |s| s.principals = vec![literal("arn:aws:organizations::111111111111:organization/o-a1b2c3d4e5")],
    ),
    (
        "RAM106",
        Severity::Error,
        |s| {
            s.account = at(id(STRANGER));
            s.resources.clear();
            s.principals = vec![ou("Security")];
        },
        |s| {
            s.account = at(id(MANAGEMENT));
            s.resources.clear();
            s.principals = vec![ou("Security")];
        },
    ),
    (
        "RAM107",
        Severity::Warning,
        |s| s.principals = vec![literal("777777777777")],
        |s| s.principals = vec![literal(DEV)],
    ),
];

#[test]
fn units_and_names_need_an_organization_block() {
    let principals = |principals| {
        let mut share = share("tgw");
        share.principals = principals;
        let mut declaration = stack_of([share]);
        declaration.organization = None;
        check(&declaration)
    };
    for looked_up in [ou("A"), unit("ou-ab12-prod0001"), named("x"), at(PrincipalExpr::Organization)] {
        let found = principals(vec![looked_up]);
        assert_eq!((codes(&found), found[0].is_error()), (vec!["RAM101"], true));
    }
    let complete = literal("arn:aws:organizations::111111111111:organization/o-a1b2c3d4e5");
    let found = principals(vec![complete]);
    assert_eq!((codes(&found), found[0].is_error()), (vec!["RAM101"], false));
    assert_eq!(codes(&principals(vec![literal(DEV)])), [] as [&str; 0]);
}

#[test]
fn an_organization_without_all_features_takes_accounts_only() {
    let without = || {
        let mut snapshot = snapshot();
        snapshot.all_features = false;
        known(snapshot)
    };
    let declaration = with(|s| s.principals = vec![ou("Security")]);
    assert_eq!(codes(&resolve(&declaration, &without()).diagnostics), ["RAM105"]);
    assert_eq!(codes(&resolve(&with(|_| {}), &without()).diagnostics), [] as [&str; 0]);
}

#[test]
fn each_state_of_an_account_is_told_by_its_name() {
    for (standing, says, counts) in [
        (AccountStanding::Closed, "is closed", false),
        (AccountStanding::PendingClosure, "is being closed", false),
        (AccountStanding::Suspended, "is suspended", true),
        (AccountStanding::PendingActivation, "is not yet set up", true),
        (AccountStanding::Inactive, "is suspended, closed or not yet set up", true),
    ] {
        let mut org = snapshot();
        org.accounts.get_mut(&id("777777777777")).expect("in the fixture").standing = standing;
        let declaration = with(|s| s.principals = vec![literal("777777777777")]);
        let found = resolve(&declaration, &known(org)).diagnostics;
        assert_eq!(codes(&found), ["RAM107"]);
        assert!(found[0].detail.contains(&format!("Account 777777777777 {says}.")), "{}", found[0].detail);
        assert_eq!(found[0].detail.contains("It counts"), counts, "{}", found[0].detail);
    }
}
