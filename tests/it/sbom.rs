//! `sbom.cdx.json`: the crates that ramctl is built and tested from, with versions and checksums, as CycloneDX.
//!
//! An advisory database can be held against it at any time, also where only the binary is. `UPDATE_EXPECT=1` writes it anew.

use std::fs;
use std::path::Path;

use expect_test::expect_file;
use serde_json::{Value, json};

/// The packages of `Cargo.lock`, each as its members that are texts.
fn packages(lock: &str) -> Vec<Vec<(&str, &str)>> {
    lock.split("[[package]]")
        .skip(1)
        .map(|package| {
            let members = package.lines().filter_map(|line| line.split_once(" = "));
            members
                .filter_map(|(name, value)| Some((name, value.strip_prefix('"')?.strip_suffix('"')?)))
                .collect()
        })
        .collect()
}

fn component(package: &[(&str, &str)]) -> Option<Value> {
    let member = |wanted: &str| package.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value);
    let (name, version) = (member("name")?, member("version")?);
    // The package itself has no checksum.
    let checksum = member("checksum")?;
    let purl = format!("pkg:cargo/{name}@{version}");
    Some(json!({
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "hashes": [{ "alg": "SHA-256", "content": checksum }],
    }))
}

#[test]
fn the_list_of_crates_is_that_of_the_lock_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let lock = fs::read_to_string(root.join("Cargo.lock")).expect("the lock file is kept");
    let packages = packages(&lock);
    let components: Vec<Value> = packages.iter().filter_map(|package| component(package)).collect();
    assert_eq!(components.len() + 1, packages.len(), "every crate but ramctl has a checksum");
    let document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": {
            "type": "application",
            "name": "ramctl",
            "version": env!("CARGO_PKG_VERSION"),
            "purl": format!("pkg:cargo/ramctl@{}", env!("CARGO_PKG_VERSION")),
        } },
        "components": components,
    });
    expect_file![root.join("sbom.cdx.json")].assert_eq(&format!("{document:#}\n"));
}
