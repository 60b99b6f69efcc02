//! A share as it is, and as it is to be.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diag::Span;
use crate::diff::{Present, Stamp, Wanted};
use crate::live::{Association, AttachedPermission, LiveShare};
use crate::model::{
    AccountId, AssociationStatus, FeatureSet, PermissionArn, Principal, ResourceArn, ResourceType, ShareArn,
    ShareStatus, Tags,
};
use crate::plan::Fingerprint;
use crate::wire::malformed::{Malformed, id, ids, times};
use crate::wire::parts::{PlaceDocument, texts};
use crate::wire::words::MemberWord;

/// A share as it was read.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct LiveDocument {
    place: PlaceDocument,
    arn: String,
    /// SHA-256 over everything of it that a step may depend on. A saved plan is refused where it is another one.
    fingerprint: String,
    status: String,
    status_message: Option<String>,
    name: String,
    allow_external_principals: bool,
    retain_sharing_on_account_leave_organization: bool,
    feature_set: String,
    created: Option<String>,
    updated: Option<String>,
    resources: Vec<String>,
    principals: Vec<String>,
    sources: Vec<String>,
    permissions: BTreeMap<String, String>,
    permission_versions: BTreeMap<String, VersionDocument>,
    tags: Tags,
    /// The state of each resource, principal and source, in this order.
    members: Vec<MemberDocument>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct VersionDocument {
    version: String,
    /// Whether it is the permission's default version.
    default: bool,
    feature_set: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct MemberDocument {
    kind: MemberWord,
    subject: String,
    status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    external: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    updated: Option<String>,
}

/// A share as it is to be.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct WantedDocument {
    place: PlaceDocument,
    name: String,
    allow_external_principals: bool,
    retain_sharing_on_account_leave_organization: bool,
    resources: Vec<String>,
    /// Of the resources whose type is known.
    resource_types: BTreeMap<String, String>,
    principals: Vec<String>,
    /// Names for people.
    principal_labels: BTreeMap<String, String>,
    sources: Vec<String>,
    permissions: BTreeMap<String, String>,
    /// With those of ownership. `ramctl:applied` comes beside: it holds `applied`, bound to the share's ARN.
    tags: Tags,
    /// A digest each of settings, resources, principals, permissions and tags.
    applied: String,
    /// Shares of the same address that go once this one is complete.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    replaces: Vec<String>,
}

impl LiveDocument {
    pub fn new(present: &Present, labels: &BTreeMap<AccountId, String>) -> Self {
        let Present { place, share } = present;
        let LiveShare {
            arn,
            name,
            status,
            status_message,
            allow_external_principals,
            retain_sharing,
            feature_set,
            tags,
            created,
            updated,
            resources,
            principals,
            sources,
            permissions,
        } = share;
        let resource_members =
            resources.iter().map(|(arn, a)| MemberDocument::new(MemberWord::Resource, arn.to_string(), a));
        let principal_members =
            principals.iter().map(|(p, a)| MemberDocument::new(MemberWord::Principal, p.to_string(), a));
        let source_members =
            sources.iter().map(|(source, a)| MemberDocument::new(MemberWord::Source, source.clone(), a));
        Self {
            place: PlaceDocument::new(place, labels),
            arn: arn.to_string(),
            fingerprint: Fingerprint::of_live(present).to_string(),
            status: status.to_string(),
            status_message: status_message.clone(),
            name: name.clone(),
            allow_external_principals: *allow_external_principals,
            retain_sharing_on_account_leave_organization: *retain_sharing,
            feature_set: feature_set.to_string(),
            created: created.map(|at| at.to_string()),
            updated: updated.map(|at| at.to_string()),
            resources: texts(resources.keys()),
            principals: texts(principals.keys()),
            sources: texts(sources.keys()),
            permissions: permissions.iter().map(|(kind, p)| (kind.to_string(), p.arn.to_string())).collect(),
            permission_versions: permissions
                .iter()
                .map(|(kind, p)| {
                    let version = VersionDocument {
                        version: p.version.clone(),
                        default: p.default_version,
                        feature_set: p.feature_set.to_string(),
                    };
                    (kind.to_string(), version)
                })
                .collect(),
            tags: tags.clone(),
            members: resource_members.chain(principal_members).chain(source_members).collect(),
        }
    }

