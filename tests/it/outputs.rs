//! `--output`: several results of one run, each valid, each there also where the run fails.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

fn quickstart() -> TempDir {
    let dir = TempDir::new().expect("a temporary folder");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart");
    for file in ["network.ram.hcl", "sandbox.hcl"] {
        fs::copy(example.join(file), dir.path().join(file)).expect("the example can be copied");
    }
    dir
}

fn run(dir: &TempDir, words: &str) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ramctl"));
    let summary = dir.path().join("summary.md");
    command.current_dir(dir.path()).env_clear().env("GITHUB_STEP_SUMMARY", summary).args(words.split(' '));
    let output = command.output().expect("the binary can be run");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    (output.status.code().expect("no signal ended it"), text(output.stdout), text(output.stderr))
}

fn read(dir: &TempDir, name: &str) -> String {
    fs::read_to_string(dir.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[track_caller]
fn is_valid(document: &str, schema: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(schema);
    let schema: Value =
        serde_json::from_str(&fs::read_to_string(path).expect("a committed schema")).expect("JSON");
    let document: Value = serde_json::from_str(document).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a sound schema");
    let errors: Vec<String> =
        validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let mut bare = document.clone();
    bare.as_object_mut().expect("an object").remove("kind");
    assert!(!validator.is_valid(&bare), "the schema asks for something");
    document
}

const ALL: &str = "--output json=r.json --output markdown=r.md --output html=r.html --output github";

#[test]
fn one_run_writes_every_format_and_each_document_fits_its_schema() {
    let dir = quickstart();
    let (code, stdout, stderr) = run(&dir, &format!("plan --sandbox {ALL}"));
    assert_eq!(code, 0, "{stderr}");
    assert!(
        stdout.contains("Plan: 4 to create") && stdout.contains("::notice title=ramctl plan::Plan: 4"),
        "{stdout}"
    );
    is_valid(&read(&dir, "r.json"), "plan.v1.json");
    let markdown = read(&dir, "r.md");
    assert!(markdown.starts_with("<!-- ramctl:plan:. -->\n") && markdown.contains("**Plan: 4 to create"));
    assert!(markdown.lines().any(|line| line.starts_with("+ share.")), "{markdown}");
    assert!(read(&dir, "r.html").starts_with("<!DOCTYPE html>"));
    assert!(read(&dir, "summary.md").contains("**Plan: 4 to create"));

    let (code, _, stderr) = run(&dir, "apply --sandbox --auto-approve --output json=r.json");
    assert_eq!(code, 0, "{stderr}");
    let applied = is_valid(&read(&dir, "r.json"), "apply.v1.json");
    assert_eq!(applied["summary"]["failed"], 0);
    let (code, stdout, stderr) = run(&dir, "drift --sandbox --output json");
    assert_eq!(code, 0, "{stderr}");
    is_valid(&stdout, "drift.v1.json");
}

#[test]
fn a_stack_that_does_not_compile_still_gets_its_documents() {
    let dir = quickstart();
    fs::write(dir.path().join("broken.ram.hcl"), "share \"x\" { nonsense = 1 }\n").expect("a file");
    let (code, stdout, _) = run(&dir, &format!("plan --sandbox {ALL}"));
    assert_eq!(code, 1);
    assert!(stdout.contains("::error file=broken.ram.hcl,line=1,col="), "{stdout}");
    let document = is_valid(&read(&dir, "r.json"), "diagnostics.v1.json");
    assert_eq!((&document["kind"], &document["command"]), (&"diagnostics".into(), &"plan".into()));
    assert!(read(&dir, "r.md").contains("**Failed: no plan was made and nothing was changed.**"));
    assert!(read(&dir, "r.html").contains("Failed: no plan was made"));
}

#[test]
fn two_results_on_standard_output_are_refused_before_anything_is_read() {
    let dir = quickstart();
    let (code, stdout, stderr) = run(&dir, "plan --sandbox --output json --output html");
    assert_eq!((code, stdout.as_str()), (1, ""), "{stderr}");
    assert!(stderr.contains("two results cannot both go to standard output"), "{stderr}");
    let (code, _, stderr) = run(&dir, "apply --sandbox --output json");
    assert_eq!(code, 1);
    assert!(stderr.contains("--auto-approve"), "{stderr}");
}
