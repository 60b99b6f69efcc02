//! `ramctl console`: expressions in, values out, one a line.

use crate::cli::args::ConsoleArgs;
use crate::cli::exit::Exit;
use crate::cli::files::InputLines;
use crate::cli::output::{Chain, Output};
use crate::cli::stack::{self, has_errors};
use crate::lang::value::{Shown, shown_json};

pub(crate) fn run(args: &ConsoleArgs, output: &mut Output) -> Exit {
    let mut stack = match stack::load_any(&args.stack) {
        Ok(stack) => stack,
        Err(error) => {
            output.error(Chain(&error));
            return Exit::Error;
        }
    };
    let mut exit = Exit::Done;
    // Expressions without names can be evaluated where there is no stack at all.
    if !stack.is_empty() {
        output.diagnostics(&stack.compiled.diagnostics, &stack.sources);
        if has_errors(&stack.compiled.diagnostics) {
            exit = Exit::Error;
        }
    }
    let mut input = InputLines::default();
    let mut number = 0;
    loop {
        number += 1;
        if output.can_ask() {
            output.note_raw("> ");
        }
        let line = match input.next_line() {
            Ok(Some(line)) => line,
            Ok(None) => {
                if output.can_ask() {
                    output.note("");
                }
                return exit;
            }
            Err(error) => {
                output.error(Chain(&error));
                return Exit::Error;
            }
        };
        if line == "exit" {
            return exit;
        }
        if line.is_empty() || line.starts_with('#') || line.starts_with("//") {
            continue;
        }
        match stack.evaluate(&line, number) {
            // The stream drops a DEL that is not written as an escape.
            Ok(value) if args.json => {
                output.line(shown_json(&value).to_string().replace('\u{7f}', "\\u007f"))
            }
            Ok(value) => output.line(Shown(&value)),
            Err(diagnostics) => {
                output.diagnostics(&diagnostics, &stack.sources);
                exit = Exit::Error;
            }
        }
    }
}
