//! Associating and disassociating.

use serde::Deserialize;
use serde_json::Value;

use crate::model::{Arn, Principal};
use crate::sandbox::services::ram::admission::{Admitted, Target, Wanted, admit, invitation_window};
use crate::sandbox::services::ram::attachments::attach_default;
use crate::sandbox::services::ram::output::{ChangedMemberOut, value};
use crate::sandbox::services::ram::{
    INVALID, changeable_share, invalid, kinds, malformed_arn, no_such_share, not_permitted, object, once,
    required, share_id, unknown, wrong_state,
};
use crate::sandbox::services::{Answer, Call, Operation, Refusal, uuid};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ram::*;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("AssociateResourceShare", associate),
    Operation::write("DisassociateResourceShare", disassociate),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MembersInput {
    resource_share_arn: Option<String>,
    resource_arns: Option<Vec<String>>,
    principals: Option<Vec<String>>,
    sources: Option<Vec<String>>,
}

impl MembersInput {
    fn wanted(&self) -> Wanted<'_> {
        fn texts(list: &Option<Vec<String>>) -> &[String] {
            list.as_deref().unwrap_or_default()
        }
        Wanted {
            resources: texts(&self.resource_arns),
            principals: texts(&self.principals),
            sources: texts(&self.sources),
        }
    }
}

fn associate(call: &Call<'_>, state: &mut State) -> Answer {
    once(call, state, "AssociateResourceShare", |call, state| {
        let input: MembersInput = call.input(INVALID)?;
        let share = changeable_share(call, state, input.resource_share_arn.as_deref())?;
        let wanted = input.wanted();
        if wanted.resources.is_empty() && wanted.principals.is_empty() && wanted.sources.is_empty() {
            return Err(invalid("Specify at least one resource, principal or source."));
        }
        let id = share.id.clone();
        let target =
            Target { id: &id, allow_external: share.allow_external, retain: share.retain.unwrap_or(false) };
        let admitted = admit(call, state, &target, wanted)?;
        let keys = join(call, state, &id, admitted);
        Ok(object([("resourceShareAssociations", rows(state, &keys))]))
    })
}

fn rows(state: &State, keys: &[String]) -> Value {
    keys.iter()
        .filter_map(|key| state.members.get(key))
        .map(|member| value(&ChangedMemberOut::new(member)))
        .collect()
}

/// Puts members on a share, invites whom it must and attaches default permissions; returns the members' keys.
pub(super) fn join(
    call: &Call<'_>,
    state: &mut State,
    share: &ShareId,
    admitted: Vec<Admitted>,
) -> Vec<String> {
    let mut keys = Vec::new();
    for member in &admitted {
        if let Some(code) = &member.resource_type {
            attach_default(call, state, share, code);
        }
    }
    for member in admitted {
        let key = Member::key(share, member.side, &member.entity);
        keys.push(key.clone());
        if state.members.get(&key).is_some_and(|member| member.status.is_on()) {
            continue;
        }
        if let Some(receiver) = &member.invites {
            // It waits for the receiver, however fast members join.
            let row = Member { status: Association::Associating, due: None, ..fresh(call, share, &member) };
            state.members.put(key, row);
            invite(call, state, share, receiver.clone(), member.entity);
        } else {
            state.members.put(key, fresh(call, share, &member));
        }
    }
    keys
}

fn fresh(call: &Call<'_>, share: &ShareId, member: &Admitted) -> Member {
    let takes = call.behaviour.joins_in(member.side, &member.entity);
    let at_once = takes <= 0 && member.fails.is_none();
    Member {
        share: share.clone(),
        side: member.side,
        entity: member.entity.clone(),
        resource_type: member.resource_type.clone(),
        status: if at_once { Association::Associated } else { Association::Associating },
        message: None,
        external: member.external,
        created: call.now,
        updated: call.now,
        due: (!at_once).then_some(call.now + takes.max(1)),
        fails: member.fails.clone(),
        left: false,
    }
}

fn invite(call: &Call<'_>, state: &mut State, share: &ShareId, receiver: String, principal: String) {
    let window = invitation_window(
        state
            .members_of(share, Side::Resource)
            .filter(|member| member.status.is_on())
            .filter_map(|member| kinds::by_code(member.resource_type.as_deref()?)),
    );
    let invitation = Invitation {
        uuid: uuid(),
        share: share.clone(),
        receiver,
        principal,
        status: InvitationStatus::Pending,
        created: call.now,
        due: Some(call.now + window),
    };
    state.invitations.put(invitation.key(), invitation);
}

