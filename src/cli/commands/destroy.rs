//! `ramctl destroy`: everything that the stack owns goes. Sharing inside the organization stays on.

use crate::cli::args::ApplyArgs;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::outputs::with_outputs;
use crate::cli::pipeline;
use crate::cli::rounds::{Intent, run_plan};
use crate::diff::Purpose;

pub(crate) fn run(args: &ApplyArgs, output: &mut Output) -> Exit {
    with_outputs("destroy", &args.stack.stack, &args.output, args.json, output, |outputs, output| {
        pipeline::with_session(&args.stack, &args.cloud, output, async |loaded, session, output| {
            let intent = Intent { purpose: Purpose::Destroy, agreed: None };
            run_plan(args, intent, loaded, session, outputs, output).await
        })
    })
}
