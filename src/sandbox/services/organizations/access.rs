//! Trusted access of services, and the accounts that administer them.

use serde::Deserialize;
use serde_json::json;

use crate::sandbox::clock::seconds;
use crate::sandbox::services::organizations::services::is_integrated;
use crate::sandbox::services::organizations::tree::{account, no_account};
use crate::sandbox::services::organizations::{
    INVALID, for_management, for_reader, invalid, paged, required,
};
use crate::sandbox::services::{Answer, Call, Operation, Refusal, answer, ram};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_account::{Delegation, ServiceAccess};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read("ListAWSServiceAccessForOrganization", list),
    Operation::write("EnableAWSServiceAccess", enable),
    Operation::write("DisableAWSServiceAccess", disable),
    Operation::read("ListDelegatedAdministrators", list_administrators),
    Operation::read("ListDelegatedServicesForAccount", list_services),
    Operation::write("RegisterDelegatedAdministrator", register),
    Operation::write("DeregisterDelegatedAdministrator", deregister),
];

const RAM: &str = "ram.amazonaws.com";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    service_principal: Option<String>,
    account_id: Option<String>,
}

impl Input {
    fn service(&self) -> Result<String, Refusal> {
        let service = required(self.service_principal.clone(), "ServicePrincipal")?;
        if is_integrated(&service) {
            Ok(service)
        } else {
            Err(invalid(format!("You specified an unrecognized service principal: {service}.")))
        }
    }
}

fn list(call: &Call<'_>, state: &State) -> Answer {
    for_reader(call, state)?;
    let rows = state.service_access.iter().map(|(service, access)| {
        (service.to_owned(), json!({"ServicePrincipal": service, "DateEnabled": seconds(access.since)}))
    });
    paged(call, "ListAWSServiceAccessForOrganization", "EnabledServicePrincipals", rows)
}

fn enable(call: &Call<'_>, state: &mut State) -> Answer {
    let org = for_management(call, state)?;
    if !org.all_features {
        return Err(Refusal::new(
            "UnsupportedAPIEndpointException",
            "This action requires that all features are enabled in the organization.",
        ));
    }
    let input: Input = call.input(INVALID)?;
    let service = input.service()?;
    if !state.service_access.contains(&service) {
        state.service_access.put(service, ServiceAccess { since: call.now });
    }
    answer(&json!({}))
}

fn disable(call: &Call<'_>, state: &mut State) -> Answer {
    for_management(call, state)?;
    let input: Input = call.input(INVALID)?;
    let service = input.service()?;
    let was_on = state.service_access.contains(&service);
    state.service_access.remove(&service);
    if service == RAM && was_on {
        ram::end_sharing(call, state);
    }
    answer(&json!({}))
}

fn list_administrators(call: &Call<'_>, state: &State) -> Answer {
    let org = for_reader(call, state)?.clone();
    let input: Input = call.input(INVALID)?;
    let mut rows = std::collections::BTreeMap::new();
    for (_, delegation) in state.delegations.iter() {
        if input.service_principal.as_ref().is_none_or(|service| *service == delegation.service)
            && let Some(found) = state.accounts.get(&delegation.account)
        {
            let mut row = account(state, &org, found);
            row["DelegationEnabledDate"] = json!(seconds(delegation.since));
            rows.insert(delegation.account.clone(), row);
        }
    }
    paged(call, "ListDelegatedAdministrators", "DelegatedAdministrators", rows)
}

fn list_services(call: &Call<'_>, state: &State) -> Answer {
    for_reader(call, state)?;
    let input: Input = call.input(INVALID)?;
    let id = required(input.account_id, "AccountId")?;
    let rows: Vec<_> = state
        .delegations
        .under(&format!("{id}/"))
        .map(|(key, delegation)| {
            let row = json!({"ServicePrincipal": delegation.service, "DelegationEnabledDate": seconds(delegation.since)});
            (key.to_owned(), row)
        })
        .collect();
    if rows.is_empty() {
        return Err(Refusal::new(
            "AccountNotRegisteredException",
            "The specified account is not a delegated administrator.",
        ));
    }
    paged(call, "ListDelegatedServicesForAccount", "DelegatedServices", rows)
}

fn register(call: &Call<'_>, state: &mut State) -> Answer {
    let org = for_management(call, state)?.clone();
    let input: Input = call.input(INVALID)?;
    let service = input.service()?;
    let id = required(input.account_id, "AccountId")?;
    if !state.in_organization(&id) {
        return Err(no_account(&id));
    }
    if service == RAM {
        return Err(invalid("The service ram.amazonaws.com does not support delegated administrators."));
    }
    if id == org.management || !state.service_access.contains(&service) {
        return Err(Refusal::new(
            "ConstraintViolationException",
            "You can't register this account as a delegated administrator: it is the management account, or trusted access for the service is off.",
        ));
    }
    let key = format!("{id}/{service}");
    if state.delegations.contains(&key) {
        return Err(Refusal::new(
            "AccountAlreadyRegisteredException",
            "The specified account is already a delegated administrator for this service.",
        ));
    }
    state.delegations.put(key, Delegation { account: id, service, since: call.now });
    answer(&json!({}))
}

fn deregister(call: &Call<'_>, state: &mut State) -> Answer {
    for_management(call, state)?;
    let input: Input = call.input(INVALID)?;
    let service = input.service()?;
    let key = format!("{}/{service}", required(input.account_id, "AccountId")?);
    if !state.delegations.contains(&key) {
        return Err(Refusal::new(
            "AccountNotRegisteredException",
            "The specified account is not a delegated administrator for this service.",
        ));
    }
    state.delegations.remove(&key);
    answer(&json!({}))
}
