//! What becomes of the permissions of a place in this run, and what that means for the shares that have them.

use std::collections::BTreeMap;

use crate::diff::change::{Cause, NextVersion};
use crate::diff::permission::{
    PermissionChange, PermissionDiff, PermissionPart, PermissionVerdict, VersionAfter,
};
use crate::live::{AttachedPermission, LivePlace, LiveState, PermissionVersion, VersionAsked};
use crate::model::{Observed, PermissionArn, PermissionPolicy, Place, PolicyChange};

/// The permissions of all places.
pub(crate) struct Outlook<'a> {
    live: &'a LiveState,
    coming: BTreeMap<PermissionArn, Coming>,
}

/// A permission of the stack that changes.
struct Coming {
    policy: PermissionPolicy,
    next: Option<NextVersion>,
    cause: Option<Cause>,
}

impl<'a> Outlook<'a> {
    pub(crate) fn new(live: &'a LiveState, permissions: &[PermissionDiff]) -> Self {
        let coming = permissions.iter().filter_map(|permission| {
            let after = permission.after()?;
            let (next, cause) = match &permission.verdict {
                PermissionVerdict::Changed(PermissionChange::Update { edits, .. }) => {
                    let next = edits.iter().find_map(|edit| match &edit.part {
                        PermissionPart::Policy { version, .. } => Some(match version {
                            VersionAfter::Existing(version) => NextVersion::Numbered(version.clone()),
                            VersionAfter::New { .. } => NextVersion::New,
                        }),
                        _ => None,
                    });
                    let cause = edits.iter().find_map(|edit| match edit.part {
                        PermissionPart::Policy { .. } | PermissionPart::Record => Some(edit.cause),
                        _ => None,
                    });
                    (next, cause)
                }
                PermissionVerdict::InSync { .. } | PermissionVerdict::Changed(_) => (None, None),
                PermissionVerdict::Unread { .. }
                | PermissionVerdict::NotHad { .. }
                | PermissionVerdict::Unproven { .. } => return None,
            };
            Some((after.arn.clone(), Coming { policy: after.policy.clone(), next, cause }))
        });
        Self { live, coming: coming.collect() }
    }

    fn place(&self, place: &Place) -> Option<&'a LivePlace> {
        self.live.places.get(place).and_then(Observed::known)
    }

    /// Who made the difference, where the stack's own permission says so: its record is behind until all shares are moved.
    pub(crate) fn cause(&self, permission: &PermissionArn) -> Option<Cause> {
        self.coming.get(permission)?.cause
    }

    /// The version that a share moves to which has this one and is to have the default. None where it stays.
    pub(crate) fn next(&self, place: &Place, attached: &AttachedPermission) -> Option<NextVersion> {
        match self.coming.get(&attached.arn).and_then(|coming| coming.next.clone()) {
            Some(NextVersion::Numbered(version)) if version == attached.version => None,
            Some(next) => Some(next),
            None if attached.default_version => None,
            None => Some(self.default_version(place, &attached.arn)),
        }
    }

    fn default_version(&self, place: &Place, arn: &PermissionArn) -> NextVersion {
        let live = self.place(place);
        let row = live.and_then(|live| live.customer_permissions.iter().find(|row| row.arn == *arn));
        if let Some(row) = row {
            return NextVersion::Numbered(row.version.clone());
        }
        match live.map(|live| live.readings.policy(arn, &VersionAsked::Default)) {
            Some(Observed::Known(found)) => NextVersion::Numbered(found.version.clone()),
            _ => NextVersion::Default,
        }
    }

    /// What becomes possible and impossible where a share's permission gives way to the coming default version of another, or of
    /// the same.
    pub(crate) fn change(
        &self,
        place: &Place,
        attached: &AttachedPermission,
        to: &PermissionArn,
    ) -> Observed<PolicyChange> {
        let Some(live) = self.place(place) else { return Observed::Known(PolicyChange::default()) };
        let asked = if attached.default_version {
            VersionAsked::Default
        } else {
            VersionAsked::Numbered(attached.version.clone())
        };
        let before = match live.readings.policy(&attached.arn, &asked) {
            Observed::Known(PermissionVersion { policy, .. }) => policy,
            Observed::Unknown(gap) => return Observed::Unknown(gap),
        };
        let after = match self.coming.get(to) {
            Some(coming) => &coming.policy,
            None => match live.readings.policy(to, &VersionAsked::Default) {
                Observed::Known(PermissionVersion { policy, .. }) => policy,
                Observed::Unknown(gap) => return Observed::Unknown(gap),
            },
        };
        Observed::Known(before.change_to(after))
    }

    /// The permission of the stack that says the same as one that RAM made from a policy. Unknown where that could not be read.
    pub(crate) fn twin(
        &self,
        place: &Place,
        attached: &AttachedPermission,
        candidates: impl IntoIterator<Item = PermissionArn>,
    ) -> Observed<Option<PermissionArn>> {
        let Some(live) = self.place(place) else { return Observed::Known(None) };
        match live.readings.policy(&attached.arn, &VersionAsked::Default) {
            Observed::Unknown(gap) => Observed::Unknown(gap),
            Observed::Known(found) => {
                let is_it = |arn: &PermissionArn| {
                    self.coming.get(arn).is_some_and(|coming| coming.policy == found.policy)
                };
                Observed::Known(candidates.into_iter().find(is_it))
            }
        }
    }
}
