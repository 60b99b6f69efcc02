//! A share of which a name or a search is open, against its live form. What can be compared is, and nothing in it is changed.

use crate::desired::{DesiredGraph, Unresolved};
use crate::diff::change::{Cause, Edit, Membership, Part, Present};
use crate::diff::edits;
use crate::diff::outlook::Outlook;
use crate::diff::owned;
use crate::diff::record::Written;
use crate::diff::section::Section;
use crate::diff::stamp::{Asked, Stamp};
use crate::org::OrgView;

/// Where the live share of the address differs from what is settled of the block. A member that no settled name declares is among them: it
/// has the cause [`Cause::Drift`] unless the record of the last apply says that the files may have asked for it.
pub(crate) fn differences(
    open: &Unresolved,
    mut live: Vec<Present>,
    graph: &DesiredGraph,
    outlook: &Outlook<'_>,
    org: &OrgView,
) -> Vec<Edit> {
    let share = &*open.settled;
    owned::best_first(share, &mut live);
    let Some(before) = live.into_iter().next() else { return Vec::new() };
    let mut after = edits::wanted(share, Some(&before), graph, org);
    let found = edits::found(share, &before.share, false);
    let memo = after.stamp.memo().clone().finding(found);
    after.stamp = after.stamp.with(memo);
    let moves = !owned::replace_reasons(share, &before).is_empty();
    let written = Written::<Stamp>::on_share(&before.share.tags);
    let asked = |section, one: &Asked| {
        let written = written.as_ref();
        written.and_then(|written| written.stamp.memo().asked(section, &one.member))
    };
    let (found, _) = edits::edits(share, &before.share, &after, org, outlook);
    let told = found.into_iter().filter_map(|mut edit| {
        match &edit.part {
            Part::Record => return None,
            // What it is to have there is another thing than what it has here.
            Part::Resource { .. } | Part::Permission { .. } | Part::PermissionVersion { .. } if moves => {
                return None;
            }
            Part::Principal { principal, how: Membership::Removed, .. } if open.opens_principals => {
                let asked = asked(Section::Principals, &Asked::principal(principal));
                edit.cause = if asked == Some(true) { Cause::Pending } else { Cause::Drift };
            }
            // Perhaps the search finds it.
            Part::Resource { resource, how: Membership::Removed, .. } if open.opens_resources => {
                if asked(Section::Resources, &Asked::resource(resource)) != Some(false) {
                    return None;
                }
                edit.cause = Cause::Drift;
            }
            Part::Permission { .. } if open.opens_resources => return None,
            _ => {}
        }
        Some(edit)
    });
    told.collect()
}
