//! A drift report as text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::diag::{SourceMap, Span};
use crate::diff::{InboundItem, InboundVerdict, Membership, Part, SharingVerdict, left_counts};
use crate::drift::{DriftClass, DriftItem, DriftReport, PermissionClass, PermissionItem, Standing};
use crate::model::{Address, GapCause, Origin, Place};
use crate::org::SharingState;
use crate::render::coverage::Coverage;
use crate::render::escape::escape;
use crate::render::invitation;
use crate::render::left;
use crate::render::partial;
use crate::render::parts;
use crate::render::permission;
use crate::render::rows::{Row, Rows, Sign};
use crate::render::style::{Styles, paint};

/// Draws a [`DriftReport`].
#[derive(Clone, Debug)]
pub struct DriftView<'a> {
    report: &'a DriftReport,
    sources: &'a SourceMap,
    styles: Styles,
    width: usize,
    origin: Origin,
}

impl<'a> DriftView<'a> {
    /// `width` in columns; `origin` says where AWS was read: how many calls, or which snapshot.
    pub fn new(
        report: &'a DriftReport,
        sources: &'a SourceMap,
        styles: Styles,
        width: usize,
        origin: impl Into<Origin>,
    ) -> Self {
        Self { report, sources, styles, width, origin: origin.into() }
    }

    /// What the report comes to, on one line without colour and without a foreign word.
    pub(crate) fn headline(&self) -> String {
        let view = Self { styles: Styles::plain(), width: usize::MAX, ..self.clone() };
        fmt::from_fn(|f| view.summary(f)).to_string().trim_end().to_owned()
    }

    fn item(&self, f: &mut fmt::Formatter<'_>, item: &DriftItem) -> fmt::Result {
        let DriftItem { address, place, name, span, class, remarks, invitations, left: left_alone } = item;
        let mut rows: Vec<Row> = Vec::new();
        let (sign, said) = match class {
            DriftClass::InSync if left_alone.is_empty() => (Sign::Note, "in sync".to_owned()),
            DriftClass::InSync => {
                let (ignored, kept) = left_counts(left_alone);
                let told = left::sentences(ignored, kept).join(" ");
                (Sign::Note, format!("in sync but for what lifecycle leaves alone: {told}"))
            }
            DriftClass::Waiting => {
                let n = invitations.len();
                let who = parts::count(
                    n,
                    "principal has no access before it accepts",
                    "principals have no access before they accept",
                );
                (Sign::Note, format!("as declared; {who}"))
            }
            DriftClass::Modified { cause, edits } => {
                rows.extend(edits.iter().map(|edit| {
                    let mut row = parts::row(edit, place);
                    row.mark = edit.cause.as_str();
                    row
                }));
                let said = if edits.is_empty() {
                    "modified: it has a permission that no block names"
                } else {
                    parts::modified(*cause)
                };
                (Sign::Changed, said.to_owned())
            }
            DriftClass::Outdated { edits } => {
                rows.extend(edits.iter().map(|edit| parts::row(edit, place)));
                let said = if edits.is_empty() {
                    "outdated: in sync, with an older version of a permission"
                } else {
                    "outdated: a newer version of a permission is there, which the stack asks for"
                };
                (Sign::Changed, said.to_owned())
            }
            DriftClass::NeedsReplacement { reasons } => {
                (Sign::Replaced, format!("modified, to be replaced: {}", parts::replace_reasons(reasons)))
            }
            DriftClass::Missing { deleted_lately: true } => {
                (Sign::Added, "missing: it was deleted in the last hours".to_owned())
            }
            DriftClass::Missing { deleted_lately: false } => (Sign::Added, "missing".to_owned()),
            DriftClass::Surplus { reason } => {
                (Sign::Removed, format!("surplus: {}", parts::delete_reason(*reason)))
            }
            DriftClass::ToRelease => {
                (Sign::Changed, "modified: a removed block lets it go, which is not applied".to_owned())
            }
            DriftClass::NotImported { problem } => {
                let (problem, code) = parts::import_problem(problem);
                (Sign::Added, format!("missing: the share to import cannot be had: {problem}  {code}"))
            }
            DriftClass::Unhealthy { repairs } => {
                rows.extend(repairs.iter().map(|edit| {
                    let mut row = parts::row(edit, place);
                    if let Part::Principal { principal, how: Membership::Repaired { .. }, .. } = &edit.part
                        && let Some(renewal) = invitations.get(principal).and_then(invitation::renewal)
                    {
                        row.effect = renewal.to_owned();
                    }
                    row
                }));
                (Sign::Held, "unhealthy".to_owned())
            }
            DriftClass::Unknown { gap } => {
                let said = match gap.cause {
                    GapCause::Elsewhere | GapCause::LeftOut | GapCause::Unattachable => {
                        format!("unknown: {}  {}", parts::gap_detail(gap), gap.cause.code())
                    }
                    _ => format!("unknown: {}", parts::gap(gap)),
                };
                (Sign::Unknown, said)
            }
        };
        let labels = &self.report.account_labels;
        rows.extend(invitation::rows(invitations, &BTreeSet::new(), labels));
        rows.extend(left::rows(left_alone, place));
        rows.extend(remarks.iter().map(|remark| parts::remark(remark, place)));
        self.entry(f, address, name, *span, (sign, &said, &rows))
    }

