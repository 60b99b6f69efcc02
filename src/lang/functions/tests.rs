use std::collections::{BTreeMap, BTreeSet};

use crate::diag::SourceMap;
use crate::lang::eval::{Evaluator, Limits, Names, Scope, World};
use crate::lang::functions::{
    Body, FileError, Group, StackFiles, TABLES, all_functions, find_function, json,
};
use crate::lang::syntax::parse_expression;
use crate::lang::value::Value;

/// Expressions and their values as JSON, or `error CODE`; all but the last two chapters as Terraform 1.11 answers.
const CASES: &str = include_str!("../../../tests/cases/lang/functions.txt");

/// A stack in memory.
struct Files(BTreeMap<&'static str, &'static [u8]>);

impl StackFiles for Files {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        if self.0.keys().any(|file| file.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))) {
            return Err(FileError::NotAFile);
        }
        self.0.get(path).map(|bytes| bytes.to_vec()).ok_or(FileError::NotFound)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, FileError> {
        let inside = |file: &&str| match folder {
            "" => Some((*file).to_owned()),
            _ => file.strip_prefix(folder)?.strip_prefix('/').map(str::to_owned),
        };
        Ok(self.0.keys().filter_map(inside).collect())
    }

    fn folder(&self) -> String {
        "/work/stack".into()
    }
}

fn files() -> Files {
    Files(BTreeMap::from([
        ("hello.txt", b"Hello World".as_slice()),
        ("greeting.tmpl", b"Hello, ${name}!%{ for x in list } ${x}%{ endfor }".as_slice()),
        ("bytes.bin", b"\xff\xfe\x00".as_slice()),
        ("data/a.json", b"{\"a\": 1}".as_slice()),
        ("data/b.yaml", b"b: 2\n".as_slice()),
        ("data/deep/er/c.json", b"[]".as_slice()),
    ]))
}

/// The value of an expression, or the details of its diagnostics.
fn evaluate(expression: &str) -> Result<Value, String> {
    let mut sources = SourceMap::default();
    let file = sources.add("expression", expression);
    let files = files();
    let details = |diagnostics: &[crate::diag::Diagnostic]| {
        diagnostics
            .iter()
            .map(|found| format!("{} {}", found.code, found.detail))
            .collect::<Vec<_>>()
            .join("; ")
    };
    let expr = parse_expression(file, expression, usize::MAX).map_err(|found| details(&found))?;
    let world = World { files: &files, plan_timestamp: "2026-11-22T12:00:00Z", limits: Limits::default() };
    let mut evaluator = Evaluator::new(world, Names::default());
    evaluator.eval(&expr, &Scope::EMPTY).map_err(|_| details(&evaluator.diagnostics))
}

fn as_json(value: &Value) -> Result<serde_json::Value, String> {
    serde_json::from_str(&json::encode(&value.unmarked())?).map_err(|error| error.to_string())
}

fn check(expression: &str, expected: &str) -> Result<(), String> {
    let result = evaluate(expression).and_then(|value| as_json(&value));
    match (expected.strip_prefix("error "), result) {
        (Some(code), Err(message)) if message.starts_with(code) => Ok(()),
        (Some(code), Err(message)) => Err(format!("{expression}\n    fails with {message}, not with {code}")),
        (Some(code), Ok(value)) => Err(format!("{expression}\n    gives {value}, not {code}")),
        (None, Err(message)) => Err(format!("{expression}\n    fails: {message}")),
        (None, Ok(value)) => {
            let wanted: serde_json::Value = serde_json::from_str(expected).expect(expected);
            if wanted == value {
                Ok(())
            } else {
                Err(format!("{expression}\n    gives {value}\n    not   {wanted}"))
            }
        }
    }
}

#[test]
fn functions_answer_as_the_table_says() {
    let cases: Vec<(&str, &str)> = CASES
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.rsplit_once(" => ").expect("EXPRESSION => JSON"))
        .collect();
    assert!(cases.len() >= 500, "{} cases", cases.len());
    let wrong: Vec<String> =
        cases.iter().filter_map(|(expression, expected)| check(expression, expected).err()).collect();
    assert!(wrong.is_empty(), "{} of {} cases are wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn the_examples_of_the_reference_hold() {
    for function in all_functions().filter(|function| function.group != Group::Ram) {
        for example in function.examples {
            if let Err(message) = check(example.expression, example.json) {
                panic!("{}: {message}", function.name);
            }
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
