//! Rows of the SDK in ramctl's types. A row that cannot be read is an error: dropping it could hide a grant.

use aws_sdk_organizations::types as org;
use aws_sdk_ram::types as ram;
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use crate::cloud::{AccountRow, Caller, CloudError, CreatedShare, ErrorKind, OrganizationRow, UnitRow};
use crate::live::{
    AssociationRow, CustomerPermissionRow, InvitationRow, PermissionDetail, PermissionRow,
    PermissionVersionRow, ReceivedResourceRow, ShareRow, SourceRow,
};
use crate::model::{
    AccountId, AssociationStatus, FeatureSet, IdError, InvitationArn, InvitationStatus, OrganizationArn,
    OuArn, PermissionArn, ResourceType, RootId, ShareArn, ShareStatus, Tags,
};

/// What could not be read, in words.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("a row has no {0}")]
    Missing(&'static str),
    #[error(transparent)]
    Id(#[from] IdError),
}

/// Reads all rows of an answer.
pub(crate) fn read_all<'a, A: 'a, B>(
    caller: &Caller,
    action: &'static str,
    rows: impl IntoIterator<Item = &'a A>,
    read: impl Fn(&A) -> Result<B, Unreadable>,
) -> Result<Vec<B>, CloudError> {
    rows.into_iter().map(|row| read(row).map_err(|error| unreadable(caller, action, &error))).collect()
}

pub(crate) fn unreadable(caller: &Caller, action: &'static str, error: &Unreadable) -> CloudError {
    caller.error(ErrorKind::Unreadable, action, error.to_string())
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
        name: row.name().unwrap_or_default().to_owned(),
        owner,
        status: ShareStatus::read(need(row.status().map(ram::ResourceShareStatus::as_str), "status")?),
        status_message: row.status_message().map(ToOwned::to_owned),
        // The API's default. Where it is not said, the wider answer is the safe one.
        allow_external_principals: row.allow_external_principals().unwrap_or(true),
        retain_sharing: row
            .resource_share_configuration()
            .and_then(ram::ResourceShareConfiguration::retain_sharing_on_account_leave_organization)
            .unwrap_or(false),
        feature_set: row
            .feature_set()
            .map_or(FeatureSet::Standard, |feature_set| FeatureSet::read(feature_set.as_str())),
        tags: tags(row.tags()),
        created: timestamp(row.creation_time()),
        updated: timestamp(row.last_updated_time()),
        arn,
    })
}

/// The answer to a create leaves fields out; only what names the share is needed.
pub(crate) fn created_share(row: Option<&ram::ResourceShare>) -> Result<CreatedShare, Unreadable> {
    let row = row.ok_or(Unreadable::Missing("resourceShare"))?;
    Ok(CreatedShare {
        arn: ShareArn::parse(need(row.resource_share_arn(), "resourceShareArn")?)?,
        status: ShareStatus::read(row.status().map_or("PENDING", ram::ResourceShareStatus::as_str)),
        created: timestamp(row.creation_time()),
    })
}

pub(crate) fn association(row: &ram::ResourceShareAssociation) -> Result<AssociationRow, Unreadable> {
    Ok(AssociationRow {
        share: ShareArn::parse(need(row.resource_share_arn(), "resourceShareArn")?)?,
        entity: need(row.associated_entity(), "associatedEntity")?.to_owned(),
        status: AssociationStatus::read(need(
            row.status().map(ram::ResourceShareAssociationStatus::as_str),
            "status",
        )?),
        status_message: row.status_message().map(ToOwned::to_owned),
        external: row.external().unwrap_or(false),
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
        tags: tags(row.tags()),
    })
}

pub(crate) fn invitation(row: &ram::ResourceShareInvitation) -> Result<InvitationRow, Unreadable> {
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
        resource_type: ResourceType::parse(need(row.r#type(), "type")?)?,
    })
}

pub(crate) fn permission_detail(
    row: Option<&ram::ResourceSharePermissionDetail>,
) -> Result<PermissionDetail, Unreadable> {
    let row = row.ok_or(Unreadable::Missing("permission"))?;
    Ok(PermissionDetail {
        arn: PermissionArn::parse(need(row.arn(), "arn")?)?,
        version: need(row.version(), "version")?.to_owned(),
        default_version: row.default_version().unwrap_or(false),
        status: row.status().map(ram::PermissionStatus::as_str).unwrap_or_default().to_owned(),
        policy: need(row.permission(), "permission")?.to_owned(),
    })
}

pub(crate) fn permission_version(
    row: &ram::ResourceSharePermissionSummary,
) -> Result<PermissionVersionRow, Unreadable> {
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

fn tags(rows: &[ram::Tag]) -> Tags {
    rows.iter()
        .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())))
        .collect()
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
    let row = row.ok_or(Unreadable::Missing("Organization"))?;
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
    let state = row.state().map(org::AccountState::as_str).or(status);
    Ok(AccountRow {
        id: AccountId::parse(need(row.id(), "Id")?)?,
        name: row.name().unwrap_or_default().to_owned(),
        active: need(state, "State")? == "ACTIVE",
        paths: row.paths().to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARE: &str =
        "arn:aws:ram:eu-central-1:222222222222:resource-share/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed";

    #[test]
    fn a_status_that_the_sdk_does_not_know_is_kept() {
        let row = ram::ResourceShare::builder()
            .resource_share_arn(SHARE)
            .status(ram::ResourceShareStatus::from("THAWING"))
            .build();
        assert_eq!(share(&row).map(|row| row.status), Ok(ShareStatus::Other("THAWING".into())));
    }

    #[test]
    fn what_a_share_does_not_say_is_read_as_the_api_documents_it() {
        let row = ram::ResourceShare::builder()
            .resource_share_arn(SHARE)
            .status(ram::ResourceShareStatus::Active)
            .build();
        let row = share(&row).expect("readable");
        assert!(row.allow_external_principals && !row.retain_sharing);
        assert_eq!((row.owner.as_str(), row.feature_set), ("222222222222", FeatureSet::Standard));
    }

    #[test]
    fn a_row_without_its_share_is_unreadable() {
        let row = ram::ResourceShareAssociation::builder().associated_entity("333333333333").build();
        assert_eq!(association(&row), Err(Unreadable::Missing("resourceShareArn")));
        let row = ram::ResourceShareAssociation::builder()
            .resource_share_arn(SHARE)
            .associated_entity("333333333333")
            .build();
        assert_eq!(association(&row), Err(Unreadable::Missing("status")));
    }

    #[test]
    fn times_keep_their_fractions() {
        let time = DateTime::from_secs_and_nanos(1_700_000_000, 250_000_000);
        assert_eq!(
            timestamp(Some(&time)).map(|time| time.to_string()),
            Some("2023-11-14T22:13:20.25Z".into())
        );
    }
}
