//! Turning on sharing inside the organization.

use std::sync::atomic::Ordering;

use crate::apply::event::Event;
use crate::apply::failure::Failure;
use crate::apply::step::{Look, Patience, Run};
use crate::cloud::{
    Cloud, ErrorKind, IamRead, IamWrite, RAM_ROLE, RAM_SERVICE, RamWrite, RoleState, sharing_facts,
};
use crate::model::Place;
use crate::plan::StepId;

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
}
