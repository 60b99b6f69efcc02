//! Which managed permission a share has for each resource type.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::sandbox::clock::seconds;
use crate::sandbox::services::ram::permissions::{self, Resolved, SummaryOut, ValuesIn, resolve};
use crate::sandbox::services::ram::views::reaching;
use crate::sandbox::services::ram::{
    INVALID, Owner, changeable_share, invalid, kinds, object, once, own_share, owner, pager, required,
    share_id,
};
use crate::sandbox::services::{Answer, Call, Operation, Refusal, answer};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ram::*;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("AssociateResourceSharePermission", associate),
    Operation::write("DisassociateResourceSharePermission", disassociate),
    Operation::read("ListResourceSharePermissions", list_of_share),
    Operation::read("ListPermissionAssociations", list_all),
];

/// Keys of a share's attachments.
pub(super) fn attachments_of(state: &State, share: &ShareId) -> Vec<String> {
    state.attachments.under(&format!("{}/", share.key())).map(|(key, _)| key.to_owned()).collect()
}

fn attach(
    call: &Call<'_>,
    state: &mut State,
    share: &ShareId,
    resource_type: &str,
    permission: String,
    version: u32,
    values: ParameterValues,
) {
    state.attachments.put(
        Attachment::key(share, resource_type),
        Attachment {
            share: share.clone(),
            resource_type: resource_type.to_owned(),
            permission,
            version,
            values,
            updated: call.now,
        },
    );
}

/// Values for the template parameters of one of the permissions that a new share names.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TemplateIn {
    permission_arn: Option<String>,
    permission_template_parameters: Option<Vec<ValuesIn>>,
}

/// Attaches the permissions that a new share names: at most one per resource type.
pub(super) fn attach_first(
    call: &Call<'_>,
    state: &mut State,
    share: &ShareId,
    arns: &[String],
    templates: Vec<TemplateIn>,
) -> Result<(), Refusal> {
    let mut given: BTreeMap<String, Vec<ValuesIn>> = BTreeMap::new();
    for template in templates {
        let arn = required(template.permission_arn, "permissionTemplateParameters.member.permissionArn")?;
        if !arns.contains(&arn) {
            return Err(invalid(format!(
                "permissionTemplateParameters names {arn}, which is not among permissionArns."
            )));
        }
        given.entry(arn).or_default().extend(template.permission_template_parameters.unwrap_or_default());
    }
    for arn in arns {
        let found = resolve(call, state, arn)?;
        found.must_be_attachable()?;
        if state.attachments.contains(&Attachment::key(share, found.resource_type())) {
            return Err(invalid(format!(
                "You can specify only one permission for the resource type {}.",
                found.resource_type()
            )));
        }
        let (resource_type, arn, version) =
            (found.resource_type().to_owned(), found.arn(), found.default_version(state));
        let given = given.remove(&arn).unwrap_or_default();
        let values = permissions::values(&arn, found.parameters(version), given)?;
        attach(call, state, share, &resource_type, arn, version, values);
    }
    Ok(())
}

/// Attaches the default permission of a type that has none on the share yet.
pub(super) fn attach_default(call: &Call<'_>, state: &mut State, share: &ShareId, resource_type: &str) {
    let Some(kind) = kinds::by_code(resource_type) else { return };
    if !state.attachments.contains(&Attachment::key(share, kind.code())) {
        let default = kind.default_permission(partition_of(&share.region));
        let version = default.version(state);
        attach(call, state, share, kind.code(), default.arn(), version, ParameterValues::new());
    }
}

