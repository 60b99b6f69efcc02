//! The order of steps: what may start, what no longer can.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio_util::sync::CancellationToken;

use crate::apply::backoff::Pulse;
use crate::apply::event::Event;
use crate::apply::failure::INTERRUPTED;
use crate::apply::settings::Settings;
use crate::apply::step::Run;
use crate::cloud::Cloud;
use crate::model::{AccountId, Address, Principal};
use crate::plan::{ApprovedPlan, Outcome, PlannedStep, Step, StepId, StepOutcome, StepResult};

/// Carries out a plan. `stop` lets calls that are under way end and starts no more.
///
/// The outcome has one result per step, in the plan's order. Nothing is undone: what was done stays done, and a new plan goes
/// on from there.
pub async fn apply<C: Cloud>(
    plan: &ApprovedPlan,
    cloud: &C,
    settings: &Settings,
    events: impl Fn(Event) + Sync,
    stop: CancellationToken,
) -> Outcome {
    let steps = plan.steps();
    let run = Run {
        plan,
        cloud,
        settings,
        events: &events,
        stop: &stop,
        made: Mutex::default(),
        enabled_now: AtomicBool::new(false),
        accepted_here: accepted_here(steps),
        asked_of_others: asked_of_others(plan),
        pulse: Pulse::new(),
    };
    let mut order = Order::new(steps, &events);
    let mut under_way = FuturesUnordered::new();
    loop {
        while !stop.is_cancelled() && under_way.len() < settings.parallelism.max(1) {
            let Some(at) = order.start() else { break };
            let (run, step) = (&run, &steps[at]);
            under_way.push(async move { (at, run.execute(step).await) });
        }
        let Some((at, result)) = under_way.next().await else { break };
        if let StepResult::Done { share: Some(share), .. } = &result {
            run.made.lock().unwrap_or_else(PoisonError::into_inner).insert(steps[at].id, share.clone());
        }
        order.finish(at, result);
    }
    let mut outcome = order.outcome(stop.is_cancelled());
    if !stop.is_cancelled() {
        let (twice, meanwhile) = (run.made_twice().await, run.added_meanwhile(&outcome).await);
        let found: BTreeMap<StepId, StepResult> = twice.into_iter().chain(meanwhile).collect();
        for step in &mut outcome.steps {
            if let Some(result) = found.get(&step.id) {
                step.result = result.clone();
            }
        }
    }
    outcome
}

/// The accounts for which this plan accepts, by the steps that put them on the share: those are not waited for.
fn accepted_here(steps: &[PlannedStep]) -> BTreeMap<StepId, BTreeSet<AccountId>> {
    let accepts = |step: &&PlannedStep| matches!(step.step, Step::AcceptResourceShareInvitation { .. });
    let mut accounts: BTreeMap<&Address, BTreeSet<AccountId>> = BTreeMap::new();
    for step in steps.iter().filter(accepts) {
        if let Some(address) = &step.address {
            accounts.entry(address).or_default().insert(step.place.account.clone());
        }
    }
    let of = |step: &PlannedStep| Some((step.id, accounts.get(step.address.as_ref()?)?.clone()));
    steps.iter().filter_map(of).collect()
}

/// The principals that others have to accept for, by the steps that put them on the share.
fn asked_of_others(plan: &ApprovedPlan) -> BTreeMap<StepId, BTreeSet<Principal>> {
    let of = |step: &PlannedStep| {
        let asked = plan.asked_of_others(step.address.as_ref()?).cloned();
        Some((step.id, asked.collect()))
    };
    plan.steps().iter().filter_map(of).collect()
}

/// Which steps have ended, which may start, which still wait for others.
struct Order<'a, E> {
    steps: &'a [PlannedStep],
    events: &'a E,
    results: Vec<Option<StepResult>>,
    /// Needs that have not ended.
    open: Vec<usize>,
    dependents: Vec<Vec<usize>>,
    ready: BTreeSet<usize>,
    /// One step at a time per share. Plans chain the steps of a share; this holds even for a plan that does not.
    busy: BTreeSet<usize>,
    share_of: Vec<Option<usize>>,
}

