//! Managed permissions: AWS's, and those that customers write.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::model::PermissionArn;
use crate::sandbox::clock::seconds;
use crate::sandbox::services::ram::kinds::{self, Managed};
use crate::sandbox::services::ram::output::{tags, value};
use crate::sandbox::services::ram::tags::{TagIn, read_tags};
use crate::sandbox::services::ram::{
    INVALID, invalid, malformed_arn, not_permitted, object, once, one_of, pager, required, unknown,
};
use crate::sandbox::services::{Answer, Call, Operation, Refusal, answer};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ram::*;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read("ListPermissions", list),
    Operation::read("ListPermissionVersions", list_versions),
    Operation::read("GetPermission", get),
    Operation::write("CreatePermission", create),
    Operation::write("CreatePermissionVersion", create_version),
    Operation::write("SetDefaultPermissionVersion", set_default),
    Operation::write("UpdatePermission", update),
    Operation::write("DeletePermission", delete),
    Operation::write("DeletePermissionVersion", delete_version),
    Operation::write("PromotePermissionCreatedFromPolicy", promote),
];

/// A permission that an ARN names, found.
pub(super) enum Resolved {
    Aws(Managed),
    Customer(Box<Permission>),
}

impl Resolved {
    pub(super) fn arn(&self) -> String {
        match self {
            Self::Aws(managed) => managed.arn(),
            Self::Customer(permission) => permission.arn(),
        }
    }

    pub(super) fn resource_type(&self) -> &str {
        match self {
            Self::Aws(managed) => managed.kind.code(),
            Self::Customer(permission) => &permission.resource_type,
        }
    }

    pub(super) fn default_version(&self, state: &State) -> u32 {
        match self {
            Self::Aws(managed) => managed.version(state),
            Self::Customer(permission) => permission.default,
        }
    }

    pub(super) fn feature_set(&self) -> FeatureSet {
        match self {
            Self::Aws(_) => FeatureSet::Standard,
            Self::Customer(permission) => permission.feature_set,
        }
    }

    /// The policy text of a version that exists.
    pub(super) fn policy(&self, state: &State, version: u32) -> Option<String> {
        match self {
            Self::Aws(managed) => {
                (1..=managed.version(state)).contains(&version).then(|| managed.policy(version))
            }
            Self::Customer(permission) => {
                permission.versions.get(&version).map(|version| version.policy.clone())
            }
        }
    }

    pub(super) fn must_be_attachable(&self) -> Result<(), Refusal> {
        match self {
            Self::Customer(permission) if permission.status == PermissionStatus::Deprecated => {
                Err(not_permitted(format!("The permission {} is deprecated.", permission.arn())))
            }
            _ => Ok(()),
        }
    }
}

fn no_such_permission(arn: &str) -> Refusal {
    unknown(format!("Permission {arn} could not be found."))
}

/// Finds a permission that the caller may use: AWS's, or its own in the call's Region.
pub(super) fn resolve(call: &Call<'_>, state: &State, arn: &str) -> Result<Resolved, Refusal> {
    let parsed = PermissionArn::parse(arn).map_err(|_| malformed_arn(arn))?;
    if parsed.is_aws_managed() {
        return kinds::managed_by_name(parsed.name())
            .map(Resolved::Aws)
            .ok_or_else(|| no_such_permission(arn));
    }
    let (account, region) = (parsed.arn().account(), parsed.arn().region());
    state
        .permissions
        .get(&Permission::key(account, region, parsed.name()))
        .filter(|permission| account == call.caller.account && region == call.region && is_there(permission))
        .map(|permission| Resolved::Customer(Box::new(permission.clone())))
        .ok_or_else(|| no_such_permission(arn))
}

fn is_there(permission: &Permission) -> bool {
    !matches!(permission.status, PermissionStatus::Deleting | PermissionStatus::Deleted)
}

fn customer(call: &Call<'_>, state: &State, arn: &str) -> Result<Permission, Refusal> {
    match resolve(call, state, arn)? {
        Resolved::Customer(permission) => Ok(*permission),
        Resolved::Aws(_) => Err(not_permitted(format!("You cannot change {arn}, which AWS manages."))),
    }
}

