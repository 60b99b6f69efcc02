//! Values from outside of the files: input values, sensitivity, plans for assertions.

use ramctl::diag::SourceMap;
use ramctl::lang::value::{Shown, from_json, to_json};
use ramctl::lang::{AssertionResult, Compiled, InputValues, compile};

use super::{STACK, cases, compiled, inputs, told};

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
    assert_eq!(Shown(&token).to_string(), "(sensitive value)");
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
            Ok(value) => Shown(&value).to_string(),
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

/// `types.cases` holds `TYPE <- VALUE => JSON` or `=> error`.
#[test]
fn values_convert_to_the_types_of_variables_as_in_terraform() {
    let mut failures = Vec::new();
    for (line, case, expected) in cases(include_str!("../../cases/lang/types.cases")) {
        let (ty, value) = case.split_once(" <- ").unwrap_or_else(|| panic!("line {line}: no ` <- `"));
        let declarations = format!("variable \"v\" {{\n  type = {ty}\n}}\n");
        let values = format!("v = {value}\n");
        let (mut sources, compiled) = with_values(&declarations, &[("v.ramvars.hcl", &values)], &[]);
        let actual = match &compiled.declaration {
            Some(_) => json_of(&mut sources, &compiled, "var.v"),
            None => "error".to_owned(),
        };
        let same = match expected.parse::<serde_json::Value>() {
            Ok(json) => actual.parse::<serde_json::Value>().is_ok_and(|actual| actual == json),
            Err(_) => expected == actual,
        };
        if !same {
            failures.push(format!(
                "{line}: {case}\n  expected {expected}\n  actual   {actual}\n{}",
                told(&sources, &compiled.diagnostics)
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_text_of_a_sensitive_input_is_in_no_source_that_a_message_shows() {
    let declarations = "variable \"keys\" {\n  type      = map(number)\n  sensitive = true\n}\n";
    let hush = |text: &str| (vec![], vec![environment("keys", text)]);
    let cases = [
        hush("{ hush = "),
        hush("{ a = hush }"),
        hush("{ hush = \"x\" }"),
        hush("[\"hush\"]"),
        (vec![("v.ramvars.hcl", "keys = { hush = \"x\" }\n")], vec![]),
    ];
    for (files, values) in cases {
        let (sources, compiled) = with_values(declarations, &files, &values);
        assert!(compiled.declaration.is_none());
        assert!(!told(&sources, &compiled.diagnostics).contains("hush"));
        for span in compiled
            .diagnostics
            .iter()
            .flat_map(|found| found.span.into_iter().chain(found.labels.iter().map(|l| l.span)))
        {
            assert!(!sources.file(span.file).text.contains("hush"), "{}", sources.file(span.file).name);
        }
    }
}

#[test]
fn a_values_file_in_json_has_each_key_once() {
    let declarations = "variable \"a\" {\n  default = \"x\"\n}\n";
    for (text, place) in [
        ("{ \"a\": \"one\",\n  \"a\": \"two\" }", "2:3 RAM003"),
        ("{ \"a\": { \"b\": 1, \"b\": 2 } }", "1:18 RAM003"),
    ] {
        let (sources, compiled) = with_values(declarations, &[("x.auto.ramvars.json", text)], &[]);
        let told = told(&sources, &compiled.diagnostics);
        assert!(told.contains(place), "{told}");
    }
}

#[test]
fn hidden_characters_are_pointed_at_and_nul_is_refused() {
    let values = [("x.auto.ramvars.hcl", "a = \"x\u{202e}y\"\n")];
    let (sources, compiled) = with_values("variable \"a\" {\n  default = \"\u{2066}x\"\n}\n", &values, &[]);
    let found = told(&sources, &compiled.diagnostics);
    assert_eq!(found.matches("RAM052").count(), 2, "{found}");
    assert!(compiled.declaration.is_some(), "{found}");
    let (sources, compiled) = with_values("variable \"a\" {\n  default = \"\0x\"\n}\n", &[], &[]);
    let found = told(&sources, &compiled.diagnostics);
    assert!(found.contains("RAM052") && compiled.declaration.is_none(), "{found}");
}
