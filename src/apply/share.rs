//! Shares and their permissions: creating, and waiting until RAM shows what was asked for.

use uuid::Uuid;

use crate::apply::event::Event;
use crate::apply::failure::Failure;
use crate::apply::step::{Look, Patience, Run};
use crate::cloud::{Cloud, CreatedShare, NewShare, RamRead, RamWrite, share_permissions, share_row};
use crate::model::{PermissionArn, Principal, ShareArn, ShareStatus, TAG_ADDRESS, TAG_STACK, Tags};
use crate::plan::StepId;

/// How many deleted shares one token may lead to before something else must be wrong.
const REISSUES: usize = 8;

/// What became of a share that a create named.
enum Created {
    Active,
    /// The token was one of an earlier life: RAM replayed the answer for a share that has been deleted since.
    Gone,
    /// As `Gone`, for a share whose tags were changed since, so that it is no longer this block's.
    Estranged,
}

/// What the tags of a listed share say of whose it is.
enum Mark {
    AsAsked,
    Missing,
    Other,
}

impl Mark {
    /// Tags of a share that was just made may follow it with a delay, but they are never wrong.
    fn of(found: &Tags, asked: &Tags) -> Self {
        let mut mark = Self::AsAsked;
        for key in [TAG_STACK, TAG_ADDRESS] {
            match (asked.get(key), found.get(key)) {
                (Some(_), None) => mark = Self::Missing,
                (Some(asked), Some(found)) if asked != found => return Self::Other,
                _ => {}
            }
        }
        mark
    }
}

