//! Making, changing and deleting customer managed permissions and their versions.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::sandbox::services::ram::output::value;
use crate::sandbox::services::ram::permissions::parameters::{DeclarationIn, declared};
use crate::sandbox::services::ram::permissions::reads::{detail, summary};
use crate::sandbox::services::ram::permissions::template::{check_name, check_policy};
use crate::sandbox::services::ram::permissions::{
    PermissionInput, Resolved, changeable, is_attached, is_there, store,
};
use crate::sandbox::services::ram::tags::{TagIn, read_tags};
use crate::sandbox::services::ram::{
    INVALID, invalid, kinds, not_permitted, object, once, required, unknown,
};
use crate::sandbox::services::{Answer, Call, Operation, Refusal};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ram::*;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreatePermission", create),
    Operation::write("CreatePermissionVersion", create_version),
    Operation::write("SetDefaultPermissionVersion", set_default),
    Operation::write("UpdatePermission", update),
    Operation::write("DeletePermission", delete),
    Operation::write("DeletePermissionVersion", delete_version),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateInput {
    name: Option<String>,
    resource_type: Option<String>,
    policy_template: Option<String>,
    permission_template_parameters: Option<Vec<DeclarationIn>>,
    tags: Option<Vec<TagIn>>,
    permission_arn: Option<String>,
}

fn create(call: &Call<'_>, state: &mut State) -> Answer {
    once(call, state, "CreatePermission", |call, state| {
        let input: CreateInput = call.input(INVALID)?;
        let name = required(input.name, "name")?;
        let code = required(input.resource_type, "resourceType")?;
        let policy = required(input.policy_template, "policyTemplate")?;
        check_name(&name)?;
        let kind = kinds::by_code(&code).ok_or_else(|| invalid(format!("Invalid resource type: {code}")))?;
        let key = Permission::key(&call.caller.account, call.region, &name);
        if let Some(there) = state.permissions.get(&key).filter(|there| is_there(there)) {
            let message = format!("The permission {} already exists.", there.arn());
            return Err(Refusal::new("PermissionAlreadyExistsException", message).with_status(409));
        }
        if kind.code() != code {
            return Err(invalid(format!("Invalid resource type: {code}")));
        }
        if !kind.customer_permissions() && !call.behaviour.lenient {
            return Err(invalid(format!(
                "The resource type {code} does not support customer managed permissions."
            )));
        }
        check_policy(&policy, kind.code())?;
        let parameters = declared(input.permission_template_parameters.unwrap_or_default(), &policy)?;
        let tags = read_tags(input.tags.unwrap_or_default(), &Tags::new())?;
        let mine: Vec<&Permission> = state
            .permissions
            .under(&place(&call.caller.account, call.region))
            .map(|(_, permission)| permission)
            .filter(|permission| is_there(permission))
            .collect();
        if mine.len() >= 1_500
            || mine.iter().filter(|permission| permission.resource_type == code).count() >= 10
        {
            return Err(Refusal::new(
                "PermissionLimitExceededException",
                "You have reached the number of customer managed permissions that you can have.",
            ));
        }
        let version = PermissionVersion { policy, created: call.now, parameters };
        let permission = Permission {
            account: call.caller.account.clone(),
            region: call.region.to_owned(),
            name,
            resource_type: code,
            status: PermissionStatus::Attachable,
            feature_set: FeatureSet::Standard,
            versions: BTreeMap::from([(1, version)]),
            default: 1,
            next: 2,
            tags,
            created: call.now,
            updated: call.now,
            due: None,
        };
        state.permissions.put(key, permission.clone());
        let output = summary(state, &Resolved::Customer(Box::new(permission)), 1);
        Ok(object([("permission", value(&output))]))
    })
}

