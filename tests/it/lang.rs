//! The language against tables of expressions and against whole stacks.
//!
//! `tests/cases/lang/*.txt` holds one case a line: `expression => JSON`, `expression => error CODE`, or `=> error` for any. Lines that start with `#`
//! and a space are chapter headings and comments; a line that ends in `\` goes on in the next, joined by a newline.

use std::fs;
use std::path::Path;

use ramctl::diag::{Diagnostic, SourceMap};
use ramctl::lang::functions::{FileError, StackFiles};
use ramctl::lang::value::{from_json, to_json};
use ramctl::lang::{AssertionResult, Compiled, Declaration, InputValues, Inputs, Limits, compile};

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
            return Err(FileError::NotAFile);
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
    assert!(count > 100, "the tables were read: {count} cases");
}

/// Good files to break.
fn seeds() -> Vec<String> {
    let mut seeds = vec![STACK.to_owned()];
    seeds.push(include_str!("../cases/lang/stacks/every_block_is_read.ram.hcl").to_owned());
    seeds.push(include_str!("../../examples/quickstart/network.ram.hcl").to_owned());
    seeds.push("locals {\n  a = <<-EOT\n    x ${[for k, v in { a = 1 } : \"${k}-${v}\" if v > 0][0]}\n    %{ if true ~}y%{ endif }\n  EOT\n}\n".to_owned());
    seeds
}

/// A small generator of numbers, so that every run breaks the files in the same ways.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).expect("below a usize")
    }
}

fn broken(seed: &str, numbers: &mut Numbers) -> String {
    const PIECES: [&str; 28] = [
        "\"",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "${",
        "%{",
        "~}",
        "<<EOT\n",
        "\n",
        "=",
        "==",
        "...",
        ".",
        ",",
        "#",
        "/*",
        "'",
        "\\",
        "é",
        "\u{202e}",
        "for",
        "null",
        "9999999999999999999999e99",
        "-",
        "?",
    ];
    let mut text: Vec<char> = seed.chars().collect();
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(text.len());
        match numbers.below(4) {
            0 => drop(text.remove(at)),
            1 => {
                let end = (at + 1 + numbers.below(30)).min(text.len());
                text.drain(at..end);
            }
            2 => {
                let piece = PIECES[numbers.below(PIECES.len())];
                text.splice(at..at, piece.chars());
            }
            _ => {
                let end = (at + 1 + numbers.below(60)).min(text.len());
                let copied: Vec<char> = text[at..end].to_vec();
                let to = numbers.below(text.len());
                text.splice(to..to, copied);
            }
        }
        if text.is_empty() {
            break;
        }
    }
    text.into_iter().collect()
}

#[test]
fn broken_files_never_panic_and_every_diagnostic_has_a_place_in_its_file() {
    let mut numbers = Numbers(0x5eed_cafe);
    let (mut with_errors, mut total) = (0, 0);
    for round in 0..1_000 {
        let seeds = seeds();
        let text = broken(&seeds[round % seeds.len()], &mut numbers);
        let mut sources = SourceMap::default();
        let stack = compiled(&mut sources, &text);
        total += 1;
        assert_eq!(
            stack.declaration.is_none(),
            stack.diagnostics.iter().any(Diagnostic::is_error),
            "a stack is compiled or its mistakes are told:\n{text}"
        );
        with_errors += usize::from(stack.declaration.is_none());
        let lines = text.lines().count().max(1);
        for diagnostic in &stack.diagnostics {
            let spans = diagnostic.span.into_iter().chain(diagnostic.labels.iter().map(|label| label.span));
            for span in spans {
                let length = sources.file(span.file).text.len();
                assert!(span.start <= span.end && span.end <= length, "{span:?} of {length}:\n{text}");
                assert!(sources.file(span.file).text.is_char_boundary(span.start), "{diagnostic:?}\n{text}");
                assert!(sources.file(span.file).text.is_char_boundary(span.end), "{diagnostic:?}\n{text}");
                assert!(sources.position(span).line <= lines + 1, "{diagnostic:?}\n{text}");
            }
            assert!(!diagnostic.detail.is_empty() && !diagnostic.code.explain.is_empty());
        }
    }
    assert!(with_errors > total / 2, "{with_errors} of {total} were broken");
}

