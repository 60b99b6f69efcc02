//! What became of an apply, as text.

use std::fmt;

use crate::plan::{Outcome, Plan, PlannedStep, StepOutcome, StepResult};
use crate::render::escape::escape;
use crate::render::parts;
use crate::render::style::{Styles, paint};

/// Draws an [`Outcome`]: what was not done and why, then counts. What was done is counted.
#[derive(Clone, Debug)]
pub struct OutcomeView<'a> {
    plan: &'a Plan,
    outcome: &'a Outcome,
    styles: Styles,
}

impl<'a> OutcomeView<'a> {
    pub fn new(plan: &'a Plan, outcome: &'a Outcome) -> Self {
        Self { plan, outcome, styles: Styles::plain() }
    }

    #[must_use]
    pub fn styles(mut self, styles: Styles) -> Self {
        self.styles = styles;
        self
    }

    fn step(&self, planned: &PlannedStep) -> String {
        let place = parts::place(&planned.place, &self.plan.body().account_labels);
        let address = match &planned.address {
            Some(address) => format!("  {}", escape(&address.to_string())),
            None => String::new(),
        };
        format!("{}{address}  {place}", planned.step.operation())
    }
}

impl fmt::Display for OutcomeView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outcome { steps, interrupted } = self.outcome;
        let planned = |outcome: &StepOutcome| self.plan.steps().get(outcome.id.0 as usize);
        let (mut done, mut failed, mut skipped, mut not_started) = (0, 0, 0, 0);
        for outcome in steps {
            let Some(step) = planned(outcome) else { continue };
            match &outcome.result {
                StepResult::Done { share: _, waiting_for } => {
                    done += 1;
                    for principal in waiting_for {
                        let who = parts::principal_id(principal);
                        let what = format!("{who} has yet to accept its invitation");
                        writeln!(f, "{} {}", paint(self.styles.warning, "waiting"), self.step(step))?;
                        writeln!(f, "    {what}  {}", paint(self.styles.code, "RAM309"))?;
                    }
                }
                StepResult::Failed { code, message, help, maybe_done } => {
                    failed += 1;
                    writeln!(f, "{}  {}", paint(self.styles.error, "failed"), self.step(step))?;
                    writeln!(f, "    {}: {}", escape(code), escape(message).at_most(600))?;
                    if *maybe_done {
                        writeln!(f, "    The call may have been carried out although no answer came.")?;
                    }
                    if let Some(help) = help {
                        writeln!(f, "    {} {}", paint(self.styles.help, "to do:"), escape(help))?;
                    }
                }
                StepResult::Skipped { because_of } => {
                    skipped += 1;
                    let cause = self.plan.steps().get(because_of.0 as usize);
                    let cause = cause.map(|cause| self.step(cause)).unwrap_or_default();
                    writeln!(f, "{} {}", paint(self.styles.warning, "skipped"), self.step(step))?;
                    writeln!(f, "    because this failed: {cause}")?;
                }
                StepResult::NotStarted => {
                    not_started += 1;
                    writeln!(f, "{} {}", paint(self.styles.warning, "not started"), self.step(step))?;
                }
            }
        }
        if failed + skipped + not_started > 0 {
            writeln!(f)?;
        }
        let total = self.plan.steps().len();
        let all = done == total && !interrupted;
        let word = if *interrupted {
            paint(self.styles.warning, "Stopped on request:")
        } else if all {
            paint(self.styles.strong, "Apply complete:")
        } else {
            paint(self.styles.error, "Apply incomplete:")
        };
        write!(f, "{word} {done} of {} done", parts::count(total, "step", "steps"))?;
        for (n, what) in [(failed, "failed"), (skipped, "skipped"), (not_started, "not started")] {
            if n > 0 {
                write!(f, ", {n} {what}")?;
            }
        }
        writeln!(f, ".")?;
        if all {
            return Ok(());
        }
        writeln!(f, "What is done stays done. Run apply again to go on from here.")
    }
}
