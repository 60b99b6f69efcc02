//! `ramctl graph`: the desired-state graph, drawn.

use crate::cli::args::{GraphArgs, GraphFormat};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::pipeline;
use crate::render::{self, GraphView};

pub(crate) fn run(args: &GraphArgs, output: &mut Output) -> Exit {
    let format = match args.format {
        GraphFormat::Dot => render::GraphFormat::Dot,
        GraphFormat::Mermaid => render::GraphFormat::Mermaid,
    };
    pipeline::with_session(&args.stack, &args.cloud, output, async |loaded, session, output| {
        let Some(graph) = pipeline::resolve(loaded, session, output).await else { return Exit::Error };
        output.result(GraphView { graph: &graph, format });
        Exit::Done
    })
}
