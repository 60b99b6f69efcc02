//! Turning on sharing inside the organization, and the while in which RAM does not know of it everywhere.

use std::sync::atomic::Ordering;

use crate::apply::backoff::Backoff;
use crate::apply::event::Event;
use crate::apply::failure::Failure;
use crate::apply::members::Rows;
use crate::apply::step::{Look, Patience, Run, absent_is_fine};
use crate::cloud::{
    Cloud, ErrorKind, IamRead, IamWrite, Members, RAM_ROLE, RAM_SERVICE, RamRead, RamWrite, RoleState,
    sharing_facts,
};
use crate::model::{Place, Principal, ShareArn};
use crate::plan::{PlannedStep, StepId};

impl<C: Cloud, E: Fn(Event) + Sync> Run<'_, C, E> {
    /// RAM's own call, then both of its effects read back: trusted access, and the service-linked role.
    pub(crate) async fn enable_sharing(&self, step: StepId, place: &Place) -> Result<(), Failure> {
        let ram = &self.cloud.ram(place).await.map_err(Failure::Call)?;
        let org = &self.cloud.organization(&place.account).await.map_err(Failure::Call)?;
        let iam = &self.cloud.iam(&place.account).await.map_err(Failure::Call)?;
        if let Err(failure) =
            self.call(step, Patience::default(), || ram.enable_sharing_with_aws_organization()).await
        {
            // The call takes no token. Where an answer was lost, or somebody else was faster, the facts decide.
            if !matches!(sharing_facts(org, iam).await, Ok((true, true))) {
                return Err(failure);
            }
        }
        self.enabled_now.store(true, Ordering::Relaxed);
        self.wait(step, |_| async move {
            Ok(match sharing_facts(org, iam).await? {
                (true, true) => Look::Settled(()),
                (false, true) => Look::Pending(format!("{RAM_SERVICE} has no trusted access yet")),
                (true, false) => Look::Pending(format!("the role {RAM_ROLE} is not there yet")),
                (false, false) => {
                    Look::Pending(format!("neither trusted access nor the role {RAM_ROLE} is there yet"))
                }
            })
        })
        .await
    }

    /// The missing half of half-enabled sharing. Unlike turning trusted access off and on, it takes nobody's access away.
    pub(crate) async fn create_role(&self, step: StepId, place: &Place) -> Result<(), Failure> {
        let iam = &self.cloud.iam(&place.account).await.map_err(Failure::Call)?;
        match self.call(step, Patience::default(), || iam.create_service_linked_role(RAM_SERVICE)).await {
            Err(Failure::Call(error)) if error.kind == ErrorKind::AlreadyDone => {}
            other => other?,
        }
        self.enabled_now.store(true, Ordering::Relaxed);
        self.wait(step, |_| async move {
            Ok(match iam.get_role(RAM_ROLE).await? {
                RoleState::Exists => Look::Settled(()),
                RoleState::Missing => Look::Pending(format!("the role {RAM_ROLE} is not there yet")),
            })
        })
        .await
    }

    /// While the organization's onboarding lasts, RAM refuses its members on shares that stay inside, which is waited out, and invites them
    /// like strangers to shares that are open. Those are removed and added again until RAM takes them in; an invitation that nobody
    /// accepted gives nothing, so nobody loses by it. Gives the principals that have to accept all the same.
    pub(crate) async fn take_in<R: RamRead + RamWrite>(
        &self,
        planned: &PlannedStep,
        ram: &R,
        arn: &ShareArn,
        waiting_for: Vec<Principal>,
    ) -> Result<Vec<Principal>, Failure> {
        let Some(address) = planned.address.as_ref().filter(|_| self.enabled_now.load(Ordering::Relaxed))
        else {
            return Ok(waiting_for);
        };
        let is_inside = |principal: &Principal| self.plan.is_inside(address, principal);
        let (mut insiders, strangers): (Vec<_>, Vec<_>) = waiting_for.into_iter().partition(is_inside);
        let backoff = Backoff::new(self.settings);
        let (step, patience) = (planned.id, Patience { new_share: true });
        while let Some(first) = insiders.first()
            && backoff.elapsed() < self.settings.deadline
        {
            let why = format!(
                "AWS took {} for an account outside the organization: it is still turning on sharing inside the organization",
                first.as_str()
            );
            self.tell(Event::Retrying { step, why });
            let members = Members { principals: std::mem::take(&mut insiders), ..Members::default() };
            let call = self.call(step, patience, || ram.disassociate_resource_share(arn, &members));
            absent_is_fine(call.await)?;
            self.await_no_members(step, ram, arn, &members).await?;
            self.call(step, patience, || ram.associate_resource_share(arn, &members)).await?;
            insiders = self.await_members(step, ram, arn, (&members, Rows::Any)).await?;
        }
        Ok(strangers.into_iter().chain(insiders).collect())
    }
}
