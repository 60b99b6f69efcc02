//! What is drawn for one share or permission: a line, sentences about it, rows.

use std::fmt;

use unicode_width::UnicodeWidthStr;

use crate::diff::PermissionVerdict;
use crate::plan::PlannedPermission;
use crate::render::escape::escape;
use crate::render::parts;
use crate::render::permission;
use crate::render::plan::PlanView;
use crate::render::rows::{Line, Row, Rows, Sign};
use crate::render::style::paint;

/// Sign, and address, name and place.
pub(super) type Head = (Sign, [String; 3]);
/// A sentence and its code.
pub(super) type Said = (String, &'static str);

/// One share or permission: a line, sentences, rows.
pub(super) struct Block {
    pub head: Head,
    pub said: Vec<Said>,
    pub rows: Vec<Row>,
    /// What accounts have in what they lose: a table of its own, for it says more than the parts do.
    pub usage: Vec<Row>,
}

pub(super) fn permission_is_shown(permission: &PlannedPermission) -> bool {
    !matches!(permission.diff.verdict, PermissionVerdict::InSync { .. })
}

impl PlanView<'_> {
    pub(super) fn blocks(&self, f: &mut fmt::Formatter<'_>, blocks: &[Block]) -> fmt::Result {
        let widths = [0, 1].map(|n| blocks.iter().map(|block| block.head.1[n].width()).max().unwrap_or(0));
        for Block { head: (sign, [address, name, place]), said, rows, usage } in blocks {
            let mut line = Line::new(0);
            line.put(f, sign.style(&self.styles), sign.as_str(), 1)?;
            write!(f, " ")?;
            let mut line = Line::new(0);
            line.put(f, self.styles.strong, address, widths[0])?;
            line.put(f, anstyle::Style::new(), name, widths[1])?;
            line.put(f, self.styles.muted, place, 0)?;
            writeln!(f)?;
            for (said, code) in said {
                write!(f, "    {said}")?;
                if !code.is_empty() {
                    write!(f, "  {}", paint(self.styles.code, code))?;
                }
                writeln!(f)?;
            }
            for rows in [rows, usage] {
                write!(f, "{}", Rows { rows, styles: &self.styles, width: self.width, indent: 4 })?;
            }
        }
        Ok(())
    }

    pub(super) fn permission(&self, permission: &PlannedPermission) -> Block {
        let diff = &permission.diff;
        let (sign, said) = permission::head(permission);
        let place = diff.span().map(|span| escape(&self.sources.place(span)).to_string()).unwrap_or_default();
        let address = parts::address(&diff.address);
        let head = (sign, [address, parts::name(diff.arn().name()), place]);
        Block { head, said, rows: permission::rows(permission), usage: Vec::new() }
    }
}
