//! `--output`: several results of one run, each valid, each there also where the run fails.

use std::process::Command;

use serde_json::Value;

use crate::cli::{Stack, ramctl};
use crate::documents::Schema;
use crate::run::Run;

/// A run as a step of a workflow, with a file for the job's summary.
fn step(stack: &Stack, words: &str) -> Run {
    let mut command: Command = ramctl(&stack.path());
    command.env("GITHUB_STEP_SUMMARY", stack.path().join("summary.md")).args(words.split(' '));
    Run::of(command.output().expect("the binary can be run"))
}

#[track_caller]
fn is_valid(text: &str, kind: &'static str) -> Value {
    let document = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"));
    Schema::of(kind).holds(&document);
    document
}

const ALL: &str = "--output json=r.json --output markdown=r.md --output html=r.html --output github";

#[test]
fn one_run_writes_every_format_and_each_document_fits_its_schema() {
    let stack = Stack::quickstart();
    let run = step(&stack, &format!("plan --sandbox {ALL}")).exits(0);
    assert!(run.stdout.contains("Plan: 4 to create"), "{}", run.stdout);
    assert!(run.stdout.contains("::notice title=ramctl plan::Plan: 4"), "{}", run.stdout);
    is_valid(&stack.read("r.json"), "plan");
    let markdown = stack.read("r.md");
    assert!(
        markdown.starts_with("<!-- ramctl:plan:network -->\n") && markdown.contains("**Plan: 4 to create")
    );
    assert!(markdown.lines().any(|line| line.starts_with("+ share.")), "{markdown}");
    assert!(stack.read("r.html").starts_with("<!DOCTYPE html>"));
    assert!(stack.read("summary.md").contains("**Plan: 4 to create"));

    stack.run("apply --auto-approve --output json=r.json --output markdown=r.md").exits(0);
    assert_eq!(is_valid(&stack.read("r.json"), "apply")["summary"]["failed"], 0);
    assert!(stack.read("r.md").contains("**Apply complete: 9 of 9 steps done.**"));
    is_valid(&stack.run("drift --output json").exits(0).stdout, "drift");
    let gone = stack.run("destroy --auto-approve --json").exits(0);
    assert_eq!(is_valid(&gone.stdout, "apply")["plan"]["purpose"], "destroy");
    let valid = stack.run_bare("validate --output json --output html=r.html").exits(0);
    assert_eq!(is_valid(&valid.stdout, "diagnostics")["valid"], true);
    assert!(stack.read("r.html").contains("Valid: 4 shares."));
}

#[test]
fn a_stack_that_does_not_compile_still_gets_its_documents() {
    for command in ["plan", "apply --auto-approve", "destroy --auto-approve", "drift"] {
        let stack = Stack::quickstart();
        stack.write("broken.ram.hcl", "share \"x\" { nonsense = 1 }\n");
        let run = step(&stack, &format!("{command} --sandbox {ALL}")).exits(1);
        assert!(run.stdout.contains("::error file=broken.ram.hcl,line=1,col="), "{}", run.stdout);
        let document = is_valid(&stack.read("r.json"), "diagnostics");
        assert_eq!(document["command"], command.split(' ').next().expect("a word"));
        assert!(stack.read("r.md").contains("**Failed: "), "{}", stack.read("r.md"));
        assert!(stack.read("r.html").contains("Failed: ") && stack.read("summary.md").contains("Failed: "));
    }
}

/// A bot finds its comment by the first line. Stacks are planned from within their folders, so `.` would be the name of all.
#[test]
fn the_first_line_of_markdown_names_the_stack_also_where_it_is_not_sound() {
    let stack = Stack::quickstart();
    let marker = |words: &str| -> String {
        stack.run_bare(&format!("{words} --output markdown=r.md"));
        stack.read("r.md").lines().next().expect("a line").to_owned()
    };
    let here = stack.path();
    let here = here.display();
    for words in ["plan --sandbox", "plan --sandbox .", &format!("plan --sandbox {here}")] {
        assert_eq!(marker(words), "<!-- ramctl:plan:network -->", "{words}");
    }
    stack.run("plan --out p.json").exits(0);
    assert_eq!(marker("show p.json"), "<!-- ramctl:show:network -->");
    assert_eq!(marker("drift --sandbox"), "<!-- ramctl:drift:network -->");
    assert_eq!(marker("validate"), "<!-- ramctl:validate:network -->");
    stack.edit("network.ram.hcl", "account.dev]", "account.deb]");
    assert_eq!(marker("plan --sandbox"), "<!-- ramctl:plan:network -->", "another block is wrong");
    // Nobody knows the name: that of the folder, however it is typed.
    stack.write("broken.ram.hcl", "share {");
    let own = stack.path().file_name().expect("a name").to_string_lossy().into_owned();
    for words in ["plan --sandbox", "plan --sandbox ."] {
        assert_eq!(marker(words), format!("<!-- ramctl:plan:{own} -->"), "{words}");
    }
}

