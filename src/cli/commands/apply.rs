//! `ramctl apply`: plan, show, ask, apply.

use crate::cli::args::{AgreedArgs, ApplyArgs, ScopeArgs};
use crate::cli::commands::saved;
use crate::cli::exit::Exit;
use crate::cli::files::{FolderError, is_file, is_there, shown};
use crate::cli::output::Output;
use crate::cli::outputs::with_outputs;
use crate::cli::pipeline;
use crate::cli::rounds::{Intent, run_plan};
use crate::diff::Purpose;
use crate::render::Rerun;

/// A flag that says what is planned. Values of variables are still needed where the files are read for the roles.
fn fixed_by_the_plan(args: &ApplyArgs, reads_files: bool) -> Option<&'static str> {
    let stack = &args.stack;
    let flags = [
        (!stack.vars.is_empty() && !reads_files, "--var"),
        (!stack.var_files.is_empty() && !reads_files, "--var-file"),
        (args.cloud.no_sweep_typed, "--no-sweep"),
    ];
    flags.into_iter().find(|(given, _)| *given).map(|(_, flag)| flag)
}

pub(crate) fn run(args: &AgreedArgs, output: &mut Output) -> Exit {
    let AgreedArgs { apply: args, fingerprint, roles_of } = args;
    if is_file(&args.stack.stack) {
        if args.scope != ScopeArgs::default() {
            output.error("a saved plan is applied as a whole; narrow the plan when it is made");
            return Exit::Error;
        }
        if let Some(fixed) = fixed_by_the_plan(args, roles_of.is_some()) {
            output.error(format_args!(
                "a saved plan fixes what it does, so {fixed} has no effect with it; give it to `ramctl plan --out FILE`, and apply that file"
            ));
            return Exit::Error;
        }
        return saved::run(args, fingerprint.as_ref(), roles_of.as_deref(), output);
    }
    if roles_of.is_some() {
        output.error("--stack goes with the file of a saved plan; a stack's own folder is named without it");
        return Exit::Error;
    }
    with_outputs("apply", &args.stack.stack, &args.output, args.json, output, |outputs, output| {
        if !is_there(&args.stack.stack) {
            output.error(FolderError::NoPlan { path: shown(&args.stack.stack) });
            return Exit::Error;
        }
        pipeline::with_session(&args.stack, &args.cloud, output, async |loaded, session, output| {
            // What is left is another plan, with another fingerprint.
            outputs.rerun = if fingerprint.is_some() { Rerun::NewPlan } else { Rerun::Same };
            let intent = Intent { purpose: Purpose::Apply, agreed: fingerprint.as_ref() };
            run_plan(args, intent, loaded, session, outputs, output).await
        })
    })
}
