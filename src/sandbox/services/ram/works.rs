//! ReplacePermissionAssociations: all shares of an account and Region at once, as work that takes its time.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::clock::seconds;
use crate::sandbox::services::ram::permissions::{self, ValuesIn, resolve};
use crate::sandbox::services::ram::{INVALID, invalid, object, once, one_of, pager, required};
use crate::sandbox::services::{Answer, Call, Operation, answer, uuid};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ram::{Work, place};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("ReplacePermissionAssociations", replace),
    Operation::read("ListReplacePermissionAssociationsWork", list),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReplaceInput {
    from_permission_arn: Option<String>,
    from_permission_version: Option<u32>,
    to_permission_arn: Option<String>,
    permission_template_parameters: Option<Vec<ValuesIn>>,
}

fn replace(call: &Call<'_>, state: &mut State) -> Answer {
    once(call, state, "ReplacePermissionAssociations", |call, state| {
        let input: ReplaceInput = call.input(INVALID)?;
        let from = resolve(call, state, &required(input.from_permission_arn, "fromPermissionArn")?)?;
        let to = resolve(call, state, &required(input.to_permission_arn, "toPermissionArn")?)?;
        to.must_be_attachable()?;
        let to_version = to.default_version(state);
        let given = input.permission_template_parameters.unwrap_or_default();
        let values = permissions::values(&to.arn(), to.parameters(to_version), given)?;
        if from.resource_type() != to.resource_type() {
            return Err(invalid("The two permissions are for different resource types."));
        }
        let work = Work {
            account: call.caller.account.clone(),
            region: call.region.to_owned(),
            uuid: uuid(),
            from: from.arn(),
            from_version: input.from_permission_version,
            to: to.arn(),
            to_version,
            values,
            done: false,
            created: call.now,
            updated: call.now,
            due: Some(call.now + call.behaviour.associate_ms.max(1)),
        };
        let output = value(&work);
        state.works.put(format!("{}{}", place(&work.account, &work.region), work.uuid), work);
        Ok(object([("replacePermissionAssociationsWork", output)]))
    })
}

fn value(work: &Work) -> Value {
    let mut value = json!({
        "id": work.uuid,
        "fromPermissionArn": work.from,
        "toPermissionArn": work.to,
        "toPermissionVersion": work.to_version.to_string(),
        "status": status(work),
        "creationTime": seconds(work.created),
        "lastUpdatedTime": seconds(work.updated),
    });
    if let Some(version) = work.from_version {
        value["fromPermissionVersion"] = version.to_string().into();
    }
    value
}

fn status(work: &Work) -> &'static str {
    if work.done { "COMPLETED" } else { "IN_PROGRESS" }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListInput {
    work_ids: Option<Vec<String>>,
    status: Option<String>,
}

fn list(call: &Call<'_>, state: &State) -> Answer {
    let input: ListInput = call.input(INVALID)?;
    one_of(input.status.as_deref(), "status", &["IN_PROGRESS", "COMPLETED", "FAILED"])?;
    let pager = pager(call, "ListReplacePermissionAssociationsWork", false)?;
    let rows = state
        .works
        .under_after(&place(&call.caller.account, call.region), pager.after())
        .filter(|(_, work)| {
            input.work_ids.as_ref().is_none_or(|ids| ids.is_empty() || ids.contains(&work.uuid))
                && input.status.as_deref().is_none_or(|wanted| wanted == status(work))
        })
        .map(|(key, work)| (key, value(work)));
    let page = pager.take(rows);
    let mut output = json!({"replacePermissionAssociationsWorks": page.rows});
    if let Some(next) = page.next {
        output["nextToken"] = next.into();
    }
    answer(&output)
}
