//! RAM's structures as its model writes them.

use serde::Serialize;
use serde_json::Value;

use crate::sandbox::clock::seconds;
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ram::*;

#[derive(Serialize)]
pub(super) struct TagOut<'a> {
    key: &'a str,
    value: &'a str,
}

pub(super) fn tags(tags: &Tags) -> Vec<TagOut<'_>> {
    tags.iter().map(|(key, value)| TagOut { key, value }).collect()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Configuration {
    retain_sharing_on_account_leave_organization: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShareOut<'a> {
    resource_share_arn: String,
    name: &'a str,
    owning_account_id: &'a str,
    allow_external_principals: bool,
    status: ShareStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<TagOut<'a>>>,
    creation_time: f64,
    last_updated_time: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    feature_set: Option<FeatureSet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_share_configuration: Option<Configuration>,
}

impl<'a> ShareOut<'a> {
    /// As the owner sees the share.
    pub(super) fn new(share: &'a Share) -> Self {
        Self {
            resource_share_arn: share.id.arn(),
            name: &share.name,
            owning_account_id: &share.id.account,
            allow_external_principals: share.allow_external,
            status: share.status,
            status_message: share.message.as_deref(),
            tags: Some(tags(&share.tags)).filter(|tags| !tags.is_empty()),
            creation_time: seconds(share.created),
            last_updated_time: seconds(share.updated),
            feature_set: Some(share.feature_set),
            resource_share_configuration: share
                .retain
                .map(|retain| Configuration { retain_sharing_on_account_leave_organization: retain }),
        }
    }

    /// As a consumer sees it, and the owner before its tags have come through: tags are the owner's.
    pub(super) fn without_tags(share: &'a Share) -> Self {
        Self { tags: None, ..Self::new(share) }
    }

    /// As CreateResourceShare answers it: without the feature set, so that clients re-read, and with a list of tags that may be empty.
    pub(super) fn created(share: &'a Share) -> Self {
        Self { tags: Some(tags(&share.tags)), ..Self::updated(share) }
    }

    /// As UpdateResourceShare answers it.
    pub(super) fn updated(share: &'a Share) -> Self {
        Self { feature_set: None, ..Self::new(share) }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MemberOut<'a> {
    resource_share_arn: String,
    resource_share_name: &'a str,
    associated_entity: &'a str,
    association_type: Side,
    status: &'a Association,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_message: Option<&'a str>,
    creation_time: f64,
    last_updated_time: f64,
    external: bool,
}

impl<'a> MemberOut<'a> {
    pub(super) fn new(state: &'a State, member: &'a Member) -> Self {
        Self {
            resource_share_arn: member.share.arn(),
            resource_share_name: state.shares.get(&member.share.key()).map_or("", |share| &share.name),
            associated_entity: &member.entity,
            association_type: member.side,
            status: &member.status,
            status_message: member.message.as_deref(),
            creation_time: seconds(member.created),
            last_updated_time: seconds(member.updated),
            external: member.external,
        }
    }
}

/// A member as the calls that change it answer: without the share's name and without times.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChangedMemberOut<'a> {
    resource_share_arn: String,
    associated_entity: &'a str,
    association_type: Side,
    status: &'a Association,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_message: Option<&'a str>,
    external: bool,
}

impl<'a> ChangedMemberOut<'a> {
    pub(super) fn new(member: &'a Member) -> Self {
        Self {
            resource_share_arn: member.share.arn(),
            associated_entity: &member.entity,
            association_type: member.side,
            status: &member.status,
            status_message: member.message.as_deref(),
            external: member.external,
        }
    }
}

/// A structure as a value, for answers that are remembered.
pub(super) fn value(output: &impl Serialize) -> Value {
    serde_json::to_value(output).expect("structures of texts, numbers and lists are JSON")
}
