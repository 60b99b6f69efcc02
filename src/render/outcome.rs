//! What became of an apply, as text.

use std::collections::BTreeMap;
use std::fmt;

use crate::diff::Purpose;
use crate::plan::{Outcome, PlanBody, PlannedStep, StepId, StepOutcome, StepResult, listed};
use crate::render::escape::escape;
use crate::render::parts;
use crate::render::style::{Styles, paint};
use crate::render::wrap::wrap;

/// Draws an [`Outcome`]: what was not done and why, then counts. What was done is counted.
#[derive(Clone, Debug)]
pub struct OutcomeView<'a> {
    plan: &'a PlanBody,
    outcome: &'a Outcome,
    rerun: Rerun,
    styles: Styles,
    width: usize,
}

/// What goes on from a run that did not get through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rerun {
    /// The same command: it makes a new plan.
    #[default]
    Same,
    /// A new plan only: the command names a plan, and that one is carried out in part.
    NewPlan,
}

impl<'a> OutcomeView<'a> {
    /// `width` in columns.
    pub fn new(plan: &'a PlanBody, outcome: &'a Outcome, styles: Styles, width: usize) -> Self {
        Self { plan, outcome, rerun: Rerun::Same, styles, width }
    }

    #[must_use]
    pub fn rerun(mut self, rerun: Rerun) -> Self {
        self.rerun = rerun;
        self
    }

    /// What the run came to, on one line without colour and without a foreign word.
    pub(crate) fn headline(&self) -> String {
        let view = Self { styles: Styles::plain(), width: usize::MAX, ..self.clone() };
        fmt::from_fn(|f| view.summary(f)).to_string().trim_end().to_owned()
    }

    fn summary(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outcome { steps, interrupted } = self.outcome;
        let (mut done, mut unseen, mut failed, mut skipped, mut not_started) = (0, 0, 0, 0, 0);
        for step in steps {
            match step.result {
                StepResult::Done { .. } => done += 1,
                StepResult::Unseen { .. } => unseen += 1,
                StepResult::Failed { .. } => failed += 1,
                StepResult::Skipped { .. } => skipped += 1,
                StepResult::NotStarted => not_started += 1,
            }
        }
        let total = self.plan.steps().len();
        let all = done + unseen == total && !interrupted;
        let maybe = |step: &StepOutcome| matches!(step.result, StepResult::Failed { maybe_done: true, .. });
        // A plan of which nothing was done is as good as before.
        let untouched = done + unseen == 0 && !steps.iter().any(maybe);
        let run = match self.plan.purpose {
            Purpose::Apply => ("Apply", "apply"),
            Purpose::Destroy => ("Destroy", "destroy"),
        };
        let word = if *interrupted {
            (self.styles.warning, "Stopped on request:".to_owned())
        } else if all {
            (self.styles.strong, format!("{} complete:", run.0))
        } else {
            (self.styles.error, format!("{} incomplete:", run.0))
        };
        let mut counts = format!("{done} of {} done", parts::count(total, "step", "steps"));
        for (n, what) in [
            (unseen, "accepted and not visible yet"),
            (failed, "failed"),
            (skipped, "skipped"),
            (not_started, "not started"),
        ] {
            if n > 0 {
                counts.push_str(&format!(", {n} {what}"));
            }
        }
        let plain = anstyle::Style::new();
        let mut said = vec![word, (plain, format!("{counts}."))];
        if !all {
            said.push((plain, "What is done stays done.".to_owned()));
            said.push((
                plain,
                match self.rerun {
                    Rerun::Same => format!("Run {} again to go on from here.", run.1),
                    Rerun::NewPlan if untouched => format!("Run {} again to go on from here.", run.1),
                    Rerun::NewPlan => {
                        "Make a new plan to go on from here: this one is out of date.".to_owned()
                    }
                },
            ));
        }
        writeln!(f, "{}", parts::fill(&said, self.width))
    }

    fn step(&self, planned: &PlannedStep) -> String {
        let place = parts::place(&planned.place, &self.plan.account_labels);
        format!("{}  {place}", StepView::new(planned))
    }
}