#[test]
fn the_first_error_of_a_file_that_lacks_one_line_is_near_that_line() {
    let seed = include_str!("../../examples/quickstart/network.ram.hcl");
    let lines: Vec<&str> = seed.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        // Only lines whose loss breaks the syntax: one opening or closing bracket.
        if !matches!(line.trim(), "{" | "}" | "]") && !line.ends_with('{') {
            continue;
        }
        let text: String = lines
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at)
            .map(|(_, line)| format!("{line}\n"))
            .collect();
        let mut sources = SourceMap::default();
        let stack = compiled(&mut sources, &text);
        let first = stack.diagnostics.first().unwrap_or_else(|| panic!("line {} matters", at + 1));
        let line = sources.position(first.span.expect("a place")).line;
        // The block around the line: from the line at column one before it to the one after.
        let outer = |line: &&str| !line.is_empty() && !line.starts_with([' ', '#']);
        let start = lines[..at].iter().rposition(outer).unwrap_or(0);
        let end = lines[at + 1..].iter().position(outer).map_or(lines.len(), |end| at + 1 + end);
        assert!(
            (start..=end + 1).contains(&line),
            "without line {}: told at {line}\n{}",
            at + 1,
            told(&sources, &stack.diagnostics)
        );
    }
}

#[test]
fn what_the_parser_accepts_evaluates_on_the_stack_of_a_test_thread() {
    let nested =
        |open: &str, close: &str, count: usize| format!("{}1{}", open.repeat(count), close.repeat(count));
    for expression in [
        nested("[", "]", 60),
        nested("(1 + ", ")", 60),
        nested("{ a = ", " }", 60),
        nested("[\"${", "}\"]", 30),
        nested("-", "", 60),
        nested("true ? 1 : ", "", 60),
        nested("[for x in [1] : ", "]", 60),
        nested("ou(", ")", 0),
        format!("1{}", " + 1".repeat(120)),
    ] {
        let text = format!("ramctl {{\n  stack = \"x\"\n}}\nlocals {{\n  a = {expression}\n}}\n");
        let mut sources = SourceMap::default();
        let stack = compiled(&mut sources, &text);
        assert!(stack.declaration.is_some(), "{expression}\n{}", told(&sources, &stack.diagnostics));
    }
}

#[test]
fn deep_and_endless_inputs_are_refused_and_never_overflow() {
    let deep = |open: &str, close: &str, count: usize| {
        format!("locals {{\n  a = {}1{}\n}}\n", open.repeat(count), close.repeat(count))
    };
    let mut texts = vec![
        deep("[", "]", 10_000),
        deep("(", ")", 10_000),
        deep("{ a = ", " }", 10_000),
        deep("\"${", "}\"", 10_000),
        deep("!", "", 10_000),
        deep("-", "", 10_000),
        deep("true ? 1 : ", "", 5_000),
        deep("[for x in [1] : ", "]", 5_000),
        format!("locals {{\n  a = 1{}\n}}\n", " + 1".repeat(10_000)),
        format!("locals {{\n  a = [1]{}\n}}\n", "[*]".repeat(10_000)),
        format!("locals {{\n  a = x{}\n}}\n", ".y".repeat(10_000)),
        format!("{}{}", "a {\n".repeat(10_000), "}\n".repeat(10_000)),
        "{".repeat(100_000),
        "\"${".repeat(100_000),
        "locals {\n  a0 = [1,1,1,1,1,1,1,1,1,1]\n".to_owned()
            + &(1..60)
                .map(|n| format!("  a{n} = [local.a{p}, local.a{p}, local.a{p}]\n", p = n - 1))
                .collect::<String>()
            + "}\n",
        "locals {\n  a0 = \"0123456789\"\n".to_owned()
            + &(1..60)
                .map(|n| format!("  a{n} = \"${{local.a{p}}}${{local.a{p}}}\"\n", p = n - 1))
                .collect::<String>()
            + "}\n",
        "locals {\n  a0 = 1\n".to_owned()
            + &(1..5_000).map(|n| format!("  a{n} = [local.a{p}]\n", p = n - 1)).collect::<String>()
            + "}\n",
    ];
    let numbers = (0..200).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    texts.push(format!(
        "locals {{\n  a = [{numbers}]\n  b = [for x in local.a : [for y in local.a : [for z in local.a : [for w in local.a : 1 if false]]]]\n}}\n"
    ));
    for text in texts {
        let text = format!("ramctl {{\n  stack = \"x\"\n}}\n{text}");
        let mut sources = SourceMap::default();
        let file = sources.add("stack.ram.hcl", text.as_str());
        let limits = Limits { steps: 300_000, value_size: 100_000, ..Limits::default() };
        let stack = compile(&mut sources, &[file], &Inputs { limits, ..inputs(&[]) });
        assert!(stack.declaration.is_none(), "{}", &text[..200.min(text.len())]);
        assert!(!stack.diagnostics.is_empty());
    }
}

