use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::diag::{Diagnostic, SourceMap};
use crate::lang::eval::{Evaluator, Limits, Names, Scope, World};
use crate::lang::functions::{
    Body, FileError, Group, StackFiles, TABLES, all_functions, find_function, json, yaml,
};
use crate::lang::syntax::parse_expression;
use crate::lang::value::Value;

/// The table of cases, which `tests/it/lang.rs` runs.
const CASES: &str = include_str!("../../../tests/cases/lang/functions.txt");

/// A stack with one file that is text, and two that are not.
struct OneFile;

impl StackFiles for OneFile {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        match path {
            "a" => Ok(b"${a}".to_vec()),
            "latin1" => Ok(b"a\nb\xe4".to_vec()),
            "utf16" => Ok(b"\xff\xfea\0".to_vec()),
            _ => Err(FileError::NotFound),
        }
    }

    fn list(&self, _: &str) -> Result<Vec<String>, FileError> {
        Ok(vec!["a".into()])
    }

    fn folder(&self) -> String {
        "/stack".into()
    }
}

/// The value of an expression, or its diagnostics.
fn evaluate(expression: &str) -> Result<Value, Vec<Diagnostic>> {
    let mut sources = SourceMap::default();
    let file = sources.add("expression", expression);
    let expr = parse_expression(file, expression, usize::MAX)?;
    let world = World { files: &OneFile, plan_timestamp: "2026-11-22T12:00:00Z", limits: Limits::default() };
    let mut evaluator = Evaluator::new(world, Names::default());
    evaluator.eval(&expr, &Scope::EMPTY).map_err(|_| evaluator.told())
}

#[test]
fn the_examples_of_the_reference_hold() {
    for function in all_functions().filter(|function| function.group != Group::Ram) {
        for example in function.examples {
            let value =
                evaluate(example.expression).unwrap_or_else(|found| panic!("{}: {found:?}", function.name));
            let json = json::encode(&value).expect("examples have JSON");
            let [actual, expected]: [serde_json::Value; 2] =
                [json.as_str(), example.json].map(|json| serde_json::from_str(json).expect(json));
            assert_eq!(actual, expected, "{}", example.expression);
        }
    }
}

#[test]
fn a_file_that_is_not_utf8_is_named_with_its_line_or_its_encoding() {
    for (file, fault) in [
        ("latin1", "\"latin1\" is not UTF-8: line 2 has a byte at offset 3 that fits no character."),
        ("utf16", "\"utf16\" is UTF-16."),
    ] {
        for expression in [format!("file({file:?})"), format!("templatefile({file:?}, {{}})")] {
            let told = evaluate(&expression).expect_err("not UTF-8");
            assert!(told[0].detail.contains(fault), "{expression}: {}", told[0].detail);
            assert!(told[0].help.as_ref().is_some_and(|help| help.contains("UTF-8")), "{expression}");
        }
    }
}