#[test]
fn a_folder_that_is_no_stack_still_gets_its_documents() {
    let stack = Stack::quickstart();
    step(&stack, &format!("plan --sandbox {ALL} nowhere")).exits(1).says(&["::error title=ramctl plan::"]);
    assert_eq!(is_valid(&stack.read("r.json"), "diagnostics")["diagnostics"], serde_json::json!([]));
    assert!(stack.read("r.md").contains("nowhere") && stack.read("r.html").contains("nowhere"));
}

#[test]
fn a_plan_that_is_refused_is_written_in_full() {
    let stack = Stack::quickstart();
    stack.edit("network.ram.hcl", "\"enabled\"", "\"required\"");
    let run = step(&stack, &format!("plan --sandbox {ALL}")).exits(1);
    run.says(&["REFUSED", "::error "]);
    let plan = is_valid(&stack.read("r.json"), "plan");
    assert_eq!(plan["refusals"][0]["kind"], "sharing_required");
    assert!(stack.read("r.md").contains("**Refused: this plan cannot be applied, see below.**"));
}

#[test]
fn two_results_on_standard_output_are_refused_before_anything_is_read() {
    let stack = Stack::quickstart();
    let run = stack.run("plan --output json --output html").exits(1);
    assert_eq!(run.stdout, "");
    run.says(&["two results cannot both go to standard output"]);
    stack.run("apply --output json").exits(1).says(&["--auto-approve"]);
}

#[test]
fn a_result_that_cannot_be_written_fails_the_run_and_the_others_are_written() {
    let stack = Stack::quickstart();
    let words = "--output json=no/such/folder.json --output markdown=r.md";
    stack.run(&format!("plan {words}")).exits(1).says(&["no/such/folder.json cannot be written"]);
    assert!(stack.read("r.md").contains("**Plan: 4 to create"));
    stack.run_bare(&format!("validate {words}")).exits(1);
    stack.run(&format!("plan nowhere {words}")).exits(1);
    let left: Vec<_> = std::fs::read_dir(stack.path()).expect("the folder").flatten().collect();
    assert!(!left.iter().any(|entry| entry.file_name().to_string_lossy().contains("ramctl-new")));
}

#[test]
fn a_limit_for_markdown_is_kept() {
    let stack = Stack::quickstart();
    stack.run("plan --output markdown --markdown-limit 100").says(&["4096"]);
    let members: String = (0..400).map(|n| format!("\"{:012}\", ", 100_000_000_000_u64 + n)).collect();
    stack.edit(
        "network.ram.hcl",
        "principals = [account.dev]",
        &format!("principals = [account.dev, {members}]\n  allow_external_principals = true"),
    );
    let short = stack.run("plan --output markdown --markdown-limit 4096").stdout;
    assert!(short.chars().count() <= 4_096 && short.contains("**Cut to fit: "), "{short}");
}

#[test]
fn colour_is_for_terminals_unless_it_is_forced() {
    let stack = Stack::quickstart();
    let coloured = |name: &str, value: &str, words: &str| {
        let mut command = ramctl(&stack.path());
        command.env(name, value).args(words.split(' '));
        Run::of(command.output().expect("the binary can be run")).exits(0).stdout.contains('\u{1b}')
    };
    assert!(!coloured("TERM", "xterm", "plan --sandbox"));
    assert!(coloured("CLICOLOR_FORCE", "1", "plan --sandbox"));
    assert!(!coloured("CLICOLOR_FORCE", "1", "plan --sandbox --no-color"));
    assert!(!coloured("NO_COLOR", "1", "plan --sandbox"));
    assert!(!coloured("CLICOLOR_FORCE", "1", "plan --sandbox --output json"), "a document has no colour");
}

