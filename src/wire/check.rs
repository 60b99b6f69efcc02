//! What a check says of a plan.

use serde::{Deserialize, Serialize};

use crate::diag::SourceMap;
use crate::plan::{AssertionResult, AssertionStanding, CheckResult};
use crate::wire::malformed::{Malformed, needed};
use crate::wire::parts::{Recorded, SourceDocument};
use crate::wire::words::{AssertionWord, SeverityWord};

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct CheckDocument {
    name: String,
    source: SourceDocument,
    /// An error that does not pass denies the plan.
    severity: SeverityWord,
    assertions: Vec<AssertionDocument>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct AssertionDocument {
    source: SourceDocument,
    result: AssertionWord,
    /// What the stack's author says to a violation, or why the condition has no value.
    message: Option<String>,
    /// A violation: not all was read that the condition speaks of.
    partial: bool,
    /// `plan.shares`...: what was not read in full and would have to be.
    unread: Vec<String>,
}

impl CheckDocument {
    pub fn new(check: &CheckResult, sources: &SourceMap) -> Self {
        let CheckResult { name, span, severity, assertions } = check;
        Self {
            name: name.clone(),
            source: SourceDocument::new(*span, sources),
            severity: (*severity).into(),
            assertions: assertions
                .iter()
                .map(|assertion| AssertionDocument::new(assertion, sources))
                .collect(),
        }
    }

    pub fn read(&self, recorded: &mut Recorded) -> Result<CheckResult, Malformed> {
        let Self { name, source, severity, assertions } = self;
        Ok(CheckResult {
            name: name.clone(),
            span: recorded.span(source),
            severity: (*severity).into(),
            assertions: assertions
                .iter()
                .map(|assertion| assertion.read(recorded))
                .collect::<Result<_, _>>()?,
        })
    }
}

impl AssertionDocument {
    fn new(assertion: &AssertionResult, sources: &SourceMap) -> Self {
        let AssertionResult { span, standing } = assertion;
        let mut out = Self {
            source: SourceDocument::new(*span, sources),
            result: AssertionWord::Passed,
            message: None,
            partial: false,
            unread: Vec::new(),
        };
        match standing {
            AssertionStanding::Holds => {}
            AssertionStanding::Violated { message, partial } => {
                out.result = AssertionWord::Violated;
                out.message = Some(message.clone());
                out.partial = *partial;
            }
            AssertionStanding::Unknown { parts } => {
                out.result = AssertionWord::Unknown;
                out.unread.clone_from(parts);
            }
            AssertionStanding::Failed { message } => {
                out.result = AssertionWord::Failed;
                out.message = Some(message.clone());
            }
        }
        out
    }

    fn read(&self, recorded: &mut Recorded) -> Result<AssertionResult, Malformed> {
        let Self { source, result, message, partial, unread } = self;
        let message = || needed(message, "the message of an assertion").cloned();
        let standing = match result {
            AssertionWord::Passed => AssertionStanding::Holds,
            AssertionWord::Violated => AssertionStanding::Violated { message: message()?, partial: *partial },
            AssertionWord::Unknown => AssertionStanding::Unknown { parts: unread.clone() },
            AssertionWord::Failed => AssertionStanding::Failed { message: message()? },
        };
        Ok(AssertionResult { span: recorded.span(source), standing })
    }
}