fn disassociate(call: &Call<'_>, state: &mut State) -> Answer {
    once(call, state, "DisassociateResourceShare", |call, state| {
        let mut input: MembersInput = call.input(INVALID)?;
        for principal in input.principals.iter_mut().flatten() {
            // An account's root stands on the share as the account.
            *principal = Principal::read(principal).as_str().to_owned();
        }
        let arn = required(input.resource_share_arn.as_deref(), "resourceShareArn")?;
        let wanted = input.wanted();
        let id = share_id(arn)?;
        if id.account != call.caller.account {
            leave(call, state, &id, wanted)?;
        } else {
            changeable_share(call, state, Some(arn))?;
        }
        let all: Vec<(Side, &String)> = (wanted.resources.iter().map(|text| (Side::Resource, text)))
            .chain(wanted.principals.iter().map(|text| (Side::Principal, text)))
            .chain(wanted.sources.iter().map(|text| (Side::Source, text)))
            .collect();
        if all.is_empty() {
            return Err(invalid("Specify at least one resource, principal or source."));
        }
        // What waits for an invitation does not block, or a share could not be changed for days. An inference.
        let busy = |member: &Member| member.status == Association::Associating && member.due.is_some();
        if Side::ALL.into_iter().any(|side| state.members_of(&id, side).any(busy)) {
            return Err(wrong_state(
                "At least one of the associations in the resource share is in ASSOCIATING status. Wait and try again.",
            ));
        }
        for (side, entity) in &all {
            if *side == Side::Resource {
                Arn::parse(entity).map_err(|_| malformed_arn(entity))?;
            }
            match state.members.get(&Member::key(&id, *side, entity)) {
                // The provider's acceptance test for accepters passes on AWS only so.
                Some(member) if member.left => return Err(not_on_share(entity, arn)),
                None => return Err(not_on_share(entity, arn)),
                Some(Member { status: Association::Disassociated | Association::Disassociating, .. }) => {
                    return Err(invalid(format!(
                        "{entity} has already been disassociated from the resource share {arn}."
                    )));
                }
                Some(_) => {}
            }
        }
        keep_one_source(state, &id, wanted)?;
        for (side, entity) in &all {
            dismiss(call, state, &id, *side, entity);
            if id.account != call.caller.account {
                state.members.update(&Member::key(&id, *side, entity), |member| member.left = true);
            }
        }
        let keys: Vec<String> = all.iter().map(|(side, entity)| Member::key(&id, *side, entity)).collect();
        Ok(object([("resourceShareAssociations", rows(state, &keys))]))
    })
}

fn not_on_share(entity: &str, share: &str) -> Refusal {
    unknown(format!("{entity} is not associated with the resource share {share}."))
}

/// At least one source remains while service principals are there.
fn keep_one_source(state: &State, share: &ShareId, wanted: Wanted<'_>) -> Result<(), Refusal> {
    if wanted.sources.is_empty() {
        return Ok(());
    }
    let stays = |side, gone: &[String]| {
        state.members_of(share, side).any(|member| member.status.is_on() && !gone.contains(&member.entity))
    };
    if stays(Side::Principal, wanted.principals) && !stays(Side::Source, wanted.sources) {
        return Err(invalid(
            "At least one source must remain while the resource share has service principals.",
        ));
    }
    Ok(())
}

/// A consumer may take itself off a share that names it, where all the types on the share allow that.
fn leave(call: &Call<'_>, state: &State, share: &ShareId, wanted: Wanted<'_>) -> Result<(), Refusal> {
    let me = &call.caller.account;
    let named = state
        .members
        .get(&Member::key(share, Side::Principal, me))
        .is_some_and(|member| member.status.is_on());
    if share.region != call.region || !named {
        return Err(no_such_share(&share.arn()));
    }
    if !wanted.resources.is_empty()
        || !wanted.sources.is_empty()
        || wanted.principals.iter().any(|text| text != me)
    {
        return Err(not_permitted(
            "You can disassociate only your own account from a resource share that you do not own.",
        ));
    }
    let stuck =
        state.members_of(share, Side::Resource).filter(|member| member.status.is_on()).any(|member| {
            !member
                .resource_type
                .as_deref()
                .and_then(kinds::by_code)
                .is_some_and(|kind| kind.consumer_can_leave())
        });
    if stuck {
        return Err(not_permitted(
            "You cannot leave this resource share, because of the resource types that it contains.",
        ));
    }
    Ok(())
}

/// Starts to take a member off a share; a pending invitation ends with it.
pub(super) fn dismiss(call: &Call<'_>, state: &mut State, share: &ShareId, side: Side, entity: &str) {
    state.members.update(&Member::key(share, side, entity), |member| {
        (member.status, member.updated, member.fails) = (Association::Disassociating, call.now, None);
        member.due = Some(call.now + call.behaviour.leaves_in(entity));
    });
    if side == Side::Principal {
        let pending: Vec<String> = state
            .invitations
            .indexed(&share.key())
            .filter(|key| {
                state.invitations.get(key).is_some_and(|invitation| {
                    invitation.principal == entity && invitation.status == InvitationStatus::Pending
                })
            })
            .map(str::to_owned)
            .collect();
        for key in pending {
            state.invitations.update(&key, |invitation| {
                (invitation.status, invitation.due) = (InvitationStatus::Expired, None);
            });
        }
    }
}
