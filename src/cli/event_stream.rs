//! `--output events`: what happens in an apply, a line for each thing, written at once.
#![expect(clippy::disallowed_methods, reason = "events bear the time at which they happen")]

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

use crate::apply::Event;
use crate::cli::exit::Exit;
use crate::cli::files::FolderError;
use crate::cli::output::{LineWriter, Output};
use crate::plan::{Outcome, PlanBody, StepId};
use crate::wire::{EventDocument, ResultsDocument, StepName, line};

/// The stream of one run.
#[derive(Debug)]
pub(crate) struct EventStream {
    lines: LineWriter,
}

impl EventStream {
    /// Opens the stream and writes its first line. None for the file: standard output.
    pub(crate) fn open(file: Option<&Path>, command: &str, folder: &Path) -> Result<Self, FolderError> {
        let stream = Self { lines: LineWriter::open(file)? };
        let version = env!("CARGO_PKG_VERSION");
        stream.write(&EventDocument::start(
            Timestamp::now(),
            version,
            command,
            &folder.display().to_string(),
        ));
        Ok(stream)
    }

    pub(crate) fn plan(&self, plan: &PlanBody) {
        self.write(&EventDocument::plan(Timestamp::now(), plan));
    }

    pub(crate) fn on(&self, steps: &StepNames, event: &Event) {
        let at = Timestamp::now();
        let name = |step: &StepId| steps.0.get(step).expect("events are of steps of the plan").clone();
        let text = at.to_string();
        self.write(&match event {
            Event::Started { step } => EventDocument::StepStarted { at: text, step: name(step) },
            Event::Waiting { step, what } => {
                EventDocument::StepWaiting { at: text, step: name(step), what: what.clone() }
            }
            Event::Retrying { step, why } => {
                EventDocument::StepRetrying { at: text, step: name(step), why: why.clone() }
            }
            Event::Finished { step, result } => EventDocument::ended(at, name(step), result),
        });
    }

    pub(crate) fn interrupted(&self) {
        self.write(&EventDocument::Interrupted { at: Timestamp::now().to_string() });
    }

    /// Writes the last line.
    pub(crate) fn end(&self, exit: Exit, outcome: Option<&Outcome>, output: &Output) {
        self.write(&EventDocument::End {
            at: Timestamp::now().to_string(),
            exit_code: exit.code(),
            summary: outcome.map(ResultsDocument::of),
            errors: output.told(|told| told.errors.clone()),
        });
    }

    /// Why a line could not be written, unless the reader went away.
    pub(crate) fn failure(&self) -> Option<FolderError> {
        self.lines.failure()
    }

    fn write(&self, event: &EventDocument) {
        self.lines.write(&line(event));
    }
}

/// The steps of a plan by their ids.
pub(crate) struct StepNames(BTreeMap<StepId, StepName>);

impl StepNames {
    pub(crate) fn of(plan: &PlanBody) -> Self {
        Self(plan.steps.iter().map(|step| (step.id, StepName::new(step, &plan.account_labels))).collect())
    }
}