    fn permission(&self, f: &mut fmt::Formatter<'_>, item: &PermissionItem) -> fmt::Result {
        let PermissionItem { address, place: _, name, span, class: _ } = item;
        let (sign, said, rows) = permission::drift(item);
        self.entry(f, address, name, *span, (sign, &said, &rows))
    }

    fn entry(
        &self,
        f: &mut fmt::Formatter<'_>,
        address: &Address,
        name: &str,
        span: Option<Span>,
        (sign, said, rows): (Sign, &str, &[Row]),
    ) -> fmt::Result {
        let address = paint(self.styles.strong, parts::address(address)).to_string();
        write!(f, "{} {address}  {}", paint(sign.style(&self.styles), sign.as_str()), parts::name(name))?;
        if let Some(span) = span {
            let source = escape(&self.sources.place(span)).to_string();
            write!(f, "  {}", paint(self.styles.muted, source))?;
        }
        writeln!(f, "\n    {said}")?;
        write!(f, "{}", Rows { rows, styles: &self.styles, width: self.width, indent: 4 })
    }

    fn summary(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.report;
        let mut counts: BTreeMap<usize, (&str, usize)> = BTreeMap::new();
        for item in &report.items {
            let (rank, word) = match item.class {
                DriftClass::InSync => (0, "in sync"),
                DriftClass::Modified { .. } | DriftClass::NeedsReplacement { .. } | DriftClass::ToRelease => {
                    (1, "modified")
                }
                DriftClass::Waiting => (10, "waiting to accept"),
                DriftClass::Missing { .. } | DriftClass::NotImported { .. } => (2, "missing"),
                DriftClass::Surplus { .. } => (3, "surplus"),
                DriftClass::Unhealthy { .. } => (4, "unhealthy"),
                DriftClass::Outdated { .. } => (5, "outdated"),
                DriftClass::Unknown { .. } => (7, "unknown"),
            };
            counts.entry(rank).or_insert((word, 0)).1 += 1;
        }
        for permission in &report.permissions {
            let (rank, word) = match permission.class {
                PermissionClass::InSync => (0, "in sync"),
                PermissionClass::Modified { .. } | PermissionClass::ToRelease => (1, "modified"),
                PermissionClass::Missing | PermissionClass::ToPromote | PermissionClass::NotHad { .. } => {
                    (2, "missing")
                }
                PermissionClass::Surplus { .. } => (3, "surplus"),
                PermissionClass::Unproven { .. } => (6, "unmanaged"),
                PermissionClass::Unknown { .. } => (7, "unknown"),
            };
            counts.entry(rank).or_insert((word, 0)).1 += 1;
        }
        if !report.unmanaged.is_empty() {
            counts.entry(6).or_insert(("unmanaged", 0)).1 += report.unmanaged.len();
        }
        let open = |item: &&InboundItem| matches!(item.verdict, InboundVerdict::Undecided { .. });
        let undecided = report.inbound.iter().filter(open).count();
        for (rank, word, n) in [
            (8, "inbound not as declared", report.inbound.len() - undecided),
            (
                9,
                if undecided == 1 {
                    "invitation that no block speaks of"
                } else {
                    "invitations that no block speaks of"
                },
                undecided,
            ),
        ] {
            if n > 0 {
                counts.insert(rank, (word, n));
            }
        }
        if !report.unresolved.is_empty() {
            counts.entry(7).or_insert(("unknown", 0)).1 += report.unresolved.len();
        }
        let (ignored, kept) = left_counts(report.items.iter().flat_map(|item| &item.left));
        let said: Vec<String> = counts.values().map(|(word, n)| format!("{n} {word}")).collect();
        let (style, word) = match report.standing() {
            Standing::InSync if report.partial.is_some() => {
                (self.styles.strong, "No drift in what was selected.")
            }
            Standing::InSync if counts.contains_key(&10) => {
                (self.styles.strong, "No drift, but not all have accepted yet.")
            }
            Standing::InSync if !self.report.sweep.is_wide() => {
                (self.styles.strong, "No drift in the Regions that the files name.")
            }
            Standing::InSync if ignored + kept > 0 => (self.styles.strong, "No drift."),
            Standing::InSync => (self.styles.strong, "No drift. AWS matches the configuration."),
            Standing::Incomplete
                if !report.places.is_empty()
                    && report.places.iter().all(|place| report.unknown.contains_key(place)) =>
            {
                (self.styles.warning, "Nothing was compared.")
            }
            Standing::Incomplete => (self.styles.warning, "No drift in what was read."),
            Standing::Drift => (self.styles.error, "Drift."),
        };
        write!(f, "{}", paint(style, word))?;
        if !said.is_empty() {
            write!(f, " {}.", said.join(", "))?;
        }
        for sentence in left::sentences(ignored, kept) {
            write!(f, " {sentence}")?;
        }
        if let Some(partial) = &report.partial {
            let told = partial::sentences(partial).join(" ");
            write!(f, " {} {told}", paint(self.styles.warning, "PARTIAL:"))?;
        }
        writeln!(f)
    }
}

