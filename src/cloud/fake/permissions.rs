//! The versions that a customer managed permission has, and the look-up of one.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::cloud::fake::{FakeClient, World};
use crate::cloud::{CloudError, CreatedVersion, ErrorKind};
use crate::model::PermissionArn;

/// The versions of a permission.
#[derive(Clone, Default)]
pub(crate) struct FakePolicies {
    pub versions: BTreeMap<u32, String>,
    pub default: u32,
}

impl FakeClient {
    pub(super) fn policies<'w>(
        &self,
        world: &'w mut World,
        permission: &PermissionArn,
        action: &'static str,
    ) -> Result<&'w mut FakePolicies, CloudError> {
        let unknown =
            || self.caller.error(ErrorKind::NotFound, action, format!("{permission} could not be found"));
        world.policies.get_mut(permission).ok_or_else(unknown)
    }

    /// What a token made that came with the same request.
    pub(super) fn remembered(
        &self,
        world: &World,
        action: &'static str,
        token: &Uuid,
        request: &str,
    ) -> Result<Option<CreatedVersion>, CloudError> {
        match world.permission_tokens.get(token) {
            Some((before, made)) if before == request => Ok(Some(made.clone())),
            Some(_) => Err(self.mismatch(action)),
            None => Ok(None),
        }
    }

    pub(super) fn remember(
        &self,
        world: &mut World,
        token: &Uuid,
        request: String,
        version: String,
    ) -> CreatedVersion {
        let made = CreatedVersion { version, created: Some(world.now) };
        if world.remembers {
            world.permission_tokens.insert(*token, (request, made.clone()));
        }
        made
    }

    pub(super) fn mismatch(&self, action: &'static str) -> CloudError {
        let code = "IdempotentParameterMismatchException".to_owned();
        CloudError { code, ..self.caller.error(ErrorKind::Conflict, action, "another request") }
    }
}
