//! Changes of a share and of its permissions: waiting until RAM shows them.

use crate::apply::event::Event;
use crate::apply::failure::Failure;
use crate::apply::step::{Look, Run};
use crate::cloud::{Cloud, RamRead, share_permissions, share_row};
use crate::model::{PermissionArn, ShareArn, ShareStatus};
use crate::plan::StepId;

impl<C: Cloud, E: Fn(Event) + Sync> Run<'_, C, E> {
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
