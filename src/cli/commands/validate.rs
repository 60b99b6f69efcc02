//! `ramctl validate`: the files alone, with no credentials.

use crate::cli::args::ValidateArgs;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::pipeline::{self, Examined};
use crate::render::escape;
use crate::wire::DiagnosticsDocument;

pub(crate) fn run(args: &ValidateArgs, output: &mut Output) -> Exit {
    if args.json {
        return document(args, output);
    }
    let Some(loaded) = pipeline::load(&args.stack, output) else { return Exit::Error };
    let (stack, shares) = (&loaded.declaration.stack.value, loaded.declaration.shares.len());
    let plural = if shares == 1 { "share" } else { "shares" };
    output.line(format_args!(
        "Stack {stack} is valid: {shares} {plural} in {}.",
        escape(&args.stack.stack.display().to_string())
    ));
    Exit::Done
}

/// The findings as the one thing that is printed, whatever they are.
fn document(args: &ValidateArgs, output: &mut Output) -> Exit {
    let Examined { sources, diagnostics, declaration } = match pipeline::examine(&args.stack) {
        Ok(examined) => examined,
        Err(error) => {
            output.promise_json(true);
            output.unread(&error);
            return Exit::Error;
        }
    };
    let stack = declaration.as_ref().map(|declaration| declaration.stack.value.to_string());
    output.json(&DiagnosticsDocument::new(stack.as_deref(), &diagnostics, &sources));
    if declaration.is_some() { Exit::Done } else { Exit::Error }
}
