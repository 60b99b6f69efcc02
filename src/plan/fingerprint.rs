//! What a plan is bound to: digests of the facts that it was made from.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::access::reach;
use crate::diff::{
    Change, Diff, PermissionChange, PermissionDiff, PermissionPart, PermissionVerdict, Present,
    PresentPermission, Purpose, ShareDiff, SharingDiff, Verdict, Wanted, WantedPermission,
};
use crate::live::{
    Association, AttachedPermission, CustomerPermissionRow, LiveShare, PolicyOf, VersionAsked,
};
use crate::model::PermissionPolicy;
use crate::org::OrgView;
use crate::plan::basis::principals;
use crate::plan::policies::NeededPolicies;
use crate::plan::step::PlannedStep;

/// SHA-256 over the stack, what it wants of the shares that change, how they are live, and what of the organization was used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint(String);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Fingerprint {
    /// Reads a fingerprint as it is printed.
    pub fn parse(text: &str) -> Option<Self> {
        let valid = text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        valid.then(|| Self(text.to_owned()))
    }

    pub(crate) fn of(diff: &Diff, steps: &[PlannedStep], policies: &NeededPolicies, org: &OrgView) -> Self {
        let mut facts = Facts::default();
        facts.add("ramctl plan 3").add(&diff.stack).add(match diff.purpose {
            Purpose::Apply => "apply",
            Purpose::Destroy => "destroy",
        });
        if let Some(SharingDiff { span: _, place, verdict }) = &diff.sharing {
            // The detail of a gap may hold request ids; that there is one is enough.
            let verdict = match verdict {
                crate::diff::SharingVerdict::Unread { .. } => "unread".to_owned(),
                other => format!("{other:?}"),
            };
            facts.add(place).add(verdict);
        }
        for share in &diff.shares {
            if let Verdict::Changed(change) = &share.verdict {
                facts.change(share, change);
                for principal in principals(change) {
                    let reached = reach([principal], &share.place().account, org);
                    facts.add(principal).list(&reached.grantees).list(&reached.unknown);
                }
            }
        }
        for permission in &diff.permissions {
            facts.permission(permission);
        }
        // Whoever has a resource through these loses nothing.
        facts.list(diff.beside.iter().map(|present| Self::of_live(present).to_string()));
        // By these it is told who gains and loses.
        facts.list(policies.iter().map(|(of, needed)| {
            let PolicyOf { region, permission, version } = of;
            // The detail of a gap may hold request ids; that there is one is enough.
            let policy =
                needed.policy.known().map_or_else(|| "unread".to_owned(), PermissionPolicy::template);
            let version = match version {
                VersionAsked::Default => "default",
                VersionAsked::Numbered(number) => number,
            };
            format!("{region} {permission} {version} {policy}")
        }));
        facts.list(diff.partial.iter().map(|partial| format!("{:?}", partial.scope)));
        // Whatever else a step hangs on: two plans that do different things never look alike.
        facts.list(steps.iter().map(|step| format!("{step:?}")));
        Self(facts.digest())
    }

    /// Of a live share: everything about it that a step depends on.
    pub fn of_live(present: &Present) -> Self {
        let mut facts = Facts::default();
        facts.present(present);
        Self(facts.digest())
    }
}

/// A digest over texts, each with its length, lists with their counts: nothing can be taken for something else.
#[derive(Default)]
struct Facts {
    hash: Sha256,
}

impl Facts {
    fn add(&mut self, fact: impl fmt::Display) -> &mut Self {
        let text = fact.to_string();
        self.hash.update(text.len().to_be_bytes());
        self.hash.update(text.as_bytes());
        self
    }

    fn list<T: fmt::Display>(&mut self, facts: impl IntoIterator<Item = T>) -> &mut Self {
        let facts: Vec<T> = facts.into_iter().collect();
        self.add(facts.len());
        for fact in facts {
            self.add(fact);
        }
        self
    }

