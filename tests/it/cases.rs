//! Golden cases: `tests/cases/<stage>/<what_happens>/`, the files that go in beside the text that comes out.
//!
//! `UPDATE_EXPECT=1 cargo test --no-default-features --test it cases` writes the texts anew; read the difference before you keep it.

mod hazards;
mod live;
mod narrow;
mod org;
mod permissions;
mod received;
mod tagged;
mod usage;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use expect_test::expect_file;
use ramctl::checks::hold;
use ramctl::desired::{DesiredGraph, DesiredShare, NoSearch, Resolution, check, nowhere_is_looked, resolve};
use ramctl::diag::{Diagnostic, FileId, SourceMap, all_codes};
use ramctl::diff::diff;
use ramctl::drift::{DriftReport, report};
use ramctl::lang::functions::{FileError, StackFiles};
use ramctl::lang::{CheckBlock, Compiled, Inputs, Limits, compile};
use ramctl::live::LiveState;
use ramctl::model::{Observed, TaggedResources, Usage, Users};
use ramctl::org::OrgView;
use ramctl::plan::{Plan, plan, plan_knowing};
use ramctl::render::{DiagnosticsView, DriftView, PlanView, Styles};
use ramctl::wire::{PlanDocument, PlanFile};

fn folder(stage: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(stage)
}

/// The case folders of a stage, in order.
pub fn cases(stage: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder(stage)).expect("the stage has a folder");
    let mut cases: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the folder can be listed").path()).collect();
    cases.retain(|path| path.is_dir());
    cases.sort();
    cases
}

/// Runs every case of a stage, and fails with the names of those that came out differently.
fn run(stage: &str, case: impl Fn(&Path)) {
    let failed: Vec<String> = cases(stage)
        .iter()
        .filter(|path| catch_unwind(AssertUnwindSafe(|| case(path))).is_err())
        .map(|path| path.file_name().expect("a case has a name").to_string_lossy().into_owned())
        .collect();
    assert!(failed.is_empty(), "{stage}: {}", failed.join(", "));
}

/// The stack of a case, its files in order of their names.
fn stack(case: &Path) -> (SourceMap, Vec<FileId>) {
    let mut names: Vec<String> = fs::read_dir(case)
        .expect("the case has a folder")
        .map(|entry| entry.expect("the folder can be listed").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".ram.hcl"))
        .collect();
    names.sort();
    let mut sources = SourceMap::default();
    let files = names
        .into_iter()
        .map(|name| {
            let text = fs::read_to_string(case.join(&name)).expect("the file is UTF-8");
            sources.add(name, text)
        })
        .collect();
    (sources, files)
}

/// A stack folder without files to read.
struct NoFiles;

impl StackFiles for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, FileError> {
        Err(FileError::NotFound)
    }

    fn list(&self, _: &str) -> Result<Vec<String>, FileError> {
        Ok(Vec::new())
    }

    fn folder(&self) -> String {
        "/stack".to_owned()
    }
}

fn compiled(sources: &mut SourceMap) -> Compiled {
    let files: Vec<FileId> = sources.files().map(|(id, _)| id).collect();
    compile(sources, &files, &inputs())
}

fn inputs() -> Inputs<'static> {
    Inputs { values: &[], files: &NoFiles, plan_timestamp: "2026-01-01T00:00:00Z", limits: Limits::default() }
}

/// The graph of a stack with a case's organization, where there is no mistake.
fn desired(case: &Path, folder: &Path, mut sources: SourceMap) -> Option<DesiredGraph> {
    let declaration = compiled(&mut sources).declaration?;
    resolve(&declaration, &org::read(case, &declaration), &tagged::read(folder, &declaration)).graph
}