fn shares_type(state: &State, share: &ShareId, resource_type: &str) -> bool {
    state
        .members_of(share, Side::Resource)
        .any(|member| member.status.is_on() && member.resource_type.as_deref() == Some(resource_type))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssociateInput {
    resource_share_arn: Option<String>,
    permission_arn: Option<String>,
    permission_version: Option<u32>,
    permission_template_parameters: Option<Vec<ValuesIn>>,
    replace: Option<bool>,
}

fn associate(call: &Call<'_>, state: &mut State) -> Answer {
    once(call, state, "AssociateResourceSharePermission", |call, state| {
        let input: AssociateInput = call.input(INVALID)?;
        let share = changeable_share(call, state, input.resource_share_arn.as_deref())?.id.clone();
        let arn = required(input.permission_arn, "permissionArn")?;
        let found = resolve(call, state, &arn)?;
        found.must_be_attachable()?;
        let version = found.default_version(state);
        if input.permission_version.is_some_and(|asked| asked != version) {
            return Err(invalid("You can associate only the default version of a permission."));
        }
        let code = found.resource_type().to_owned();
        let replace = input.replace.unwrap_or(false);
        let attached = state.attachments.get(&Attachment::key(&share, &code));
        if let Some(attached) = attached
            && !replace
            && (attached.permission != arn || attached.version != version)
        {
            return Err(invalid(format!(
                "The resource share already has a permission for the resource type {code}. Set replace to replace it."
            )));
        }
        if attached.is_none() && !replace && shares_type(state, &share, &code) {
            return Err(invalid(format!(
                "You can't add a permission for the resource type {code} while the resource share has resources of that type."
            )));
        }
        let given = input.permission_template_parameters.unwrap_or_default();
        let values = permissions::values(&arn, found.parameters(version), given)?;
        attach(call, state, &share, &code, arn, version, values);
        state.shares.update(&share.key(), |share| share.updated = call.now);
        Ok(object([("returnValue", Value::Bool(true))]))
    })
}

fn disassociate(call: &Call<'_>, state: &mut State) -> Answer {
    once(call, state, "DisassociateResourceSharePermission", |call, state| {
        let input: AssociateInput = call.input(INVALID)?;
        let share = changeable_share(call, state, input.resource_share_arn.as_deref())?.id.clone();
        let arn = required(input.permission_arn, "permissionArn")?;
        let found = resolve(call, state, &arn)?;
        let code = found.resource_type().to_owned();
        let key = Attachment::key(&share, &code);
        if state.attachments.get(&key).is_none_or(|attached| attached.permission != arn) {
            return Err(invalid(format!(
                "The permission {arn} has already been disassociated from the resource share."
            )));
        }
        if shares_type(state, &share, &code) {
            return Err(invalid(format!(
                "You can't disassociate the permission while the resource share has resources of the type {code}."
            )));
        }
        state.attachments.remove(&key);
        state.shares.update(&share.key(), |share| share.updated = call.now);
        Ok(object([("returnValue", Value::Bool(true))]))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShareInput {
    resource_share_arn: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OfShareOutput {
    permissions: Vec<SummaryOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

fn list_of_share(call: &Call<'_>, state: &State) -> Answer {
    let input: ShareInput = call.input(INVALID)?;
    let arn = required(input.resource_share_arn, "resourceShareArn")?;
    let id = match own_share(call, state, &arn) {
        Ok(share) => share.id.clone(),
        // A consumer may look at the permissions of what is shared with it.
        Err(refused) => {
            share_id(&arn).ok().filter(|id| reaching(call, state).contains_key(&id.key())).ok_or(refused)?
        }
    };
    let prefix = format!("{}/", id.key());
    let pager = pager(call, "ListResourceSharePermissions", false)?;
    let page = pager.take(
        state
            .attachments
            .under_after(&prefix, pager.after())
            .filter_map(|(key, attached)| Some((key, permissions::of_share(call, state, attached)?))),
    );
    answer(&OfShareOutput { permissions: page.rows, next_token: page.next })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AllInput {
    permission_arn: Option<String>,
    permission_version: Option<u32>,
    association_status: Option<String>,
    resource_type: Option<String>,
    feature_set: Option<FeatureSet>,
    default_version: Option<bool>,
    resource_owner: Option<String>,
    resource_share_arn: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AttachmentOut<'a> {
    arn: &'a str,
    permission_version: String,
    default_version: bool,
    resource_type: &'a str,
    status: &'static str,
    feature_set: FeatureSet,
    last_updated_time: f64,
    resource_share_arn: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    permission_template_parameters: Vec<Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AllOutput<'a> {
    permissions: Vec<AttachmentOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

fn list_all(call: &Call<'_>, state: &State) -> Answer {
    let input: AllInput = call.input(INVALID)?;
    let owner = input.resource_owner.as_deref().map_or(Ok(Owner::Myself), |text| owner(Some(text)))?;
    let pager = pager(call, "ListPermissionAssociations", false)?;
    let all: Box<dyn Iterator<Item = (&str, &Attachment)>> = match owner {
        Owner::Myself => {
            let prefix = place(&call.caller.account, call.region);
            Box::new(state.attachments.under_after(&prefix, pager.after()))
        }
        Owner::Others => {
            let keys = reaching(call, state).into_keys();
            Box::new(keys.flat_map(|key| state.attachments.under(&format!("{key}/"))))
        }
    };
    let rows = all.filter_map(|(key, attached)| {
        let found = permissions::attached(state, attached);
        let default_version =
            found.as_ref().is_some_and(|found| found.default_version(state) == attached.version);
        let feature_set = found.as_ref().map_or(FeatureSet::Standard, Resolved::feature_set);
        let fits = input.permission_arn.as_ref().is_none_or(|arn| *arn == attached.permission)
            && input.permission_version.is_none_or(|version| version == attached.version)
            && input.association_status.as_ref().is_none_or(|status| status == "ASSOCIATED")
            && input
                .resource_type
                .as_ref()
                .is_none_or(|code| code.eq_ignore_ascii_case(&attached.resource_type))
            && input.feature_set.is_none_or(|wanted| wanted == feature_set)
            && input.default_version.is_none_or(|wanted| wanted == default_version)
            && input.resource_share_arn.as_ref().is_none_or(|arn| *arn == attached.share.arn());
        fits.then(|| {
            (
                key.to_owned(),
                AttachmentOut {
                    arn: &attached.permission,
                    permission_version: attached.version.to_string(),
                    default_version,
                    resource_type: &attached.resource_type,
                    status: "ASSOCIATED",
                    feature_set,
                    last_updated_time: seconds(attached.updated),
                    resource_share_arn: attached.share.arn(),
                    permission_template_parameters: found
                        .map(|found| {
                            permissions::parameters_out(found.parameters(attached.version), &attached.values)
                        })
                        .unwrap_or_default(),
                },
            )
        })
    });
    let page = pager.take_sorted(rows);
    answer(&AllOutput { permissions: page.rows, next_token: page.next })
}
