//! A permission's two sides: what AWS has and what the files say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diag::Span;
use crate::diff::{PermissionStamp, PresentPermission, WantedPermission};
use crate::live::CustomerPermissionRow;
use crate::model::{AccountId, FeatureSet, PermissionArn, PermissionPolicy, ResourceType, ShareArn, Tags};
use crate::wire::malformed::{Malformed, id, ids};
use crate::wire::parts::{PlaceDocument, texts};

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct LivePermissionDocument {
    place: PlaceDocument,
    arn: String,
    resource_type: String,
    /// The default version.
    version: String,
    status: String,
    feature_set: String,
    tags: Tags,
    /// Shares that have it.
    users: Vec<String>,
}

impl LivePermissionDocument {
    pub fn new(present: &PresentPermission, labels: &BTreeMap<AccountId, String>) -> Self {
        let PresentPermission { place, row, users } = present;
        let CustomerPermissionRow { arn, version, resource_type, status, feature_set, tags } = row;
        Self {
            place: PlaceDocument::new(place, labels),
            arn: arn.to_string(),
            resource_type: resource_type.to_string(),
            version: version.clone(),
            status: status.clone(),
            feature_set: feature_set.to_string(),
            tags: tags.clone(),
            users: texts(users),
        }
    }

    pub fn read(&self) -> Result<PresentPermission, Malformed> {
        let Self { place, arn, resource_type, version, status, feature_set, tags, users } = self;
        Ok(PresentPermission {
            place: place.read()?,
            row: CustomerPermissionRow {
                arn: id(arn, PermissionArn::parse)?,
                version: version.clone(),
                resource_type: id(resource_type, ResourceType::parse)?,
                status: status.clone(),
                feature_set: FeatureSet::read(feature_set),
                tags: tags.clone(),
            },
            users: ids(users, ShareArn::parse)?,
        })
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct WantedPermissionDocument {
    place: PlaceDocument,
    arn: String,
    resource_type: String,
    /// The policy template, as JSON in a text.
    policy: String,
    /// With those of ownership. `ramctl:applied` comes beside: it holds `applied`, bound to the ARN.
    tags: Tags,
    /// A digest each of policy and tags.
    applied: String,
}

impl WantedPermissionDocument {
    pub fn new(wanted: &WantedPermission, labels: &BTreeMap<AccountId, String>) -> Self {
        let WantedPermission { place, span: _, arn, resource_type, policy, tags, ownership, stamp } = wanted;
        Self {
            place: PlaceDocument::new(place, labels),
            arn: arn.to_string(),
            resource_type: resource_type.to_string(),
            policy: policy.template(),
            tags: tags.iter().chain(ownership).map(|(k, v)| (k.clone(), v.clone())).collect(),
            applied: stamp.to_string(),
        }
    }

    pub fn read(&self, span: Span) -> Result<WantedPermission, Malformed> {
        let Self { place, arn, resource_type, policy: text, tags, applied } = self;
        let tags = tags.clone();
        // No configuration may name a tag like these.
        let (ownership, tags): (Tags, Tags) =
            tags.into_iter().partition(|(key, _)| key.starts_with("ramctl:"));
        Ok(WantedPermission {
            place: place.read()?,
            span,
            arn: id(arn, PermissionArn::parse)?,
            resource_type: id(resource_type, ResourceType::parse)?,
            policy: policy(text)?,
            tags,
            ownership,
            stamp: PermissionStamp::parse(applied)
                .ok_or_else(|| Malformed::new(applied, "digests of a configuration"))?,
        })
    }
}

fn policy(text: &str) -> Result<PermissionPolicy, Malformed> {
    PermissionPolicy::read(text).map_err(|error| Malformed::new(text, error.to_string()))
}
