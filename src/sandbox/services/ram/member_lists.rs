//! The listings of associations.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::Arn;
use crate::sandbox::clock::seconds;
use crate::sandbox::services::ram::admission::source_type;
use crate::sandbox::services::ram::output::{MemberOut, value};
use crate::sandbox::services::ram::{INVALID, invalid, malformed_arn, one_of, own_share, pager, required};
use crate::sandbox::services::{Answer, Call, Operation, Refusal, answer};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ram::*;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read("GetResourceShareAssociations", list),
    Operation::read("ListSourceAssociations", list_sources),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListInput {
    association_type: Option<String>,
    resource_share_arns: Option<Vec<String>>,
    resource_arn: Option<String>,
    principal: Option<String>,
    association_status: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListOutput<'a> {
    resource_share_associations: Vec<MemberOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

const STATUSES: &[&str] = &[
    "ASSOCIATING",
    "ASSOCIATED",
    "FAILED",
    "DISASSOCIATING",
    "DISASSOCIATED",
    "SUSPENDED",
    "SUSPENDING",
    "RESTORING",
];

fn list(call: &Call<'_>, state: &State) -> Answer {
    let input: ListInput = call.input(INVALID)?;
    let side = required(input.association_type.as_deref(), "associationType")?;
    one_of(Some(side), "associationType", &["PRINCIPAL", "RESOURCE", "SOURCE"])?;
    one_of(input.association_status.as_deref(), "associationStatus", STATUSES)?;
    let side = match side {
        "PRINCIPAL" => Side::Principal,
        "RESOURCE" => Side::Resource,
        _ => Side::Source,
    };
    if input.resource_arn.is_some() && side != Side::Resource {
        return Err(invalid("You can specify resourceArn only with the association type RESOURCE."));
    }
    if input.principal.is_some() && side != Side::Principal {
        return Err(invalid("You can specify principal only with the association type PRINCIPAL."));
    }
    if let Some(arn) = &input.resource_arn {
        Arn::parse(arn).map_err(|_| malformed_arn(arn))?;
    }
    let shares = own_shares(call, state, input.resource_share_arns.as_deref())?;
    if shares.is_some() && input.association_status.is_some() {
        return Err(invalid("You cannot specify resourceShareArns and associationStatus in one request."));
    }
    let entity = input.resource_arn.as_ref().or(input.principal.as_ref());
    let pager = pager(call, "GetResourceShareAssociations", shares.is_some() && entity.is_some())?;
    let fits = |member: &Member| {
        entity.is_none_or(|entity| *entity == member.entity)
            && shares.as_ref().is_none_or(|shares| shares.contains(&member.share))
            && input.association_status.as_ref().is_none_or(|status| value(&member.status) == status.as_str())
    };
    let output = |(key, member)| (key, MemberOut::new(state, member));
    let page = match &shares {
        // One share: its own range. Several: they are sorted, and so are their ranges.
        Some(shares) => pager.take(
            shares
                .iter()
                .flat_map(|share| state.members.under_after(&Member::prefix(share, side), pager.after()))
                .filter(|(key, member)| pager.after().is_none_or(|after| *key > after) && fits(member))
                .map(output),
        ),
        None => {
            let prefix = format!("{}{}/", place(&call.caller.account, call.region), side.as_str());
            pager.take(
                state
                    .members
                    .under_after(&prefix, pager.after())
                    .filter(|(_, member)| fits(member))
                    .map(output),
            )
        }
    };
    answer(&ListOutput { resource_share_associations: page.rows, next_token: page.next })
}

/// The caller's shares that a listing is limited to, deleted ones too.
fn own_shares(
    call: &Call<'_>,
    state: &State,
    arns: Option<&[String]>,
) -> Result<Option<BTreeSet<ShareId>>, Refusal> {
    let Some(arns) = arns.filter(|arns| !arns.is_empty()) else { return Ok(None) };
    let ids: Result<BTreeSet<ShareId>, Refusal> =
        arns.iter().map(|arn| own_share(call, state, arn).map(|share| share.id.clone())).collect();
    ids.map(Some)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SourcesInput {
    resource_share_arns: Option<Vec<String>>,
    source_id: Option<String>,
    source_type: Option<String>,
    association_status: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SourceOut<'a> {
    resource_share_arn: String,
    source_id: &'a str,
    source_type: &'static str,
    status: &'a Association,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_message: Option<&'a str>,
    creation_time: f64,
    last_updated_time: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SourcesOutput<'a> {
    source_associations: Vec<SourceOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

fn list_sources(call: &Call<'_>, state: &State) -> Answer {
    let input: SourcesInput = call.input(INVALID)?;
    one_of(input.association_status.as_deref(), "associationStatus", STATUSES)?;
    let shares = own_shares(call, state, input.resource_share_arns.as_deref())?;
    let pager = pager(call, "ListSourceAssociations", false)?;
    let prefix = format!("{}{}/", place(&call.caller.account, call.region), Side::Source.as_str());
    let kind = |member: &Member| source_type(&member.entity).unwrap_or("ARN");
    let rows = state.members.under_after(&prefix, pager.after()).filter(|(_, member)| {
        shares.as_ref().is_none_or(|shares| shares.contains(&member.share))
            && input.source_id.as_ref().is_none_or(|id| *id == member.entity)
            && input.source_type.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(kind(member)))
            && input.association_status.as_ref().is_none_or(|status| value(&member.status) == status.as_str())
    });
    let page = pager.take(rows.map(|(key, member)| {
        let row = SourceOut {
            resource_share_arn: member.share.arn(),
            source_id: &member.entity,
            source_type: kind(member),
            status: &member.status,
            status_message: member.message.as_deref(),
            creation_time: seconds(member.created),
            last_updated_time: seconds(member.updated),
        };
        (key, row)
    }));
    answer(&SourcesOutput { source_associations: page.rows, next_token: page.next })
}
