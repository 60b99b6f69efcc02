//! Searches by tags: what is to be looked for, and what of the answer counts.

use std::collections::BTreeSet;

use crate::catalog::{TypeFacts, type_of, type_with_code};
use crate::diag::Spanned;
use crate::lang::{Declaration, ShareBlock};
use crate::model::{Gap, Place, ResourceArn, TagQuery, TagSearch, TaggedResources};

/// One `tagged(...)` of a share and what came of it.
pub(crate) struct QueryView<'a> {
    pub(crate) written: &'a Spanned<TagQuery>,
    /// None where the catalog does not know the type.
    pub(crate) facts: Option<&'static TypeFacts>,
    pub(crate) answer: Answer<'a>,
}

/// What a search gave.
pub(crate) enum Answer<'a> {
    /// Offline, or with a type that cannot be looked for.
    NotAsked,
    Unread(Gap),
    Found {
        /// Resources of the type that are the share's account's own.
        taken: Vec<&'a ResourceArn>,
        /// Resources of the type that belong to others: tags can be put on a resource that is shared with an account, and only the
        /// owner shares.
        foreign: Vec<&'a ResourceArn>,
    },
}

impl<'a> QueryView<'a> {
    pub(crate) fn taken(&self) -> impl Iterator<Item = &'a ResourceArn> {
        let taken = match &self.answer {
            Answer::Found { taken, foreign: _ } => taken.as_slice(),
            Answer::NotAsked | Answer::Unread(_) => &[],
        };
        taken.iter().copied()
    }

    pub(crate) fn gap(&self) -> Option<&Gap> {
        match &self.answer {
            Answer::Unread(gap) => Some(gap),
            Answer::NotAsked | Answer::Found { .. } => None,
        }
    }
}

pub(crate) fn query_view<'a>(
    block: &ShareBlock,
    written: &'a Spanned<TagQuery>,
    tagged: Option<&'a TaggedResources>,
) -> QueryView<'a> {
    let facts = type_with_code(&written.value.resource_type);
    let answer = match (tagged, facts) {
        (Some(tagged), Some(facts)) if !facts.arns.is_empty() => {
            answer(&searches(block, &written.value, facts), block, facts, tagged)
        }
        _ => Answer::NotAsked,
    };
    QueryView { written, facts, answer }
}

fn answer<'a>(
    searches: &BTreeSet<TagSearch>,
    block: &ShareBlock,
    facts: &TypeFacts,
    tagged: &'a TaggedResources,
) -> Answer<'a> {
    let (mut taken, mut foreign) = (Vec::new(), Vec::new());
    for search in searches {
        let found = match tagged.of(search) {
            Ok(found) => found,
            Err(gap) => return Answer::Unread(gap),
        };
        // A filter may be wider than the type: the form of the ARN decides.
        for arn in found.iter().filter(|arn| type_of(arn.arn()).is_some_and(|found| found.code == facts.code))
        {
            let own = arn.arn().account_id().is_none_or(|owner| owner == block.account.value);
            if own { taken.push(arn) } else { foreign.push(arn) }
        }
    }
    Answer::Found { taken, foreign }
}

/// What has to be asked for a query: one search for each form that ARNs of the type have.
fn searches(block: &ShareBlock, query: &TagQuery, facts: &TypeFacts) -> BTreeSet<TagSearch> {
    let place = Place { account: block.account.value.clone(), region: block.region.value.clone() };
    let search = |type_filter| TagSearch { place: place.clone(), type_filter, tags: query.tags.clone() };
    facts.arns.iter().map(|form| search(form.tagging_filter())).collect()
}

/// Everything that a stack has to look for by tags, each search once. Their answers go into [`resolve`](crate::desired::resolve).
pub fn tag_searches(declaration: &Declaration) -> BTreeSet<TagSearch> {
    let mut out = BTreeSet::new();
    for block in &declaration.shares {
        for query in &block.tagged {
            if let Some(facts) = type_with_code(&query.value.resource_type) {
                out.extend(searches(block, &query.value, facts));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests;
