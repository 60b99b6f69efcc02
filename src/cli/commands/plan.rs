//! `ramctl plan`: what would change. Never writes.

use crate::cli::args::PlanArgs;
use crate::cli::consent;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::pipeline::{self, Loaded, Read};
use crate::cli::session::Session;
use crate::diag::Diagnostic;
use crate::diff;
use crate::plan::{self, Consent, Plan};
use crate::render::PlanView;
use crate::wire::PlanDocument;

pub(crate) fn run(args: &PlanArgs, output: &mut Output) -> Exit {
    output.promise_json(args.json);
    pipeline::with_session(&args.stack, &args.cloud, output, async |loaded, session, output| {
        let Some(read) = pipeline::read(loaded, session, &args.cloud, output).await else {
            return Exit::Error;
        };
        let consent = consent::consent(&args.consent);
        let plan = plan(&read).given(&consent);
        if args.json {
            output.json(&PlanDocument::new(&plan, &loaded.sources, session.calls().total().calls));
        } else {
            show(&plan, loaded, session, output);
        }
        consent::note_unused(&plan, &consent, output);
        exit(&plan, &consent, args.detailed_exitcode, output)
    })
}

/// The plan that makes AWS match the stack.
pub(crate) fn plan(read: &Read) -> Plan {
    plan::plan(&diff::diff(&read.graph, &read.live, &read.org), &read.org)
}

/// Prints a plan as text.
pub(crate) fn show(plan: &Plan, loaded: &Loaded, session: &Session, output: &mut Output) {
    let calls = session.calls().total().calls;
    let view = PlanView::new(plan, &loaded.sources, output.styles(), output.width(), calls);
    output.result(view);
    // The text names what forbids the plan; the diagnostics say where in the files, and what to do.
    let refusals: Vec<Diagnostic> = plan.notices().into_iter().filter(Diagnostic::is_error).collect();
    output.diagnostics(&refusals, &loaded.sources);
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
