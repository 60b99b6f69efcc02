//! The command line: arguments, exit codes, output, one file per command.
//!
//! A command reads the stack (`stack`), opens AWS or the sandbox (`session`), runs the pipeline and prints. Nothing is decided
//! here: what a plan holds is `plan`'s, how it looks `render`'s.

mod args;
mod carry_out;
mod commands;
mod consent;
mod event_stream;
mod exit;
mod files;
mod interrupt;
mod output;
mod outputs;
mod pipeline;
mod progress;
mod prompt;
mod regular;
mod scope;
mod replay;
mod rounds;
mod session;
mod stack;
mod stack_copy;

use std::process::ExitCode;

use crate::cli::args::Command;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::iam;

/// Runs the command line of this process.
#[expect(clippy::disallowed_methods, reason = "the arguments enter the program here")]
pub fn main() -> ExitCode {
    let cli = match args::parse(std::env::args_os()) {
        Ok(cli) => cli,
        // Help and version are results, everything else is a mistake; clap knows the stream of each.
        Err(error) if error.use_stderr() => {
            let _ = error.print();
            return Exit::Error.into();
        }
        Err(help) => {
            let mut output = Output::new(false);
            output.result(help.render().ansi());
            return end(Exit::Done, output);
        }
    };
    let mut output = Output::new(cli.no_color);
    let exit = run(cli.command, &mut output);
    end(exit, output)
}

/// How the process ends: as the run did, if its results got through.
fn end(exit: Exit, output: Output) -> ExitCode {
    let notes = output.for_notes();
    match output.finish() {
        Ok(()) => exit.into(),
        Err(error) => {
            notes.note(format_args!("error: standard output cannot be written: {error}"));
            Exit::Error.into()
        }
    }
}

fn run(command: Command, output: &mut Output) -> Exit {
    match command {
        Command::Plan(args) => commands::plan::run(&args, output),
        Command::Apply(args) => commands::apply::run(&args, output),
        Command::Show(args) => commands::show::run(&args, output),
        Command::Destroy(args) => commands::destroy::run(&args, output),
        Command::Drift(args) => commands::drift::run(&args, output),
        Command::Snapshot(args) => commands::snapshot::run(&args, output),
        Command::Validate(args) => commands::validate::run(&args, output),
        Command::Fmt(args) => commands::fmt::run(&args, output),
        Command::Console(args) => commands::console::run(&args, output),
        Command::Functions(args) => commands::functions::run(&args, output),
        Command::Graph(args) => commands::graph::run(&args, output),
        Command::Iam(args::IamCommand::Plan(args)) => commands::iam::run(&args, iam::Role::Plan, output),
        Command::Iam(args::IamCommand::Apply(args)) => commands::iam::run(&args, iam::Role::Apply, output),
        Command::Explain(args) => commands::explain::run(&args, output),
        Command::Sandbox(args::SandboxCommand::Serve(args)) => commands::sandbox::run(&args, output),
        Command::Completions { shell } => commands::completions::run(shell, output),
    }
}
