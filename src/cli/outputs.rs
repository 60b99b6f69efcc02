//! The results that a run was asked for: which formats, and where each of them goes.
#![expect(
    clippy::disallowed_methods,
    reason = "the file of a job's summary is named by the environment, and results are files"
)]

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use clap::Args;
use clap::builder::RangedU64ValueParser;

use crate::cli::event_stream::EventStream;
use crate::cli::exit::Exit;
use crate::cli::files::{FolderError, append_text, put_text};
use crate::cli::output::{Chain, Output};
use crate::diag::Diagnostic;
use crate::model::Origin;
use crate::plan::Outcome;
use crate::render::{
    COMMENT_LIMIT, DriftView, Found, GithubView, HtmlView, MarkdownView, OutcomeView, PlanView, Report,
    Rerun, Styles, ValidView,
};
use crate::wire::{ApplyDocument, DiagnosticsDocument, DriftDocument, PlanDocument, pretty};

/// Shortest Markdown document that can be asked for: its headline and its notice must fit.
const LEAST_COMMENT: u64 = 4_096;

/// What GitHub takes for the summary of a step, in bytes, with room for what other commands of the step wrote.
const SUMMARY_BYTES: usize = 1 << 19;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Json,
    Markdown,
    Github,
    Html,
    /// What happens in an apply, as it happens.
    Events,
}

/// `KIND` or `KIND=FILE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OutputArg {
    pub kind: Kind,
    /// None: standard output.
    pub file: Option<PathBuf>,
}

impl FromStr for OutputArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, file) = text.split_once('=').map_or((text, None), |(kind, file)| (kind, Some(file)));
        let kind = match kind {
            "text" => Kind::Text,
            "json" => Kind::Json,
            "markdown" => Kind::Markdown,
            "github" => Kind::Github,
            "html" => Kind::Html,
            "events" => Kind::Events,
            _ => return Err("the kind is text, json, markdown, github, html or events".to_owned()),
        };
        match file {
            Some("") => Err("a file's name is missing after `=`".to_owned()),
            Some("-") | None => Ok(Self { kind, file: None }),
            Some(file) => Ok(Self { kind, file: Some(PathBuf::from(file)) }),
        }
    }
}

/// The formats of the result.
#[derive(Args, Debug)]
pub(crate) struct OutputArgs {
    /// Write the result as text, json, markdown (for a comment on a pull request), github (marks for GitHub Actions, and the
    /// job's summary) or html, to FILE or to standard output. May be repeated. Written even when the run fails. For apply and
    /// destroy also events: what happens as it happens, one JSON object a line.
    #[arg(long = "output", value_name = "KIND[=FILE]")]
    pub outputs: Vec<OutputArg>,
    /// How long a Markdown document may be; what does not fit is left out, and the document says so.
    #[arg(
        long,
        value_name = "CHARACTERS",
        default_value_t = COMMENT_LIMIT,
        value_parser = RangedU64ValueParser::<usize>::new().range(LEAST_COMMENT..)
    )]
    pub markdown_limit: usize,
}

/// The outputs of one run.
#[derive(Debug)]
pub(crate) struct Outputs {
    command: &'static str,
    folder: PathBuf,
    /// At most one of them is standard output's document; marks for GitHub may stand beside text.
    wanted: Vec<OutputArg>,
    markdown_limit: usize,
    written: bool,
    stream: Option<Arc<EventStream>>,
    /// What became of the plan, for the last line of the stream.
    outcome: Option<Outcome>,
    /// How to go on from an apply that did not get through.
    pub(crate) rerun: Rerun,
}