/// Everything that is found in a case: by the language, and then by the rules.
pub fn diagnose(case: &Path) -> (SourceMap, Vec<Diagnostic>) {
    let (mut sources, _) = stack(case);
    let Compiled { declaration, mut diagnostics, .. } = compiled(&mut sources);
    if let Some(declaration) = declaration {
        let Resolution { graph, diagnostics: found, .. } =
            resolve(&declaration, &org::read(case, &declaration), &tagged::read(case, &declaration));
        // What comes of the organization as it is now stops its share alone.
        const OF_ONE: [&str; 7] = ["RAM102", "RAM103", "RAM104", "RAM105", "RAM106", "RAM133", "RAM139"];
        let stops = |one: &Diagnostic| one.is_error() && !OF_ONE.contains(&one.code.id);
        assert!(graph.is_none() || !found.iter().any(stops));
        assert!(graph.is_some() || found.iter().any(Diagnostic::is_error));
        for offline in check(&declaration) {
            assert!(found.contains(&offline), "only found without the organization: {offline:?}");
        }
        diagnostics.extend(found);
        diagnostics
            .extend(graph.and_then(|graph| nowhere_is_looked(&declaration, &graph, NoSearch::Declined)));
    }
    (sources, diagnostics)
}

#[test]
fn every_mistake_is_shown_at_its_place_with_what_to_write() {
    run("diagnostics", |case| {
        let (sources, diagnostics) = diagnose(case);
        let view = DiagnosticsView {
            sources: &sources,
            diagnostics: &diagnostics,
            styles: Styles::plain(),
            width: 100,
        };
        let text = if diagnostics.is_empty() { "nothing\n".to_owned() } else { view.to_string() };
        expect_file![case.join("diagnostics.txt")].assert_eq(&text);
    });
}

#[test]
fn every_finding_has_a_place_in_its_file_and_says_what_to_do() {
    run("diagnostics", |case| {
        let (sources, diagnostics) = diagnose(case);
        for finding in &diagnostics {
            // The language says it in the detail where the form of a value is the fix.
            assert!(finding.help.is_some() || !finding.code.id.starts_with("RAM1"), "{finding:?}");
            let spans = finding.span.into_iter().chain(finding.labels.iter().map(|label| label.span));
            for span in spans {
                let text = &sources.file(span.file).text;
                assert!(span.start <= span.end && span.end <= text.len(), "{finding:?}");
                assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end), "{finding:?}");
            }
        }
    });
}

