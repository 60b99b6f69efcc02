//! The two IAM calls around RAM's service-linked role.

use std::sync::Arc;

use crate::aws::error::{Effect, convert};
use crate::cloud::{Caller, CloudError, ErrorKind, IamRead, IamWrite, RoleState};

/// IAM in one account.
#[derive(Clone, Debug)]
pub struct IamClient {
    client: aws_sdk_iam::Client,
    caller: Arc<Caller>,
}

impl IamClient {
    pub(crate) fn new(client: aws_sdk_iam::Client, caller: Caller) -> Self {
        Self { client, caller: Arc::new(caller) }
    }
}

impl IamRead for IamClient {
    async fn get_role(&self, name: &str) -> Result<RoleState, CloudError> {
        let answer = self.client.get_role().role_name(name).send().await;
        const ACTION: &str = "iam:GetRole";
        match answer.map_err(|error| convert(&self.caller, ACTION, Effect::Reads, error)) {
            Ok(answer) if answer.role().is_some_and(|role| role.role_name() == name) => Ok(RoleState::Exists),
            Ok(_) => {
                let message = format!("the reply is not about the role {name}");
                Err(self.caller.error(ErrorKind::Unreadable, ACTION, message))
            }
            Err(error) if error.kind == ErrorKind::NotFound => Ok(RoleState::Missing),
            Err(error) => Err(error),
        }
    }
}

impl IamWrite for IamClient {
    async fn create_service_linked_role(&self, service: &str) -> Result<(), CloudError> {
        let answer = self.client.create_service_linked_role().aws_service_name(service).send().await;
        match answer
            .map_err(|error| convert(&self.caller, "iam:CreateServiceLinkedRole", Effect::Writes, error))
        {
            Ok(_) => Ok(()),
            Err(error) if error.kind == ErrorKind::AlreadyDone => Ok(()),
            Err(error) => Err(error),
        }
    }
}
