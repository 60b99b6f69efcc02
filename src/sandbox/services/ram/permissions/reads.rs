//! Listing and getting permissions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::sandbox::clock::seconds;
use crate::sandbox::services::ram::output::{tags, value};
use crate::sandbox::services::ram::permissions::{
    PermissionInput, Resolved, ValuesIn, attached, parameters, resolve,
};
use crate::sandbox::services::ram::views::reaching;
use crate::sandbox::services::ram::{
    INVALID, Owner, invalid, kinds, one_of, owner, pager, required, unknown,
};
use crate::sandbox::services::{Answer, Call, Operation, Refusal, answer};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ram::*;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read("ListPermissions", list),
    Operation::read("ListPermissionVersions", list_versions),
    Operation::read("GetPermission", get),
];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SummaryOut {
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

pub(crate) fn summary(state: &State, found: &Resolved, version: u32) -> SummaryOut {
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
            permission_template_parameters: parameters::out(
                found.parameters(version),
                &ParameterValues::new(),
            ),
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

/// The permission of a share, as its owner or a consumer sees it.
pub(crate) fn of_share(call: &Call<'_>, state: &State, attachment: &Attachment) -> Option<SummaryOut> {
    let found = attached(state, attachment)?;
    Some(SummaryOut {
        // What is recorded; the model names the statuses of permissions.
        status: "ASSOCIATED".into(),
        resource_owner: resource_owner(call, &found),
        permission_template_parameters: parameters::out(
            found.parameters(attachment.version),
            &attachment.values,
        ),
        ..summary(state, &found, attachment.version)
    })
}

fn resource_owner(call: &Call<'_>, found: &Resolved) -> &'static str {
    match found {
        Resolved::Customer(permission) if permission.account != call.caller.account => "OTHER-ACCOUNTS",
        Resolved::Customer(_) | Resolved::Aws(_) => "SELF",
    }
}

/// A permission with its policy text.
pub(super) fn detail(state: &State, found: &Resolved, version: u32) -> Result<Value, Refusal> {
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
    resource_owner: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListOutput {
    permissions: Vec<SummaryOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// Whose permissions a listing is about.
#[derive(PartialEq)]
enum Scope {
    All,
    Aws,
    Local,
}

fn list(call: &Call<'_>, state: &State) -> Answer {
    let input: ListInput = call.input(INVALID)?;
    let scope = match input.permission_type.as_deref() {
        None | Some("ALL") => Scope::All,
        // The names of the documentation, and those of the model.
        Some("AWS" | "AWS_MANAGED") => Scope::Aws,
        Some("LOCAL" | "CUSTOMER_MANAGED") => Scope::Local,
        Some(other) => {
            return Err(invalid(format!("{other} is not a valid scope. Must be one of: ALL, AWS, LOCAL.")));
        }
    };
    let others =
        input.resource_owner.as_deref().map_or(Ok(Owner::Myself), |text| owner(Some(text)))? == Owner::Others;
    one_of(
        input.permission_status.as_deref(),
        "permissionStatus",
        &["ATTACHABLE", "UNATTACHABLE", "DELETING", "DELETED", "DEPRECATED"],
    )?;
    let of_type =
        |code: &str| input.resource_type.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(code));
    let pager = pager(call, "ListPermissions", false)?;
    let mut rows: BTreeMap<String, SummaryOut> = BTreeMap::new();
    if scope != Scope::Local && !others {
        for managed in
            kinds::managed(partition_of(call.region)).filter(|managed| of_type(managed.kind.code()))
        {
            let found = Resolved::Aws(managed);
            rows.insert(managed.arn(), summary(state, &found, managed.version(state)));
        }
    }
    if scope != Scope::Aws && others {
        let keys = reaching(call, state).into_keys();
        for (_, attachment) in keys.flat_map(|key| state.attachments.under(&format!("{key}/"))) {
            let found = attached(state, attachment).filter(|found| of_type(found.resource_type()));
            if let Some(found @ Resolved::Customer(_)) = found {
                let row = summary(state, &found, attachment.version);
                rows.insert(found.arn(), SummaryOut { resource_owner: resource_owner(call, &found), ..row });
            }
        }
    }
    if scope != Scope::Aws && !others {
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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetInput {
    #[serde(flatten)]
    of: PermissionInput,
    permission_template_parameters: Option<Vec<ValuesIn>>,
}

/// With values for the template parameters the policy comes with these in their places, else as it was written.
fn get(call: &Call<'_>, state: &State) -> Answer {
    let GetInput { of: input, permission_template_parameters: given } = call.input(INVALID)?;
    let found = resolve(call, state, &required(input.permission_arn, "permissionArn")?)?;
    let version = match input.permission_version {
        None => found.default_version(state),
        Some(version) => version.number()?,
    };
    let mut out = detail(state, &found, version)?;
    if let Some(given) = given.filter(|given| !given.is_empty()) {
        let values = parameters::values(&found.arn(), found.parameters(version), given)?;
        let policy = out["permission"].as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
        if let Some(policy) = policy {
            out["permission"] = parameters::rendered(policy, &values).to_string().into();
        }
    }
    answer(&json!({"permission": out}))
}
