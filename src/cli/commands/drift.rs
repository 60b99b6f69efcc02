//! `ramctl drift`: what is no longer as it was declared. Never writes.

use crate::cli::args::DriftArgs;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::pipeline;
use crate::diff::{self, Purpose};
use crate::drift::{self, Standing};
use crate::render::DriftView;
use crate::wire::DriftDocument;

pub(crate) fn run(args: &DriftArgs, output: &mut Output) -> Exit {
    output.promise_json(args.json);
    pipeline::with_session(&args.stack, &args.cloud, output, async |loaded, session, output| {
        let Some(read) = pipeline::read(loaded, session, &args.cloud, Purpose::Apply, output).await else {
            return Exit::Error;
        };
        let report = drift::report(&diff::diff(&read.graph, &read.live, &read.org));
        let calls = session.calls().total().calls;
        if args.json {
            output.json(&DriftDocument::new(&report, &loaded.sources, calls));
        } else {
            let view = DriftView::new(&report, &loaded.sources, output.styles(), output.width(), calls);
            output.result(view);
        }
        match report.standing() {
            // Also where drift was found: a report with holes must not pass for all there is.
            _ if !report.is_complete() => Exit::Incomplete,
            Standing::InSync => Exit::Done,
            Standing::Drift => Exit::Changes,
            Standing::Incomplete => Exit::Incomplete,
        }
    })
}
