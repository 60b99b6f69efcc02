//! Sharing inside the organization: turning it on, and what becomes of shares when it ends.

use crate::model::Principal;
use crate::sandbox::services::ram::admission::{PRINCIPAL, SERVICE_ROLE};
use crate::sandbox::services::ram::not_permitted;
use crate::sandbox::services::{Answer, Call, Operation, answer, iam};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_account::{Role, ServiceAccess};
use crate::sandbox::state::rows_ram::{Association, Member, Side};

pub(super) const OPERATIONS: &[Operation] = &[Operation::write("EnableSharingWithAwsOrganization", enable)];

/// Turns on trusted access and makes the service-linked role. An organization that has one of the two is completed: nothing that AWS
/// says in public tells whether RAM does so too.
fn enable(call: &Call<'_>, state: &mut State) -> Answer {
    let org = state.org().filter(|org| org.management == call.caller.account && org.all_features).cloned();
    let Some(org) = org else {
        return Err(not_permitted(
            "The requested operation is not permitted: sharing is enabled by the management account of an organization that has all features enabled.",
        ));
    };
    if !state.service_access.contains(PRINCIPAL) {
        state.service_access.put(PRINCIPAL, ServiceAccess { since: call.now });
    }
    let key = Role::key(&org.management, SERVICE_ROLE);
    if !state.roles.contains(&key) {
        let role = iam::service_linked_role(&org.partition, &org.management, PRINCIPAL, call.now);
        state.roles.put(key, role);
    }
    answer(&serde_json::json!({"returnValue": true}))
}

/// Takes the organization and its units off all shares: trusted access was turned off.
pub(crate) fn end_sharing(call: &Call<'_>, state: &mut State) {
    let gone = state
        .members
        .iter()
        .filter(|(_, member)| {
            member.side == Side::Principal
                && member.status.is_on()
                && matches!(
                    Principal::read(&member.entity),
                    Principal::Organization(_) | Principal::OrganizationalUnit(_)
                )
        })
        .map(|(key, _)| key.to_owned())
        .collect::<Vec<_>>();
    drop_members(call, state, &gone);
}

/// Ends what an account that leaves the organization received through it, and what it gave.
pub(crate) fn leave_organization(call: &Call<'_>, state: &mut State, account: &str) {
    let retains = |member: &Member| {
        state.shares.get(&member.share.key()).is_some_and(|share| share.retain == Some(true))
    };
    let gone = state
        .members
        .iter()
        .filter(|(_, member)| {
            let received = Principal::read(&member.entity).account().is_some_and(|id| id.as_str() == account);
            let given = member.share.account == account && !member.entity.ends_with(".amazonaws.com");
            member.side == Side::Principal
                && member.status.is_on()
                && !member.external
                && (received || given)
                && member.share.account != member.entity
                && !retains(member)
        })
        .map(|(key, _)| key.to_owned())
        .collect::<Vec<_>>();
    drop_members(call, state, &gone);
}

fn drop_members(call: &Call<'_>, state: &mut State, keys: &[String]) {
    for key in keys {
        state.members.update(key, |member| {
            (member.status, member.updated, member.fails) = (Association::Disassociating, call.now, None);
            member.due = Some(call.now + call.behaviour.leaves_in(&member.entity));
        });
    }
}