impl<'a, E: Fn(Event)> Order<'a, E> {
    fn new(steps: &'a [PlannedStep], events: &'a E) -> Self {
        let index: BTreeMap<StepId, usize> =
            steps.iter().enumerate().map(|(at, step)| (step.id, at)).collect();
        let mut dependents = vec![Vec::new(); steps.len()];
        let mut open = Vec::with_capacity(steps.len());
        for (at, step) in steps.iter().enumerate() {
            let needs: BTreeSet<usize> =
                step.needs.iter().filter_map(|need| index.get(need).copied()).collect();
            open.push(needs.len());
            for need in needs {
                dependents[need].push(at);
            }
        }
        let mut shares = BTreeMap::new();
        let share_of = steps
            .iter()
            .map(|step| {
                let key = (&step.place, step.address.as_ref()?);
                let next = shares.len();
                Some(*shares.entry(key).or_insert(next))
            })
            .collect();
        let ready = (0..steps.len()).filter(|at| open[*at] == 0).collect();
        Self {
            results: vec![None; steps.len()],
            steps,
            events,
            open,
            dependents,
            ready,
            busy: BTreeSet::new(),
            share_of,
        }
    }

    /// The next step that may start, now counted as started.
    fn start(&mut self) -> Option<usize> {
        let free = |at: &&usize| self.share_of[**at].is_none_or(|share| !self.busy.contains(&share));
        let at = *self.ready.iter().find(free)?;
        self.ready.remove(&at);
        self.busy.extend(self.share_of[at]);
        (self.events)(Event::Started { step: self.steps[at].id });
        Some(at)
    }

    fn finish(&mut self, at: usize, result: StepResult) {
        if let Some(share) = self.share_of[at] {
            self.busy.remove(&share);
        }
        let mut ended = vec![(at, result)];
        while let Some((at, result)) = ended.pop() {
            if self.results[at].is_some() {
                continue;
            }
            let verdict = match &result {
                StepResult::Done { .. } => None,
                StepResult::Failed { code, .. } if code == INTERRUPTED => Some(StepResult::NotStarted),
                StepResult::Failed { .. } | StepResult::Unseen { .. } => {
                    Some(StepResult::Skipped { because_of: self.steps[at].id })
                }
                StepResult::Skipped { because_of } => Some(StepResult::Skipped { because_of: *because_of }),
                StepResult::NotStarted => Some(StepResult::NotStarted),
            };
            for &dependent in &self.dependents[at] {
                self.open[dependent] -= 1;
                match &verdict {
                    Some(verdict) => ended.push((dependent, verdict.clone())),
                    None if self.open[dependent] == 0 && self.results[dependent].is_none() => {
                        self.ready.insert(dependent);
                    }
                    None => {}
                }
            }
            (self.events)(Event::Finished { step: self.steps[at].id, result: result.clone() });
            self.results[at] = Some(result);
        }
    }

    /// What has not ended by now was not started.
    fn outcome(mut self, stopped: bool) -> Outcome {
        for at in 0..self.steps.len() {
            if self.results[at].is_none() {
                self.finish(at, StepResult::NotStarted);
            }
        }
        let steps: Vec<StepOutcome> = self
            .steps
            .iter()
            .zip(self.results)
            .map(|(step, result)| StepOutcome { id: step.id, result: result.expect("each has ended above") })
            .collect();
        let cut_short = |result: &StepResult| match result {
            StepResult::NotStarted => true,
            StepResult::Failed { code, .. } => code == INTERRUPTED,
            StepResult::Done { .. } | StepResult::Unseen { .. } | StepResult::Skipped { .. } => false,
        };
        let interrupted = stopped && steps.iter().any(|step| cut_short(&step.result));
        Outcome { steps, interrupted }
    }
}