#[test]
fn every_rule_has_a_case_that_breaks_it_and_one_that_does_not() {
    let shown: Vec<(String, String)> = cases("diagnostics")
        .iter()
        .map(|case| {
            let name = case.file_name().expect("a case has a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(case.join("diagnostics.txt")).expect("the case has its text"))
        })
        .collect();
    for code in all_codes().filter(|code| code.id.starts_with("RAM1")) {
        let own = |what: &str| format!("{}_{what}", code.id.to_lowercase());
        let breaks = |(name, text): &(String, String)| {
            name.starts_with(&own("")) && text.contains(&format!("[{}]", code.id))
        };
        let passes =
            |(name, text): &(String, String)| name.starts_with(&own("passes")) && text == "nothing\n";
        assert!(shown.iter().any(breaks), "no case breaks {}", code.id);
        assert!(shown.iter().any(passes), "no case passes {}", code.id);
    }
}

/// The blocks of a file that is formatted: each begins in column one and ends with a brace.
fn blocks(text: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    for line in text.lines() {
        let block = blocks.last_mut().expect("there is one from the beginning");
        block.push_str(line);
        block.push('\n');
        if line == "}" || (line.ends_with('}') && !line.starts_with(' ')) {
            blocks.push(String::new());
        }
    }
    blocks
}

#[test]
fn the_order_of_blocks_does_not_change_what_is_desired() {
    let mut compared = 0;
    for case in cases("diagnostics") {
        let (sources, files) = stack(&case);
        let Some(graph) = desired(&case, &case, sources) else { continue };
        let (other_way, _) = stack(&case);
        let mut turned = SourceMap::default();
        for file in files.iter().rev() {
            let file = other_way.file(*file);
            let text: String = blocks(&file.text).into_iter().rev().collect();
            assert_ne!(text, file.text, "something is turned around");
            turned.add(&*file.name, text);
        }
        let other = desired(&case, &case, turned).expect("the same blocks");
        assert_eq!(graph.nodes, other.nodes, "{}", case.display());
        assert_eq!(graph.order(), other.order());
        assert_eq!(graph.places, other.places);
        let facts = |graph: &DesiredGraph| -> Vec<String> {
            let share = |share: &DesiredShare| {
                let permissions: Vec<_> =
                    share.permissions.values().map(|permission| &permission.arn).collect();
                let principals: Vec<_> = share.principals.keys().collect();
                format!(
                    "{} {:?} {permissions:?} {principals:?} {:?}",
                    share.name, share.resources, share.tags
                )
            };
            graph.shares.values().map(share).collect()
        };
        assert_eq!(facts(&graph), facts(&other));
        compared += 1;
    }
    assert!(compared > 40, "{compared}");
}

#[test]
fn every_example_is_a_stack_without_a_mistake() {
    let examples =
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")).expect("there are examples");
    let mut read = 0;
    for example in examples.map(|entry| entry.expect("the folder can be listed").path()) {
        let (mut sources, files) = stack(&example);
        if files.is_empty() {
            continue;
        }
        let Compiled { declaration, mut diagnostics, .. } = compiled(&mut sources);
        diagnostics.extend(declaration.iter().flat_map(check));
        assert_eq!(diagnostics, [], "{}", example.display());
        assert!(declaration.is_some_and(|declaration| !declaration.shares.is_empty()));
        read += 1;
    }
    assert!(read > 0);
}

/// A case of the stage `plan`: its stack, and what AWS says.
pub struct Situation {
    pub sources: SourceMap,
    pub compiled: Compiled,
    pub checks: Vec<CheckBlock>,
    pub graph: DesiredGraph,
    pub org: OrgView,
    pub tagged: TaggedResources,
    pub live: LiveState,
    pub usage: Usage,
}

impl Situation {
    /// What the stack's plan and drift report are.
    pub fn outcome(&self) -> (Plan, DriftReport) {
        let difference = diff(&self.graph, &self.live, &self.org);
        let plan = plan_knowing(&difference, &self.org, &self.usage);
        let held = hold(&self.compiled, &self.checks, plan.body(), &inputs());
        (plan.checked(held.results), report(&difference))
    }
}

/// Every case of the stage `plan` with its name.
pub fn situations() -> impl Iterator<Item = (String, Situation)> {
    cases("plan").into_iter().map(|case| {
        (case.file_name().expect("a case has a name").to_string_lossy().into_owned(), situation(&case))
    })
}

pub fn situation(case: &Path) -> Situation {
    let (mut sources, _) = stack(case);
    let compiled = compiled(&mut sources);
    let declaration = compiled.declaration.clone().unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics));
    let org = org::read(case, &declaration);
    let tagged = tagged::read(case, &declaration);
    let Resolution { graph, diagnostics, .. } = resolve(&declaration, &org, &tagged);
    let graph = graph.unwrap_or_else(|| panic!("{diagnostics:#?}"));
    // What was applied before: the files in `before`, or else the same as today's.
    let before = case.join("before");
    let before = if before.is_dir() { &before } else { case };
    let (earlier, _) = stack(before);
    let applied = desired(case, before, earlier).expect("the stack before has no mistake");
    let live = live::read(case, &graph, &applied, &org);
    let mut usage = usage::read(case);
    // Where the case does not say, nobody uses what is taken.
    let questions = plan(&diff(&graph, &live, &org), &org).usage_questions();
    for resource in questions.into_values().flatten() {
        usage.found.entry(resource).or_insert(Observed::Known(Users::new()));
    }
    Situation { sources, compiled, checks: declaration.checks, graph, org, tagged, live, usage }
}

#[test]
fn plans_and_drift_reports_come_out_as_written() {
    run("plan", |case| {
        let situation = situation(case);
        let (plan, report) = situation.outcome();
        let shown = PlanView::new(&plan, &situation.sources, Styles::plain(), 110, 0).to_string();
        expect_file![case.join("plan.txt")].assert_eq(&shown);
        let drift = DriftView::new(&report, &situation.sources, Styles::plain(), 110, 0);
        expect_file![case.join("drift.txt")].assert_eq(&drift.to_string());

        let text = PlanDocument::new(&plan, &situation.sources, 0).to_text();
        let file = PlanFile::read(&text).unwrap_or_else(|error| panic!("{error:?}"));
        let (saved, places) = (file.plan.body(), &file.sources);
        assert_eq!(saved.steps, plan.steps);
        assert_eq!(PlanView::new(saved, places, Styles::plain(), 110, 0).to_string(), shown);
        assert_eq!(PlanDocument::new(saved, places, file.origin.clone()).to_text(), text);
    });
}
