//! Making customer managed permissions of those that resource policies made.

use serde_json::Value;

use crate::sandbox::services::ram::output::value;
use crate::sandbox::services::ram::permissions::reads::summary;
use crate::sandbox::services::ram::permissions::template::check_name;
use crate::sandbox::services::ram::permissions::{
    PermissionInput, Resolved, customer, is_attached, is_there,
};
use crate::sandbox::services::ram::{INVALID, invalid, object, once};
use crate::sandbox::services::{Answer, Call, Operation, Refusal};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ram::*;

pub(super) const OPERATIONS: &[Operation] =
    &[Operation::write("PromotePermissionCreatedFromPolicy", promote)];

/// Makes a customer managed permission of one that a resource policy made.
fn promote(call: &Call<'_>, state: &mut State) -> Answer {
    once(call, state, "PromotePermissionCreatedFromPolicy", |call, state| {
        let input: PermissionInput = call.input(INVALID)?;
        let missing = || Refusal::new("MissingRequiredParameterException", "Specify permissionArn and name.");
        let source = customer(call, state, &input.permission_arn.ok_or_else(missing)?)?;
        let name = input.name.ok_or_else(missing)?;
        check_name(&name)?;
        if source.feature_set != FeatureSet::CreatedFromPolicy {
            return Err(invalid("The permission was not created from a resource-based policy."));
        }
        let key = Permission::key(&call.caller.account, call.region, &name);
        if state.permissions.get(&key).is_some_and(is_there) {
            return Err(invalid(format!("A permission with the name {name} already exists.")));
        }
        let permission = Permission {
            name,
            feature_set: FeatureSet::Standard,
            created: call.now,
            updated: call.now,
            ..source
        };
        state.permissions.put(key, permission.clone());
        let output = summary(state, &Resolved::Customer(Box::new(permission.clone())), permission.default);
        Ok(object([("permission", value(&output))]))
    })
}

/// The customer managed permission that says the same as a policy-made attachment, with its default version.
pub(crate) fn standard_twin(state: &State, attached: &Attachment) -> Result<(String, u32), Refusal> {
    let text = |permission: &Permission, version: u32| {
        permission.versions.get(&version).and_then(|v| serde_json::from_str::<Value>(&v.policy).ok())
    };
    let unmatched = || {
        Refusal::new(
            "UnmatchedPolicyPermissionException",
            "No managed permission matches the policy of the resource share. Promote its permission first.",
        )
    };
    let place = place(&attached.share.account, &attached.share.region);
    let mut mine = state.permissions.under(&place).map(|(_, permission)| permission).filter(|p| is_there(p));
    let source = state
        .permissions
        .under(&place)
        .map(|(_, permission)| permission)
        .find(|permission| permission.arn() == attached.permission)
        .ok_or_else(unmatched)?;
    if source.feature_set == FeatureSet::Standard {
        return Ok((attached.permission.clone(), attached.version));
    }
    let wanted = text(source, attached.version).ok_or_else(unmatched)?;
    mine.find(|permission| {
        permission.feature_set == FeatureSet::Standard
            && permission.resource_type == source.resource_type
            && text(permission, permission.default).as_ref() == Some(&wanted)
    })
    .map(|permission| (permission.arn(), permission.default))
    .ok_or_else(unmatched)
}

/// Removes a policy-made permission that no share uses any more.
pub(crate) fn forget_unused(state: &mut State, arn: &str) {
    if is_attached(state, arn, None) {
        return;
    }
    let key = state
        .permissions
        .iter()
        .find(|(_, permission)| permission.feature_set != FeatureSet::Standard && permission.arn() == arn)
        .map(|(key, _)| key.to_owned());
    if let Some(key) = key {
        state.permissions.remove(&key);
    }
}
