//! Waiting for associations: there, failed, or waiting for somebody else.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use crate::apply::event::Event;
use crate::apply::failure::Failure;
use crate::apply::settings::Settings;
use crate::apply::step::{Look, Run};
use crate::cloud::{
    AssociationKind, Cloud, CloudError, ErrorKind, Members, RAM_PAGE, RamRead, ShareScope, associations,
    sources,
};
use crate::model::{AccountId, AssociationStatus, Principal, ShareArn};
use crate::plan::StepId;

/// One resource, principal or source of a share, in ramctl's own form so that spellings of one principal meet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Member {
    Resource(String),
    Principal(Principal),
    Source(String),
}

impl Member {
    fn as_str(&self) -> &str {
        match self {
            Self::Resource(text) | Self::Source(text) => text,
            Self::Principal(principal) => principal.as_str(),
        }
    }

    fn is_of(&self, accounts: &BTreeSet<AccountId>) -> bool {
        match self {
            Self::Principal(principal) => {
                principal.account().is_some_and(|account| accounts.contains(&account))
            }
            Self::Resource(_) | Self::Source(_) => false,
        }
    }

    /// Whether somebody in the principal's account may have to accept an invitation.
    fn can_be_invited(&self) -> bool {
        match self {
            Self::Principal(principal) => {
                matches!(principal, Principal::Account(_) | Principal::Role(_) | Principal::User(_))
            }
            Self::Resource(_) | Self::Source(_) => false,
        }
    }
}

/// What the rows of members that are asked for may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rows {
    /// Rows of before may be among them.
    Any,
    /// The share was just made, so nothing was on it before: what leaves it is taken off by another run.
    OfNewShare,
}

/// What RAM says of one member.
struct Seen {
    status: AssociationStatus,
    message: Option<String>,
    external: bool,
}

fn wanted(members: &Members) -> Vec<Member> {
    let Members { resources, principals, sources } = members;
    let resources = resources.iter().map(|arn| Member::Resource(arn.to_string()));
    let principals = principals.iter().cloned().map(Member::Principal);
    resources.chain(principals).chain(sources.iter().cloned().map(Member::Source)).collect()
}

/// The rows of one share, of the kinds that are asked for.
async fn seen<R: RamRead>(
    ram: &R,
    arn: &ShareArn,
    members: &Members,
) -> Result<BTreeMap<Member, Seen>, CloudError> {
    let scope = &ShareScope::One(arn.clone());
    let read = async |kind, none: bool| {
        if none { Ok(Vec::new()) } else { associations(ram, kind, scope, RAM_PAGE).await }
    };
    let read_sources = async {
        if members.sources.is_empty() { Ok(Vec::new()) } else { sources(ram, scope, RAM_PAGE).await }
    };
    let (resources, principals, sources) = tokio::join!(
        read(AssociationKind::Resource, members.resources.is_empty()),
        read(AssociationKind::Principal, members.principals.is_empty()),
        read_sources,
    );
    let mut rows = Vec::new();
    for row in resources? {
        let seen = Seen { status: row.status, message: row.status_message, external: false };
        rows.push((Member::Resource(row.entity), row.updated, seen));
    }
    for row in principals? {
        let seen = Seen { status: row.status, message: row.status_message, external: row.external };
        rows.push((Member::Principal(Principal::read(&row.entity)), row.updated, seen));
    }
    for row in sources? {
        let seen = Seen { status: row.status, message: row.status_message, external: false };
        rows.push((Member::Source(row.source), None, seen));
    }
    Ok(newest(rows))
}

/// One row per member. DISASSOCIATED rows linger, so one that is not counts before them, and among equals the newest.
fn newest(mut rows: Vec<(Member, Option<Timestamp>, Seen)>) -> BTreeMap<Member, Seen> {
    rows.sort_by_key(|(_, updated, seen)| (seen.status != AssociationStatus::Disassociated, *updated));
    rows.into_iter().map(|(member, _, seen)| (member, seen)).collect()
}

impl<C: Cloud, E: Fn(Event) + Sync> Run<'_, C, E> {
    /// Waits until all members are associated. Gives the principals that have yet to accept an invitation.
    pub(crate) async fn await_members<R: RamRead>(
        &self,
        step: StepId,
        ram: &R,
        arn: &ShareArn,
        (members, rows): (&Members, Rows),
    ) -> Result<Vec<Principal>, Failure> {
        let wanted = &wanted(members);
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let (nobody, none) = (BTreeSet::new(), BTreeSet::new());
        let asked = &Asked {
            accepted_here: self.accepted_here.get(&step).unwrap_or(&nobody),
            of_others: self.asked_of_others.get(&step).unwrap_or(&none),
        };
        self.wait(step, |elapsed| async move {
            let seen = seen(ram, arn, members).await?;
            if let (Rows::OfNewShare, Some(left)) = (rows, leaving(wanted, &seen)) {
                let did = format!("took {} off {arn}", left.as_str());
                return Ok(Look::Failed(Failure::Faster { did, at: None }));
            }
            Ok(judge(wanted, &seen, elapsed, self.settings, asked))
        })
        .await
    }

    /// Waits until none of the members is left.
    pub(crate) async fn await_no_members<R: RamRead>(
        &self,
        step: StepId,
        ram: &R,
        arn: &ShareArn,
        members: &Members,
    ) -> Result<(), Failure> {
        let wanted = &wanted(members);
        self.wait(step, |_| async move {
            let seen = match seen(ram, arn, members).await {
                Err(error) if error.kind == ErrorKind::NotFound => {
                    return Ok(Look::Settled(()));
                }
                seen => seen?,
            };
            let left = wanted.iter().filter_map(|member| {
                let seen = seen.get(member)?;
                (seen.status != AssociationStatus::Disassociated).then(|| (member, seen.status.as_str()))
            });
            Ok(match summary(left) {
                Some(what) => Look::Pending(what),
                None => Look::Settled(()),
            })
        })
        .await
    }
}

