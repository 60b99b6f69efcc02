//! Waiting for associations: there, failed, or waiting for somebody else.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::apply::event::Event;
use crate::apply::failure::Failure;
use crate::apply::settings::Settings;
use crate::apply::step::{Look, Run};
use crate::cloud::{
    AssociationKind, Cloud, CloudError, ErrorKind, Members, RAM_PAGE, RamRead, ShareScope, associations,
    sources,
};
use crate::model::{AssociationStatus, Principal, ShareArn};
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

/// The rows of one share, of the kinds that are asked for. Of several rows of a member, one that is not DISASSOCIATED counts,
/// and among those the newest.
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
    let live = |seen: &Seen| seen.status != AssociationStatus::Disassociated;
    rows.sort_by_key(|(_, updated, seen)| (live(seen), *updated));
    Ok(rows.into_iter().map(|(member, _, seen)| (member, seen)).collect())
}

impl<C: Cloud, E: Fn(Event) + Sync> Run<'_, C, E> {
    /// Waits until all members are associated. Gives the principals that have yet to accept an invitation.
    pub(crate) async fn await_members<R: RamRead>(
        &self,
        step: StepId,
        ram: &R,
        arn: &ShareArn,
        members: &Members,
    ) -> Result<Vec<Principal>, Failure> {
        let wanted = &wanted(members);
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        self.wait(step, |elapsed| async move {
            let seen = seen(ram, arn, members).await?;
            Ok(judge(wanted, &seen, elapsed, self.settings))
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

/// Whether associations have come to an end, and to which.
fn judge(
    wanted: &[Member],
    seen: &BTreeMap<Member, Seen>,
    elapsed: Duration,
    settings: &Settings,
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
                AssociationStatus::Associating if member.can_be_invited() => {
                    let patience =
                        if seen.external { settings.external_invitation } else { settings.inside_invitation };
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
            help: "Plan again once the cause is gone: ramctl removes what failed and associates it anew (RAM501).".to_owned(),
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
