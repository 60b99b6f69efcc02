//! `ramctl validate`: the files alone, with no credentials.

use crate::cli::args::ValidateArgs;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::pipeline;
use crate::render::escape;

pub(crate) fn run(args: &ValidateArgs, output: &mut Output) -> Exit {
    let Some(loaded) = pipeline::load(&args.stack, output) else { return Exit::Error };
    let (stack, shares) = (&loaded.declaration.stack.value, loaded.declaration.shares.len());
    let plural = if shares == 1 { "share" } else { "shares" };
    output.line(format_args!(
        "Stack {stack} is valid: {shares} {plural} in {}.",
        escape(&args.stack.stack.display().to_string())
    ));
    Exit::Done
}
