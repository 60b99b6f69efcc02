//! Every assertion of every check, evaluated over one plan.

use crate::diag::{Diagnostic, Severity};
use crate::lang::value::{Value, from_json};
use crate::lang::{Assertion, AssertionResult as Evaluated, CheckBlock, CheckSeverity, Compiled, Inputs};
use crate::plan::{AssertionResult, AssertionStanding, CheckResult, PlanBody};
use crate::wire::PlanObject;

/// What the checks say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    pub results: Vec<CheckResult>,
    /// Mistakes in conditions and messages that only a plan brings to light.
    pub diagnostics: Vec<Diagnostic>,
}

/// Holds the checks of a stack against its plan.
///
/// Where not all was read that a condition speaks of, what was read can violate it but not fulfil it.
pub fn hold(compiled: &Compiled, checks: &[CheckBlock], plan: &PlanBody, inputs: &Inputs<'_>) -> Held {
    let mut held = Held::default();
    if checks.is_empty() {
        return held;
    }
    let json = serde_json::to_value(PlanObject::new(plan)).expect("it has string keys and no failing field");
    let value = from_json(&json).expect("no number in a plan is out of range");
    for CheckBlock { name, span, severity, assertions } in checks {
        let assertions = assertions.iter().map(|assertion| {
            let standing = standing(compiled, assertion, &value, plan, inputs, &mut held.diagnostics);
            AssertionResult { span: assertion.span, standing }
        });
        let result = CheckResult {
            name: name.clone(),
            span: *span,
            severity: match severity.value {
                CheckSeverity::Error => Severity::Error,
                CheckSeverity::Warning => Severity::Warning,
            },
            assertions: assertions.collect(),
        };
        held.results.push(result);
    }
    held
}

fn standing(
    compiled: &Compiled,
    assertion: &Assertion,
    value: &Value,
    plan: &PlanBody,
    inputs: &Inputs<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> AssertionStanding {
    let unread: Vec<String> =
        assertion.parts().filter(|part| !is_read(part, plan)).map(|part| format!("plan.{part}")).collect();
    match compiled.assert(assertion, value.clone(), inputs) {
        Ok(Evaluated::Violated(message)) => {
            AssertionStanding::Violated { message, partial: !unread.is_empty() }
        }
        // What is missing may be the very reason.
        Ok(Evaluated::Holds) | Err(_) if !unread.is_empty() => AssertionStanding::Unknown { parts: unread },
        Ok(Evaluated::Holds) => AssertionStanding::Holds,
        Err(found) => {
            let message = found.first().map(|first| first.detail.clone()).unwrap_or_default();
            diagnostics.extend(found);
            AssertionStanding::Failed { message }
        }
    }
}

/// Whether all was read that a part of the plan is made from.
fn is_read(part: &str, plan: &PlanBody) -> bool {
    match part {
        "stack" | "purpose" => true,
        "organization" => plan.sharing_is_read(),
        "access" => plan.is_complete() && plan.access.unknown.is_empty(),
        _ => plan.is_complete(),
    }
}
