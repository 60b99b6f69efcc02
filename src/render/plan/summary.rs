//! What the plan comes to: counts, who gains and loses, what waits and what needs consent.

use std::fmt;

use crate::access::Grantee;
use crate::diff::{InboundVerdict, Purpose, Remark, SharingVerdict};
use crate::plan::{Counts, PlannedInbound, PlannedShare};
use crate::render::left;
use crate::render::partial;
use crate::render::parts;
use crate::render::plan::PlanView;

impl PlanView<'_> {
    pub(super) fn summary(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = self.plan;
        let Counts {
            import,
            moved,
            taken_over,
            release,
            create,
            update,
            replace,
            delete,
            in_sync,
            unknown,
            blocked,
            unmanaged,
            accept,
            reject,
            leave,
            waiting,
            ignored,
            kept,
        } = self.plan.counts();
        let ails = |share: &&PlannedShare| share.diff.remarks.iter().any(Remark::is_ailing);
        let unhealthy = body.shares.iter().filter(ails).count();
        let plain = anstyle::Style::new();
        let mut said = Vec::new();
        if self.plan.has_changes() {
            let identity =
                [(import, "import"), (taken_over, "take over"), (moved, "move"), (release, "release")];
            let identity = identity.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} to {word}"));
            let mut counts: Vec<String> = identity.collect();
            counts.extend([format!("{create} to create"), format!("{update} to update")]);
            if replace > 0 {
                counts.push(format!("{replace} to replace"));
            }
            counts.push(format!("{delete} to delete"));
            said.push((self.styles.strong, "Plan:".to_owned()));
            said.push((plain, format!("{}.", counts.join(", "))));
            if body.sharing.as_ref().is_some_and(|sharing| sharing.step.is_some()) {
                said.push((plain, "Sharing inside the organization is turned on.".to_owned()));
            }
            let received = [(accept, "to accept"), (reject, "to reject")].into_iter().filter(|(n, _)| *n > 0);
            let received: Vec<String> = received.map(|(n, what)| format!("{n} {what}")).collect();
            if !received.is_empty() {
                said.push((plain, format!("Invitations: {}.", received.join(", "))));
            }
            if leave > 0 {
                said.push((
                    plain,
                    format!("{} left.", parts::count(leave, "share of others is", "shares of others are")),
                ));
            }
            said.extend(self.access().into_iter().map(|sentence| (plain, sentence)));
            if in_sync > 0 {
                said.push((plain, format!("{in_sync} unchanged.")));
            }
        } else {
            let what = match body.purpose {
                _ if !body.places.is_empty()
                    && body.places.iter().all(|place| body.unknown.contains_key(place)) =>
                {
                    "Nothing was compared."
                }
                _ if !self.plan.is_complete() || !body.refusals.is_empty() => "No changes in what was read.",
                _ if self.plan.has_import_of_nothing() => "No changes to make.",
                _ if self.is_all_left_out() => "Nothing is left of what was selected.",
                _ if body.partial.is_some() => "No changes in what was selected.",
                Purpose::Apply if self.is_waiting() => "No changes to make.",
                Purpose::Apply if self.is_sharing_undeclared() => "No changes.",
                Purpose::Apply if unhealthy > 0 || ignored > 0 || kept > 0 => "No changes.",
                Purpose::Apply if !body.sweep.is_wide() => "No changes in the Regions that the files name.",
                Purpose::Apply => "No changes. AWS matches the configuration.",
                Purpose::Destroy if !body.sweep.is_wide() => {
                    "No changes. The stack owns nothing in the Regions that the files name."
                }
                Purpose::Destroy => "No changes. The stack owns nothing in AWS.",
            };
            said.push((self.styles.strong, what.to_owned()));
        }
        if waiting > 0 {
            let have = parts::count(waiting, "invitation has", "invitations have");
            said.push((plain, format!("{have} to be accepted by others.")));
        }
        said.extend(left::sentences(ignored, kept).into_iter().map(|sentence| (plain, sentence)));
        let (open, allowed) = self.plan.consent_counts();
        if open > 0 {
            let verb = if open == 1 { "needs" } else { "need" };
            said.push((
                self.styles.warning,
                format!("{} {verb} consent.", parts::count(open, "hazard", "hazards")),
            ));
        }
        if allowed > 0 {
            said.push((plain, format!("{} allowed.", parts::count(allowed, "hazard", "hazards"))));
        }
        if let Some(partial) = &body.partial {
            said.push((self.styles.warning, "PARTIAL:".to_owned()));
            said.extend(partial::sentences(partial).into_iter().map(|sentence| (plain, sentence)));
        }
        let rest =
            [(unhealthy, "unhealthy"), (unmanaged, "unmanaged"), (unknown, "unknown"), (blocked, "blocked")];
        said.extend(rest.iter().filter(|(n, _)| *n > 0).map(|(n, word)| (plain, format!("{n} {word}."))));
        writeln!(f, "{}", parts::fill(&said, self.width))
    }

    /// Whether something is not as declared that nothing is done about: somebody has to accept, or will not, or cannot be got out, or no block
    /// names a permission.
    fn is_waiting(&self) -> bool {
        let stuck = |planned: &PlannedInbound| matches!(planned.item.verdict, InboundVerdict::Stuck { .. });
        let is_open = |share: &PlannedShare| {
            !share.diff.invitations.is_empty() || share.diff.remarks.iter().any(Remark::is_undeclared)
        };
        self.plan.shares.iter().any(is_open) || self.plan.inbound.iter().any(stuck)
    }

    /// Whether nothing that was selected can be planned without what was left out.
    fn is_all_left_out(&self) -> bool {
        let Some(partial) = &self.plan.partial else { return false };
        let nothing = self.plan.shares.is_empty() && self.plan.permissions.is_empty();
        nothing && !partial.scope.targets.is_empty() && !partial.dependents.is_empty()
    }

    /// Whether sharing with the organization is on although the files say that it is off.
    fn is_sharing_undeclared(&self) -> bool {
        let verdict = self.plan.sharing.as_ref().map(|sharing| &sharing.diff.verdict);
        matches!(verdict, Some(SharingVerdict::OnUndeclared { .. }))
    }

    fn access(&self) -> Vec<String> {
        let access = &self.plan.access;
        let mut said = vec![match (access.gain.len(), access.lose.len()) {
            (0, 0) if access.unknown.is_empty() => "Access: no account gains or loses.".to_owned(),
            _ => {
                let (whom, n) = parts::grantee_counts(&access.lose);
                // The noun of the first half does for the second, unless others than accounts gain or lose something.
                let only_accounts = access.gain.iter().chain(&access.lose).all(Grantee::is_account);
                let whom = if only_accounts { n.to_string() } else { whom };
                let loses = if n == 1 { "loses" } else { "lose" };
                format!("Access: {}, {whom} {loses}.", parts::grantees(&access.gain, "gain"))
            }
        }];
        if !access.unknown.is_empty() {
            let behind = parts::count(access.unknown.len(), "principal", "principals");
            said.push(format!("Unknown: the accounts behind {behind}."));
        }
        let unread = self.plan.unread_policies().count();
        if unread > 0 {
            let what = if unread == 1 { "1 permission" } else { "some permissions" };
            said.push(format!(
                "What {what} may allow is not known (RAM351), so more may be told here than is so."
            ));
        }
        said
    }
}
