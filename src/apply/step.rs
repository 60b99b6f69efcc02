//! One step: its call, made until it goes through, and the wait for its effect.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::apply::backoff::{Backoff, Pulse};
use crate::apply::event::Event;
use crate::apply::failure::Failure;
use crate::apply::members::Rows;
use crate::apply::settings::Settings;
use crate::cloud::{Cloud, CloudError, ErrorKind, Members, NewPermission, NewShare, RamWrite};
use crate::model::{AccountId, Principal, ShareArn, TAG_APPLIED, Tags};
use crate::plan::{ApprovedPlan, PlannedStep, ShareRef, Step, StepId, StepResult};

/// What all steps of a run share.
pub(crate) struct Run<'a, C, E> {
    pub(crate) plan: &'a ApprovedPlan,
    pub(crate) cloud: &'a C,
    pub(crate) settings: &'a Settings,
    pub(crate) events: &'a E,
    pub(crate) stop: &'a CancellationToken,
    /// Shares made by this run.
    pub(crate) made: Mutex<BTreeMap<StepId, ShareArn>>,
    /// Sharing inside the organization was turned on by this run, so that RAM may not know of it everywhere yet.
    pub(crate) enabled_now: AtomicBool,
    /// The accounts for which this run accepts invitations to the share that a step works on.
    pub(crate) accepted_here: BTreeMap<StepId, BTreeSet<AccountId>>,
    /// The principals that RAM is sure to invite to that share, and for which nobody accepts in this run.
    pub(crate) asked_of_others: BTreeMap<StepId, BTreeSet<Principal>>,
    pub(crate) pulse: Pulse,
}

/// What a call may wait for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Patience {
    /// The share was made by this run, and RAM may not know it everywhere yet.
    pub(crate) new_share: bool,
}

impl Patience {
    fn with(share: &ShareRef) -> Self {
        Self { new_share: matches!(share, ShareRef::CreatedBy(_)) }
    }
}

/// What one look at something under way showed.
pub(crate) enum Look<T> {
    Settled(T),
    /// Still under way: what is missing, in words.
    Pending(String),
    Failed(Failure),
}

