//! Customer managed permissions and their versions: each call made until it goes through, and the wait until RAM shows its effect.

use jiff::Timestamp;
use tokio::time::Instant;

use crate::apply::creation::{LIVES, Mark, age};
use crate::apply::event::Event;
use crate::apply::failure::Failure;
use crate::apply::step::{Look, Patience, Run, absent_is_fine};
use crate::cloud::{
    Cloud, CloudError, CreatedVersion, CustomerPermissionRow, ErrorKind, NewPermission, RAM_PAGE, RamRead,
    RamWrite, customer_permissions, permission_there, share_row,
};
use crate::model::{FeatureSet, PermissionArn, PermissionPolicy, ShareArn, Tags};
use crate::plan::{StepId, Tokens};

/// What became of what a call made.
enum Made {
    There,
    /// RAM replayed the answer of an earlier life: what it names is gone.
    Gone,
}

impl<C: Cloud, E: Fn(Event) + Sync> Run<'_, C, E> {
    /// Makes a permission. Its name is unique, so passing over a token cannot make a second one.
    pub(crate) async fn create_permission<R: RamRead + RamWrite>(
        &self,
        step: StepId,
        ram: &R,
        permission: &NewPermission,
        tokens: Tokens,
    ) -> Result<(), Failure> {
        let (arn, begun) = (&permission.arn, Instant::now());
        for n in 0..LIVES {
            let token = tokens.nth(n);
            let call = self.call(step, Patience::default(), || ram.create_permission(permission, &token));
            let why = match call.await {
                Ok(created) => {
                    let tags = Some(&permission.tags);
                    if let Made::There = self.await_there(step, ram, arn, tags, (begun, created)).await? {
                        return Ok(());
                    }
                    format!("AWS answered with {arn}, which is deleted, made by an earlier run")
                }
                Err(Failure::Call(error)) if error.is_token_mismatch() => known_from_earlier(arn),
                Err(Failure::Call(error)) if error.kind == ErrorKind::Conflict => {
                    return Err(self.name_taken(step, ram, permission, begun, error).await);
                }
                Err(other) => return Err(other),
            };
            self.tell(Event::Retrying { step, why });
        }
        Err(gone_again(&arn.to_string()))
    }

    /// Why a permission of this name is there already.
    async fn name_taken<R: RamRead>(
        &self,
        step: StepId,
        ram: &R,
        permission: &NewPermission,
        begun: Instant,
        taken: CloudError,
    ) -> Failure {
        let arn = &permission.arn;
        let looked: Result<(), Failure> = self
            .wait_within(step, self.left(begun), |elapsed| async move {
                let over = elapsed >= self.settings.visibility;
                let found = live_row(ram, arn).await?.map(|row| Mark::of(&row.tags, &permission.tags));
                Ok(match found {
                    Some(Mark::AsAsked) => Look::Failed(faster(arn.to_string(), None)),
                    Some(Mark::Missing) | None if !over => {
                        Look::Pending(format!("{arn} is there and does not show its tags yet"))
                    }
                    _ => Look::Settled(()),
                })
            })
            .await;
        looked.err().unwrap_or(Failure::Call(taken))
    }

    /// Makes a version and waits until it is the default.
    pub(crate) async fn create_version<R: RamRead + RamWrite>(
        &self,
        step: StepId,
        ram: &R,
        permission: &PermissionArn,
        policy: &PermissionPolicy,
        (tokens, highest): (Tokens, u32),
    ) -> Result<(), Failure> {
        let (template, begun) = (policy.template(), Instant::now());
        for n in 0..LIVES {
            let token = tokens.nth(n);
            let call = self.call(step, Patience::default(), || {
                ram.create_permission_version(permission, &template, &token)
            });
            let why = match call.await {
                Ok(made) => {
                    if let Made::There = self.await_version_made(step, ram, permission, &made, begun).await? {
                        return Ok(());
                    }
                    format!("AWS answered with version {} of an earlier life", made.version)
                }
                Err(Failure::Call(error)) if error.is_token_mismatch() => {
                    let default = ram.get_permission(permission, None).await.map_err(Failure::Unverified)?;
                    if number(&default.version) > u64::from(highest) {
                        return Err(faster(version_of(permission, &default.version), None));
                    }
                    known_from_earlier(permission)
                }
                Err(other) => return Err(other),
            };
            self.tell(Event::Retrying { step, why });
        }
        Err(gone_again(&format!("a version of {permission}")))
    }

    /// `tags`: what the permission was made with, where the call takes tags.
    async fn await_there<R: RamRead>(
        &self,
        step: StepId,
        ram: &R,
        permission: &PermissionArn,
        tags: Option<&Tags>,
        (begun, created): (Instant, Option<Timestamp>),
    ) -> Result<Made, Failure> {
        let visibility = self.settings.visibility;
        self.wait_within(step, self.left(begun), |elapsed| async move {
            // What is as old as that shows by now, and was not made by this call.
            let old = age(ram, created).is_some_and(|age| age >= visibility);
            let shows = old || elapsed >= visibility;
            let rows = rows_of(ram, permission).await?;
            let Some(row) = rows.iter().find(|row| is_live(row)) else {
                return Ok(if shows || !rows.is_empty() {
                    Look::Settled(Made::Gone)
                } else {
                    Look::Pending(format!("{permission} is not there yet"))
                });
            };
            Ok(match tags.map_or(Mark::AsAsked, |asked| Mark::of(&row.tags, asked)) {
                // The plan was made when it was not there.
                Mark::AsAsked if old => Look::Failed(faster(permission.to_string(), created)),
                Mark::AsAsked => Look::Settled(Made::There),
                Mark::Missing if !shows => Look::Pending(format!("{permission} is listed without its tags")),
                Mark::Missing | Mark::Other => Look::Failed(Failure::Refused {
                    code: "name_taken",
                    message: format!("{permission} is there and does not have the tags of this block"),
                    help: "Plan again to see whose it is.".to_owned(),
                }),
            })
        })
        .await
    }

    async fn await_version_made<R: RamRead>(
        &self,
        step: StepId,
        ram: &R,
        permission: &PermissionArn,
        made: &CreatedVersion,
        begun: Instant,
    ) -> Result<Made, Failure> {
        let CreatedVersion { version, created } = made;
        self.wait_within(step, self.left(begun), |elapsed| async move {
            let visibility = self.settings.visibility;
            let default = ram.get_permission(permission, None).await?;
            // What is as old as that was not made by this call.
            let old = age(ram, *created).is_some_and(|age| age >= visibility);
            if default.version == *version && !old {
                return Ok(Look::Settled(Made::There));
            }
            let shows = old || elapsed >= visibility;
            let there = permission_there(ram, permission, Some(version)).await?.is_some();
            // RAM numbers versions upwards.
            let newer = number(&default.version) > number(version);
            Ok(match (there, newer || shows) {
                (true, true) => Look::Failed(faster(version_of(permission, &default.version), None)),
                (false, true) => Look::Settled(Made::Gone),
                (_, false) => {
                    Look::Pending(format!("version {version} of {permission} is not the default yet"))
                }
            })
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
    ) -> Result<(), Failure> {
        self.call(step, Patience::default(), || ram.set_default_permission_version(permission, version))
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
    ) -> Result<(), Failure> {
        let call =
            self.call(step, Patience::default(), || ram.delete_permission_version(permission, version));
        absent_is_fine(call.await)?;
        self.await_absent(step, ram, permission, Some(version)).await
    }

    pub(crate) async fn delete_permission<R: RamRead + RamWrite>(
        &self,
        step: StepId,
        ram: &R,
        permission: &PermissionArn,
    ) -> Result<(), Failure> {
        let call = self.call(step, Patience::default(), || ram.delete_permission(permission));
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

    /// Makes a permission of one that RAM made from a policy. Names are unique here too.
    pub(crate) async fn promote_permission<R: RamRead + RamWrite>(
        &self,
        step: StepId,
        ram: &R,
        permission: &PermissionArn,
        becomes: &PermissionArn,
        tokens: Tokens,
    ) -> Result<(), Failure> {
        let begun = Instant::now();
        for n in 0..LIVES {
            let token = tokens.nth(n);
            let call = self.call(step, Patience::default(), || {
                ram.promote_permission_created_from_policy(permission, becomes.name(), &token)
            });
            let why = match call.await {
                Ok(created) => {
                    if let Made::There = self.await_there(step, ram, becomes, None, (begun, created)).await? {
                        return Ok(());
                    }
                    format!("AWS answered with {becomes}, which is deleted, made by an earlier run")
                }
                Err(Failure::Call(error)) if error.is_token_mismatch() => known_from_earlier(becomes),
                Err(Failure::Call(error)) if is_name_taken(&error) => {
                    let found = live_row(ram, becomes).await.map_err(Failure::Unverified)?;
                    return Err(match found {
                        Some(_) => faster(becomes.to_string(), None),
                        None => Failure::Call(error),
                    });
                }
                Err(other) => return Err(other),
            };
            self.tell(Event::Retrying { step, why });
        }
        Err(gone_again(&becomes.to_string()))
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

/// The rows of one permission: one that is deleted is listed for a while.
async fn rows_of<R: RamRead>(
    ram: &R,
    permission: &PermissionArn,
) -> Result<Vec<CustomerPermissionRow>, CloudError> {
    let rows = customer_permissions(ram, RAM_PAGE).await?;
    Ok(rows.into_iter().filter(|row| row.arn == *permission).collect())
}

async fn live_row<R: RamRead>(
    ram: &R,
    permission: &PermissionArn,
) -> Result<Option<CustomerPermissionRow>, CloudError> {
    Ok(rows_of(ram, permission).await?.into_iter().find(is_live))
}

fn is_live(row: &CustomerPermissionRow) -> bool {
    !row.status.starts_with("DELET")
}

/// RAM has a code for a name that is taken, and some operations call it an invalid parameter.
fn is_name_taken(error: &CloudError) -> bool {
    error.kind == ErrorKind::Conflict
        || (error.kind == ErrorKind::InvalidRequest && error.message.contains("already exists"))
}

fn faster(what: String, at: Option<Timestamp>) -> Failure {
    Failure::Faster { did: format!("made {what}"), at }
}

fn version_of(permission: &PermissionArn, version: &str) -> String {
    format!("version {version} of {permission}")
}

fn known_from_earlier(permission: &PermissionArn) -> String {
    format!("AWS knows the token from an earlier request for {permission}")
}

fn number(version: &str) -> u64 {
    version.parse().unwrap_or(u64::MAX)
}

fn gone_again(what: &str) -> Failure {
    Failure::Refused {
        code: "permission_gone",
        message: format!("AWS knows {LIVES} tokens of {what} from earlier requests"),
        help: "Something deletes it as soon as it is made: look for who calls DeletePermission or DeletePermissionVersion (RAM508)."
            .to_owned(),
    }
}