impl Outputs {
    /// Text goes to standard output unless another document does.
    fn new(command: &'static str, folder: &Path, args: &OutputArgs, json: bool) -> Result<Self, String> {
        let mut wanted = args.outputs.clone();
        if json {
            wanted.push(OutputArg { kind: Kind::Json, file: None });
        }
        let on_stdout = |kind: Kind, wanted: &[OutputArg]| {
            wanted.iter().filter(|one| one.file.is_none() && one.kind == kind).count()
        };
        let documents: usize = [Kind::Text, Kind::Json, Kind::Markdown, Kind::Html, Kind::Events]
            .into_iter()
            .map(|kind| on_stdout(kind, &wanted))
            .sum();
        let marks = on_stdout(Kind::Github, &wanted);
        if documents > 1 || marks > 1 {
            return Err("two results cannot both go to standard output: give one of them a file, as in `--output json=plan.json`".to_owned());
        }
        if marks == 1 && documents == 1 && on_stdout(Kind::Text, &wanted) == 0 {
            return Err("the marks for GitHub go to standard output, beside text alone: give the other result a file, as in `--output json=plan.json`".to_owned());
        }
        if documents == 0 {
            wanted.insert(0, OutputArg { kind: Kind::Text, file: None });
        }
        let mut files: Vec<&PathBuf> = wanted.iter().filter_map(|one| one.file.as_ref()).collect();
        files.sort();
        if let Some(twice) = files.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("two results cannot both go to {}", twice[0].display()));
        }
        let streams = wanted.iter().filter(|one| one.kind == Kind::Events).count();
        if streams > 0 && !matches!(command, "apply" | "destroy") {
            return Err(format!("{command} has no events: they are what happens in an apply or a destroy"));
        }
        if streams > 1 {
            return Err("there is one stream of events: name one place for it".to_owned());
        }
        Ok(Self {
            command,
            folder: folder.to_owned(),
            wanted,
            markdown_limit: args.markdown_limit,
            written: false,
            stream: None,
            outcome: None,
            rerun: Rerun::Same,
        })
    }

    /// Whether a person reads the plan on standard output.
    pub(crate) fn shows_text(&self) -> bool {
        self.wanted.iter().any(|one| one.kind == Kind::Text && one.file.is_none())
    }

    /// Whether the results were written.
    pub(crate) fn is_written(&self) -> bool {
        self.written
    }

    /// The stream of events, where one was asked for.
    pub(crate) fn stream(&self) -> Option<&Arc<EventStream>> {
        self.stream.as_ref()
    }

    fn open_stream(&mut self) -> Result<(), FolderError> {
        if let Some(OutputArg { file, .. }) = self.wanted.iter().find(|one| one.kind == Kind::Events) {
            self.stream = Some(Arc::new(EventStream::open(file.as_deref(), self.command, &self.folder)?));
        }
        Ok(())
    }

    fn has_marks(&self) -> bool {
        self.wanted.iter().any(|one| one.kind == Kind::Github && one.file.is_none())
    }
}

/// Runs a command whose result can be had in several formats. Where the command ended before it wrote a result, the documents
/// are written here and say what went wrong.
pub(crate) fn with_outputs(
    command: &'static str,
    folder: &Path,
    args: &OutputArgs,
    json: bool,
    output: &mut Output,
    run: impl FnOnce(&mut Outputs, &mut Output) -> Exit,
) -> Exit {
    let mut outputs = match Outputs::new(command, folder, args, json) {
        Ok(outputs) => outputs,
        Err(error) => {
            output.error(error);
            return Exit::Error;
        }
    };
    if let Err(error) = outputs.open_stream() {
        output.error(Chain(&error));
        return Exit::Error;
    }
    let exit = run(&mut outputs, output);
    if !outputs.written {
        outputs.write(Found::Nothing, &[], Origin::from(0), output);
    }
    let exit = if output.told(|told| told.unwritten) { Exit::Error } else { exit };
    let Some(stream) = outputs.stream else { return exit };
    stream.end(exit, outputs.outcome.as_ref(), output);
    match stream.failure() {
        Some(error) => {
            output.error(Chain(&error));
            Exit::Error
        }
        None => exit,
    }
}

impl Outputs {
    /// The text of a plan or report, on standard output where text goes there. An apply shows its plan before it asks.
    pub(crate) fn show(&self, text: impl std::fmt::Display, output: &mut Output) {
        if self.shows_text() {
            output.result(text);
        }
    }

    /// Writes everything that was asked for, but for the text on standard output, which [`Outputs::show`] wrote.
    pub(crate) fn write(
        &mut self,
        found: Found<'_>,
        refusals: &[Diagnostic],
        origin: Origin,
        output: &mut Output,
    ) {
        self.written = true;
        if let Found::Applied { plan: _, outcome } = found {
            self.outcome = Some(outcome.clone());
        }
        let (errors, mut diagnostics, sources) =
            output.told(|told| (told.errors.clone(), told.diagnostics.clone(), told.sources.clone()));
        for refusal in refusals {
            if !diagnostics.contains(refusal) {
                diagnostics.push(refusal.clone());
            }
        }
        let folder = self.folder.display().to_string();
        let told = output.told(|told| told.stack.as_ref().map(ToString::to_string));
        let stack = found.stack().map(str::to_owned).or(told).unwrap_or_else(|| own_name(&self.folder));
        let report = Report {
            command: self.command,
            folder: &folder,
            stack: &stack,
            found,
            errors: &errors,
            diagnostics: &diagnostics,
            sources: &sources,
            origin,
            rerun: self.rerun,
        };
        for OutputArg { kind, file } in &self.wanted {
            let text = match kind {
                // Written as it happened.
                Kind::Events => continue,
                Kind::Text if file.is_none() => continue,
                Kind::Text => text(&report),
                Kind::Json => json(&report),
                Kind::Markdown => MarkdownView::new(&report, self.markdown_limit).to_string(),
                Kind::Github => GithubView::new(&report).to_string(),
                Kind::Html => HtmlView::new(&report).to_string(),
            };
            match file {
                None => output.result(text),
                Some(file) => {
                    if let Err(error) = put_text(file, &text) {
                        output.error(Chain(&error));
                        output.tell(|told| told.unwritten = true);
                    }
                }
            }
        }
        if self.has_marks()
            && let Some(summary) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|name| !name.is_empty())
        {
            // A character of the report takes four bytes at most.
            let text = MarkdownView::new(&report, SUMMARY_BYTES / 4).to_string();
            if let Err(error) = append_text(Path::new(&summary), &text) {
                output.error(Chain(&error));
                output.tell(|told| told.unwritten = true);
            }
        }
    }
}

