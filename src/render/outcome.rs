//! What became of an apply, as text.

use std::fmt;

use crate::plan::{Outcome, PlanBody, PlannedStep, StepOutcome, StepResult};
use crate::render::escape::escape;
use crate::render::parts;
use crate::render::style::{Styles, paint};

/// Draws an [`Outcome`]: what was not done and why, then counts. What was done is counted.
#[derive(Clone, Debug)]
pub struct OutcomeView<'a> {
    plan: &'a PlanBody,
    outcome: &'a Outcome,
    styles: Styles,
    width: usize,
}

impl<'a> OutcomeView<'a> {
    /// `width` in columns.
    pub fn new(plan: &'a PlanBody, outcome: &'a Outcome, styles: Styles, width: usize) -> Self {
        Self { plan, outcome, styles, width }
    }

    /// What the run came to, on one line without colour and without a foreign word.
    pub(crate) fn headline(&self) -> String {
        let view = Self { styles: Styles::plain(), width: usize::MAX, ..self.clone() };
        fmt::from_fn(|f| view.summary(f)).to_string().trim_end().to_owned()
    }

    fn summary(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outcome { steps, interrupted } = self.outcome;
        let (mut done, mut failed, mut skipped, mut not_started) = (0, 0, 0, 0);
        for step in steps {
            match step.result {
                StepResult::Done { .. } => done += 1,
                StepResult::Failed { .. } => failed += 1,
                StepResult::Skipped { .. } => skipped += 1,
                StepResult::NotStarted => not_started += 1,
            }
        }
        let total = self.plan.steps().len();
        let all = done == total && !interrupted;
        let word = if *interrupted {
            (self.styles.warning, "Stopped on request:".to_owned())
        } else if all {
            (self.styles.strong, "Apply complete:".to_owned())
        } else {
            (self.styles.error, "Apply incomplete:".to_owned())
        };
        let mut counts = format!("{done} of {} done", parts::count(total, "step", "steps"));
        for (n, what) in [(failed, "failed"), (skipped, "skipped"), (not_started, "not started")] {
            if n > 0 {
                counts.push_str(&format!(", {n} {what}"));
            }
        }
        let plain = anstyle::Style::new();
        let mut said = vec![word, (plain, format!("{counts}."))];
        if !all {
            said.push((plain, "What is done stays done.".to_owned()));
            said.push((plain, "Run apply again to go on from here.".to_owned()));
        }
        writeln!(f, "{}", parts::fill(&said, self.width))
    }

    fn step(&self, planned: &PlannedStep) -> String {
        let place = parts::place(&planned.place, &self.plan.account_labels);
        format!("{}  {place}", StepView::new(planned))
    }
}

impl fmt::Display for OutcomeView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outcome { steps, interrupted: _ } = self.outcome;
        let planned = |outcome: &StepOutcome| self.plan.steps().get(outcome.id.0 as usize);
        let mut undone = false;
        for outcome in steps {
            let Some(step) = planned(outcome) else { continue };
            undone |= !matches!(outcome.result, StepResult::Done { .. });
            match &outcome.result {
                StepResult::Done { share: _, waiting_for } => {
                    for principal in waiting_for {
                        let who = parts::principal_id(principal);
                        let what = format!("{who} has yet to accept its invitation");
                        writeln!(f, "{} {}", paint(self.styles.warning, "waiting"), self.step(step))?;
                        writeln!(f, "    {what}  {}", paint(self.styles.code, "RAM309"))?;
                    }
                }
                StepResult::Failed { code, message, help, maybe_done } => {
                    writeln!(f, "{}  {}", paint(self.styles.error, "failed"), self.step(step))?;
                    writeln!(f, "    {}: {}", escape(code), escape(message).at_most(600))?;
                    if *maybe_done {
                        writeln!(f, "    The call may have taken effect, wholly or in part.")?;
                    }
                    if let Some(help) = help {
                        writeln!(f, "    {} {}", paint(self.styles.help, "to do:"), escape(help))?;
                    }
                }
                StepResult::Skipped { because_of } => {
                    let cause = self.plan.steps().get(because_of.0 as usize);
                    let cause = cause.map(|cause| self.step(cause)).unwrap_or_default();
                    writeln!(f, "{} {}", paint(self.styles.warning, "skipped"), self.step(step))?;
                    writeln!(f, "    because this failed: {cause}")?;
                }
                StepResult::NotStarted => {
                    writeln!(f, "{} {}", paint(self.styles.warning, "not started"), self.step(step))?;
                }
            }
        }
        if undone {
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
            Some(address) => write!(f, " {}", escape(&address.to_string())),
            None => Ok(()),
        }
    }
}
