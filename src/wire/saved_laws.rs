//! Laws of plans that are written and read back, over generated stacks and live states.

use proptest::prelude::*;

use crate::diff::fixture::*;
use crate::diff::{destroy, diff};
use crate::model::{AccountRole, Origin};
use crate::org::SharingState;
use crate::plan::laws::{a_live_state, a_stack};
use crate::plan::permission_laws;
use crate::plan::{Plan, plan};
use crate::wire::{PlanDocument, PlanFile, PlanFileError};

fn origin() -> Origin {
    let role = AccountRole {
        arn: "arn:aws:iam::222222222222:role/ramctl".to_owned(),
        session_name: Some("ci".to_owned()),
        duration_seconds: Some(900),
        has_external_id: true,
    };
    Origin::Aws { calls: 7, roles: [(account(HUB), role)].into() }
}

fn text_of(plan: &Plan) -> String {
    PlanDocument::new(plan, &sources().0, origin()).to_text()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_that_is_written_and_read_has_the_same_steps_and_the_same_bytes(
        graph in a_stack(),
        state in a_live_state(),
        goes in any::<bool>(),
        sharing in prop::sample::select(vec![SharingState::Enabled, SharingState::HalfEnabled, SharingState::Disabled, SharingState::NoOrganization]),
        unread in prop::bool::weighted(0.2),
    ) {
        let org = if unread { unread_org() } else { org_with(sharing) };
        let difference = if goes { destroy(&graph, &state, &org) } else { diff(&graph, &state, &org) };
        let plan = plan(&difference, &org);
        let text = text_of(&plan);
        let file = PlanFile::read(&text).expect("a plan that was just written");
        let read = file.plan.body();
        prop_assert_eq!(&read.steps, &plan.steps);
        prop_assert_eq!(&read.basis, &plan.basis);
        prop_assert_eq!(&read.fingerprint, &plan.fingerprint);
        prop_assert_eq!(read.counts(), plan.counts());
        for (read, made) in read.shares.iter().zip(&plan.shares) {
            prop_assert_eq!(&read.details, &made.details);
            prop_assert_eq!(&read.hazards, &made.hazards);
            prop_assert_eq!(read.diff.before(), made.diff.before());
            prop_assert_eq!(&read.steps, &made.steps);
        }
        prop_assert_eq!(&file.origin, &origin());
        prop_assert_eq!(PlanDocument::new(read, &file.sources, file.origin.clone()).to_text(), text);
    }

    #[test]
    fn a_plan_with_permissions_that_is_written_and_read_is_the_same(
        graph in permission_laws::a_stack(),
        state in permission_laws::a_live_state(),
        goes in any::<bool>(),
    ) {
        let difference = if goes { destroy(&graph, &state, &org()) } else { diff(&graph, &state, &org()) };
        let plan = plan(&difference, &org());
        let text = text_of(&plan);
        let file = PlanFile::read(&text).expect("a plan that was just written");
        let read = file.plan.body();
        prop_assert_eq!(&read.steps, &plan.steps);
        for (read, made) in read.permissions.iter().zip(&plan.permissions) {
            prop_assert_eq!(read.diff.before(), made.diff.before());
            prop_assert_eq!((&read.steps, &read.blocked), (&made.steps, &made.blocked));
        }
        prop_assert_eq!(PlanDocument::new(read, &file.sources, file.origin.clone()).to_text(), text);
    }

    #[test]
    fn a_plan_that_is_changed_or_cut_anywhere_is_refused(graph in a_stack(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let text = text_of(&plan(&diff(&graph, &live([]), &org()), &org()));
        let at = at.index(text.len());
        prop_assert!(PlanFile::read(&text[..at]).is_err());
        let mut bytes = text.clone().into_bytes();
        bytes[at] = byte & 0x7f;
        let edited = String::from_utf8(bytes).expect("ASCII");
        prop_assert!(edited == text || PlanFile::read(&edited).is_err());
    }
}

#[test]
fn a_plan_of_another_version_kind_or_format_is_refused_by_its_name() {
    let text = text_of(&plan(&diff(&stack([desired_share("tgw")]), &live([]), &org()), &org()));
    let version = format!("\"ramctl_version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    let with = |from: &str, to: &str| PlanFile::read(&text.replacen(from, to, 1)).map(|_| ());
    assert!(
        matches!(with(&version, "\"ramctl_version\": \"9.9.9\""), Err(PlanFileError::Version { found }) if found == "9.9.9")
    );
    assert!(matches!(
        with("\"format_version\": \"1.0\"", "\"format_version\": \"2.0\""),
        Err(PlanFileError::Format { .. })
    ));
    assert!(matches!(with("\"kind\": \"plan\"", "\"kind\": \"drift\""), Err(PlanFileError::Kind { .. })));
    assert!(matches!(with("tgw-1\"", "tgw-2\""), Err(PlanFileError::Edited)));
    assert!(matches!(PlanFile::read("[]"), Err(PlanFileError::Json(_))));
    assert!(PlanFile::read(&text).is_ok());
}

/// Whoever makes up a document can make up its digest: what is behind it is checked all the same.
#[test]
fn a_document_with_a_right_digest_and_wrong_steps_is_refused() {
    let graph = stack([desired_share("tgw")]);
    let plan = plan(&diff(&graph, &live([]), &org_with(SharingState::Disabled)), &org());
    let forged = |from: &str, to: &str| {
        let text = text_of(&plan).replacen(from, to, 1);
        let mut document: PlanDocument = serde_json::from_str(&text).expect("the fields are those of a plan");
        document.seal();
        PlanFile::read(&document.to_text()).map(|_| ())
    };
    let error = |result: Result<(), PlanFileError>| {
        let error = result.expect_err("it is refused");
        let source = std::error::Error::source(&error).map(ToString::to_string);
        format!("{error}: {}", source.unwrap_or_default())
    };
    assert!(forged("ramctl", "ramctl").is_ok());
    for (from, to, said) in [
        (
            "ram:CreateResourceShare",
            "ram:DeleteResourceShare",
            "steps[1].operation is \"ram:DeleteResourceShare\"",
        ),
        ("\"needs\": []", "\"needs\": [1]", "steps[0].needs is 1 element, and 0 elements follows from"),
        ("\"id\": 1,", "\"id\": 7,", "steps[1].id is 7, and 1 follows from the changes"),
        ("\"create\": 1", "\"create\": 2", "summary.create is 2, and 1 follows"),
        ("\"has_changes\": true", "\"has_changes\": false", "has_changes is false"),
        ("\"region\": \"eu-central-1\"", "\"region\": \"EU\\u001b[31m\"", "Region"),
    ] {
        let told = error(forged(from, to));
        assert!(told.contains(said) && !told.contains('\u{1b}'), "{told}");
    }
}

#[test]
fn an_account_is_reached_through_a_role_of_its_own_and_no_other() {
    let plan = plan(&diff(&stack([desired_share("tgw")]), &live([]), &org()), &org());
    let text = text_of(&plan).replacen("arn:aws:iam::222222222222:role", "arn:aws:iam::999999999999:role", 1);
    let mut document: PlanDocument = serde_json::from_str(&text).expect("the fields are those of a plan");
    document.seal();
    let error = PlanFile::read(&document.to_text()).expect_err("it is refused");
    assert!(matches!(error, PlanFileError::Role { .. }), "{error:?}");
}