#[test]
fn texts_that_would_grow_without_end_are_refused() {
    let long = r#"join("", [for i in range(1024) : format("%1000d", i)])"#;
    for expression in [
        format!(r#"replace({long}, "", {long})"#),
        format!(r#"replace({long}, "/./", {long})"#),
        format!(r#"replace({long}, "/.*/", replace({long}, " ", "$0"))"#),
        format!(r#"indent(1000, replace({long}, " ", "\n"))"#),
        format!(r#"join({long}, [for i in range(1024) : "x"])"#),
        format!(r#"format(replace({long}, " ", "%[1]s"), {long})"#),
        format!(r#"formatlist("%s%s", {long}, range(1024))"#),
        r#"format("%99999d", 1)"#.to_owned(),
        "range(1, 5000)".to_owned(),
        "setproduct(range(1000), range(1000), range(1000))".to_owned(),
        "pow(pow(10, 4000), 4000)".to_owned(),
    ] {
        let found = evaluate(&expression).expect_err(&expression);
        assert_eq!(found[0].code.id, "RAM024", "{expression}: {}", found[0].detail);
    }
}

#[test]
fn deep_documents_and_alias_bombs_are_refused() {
    let mut bomb = "- &a0 [x, x]\n".to_owned();
    for level in 1..40 {
        bomb.push_str(&format!("- &a{level} [*a{0}, *a{0}]\n", level - 1));
    }
    let deep = ["[", "- ", "? ", "{a: ", "{\"a\":"].map(|opening| opening.repeat(100_000));
    for text in deep.iter().chain([&bomb]) {
        assert!(yaml::decode(text).is_err(), "{}", &text[..20]);
        assert!(json::decode(text).is_err(), "{}", &text[..20]);
    }
}

/// Arguments of every kind, among them those that functions trip over.
const ARGUMENTS: &[&str] = &[
    "null",
    "true",
    "0",
    "1",
    "-1",
    "2",
    "8",
    "62",
    "0.5",
    "-1.5",
    "129",
    "1025",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "340282366920938463463374607431768211456",
    "1e300",
    "1e-300",
    "1/3",
    "\"\"",
    "\"a\"",
    "\"1\"",
    "\"-0x1F\"",
    "\"é日👾🕹️\"",
    "\"\\u0000\\t\\n \\r\"",
    "\"%\"",
    "\"%s%d%v\"",
    "\"%-+ #010000.9999[1]f\"",
    "\"%[99999]d\"",
    "\"%x\"",
    "\"/(a|b*)+/\"",
    "\"(\"",
    "\"[[:alpha:\"",
    "\"[^\"",
    "\"a{1001}\"",
    "\"\\\\\"",
    "\"$${1}$1\"",
    "\"$${a}\"",
    "\"%%{ for\"",
    "\"10.0.0.0/8\"",
    "\"::/0\"",
    "\"0.0.0.0/0\"",
    "\"255.255.255.255/32\"",
    "\"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128\"",
    "\"2018-01-02T23:12:01Z\"",
    "\"9999-12-31T23:59:59-23:59\"",
    "\"0000-01-01T00:00:00+23:59\"",
    "\"-1h\"",
    "\"2562047h\"",
    "\"9999999h\"",
    "\"YYYY'\"",
    "\"EEEE é Z\"",
    "\"{\\\"a\\\":[1e999]}\"",
    "\"[[[[\"",
    "\"a: &a [*a]\"",
    "\"<<: {a: 1}\"",
    "\"? [\"",
    "\"- - - |2+\\n x\"",
    "\"!!int x\"",
    "\"a,b\\n\\\"\"",
    "\"////\"",
    "\"UTF-16\"",
    "\"../a\"",
    "\"**/{\"",
    "[]",
    "[[]]",
    "[1, \"a\", null]",
    "[null]",
    "[\"b\", \"a\", \"b\"]",
    "tolist([\"a\"])",
    "toset([\"a\", \"b\"])",
    "toset([])",
    "{}",
    "{ a = 1 }",
    "{ a = null, b = [1] }",
    "tomap({ a = \"x\" })",
    "tomap({ a = [\"x\"] })",
    "sensitive(\"s\")",
    "[sensitive(1)]",
    "ou(\"a\")",
    "organization()",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn no_arguments_make_a_function_panic(
        function in any::<prop::sample::Index>(),
        args in prop::collection::vec(prop::sample::select(ARGUMENTS), 0..4),
    ) {
        let functions: Vec<_> = all_functions().collect();
        let expression = format!("{}({})", function.get(&functions).name, args.join(", "));
        if let Err(found) = evaluate(&expression) {
            prop_assert!(!found.is_empty(), "{expression} fails without a diagnostic");
        }
    }
}

#[test]
fn every_row_is_documented_and_named_once() {
    assert_eq!(
        all_functions().count(),
        TABLES.iter().map(|table| table.len()).sum::<usize>(),
        "a name has two rows"
    );
    for function in all_functions() {
        assert!(function.signature.starts_with(&format!("{}(", function.name)), "{}", function.signature);
        assert!(function.doc.ends_with('.'), "{} is not documented", function.name);
        if let Body::Refused { reason, instead } = function.body {
            assert!(reason.ends_with('.') && instead.ends_with('.'), "{}", function.name);
        }
    }
}

#[test]
fn every_function_of_terraform_has_a_row() {
    let missing: Vec<&str> =
        TERRAFORM.split_whitespace().filter(|name| find_function(name).is_none()).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let cases: BTreeSet<&str> = CASES.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).collect();
    let untested: Vec<&str> = TERRAFORM.split_whitespace().filter(|name| !cases.contains(name)).collect();
    assert!(untested.is_empty(), "no case calls {untested:?}");
}

/// The functions of Terraform 1.11, but for `ephemeralasnull`, which is about its state, and those of its own provider.
const TERRAFORM: &str = "
    abs abspath alltrue anytrue base64decode base64encode base64gzip base64sha256 base64sha512 basename bcrypt can ceil chomp chunklist
    cidrhost cidrnetmask cidrsubnet cidrsubnets coalesce coalescelist compact concat contains csvdecode dirname distinct element endswith
    file filebase64 filebase64sha256 filebase64sha512 fileexists filemd5 fileset filesha1 filesha256 filesha512 flatten floor format
    formatdate formatlist indent index issensitive join jsondecode jsonencode keys length list log lookup lower map matchkeys max md5 merge
    min nonsensitive one parseint pathexpand plantimestamp pow range regex regexall replace reverse rsadecrypt sensitive setintersection
    setproduct setsubtract setunion sha1 sha256 sha512 signum slice sort split startswith strcontains strrev substr sum templatefile
    templatestring textdecodebase64 textencodebase64 timeadd timecmp timestamp title tobool tolist tomap tonumber toset tostring transpose
    trim trimprefix trimspace trimsuffix try type upper urlencode uuid uuidv5 values yamldecode yamlencode zipmap
";
