//! `ramctl functions [NAME]`: the reference of the language's functions, from their own table.

use serde::Serialize;

use crate::cli::args::FunctionsArgs;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::diag::suggest;
use crate::lang::functions::{Function, all_functions, find_function};
use crate::wire::FORMAT_VERSION;

/// The reference as JSON.
#[derive(Serialize)]
struct FunctionsDocument {
    format_version: &'static str,
    kind: &'static str,
    functions: Vec<FunctionDocument>,
}

#[derive(Serialize)]
struct FunctionDocument {
    name: &'static str,
    group: String,
    signature: &'static str,
    description: &'static str,
    examples: Vec<ExampleDocument>,
}

#[derive(Serialize)]
struct ExampleDocument {
    expression: &'static str,
    /// The value as a JSON text.
    json: &'static str,
}

impl FunctionDocument {
    fn new(function: &Function) -> Self {
        let example = |example: &crate::lang::functions::Example| ExampleDocument {
            expression: example.expression,
            json: example.json,
        };
        Self {
            name: function.name,
            group: format!("{:?}", function.group).to_lowercase(),
            signature: function.signature,
            description: function.doc,
            examples: function.examples.iter().map(example).collect(),
        }
    }
}

pub(crate) fn run(args: &FunctionsArgs, output: &mut Output) -> Exit {
    let wanted = match &args.name {
        None => None,
        Some(name) => match find_function(name) {
            Some(function) => Some(function),
            None => {
                let near = suggest::closest(name, all_functions().map(|function| function.name));
                let hint = match near {
                    Some(near) => format!("Did you mean {near}?"),
                    None => "`ramctl functions` lists all functions.".to_owned(),
                };
                output.error(format_args!("there is no function {}. {hint}", name.escape_debug()));
                return Exit::Error;
            }
        },
    };
    match wanted {
        _ if args.json => {
            let functions = match wanted {
                Some(function) => vec![FunctionDocument::new(function)],
                None => all_functions().map(FunctionDocument::new).collect(),
            };
            output.json(&FunctionsDocument { format_version: FORMAT_VERSION, kind: "functions", functions });
        }
        Some(function) => describe(function, output),
        None => list(output),
    }
    Exit::Done
}

fn describe(function: &Function, output: &mut Output) {
    let Function { signature, doc, examples, .. } = function;
    output.line(format_args!("{signature}\n\n{doc}"));
    for example in *examples {
        output.line(format_args!("\n  > {}\n  {}", example.expression, example.json));
    }
}

/// A line for each function: how it is called, and the first sentence on it.
fn list(output: &mut Output) {
    let mut group = None;
    for function in all_functions() {
        if group.replace(function.group) != Some(function.group) {
            output.line(format_args!("{:?} functions", function.group));
        }
        let sentence = function.doc.split_inclusive(". ").next().unwrap_or_default().trim_end();
        output.line(format_args!("  {:<44}  {sentence}", function.signature));
    }
}
