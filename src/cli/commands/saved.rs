//! `ramctl apply FILE`: carries out a saved plan, if AWS is as the plan found it.

use std::path::Path;

use crate::cli::args::{ApplyArgs, StackArgs};
use crate::cli::carry_out::{self, carry_out, finish};
use crate::cli::commands::plan;
use crate::cli::consent;
use crate::cli::exit::Exit;
use crate::cli::files::{self, FolderError};
use crate::cli::output::{Chain, Output};
use crate::cli::outputs::{Outputs, with_outputs};
use crate::cli::pipeline;
use crate::cli::session::{Reached, Session};
use crate::diag::{Diagnostic, SourceMap};
use crate::diff::Causes;
use crate::model::Origin;
use crate::plan::{Consent, Fingerprint, NotApproved, Outcome};
use crate::render::{Rerun, escape};
use crate::wire::{PlanFile, PlanFileError};

/// Why a file is not the plan that it should be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlanArgError {
    #[error("the plan cannot be read")]
    File(#[from] FolderError),
    #[error("{name} is not a plan that can be used")]
    Plan { name: String, source: PlanFileError },
}

/// Reads a saved plan.
pub(crate) fn open(path: &Path) -> Result<PlanFile, PlanArgError> {
    let file = files::read_text(path)?;
    PlanFile::read(&file.text).map_err(|source| PlanArgError::Plan { name: file.name, source })
}

/// Whoever names a plan's file has agreed to it: nobody is asked again.
pub(crate) fn run(
    args: &ApplyArgs,
    agreed: Option<&Fingerprint>,
    stack: Option<&Path>,
    output: &mut Output,
) -> Exit {
    let path = &args.stack.stack;
    with_outputs("apply", path, &args.output, args.json, output, |outputs, output| {
        outputs.rerun = Rerun::NewPlan;
        let mut file = match open(path) {
            Ok(file) => file,
            Err(error) => {
                output.error(Chain(&error));
                return Exit::Error;
            }
        };
        if let Origin::Snapshot { file: snapshot, taken } = &file.origin {
            output.error(format_args!(
                "the plan was made from the snapshot {} of {taken}, not from AWS, so it is not applied; plan again without --live",
                escape(snapshot).at_most(200)
            ));
            return Exit::Error;
        }
        let partial = file.plan.body().partial.as_ref();
        if partial.is_some_and(|partial| partial.scope.causes == Causes::Drift) {
            output.error("the plan was made with --refresh-only: it shows what was changed in AWS and is not applied; plan again without it");
            return Exit::Error;
        }
        let consent = consent::consent(&args.consent);
        file.plan = file.plan.given(&consent, args.stack.moment());
        let Some(reached) = reached(args, &file, stack, output) else { return Exit::Error };
        let beside = stack.unwrap_or(Path::new("."));
        pipeline::in_session(beside, &args.cloud, reached, output, async |session, output| {
            verify_and_apply(args, &file, (agreed, &consent), session, outputs, output).await
        })
    })
}

/// How the accounts are reached: as the stack's files say where they are at hand, else as the plan does.
fn reached(args: &ApplyArgs, file: &PlanFile, stack: Option<&Path>, output: &mut Output) -> Option<Reached> {
    match stack {
        Some(folder) => {
            let stack = StackArgs { stack: folder.to_owned(), ..args.stack.clone() };
            Some(Reached::of_stack(&pipeline::load(&stack, output)?.declaration))
        }
        None => match Reached::of_plan(file) {
            Ok(reached) => Some(reached),
            Err(error) => {
                output.error(Chain(&error));
                None
            }
        },
    }
}

async fn verify_and_apply(
    args: &ApplyArgs,
    file: &PlanFile,
    (agreed, consent): (Option<&Fingerprint>, &Consent),
    session: &Session,
    outputs: &mut Outputs,
    output: &mut Output,
) -> Exit {
    let body = file.plan.body();
    output.remember(&[], &file.sources);
    plan::show(body, &file.sources, &file.origin, outputs, output);
    consent::note_unused(body, consent, output);
    let mut refuse = |diagnostics: &[Diagnostic], exit: Exit, output: &mut Output| {
        output.diagnostics(diagnostics, &SourceMap::default());
        finish(body, &Outcome::default(), session, outputs, output);
        exit
    };
    if let Some(agreed) = agreed
        && *agreed != body.fingerprint
    {
        return refuse(&[body.is_another(agreed)], Exit::Stale, output);
    }
    let now = pipeline::again(body, args.stack.moment(), session, &args.cloud).await;
    let approved = match file.plan.approve(consent, &now) {
        Ok(approved) => approved,
        Err(NotApproved::Refused(refused)) => {
            let exit = consent::refused(&refused, output);
            return refuse(&[], exit, output);
        }
        Err(NotApproved::Unread(gaps)) => {
            return refuse(&body.not_read_again(&gaps), Exit::Incomplete, output);
        }
        Err(NotApproved::Stale(stale)) => return refuse(&stale.notices(), Exit::Stale, output),
    };
    let incomplete = Exit::of_plan(body);
    if approved.steps().is_empty() {
        finish(body, &Outcome::default(), session, outputs, output);
        plan::tell_left_undone(body, output);
        return incomplete;
    }
    let outcome = carry_out(args, body, &approved, session, outputs, output).await;
    finish(body, &outcome, session, outputs, output);
    plan::tell_left_undone(body, output);
    match carry_out::exit(&outcome) {
        Exit::Done => incomplete,
        // What was agreed to is not what would come out.
        _ if outcome.lost_to_another_run() => Exit::Stale,
        other => other,
    }
}
