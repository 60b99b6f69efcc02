//! `ramctl drift`: what is no longer as it was declared. Never writes.

use crate::cli::args::DriftArgs;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::outputs::{Outputs, with_outputs};
use crate::cli::pipeline::{self, Loaded, Read};
use crate::cli::replay::{Replay, replay};
use crate::cli::scope::scope;
use crate::diff::{Causes, Purpose};
use crate::drift::{self, Standing};
use crate::model::Origin;
use crate::render::{DriftView, Found};

pub(crate) fn run(args: &DriftArgs, output: &mut Output) -> Exit {
    with_outputs("drift", &args.stack.stack, &args.output, args.json, output, |outputs, output| {
        if let Some(file) = &args.live.live {
            let Some(Replay { loaded, read, origin }) = replay(&args.stack, file, Purpose::Apply, output)
            else {
                return Exit::Error;
            };
            let Some(scope) = scope(&args.scope, Causes::All, &loaded.declaration, output) else {
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

fn tell(loaded: &Loaded, read: &Read, origin: Origin, outputs: &mut Outputs, output: &mut Output) -> Exit {
    let report = drift::report(&read.report());
    let (styles, width) = (output.styles(), output.width());
    outputs.show(DriftView::new(&report, &loaded.sources, styles, width, origin.clone()), output);
    outputs.write(Found::Drift(&report), &[], origin, output);
    match report.standing() {
        // Also where drift was found: a report with holes must not pass for all there is.
        _ if report.has_misnamed() => Exit::Error,
        _ if !report.is_complete() => Exit::Incomplete,
        Standing::InSync => Exit::Done,
        Standing::Drift => Exit::Changes,
        Standing::Incomplete => Exit::Incomplete,
    }
}
