//! What others put on the shares that this run widened. RAM has no conditional write, so two runs, of which one adds a principal and
//! the other a resource, can each do what its plan says and together give the principal the resource. Each run therefore looks
//! at its shares once more at its end: whoever wrote last sees what the other one wrote.

use std::collections::BTreeMap;

use futures_util::{StreamExt, stream};

use crate::apply::event::Event;
use crate::apply::failure::Failure;
use crate::apply::step::{Patience, Run};
use crate::cloud::{
    AssociationKind, Cloud, CloudError, RAM_PAGE, RamRead, ShareScope, associations, share_permissions,
    sources,
};
use crate::model::{Principal, ResourceArn};
use crate::plan::{Expected, Outcome, StepId, StepResult};

impl<C: Cloud, E: Fn(Event) + Sync> Run<'_, C, E> {
    /// The steps that gave something on a share which holds by now what no plan weighed it with, and those for which this cannot be
    /// known. Up to three listings for each share that was widened.
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
        match self.added_to(expected, step).await {
            Ok(added) => (!added.is_empty()).then(|| (step, found(expected, &added).into())),
            // Whether it happened is not known, which is no success.
            Err(failure) => Some((step, failure.into())),
        }
    }

    async fn added_to(&self, expected: &Expected, step: StepId) -> Result<Vec<String>, Failure> {
        let ram = &self.cloud.ram(&expected.place).await.map_err(Failure::Call)?;
        let looked = self.call(step, Patience::default(), || added(ram, expected)).await;
        looked.map_err(Failure::of_a_look)
    }
}

/// What is on the share and not in the plan, in words.
async fn added<R: RamRead>(ram: &R, expected: &Expected) -> Result<Vec<String>, CloudError> {
    let scope = &ShareScope::One(expected.share.clone());
    let gives = expected.gives;
    let mut added = Vec::new();
    if gives.besides_principals() {
        for row in associations(ram, AssociationKind::Principal, scope, RAM_PAGE).await? {
            let principal = Principal::read(&row.entity);
            if row.status.gives() && !expected.principals.contains(&principal) {
                added.push(format!("principal {principal}"));
            }
        }
    }
    if gives.besides_resources() {
        for row in associations(ram, AssociationKind::Resource, scope, RAM_PAGE).await? {
            let known = ResourceArn::parse(&row.entity).is_ok_and(|arn| expected.resources.contains(&arn));
            if row.status.gives() && !known {
                added.push(format!("resource {}", row.entity));
            }
        }
        if expected.principals.iter().any(|principal| matches!(principal, Principal::Service(_))) {
            for row in sources(ram, scope, RAM_PAGE).await? {
                if row.status.gives() && !expected.sources.contains(&row.source) {
                    added.push(format!("source {}", row.source));
                }
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
    Ok(added)
}

fn found(expected: &Expected, added: &[String]) -> Failure {
    const SHOWN: usize = 3;
    let mut what = added.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if added.len() > SHOWN {
        what += &format!(" and {} more", added.len() - SHOWN);
    }
    Failure::Refused {
        code: "changed_meanwhile",
        message: format!(
            "somebody else changed {} while this run was under way: it has {what} now, which is not in this plan",
            expected.share
        ),
        help: "What this plan gave and what the other gave come together on the share: somebody may have access that no plan \
               said. Let other runs of the stack end, then run `ramctl plan` and look at the share: `ramctl apply` takes off what the files do \
               not have, unless `lifecycle` keeps it (RAM517)."
            .to_owned(),
    }
}