    fn change(&mut self, share: &ShareDiff, change: &Change) {
        self.add(&share.address);
        match change {
            Change::Create { after } => self.add("create").wanted(after),
            Change::Update { before, after, edits: _ } => self.add("update").present(before).wanted(after),
            Change::Replace { before, after, reasons: _, rights: _ } => {
                self.add("replace").present(before).wanted(after)
            }
            Change::Delete { before, reason } => {
                self.add("delete").add(format!("{reason:?}")).present(before)
            }
            Change::Release { before } => self.add("release").present(before),
        };
    }

    /// What is wanted of a permission, and what is there of it where it changes.
    fn permission(&mut self, permission: &PermissionDiff) {
        let PermissionDiff { address, verdict, protected: _ } = permission;
        let PermissionVerdict::Changed(change) = verdict else { return };
        self.add("permission").add(address);
        self.add(match change {
            PermissionChange::Create { .. } => "create",
            PermissionChange::Promote { .. } => "promote",
            PermissionChange::Update { .. } => "update",
            PermissionChange::Delete { .. } => "delete",
            PermissionChange::Release { .. } => "release",
        });
        if let Some(PresentPermission { place, row, users }) = change.before() {
            let CustomerPermissionRow { arn, version, resource_type, status, feature_set, tags } = row;
            self.add(place).add(arn).add(version).add(resource_type).add(status).add(feature_set);
            self.list(tags.iter().flat_map(|(key, value)| [key, value])).list(users);
        }
        if let Some(after) = change.after() {
            let WantedPermission { place, span: _, arn, resource_type, policy, tags, ownership, stamp } =
                after;
            self.add(place).add(arn).add(resource_type).add(policy.template());
            self.list(tags.iter().chain(ownership).flat_map(|(key, value)| [key, value])).add(stamp);
        }
        if let PermissionChange::Update { edits, .. } = change {
            // Which versions there are, as far as a step depends on it.
            let versions = edits.iter().filter_map(|edit| match &edit.part {
                PermissionPart::Policy { before, version, change: _ } => {
                    Some(format!("{before} {version:?}"))
                }
                _ => None,
            });
            self.list(versions);
        }
    }

    fn wanted(&mut self, wanted: &Wanted) -> &mut Self {
        let Wanted {
            place,
            span: _,
            name,
            allow_external_principals,
            retain_sharing,
            resources,
            principals,
            sources,
            permissions,
            tags,
            ownership,
            stamp,
            replaces,
        } = wanted;
        self.add(place).add(name).add(allow_external_principals).add(retain_sharing);
        self.list(resources.keys()).list(principals.keys()).list(sources);
        self.list(permissions.iter().map(|(kind, arn)| format!("{kind} {arn}")));
        self.list(tags.iter().chain(ownership).flat_map(|(key, value)| [key, value]));
        self.add(stamp).list(replaces)
    }

    fn present(&mut self, present: &Present) -> &mut Self {
        let Present { place, share } = present;
        let LiveShare {
            arn,
            name,
            status,
            status_message: _, // a wording, not a fact that a step depends on
            allow_external_principals,
            retain_sharing,
            feature_set,
            tags,
            created: _,
            updated: _,
            resources,
            principals,
            sources,
            permissions,
        } = share;
        self.add(place).add(arn).add(name).add(status).add(allow_external_principals).add(retain_sharing);
        self.add(feature_set).list(tags.iter().flat_map(|(key, value)| [key, value]));
        self.members(resources).members(principals).members(sources);
        self.list(permissions.iter().map(|(kind, attached)| {
            let AttachedPermission { arn, version, default_version, feature_set: _ } = attached;
            format!("{kind} {arn} {version} {default_version}")
        }))
    }

    fn members<'a, K: fmt::Display + 'a>(
        &mut self,
        members: impl IntoIterator<Item = (&'a K, &'a Association)>,
    ) -> &mut Self {
        self.list(members.into_iter().map(|(key, association)| {
            let Association { status, status_message: _, external, created: _, updated: _ } = association;
            format!("{key} {status} {external}")
        }))
    }

    fn digest(self) -> String {
        self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