/// A member that is or was taken off.
fn leaving<'a>(wanted: &'a [Member], seen: &BTreeMap<Member, Seen>) -> Option<&'a Member> {
    let leaves = |seen: &Seen| {
        matches!(seen.status, AssociationStatus::Disassociating | AssociationStatus::Disassociated)
    };
    wanted.iter().find(|member| seen.get(member).is_some_and(leaves))
}

/// What is known beforehand of the invitations that a step sends.
struct Asked<'a> {
    /// The accounts for which this run accepts.
    accepted_here: &'a BTreeSet<AccountId>,
    /// The principals that RAM is sure to invite, and for which nobody accepts in this run.
    of_others: &'a BTreeSet<Principal>,
}

impl Asked<'_> {
    /// How long a principal that is alone in not being associated may be RAM's affair and not an invitation's.
    fn patience(&self, member: &Member, external: bool, settings: &Settings) -> Duration {
        let known = matches!(member, Member::Principal(principal) if self.of_others.contains(principal));
        if known {
            // To wait longer would be to wait for somebody else. The step must not end as one that AWS did not finish.
            settings.external_invitation.min(settings.deadline / 2)
        } else if external {
            settings.external_invitation
        } else {
            settings.inside_invitation
        }
    }
}

/// Whether associations have come to an end, and to which.
fn judge(
    wanted: &[Member],
    seen: &BTreeMap<Member, Seen>,
    elapsed: Duration,
    settings: &Settings,
    asked: &Asked<'_>,
) -> Look<Vec<Principal>> {
    let mut failed = Vec::new();
    let mut pending = Vec::new();
    let mut invited = Vec::new();
    for member in wanted {
        match seen.get(member) {
            None => pending.push((member, "not listed yet")),
            Some(seen) => match &seen.status {
                AssociationStatus::Associated => {}
                AssociationStatus::Failed | AssociationStatus::Suspended | AssociationStatus::Suspending => {
                    let message = seen.message.as_deref().unwrap_or("AWS gives no reason");
                    failed.push(format!("{} is {}: {message}", member.as_str(), seen.status));
                }
                // A later step accepts for it, and waits until it sees the share.
                AssociationStatus::Associating if member.is_of(asked.accepted_here) => {}
                AssociationStatus::Associating if member.can_be_invited() => {
                    let patience = asked.patience(member, seen.external, settings);
                    invited.push((member, elapsed >= patience));
                }
                // Also DISASSOCIATED: a row of before, while the new one does not show yet.
                status => pending.push((member, status.as_str())),
            },
        }
    }
    let unsure = invited.iter().filter(|(_, sure)| !sure).map(|(member, _)| (*member, "ASSOCIATING"));
    if let Some(what) = summary(pending.iter().copied().chain(unsure)) {
        // A failure is told once the rest is settled, so that it tells of all of them; but not later than the deadline.
        if failed.is_empty() || elapsed < settings.deadline {
            return Look::Pending(what);
        }
    }
    if !failed.is_empty() {
        return Look::Failed(Failure::Refused {
            code: "association_failed",
            message: failed.join("; "),
            help: "Plan again once the cause is gone: ramctl removes what failed and associates it again (RAM501).".to_owned(),
        });
    }
    let principals = invited.into_iter().filter_map(|(member, _)| match member {
        Member::Principal(principal) => Some(principal.clone()),
        Member::Resource(_) | Member::Source(_) => None,
    });
    Look::Settled(principals.collect())
}