impl fmt::Display for DriftView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let DriftReport {
            stack: _,
            account_labels: labels,
            sharing,
            items,
            permissions,
            unmanaged,
            inbound,
            unreceived,
            places,
            unknown,
            sweep,
            organization_gap,
            unresolved,
            partial: _,
            now: _,
        } = self.report;
        if let Some(sharing) = sharing {
            let state = match &sharing.verdict {
                SharingVerdict::Enable { from: state }
                | SharingVerdict::RequiredButOff { state }
                | SharingVerdict::Impossible { state } => Some(parts::sharing_state(*state)),
                SharingVerdict::MakeRole => Some("half on: RAM's service-linked role is missing"),
                SharingVerdict::OnUndeclared { state } => Some(match state {
                    SharingState::HalfEnabled => "half on, and the stack declares it off",
                    _ => "on, and the stack declares it off",
                }),
                SharingVerdict::InSync
                | SharingVerdict::OffAsDeclared { .. }
                | SharingVerdict::NotManaged
                | SharingVerdict::Unread { .. } => None,
            };
            if let Some(state) = state {
                writeln!(f, "{}", paint(self.styles.strong, "organization"))?;
                let sign = paint(self.styles.changed, "~");
                writeln!(f, "{sign} sharing inside the organization is {state}\n")?;
            }
        }
        let coverage = Coverage {
            labels,
            places,
            unknown,
            organization_gap: organization_gap.as_ref(),
            sharing_gap: sharing.as_ref().and_then(|sharing| match &sharing.verdict {
                SharingVerdict::Unread { gap } => Some(gap),
                _ => None,
            }),
            unresolved,
            unreceived,
            sweep,
            complete: self.report.is_complete(),
            origin: &self.origin,
        };
        #[derive(Default)]
        struct Here<'a> {
            permissions: Vec<&'a PermissionItem>,
            items: Vec<&'a DriftItem>,
            unmanaged: Vec<Row>,
        }
        let mut by_place: BTreeMap<&Place, Here<'_>> = BTreeMap::new();
        for permission in
            permissions.iter().filter(|one| one.class != PermissionClass::InSync && !coverage.is_blind())
        {
            by_place.entry(&permission.place).or_default().permissions.push(permission);
        }
        for item in items {
            let is_told = coverage.is_blind() && matches!(item.class, DriftClass::Unknown { .. });
            if !is_told
                && (item.class != DriftClass::InSync || !item.remarks.is_empty() || !item.left.is_empty())
            {
                by_place.entry(&item.place).or_default().items.push(item);
            }
        }
        for share in unmanaged {
            by_place.entry(&share.place).or_default().unmanaged.push(parts::unmanaged(share));
        }
        for item in inbound {
            by_place.entry(&item.place).or_default().unmanaged.push(invitation::inbound(item));
        }
        for (place, Here { permissions, items, unmanaged }) in by_place {
            writeln!(f, "{}", paint(self.styles.strong, parts::place(place, labels)))?;
            permissions.iter().try_for_each(|permission| self.permission(f, permission))?;
            items.iter().try_for_each(|item| self.item(f, item))?;
            write!(f, "{}", Rows { rows: &unmanaged, styles: &self.styles, width: self.width, indent: 0 })?;
            writeln!(f)?;
        }
        coverage.gaps(f, &self.styles, self.width)?;
        self.summary(f)?;
        coverage.closing(f, &self.styles, self.width)
    }
}
