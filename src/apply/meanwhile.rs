//! What others put on the shares that this run widened, and took off them. RAM has no conditional write, so two runs, of which one adds a principal and
//! the other a resource, can each do what its plan says and together give the principal the resource. Each run therefore looks
//! at its shares once more at its end: whoever wrote last sees what the other one wrote.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};

use crate::apply::event::Event;
use crate::apply::failure::Failure;
use crate::apply::step::{Patience, Run};
use crate::cloud::{
    AssociationKind, Cloud, CloudError, RAM_PAGE, RamRead, ShareScope, associations, share_permissions,
    sources,
};
use crate::model::{AssociationStatus, Principal, ResourceArn};
use crate::plan::{Expected, Outcome, StepId, StepResult, listed};

impl<C: Cloud, E: Fn(Event) + Sync> Run<'_, C, E> {
    /// The steps that gave something on a share which holds by now what no plan weighed it with, and those for which this cannot be
    /// known. Likewise where something is gone that the plan left on it. Up to four listings for each share that was widened.
    pub(crate) async fn added_meanwhile(&self, outcome: &Outcome) -> Vec<(StepId, StepResult)> {
        let results: BTreeMap<StepId, &StepResult> =
            outcome.steps.iter().map(|step| (step.id, &step.result)).collect();
        let done = |step: &StepId| matches!(results.get(step), Some(StepResult::Done { .. }));
        let mut looks = Vec::new();
        for expected in self.plan.expected() {
            if expected.steps.iter().all(done) {
                looks.push(self.look_at(expected, expected.last));
            }
        }
        let looks = stream::iter(looks).buffer_unordered(self.settings.parallelism.max(1));
        looks.collect::<Vec<_>>().await.into_iter().flatten().collect()
    }

    async fn look_at(&self, expected: &Expected, step: StepId) -> Option<(StepId, StepResult)> {
        match self.changed_on(expected, step).await {
            Ok(changed) => (!changed.is_nothing()).then(|| (step, found(expected, &changed).into())),
            // Whether it happened is not known, which is no success.
            Err(failure) => Some((step, failure.into())),
        }
    }

    async fn changed_on(&self, expected: &Expected, step: StepId) -> Result<Changed, Failure> {
        let ram = &self.cloud.ram(&expected.place).await.map_err(Failure::Call)?;
        let looked = self.call(step, Patience::default(), || changed(ram, expected)).await;
        looked.map_err(Failure::of_a_look)
    }
}

/// What is on the share and not in the plan, and what the plan left on it and is there no more, in words.
#[derive(Default)]
struct Changed {
    added: Vec<String>,
    taken: Vec<String>,
}

impl Changed {
    fn is_nothing(&self) -> bool {
        self.added.is_empty() && self.taken.is_empty()
    }
}

/// Whether a row says that something has left the share.
fn has_left(status: &AssociationStatus) -> bool {
    matches!(
        status,
        AssociationStatus::Disassociating | AssociationStatus::Disassociated | AssociationStatus::Failed
    )
}

async fn changed<R: RamRead>(ram: &R, expected: &Expected) -> Result<Changed, CloudError> {
    let scope = &ShareScope::One(expected.share.clone());
    let gives = expected.gives;
    let Changed { mut added, mut taken } = Changed::default();
    let mut stood: BTreeSet<&Principal> = expected.stood.principals.iter().collect();
    for row in associations(ram, AssociationKind::Principal, scope, RAM_PAGE).await? {
        let principal = Principal::read(&row.entity);
        if gives.besides_principals() && row.status.gives() && !expected.principals.contains(&principal) {
            added.push(format!("principal {principal}"));
        }
        if !has_left(&row.status) {
            stood.remove(&principal);
        }
    }
    taken.extend(stood.into_iter().map(|principal| format!("principal {principal}")));
    let mut stood: BTreeSet<&ResourceArn> = expected.stood.resources.iter().collect();
    for row in associations(ram, AssociationKind::Resource, scope, RAM_PAGE).await? {
        let arn = ResourceArn::parse(&row.entity).ok();
        let known = arn.as_ref().is_some_and(|arn| expected.resources.contains(arn));
        if gives.besides_resources() && row.status.gives() && !known {
            added.push(format!("resource {}", row.entity));
        }
        if let Some(arn) = arn.filter(|_| !has_left(&row.status)) {
            stood.remove(&arn);
        }
    }
    taken.extend(stood.into_iter().map(|resource| format!("resource {resource}")));
    let services = expected.principals.iter().any(|principal| matches!(principal, Principal::Service(_)));
    if gives.besides_resources() && services {
        for row in sources(ram, scope, RAM_PAGE).await? {
            if row.status.gives() && !expected.sources.contains(&row.source) {
                added.push(format!("source {}", row.source));
            }
        }
    }
    if gives.besides_permissions() {
        for row in share_permissions(ram, &expected.share).await? {
            let as_planned = expected.permissions.get(&row.resource_type).is_none_or(|(arn, version)| {
                *arn == row.permission && version.as_ref().is_none_or(|version| *version == row.version)
            });
            if !as_planned {
                added.push(format!("permission {} version {}", row.permission, row.version));
            }
        }
    }
    Ok(Changed { added, taken })
}

fn found(expected: &Expected, Changed { added, taken }: &Changed) -> Failure {
    let has =
        (!added.is_empty()).then(|| format!("it has {} now, which is not in this plan", listed(added, 3)));
    let lacks =
        (!taken.is_empty()).then(|| format!("it has lost {}, which this plan left on it", listed(taken, 3)));
    let what: Vec<String> = has.into_iter().chain(lacks).collect();
    let help = if added.is_empty() {
        "Who had access through what was taken off has lost it, and no plan of this run said so. Let other runs of the stack end, then run \
         `ramctl plan`: `ramctl apply` puts back what the files have (RAM517)."
    } else {
        "What this plan gave and what the other gave come together on the share: somebody may have access that no plan \
         said. Let other runs of the stack end, then run `ramctl plan` and look at the share: `ramctl apply` takes off what the files do \
         not have, unless `lifecycle` keeps it, and puts back what they have (RAM517)."
    };
    Failure::Refused {
        code: "changed_meanwhile",
        message: format!(
            "somebody else changed {} while this run was under way: {}",
            expected.share,
            what.join("; ")
        ),
        help: help.to_owned(),
    }
}
