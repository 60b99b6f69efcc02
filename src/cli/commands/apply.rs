//! `ramctl apply`: plan, show, ask, apply.

use crate::cli::args::{AgreedArgs, ApplyArgs, ScopeArgs};
use crate::cli::carry_out::{carry_out, finish};
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
use crate::plan::{Fingerprint, Outcome};

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

/// Makes a plan, shows it, asks, and carries it out.
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
    let Some(scope) = scope(&args.scope, Causes::All, &loaded.declaration, output) else {
        return Exit::Error;
    };
    let Intent { purpose, question, agreed } = intent;
    let Some(mut read) = pipeline::read(loaded, session, &args.cloud, purpose, scope, output).await else {
        return Exit::Error;
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
        return Exit::Stale;
    }
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

    match carry_out(args, &plan, &approved, session, outputs, output).await {
        Exit::Done => incomplete,
        other => other,
    }
}
