//! The public JSON documents of all golden cases: each fits its schema, and a snapshot stands in for AWS in each.

use std::fs;
use std::path::Path;

use jsonschema::Validator;
use ramctl::model::StackName;
use ramctl::plan::{Outcome, StepOutcome, StepResult};
use ramctl::wire::{
    ApplyDocument, DiagnosticsDocument, DriftDocument, PlanDocument, Snapshot, SnapshotDocument,
};
use serde::Serialize;
use serde_json::Value;

use crate::cases::{Situation, cases, diagnose, situations};

/// The committed schema of a kind of document.
pub struct Schema {
    kind: &'static str,
    validator: Validator,
}

impl Schema {
    pub fn of(kind: &'static str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schemas/{kind}.v1.json"));
        let text = fs::read_to_string(path).expect("a committed schema");
        let schema: Value = serde_json::from_str(&text).expect("a schema is JSON");
        Self { kind, validator: jsonschema::validator_for(&schema).expect("a sound schema") }
    }

    /// The document fits.
    #[track_caller]
    pub fn fits(&self, document: &Value) {
        let errors = self.validator.iter_errors(document);
        let errors: Vec<String> = errors.map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{} does not fit its schema: {errors:#?}", self.kind);
    }

    /// The document fits, and would not with a member less.
    #[track_caller]
    pub fn holds(&self, document: &Value) {
        self.fits(document);
        assert_eq!(document["kind"], self.kind);
        for name in document.as_object().expect("an object").keys() {
            let mut bare = document.clone();
            bare.as_object_mut().expect("an object").remove(name);
            assert!(!self.validator.is_valid(&bare), "the schema of {} asks for {name}", self.kind);
        }
    }
}

fn value(document: &impl Serialize) -> Value {
    serde_json::to_value(document).expect("a document is JSON")
}

/// Every result that a step can have, in turn.
fn results(n: usize) -> StepResult {
    match n % 4 {
        0 => StepResult::Done { share: None, waiting_for: Vec::new() },
        1 => StepResult::Failed {
            code: "X".into(),
            message: "y".into(),
            help: Some("z".into()),
            maybe_done: true,
        },
        2 => StepResult::Skipped { because_of: ramctl::plan::StepId(0) },
        _ => StepResult::NotStarted,
    }
}

#[test]
fn every_document_of_every_case_fits_its_schema() {
    let [plans, reports, applies] = ["plan", "drift", "apply"].map(Schema::of);
    for (name, situation) in situations() {
        let (plan, report) = situation.outcome();
        let sources = &situation.sources;
        plans.holds(&value(&PlanDocument::new(&plan, sources, 7)));
        reports.holds(&value(&DriftDocument::new(&report, sources, 7)));
        let steps = plan.steps().iter().enumerate();
        let steps = steps.map(|(n, step)| StepOutcome { id: step.id, result: results(n) }).collect();
        let outcome = Outcome { steps, interrupted: name.len() % 2 == 0 };
        applies.holds(&value(&ApplyDocument::new(&plan, &outcome, sources, 7)));
    }
    let findings = Schema::of("diagnostics");
    for case in cases("diagnostics") {
        let (sources, diagnostics) = diagnose(&case);
        let errors = ["no credentials".to_owned()];
        findings.holds(&value(&DiagnosticsDocument::new("plan", None, &errors, &diagnostics, &sources)));
    }
}

fn snapshot(situation: &Situation) -> SnapshotDocument {
    let Situation { sources: _, compiled: _, checks: _, graph, org, tagged, live, usage } = situation;
    let stack: StackName = graph.stack.clone();
    SnapshotDocument::new(&Snapshot {
        stack,
        taken: graph.now,
        calls: 7,
        org: org.clone(),
        tagged: tagged.clone(),
        live: live.clone(),
        usage: usage.clone(),
    })
}

#[test]
fn a_snapshot_stands_in_for_aws_in_every_case() {
    let schema = Schema::of("snapshot");
    let (mut known, mut used) = (0, 0);
    for (name, direct) in situations() {
        let text = snapshot(&direct).text();
        schema.holds(&serde_json::from_str(&text).expect("JSON"));
        let read = SnapshotDocument::parse(&text).expect("what was written is read");
        let Snapshot { stack, taken, calls, org, tagged, live, usage } =
            read.read().expect("what was written is sound");
        assert_eq!((&stack, taken, calls), (&direct.graph.stack, direct.graph.now, 7), "{name}");
        assert_eq!(live, direct.live, "{name}");
        assert_eq!(tagged, direct.tagged, "{name}");
        assert_eq!(usage, direct.usage, "{name}");
        used += usage.found.len();
        known += live.places.values().filter(|place| place.known().is_some()).count();
        let replayed = Situation {
            org,
            tagged,
            live,
            usage,
            sources: direct.sources.clone(),
            compiled: direct.compiled.clone(),
            checks: direct.checks.clone(),
            graph: direct.graph.clone(),
        };
        assert_eq!(snapshot(&replayed).text(), text, "the same facts give the same bytes: {name}");
        let documents = |situation: &Situation| {
            let (plan, report) = situation.outcome();
            let sources = &situation.sources;
            [value(&PlanDocument::new(&plan, sources, 7)), value(&DriftDocument::new(&report, sources, 7))]
                .map(|document| document.to_string())
        };
        assert_eq!(documents(&replayed), documents(&direct), "{name}");
    }
    assert!(known > 10, "places were written and read back");
    assert!(used > 5, "answers about use were written and read back");
}
