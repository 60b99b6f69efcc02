//! A permission as written, completed to its ARN.

use std::collections::BTreeMap;

use crate::desired::graph::ManagedPermission;
use crate::desired::name::permission_name;
use crate::desired::view::own_spelling;
use crate::lang::{Declaration, PermissionBlock, PermissionUse, ShareBlock};
use crate::model::{Action, Address, Conditions, PermissionArn, PermissionPolicy, Place, conditions};

/// A permission that AWS made, or one of a customer.
#[derive(Clone)]
pub(crate) enum WrittenPermission {
    AwsManaged(PermissionArn),
    CustomerManaged(PermissionArn),
}

impl WrittenPermission {
    pub(crate) fn arn(&self) -> &PermissionArn {
        match self {
            Self::AwsManaged(arn) | Self::CustomerManaged(arn) => arn,
        }
    }
}

/// The `permission` blocks of a stack, by address.
pub(crate) type PermissionBlocks<'a> = BTreeMap<&'a Address, &'a PermissionBlock>;

/// The name that the permission of a block has.
pub(crate) fn name_of(block: &PermissionBlock) -> String {
    block.name.as_ref().map_or_else(|| permission_name(&block.address), |name| name.value.clone())
}

/// The permission of a block, once the rules let it pass.
pub(crate) fn settled_permission(block: &PermissionBlock) -> ManagedPermission {
    let conditions = block
        .condition
        .as_ref()
        .map_or_else(|| Some(Conditions::new()), |condition| conditions(&condition.value));
    let conditions = conditions.expect("a condition without a form is an error");
    let actions = block.actions.iter().map(|action| Action::read(&action.value));
    ManagedPermission {
        address: block.address.clone(),
        span: block.span,
        place: Place { account: block.account.value.clone(), region: block.region.value.clone() },
        arn: declared_permission_arn(block).expect("a permission without a name is an error"),
        resource_type: own_spelling(&block.resource_type.value),
        policy: PermissionPolicy::new(actions, conditions),
        tags: block.tags.iter().map(|(key, value)| (key.clone(), value.value.clone())).collect(),
        lifecycle: block.lifecycle.clone(),
    }
}

/// The ARN that the permission of a block has once it is made.
pub(crate) fn declared_permission_arn(block: &PermissionBlock) -> Option<PermissionArn> {
    let name = name_of(block);
    let (account, region) = (&block.account.value, &block.region.value);
    let partition = region.partition().as_str();
    PermissionArn::parse(&format!("arn:{partition}:ram:{region}:{account}:permission/{name}")).ok()
}

/// The permissions that the `permission` blocks of a share name, in their order.
pub(crate) fn permission_arns(declaration: &Declaration, share: &ShareBlock) -> Vec<PermissionArn> {
    let blocks = declaration.permissions.iter().map(|block| (&block.address, block)).collect();
    let named = share.permissions.iter().filter_map(|wanted| read(share, wanted, &blocks));
    named.map(|permission| permission.arn().clone()).collect()
}

/// What a `use` names: a block, a whole ARN, or a name. `AWSRAM...` is AWS's, any other name is one of the share's account and Region.
/// None where it is neither.
///
/// Names of customer managed permissions have 1 to 36 letters, digits, `-`, `_` and `.` (RAM API, `CreatePermission`); AWS's own
/// are longer.
pub(crate) fn read(
    share: &ShareBlock,
    wanted: &PermissionUse,
    blocks: &PermissionBlocks<'_>,
) -> Option<WrittenPermission> {
    if let Some(address) = &wanted.declared {
        return blocks
            .get(address)
            .and_then(|block| declared_permission_arn(block))
            .map(WrittenPermission::CustomerManaged);
    }
    let text = wanted.permission.value.as_str();
    if text.starts_with("arn:") {
        let arn = PermissionArn::parse(text).ok()?;
        let name_is_whole = !arn.name().is_empty() && !arn.name().contains(['/', ':']);
        return name_is_whole.then(|| {
            if arn.is_aws_managed() {
                WrittenPermission::AwsManaged(arn)
            } else {
                WrittenPermission::CustomerManaged(arn)
            }
        });
    }
    let plain = !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    let partition = share.region.value.partition().as_str();
    if plain && text.starts_with("AWSRAM") && text.len() <= 128 {
        let arn = PermissionArn::parse(&format!("arn:{partition}:ram::aws:permission/{text}")).ok()?;
        return Some(WrittenPermission::AwsManaged(arn));
    }
    if !plain || text.len() > 36 {
        return None;
    }
    let (account, region) = (&share.account.value, &share.region.value);
    let arn =
        PermissionArn::parse(&format!("arn:{partition}:ram:{region}:{account}:permission/{text}")).ok()?;
    Some(WrittenPermission::CustomerManaged(arn))
}
