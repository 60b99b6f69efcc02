//! Making a share once, whatever became of earlier calls and whatever other runs do at the same time.
//!
//! The tokens of a share are a fixed sequence, and RAM may remember a token for ever or not at all. A reply can therefore be a replay:
//! of a call of this run, of another run with the same configuration, or of an earlier life of the share. A refusal for other
//! parameters comes from another run with another configuration, or from an earlier life too. Only what an earlier life used up is
//! passed over.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::apply::event::Event;
use crate::apply::failure::Failure;
use crate::apply::members::Rows;
use crate::apply::step::{Look, Patience, Run};
use crate::cloud::{
    Cloud, CreatedShare, NewShare, RAM_PAGE, RamRead, RamWrite, ShareRow, share_row, stack_shares,
};
use crate::model::{Address, Principal, ShareArn, ShareStatus, StackName, TAG_ADDRESS, TAG_STACK, Tags};
use crate::plan::{StepId, Tokens};

/// How many tokens of one sequence are tried before something else must be wrong.
pub(crate) const LIVES: usize = 64;

/// RAM is taken to remember a token at least this long, if it remembers tokens at all. Not published.
const REMEMBERED: Duration = Duration::from_secs(600);

/// Whose the share is that a create named.
enum Whose {
    Ours,
    /// Made in an earlier life of the block's share. In words, what became of it.
    Earlier(String),
}

/// What the tags of something listed say of whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    AsAsked,
    Missing,
    Other,
}

impl Mark {
    /// Tags may follow what was just made with a delay, but they are never wrong, and they come together: where some are there, somebody
    /// took off the others.
    pub(crate) fn of(found: &Tags, asked: &Tags) -> Self {
        let shows = asked.keys().any(|key| found.contains_key(key));
        let mut mark = Self::AsAsked;
        for key in [TAG_STACK, TAG_ADDRESS] {
            match (asked.get(key), found.get(key)) {
                (Some(_), None) if shows => return Self::Other,
                (Some(_), None) => mark = Self::Missing,
                (Some(asked), Some(found)) if asked != found => return Self::Other,
                _ => {}
            }
        }
        mark
    }
}

/// How long ago AWS made something, by its own clock, or longer: that clock is read in whole seconds.
pub(crate) fn age<R: RamRead>(ram: &R, created: Option<Timestamp>) -> Option<Duration> {
    let since = ram.aws_time()?.duration_since(created?);
    Some(Duration::try_from(since).unwrap_or(Duration::ZERO))
}

/// The way along the tokens of one share.
struct Search {
    begun: Instant,
    /// Tokens that RAM knows with other parameters.
    mismatches: usize,
    /// Shares of earlier lives that RAM answered with.
    replayed: BTreeSet<ShareArn>,
}

impl Search {
    /// How many shares that ended used tokens which RAM cannot have forgotten, and were not met yet. A share that was made while another
    /// one of the block was there replaced that one, with tokens of another sequence.
    fn ended<R: RamRead>(&self, ram: &R, own: &[&ShareRow]) -> usize {
        let replaced = |row: &ShareRow| {
            own.iter().any(|other| other.created < row.created && other.updated > row.created)
        };
        own.iter()
            .filter(|row| is_over(&row.status) && !self.replayed.contains(&row.arn) && !replaced(row))
            .filter(|row| age(ram, row.created).is_some_and(|age| age < REMEMBERED))
            .count()
    }
}

pub(crate) fn is_over(status: &ShareStatus) -> bool {
    matches!(status, ShareStatus::Deleted | ShareStatus::Deleting)
}

