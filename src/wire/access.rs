//! Access by actions: who keeps a resource with others, and what was read of permissions to tell that.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::access::Partly;
use crate::live::{Policies, PolicyOf, VersionAsked};
use crate::model::{AccountId, Allowed, Beyond, Observed, PermissionArn, PermissionPolicy};
use crate::plan::{NeededPolicies, NeededPolicy};
use crate::wire::malformed::{Malformed, id};
use crate::wire::parts::{GapDocument, PlaceDocument, texts};

/// An action that somebody gains or loses.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ActionDocument {
    action: String,
    /// Operator to key to values, as in a policy. Empty: always.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    conditions: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// The action is allowed on the other side too, under other conditions.
    otherwise: bool,
}

impl ActionDocument {
    pub fn all<'a>(actions: impl IntoIterator<Item = &'a Beyond>) -> Vec<Self> {
        actions.into_iter().map(Self::new).collect()
    }

    fn new(beyond: &Beyond) -> Self {
        let Beyond { allowed: Allowed { action, conditions }, otherwise } = beyond;
        let mut out = Self { action: action.to_string(), conditions: BTreeMap::new(), otherwise: *otherwise };
        for ((operator, key), values) in conditions {
            let keys = out.conditions.entry(operator.clone()).or_default();
            keys.insert(key.clone(), values.iter().cloned().collect());
        }
        out
    }
}

/// Accounts, roles, users and services that have these resources before and after, with other actions.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PartlyDocument {
    who: Vec<String>,
    resources: Vec<String>,
    gain: Vec<ActionDocument>,
    lose: Vec<ActionDocument>,
}

impl PartlyDocument {
    pub fn new(partly: &Partly) -> Self {
        let Partly { more, less, grantees, resources } = partly;
        Self {
            who: texts(grantees),
            resources: texts(resources),
            gain: ActionDocument::all(more),
            lose: ActionDocument::all(less),
        }
    }
}

/// A version of a permission that the plan had to know.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct NeededPolicyDocument {
    /// Where it was asked for.
    place: PlaceDocument,
    permission: String,
    /// Null: the default version.
    version: Option<String>,
    /// The policy template, in the form in which ramctl writes one; null where it is not known.
    policy: Option<String>,
    /// Why it is not known; null where it is.
    gap: Option<GapDocument>,
}

impl NeededPolicyDocument {
    pub fn all(policies: &NeededPolicies, labels: &BTreeMap<AccountId, String>) -> Vec<Self> {
        let document = |(of, needed): (&PolicyOf, &NeededPolicy)| {
            // The Region is that of the place.
            let PolicyOf { region: _, permission, version } = of;
            let NeededPolicy { place, policy } = needed;
            Self {
                place: PlaceDocument::new(place, labels),
                permission: permission.to_string(),
                version: match version {
                    VersionAsked::Default => None,
                    VersionAsked::Numbered(number) => Some(number.clone()),
                },
                policy: policy.known().map(PermissionPolicy::template),
                gap: policy.gap().map(GapDocument::new),
            }
        };
        policies.iter().map(document).collect()
    }

    /// The answers that a plan was made with.
    pub fn read(documents: &[Self]) -> Result<Policies, Malformed> {
        let mut out = Policies::default();
        for Self { place, permission, version, policy, gap } in documents {
            let found = match (policy, gap) {
                (Some(text), None) => Observed::Known(
                    PermissionPolicy::read(text)
                        .map_err(|_| Malformed::new(text, "a policy that ramctl writes"))?,
                ),
                (None, Some(gap)) => Observed::Unknown(gap.read()),
                _ => {
                    return Err(Malformed::new(permission, "either its policy or why it is not known"));
                }
            };
            let of = PolicyOf {
                region: place.read()?.region,
                permission: id(permission, PermissionArn::parse)?,
                version: version.clone().map_or(VersionAsked::Default, VersionAsked::Numbered),
            };
            out.add(of, found);
        }
        Ok(out)
    }
}
