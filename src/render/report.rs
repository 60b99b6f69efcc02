//! All that one run has to tell, for the formats that are read away from the terminal.

use crate::diag::{Diagnostic, SourceMap};
use crate::drift::DriftReport;
use crate::model::Origin;
use crate::plan::{Outcome, PlanBody};
use crate::render::diagnostics::DiagnosticsView;
use crate::render::drift::DriftView;
use crate::render::escape::escape;
use crate::render::outcome::{OutcomeView, Rerun};
use crate::render::parts;
use crate::render::plan::PlanView;
use crate::render::segments::{Segment, lines};
use crate::render::style::Styles;

/// Columns of a document.
const WIDTH: usize = 120;

/// One run: what it found and what went wrong in it.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// `plan`, `apply`, `destroy`, `drift` or `validate`.
    pub command: &'a str,
    /// The stack's folder as it was typed.
    pub folder: &'a str,
    /// What the stack is called; where it could not be read so far, what its folder is. It tells this document from those of other
    /// stacks.
    pub stack: &'a str,
    pub found: Found<'a>,
    /// What kept the run from its end, beside diagnostics. Foreign text.
    pub errors: &'a [String],
    /// What the compiler and the rules said, and what forbids the plan.
    pub diagnostics: &'a [Diagnostic],
    pub sources: &'a SourceMap,
    pub origin: Origin,
    /// How to go on from an apply that did not get through.
    pub rerun: Rerun,
}

/// What a run came to.
#[derive(Clone, Copy, Debug)]
pub enum Found<'a> {
    /// It failed before there was anything to tell.
    Nothing,
    /// The files of a stack are sound.
    Valid {
        stack: &'a str,
        shares: usize,
    },
    Plan(&'a PlanBody),
    Drift(&'a DriftReport),
    Applied {
        plan: &'a PlanBody,
        outcome: &'a Outcome,
    },
}

impl<'a> Found<'a> {
    /// What the stack is called, where anything was found.
    pub fn stack(&self) -> Option<&'a str> {
        match self {
            Self::Nothing => None,
            Self::Valid { stack, shares: _ } => Some(stack),
            Self::Plan(plan) | Self::Applied { plan, outcome: _ } => Some(plan.stack.as_str()),
            Self::Drift(report) => Some(report.stack.as_str()),
        }
    }
}

/// A block of lines under one title.
pub(crate) struct Section {
    pub title: &'static str,
    pub lines: Vec<Vec<Segment>>,
}

impl Report<'_> {
    /// Sentences that say what it comes to, the first one first. No foreign word is in them.
    pub(crate) fn headlines(&self) -> Vec<String> {
        let mut out = Vec::new();
        match self.found {
            Found::Nothing => out.push(match self.command {
                "validate" => "The stack is not valid.".to_owned(),
                "drift" => "Failed: AWS and the configuration were not compared.".to_owned(),
                "show" => "Failed: there is no plan to show.".to_owned(),
                _ => "Failed: no plan was made and nothing was changed.".to_owned(),
            }),
            Found::Valid { stack: _, shares } => {
                out.push(format!("Valid: {}.", parts::count(shares, "share", "shares")));
            }
            Found::Plan(plan) => out.push(self.plan(plan, Styles::plain()).headline()),
            Found::Drift(report) => out.push(self.drift(report, Styles::plain()).headline()),
            Found::Applied { plan, outcome } => {
                if !outcome.steps.is_empty() {
                    let view = OutcomeView::new(plan, outcome, Styles::plain(), WIDTH).rerun(self.rerun);
                    out.push(view.headline());
                }
                out.push(self.plan(plan, Styles::plain()).headline());
            }
        }
        if self.is_refused() {
            out.push("Refused: this plan cannot be applied, see below.".to_owned());
        }
        if !self.is_complete() {
            out.push("INCOMPLETE: what was not read was not compared and is not changed.".to_owned());
        }
        let errors = self.errors.len() + self.diagnostics.iter().filter(|d| d.is_error()).count();
        if errors > 0 {
            out.push(if errors == 1 { "1 error.".to_owned() } else { format!("{errors} errors.") });
        }
        out
    }

    /// Everything else, what went wrong first.
    pub(crate) fn sections(&self) -> Vec<Section> {
        let styles = Styles::coloured();
        let mut out = Vec::new();
        let mut wrong: String =
            self.errors.iter().map(|error| format!("error: {}\n", escape(error).at_most(2_000))).collect();
        if !self.diagnostics.is_empty() {
            let Self { sources, diagnostics, .. } = self;
            let view = DiagnosticsView { sources, diagnostics, styles: Styles::plain(), width: WIDTH };
            wrong.push_str(&view.to_string());
        }
        if !wrong.is_empty() {
            out.push(Section { title: "Messages", lines: lines(&wrong) });
        }
        match self.found {
            Found::Nothing | Found::Valid { .. } => {}
            Found::Plan(plan) => {
                out.push(Section { title: "Plan", lines: lines(&self.plan(plan, styles).to_string()) });
            }
            Found::Drift(report) => {
                out.push(Section { title: "Drift", lines: lines(&self.drift(report, styles).to_string()) });
            }
            Found::Applied { plan, outcome } => {
                if !outcome.steps.is_empty() {
                    let view = OutcomeView::new(plan, outcome, styles, WIDTH).rerun(self.rerun);
                    out.push(Section { title: "Apply", lines: lines(&view.to_string()) });
                }
                out.push(Section { title: "Plan", lines: lines(&self.plan(plan, styles).to_string()) });
            }
        }
        out
    }

    pub(crate) fn is_complete(&self) -> bool {
        match self.found {
            Found::Nothing | Found::Valid { .. } => true,
            Found::Plan(plan) | Found::Applied { plan, .. } => plan.is_complete(),
            Found::Drift(report) => report.is_complete(),
        }
    }

    pub(crate) fn is_refused(&self) -> bool {
        match self.found {
            Found::Plan(plan) | Found::Applied { plan, .. } => !plan.refusals.is_empty(),
            Found::Nothing | Found::Valid { .. } | Found::Drift(_) => false,
        }
    }

    fn plan<'a>(&'a self, plan: &'a PlanBody, styles: Styles) -> PlanView<'a> {
        PlanView::new(plan, self.sources, styles, WIDTH, self.origin.clone())
    }

    fn drift<'a>(&'a self, report: &'a DriftReport, styles: Styles) -> DriftView<'a> {
        DriftView::new(report, self.sources, styles, WIDTH, self.origin.clone())
    }
}
