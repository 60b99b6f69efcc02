//! Resources named by their tags.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::model::{Gap, GapCause, Observed, Place, ResourceArn, ResourceType};

/// All of these keys, each with one of its values.
pub type TagFilters = BTreeMap<String, BTreeSet<String>>;

/// `tagged("ec2:Subnet", { share = "workloads" })`: resources by type and tags, as a configuration names them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagQuery {
    pub resource_type: ResourceType,
    /// Never empty, and no key without a value: that would name every resource of the type.
    pub tags: TagFilters,
}

/// As it is written in HCL.
impl fmt::Display for TagQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tagged({:?}, {{", self.resource_type.as_str())?;
        for (index, (key, values)) in self.tags.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let is_word = key.starts_with(|c: char| c.is_ascii_alphabetic())
                && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
            if is_word { write!(f, "{comma} {key} = ") } else { write!(f, "{comma} {key:?} = ") }?;
            let values: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
            match values.as_slice() {
                [one] => f.write_str(one)?,
                several => write!(f, "[{}]", several.join(", "))?,
            }
        }
        f.write_str(" })")
    }
}

/// What Resource Groups Tagging is asked: a query in one account and Region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagSearch {
    pub place: Place,
    /// `ec2:subnet`, or a service alone.
    pub type_filter: String,
    pub tags: TagFilters,
}

impl fmt::Display for TagSearch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, type_filter, tags: _ } = self;
        write!(f, "a search for {type_filter} in {place}")
    }
}

/// The answers of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaggedResources {
    pub found: BTreeMap<TagSearch, Observed<BTreeSet<ResourceArn>>>,
}

impl TaggedResources {
    /// What a search found. A search that nobody made is as unknown as one that failed.
    pub fn of(&self, search: &TagSearch) -> Result<&BTreeSet<ResourceArn>, Gap> {
        match self.found.get(search) {
            Some(Observed::Known(arns)) => Ok(arns),
            Some(Observed::Unknown(gap)) => Err(gap.clone()),
            None => Err(Gap {
                action: "tag:GetResources".to_owned(),
                caller: String::new(),
                cause: GapCause::NotConfigured,
                detail: "the tags of resources were not read in this run".to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_reads_as_it_is_written() {
        let values = |values: &[&str]| values.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
        let query = TagQuery {
            resource_type: ResourceType::parse("ec2:Subnet").expect("a type"),
            tags: BTreeMap::from([
                ("share".to_owned(), values(&["workloads"])),
                ("aws:x".to_owned(), values(&["a", "b\""])),
            ]),
        };
        assert_eq!(
            query.to_string(),
            r#"tagged("ec2:Subnet", { "aws:x" = ["a", "b\""], share = "workloads" })"#
        );
    }
}