/// Compiles a stack of variables with values from outside.
fn with_values(declarations: &str, files: &[(&str, &str)], values: &[InputValues]) -> (SourceMap, Compiled) {
    let mut sources = SourceMap::default();
    let stack = sources.add("stack.ram.hcl", format!("ramctl {{\n  stack = \"x\"\n}}\n{declarations}"));
    let mut all = values.to_vec();
    let at = all.iter().position(|value| matches!(value, InputValues::Flag { .. })).unwrap_or(all.len());
    for (offset, (name, text)) in files.iter().enumerate() {
        all.insert(at + offset, InputValues::File(sources.add(*name, *text)));
    }
    let compiled = compile(&mut sources, &[stack], &inputs(&all));
    (sources, compiled)
}

fn json_of(sources: &mut SourceMap, compiled: &Compiled, expression: &str) -> String {
    match compiled.evaluate(sources, "case", expression, &inputs(&[])) {
        Ok(value) => to_json(&value).to_string(),
        Err(diagnostics) => told(sources, &diagnostics),
    }
}

fn environment(name: &str, text: &str) -> InputValues {
    InputValues::Environment { name: name.into(), text: text.into() }
}

fn flag(name: &str, text: &str) -> InputValues {
    InputValues::Flag { name: name.into(), text: text.into() }
}

