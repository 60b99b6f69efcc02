//! A permission as written, completed to its ARN.

use crate::desired::view::ShareView;
use crate::lang::PermissionUse;
use crate::model::PermissionArn;

/// A permission that AWS made, or one of a customer.
pub(crate) enum WrittenPermission {
    AwsManaged(PermissionArn),
    CustomerManaged(PermissionArn),
}

impl WrittenPermission {
    pub(crate) fn arn(self) -> PermissionArn {
        match self {
            Self::AwsManaged(arn) | Self::CustomerManaged(arn) => arn,
        }
    }
}

/// What a `use` names: a whole ARN, or a name. `AWSRAM...` is AWS's, any other name is one of the share's account and Region.
/// None where it is neither.
///
/// Names of customer managed permissions have 1 to 36 letters, digits, `-`, `_` and `.` (RAM API, `CreatePermission`); AWS's own
/// are longer.
pub(crate) fn read(share: &ShareView<'_>, wanted: &PermissionUse) -> Option<WrittenPermission> {
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
    let partition = share.partition().as_str();
    if plain && text.starts_with("AWSRAM") && text.len() <= 128 {
        let arn = PermissionArn::parse(&format!("arn:{partition}:ram::aws:permission/{text}")).ok()?;
        return Some(WrittenPermission::AwsManaged(arn));
    }
    if !plain || text.len() > 36 {
        return None;
    }
    let (account, region) = (&share.block.account.value, &share.block.region.value);
    let arn =
        PermissionArn::parse(&format!("arn:{partition}:ram:{region}:{account}:permission/{text}")).ok()?;
    Some(WrittenPermission::CustomerManaged(arn))
}
