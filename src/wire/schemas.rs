//! The schemas in `schemas/`, made from the documents' own types.

use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::wire::{
    ApplyDocument, DiagnosticsDocument, DriftDocument, EventDocument, PlanDocument, SnapshotDocument,
};

fn schema<T: JsonSchema>(kind: &str, title: &str) -> (String, Value) {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    let mut schema = schema.to_value();
    if schema.get("properties").is_some() {
        schema["properties"]["kind"] = json!({ "const": kind });
        schema["properties"]["format_version"] = json!({ "type": "string", "pattern": r"^1\.[0-9]+$" });
    }
    (format!("{kind}.v1.json"), schema)
}

/// `UPDATE_EXPECT=1 cargo test` rewrites them.
#[test]
#[expect(clippy::disallowed_methods, reason = "the committed schemas are files")]
fn the_committed_schemas_are_those_of_the_documents() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    for (file, schema) in [
        schema::<PlanDocument>("plan", "A plan of ramctl, format 1"),
        schema::<DriftDocument>("drift", "A drift report of ramctl, format 1"),
        schema::<ApplyDocument>("apply", "A plan of ramctl and what became of it, format 1"),
        schema::<DiagnosticsDocument>("diagnostics", "What ramctl found wrong, format 1"),
        schema::<SnapshotDocument>("snapshot", "What ramctl read, format 1"),
        schema::<EventDocument>("event", "One line of what ramctl does, format 1"),
    ] {
        let path = root.join("schemas").join(&file);
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), text, "{file} is behind its document");
        assert!(readme.contains(&format!("`schemas/{file}`")), "the README says what {file} describes");
    }
}
