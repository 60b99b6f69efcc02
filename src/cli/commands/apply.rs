//! `ramctl apply`: plan, show, ask, apply.

use std::time::Duration;

use crate::apply::{self, Settings};
use crate::cli::args::ApplyArgs;
use crate::cli::commands::plan;
use crate::cli::consent;
use crate::cli::exit::Exit;
use crate::cli::interrupt;
use crate::cli::output::Output;
use crate::cli::pipeline::{self, Loaded, Read};
use crate::cli::progress::ApplyProgress;
use crate::cli::prompt::{Answer, ask};
use crate::cli::session::Session;
use crate::plan::{Outcome, Plan, StepResult};
use crate::render::OutcomeView;
use crate::wire::ApplyDocument;

pub(crate) fn run(args: &ApplyArgs, output: &mut Output) -> Exit {
    output.promise_json(args.json);
    let question = "Apply these changes to AWS?";
    pipeline::with_session(&args.stack, &args.cloud, output, async |loaded, session, output| {
        run_plan(args, plan::plan, question, loaded, session, output).await
    })
}

/// Makes a plan, shows it, asks, and carries it out.
pub(crate) async fn run_plan(
    args: &ApplyArgs,
    make: impl FnOnce(&Read) -> Plan,
    question: &str,
    loaded: &Loaded,
    session: &Session,
    output: &mut Output,
) -> Exit {
    let Some(read) = pipeline::read(loaded, session, &args.cloud, output).await else { return Exit::Error };
    let consent = consent::consent(&args.consent);
    let plan = make(&read).given(&consent);
    if !args.json {
        plan::show(&plan, loaded, session, output);
    }
    consent::note_unused(&plan, &consent, output);
    let incomplete = if plan.is_complete() { Exit::Done } else { Exit::Incomplete };

    let approved = match plan.approve(&consent) {
        Ok(approved) => approved,
        Err(refused) => {
            finish(args, &plan, &Outcome::default(), loaded, session, output);
            return consent::refused(&refused, output);
        }
    };
    if approved.steps().is_empty() {
        finish(args, &plan, &Outcome::default(), loaded, session, output);
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
                return Exit::Error;
            }
            Ok(Answer::CannotAsk) => {
                output.error("nobody can be asked here, so nothing was changed. Pass --auto-approve to apply without asking.");
                return Exit::Error;
            }
            Err(error) => {
                output.error(format_args!("the answer cannot be read, so nothing was changed: {error}"));
                return Exit::Error;
            }
        }
    }

    let progress = ApplyProgress::start(output, approved.steps());
    let settings = Settings {
        parallelism: usize::from(args.cloud.parallelism),
        deadline: Duration::from_secs(args.wait_timeout),
        ..Settings::default()
    };
    let stop = interrupt::token(output);
    let outcome = apply::apply(&approved, &session.cloud, &settings, |event| progress.on(event), stop).await;
    progress.finish();
    finish(args, &plan, &outcome, loaded, session, output);
    if outcome.steps.iter().all(|step| matches!(step.result, StepResult::Done { .. })) {
        incomplete
    } else {
        Exit::Error
    }
}

/// Prints what became of the plan.
fn finish(
    args: &ApplyArgs,
    plan: &Plan,
    outcome: &Outcome,
    loaded: &Loaded,
    session: &Session,
    output: &mut Output,
) {
    let calls = session.calls().total().calls;
    if args.json {
        output.json(&ApplyDocument::new(plan, outcome, &loaded.sources, calls));
    } else if !outcome.steps.is_empty() {
        output.result(OutcomeView::new(plan, outcome, output.styles(), output.width()));
    }
}