#[test]
fn values_from_outside_override_each_other_as_in_terraform() {
    let declarations = "variable \"a\" { default = \"default\" }\n\
        variable \"b\" { default = \"default\" }\n\
        variable \"c\" { default = \"default\" }\n\
        variable \"d\" { default = \"default\" }\n\
        variable \"list\" {\n  type    = list(number)\n  default = []\n}\n";
    let values = [
        environment("b", "environment"),
        environment("c", "environment"),
        environment("d", "environment"),
        environment("not_declared", "x"),
        flag("d", "flag"),
        flag("list", "[1, \"2\"]"),
    ];
    let files =
        [("x.auto.ramvars.hcl", "c = \"auto\"\nd = \"auto\"\n"), ("y.ramvars.json", "{ \"c\": \"json\" }")];
    let (mut sources, compiled) = with_values(declarations, &files, &values);
    assert!(compiled.diagnostics.is_empty(), "{}", told(&sources, &compiled.diagnostics));
    let values = json_of(&mut sources, &compiled, "[var.a, var.b, var.c, var.d, var.list]");
    assert_eq!(values, r#"["default","environment","json","flag",[1,2]]"#);
}

#[test]
fn the_output_of_terraform_is_a_values_file() {
    let declarations = "variable \"tgw\" { type = map(string) }\nvariable \"token\" {}\n";
    let output = r#"{
  "tgw":   { "sensitive": false, "type": ["map", "string"], "value": { "eu-central-1": "tgw-1" } },
  "token": { "sensitive": true, "type": "string", "value": "hush" },
  "other": { "sensitive": false, "type": "number", "value": 12345678901234567890123 }
}"#;
    let (mut sources, compiled) = with_values(declarations, &[("net.ramvars.json", output)], &[]);
    assert!(compiled.diagnostics.is_empty(), "{}", told(&sources, &compiled.diagnostics));
    assert_eq!(json_of(&mut sources, &compiled, "var.tgw"), r#"{"eu-central-1":"tgw-1"}"#);
    let token = compiled.evaluate(&mut sources, "case", "\"x-${var.token}\"", &inputs(&[])).expect("a value");
    assert!(token.is_sensitive());
    assert_eq!(ramctl::lang::value::Shown(&token).to_string(), "(sensitive value)");
}

#[test]
fn mistakes_in_values_from_outside_are_told_at_their_place() {
    let declarations = "variable \"ports\" { type = map(number) }\nvariable \"name\" { default = \"x\" }\n";
    for (files, values, expected) in [
        (vec![("v.ramvars.hcl", "ports = { http = \"x\" }\n")], vec![], "1:9 RAM061"),
        (vec![("v.ramvars.hcl", "ports = {}\nnmae = 1\n")], vec![], "2:1 RAM063"),
        (vec![("v.ramvars.hcl", "ports = {}\nports = {}\n")], vec![], "2:1 RAM003"),
        (vec![("v.ramvars.hcl", "ports = var.name\n")], vec![], "1:9 RAM065"),
        (vec![("v.ramvars.hcl", "ports {\n}\n")], vec![], "1:1 RAM065"),
        (vec![("v.ramvars.json", "{\n  \"ports\": {\n    \"a\": }\n}")], vec![], "3:10 RAM065"),
        (vec![("v.ramvars.json", "[]")], vec![], "1:1 RAM065"),
        (vec![("v.ramvars.json", "{\n  \"ports\": [1]\n}")], vec![], "2:3 RAM061"),
        (vec![], vec![flag("ports", "{ a = ")], "1:1 RAM002"),
        (vec![], vec![flag("ports", "[")], "1:1 RAM002"),
        (vec![], vec![flag("ports", "{}"), flag("nope", "1")], "- RAM063"),
        (vec![], vec![environment("ports", "{ a = b }")], "1:7 RAM010"),
        (vec![], vec![], "4:1 RAM060"),
    ] {
        let (sources, compiled) = with_values(declarations, &files, &values);
        let told = told(&sources, &compiled.diagnostics);
        assert!(
            told.lines().any(|line| line.starts_with(expected)),
            "{files:?} {values:?}: {expected}\n{told}"
        );
    }
}

#[test]
fn sensitive_values_appear_in_no_message() {
    for expression in [
        "var.secret + 1",
        "[1][var.secret]",
        "{ a = 1 }[var.secret]",
        "{ (var.secret) = 1, (var.secret) = 2 }",
        "tonumber(var.secret)",
        "regex(\"x\", var.secret)",
        "file(var.secret)",
        "{ for x in [1, 2] : var.secret => x }",
        "jsondecode(var.secret)",
        "\"${[var.secret]}\" + 1",
        "var.secret.x",
        "try(var.secret.x, tonumber(var.secret))",
        "true ? var.secret : [var.secret]",
        "formatdate(\"YYYY\", var.secret)",
        "ou(\"${var.secret}/\")",
        "{ (var.secret) = [] }[1] + tonumber({ (var.secret) = 1 })",
        "sum([{ (var.secret) = 1 }])",
        "cidrhost({ (var.secret) = [] }, 1)",
        "templatestring(\"$${x + 1}\", { x = var.secret })",
    ] {
        let mut sources = SourceMap::default();
        let stack = compiled(&mut sources, STACK);
        let result = stack.evaluate(&mut sources, "case", expression, &inputs(&[]));
        let told = match result {
            Ok(value) => ramctl::lang::value::Shown(&value).to_string(),
            Err(diagnostics) => told(&sources, &diagnostics),
        };
        assert!(!told.contains("hush"), "{expression}: {told}");
    }
}

#[test]
fn assertions_are_evaluated_over_a_plan() {
    let text = "ramctl {\n  stack = \"x\"\n}\nlocals {\n  most = 1\n}\ncheck \"c\" {\n  assert {\n    condition     = length(plan.shares) <= local.most\n    error_message = \"${length(plan.shares)} are too many.\"\n  }\n}\n";
    let mut sources = SourceMap::default();
    let stack = compiled(&mut sources, text);
    let assertion = &stack.declaration.as_ref().expect("compiles").checks[0].assertions[0];
    for (plan, expected) in [
        (r#"{ "shares": [1] }"#, AssertionResult::Holds),
        (r#"{ "shares": [1, 2] }"#, AssertionResult::Violated("2 are too many.".into())),
    ] {
        let plan = from_json(&plan.parse().expect("JSON")).expect("numbers in range");
        assert_eq!(stack.assert(assertion, plan, &inputs(&[])), Ok(expected));
    }
    let no_shares = from_json(&serde_json::json!({})).expect("numbers in range");
    let error = stack.assert(assertion, no_shares, &inputs(&[])).expect_err("plan.shares is missing");
    assert_eq!(error[0].code.id, "RAM021");
}

/// Expressions put together from pieces, most of them without meaning.
#[test]
fn expressions_put_together_at_random_never_panic() {
    const PIECES: [&str; 44] = [
        "1",
        "-1",
        "1e300",
        "0",
        "\"a\"",
        "\"\"",
        "true",
        "null",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        " = ",
        ", ",
        " + ",
        " - ",
        " / ",
        " % ",
        " == ",
        " < ",
        " && ",
        " ? ",
        " : ",
        "!",
        ".a",
        "[0]",
        "[*]",
        ".*",
        "...",
        "var.names",
        "local.subnets",
        "account.team",
        "[for k, v in ",
        "{for v in ",
        " : v",
        " => v",
        " if k",
        "\"${",
        "}\"",
        "each.key",
        "x",
        "~",
    ];
    let functions: Vec<&str> =
        ramctl::lang::functions::all_functions().map(|function| function.name).collect();
    let mut numbers = Numbers(0xfeed_beef);
    let mut sources = SourceMap::default();
    let stack = compiled(&mut sources, STACK);
    let (mut values, mut errors) = (0, 0);
    for _ in 0..4_000 {
        let mut text = String::new();
        if numbers.below(2) == 0 {
            text.push_str(functions[numbers.below(functions.len())]);
            text.push('(');
            for _ in 0..numbers.below(4) {
                let arguments = [
                    "1",
                    "\"a\"",
                    "-1",
                    "[]",
                    "{}",
                    "null",
                    "var.names",
                    "var.ports",
                    "1e30",
                    "0.5",
                    "\"%s%d\"",
                    "true",
                    "account.network",
                    "[\"a\", 1]",
                    "{ a = null }",
                    "\"10.0.0.0/8\"",
                    "var.secret",
                ];
                text.push_str(arguments[numbers.below(arguments.len())]);
                text.push_str(", ");
            }
            text.push(')');
        } else {
            for _ in 0..=numbers.below(8) {
                text.push_str(PIECES[numbers.below(PIECES.len())]);
            }
        }
        let mut scratch = sources.clone();
        match stack.evaluate(&mut scratch, "case", &text, &inputs(&[])) {
            Ok(value) => {
                values += 1;
                let shown = to_json(&value).to_string();
                assert!(serde_json::from_str::<serde_json::Value>(&shown).is_ok(), "{text}: {shown}");
            }
            Err(diagnostics) => {
                errors += 1;
                assert!(!diagnostics.is_empty(), "{text}");
                for diagnostic in &diagnostics {
                    let span = diagnostic.span.unwrap_or_else(|| panic!("{text}: {diagnostic:?}"));
                    assert!(span.end <= scratch.file(span.file).text.len(), "{text}: {diagnostic:?}");
                }
            }
        }
    }
    assert!(values > 100 && errors > 1_000, "{values} values, {errors} errors");
}

#[test]
fn files_from_other_systems_are_read() {
    let text = include_str!("../../examples/quickstart/network.ram.hcl");
    let count = |text: &str| {
        let mut sources = SourceMap::default();
        let stack = compiled(&mut sources, text);
        let declaration =
            stack.declaration.unwrap_or_else(|| panic!("{}", told(&sources, &stack.diagnostics)));
        declaration.shares.len()
    };
    let plain = count(text);
    assert_eq!(count(&format!("\u{feff}{text}")), plain, "a byte order mark");
    assert_eq!(count(&text.replace('\n', "\r\n")), plain, "lines end in CR LF");
    assert_eq!(count(text.trim_end()), plain, "no newline at the end");
}

#[test]
fn limits_are_told_and_required_versions_compared() {
    for (text, limits, code) in [
        ("locals {\n  a = range(500)\n}\n", Limits { value_size: 100, ..Limits::default() }, "RAM004"),
        ("locals {\n  a = 1\n}\n", Limits { file_bytes: 10, ..Limits::default() }, "RAM004"),
        ("locals {\n  a = [[[1]]]\n}\n", Limits { value_depth: 2, ..Limits::default() }, "RAM004"),
        ("locals {\n  a = [1, 2, 3]\n}\n", Limits { steps: 3, ..Limits::default() }, "RAM004"),
        (
            "share \"s\" {\n  for_each = toset([\"a\", \"b\", \"c\"])\n}\n",
            Limits { instances: 2, ..Limits::default() },
            "RAM004",
        ),
        ("ramctl {\n  stack = \"x\"\n  required_version = \">= 99\"\n}\n", Limits::default(), "RAM050"),
    ] {
        let mut sources = SourceMap::default();
        let file = sources.add("stack.ram.hcl", text);
        let stack = compile(&mut sources, &[file], &Inputs { limits, ..inputs(&[]) });
        assert!(
            stack.diagnostics.iter().any(|found| found.code.id == code),
            "{text}{}",
            told(&sources, &stack.diagnostics)
        );
        assert!(stack.declaration.is_none());
    }
}
