//! The language against tables of expressions and against whole stacks.
//!
//! `tests/cases/lang/*.txt` holds one case a line: `expression => JSON`, `expression => error CODE`, or `=> error` for any. Lines that start with `#`
//! and a space are chapter headings and comments; a line that ends in `\` goes on in the next, joined by a newline.

mod fuzz;
mod robustness;
mod values;
mod verdicts;

use std::fs;
use std::path::Path;

use ramctl::diag::{Diagnostic, SourceMap};
use ramctl::lang::functions::{FileError, StackFiles};
use ramctl::lang::value::to_json;
use ramctl::lang::{Compiled, Declaration, InputValues, Inputs, Limits, compile};

/// The files below `tests/cases/lang/files`.
struct CaseFiles;

const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/lang/files");

impl StackFiles for CaseFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        if path.split('/').any(|part| part == "..") || path.starts_with('/') {
            return Err(FileError::OutsideStack);
        }
        let full = Path::new(FILES).join(path);
        if full.is_dir() {
            return Err(FileError::NotAFile { kind: "a folder" });
        }
        fs::read(full).map_err(|_| FileError::NotFound)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, FileError> {
        fn walk(folder: &Path, prefix: &str, out: &mut Vec<String>) {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
                if entry.path().is_dir() {
                    walk(&entry.path(), &format!("{name}/"), out);
                } else {
                    out.push(name);
                }
            }
        }
        let mut out = Vec::new();
        walk(&Path::new(FILES).join(folder), "", &mut out);
        out.sort();
        Ok(out)
    }

    fn folder(&self) -> String {
        "/stack".into()
    }
}

fn inputs(values: &[InputValues]) -> Inputs<'_> {
    Inputs { values, files: &CaseFiles, plan_timestamp: "2026-11-22T10:00:00Z", limits: Limits::default() }
}

/// What the expressions of the tables may refer to.
const STACK: &str = include_str!("../cases/lang/scope.ram.hcl");

fn compiled(sources: &mut SourceMap, text: &str) -> Compiled {
    let file = sources.add("stack.ram.hcl", text);
    compile(sources, &[file], &inputs(&[]))
}

fn told(sources: &SourceMap, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let place = diagnostic.span.map_or("-".into(), |span| {
            let position = sources.position(span);
            format!("{}:{}", position.line, position.column)
        });
        out.push_str(&format!("{place} {} {}\n", diagnostic.code, diagnostic.detail));
        for label in &diagnostic.labels {
            let position = sources.position(label.span);
            out.push_str(&format!("    {}:{} {}\n", position.line, position.column, label.text));
        }
        if let Some(help) = &diagnostic.help {
            out.push_str(&format!("    help: {help}\n"));
        }
    }
    out
}

/// The cases of a file: line number, expression, expectation.
fn cases(text: &str) -> Vec<(usize, String, String)> {
    let mut out = Vec::new();
    let mut pending = String::new();
    for (number, line) in text.lines().enumerate() {
        if pending.is_empty() && (line.trim().is_empty() || line.starts_with("# ")) {
            continue;
        }
        if let Some(start) = line.strip_suffix('\\') {
            pending.push_str(start);
            pending.push('\n');
            continue;
        }
        let whole = std::mem::take(&mut pending) + line;
        let (expression, expected) =
            whole.rsplit_once(" => ").unwrap_or_else(|| panic!("line {}: no ` => `", number + 1));
        out.push((number + 1, expression.to_owned(), expected.trim().to_owned()));
    }
    out
}

/// A declaration in a few lines.
fn listed(declaration: &Declaration) -> String {
    let mut out = format!("stack {}\n", declaration.stack.value);
    for region in &declaration.regions {
        out.push_str(&format!("region {}\n", region.value));
    }
    if let Some(organization) = &declaration.organization {
        let (account, sharing) = (&organization.management_account.value, organization.sharing.value);
        out.push_str(&format!("organization {account} {sharing:?}\n"));
    }
    for (address, account) in &declaration.accounts {
        let role =
            account.assume_role.as_ref().map(|role| (&role.arn, &role.external_id, role.duration_seconds));
        let regions: Option<Vec<_>> =
            account.regions.as_ref().map(|regions| regions.iter().map(|region| &region.value).collect());
        out.push_str(&format!("{address} {} {role:?} {regions:?}\n", account.id.value));
    }
    for permission in &declaration.permissions {
        let actions: Vec<_> = permission.actions.iter().map(|action| &action.value).collect();
        let condition = permission.condition.as_ref().map(|condition| condition.value.to_string());
        out.push_str(&format!(
            "{} {} {actions:?} {condition:?}\n",
            permission.address, permission.resource_type.value
        ));
    }
    for share in &declaration.shares {
        out.push_str(&format!("{} {} {}\n", share.address, share.account.value, share.region.value));
        out.push_str(&format!("    name {:?}\n", share.name.as_ref().map(|name| &name.value)));
        for resource in &share.resources {
            out.push_str(&format!("    resource {}\n", resource.value));
        }
        for principal in &share.principals {
            out.push_str(&format!("    principal {:?}\n", principal.value));
        }
        for permission in &share.permissions {
            let declared = permission.declared.as_ref().map(ToString::to_string);
            out.push_str(&format!(
                "    {} {} {declared:?}\n",
                permission.resource_type.value, permission.permission.value
            ));
        }
        let external = share.allow_external_principals.as_ref().map(|flag| flag.value);
        let expires = share.expires.as_ref().map(|time| time.value);
        out.push_str(&format!(
            "    external {external:?} tags {:?} expires {expires:?}\n",
            share.plain_tags()
        ));
        out.push_str(&format!("    {:?}\n", share.lifecycle));
    }
    for inbound in &declaration.inbound {
        out.push_str(&format!(
            "{} from {} {:?}\n",
            inbound.address, inbound.from.value, inbound.action.value
        ));
    }
    for check in &declaration.checks {
        out.push_str(&format!(
            "check {} {:?} {}\n",
            check.name,
            check.severity.value,
            check.assertions.len()
        ));
    }
    for import in &declaration.imports {
        out.push_str(&format!("import {} {}\n", import.to.value, import.id.value));
    }
    for moved in &declaration.moved {
        out.push_str(&format!("moved {} {}\n", moved.from.value, moved.to.value));
    }
    for removed in &declaration.removed {
        out.push_str(&format!("removed {} {:?}\n", removed.from.value, removed.action));
    }
    out
}

