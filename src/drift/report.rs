//! From a comparison to a drift report.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::diag::Span;
use crate::diff::{
    Cause, Change, DeleteReason, Diff, Edit, ImportProblem, InboundItem, InboundVerdict, Invitation,
    InvitationState, Lapse, Left, Membership, Ownership, Part, Partial, Remark, ReplaceReason, ShareDiff,
    SharingDiff, SharingVerdict, Sweep, Unmanaged, UnresolvedShare, Verdict,
};
use crate::drift::permission::PermissionItem;
use crate::model::{AccountId, Address, Gap, Place, Principal, StackName};

/// What a scheduled look at AWS found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftReport {
    pub stack: StackName,
    pub account_labels: BTreeMap<AccountId, String>,
    pub sharing: Option<SharingDiff>,
    /// By place, then address.
    pub items: Vec<DriftItem>,
    /// By place, then address.
    pub permissions: Vec<PermissionItem>,
    pub unmanaged: Vec<Unmanaged>,
    /// What others share with accounts of the stack and is not as `inbound` blocks say, or of which none speaks.
    pub inbound: Vec<InboundItem>,
    /// Where what is received could not be read.
    pub unreceived: BTreeMap<Place, Gap>,
    pub places: BTreeSet<Place>,
    pub unknown: BTreeMap<Place, Gap>,
    /// Where else shares of the stack were looked for.
    pub sweep: Sweep,
    pub organization_gap: Option<Gap>,
    pub unresolved: BTreeMap<Address, UnresolvedShare>,
    /// Present where the report is of a part of the stack.
    pub partial: Option<Partial>,
    /// The time of the run, where something in the stack expires or waits for an invitation.
    pub now: Option<Timestamp>,
}

/// One share of the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftItem {
    pub address: Address,
    pub place: Place,
    /// Foreign text where the share is live.
    pub name: String,
    pub span: Option<Span>,
    pub class: DriftClass,
    /// States of single associations and permissions, also of shares that are in sync otherwise.
    pub remarks: Vec<Remark>,
    /// Principals that are invited and do not see the share yet.
    pub invitations: BTreeMap<Principal, Invitation>,
    /// Differences that the block's `lifecycle` leaves alone.
    pub left: Vec<Left>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DriftClass {
    InSync,
    /// As declared, but a principal has yet to accept its invitation: it has no access.
    Waiting,
    /// Parts differ; the cause tells a changed AWS from a changed configuration. Without edits: it has a permission that no block names and
    /// that no apply changes, as the remarks say.
    Modified {
        cause: Cause,
        edits: Vec<Edit>,
    },
    /// As declared, with an older version of a permission than its default. The edits are what the next apply moves; none where
    /// the stack does not ask for the default version.
    Outdated {
        edits: Vec<Edit>,
    },
    /// It differs in what RAM cannot change in place.
    NeedsReplacement {
        reasons: BTreeSet<ReplaceReason>,
    },
    /// Declared and not there. Whether it was there and was deleted is known for some hours only.
    Missing {
        deleted_lately: bool,
    },
    /// Owned by the stack and declared by no block, or a second one of its block.
    Surplus {
        reason: DeleteReason,
    },
    /// The stack's, and to be let go.
    ToRelease,
    /// Declared and to be imported, and that cannot be.
    NotImported {
        problem: ImportProblem,
    },
    /// As declared, but something on it is in a state that gives no access. The edits are what the next apply repairs.
    Unhealthy {
        repairs: Vec<Edit>,
    },
    /// Not compared.
    Unknown {
        gap: Gap,
    },
}

/// The report in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// All was read and nothing differs.
    InSync,
    /// Nothing that was read differs, but not all was read.
    Incomplete,
    /// Something differs, whether or not all was read.
    Drift,
}

