//! What versions of permissions allow, over all places that were read.

use std::collections::BTreeMap;

use crate::live::readings::{VersionAsked, not_asked};
use crate::live::state::LiveState;
use crate::model::{Observed, PermissionArn, PermissionPolicy, Region};

/// One version of a permission. AWS's own permissions have the same ARN in every Region, and may have other versions there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyOf {
    pub region: Region,
    pub permission: PermissionArn,
    pub version: VersionAsked,
}

/// The answers of all places, by version and Region. What is not here was not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policies {
    found: BTreeMap<PolicyOf, Observed<PermissionPolicy>>,
}

impl Policies {
    /// All that was read. One account's answer stands for its Region.
    pub fn of(live: &LiveState) -> Self {
        let mut out = Self::default();
        for (place, read) in &live.places {
            let Observed::Known(read) = read else { continue };
            for ((permission, version), answer) in &read.readings.policies {
                let of = |version| PolicyOf {
                    region: place.region.clone(),
                    permission: permission.clone(),
                    version,
                };
                out.add(of(version.clone()), answer.clone().map(|found| found.policy));
                if let Observed::Known(found) = answer {
                    let numbered = of(VersionAsked::Numbered(found.version.clone()));
                    out.add(numbered, Observed::Known(found.policy.clone()));
                }
            }
        }
        out
    }

    /// Takes in an answer. What is known stays.
    pub fn add(&mut self, of: PolicyOf, answer: Observed<PermissionPolicy>) {
        let known = matches!(self.found.get(&of), Some(Observed::Known(_)));
        if !known {
            self.found.insert(of, answer);
        }
    }

    /// Whether somebody asked, whatever the answer was.
    pub fn answers(&self, of: &PolicyOf) -> bool {
        self.found.contains_key(of)
    }

    /// What a version allows. What nobody asked for is unknown.
    pub fn get(&self, of: &PolicyOf) -> Observed<&PermissionPolicy> {
        match self.found.get(of) {
            Some(Observed::Known(policy)) => Observed::Known(policy),
            Some(Observed::Unknown(gap)) => Observed::Unknown(gap.clone()),
            None => Observed::Unknown(not_asked("ram:GetPermission", &of.permission)),
        }
    }
}