impl<C: Cloud, E: Fn(Event) + Sync> Run<'_, C, E> {
    /// Makes a share and waits until it is active and its associations are settled.
    ///
    /// A token that RAM has seen before gives the share of then. After a lost answer that is just right; if that share has been
    /// deleted or given to another block or stack in the meantime, the share is made again under a token that follows from the
    /// old one and that share's ARN, so that every repetition takes the same path.
    pub(crate) async fn create<R: RamRead + RamWrite>(
        &self,
        step: StepId,
        ram: &R,
        share: &NewShare,
        token: Uuid,
    ) -> Result<(ShareArn, Vec<Principal>), Failure> {
        let mut token = token;
        let mut lost = String::new();
        for _ in 0..REISSUES {
            let CreatedShare { arn, status } =
                self.call(step, Patience::default(), || ram.create_resource_share(share, &token)).await?;
            let created = match status {
                ShareStatus::Deleted | ShareStatus::Deleting => Created::Gone,
                _ => self.await_active(step, ram, &arn, share).await?,
            };
            match created {
                Created::Active => {
                    let waiting_for = self.await_members(step, ram, &arn, &share.members).await?;
                    return Ok((arn, waiting_for));
                }
                Created::Gone => lost = format!("{arn}, which is deleted"),
                Created::Estranged => lost = format!("{arn}, which no longer bears this block's tags"),
            }
            token = Uuid::new_v5(&token, arn.as_str().as_bytes());
            self.tell(Event::Retrying {
                step,
                why: format!("AWS answered with {lost}, made by an earlier run"),
            });
        }
        Err(Failure::Refused {
            code: "deleted_again",
            message: format!("each new share turned out to be lost, at last {lost}"),
            help: "Something deletes or re-tags the share as soon as it is made: look for who calls DeleteResourceShare or TagResource (RAM505).".to_owned(),
        })
    }

    async fn await_active<R: RamRead>(
        &self,
        step: StepId,
        ram: &R,
        arn: &ShareArn,
        asked: &NewShare,
    ) -> Result<Created, Failure> {
        self.wait(step, |elapsed| async move {
            let Some(row) = share_row(ram, arn).await? else {
                let pending = Look::Pending(format!("{arn} is not listed yet"));
                return Ok(if elapsed < self.settings.visibility { pending } else { Look::Settled(Created::Gone) });
            };
            Ok(match row.status {
                ShareStatus::Deleted | ShareStatus::Deleting => Look::Settled(Created::Gone),
                ShareStatus::Active => {
                    match Mark::of(&row.tags, &asked.tags) {
                        Mark::AsAsked => {}
                        Mark::Missing if elapsed < self.settings.visibility => {
                            return Ok(Look::Pending(format!("{arn} is listed without its tags")));
                        }
                        Mark::Missing | Mark::Other => return Ok(Look::Settled(Created::Estranged)),
                    }
                    let mut differs = Vec::new();
                    if row.allow_external_principals != asked.allow_external_principals {
                        differs.push("allow_external_principals");
                    }
                    if row.retain_sharing != asked.retain_sharing {
                        differs.push("retain_sharing_on_account_leave_organization");
                    }
                    if differs.is_empty() {
                        Look::Settled(Created::Active)
                    } else {
                        Look::Failed(Failure::Refused {
                            code: "not_as_asked",
                            message: format!("{arn} was made, but AWS did not take {}", differs.join(" and ")),
                            help: "AWS accepted the request and ignored part of it. Plan again to see the share as it is (RAM504)."
                                .to_owned(),
                        })
                    }
                }
                ShareStatus::Failed => Look::Failed(Failure::Refused {
                    code: "share_failed",
                    message: row.status_message.unwrap_or_else(|| format!("{arn} is FAILED")),
                    help: "Plan again: ramctl deletes the failed share and makes it anew (RAM501).".to_owned(),
                }),
                ShareStatus::Pending | ShareStatus::Other(_) => Look::Pending(format!("{arn} is {}", row.status)),
            })
        })
        .await
    }

    pub(crate) async fn await_update<R: RamRead>(
        &self,
        step: StepId,
        ram: &R,
        arn: &ShareArn,
        name: Option<&str>,
        allow_external_principals: Option<bool>,
    ) -> Result<(), Failure> {
        self.wait(step, |_| async move {
            let Some(row) = share_row(ram, arn).await? else {
                return Ok(Look::Pending(format!("{arn} is not listed")));
            };
            let as_asked = name.is_none_or(|name| name == row.name)
                && allow_external_principals.is_none_or(|allow| allow == row.allow_external_principals);
            Ok(if as_asked {
                Look::Settled(())
            } else {
                Look::Pending(format!("{arn} does not show the change yet"))
            })
        })
        .await
    }

    pub(crate) async fn await_deletion<R: RamRead>(
        &self,
        step: StepId,
        ram: &R,
        arn: &ShareArn,
    ) -> Result<(), Failure> {
        self.wait(step, |_| async move {
            Ok(match share_row(ram, arn).await?.map(|row| row.status) {
                None | Some(ShareStatus::Deleted) => Look::Settled(()),
                Some(status) => Look::Pending(format!("{arn} is {status}")),
            })
        })
        .await
    }

    /// A replaced permission must also be at its default version: only that one can be attached.
    pub(crate) async fn await_permission<R: RamRead>(
        &self,
        step: StepId,
        ram: &R,
        arn: &ShareArn,
        permission: &PermissionArn,
        replaced: bool,
    ) -> Result<(), Failure> {
        self.wait(step, |_| async move {
            let rows = share_permissions(ram, arn).await?;
            let there =
                rows.iter().any(|row| row.permission == *permission && (!replaced || row.default_version));
            Ok(if there {
                Look::Settled(())
            } else {
                Look::Pending(format!("{permission} is not attached yet"))
            })
        })
        .await
    }

    pub(crate) async fn await_no_permission<R: RamRead>(
        &self,
        step: StepId,
        ram: &R,
        arn: &ShareArn,
        permission: &PermissionArn,
    ) -> Result<(), Failure> {
        self.wait(step, |_| async move {
            let Some(_) = share_row(ram, arn).await? else { return Ok(Look::Settled(())) };
            let rows = share_permissions(ram, arn).await?;
            let there = rows.iter().any(|row| row.permission == *permission);
            Ok(if there {
                Look::Pending(format!("{permission} is still attached"))
            } else {
                Look::Settled(())
            })
        })
        .await
    }
}
