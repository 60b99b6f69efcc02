//! A plan as text: what changes, who gains and loses by it, and what could not be read.

mod block;
mod refusals;
mod share;
mod share_rows;
mod sharing;
mod summary;

use std::collections::BTreeMap;
use std::fmt;

use crate::diag::SourceMap;
use crate::diff::SharingVerdict;
use crate::model::{Origin, Place};
use crate::plan::{PlanBody, PlannedInbound};
use crate::render::checks::ChecksView;
use crate::render::consent::ConsentView;
use crate::render::coverage::Coverage;
use crate::render::invitation;
use crate::render::parts;
use crate::render::plan::block::Block;
use crate::render::rows::{Row, Rows};
use crate::render::style::{Styles, paint};

/// Draws a plan, one just made or one read from a file.
#[derive(Clone, Debug)]
pub struct PlanView<'a> {
    plan: &'a PlanBody,
    sources: &'a SourceMap,
    styles: Styles,
    width: usize,
    origin: Origin,
}

impl<'a> PlanView<'a> {
    /// `width` in columns; `origin` says where AWS was read: how many calls, or which snapshot.
    pub fn new(
        plan: &'a PlanBody,
        sources: &'a SourceMap,
        styles: Styles,
        width: usize,
        origin: impl Into<Origin>,
    ) -> Self {
        Self { plan, sources, styles, width, origin: origin.into() }
    }

    /// What the plan comes to, on one line without colour and without a foreign word.
    pub(crate) fn headline(&self) -> String {
        let view = Self { styles: Styles::plain(), width: usize::MAX, ..self.clone() };
        fmt::from_fn(|f| view.summary(f)).to_string().trim_end().to_owned()
    }
}

impl fmt::Display for PlanView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PlanBody {
            stack: _,
            purpose: _,
            account_labels: labels,
            sharing,
            shares,
            permissions,
            unmanaged,
            beside: _,
            inbound,
            unreceived,
            places,
            unknown,
            sweep,
            organization_gap,
            unresolved,
            safeguards: _,
            partial: _,
            steps: _,
            access: _,
            partly: _, // the rows say it
            policies: _,
            hazards: _,
            checks,
            refusals,
            fingerprint: _,
            basis: _,
            interruptions: _, // as notices
            now: _,
        } = self.plan;

        if let Some(sharing) = sharing {
            self.sharing(f, sharing)?;
        }
        let coverage = Coverage {
            labels,
            places,
            unknown,
            organization_gap: organization_gap.as_ref(),
            sharing_gap: sharing.as_ref().and_then(|sharing| match &sharing.diff.verdict {
                SharingVerdict::Unread { gap } => Some(gap),
                _ => None,
            }),
            unresolved,
            unreceived,
            sweep,
            complete: self.plan.is_complete(),
            origin: &self.origin,
        };
        let mut by_place: BTreeMap<&Place, (Vec<Block>, Vec<Row>)> = BTreeMap::new();
        for permission in permissions
            .iter()
            .filter(|permission| block::permission_is_shown(permission) && !coverage.is_blind())
        {
            by_place.entry(permission.diff.place()).or_default().0.push(self.permission(permission));
        }
        for share in shares.iter().filter(|share| share::is_shown(share) && !coverage.is_blind()) {
            by_place.entry(share.diff.place()).or_default().0.push(self.share(share));
        }
        for share in unmanaged {
            by_place.entry(&share.place).or_default().1.push(parts::unmanaged(share));
        }
        for planned in inbound {
            by_place.entry(&planned.item.place).or_default().1.push(received(planned));
        }
        for (place, (blocks, unmanaged)) in by_place {
            writeln!(f, "{}", paint(self.styles.strong, parts::place(place, labels)))?;
            self.blocks(f, &blocks)?;
            write!(f, "{}", Rows { rows: &unmanaged, styles: &self.styles, width: self.width, indent: 0 })?;
            writeln!(f)?;
        }
        coverage.gaps(f, &self.styles, self.width)?;
        self.over_quota(f)?;
        self.interruptions(f)?;
        let consent =
            ConsentView { body: self.plan, sources: self.sources, styles: &self.styles, width: self.width };
        write!(f, "{consent}")?;
        let checks = ChecksView { checks, sources: self.sources, styles: &self.styles, width: self.width };
        write!(f, "{checks}")?;
        self.refusals(f, refusals)?;
        self.summary(f)?;
        coverage.closing(f, &self.styles, self.width)
    }
}

/// A share of somebody else as a row, with the codes of what needs consent.
fn received(planned: &PlannedInbound) -> Row {
    let row = invitation::inbound(&planned.item);
    planned.hazards.iter().fold(row, |row, hazard| row.code(hazard.code.id))
}
