//! `ramctl functions [NAME]`: the reference of the language's functions, from their own table.

use crate::cli::args::FunctionsArgs;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::lang::functions::{Function, all_functions, find_function};

pub(crate) fn run(args: &FunctionsArgs, output: &mut Output) -> Exit {
    let Some(name) = &args.name else {
        let mut group = None;
        for function in all_functions() {
            if group.replace(function.group) != Some(function.group) {
                output.line(format_args!("{:?} functions", function.group));
            }
            output.line(format_args!("  {}", function.signature));
        }
        return Exit::Done;
    };
    let Some(function) = find_function(name) else {
        let near = all_functions().min_by_key(|function| strsim::levenshtein(function.name, name));
        let hint = near.map(|function| format!(" Did you mean {}?", function.name)).unwrap_or_default();
        output.error(format_args!("there is no function {}.{hint}", name.escape_debug()));
        return Exit::Error;
    };
    let Function { signature, doc, examples, .. } = function;
    output.line(format_args!("{signature}\n\n{doc}"));
    for example in *examples {
        output.line(format_args!("\n  > {}\n  {}", example.expression, example.json));
    }
    Exit::Done
}
