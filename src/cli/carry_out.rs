//! A plan that somebody agreed to, carried out, and what became of it told.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::apply::{self, Settings};
use crate::cli::args::ApplyArgs;
use crate::cli::commands::plan;
use crate::cli::event_stream::StepNames;
use crate::cli::exit::Exit;
use crate::cli::interrupt;
use crate::cli::output::Output;
use crate::cli::outputs::Outputs;
use crate::cli::progress::ApplyProgress;
use crate::cli::session::Session;
use crate::plan::{ApprovedPlan, Outcome, PlanBody, StepResult};
use crate::render::{Found, OutcomeView};

/// Carries out a plan that somebody agreed to. [`finish`] tells what became of it.
pub(crate) async fn carry_out(
    args: &ApplyArgs,
    plan: &PlanBody,
    approved: &ApprovedPlan,
    session: &Session,
    outputs: &mut Outputs,
    output: &mut Output,
) -> Outcome {
    let progress = ApplyProgress::start(output, approved.steps(), session.remind_every);
    let names = StepNames::of(plan);
    if let Some(stream) = outputs.stream() {
        stream.plan(plan);
    }
    let settings = Settings {
        parallelism: usize::from(args.cloud.parallelism),
        deadline: Duration::from_secs(args.wait_timeout),
        ..Settings::default()
    };
    let (stop, _listener) = interrupt::token(output, outputs.rerun);
    let told = tell_of_interruption(outputs, &stop);
    let on = |event: apply::Event| {
        if let Some(stream) = outputs.stream() {
            stream.on(&names, &event);
        }
        progress.on(event);
    };
    let outcome = apply::apply(approved, &session.cloud, &settings, on, stop).await;
    told.abort();
    progress.finish();
    outcome
}

/// How a run ends whose plan was carried out.
pub(crate) fn exit(outcome: &Outcome) -> Exit {
    let done = |result: &StepResult| matches!(result, StepResult::Done { .. } | StepResult::Unseen { .. });
    if outcome.steps.iter().all(|step| done(&step.result)) { Exit::Done } else { Exit::Error }
}

/// Writes to the stream that the run was asked to stop, as soon as it is.
fn tell_of_interruption(outputs: &Outputs, stop: &CancellationToken) -> JoinHandle<()> {
    let (stream, stop) = (outputs.stream().cloned(), stop.clone());
    tokio::spawn(async move {
        stop.cancelled().await;
        if let Some(stream) = stream {
            stream.interrupted();
        }
    })
}

/// Shows what became of the plan, where text was asked for.
pub(crate) fn show(plan: &PlanBody, outcome: &Outcome, outputs: &Outputs, output: &mut Output) {
    if !outcome.steps.is_empty() && outputs.shows_text() {
        let view = OutcomeView::new(plan, outcome, output.styles(), output.width()).rerun(outputs.rerun);
        outputs.show(view, output);
    }
}

/// Shows what became of the plan, and writes the results that were asked for.
pub(crate) fn finish(
    plan: &PlanBody,
    outcome: &Outcome,
    session: &Session,
    outputs: &mut Outputs,
    output: &mut Output,
) {
    show(plan, outcome, outputs, output);
    write(plan, outcome, session, outputs, output);
}

/// Writes the results that were asked for.
pub(crate) fn write(
    plan: &PlanBody,
    outcome: &Outcome,
    session: &Session,
    outputs: &mut Outputs,
    output: &mut Output,
) {
    let origin = session.origin();
    outputs.write(Found::Applied { plan, outcome }, &plan::refusals(plan), origin, output);
}