    pub fn read(&self) -> Result<Present, Malformed> {
        let mut share = LiveShare {
            arn: id(&self.arn, ShareArn::parse)?,
            name: self.name.clone(),
            status: ShareStatus::read(&self.status),
            status_message: self.status_message.clone(),
            allow_external_principals: self.allow_external_principals,
            retain_sharing: self.retain_sharing_on_account_leave_organization,
            feature_set: FeatureSet::read(&self.feature_set),
            tags: self.tags.clone(),
            created: times(self.created.as_deref())?,
            updated: times(self.updated.as_deref())?,
            resources: BTreeMap::new(),
            principals: BTreeMap::new(),
            sources: BTreeMap::new(),
            permissions: BTreeMap::new(),
        };
        for member in &self.members {
            let association = member.read()?;
            let MemberDocument { kind, subject, .. } = member;
            match kind {
                MemberWord::Resource => {
                    drop(share.resources.insert(id(subject, ResourceArn::parse)?, association));
                }
                MemberWord::Principal => {
                    drop(share.principals.insert(Principal::read(subject), association));
                }
                MemberWord::Source => drop(share.sources.insert(subject.clone(), association)),
            }
        }
        for (kind, arn) in &self.permissions {
            let Some(VersionDocument { version, default, feature_set }) = self.permission_versions.get(kind)
            else {
                return Err(Malformed::new(kind, "a permission with a version"));
            };
            let attached = AttachedPermission {
                arn: id(arn, PermissionArn::parse)?,
                version: version.clone(),
                default_version: *default,
                feature_set: FeatureSet::read(feature_set),
            };
            share.permissions.insert(id(kind, ResourceType::parse)?, attached);
        }
        let present = Present { place: self.place.read()?, share };
        if Fingerprint::of_live(&present).to_string() != self.fingerprint {
            return Err(Malformed::new(&self.fingerprint, "the fingerprint of its share"));
        }
        Ok(present)
    }
}

impl MemberDocument {
    fn new(kind: MemberWord, subject: String, association: &Association) -> Self {
        let Association { status, status_message, external, created, updated } = association;
        Self {
            kind,
            subject,
            status: status.to_string(),
            message: status_message.clone(),
            external: *external,
            created: created.map(|at| at.to_string()),
            updated: updated.map(|at| at.to_string()),
        }
    }

    fn read(&self) -> Result<Association, Malformed> {
        let Self { kind: _, subject: _, status, message, external, created, updated } = self;
        Ok(Association {
            status: AssociationStatus::read(status),
            status_message: message.clone(),
            external: *external,
            created: times(created.as_deref())?,
            updated: times(updated.as_deref())?,
        })
    }
}

impl WantedDocument {
    pub fn new(wanted: &Wanted, labels: &BTreeMap<AccountId, String>) -> Self {
        let Wanted {
            place,
            span: _, // the share's source
            name,
            allow_external_principals,
            retain_sharing,
            resources,
            principals,
            sources,
            permissions,
            tags,
            ownership,
            stamp,
            replaces,
        } = wanted;
        let types =
            resources.iter().filter_map(|(arn, kind)| Some((arn.to_string(), kind.as_ref()?.to_string())));
        Self {
            place: PlaceDocument::new(place, labels),
            name: name.clone(),
            allow_external_principals: *allow_external_principals,
            retain_sharing_on_account_leave_organization: *retain_sharing,
            resources: texts(resources.keys()),
            resource_types: types.collect(),
            principals: texts(principals.keys()),
            principal_labels: principals.iter().map(|(p, label)| (p.to_string(), label.clone())).collect(),
            sources: texts(sources),
            permissions: permissions.iter().map(|(kind, arn)| (kind.to_string(), arn.to_string())).collect(),
            tags: tags.iter().chain(ownership).map(|(k, v)| (k.clone(), v.clone())).collect(),
            applied: stamp.to_string(),
            replaces: texts(replaces),
        }
    }

    /// `span` is where the share's block is.
    pub fn read(&self, span: Span) -> Result<Wanted, Malformed> {
        let Self {
            place,
            name,
            allow_external_principals,
            retain_sharing_on_account_leave_organization,
            resources,
            resource_types,
            principals,
            principal_labels,
            sources,
            permissions,
            tags,
            applied,
            replaces,
        } = self;
        let tags = tags.clone();
        // No configuration may name a tag like these.
        let (ownership, tags): (Tags, Tags) =
            tags.into_iter().partition(|(key, _)| key.starts_with("ramctl:"));
        let resource = |text: &String| {
            let kind = resource_types.get(text).map(|kind| id(kind, ResourceType::parse)).transpose()?;
            Ok((id(text, ResourceArn::parse)?, kind))
        };
        let principal = |text: &String| {
            let label = principal_labels.get(text).cloned().unwrap_or_default();
            (Principal::read(text), label)
        };
        let permission = |(kind, arn): (&String, &String)| {
            Ok((id(kind, ResourceType::parse)?, id(arn, PermissionArn::parse)?))
        };
        Ok(Wanted {
            place: place.read()?,
            span,
            name: name.clone(),
            allow_external_principals: *allow_external_principals,
            retain_sharing: *retain_sharing_on_account_leave_organization,
            resources: resources.iter().map(resource).collect::<Result<_, Malformed>>()?,
            principals: principals.iter().map(principal).collect(),
            sources: sources.iter().cloned().collect(),
            permissions: permissions.iter().map(permission).collect::<Result<_, Malformed>>()?,
            tags,
            ownership,
            stamp: Stamp::parse(applied)
                .ok_or_else(|| Malformed::new(applied, "digests of a configuration"))?,
            replaces: ids(replaces, ShareArn::parse)?,
        })
    }
}
