//! `ramctl apply`: plan, show, ask, apply.

use crate::cli::args::{AgreedArgs, ApplyArgs, ScopeArgs};
use crate::cli::carry_out::{self, carry_out, finish};
use crate::cli::commands::{plan, saved};
use crate::cli::consent;
use crate::cli::exit::Exit;
use crate::cli::files::is_file;
use crate::cli::output::Output;
use crate::cli::outputs::{Outputs, with_outputs};
use crate::cli::pipeline::{self, Loaded};
use crate::cli::prompt::{Answer, ask};
use crate::cli::scope::scope;
use crate::cli::session::Session;
use crate::diff::{Causes, Purpose};
use crate::plan::{Fingerprint, Outcome, Plan};

pub(crate) fn run(args: &AgreedArgs, output: &mut Output) -> Exit {
    let AgreedArgs { apply: args, fingerprint, roles_of } = args;
    if is_file(&args.stack.stack) {
        if args.scope != ScopeArgs::default() {
            output.error("a saved plan is carried out as a whole; narrow the plan when it is made");
            return Exit::Error;
        }
        return saved::run(args, fingerprint.as_ref(), roles_of.as_deref(), output);
    }
    if roles_of.is_some() {
        output.error("--stack goes with the file of a saved plan; a stack's own folder is named without it");
        return Exit::Error;
    }
    let question = "Apply these changes to AWS?";
    with_outputs("apply", &args.stack.stack, &args.output, args.json, output, |outputs, output| {
        pipeline::with_session(&args.stack, &args.cloud, output, async |loaded, session, output| {
            let intent = Intent { purpose: Purpose::Apply, question, agreed: fingerprint.as_ref() };
            run_plan(args, intent, loaded, session, outputs, output).await
        })
    })
}

/// What is to be planned, and who agreed to it.
pub(crate) struct Intent<'a> {
    pub purpose: Purpose,
    /// What a person is asked.
    pub question: &'a str,
    /// The fingerprint of the plan that was agreed to beforehand.
    pub agreed: Option<&'a Fingerprint>,
}

/// How often a run plans, where others are faster each time.
const ROUNDS: usize = 3;

/// Makes a plan, shows it, asks, and carries it out. Where another run was faster, all of it again.
pub(crate) async fn run_plan(
    args: &ApplyArgs,
    intent: Intent<'_>,
    loaded: &Loaded,
    session: &Session,
    outputs: &mut Outputs,
    output: &mut Output,
) -> Exit {
    if !outputs.shows_text() && !args.auto_approve {
        output.error("nobody can agree to a plan that is not shown: pass --auto-approve, or give the result a file, as in `--output json=apply.json`");
        return Exit::Error;
    }
    for round in 1..=ROUNDS {
        match run_round(args, &intent, loaded, session, outputs, output).await {
            Round::Over(exit) => return exit,
            Round::Lost { plan, outcome } if round == ROUNDS => {
                finish(&plan, &outcome, session, outputs, output);
                output.error(format_args!(
                    "another run was faster {ROUNDS} times; let it finish and apply again"
                ));
            }
            Round::Lost { plan, outcome } => {
                carry_out::show(&plan, &outcome, outputs, output);
                output.note("Another run was faster. Planning again.");
            }
        }
    }
    Exit::Error
}

/// What came of one plan.
enum Round {
    Over(Exit),
    /// Another run made something first. The results are not written yet.
    Lost {
        plan: Box<Plan>,
        outcome: Outcome,
    },
}

async fn run_round(
    args: &ApplyArgs,
    intent: &Intent<'_>,
    loaded: &Loaded,
    session: &Session,
    outputs: &mut Outputs,
    output: &mut Output,
) -> Round {
    let Some(scope) = scope(&args.scope, Causes::All, &loaded.declaration, output) else {
        return Round::Over(Exit::Error);
    };
    let Intent { purpose, question, agreed } = *intent;
    let Some(mut read) = pipeline::read(loaded, session, &args.cloud, purpose, scope, output).await else {
        return Round::Over(Exit::Error);
    };
    let plan = read.planned(purpose, session, &args.cloud).await;
    let consent = consent::consent(&args.consent);
    let plan = loaded.judged(plan, &consent, output);
    plan::show(&plan, &loaded.sources, &session.origin(), outputs, output);
    consent::note_unused(&plan, &consent, output);
    let incomplete = if plan.is_complete() { Exit::Done } else { Exit::Incomplete };

    if let Some(agreed) = agreed
        && *agreed != plan.fingerprint
    {
        output.diagnostics(&[plan.is_another(agreed)], &loaded.sources);
        finish(&plan, &Outcome::default(), session, outputs, output);
        return Round::Over(Exit::Stale);
    }
    let approved = match plan.approve(&consent) {
        Ok(approved) => approved,
        Err(refused) => {
            finish(&plan, &Outcome::default(), session, outputs, output);
            return Round::Over(consent::refused(&refused, output));
        }
    };
    if approved.steps().is_empty() {
        finish(&plan, &Outcome::default(), session, outputs, output);
        return Round::Over(incomplete);
    }
    if !args.auto_approve {
        if !output.was_shown() {
            output.error("the plan could not be shown, so nothing was changed.");
            return Round::Over(Exit::Error);
        }
        match ask(output, question) {
            Ok(Answer::Yes) => {}
            Ok(Answer::No) => {
                output.note("Nothing was changed.");
                finish(&plan, &Outcome::default(), session, outputs, output);
                return Round::Over(Exit::Error);
            }
            Ok(Answer::CannotAsk) => {
                output.error("nobody can be asked here, so nothing was changed. Pass --auto-approve to apply without asking.");
                finish(&plan, &Outcome::default(), session, outputs, output);
                return Round::Over(Exit::Error);
            }
            Err(error) => {
                output.error(format_args!("the answer cannot be read, so nothing was changed: {error}"));
                finish(&plan, &Outcome::default(), session, outputs, output);
                return Round::Over(Exit::Error);
            }
        }
    }

    let outcome = carry_out(args, &plan, &approved, session, outputs, output).await;
    if outcome.lost_to_another_run() {
        return Round::Lost { plan: Box::new(plan), outcome };
    }
    finish(&plan, &outcome, session, outputs, output);
    Round::Over(match carry_out::exit(&outcome) {
        Exit::Done => incomplete,
        other => other,
    })
}
