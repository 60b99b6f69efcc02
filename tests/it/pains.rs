//! The tables of `tests/README.md`, pains of others and what can change in place: what they name has to be there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files and folders below a folder.
fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            below(&path, found);
        }
        found.push(path);
    }
}

/// What a table may name.
#[derive(Default)]
struct Names {
    /// Functions of the sources that are tests.
    functions: BTreeSet<String>,
    /// Folders of golden cases.
    cases: BTreeSet<String>,
}

impl Names {
    fn read() -> Self {
        let mut paths = Vec::new();
        below(&root().join("src"), &mut paths);
        below(&root().join("tests"), &mut paths);
        let mut names = Self::default();
        for path in paths {
            if path.is_dir() && path.starts_with(root().join("tests/cases")) {
                names
                    .cases
                    .insert(path.file_name().expect("a case has a name").to_string_lossy().into_owned());
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                names.functions_of(&fs::read_to_string(&path).expect("sources are UTF-8"));
            }
        }
        names
    }

    fn functions_of(&mut self, text: &str) {
        let mut is_test = false;
        for line in text.lines().map(str::trim) {
            let name = line.strip_prefix("fn ").or_else(|| line.strip_prefix("async fn "));
            match name.and_then(|rest| rest.split(['(', '<']).next()) {
                Some(name) if is_test => drop(self.functions.insert(name.to_owned())),
                _ => {}
            }
            is_test = line.starts_with("#[test]")
                || line.starts_with("#[tokio::test")
                || (is_test && (line.starts_with("#[") || line.starts_with("//")));
        }
        // Properties stand inside a macro.
        let in_macro = text.split("proptest! {").skip(1).flat_map(|rest| rest.split("fn ").skip(1));
        self.functions.extend(in_macro.filter_map(|rest| rest.split('(').next()).map(ToOwned::to_owned));
    }
}

/// The rows of the table below a heading of `tests/README.md`, by cells.
fn table(heading: &str) -> Vec<Vec<String>> {
    let readme = fs::read_to_string(root().join("tests/README.md")).expect("the tests have a README");
    let (_, section) = readme.split_once(&format!("\n## {heading}\n")).expect("the heading is there");
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter_map(|line| line.strip_prefix('|')?.strip_suffix('|'));
    // Its head and the line below it.
    rows.skip(2).map(|row| row.split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// What a cell names, between backticks.
fn named(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_test_that_the_table_of_pains_names_is_there() {
    let names = Names::read();
    let rows = table("Pains of others, and what keeps them away");
    assert!(rows.len() >= 30, "the table was read: {}", rows.len());
    let mut missing = Vec::new();
    for row in &rows {
        let [number, _, _, tests] = &row[..] else { panic!("four cells: {row:?}") };
        let tests = named(tests);
        assert!(!tests.is_empty(), "pain {number} names no test");
        let is_there = |name: &str| names.functions.contains(name) || names.cases.contains(name);
        missing.extend(tests.into_iter().filter(|name| !is_there(name)));
    }
    assert_eq!(missing, [] as [&str; 0]);
}

#[test]
fn every_row_of_what_can_change_in_place_has_a_golden_plan_and_is_made_by_the_binary() {
    let names = Names::read();
    let rows = table("What can change in place");
    assert!(rows.len() >= 15, "the table was read: {}", rows.len());
    let mut missing = Vec::new();
    for row in &rows {
        let [change, _, golden, made] = &row[..] else { panic!("four cells: {row:?}") };
        for (cell, there) in [(golden, &names.cases), (made, &names.functions)] {
            let tests = named(cell);
            assert!(!tests.is_empty(), "{change} names no test");
            missing.extend(tests.into_iter().filter(|name| !there.contains(*name)));
        }
    }
    assert_eq!(missing, [] as [&str; 0]);
}
