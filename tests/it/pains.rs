//! The table of pains in `tests/README.md`: what it names has to be there.

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

/// The names of tests: functions of the sources, and folders of cases.
fn tests() -> BTreeSet<String> {
    let mut paths = Vec::new();
    below(&root().join("src"), &mut paths);
    below(&root().join("tests"), &mut paths);
    let mut names = BTreeSet::new();
    for path in paths {
        if path.is_dir() && path.starts_with(root().join("tests/cases")) {
            names.insert(path.file_name().expect("a case has a name").to_string_lossy().into_owned());
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = fs::read_to_string(&path).expect("sources are UTF-8");
            let mut is_test = false;
            for line in text.lines().map(str::trim) {
                let name = line.strip_prefix("fn ").or_else(|| line.strip_prefix("async fn "));
                match name.and_then(|rest| rest.split(['(', '<']).next()) {
                    Some(name) if is_test => drop(names.insert(name.to_owned())),
                    _ => {}
                }
                is_test = line.starts_with("#[test]")
                    || line.starts_with("#[tokio::test")
                    || (is_test && (line.starts_with("#[") || line.starts_with("//")));
            }
            // Properties stand inside a macro.
            let in_macro = text.split("proptest! {").skip(1).flat_map(|rest| rest.split("fn ").skip(1));
            names.extend(in_macro.filter_map(|rest| rest.split('(').next()).map(ToOwned::to_owned));
        }
    }
    names
}

#[test]
fn every_test_that_the_table_of_pains_names_is_there() {
    let readme = fs::read_to_string(root().join("tests/README.md")).expect("the tests have a README");
    let tests = tests();
    let mut rows = 0;
    let mut missing = Vec::new();
    for line in readme.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, number, _, _, named, _] = cells[..] else { continue };
        if number.parse::<u32>().is_err() {
            continue;
        }
        rows += 1;
        let named: Vec<&str> = named.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "pain {number} names no test");
        missing.extend(named.into_iter().filter(|name| !tests.contains(*name)));
    }
    assert!(rows >= 30, "the table was read: {rows}");
    assert_eq!(missing, [] as [&str; 0]);
}