impl<C: Cloud, E: Fn(Event) + Sync> Run<'_, C, E> {
    pub(crate) async fn execute(&self, step: &PlannedStep) -> StepResult {
        match self.attempt(step).await {
            Ok(result) => result,
            Err(failure) => failure.into(),
        }
    }

    async fn attempt(&self, planned: &PlannedStep) -> Result<StepResult, Failure> {
        let PlannedStep { id, place, address, step, .. } = planned;
        let id = *id;
        let done = StepResult::Done { share: None, waiting_for: Vec::new() };
        match step {
            Step::EnableSharingWithAwsOrganization => {
                self.enable_sharing(id, place).await?;
                return Ok(done);
            }
            Step::CreateServiceLinkedRole => {
                self.create_role(id, place).await?;
                return Ok(done);
            }
            _ => {}
        }
        let ram = &self.cloud.ram(place).await.map_err(Failure::Call)?;
        match step {
            Step::EnableSharingWithAwsOrganization | Step::CreateServiceLinkedRole => {
                unreachable!("returned above")
            }
            Step::CreatePermission { tokens, permission, resource_type, policy, tags } => {
                let new = NewPermission {
                    arn: permission.clone(),
                    resource_type: resource_type.clone(),
                    template: policy.template(),
                    tags: tags.clone(),
                };
                self.create_permission(id, ram, &new, *tokens).await?;
            }
            Step::CreatePermissionVersion { tokens, highest, permission, policy } => {
                self.create_version(id, ram, permission, policy, (*tokens, *highest)).await?;
            }
            Step::SetDefaultPermissionVersion { permission, version } => {
                self.set_default_version(id, ram, permission, version).await?;
            }
            Step::DeletePermissionVersion { permission, version } => {
                self.delete_version(id, ram, permission, version).await?;
            }
            Step::DeletePermission { permission } => {
                self.delete_permission(id, ram, permission).await?;
            }
            Step::PromotePermissionCreatedFromPolicy { tokens, permission, becomes } => {
                self.promote_permission(id, ram, permission, becomes, *tokens).await?;
            }
            Step::TagPermission { permission, tags } => {
                self.call(id, Patience::default(), || ram.tag_permission(permission, tags)).await?;
            }
            Step::UntagPermission { permission, keys } => {
                self.call(id, Patience::default(), || ram.untag_permission(permission, keys)).await?;
            }
            Step::PromoteResourceShareCreatedFromPolicy { share } => {
                self.promote_share(id, ram, share).await?;
            }
            Step::CreateResourceShare {
                tokens,
                name,
                allow_external_principals,
                retain_sharing,
                tags,
                permissions,
                resources,
                principals,
                sources,
            } => {
                let share = NewShare {
                    name: name.clone(),
                    allow_external_principals: *allow_external_principals,
                    retain_sharing: *retain_sharing,
                    tags: tags.clone(),
                    permissions: permissions.clone(),
                    members: Members {
                        resources: resources.clone(),
                        principals: principals.clone(),
                        sources: sources.clone(),
                    },
                };
                let (arn, waiting_for) = self.create((id, address.as_ref()), ram, &share, *tokens).await?;
                let waiting_for = self.take_in(planned, ram, &arn, waiting_for).await?;
                return Ok(StepResult::Done { share: Some(arn), waiting_for });
            }
            Step::UpdateResourceShare { share, name, allow_external_principals } => {
                let arn = &self.resolve(share);
                let (name, external) = (name.as_deref(), *allow_external_principals);
                self.call(id, Patience::with(share), || ram.update_resource_share(arn, name, external))
                    .await?;
                self.await_update(id, ram, arn, name, external).await?;
            }
            Step::AssociateResourceShare { share, resources, principals, sources } => {
                let arn = &self.resolve(share);
                let members = Members {
                    resources: resources.clone(),
                    principals: principals.clone(),
                    sources: sources.clone(),
                };
                self.call(id, Patience::with(share), || ram.associate_resource_share(arn, &members)).await?;
                let waiting_for = self.await_members(id, ram, arn, (&members, Rows::Any)).await?;
                let waiting_for = self.take_in(planned, ram, arn, waiting_for).await?;
                return Ok(StepResult::Done { share: None, waiting_for });
            }
            Step::DisassociateResourceShare { share, resources, principals, sources } => {
                let arn = &self.resolve(share);
                let members = Members {
                    resources: resources.clone(),
                    principals: principals.clone(),
                    sources: sources.clone(),
                };
                let call =
                    self.call(id, Patience::with(share), || ram.disassociate_resource_share(arn, &members));
                absent_is_fine(call.await)?;
                self.await_no_members(id, ram, arn, &members).await?;
            }
            Step::AssociateResourceSharePermission { share, permission, replace } => {
                let arn = &self.resolve(share);
                self.call(id, Patience::with(share), || {
                    ram.associate_resource_share_permission(arn, permission, *replace)
                })
                .await?;
                self.await_permission(id, ram, arn, permission, *replace).await?;
            }
            Step::DisassociateResourceSharePermission { share, permission } => {
                let arn = &self.resolve(share);
                let call = self.call(id, Patience::with(share), || {
                    ram.disassociate_resource_share_permission(arn, permission)
                });
                absent_is_fine(call.await)?;
                self.await_no_permission(id, ram, arn, permission).await?;
            }
            Step::TagResource { share, tags } => {
                let arn = &self.resolve(share);
                self.call(id, Patience::with(share), || ram.tag_resource(arn, tags)).await?;
            }
            Step::RecordApplied { share, record } => {
                let arn = &self.resolve(share);
                let tags = Tags::from([(TAG_APPLIED.to_owned(), record.bound(arn))]);
                self.call(id, Patience::with(share), || ram.tag_resource(arn, &tags)).await?;
            }
            Step::UntagResource { share, keys } => {
                let arn = &self.resolve(share);
                self.call(id, Patience::with(share), || ram.untag_resource(arn, keys)).await?;
            }
            Step::DeleteResourceShare { share } => {
                absent_is_fine(
                    self.call(id, Patience::default(), || ram.delete_resource_share(share)).await,
                )?;
                self.await_deletion(id, ram, share).await?;
            }
            Step::AcceptResourceShareInvitation { share, sender } => {
                return self.accept(id, ram, &self.resolve(share), sender).await;
            }
            Step::RejectResourceShareInvitation { share, sender } => {
                self.reject(id, ram, share, sender).await?;
            }
            Step::LeaveResourceShare { share, account } => self.leave(id, ram, share, account).await?,
        }
        Ok(done)
    }

    fn resolve(&self, share: &ShareRef) -> ShareArn {
        match share {
            ShareRef::Known(arn) => arn.clone(),
            ShareRef::CreatedBy(step) => self
                .made
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get(step)
                .cloned()
                .expect("a step needs the one that makes its share, and starts after it"),
        }
    }

    pub(crate) fn tell(&self, event: Event) {
        (self.events)(event);
    }

    /// Makes a call until it goes through, as long as what stands in its way may pass. Repeating is safe: what would make a second thing
    /// bears the same token, and everything else has the same effect again.
    pub(crate) async fn call<T, F, A>(&self, step: StepId, patience: Patience, call: F) -> Result<T, Failure>
    where
        F: Fn() -> A,
        A: Future<Output = Result<T, CloudError>>,
    {
        let mut backoff = Backoff::new(self.settings);
        let mut repeats = 0;
        let mut called = false;
        loop {
            let error = match call().await {
                Ok(answer) => {
                    self.pulse.beat();
                    return Ok(answer);
                }
                Err(error) => error,
            };
            called |= error.maybe_done;
            if !error.is_passing() {
                self.pulse.beat();
            }
            let limit = match error.kind {
                ErrorKind::InvalidState | ErrorKind::Throttled => self.settings.deadline,
                ErrorKind::OrganizationSharing if self.enabled_now.load(Ordering::Relaxed) => {
                    self.settings.deadline
                }
                // RAM says the same of an account, where the type of the resource stays inside the organization.
                ErrorKind::OrganizationSharing => self.settings.onboarding_grace,
                ErrorKind::NotFound if patience.new_share => self.settings.visibility,
                _ if error.is_passing() && repeats < self.settings.repeats => self.settings.deadline,
                _ => Duration::ZERO,
            };
            let given_up = error.is_passing() && self.pulse.silence() >= self.settings.deadline;
            if given_up || backoff.elapsed() >= limit {
                return Err(Failure::Call(CloudError { maybe_done: called, ..error }));
            }
            repeats += 1;
            let why =
                if error.kind == ErrorKind::OrganizationSharing && self.enabled_now.load(Ordering::Relaxed) {
                    "AWS is still turning on sharing inside the organization".to_owned()
                } else {
                    error.detail()
                };
            self.tell(Event::Retrying { step, why: why.clone() });
            if !self.sleep(backoff.pause()).await {
                return Err(Failure::Stopped { called, what: why });
            }
        }
    }

    /// Looks until what was asked for is there.
    pub(crate) async fn wait<T, F, A>(&self, step: StepId, look: F) -> Result<T, Failure>
    where
        F: FnMut(Duration) -> A,
        A: Future<Output = Result<Look<T>, CloudError>>,
    {
        self.wait_within(step, self.settings.deadline, look).await
    }

    /// The same, for no longer than a time.
    pub(crate) async fn wait_within<T, F, A>(
        &self,
        step: StepId,
        deadline: Duration,
        mut look: F,
    ) -> Result<T, Failure>
    where
        F: FnMut(Duration) -> A,
        A: Future<Output = Result<Look<T>, CloudError>>,
    {
        let mut backoff = Backoff::new(self.settings);
        let mut told = String::new();
        loop {
            let looked = look(backoff.elapsed()).await;
            if looked.is_ok() {
                self.pulse.beat();
            }
            let what = match looked {
                Ok(Look::Settled(value)) => return Ok(value),
                Ok(Look::Failed(failure)) => return Err(failure),
                Ok(Look::Pending(what)) => what,
                Err(error) if error.is_passing() || error.kind == ErrorKind::NotFound => error.detail(),
                Err(error) => return Err(Failure::Unverified(error)),
            };
            let after = backoff.elapsed();
            if after >= deadline {
                return Err(Failure::Timeout { what, after });
            }
            if what != told {
                self.tell(Event::Waiting { step, what: what.clone() });
                told.clone_from(&what);
            }
            if !self.sleep(backoff.pause()).await {
                return Err(Failure::Stopped { called: true, what });
            }
        }
    }

    /// False: asked to stop before the pause was over.
    async fn sleep(&self, pause: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => false,
            () = tokio::time::sleep(pause) => true,
        }
    }
}

/// Taking away what is not there is success.
pub(crate) fn absent_is_fine(result: Result<(), Failure>) -> Result<(), Failure> {
    match result {
        Err(Failure::Call(error)) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::AlreadyDone) => {
            Ok(())
        }
        other => other,
    }
}