/// What a folder (or file) itself is called, however it was typed: it is the same on every machine, and `.` is not.
fn own_name(path: &Path) -> String {
    let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = real.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// The report as the terminal shows it, without colour.
fn text(report: &Report<'_>) -> String {
    let Report { command: _, folder, stack: _, found, errors, diagnostics, sources, origin, rerun } = report;
    let (plain, width) = (Styles::plain(), 120);
    let mut out = String::new();
    for error in *errors {
        out.push_str(&format!("error: {}\n", crate::render::escape(error)));
    }
    let view = crate::render::DiagnosticsView { sources, diagnostics, styles: plain, width };
    out.push_str(&view.to_string());
    match found {
        Found::Nothing => {}
        Found::Valid { stack, shares } => {
            out.push_str(&ValidView { stack, shares: *shares, folder }.to_string());
        }
        Found::Plan(plan) => {
            out.push_str(&PlanView::new(plan, sources, plain, width, origin.clone()).to_string());
        }
        Found::Drift(drift) => {
            out.push_str(&DriftView::new(drift, sources, plain, width, origin.clone()).to_string());
        }
        Found::Applied { plan, outcome } => {
            out.push_str(&PlanView::new(plan, sources, plain, width, origin.clone()).to_string());
            if !outcome.steps.is_empty() {
                out.push_str(&OutcomeView::new(plan, outcome, plain, width).rerun(*rerun).to_string());
            }
        }
    }
    out
}

fn json(report: &Report<'_>) -> String {
    let Report { command, folder: _, stack: _, found, errors, diagnostics, sources, origin, rerun: _ } =
        report;
    let findings = |stack| DiagnosticsDocument::new(command, stack, errors, diagnostics, sources);
    match found {
        Found::Nothing => pretty(&findings(None)),
        Found::Valid { stack, shares: _ } => pretty(&findings(Some(stack))),
        Found::Plan(plan) => pretty(&PlanDocument::new(plan, sources, origin.clone())),
        Found::Drift(drift) => {
            pretty(&DriftDocument::new(drift, sources, origin.clone()).telling(diagnostics, sources))
        }
        Found::Applied { plan, outcome } => {
            pretty(&ApplyDocument::new(plan, outcome, sources, origin.clone()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(words: &[&str]) -> Result<Outputs, String> {
        let outputs = words.iter().map(|word| word.parse().unwrap()).collect();
        Outputs::new("plan", Path::new("."), &OutputArgs { outputs, markdown_limit: 65_536 }, false)
    }

    #[test]
    fn a_kind_may_have_a_file_and_a_dash_is_standard_output() {
        let file = Some(PathBuf::from("a=b.json"));
        assert_eq!("json=a=b.json".parse(), Ok(OutputArg { kind: Kind::Json, file }));
        assert_eq!("html=-".parse(), Ok(OutputArg { kind: Kind::Html, file: None }));
        assert!("pdf".parse::<OutputArg>().is_err() && "json=".parse::<OutputArg>().is_err());
    }

    #[test]
    fn standard_output_takes_one_document_and_text_unless_told_otherwise() {
        for (words, text) in [
            (vec![], true),
            (vec!["json=a"], true),
            (vec!["github"], true),
            (vec!["text", "github", "html=a"], true),
            (vec!["json"], false),
            (vec!["markdown", "text=a"], false),
        ] {
            assert_eq!(outputs(&words).map(|outputs| outputs.shows_text()), Ok(text), "{words:?}");
        }
        for words in
            [vec!["json", "text"], vec!["json", "html=-"], vec!["json", "github"], vec!["json=a", "html=a"]]
        {
            assert!(outputs(&words).is_err(), "{words:?}");
        }
    }
}