/// Classifies a comparison.
pub fn report(diff: &Diff) -> DriftReport {
    let Diff {
        stack,
        purpose: _, // a destroy is never reported as drift
        account_labels,
        sharing,
        shares,
        permissions,
        policies: _, // who gains and loses is a plan's to say
        unmanaged,
        beside: _, // for whom a change is a loss is a plan's to say
        inbound,
        unreceived,
        places,
        unknown,
        sweep,
        organization_account: _,
        organization_gap,
        unresolved,
        safeguards: _, // a report changes nothing
        partial,
        now,
    } = diff;
    DriftReport {
        stack: stack.clone(),
        account_labels: account_labels.clone(),
        sharing: sharing.clone(),
        items: shares.iter().map(item).collect(),
        permissions: permissions.iter().map(PermissionItem::of).collect(),
        unmanaged: unmanaged.clone(),
        inbound: inbound.clone(),
        unreceived: unreceived.clone(),
        places: places.clone(),
        unknown: unknown.clone(),
        sweep: sweep.clone(),
        organization_gap: organization_gap.clone(),
        unresolved: unresolved.clone(),
        partial: partial.clone(),
        now: *now,
    }
}

fn item(share: &ShareDiff) -> DriftItem {
    DriftItem {
        address: share.address.clone(),
        place: share.place().clone(),
        name: share.name().to_owned(),
        span: share.span(),
        class: class(share),
        remarks: share.remarks.clone(),
        invitations: share.invitations.iter().filter(|(_, found)| exists(found)).map(owned).collect(),
        left: share.left.clone(),
    }
}

/// What is yet to be sent is the plan's to tell.
fn exists(invitation: &Invitation) -> bool {
    !matches!(invitation.state, InvitationState::ToSend { .. })
}

fn owned<A: Clone, B: Clone>((a, b): (&A, &B)) -> (A, B) {
    (a.clone(), b.clone())
}

fn class(share: &ShareDiff) -> DriftClass {
    let rejected = |invitation: &Invitation| matches!(invitation.state, InvitationState::Rejected { .. });
    let healthy = !share.remarks.iter().any(Remark::is_ailing) && !share.invitations.values().any(rejected);
    let outdated = share.remarks.iter().any(|remark| matches!(remark, Remark::Outdated { .. }));
    let undeclared = share.remarks.iter().any(Remark::is_undeclared);
    let matching = || match (healthy, share.invitations.is_empty()) {
        _ if undeclared => DriftClass::Modified { cause: Cause::Drift, edits: Vec::new() },
        (false, _) => DriftClass::Unhealthy { repairs: Vec::new() },
        (true, false) => DriftClass::Waiting,
        (true, true) if outdated => DriftClass::Outdated { edits: Vec::new() },
        (true, true) => DriftClass::InSync,
    };
    match &share.verdict {
        Verdict::InSync { .. } => matching(),
        Verdict::Unread { after: _, gap } => DriftClass::Unknown { gap: gap.clone() },
        Verdict::NotImported { after: _, arn: _, span: _, problem } => {
            DriftClass::NotImported { problem: problem.clone() }
        }
        Verdict::Changed(Change::Release { before: _ }) => DriftClass::ToRelease,
        Verdict::Changed(Change::Create { after: _ }) => {
            DriftClass::Missing { deleted_lately: !share.deleted.is_empty() }
        }
        Verdict::Changed(Change::Update { before: _, after: _, edits }) => {
            let real: Vec<Edit> =
                edits.iter().filter(|edit| !matches!(edit.part, Part::Record)).cloned().collect();
            match real.iter().map(|edit| edit.cause).reduce(Cause::and) {
                Some(_) if real.iter().all(is_newer_version) => DriftClass::Outdated { edits: real },
                Some(_) if real.iter().all(|edit| is_repair(edit, share)) => {
                    DriftClass::Unhealthy { repairs: real }
                }
                Some(cause) => DriftClass::Modified { cause, edits: real },
                // Only ramctl's own record is behind: AWS is as declared.
                None => matching(),
            }
        }
        Verdict::Changed(Change::Replace { before: _, after: _, reasons, rights: _ }) => {
            DriftClass::NeedsReplacement { reasons: reasons.clone() }
        }
        Verdict::Changed(Change::Delete { before: _, reason }) => DriftClass::Surplus { reason: *reason },
    }
}

/// Whether an edit only follows a version that somebody else published. What the stack's own files changed is pending.
fn is_newer_version(edit: &Edit) -> bool {
    edit.cause == Cause::Drift && matches!(edit.part, Part::PermissionVersion { .. })
}

