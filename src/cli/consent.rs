//! What `--allow` agrees to, and how a run ends that nobody agreed to.

use crate::cli::args::AllowArgs;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::plan::{Consent, PlanBody, Refused};
use crate::render::{allow_flags, escape};

/// The consent that the command line gives.
pub(crate) fn consent(args: &AllowArgs) -> Consent {
    Consent::new(args.allow.iter().flat_map(|flag| flag.0.iter().cloned()))
}

/// Says which flags agree to nothing in this plan: they may be left over, or meant for another stack.
pub(crate) fn note_unused(plan: &PlanBody, consent: &Consent, output: &Output) {
    let unused = plan.unused(consent);
    let named: Vec<String> = unused.iter().map(|allowance| allowance.to_string()).collect();
    let verb = match named.len() {
        0 => return,
        1 => "matches",
        _ => "match",
    };
    let named = named.iter().map(|text| escape(text).to_string()).collect::<Vec<_>>().join(", ");
    output.note(format_args!("note: --allow {named} {verb} no hazard of this plan."));
}

/// Says why nothing is applied, unless the plan's own text did, and how the run ends.
pub(crate) fn refused(refused: &Refused, output: &Output) -> Exit {
    match refused {
        // The diagnostics beside the plan name what forbids it.
        Refused::Forbidden(_) => Exit::Error,
        Refused::Broken(_) => {
            output.error(format_args!("{refused}; nothing is applied before they can."));
            Exit::Error
        }
        Refused::Denied(_) => {
            output.error(format_args!("{refused}; nothing is applied."));
            Exit::Denied
        }
        Refused::Undecided(_) => {
            output.error(format_args!(
                "{refused}, because some data they use could not be read; nothing is applied."
            ));
            Exit::Incomplete
        }
        Refused::Unconsented(open) => {
            let (what, them) = match open.len() {
                1 => ("a hazard that nobody allowed", "it"),
                _ => ("hazards that nobody allowed", "them"),
            };
            output.error(format_args!(
                "the plan has {what}. To allow {them}, add {}. `ramctl explain {}` says more.",
                allow_flags(open),
                open.first().map_or("", |first| first.code.id)
            ));
            Exit::Unconsented
        }
    }
}
