//! The organization itself: made, completed, dissolved.

use serde::Deserialize;
use serde_json::json;

use crate::sandbox::clock::{DAY, seconds};
use crate::sandbox::services::organizations::tree::organization;
use crate::sandbox::services::organizations::{INVALID, for_management, invalid};
use crate::sandbox::services::{Answer, Call, Operation, Refusal, answer, random_id};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_account::Organization;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateOrganization", create),
    Operation::write("EnableAllFeatures", enable_all_features),
    Operation::write("DeleteOrganization", delete),
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    feature_set: Option<String>,
}

fn create(call: &Call<'_>, state: &mut State) -> Answer {
    let input: Input = call.input(INVALID)?;
    let all_features = match input.feature_set.as_deref() {
        None | Some("ALL") => true,
        Some("CONSOLIDATED_BILLING") => false,
        Some(_) => return Err(invalid("FeatureSet must be ALL or CONSOLIDATED_BILLING.")),
    };
    if state.org().is_some() {
        return Err(Refusal::new(
            "AlreadyInOrganizationException",
            "The AWS account is already a member of an organization, or the sandbox has one already.",
        ));
    }
    let org = Organization {
        partition: state.partition().to_owned(),
        id: format!("o-{}", random_id(10).to_lowercase()),
        root: format!("r-{}", random_id(4).to_lowercase()),
        management: call.caller.account.clone(),
        all_features,
        created: call.now,
    };
    state.accounts.update(&call.caller.account, |account| {
        (account.parent, account.joined, account.invited) = (Some(org.root.clone()), call.now, true);
    });
    state.organization.put(org.id.clone(), org.clone());
    answer(&json!({"Organization": organization(state, &org)}))
}

/// Takes effect at once where no invited account has to agree; the sandbox's never have to.
fn enable_all_features(call: &Call<'_>, state: &mut State) -> Answer {
    let org = for_management(call, state)?.clone();
    if org.all_features {
        return Err(Refusal::new(
            "HandshakeConstraintViolationException",
            "All features are already enabled in this organization.",
        ));
    }
    let id = format!("h-{}", random_id(16).to_lowercase());
    state.organization.update(&org.id, |org| org.all_features = true);
    answer(&json!({"Handshake": {
        "Id": id,
        "Arn": format!("{}:handshake/{}/enable_all_features/{id}", org.prefix(), org.id),
        "State": "ACCEPTED",
        "Action": "ENABLE_ALL_FEATURES",
        "RequestedTimestamp": seconds(call.now),
        "ExpirationTimestamp": seconds(call.now + 90 * DAY),
    }}))
}

fn delete(call: &Call<'_>, state: &mut State) -> Answer {
    let org = for_management(call, state)?.clone();
    let others = state.accounts.iter().any(|(id, account)| account.parent.is_some() && id != org.management);
    if others || state.units.len() > 0 {
        return Err(Refusal::new("OrganizationNotEmptyException", "The organization isn't empty."));
    }
    state.accounts.update(&org.management, |account| account.parent = None);
    let services: Vec<String> = state.service_access.iter().map(|(service, _)| service.to_owned()).collect();
    services.iter().for_each(|service| state.service_access.remove(service));
    state.organization.remove(&org.id);
    answer(&json!({}))
}
