//! Managed permissions: AWS's, and those that customers write.

mod changes;
mod parameters;
mod promotion;
mod reads;
mod template;

pub(super) use parameters::{ValuesIn, out as parameters_out, rendered, values};
pub(super) use promotion::{forget_unused, standard_twin};
pub(super) use reads::{SummaryOut, of_share};

use serde::Deserialize;

use crate::model::PermissionArn;
use crate::sandbox::services::ram::kinds::{self, Managed};
use crate::sandbox::services::ram::{invalid, malformed_arn, not_permitted, unknown};
use crate::sandbox::services::{Call, Operation, Refusal};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ram::*;

pub(super) const OPERATIONS: &[&[Operation]] =
    &[reads::OPERATIONS, changes::OPERATIONS, promotion::OPERATIONS];

/// A permission that an ARN names, found.
pub(super) enum Resolved {
    Aws(Managed),
    Customer(Box<Permission>),
}

impl Resolved {
    pub(super) fn arn(&self) -> String {
        match self {
            Self::Aws(managed) => managed.arn(),
            Self::Customer(permission) => permission.arn(),
        }
    }

    pub(super) fn resource_type(&self) -> &str {
        match self {
            Self::Aws(managed) => managed.kind.code(),
            Self::Customer(permission) => &permission.resource_type,
        }
    }

    pub(super) fn default_version(&self, state: &State) -> u32 {
        match self {
            Self::Aws(managed) => managed.version(state),
            Self::Customer(permission) => permission.default,
        }
    }

    pub(super) fn feature_set(&self) -> FeatureSet {
        match self {
            Self::Aws(_) => FeatureSet::Standard,
            Self::Customer(permission) => permission.feature_set,
        }
    }

    /// The policy text of a version that exists.
    pub(super) fn policy(&self, state: &State, version: u32) -> Option<String> {
        match self {
            Self::Aws(managed) => {
                (1..=managed.version(state)).contains(&version).then(|| managed.policy(version))
            }
            Self::Customer(permission) => {
                permission.versions.get(&version).map(|version| version.policy.clone())
            }
        }
    }

    /// The template parameters that a version declares.
    pub(super) fn parameters(&self, version: u32) -> &[TemplateParameter] {
        match self {
            Self::Aws(_) => &[],
            Self::Customer(permission) => {
                permission.versions.get(&version).map_or(&[], |version| &version.parameters)
            }
        }
    }

    pub(super) fn must_be_attachable(&self) -> Result<(), Refusal> {
        match self {
            Self::Customer(permission) if permission.status == PermissionStatus::Deprecated => {
                Err(not_permitted(format!("The permission {} is deprecated.", permission.arn())))
            }
            _ => Ok(()),
        }
    }
}

fn no_such_permission(arn: &str) -> Refusal {
    unknown(format!("Permission {arn} could not be found."))
}

/// Finds a permission that the caller may use: AWS's, or its own in the call's Region.
pub(super) fn resolve(call: &Call<'_>, state: &State, arn: &str) -> Result<Resolved, Refusal> {
    let parsed = PermissionArn::parse(arn).map_err(|_| malformed_arn(arn))?;
    let mine = |found: &Resolved| match found {
        Resolved::Aws(_) => true,
        Resolved::Customer(permission) => {
            permission.account == call.caller.account && permission.region == call.region
        }
    };
    find(state, &parsed, call.region).filter(mine).ok_or_else(|| no_such_permission(arn))
}

/// A permission that is attached to a share, whosever it is.
pub(super) fn attached(state: &State, attachment: &Attachment) -> Option<Resolved> {
    find(state, &PermissionArn::parse(&attachment.permission).ok()?, &attachment.share.region)
}

fn find(state: &State, arn: &PermissionArn, region: &str) -> Option<Resolved> {
    let partition = partition_of(region);
    if arn.arn().partition() != partition {
        return None;
    }
    if arn.is_aws_managed() {
        return kinds::managed_by_name(partition, arn.name()).map(Resolved::Aws);
    }
    state
        .permissions
        .get(&Permission::key(arn.arn().account(), arn.arn().region(), arn.name()))
        .filter(|permission| is_there(permission))
        .map(|permission| Resolved::Customer(Box::new(permission.clone())))
}

fn is_there(permission: &Permission) -> bool {
    !matches!(permission.status, PermissionStatus::Deleting | PermissionStatus::Deleted)
}

fn customer(call: &Call<'_>, state: &State, arn: &str) -> Result<Permission, Refusal> {
    match resolve(call, state, arn)? {
        Resolved::Customer(permission) => Ok(*permission),
        Resolved::Aws(_) => Err(not_permitted(format!("You cannot change {arn}, which AWS manages."))),
    }
}

/// A customer permission that may be changed: not one that a resource policy made.
fn changeable(call: &Call<'_>, state: &State, arn: &str) -> Result<Permission, Refusal> {
    let permission = customer(call, state, arn)?;
    if permission.feature_set != FeatureSet::Standard {
        return Err(not_permitted(
            "You cannot modify a permission that was created from a resource-based policy.",
        ));
    }
    Ok(permission)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PermissionInput {
    permission_arn: Option<String>,
    permission_version: Option<VersionNumber>,
    name: Option<String>,
    status: Option<PermissionStatus>,
}

/// In a query string all is text.
#[derive(Deserialize)]
#[serde(untagged)]
enum VersionNumber {
    Number(u32),
    Text(String),
}

impl VersionNumber {
    fn number(&self) -> Result<u32, Refusal> {
        match self {
            Self::Number(number) => Ok(*number),
            Self::Text(text) => {
                text.parse().map_err(|_| invalid(format!("{text} is not a permission version.")))
            }
        }
    }
}

fn store(state: &mut State, permission: Permission) {
    state
        .permissions
        .put(Permission::key(&permission.account, &permission.region, &permission.name), permission);
}

fn is_attached(state: &State, arn: &str, version: Option<u32>) -> bool {
    state.attachments.indexed(arn).any(|key| {
        state.attachments.get(key).is_some_and(|attached| {
            attached.permission == arn && version.is_none_or(|version| version == attached.version)
        })
    })
}
