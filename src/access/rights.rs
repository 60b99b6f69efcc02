//! Which rights hold others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::access::right::{Right, Version};
use crate::catalog;
use crate::live::{Policies, PolicyOf, VersionAsked};
use crate::model::{Beyond, Observed, PermissionArn, PermissionPolicy, Place, PolicyChange, ResourceType};

/// What is known of rights: what the permissions behind them allow, and what one gives in the place of another.
#[derive(Clone, Debug, Default)]
pub struct Rights {
    /// The narrower one, the wider one.
    covered: BTreeSet<(Right, Right)>,
    /// What was read.
    read: Policies,
    /// What permissions of the stack allow, as the plan leaves them.
    made: BTreeMap<(PermissionArn, Version), PermissionPolicy>,
}

/// What somebody has on one side and not on the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    Nothing,
    /// All of it: the other side gives nothing.
    Whole,
    /// These actions.
    Actions(Arc<BTreeSet<Beyond>>),
    /// Nobody can tell what, for a permission could not be read.
    Unread,
}

/// What has to be known of permissions to tell what somebody gains and loses, and where to ask for it.
pub type Needed = BTreeMap<PolicyOf, Place>;

impl Rights {
    /// With what was read of permissions.
    pub fn knowing(read: Policies) -> Self {
        Self { read, ..Self::default() }
    }

    /// Takes in what becomes possible and impossible where one right gives way to another.
    pub fn learn(&mut self, before: &Right, after: &Right, change: &Observed<PolicyChange>) {
        let Observed::Known(change) = change else { return };
        if !change.narrows() {
            self.covered.insert((before.clone(), after.clone()));
        }
        if !change.widens() {
            self.covered.insert((after.clone(), before.clone()));
        }
    }

    /// Takes in what a permission of the stack allows at a version.
    pub fn make(&mut self, permission: &PermissionArn, version: Version, policy: &PermissionPolicy) {
        self.made.insert((permission.clone(), version), policy.clone());
    }

    /// What was read of a version.
    pub fn read(&self, of: &PolicyOf) -> Observed<&PermissionPolicy> {
        self.read.get(of)
    }

    fn holds(&self, right: &Right, other: &Right) -> bool {
        right == other || self.covered.contains(&(right.clone(), other.clone()))
    }
}

/// Rights on resources of one type, and in which place a share gives each.
pub(crate) struct OnType<'a> {
    rights: &'a Rights,
    resource_type: Option<&'a ResourceType>,
    places: BTreeMap<&'a Right, Place>,
    answers: BTreeMap<(BTreeSet<&'a Right>, BTreeSet<&'a Right>), Missing>,
    pub needed: Needed,
}

/// Where it is known what a right allows.
enum Source<'a> {
    Known(&'a PermissionPolicy),
    Asked(PolicyOf),
    /// Nobody could be asked.
    Nowhere,
}

impl<'a> OnType<'a> {
    pub fn new(
        rights: &'a Rights,
        resource_type: Option<&'a ResourceType>,
        places: BTreeMap<&'a Right, Place>,
    ) -> Self {
        Self { rights, resource_type, places, answers: BTreeMap::new(), needed: Needed::new() }
    }

    /// What of one's own rights these others do not hold, all of them together.
    pub fn missing<I>(&mut self, own: &BTreeSet<&'a Right>, others: I) -> Missing
    where
        I: Iterator<Item = &'a Right> + Clone,
    {
        if own.iter().all(|right| others.clone().any(|other| *right == other)) {
            return Missing::Nothing;
        }
        let others: BTreeSet<&Right> = others.collect();
        if others.is_empty() {
            return Missing::Whole;
        }
        let key = (own.clone(), others);
        if let Some(known) = self.answers.get(&key) {
            return known.clone();
        }
        let answer = self.compare(&key.0, &key.1);
        self.answers.insert(key, answer.clone());
        answer
    }

    fn compare(&mut self, own: &BTreeSet<&'a Right>, others: &BTreeSet<&'a Right>) -> Missing {
        let is_open = |right: &&&'a Right| !others.iter().any(|other| self.rights.holds(right, other));
        let open: Vec<&Right> = own.iter().filter(is_open).copied().collect();
        if open.is_empty() {
            return Missing::Nothing;
        }
        // Also where one answer would do: what is asked must not hang on what was answered.
        let policies: Vec<Option<&PermissionPolicy>> =
            open.iter().chain(others).map(|right| self.policy(right)).collect();
        let (own, others) = policies.split_at(open.len());
        let known = || others.iter().copied().flatten();
        let mut actions = BTreeSet::new();
        let mut unread = false;
        for policy in own {
            match policy {
                None => unread = true,
                Some(policy) => {
                    let beyond = policy.beyond(known());
                    unread |= !beyond.is_empty() && known().count() < others.len();
                    actions.extend(beyond);
                }
            }
        }
        match (unread, actions.is_empty()) {
            (true, _) => Missing::Unread,
            (false, true) => Missing::Nothing,
            (false, false) => Missing::Actions(Arc::new(actions)),
        }
    }

    fn policy(&mut self, right: &'a Right) -> Option<&'a PermissionPolicy> {
        let rights = self.rights;
        match self.source(right) {
            Source::Known(policy) => Some(policy),
            Source::Nowhere => None,
            Source::Asked(of) => {
                let found = match rights.read.get(&of) {
                    Observed::Known(policy) => Some(policy),
                    Observed::Unknown(_) => None,
                };
                if let Some(place) = self.places.get(right) {
                    self.needed.entry(of).or_insert_with(|| place.clone());
                }
                found
            }
        }
    }

    fn source(&self, right: &'a Right) -> Source<'a> {
        let Some(place) = self.places.get(right) else { return Source::Nowhere };
        let of = |permission: PermissionArn, version| {
            Source::Asked(PolicyOf { region: place.region.clone(), permission, version })
        };
        match right {
            Right::AwsDefault => match self.resource_type.and_then(|kind| aws_default(kind, place)) {
                Some(arn) => of(arn, VersionAsked::Default),
                None => Source::Nowhere,
            },
            Right::Permission { arn, version } => {
                match (self.rights.made.get(&(arn.clone(), version.clone())), version) {
                    (Some(policy), _) => Source::Known(policy),
                    (None, Version::Default) => of(arn.clone(), VersionAsked::Default),
                    (None, Version::Numbered(number)) => {
                        of(arn.clone(), VersionAsked::Numbered(number.clone()))
                    }
                    (None, Version::Next) => Source::Nowhere,
                }
            }
            Right::OneOf(_) => Source::Nowhere,
        }
    }
}

/// What AWS attaches for a type where no permission is named.
fn aws_default(kind: &ResourceType, place: &Place) -> Option<PermissionArn> {
    let name = catalog::default_permission(kind)?;
    let partition = place.region.partition().as_str();
    PermissionArn::parse(&format!("arn:{partition}:ram::aws:permission/{name}")).ok()
}
