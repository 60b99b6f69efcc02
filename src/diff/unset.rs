//! Permissions of types that no block names.

use crate::desired;
use crate::model::{PermissionArn, ResourceType};

/// Whether it is what RAM attaches for a type when no permission is named.
pub(crate) fn is_default(kind: &ResourceType, permission: &PermissionArn) -> bool {
    permission.is_aws_default()
        || permission.is_aws_managed()
            && desired::default_permission(kind).is_some_and(|name| name == permission.name())
}

/// What RAM attaches for a type when no permission is named, in the partition of this one. None where no source shows it.
pub(crate) fn default_permission(kind: &ResourceType, beside: &PermissionArn) -> Option<PermissionArn> {
    let name = desired::default_permission(kind)?;
    let partition = beside.arn().partition();
    PermissionArn::parse(&format!("arn:{partition}:ram::aws:permission/{name}")).ok()
}
