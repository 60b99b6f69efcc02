//! `ramctl drift`: what is no longer as it was declared. Never writes.

use crate::cli::args::DriftArgs;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::outputs::with_outputs;
use crate::cli::pipeline;
use crate::diff;
use crate::drift::{self, Standing};
use crate::model::Origin;
use crate::render::{DriftView, Found};

pub(crate) fn run(args: &DriftArgs, output: &mut Output) -> Exit {
    with_outputs("drift", &args.stack.stack, &args.output, args.json, output, |outputs, output| {
        pipeline::with_session(&args.stack, &args.cloud, output, async |loaded, session, output| {
            let Some(read) = pipeline::read(loaded, session, &args.cloud, output).await else {
                return Exit::Error;
            };
            let report = drift::report(&diff::diff(&read.graph, &read.live, &read.org));
            let origin = Origin::from(session.calls().total().calls);
            if outputs.shows_text() {
                let (styles, width) = (output.styles(), output.width());
                outputs.show(DriftView::new(&report, &loaded.sources, styles, width, origin.clone()), output);
            }
            outputs.write(Found::Drift(&report), &[], origin, output);
            match report.standing() {
                // Also where drift was found: a report with holes must not pass for all there is.
                _ if !report.is_complete() => Exit::Incomplete,
                Standing::InSync => Exit::Done,
                Standing::Drift => Exit::Changes,
                Standing::Incomplete => Exit::Incomplete,
            }
        })
    })
}
