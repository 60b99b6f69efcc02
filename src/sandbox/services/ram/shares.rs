//! CreateResourceShare, UpdateResourceShare, DeleteResourceShare, GetResourceShares and the promotion of policy-made shares.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::sandbox::services::ram::admission::{Target, Wanted, admit};
use crate::sandbox::services::ram::attachments::{TemplateIn, attach_first, attachments_of};
use crate::sandbox::services::ram::members::{dismiss, join};
use crate::sandbox::services::ram::output::{ShareOut, value};
use crate::sandbox::services::ram::tags::{TagIn, read_tags};
use crate::sandbox::services::ram::views::reaching;
use crate::sandbox::services::ram::{
    INVALID, Owner, changeable_share, invalid, is_seen, no_such_share, object, once, one_of, own_share,
    owner, pager, required, share_id, shows_tags, unknown, wrong_state,
};
use crate::sandbox::services::{Answer, Call, Operation, Refusal, answer};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ram::*;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateResourceShare", create),
    Operation::write("UpdateResourceShare", update),
    Operation::write("DeleteResourceShare", delete),
    Operation::read("GetResourceShares", get),
    Operation::write("PromoteResourceShareCreatedFromPolicy", promote),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateInput {
    name: Option<String>,
    resource_arns: Option<Vec<String>>,
    principals: Option<Vec<String>>,
    sources: Option<Vec<String>>,
    tags: Option<Vec<TagIn>>,
    allow_external_principals: Option<bool>,
    permission_arns: Option<Vec<String>>,
    permission_template_parameters: Option<Vec<TemplateIn>>,
    resource_share_configuration: Option<ConfigurationIn>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConfigurationIn {
    retain_sharing_on_account_leave_organization: Option<bool>,
}

fn create(call: &Call<'_>, state: &mut State) -> Answer {
    once(call, state, "CreateResourceShare", |call, state| {
        let input: CreateInput = call.input(INVALID)?;
        let name = required(input.name, "name")?;
        check_name(&name)?;
        let tags = read_tags(input.tags.unwrap_or_default(), &Tags::new())?;
        let mine = place(&call.caller.account, call.region);
        // The sum over all places is quick to have, and seldom large enough for a count.
        if state.shares.len() >= 25_000
            && state.shares.under(&mine).filter(|(_, share)| share.is_live()).count() >= 25_000
        {
            return Err(Refusal::new(
                "ResourceShareLimitExceededException",
                "You have reached the number of resource shares that you can have in this Region.",
            ));
        }
        let allow_external = input.allow_external_principals.unwrap_or(true);
        let retain =
            input.resource_share_configuration.and_then(|c| c.retain_sharing_on_account_leave_organization);
        if retain == Some(true) && !allow_external {
            return Err(invalid(
                "retainSharingOnAccountLeaveOrganization requires that the resource share allows external principals.",
            ));
        }
        let id = ShareId {
            account: call.caller.account.clone(),
            region: call.region.to_owned(),
            uuid: share_uuid(),
        };
        let target = Target { id: &id, allow_external, retain: retain == Some(true) };
        let (resources, principals, sources) = (
            input.resource_arns.unwrap_or_default(),
            input.principals.unwrap_or_default(),
            input.sources.unwrap_or_default(),
        );
        let wanted = Wanted { resources: &resources, principals: &principals, sources: &sources };
        let admitted = admit(call, state, &target, wanted)?;
        let templates = input.permission_template_parameters.unwrap_or_default();
        attach_first(call, state, &id, &input.permission_arns.unwrap_or_default(), templates)?;
        let pending = call.behaviour.pending_ms > 0;
        let share = Share {
            id: id.clone(),
            name,
            allow_external,
            status: if pending { ShareStatus::Pending } else { ShareStatus::Active },
            message: None,
            feature_set: FeatureSet::Standard,
            retain,
            tags,
            created: call.now,
            updated: call.now,
            due: pending.then_some(call.now + call.behaviour.pending_ms),
        };
        state.shares.put(id.key(), share.clone());
        join(call, state, &id, admitted);
        Ok(object([("resourceShare", value(&ShareOut::created(&share)))]))
    })
}

/// Looks like a UUID and need not be one: RAM sets neither version nor variant.
fn share_uuid() -> String {
    uuid::Uuid::from_u128(fastrand::u128(..)).to_string()
}

/// The model has no pattern; the console asks for letters, digits, spaces, dots and hyphens.
fn check_name(name: &str) -> Result<(), Refusal> {
    if name.is_empty() || name.chars().count() > 255 {
        return Err(invalid("The name of a resource share has 1 to 255 characters."));
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdateInput {
    resource_share_arn: Option<String>,
    name: Option<String>,
    allow_external_principals: Option<bool>,
}

fn update(call: &Call<'_>, state: &mut State) -> Answer {
    once(call, state, "UpdateResourceShare", |call, state| {
        let input: UpdateInput = call.input(INVALID)?;
        let share = changeable_share(call, state, input.resource_share_arn.as_deref())?;
        if input.name.is_none() && input.allow_external_principals.is_none() {
            return Err(Refusal::new(
                "MissingRequiredParameterException",
                "Specify a name or allowExternalPrincipals.",
            ));
        }
        if let Some(name) = &input.name {
            check_name(name)?;
        }
        let id = share.id.clone();
        // What real RAM does with the external principals that are there is not known; refusing shows a wrong order.
        if input.allow_external_principals == Some(false)
            && state.members_of(&id, Side::Principal).any(|member| member.external && member.status.is_on())
        {
            return Err(invalid("Disassociate the principals outside your organization first."));
        }
        state.shares.update(&id.key(), |share| {
            if let Some(name) = input.name {
                share.name = name;
            }
            share.allow_external = input.allow_external_principals.unwrap_or(share.allow_external);
            share.updated = call.now;
        });
        let share = state.shares.get(&id.key()).ok_or_else(|| no_such_share(&id.arn()))?;
        Ok(object([("resourceShare", value(&ShareOut::updated(share)))]))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShareInput {
    resource_share_arn: Option<String>,
}

fn delete(call: &Call<'_>, state: &mut State) -> Answer {
    once(call, state, "DeleteResourceShare", |call, state| {
        let input: ShareInput = call.input(INVALID)?;
        let arn = required(input.resource_share_arn, "resourceShareArn")?;
        let share = own_share(call, state, &arn)?;
        match (share.status, share.feature_set) {
            (ShareStatus::Deleted, _) => return Err(no_such_share(&arn)),
            (ShareStatus::Deleting, _) => {
                return Err(wrong_state(format!("The resource share {arn} is being deleted.")));
            }
            (_, FeatureSet::CreatedFromPolicy | FeatureSet::PromotingToStandard) => {
                changeable_share(call, state, Some(&arn))?;
            }
            _ => {}
        }
        let id = share.id.clone();
        for side in Side::ALL {
            let entities: Vec<String> = state
                .members_of(&id, side)
                .filter(|member| member.status.is_on() || member.status == Association::Failed)
                .map(|member| member.entity.clone())
                .collect();
            for entity in entities {
                dismiss(call, state, &id, side, &entity);
            }
        }
        for key in attachments_of(state, &id) {
            state.attachments.remove(&key);
        }
        state.shares.update(&id.key(), |share| {
            (share.status, share.updated) = (ShareStatus::Deleting, call.now);
            share.due = Some(call.now + call.behaviour.leaves_in(&share.id.uuid));
        });
        Ok(object([("returnValue", Value::Bool(true))]))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TagFilter {
    tag_key: Option<String>,
    tag_values: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetInput {
    resource_share_arns: Option<Vec<String>>,
    resource_share_status: Option<String>,
    resource_owner: Option<String>,
    name: Option<String>,
    tag_filters: Option<Vec<TagFilter>>,
    permission_arn: Option<String>,
    permission_version: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GetOutput<'a> {
    resource_shares: Vec<ShareOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

fn get(call: &Call<'_>, state: &State) -> Answer {
    let input: GetInput = call.input(INVALID)?;
    let owner = owner(input.resource_owner.as_deref())?;
    one_of(
        input.resource_share_status.as_deref(),
        "resourceShareStatus",
        &["PENDING", "ACTIVE", "FAILED", "DELETING", "DELETED"],
    )?;
    let only: Option<BTreeSet<String>> = match &input.resource_share_arns {
        Some(arns) if !arns.is_empty() => {
            Some(arns.iter().map(|arn| share_id(arn).map(|id| id.key())).collect::<Result<_, Refusal>>()?)
        }
        _ => None,
    };
    let fits = |key: &str, share: &Share| {
        is_seen(call, share)
            && input.name.as_ref().is_none_or(|name| *name == share.name)
            && only.as_ref().is_none_or(|only| only.contains(key))
            && input
                .resource_share_status
                .as_ref()
                .is_none_or(|status| value(&share.status) == status.as_str())
            && input.tag_filters.as_ref().is_none_or(|filters| {
                filters.is_empty() || (shows_tags(call, share) && has_tag(share, filters))
            })
            && input.permission_arn.as_ref().is_none_or(|arn| {
                state.attachments.under(&format!("{}/", share.id.key())).any(|(_, attached)| {
                    attached.permission == *arn
                        && input.permission_version.is_none_or(|v| v == attached.version)
                })
            })
    };
    let pager = pager(call, "GetResourceShares", only.is_some() && input.name.is_some())?;
    let page = match owner {
        Owner::Myself => {
            let mine = place(&call.caller.account, call.region);
            for key in only.iter().flatten() {
                if !key.starts_with(&mine) || !state.shares.get(key).is_some_and(|share| is_seen(call, share))
                {
                    return Err(unknown(format!("ResourceShare {key} could not be found.")));
                }
            }
            let rows = state.shares.under_after(&mine, pager.after());
            let output = |share| {
                if shows_tags(call, share) { ShareOut::new(share) } else { ShareOut::without_tags(share) }
            };
            pager.take(rows.filter(|(key, share)| fits(key, share)).map(|(key, share)| (key, output(share))))
        }
        Owner::Others => {
            let shares = reaching(call, state);
            for key in only.iter().flatten() {
                if !shares.contains_key(key) {
                    return Err(unknown(format!("ResourceShare {key} could not be found.")));
                }
            }
            pager.take_sorted(shares.into_keys().filter_map(|key| {
                let share = state.shares.get(&key).filter(|share| fits(&key, share))?;
                Some((key, ShareOut::without_tags(share)))
            }))
        }
    };
    answer(&GetOutput { resource_shares: page.rows, next_token: page.next })
}

/// Filters are ORed: one that fits is enough.
fn has_tag(share: &Share, filters: &[TagFilter]) -> bool {
    filters.iter().any(|filter| {
        filter.tag_key.as_ref().and_then(|key| share.tags.get(key)).is_some_and(|tag| {
            filter.tag_values.as_ref().is_none_or(|values| values.is_empty() || values.contains(tag))
        })
    })
}

/// Promotes a CREATED_FROM_POLICY share whose permissions were promoted before.
fn promote(call: &Call<'_>, state: &mut State) -> Answer {
    let input: ShareInput = call.input(INVALID)?;
    let Some(arn) = input.resource_share_arn else {
        return Err(Refusal::new("MissingRequiredParameterException", "Specify resourceShareArn."));
    };
    let share = own_share(call, state, &arn)?;
    if share.feature_set != FeatureSet::CreatedFromPolicy {
        return Err(invalid("The resource share was not created from a resource-based policy."));
    }
    let id = share.id.clone();
    let keys = attachments_of(state, &id);
    let mut promoted = Vec::new();
    for key in &keys {
        let Some(attached) = state.attachments.get(key) else { continue };
        promoted
            .push((key.clone(), crate::sandbox::services::ram::permissions::standard_twin(state, attached)?));
    }
    for (key, twin) in promoted {
        let policy_made = state.attachments.get(&key).map(|attached| attached.permission.clone());
        state.attachments.update(&key, |attached| {
            (attached.permission, attached.version) = twin;
            attached.values.clear();
            attached.updated = call.now;
        });
        if let Some(arn) = policy_made {
            crate::sandbox::services::ram::permissions::forget_unused(state, &arn);
        }
    }
    state.shares.update(&id.key(), |share| {
        (share.feature_set, share.updated) = (FeatureSet::PromotingToStandard, call.now);
        share.due = Some(call.now + call.behaviour.associate_ms.max(1));
    });
    let mut output = Map::new();
    output.insert("returnValue".into(), Value::Bool(true));
    answer(&output)
}
