//! Shares that two runs made at the same time. A client token prevents that only as long as RAM remembers it, so each run that made
//! shares lists the shares of its stack once more at its end. The run that made its share last sees both.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use crate::apply::creation::{Mark, is_over};
use crate::apply::event::Event;
use crate::apply::failure::Failure;
use crate::apply::step::{Patience, Run};
use crate::cloud::{Cloud, RAM_PAGE, ShareRow, stack_shares};
use crate::model::{Place, ShareArn, StackName, TAG_ADDRESS, TAG_STACK, Tags};
use crate::plan::{PlannedStep, Step, StepId, StepResult};

impl<C: Cloud, E: Fn(Event) + Sync> Run<'_, C, E> {
    /// The steps that made a share beside that of another run, and those for which this cannot be known. One listing per place
    /// and stack in which this run made a share.
    pub(crate) async fn made_twice(&self) -> Vec<(StepId, StepResult)> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut by_place: BTreeMap<(&Place, &str), Vec<(&PlannedStep, &Tags)>> = BTreeMap::new();
        for planned in self.plan.steps().iter().filter(|step| made.contains_key(&step.id)) {
            if let Step::CreateResourceShare { tags, .. } = &planned.step
                && let (Some(stack), Some(_)) = (tags.get(TAG_STACK), tags.get(TAG_ADDRESS))
            {
                by_place.entry((&planned.place, stack)).or_default().push((planned, tags));
            }
        }
        let own: BTreeSet<&ShareArn> = made.values().collect();
        let mut found = Vec::new();
        for ((place, stack), steps) in by_place {
            let Ok(stack) = StackName::parse(stack) else { continue };
            let rows = match self.listed_again(place, &stack, steps[0].0.id).await {
                Ok(rows) => rows,
                // Whether it happened is not known, which is no success.
                Err(failure) => {
                    found.push((steps[0].0.id, failure.into()));
                    continue;
                }
            };
            for (step, tags) in steps {
                let rival = rows.iter().find(|row| {
                    Mark::of(&row.tags, tags) == Mark::AsAsked
                        && !is_over(&row.status)
                        && !own.contains(&row.arn)
                        && !self.plan.knows(&row.arn)
                });
                if let Some(rival) = rival {
                    found.push((step.id, twice(&made[&step.id], rival).into()));
                }
            }
        }
        found
    }

    async fn listed_again(
        &self,
        place: &Place,
        stack: &StackName,
        step: StepId,
    ) -> Result<Vec<ShareRow>, Failure> {
        let ram = &self.cloud.ram(place).await.map_err(Failure::Call)?;
        let listed = self.call(step, Patience::default(), || stack_shares(ram, stack, RAM_PAGE)).await;
        listed.map_err(Failure::of_a_look)
    }
}

fn twice(made: &ShareArn, rival: &ShareRow) -> Failure {
    Failure::Refused {
        code: "made_twice",
        message: format!("this run made {made}, and another run made {} for the same block", rival.arn),
        help:
            "Both shares are live. Run `ramctl plan`: it names the one that it would delete (RAM219, RAM516)."
                .to_owned(),
    }
}
