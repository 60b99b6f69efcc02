//! `ramctl drift`: what is no longer as it was declared. Never writes.

use crate::cli::args::DriftArgs;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::outputs::{Outputs, with_outputs};
use crate::cli::pipeline::{self, Loaded, Read};
use crate::cli::replay::{Replay, replay};
use crate::cli::scope::scope;
use crate::diag::{Code, Diagnostic, live_codes, read_codes};
use crate::diff::{Causes, Diff, Purpose};
use crate::drift::{self, Standing};
use crate::model::Origin;
use crate::plan;
use crate::render::{DriftView, Found};

pub(crate) fn run(args: &DriftArgs, output: &mut Output) -> Exit {
    with_outputs("drift", &args.stack.stack, &args.output, args.json, output, |outputs, output| {
        if let Some(file) = &args.live.live {
            let narrowed = (&args.scope, Causes::All);
            let Some(Replay { loaded, read, origin, scope }) =
                replay(&args.stack, file, Purpose::Apply, narrowed, output)
            else {
                return Exit::Error;
            };
            let Some(read) = read.within(scope, output) else { return Exit::Error };
            return tell(&loaded, &read, origin, outputs, output);
        }
        pipeline::with_session(&args.stack, &args.cloud, output, async |loaded, session, output| {
            let Some(scope) = scope(&args.scope, Causes::All, &loaded.declaration, output) else {
                return Exit::Error;
            };
            let Some(read) =
                pipeline::read(loaded, session, &args.cloud, Purpose::Apply, scope, output).await
            else {
                return Exit::Error;
            };
            tell(loaded, &read, session.origin(), outputs, output)
        })
    })
}

/// What a plan says of its own changes: who gains, what accounts have in what they lose, when nobody has it, and what comes to be too many.
const OF_CHANGES: [&Code; 4] =
    [&live_codes::RAM346, &live_codes::RAM350, &live_codes::RAM351, &read_codes::RAM413];

/// What a plan of the same reading has to tell that is about AWS or what was read, and not about changes: those are a plan's.
fn notices(diff: &Diff, read: &Read) -> Vec<Diagnostic> {
    let plan = plan::plan_knowing(diff, &read.org, &read.usage);
    let is_told = |one: &Diagnostic| {
        (one.code.id.starts_with("RAM3") || one.code.id.starts_with("RAM4"))
            && !OF_CHANGES.contains(&one.code)
    };
    plan.notices().into_iter().filter(is_told).collect()
}

fn tell(loaded: &Loaded, read: &Read, origin: Origin, outputs: &mut Outputs, output: &mut Output) -> Exit {
    let diff = read.report();
    let report = drift::report(&diff);
    let notices = notices(&diff, read);
    let (styles, width) = (output.styles(), output.width());
    outputs.show(DriftView::new(&report, &loaded.sources, styles, width, origin.clone()), output);
    if outputs.shows_text() {
        // The report names what else there is to tell; these say where in the files, and what to do.
        let errors: Vec<Diagnostic> = notices.iter().filter(|one| one.is_error()).cloned().collect();
        output.diagnostics(&errors, &loaded.sources);
    }
    outputs.write(Found::Drift(&report), &notices, origin, output);
    match report.standing() {
        // Also where drift was found: a report with holes must not pass for all there is.
        _ if report.has_misnamed() => Exit::Error,
        _ if !report.is_complete() => Exit::Incomplete,
        Standing::InSync => Exit::Done,
        Standing::Drift => Exit::Changes,
        Standing::Incomplete => Exit::Incomplete,
    }
}