/// `X is ASSOCIATING`, and how many more; none where nothing is left.
fn summary<'a>(left: impl Iterator<Item = (&'a Member, &'a str)>) -> Option<String> {
    let left: Vec<_> = left.collect();
    let (member, status) = left.first()?;
    let more = match left.len() - 1 {
        0 => String::new(),
        n => format!(", and {n} more"),
    };
    Some(format!("{} is {status}{more}", member.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    static NOBODY: Asked<'static> = Asked { accepted_here: &BTreeSet::new(), of_others: &BTreeSet::new() };

    fn seen(status: AssociationStatus, external: bool) -> Seen {
        Seen { status, message: Some("because".into()), external }
    }

    fn principal(text: &str) -> Member {
        Member::Principal(Principal::read(text))
    }

    #[test]
    fn lingering_rows_do_not_hide_the_row_that_counts() {
        let at = |second| Timestamp::from_second(second).ok();
        let row = |second, status| (principal("333333333333"), at(second), seen(status, false));
        for (rows, expected) in [
            (
                vec![row(9, AssociationStatus::Disassociated), row(1, AssociationStatus::Associating)],
                AssociationStatus::Associating,
            ),
            (
                vec![row(2, AssociationStatus::Associated), row(1, AssociationStatus::Failed)],
                AssociationStatus::Associated,
            ),
            (vec![row(1, AssociationStatus::Disassociated)], AssociationStatus::Disassociated),
        ] {
            let mut reversed: Vec<_> = rows
                .iter()
                .map(|(member, at, row)| (member.clone(), *at, seen(row.status.clone(), false)))
                .collect();
            reversed.reverse();
            for rows in [rows, reversed] {
                assert_eq!(newest(rows)[&principal("333333333333")].status, expected);
            }
        }
    }

    #[test]
    fn an_account_root_is_the_account_that_was_asked_for() {
        let rows = vec![(
            principal("arn:aws:iam::333333333333:root"),
            None,
            seen(AssociationStatus::Associated, false),
        )];
        assert!(newest(rows).contains_key(&principal("333333333333")));
    }

    #[test]
    fn associations_are_judged_by_state_kind_and_time() {
        const UNIT: &str = "arn:aws:organizations::111111111111:ou/o-a1b2c3d4e5/ou-ab12-11111111";
        let settings = Settings::default();
        let (now, soon, late) = (Duration::ZERO, settings.external_invitation, settings.inside_invitation);
        let outsider = BTreeSet::from([Principal::read("333333333333")]);
        let asked = Asked { of_others: &outsider, ..NOBODY };
        let judged = |member: Member, state: Option<(AssociationStatus, bool)>, elapsed| {
            let seen = state
                .map(|(status, external)| (member.clone(), seen(status, external)))
                .into_iter()
                .collect();
            match judge(&[member], &seen, elapsed, &settings, &asked) {
                Look::Settled(invited) if invited.is_empty() => "settled",
                Look::Settled(_) => "invited",
                Look::Pending(_) => "pending",
                Look::Failed(_) => "failed",
            }
        };
        let account = || principal("999999999999");
        let subnet = || Member::Resource("arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1".into());
        let associating = |external| Some((AssociationStatus::Associating, external));
        for (member, state, elapsed, expected) in [
            (account(), None, late, "pending"),
            (account(), Some((AssociationStatus::Associated, true)), now, "settled"),
            (account(), Some((AssociationStatus::Failed, false)), now, "failed"),
            (account(), Some((AssociationStatus::Suspended, false)), now, "failed"),
            (account(), Some((AssociationStatus::Disassociated, false)), late, "pending"),
            (account(), Some((AssociationStatus::Other("NEW".into()), false)), late, "pending"),
            (account(), associating(true), now, "pending"),
            (account(), associating(true), soon, "invited"),
            (account(), associating(false), soon, "pending"),
            // The plan knows that it is invited.
            (principal("333333333333"), associating(false), now, "pending"),
            (principal("333333333333"), associating(false), soon, "invited"),
            (principal("333333333333"), Some((AssociationStatus::Associated, false)), now, "settled"),
            (account(), associating(false), late, "invited"),
            (principal("arn:aws:iam::999999999999:role/r"), associating(true), soon, "invited"),
            (principal(UNIT), associating(true), late, "pending"),
            (subnet(), associating(true), late, "pending"),
        ] {
            assert_eq!(
                judged(member.clone(), state.clone(), elapsed),
                expected,
                "{member:?} {state:?}",
                state = state.map(|state| state.0)
            );
        }
    }

    #[test]
    fn failures_are_told_together_once_the_rest_is_settled() {
        let settings = Settings::default();
        let members: Vec<Member> = ["111111111111", "222222222222", "333333333333"].map(principal).to_vec();
        let state = |last| {
            let statuses = [AssociationStatus::Failed, AssociationStatus::Failed, last];
            members
                .iter()
                .cloned()
                .zip(statuses.map(|status| seen(status, false)))
                .collect::<BTreeMap<_, _>>()
        };
        let pending = state(AssociationStatus::Disassociating);
        assert!(matches!(judge(&members, &pending, Duration::ZERO, &settings, &NOBODY), Look::Pending(_)));
        for (seen, elapsed) in
            [(state(AssociationStatus::Associated), Duration::ZERO), (pending, settings.deadline)]
        {
            let Look::Failed(Failure::Refused { message, .. }) =
                judge(&members, &seen, elapsed, &settings, &NOBODY)
            else {
                panic!("two have failed")
            };
            assert!(message.contains("111111111111 is FAILED: because; 222222222222 is FAILED"), "{message}");
        }
    }
}
