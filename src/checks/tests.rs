//! Checks over plans that are complete, incomplete, and of another form than the condition expects.

use serde_json::Value as Json;

use super::*;
use crate::diag::{Severity, SourceMap};
use crate::diff::{diff, fixture};
use crate::lang::functions::{FileError, StackFiles};
use crate::lang::{Compiled, Inputs, Limits, PLAN, Shape, compile};
use crate::live::LiveState;
use crate::model::Observed;
use crate::plan::{AssertionStanding, CheckStanding, Consent, Plan, Refused, plan};
use crate::wire::PlanObject;

struct NoFiles;

impl StackFiles for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, FileError> {
        Err(FileError::NotFound)
    }

    fn list(&self, _: &str) -> Result<Vec<String>, FileError> {
        Ok(Vec::new())
    }

    fn folder(&self) -> String {
        "/stack".to_owned()
    }
}

fn inputs() -> Inputs<'static> {
    Inputs { values: &[], files: &NoFiles, plan_timestamp: "2026-01-01T00:00:00Z", limits: Limits::default() }
}

fn stack(condition: &str, severity: &str) -> Compiled {
    let text = format!(
        "ramctl {{ stack = \"network\" }}\nlocals {{ most = 3 }}\ncheck \"c\" {{\n  severity = \"{severity}\"\n  assert {{\n    condition = {condition}\n    error_message = \"no: ${{length(plan.shares)}}\"\n  }}\n}}\n"
    );
    let mut sources = SourceMap::default();
    let file = sources.add("stack.ram.hcl", text);
    compile(&mut sources, &[file], &inputs())
}

/// A plan that makes one share, of two places of which one may be dark.
fn a_plan(dark: bool) -> Plan {
    let mut live: LiveState = fixture::live([]);
    if dark {
        live.places.insert(fixture::place(fixture::HUB, "us-east-1"), Observed::Unknown(fixture::gap()));
    }
    let graph = fixture::stack([fixture::desired_share("tgw")]);
    plan(&diff(&graph, &live, &fixture::org()), &fixture::org())
}

fn held(condition: &str, dark: bool) -> (CheckStanding, Result<(), Refused>, Held) {
    let compiled = stack(condition, "error");
    let declaration = compiled.declaration.clone().unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics));
    let plan = a_plan(dark);
    let held = hold(&compiled, &declaration.checks, plan.body(), &inputs());
    let standing = held.results[0].standing();
    let approved = plan.checked(held.results.clone()).approve(&Consent::to_everything()).map(drop);
    (standing, approved, held)
}

#[test]
fn a_check_of_severity_error_that_does_not_pass_stops_the_plan() {
    let c = || vec!["c".to_owned()];
    for (condition, dark, standing, expected) in [
        ("length(plan.shares) <= local.most", false, CheckStanding::Passed, Ok(())),
        ("length(plan.shares) > 3", false, CheckStanding::Violated, Err(Refused::Denied(c()))),
        ("plan.shares[7].name == \"x\"", false, CheckStanding::Failed, Err(Refused::Broken(c()))),
        // A place that was not read: what was read violates, and does not fulfil.
        ("length(plan.shares) <= local.most", true, CheckStanding::Unknown, Err(Refused::Undecided(c()))),
        ("length(plan.access.gain) > 9", true, CheckStanding::Violated, Err(Refused::Denied(c()))),
        ("plan.shares[7].name == \"x\"", true, CheckStanding::Unknown, Err(Refused::Undecided(c()))),
        ("plan.stack == \"network\"", true, CheckStanding::Passed, Ok(())),
        ("plan.organization.state == \"on\"", true, CheckStanding::Passed, Ok(())),
    ] {
        let (found, approved, held) = held(condition, dark);
        assert_eq!((found, approved), (standing, expected), "{condition} {dark}");
        assert_eq!(!held.diagnostics.is_empty(), found == CheckStanding::Failed, "{condition}");
    }
}

#[test]
fn a_check_of_severity_warning_only_reports_unless_it_has_no_value() {
    let plan = a_plan(false);
    for (condition, stops) in [("length(plan.shares) > 3", false), ("plan.shares[7].name == \"x\"", true)] {
        let compiled = stack(condition, "warning");
        let checks = compiled.declaration.clone().expect("it compiles").checks;
        let results = hold(&compiled, &checks, plan.body(), &inputs()).results;
        assert_eq!(results[0].severity, Severity::Warning);
        assert_eq!(plan.clone().checked(results).approve(&Consent::to_everything()).is_err(), stops);
    }
}

#[test]
fn a_violation_has_the_message_of_the_author() {
    let (_, _, held) = held("length(plan.shares) > 3", false);
    let expected = AssertionStanding::Violated { message: "no: 1".into(), partial: false };
    assert_eq!(held.results[0].assertions[0].standing, expected);
}

#[test]
fn a_path_that_leads_nowhere_is_told_before_there_is_a_plan() {
    let compiled = stack("alltrue([for s in plan.shares : s.allow_external])", "error");
    let [found] = &compiled.diagnostics[..] else { panic!("{:#?}", compiled.diagnostics) };
    assert_eq!(
        (found.code.id, found.help.as_deref()),
        ("RAM021", Some("Did you mean allow_external_principals?"))
    );
}

/// The form of `plan` that the compiler knows, against what it is given.
fn assert_fits(shape: Shape, json: &Json, path: &str) {
    match (shape, json) {
        (Shape::Object(entries), Json::Object(found)) => {
            let mut known: Vec<&str> = entries.iter().map(|(name, _)| *name).collect();
            known.sort_unstable();
            assert_eq!(known, found.keys().map(String::as_str).collect::<Vec<_>>(), "{path}");
            entries
                .iter()
                .for_each(|(name, shape)| assert_fits(*shape, &found[*name], &format!("{path}.{name}")));
        }
        (Shape::List(element), Json::Array(items)) => {
            items.iter().for_each(|item| assert_fits(*element, item, &format!("{path}[*]")));
        }
        (Shape::Map(element), Json::Object(entries)) => {
            entries.values().for_each(|value| assert_fits(*element, value, path));
        }
        (Shape::Leaf, Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_)) => {}
        _ => panic!("{path} is {json} and not {shape:?}"),
    }
}

#[test]
fn the_plan_has_the_form_that_the_compiler_knows() {
    for dark in [false, true] {
        let json = serde_json::to_value(PlanObject::new(a_plan(dark).body())).expect("it is JSON");
        assert!(!json["shares"].as_array().expect("a list").is_empty());
        assert_eq!(
            json["changes"].as_array().expect("a list").is_empty(),
            dark,
            "what may be live elsewhere is not created"
        );
        assert_fits(PLAN, &json, "plan");
    }
}
