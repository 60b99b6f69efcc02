//! Customer managed permissions and their versions: each call made until it goes through, and the wait until RAM shows its effect.

use uuid::Uuid;

use crate::apply::event::Event;
use crate::apply::failure::Failure;
use crate::apply::step::{Look, Patience, Run, absent_is_fine};
use crate::cloud::{
    Cloud, CloudError, ErrorKind, NewPermission, RAM_PAGE, RamRead, RamWrite, customer_permissions,
    permission_there, share_row,
};
use crate::model::{FeatureSet, PermissionArn, PermissionPolicy, ShareArn};
use crate::plan::StepId;

/// How many deleted permissions or versions one token may lead to before something else must be wrong.
const REISSUES: usize = 8;

/// What became of what a call made.
enum Made {
    There,
    /// The token was one of an earlier life: RAM replayed the answer for what has been deleted since.
    Gone,
}

impl<C: Cloud, E: Fn(Event) + Sync> Run<'_, C, E> {
    /// Makes a permission. A token that RAM has seen before gives the answer of then; where that permission is gone, it is made
    /// again under a token that follows from the old one, so that every repetition takes the same path.
    pub(crate) async fn create_permission<R: RamRead + RamWrite>(
        &self,
        step: StepId,
        ram: &R,
        permission: &NewPermission,
        token: Uuid,
    ) -> Result<(), Failure> {
        let mut token = token;
        for attempt in 0..REISSUES {
            let call = self.call(step, Patience::default(), || ram.create_permission(permission, &token));
            match call.await {
                // Listings follow with a delay: what looked gone was there by now.
                Err(Failure::Call(error)) if attempt > 0 && error.kind == ErrorKind::Conflict => {}
                other => other?,
            }
            if let Made::There = self.await_there(step, ram, &permission.arn).await? {
                return Ok(());
            }
            token = Uuid::new_v5(&token, b"again");
        }
        Err(gone_again(&format!("{}", permission.arn)))
    }

    /// Makes a version and waits until it is the default.
    pub(crate) async fn create_version<R: RamRead + RamWrite>(
        &self,
        step: StepId,
        ram: &R,
        permission: &PermissionArn,
        policy: &PermissionPolicy,
        token: Uuid,
    ) -> Result<(), Failure> {
        let template = policy.template();
        let mut token = token;
        for _ in 0..REISSUES {
            let made = self
                .call(step, Patience::default(), || {
                    ram.create_permission_version(permission, &template, &token)
                })
                .await?;
            if let Made::There = self.await_version_made(step, ram, permission, &made).await? {
                return Ok(());
            }
            token = Uuid::new_v5(&token, made.as_bytes());
        }
        Err(gone_again(&format!("a version of {permission}")))
    }

    async fn await_there<R: RamRead>(
        &self,
        step: StepId,
        ram: &R,
        permission: &PermissionArn,
    ) -> Result<Made, Failure> {
        self.wait(step, |elapsed| async move {
            Ok(match permission_there(ram, permission, None).await? {
                Some(_) => Look::Settled(Made::There),
                None if is_listed_as_deleted(ram, permission).await? => Look::Settled(Made::Gone),
                None if elapsed < self.settings.visibility => {
                    Look::Pending(format!("{permission} is not there yet"))
                }
                None => Look::Settled(Made::Gone),
            })
        })
        .await
    }

    async fn await_version_made<R: RamRead>(
        &self,
        step: StepId,
        ram: &R,
        permission: &PermissionArn,
        made: &str,
    ) -> Result<Made, Failure> {
        self.wait(step, |elapsed| async move {
            let default = ram.get_permission(permission, None).await?;
            if default.version == made {
                return Ok(Look::Settled(Made::There));
            }
            if elapsed < self.settings.visibility {
                let there = permission_there(ram, permission, Some(made)).await?.is_some();
                // RAM numbers versions upwards: one that is older than the default was made in an earlier life of the token.
                let older = number(made) < number(&default.version);
                if there || !older {
                    return Ok(Look::Pending(format!(
                        "version {made} of {permission} is not the default yet"
                    )));
                }
            }
            Ok(Look::Settled(Made::Gone))
        })
        .await
    }

    /// Sets a version as the default and waits until it is.
    pub(crate) async fn set_default_version<R: RamRead + RamWrite>(
        &self,
        step: StepId,
        ram: &R,
        permission: &PermissionArn,
        version: &str,
        token: &Uuid,
    ) -> Result<(), Failure> {
        self.call(step, Patience::default(), || {
            ram.set_default_permission_version(permission, version, token)
        })
        .await?;
        self.wait(step, |_| async move {
            let default = ram.get_permission(permission, None).await?;
            Ok(if default.version == version {
                Look::Settled(())
            } else {
                Look::Pending(format!("version {version} of {permission} is not the default yet"))
            })
        })
        .await
    }

    pub(crate) async fn delete_version<R: RamRead + RamWrite>(
        &self,
        step: StepId,
        ram: &R,
        permission: &PermissionArn,
        version: &str,
        token: &Uuid,
    ) -> Result<(), Failure> {
        let call = self
            .call(step, Patience::default(), || ram.delete_permission_version(permission, version, token));
        absent_is_fine(call.await)?;
        self.await_absent(step, ram, permission, Some(version)).await
    }

    pub(crate) async fn delete_permission<R: RamRead + RamWrite>(
        &self,
        step: StepId,
        ram: &R,
        permission: &PermissionArn,
        token: &Uuid,
    ) -> Result<(), Failure> {
        let call = self.call(step, Patience::default(), || ram.delete_permission(permission, token));
        absent_is_fine(call.await)?;
        self.await_absent(step, ram, permission, None).await
    }

    async fn await_absent<R: RamRead>(
        &self,
        step: StepId,
        ram: &R,
        permission: &PermissionArn,
        version: Option<&str>,
    ) -> Result<(), Failure> {
        self.wait(step, |_| async move {
            Ok(match permission_there(ram, permission, version).await? {
                None => Look::Settled(()),
                Some(found) => Look::Pending(format!("{permission} is {}", found.status)),
            })
        })
        .await
    }

    pub(crate) async fn promote_permission<R: RamRead + RamWrite>(
        &self,
        step: StepId,
        ram: &R,
        permission: &PermissionArn,
        becomes: &PermissionArn,
        token: &Uuid,
    ) -> Result<(), Failure> {
        self.call(step, Patience::default(), || {
            ram.promote_permission_created_from_policy(permission, becomes.name(), token)
        })
        .await?;
        match self.await_there(step, ram, becomes).await? {
            Made::There => Ok(()),
            Made::Gone => Err(gone_again(&becomes.to_string())),
        }
    }

    /// Promotes a share and waits until it is like any other. The operation takes no token, so a second call finds the work of the
    /// first in the share itself.
    pub(crate) async fn promote_share<R: RamRead + RamWrite>(
        &self,
        step: StepId,
        ram: &R,
        share: &ShareArn,
    ) -> Result<(), Failure> {
        let call =
            self.call(step, Patience::default(), || ram.promote_resource_share_created_from_policy(share));
        match call.await {
            Err(Failure::Call(error)) if error.kind == ErrorKind::InvalidRequest => {
                let row = share_row(ram, share).await.map_err(Failure::Unverified)?;
                let under_way = |set: &FeatureSet| *set != FeatureSet::CreatedFromPolicy;
                if !row.is_some_and(|row| under_way(&row.feature_set)) {
                    return Err(Failure::Call(error));
                }
            }
            other => other?,
        }
        self.wait(step, |_| async move {
            Ok(match share_row(ram, share).await?.map(|row| row.feature_set) {
                Some(FeatureSet::Standard) => Look::Settled(()),
                Some(other) => Look::Pending(format!("{share} is {other}")),
                None => Look::Pending(format!("{share} is not listed")),
            })
        })
        .await
    }
}

/// Whether RAM lists the permission, and only as one that is or goes.
async fn is_listed_as_deleted<R: RamRead>(ram: &R, permission: &PermissionArn) -> Result<bool, CloudError> {
    let rows = customer_permissions(ram, RAM_PAGE).await?;
    let mut of_it = rows.iter().filter(|row| row.arn == *permission).peekable();
    Ok(of_it.peek().is_some() && of_it.all(|row| row.status.starts_with("DELET")))
}

fn number(version: &str) -> u64 {
    version.parse().unwrap_or(u64::MAX)
}

fn gone_again(what: &str) -> Failure {
    Failure::Refused {
        code: "permission_gone",
        message: format!("{what} is gone each time it is made"),
        help: "Something deletes it as soon as it is made: look for who calls DeletePermission or DeletePermissionVersion (RAM508)."
            .to_owned(),
    }
}
