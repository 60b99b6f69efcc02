//! `ramctl plan`: what would change. Never writes.

use std::path::Path;

use crate::cli::args::PlanArgs;
use crate::cli::consent;
use crate::cli::exit::{Exit, left_undone};
use crate::cli::files::{put_private, shown};
use crate::cli::output::{Chain, Output};
use crate::cli::outputs::{Outputs, with_outputs};
use crate::cli::pipeline::{self, Loaded};
use crate::cli::replay::{Replay, replay};
use crate::cli::scope::scope;
use crate::diag::{Diagnostic, SourceMap};
use crate::diff::{Causes, Purpose};
use crate::model::Origin;
use crate::plan::{Consent, Plan, PlanBody, Refused};
use crate::render::{Found, PlanView, allow_flags, shell_word};
use crate::wire::PlanDocument;

pub(crate) fn run(args: &PlanArgs, output: &mut Output) -> Exit {
    with_outputs("plan", &args.stack.stack, &args.output, args.json, output, |outputs, output| {
        let purpose = if args.destroy { Purpose::Destroy } else { Purpose::Apply };
        let causes = if args.refresh_only { Causes::Drift } else { Causes::All };
        if let Some(file) = &args.live.live {
            let narrowed = (&args.scope, causes);
            let Some(Replay { loaded, read, origin, scope }) =
                replay(&args.stack, file, purpose, narrowed, output)
            else {
                return Exit::Error;
            };
            let Some(mut read) = read.within(scope, output) else { return Exit::Error };
            let plan = read.planned_from(purpose, &file.display().to_string());
            return tell(args, &loaded, plan, origin, outputs, output);
        }
        pipeline::with_session(&args.stack, &args.cloud, output, async |loaded, session, output| {
            let Some(scope) = scope(&args.scope, causes, &loaded.declaration, output) else {
                return Exit::Error;
            };
            let Some(mut read) = pipeline::read(loaded, session, &args.cloud, purpose, scope, output).await
            else {
                return Exit::Error;
            };
            let plan = read.planned(purpose, session, &args.cloud).await;
            tell(args, loaded, plan, session.origin(), outputs, output)
        })
    })
}

fn tell(
    args: &PlanArgs,
    loaded: &Loaded,
    plan: Plan,
    origin: Origin,
    outputs: &mut Outputs,
    output: &mut Output,
) -> Exit {
    let consent = consent::consent(&args.consent);
    let plan = loaded.judged(plan, &consent, output);
    show(&plan, &loaded.sources, &origin, outputs, output);
    if !plan.is_empty() && !args.refresh_only {
        outputs.show(format_args!("Fingerprint: {}\n", plan.fingerprint), output);
    }
    outputs.write(Found::Plan(&plan), &refusals(&plan), origin.clone(), output);
    if let Some(file) = &args.out {
        let text = PlanDocument::new(&plan, &loaded.sources, origin).to_text();
        if let Err(error) = put_private(file, &text) {
            output.error(Chain(&error));
            return Exit::Error;
        }
        output.note(format_args!("Saved in {}. {}", shown(file), what_next(&plan, &consent, file)));
    }
    consent::note_unused(&plan, &consent, output);
    let asked = if args.refresh_only { None } else { Some(&consent) };
    exit(&plan, asked, args.detailed_exitcode, output)
}

/// What can be done with a plan that was saved.
fn what_next(plan: &Plan, consent: &Consent, file: &Path) -> String {
    let apply = format!("ramctl apply {}", shell_word(&shown(file)));
    match plan.approve(consent) {
        Err(Refused::Forbidden(_)) => {
            return "It cannot be applied: remove what the plan refuses, and plan again.".to_owned();
        }
        Err(Refused::Denied(_)) => return "It cannot be applied, because a check denies it.".to_owned(),
        Err(Refused::Broken(_) | Refused::Undecided(_)) => {
            return "It cannot be applied, because a check could not be answered.".to_owned();
        }
        Err(Refused::Unconsented(open)) => {
            return format!(
                "It is applied only with consent. To agree and apply exactly this plan: {apply} {}",
                allow_flags(&open)
            );
        }
        Ok(_) => {}
    }
    match (plan.is_empty(), plan.is_complete()) {
        (false, true) => format!("To apply exactly this plan: {apply}"),
        (false, false) => format!("It is incomplete; `{apply}` applies what it has and exits with 6."),
        (true, true) => "It has no changes to apply.".to_owned(),
        (true, false) => {
            "It is incomplete and has no changes to apply; plan again once everything can be read.".to_owned()
        }
    }
}

/// Shows a plan as text, where text was asked for.
pub(crate) fn show(
    plan: &PlanBody,
    sources: &SourceMap,
    origin: &Origin,
    outputs: &Outputs,
    output: &mut Output,
) {
    if !outputs.shows_text() {
        return;
    }
    outputs.show(PlanView::new(plan, sources, output.styles(), output.width(), origin.clone()), output);
    // The text names what forbids the plan; the diagnostics say where in the files, and what to do.
    output.diagnostics(&refusals(plan), sources);
}

/// What forbids the plan.
pub(crate) fn refusals(plan: &PlanBody) -> Vec<Diagnostic> {
    plan.notices().into_iter().filter(Diagnostic::is_error).collect()
}

/// Says why a run ends with an error that did all it could.
pub(crate) fn tell_left_undone(plan: &PlanBody, output: &Output) {
    left_undone(plan).into_iter().for_each(|reason| output.error(reason));
}

/// `consent` is none where the plan is never applied: then nothing about it has to be allowed.
fn exit(plan: &Plan, consent: Option<&Consent>, detailed: bool, output: &Output) -> Exit {
    let read = Exit::of_plan(plan);
    if read == Exit::Error {
        tell_left_undone(plan, output);
        read
    } else if let Some(Err(refused)) = consent.map(|consent| plan.approve(consent)) {
        consent::refused(&refused, output)
    } else if read == Exit::Incomplete {
        read
    } else if detailed && plan.has_changes() {
        Exit::Changes
    } else {
        Exit::Done
    }
}
