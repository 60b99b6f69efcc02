//! The versions that a customer managed permission has, and the look-up of one.

use std::collections::BTreeMap;

use crate::cloud::fake::{FakeClient, World};
use crate::cloud::{CloudError, ErrorKind};
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
}
