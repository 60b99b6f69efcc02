//! `ramctl graph`: the desired-state graph, drawn.

use crate::cli::args::{GraphArgs, GraphFormat};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::pipeline;
use crate::render::{DotView, MermaidView};

pub(crate) fn run(args: &GraphArgs, output: &mut Output) -> Exit {
    pipeline::with_session(&args.stack, &args.cloud, output, async |loaded, session, output| {
        let Some(graph) = pipeline::resolve(loaded, session, output).await else { return Exit::Error };
        match args.format {
            GraphFormat::Dot => output.result(DotView::new(&graph)),
            GraphFormat::Mermaid => output.result(MermaidView::new(&graph)),
        }
        Exit::Done
    })
}
