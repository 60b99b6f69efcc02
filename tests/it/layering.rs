//! Who may import whom, and the scan that holds everybody to it.

mod scan;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use scan::{Rules, Violation, scan, test_only_files};

/// Each room with the rooms that it may import. `README.md` shows the same table.
const ROOMS: &[(&str, &[&str])] = &[
    ("diag", &[]),
    ("model", &[]),
    ("org", &["model"]),
    ("catalog", &["model"]),
    ("lang", &["diag", "model"]),
    ("desired", &["catalog", "diag", "lang", "model", "org"]),
    ("live", &["model"]),
    ("diff", &["desired", "diag", "live", "model", "org"]),
    ("access", &["catalog", "live", "model", "org"]),
    ("iam", &["catalog", "desired", "lang", "model"]),
    ("plan", &["access", "diag", "diff", "live", "model", "org"]),
    ("drift", &["diag", "diff", "model"]),
    ("wire", &["access", "desired", "diag", "diff", "drift", "live", "model", "org", "plan"]),
    ("render", &["access", "catalog", "desired", "diag", "diff", "drift", "model", "org", "plan"]),
    ("checks", &["diag", "lang", "plan", "wire"]),
    ("cloud", &["live", "model", "org", "plan"]),
    ("collect", &["cloud", "live", "model", "org"]),
    ("apply", &["cloud", "model", "plan"]),
    ("aws", &["cloud", "live", "model", "org", "plan"]),
    ("sandbox", &["catalog", "model"]),
    ("cli", &["*"]),
];

/// Crates that only some places may name. A name that ends in `_` stands for all crates that begin with it; a place is a room
/// or one file of a room.
const CRATES: &[(&str, &[&str])] = &[
    ("annotate_snippets", &["render/diagnostics.rs"]),
    ("anstream", &["cli"]),
    ("aws_", &["aws"]),
    ("axum", &["sandbox"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("fastrand", &["apply", "aws", "collect", "sandbox"]),
    ("futures_util", &["cloud", "apply", "aws", "collect", "sandbox", "cli"]),
    ("hcl", &["sandbox"]),
    ("hcl_edit", &["lang"]),
    ("indicatif", &["cli"]),
    ("petgraph", &["desired", "lang"]),
    ("quick_xml", &["aws/query_xml.rs", "sandbox"]),
    ("tokio", &["cloud", "apply", "aws", "collect", "sandbox", "cli"]),
    ("tokio_util", &["cloud", "apply", "aws", "collect", "sandbox", "cli"]),
];

const RULES: Rules<'static> = Rules { rooms: ROOMS, crates: CRATES };

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file under `src`, as its path inside `src` with `/` between the parts, and its text.
fn sources() -> BTreeMap<String, String> {
    fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).expect("src can be listed") {
            let path = entry.expect("src can be listed").path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let src = root().join("src");
    let mut found = Vec::new();
    walk(&src, &mut found);
    found
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&src).expect("found below src").to_string_lossy().replace('\\', "/");
            (name, fs::read_to_string(&path).expect("sources are UTF-8"))
        })
        .collect()
}

