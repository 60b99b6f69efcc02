//! `ramctl show`: a saved plan, as the run that made it showed it. Calls nobody.

use crate::cli::args::ShowArgs;
use crate::cli::commands::{plan, saved};
use crate::cli::exit::Exit;
use crate::cli::output::{Chain, Output};
use crate::cli::outputs::with_outputs;
use crate::render::Found;

pub(crate) fn run(args: &ShowArgs, output: &mut Output) -> Exit {
    with_outputs("show", &args.file, &args.output, args.json, output, |outputs, output| {
        let file = match saved::open(&args.file) {
            Ok(file) => file,
            Err(error) => {
                output.error(Chain(&error));
                return Exit::Error;
            }
        };
        let body = file.plan.body();
        output.remember(&[], &file.sources);
        plan::show(body, &file.sources, &file.origin, outputs, output);
        if !body.is_empty() {
            outputs.show(format_args!("Fingerprint: {}\n", body.fingerprint), output);
        }
        outputs.write(Found::Plan(body), &plan::refusals(body), file.origin.clone(), output);
        Exit::Done
    })
}
