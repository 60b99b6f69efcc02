//! What differs between a declared permission and the live one that is its own.

use crate::desired::DesiredGraph;
use crate::diff::change::Cause;
use crate::diff::permission::{PermissionEdit, PermissionPart, PresentPermission, WantedPermission};
use crate::diff::permission_compare::version::version_after;
use crate::diff::record::Written;
use crate::diff::stamp::PermissionStamp;
use crate::diff::tags::{own_tags, tag_changes};
use crate::live::{LivePlace, VersionAsked};
use crate::model::{Gap, Observed};

/// What differs, or why that cannot be told.
pub(super) fn edits(
    before: &PresentPermission,
    after: &WantedPermission,
    found: &LivePlace,
    identity: Vec<PermissionPart>,
    desired: &DesiredGraph,
) -> Result<Vec<PermissionEdit>, Gap> {
    let applied = Written::on_permission(&before.row.tags);
    let cause = |agrees: fn(&PermissionStamp, &PermissionStamp) -> bool| {
        let known = applied.as_ref().is_some_and(|applied| agrees(&applied.stamp, &after.stamp));
        if known { Cause::Drift } else { Cause::Pending }
    };
    let policy_cause = cause(|a, b| a.policy == b.policy);
    let tags_cause = cause(|a, b| a.tags == b.tags);
    let imported = identity.iter().any(|part| matches!(part, PermissionPart::Imported { .. }));
    let identity = identity.into_iter();
    let mut out: Vec<PermissionEdit> =
        identity.map(|part| PermissionEdit { part, cause: Cause::Pending }).collect();
    let default = match found.readings.policy(&before.row.arn, &VersionAsked::Default) {
        Observed::Known(default) => default,
        Observed::Unknown(gap) => return Err(gap),
    };
    if default.policy != after.policy {
        let version = version_after(before, after, default, found, desired)?;
        let change = default.policy.change_to(&after.policy);
        let part = PermissionPart::Policy { before: default.version.clone(), version, change };
        out.push(PermissionEdit { part, cause: if imported { Cause::Pending } else { policy_cause } });
    }
    for (key, how) in tag_changes(&own_tags(&before.row.tags), &after.tags) {
        let cause = if imported { Cause::Pending } else { tags_cause };
        out.push(PermissionEdit { part: PermissionPart::Tag { key, how }, cause });
    }
    let ignores_tags = after.tags == own_tags(&before.row.tags);
    let behind = policy_cause == Cause::Pending || (tags_cause == Cause::Pending && !ignores_tags);
    if out.is_empty() && behind {
        out.push(PermissionEdit { part: PermissionPart::Record, cause: Cause::Pending });
    }
    Ok(out)
}