#[test]
fn the_width_of_text_is_what_columns_says_where_there_is_no_terminal() {
    let stack = Stack::quickstart();
    let widest = |columns: &str| {
        let mut command = ramctl(&stack.path());
        command.env("COLUMNS", columns).args(["plan", "--sandbox"]);
        let run = Run::of(command.output().expect("the binary can be run")).exits(0);
        run.stdout.lines().map(|line| line.chars().count()).max().expect("lines")
    };
    assert!(widest("200") > widest("60"));
    assert_eq!(stack.run("plan --json").json()["kind"], "plan");
}

/// The lines of a stream, each held against its schema.
#[track_caller]
fn events(text: &str) -> Vec<Value> {
    let schema = Schema::of("event");
    let lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("a whole line of JSON")).collect();
    lines.iter().for_each(|line| schema.fits(line));
    assert_eq!(lines[0]["kind"], "start");
    lines
}

fn count(lines: &[Value], kind: &str) -> usize {
    lines.iter().filter(|line| line["kind"] == kind).count()
}

#[test]
fn an_apply_tells_what_happens_as_it_happens() {
    let stack = Stack::quickstart();
    let run = stack.run("apply --auto-approve --output events --output json=r.json").exits(0);
    let lines = events(&run.stdout);
    let document = is_valid(&stack.read("r.json"), "apply");
    assert_eq!(lines[1]["kind"], "plan");
    assert_eq!(lines[1]["fingerprint"], document["plan"]["fingerprint"]);
    let steps = lines[1]["steps"].as_array().expect("steps");
    assert_eq!(steps.len(), 9);
    for step in steps {
        let of = |kind: &str| {
            lines.iter().position(|line| line["kind"] == kind && line["step"]["id"] == step["id"])
        };
        let (started, done) = (of("step_started").expect("started"), of("step_done").expect("done"));
        assert!(started < done, "{step}");
        assert_eq!(lines[done]["step"], *step);
    }
    let end = lines.last().expect("a line");
    assert_eq!((&end["kind"], &end["exit_code"]), (&"end".into(), &0.into()));
    assert_eq!(end["summary"], document["summary"]);
    assert!(lines.windows(2).all(|pair| pair[0]["at"].as_str() <= pair[1]["at"].as_str()));

    let gone = events(&stack.run("destroy --auto-approve --output events").exits(0).stdout);
    assert_eq!(count(&gone, "step_done"), 4);
    assert_eq!(gone[0]["command"], "destroy");
}

#[test]
fn a_stream_ends_also_where_nothing_came_of_the_run() {
    let stack = Stack::quickstart();
    stack.write("broken.ram.hcl", "share \"x\" { nonsense = 1 }\n");
    stack.run("apply --auto-approve --output events=e.ndjson").exits(1);
    let lines = events(&stack.read("e.ndjson"));
    assert_eq!(lines.len(), 2, "{lines:#?}");
    assert_eq!((&lines[1]["kind"], &lines[1]["exit_code"]), (&"end".into(), &1.into()));
    stack.run("plan --output events").exits(1).says(&["plan has no events"]);
    stack.run("apply --auto-approve --output events --json").exits(1).says(&["two results cannot both"]);
}

#[test]
fn a_run_that_is_killed_leaves_whole_lines() {
    for wanted in [1, 4, 9] {
        let stack = Stack::quickstart();
        let file = stack.path().join("e.ndjson");
        let mut command = ramctl(&stack.path());
        command.args(["apply", "--sandbox", "--auto-approve", "--output", "events=e.ndjson"]);
        let (out, err) = (std::process::Stdio::null(), std::process::Stdio::null());
        let mut child = command.stdout(out).stderr(err).spawn().expect("the binary can be run");
        let read = || std::fs::read_to_string(&file).unwrap_or_default();
        while read().lines().count() < wanted && child.try_wait().expect("a child").is_none() {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        let text = read();
        assert!(text.ends_with('\n'), "{text}");
        let lines = events(&text);
        assert!(lines.len() >= wanted);
        assert!(count(&lines, "end") == 0 || count(&lines, "step_done") == 5, "the last line is the last");
    }
}
