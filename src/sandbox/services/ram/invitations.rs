//! Invitations, as the receiver sees them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::model::Arn;
use crate::sandbox::clock::seconds;
use crate::sandbox::services::ram::output::value;
use crate::sandbox::services::ram::views::{ResourceOut, resource_rows};
use crate::sandbox::services::ram::{
    INVALID, malformed_arn, object, once, one_of, pager, required, share_id,
};
use crate::sandbox::services::{Answer, Call, Operation, Refusal, answer};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ram::*;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read("GetResourceShareInvitations", get),
    Operation::write("AcceptResourceShareInvitation", accept),
    Operation::write("RejectResourceShareInvitation", reject),
    Operation::read("ListPendingInvitationResources", list_resources),
];

fn out(state: &State, invitation: &Invitation) -> Value {
    let mut output = json!({
        "resourceShareInvitationArn": invitation.arn(),
        "resourceShareName": state.shares.get(&invitation.share.key()).map_or("", |share| &share.name),
        "resourceShareArn": invitation.share.arn(),
        "senderAccountId": invitation.share.account,
        "receiverAccountId": invitation.receiver,
        "invitationTimestamp": seconds(invitation.created),
        "status": value(&invitation.status),
    });
    if invitation.principal != invitation.receiver {
        output["receiverArn"] = invitation.principal.as_str().into();
    }
    output
}

fn uuid_of(arn: &str) -> Result<String, Refusal> {
    let parsed = Arn::parse(arn).map_err(|_| malformed_arn(arn))?;
    match parsed.resource().strip_prefix("resource-share-invitation/") {
        Some(uuid) if parsed.service() == "ram" => Ok(uuid.to_owned()),
        _ => Err(malformed_arn(arn)),
    }
}

fn not_found(arn: &str) -> Refusal {
    Refusal::new(
        "ResourceShareInvitationArnNotFoundException",
        format!("Invitation {arn} could not be found."),
    )
}

/// An invitation that the caller received in this Region.
pub(super) fn received(call: &Call<'_>, state: &State, arn: &str) -> Result<Invitation, Refusal> {
    let key = format!("{}{}", place(&call.caller.account, call.region), uuid_of(arn)?);
    state.invitations.get(&key).cloned().ok_or_else(|| not_found(arn))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetInput {
    resource_share_invitation_arns: Option<Vec<String>>,
    resource_share_arns: Option<Vec<String>>,
}

fn get(call: &Call<'_>, state: &State) -> Answer {
    let input: GetInput = call.input(INVALID)?;
    let mut only = BTreeSet::new();
    for arn in input.resource_share_invitation_arns.iter().flatten() {
        only.insert(received(call, state, arn)?.uuid);
    }
    let mut shares = BTreeSet::new();
    for arn in input.resource_share_arns.iter().flatten() {
        shares.insert(share_id(arn)?);
    }
    let pager = pager(call, "GetResourceShareInvitations", false).map_err(|refused| {
        // The one listing that has an error of its own for a page size.
        if refused.code == INVALID && refused.message.contains("maxResults") {
            return Refusal { code: "InvalidMaxResultsException".into(), ..refused };
        }
        refused
    })?;
    let page = pager.take(
        state
            .invitations
            .under_after(&place(&call.caller.account, call.region), pager.after())
            .filter(|(_, invitation)| {
                (only.is_empty() || only.contains(&invitation.uuid))
                    && (shares.is_empty() || shares.contains(&invitation.share))
            })
            .map(|(key, invitation)| (key, out(state, invitation))),
    );
    let mut output = json!({"resourceShareInvitations": page.rows});
    if let Some(next) = page.next {
        output["nextToken"] = next.into();
    }
    answer(&output)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InvitationInput {
    resource_share_invitation_arn: Option<String>,
    resource_region_scope: Option<String>,
}

/// Refuses what is no longer pending.
fn must_be_pending(invitation: &Invitation) -> Result<(), Refusal> {
    let (code, what) = match invitation.status {
        InvitationStatus::Pending => return Ok(()),
        InvitationStatus::Accepted => {
            ("ResourceShareInvitationAlreadyAcceptedException", "was accepted already")
        }
        InvitationStatus::Rejected => {
            ("ResourceShareInvitationAlreadyRejectedException", "was rejected already")
        }
        InvitationStatus::Expired => ("ResourceShareInvitationExpiredException", "has expired"),
    };
    Err(Refusal::new(code, format!("The invitation {} {what}.", invitation.arn())))
}

fn accept(call: &Call<'_>, state: &mut State) -> Answer {
    once(call, state, "AcceptResourceShareInvitation", |call, state| {
        let input: InvitationInput = call.input(INVALID)?;
        let arn = required(input.resource_share_invitation_arn, "resourceShareInvitationArn")?;
        let invitation = received(call, state, &arn)?;
        must_be_pending(&invitation)?;
        let member = Member::key(&invitation.share, Side::Principal, &invitation.principal);
        state.members.update(&member, |member| {
            member.updated = call.now;
            let takes = call.behaviour.joins_in(Side::Principal, &invitation.principal);
            member.due = Some(call.now + takes.max(1));
        });
        Ok(object([("resourceShareInvitation", close(state, &invitation, InvitationStatus::Accepted))]))
    })
}

fn reject(call: &Call<'_>, state: &mut State) -> Answer {
    once(call, state, "RejectResourceShareInvitation", |call, state| {
        let input: InvitationInput = call.input(INVALID)?;
        let arn = required(input.resource_share_invitation_arn, "resourceShareInvitationArn")?;
        let invitation = received(call, state, &arn)?;
        must_be_pending(&invitation)?;
        let member = Member::key(&invitation.share, Side::Principal, &invitation.principal);
        crate::sandbox::state::finish_disassociation(state, &member, call.now);
        Ok(object([("resourceShareInvitation", close(state, &invitation, InvitationStatus::Rejected))]))
    })
}

fn close(state: &mut State, invitation: &Invitation, status: InvitationStatus) -> Value {
    let closed = Invitation { status, due: None, ..invitation.clone() };
    let output = out(state, &closed);
    state.invitations.put(closed.key(), closed);
    output
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourcesOutput<'a> {
    resources: Vec<ResourceOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

fn list_resources(call: &Call<'_>, state: &State) -> Answer {
    let input: InvitationInput = call.input(INVALID)?;
    let arn = input.resource_share_invitation_arn.ok_or_else(|| {
        Refusal::new("MissingRequiredParameterException", "Specify resourceShareInvitationArn.")
    })?;
    one_of(input.resource_region_scope.as_deref(), "resourceRegionScope", &["ALL", "REGIONAL", "GLOBAL"])?;
    let invitation = received(call, state, &arn)?;
    if invitation.status != InvitationStatus::Accepted {
        must_be_pending(&invitation)?;
    }
    let rows = resource_rows(state, &invitation.share).filter(|(_, row)| {
        input.resource_region_scope.as_deref().is_none_or(|scope| scope == "ALL" || scope == row.scope())
    });
    let page = pager(call, "ListPendingInvitationResources", false)?.take_sorted(rows);
    answer(&ResourcesOutput { resources: page.rows, next_token: page.next })
}