fn create_version(call: &Call<'_>, state: &mut State) -> Answer {
    once(call, state, "CreatePermissionVersion", |call, state| {
        let input: CreateInput = call.input(INVALID)?;
        let mut permission = changeable(call, state, &required(input.permission_arn, "permissionArn")?)?;
        let policy = required(input.policy_template, "policyTemplate")?;
        check_policy(&policy, &permission.resource_type)?;
        let parameters = declared(input.permission_template_parameters.unwrap_or_default(), &policy)?;
        if permission.versions.len() >= 5 {
            return Err(Refusal::new(
                "PermissionVersionsLimitExceededException",
                "The permission has five versions, the most that it can have. Delete one first.",
            ));
        }
        let number = permission.next;
        permission.versions.insert(number, PermissionVersion { policy, created: call.now, parameters });
        (permission.default, permission.next, permission.updated) = (number, number + 1, call.now);
        store(state, permission.clone());
        Ok(object([("permission", detail(state, &Resolved::Customer(Box::new(permission)), number)?)]))
    })
}

fn set_default(call: &Call<'_>, state: &mut State) -> Answer {
    once(call, state, "SetDefaultPermissionVersion", |call, state| {
        let input: PermissionInput = call.input(INVALID)?;
        let mut permission = changeable(call, state, &required(input.permission_arn, "permissionArn")?)?;
        let version = required(input.permission_version, "permissionVersion")?.number()?;
        if !permission.versions.contains_key(&version) {
            return Err(unknown(format!("Version {version} of {} could not be found.", permission.arn())));
        }
        (permission.default, permission.updated) = (version, call.now);
        store(state, permission);
        Ok(object([("returnValue", Value::Bool(true))]))
    })
}

fn update(call: &Call<'_>, state: &mut State) -> Answer {
    once(call, state, "UpdatePermission", |call, state| {
        let input: PermissionInput = call.input(INVALID)?;
        let mut permission = changeable(call, state, &required(input.permission_arn, "permissionArn")?)?;
        let status = required(input.status, "status")?;
        if !matches!(status, PermissionStatus::Attachable | PermissionStatus::Deprecated) {
            return Err(invalid("The status can be set to ATTACHABLE or DEPRECATED."));
        }
        (permission.status, permission.updated) = (status, call.now);
        store(state, permission);
        Ok(object([("permissionStatus", value(&status))]))
    })
}

fn delete(call: &Call<'_>, state: &mut State) -> Answer {
    once(call, state, "DeletePermission", |call, state| {
        let input: PermissionInput = call.input(INVALID)?;
        let mut permission = changeable(call, state, &required(input.permission_arn, "permissionArn")?)?;
        if is_attached(state, &permission.arn(), None) {
            return Err(not_permitted(
                "You cannot delete a permission that is associated with a resource share.",
            ));
        }
        (permission.status, permission.updated) = (PermissionStatus::Deleting, call.now);
        permission.due = Some(call.now + call.behaviour.leaves_in(&permission.name));
        store(state, permission);
        Ok(object([
            ("returnValue", Value::Bool(true)),
            ("permissionStatus", value(&PermissionStatus::Deleting)),
        ]))
    })
}

fn delete_version(call: &Call<'_>, state: &mut State) -> Answer {
    once(call, state, "DeletePermissionVersion", |call, state| {
        let input: PermissionInput = call.input(INVALID)?;
        let mut permission = changeable(call, state, &required(input.permission_arn, "permissionArn")?)?;
        let version = required(input.permission_version, "permissionVersion")?.number()?;
        if permission.default == version {
            return Err(not_permitted("You cannot delete the default version of a permission."));
        }
        if is_attached(state, &permission.arn(), Some(version)) {
            return Err(not_permitted(
                "You cannot delete a permission version that is associated with a resource share.",
            ));
        }
        if permission.versions.remove(&version).is_none() {
            return Err(unknown(format!("Version {version} of {} could not be found.", permission.arn())));
        }
        permission.updated = call.now;
        store(state, permission);
        Ok(object([
            ("returnValue", Value::Bool(true)),
            ("permissionStatus", value(&PermissionStatus::Deleted)),
        ]))
    })
}
