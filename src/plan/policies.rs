//! What permissions allow, where a plan has to know it to tell who gains and who loses.
//!
//! Two permissions on one resource for one account are compared by their actions. The listings do not have those, so they are asked
//! between two passes: a plan says which versions it must know, and made again with the answers it compares them. What was not read
//! counts as different, which says too much and never too little.

use std::collections::BTreeMap;

use crate::access::Rights;
use crate::diag::{Diagnostic, Severity, live_codes};
use crate::live::{PolicyOf, VersionAsked};
use crate::model::{Gap, GapCause, Observed, PermissionPolicy, Place};
use crate::plan::body::PlanBody;
use crate::plan::notice::{remedy, told};

/// One version of a permission that a plan has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeededPolicy {
    /// Where it is asked for.
    pub place: Place,
    pub policy: Observed<PermissionPolicy>,
}

/// The versions that a plan has to know.
pub type NeededPolicies = BTreeMap<PolicyOf, NeededPolicy>;

/// The versions with what is known of them.
pub(crate) fn of_plan(needed: &BTreeMap<PolicyOf, Place>, rights: &Rights) -> NeededPolicies {
    let one = |(of, place): (&PolicyOf, &Place)| {
        let policy = rights.read(of).map(PermissionPolicy::clone);
        (of.clone(), NeededPolicy { place: place.clone(), policy })
    };
    needed.iter().map(one).collect()
}

impl PlanBody {
    /// The versions of permissions that have to be known, and where each is asked for. Nothing where nobody has two permissions.
    pub fn policy_questions(&self) -> BTreeMap<PolicyOf, Place> {
        self.policies.iter().map(|(of, needed)| (of.clone(), needed.place.clone())).collect()
    }

    /// What could not be read of them, but for what is said of a share already.
    pub fn unread_policies(&self) -> impl Iterator<Item = (&PolicyOf, &Gap)> {
        let said = |gap: &Gap| self.shares.iter().any(|share| share.diff.gaps().any(|known| known == gap));
        let unread = self.policies.iter().filter_map(|(of, needed)| Some((of, needed.policy.gap()?)));
        unread.filter(move |(_, gap)| !said(gap))
    }
}

/// One permission could not be read, so access is told more widely than it may be.
pub(crate) fn notice(of: &PolicyOf, gap: &Gap) -> Diagnostic {
    let PolicyOf { region, permission, version } = of;
    let version = match version {
        VersionAsked::Default => "its default version".to_owned(),
        VersionAsked::Numbered(number) => format!("version {number}"),
    };
    let detail = format!(
        "What {} allows ({version}, {region}) is not known, so whoever has it beside another permission, or in its place, counts as \
         gaining and losing. {}",
        permission.name(),
        told(gap)
    );
    Diagnostic::new(Severity::Warning, &live_codes::RAM351, None, detail).help(match gap.cause {
        // Nobody asked, so no right is missing.
        GapCause::NotConfigured => "plan against AWS to compare permissions by their actions".to_owned(),
        _ => remedy(gap),
    })
}