#[test]
fn every_import_is_one_that_the_table_lists() {
    let sources = sources();
    assert!(sources.len() > 30, "the walk found the sources");
    let tests = test_only_files(&sources);
    let mut report = String::new();
    for (file, text) in &sources {
        for (line, violation) in scan(&RULES, file, text, tests.contains(file)) {
            report.push_str(&format!("src/{file}:{line}: {violation}\n"));
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn the_table_names_every_room_once_and_no_other() {
    let folders: BTreeSet<String> =
        sources().keys().filter_map(|file| file.split_once('/')).map(|(room, _)| room.to_owned()).collect();
    let rows: BTreeSet<String> = ROOMS.iter().map(|(room, _)| (*room).to_owned()).collect();
    assert_eq!(rows.len(), ROOMS.len(), "a room has two rows");
    assert_eq!(folders, rows);
    for (room, may) in ROOMS {
        for other in may.iter().filter(|other| **other != "*") {
            assert!(rows.contains(*other), "{room} may import {other}, which is no room");
        }
    }
}

/// A room on a cycle of the table, where there is one.
fn cycle<'a>(table: &[(&'a str, &[&'a str])]) -> Option<&'a str> {
    let mut left: Vec<_> = table.to_vec();
    loop {
        let names: BTreeSet<&str> = left.iter().map(|(room, _)| *room).collect();
        let before = left.len();
        left.retain(|(_, may)| {
            may.iter().any(|other| names.contains(other) || (*other == "*" && before > 1))
        });
        match left.first() {
            None => return None,
            Some((room, _)) if left.len() == before => return Some(room),
            Some(_) => {}
        }
    }
}

#[test]
fn the_table_has_no_cycle() {
    assert_eq!(cycle(ROOMS), None);
    assert_eq!(cycle(&[("a", &["b"]), ("b", &["c"]), ("c", &[])]), None);
    assert!(cycle(&[("a", &["b"]), ("b", &["c"]), ("c", &["a"]), ("d", &[])]).is_some());
    assert!(cycle(&[("a", &["a"])]).is_some());
}

/// The rows of the README's table: a row may name several rooms.
fn table_in(readme: &str) -> BTreeMap<String, BTreeSet<String>> {
    let words = |cell: &str| -> BTreeSet<String> {
        cell.split(',')
            .map(|word| word.trim().trim_matches('`').to_owned())
            .filter(|word| !matches!(word.as_str(), "" | "-"))
            .map(|word| if word == "all" { "*".to_owned() } else { word })
            .collect()
    };
    let section = readme.split("\n## Who may import whom").nth(1).unwrap_or_default();
    let section = section.split("\n## ").next().unwrap_or_default();
    let mut rows = BTreeMap::new();
    for line in section.lines().filter(|line| line.starts_with('|')).skip(2) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
        let [rooms, may] = cells[..] else { panic!("a row with two cells: {line}") };
        for room in words(rooms) {
            assert!(rows.insert(room, words(may)).is_none(), "a room has two rows: {line}");
        }
    }
    rows
}

#[test]
fn the_readme_shows_the_same_table() {
    let data: BTreeMap<String, BTreeSet<String>> = ROOMS
        .iter()
        .map(|(room, may)| ((*room).to_owned(), may.iter().map(|other| (*other).to_owned()).collect()))
        .collect();
    let sample = "# x\n\n## Who may import whom\n\n| module | may import |\n|---|---|\n| diag, `model` | - |\n\
                  | org | model, diag |\n| cli | all |\n\n## Next\n| a | b |\n";
    let read = table_in(sample);
    assert_eq!(read.keys().collect::<Vec<_>>(), ["cli", "diag", "model", "org"]);
    assert_eq!(read["org"], BTreeSet::from(["diag".to_owned(), "model".to_owned()]));

    let readme = fs::read_to_string(root().join("README.md")).expect("the README stands at the top");
    assert_eq!(table_in(&readme), data);
}

/// What the scan says of a snippet in a file of the room `org`.
fn found(text: &str) -> Vec<Violation> {
    scan(&RULES, "org/sample.rs", text, false).into_iter().map(|(_, violation)| violation).collect()
}

#[test]
fn an_import_that_the_table_does_not_list_is_found_wherever_it_stands() {
    let expected = [Violation::Room { from: "org".into(), to: "plan".into() }];
    for text in [
        "use crate::plan::Step;",
        "use crate::{model::Arn, plan::{Step, StepId}};",
        "pub use crate::plan as p;",
        "fn f(step: crate::plan::Step) {}",
        "fn f() { crate::plan::plan(); }",
        "fn f() { use crate::plan::Step; }",
        "fn f() { println!(\"{}\", crate::plan::plan()); }",
        "macro_rules! m { () => { $crate::plan::plan() } }",
        "impl crate::plan::Trait for u8 {}",
        "pub(in crate::plan) fn f() {}",
    ] {
        assert_eq!(found(text)[..1], expected, "{text}");
    }
    for text in ["use crate::model::Arn;", "use crate::org::snapshot::OrgSnapshot;", "use std::fmt;"] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn relative_and_whole_crate_imports_are_found() {
    for text in ["use super::x;", "fn f() { super::x::f() }", "mod m { use super::super::x; }"] {
        assert_eq!(found(text), [Violation::Super], "{text}");
    }
    for text in ["use crate::*;", "use crate::{self as c};", "use crate as c;", "extern crate self as c;"] {
        assert_eq!(found(text), [Violation::WholeCrate], "{text}");
    }
    assert_eq!(found("#[path = \"../plan/step.rs\"] mod step;"), [Violation::PathAttribute]);
    assert_eq!(found("include!(\"../plan/step.rs\");"), [Violation::Include]);
}

#[test]
fn crates_that_belong_to_other_rooms_are_found() {
    for (text, name) in [
        ("use aws_sdk_ram::Client;", "aws_sdk_ram"),
        ("use tokio::sync::Semaphore;", "tokio"),
        ("async fn f() { ::tokio::task::yield_now().await }", "tokio"),
        ("#[tokio::test] async fn f() {}", "tokio"),
        ("#[derive(clap::Parser)] struct A;", "clap"),
        ("use hcl_edit::structure::Body;", "hcl_edit"),
        ("fn f() { let _ = vec![hcl_edit::parser::parse_body(\"\")]; }", "hcl_edit"),
    ] {
        assert_eq!(found(text), [Violation::Crate { from: "org".into(), name: name.into() }], "{text}");
    }
    let in_file = |file: &str| scan(&RULES, file, "use annotate_snippets::Renderer;", false).len();
    assert_eq!((in_file("render/diagnostics.rs"), in_file("render/plan.rs")), (0, 1));
}

#[test]
fn test_code_may_use_super_and_any_room() {
    assert_eq!(found("#[cfg(test)] mod tests { use super::*; use crate::plan::Step; }"), []);
    assert_eq!(found("#[cfg(test)] use super::x;"), []);
    assert_eq!(found("#[cfg(not(test))] use super::x;"), [Violation::Super]);
    let sources = BTreeMap::from([
        ("org/mod.rs".to_owned(), "#[cfg(test)] mod laws;\nmod tree;".to_owned()),
        ("org/laws.rs".to_owned(), "mod generate;".to_owned()),
        ("org/laws/generate.rs".to_owned(), String::new()),
        ("org/tree.rs".to_owned(), "#[cfg(test)]\nmod tests;".to_owned()),
        ("org/tree/tests.rs".to_owned(), String::new()),
    ]);
    let tests: Vec<String> = test_only_files(&sources).into_iter().collect();
    assert_eq!(tests, ["org/laws.rs", "org/laws/generate.rs", "org/tree/tests.rs"]);
}