/// Whether an edit only brings back what failed, or an invitation that expired.
fn is_repair(edit: &Edit, share: &ShareDiff) -> bool {
    match &edit.part {
        Part::Principal { principal, how: Membership::Added, .. } => {
            share.invitations.get(principal).is_some_and(|invitation| {
                matches!(
                    invitation.state,
                    InvitationState::ToResend { lapse: Lapse::Expired | Lapse::Gone, .. }
                )
            })
        }
        Part::Principal { how, .. } | Part::Resource { how, .. } | Part::Source { how, .. } => {
            matches!(how, Membership::Repaired { .. })
        }
        _ => false,
    }
}

impl DriftReport {
    pub fn standing(&self) -> Standing {
        let differs = |item: &DriftItem| match &item.class {
            DriftClass::InSync | DriftClass::Unknown { .. } => false,
            // What only others can accept is nobody's drift. What the next apply accepts is not as declared yet.
            DriftClass::Waiting => {
                item.invitations.values().any(|invitation| invitation.state.is_accepted_here())
            }
            // A newer version that nobody asked for is news and no difference.
            DriftClass::Outdated { edits } => !edits.is_empty(),
            _ => true,
        };
        // Anybody can send an invitation: one of which no block speaks is told, and makes no alarm.
        let undone = |item: &InboundItem| !matches!(item.verdict, InboundVerdict::Undecided { .. });
        // A share in nobody's hands is an extra grant, and so is one that only looks like the stack's. Other stacks answer for theirs,
        // and services for what they make.
        let stray = |share: &Unmanaged| match share.ownership {
            Ownership::Untagged | Ownership::Unproven { .. } => true,
            Ownership::OtherStack(_) | Ownership::FromPolicy => false,
        };
        let sharing_off = self.sharing.as_ref().is_some_and(|sharing| match sharing.verdict {
            SharingVerdict::Enable { .. }
            | SharingVerdict::MakeRole
            | SharingVerdict::RequiredButOff { .. }
            | SharingVerdict::OnUndeclared { .. }
            | SharingVerdict::Impossible { .. } => true,
            SharingVerdict::InSync
            | SharingVerdict::OffAsDeclared { .. }
            | SharingVerdict::Unread { .. }
            | SharingVerdict::NotManaged => false,
        });
        let by_hand = |edit: &Edit| edit.cause != Cause::Pending;
        let blocked_differs = self.unresolved.values().any(|share| share.differences.iter().any(by_hand));
        let permission_differs = self.permissions.iter().any(PermissionItem::differs);
        if sharing_off
            || permission_differs
            || blocked_differs
            || self.items.iter().any(differs)
            || self.unmanaged.iter().any(stray)
            || self.inbound.iter().any(undone)
        {
            Standing::Drift
        } else if !self.is_complete() {
            Standing::Incomplete
        } else {
            Standing::InSync
        }
    }

    /// Why shares were not compared.
    pub fn open(&self) -> impl Iterator<Item = &Gap> {
        let of_items = self.items.iter().filter_map(|item| match &item.class {
            DriftClass::Unknown { gap } => Some(gap),
            _ => None,
        });
        self.unresolved.values().map(|share| &share.gap).chain(of_items)
    }

    /// Whether the files name what AWS does not have or does not take. Those shares are not compared.
    pub fn has_misnamed(&self) -> bool {
        let refused = |item: &DriftItem| matches!(&item.class, DriftClass::Unknown { gap } if gap.cause.is_of_the_files());
        self.unresolved.values().any(|share| share.gap.cause.is_of_the_files())
            || self.items.iter().any(refused)
    }

