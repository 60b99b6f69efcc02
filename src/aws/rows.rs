//! Rows of the SDK in ramctl's types. A row that cannot be read is an error: dropping it could hide a grant.

use aws_sdk_organizations::types as org;
use aws_sdk_ram::types as ram;
use aws_sdk_resourcegroupstagging::types as tagging;
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use crate::cloud::{AccountRow, Caller, CloudError, CreatedShare, ErrorKind, OrganizationRow, Page, UnitRow};
use crate::live::{
    AssociationRow, AwsPermissionRow, CustomerPermissionRow, InvitationRow, PermissionDetail, PermissionRow,
    PermissionVersionRow, ReceivedResourceRow, ShareRow, SourceRow,
};
use crate::model::{
    AccountId, AssociationStatus, FeatureSet, IdError, InvitationArn, InvitationStatus, OrganizationArn,
    OuArn, PermissionArn, ResourceArn, ResourceType, RootId, ShareArn, ShareStatus, Tags,
};
use crate::org::AccountStanding;

/// What could not be read, in words.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    /// The reply holds no such list or object. One that is empty is there.
    #[error("the reply has no {0}")]
    NoPart(&'static str),
    #[error("a row has no {0}")]
    Missing(&'static str),
    /// The reply is about something else than was asked.
    #[error("the reply is about {found}, and {asked} was asked for")]
    Other { asked: String, found: String },
    #[error("a share has the tag {0:?} twice")]
    TagTwice(String),
    #[error(transparent)]
    Id(#[from] IdError),
}

/// Reads one page of a listing: its list, of the name that the reply gives it, and the token of the next page.
///
/// A reply without its list is no empty page. AWS writes an empty list as `[]` (seen in recordings of `GetResourceShares`).
pub(crate) fn page<A, B>(
    caller: &Caller,
    action: &'static str,
    (name, rows): (&'static str, Option<&Vec<A>>),
    token: Option<&str>,
    read: impl Fn(&A) -> Result<B, Unreadable>,
) -> Result<Page<B>, CloudError> {
    let unreadable = |error| unreadable(caller, action, &error);
    let rows = rows.ok_or(Unreadable::NoPart(name)).map_err(unreadable)?;
    let items = rows.iter().map(read).collect::<Result<_, _>>().map_err(unreadable)?;
    // An empty token means the same as none.
    Ok(Page { items, next: token.filter(|token| !token.is_empty()).map(ToOwned::to_owned) })
}

pub(crate) fn unreadable(caller: &Caller, action: &'static str, error: &Unreadable) -> CloudError {
    caller.error(ErrorKind::Unreadable, action, error.to_string())
}

/// That a reply is about what was asked.
fn same(asked: &str, found: &str) -> Result<(), Unreadable> {
    if asked == found {
        Ok(())
    } else {
        Err(Unreadable::Other { asked: asked.to_owned(), found: found.to_owned() })
    }
}

fn need<'a>(field: Option<&'a str>, name: &'static str) -> Result<&'a str, Unreadable> {
    field.ok_or(Unreadable::Missing(name))
}

pub(crate) fn share(row: &ram::ResourceShare) -> Result<ShareRow, Unreadable> {
    let arn = ShareArn::parse(need(row.resource_share_arn(), "resourceShareArn")?)?;
    let owner = match row.owning_account_id() {
        Some(text) => AccountId::parse(text)?,
        None => arn.arn().account_id().ok_or(Unreadable::Missing("owningAccountId"))?,
    };
    Ok(ShareRow {
        name: need(row.name(), "name")?.to_owned(),
        owner,
        status: ShareStatus::read(need(row.status().map(ram::ResourceShareStatus::as_str), "status")?),
        status_message: row.status_message().map(ToOwned::to_owned),
        allow_external_principals: row
            .allow_external_principals()
            .ok_or(Unreadable::Missing("allowExternalPrincipals"))?,
        retain_sharing: row
            .resource_share_configuration()
            .and_then(ram::ResourceShareConfiguration::retain_sharing_on_account_leave_organization)
            .unwrap_or(false),
        feature_set: row
            .feature_set()
            .map_or(FeatureSet::Standard, |feature_set| FeatureSet::read(feature_set.as_str())),
        tags: tags(row.tags())?,
        created: timestamp(row.creation_time()),
        updated: timestamp(row.last_updated_time()),
        arn,
    })
}

/// The answer to a create leaves fields out; only what names the share is needed. What it names must be of the caller's place: members
/// are put on it.
pub(crate) fn created_share(
    caller: &Caller,
    row: Option<&ram::ResourceShare>,
) -> Result<CreatedShare, Unreadable> {
    let row = row.ok_or(Unreadable::NoPart("resourceShare"))?;
    let arn = ShareArn::parse(need(row.resource_share_arn(), "resourceShareArn")?)?;
    same(caller.account.as_str(), arn.arn().account())?;
    if let Some(region) = &caller.region {
        same(region.as_str(), arn.arn().region())?;
    }
    Ok(CreatedShare {
        arn,
        status: ShareStatus::read(row.status().map_or("PENDING", ram::ResourceShareStatus::as_str)),
        created: timestamp(row.creation_time()),
    })
}

/// A row of the listing of one kind of entity.
pub(crate) fn association(
    kind: &ram::ResourceShareAssociationType,
    row: &ram::ResourceShareAssociation,
) -> Result<AssociationRow, Unreadable> {
    let found = row.association_type().map(ram::ResourceShareAssociationType::as_str);
    same(kind.as_str(), need(found, "associationType")?)?;
    Ok(AssociationRow {
        share: ShareArn::parse(need(row.resource_share_arn(), "resourceShareArn")?)?,
        entity: need(row.associated_entity(), "associatedEntity")?.to_owned(),
        status: AssociationStatus::read(need(
            row.status().map(ram::ResourceShareAssociationStatus::as_str),
            "status",
        )?),
        status_message: row.status_message().map(ToOwned::to_owned),
        external: row.external().ok_or(Unreadable::Missing("external"))?,
        created: timestamp(row.creation_time()),
        updated: timestamp(row.last_updated_time()),
    })
}

pub(crate) fn permission(row: &ram::AssociatedPermission) -> Result<PermissionRow, Unreadable> {
    Ok(PermissionRow {
        share: ShareArn::parse(need(row.resource_share_arn(), "resourceShareArn")?)?,
        permission: PermissionArn::parse(need(row.arn(), "arn")?)?,
        version: need(row.permission_version(), "permissionVersion")?.to_owned(),
        default_version: row.default_version().unwrap_or(false),
        resource_type: ResourceType::parse(need(row.resource_type(), "resourceType")?)?,
        feature_set: permission_feature_set(row.feature_set()),
    })
}

/// A row of `ListResourceSharePermissions`, which does not repeat the share.
pub(crate) fn permission_of(
    share: &ShareArn,
    row: &ram::ResourceSharePermissionSummary,
) -> Result<PermissionRow, Unreadable> {
    Ok(PermissionRow {
        share: share.clone(),
        permission: PermissionArn::parse(need(row.arn(), "arn")?)?,
        version: need(row.version(), "version")?.to_owned(),
        default_version: row.default_version().unwrap_or(false),
        resource_type: ResourceType::parse(need(row.resource_type(), "resourceType")?)?,
        feature_set: permission_feature_set(row.feature_set()),
    })
}

pub(crate) fn source(row: &ram::AssociatedSource) -> Result<SourceRow, Unreadable> {
    Ok(SourceRow {
        share: ShareArn::parse(need(row.resource_share_arn(), "resourceShareArn")?)?,
        source: need(row.source_id(), "sourceId")?.to_owned(),
        status: AssociationStatus::read(need(row.status(), "status")?),
        status_message: row.status_message().map(ToOwned::to_owned),
        created: timestamp(row.creation_time()),
        updated: timestamp(row.last_updated_time()),
    })
}

pub(crate) fn customer_permission(
    row: &ram::ResourceSharePermissionSummary,
) -> Result<CustomerPermissionRow, Unreadable> {
    Ok(CustomerPermissionRow {
        arn: PermissionArn::parse(need(row.arn(), "arn")?)?,
        version: need(row.version(), "version")?.to_owned(),
        resource_type: ResourceType::parse(need(row.resource_type(), "resourceType")?)?,
        status: row.status().unwrap_or_default().to_owned(),
        feature_set: permission_feature_set(row.feature_set()),
        tags: tags(row.tags())?,
    })
}

pub(crate) fn aws_permission(
    row: &ram::ResourceSharePermissionSummary,
) -> Result<AwsPermissionRow, Unreadable> {
    Ok(AwsPermissionRow {
        arn: PermissionArn::parse(need(row.arn(), "arn")?)?,
        version: need(row.version(), "version")?.to_owned(),
        resource_type: ResourceType::parse(need(row.resource_type(), "resourceType")?)?,
        status: row.status().unwrap_or_default().to_owned(),
    })
}

/// An invitation that the caller's account received.
pub(crate) fn invitation(
    caller: &Caller,
    row: &ram::ResourceShareInvitation,
) -> Result<InvitationRow, Unreadable> {
    same(caller.account.as_str(), need(row.receiver_account_id(), "receiverAccountId")?)?;
    Ok(InvitationRow {
        arn: InvitationArn::parse(need(row.resource_share_invitation_arn(), "resourceShareInvitationArn")?)?,
        share: ShareArn::parse(need(row.resource_share_arn(), "resourceShareArn")?)?,
        share_name: row.resource_share_name().unwrap_or_default().to_owned(),
        sender: AccountId::parse(need(row.sender_account_id(), "senderAccountId")?)?,
        status: InvitationStatus::read(need(
            row.status().map(ram::ResourceShareInvitationStatus::as_str),
            "status",
        )?),
        created: timestamp(row.invitation_timestamp()),
    })
}

pub(crate) fn received_resource(row: &ram::Resource) -> Result<ReceivedResourceRow, Unreadable> {
    Ok(ReceivedResourceRow {
        share: ShareArn::parse(need(row.resource_share_arn(), "resourceShareArn")?)?,
        resource: ResourceArn::parse(need(row.arn(), "arn")?)?,
        resource_type: ResourceType::parse(need(row.r#type(), "type")?)?,
    })
}

/// One version of a permission: the one that was asked for, where one was.
pub(crate) fn permission_detail(
    permission: &PermissionArn,
    version: Option<&str>,
    row: Option<&ram::ResourceSharePermissionDetail>,
) -> Result<PermissionDetail, Unreadable> {
    let row = row.ok_or(Unreadable::NoPart("permission"))?;
    same(permission.as_str(), need(row.arn(), "arn")?)?;
    let found = need(row.version(), "version")?;
    same(version.unwrap_or(found), found)?;
    Ok(PermissionDetail {
        arn: permission.clone(),
        version: found.to_owned(),
        default_version: row.default_version().unwrap_or(false),
        status: row.status().map(ram::PermissionStatus::as_str).unwrap_or_default().to_owned(),
        policy: need(row.permission(), "permission")?.to_owned(),
    })
}

pub(crate) fn permission_version(
    permission: &PermissionArn,
    row: &ram::ResourceSharePermissionSummary,
) -> Result<PermissionVersionRow, Unreadable> {
    same(permission.as_str(), need(row.arn(), "arn")?)?;
    Ok(PermissionVersionRow {
        version: need(row.version(), "version")?.to_owned(),
        default_version: row.default_version().unwrap_or(false),
        status: row.status().unwrap_or_default().to_owned(),
    })
}

/// The number of a version, as operations take it.
pub(crate) fn version_number(version: &str) -> Result<i32, Unreadable> {
    version.parse().map_err(|_| Unreadable::Missing("version number"))
}

fn permission_feature_set(feature_set: Option<&ram::PermissionFeatureSet>) -> FeatureSet {
    feature_set.map_or(FeatureSet::Standard, |feature_set| FeatureSet::read(feature_set.as_str()))
}

/// Tags say whose a share is: none is passed over, and none is there twice.
fn tags(rows: &[ram::Tag]) -> Result<Tags, Unreadable> {
    let mut tags = Tags::new();
    for row in rows {
        let key = need(row.key(), "tag key")?;
        if tags.insert(key.to_owned(), row.value().unwrap_or_default().to_owned()).is_some() {
            return Err(Unreadable::TagTwice(key.to_owned()));
        }
    }
    Ok(tags)
}

pub(crate) fn sdk_tags(tags: &Tags) -> Vec<ram::Tag> {
    tags.iter().map(|(key, value)| ram::Tag::builder().key(key).value(value).build()).collect()
}

/// A time outside of what can be shown is none; nothing but order and display hangs on it.
pub(crate) fn timestamp(time: Option<&DateTime>) -> Option<Timestamp> {
    let time = time?;
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}

pub(crate) fn organization(row: Option<&org::Organization>) -> Result<OrganizationRow, Unreadable> {
    let row = row.ok_or(Unreadable::NoPart("Organization"))?;
    Ok(OrganizationRow {
        arn: OrganizationArn::parse(need(row.arn(), "Arn")?)?,
        management_account: AccountId::parse(need(row.master_account_id(), "MasterAccountId")?)?,
        all_features: need(row.feature_set().map(org::OrganizationFeatureSet::as_str), "FeatureSet")?
            == "ALL",
    })
}

pub(crate) fn root(row: &org::Root) -> Result<RootId, Unreadable> {
    Ok(RootId::parse(need(row.id(), "Id")?)?)
}

pub(crate) fn unit(row: &org::OrganizationalUnit) -> Result<UnitRow, Unreadable> {
    Ok(UnitRow { arn: OuArn::parse(need(row.arn(), "Arn")?)?, name: need(row.name(), "Name")?.to_owned() })
}

pub(crate) fn account(row: &org::Account) -> Result<AccountRow, Unreadable> {
    // `Status` was to be retired in September 2026 in favour of `State`; either may be missing.
    let status = row.status().map(org::AccountStatus::as_str);
    let state = row.state().map(org::AccountState::as_str);
    let standing = match (state, status) {
        (Some(state), _) => AccountStanding::of_state(state),
        // The older field has one word for an account that is suspended and one that is closed.
        (None, Some("SUSPENDED")) => AccountStanding::Inactive,
        (None, status) => AccountStanding::of_state(need(status, "State")?),
    };
    Ok(AccountRow {
        id: AccountId::parse(need(row.id(), "Id")?)?,
        name: row.name().unwrap_or_default().to_owned(),
        standing,
        paths: row.paths().to_vec(),
    })
}

pub(crate) fn enabled_service(row: &org::EnabledServicePrincipal) -> Result<String, Unreadable> {
    Ok(need(row.service_principal(), "ServicePrincipal")?.to_owned())
}

pub(crate) fn found_resource(row: &tagging::ResourceTagMapping) -> Result<ResourceArn, Unreadable> {
    Ok(ResourceArn::parse(need(row.resource_arn(), "ResourceARN")?)?)
}

#[cfg(test)]
mod tests;
