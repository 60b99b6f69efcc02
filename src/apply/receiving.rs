//! What accounts that receive do: accept, reject and leave. Done when the account's own view of shares says so.

use std::collections::BTreeSet;

use crate::apply::failure::{Failure, seconds};
use crate::apply::step::{Look, Patience, Run};
use crate::cloud::{
    Cloud, CloudError, ErrorKind, Members, RAM_PAGE, RamRead, RamWrite, ShareScope, invitations,
    received_shares,
};
use crate::model::{AccountId, InvitationArn, InvitationStatus, Principal, ShareArn};
use crate::plan::{StepId, StepResult};

/// What a look for an invitation found.
enum Found {
    /// The share is visible and nothing is pending.
    Visible,
    Pending(BTreeSet<InvitationArn>),
    /// Accepted, by an earlier run or by hand, and not visible yet.
    Accepted,
}

impl<C: Cloud, E: Fn(crate::apply::event::Event) + Sync> Run<'_, C, E> {
    /// Accepts every pending invitation to a share and waits until the account sees it.
    ///
    /// The account may be told of the invitation, and see the share, only after a while; that it does not see the share by the
    /// deadline although it was accepted is no failure (terraform issues 17658 and 33701).
    pub(crate) async fn accept<R: RamRead + RamWrite>(
        &self,
        step: StepId,
        ram: &R,
        share: &ShareArn,
        sender: &AccountId,
    ) -> Result<StepResult, Failure> {
        let account = &ram.caller().account.clone();
        let found = self
            .wait(step, |_| async move {
                let Seen { pending, last, visible } = look(ram, share, sender).await?;
                if !pending.is_empty() {
                    return Ok(Look::Settled(Found::Pending(pending)));
                }
                if visible {
                    return Ok(Look::Settled(Found::Visible));
                }
                Ok(match last {
                    Some(InvitationStatus::Accepted) => Look::Settled(Found::Accepted),
                    Some(InvitationStatus::Rejected) => Look::Failed(Failure::NoInvitation {
                        message: format!("the invitation of {sender} was turned down in account {account}"),
                    }),
                    // A new one may follow an old one with a delay.
                    Some(InvitationStatus::Expired) => {
                        Look::Pending("the last invitation has expired".to_owned())
                    }
                    Some(InvitationStatus::Pending | InvitationStatus::Other(_)) | None => {
                        Look::Pending(format!("no invitation of {sender} shows in account {account} yet"))
                    }
                })
            })
            .await
            .map_err(|failure| match failure {
                Failure::Timeout { what, after } => {
                    Failure::NoInvitation { message: format!("{what}, {} after it was sent", seconds(after)) }
                }
                other => other,
            })?;
        match found {
            Found::Visible => return Ok(StepResult::Done { share: None, waiting_for: Vec::new() }),
            Found::Accepted => {}
            Found::Pending(pending) => {
                for invitation in pending {
                    let call = self.call(step, Patience::default(), || {
                        ram.accept_resource_share_invitation(&invitation)
                    });
                    match call.await {
                        Err(Failure::Call(error)) if is_accepted_already(&error) => {}
                        other => other?,
                    }
                }
            }
        }
        let seen = self.wait(step, |_| async move {
            let one = &ShareScope::One(share.clone());
            let visible = !received_shares(ram, one, RAM_PAGE).await?.is_empty();
            Ok(if visible {
                Look::Settled(())
            } else {
                Look::Pending(format!("accepted; account {account} does not see {share} yet"))
            })
        });
        match seen.await {
            Ok(()) => Ok(StepResult::Done { share: None, waiting_for: Vec::new() }),
            Err(Failure::Timeout { what, after: _ }) => Ok(StepResult::Unseen { what }),
            Err(other) => Err(other),
        }
    }

    /// Rejects every pending invitation to a share.
    pub(crate) async fn reject<R: RamRead + RamWrite>(
        &self,
        step: StepId,
        ram: &R,
        share: &ShareArn,
        sender: &AccountId,
    ) -> Result<(), Failure> {
        for invitation in look(ram, share, sender).await.map_err(Failure::Call)?.pending {
            let call =
                self.call(step, Patience::default(), || ram.reject_resource_share_invitation(&invitation));
            match call.await {
                // Expired, gone, or rejected by somebody else in the meantime.
                Err(Failure::Call(error)) if error.kind == ErrorKind::NotFound => {}
                Err(Failure::Call(error))
                    if error.kind == ErrorKind::AlreadyDone && !is_accepted_already(&error) => {}
                other => other?,
            }
        }
        self.wait(step, |_| async move {
            Ok(if look(ram, share, sender).await?.pending.is_empty() {
                Look::Settled(())
            } else {
                Look::Pending("the invitation is still pending".to_owned())
            })
        })
        .await
    }

    /// Takes the account itself off a share of somebody else. Success where it sees it no more, whoever did it.
    pub(crate) async fn leave<R: RamRead + RamWrite>(
        &self,
        step: StepId,
        ram: &R,
        share: &ShareArn,
        account: &AccountId,
    ) -> Result<(), Failure> {
        let one = &ShareScope::One(share.clone());
        if received_shares(ram, one, RAM_PAGE).await.map_err(Failure::Call)?.is_empty() {
            return Ok(());
        }
        let members = Members { principals: vec![Principal::Account(account.clone())], ..Members::default() };
        let call =
            self.call(step, Patience::default(), || ram.disassociate_resource_share(share, &members)).await;
        match call {
            Err(Failure::Call(error)) if error.kind == ErrorKind::NotFound => {
                if !received_shares(ram, one, RAM_PAGE).await.map_err(Failure::Call)?.is_empty() {
                    return Err(Failure::Refused {
                        code: "cannot_leave",
                        message: format!(
                            "{share} is not shared with account {account} by itself, so it cannot leave"
                        ),
                        help: "Ask the owner to take the account off the share (RAM334).".to_owned(),
                    });
                }
            }
            Err(Failure::Call(error)) if error.kind == ErrorKind::AlreadyDone => {}
            other => other?,
        }
        self.wait(step, |_| async move {
            Ok(if received_shares(ram, one, RAM_PAGE).await?.is_empty() {
                Look::Settled(())
            } else {
                Look::Pending(format!("{share} is still shown"))
            })
        })
        .await
    }
}

/// What an account sees of one share.
struct Seen {
    /// Invitations that can be answered, one for each principal of the account.
    pending: BTreeSet<InvitationArn>,
    /// Of the invitations that are over, the last.
    last: Option<InvitationStatus>,
    /// The share itself.
    visible: bool,
}

async fn look<R: RamRead>(ram: &R, share: &ShareArn, sender: &AccountId) -> Result<Seen, CloudError> {
    let one = &ShareScope::One(share.clone());
    let (rows, shares) = tokio::join!(invitations(ram, one, RAM_PAGE), received_shares(ram, one, RAM_PAGE));
    let rows = match rows {
        Err(error) if error.kind == ErrorKind::NotFound => Vec::new(),
        rows => rows?,
    };
    let rows = rows.into_iter().filter(|row| row.share == *share && row.sender == *sender);
    let (pending, over): (Vec<_>, Vec<_>) = rows.partition(|row| row.status == InvitationStatus::Pending);
    Ok(Seen {
        pending: pending.into_iter().map(|row| row.arn).collect(),
        last: over.into_iter().max_by_key(|row| (row.created, row.arn.clone())).map(|row| row.status),
        visible: !shares?.is_empty(),
    })
}

fn is_accepted_already(error: &CloudError) -> bool {
    error.kind == ErrorKind::AlreadyDone && error.code.contains("AlreadyAccepted")
}