/// A customer permission that may be changed: not one that a resource policy made.
fn changeable(call: &Call<'_>, state: &State, arn: &str) -> Result<Permission, Refusal> {
    let permission = customer(call, state, arn)?;
    if permission.feature_set != FeatureSet::Standard {
        return Err(not_permitted(
            "You cannot modify a permission that was created from a resource-based policy.",
        ));
    }
    Ok(permission)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SummaryOut {
    arn: String,
    version: String,
    default_version: bool,
    name: String,
    resource_type: String,
    status: Value,
    creation_time: f64,
    last_updated_time: f64,
    is_resource_type_default: bool,
    permission_type: &'static str,
    feature_set: FeatureSet,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Value>,
    resource_owner: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    permission_template_parameters: Vec<Value>,
}

/// AWS made its permissions at some time; the figure says no more.
const AWS_PUBLISHED: f64 = 1_543_536_000.0;

pub(super) fn summary(state: &State, found: &Resolved, version: u32) -> SummaryOut {
    let default = found.default_version(state);
    match found {
        Resolved::Aws(managed) => SummaryOut {
            arn: managed.arn(),
            version: version.to_string(),
            default_version: version == default,
            name: managed.name.to_owned(),
            resource_type: managed.kind.code().to_owned(),
            status: if version == default { "ATTACHABLE".into() } else { "UNATTACHABLE".into() },
            creation_time: AWS_PUBLISHED,
            last_updated_time: AWS_PUBLISHED,
            is_resource_type_default: managed.is_default,
            permission_type: "AWS_MANAGED",
            feature_set: FeatureSet::Standard,
            tags: None,
            resource_owner: "SELF",
            permission_template_parameters: Vec::new(),
        },
        Resolved::Customer(permission) => SummaryOut {
            arn: permission.arn(),
            version: version.to_string(),
            default_version: version == default,
            name: permission.name.clone(),
            resource_type: permission.resource_type.clone(),
            status: match permission.status {
                PermissionStatus::Attachable if version != default => value(&PermissionStatus::Unattachable),
                status => value(&status),
            },
            creation_time: seconds(
                permission.versions.get(&version).map_or(permission.created, |v| v.created),
            ),
            last_updated_time: seconds(permission.updated),
            is_resource_type_default: false,
            permission_type: "CUSTOMER_MANAGED",
            feature_set: permission.feature_set,
            tags: Some(&permission.tags).filter(|all| !all.is_empty()).map(|all| value(&tags(all))),
            resource_owner: "SELF",
            permission_template_parameters: permission
                .versions
                .get(&version)
                .map(|version| version.parameters.clone())
                .unwrap_or_default(),
        },
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DetailOut<'a> {
    #[serde(flatten)]
    summary: SummaryOut,
    permission: &'a str,
}

/// A permission with its policy text.
fn detail(state: &State, found: &Resolved, version: u32) -> Result<Value, Refusal> {
    let policy = found
        .policy(state, version)
        .ok_or_else(|| unknown(format!("Version {version} of {} could not be found.", found.arn())))?;
    Ok(value(&DetailOut { summary: summary(state, found, version), permission: &policy }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListInput {
    resource_type: Option<String>,
    permission_type: Option<String>,
    permission_status: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListOutput {
    permissions: Vec<SummaryOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

fn list(call: &Call<'_>, state: &State) -> Answer {
    let input: ListInput = call.input(INVALID)?;
    one_of(input.permission_type.as_deref(), "permissionType", &["ALL", "AWS_MANAGED", "CUSTOMER_MANAGED"])?;
    one_of(
        input.permission_status.as_deref(),
        "permissionStatus",
        &["ATTACHABLE", "UNATTACHABLE", "DELETING", "DELETED", "DEPRECATED"],
    )?;
    let wants =
        |kind: &str| input.permission_type.as_deref().is_none_or(|wanted| wanted == "ALL" || wanted == kind);
    let of_type =
        |code: &str| input.resource_type.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(code));
    let pager = pager(call, "ListPermissions", false)?;
    let mut rows: BTreeMap<String, SummaryOut> = BTreeMap::new();
    if wants("AWS_MANAGED") {
        for managed in kinds::managed().filter(|managed| of_type(managed.kind.code())) {
            let found = Resolved::Aws(managed);
            rows.insert(managed.arn(), summary(state, &found, managed.version(state)));
        }
    }
    if wants("CUSTOMER_MANAGED") {
        for (_, permission) in state.permissions.under(&place(&call.caller.account, call.region)) {
            if of_type(&permission.resource_type) {
                let found = Resolved::Customer(Box::new(permission.clone()));
                rows.insert(permission.arn(), summary(state, &found, permission.default));
            }
        }
    }
    if let Some(status) = &input.permission_status {
        rows.retain(|_, row| row.status == status.as_str());
    }
    let page = pager.take_sorted(rows);
    answer(&ListOutput { permissions: page.rows, next_token: page.next })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PermissionInput {
    permission_arn: Option<String>,
    permission_version: Option<VersionNumber>,
    name: Option<String>,
    status: Option<PermissionStatus>,
}

/// In a query string all is text.
#[derive(Deserialize)]
#[serde(untagged)]
enum VersionNumber {
    Number(u32),
    Text(String),
}

impl VersionNumber {
    fn number(&self) -> Result<u32, Refusal> {
        match self {
            Self::Number(number) => Ok(*number),
            Self::Text(text) => {
                text.parse().map_err(|_| invalid(format!("{text} is not a permission version.")))
            }
        }
    }
}

fn list_versions(call: &Call<'_>, state: &State) -> Answer {
    let input: PermissionInput = call.input(INVALID)?;
    let found = resolve(call, state, &required(input.permission_arn, "permissionArn")?)?;
    let versions: Vec<u32> = match &found {
        Resolved::Aws(managed) => (1..=managed.version(state)).collect(),
        Resolved::Customer(permission) => permission.versions.keys().copied().collect(),
    };
    let rows =
        versions.into_iter().map(|version| (format!("{version:010}"), summary(state, &found, version)));
    let page = pager(call, "ListPermissionVersions", false)?.take_sorted(rows);
    answer(&ListOutput { permissions: page.rows, next_token: page.next })
}

fn get(call: &Call<'_>, state: &State) -> Answer {
    let input: PermissionInput = call.input(INVALID)?;
    let found = resolve(call, state, &required(input.permission_arn, "permissionArn")?)?;
    let version = match input.permission_version {
        None => found.default_version(state),
        Some(version) => version.number()?,
    };
    answer(&json!({"permission": detail(state, &found, version)?}))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateInput {
    name: Option<String>,
    resource_type: Option<String>,
    policy_template: Option<String>,
    permission_template_parameters: Option<Vec<Value>>,
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
        let kind = kinds::by_code(&code).filter(|kind| kind.code() == code).ok_or_else(|| {
            invalid(format!("The resource type {code} is not valid. Resource types are case-sensitive."))
        })?;
        if !kind.customer_permissions() && !call.behaviour.lenient {
            return Err(invalid(format!(
                "The resource type {code} does not support customer managed permissions."
            )));
        }
        check_policy(&policy, kind.code())?;
        let tags = read_tags(input.tags.unwrap_or_default(), &Tags::new())?;
        let key = Permission::key(&call.caller.account, call.region, &name);
        if state.permissions.get(&key).is_some_and(is_there) {
            let message = format!("A permission with the name {name} already exists.");
            return Err(Refusal::new("PermissionAlreadyExistsException", message).with_status(409));
        }
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
        let version = PermissionVersion {
            policy,
            created: call.now,
            parameters: input.permission_template_parameters.unwrap_or_default(),
        };
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

fn check_name(name: &str) -> Result<(), Refusal> {
    let valid = (1..=36).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
    if valid {
        Ok(())
    } else {
        Err(invalid(format!("The permission name {name} does not match [\\w.-]{{1,36}}.")))
    }
}

/// A template has an effect, actions of the type's service and at most a condition.
fn check_policy(text: &str, code: &str) -> Result<(), Refusal> {
    let malformed =
        |why: &str| Refusal::new("MalformedPolicyTemplateException", format!("The policy template {why}."));
    let policy: Value = serde_json::from_str(text).map_err(|_| malformed("is not valid JSON"))?;
    let members = policy.as_object().ok_or_else(|| malformed("is not a JSON object"))?;
    if let Some(other) = members.keys().find(|key| !matches!(key.as_str(), "Effect" | "Action" | "Condition"))
    {
        return Err(malformed(&format!(
            "has the element {other}; only Effect, Action and Condition are allowed"
        )));
    }
    if !members
        .get("Effect")
        .and_then(Value::as_str)
        .is_some_and(|effect| effect.eq_ignore_ascii_case("allow"))
    {
        return Err(malformed("must have the Effect Allow"));
    }
    let actions: Vec<&str> = match members.get("Action") {
        Some(Value::String(action)) => vec![action],
        Some(Value::Array(actions)) => actions
            .iter()
            .map(Value::as_str)
            .collect::<Option<_>>()
            .ok_or_else(|| malformed("has an Action that is no text"))?,
        _ => Vec::new(),
    };
    if actions.is_empty() {
        return Err(malformed("has no Action"));
    }
    let service = code.split(':').next().unwrap_or_default();
    if let Some(action) = actions.iter().find(|action| !action.contains(':')) {
        return Err(Refusal::new(
            "InvalidPolicyException",
            format!("{action} is not an action of {service}."),
        ));
    }
    for (operator, keys) in members.get("Condition").and_then(Value::as_object).into_iter().flatten() {
        if operator.contains("Not") {
            return Err(malformed(&format!("has the negated condition operator {operator}")));
        }
        for key in keys.as_object().into_iter().flatten().map(|(key, _)| key.to_ascii_lowercase()) {
            const FORBIDDEN: [&str; 7] = [
                "aws:principalorgid",
                "aws:principalorgpaths",
                "aws:principalaccount",
                "aws:sourcearn",
                "aws:sourceaccount",
                "aws:sourceorgpaths",
                "aws:sourceorgid",
            ];
            let reserved = ["aws:principaltag/aws:", "aws:resourcetag/aws:", "aws:requesttag/aws:"];
            if FORBIDDEN.contains(&key.as_str()) || reserved.iter().any(|prefix| key.starts_with(prefix)) {
                return Err(malformed(&format!("has the condition key {key}, which is not allowed")));
            }
        }
    }
    Ok(())
}

fn create_version(call: &Call<'_>, state: &mut State) -> Answer {
    once(call, state, "CreatePermissionVersion", |call, state| {
        let input: CreateInput = call.input(INVALID)?;
        let mut permission = changeable(call, state, &required(input.permission_arn, "permissionArn")?)?;
        let policy = required(input.policy_template, "policyTemplate")?;
        check_policy(&policy, &permission.resource_type)?;
        if permission.versions.len() >= 5 {
            return Err(Refusal::new(
                "PermissionVersionsLimitExceededException",
                "The permission has five versions, the most that it can have. Delete one first.",
            ));
        }
        let number = permission.next;
        let parameters = input.permission_template_parameters.unwrap_or_default();
        permission.versions.insert(number, PermissionVersion { policy, created: call.now, parameters });
        (permission.default, permission.next, permission.updated) = (number, number + 1, call.now);
        store(state, permission.clone());
        Ok(object([("permission", detail(state, &Resolved::Customer(Box::new(permission)), number)?)]))
    })
}

fn store(state: &mut State, permission: Permission) {
    state
        .permissions
        .put(Permission::key(&permission.account, &permission.region, &permission.name), permission);
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

fn is_attached(state: &State, arn: &str, version: Option<u32>) -> bool {
    state.attachments.indexed(arn).any(|key| {
        state.attachments.get(key).is_some_and(|attached| {
            attached.permission == arn && version.is_none_or(|version| version == attached.version)
        })
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
        permission.due = Some(call.now + call.behaviour.disassociate_ms.max(1));
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
pub(super) fn standard_twin(state: &State, attached: &Attachment) -> Result<(String, u32), Refusal> {
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
pub(super) fn forget_unused(state: &mut State, arn: &str) {
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
