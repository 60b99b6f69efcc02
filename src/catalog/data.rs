//! The data file in Rust types.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::catalog::arn_form::ArnForm;
use crate::model::ResourceType;

/// What RAM allows for one resource type. `None` is unknown.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeFacts {
    /// The code as RAM writes it.
    #[serde(rename = "type", deserialize_with = "resource_type")]
    pub code: ResourceType,
    /// Other spellings that were seen.
    pub aliases: Vec<String>,
    /// The service as the user guide names it.
    pub service: String,
    /// May be shared with IAM roles and users.
    pub iam_principals: Option<bool>,
    /// May be shared with accounts outside the organization.
    pub outside_organization: Option<bool>,
    pub service_principals: Option<bool>,
    pub customer_managed_permissions: Option<bool>,
    pub region_scope: Option<RegionScope>,
    /// Key into [`Catalog::sources`], like the other `*_source` fields.
    pub region_scope_source: Option<String>,
    /// Empty where no source shows one.
    pub arns: Vec<ArnForm>,
    pub arns_source: Option<String>,
    /// Name of the AWS managed permission that RAM attaches when none is given.
    pub default_permission: Option<String>,
    pub default_permission_source: Option<String>,
    /// Names of further AWS managed permissions of the type; not all there are.
    pub other_permissions: Vec<String>,
    /// How long an invitation can be accepted.
    pub invitation_hours: Option<u32>,
    /// Whether a consumer account can leave a share that holds this type.
    pub consumer_can_leave: Option<bool>,
    /// The resource policy that RAM shows for the type is a representation; the service has no such policy.
    pub policy_is_representation_only: Option<bool>,
    /// IAM actions of the owning service that the identity which shares needs besides RAM's own.
    pub sharer_actions: Option<Vec<String>>,
    pub sharer_actions_source: Option<String>,
    /// What else a person should know.
    pub note: Option<String>,
}

/// Where shares of a type live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RegionScope {
    /// In the Region of the resource.
    Regional,
    /// In us-east-1.
    Global,
}

/// A resource that documents show as shared with RAM, whose type code no source tells.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Untyped {
    pub what: String,
    pub arns: Vec<ArnForm>,
    pub default_permission: Option<String>,
    /// Key into [`Catalog::sources`].
    pub source: String,
    pub note: Option<String>,
}

/// A resource that people try to share and RAM's table does not list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotInTable {
    /// With its article: `a VPC`.
    pub what: String,
    pub arns: Vec<ArnForm>,
    /// False where a source says that RAM cannot; none where the table is silent.
    pub shareable: Option<bool>,
    /// Key into [`Catalog::sources`].
    pub source: String,
    /// What to do instead, in a sentence.
    pub instead: String,
}

/// The data file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    pub format_version: String,
    /// The day on which the sources were read.
    pub as_of: String,
    /// How to read the data.
    pub reading: Vec<String>,
    pub sources: BTreeMap<String, String>,
    /// Where the capabilities of all types come from.
    pub capabilities_source: String,
    pub types: Vec<TypeFacts>,
    pub shareable_without_type: Vec<Untyped>,
    pub not_in_the_table: Vec<NotInTable>,
}

/// The data file, read once.
pub fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| {
        serde_json::from_str(include_str!("../../schemas/resource-types.json"))
            .expect("a test reads the data file")
    })
}

fn resource_type<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<ResourceType, D::Error> {
    let text = String::deserialize(deserializer)?;
    ResourceType::parse(&text).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_data_file_is_whole() {
        let catalog = catalog();
        assert_eq!(catalog.format_version, "1.0");
        assert_eq!(catalog.as_of.len(), "2026-11-22".len());
        assert!(!catalog.reading.is_empty());
        assert!(catalog.types.len() >= 87, "{}", catalog.types.len());
    }

    #[test]
    fn every_fact_names_a_source_that_is_listed() {
        let catalog = catalog();
        let mut named: BTreeSet<&str> = BTreeSet::from([catalog.capabilities_source.as_str()]);
        for facts in &catalog.types {
            assert_eq!(facts.region_scope.is_some(), facts.region_scope_source.is_some(), "{}", facts.code);
            assert_eq!(facts.arns.is_empty(), facts.arns_source.is_none(), "{}", facts.code);
            assert_eq!(
                facts.default_permission.is_some(),
                facts.default_permission_source.is_some(),
                "{}",
                facts.code
            );
            named.extend(facts.region_scope_source.as_deref());
            named.extend(facts.arns_source.as_deref());
            assert_eq!(
                facts.sharer_actions.is_some(),
                facts.sharer_actions_source.is_some(),
                "{}",
                facts.code
            );
            named.extend(facts.default_permission_source.as_deref());
            named.extend(facts.sharer_actions_source.as_deref());
        }
        named.extend(catalog.shareable_without_type.iter().map(|entry| entry.source.as_str()));
        named.extend(catalog.not_in_the_table.iter().map(|entry| entry.source.as_str()));
        for source in named {
            assert!(catalog.sources.contains_key(source), "{source}");
        }
    }

    #[test]
    fn codes_and_aliases_are_distinct_without_case() {
        let mut seen = BTreeSet::new();
        for facts in &catalog().types {
            let aliases =
                facts.aliases.iter().filter(|alias| !alias.eq_ignore_ascii_case(facts.code.as_str()));
            for name in aliases.map(String::as_str).chain([facts.code.as_str()]) {
                assert!(seen.insert(name.to_ascii_lowercase()), "{name} twice");
            }
        }
    }
}
