//! ListResources and ListPrincipals, by the owner and by those who receive.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::sandbox::clock::seconds;
use crate::sandbox::services::ram::{INVALID, Owner, kinds, one_of, owner, pager, share_id};
use crate::sandbox::services::{Answer, Call, Operation, Refusal, answer};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ram::*;

pub(super) const OPERATIONS: &[Operation] =
    &[Operation::read("ListResources", list_resources), Operation::read("ListPrincipals", list_principals)];

/// The shares of others that reach the caller's account in this Region, each with the principals by which it does.
pub(super) fn reaching(call: &Call<'_>, state: &State) -> BTreeMap<String, Vec<String>> {
    let me = &call.caller.account;
    let prefixes = [format!("arn:{}:iam::{me}:", state.partition())];
    let mut exact = vec![me.clone()];
    if let Some(org) = state.org()
        && let Some(account) = state.accounts.get(me)
        && account.parent.is_some()
    {
        exact.push(org.arn());
        exact.extend(state.units_above(account.parent.as_deref()).iter().map(|unit| org.unit_arn(&unit.id)));
    }
    let text = |entity: &str| Member::entity_index(call.region, Side::Principal, entity);
    let keys = exact
        .iter()
        .map(|entity| (text(entity), Some(entity)))
        .chain(prefixes.iter().map(|prefix| (text(prefix), None)))
        .flat_map(|(prefix, entity)| state.members.indexed(&prefix).map(move |key| (key, entity)));
    let mut shares: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, entity) in keys {
        let Some(member) = state.members.get(key) else { continue };
        let counts = member.status == Association::Associated
            && member.share.account != *me
            && entity.is_none_or(|entity| *entity == member.entity)
            // The consumer does not see shares that a resource policy made.
            && state.shares.get(&member.share.key()).is_some_and(|share| share.feature_set == FeatureSet::Standard);
        if counts {
            shares.entry(member.share.key()).or_default().push(member.entity.clone());
        }
    }
    shares
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResourceOut<'a> {
    arn: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    resource_share_arn: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_message: Option<&'a str>,
    creation_time: f64,
    last_updated_time: f64,
    resource_region_scope: &'static str,
}

impl<'a> ResourceOut<'a> {
    fn new(member: &'a Member) -> Self {
        let kind = member.resource_type.as_deref().unwrap_or_default();
        Self {
            arn: &member.entity,
            kind,
            resource_share_arn: member.share.arn(),
            status: match member.status {
                Association::Associated => "AVAILABLE",
                Association::Associating => "PENDING",
                _ => "UNAVAILABLE",
            },
            status_message: member.message.as_deref(),
            creation_time: seconds(member.created),
            last_updated_time: seconds(member.updated),
            resource_region_scope: kinds::by_code(kind).map_or("REGIONAL", |kind| kind.scope()),
        }
    }

    pub(super) fn scope(&self) -> &'static str {
        self.resource_region_scope
    }
}

