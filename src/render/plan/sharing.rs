//! Sharing inside the organization, where the plan turns it on or cannot.

use std::fmt;

use crate::diff::SharingVerdict;
use crate::plan::PlannedSharing;
use crate::render::parts;
use crate::render::plan::PlanView;
use crate::render::rows::{Line, Sign};
use crate::render::style::paint;

impl PlanView<'_> {
    pub(super) fn sharing(&self, f: &mut fmt::Formatter<'_>, sharing: &PlannedSharing) -> fmt::Result {
        let PlannedSharing { diff, step: _ } = sharing;
        let labels = &self.plan.account_labels;
        let management = parts::account(&diff.place.account, labels);
        let (sign, text, code) = match &diff.verdict {
            SharingVerdict::InSync
            | SharingVerdict::OffAsDeclared { .. }
            | SharingVerdict::NotManaged
            | SharingVerdict::Unread { .. } => {
                return Ok(());
            }
            SharingVerdict::OnUndeclared { state } => {
                let state = parts::sharing_state(*state);
                let text = format!("is {state}, and the stack declares it off; it stays as it is");
                (Sign::Note, text, Some("RAM419"))
            }
            SharingVerdict::Enable { from } => {
                let text = format!("is {} and is turned on, from {management}", parts::sharing_state(*from));
                (Sign::Added, text, None)
            }
            SharingVerdict::MakeRole => {
                let text = "is half on; RAM's missing service-linked role is made, nobody loses access";
                (Sign::Changed, text.to_owned(), Some("RAM401"))
            }
            SharingVerdict::RequiredButOff { state } | SharingVerdict::Impossible { state } => {
                (Sign::Held, format!("is {}", parts::sharing_state(*state)), None)
            }
        };
        writeln!(f, "{}", paint(self.styles.strong, "organization"))?;
        let mut line = Line::new(0);
        line.put(f, sign.style(&self.styles), sign.as_str(), 1)?;
        write!(f, " sharing inside the organization {text}")?;
        if let Some(code) = code {
            write!(f, "  {}", paint(self.styles.code, code))?;
        }
        writeln!(f, "\n")
    }
}
