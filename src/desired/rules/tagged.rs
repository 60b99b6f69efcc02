//! What a search by tags may ask, and what is to be said of its answer.

use crate::catalog::types;
use crate::desired::tagged::Answer;
use crate::desired::view::ShareView;
use crate::diag::Diagnostic;
use crate::diag::rules::{RAM127, RAM128, RAM129};
use crate::diag::suggest::closest;

/// RAM127. An ARN of a type that the catalog does not know is taken as it is; a search for one could not be made.
pub(crate) fn can_be_searched(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    for query in &share.queries {
        let code = &query.written.value.resource_type;
        let (detail, help) = match query.facts {
            Some(facts) if !facts.arns.is_empty() => continue,
            Some(_) => (format!("No source tells what the ARN of {code} looks like."), None),
            None => {
                let meant = closest(code.as_str(), types().map(|facts| facts.code.as_str()));
                (format!("The catalog does not know the type {code}."), meant)
            }
        };
        let help = match help {
            Some(meant) => format!("Did you mean {meant:?}?"),
            None => "List the resources by their ARNs.".to_owned(),
        };
        found.push(Diagnostic::error(&RAM127, query.written.span, detail).help(help));
    }
}

/// RAM128.
pub(crate) fn find_something(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    let block = share.block;
    for query in &share.queries {
        if let Answer::Found { taken, foreign: _ } = &query.answer
            && taken.is_empty()
        {
            let detail = format!(
                "Account {} has no {} with these tags in {}.",
                block.account.value, query.written.value.resource_type, block.region.value
            );
            found.push(Diagnostic::warning(&RAM128, query.written.span, detail).help(
                "Check keys and values, which are case-sensitive, and tag the resources in this account.",
            ));
        }
    }
}

/// RAM129.
pub(crate) fn are_of_the_account(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    for query in &share.queries {
        let Answer::Found { taken: _, foreign } = &query.answer else { continue };
        let Some(first) = foreign.first() else { continue };
        let address = &share.block.address;
        let detail = match foreign.len() - 1 {
            0 => format!(
                "{first} has the tags and belongs to another account than {address}, so it is not taken."
            ),
            more => format!(
                "{first} and {more} more bear the tags and belong to other accounts than {address}, so they are not taken."
            ),
        };
        found.push(
            Diagnostic::warning(&RAM129, query.written.span, detail).help(
                "Only the owner shares a resource: write a share for that account if it is to be shared.",
            ),
        );
    }
}
