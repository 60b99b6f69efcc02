//! What stands against the plan: places over their quota, and what ramctl refuses to do.

use std::fmt;

use crate::org::SharingState;
use crate::plan::{Interruption, OverQuota, Refusal};
use crate::render::escape::escape;
use crate::render::parts;
use crate::render::permission;
use crate::render::plan::PlanView;
use crate::render::rows::{Row, Rows, Sign};
use crate::render::style::paint;

impl PlanView<'_> {
    pub(super) fn over_quota(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for OverQuota { place, what, count } in self.plan.over_quota() {
            let place = parts::place(&place, &self.plan.account_labels);
            let limit = OverQuota::LIMIT;
            let word = paint(self.styles.warning, "!");
            let code = paint(self.styles.code, "RAM346");
            writeln!(
                f,
                "{word} {place} would have {count} {}; the quota is {limit}  {code}\n",
                what.as_str()
            )?;
        }
        Ok(())
    }

    /// Who is without something between two steps.
    pub(super) fn interruptions(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.plan.interruptions.is_empty() {
            return Ok(());
        }
        writeln!(f, "{}", paint(self.styles.warning, "INTERRUPTED: access is gone between two steps"))?;
        let told = |one: &Interruption| {
            let notice = one.notice(&self.plan.account_labels);
            Row::new(Sign::Held, [parts::address(&one.from), String::new(), String::new()])
                .effect(escape(&notice.detail).to_string())
                .code(notice.code.id)
        };
        let rows: Vec<Row> = self.plan.interruptions.iter().map(told).collect();
        write!(f, "{}", Rows { rows: &rows, styles: &self.styles, width: self.width, indent: 0 })?;
        writeln!(f)
    }

    pub(super) fn refusals(&self, f: &mut fmt::Formatter<'_>, refusals: &[Refusal]) -> fmt::Result {
        for refusal in refusals {
            let (text, code) = match refusal {
                Refusal::Import { address, span: _, arn, problem } => {
                    let (problem, code) = parts::import_problem(problem);
                    let (address, arn) = (parts::address(address), escape(arn.arn().short()).to_string());
                    (format!("{address} cannot import {arn}: {problem}"), code)
                }
                Refusal::Permission { address, span: _, arn, problem } => {
                    let (problem, code) = permission::problem_text(problem);
                    let (address, name) = (parts::address(address), parts::name(arn.name()));
                    (format!("{address} cannot have {name}: {problem}"), code)
                }
                Refusal::PreventDestroy { address } => {
                    (format!("{} is protected by prevent_destroy", parts::address(address)), "RAM220")
                }
                Refusal::SharingRequired { state } => {
                    let state = parts::sharing_state(*state);
                    (format!("sharing inside the organization is required and is {state}"), "RAM403")
                }
                Refusal::SharingImpossible { state } => {
                    let code = match state {
                        SharingState::NotManagementAccount => "RAM404",
                        SharingState::NotAllFeatures => "RAM405",
                        _ => "RAM406",
                    };
                    let state = parts::sharing_state(*state);
                    (format!("sharing inside the organization is {state}"), code)
                }
            };
            let word = paint(self.styles.error, "REFUSED:");
            writeln!(f, "{word} {text}  {}", paint(self.styles.code, code))?;
        }
        if refusals.is_empty() { Ok(()) } else { writeln!(f) }
    }
}
