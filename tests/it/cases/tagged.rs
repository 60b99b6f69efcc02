//! `tagged.json` of a case: which resources bear which tags, or that nobody may ask.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use ramctl::desired::tag_searches;
use ramctl::lang::Declaration;
use ramctl::model::{Gap, GapCause, Observed, ResourceArn, TagSearch, TaggedResources, Tags};
use serde::Deserialize;

/// By `account region`.
type File = BTreeMap<String, Place>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum Place {
    Denied,
    /// Tags by ARN.
    Resources(BTreeMap<ResourceText, Tags>),
}

type ResourceText = String;

/// What a run would find. A place that the file does not name has nothing.
pub fn read(case: &Path, declaration: &Declaration) -> TaggedResources {
    // What was so when the stack was applied may stand beside the stack of then.
    let folders = [case, case.parent().expect("a case is in a stage")];
    let file: File = match folders
        .map(|folder| folder.join("tagged.json"))
        .iter()
        .find_map(|path| fs::read_to_string(path).ok())
    {
        Some(text) => serde_json::from_str(&text).expect("tagged.json has its form"),
        None => File::default(),
    };
    let found = tag_searches(declaration).into_iter().map(|search| {
        let place = format!("{} {}", search.place.account, search.place.region);
        let observed = match file.get(&place) {
            None => Observed::Known(BTreeSet::new()),
            Some(Place::Resources(resources)) => Observed::Known(matching(&search, resources)),
            Some(Place::Denied) => Observed::Unknown(Gap {
                action: "tag:GetResources".into(),
                caller: format!("arn:aws:iam::{}:role/ramctl", search.place.account),
                cause: GapCause::AccessDenied,
                detail: "AccessDeniedException: not authorized to perform tag:GetResources".into(),
            }),
        };
        (search, observed)
    });
    TaggedResources { found: found.collect() }
}

/// The resources under the search's filter that bear all of its tags.
fn matching(search: &TagSearch, resources: &BTreeMap<ResourceText, Tags>) -> BTreeSet<ResourceArn> {
    let (service, kind) = search.type_filter.split_once(':').unwrap_or((&search.type_filter, ""));
    let has = |tags: &Tags| {
        search.tags.iter().all(|(key, values)| tags.get(key).is_some_and(|value| values.contains(value)))
    };
    let found = resources.iter().filter(|(_, tags)| has(tags)).map(|(arn, _)| arn.parse::<ResourceArn>());
    let found = found.map(|arn| arn.expect("an ARN"));
    found.filter(|arn| arn.arn().service() == service && arn.arn().resource().starts_with(kind)).collect()
}
