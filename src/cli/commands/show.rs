//! `ramctl show`: a saved plan, as the run that made it showed it. Calls nobody.

use crate::cli::args::{ShowArgs, this_moment};
use crate::cli::commands::{plan, saved};
use crate::cli::exit::Exit;
use crate::cli::output::{Chain, Output};
use crate::cli::outputs::with_outputs;
use crate::plan::{Allowance, HazardStanding, PlanBody};
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
        tell_lapsed(body, output);
        outputs.write(Found::Plan(body), &plan::refusals(body), file.origin.clone(), output);
        Exit::Done
    })
}

/// What the files agreed to until a time that is over by now: whoever carries the plan out is asked for it.
fn tell_lapsed(plan: &PlanBody, output: &Output) {
    let now = this_moment();
    for (at, hazard) in plan.hazards_by_address() {
        if let HazardStanding::AllowedByStack { until: Some(until), .. } = &hazard.standing
            && hazard.standing.is_over(now)
        {
            let allowance = Allowance::of(hazard.code, at);
            output.note(format_args!(
                "The files allowed {allowance} until {until}. That is over: `ramctl apply` asks for it."
            ));
        }
    }
}
