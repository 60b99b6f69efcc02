//! `ramctl apply`: plan, show, ask, apply.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::apply::{self, Settings};
use crate::cli::args::ApplyArgs;
use crate::cli::commands::plan;
use crate::cli::consent;
use crate::cli::event_stream::StepNames;
use crate::cli::exit::Exit;
use crate::cli::interrupt;
use crate::cli::output::Output;
use crate::cli::outputs::{Outputs, with_outputs};
use crate::cli::pipeline::{self, Loaded, Read};
use crate::cli::progress::ApplyProgress;
use crate::cli::prompt::{Answer, ask};
use crate::cli::session::Session;
use crate::model::Origin;
use crate::plan::{Outcome, Plan, StepResult};
use crate::render::{Found, OutcomeView};

pub(crate) fn run(args: &ApplyArgs, output: &mut Output) -> Exit {
    let question = "Apply these changes to AWS?";
    with_outputs("apply", &args.stack.stack, &args.output, args.json, output, |outputs, output| {
        pipeline::with_session(&args.stack, &args.cloud, output, async |loaded, session, output| {
            run_plan(args, plan::plan, question, loaded, session, outputs, output).await
        })
    })
}

/// Makes a plan, shows it, asks, and carries it out.
pub(crate) async fn run_plan(
    args: &ApplyArgs,
    make: impl FnOnce(&Read) -> Plan,
    question: &str,
    loaded: &Loaded,
    session: &Session,
    outputs: &mut Outputs,
    output: &mut Output,
) -> Exit {
    if !outputs.shows_text() && !args.auto_approve {
        output.error("nobody can agree to a plan that is not shown: pass --auto-approve, or give the result a file, as in `--output json=apply.json`");
        return Exit::Error;
    }
    let Some(read) = pipeline::read(loaded, session, &args.cloud, output).await else { return Exit::Error };
    let consent = consent::consent(&args.consent);
    let plan = loaded.judged(make(&read), &consent, output);
    plan::show(&plan, loaded, &Origin::from(session.calls().total().calls), outputs, output);
    consent::note_unused(&plan, &consent, output);
    let incomplete = if plan.is_complete() { Exit::Done } else { Exit::Incomplete };

    let approved = match plan.approve(&consent) {
        Ok(approved) => approved,
        Err(refused) => {
            finish(&plan, &Outcome::default(), session, outputs, output);
            return consent::refused(&refused, output);
        }
    };
    if approved.steps().is_empty() {
        finish(&plan, &Outcome::default(), session, outputs, output);
        return incomplete;
    }
    if !args.auto_approve {
        if !output.was_shown() {
            output.error("the plan could not be shown, so nothing was changed.");
            return Exit::Error;
        }
        match ask(output, question) {
            Ok(Answer::Yes) => {}
            Ok(Answer::No) => {
                output.note("Nothing was changed.");
                finish(&plan, &Outcome::default(), session, outputs, output);
                return Exit::Error;
            }
            Ok(Answer::CannotAsk) => {
                output.error("nobody can be asked here, so nothing was changed. Pass --auto-approve to apply without asking.");
                finish(&plan, &Outcome::default(), session, outputs, output);
                return Exit::Error;
            }
            Err(error) => {
                output.error(format_args!("the answer cannot be read, so nothing was changed: {error}"));
                finish(&plan, &Outcome::default(), session, outputs, output);
                return Exit::Error;
            }
        }
    }

    let progress = ApplyProgress::start(output, approved.steps());
    let names = StepNames::of(&plan);
    if let Some(stream) = outputs.stream() {
        stream.plan(&plan);
    }
    let settings = Settings {
        parallelism: usize::from(args.cloud.parallelism),
        deadline: Duration::from_secs(args.wait_timeout),
        ..Settings::default()
    };
    let stop = interrupt::token(output);
    let told = tell_of_interruption(outputs, &stop);
    let on = |event: apply::Event| {
        if let Some(stream) = outputs.stream() {
            stream.on(&names, &event);
        }
        progress.on(event);
    };
    let outcome = apply::apply(&approved, &session.cloud, &settings, on, stop).await;
    told.abort();
    progress.finish();
    finish(&plan, &outcome, session, outputs, output);
    if outcome.steps.iter().all(|step| matches!(step.result, StepResult::Done { .. })) {
        incomplete
    } else {
        Exit::Error
    }
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

/// Writes what became of the plan.
fn finish(plan: &Plan, outcome: &Outcome, session: &Session, outputs: &mut Outputs, output: &mut Output) {
    if !outcome.steps.is_empty() && outputs.shows_text() {
        outputs.show(OutcomeView::new(plan, outcome, output.styles(), output.width()), output);
    }
    let origin = Origin::from(session.calls().total().calls);
    outputs.write(Found::Applied { plan, outcome }, &plan::refusals(plan), origin, output);
}