/// Why a step was not done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why<'a> {
    Unseen(&'a str),
    Failed { code: &'a str, message: &'a str, help: Option<&'a str>, maybe_done: bool },
    Skipped(StepId),
    NotStarted,
}

impl<'a> Why<'a> {
    fn of(result: &'a StepResult) -> Option<Self> {
        Some(match result {
            StepResult::Done { .. } => return None,
            StepResult::Unseen { what } => Self::Unseen(what),
            StepResult::Failed { code, message, help, maybe_done } => {
                Self::Failed { code, message, help: help.as_deref(), maybe_done: *maybe_done }
            }
            StepResult::Skipped { because_of } => Self::Skipped(*because_of),
            StepResult::NotStarted => Self::NotStarted,
        })
    }
}

/// Steps that are named where the same is to say of several; the rest are counted.
const NAMED: usize = 10;

impl OutcomeView<'_> {
    /// The steps that were not done, those of one reason together, in the order of the first of each.
    fn undone(&self) -> Vec<(Why<'_>, Vec<&PlannedStep>)> {
        let mut groups: Vec<(Why<'_>, Vec<&PlannedStep>)> = Vec::new();
        let mut known: BTreeMap<Why<'_>, usize> = BTreeMap::new();
        for outcome in &self.outcome.steps {
            let step = self.plan.steps().get(outcome.id.0 as usize);
            let (Some(step), Some(why)) = (step, Why::of(&outcome.result)) else { continue };
            let at = *known.entry(why).or_insert_with(|| {
                groups.push((why, Vec::new()));
                groups.len() - 1
            });
            groups[at].1.push(step);
        }
        groups
    }

    /// The steps, a line each, and what is to say of them.
    fn group(&self, f: &mut fmt::Formatter<'_>, why: Why<'_>, steps: &[&PlannedStep]) -> fmt::Result {
        let Styles { warning, error, help: help_style, code: code_style, .. } = self.styles;
        let head = match why {
            Why::Unseen(_) => format!("{} ", paint(warning, "waiting")),
            Why::Failed { .. } => format!("{}  ", paint(error, "failed")),
            Why::Skipped(_) => format!("{} ", paint(warning, "skipped")),
            Why::NotStarted => format!("{} ", paint(warning, "not started")),
        };
        for step in steps.iter().take(NAMED) {
            writeln!(f, "{head}{}", self.step(step))?;
        }
        if let Some(more) = steps.len().checked_sub(NAMED).filter(|more| *more > 0) {
            writeln!(f, "{head}and {more} more")?;
        }
        match why {
            Why::Unseen(what) => writeln!(f, "    {}  {}", escape(what), paint(code_style, "RAM336")),
            Why::Failed { code, message, help, maybe_done } => {
                self.indented(f, &format!("{}: {}", escape(code), escape(message).at_most(600)))?;
                if maybe_done {
                    writeln!(f, "    The call may have taken effect, wholly or in part.")?;
                }
                match help {
                    Some(help) => {
                        self.indented(f, &format!("{} {}", paint(help_style, "to do:"), escape(help)))
                    }
                    None => Ok(()),
                }
            }
            Why::Skipped(because_of) => {
                let cause = self.plan.steps().get(because_of.0 as usize);
                let cause = cause.map(|cause| self.step(cause)).unwrap_or_default();
                writeln!(f, "    because this failed: {cause}")
            }
            Why::NotStarted => Ok(()),
        }
    }

    fn indented(&self, f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
        wrap(text, self.width.saturating_sub(4)).lines().try_for_each(|line| writeln!(f, "    {line}"))
    }
}

impl fmt::Display for OutcomeView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for outcome in &self.outcome.steps {
            let StepResult::Done { share: _, waiting_for } = &outcome.result else { continue };
            let Some(step) = self.plan.steps().get(outcome.id.0 as usize) else { continue };
            let named: Vec<String> = waiting_for.iter().map(parts::principal_id).collect();
            let what = match named.as_slice() {
                [] => continue,
                [who] => format!("{who} has yet to accept its invitation"),
                all => format!(
                    "{} principals have yet to accept their invitations: {}",
                    all.len(),
                    listed(all, NAMED)
                ),
            };
            writeln!(f, "{} {}", paint(self.styles.warning, "waiting"), self.step(step))?;
            self.indented(f, &format!("{what}  {}", paint(self.styles.code, "RAM309")))?;
        }
        let undone = self.undone();
        for (why, steps) in &undone {
            self.group(f, *why, steps)?;
        }
        if !undone.is_empty() {
            writeln!(f)?;
        }
        self.summary(f)
    }
}

/// Names a step in a few words: `CreateResourceShare share.tgw`.
#[derive(Clone, Copy, Debug)]
pub struct StepView<'a> {
    step: &'a PlannedStep,
}

impl<'a> StepView<'a> {
    pub fn new(step: &'a PlannedStep) -> Self {
        Self { step }
    }
}

impl fmt::Display for StepView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.step.step.operation())?;
        match &self.step.address {
            Some(address) => write!(f, " {}", parts::address(address)),
            None => Ok(()),
        }
    }
}
