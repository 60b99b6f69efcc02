//! `ramctl explain [CODE]`: the long form of a code.

use crate::cli::args::ExplainArgs;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::diag::{all_codes, find_code, suggest};
use crate::render::wrap;

pub(crate) fn run(args: &ExplainArgs, output: &mut Output) -> Exit {
    let Some(wanted) = &args.code else {
        for code in all_codes() {
            output.line(format_args!("{}  {}", code.id, code.summary));
        }
        return Exit::Done;
    };
    let Some(code) = find_code(wanted) else {
        let near = suggest::closest(wanted, all_codes().map(|code| code.id));
        let hint = near.map(|code| format!(" Did you mean {code}?")).unwrap_or_default();
        output.note(format_args!(
            "error: there is no code {}.{hint} `ramctl explain` lists all codes.",
            wanted.escape_debug()
        ));
        return Exit::Error;
    };
    output.line(format_args!("{}: {}\n", code.id, code.summary));
    for paragraph in code.explain.split("\n\n") {
        // What is indented is code and keeps its lines.
        if paragraph.starts_with("    ") {
            output.line(format_args!("{paragraph}\n"));
        } else {
            output.line(format_args!("{}\n", wrap(paragraph, output.width().min(100))));
        }
    }
    Exit::Done
}
