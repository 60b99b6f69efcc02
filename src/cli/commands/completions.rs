//! `ramctl completions SHELL`.

use clap::CommandFactory;

use crate::cli::args::Cli;
use crate::cli::exit::Exit;
use crate::cli::output::Output;

pub(crate) fn run(shell: clap_complete::Shell, output: &mut Output) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "ramctl", &mut script);
    output.result(String::from_utf8_lossy(&script));
    Exit::Done
}
