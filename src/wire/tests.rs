use serde_json::{Value, json};

use crate::desired::{DesiredGraph, DesiredShare};
use crate::diff::fixture::*;
use crate::live::LiveState;
use crate::model::Observed;
use crate::plan::{Outcome, Plan, StepId, StepOutcome, StepResult, plan};
use crate::wire::{ApplyDocument, DriftDocument, PlanDocument};

fn planned(graph: &DesiredGraph, live: &LiveState) -> Plan {
    plan(&crate::diff::diff(graph, live, &org()), &org())
}

fn json_of(document: &impl serde::Serialize) -> Value {
    serde_json::to_value(document).unwrap()
}

fn changed() -> (DesiredGraph, LiveState) {
    let old = desired_share("tgw");
    let desired =
        DesiredShare { principals: [as_written(ou("d"))].into(), name: "renamed".into(), ..old.clone() };
    let live = live([live_share(&old, 1)]);
    (stack([desired, desired_share("made")]), live)
}

/// The same with a Region that could not be read.
fn changed_and_unread() -> (DesiredGraph, LiveState) {
    let (stack, mut live) = changed();
    live.places.insert(place(HUB, "us-east-1"), Observed::Unknown(gap()));
    (stack, live)
}

#[test]
fn a_plan_document_holds_sides_changes_steps_and_gaps() {
    let (graph, live) = changed();
    let document = json_of(&PlanDocument::new(&planned(&graph, &live), &sources().0, 7));
    assert_eq!(document["format_version"], "1.0");
    assert_eq!(
        document["summary"],
        json!({"import": 0, "move": 0, "take_over": 0, "release": 0, "create": 1, "update": 1, "replace": 0, "delete": 0, "unchanged": 0, "unknown": 0, "blocked": 0,
               "unmanaged": 0, "accept": 0, "reject": 0, "leave": 0, "waiting": 0, "ignored": 0, "kept": 0, "hazards_open": 0, "hazards_allowed": 0})
    );
    let share = &document["shares"][1];
    assert_eq!(share["actions"], json!(["update"]));
    assert_eq!(share["cause"], "pending");
    assert_eq!((&share["before"]["name"], &share["after"]["name"]), (&json!("tgw"), &json!("renamed")));
    assert_eq!(
        share["source"],
        json!({"file": "shares.ram.hcl", "line": 3, "column": 1, "end_line": 3, "end_column": 12})
    );
    assert_eq!(
        share["changes"][2],
        json!({
            "edit": {"part": "principal", "action": "add", "subject": ou("d").as_str(), "label": "ou Workloads/Dev",
                     "before": null, "after": null, "message": null, "cause": "pending"},
            "gain": 1, "lose": 0, "accounts": ["444444444444"], "unknown": 0, "audience": null
        })
    );
    assert_eq!(document["shares"][0]["before"], Value::Null);
    let operations: Vec<_> =
        document["steps"].as_array().unwrap().iter().map(|step| step["operation"].clone()).collect();
    assert_eq!(operations[0], "ram:CreateResourceShare");
    assert_eq!(document["steps"][1]["arguments"]["share"], json!({"created_by_step": 0}));
    assert_eq!(document["steps"][1]["arguments"]["record"]["address"], document["shares"][0]["address"]);
    assert_eq!(document["steps"][2]["arguments"]["share"], json!({"arn": share_arn(&hub(), 1).as_str()}));
    assert_eq!(document["complete"], true);
}

#[test]
fn a_plan_document_says_what_was_not_read_and_what_is_not_created_for_it() {
    let (graph, live) = changed_and_unread();
    let document = json_of(&PlanDocument::new(&planned(&graph, &live), &sources().0, 7));
    assert_eq!(document["complete"], false);
    assert_eq!(document["coverage"]["unknown"][0]["gap"]["cause"], "cannot_assume_role");
    assert_eq!(
        (&document["shares"][0]["actions"], &document["shares"][0]["gap"]["cause"]),
        (&json!(["read"]), &json!("elsewhere"))
    );
    let codes = document["diagnostics"].as_array().unwrap().iter().map(|one| one["code"].clone());
    assert_eq!(codes.collect::<Vec<_>>(), ["RAM453", "RAM410"]);
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    let (graph, live) = changed();
    let text =
        || serde_json::to_string(&PlanDocument::new(&planned(&graph, &live), &sources().0, 7)).unwrap();
    assert_eq!(text(), text());
}

#[test]
fn a_drift_document_says_standing_and_completeness_apart() {
    let (graph, live) = changed_and_unread();
    let report = crate::drift::report(&crate::diff::diff(&graph, &live, &org()));
    let document = json_of(&DriftDocument::new(&report, &sources().0, 7));
    assert_eq!((&document["standing"], &document["complete"]), (&json!("drift"), &json!(false)));
    assert_eq!(document["shares"][0]["class"], "unknown");
    assert_eq!(document["shares"][1]["class"], "modified");
    assert_eq!(document["shares"][1]["changes"][0]["part"], "name");
}

#[test]
fn an_apply_document_holds_the_plan_and_each_result() {
    let (graph, live) = changed();
    let plan = planned(&graph, &live);
    let results = [
        StepResult::Done { share: Some(share_arn(&hub(), 5)), waiting_for: vec![principal("999999999999")] },
        StepResult::Failed { code: "X".into(), message: "y".into(), help: None, maybe_done: true },
        StepResult::Skipped { because_of: StepId(1) },
        StepResult::NotStarted,
    ];
    let steps = (0..).zip(results).map(|(id, result)| StepOutcome { id: StepId(id), result });
    let outcome = Outcome { steps: steps.collect(), interrupted: true };
    let document = json_of(&ApplyDocument::new(&plan, &outcome, &sources().0, 9));
    assert_eq!(
        document["summary"],
        json!({"done": 1, "unseen": 0, "failed": 1, "skipped": 1, "not_started": 1})
    );
    assert_eq!(document["results"][0]["share"], share_arn(&hub(), 5).as_str());
    assert_eq!(document["results"][1]["error"]["maybe_done"], true);
    assert_eq!(document["results"][2]["because_of"], 1);
    assert_eq!(document["plan"]["kind"], "plan");
}