    /// Whether all was read that the report depends on.
    pub fn is_complete(&self) -> bool {
        let unread = |item: &DriftItem| match &item.class {
            DriftClass::Unknown { .. } => true,
            DriftClass::Modified { edits, .. } | DriftClass::Outdated { edits }
                if edits.iter().any(|edit| edit.part.gap().is_some()) =>
            {
                true
            }
            _ => item.remarks.iter().any(|remark| remark.gap().is_some()),
        };
        let sharing_unread = self
            .sharing
            .as_ref()
            .is_some_and(|sharing| matches!(sharing.verdict, SharingVerdict::Unread { .. }));
        self.sweep.is_complete()
            && self.unknown.is_empty()
            && self.unreceived.is_empty()
            && self.organization_gap.is_none()
            && self.unresolved.is_empty()
            && !sharing_unread
            && !self.items.iter().any(unread)
            && !self.permissions.iter().any(PermissionItem::is_unread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::fixture::*;
    use crate::live::LiveState;
    use crate::model::{AssociationStatus, Observed, TAG_STACK};
    use crate::org::{OrgView, SharingState};

    fn found(live: &LiveState, org: &OrgView) -> DriftReport {
        report(&crate::diff::diff(&stack([desired_share("tgw")]), live, org))
    }

    #[test]
    fn an_untouched_stack_is_in_sync() {
        let report = found(&live([live_share(&desired_share("tgw"), 1)]), &org());
        assert_eq!(report.standing(), Standing::InSync);
        assert_eq!(report.items[0].class, DriftClass::InSync);
    }

    #[test]
    fn a_share_deleted_by_hand_is_missing() {
        let report = found(&live([]), &org());
        assert_eq!(report.items[0].class, DriftClass::Missing { deleted_lately: false });
        assert_eq!(report.standing(), Standing::Drift);
    }

    #[test]
    fn a_principal_added_by_hand_is_drift() {
        let mut share = live_share(&desired_share("tgw"), 1);
        share.principals.insert(principal("999999999999"), associated());
        let report = found(&live([share]), &org());
        assert!(matches!(report.items[0].class, DriftClass::Modified { cause: Cause::Drift, .. }));
        assert_eq!(report.standing(), Standing::Drift);
    }

    #[test]
    fn an_unhealthy_association_counts_and_one_under_way_does_not() {
        for (status, standing) in [
            (AssociationStatus::Suspended, Standing::Drift),
            (AssociationStatus::Failed, Standing::Drift),
            (AssociationStatus::Associating, Standing::InSync),
        ] {
            let mut share = live_share(&desired_share("tgw"), 1);
            // Ten seconds before the run.
            let updated = jiff::Timestamp::from_second(1_999_990).ok();
            let lately = crate::live::Association { updated, ..association(status) };
            share.principals.insert(principal("333333333333"), lately);
            let report = found(&live([share]), &org());
            assert_eq!(report.standing(), standing);
            let unhealthy = matches!(report.items[0].class, DriftClass::Unhealthy { .. });
            assert_eq!(unhealthy, standing == Standing::Drift);
        }
    }

    #[test]
    fn an_untagged_share_is_drift_and_another_stacks_is_not() {
        let ours = live_share(&desired_share("tgw"), 1);
        let mut other = live_share(&desired_share("manual"), 2);
        other.tags.clear();
        assert_eq!(found(&live([ours.clone(), other.clone()]), &org()).standing(), Standing::Drift);
        other.tags.insert(TAG_STACK.into(), "billing".into());
        assert_eq!(found(&live([ours, other]), &org()).standing(), Standing::InSync);
    }

    #[test]
    fn what_bears_the_stacks_tags_without_proof_is_drift() {
        let ours = live_share(&desired_share("tgw"), 1);
        let mut copied = live_share(&desired_share("manual"), 2);
        copied.tags.clone_from(&ours.tags);
        let report = found(&live([ours, copied]), &org());
        assert_eq!(report.items.len(), 1);
        assert_eq!(report.items[0].class, DriftClass::InSync);
        assert_eq!(report.standing(), Standing::Drift);
    }

    #[test]
    fn what_was_not_read_is_never_in_sync() {
        let ours = live_share(&desired_share("tgw"), 1);
        let mut dark = live([ours.clone()]);
        dark.places.insert(place(HUB, "us-east-1"), Observed::Unknown(gap()));
        assert_eq!(found(&dark, &org()).standing(), Standing::Incomplete);
        assert_eq!(found(&live([ours]), &unread_org()).standing(), Standing::Incomplete);
        assert_eq!(found(&LiveState::default(), &org()).standing(), Standing::Incomplete);
    }

    #[test]
    fn sharing_that_was_turned_off_is_drift() {
        let ours = live([live_share(&desired_share("tgw"), 1)]);
        assert_eq!(found(&ours, &org_with(SharingState::Disabled)).standing(), Standing::Drift);
    }
}