/// Each `stacks/NAME.ram.hcl` against `stacks/NAME.expected`; `UPDATE_EXPECT=1` writes the latter.
#[test]
fn every_stack_compiles_to_what_its_file_says() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/lang/stacks");
    let mut stacks: Vec<_> = fs::read_dir(folder)
        .expect("the stacks are there")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "hcl"))
        .collect();
    stacks.sort();
    assert!(stacks.len() > 10);
    for path in stacks {
        let text = fs::read_to_string(&path).expect("readable");
        let mut sources = SourceMap::default();
        let stack = compiled(&mut sources, &text);
        let mut actual = told(&sources, &stack.diagnostics);
        if let Some(declaration) = &stack.declaration {
            actual.push_str(&listed(declaration));
        }
        let name = path.to_string_lossy().replace(".ram.hcl", ".expected");
        expect_test::expect_file![name].assert_eq(&actual);
    }
}

#[test]
fn every_expression_of_the_tables_has_its_value() {
    let mut failures = Vec::new();
    let mut count = 0;
    let mut files: Vec<_> = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/lang"))
        .expect("the tables are there")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    let mut sources = SourceMap::default();
    let stack = compiled(&mut sources, STACK);
    assert!(stack.declaration.is_some(), "{}", told(&sources, &stack.diagnostics));
    for path in files {
        let text = fs::read_to_string(&path).expect("readable");
        for (line, expression, expected) in cases(&text) {
            count += 1;
            let result = stack.evaluate(&mut sources, "case", &expression, &inputs(&[]));
            let actual = match &result {
                Ok(value) => to_json(value).to_string(),
                Err(diagnostics) => {
                    format!("error {}", diagnostics.first().map_or("(silent)", |first| first.code.id))
                }
            };
            let same = match serde_json::from_str::<serde_json::Value>(&expected) {
                Ok(json) => actual.parse::<serde_json::Value>().is_ok_and(|actual| actual == json),
                Err(_) if expected == "error" => actual.starts_with("error "),
                Err(_) => expected == actual,
            };
            if !same {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let why = result.err().map_or(String::new(), |diagnostics| told(&sources, &diagnostics));
                failures.push(format!(
                    "{name}:{line}: {expression}\n  expected {expected}\n  actual   {actual}\n{why}"
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {count} cases fail:\n{}", failures.len(), failures.join("\n"));
    assert!(count >= 1_000, "the tables were read: {count} cases");
}

/// A file of local values against what Terraform makes of each.
fn assert_as_in_terraform(stack: &str, expected: &str) {
    let mut sources = SourceMap::default();
    let stack = compiled(&mut sources, stack);
    assert!(stack.declaration.is_some(), "{}", told(&sources, &stack.diagnostics));
    let mut failures = Vec::new();
    for (line, expression, expected) in cases(expected) {
        let value = stack.evaluate(&mut sources, "case", &expression, &inputs(&[])).expect("has a value");
        let expected: serde_json::Value = expected.parse().expect("JSON");
        if to_json(&value) != expected {
            failures.push(format!(
                "line {line}: {expression}\n  expected {expected}\n  actual   {}",
                to_json(&value)
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn comments_newlines_and_heredocs_are_read_as_terraform_reads_them() {
    assert_as_in_terraform(
        include_str!("../cases/lang/layout.ram.hcl"),
        include_str!("../cases/lang/layout.cases"),
    );
}

#[test]
fn templates_made_at_random_give_what_terraform_gives() {
    assert_as_in_terraform(
        include_str!("../cases/lang/templates.ram.hcl"),
        include_str!("../cases/lang/templates.cases"),
    );
}
