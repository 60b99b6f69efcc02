//! `ramctl plan`: what would change. Never writes.

use crate::cli::args::PlanArgs;
use crate::cli::consent;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::outputs::{Outputs, with_outputs};
use crate::cli::pipeline::{self, Loaded, Read};
use crate::cli::replay::{Replay, replay};
use crate::diag::Diagnostic;
use crate::diff;
use crate::model::Origin;
use crate::plan::{self, Consent, Plan};
use crate::render::{Found, PlanView};

pub(crate) fn run(args: &PlanArgs, output: &mut Output) -> Exit {
    with_outputs("plan", &args.stack.stack, &args.output, args.json, output, |outputs, output| {
        if let Some(file) = &args.live.live {
            let Some(Replay { loaded, read, origin }) = replay(&args.stack, file, output) else {
                return Exit::Error;
            };
            return tell(args, &loaded, &read, origin, outputs, output);
        }
        pipeline::with_session(&args.stack, &args.cloud, output, async |loaded, session, output| {
            let Some(read) = pipeline::read(loaded, session, &args.cloud, output).await else {
                return Exit::Error;
            };
            let origin = Origin::from(session.calls().total().calls);
            tell(args, loaded, &read, origin, outputs, output)
        })
    })
}

fn tell(
    args: &PlanArgs,
    loaded: &Loaded,
    read: &Read,
    origin: Origin,
    outputs: &mut Outputs,
    output: &mut Output,
) -> Exit {
    let consent = consent::consent(&args.consent);
    let plan = loaded.judged(plan(read), &consent, output);
    show(&plan, loaded, &origin, outputs, output);
    outputs.write(Found::Plan(&plan), &refusals(&plan), origin, output);
    consent::note_unused(&plan, &consent, output);
    exit(&plan, &consent, args.detailed_exitcode, output)
}

/// The plan that makes AWS match the stack.
pub(crate) fn plan(read: &Read) -> Plan {
    plan::plan(&diff::diff(&read.graph, &read.live, &read.org), &read.org)
}

/// Shows a plan as text, where text was asked for.
pub(crate) fn show(plan: &Plan, loaded: &Loaded, origin: &Origin, outputs: &Outputs, output: &mut Output) {
    if !outputs.shows_text() {
        return;
    }
    outputs
        .show(PlanView::new(plan, &loaded.sources, output.styles(), output.width(), origin.clone()), output);
    // The text names what forbids the plan; the diagnostics say where in the files, and what to do.
    output.diagnostics(&refusals(plan), &loaded.sources);
}

/// What forbids the plan.
pub(crate) fn refusals(plan: &Plan) -> Vec<Diagnostic> {
    plan.notices().into_iter().filter(Diagnostic::is_error).collect()
}

fn exit(plan: &Plan, consent: &Consent, detailed: bool, output: &Output) -> Exit {
    if let Err(refused) = plan.approve(consent) {
        consent::refused(&refused, output)
    } else if !plan.is_complete() {
        Exit::Incomplete
    } else if detailed && plan.has_changes() {
        Exit::Changes
    } else {
        Exit::Done
    }
}