/// The resources that are on a share, or about to be.
pub(super) fn resource_rows<'a>(
    state: &'a State,
    share: &ShareId,
) -> impl Iterator<Item = (String, ResourceOut<'a>)> + use<'a> {
    state
        .members
        .under(&Member::prefix(share, Side::Resource))
        .filter(|(_, member)| member.status.is_on())
        .map(|(key, member)| (key.to_owned(), ResourceOut::new(member)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListInput {
    resource_owner: Option<String>,
    principal: Option<String>,
    principals: Option<Vec<String>>,
    resource_arn: Option<String>,
    resource_type: Option<String>,
    resource_arns: Option<Vec<String>>,
    resource_share_arns: Option<Vec<String>>,
    resource_region_scope: Option<String>,
}

fn filter_shares(arns: Option<&Vec<String>>) -> Result<Option<Vec<ShareId>>, Refusal> {
    match arns {
        Some(arns) if !arns.is_empty() => {
            arns.iter().map(|arn| share_id(arn)).collect::<Result<_, _>>().map(Some)
        }
        _ => Ok(None),
    }
}

fn check_type(code: Option<&str>) -> Result<(), Refusal> {
    match code {
        Some(code) if kinds::by_code(code).is_none() => Err(Refusal::new(
            "InvalidResourceTypeException",
            format!("The resource type {code} is not valid. ListResourceTypes lists those that are."),
        )),
        _ => Ok(()),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourcesOutput<'a> {
    resources: Vec<ResourceOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

fn list_resources(call: &Call<'_>, state: &State) -> Answer {
    let input: ListInput = call.input(INVALID)?;
    let owner = owner(input.resource_owner.as_deref())?;
    one_of(input.resource_region_scope.as_deref(), "resourceRegionScope", &["ALL", "REGIONAL", "GLOBAL"])?;
    check_type(input.resource_type.as_deref())?;
    let shares = filter_shares(input.resource_share_arns.as_ref())?;
    let pager = pager(call, "ListResources", shares.is_some() && input.resource_arns.is_some())?;
    let fits = |member: &Member| {
        member.status.is_on()
            && shares.as_ref().is_none_or(|shares| shares.contains(&member.share))
            && input
                .resource_arns
                .as_ref()
                .is_none_or(|arns| arns.is_empty() || arns.contains(&member.entity))
            && input.resource_type.as_ref().is_none_or(|code| {
                member.resource_type.as_ref().is_some_and(|kind| kind.eq_ignore_ascii_case(code))
            })
            && input.resource_region_scope.as_deref().is_none_or(|scope| {
                scope == "ALL"
                    || member
                        .resource_type
                        .as_deref()
                        .and_then(kinds::by_code)
                        .is_some_and(|k| k.scope() == scope)
            })
            && input.principal.as_ref().is_none_or(|principal| match owner {
                Owner::Myself => state
                    .members
                    .get(&Member::key(&member.share, Side::Principal, principal))
                    .is_some_and(|principal| principal.status.is_on()),
                Owner::Others => member.share.account == *principal,
            })
    };
    let page = match owner {
        Owner::Myself => {
            let prefix = format!("{}{}/", place(&call.caller.account, call.region), Side::Resource.as_str());
            let rows = state.members.under_after(&prefix, pager.after()).filter(|(_, member)| fits(member));
            pager.take(rows.map(|(key, member)| (key, ResourceOut::new(member))))
        }
        Owner::Others => {
            let reaching = reaching(call, state);
            let mut rows: Vec<(String, ResourceOut<'_>)> = reaching
                .keys()
                .filter_map(|key| state.shares.get(key))
                .flat_map(|share| state.members.under(&Member::prefix(&share.id, Side::Resource)))
                .filter(|(_, member)| member.status == Association::Associated && fits(member))
                .map(|(key, member)| (key.to_owned(), ResourceOut::new(member)))
                .collect();
            rows.sort_by(|(a, _), (b, _)| a.cmp(b));
            pager.take_sorted(rows)
        }
    };
    answer(&ResourcesOutput { resources: page.rows, next_token: page.next })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PrincipalOut<'a> {
    id: &'a str,
    resource_share_arn: String,
    creation_time: f64,
    last_updated_time: f64,
    external: bool,
}

impl<'a> PrincipalOut<'a> {
    fn new(id: &'a str, member: &Member) -> Self {
        Self {
            id,
            resource_share_arn: member.share.arn(),
            creation_time: seconds(member.created),
            last_updated_time: seconds(member.updated),
            external: member.external,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PrincipalsOutput<'a> {
    principals: Vec<PrincipalOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

fn list_principals(call: &Call<'_>, state: &State) -> Answer {
    let input: ListInput = call.input(INVALID)?;
    let owner = owner(input.resource_owner.as_deref())?;
    check_type(input.resource_type.as_deref())?;
    let shares = filter_shares(input.resource_share_arns.as_ref())?;
    let pager = pager(call, "ListPrincipals", shares.is_some() && input.principals.is_some())?;
    let wants_share = |share: &ShareId| {
        shares.as_ref().is_none_or(|shares| shares.contains(share))
            && input.resource_arn.as_ref().is_none_or(|arn| {
                state
                    .members
                    .get(&Member::key(share, Side::Resource, arn))
                    .is_some_and(|member| member.status.is_on())
            })
            && input.resource_type.as_ref().is_none_or(|code| {
                state.members_of(share, Side::Resource).any(|member| {
                    member.status.is_on()
                        && member.resource_type.as_ref().is_some_and(|kind| kind.eq_ignore_ascii_case(code))
                })
            })
    };
    let wants = |id: &str| {
        input
            .principals
            .as_ref()
            .is_none_or(|wanted| wanted.is_empty() || wanted.iter().any(|wanted| wanted == id))
    };
    let page = match owner {
        Owner::Myself => {
            let prefix = format!("{}{}/", place(&call.caller.account, call.region), Side::Principal.as_str());
            let rows = state.members.under_after(&prefix, pager.after()).filter(|(_, member)| {
                member.status.is_on() && wants(&member.entity) && wants_share(&member.share)
            });
            pager.take(rows.map(|(key, member)| (key, PrincipalOut::new(&member.entity, member))))
        }
        // To a consumer the principal is who shares.
        Owner::Others => {
            let reaching = reaching(call, state);
            let rows = reaching.iter().filter_map(|(key, principals)| {
                let share = state.shares.get(key)?;
                let member =
                    state.members.get(&Member::key(&share.id, Side::Principal, principals.first()?))?;
                (wants(&share.id.account) && wants_share(&share.id))
                    .then(|| (key.clone(), PrincipalOut::new(&share.id.account, member)))
            });
            pager.take_sorted(rows.collect::<Vec<_>>())
        }
    };
    answer(&PrincipalsOutput { principals: page.rows, next_token: page.next })
}