impl<C: Cloud, E: Fn(Event) + Sync> Run<'_, C, E> {
    /// Makes a share and waits until it is active and its associations are settled.
    pub(crate) async fn create<R: RamRead + RamWrite>(
        &self,
        (step, address): (StepId, Option<&Address>),
        ram: &R,
        share: &NewShare,
        tokens: Tokens,
    ) -> Result<(ShareArn, Vec<Principal>), Failure> {
        let mut search = Search { begun: Instant::now(), mismatches: 0, replayed: BTreeSet::new() };
        for namesake in address.into_iter().flat_map(|address| self.plan.namesakes(address)) {
            self.await_tags(step, ram, namesake, share).await?;
        }
        for n in 0..LIVES {
            let token = tokens.nth(n);
            let call = self.call(step, Patience::default(), || ram.create_resource_share(share, &token));
            let why = match call.await {
                Ok(created) => match self.whose(step, ram, &created, share, &search).await? {
                    Whose::Ours => {
                        let members = (&share.members, Rows::OfNewShare);
                        let waiting_for = self.await_members(step, ram, &created.arn, members).await?;
                        return Ok((created.arn, waiting_for));
                    }
                    Whose::Earlier(what) => {
                        search.replayed.insert(created.arn);
                        format!("AWS answered with {what}, made by an earlier run")
                    }
                },
                Err(Failure::Call(error)) if error.is_token_mismatch() => {
                    search.mismatches += 1;
                    self.look_for_rival((step, address), ram, share, &search).await?;
                    "AWS knows the token from a request for an earlier share".to_owned()
                }
                Err(other) => return Err(other),
            };
            self.tell(Event::Retrying { step, why });
        }
        Err(Failure::Refused {
            code: "too_many_lives",
            message: format!("AWS knows {LIVES} tokens of this share from earlier requests"),
            help: "Something deletes or re-tags the share as soon as it is made: look for who calls DeleteResourceShare or TagResource (RAM505).".to_owned(),
        })
    }

    /// A share without an owner that has the name of the one to be made: if it is so young that its tags may not show yet, they
    /// decide.
    async fn await_tags<R: RamRead>(
        &self,
        step: StepId,
        ram: &R,
        namesake: &ShareArn,
        asked: &NewShare,
    ) -> Result<(), Failure> {
        self.wait(step, |_| async move {
            let Some(row) = share_row(ram, namesake).await? else { return Ok(Look::Settled(())) };
            let young = age(ram, row.created).is_some_and(|age| age < self.settings.visibility);
            Ok(match Mark::of(&row.tags, &asked.tags) {
                _ if is_over(&row.status) => Look::Settled(()),
                Mark::AsAsked => Look::Failed(faster(&row)),
                Mark::Missing if young => {
                    Look::Pending(format!("{namesake} has the same name, and its tags may not show yet"))
                }
                Mark::Missing | Mark::Other => Look::Settled(()),
            })
        })
        .await
    }

    async fn whose<R: RamRead>(
        &self,
        step: StepId,
        ram: &R,
        created: &CreatedShare,
        asked: &NewShare,
        search: &Search,
    ) -> Result<Whose, Failure> {
        let CreatedShare { arn, status, created } = created;
        let earlier = |what: &str| Whose::Earlier(format!("{arn}, which {what}"));
        if is_over(status) {
            return Ok(earlier("is deleted"));
        }
        let visibility = self.settings.visibility;
        self.wait_within(step, self.left(search.begun), |elapsed| async move {
            // What is as old as that shows by now, and was not made by this call.
            let old = age(ram, *created).is_some_and(|age| age >= visibility);
            let shows = old || elapsed >= visibility;
            let Some(row) = share_row(ram, arn).await? else {
                return Ok(if shows {
                    Look::Settled(earlier("is no longer listed"))
                } else {
                    Look::Pending(format!("{arn} is not listed yet"))
                });
            };
            Ok(match (&row.status, Mark::of(&row.tags, &asked.tags)) {
                (ShareStatus::Deleted | ShareStatus::Deleting, _) => Look::Settled(earlier("is deleted")),
                (ShareStatus::Active, Mark::Missing) if !shows => {
                    Look::Pending(format!("{arn} is listed without its tags"))
                }
                (ShareStatus::Active, Mark::Missing | Mark::Other) => {
                    Look::Settled(earlier("no longer has the tags of this block"))
                }
                // It was there when the plan was made, and the plan makes another one.
                (ShareStatus::Active, Mark::AsAsked) if self.plan.knows(arn) => {
                    Look::Settled(earlier("is not the share that the plan makes"))
                }
                // The plan was made when it was not there.
                (ShareStatus::Active, Mark::AsAsked) if old => Look::Failed(faster(&row)),
                (ShareStatus::Active, Mark::AsAsked) => as_asked(&row, asked),
                (ShareStatus::Failed, _) => Look::Failed(Failure::Refused {
                    code: "share_failed",
                    message: row.status_message.unwrap_or_else(|| format!("{arn} is FAILED")),
                    help: "Plan again: ramctl deletes the failed share and makes it again (RAM501)."
                        .to_owned(),
                }),
                (status @ (ShareStatus::Pending | ShareStatus::Other(_)), _) => {
                    Look::Pending(format!("{arn} is {status}"))
                }
            })
        })
        .await
    }

    /// Looks for the share of the run that sent the token with other parameters. None: the token belongs to an earlier life.
    ///
    /// Where nothing tells of that life any more, such a share is waited for as long as it may stay hidden, but never for so long that no time
    /// is left to make the block's share: a run with little patience would end here each time.
    async fn look_for_rival<R: RamRead>(
        &self,
        (step, address): (StepId, Option<&Address>),
        ram: &R,
        asked: &NewShare,
        search: &Search,
    ) -> Result<(), Failure> {
        let left = self.left(search.begun);
        let hidden = self.settings.visibility.min(left / 2);
        // Somebody took tags off them, so that no listing tells whose they were.
        let estranged = address.into_iter().flat_map(|address| self.plan.estranged(address));
        let estranged = estranged.filter(|arn| !search.replayed.contains(*arn)).count();
        self.wait_within(step, left, |elapsed| async move {
            let Some(stack) = stack_of(asked) else { return Ok(Look::Settled(())) };
            let rows = stack_shares(ram, &stack, RAM_PAGE).await?;
            let own: Vec<&ShareRow> =
                rows.iter().filter(|row| Mark::of(&row.tags, &asked.tags) == Mark::AsAsked).collect();
            if let Some(rival) = own.iter().find(|row| !is_over(&row.status) && !self.plan.knows(&row.arn)) {
                return Ok(Look::Failed(faster(rival)));
            }
            let accounted_for = search.mismatches <= search.ended(ram, &own) + estranged;
            Ok(if accounted_for || elapsed >= hidden {
                Look::Settled(())
            } else {
                Look::Pending(
                    "AWS knows the token from another request; looking for the share of another run"
                        .to_owned(),
                )
            })
        })
        .await
    }

    /// What is left of the time that a step may wait.
    pub(crate) fn left(&self, begun: Instant) -> Duration {
        self.settings.deadline.saturating_sub(begun.elapsed())
    }
}

/// A share whose settings AWS did not take is not what was reviewed.
fn as_asked(row: &ShareRow, asked: &NewShare) -> Look<Whose> {
    let mut differs = Vec::new();
    if row.allow_external_principals != asked.allow_external_principals {
        differs.push("allow_external_principals");
    }
    if row.retain_sharing != asked.retain_sharing {
        differs.push("retain_sharing_on_account_leave_organization");
    }
    if differs.is_empty() {
        return Look::Settled(Whose::Ours);
    }
    Look::Failed(Failure::Refused {
        code: "not_as_asked",
        message: format!("{} was made, but AWS did not take {}", row.arn, differs.join(" and ")),
        help:
            "AWS accepted the request and ignored part of it. Plan again to see the share as it is (RAM504)."
                .to_owned(),
    })
}

/// The stack that a share to be made belongs to.
fn stack_of(asked: &NewShare) -> Option<StackName> {
    asked.tags.get(TAG_STACK).and_then(|stack| StackName::parse(stack).ok())
}

fn faster(row: &ShareRow) -> Failure {
    Failure::Faster { did: format!("made {}", row.arn), at: row.created }
}
